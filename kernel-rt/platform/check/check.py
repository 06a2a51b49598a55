#!/usr/bin/env python3
"""Runs check.c's kernel on a platform: check.py hosted PROGRAM | check.py pc KERNEL.elf

Also what platforms say when they cannot run: no image, a missing file, a machine with too little memory.
"""

import os
import struct
import subprocess
import sys
import tempfile
import time

QEMU = ["qemu-system-x86_64", "-accel", "tcg", "-cpu", "max", "-nodefaults", "-display", "none", "-serial", "stdio",
        "-no-reboot", "-device", "isa-debug-exit,iobase=0x501,iosize=0x02"]
STATUS = 42  # what check.c stops with
WAITED = 0.3  # seconds, by check.c's clock
PAGE = 4096


def page_up(x):
    return (x + PAGE - 1) // PAGE * PAGE


def with_image(kernel, image, physical=None):
    """The kernel's ELF file with `image` appended, as `sipcc image` does it."""
    out = bytearray(kernel) + bytes(page_up(len(kernel)) - len(kernel))
    table, = struct.unpack_from("<Q", out, 32)
    count, = struct.unpack_from("<H", out, 56)
    rows = [table + 56 * i for i in range(count)]
    end = max(sum(struct.unpack_from("<24xQ8xQ", out, row)) for row in rows if out[row] == 1)
    spare = next(row for row in rows if out[row] == 0)
    at = page_up(end) if physical is None else physical
    slot = out.index(b"SIPSLOT\x01")
    struct.pack_into("<QQ", out, slot + 8, at, len(image))
    if physical is None:
        struct.pack_into("<IIQQQQQQ", out, spare, 1, 4, len(out), at, at, len(image), len(image), PAGE)
    return bytes(out) + image


def run(command, want_status, want_text):
    begin = time.monotonic()
    got = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, timeout=120)
    text = got.stdout.decode(errors="replace")
    seconds = time.monotonic() - begin
    right = got.returncode == want_status and want_text in text and "\nnot " not in text
    if right and "ok time passes" in text:
        right = seconds > WAITED * 0.95  # a clock that runs too fast
    print(f"{'ok' if right else 'not ok'}: status {got.returncode} of {os.path.basename(command[0])} {' '.join(command[-3:])}")
    if not right:
        sys.stdout.write(text)
        sys.exit(f"wanted status {want_status} and {want_text!r}")


def check_hosted(program, folder):
    image = os.path.join(folder, "image")
    with open(image, "wb") as file:
        file.write(b"hello\n")
    run([program, image], STATUS, "image: hello\n")
    run([program, image + "-missing"], 3, "sip-hosted: cannot open " + image + "-missing: No such file or directory\n")
    run([program, folder], 3, "sip-hosted: cannot open " + folder + ": not a file\n")
    run([program], 2, "usage: sip-hosted [--cpus 1..8] [--trust KEY.pub]... [--disk FILE] [--net KIND[,...]] [--virtio-console FILE] IMAGE\n")
    run(["sh", "-c", 'exec "$0" "$1" >/dev/full', program, image], 3, "cannot write to stdout: No space left on device\n")
    run(["sh", "-c", 'ulimit -v 1000000; exec "$0" "$1"', program, image], STATUS, "done\n")


def check_pc(kernel, folder):
    def boot(name, file, status, text, machine="q35", memory="256M"):
        path = os.path.join(folder, name)
        with open(path, "wb") as out:
            out.write(file)
        # isa-debug-exit makes it odd; 1 is QEMU's own failure.
        run(QEMU + ["-M", machine, "-m", memory, "-kernel", path], (status + 1) << 1 | 1, text)

    with open(kernel, "rb") as file:
        plain = file.read()
    image = b"hello\n" + bytes(5 * PAGE + 17)
    booted = with_image(plain, image)
    for machine in "q35", "pc", "microvm":
        boot("good.elf", booted, STATUS, "image: hello\n", machine)
    boot("good.elf", booted, STATUS, "done\n", memory="67M")  # ends within a large page
    boot("good.elf", booted, STATUS, "done\n", memory="3G")  # beyond 4 GiB there is some on q35
    boot("plain.elf", plain, 3, "kernel: there is no image in this file")
    boot("far.elf", with_image(plain, image, 1 << 30), 3, "kernel: the image was not loaded: there is no memory")
    boot("high.elf", with_image(plain, image, 1 << 40), 3, "kernel: the image was not loaded: its place")
    boot("over.elf", with_image(plain, image, 0x101000), 3, "kernel: the image was not loaded: there is no memory")
    old = QEMU[:]
    old[old.index("max")] = "qemu32"
    path = os.path.join(folder, "good.elf")
    run(old + ["-M", "q35", "-m", "256M", "-kernel", path], (3 + 1) << 1 | 1, "kernel: this CPU has no long mode or no NX\n")


with tempfile.TemporaryDirectory() as temporary:
    {"hosted": check_hosted, "pc": check_pc}[sys.argv[1]](sys.argv[2], temporary)
