#!/usr/bin/env python3
"""Runs a program in the reference interpreter and compares what it shows with what compiled code shows.

Usage: run_interp.py SIPCC SIP_INTERP FILE.sip EXPECTED.txt

Lines that begin with `#` differ by run, and the kernel's reports are the kernel's: they are left out. Which SIP speaks first is nobody's promise: lines are compared sorted.
"""
import os
import re
import subprocess
import sys
import tempfile


def shown(text):
    kernels = ("#", "fault:", "ledger:", "deadlock:")
    return sorted(line for line in text.split("\n") if line and not line.startswith(kernels))


def main():
    sipcc, interp, source, expected = sys.argv[1:5]
    with open(source) as file:
        programs = re.findall(r"\bsip \w+\s*=\s*(\w+)\(", file.read())  # of the system's processes, in its order
    with tempfile.TemporaryDirectory() as folder:
        for name in set(programs):
            text = subprocess.run([sipcc, "emit", "--sir", "--sip", name, source], check=True, capture_output=True).stdout
            with open(os.path.join(folder, name + ".sir"), "wb") as file:
                file.write(text)
        modules = [os.path.join(folder, name + ".sir") for name in programs]
        result = subprocess.run([interp] + modules, capture_output=True, text=True, timeout=300)
    with open(expected) as file:
        wanted = shown(file.read())
    if result.returncode == 0 and shown(result.stdout) == wanted:
        return 0
    print(f"status {result.returncode}; shown:\n{result.stdout}\nexpected:\n" + "\n".join(wanted) + "\n" + result.stderr)
    return 1


sys.exit(main())
