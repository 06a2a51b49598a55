#!/usr/bin/env python3
"""Boots one system by PVH on three machines, and from its ISO image on BIOS and UEFI: it says the same each time.

Usage: matrix.py SIPCC FILE.sip
"""
import glob
import os
import subprocess
import sys
import tempfile

from machine import QEMU

FIRMWARE = ["/usr/share/ovmf/OVMF.fd", "/usr/share/OVMF/OVMF_CODE.fd", "/usr/share/qemu/OVMF.fd"]


def boot(name, arguments, wanted):
    got = subprocess.run(QEMU + arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, timeout=280)
    text = got.stdout.decode(errors="replace")
    right = wanted in text and got.returncode == 3  # (0 + 1) << 1 | 1
    print(f"{'ok' if right else 'not ok'}: {name}", flush=True)
    if not right:
        print(f"status {got.returncode}\n{text}")
    return right


def main():
    sipcc, source = sys.argv[1:3]
    with open(os.path.join(os.path.dirname(source), "expected.txt")) as file:
        wanted = file.read().strip()
    with tempfile.TemporaryDirectory() as folder:
        elf, iso = os.path.join(folder, "hello.elf"), os.path.join(folder, "hello.iso")
        subprocess.run([sipcc, "image", "-q", "--iso", source, "-o", elf], check=True)
        good = True
        for machine in "q35", "pc", "microvm":
            good = boot("PVH on " + machine, ["-M", machine, "-kernel", elf], wanted) and good
        good = boot("ISO on BIOS", ["-M", "q35", "-cdrom", iso], wanted) and good
        firmware = next((path for path in FIRMWARE if glob.glob(path)), None)
        if firmware is None:
            sys.exit("there is no OVMF: install Debian's ovmf")
        good = boot("ISO on UEFI", ["-M", "q35", "-bios", firmware, "-cdrom", iso], wanted) and good
    sys.exit(0 if good else 1)


main()
