#!/usr/bin/env python3
"""What is no program's fault stops the machine, and says why: a non-maskable interrupt, a machine check, a double fault.

Usage: epitaph.py SIPCC KERNEL.elf FILE.sip NM

While a process computes, QEMU's monitor makes the machine report a failure; or a debugger takes the handler's stack away and lets the
process jump to where nothing is, so that the CPU cannot even say so. Each time the console shows what, the registers, and the calls that
led there, and the status is that of a failure of the kernel.
"""
import os
import re
import subprocess
import sys
import tempfile
import time

from machine import QEMU, Monitor, connect

STATUS = (5 + 1) << 1 | 1
FAULT_STACK = 36  # of the task state: the first of its stacks
NOWHERE = 0x0000_7000_0000_0000


class Debugger:
    """The remote protocol of gdb, as much as is needed of it."""

    def __init__(self, path):
        self.link, self.got = connect(path), b""
        self.ask("?", "[ST].*")

    def send(self, text):
        self.link.sendall(f"${text}#{sum(text.encode()) % 256:02x}".encode())

    def ask(self, text, wanted):
        """The answer, and not the news that the machine has stopped, which comes whenever it likes."""
        self.send(text)
        while True:
            while not (packet := re.search(rb"\$([^#]*)#..", self.got)):
                part = self.link.recv(4096)
                if not part:
                    sys.exit("the debugger's end is gone")
                self.got += part
            self.got = self.got[packet.end():]
            self.link.sendall(b"+")
            answer = packet.group(1).decode()
            if re.fullmatch(wanted, answer):
                return answer
            if answer.startswith("E"):
                sys.exit(f"the debugger answers {answer} to {text[:40]}")

    def write(self, address, value):
        self.ask(f"M{address:x},8:{value.to_bytes(8, 'little').hex()}", "OK")

    def jump(self, address):
        registers = self.ask("g", "[0-9a-fx]{300,}")
        at = 16 * 16  # rip, behind sixteen others
        self.ask("G" + registers[:at] + address.to_bytes(8, "little").hex() + registers[at + 16:], "OK")


def boot(name, image, folder, more, act, wanted):
    monitor, debugger = os.path.join(folder, name + ".qmp"), os.path.join(folder, name + ".gdb")
    command = QEMU + more + ["-qmp", f"unix:{monitor},server=on,wait=off",
                             "-chardev", f"socket,path={debugger},server=on,wait=off,id=debugger", "-gdb", "chardev:debugger", "-kernel", image]
    run = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    text = b""
    while b"spinning" not in text:
        part = os.read(run.stdout.fileno(), 4096)
        if not part:
            break
        text += part
    time.sleep(0.5)
    act(monitor, debugger)
    try:
        text += run.communicate(timeout=200)[0]
    except subprocess.TimeoutExpired:
        run.kill()
        text += run.communicate()[0]
    text = text.decode(errors="replace")
    right = run.returncode == STATUS
    for pattern in wanted:
        if not re.search(pattern, text):
            right = False
            print(f"{name}: no line is like {pattern}")
    print(f"{'ok' if right else 'not ok'}: {name}", flush=True)
    if not right:
        print(f"status {run.returncode}\n{text}")
    return right


def address_of(nm, kernel, symbol):
    for line in subprocess.run([nm, kernel], check=True, capture_output=True, text=True).stdout.splitlines():
        if line.split()[-1] == symbol:
            return int(line.split()[0], 16)
    sys.exit(f"{kernel} has no {symbol}")


REGISTERS = [r"#   rax [0-9a-f]+  rcx [0-9a-f]+", r"rsp [0-9a-f]+  rbp [0-9a-f]+", r"#   r12 [0-9a-f]+"]
PLACE = r"#   spinner, address [0-9a-f]+ in its image"  # where it was, as a backtrace begins


def main():
    sipcc, kernel, source, nm = sys.argv[1:5]
    tables = address_of(nm, kernel, "tables")

    def interrupt(monitor, _debugger):
        Monitor(monitor).ask("inject-nmi")

    def check(monitor, _debugger):
        Monitor(monitor).ask("human-monitor-command", **{"command-line": "mce 0 1 0xb200000000000000 0x4 0x0 0x0"})

    def fault_twice(_monitor, debugger):
        end = Debugger(debugger)
        end.write(tables + FAULT_STACK, NOWHERE)
        end.jump(NOWHERE)
        end.send("c")

    with tempfile.TemporaryDirectory() as folder:
        image = os.path.join(folder, "epitaph.elf")
        subprocess.run([sipcc, "image", "-q", source, "-o", image], check=True)
        shared = os.path.join(folder, "shared.elf")
        subprocess.run([sipcc, "image", "-q", "--cpus", "2", source, "-o", shared], check=True)
        nmi = [r"# exception 2 at [0-9a-f]+", r"panic: non-maskable interrupt: the machine reports a failure, while spinner was running", *REGISTERS]
        good = boot("nmi", image, folder, ["-M", "q35"], interrupt, [*nmi, PLACE])
        good = boot("nmi-2", shared, folder, ["-M", "q35", "-smp", "2"], interrupt, [r"panic: non-maskable interrupt", *REGISTERS]) and good
        good = boot("mce", image, folder, ["-M", "q35"], check, [r"# exception 18 at", r"panic: machine check", *REGISTERS, PLACE]) and good
        good = boot("double", image, folder, ["-M", "q35"], fault_twice, [r"# exception 8 at 700000000000", r"panic: double fault", *REGISTERS]) and good
    sys.exit(0 if good else 1)


main()
