#!/usr/bin/env python3
"""Runs a program hosted and booted and compares both with what is expected.

Usage: run_example.py SIPCC FILE.sip EXPECTED.txt [STATUS] [LEVELS]

Lines that begin with `#` differ by platform or run and are left out of the comparison, with one exception: the digests
of the sealed binaries that ran, `# program NAME DIGEST`, must be the same on both platforms. LEVELS, for example `0s`, are
ways to optimise at which the program is run hosted too: nothing that it shows may depend on them. Where the comment that opens
the program says `in any order`, its processes depend on nobody, and their lines are compared sorted. SIP_BLESS=1 in the
environment writes EXPECTED.txt anew from the hosted run.
"""
import difflib
import os
import re
import subprocess
import sys


def run(sipcc, source, platform, level="2"):
    # Some deadlock on purpose; what is found beforehand is tested elsewhere.
    result = subprocess.run([sipcc, "run", "-q", "--deadlock", "off", "--on", platform, "-O" + level, source], capture_output=True, timeout=300)
    text = result.stdout.decode("utf-8", "replace").replace("\r\n", "\n")
    lines = text.split("\n")
    digests = sorted(line for line in lines if re.match(r"# program \S+ [0-9a-f]{64}$", line))
    kept = [line for line in lines if not line.startswith("#")]
    return "\n".join(kept), digests, result.returncode, result.stderr.decode("utf-8", "replace")


def in_any_order(source):
    with open(source) as file:
        return "in any order" in file.read().split("\nmodule ")[0]


def check(source, how, wanted, status, seen):
    text, _, code, errors = seen
    good = True
    if in_any_order(source):
        text, wanted = ("\n".join(sorted(lines.split("\n"))) for lines in (text, wanted))
    if text != wanted:
        good = False
        print(f"{source} {how}: the output differs")
        sys.stdout.writelines(difflib.unified_diff(wanted.splitlines(True), text.splitlines(True), "expected", how))
    if code != status:
        good = False
        print(f"{source} {how}: status {code}, expected {status}")
    if not good:
        print(errors, end="")
    return good


def main():
    sipcc, source, expected_file = sys.argv[1:4]
    status = int(sys.argv[4]) if len(sys.argv) > 4 else 0
    levels = sys.argv[5] if len(sys.argv) > 5 else ""
    hosted, booted = run(sipcc, source, "host"), run(sipcc, source, "qemu")
    if os.environ.get("SIP_BLESS") == "1" and hosted[2] == status:
        with open(expected_file, "w") as file:
            file.write(hosted[0])
    with open(expected_file) as file:
        wanted = file.read()
    good = check(source, "hosted", wanted, status, hosted)
    good = check(source, "booted", wanted, status, booted) and good
    for level in levels:
        good = check(source, "hosted at -O" + level, wanted, status, run(sipcc, source, "host", level)) and good
    if not hosted[1] or hosted[1] != booted[1]:
        good = False
        print(f"the binaries that ran differ: hosted {hosted[1]}, booted {booted[1]}")
    sys.exit(0 if good else 1)


main()
