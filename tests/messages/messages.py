#!/usr/bin/env python3
"""Compares what sipcc says about each program here, in full, with the text beside it: messages.py SIPCC FOLDER

NAME.sip is a program, NAME.py writes one to standard output (bytes that an editor would hide). SIP_BLESS=1 in the environment
writes the texts anew.
"""
import difflib
import glob
import os
import subprocess
import sys
import tempfile

sipcc, folder = os.path.abspath(sys.argv[1]), sys.argv[2]
bad = 0
with tempfile.TemporaryDirectory() as scratch:
    for source in sorted(glob.glob(os.path.join(folder, "*.sip")) + glob.glob(os.path.join(folder, "*.py"))):
        name, kind = os.path.splitext(os.path.basename(source))
        if name == "messages":
            continue
        program = os.path.join(scratch, name + ".sip")
        if kind == ".py":
            text = subprocess.run([sys.executable, source], capture_output=True, check=True).stdout
        else:
            with open(source, "rb") as file:
                text = file.read()
        with open(program, "wb") as file:
            file.write(text)
        got = subprocess.run([sipcc, "check", name + ".sip"], cwd=scratch, capture_output=True).stderr.decode()
        expected = os.path.join(folder, name + ".txt")
        if os.environ.get("SIP_BLESS") == "1":
            with open(expected, "w") as file:
                file.write(got)
        with open(expected) as file:
            wanted = file.read()
        if got != wanted:
            bad += 1
            sys.stdout.writelines(difflib.unified_diff(wanted.splitlines(True), got.splitlines(True), name + ".txt", "now"))
sys.exit(1 if bad else 0)
