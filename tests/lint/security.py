#!/usr/bin/env python3
"""Whether docs/security.md and docs/verifier-rules.md name what exists: tests, their cases, code; and leave nothing out.

Usage: security.py SOURCE_DIR BUILD_DIR
"""
import os
import re
import subprocess
import sys

WAYS = 64
SHOWN_BY = {"", "does not apply", "not promised"}


def table(path, heading):
    """The cells of the rows of the table below a heading."""
    with open(path) as file:
        text = file.read()
    below = text[text.index(heading):]
    rows = re.findall(r"^\|(.*)\|$", below.split("\n\n## ")[0], re.M)[2:]
    return [[cell.strip() for cell in row.split("|")] for row in rows]


def tests_of(build):
    shown = subprocess.run(["ctest", "--test-dir", build, "-N"], capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"Test +#\d+: (\S+)", shown))


class Names:
    def __init__(self, root, build):
        self.root, self.tests, self.wrong = root, tests_of(build), []

    def read(self, path):
        with open(os.path.join(self.root, path), errors="replace") as file:
            return file.read()

    def check(self, where, name):
        """`ctest:NAME`, `PATH` or `PATH:CASE`, the case being a text in the file."""
        if name.startswith("ctest:"):
            if name[6:] not in self.tests:
                self.wrong.append(f"{where}: there is no test {name[6:]}")
            return
        path, _, case = name.partition(":")
        if not os.path.exists(os.path.join(self.root, path)):
            self.wrong.append(f"{where}: there is no {path}")
        elif case and case not in self.read(path):
            self.wrong.append(f"{where}: {path} has no {case}")

    def check_ways(self, rows):
        numbers = [row[0] for row in rows]
        if numbers != [str(n) for n in range(1, WAYS + 1)]:
            self.wrong.append(f"the ways in are not numbered from 1 to {WAYS}")
        for number, _, kind, shown in rows:
            names = [n for n in re.findall(r"`([^`]*)`", shown) if n.startswith("ctest:") or "/" in n]
            if kind not in SHOWN_BY:
                self.wrong.append(f"way {number}: `{kind}`?")
            if not kind and not names:
                self.wrong.append(f"way {number}: no test shows it")
            for name in names:
                self.check(f"way {number}", name)

    def check_rules(self, rows):
        rules = re.findall(r"^SIR_RULE\( *(\d+), (\w+),.*?(\w+)\)$", self.read("contracts/sir/rules.def"), re.M)
        for number, name, _ in rules:
            of_rule = [row for row in rows if row[0] == f"V{int(number):02}"]
            if not of_rule:
                self.wrong.append(f"rule {number} has no row")
            complains = any(f"RULE_{name}" in self.read(f"compiler/{file}") for row in of_rule for file in re.findall(r"`([^`]*)`", row[2]))
            if any(row[2] for row in of_rule) and not complains:
                self.wrong.append(f"no file that is named for rule {number} complains of it")
        for rule, _, code, breaks, keeps in rows:
            for file in re.findall(r"`([^`]*)`", code):
                self.check(rule, f"compiler/{file}")
            for cell, ending in ((breaks, "-break"), (keeps, "-ok")):
                for name in re.findall(r"`([^`]*)`", cell):
                    self.check(rule, name if name.startswith("ctest:") else f"tests/sir/verify/{name}.sir")
                    if not name.startswith("ctest:") and not name.endswith(ending):
                        self.wrong.append(f"{rule}: {name} does not end in {ending}")


def main():
    root, build = sys.argv[1:3]
    names = Names(root, build)
    names.check_ways(table(os.path.join(root, "docs/security.md"), "## Ways in"))
    names.check_rules(table(os.path.join(root, "docs/verifier-rules.md"), "| rule |"))
    for line in names.wrong:
        print(line)
    return 1 if names.wrong else 0


sys.exit(main())
