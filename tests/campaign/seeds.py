#!/usr/bin/env python3
"""Writes the SIR of every SIP of the examples and of tests/run, as the compiler makes it, into the folder OUT.

Usage: seeds.py SIPCC REPOSITORY OUT
"""
import glob
import os
import re
import subprocess
import sys


def main():
    sipcc, repository, out = sys.argv[1:4]
    os.makedirs(out, exist_ok=True)
    for old in glob.glob(os.path.join(out, "*.sir")):
        os.remove(old)
    for source in sorted(sum((glob.glob(os.path.join(repository, folder, "*.sip")) for folder in ["examples/*", "tests/run"]), [])):
        with open(source) as file:
            names = re.findall(r"^sip (\w+)", file.read(), re.M)
        for name in names:
            text = subprocess.run([sipcc, "emit", "--sir", "--sip", name, source], check=True, capture_output=True).stdout
            stem = os.path.splitext(os.path.basename(source))[0]
            with open(os.path.join(out, f"{stem}-{name}.sir"), "wb") as file:
                file.write(text)


main()
