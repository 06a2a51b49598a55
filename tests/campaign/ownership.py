#!/usr/bin/env python3
"""Random programs about moves and borrows, in Sip, and whether the checker judges them rightly.

Usage: ownership.py SIPCC [--seed N] [--programs N] [--keep FOLDER] [--forms YES]

Each function moves, puts back, lends and uses what it owns (locals, fields, an optional, an enum's payload, an endpoint, an endpoint in memory, what lies behind a
borrow) through borrows (locals, parts of `ref struct`s, halves of a split) in branches, loops over elements and iterators, patterns with guards, closures, joins with threads and locks, with
break and continue; every other program has managed objects in place of threads. A model goes all its ways, loops up to three rounds, and says whether something is used on one of them after it was moved, or a borrow after what
it borrows was touched. What the checker accepts has to be right on every way, passes the verifier, and is walked by the interpreter at random; what it
refuses has to be wrong on some way, or is of a pattern below that is refused though nothing could happen. With --forms it says how often
each form stood in what was accepted, and in what was refused.
"""
import os
import random
import re
import subprocess
import sys
import tempfile

OWNERS = ("a", "b", "r.a", "r.b")  # `own u8[]`
BEHIND = ("q->a", "q->b")  # the same, behind a borrow: they are there again at the end
MORE = ("o", "e", "d")  # `own u8[]?`, an endpoint, a `Two`
SHARED, EXCLUSIVE = ("s", "v.part"), ("x", "y", "h.part")
ROUNDS = 3
WAYS_MOST = 4000
FUNCTIONS = 24  # of a program

HEAD = """module made;
import std.iter;

struct Pair { own u8[] a; own u8[] b; }
ref struct View { const u8[] part; }
ref struct Hold { u8[] part; }
contract Pings { in message ping(); out message pong(); state Ready: ping? -> pong! -> Ready; }

own u8[] make() { return new u8[4]{ 0 ... }; }
Pair make_pair() { return { make(), make() }; }
(own u8[], own u8[]) make_two() { return (make(), make()); }
void eat(own u8[] bytes) { }
void eat_some(own u8[]? bytes) { }
void eat_pair(Pair p) { }
void look(const u8[] bytes) { }
void look_at(const u8* byte) { }
void poke(u8[] bytes) { bytes[0] = 1; }
void poke_at(u8* byte) { *byte = 1; }
void both(u8[] a, u8[] b) { a[0] = b[0]; }
View view(const u8[] part) from part { return { .part = part }; }
Hold hold(u8[] part) from part { return { .part = part }; }
void once(ref fn void() f) { f(); }
void pair(ref fn void() f, ref fn void() g) { f(); g(); f(); }
enum Two { both(own u8[] left, own u8[] right), neither }
struct Client { Pings.imp:Ready end; u64 asked; }
struct Cell { u64 value; gc Cell*? next; }
Two make_both() { return .both(make(), make()); }
void see_client(const Client* c) { }
bool is_long(const u8[] bytes) { return bytes.len > 2; }
own u8[] other(own u8[] bytes) { return bytes; }
Pings.imp:Ready fresh() { channel Pings(mine, theirs); close(theirs); return mine; }
void give(Pings.imp:Ready end) { close(end); }
void ask(Pings.imp:Ready -> Ready* end) { send end->ping(); receive end->pong() else closed { fault(); } }
bool coin() { return cycles() % 2 == 0; }
"""


# --- making ----------------------------------------------------------------------------------------------------------------


def captured(chance):
    return chance.choice([("look", chance.choice(OWNERS)), ("poke", chance.choice(OWNERS)), ("use", chance.choice(SHARED)),
                          ("use_mut", chance.choice(EXCLUSIVE))])


def leaf(chance, managed):
    owner, other = chance.sample(OWNERS + BEHIND, 2)
    if chance.random() < 0.25:
        return new_leaf(chance, managed, owner, other)
    shared, exclusive, left, right = chance.choice(SHARED), chance.choice(EXCLUSIVE), *chance.sample(EXCLUSIVE, 2)
    return chance.choice([
        ("eat", owner), ("eat", owner), ("make", owner), ("make", owner), ("move", owner, other), ("look", owner), ("poke", owner), ("lend", shared, owner),
        ("lend", shared, owner), ("lend_mut", exclusive, owner), ("lend_mut", exclusive, owner), ("use", shared), ("use", shared), ("use_mut", exclusive),
        ("use_mut", exclusive), ("both", owner, other), ("eat_pair",), ("make_pair",),
        ("swap", owner, other), ("make_two", owner, other), ("split", left, right, owner), ("copy", *chance.sample(SHARED, 2)), ("view", owner), ("hold", exclusive),
        ("again", left, right), ("share", shared, exclusive), ("closure", captured(chance)), ("closures", captured(chance), captured(chance)),
        ("closure_puts_back", owner), ("eat_some",), ("make_some", owner), ("make_none",), ("take_some",), ("eat_in_some",), ("peek", shared),
        ("peek_mut", exclusive), ("give",), ("fresh",), ("ask",)])


def new_leaf(chance, managed, owner, other):
    made = [
        ("exchange", owner, other), ("replace", owner), ("take_into", owner), ("own_match", owner), ("move_beside",), ("move_beside",), ("guarded_mut",), ("guarded",),
        ("make_two_of", owner, other), ("no_two",), ("take_out", owner), ("send_in",), ("receive_in",), ("receive_in",), ("ask_in",), ("exchange_in",), ("replace_in",), ("see_in",),
        ("put_back", chance.choice(BEHIND)), ("put_back", chance.choice(BEHIND)), ("peek_both", chance.choice(SHARED))]
    if managed:
        made += [("gc_make",), ("gc_link",), ("gc_walk",), ("gc_change",), ("gc_into", owner), ("gc_from", owner)] * 2
    return chance.choice(made)


def spawned(chance):
    kind = chance.choice(["look", "poke", "use", "use_mut", "eat"])
    return ("spawn", kind, chance.choice({"use": SHARED, "use_mut": EXCLUSIVE}.get(kind, OWNERS)))


def block(chance, depth, in_loop, managed, in_join=False):
    made = []
    for _ in range(chance.randint(1, 4)):
        kind = chance.random()
        if depth > 0 and kind < 0.16:
            made.append(("if", block(chance, depth - 1, in_loop, managed), block(chance, depth - 1, in_loop, managed) if chance.random() < 0.5 else []))
        elif depth > 0 and kind < 0.25:
            made.append(("while", block(chance, depth - 1, True, managed)))
        elif depth > 0 and kind < 0.31:
            how = chance.choice(["elements", "elements_mut", "items"])
            made.append(("for", how, chance.choice(OWNERS + (EXCLUSIVE if how == "elements_mut" else SHARED)), block(chance, depth - 1, True, managed)))
        elif depth > 0 and kind < 0.36 and not managed:
            made.append(("join", block(chance, depth - 1, in_loop, managed, True)))
        elif depth > 0 and kind < 0.39:
            made.append(("lock", [leaf(chance, managed) for _ in range(chance.randint(1, 2))]))
        else:
            made.append(spawned(chance) if in_join and chance.random() < 0.5 else leaf(chance, managed))
    if in_loop and chance.random() < 0.3:
        made.append((chance.choice(["break", "continue"]),))
    return made


TEXTS = {
    "eat": "eat({0});", "make": "{0} = make();", "move": "{0} = {1};", "look": "look({0});", "poke": "poke({0});", "lend": "{0} = {1};",
    "lend_mut": "{0} = {1};", "use": "look({0});", "use_mut": "poke({0});", "both": "both({0}, {1});", "eat_pair": "eat_pair(r);",
    "make_pair": "r = make_pair();", "break": "break;", "continue": "continue;",
    "swap": "({0}, {1}) = ({1}, {0});", "make_two": "({0}, {1}) = make_two();", "split": "({0}, {1}) = {2}.split_at(1);", "copy": "{0} = {1};",
    "view": "v = view({0});", "hold": "h = hold({0});", "again": "{0} = {1};", "share": "{0} = {1};",
    "closure_puts_back": "once(fn () {{ eat({0}); {0} = make(); }});", "eat_some": "eat_some(o);", "make_some": "o = {0};", "make_none": "o = none;",
    "take_some": "if (own u8[] z = take(&o)) eat(z);", "eat_in_some": "if (own u8[] z = o) eat(z);", "peek": "if (const own u8[]* z = o) {0} = *z;",
    "peek_mut": "if (own u8[]* z = o) {0} = *z;", "give": "give(e);", "fresh": "e = fresh();", "ask": "ask(&e);",
    "exchange": "swap(&{0}, &{1});", "replace": "eat(replace(&{0}, make()));", "take_into": "if (own u8[] z = take(&o)) {0} = z;", "own_match": "{0} = other({0});",
    "move_beside": "switch (d) {{ case .both(own u8[] z, const own u8[]* k): eat(z); look(*k); case .neither: }}",
    "guarded": "switch (d) {{ case .both(own u8[] z, own u8[] k) if (is_long(z)): eat(z); eat(k); default: }}",
    "guarded_mut": "switch (d) {{ case .both(own u8[]* z, const own u8[]* k) if (is_long(*z)): poke(*z); look(*k); default: }}",
    "peek_both": "switch (d) {{ case .both(const own u8[]* z, _): {0} = *z; case .neither: }}",
    "make_two_of": "d = .both({0}, {1});", "no_two": "d = .neither;", "take_out": "switch (d) {{ case .both(own u8[] z, _): {0} = z; case .neither: }}",
    "send_in": "send c->end.ping();", "receive_in": "receive c->end.pong() else closed {{ fault(); }}", "ask_in": "ask(&c->end);", "exchange_in": "swap(&c->end, &e);",
    "replace_in": "give(replace(&c->end, fresh()));", "see_in": "see_client(c);", "put_back": "{0} = make();",
    "gc_make": "g = new gc Cell{{ 1, g }};", "gc_link": "if (gc Cell* z = g->next) z->next = g;", "gc_walk": "if (gc Cell* z = g->next) g = z;", "gc_change": "g->value += 1;",
    "gc_into": "{0}[0] = (u8%)g->value;", "gc_from": "g->value = {0}[0];"}

LOOPS = {"elements": ("for (const u8* k : {0}) {{", "look_at(k);"), "elements_mut": ("for (u8* k : {0}) {{", "poke_at(k);"),
         "items": ("for (const u8* k : items({0})) {{", "look_at(k);")}


def line_of(step):
    if step[0] == "closure":
        return f"once(fn () {{ {line_of(step[1])} }});"
    if step[0] == "closures":
        return f"pair(fn () {{ {line_of(step[1])} }}, fn () {{ {line_of(step[2])} }});"
    if step[0] == "spawn":
        return f"spawn {line_of(step[1:])}"
    return TEXTS[step[0]].format(*step[1:])


def text_of(made, indent):
    lines, inner = [], indent + "    "
    for step in made:
        if step[0] == "if":
            lines += [indent + "if (coin()) {"] + text_of(step[1], inner)
            if step[2]:
                lines += [indent + "} else {"] + text_of(step[2], inner)
            lines.append(indent + "}")
        elif step[0] == "while":
            lines += [indent + "while (coin()) {"] + text_of(step[1], inner) + [indent + "}"]
        elif step[0] == "for":
            head, first = LOOPS[step[1]]
            lines += [indent + head.format(step[2]), inner + first] + text_of(step[3], inner) + [indent + "}"]
        elif step[0] == "join":
            lines += [indent + "join {"] + text_of(step[1], inner) + [indent + "}"]
        elif step[0] == "lock":
            lines += [indent + "lock (m, own u8[]* k) {"] + text_of(step[1], inner) + [inner + "poke(*k);", indent + "}"]
        else:
            lines.append(indent + line_of(step))
    return lines


def function(name, made, managed):
    head = [f"void {name}(Pair* q, Client* c) {{", "    own u8[] a = make();", "    own u8[] b = make();", "    Pair r = make_pair();", "    own u8[] t = make();",
            "    own u8[] u = make();", "    own u8[]? o = make();", "    Pings.imp:Ready e = fresh();", "    mutex<own u8[]> m = { make() };",
            "    const u8[] s = t;", "    View v = { .part = t };", "    (u8[] x, u8[] y) = u.split_at(2);", "    own u8[] w = make();", "    Hold h = { .part = w };",
            "    Two d = make_both();"]
    head += ["    gc Cell* g = new gc Cell{ 0, none };"] if managed else []
    return head + text_of(made, "    ") + ["}"]


def forms_of(made):
    """The names of what stands in it, blocks included."""
    for step in made:
        yield f"{step[0]} {step[1]}" if step[0] in ("for", "spawn") else step[0]
        for part in step[1:]:
            if isinstance(part, list):
                yield from forms_of(part)


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


# What is one step in the text and more on its ways.
BRANCHES = {
    "eat_in_some": [(("look", "o"), ("eat", "o")), (("look", "o"),)],
    "take_some": [(("poke", "o"),)],
    "peek": [(("look", "o"), ("lend", 0, "o")), (("look", "o"),)],
    "peek_mut": [(("look", "o"), ("lend_mut", 0, "o")), (("look", "o"),)]}


def ways_of_step(step):
    if step[0] == "if":
        return ways_of(step[1]) + ways_of(step[2])
    if step[0] == "while":
        return rounds_of(ways_of(step[1]))
    if step[0] == "for":
        kind = "elements_mut" if step[1] == "elements_mut" else "elements"
        rounds = rounds_of(joined([((("round",),), None)], ways_of(step[3])), (("round",),))
        return [((("lend_loop", kind, step[2]),) + steps + (("end_loop",),), out) for steps, out in rounds]
    if step[0] == "join":
        return [((("begin_join",),) + steps + (("end_join",),), out) for steps, out in ways_of(step[1])]
    if step[0] == "lock":
        return ways_of(step[1])
    if step[0] in ("break", "continue"):
        return [((), step[0])]
    if step[0] in BRANCHES:
        return [(tuple(tuple(step[1] if part == 0 else part for part in one) for one in way), None) for way in BRANCHES[step[0]]]
    return [((step,), None)]


def ways_of(made):
    ways = [((), None)]
    for step in made:
        ways = joined(ways, ways_of_step(step))
    return ways


def rounds_of(body, last=()):
    """`last` happens where no other round comes, but not behind a break."""
    done, running = {(last, None)}, {()}
    for _ in range(ROUNDS):
        again = set()
        for before in running:
            for steps, out in body:
                (done if out == "break" else again).add((before + steps, None) if out == "break" else before + steps)
        done |= {(steps + last, None) for steps in again}
        running = again
        if len(done) > WAYS_MOST:
            raise TooMany
    return sorted(done, key=str)


class Loan:
    """Of an owner; made from another loan, its parent, or not."""

    def __init__(self, owner, exclusive, parent=None):
        self.owner, self.exclusive, self.parent, self.is_valid = owner, exclusive, parent, True

    def comes_from(self, other):
        return self.parent is not None and (self.parent is other or self.parent.comes_from(other))


BRANCHES.update({
    "take_into": [(("poke", "o"), ("make", 0)), (("poke", "o"),)],
    "move_beside": [(("eat", "d"),), (("eat", "d"),)],
    "guarded": [(("look", "d"), ("eat", "d")), (("look", "d"),)],
    "guarded_mut": [(("poke", "d"),), (("look", "d"),)],
    "peek_both": [(("look", "d"), ("lend", 0, "d")), (("look", "d"),)],
    "take_out": [(("eat", "d"), ("make", 0)), (("eat", "d"),)]})


class State:
    """What is there, and which loans are held by what. `keeps_parts`: what is put into a part of a `ref struct` is held beside what was there."""

    def __init__(self, keeps_parts):
        self.there, self.is_astray = set(OWNERS + BEHIND + MORE), False
        self.loans, self.held, self.keeps_parts = [], {}, keeps_parts
        for name, owner, exclusive in (("s", "t", False), ("v.part", "t", False), ("x", "u", True), ("h.part", "w", True)):
            self.hold(name, self.lend(owner, exclusive))
        self.hold("y", self.lend("u", True, beside=True))
        self.loops, self.joins = [], []

    def hold(self, name, loans, whole=False):
        keeps = self.keeps_parts and "." in name and not whole
        self.held[name] = (self.held.get(name, []) if keeps else []) + loans

    def need(self, owner):
        if owner not in self.there:
            raise Wrong

    def touch(self, owner, changes):
        """A look at what is lent exclusively ends that loan; a change ends any."""
        for loan in self.loans:
            if loan.owner == owner and (loan.exclusive or changes):
                loan.is_valid = False

    def through(self, loans, changes):
        """The same through what is held: it ends what was lent from it."""
        for loan in loans:
            if not loan.is_valid:
                raise Wrong
            for other in self.loans:
                if other.comes_from(loan) and (other.exclusive or changes):
                    other.is_valid = False

    def lend(self, owner, exclusive, beside=False):
        if not beside:
            self.touch(owner, exclusive)
        self.loans.append(Loan(owner, exclusive))
        return [self.loans[-1]]

    def lend_on(self, name, exclusive):
        """From what is held. What is shared is copied."""
        self.through(self.held[name], exclusive)
        made = [Loan(parent.owner, exclusive, parent) if parent.exclusive else parent for parent in self.held[name]]
        self.loans += [loan for loan in made if loan not in self.loans]
        return made

    def lend_of(self, name, exclusive):
        """Of an owner, or from what is held."""
        if name in self.held:
            return self.lend_on(name, exclusive)
        self.need(name)
        return self.lend(name, exclusive)

    def take(self, owner):
        self.need(owner)
        self.there.remove(owner)
        self.touch(owner, True)

    def put(self, owner):
        self.touch(owner, True)
        self.there.add(owner)

    def capture(self, kind, name):
        return self.lend_of(name, kind in ("poke", "use_mut"))

    def closures(self, *steps):
        for loans in [self.capture(*step) for step in steps]:
            self.through(loans, False)

    def step(self, kind, *names):
        getattr(self, "do_" + kind)(*names)

    def do_eat(self, owner):
        self.take(owner)

    def do_make(self, owner):
        self.put(owner)

    def do_move(self, to, owner):
        self.take(owner)
        self.put(to)

    def do_look(self, owner):
        self.need(owner)
        self.touch(owner, False)

    def do_poke(self, *owners):
        for owner in owners:
            self.need(owner)
            self.touch(owner, True)

    do_both = do_swap = do_poke

    def do_lend(self, name, owner):
        self.need(owner)
        self.hold(name, self.lend(owner, False))

    def do_lend_mut(self, name, owner):
        self.need(owner)
        self.hold(name, self.lend(owner, True))

    def do_use(self, name):
        self.through(self.held[name], False)

    def do_use_mut(self, name):
        self.through(self.held[name], True)

    def do_eat_pair(self):
        for owner in ("r.a", "r.b"):
            self.need(owner)
        for owner in ("r.a", "r.b"):
            self.take(owner)

    def do_make_pair(self):
        self.do_make_two("r.a", "r.b")

    def do_make_two(self, *owners):
        for owner in owners:
            self.put(owner)

    def do_split(self, left, right, owner):
        self.need(owner)
        self.hold(left, self.lend(owner, True))
        self.hold(right, self.lend(owner, True, beside=True))

    def do_copy(self, to, name):
        self.hold(to, self.lend_on(name, False))

    do_share = do_copy

    def do_again(self, to, name):
        self.hold(to, self.lend_on(name, True))

    def do_view(self, owner):
        self.need(owner)
        self.hold("v.part", self.lend(owner, False), whole=True)

    def do_hold(self, name):
        self.hold("h.part", self.lend_on(name, True), whole=True)

    def do_closure(self, step):
        self.closures(step)

    def do_closures(self, first, second):
        self.closures(first, second)

    def do_closure_puts_back(self, owner):
        self.take(owner)
        self.put(owner)

    def do_eat_some(self):
        self.take("o")

    def do_make_some(self, owner):
        self.do_move("o", owner)

    def do_make_none(self):
        self.put("o")

    def do_give(self):
        self.take("e")

    def do_fresh(self):
        self.put("e")

    def do_ask(self):
        self.do_poke("e")

    do_exchange = do_swap
    do_gc_into = do_replace = do_poke
    do_gc_from = do_look

    def do_own_match(self, owner):
        self.take(owner)
        self.put(owner)

    def do_put_back(self, owner):
        self.put(owner)

    def do_make_two_of(self, left, right):
        self.take(left)
        self.take(right)
        self.put("d")

    def do_no_two(self):
        self.put("d")

    def do_nothing(self):
        pass

    do_gc_make = do_gc_link = do_gc_walk = do_gc_change = do_nothing

    def turn(self, before, after):
        """The endpoint in memory is used in place: nobody else may look at it until it is in its state again."""
        if self.is_astray != before:
            raise Wrong
        self.is_astray = after

    def do_send_in(self):
        self.turn(False, True)

    def do_receive_in(self):
        self.turn(True, False)

    def do_ask_in(self):
        self.turn(False, False)

    do_see_in = do_replace_in = do_ask_in

    def do_exchange_in(self):
        self.turn(False, False)
        self.do_poke("e")

    def end(self):
        if self.is_astray or not self.there.issuperset(BEHIND):
            raise Wrong

    def do_lend_loop(self, kind, name):
        self.loops.append(self.lend_of(name, kind == "elements_mut"))

    def do_round(self):
        self.through(self.loops[-1], self.loops[-1][0].exclusive)

    def do_end_loop(self):
        self.loops.pop()

    def do_begin_join(self):
        self.joins.append([])

    def do_spawn(self, kind, name):
        if kind == "eat":
            self.take(name)
        else:
            self.joins[-1] += self.capture(kind, name)

    def do_end_join(self):
        self.through(self.joins.pop(), False)


def is_wrong(made, keeps_parts=False):
    for steps, _ in ways_of(made):
        state = State(keeps_parts)
        try:
            for step in steps:
                state.step(*step)
            state.end()
        except Wrong:
            return True
    return False


# --- patterns that are refused though nothing could happen ---------------------------------------------------------------------

# An owner that was moved on one of two ways is dropped on the other, where they meet: whoever borrows it there cannot be used behind
# that, although the owner would have lasted longer.
DROPPED_WHERE_WAYS_MEET = "E0334"
# An endpoint that is there on one of two ways that meet is not closed in silence: its peer would see that on one of them only.
ENDPOINT_ON_ONE_WAY = "E0311"
CODES = {DROPPED_WHERE_WAYS_MEET, ENDPOINT_ON_ONE_WAY}


# What a part of a `ref struct` is written over is held on, until all of it is written.
def is_of_pattern(made, codes):
    return codes <= CODES or is_wrong(made, keeps_parts=True)



# --- asking ------------------------------------------------------------------------------------------------------------------------


def run(*command):
    return subprocess.run(command, capture_output=True, text=True)


def refused_of(sipcc, path, firsts):
    """The functions, by number, that have an error, each with the codes; `firsts` are their first lines."""
    result = run(sipcc, "check", "--message-format=short", "--error-limit=0", path)
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


def write(path, functions, managed):
    lines, firsts = HEAD.splitlines(), []
    for number, made in enumerate(functions):
        firsts.append(len(lines) + 1)
        lines += function(f"f{number}", made, managed)
    calls = "".join(f" f{n}(&q, &c);" for n in range(len(functions)))
    lines += [f"sip Main() threads {1 if managed else 16} {{", "    Pair q = make_pair();", "    Client c = { fresh(), 0 };", "   " + calls, "}", "system S { sip main = Main(); }"]
    with open(path, "w") as file:
        file.write("\n".join(lines) + "\n")
    return firsts


class Counts:
    accepted = refused = conservative = unknown = wrong = 0
    forms = {}  # each with how often it was in an accepted function, and in a refused one


def try_program(sipcc, folder, seed, counts):
    chance, managed = random.Random(seed), seed % 2 == 1
    functions = []
    while len(functions) < FUNCTIONS:
        made = block(chance, 2, False, managed)
        if chance.random() < 0.8:
            made += [("put_back", owner) for owner in BEHIND]
        try:
            functions.append((made, is_wrong(made)))
        except TooMany:
            continue
    path = os.path.join(folder, f"made{seed}.sip")
    refused = refused_of(sipcc, path, write(path, [made for made, _ in functions], managed))
    for number, (made, wrong) in enumerate(functions):
        if (number in refused) == wrong:
            counts.refused += wrong
            counts.accepted += not wrong
            continue
        if number in refused and is_of_pattern(made, refused[number]):
            counts.conservative += 1
            continue
        if wrong:
            counts.wrong += 1
        else:
            counts.unknown += 1
        print(f"seed {seed}, f{number}: {'accepted, and wrong on some way' if wrong else 'refused, and wrong on no way'} {sorted(refused.get(number, ()))}")
        print("\n".join(function(f"f{number}", made, managed)))
    for number, (made, _) in enumerate(functions):
        for form in set(forms_of(made)):
            counts.forms.setdefault(form, [0, 0])[number in refused] += 1
    right = [made for number, (made, _) in enumerate(functions) if number not in refused]
    write(path, right, managed)
    judged = run(sipcc, "emit", "--contract", path)
    walked = run(sipcc, "interp", "--chaos", "--seed", str(seed), path)
    for what, result in (("the verifier", judged), ("the interpreter", walked)):
        if result.returncode != 0:
            said = [line for line in (result.stdout + result.stderr).splitlines() if re.search(r"V\d\d|error|violation", line)]
            print(f"seed {seed}: {what}: " + "\n".join(said))
            counts.wrong += 1


def main():
    sipcc, options = sys.argv[1], dict(zip(sys.argv[2::2], sys.argv[3::2]))
    seed, programs = int(options.get("--seed", 1)), int(options.get("--programs", 40))
    counts = Counts()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(programs):
            try_program(sipcc, options.get("--keep", folder), seed + number, counts)
    for form, (accepted, refused) in sorted(counts.forms.items() if "--forms" in options else []):
        print(f"{accepted:6} {refused:6}  {form}")
    print(f"seed {seed}, {programs} programs: {counts.accepted} functions accepted, right on every way; {counts.refused} refused, wrong on some way; "
          f"{counts.conservative} refused by a pattern; {counts.unknown} refused without a reason; {counts.wrong} ACCEPTED WRONGLY")
    return 1 if counts.wrong or counts.unknown else 0


sys.exit(main())
