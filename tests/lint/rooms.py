#!/usr/bin/env python3
"""What the doors between rooms cannot catch, and a few promises about every file.

Usage: rooms.py SOURCE_DIR ROOMS_FILE     ROOMS_FILE: a line `room: what it may see` each, written by CMake
"""
import os
import re
import sys

LONGEST = 900
LIBRARIES = {"tree_sitter/": {"syntax"}, "llvm-c/": {"llvm"}, "jansson.h": {"lsp", "bench"}, "sodium.h": {"sign"}}
MACHINE = re.compile(r"/(home|root|work|tmp/bash)[/_]")


def sources(top):
    for folder, folders, files in os.walk(top):
        folders[:] = [f for f in folders if f not in ("build", ".git") and not folder.endswith("grammar/src")]
        for name in sorted(files):
            if name.endswith((".c", ".h")):
                yield os.path.join(folder, name)


def room_of(path, root):
    parts = os.path.relpath(path, root).split(os.sep)
    if parts[:2] == ["tests", "bench"]:
        return "bench"  # peers that we are measured against may use what they like
    return parts[1] if parts[0] == "compiler" and len(parts) > 2 else None


def check_include(room, header, quoted, may_see, rooms):
    if quoted and header.startswith("../"):
        return f"includes {header}: rooms are entered through their doors"
    first = header.split("/")[0]
    if room in rooms and quoted and "/" in header and first in rooms and first != room and first not in may_see:
        return f"includes {header}, but {room} may not see {first}"
    for prefix, owners in LIBRARIES.items():
        if header.startswith(prefix) and room not in owners:
            return f"includes {header}, which only {', '.join(owners)} may see"
    return None


def main():
    root, rooms_file = sys.argv[1:3]
    rooms = {}
    with open(rooms_file) as file:
        for line in file:
            name, _, sees = line.strip().partition(":")
            rooms[name] = set(sees.split())
    complaints, seen = [], 0
    for top in ["compiler", "kernel-rt", "contracts", "tests"]:
        for path in sources(os.path.join(root, top)):
            seen += 1
            name = os.path.relpath(path, root)
            with open(path, encoding="utf-8") as file:
                text = file.read()
            room = room_of(path, root)
            lines = text.split("\n")
            if len(lines) > LONGEST:
                complaints.append(f"{name}: {len(lines)} lines; one idea has eaten its neighbours")
            if not lines[0].startswith(("//", "/*")):
                complaints.append(f"{name}:1: does not open with a few lines of prose")
            for number, line in enumerate(lines, 1):
                if MACHINE.search(line):
                    complaints.append(f"{name}:{number}: names a path of a machine")
                found = re.match(r'\s*#\s*include\s+(["<])([^">]+)', line)
                if found:
                    wrong = check_include(room, found[2], found[1] == '"', rooms.get(room, set()), rooms)
                    if wrong:
                        complaints.append(f"{name}:{number}: {wrong}")
    print("\n".join(complaints) or f"{seen} files, no complaint")
    sys.exit(1 if complaints or seen == 0 else 0)


main()
