#!/usr/bin/env python3
"""Random programs about moves and borrows, in Sip, and whether the checker judges them rightly.

Usage: ownership.py SIPCC [--seed N] [--programs N] [--keep FOLDER]

Each function moves, puts back, lends and uses four owners (two locals, two fields) in branches, loops, with break and continue. A model
goes all its ways, loops up to three rounds, and says whether something is used on one of them after it was moved, or a borrow after what
it borrows was touched. What the checker accepts has to be right on every way, passes the verifier, and is walked by the interpreter at random; what it
refuses has to be wrong on some way, or is of a pattern below that is refused though nothing could happen.
"""
import os
import random
import re
import subprocess
import sys
import tempfile

OWNERS = ("a", "b", "r.a", "r.b")
ROUNDS = 3
WAYS_MOST = 4000
FUNCTIONS = 24  # of a program

HEAD = """module made;

struct Pair { own u8[] a; own u8[] b; }

own u8[] make() { return new u8[4]; }
Pair make_pair() { return { make(), make() }; }
void eat(own u8[] bytes) { }
void eat_pair(Pair p) { }
void look(const u8[] bytes) { }
void poke(u8[] bytes) { bytes[0] = 1; }
void both(u8[] a, u8[] b) { a[0] = b[0]; }
bool coin() { return cycles() % 2 == 0; }
"""


# --- making ----------------------------------------------------------------------------------------------------------------


def leaf(chance):
    owner, other = chance.sample(OWNERS, 2)
    return chance.choice([
        ("eat", owner), ("eat", owner), ("make", owner), ("make", owner), ("move", owner, other), ("look", owner), ("poke", owner), ("lend", owner),
        ("lend", owner), ("lend_mut", owner), ("lend_mut", owner), ("use",), ("use",), ("use_mut",), ("use_mut",), ("both", owner, other),
        ("eat_pair",), ("make_pair",)])


def block(chance, depth, in_loop):
    made = []
    for _ in range(chance.randint(1, 4)):
        kind = chance.random()
        if depth > 0 and kind < 0.18:
            made.append(("if", block(chance, depth - 1, in_loop), block(chance, depth - 1, in_loop) if chance.random() < 0.5 else []))
        elif depth > 0 and kind < 0.3:
            made.append(("while", block(chance, depth - 1, True)))
        else:
            made.append(leaf(chance))
    if in_loop and chance.random() < 0.3:
        made.append((chance.choice(["break", "continue"]),))
    return made


TEXTS = {
    "eat": "eat({0});", "make": "{0} = make();", "move": "{0} = {1};", "look": "look({0});", "poke": "poke({0});", "lend": "s = {0};",
    "lend_mut": "x = {0};", "use": "look(s);", "use_mut": "poke(x);", "both": "both({0}, {1});", "eat_pair": "eat_pair(r);",
    "make_pair": "r = make_pair();", "break": "break;", "continue": "continue;"}


def text_of(made, indent):
    lines = []
    for step in made:
        if step[0] == "if":
            lines += [indent + "if (coin()) {"] + text_of(step[1], indent + "    ")
            if step[2]:
                lines += [indent + "} else {"] + text_of(step[2], indent + "    ")
            lines.append(indent + "}")
        elif step[0] == "while":
            lines += [indent + "while (coin()) {"] + text_of(step[1], indent + "    ") + [indent + "}"]
        else:
            lines.append(indent + TEXTS[step[0]].format(*step[1:]))
    return lines


def function(name, made):
    head = [f"void {name}() {{", "    own u8[] a = make();", "    own u8[] b = make();", "    Pair r = make_pair();", "    own u8[] t = make();",
            "    own u8[] u = make();", "    const u8[] s = t;", "    u8[] x = u;"]
    return head + text_of(made, "    ") + ["}"]


# --- the model ---------------------------------------------------------------------------------------------------------------


class Wrong(Exception):
    pass


class TooMany(Exception):
    pass


def joined(first, second):
    """All ways through one and then the other; a way is its steps and how it leaves: None, break or continue."""
    ways = [(steps, out) for steps, out in first if out]
    for steps, out in first:
        if not out:
            ways += [(steps + more, then) for more, then in second]
    if len(ways) > WAYS_MOST:
        raise TooMany
    return ways


def ways_of(made):
    ways = [((), None)]
    for step in made:
        if step[0] == "if":
            ways = joined(ways, ways_of(step[1]) + ways_of(step[2]))
        elif step[0] == "while":
            ways = joined(ways, rounds_of(ways_of(step[1])))
        elif step[0] in ("break", "continue"):
            ways = joined(ways, [((), step[0])])
        else:
            ways = joined(ways, [((step,), None)])
    return ways


def rounds_of(body):
    done, running = {((), None)}, {()}
    for _ in range(ROUNDS):
        again = set()
        for before in running:
            for steps, out in body:
                (done if out == "break" else again).add((before + steps, None) if out == "break" else before + steps)
        done |= {(steps, None) for steps in again}
        running = again
        if len(done) > WAYS_MOST:
            raise TooMany
    return sorted(done, key=str)


class State:
    def __init__(self):
        self.there = set(OWNERS)
        self.shared, self.exclusive = "t", "u"  # what s and x borrow; None: no longer valid

    def need(self, owner):
        if owner not in self.there:
            raise Wrong

    def touch(self, owner, changes):
        """A look at what is lent exclusively ends that loan; a change ends any."""
        if self.exclusive == owner:
            self.exclusive = None
        if changes and self.shared == owner:
            self.shared = None

    def take(self, owner):
        self.need(owner)
        self.there.remove(owner)
        self.touch(owner, True)

    def put(self, owner):
        self.touch(owner, True)
        self.there.add(owner)

    def step(self, kind, *names):
        if kind == "eat":
            self.take(names[0])
        elif kind == "make":
            self.put(names[0])
        elif kind == "move":
            self.take(names[1])
            self.put(names[0])
        elif kind in ("look", "poke", "both", "lend", "lend_mut"):
            for name in names:
                self.need(name)
                self.touch(name, kind in ("poke", "both", "lend_mut"))
            if kind == "lend":
                self.shared = names[0]
            if kind == "lend_mut":
                self.exclusive = names[0]
        elif kind == "use" and not self.shared or kind == "use_mut" and not self.exclusive:
            raise Wrong
        elif kind == "eat_pair":
            self.need("r.a")
            self.need("r.b")
            self.take("r.a")
            self.take("r.b")
        elif kind == "make_pair":
            self.put("r.a")
            self.put("r.b")


def is_wrong(made):
    for steps, _ in ways_of(made):
        state = State()
        try:
            for step in steps:
                state.step(*step)
        except Wrong:
            return True
    return False


# --- patterns that are refused though nothing could happen ---------------------------------------------------------------------

# An owner that was moved on one of two ways is dropped on the other, where they meet: whoever borrows it there cannot be used behind
# that, although the owner would have lasted longer.
DROPPED_WHERE_WAYS_MEET = "E0334"


# --- asking ------------------------------------------------------------------------------------------------------------------------


def run(*command):
    return subprocess.run(command, capture_output=True, text=True)


def refused_of(sipcc, path, firsts):
    """The functions, by number, that have an error, each with the codes; `firsts` are their first lines."""
    result = run(sipcc, "check", "--message-format=short", path)
    refused = {}
    for line in (result.stdout + result.stderr).splitlines():
        parts = line.split(":")
        if len(parts) > 3 and parts[1].isdigit() and "error" in parts[3]:
            number = max(i for i, first in enumerate(firsts) if first <= int(parts[1]))
            refused.setdefault(number, set()).update(re.findall(r"E\d{4}", parts[3]))
    if result.returncode not in (0, 1) or (result.returncode == 1 and not refused):
        print(result.stdout + result.stderr)
        sys.exit(3)
    return refused


def write(path, functions):
    lines, firsts = HEAD.splitlines(), []
    for number, made in enumerate(functions):
        firsts.append(len(lines) + 1)
        lines += function(f"f{number}", made)
    calls = "".join(f" f{n}();" for n in range(len(functions)))
    lines += ["sip Main() {", "   " + calls, "}", "system S { sip main = Main(); }"]
    with open(path, "w") as file:
        file.write("\n".join(lines) + "\n")
    return firsts


class Counts:
    accepted = refused = conservative = unknown = wrong = 0


def try_program(sipcc, folder, seed, counts):
    chance = random.Random(seed)
    functions = []
    while len(functions) < FUNCTIONS:
        made = block(chance, 2, False)
        try:
            functions.append((made, is_wrong(made)))
        except TooMany:
            continue
    path = os.path.join(folder, f"made{seed}.sip")
    refused = refused_of(sipcc, path, write(path, [made for made, _ in functions]))
    for number, (made, wrong) in enumerate(functions):
        if (number in refused) == wrong:
            counts.refused += wrong
            counts.accepted += not wrong
            continue
        if refused.get(number) == {DROPPED_WHERE_WAYS_MEET}:
            counts.conservative += 1
            continue
        if wrong:
            counts.wrong += 1
        else:
            counts.unknown += 1
        print(f"seed {seed}, f{number}: {'accepted, and wrong on some way' if wrong else 'refused, and wrong on no way'}")
        print("\n".join(function(f"f{number}", made)))
    right = [made for number, (made, _) in enumerate(functions) if number not in refused]
    write(path, right)
    judged = run(sipcc, "emit", "--contract", path)
    walked = run(sipcc, "interp", "--chaos", "--seed", str(seed), path)
    for what, result in (("the verifier", judged), ("the interpreter", walked)):
        if result.returncode != 0:
            print(f"seed {seed}: {what}: {result.stdout}{result.stderr}")
            counts.wrong += 1


def main():
    sipcc, options = sys.argv[1], dict(zip(sys.argv[2::2], sys.argv[3::2]))
    seed, programs = int(options.get("--seed", 1)), int(options.get("--programs", 40))
    counts = Counts()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(programs):
            try_program(sipcc, options.get("--keep", folder), seed + number, counts)
    print(f"seed {seed}, {programs} programs: {counts.accepted} functions accepted, right on every way; {counts.refused} refused, wrong on some way; "
          f"{counts.conservative} refused by a pattern; {counts.unknown} refused without a reason; {counts.wrong} ACCEPTED WRONGLY")
    return 1 if counts.wrong or counts.unknown else 0


sys.exit(main())
