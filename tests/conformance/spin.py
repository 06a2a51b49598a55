#!/usr/bin/env python3
"""spin.py SIPCC CC CHANNELS FILE: exports each standard contract, instances of those with parameters, and that in FILE, as a Promela model and has spin search all of it: no
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


INSTANCES = {  # of contracts with parameters, and the modules that they need
    "Stream<u32>": ["sip.listener"],
    "Stream<own str>": ["sip.listener"],
    "Listener<Console>": ["sip.listener", "sip.console"],
    "Wire<Console.imp:Ready>": ["sip.listener", "sip.console"],
    "Names<Console>": ["sip.names", "sip.console"],
}


def instance_files(folder):
    """A file a contract, in which it is named."""
    for number, (name, modules) in enumerate(INSTANCES.items()):
        path = os.path.join(folder, "instance%d.sip" % number)
        with open(path, "w") as file:
            file.write("module instance%d;\n%svoid names_it(%s.imp ep) { close(ep); }\n" % (
                number, "".join("import %s;\n" % m for m in modules), name))
        yield name, path


def export(sipcc, name, path):
    done = subprocess.run([sipcc, "contract", "--promela", name, path], stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit("%s: no model" % name)
    return done.stdout


def main():
    sipcc, compiler, channels, machine = sys.argv[1:5]
    if not shutil.which("spin"):
        sys.exit("spin is missing: it is in the package `spin`")
    with tempfile.TemporaryDirectory() as folder:
        described = os.path.join(folder, "machine.sip")
        with open(machine) as given, open(described, "w") as file:
            file.write("module machine;\n" + given.read() + "\nvoid names_it(TcpMachine.imp ep) { close(ep); }\n")
        files = [os.path.join(channels, f) for f in sorted(os.listdir(channels))] + [described]
        wanted = list(instance_files(folder))
        for path in files:
            module = "sip." + os.path.basename(path)[:-4]
            path = path if path == described else os.path.join(os.path.dirname(sipcc), "../lib/sip/modules", module.replace(".", "/") + ".sip")
            done = subprocess.run([sipcc, "contract", "--json", path], stdout=subprocess.PIPE, text=True)
            if done.returncode != 0:
                sys.exit("%s cannot be read" % path)
            wanted += [(contract["contract"], path) for contract in json.loads(done.stdout)]
        for name, path in wanted:
            model = export(sipcc, name, path)
            errors = search(model, compiler, folder)
            if errors != 0:
                sys.exit("%s: spin finds %d errors" % (name, errors))
        # Without a transition of one side, what comes is not expected; with a shorter queue, it overflows.
        lost = model.replace(":: m == m_", ":: false && m == m_", 1)
        if search(lost, compiler, folder) == 0:
            sys.exit("spin does not find what was left out")
        print("%d contracts searched" % len(wanted))


main()
