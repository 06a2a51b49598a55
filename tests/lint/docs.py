#!/usr/bin/env python3
"""Checks every block marked ```sip in the manuals: they are whole programs. Usage: docs.py SIPCC FILE.md..."""
import os
import re
import subprocess
import sys
import tempfile


def main():
    sipcc, failures, count = sys.argv[1], 0, 0
    with tempfile.TemporaryDirectory() as scratch:
        for page in sys.argv[2:]:
            with open(page) as file:
                text = file.read()
            for block in re.finditer(r"^```sip\n(.*?)^```", text, re.M | re.S):
                line = text[: block.start()].count("\n") + 2
                path = os.path.join(scratch, "block.sip")
                with open(path, "w") as out:
                    out.write(block.group(1))
                count += 1
                result = subprocess.run([sipcc, "check", path], capture_output=True, text=True)
                if result.returncode != 0 or result.stderr:
                    failures += 1
                    print(f"{page}:{line}: the program does not compile cleanly\n{result.stdout}{result.stderr}")
    if count == 0:
        failures += 1
        print("no block was found")
    sys.exit(1 if failures else 0)


main()
