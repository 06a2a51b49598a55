#!/usr/bin/env python3
"""What the verifier may take: a module that takes more steps than one of its length may is refused, one that takes a little less is not; and
the same of one function's loans, and of its other analyses. The steps are as many on every machine, so that no clock is asked.

Usage: work.py SIP_VERIFY
"""
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import hostile  # noqa: E402
import large  # noqa: E402

BORROWS, BLOCKS = 100, 300  # of one function: a good part of what a function may take


class Judge:
    def __init__(self, tool, path):
        self.tool, self.path = tool, path

    def ask(self, shapes):
        """Steps, most steps, and what is said against a module with a function of each (borrows, blocks)."""
        return self.ask_text(large.module(large.costly(n, *shape) for n, shape in enumerate(shapes)))

    def ask_text(self, text):
        with open(self.path, "w") as file:
            file.write(text)
        got = subprocess.run([self.tool, "--steps", self.path], capture_output=True, text=True)
        if got.returncode not in (0, 1):
            sys.exit(f"sip-verify ends with {got.returncode}: {got.stderr}")
        steps, most = map(int, re.match(r"(\d+) of (\d+) steps", got.stdout).groups())
        return steps, most, got.stderr.strip()


def line_through(x0, y0, x1, y1):
    """As (rise, height at 0)."""
    rise = (y1 - y0) / (x1 - x0)
    return rise, y0 - rise * x0


def most_blocks(judge, before):
    """How many blocks a function behind `before` may have until the module takes too much. Steps and length are linear in them."""
    few = judge.ask([(BORROWS, 10)])
    more = judge.ask([(BORROWS, 110)])
    base = judge.ask([])
    one = judge.ask([(BORROWS, BLOCKS)])
    used = base[0] + before * (one[0] - base[0])
    most = base[1] + before * (one[1] - base[1])
    rise, height = line_through(10, few[0] - few[1] - base[0] + base[1], 110, more[0] - more[1] - base[0] + base[1])
    return (most - used - height) / rise


def see(what, is_right):
    print(f"{what}: {'as it should be' if is_right else 'WRONG'}")
    return is_right


def check_module(judge):
    before = 0
    one, none = judge.ask([(BORROWS, BLOCKS)]), judge.ask([])
    while none[0] + (before + 1) * (one[0] - none[0]) < none[1] + (before + 1) * (one[1] - none[1]):
        before += 1
    blocks = int(most_blocks(judge, before))
    shapes = [(BORROWS, BLOCKS)] * before
    steps, most, said = judge.ask(shapes + [(BORROWS, blocks - 2)])
    good = see(f"{before} functions and {blocks - 2} blocks, {steps} of {most} steps", not said and 0.999 * most < steps <= most)
    steps, most, said = judge.ask(shapes + [(BORROWS, blocks + 2)])
    return good & see(f"and {blocks + 2} blocks: {said}", "all functions together take too many steps to judge" in said)


def check_function(what, said_of, fits, too_many, text):
    """The greatest size of one function by halving: only that some number parts the two."""
    good = see(f"a function of {fits} {what}", not said_of(fits))
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        if said_of(middle):
            too_many = middle
        else:
            fits = middle
    said = said_of(too_many)
    return good & see(f"a function of {fits} {what} and not of {too_many}: {said}", text in said)


def check_functions(judge):
    def loans_of(blocks):
        return judge.ask([(BORROWS, blocks)])[2]

    def flow_of(fields):
        """Each field is moved out behind a borrow, and put back: each time all fields are looked at."""
        return judge.ask_text("module work\n\n" + hostile.emptied(fields) + hostile.MAIN)[2]

    return (check_function("blocks", loans_of, BLOCKS, 4 * BLOCKS, "the function's loans take too many steps to judge") &
            check_function("fields", flow_of, 15000, 17000, "the function takes too many steps to judge"))


def main():
    with tempfile.TemporaryDirectory() as folder:
        judge = Judge(sys.argv[1], os.path.join(folder, "large.sir"))
        good = check_module(judge) & check_functions(judge)
    return 0 if good else 1


sys.exit(main())
