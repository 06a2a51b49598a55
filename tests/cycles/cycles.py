#!/usr/bin/env python3
"""Starts and ends processes, COUNT of them, in cycles.sip, and looks whether anything of them stays.

Usage: cycles.py SIPCC FILE.sip host|qemu COUNT

The program counts what its heap is charged for; the kernel, at its end, pages, blocks and ends. Hosted, the memory that Linux sees is asked
for at each tenth: after the first of them it is as large as at the end.
"""
import os
import re
import subprocess
import sys
import tempfile
import time

SLACK = 128  # KiB: what Linux itself may come to need of a process, whatever that does


def resident(process):
    with open(f"/proc/{process}/status") as file:
        return int(re.search(r"VmRSS:\s+(\d+) kB", file.read()).group(1))


def with_count(source, count, folder):
    with open(source) as file:
        text, found = re.subn(r"(?m)^const u64 count = \d+;", f"const u64 count = {count};", file.read())
    assert found == 1
    path = os.path.join(folder, "cycles.sip")
    with open(path, "w") as file:
        file.write(text)
    return path


def main():
    sipcc, source, where, count = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
    assert count % 10 == 0
    with tempfile.TemporaryDirectory() as folder:
        source = with_count(source, count, folder)
        if where == "host":
            subprocess.run([sipcc, "image", "-q", source, "-o", os.path.join(folder, "cycles.elf")], check=True)
            command = [os.path.join(os.path.dirname(sipcc), "sip-hosted"), os.path.join(folder, "cycles.img")]
        else:
            command = [sipcc, "run", "-q", "--on", where, source]
        sizes, last = [], ""
        begin = time.monotonic()
        run = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        for line in run.stdout:
            if not line.startswith("cycles: "):
                continue
            last = line.strip()
            if where == "host" and re.fullmatch(r"cycles: \d+", last):
                sizes.append(resident(run.pid))
                print(f"{last}, {sizes[-1]} KiB resident", flush=True)
        status = run.wait()
    seconds = time.monotonic() - begin
    right = status == 0 and last == f"cycles: {count} done, 0 wrong, 0 times something was left"
    if sizes:
        right = right and len(sizes) == 10 and max(sizes) <= sizes[0] + SLACK
    print(f"{'ok' if right else 'not ok'}: {last or 'no end'}; status {status}, {seconds:.0f} s")
    sys.exit(0 if right else 1)


main()
