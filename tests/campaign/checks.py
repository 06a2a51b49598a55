#!/usr/bin/env python3
"""Each check of the verifier by itself: what it alone refuses is walked by the interpreter as if that check were not there, and has to break
its rule. The checks are the rows of docs/verifier-rules.md, `Each check`: the rule, what is said (`…` stands for a name, a type or a number),
a test that it alone refuses (tests/sir/table.py), and the reason where nothing can be seen when it is switched off.

Usage: checks.py SIR_CAMPAIGN REPOSITORY [--mutants N] [--seed N] [--counts] PARENT...

It fails when a check without a reason lets nothing escape, when a complaint of the verifier's sources has no row, or a row no complaint.
"""
import argparse
import collections
import glob
import os
import re
import subprocess
import sys

SPEC = r"%(?:\.\*)?(?:ll|z)?[sudx]"


Row = collections.namedtuple("Row", "rule text test reason line")


def rows_of(path):
    with open(path) as file:
        section = file.read().split("## Each check", 1)[1].split("\n## ", 1)[0]
    found = re.finditer(r"^\| (V\d\d) \| (.*?) \| (.*?) \| (.*?) \|$", section, re.M)
    return [Row(*(cell.strip() for cell in match.groups()), match[0]) for match in found]


def pattern_of(text):
    return re.compile(".*".join(re.escape(part) for part in text.split("…")), re.S)


def literals(root):
    """What the verifier may say: the string literals of its sources."""
    found = []
    for path in sorted(glob.glob(os.path.join(root, "compiler/verify/*.c"))):
        if path.endswith(("_test.c", "_fuzz.c", "/report.c")):
            continue
        with open(path) as file:
            code = re.sub(r"//[^\n]*|#include[^\n]*|_Static_assert[^\n]*", "", file.read())
        for match in re.finditer(r'"(?:[^"\\\n]|\\.)*"(?:\s*"(?:[^"\\\n]|\\.)*")*', code):
            text = "".join(re.findall(r'"((?:[^"\\\n]|\\.)*)"', match[0]))
            found.append((os.path.basename(path), text))
    return found


def fragments(text, split):
    return [part.strip() for part in re.split(split, text) if len(part.strip()) > 2]


def lint(rows, said):
    """Every text of the sources is in a row, every row's texts are in the sources."""
    wrong = []
    all_rows = "\n".join(row.text for row in rows)
    for where, text in said:
        if " " not in text.strip():
            continue
        for part in fragments(text, SPEC):
            if part not in all_rows:
                wrong.append(f"{where}: `{part}` is in no row of `Each check`")
    all_said = "\n".join(re.sub(SPEC, "…", text) for _, text in said)
    for rule, text, *_ in rows:
        for part in fragments(text, "…"):
            words = part.strip("`").split()
            known = part in all_said or all(word.strip("`:,") in all_said or len(word) < 4 for word in words)
            if not known:
                wrong.append(f"{rule}: the verifier never says `{part}`")
    return wrong


def count(rows, output):
    """How often each row's check was the only one, and how often its rule was broken then."""
    counts, strays = [[0, 0] for _ in rows], []
    patterns = [(rule, pattern_of(text), len(text.replace("…", ""))) for rule, text, *_ in rows]
    for alone, broken, rule, said in re.findall(r"^ *(\d+) alone *(\d+) broken in fact  (V\d\d): (.*)$", output, re.M):
        fit = [(length, i) for i, (r, p, length) in enumerate(patterns) if r == rule and p.fullmatch(said)]
        if not fit:
            strays.append(f"{rule}: {said}")
            continue
        row = counts[max(fit)[1]]
        row[0] += int(alone)
        row[1] += int(broken)
    return counts, strays


def main():
    parser = argparse.ArgumentParser(description="the verifier's checks, each switched off")
    parser.add_argument("campaign")
    parser.add_argument("root")
    parser.add_argument("parents", nargs="+")
    parser.add_argument("--mutants", default="40000")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--counts", action="store_true", help="print what was seen of each check")
    parser.add_argument("--output", help="of a run that was made before")
    options = parser.parse_args()
    rows = rows_of(os.path.join(options.root, "docs/verifier-rules.md"))
    wrong = lint(rows, literals(options.root))
    if options.output:
        with open(options.output) as file:
            output = file.read()
    else:
        command = [options.campaign, "--seed", options.seed, "--walks", "3", "--complaints", "--mutants", options.mutants]
        output = subprocess.run(command + options.parents, capture_output=True, text=True).stdout
    counts, strays = count(rows, output)
    wrong += [f"no row says: {stray}" for stray in strays]
    seen = 0
    for (rule, text, _, reason, _), (alone, broken) in zip(rows, counts):
        seen += broken > 0
        if options.counts:
            print(f"{alone:8} alone {broken:8} broken  {rule} {text}  {reason}")
        if not reason and broken == 0:
            wrong.append(f"{rule}: nothing escapes without the check `{text}` ({alone} tries)")
        if reason and broken > 0 and not reason.startswith("seldom"):
            print(f"note: {rule}: `{text}` does let something escape: {broken}")
    print(f"{len(rows)} checks, {seen} of them let something escape when they are switched off, {sum(bool(row.reason) for row in rows)} have a reason why not")
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
