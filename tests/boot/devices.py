#!/usr/bin/env python3
"""Runs systems with devices, booted in QEMU or hosted, and looks at what the devices have got, and what the console shows.

Usage: devices.py SIPCC FOLDER qemu|host CPUS [NAME...]

The images of both are the same, byte by byte.
"""
import fcntl
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

from machine import QEMU

MICROVM = "microvm,ioapic2=off"
MODERN = ["-global", "virtio-mmio.force-legacy=false"]


class Boot:
    """Systems that QEMU boots, on the machine that the drivers of a test are for."""

    def __init__(self, sipcc, folder, scratch, cpus):
        self.sipcc, self.folder, self.scratch, self.cpus, self.good = sipcc, folder, scratch, cpus, True
        self.run_options = ["--on", "qemu", "--cpus", cpus]

    def image(self, name):
        elf = os.path.join(self.scratch, name + ".elf")
        if os.path.exists(elf):
            return elf
        subprocess.run([self.sipcc, "image", "-q", "--cpus", self.cpus, os.path.join(self.folder, name + ".sip"), "-o", elf], check=True)
        return elf

    # What is put where the drivers for `microvm` look.
    def entropy(self):
        return MODERN + ["-object", "rng-builtin,id=random", "-device", "virtio-rng-device,rng=random,bus=virtio-mmio-bus.7"]

    def disk(self, path):
        settings = "" if os.stat(path).st_mode & 0o222 else ",readonly=on"
        return MODERN + ["-drive", f"if=none,id=disk0,format=raw,file={path}{settings}", "-device", "virtio-blk-device,drive=disk0,bus=virtio-mmio-bus.6"]

    def port(self, path):
        return MODERN + ["-device", "virtio-serial-device,bus=virtio-mmio-bus.4", "-chardev", "file,id=port,path=" + path, "-device", "virtconsole,chardev=port"]

    def command(self, name, arguments, machine):
        return QEMU + ["-M", machine, "-smp", self.cpus] + list(arguments) + ["-kernel", self.image(name)]

    def code(self, status):
        return (status + 1) << 1 | 1

    def check(self, name, holds, seen):
        print(f"{'ok' if holds else 'not ok'}: {name}", flush=True)
        if not holds:
            print(seen)
        self.good = self.good and holds

    def run(self, name, arguments=(), status=0, machine="q35"):
        """What the console shows, but for lines that begin with `#`."""
        got = subprocess.run(self.command(name, arguments, machine), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, timeout=200)
        text = "".join(line for line in got.stdout.decode(errors="replace").splitlines(True) if not line.startswith("#"))
        self.check(f"{name} ends with {status}", got.returncode == self.code(status), f"status {got.returncode}\n{text}")
        return text


class Hosted(Boot):
    """The same systems as processes of Linux."""

    def __init__(self, sipcc, folder, scratch, cpus):
        super().__init__(sipcc, folder, scratch, cpus)
        self.run_options = ["--cpus", cpus]

    def entropy(self):
        return []  # always there

    def disk(self, path):
        return ["--disk", path]

    def port(self, path):
        return ["--virtio-console", path]

    def command(self, name, arguments, machine):
        elf = self.image(name)
        return [os.path.join(os.path.dirname(self.sipcc), "sip-hosted"), "--cpus", self.cpus, *arguments, elf[:-4] + ".img"]

    def code(self, status):
        return status


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
    hosted = isinstance(boot, Hosted)
    began = int(time.time()) if hosted else 1709251190
    text = boot.run("clock", [] if hosted else ["-rtc", "base=2024-02-29T23:59:50,clock=vm"])
    seconds = re.match(r"seconds since 1970: (\d+)\n", text)
    boot.check("clock: it is now" if hosted else "clock: it is the leap day", seconds and 0 <= int(seconds[1]) - began < 200, text)
    boot.check("clock: a timer rings", "it rang in time: 50\n" in text, text)


def random(boot):
    """By DMA, of a process that the system trusts."""
    text = boot.run("random", boot.entropy(), machine=MICROVM)
    boot.check("random: bytes came", text == "random\n", text)


def console(boot):
    shown = os.path.join(boot.scratch, "port.txt")
    text = boot.run("out", boot.port(shown), machine=MICROVM)
    with open(shown) as file:
        sent = file.read()
    boot.check("out: what was written has been sent", sent == 100 * "a line\n" + 10000 * "x", sent)
    boot.check("out: the writer is done", text == "written\n", text)


def disk_of(boot, name, bytes_, mode=0o644):
    path = os.path.join(boot.scratch, name)
    with open(path, "wb") as file:
        file.truncate(bytes_)
    os.chmod(path, mode)
    return path, boot.disk(path)


def pattern(block):
    return bytes(((block * 31 + i * 7 + i // 256) & 0xff) ^ 0x5a for i in range(512))


DISK = """blocks 8192
bytes each 512
one block: 0
a mebibyte: 0
the last block: 0
it is back: 0
that too: 0
a part of it: 0
beyond the end: 1
far beyond: 1
half a block: 2
nothing: 2
flushed 0
discarded 0
not discarded 1
"""


def disk(boot):
    path, device = disk_of(boot, "disk.data", 4 << 20)
    text = boot.run("disk", device, machine=MICROVM)
    boot.check("disk: what can be is done, and what cannot is refused", text == DISK, text)
    with open(path, "rb") as file:
        content = file.read()
    blocks = [content[at:at + 512] for at in range(0, len(content), 512)]
    written = [5, 8191] + list(range(108, 100 + 2048))  # eight of them have been given up
    boot.check("disk: what was written is in the file", all(blocks[n] == pattern(n) for n in written), "")
    boot.check("disk: nothing else is", not any(content[512 * n:512 * n + 512].strip(b"\0") for n in range(8192) if n not in written and not 100 <= n < 108), "")


def disk_failing(boot):
    """Of a medium on which no write works, and one that may not be written."""
    path, device = disk_of(boot, "bad.data", 4 << 20, 0o444)
    text = boot.run("disk", device, machine=MICROVM)
    boot.check("disk: a medium that cannot be written", "one block: 3\n" in text and "flushed 0\n" in text, text)
    text = boot.run("disk", machine=MICROVM)
    boot.check("disk: no disk", text.startswith("no disk 0\n") and "one block: 9\n" in text, text)


def disk_restart(boot):
    path, device = disk_of(boot, "again.data", 1 << 20)
    text = boot.run("disk_restart", device, machine=MICROVM)
    boot.check("disk_restart: the client went on", text.endswith("10 written by 4, all of it is there\n") and text.count("worn out") == 3, text)
    with open(path, "rb") as file:
        content = file.read(10 * 4096)
    boot.check("disk_restart: what was answered is in the file", content == b"".join(bytes([n + 1]) * 4096 for n in range(10)), "")


def files_disk(boot):
    """Files outlive the driver, which ends several times a boot, and the boot."""
    _, device = disk_of(boot, "files.data", 2 << 20)
    for turn in range(3):
        text = boot.run("files_disk", device, machine=MICROVM)
        wanted = f"{4 * turn} found, 4 written, {4 * turn + 4} there\n"
        boot.check(f"files_disk: boot {turn + 1}", wanted in text and "worn out" in text, text)


def pci(boot):
    """The same drivers for what is on the PCI bus of a larger machine."""
    text = boot.run("pci_random", ["-object", "rng-builtin,id=random", "-device", "virtio-rng-pci,rng=random,disable-legacy=on"])
    boot.check("pci_random: bytes came", text == "random\n", text)
    shown = os.path.join(boot.scratch, "pci_port.txt")
    text = boot.run("pci_out", ["-device", "virtio-serial-pci,disable-legacy=on", "-chardev", "file,id=port,path=" + shown, "-device", "virtconsole,chardev=port"])
    with open(shown) as file:
        sent = file.read()
    boot.check("pci_out: what was written has been sent", sent == 100 * "a line\n" + 10000 * "x" and text == "written\n", text)
    path, _ = disk_of(boot, "pci.data", 4 << 20)
    drive = ["-drive", f"if=none,id=disk0,format=raw,file={path}"]
    text = boot.run("pci_disk", drive + ["-device", "virtio-blk-pci,drive=disk0,disable-legacy=on"])
    boot.check("pci_disk: what can be is done, and what cannot is refused", text == DISK, text)
    text = boot.run("pci_disk", drive + ["-device", "pcie-root-port,id=port0", "-device", "virtio-blk-pci,drive=disk0,disable-legacy=on,bus=port0"])
    boot.check("pci_disk: behind a bridge", text == DISK, text)
    text = boot.run("pci_disk", status=3)
    boot.check("pci_disk: no disk is no system", text == "refused: sip disk is granted a device on the PCI bus that the machine has not\n", text)
    text = boot.run("pci_disk", drive + ["-device", "virtio-blk-pci,drive=disk0,disable-legacy=on,vectors=0"], status=3)
    boot.check("pci_disk: nor one without messages", "that has none, or no message for it" in text, text)


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def echoes(port, messages):
    """How many of them come back as they were."""
    good = 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(20)
        for message in messages:
            client.sendto(message, ("127.0.0.1", port))
            try:
                good += client.recv(4096) == message
            except TimeoutError:
                pass
    return good


def echo(boot):
    """A host that answers: the example, started as its comment says, and behind another card."""
    folder = os.path.join(boot.folder, "..", "..", "..", "examples", "07-echo")
    answers(boot, "echo", os.path.join(folder, "echo.sip"))
    if not isinstance(boot, Hosted):
        answers(boot, "pci_echo", os.path.join(boot.folder, "pci_echo.sip"), "-I", folder)


def answers(boot, name, *source):
    port = free_port()
    command = [boot.sipcc, "run", "-q", *boot.run_options, "--net", f"user,hostfwd=udp:127.0.0.1:{port}-10.0.2.15:7", *source]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, start_new_session=True) as run:
        watch = threading.Timer(200, lambda: os.killpg(run.pid, signal.SIGKILL))
        watch.start()
        good = 0
        for line in run.stdout:
            if line == "listening\n":
                good = echoes(port, [b"hello", b"", bytes(range(256)), b"z" * 1400] + [b"%d" % n for n in range(200)])
                break
        os.killpg(run.pid, signal.SIGKILL)
        watch.cancel()
    boot.check(f"{name}: what was sent came back", good == 204, f"{good} of 204")


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


def picture(path):
    """Width, height, and the pixels' bytes, of a PPM file as QEMU writes it."""
    with open(path, "rb") as file:
        content = file.read()
    head = re.match(rb"P6\s+(\d+)\s+(\d+)\s+255\s", content)
    return int(head[1]), int(head[2]), content[head.end():]


def take_picture(boot, name, shot, *options):
    """What the system shows on the console, whose screen has been taken a picture of."""
    got = subprocess.run([boot.sipcc, "run", "-q", *boot.run_options, "--accel", "tcg", "--screenshot", shot, *options, os.path.join(boot.folder, name + ".sip")],
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, timeout=200)
    text = "".join(line for line in got.stdout.decode(errors="replace").splitlines(True) if not line.startswith("#"))
    boot.check(f"{name} ends with 0, and there is a picture", got.returncode == 0 and os.path.exists(shot), f"status {got.returncode}\n{text}")
    return text


def display(boot):
    """A console on a screen, whose pixels are looked at: the last line is full of a letter, and one more has gone to the next."""
    shot, early = os.path.join(boot.scratch, "screen.ppm"), os.path.join(boot.scratch, "early.png")
    text = take_picture(boot, "display", shot)
    boot.check("display: what was written has been taken", text == "shown\n", text)
    width, height, pixels = picture(shot) if text == "shown\n" else (0, 0, b"")
    boot.check("display: it is of this size", (width, height) == (640, 480), f"{width} by {height}")

    def is_ink(column, row, x, y):  # a dot of a letter
        at = ((row * 16 + 1 + 2 * y) * width + column * 12 + 1 + 2 * x) * 3
        return pixels[at:at + 3] == b"\xe0\xe0\xe0"

    def is_l(column, row):
        return [y for y in range(7) if is_ink(column, row, 0, y)] == list(range(7)) and [x for x in range(5) if is_ink(column, row, x, 6)] == list(range(5)) \
            and not any(is_ink(column, row, x, y) for x in range(1, 5) for y in range(6))

    if width:
        boot.check("display: a line is full of a letter", all(is_l(column, 28) for column in range(53)), "")
        boot.check("display: and one more is in the next", is_l(0, 29) and not any(is_ink(column, 29, x, y) for column in range(1, 53) for x in range(5) for y in range(7)), "")
        boot.check("display: what was before has moved up", [x for x in range(5) if is_ink(0, 27, x, 0)] == [1, 2] and not is_ink(20, 0, 2, 3), "")
    text = take_picture(boot, "display", early, "--screenshot-after", "0.1")
    with open(early, "rb") as file:
        content = file.read()
    boot.check("display: the system goes on after a picture", text == "shown\n", text)
    boot.check("display: one as PNG is whole", content[:8] == b"\x89PNG\r\n\x1a\n" and content[-8:-4] == b"IEND", content[:64])


def lacks(boot):
    """What a hosted system has not is refused, and it is said what to do."""
    text = boot.run("serial", status=3)
    boot.check("lacks: ports", text == "refused: sip com2 is granted ports of a device that hosted systems have not: boot it, with `sipcc run --on qemu`\n", text)
    text = boot.run("pci_disk", status=3)
    boot.check("lacks: a bus", "on the PCI bus, which hosted systems have not: use its driver for `microvm`, or boot it, with `sipcc run --on qemu`\n" in text, text)
    text = boot.run("screen", status=3)
    boot.check("lacks: memory", "is granted memory of a device that hosted systems have not: boot it, with `sipcc run --on qemu`\n" in text, text)
    path, device = disk_of(boot, "taken.data", 4096)
    with open(path, "rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        got = subprocess.run(boot.command("disk", device, MICROVM), capture_output=True, text=True, timeout=100)
    boot.check("lacks: a disk of one's own", got.returncode == 3 and got.stderr == f"sip-hosted: cannot use {path}: another system runs on it\n", got.stderr)


TESTS = {
    "qemu": [serial, restart, screen, clock, keys, random, console, disk, disk_failing, disk_restart, files_disk, pci, echo, display],
    "host": [clock, random, console, disk, disk_failing, disk_restart, files_disk, echo, lacks],
}


def main():
    sipcc, folder, where, cpus, *names = sys.argv[1:]
    with tempfile.TemporaryDirectory() as scratch:
        boot = (Hosted if where == "host" else Boot)(sipcc, folder, scratch, cpus)
        for test in TESTS[where]:
            if not names or test.__name__ in names:
                test(boot)
    sys.exit(0 if boot.good else 1)


main()
