#!/usr/bin/env python3
"""Programs of tests/run, hosted, whose turns end at random: what they show and how they end may not depend on where.

Usage: random_ticks.py SIPCC TESTS [ROUNDS]

The kernel's own check at its end, that no page, block or endpoint is left, is part of each run. By steps, a turn may end after
any instruction, in a process or where the kernel puts it off; that is slow, so long programs run by a timer instead. What
failed can be repeated with the SIP_HOSTED_TICKS that is shown. ROUNDS, for longer campaigns, are seeds from a number that differs
each time.
"""
import os
import subprocess
import sys
import time

PROGRAMS = [  # folder, name, status, how, mean, seeds; the order of what is shown must not depend on whose turn it is
    ("run", "threads", 0, "steps", 5, 2),
    ("run", "wires", 0, "steps", 3, 1),
    ("run", "exit", 42, "steps", 3, 1),
    ("run", "floats", 0, "steps", 5, 1),
    ("run", "threads", 0, "timer", 20, 2),
    ("run", "channels", 0, "timer", 30, 3),
    ("run", "nested", 0, "timer", 20, 1),
    ("run", "boxes", 0, "timer", 50, 1),
    ("run", "managed_two", 0, "timer", 20, 3),
    ("run", "managed_random", 0, "timer", 50, 1),
    ("run", "managed_threads", 0, "timer", 20, 3),
    ("run", "managed_glue", 0, "timer", 15, 2),
    ("preempt", "collect", 0, "timer", 7, 2),
    ("preempt", "endless", 42, "timer", 30, 2),
]


def shown(text):
    return [line for line in text.replace("\r\n", "\n").split("\n") if not line.startswith("#")]


def main():
    sipcc, tests = sys.argv[1:3]
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    first = int(time.time()) if rounds else 1
    failed = 0
    for folder, name, status, how, mean, seeds in PROGRAMS:
        source = os.path.join(tests, folder, name + ".sip")
        with open(os.path.join(tests, folder, name + ".txt")) as file:
            wanted = shown(file.read())
        for seed in range(first, first + (rounds or seeds)):
            ticks = f"{how}:{seed}:{mean}"
            try:
                got = subprocess.run([sipcc, "run", "-q", source], capture_output=True, timeout=250,
                                     env=dict(os.environ, SIP_HOSTED_TICKS=ticks))
            except subprocess.TimeoutExpired:
                print(f"not ok: SIP_HOSTED_TICKS={ticks} {name}: it does not end")
                failed += 1
                continue
            right = got.returncode == status and shown(got.stdout.decode()) == wanted
            print(f"{'ok' if right else 'not ok'}: SIP_HOSTED_TICKS={ticks} {name}")
            if not right:
                failed += 1
                print(f"status {got.returncode}, expected {status}\n{got.stdout.decode()}{got.stderr.decode()}")
    sys.exit(failed != 0)


main()
