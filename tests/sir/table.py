#!/usr/bin/env python3
"""Whether docs/verifier-rules.md says truly which test breaks what: each test that a row of its first table names as breaking a rule is refused by that rule
(and by it alone: sir/verify/NAME), each that barely keeps one is accepted; and in `Each check` each row names the tests that are refused by just
that check, or says why there is none.

Usage: table.py SIP_VERIFY REPOSITORY [--write]

With --write the column of `Each check` is filled in: the first test in alphabetical order, where a row names none or a wrong one.
"""
import glob
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "campaign"))
import checks  # noqa: E402

NONE = ("second line", "limit", "not built", "not dynamic: what cannot be read", "seldom: the text form")  # reasons for which there need not be a test


def said_of(tool, folder):
    """Test to what the verifier says of it: (rule, message), or None of what it accepts."""
    said = {}
    for path in sorted(glob.glob(os.path.join(folder, "*.sir"))):
        got = subprocess.run([tool, path], capture_output=True, text=True)
        if got.returncode not in (0, 1):
            sys.exit(f"{path}: sip-verify ends with {got.returncode}: {got.stderr}")
        lines = got.stderr.splitlines()
        match = re.match(r".*?\.sir: (V\d\d): (.*)$", lines[0]) if lines else None
        said[os.path.basename(path)[:-4]] = (match[1], match[2]) if match else None
    return said


def row_of(rows, rule, message):
    """The row of the check that said so: the one with the most words. Behind the message stands where it is."""
    fit = []
    for number, row in enumerate(rows):
        pattern = checks.pattern_of(row.text)
        at_end = re.match(pattern.pattern + r"(?: \((?:@|block |function |[^ ]*:\d).*)?$", message, re.S)
        if row.rule == rule and at_end:
            fit.append((len(row.text.replace("…", "")), number))
    return max(fit)[1] if fit else None


def check_rules(root, said):
    """The first table: rule, asks, code, breaks, keeps."""
    with open(os.path.join(root, "docs/verifier-rules.md")) as file:
        table = file.read().split("| rule | asks |", 1)[1].split("\n\n", 1)[0]
    wrong = []
    for rule, _, code, breaks, keeps in re.findall(r"^\| (V\d\d) \| (.*?) \| (.*?) \| (.*?) \| (.*?) \|$", table, re.M):
        for name in re.findall(r"`(?!ctest:)([^`]*)`", breaks):
            if not said.get(name) or said[name][0] != rule:
                wrong.append(f"{rule}: {name} is not refused by it, but by {said.get(name)}")
        for name in re.findall(r"`(?!ctest:)([^`]*)`", keeps):
            if name not in said or said[name]:
                wrong.append(f"{rule}: {name} is not accepted: {said.get(name)}")
        if code and not ("`" in breaks and "`" in keeps):
            wrong.append(f"{rule}: a row without a test that breaks it, or one that keeps it")
    return wrong


def check_checks(rows, said):
    """Test names by row, and what is wrong."""
    tests, wrong = {}, []
    for name, answer in said.items():
        if not answer:
            continue
        row = row_of(rows, *answer)
        if row is None:
            wrong.append(f"{name}: no row says {answer}")
        else:
            tests.setdefault(row, []).append(name)
    for number, row in enumerate(rows):
        names = re.findall(r"`(?!ctest:)([^`]*)`", row.test)
        for name in names:
            if name not in tests.get(number, []):
                wrong.append(f"{row.rule}: {name} is not refused by the check `{row.text}`")
        if not row.test and number in tests:
            wrong.append(f"{row.rule}: the check `{row.text}` names no test, and {tests[number][0]} is refused by it")
        if not row.test and number not in tests and not row.reason.startswith(NONE):
            wrong.append(f"{row.rule}: no test is refused by the check `{row.text}`")
    return tests, wrong


def write(path, rows, tests):
    with open(path) as file:
        text = file.read()
    for number, row in enumerate(rows):
        names = re.findall(r"`(?!ctest:)([^`]*)`", row.test)
        if any(name in tests.get(number, []) for name in names) or (not names and number not in tests):
            continue
        test = f"`{tests[number][0]}`" if number in tests else ""
        text = text.replace(row.line, f"| {row.rule} | {row.text} | {test} | {row.reason} |")
    with open(path, "w") as file:
        file.write(text)


def main():
    tool, root = sys.argv[1:3]
    path = os.path.join(root, "docs/verifier-rules.md")
    rows = checks.rows_of(path)
    said = said_of(tool, os.path.join(root, "tests/sir/verify"))
    tests, wrong = check_checks(rows, said)
    if "--write" in sys.argv:
        write(path, rows, tests)
        _, wrong = check_checks(checks.rows_of(path), said)
    wrong = check_rules(root, said) + wrong
    print(f"{len(said)} tests, {len(rows)} checks, {sum(bool(row.test) for row in rows)} of them with a test of their own")
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
