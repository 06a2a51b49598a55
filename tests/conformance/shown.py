#!/usr/bin/env python3
"""shown.py SIPCC FOLDER: what `sipcc contract` says: of one contract, of two versions, as a picture, and what it refuses."""

import os
import subprocess
import sys
import tempfile

sipcc, folder = sys.argv[1:3]
wrong = []


def run(*words, **more):
    return subprocess.run([sipcc, "contract", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)


def expect(what, done, status, *texts):
    said = done.stdout + done.stderr
    missing = [t for t in texts if t not in said]
    if done.returncode != status or missing:
        wrong.append("%s: status %d, missing %s in\n%s" % (what, done.returncode, missing, said))


def main():
    old, new = os.path.join(folder, "old.sip"), os.path.join(folder, "new.sip")
    expect("text", run("sip.console.Console"), 0, "outstanding: at most 1 in, 1 out", "in  write(own str text @0)  16 bytes",
           "Ready: write? -> Ready.write or put? -> Ready.put", "Ready.write: ok! -> Ready", "/// Shows the text.")
    expect("all of a file", run(old), 0, "contract Store (store)", "contract Grows (store)", "<= 4096 bytes")
    expect("json", run("--json", "Store", old), 0, '"contract": "Store"', '"limit": 4096', '"kind": "struct"')
    expect("dot", run("--dot", "Store", old), 0, "digraph \"Store\"", "label=\"put?\"")
    expect("promela", run("--promela", "Store", old), 0, "chan to_exporter = [1]")
    expect("no name", run("Shop", old), 2, "there is no contract `Shop`; there is `Store`")
    expect("no file", run("Shop"), 2, "contract takes a file")
    expect("several", run("--dot", old), 2, "one contract is wanted, and there are 4")
    expect("two forms", run("--dot", "--json", old), 2, "one thing at a time")
    expect("the same", run("--compare", old, old), 0, "nothing differs")
    with open(os.path.join(folder, "compare.txt")) as file:
        expect("two versions", run("--compare", old, new), 1, file.read())
    expect("one of them", run("--compare", "Grows", old, new), 1, "contract Grows",
           "importers that go by the old contract, with a peer of the new one: nothing differs",
           "`c` may come in `S`; the old `S` does not know it")
    expect("one that is gone", run("--compare", "Leaves", old, new), 2, "there is no contract `Leaves`")
    with tempfile.TemporaryDirectory() as empty:
        expect("no dot", run("--svg", "Store", old, env={**os.environ, "PATH": empty}), 3, "package `graphviz`")
    drawn = run("--svg", "Store", old)
    if drawn.returncode == 0:
        expect("svg", drawn, 0, "<svg", "put?")
    else:
        expect("svg", drawn, 3, "package `graphviz`")
    if wrong:
        sys.exit("\n".join(wrong))


main()
