#!/usr/bin/env python3
"""Drivers whose devices lie: they end at worst, and nobody else notices.

Usage: lies.py SIPCC KERNEL SYSTEM [ROUNDS [FIRST]]

KERNEL is a hosted one whose devices lie, by a seed (kernel-rt/platform/hosted/lies.c). Whatever they tell, the kernel goes on to the system's
end, where it finds everything that it has lent back, and the process without a device is well. Without lies all requests are answered.
"""
import os
import re
import subprocess
import sys
import tempfile

RETURNED, FAULTED = 0, 1
REQUESTS = 40


def run(kernel, image, scratch, cpus, lies):
    disk = os.path.join(scratch, "disk.data")
    with open(disk, "wb") as file:
        file.truncate(1 << 20)
    command = [kernel, "--cpus", str(cpus), "--disk", disk, "--net", "user", "--virtio-console", os.path.join(scratch, "port.txt"), *lies, image]
    try:
        got = subprocess.run(command, capture_output=True, timeout=300)
        return got.returncode, got.stdout.decode(errors="replace") + got.stderr.decode(errors="replace")
    except subprocess.TimeoutExpired as late:
        return None, (late.stdout or b"").decode(errors="replace")


def main():
    sipcc, kernel, system = sys.argv[1:4]
    rounds = int(sys.argv[4]) if len(sys.argv) > 4 else 16
    first = int(sys.argv[5]) if len(sys.argv) > 5 else 1
    failed = 0
    ended = 0
    with tempfile.TemporaryDirectory() as scratch:
        elf = os.path.join(scratch, "lies.elf")
        subprocess.run([sipcc, "image", "-q", "--deadlock", "off", system, "-o", elf], check=True)
        image = elf[:-4] + ".img"
        for seed in range(rounds + 1):
            lies = ["--lies", f"{first + seed - 1}:{[5, 40, 200, 1000][seed % 4]}"] if seed else []
            status, text = run(kernel, image, scratch, 1 + seed % 2, lies)
            answers = [int(n) for n in re.findall(r"^# \w+: (\d+) answers$", text, re.M)]
            well = text.count("the neighbour is well\n") == 1 and status in (RETURNED, FAULTED) and len(answers) == 4
            if not lies:
                well = well and answers == [REQUESTS] * 4 and status == RETURNED
            ended += sum(n < REQUESTS for n in answers)
            print(f"{'ok' if well else 'not ok'}: {' '.join(lies) or 'without lies'}: {answers}", flush=True)
            if not well:
                failed += 1
                print(f"status {status}\n{text}")
    if ended == 0:
        print("not ok: no lie has done anything")
    sys.exit(failed != 0 or ended == 0)


main()
