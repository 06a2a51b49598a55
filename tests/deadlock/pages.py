#!/usr/bin/env python3
"""The pages of E0470 to E0472: the first program earns what it is marked with, the second nothing.

Usage: pages.py SIPCC FOLDER
"""
import os
import re
import subprocess
import sys
import tempfile


def check(sipcc, code, program, number):
    mode = "prove" if code == "E0472" else "report"
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "page.sip")
        with open(path, "w") as file:
            file.write(program)
        ran = subprocess.run([sipcc, "check", "--verify-diagnostics", "--deadlock", mode, path], capture_output=True, text=True)
    marked = f"//~ {code}" in program
    if ran.returncode == 0 and marked == (number == 0):
        return True
    print(f"{code}, program {number + 1}:\n{ran.stdout}{ran.stderr}")
    return False


def main():
    sipcc, folder = sys.argv[1:]
    good = True
    for code in ("E0470", "E0471", "E0472"):
        with open(os.path.join(folder, code + ".md")) as file:
            programs = re.findall(r"^```sip\n(.*?)^```", file.read(), re.M | re.S)
        if len(programs) != 2:
            print(f"{code}: {len(programs)} programs")
            good = False
        for number, program in enumerate(programs):
            good = check(sipcc, code, program, number) and good
    sys.exit(0 if good else 1)


main()
