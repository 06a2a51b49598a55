#!/usr/bin/env python3
"""A long random walk over managed objects, against models: programs of tests/run with other seeds and more steps.

Usage: random_managed.py SIPCC TESTS [ROUNDS]

Each round takes a seed, which is shown, for managed_random (one thread) and managed_threads (five, whose turns end at random, on one CPU
and on two), and runs them hosted: every walk has to be as the model says. Without ROUNDS one round with a fixed seed and the programs' own
steps; with it, as many with seeds of this moment and ten times the steps.
"""
import os
import re
import subprocess
import sys
import tempfile
import time


def seeded(source, seed, factor):
    with open(source) as file:
        text = file.read()
    text = text.replace("88172645463325252", str(88172645463325252 + seed)).replace("123456789", str(123456789 + seed))
    for number in ("40000", "1500", "4500"):
        text = re.sub(rf"\b{number}\b", str(int(number) * factor), text)
    return text


def run(sipcc, source, cpus, ticks):
    env = dict(os.environ, **({"SIP_HOSTED_TICKS": ticks} if ticks else {}))
    got = subprocess.run([sipcc, "run", "-q", "--cpus", cpus, source], capture_output=True, timeout=900, env=env)
    lines = [line for line in got.stdout.decode().splitlines() if not line.startswith("#")]
    return got.returncode == 0 and len(lines) == 1 and lines[0].endswith(" 0 wrong"), lines, got.stderr.decode()


def main():
    sipcc, tests = sys.argv[1:3]
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    first, factor = (int(time.time()), 10) if rounds else (1, 1)
    failed = 0
    for seed in range(first, first + max(rounds, 1)):
        for name, ways in (("managed_random", [("1", None)]), ("managed_threads", [("1", f"timer:{seed}:15"), ("2", None)])):
            with tempfile.TemporaryDirectory() as folder:
                for file in (name, "check"):
                    with open(os.path.join(folder, file + ".sip"), "w") as out:
                        out.write(seeded(os.path.join(tests, "run", file + ".sip"), seed, factor))
                for cpus, ticks in ways:
                    right, lines, errors = run(sipcc, os.path.join(folder, name + ".sip"), cpus, ticks)
                    print(f"{'ok' if right else 'not ok'}: seed {seed}: {name}, CPUs {cpus}, {ticks or 'its own turns'}", flush=True)
                    if not right:
                        failed += 1
                        print("\n".join(lines), errors)
    sys.exit(failed != 0)


main()
