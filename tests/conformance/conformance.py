#!/usr/bin/env python3
"""conformance.py SIPCC CONTRACT FILE|- MODULE... [--on PLATFORM]: generates peers for a contract, runs them, and looks at what they
say: every transition is walked on both sides, and whoever survives a kill in any state sees `closed`, with its heap exactly as
before. FILE holds the contract where it is no module's."""

import json
import os
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
    return run([sipcc, "run", "-O0", "-q", "--no-cache", "--on", platform, path], timeout=900)


def main():
    words = sys.argv[1:]
    platform = "host"
    if "--on" in words:
        at = words.index("--on")
        platform = words[at + 1]
        del words[at:at + 2]
    sipcc, contract, file, modules = words[0], words[1], words[2], words[3:]
    source = "module described;\n" + "".join("import %s;\n" % m for m in modules)
    extra = ""
    if file != "-":
        with open(file) as given:
            extra = given.read()
    with tempfile.TemporaryDirectory() as folder:
        automaton = describe(sipcc, contract, source + extra, folder)
        transitions = sum(len(s["choices"]) for s in automaton.states)
        done = launch(sipcc, "walking", peers.walking(automaton, modules) + extra, folder, platform)
        wanted = "%d states, %d transitions walked" % (len(automaton.states), transitions)
        if done.returncode != 0 or wanted not in done.stdout:
            fail("not every transition was walked", done)
        print("%s: %s" % (contract, wanted))
        text, kills = peers.killing(automaton, modules)
        done = launch(sipcc, "killing", text + extra, folder, platform)
        wanted = "%d kills survived" % kills
        faults = done.stdout.count("fault: v_") if platform == "host" else kills
        if done.returncode != 1 or wanted not in done.stdout or faults < kills or "fault: survivor" in done.stdout:
            fail("%d kills, %d faults, status %d" % (kills, faults, done.returncode), done)
        print("%s: %s" % (contract, wanted))


main()
