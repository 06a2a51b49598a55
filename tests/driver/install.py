#!/usr/bin/env python3
"""What is installed works where it is, without the sources: install.py BUILD HELLO.SIP EXPECTED"""
import os
import subprocess
import sys
import tempfile

build, program, expected = sys.argv[1:]
with tempfile.TemporaryDirectory() as folder:
    subprocess.run(["cmake", "--install", build, "--prefix", folder], check=True, stdout=subprocess.DEVNULL)
    links = [name for below, _, names in os.walk(folder) for name in names if os.path.islink(os.path.join(below, name))]
    if links:
        sys.exit("links to the sources are installed: " + ", ".join(links))
    source = os.path.join(folder, "hello.sip")
    with open(program) as file, open(source, "w") as copy:
        copy.write(file.read())
    for platform in ("host", "qemu"):
        run = subprocess.run(["bin/sipcc", "run", "-q", "--on", platform, "hello.sip"], cwd=folder, capture_output=True, text=True)
        with open(expected) as file:
            if run.returncode or file.read().strip() not in run.stdout.replace("\r", ""):
                sys.exit(f"{platform}: status {run.returncode}\n{run.stdout}{run.stderr}")
