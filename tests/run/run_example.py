#!/usr/bin/env python3
"""Runs a program hosted and booted and compares both with what is expected.

Usage: run_example.py SIPCC FILE.sip EXPECTED.txt [STATUS]

Lines that begin with `#` differ by platform or run and are left out of the comparison, with one exception: the digests
of the sealed binaries that ran, `# program NAME DIGEST`, must be the same on both platforms.
"""
import difflib
import re
import subprocess
import sys


def run(sipcc, source, platform):
    result = subprocess.run([sipcc, "run", "-q", "--on", platform, source], capture_output=True, timeout=300)
    text = result.stdout.decode("utf-8", "replace").replace("\r\n", "\n")
    lines = text.split("\n")
    digests = sorted(line for line in lines if re.match(r"# program \S+ [0-9a-f]{64}$", line))
    kept = [line for line in lines if not line.startswith("#")]
    return "\n".join(kept), digests, result.returncode, result.stderr.decode("utf-8", "replace")


def main():
    sipcc, source, expected_file = sys.argv[1:4]
    status = int(sys.argv[4]) if len(sys.argv) > 4 else 0
    with open(expected_file) as file:
        expected = file.read()
    failures = 0
    seen = {}
    for platform in ["host", "qemu"]:
        text, digests, code, errors = run(sipcc, source, platform)
        seen[platform] = digests
        if text != expected:
            failures += 1
            print(f"{source} on {platform}: the output differs from {expected_file}")
            sys.stdout.writelines(difflib.unified_diff(expected.splitlines(True), text.splitlines(True), "expected", platform))
        if code != status:
            failures += 1
            print(f"{source} on {platform}: status {code}, expected {status}")
        if errors or failures:
            print(errors, end="")
    if not seen["host"] or seen["host"] != seen["qemu"]:
        failures += 1
        print(f"the binaries that ran differ: hosted {seen['host']}, booted {seen['qemu']}")
    sys.exit(1 if failures else 0)


main()
