#!/usr/bin/env python3
"""A long row of random edits, in bursts as an editor sends them and one by one: what is said in between and in the end is what a new server says.

Usage: campaign.py SERVER SEED EDITS LINES [--every N] [--keep FOLDER] [--memory MIB]

After each burst the client waits for what is said about its last version. After some edits the text is the first one again, at times after hundreds, so
that a text may be broken in a few places or in many. Every N bursts and in the end a server that has seen nothing else is asked about the same text; where
they differ, the texts are left in FOLDER. Says how much of the processor's time a burst has taken, by how many errors of reading there are, and what memory
the server has had.
"""
import argparse
import os
import random
import sys
import tempfile
import time

from client import CAN, Client
from edits import ask_around, generated, memory, one_edit

UNTIL_WHOLE = [3, 10, 30, 30, 100, 400]  # edits until the text is the first one again
BURSTS = [1, 1, 1, 2, 5, 10, 20, 40]
CLASSES = [("nothing broken", 0), ("1 or 2 places", 2), ("3 to 9", 9), ("10 and more", 1 << 30)]


def spent(client):
    """Milliseconds that the server's threads have been on the processor."""
    total, tasks = 0, f"/proc/{client.process.pid}/task"
    for task in os.listdir(tasks):
        with open(f"{tasks}/{task}/schedstat", encoding="ascii") as file:
            total += int(file.read().split()[0])
    return total / 1e6


class Campaign:
    def __init__(self, options):
        self.options, self.random = options, random.Random(options.seed)
        self.scratch = tempfile.TemporaryDirectory()
        self.path = generated(str(options.lines), self.scratch.name)
        with open(self.path, encoding="utf-8", newline="") as file:
            self.first = self.text = file.read()
        self.client = Client([options.server], CAN, patience=600)
        self.version, self.edits, self.bursts, self.compared, self.failed = 1, 0, 0, 0, 0
        self.whole_in = 0
        self.times = {name: [] for name, _ in CLASSES}
        self.most_memory = self.early_memory = 0
        self.client.open(self.path, self.text)
        self.client.diagnostics(self.path, 1)

    def next_change(self):
        if self.whole_in == 0:
            self.whole_in, self.text = self.random.choice(UNTIL_WHOLE), self.first
            return {"text": self.first}
        self.whole_in -= 1
        change, self.text = one_edit(self.random, self.text)
        return change

    def burst(self):
        size = min(self.random.choice(BURSTS), self.options.edits - self.edits)
        start = spent(self.client)
        for _ in range(size):
            self.version += 1
            self.client.change(self.path, self.version, self.next_change())
            if self.random.random() < 0.02:
                ask_around(self.random, self.client, self.path, self.text)
        said = self.client.diagnostics(self.path, self.version)
        took = spent(self.client) - start
        broken = sum(1 for one in said if str(one.get("code", "")).startswith("E01"))
        name = next(name for name, most in CLASSES if broken <= most)
        self.times[name].append(took)
        self.edits, self.bursts = self.edits + size, self.bursts + 1
        return said

    def compare(self, said):
        fresh = Client([self.options.server], CAN, patience=600)
        fresh.open(self.path, self.text)
        anew = fresh.diagnostics(self.path, 1)
        fresh.end()
        self.compared += 1
        if said == anew:
            return
        self.failed += 1
        print(f"after {self.edits} edits {len(said)} are reported, of the same text {len(anew)}", flush=True)
        if self.options.keep:
            os.makedirs(self.options.keep, exist_ok=True)
            name = os.path.join(self.options.keep, f"{self.options.seed}-{self.edits}")
            with open(name + ".sip", "w", encoding="utf-8", newline="") as file:
                file.write(self.text)
            with open(name + ".txt", "w", encoding="utf-8") as file:
                file.writelines(f"- {one}\n" for one in said if one not in anew)
                file.writelines(f"+ {one}\n" for one in anew if one not in said)

    def remember(self):
        now = memory(self.client) / 1024
        self.most_memory = max(self.most_memory, now)
        if self.edits * 10 < self.options.edits:
            self.early_memory = max(self.early_memory, now)

    def report(self, begun):
        print(f"seed {self.options.seed}: {self.edits} edits in {self.bursts} bursts, {time.monotonic() - begun:.0f} s; {self.compared} times compared, "
              f"{self.failed} times different")
        for name, times in self.times.items():
            if times:
                times.sort()
                print(f"  {name:16}{len(times):7} bursts: {times[len(times) // 2]:7.1f} ms, p95 {times[int(len(times) * 0.95)]:7.1f}, most {times[-1]:7.1f}")
        print(f"  memory: {self.early_memory:.0f} MiB in the first tenth, at most {self.most_memory:.0f}", flush=True)

    def run(self):
        begun, told = time.monotonic(), 0
        print(f"seed {self.options.seed}", flush=True)
        while self.edits < self.options.edits:
            said = self.burst()
            self.remember()
            if self.bursts % self.options.every == 0 or self.edits == self.options.edits:
                self.compare(said)
            if self.edits - told >= 10000:
                told = self.edits
                self.report(begun)
            if self.failed >= 5:
                break
        self.report(begun)
        if self.most_memory > self.options.memory:
            self.failed += 1
            print(f"{self.most_memory:.0f} MiB are more than {self.options.memory}")
        self.failed += self.client.end() != 0
        return 1 if self.failed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("server")
    parser.add_argument("seed", type=int)
    parser.add_argument("edits", type=int)
    parser.add_argument("lines", type=int)
    parser.add_argument("--every", type=int, default=50)
    parser.add_argument("--keep")
    parser.add_argument("--memory", type=int, default=192)
    sys.exit(Campaign(parser.parse_args()).run())


if __name__ == "__main__":
    main()
