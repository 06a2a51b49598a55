#!/usr/bin/env python3
"""conformance.py SIPCC CONTRACT FILE|- MODULE...: generates peers for a contract, runs them hosted and booted, the same bytes, and
looks at what they say: every transition is walked on both sides, and whoever survives a kill in any state sees `closed`, with
its heap exactly as before. FILE holds the contract where it is no module's."""

import json
import os
import re
import subprocess
import sys
import tempfile

import peers


def run(command, **more):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)


def fail(what, done):
    sys.stdout.write("%s\n%s%s" % (what, done.stdout, done.stderr))
    sys.exit(1)


def describe(sipcc, contract, source, folder):
    path = os.path.join(folder, "described.sip")
    with open(path, "w") as file:
        file.write(source + "\nvoid names_it(%s.imp ep) { close(ep); }\n" % contract)
    done = run([sipcc, "contract", "--json", contract, path])
    if done.returncode != 0:
        fail("the contract cannot be read", done)
    return peers.Automaton(json.loads(done.stdout)[0])


def launch(sipcc, name, text, folder, platform):
    path = os.path.join(folder, name + ".sip")
    with open(path, "w") as file:
        file.write(text)
    cache = os.path.join(folder, "cache")  # so that what is booted is what ran hosted
    return run([sipcc, "run", "-O0", "-q", "--cache-dir", cache, "--on", platform, path], timeout=900)


def main():
    words = sys.argv[1:]
    sipcc, contract, file, modules = words[0], words[1], words[2], words[3:]
    source = "module described;\n" + "".join("import %s;\n" % m for m in modules)
    extra = ""
    if file != "-":
        with open(file) as given:
            extra = given.read()
    with tempfile.TemporaryDirectory() as folder:
        automaton = describe(sipcc, contract, source + extra, folder)
        transitions = sum(len(s["choices"]) for s in automaton.states)
        walking = peers.walking(automaton, modules) + extra
        killing, kills = peers.killing(automaton, modules)
        for platform in ("host", "qemu"):
            done = launch(sipcc, "walking", walking, folder, platform)
            wanted = "%d states, %d transitions walked" % (len(automaton.states), transitions)
            if done.returncode != 0 or wanted not in done.stdout:
                fail("%s: not every transition was walked" % platform, done)
            print("%s, %s: %s" % (contract, platform, wanted))
            done = launch(sipcc, "killing", killing + extra, folder, platform)
            wanted = "%d kills survived" % kills
            faults, taken = done.stdout.count("fault: v_"), len(re.findall(r"^ledger: v_\S+ 0 blocks, 0 endpoints, 0 pages left", done.stdout, re.M))
            if done.returncode != 1 or wanted not in done.stdout or faults != kills or taken != kills or "fault: survivor" in done.stdout:
                fail("%s: %d kills, %d faults, %d taken back, status %d" % (platform, kills, faults, taken, done.returncode), done)
            print("%s, %s: %s" % (contract, platform, wanted))


main()
