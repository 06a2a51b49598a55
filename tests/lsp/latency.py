#!/usr/bin/env python3
"""How a language server feels: opens one file, asks what an editor asks while a person reads and types, and says how long that takes.

Usage: latency.py [--lines N] [--files N] [--samples N] [--seed N] [--cpu] [--gate] SERVER [PEER]

SERVER is sip-lsp; PEER (for example clangd-19) gets the C twin of the same program, turn by turn in the same run. Times in ms, p50 and p95.
The file is the whole program; with --files it is the main file of a program of so many modules, all of which it imports, and what is asked for while
somebody reads and types may take three times as long.
With --cpu it is the time that the server's threads have spent on the processor: on a machine that does other things, too.
With --gate the program ends with 1 where a target is missed.
"""
import argparse
import os
import random
import re
import subprocess
import sys
import tempfile
import time

from client import CAN, Client, edit, place

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# What is asked of sip-lsp: p50 and p95 in ms at 5,000 lines; memory in MiB.
TARGETS = {
    "initialize": (20, 20), "open to diagnostics": (100, 100), "hover": (2, 5), "definition": (2, 5), "highlight": (2, 5), "completion, a letter": (8, 20),
    "completion, a member": (8, 20), "edit to diagnostics, an error": (80, 150), "edit to diagnostics, mended": (80, 150), "folding": (10, 20),
    "symbols": (10, 20), "selection": (10, 20), "formatting": (30, 60),
}
MEMORY = 64
FACTOR = 3  # of a program of many files


def twins(folder, lines, files):
    made = {}
    for lang in ["sip", "c"]:
        out = os.path.join(folder, lang)
        subprocess.run([sys.executable, os.path.join(ROOT, "tests", "bench", "generate.py"), lang, str(lines), "--files", str(files), "-o", out], check=True, stdout=subprocess.DEVNULL)
        made[lang] = os.path.join(out, ("part0." if files == 1 else "main.") + lang)
    return made


class Timed:
    """A server with one file, and how long each kind of question has taken."""

    def __init__(self, command, path, seed):
        self.times, self.path, self.version = {}, path, 1
        with open(path, encoding="utf-8") as file:
            self.text = file.read()
        self.lines = self.text.split("\n")
        self.random = random.Random(seed)
        self.client = None
        start = self.now()
        self.client = Client(command.split(), {**CAN, "textDocument": {**CAN["textDocument"], "completion": {"completionItem": {"snippetSupport": True}}}}, strict=False)
        self.note("initialize", start)
        words = [(n, m.start(), m.group()) for n, line in enumerate(self.lines) for m in re.finditer(r"\b[a-z]\w{3,}\b", line)]
        self.words = [w for w in words if self.lines[w[0]].startswith("    ")]
        self.members = [w for w in self.words if self.lines[w[0]][: w[1]].endswith(("->", "."))]
        self.calls = [w for w in self.words if self.lines[w[0]][w[1] + len(w[2]) :].startswith("(") and w not in self.members]

    cpu = False

    def now(self):
        """Seconds."""
        if not Timed.cpu:
            return time.monotonic()
        total, tasks = 0, f"/proc/{self.client.process.pid}/task" if self.client else None
        for task in os.listdir(tasks) if tasks else []:
            with open(f"{tasks}/{task}/schedstat", encoding="ascii") as file:
                total += int(file.read().split()[0])
        return total / 1e9

    def note(self, name, start):
        self.times.setdefault(name, []).append((self.now() - start) * 1000)

    def open(self):
        start = self.now()
        self.client.open(self.path, self.text)
        self.client.diagnostics(self.path, 1)
        self.note("open to diagnostics", start)

    def ask(self, name, method, **more):
        start = self.now()
        answer = self.client.ask_raw("textDocument/" + method, self.client.about(self.path, **more))
        self.note(name, start)
        return answer.get("result")

    def change(self, line, start, end, text):
        self.version += 1
        self.client.change(self.path, self.version, edit((line, start), (line, end), text))

    def read(self):
        line, at, word = self.random.choice(self.words)
        here = place(line, at + 1)
        self.ask("hover", "hover", position=here)
        self.ask("definition", "definition", position=here)
        self.ask("highlight", "documentHighlight", position=here)
        self.ask("selection", "selectionRange", positions=[here])

    def shapes(self):
        self.ask("folding", "foldingRange")
        self.ask("symbols", "documentSymbol")
        self.ask("formatting", "formatting", options={"tabSize": 4, "insertSpaces": True})

    def type(self):
        line, at, word = self.random.choice(self.calls)
        self.change(line, at, at + len(word), "")
        for i, letter in enumerate(word[:3]):
            self.change(line, at + i, at + i, letter)
            self.ask("completion, a letter", "completion", position=place(line, at + i + 1), context={"triggerKind": 1})
        self.change(line, at, at + 3, word)
        line, at, word = self.random.choice(self.members)
        self.change(line, at, at + len(word), "")
        self.ask("completion, a member", "completion", position=place(line, at), context={"triggerKind": 2, "triggerCharacter": "."})
        self.change(line, at, at, word)
        self.settle()

    def settle(self):
        try:
            self.client.diagnostics(self.path, self.version, 2)
        except AssertionError:
            pass  # a server may say nothing of a version with which nothing is wrong

    def mistake(self):
        line, at, word = self.random.choice(self.calls)
        start = self.now()
        self.change(line, at, at, "@")
        self.client.diagnostics(self.path, self.version)
        self.note("edit to diagnostics, an error", start)
        start = self.now()
        self.change(line, at, at + 1, "")
        self.client.diagnostics(self.path, self.version)
        self.note("edit to diagnostics, mended", start)

    def peak(self):
        total = 0
        with open(f"/proc/{self.client.process.pid}/status", encoding="ascii") as file:
            for line in file:
                if line.startswith("VmHWM"):
                    total = int(line.split()[1])
        return total / 1024


def quantile(times, q):
    times = sorted(times)
    return times[min(len(times) - 1, max(0, int(q * len(times) + 0.999) - 1))]


def rows_of(servers, files):
    """Of each question: its name, its target and its times by server, as pairs of p50 and p95; None where a server was not asked."""
    for name, target in TARGETS.items():
        if files > 1 and name not in ("initialize", "open to diagnostics"):
            target = (target[0] * FACTOR, target[1] * FACTOR)
        times = [server.times.get(name) for server in servers]
        yield name, target, [(quantile(t, 0.5), quantile(t, 0.95)) if t else None for t in times]


def report(servers, files):
    missed, first = 0, os.path.basename(servers[0].client.process.args[0])
    print(f"{'ms, p50 / p95':32}{'target':>14}" + "".join(f"{os.path.basename(s.client.process.args[0]):>20}" for s in servers))
    for name, target, times in rows_of(servers, files):
        wanted = files == 1 or name != "open to diagnostics"  # all of a large program is read once, and that takes its time
        late = wanted and (times[0][0] > target[0] or times[0][1] > target[1])
        missed += late
        cells = "".join(f"{f'{t[0]:.1f} / {t[1]:.1f}' if t else '-':>20}" for t in times)
        print(f"{name:32}{f'{target[0]} / {target[1]}' if wanted else '-':>14}{cells}" + ("  missed" if late else ""))
    late = files == 1 and servers[0].peak() > MEMORY
    print(f"{'peak of memory, MiB':32}{MEMORY if files == 1 else '-':>14}" + "".join(f"{s.peak():>20.1f}" for s in servers) + ("  missed" if late else ""))
    return missed + late


def measure(folder, server, peer=None, lines=5000, files=1, samples=20, seed=1):
    """The servers, with the times that they have taken."""
    paths = twins(folder, lines, files)
    servers = [Timed(server, paths["sip"], seed)]
    if peer:
        servers.append(Timed(peer, paths["c"], seed))
    for one in servers:
        one.open()
    for i in range(samples):  # turn by turn: what else the machine does hits all alike
        for one in servers:
            one.read()
            if i % 4 == 0:
                one.shapes()
            one.type()
            if i % 2 == 0:
                one.mistake()
    return servers


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--lines", type=int, default=5000)
    parser.add_argument("--files", type=int, default=1)
    parser.add_argument("--samples", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cpu", action="store_true")
    parser.add_argument("--gate", action="store_true")
    parser.add_argument("server")
    parser.add_argument("peer", nargs="?")
    options = parser.parse_args()
    Timed.cpu = options.cpu
    with tempfile.TemporaryDirectory() as folder:
        servers = measure(folder, options.server, options.peer, options.lines, options.files, options.samples, options.seed)
        missed = report(servers, options.files)
        for server in servers:
            server.client.kill()
    sys.exit(1 if options.gate and missed else 0)


if __name__ == "__main__":
    main()
