"""The machine that these tests boot, and QEMU's monitor of it."""
import json
import socket
import sys
import time

QEMU = ["qemu-system-x86_64", "-accel", "tcg", "-cpu", "max", "-m", "256M", "-nodefaults", "-display", "none",
        "-serial", "stdio", "-no-reboot", "-device", "isa-debug-exit,iobase=0x501,iosize=1"]


def connect(path):
    for _ in range(600):
        try:
            link = socket.socket(socket.AF_UNIX)
            link.connect(path)
            link.settimeout(60)
            return link
        except OSError:
            time.sleep(0.1)
    sys.exit(f"{path} does not answer")


class Monitor:
    """QEMU's, by its machine protocol."""

    def __init__(self, path):
        self.lines = connect(path).makefile("rw")
        self.lines.readline()  # who it is
        self.ask("qmp_capabilities")

    def ask(self, name, **arguments):
        self.lines.write(json.dumps({"execute": name, "arguments": arguments}) + "\n")
        self.lines.flush()
        answer = {}
        while not {"return", "error"} & answer.keys():  # what comes before is news
            try:
                line = self.lines.readline()
            except ConnectionResetError:  # what was asked for has ended the machine
                line = ""
            if not line.endswith("\n"):
                return
            answer = json.loads(line)
        if "error" in answer:
            sys.exit(f"the monitor: {answer}")
