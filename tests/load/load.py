#!/usr/bin/env python3
"""A day of many processes on eight CPUs, in less time: load.sip.

Usage: load.py SIPCC FILE.sip host|qemu CPUS [--processes N] [--seconds S] [--seed N]

All that takes time takes so much less as the day does: what was an hour of sleep is a 24th of the seconds that are asked for. Right is: no wait that
should have ended did not, no sleep was too short, every answer was right, the boss's account is what it was, the kernel has found all that it lent
back (else it ends with 5), and of threads that can run none was passed over more often than docs/kernel.md allows.
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile
import time

ALLOWED = 32


def with_constants(source, folder, **values):
    with open(source) as file:
        text = file.read()
    for name, value in values.items():
        text, found = re.subn(rf"(?m)^const (\w+) {name}( *)= [\d_]+;", rf"const \1 {name}\2= {value};", text)
        assert found == 1, name
    path = os.path.join(folder, "load.sip")
    with open(path, "w") as file:
        file.write(text)
    return path


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    for name in ["sipcc", "source", "where", "cpus"]:
        parser.add_argument(name)
    parser.add_argument("--processes", type=int, default=1000)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    print(f"# load: {options.where}, {options.cpus} CPUs, {options.processes} processes, seed {options.seed}; a day in {options.seconds} s: "
          f"{86400 / options.seconds:.0f} times as fast", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        source = with_constants(options.source, folder, count=options.processes, day=options.seconds * 10**9, seed=options.seed)
        command = [options.sipcc, "run", "-q", "--deadlock", "off", "--on", options.where, "--cpus", options.cpus]
        command += ["--machine", "q35", "--memory", "512M"] if options.where == "qemu" else []
        begin = time.monotonic()
        try:
            # What began when the day ended still has to end: of what is alive each may compute once more, and be asked and ended.
            run = subprocess.run(command + [source], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                 timeout=20 * options.seconds + 1200)
        except subprocess.TimeoutExpired as late:
            print((late.stdout or b"").decode(errors="replace")[-3000:])
            sys.exit("not ok: it does not end")
    text = run.stdout.decode(errors="replace").replace("\r\n", "\n")
    for line in re.findall(r"^# (?:load|turns|cpus): .*$", text, re.M):
        print(line)
    last = re.search(r"^load: .*$", text, re.M)
    passed = re.search(r"^# turns: \d+, .* at most (\d+) of (\d+) later arrivals$", text, re.M)
    fair = options.cpus == "1" or (passed is not None and int(passed[1]) <= int(passed[2]) <= ALLOWED)
    right = run.returncode == 0 and fair and last is not None and last[0] == "load: 0 waits lost, 0 sleeps too short, 0 wrong"
    if not right:
        print(text[-3000:])
    print(f"{'ok' if right else 'not ok'}: {last[0] if last else 'no end'}; status {run.returncode}, {time.monotonic() - begin:.0f} s")
    sys.exit(0 if right else 1)


main()
