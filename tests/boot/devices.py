#!/usr/bin/env python3
"""Boots systems with devices in QEMU, and looks at what the devices have got, and what the console shows.

Usage: devices.py SIPCC FOLDER
"""
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time

QEMU = ["qemu-system-x86_64", "-accel", "tcg", "-cpu", "max", "-m", "256M", "-nodefaults", "-display", "none",
        "-no-reboot", "-device", "isa-debug-exit,iobase=0x501,iosize=1", "-serial", "stdio"]


class Boot:
    def __init__(self, sipcc, folder, scratch):
        self.sipcc, self.folder, self.scratch, self.good = sipcc, folder, scratch, True

    def image(self, name):
        elf = os.path.join(self.scratch, name + ".elf")
        subprocess.run([self.sipcc, "image", "-q", os.path.join(self.folder, name + ".sip"), "-o", elf], check=True)
        return elf

    def check(self, name, holds, seen):
        print(f"{'ok' if holds else 'not ok'}: {name}", flush=True)
        if not holds:
            print(seen)
        self.good = self.good and holds

    def run(self, name, arguments=(), status=0, machine="q35"):
        """What the console shows, but for lines that begin with `#`."""
        got = subprocess.run(QEMU + ["-M", machine] + list(arguments) + ["-kernel", self.image(name)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                             stdin=subprocess.DEVNULL, timeout=200)
        text = "".join(line for line in got.stdout.decode(errors="replace").splitlines(True) if not line.startswith("#"))
        self.check(f"{name} ends with {status}", got.returncode == (status + 1) << 1 | 1, f"status {got.returncode}\n{text}")
        return text


def serial(boot):
    com2 = os.path.join(boot.scratch, "com2.txt")
    text = boot.run("serial", ["-serial", "file:" + com2])
    with open(com2) as file:
        sent = file.read()
    boot.check("serial: what was written has been sent", sent == 20 * "a line of forty characters, or nearly so\n", sent)
    boot.check("serial: the writer is done", text == "written\n", text)


def restart(boot):
    com2 = os.path.join(boot.scratch, "again.txt")
    text = boot.run("restart", ["-serial", "file:" + com2])
    with open(com2) as file:
        sent = file.read()
    boot.check("restart: what was answered has been sent", sent.count("a line that is shown\n") == 5, sent)
    boot.check("restart: the client went on", text.endswith("five, by three\n") and text.count("worn out") == 2, text)


def screen(boot):
    """A device's memory, of which the CPU has noted meanwhile that it was used."""
    text = boot.run("screen")
    boot.check("screen: it is started again with the same memory", text.endswith("five, by three\n") and text.count("fault: screen: ") == 2, text)


def clock(boot):
    text = boot.run("clock", ["-rtc", "base=2024-02-29T23:59:50,clock=vm"])
    seconds = re.match(r"seconds since 1970: (\d+)\n", text)
    boot.check("clock: it is the leap day", seconds and 0 <= int(seconds[1]) - 1709251190 < 200, text)
    boot.check("clock: a timer rings", "it rang in time: 50\n" in text, text)


def random(boot):
    """By DMA, of a process that the system trusts."""
    device = ["-global", "virtio-mmio.force-legacy=false", "-object", "rng-builtin,id=random", "-device", "virtio-rng-device,rng=random"]
    text = boot.run("random", device, machine="microvm,ioapic2=off")
    boot.check("random: bytes came", text == "random\n", text)


def press(path, keys):
    """Over QEMU's monitor, one after another: the controller has room for a few."""
    with socket.socket(socket.AF_UNIX) as monitor:
        monitor.connect(path)
        for key in keys:
            monitor.sendall(f"sendkey {key} 20\n".encode())
            time.sleep(0.3)


def keys(boot):
    path = os.path.join(boot.scratch, "monitor")
    command = QEMU + ["-M", "q35", "-monitor", f"unix:{path},server,nowait", "-kernel", boot.image("keys")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True) as qemu:
        watch = threading.Timer(200, qemu.kill)
        watch.start()
        lines = []
        for line in qemu.stdout:
            lines.append(line)
            if line == "press keys\n":
                press(path, ["h", "shift-i", "up", "ret"])
        watch.cancel()
    text = "".join(line for line in lines if not line.startswith("#"))
    wanted = "press keys\nusage 11 character 104\nusage 225\nusage 12 character 73\nusage 82\nusage 40 character 10\n"
    boot.check("keys: what was pressed was told", text == wanted and qemu.returncode == 3, f"status {qemu.returncode}\n{text}")


def main():
    sipcc, folder = sys.argv[1:3]
    with tempfile.TemporaryDirectory() as scratch:
        boot = Boot(sipcc, folder, scratch)
        serial(boot)
        restart(boot)
        screen(boot)
        clock(boot)
        keys(boot)
        random(boot)
    sys.exit(0 if boot.good else 1)


main()
