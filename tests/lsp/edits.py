#!/usr/bin/env python3
"""Random edits of programs: what is said after the last is what a new server says of the same text.

Usage: edits.py SERVER SEED EDITS FILE.sip|LINES...     LINES: of a program that is generated; memory that grows with the number of edits
is an error too. campaign.py makes them for long.
"""
import bisect
import os
import random
import re
import subprocess
import sys
import tempfile

from client import CAN, Client, edit

PARTS = ["{", "}", "(", ")", ";", ".", "->", "i32 x = 1;", "\n", "\r\n", "\r", "// \U0001f600\n", "\u00e9", '"', "/*", "*/", "send a.b();", "x", "own ", "sip S() { }\n",
         "import std.text;\n", "case ", "0", "\t", "<", ">", "struct", "contract C { }", "$\"{x}\""]


def units(text):
    return len(text.encode("utf-16-le")) // 2


def lines_of(text):
    """Starts of lines, which end with LF, CR LF or CR."""
    return [0] + [end.end() for end in re.finditer(r"\r\n|\n|\r", text)]


def position(text, starts, at):
    line = bisect.bisect_right(starts, at) - 1
    return line, units(text[starts[line] : at])


def position_in(text, at):
    """The same of a place that is not within an end of a line, without all the others."""
    line = text.count("\n", 0, at) + text.count("\r", 0, at) - text.count("\r\n", 0, at)
    return line, units(text[max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1 : at])


def one_edit(rng, text):
    start = rng.randint(0, len(text))
    end = min(len(text), start + rng.choice([0, 0, 1, 3, 40]))
    while (0 < start < len(text) and text[start - 1 : start + 1] == "\r\n") or (0 < end < len(text) and text[end - 1 : end + 1] == "\r\n"):
        start, end = start + 1, max(end, start) + 1 # not between the two: no position says that
    put = rng.choice(PARTS) if rng.random() < 0.7 else text[(at := rng.randint(0, len(text))) : at + rng.randint(0, 60)]
    return edit(position_in(text, start), position_in(text, end), put), text[:start] + put + text[end:]


def memory(client):
    with open(f"/proc/{client.process.pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))


ASKED = ["documentSymbol", "foldingRange", "hover", "definition", "references", "documentHighlight", "formatting", "codeAction", "completion", "semanticTokens/full", "semanticTokens/full/delta",
         "semanticTokens/range", "signatureHelp", "inlayHint", "prepareRename", "typeDefinition", "implementation", "prepareCallHierarchy", "codeLens", "documentLink"]


def ask_around(rng, client, path, text):
    starts = lines_of(text)
    line, character = position(text, starts, rng.randint(0, len(text)))
    here = {"line": line, "character": character}
    client.ask_raw("textDocument/" + rng.choice(ASKED), client.about(
        path, position=here, range={"start": here, "end": here}, context={"diagnostics": [], "includeDeclaration": True}, options={}, previousResultId="1"))


def generated(lines, folder):
    tool = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "bench", "generate.py")
    subprocess.run([sys.executable, tool, "sip", lines, "--files", "1", "-o", folder], check=True, stdout=subprocess.DEVNULL)
    return os.path.join(folder, "part0.sip")


def main():
    server, seed, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    rng = random.Random(seed)
    print(f"seed {seed}")
    client, failed = Client([server], CAN), 0
    scratch = tempfile.TemporaryDirectory()
    for path in sys.argv[4:]:
        path = generated(path, scratch.name) if path.isdigit() else path
        with open(path, encoding="utf-8", newline="") as file:
            first = text = file.read()
        client.open(path, text)
        client.diagnostics(path, 1)
        early = 0
        for version in range(2, count + 2):
            if rng.random() < 0.05:
                change, text = {"text": first}, first
            else:
                change, text = one_edit(rng, text)
            client.change(path, version, change)
            if rng.random() < 0.2:
                ask_around(rng, client, path, text)
            if version == count // 2:
                client.diagnostics(path, version)
                early = memory(client)
        said = client.diagnostics(path, count + 1)
        late = memory(client)
        fresh = Client([server], CAN)
        fresh.open(path, text)
        anew = fresh.diagnostics(path, 1)
        fresh.end()
        if said != anew:
            failed += 1
            print(f"{path}: after {count} edits {len(said)} are reported, of the same text {len(anew)}:\n{said}\n{anew}")
        if late > early + 64 * 1024:
            failed += 1
            print(f"{path}: {early} KiB have become {late}")
        client.say("textDocument/didClose", client.about(path))
        print(f"{path}: {count} edits, {len(said)} diagnostics, {late} KiB")
    failed += client.end() != 0
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
