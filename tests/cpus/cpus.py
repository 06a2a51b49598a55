#!/usr/bin/env python3
"""Programs on several CPUs: they show and end as on one.

Usage: cpus.py SIPCC TESTS host|qemu CPUS [ROUNDS]

Those of tests/run whose text does not depend on who runs when, and a stress: processes that are started, ended wherever they are, and
fault, in parallel. The kernel's own check at its end, that no page, block or endpoint is left, is part of each run.
"""
import os
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
    ("run", "exit", 42),
    ("preempt", "collect", 0),
    ("preempt", "endless", 42),
    ("cpus", "stress", 0),
]


def shown(text):
    ignored = ("#", "fault:", "ledger:") if "stress:" in text else ("#",)
    return [line for line in text.replace("\r\n", "\n").split("\n") if not line.startswith(ignored)]


def main():
    sipcc, tests, where, cpus = sys.argv[1:5]
    rounds = int(sys.argv[5]) if len(sys.argv) > 5 else 1
    machine = ["--machine", "q35"] if where == "qemu" and cpus == "4" else []
    failed = 0
    for folder, name, status in PROGRAMS:
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
            right = got.returncode == status and shown(got.stdout.decode()) == wanted
            print(f"{'ok' if right else 'not ok'}: {name} on {cpus} CPUs", flush=True)
            if not right:
                failed += 1
                print(f"status {got.returncode}, expected {status}\n{got.stdout.decode()}{got.stderr.decode()}")
    sys.exit(failed != 0)


main()
