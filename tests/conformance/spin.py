#!/usr/bin/env python3
"""spin.py SIPCC CC CHANNELS FILE: exports each standard contract, and that in FILE, as a Promela model and has spin search all of it: no
message comes unexpected, no queue overflows, nobody waits for ever. A model that is made wrong on purpose has to fail."""

import json
import os
import shutil
import subprocess
import sys
import tempfile


def run(command, folder):
    return subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def search(model, compiler, folder):
    """What the search says: the number of errors."""
    with open(os.path.join(folder, "model.pml"), "w") as file:
        file.write(model)
    for command in (["spin", "-a", "model.pml"], [compiler, "-w", "-O0", "-DSAFETY", "-o", "pan", "pan.c"]):
        done = run(command, folder)
        if done.returncode != 0:
            sys.exit("%s\n%s" % (" ".join(command), done.stdout))
    done = run(["./pan"], folder)
    for line in done.stdout.splitlines():
        if "errors:" in line:
            return int(line.split("errors:")[1].split()[0])
    sys.exit("the search says nothing\n" + done.stdout)


def main():
    sipcc, compiler, channels, machine = sys.argv[1:5]
    if not shutil.which("spin"):
        sys.exit("spin is missing: it is in the package `spin`")
    with tempfile.TemporaryDirectory() as folder:
        described = os.path.join(folder, "machine.sip")
        with open(machine) as given, open(described, "w") as file:
            file.write("module machine;\n" + given.read() + "\nvoid names_it(TcpMachine.imp ep) { close(ep); }\n")
        files = [os.path.join(channels, f) for f in sorted(os.listdir(channels))] + [described]
        searched = 0
        for path in files:
            module = "sip." + os.path.basename(path)[:-4]
            path = path if path == described else os.path.join(os.path.dirname(sipcc), "../lib/sip/modules", module.replace(".", "/") + ".sip")
            done = subprocess.run([sipcc, "contract", "--json", path], stdout=subprocess.PIPE, text=True)
            if done.returncode != 0:
                sys.exit("%s cannot be read" % path)
            for contract in json.loads(done.stdout):
                name = contract["contract"]
                done = subprocess.run([sipcc, "contract", "--promela", name, path], stdout=subprocess.PIPE, text=True)
                errors = search(done.stdout, compiler, folder)
                if done.returncode != 0 or errors != 0:
                    sys.exit("%s: spin finds %d errors" % (name, errors))
                searched += 1
        # Without a transition of one side, what comes is not expected; with a shorter queue, it overflows.
        lost = done.stdout.replace(":: m == m_", ":: false && m == m_", 1)
        if search(lost, compiler, folder) == 0:
            sys.exit("spin does not find what was left out")
        print("%d contracts searched" % searched)


main()
