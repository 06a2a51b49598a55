#!/usr/bin/env python3
"""Programs on several CPUs: they show and end as on one.

Usage: cpus.py SIPCC TESTS host|qemu CPUS [ROUNDS [NAME...]]

Those of tests/run whose text does not depend on who runs when, and a stress: processes that are started, ended wherever they are, and
fault, in parallel. The kernel's own check at its end, that no page, block or endpoint is left, is part of each run; and so are its counters,
which say that no thread was passed over more often than docs/kernel.md promises.
"""
import os
import re
import subprocess
import sys

PROGRAMS = [  # folder, name, status
    ("run", "threads", 0),
    ("run", "channels", 0),
    ("run", "nested", 0),
    ("run", "wires", 0),
    ("run", "meets", 0),
    ("run", "sets", 0),
    ("run", "receive", 0),
    ("run", "name_service", 0),
    ("run", "managed_two", 0),
    ("run", "managed_threads", 0),
    ("run", "managed_glue", 0),
    ("run", "exit", 42),
    ("preempt", "collect", 0),
    ("preempt", "endless", 42),
    ("cpus", "stress", 0),
    ("cpus", "limits", 0),
]
BY_NAME = [("cpus", "crowd", 0), ("cpus", "fair", 0)]  # only if asked for


def shown(text):
    ignored = ("#", "fault:", "ledger:") if "stress:" in text or "all of it:" in text else ("#",)
    return [line for line in text.replace("\r\n", "\n").split("\n") if not line.startswith(ignored)]


def passed_over(text):
    """What is wrong with the kernel's count of turns, or nothing."""
    found = re.search(r"^# turns: \d+, .* at most (\d+) of (\d+) later arrivals\r?$", text, re.M)
    if not found:
        return "the kernel does not say how often threads were passed over"
    most, allowed = map(int, found.groups())
    return "" if most <= allowed <= 32 else f"a thread was passed over {most} times"


def main():
    sipcc, tests, where, cpus = sys.argv[1:5]
    rounds = int(sys.argv[5]) if len(sys.argv) > 5 else 1
    names = sys.argv[6:]
    machine = ["--machine", "q35"] if where == "qemu" and cpus == "4" else []
    failed = 0
    for folder, name, status in PROGRAMS + BY_NAME:
        if name not in names if names else (folder, name, status) in BY_NAME:
            continue
        source = os.path.join(tests, folder, name + ".sip")
        with open(os.path.join(tests, folder, name + ".txt")) as file:
            wanted = shown(file.read())
        for _ in range(rounds):
            try:
                got = subprocess.run([sipcc, "run", "-q", "--deadlock", "off", "--on", where, "--cpus", cpus, *machine, source],
                                     capture_output=True, timeout=600)
            except subprocess.TimeoutExpired:
                print(f"not ok: {name} on {cpus} CPUs: it does not end", flush=True)
                failed += 1
                continue
            wrong = passed_over(got.stdout.decode()) if cpus != "1" else ""
            right = got.returncode == status and shown(got.stdout.decode()) == wanted and not wrong
            print(f"{'ok' if right else 'not ok'}: {name} on {cpus} CPUs", flush=True)
            if not right:
                failed += 1
                print(f"status {got.returncode}, expected {status}; {wrong}\n{got.stdout.decode()}{got.stderr.decode()}")
    sys.exit(failed != 0)


main()
