#!/usr/bin/env python3
"""Types at a system: through a pipe, hosted, at a terminal, hosted, and at the serial line, booted; and compares what it says.

Usage: typed.py SIPCC typed.sip
"""
import os
import pty
import subprocess
import sys

FIRST = b"x" * 1000 + b"\n"
NUMBERS = b"".join(b"%d\n" % i for i in range(300))
TOTAL = "300 lines of 790 bytes, 44850"


def lines(text):
    text = text.decode("utf-8", "replace").replace("\r\n", "\n")
    return [line for line in text.split("\n") if not line.startswith(("#", "fault:", "ledger:"))]


def run(sipcc, source, platform, typed, cpus="1"):
    command = [sipcc, "run", "-q", "--on", platform, "--cpus", cpus, source]
    done = subprocess.run(command, input=typed, capture_output=True, timeout=300)
    return lines(done.stdout), done.returncode


def check(what, seen, wanted):
    got, code = seen
    good = code == 1 and all(line in got for line in wanted)
    print(f"{what}: {'as wanted' if good else f'status {code}'}")
    if not good:
        print("\n".join(got[:10] + ["..."] + got[-10:]))
        print(f"wanted {wanted}")
    return good


def at_terminal(sipcc, source):
    master, slave = pty.openpty()
    child = subprocess.Popen([sipcc, "run", "-q", "--on", "host", source], stdin=slave, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    os.close(slave)
    os.write(master, b"x" * 700 + b"\nAdb\x7fa\n1\n20\n\x04")
    out, _ = child.communicate(timeout=300)
    os.close(master)
    return lines(out), child.returncode


def main():
    sipcc, source = sys.argv[1:3]
    typed = FIRST + b"Ada\n" + NUMBERS
    good = True
    good &= check("a pipe", run(sipcc, source, "host", typed), ["from a stream", "name? hello <Ada>", TOTAL, "and no more"])
    good &= check("a pipe, 2 processors", run(sipcc, source, "host", FIRST + b"Ada\n1\n", cpus="2"),
                  ["name? hello <Ada>", "1 lines of 1 bytes, 1", "and no more"])
    good &= check("a pipe without an end of its last line", run(sipcc, source, "host", FIRST + b"Ada\n7\n8"),
                  ["name? hello <Ada>", "2 lines of 2 bytes, 15", "and no more"])
    good &= check("a pipe with odd bytes", run(sipcc, source, "host", FIRST + b"\x00\xff\x1b[2J\n\n\n"),
                  ["name? hello <\x00\ufffd\x1b[2J>", "2 lines of 0 bytes, 0", "and no more"])
    good &= check("a terminal", at_terminal(sipcc, source), ["from lines", "name? hello <Ada>", "2 lines of 3 bytes, 21", "and no more"])
    # A serial line has no end: control-D is one, where somebody types.
    keys = FIRST + b"Adb\x7fa\r" + NUMBERS.replace(b"\n", b"\r") + b"\x04"
    good &= check("the serial line", run(sipcc, source, "qemu", keys),
                  ["from keys", "name? Adb\b \ba", "hello <Ada>", TOTAL])
    sys.exit(0 if good else 1)


main()
