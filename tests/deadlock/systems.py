#!/usr/bin/env python3
"""Systems that say on their first line what the search for deadlocks must find.

Usage: systems.py SIPCC COMPILER FILE.sip...

    // verdict: free | possible | certain | unproved
    // spin: no         spin asks another question
    // spin: unwritten  its model cannot be written in Promela
    // spin: free       spin finds none: who waits is ended by its own process
    // run: no         it never ends, or not always in the same way
    // reason: TEXT    what `sipcc system` shows of it, among other things
    // refused: TEXT   why its model cannot be written

Where spin is installed it is asked too. Each is run hosted: one that is free never ends with status 4, one that certainly
deadlocks always does. What is free is proved again where it is built: there all of it is lowered, and here what others notice.
"""
import re
import subprocess
import sys

import spin

WORDS = {"is free of deadlocks": "free", "is not proved": "unproved", "may deadlock": "possible", "can deadlock": "certain"}


def marks(path):
    with open(path) as file:
        return dict(re.findall(r"^// (verdict|spin|run|reason|refused): (.+)$", file.read(), re.M))


def verdict(shown):
    first = shown.stdout.split("\n")[0]
    for words, name in WORDS.items():
        if words in first:
            return name
    return shown.stdout + shown.stderr


def searched(sipcc, path):
    return subprocess.run([sipcc, "system", path], capture_output=True, text=True, timeout=300)


def model(sipcc, path):
    shown = subprocess.run([sipcc, "system", "--promela", path], capture_output=True, text=True, timeout=300)
    return (shown.stdout if shown.returncode == 0 else None), shown.stderr


def status(sipcc, path, deadlock="off"):
    """How it ended; none if it was refused before it began."""
    ran = subprocess.run([sipcc, "run", "-q", "--deadlock", deadlock, path], capture_output=True, text=True, timeout=300)
    return None if "error[E0" in ran.stderr else ran.returncode


def check(sipcc, compiler, path):
    wanted = marks(path)
    shown = searched(sipcc, path)
    found = verdict(shown)
    wrong = []
    if wanted.get("reason", "") not in shown.stdout:
        wrong.append(f"not the reason that it has: {shown.stdout}")
    if found != wanted["verdict"]:
        wrong.append(f"found `{found}`, not `{wanted['verdict']}`")
    text, refused = model(sipcc, path)
    if wanted.get("refused", "") not in refused:
        wrong.append(f"not refused for that: {refused}")
    if (text is None) != (wanted.get("spin") == "unwritten"):
        wrong.append("the model could not be written" if text is None else "the model could be written")
    if text and spin.is_there() and wanted.get("spin") != "no":
        expected = wanted["verdict"] in ("possible", "certain") and wanted.get("spin") != "free"
        if spin.deadlocks(text, compiler) != expected:
            wrong.append("spin thinks otherwise")
    if wanted.get("run") != "no":
        ended = status(sipcc, path, "prove" if wanted["verdict"] == "free" else "off")
        if wanted["verdict"] == "free" and ended is None:
            wrong.append("it is not free where it is built")
        if wanted["verdict"] == "free" and ended == 4:
            wrong.append("it is free of deadlocks, and deadlocked")
        if wanted["verdict"] == "certain" and ended != 4:
            wrong.append(f"it can deadlock, and ended with status {ended}")
    for line in wrong:
        print(f"{path}: {line}")
    return not wrong


def main():
    sipcc, compiler = sys.argv[1:3]
    if not spin.is_there():
        print("# spin is not installed: the models are not checked (apt install spin)")
    good = [check(sipcc, compiler, path) for path in sys.argv[3:]]
    print(f"{sum(good)} of {len(good)} systems as they should be")
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
