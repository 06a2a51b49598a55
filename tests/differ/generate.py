#!/usr/bin/env python3
"""Writes well-typed Sip programs that compute checksums, from seeds.

Usage: generate.py SEED [COUNT]

Programs with the seeds SEED, SEED + 1, ... are put into one file, each a unit: a function with helpers of its own, run in a
process of its own, beside it one to talk to. What a unit computes it mixes into a checksum, which it shows at the end and in
between. What a unit is depends on its own seed only, but for its number in the file. Loops are bounded, and
no function calls itself but over trees of known depth. The generator knows what has moved; what it writes the checker must
accept: a program that is rejected is a finding.
"""
import random
import re
import sys

import forms
import lent
import library
import managed
import parts
import shapes
import talks
import words
from types_of import (BOOL, CHAR, F32, F64, I16, I32, I64, I8, INTS, ISIZE, SCALARS, STR, Type, U16, U32, U64, U8, USIZE, array,
                      boxed, growable, heap_array, in_place, optional, widens)

KINDS = {"shapes": shapes.ALL, "forms": forms.ALL, "talks": talks.ALL, "library": library.ALL, "words": words.ALL, "parts": parts.ALL,
         "lent": lent.ALL}
CALM = [managed.ALL, managed.ALL, shapes.ALL, library.ALL, parts.ALL, lent.ALL, [s for s in forms.ALL if s.__name__ != "threads"]]  # in a process of one thread
MANAGED = [0.07]  # how many units have managed objects
MOST_COST = 4000  # statements that a unit may execute, roughly


def only(name):
    """Leaves one shape, `FILE.NAME`, or those of one file."""
    file, _, shape = name.partition(".")
    chosen = [s for s in (managed.ALL if file == "managed" else KINDS[file]) if not shape or s.__name__ == shape]
    KINDS.update({kind: chosen for kind in KINDS})
    MANAGED[0] = 1 if file == "managed" else 0
    CALM[:] = [chosen]


class Var:
    """A local: what it is called, its type, whether it may be written, and in which scope it was declared."""

    def __init__(self, name, type_, writable=True, scope=None, is_borrow=False):
        self.name, self.type, self.writable, self.scope, self.is_borrow = name, type_, writable, scope, is_borrow

    @property
    def place(self):
        return f"(*{self.name})" if self.is_borrow else self.name


class Func:
    def __init__(self, name, params, result, cost):
        self.name, self.params, self.result, self.cost = name, params, result, cost


class Unit:
    """One unit under construction: its types, its functions, and the function being written."""

    def __init__(self, rng, number):
        self.rng, self.number = rng, number
        self.items, self.functions, self.mixers = [], [], {}
        self.structs, self.enums, self.keys = [], [], []
        self.reckless = rng.random() < 0.4
        self.size = rng.choices(["tiny", "small", "middle", "large"], [55, 34, 9, 2])[0]
        self.posts = []  # messages to the peer: their argument's type, and what serves it
        self.names, self.declared = 0, {}
        self.managed = rng.random() < MANAGED[0]

    # --- small choices ------------------------------------------------------------------------------------------
    def name(self, stem):
        self.names += 1
        return f"{stem}{self.number}_{self.names}"

    def chance(self, p):
        return self.rng.random() < p

    def pick(self, things):
        return self.rng.choice(things)

    # --- types --------------------------------------------------------------------------------------------------
    def plain_type(self, depth=2):
        roll = self.rng.random()
        if depth == 0 or roll < 0.55:
            return self.pick(SCALARS + [U8, U32, U64, I32, I64])
        if roll < 0.68:
            return array(self.plain_type(depth - 1), self.rng.randint(1, 5))
        if roll < 0.78:
            return optional(self.plain_type(depth - 1))
        named = [t for t in self.structs + self.enums + self.keys if t.plain]
        if named and roll < 0.95:
            return self.pick(named)
        if roll < 0.97:
            return in_place(self.plain_type(depth - 1), self.rng.randint(1, 6))
        return self.pick(SCALARS)

    def any_type(self, depth=2):
        roll = self.rng.random()
        if depth == 0 or roll < 0.5:
            return self.plain_type(depth)
        if roll < 0.6:
            inner = self.any_type(depth - 1)
            return boxed(inner) if inner.kind not in ("array", "optional") else inner
        if roll < 0.7:
            return heap_array(self.plain_type(depth - 1))
        if roll < 0.8:
            return growable(self.any_type(depth - 1))
        if roll < 0.86:
            return STR
        if roll < 0.93:
            return optional(self.any_type(depth - 1))
        named = [t for t in self.structs + self.enums]
        return self.pick(named) if named else STR

    def declare_struct(self, plain):
        name = self.name("S")
        parts, lines = [], []
        for i in range(self.rng.randint(1, 5)):
            t = self.plain_type() if plain else self.any_type()
            parts.append((f"f{i}", t))
            lines.append(f"{t} f{i};")
        self.items.append(f"struct {name} {{ {' '.join(lines)} }}")
        self.structs.append(Type("struct", name, plain=all(t.plain for _, t in parts), parts=parts))

    def declare_enum(self, plain):
        name = self.name("E")
        parts, lines = [], []
        for i in range(self.rng.randint(2, 5)):
            payload = [(f"p{k}", self.plain_type(1) if plain else self.any_type(1)) for k in range(self.rng.choice([0, 1, 1, 2]))]
            parts.append((f"v{i}", payload))
            lines.append(f"v{i}" + (f"({', '.join(f'{t} {n}' for n, t in payload)})" if payload else ""))
        self.items.append(f"enum {name} {{ {', '.join(lines)} }}")
        plain = all(t.plain for _, payload in parts for _, t in payload)
        self.enums.append(Type("enum", name, plain=plain, parts=parts))

    def declare_key(self):
        name, base = self.name("K"), self.pick([U8, U16, U32])
        values = self.rng.sample(range(0, 200), self.rng.randint(2, 6))
        parts = [(f"k{i}", v) for i, v in enumerate(values)]
        self.items.append(f"enum {name} : {base} {{ {', '.join(f'{n} = {v}' for n, v in parts)} }}")
        self.keys.append(Type("key", name, parts=parts, bits=base.bits))

    def declare_flags(self):
        name, base = self.name("F"), self.pick([U8, U16, U32])
        parts = [(f"b{i}", 1 << i) for i in range(self.rng.randint(2, 6))]
        self.items.append(f"flags {name} : {base} {{ {', '.join(f'{n} = {v}' for n, v in parts)} }}")
        self.keys.append(Type("flags", name, parts=parts, bits=base.bits))

    # --- mixing a value into the checksum -------------------------------------------------------------------------
    def mix(self, t, place, depth=0):
        """Statements that mix what is at `place` (read, never moved)."""
        if t.kind == "int":
            return [f"log.note((u64%){place});"]
        if t.kind == "bool":
            return [f"log.note({place} ? 1 : 0);"]
        if t.kind == "char":
            return [f"log.note((u32){place});"]
        if t.kind == "float":
            return [f"log.real({'(f64)' if t is F32 else ''}{place});"]
        if t.kind in ("key", "flags"):
            return [f"log.note((u{t.bits}){place});"]
        if t.kind == "text":
            return [f"log.bytes({place}.bytes);"]
        return [f"{self.mixer(t)}(log, {'' if t.kind == 'box' else '&'}{place});"] if t.kind != "box" else self.mix_box(t, place)

    def mix_box(self, t, place):
        inner = t.parts[0]
        if inner.kind in ("struct", "enum"):
            return [f"{self.mixer(inner)}(log, {place});"]
        return self.mix(inner, f"(*{place})")

    def mixer(self, t):
        if t.name in self.mixers:
            return self.mixers[t.name]
        name = self.mixers[t.name] = self.name("mix")
        lines = []
        if t.kind == "struct":
            for field, part in t.parts:
                lines += self.mix(part, f"x->{field}")
        elif t.kind == "array":
            lines += [f"for (usize i : 0..{t.count}) {{", *self.mix(t.parts[0], "(*x)[i]"), "}"]
        elif t.kind in ("slice", "grow", "few"):
            lines += ["log.note(x->len);", "for (usize i : 0..x->len) {", *self.mix(t.parts[0], "(*x)[i]"), "}"]
        elif t.kind == "optional":
            lines += ["switch (*x) {", f"case .some(const {self.bound(t.parts[0])} p):", *self.mix(t.parts[0], "(*p)"),
                      "case .none: log.note(3);", "}"]
        elif t.kind == "enum":
            lines.append("switch (*x) {")
            for i, (variant, payload) in enumerate(t.parts):
                binds = ", ".join(f"const {self.bound(p)} {n}" for n, p in payload)
                lines.append(f"case .{variant}{f'({binds})' if payload else ''}:")
                lines.append(f"log.note({i + 10});")
                for n, p in payload:
                    lines += self.mix(p, f"(*{n})")
            lines.append("}")
        else:
            raise AssertionError(t.kind)
        self.items.append("\n".join([f"void {name}(Log* log, const {self.bound(t)} x) {{", *lines, "}"]))
        return name

    @staticmethod
    def bound(t):
        """A borrow's spelling without the `const` in front."""
        return f"{t}*" if not t.name.endswith("*") else f"{t} *"

    # --- writing functions -----------------------------------------------------------------------------------------
    def write(self, seed):
        if self.managed:
            return self.write_managed(seed)
        if self.size == "tiny":
            return self.write_tiny(seed)
        small, large = self.size == "small", self.size == "large"
        for _ in range(self.rng.randint(0, 1 if small else 2)):
            self.declare_struct(plain=True)
        if self.chance(0.4):
            self.declare_key()
        if self.chance(0.2):
            self.declare_flags()
        for _ in range(self.rng.randint(0, 1 if small else 2)):
            self.declare_enum(plain=True)
        if self.chance(0.25 if small else 0.7):
            self.declare_struct(plain=False)
        if self.chance(0.25 if small else 0.6):
            self.declare_enum(plain=False)
        for _ in range(self.rng.choice([1, 1, 2, 3] if large else [0, 0, 1] if small else [1, 2])):
            self.write_function()
        body = Body(self, None, None)
        lines = self.call_all(body) + ["log.show(out);"]
        for _ in range(1 if small else 2):
            lines += body.shape()
        self.finish(body, seed, lines + body.statements(self.rng.randint(3, 8) if large else self.rng.randint(1, 2 if small else 3)))
        return self.items

    def write_tiny(self, seed):
        """One larger shape and nothing around it, or a few statements: cheap, and most of what there is to find."""
        if self.chance(0.3):
            self.pick([self.declare_key, self.declare_flags, lambda: self.declare_struct(False), lambda: self.declare_enum(False)])()
        body = Body(self, None, None)
        lines = body.shape() if self.chance(0.85) else body.statements(2)
        self.finish(body, seed, lines)
        return self.items

    def write_managed(self, seed):
        body = Body(self, None, None)
        lines = body.shape(CALM[0])
        while self.chance(0.4):
            lines += body.shape()
        self.finish(body, seed, lines + body.statements(self.rng.randint(0, 2)))
        return self.items

    def finish(self, body, seed, lines):
        self.items.append("\n".join([f"[[noinline]] void unit{self.number}(Log* log, Console.imp:Ready -> Ready* out, Ask.imp:Idle -> Idle* ask) {{",
                                     *body.prologue, f"log->seed = {random.Random(~seed).getrandbits(63) | 1};", *lines, "log.show(out);", "}"]))

    def write_function(self):
        name, params = self.name("f"), []
        for i in range(self.rng.randint(1, 4 if self.size == "large" else 2)):
            params.append(self.parameter(f"p{i}"))
        result = self.pick([None, "plain", "plain", "plain", "any"])
        result = self.plain_type() if result == "plain" else self.any_type() if result == "any" else None
        body = Body(self, result, params)
        lines = body.statements(self.rng.randint(2, 6) if self.size == "large" else self.rng.randint(1, 3))
        if result:
            lines += body.give_back()
        spelled = ", ".join(["Log* log"] + [p.spelled for p in params])
        self.items.append("\n".join([f"{result or 'void'} {name}({spelled}) {{", *body.prologue, *lines, "}"]))
        self.functions.append(Func(name, params, result, body.cost + 2))

    def parameter(self, name):
        roll = self.rng.random()
        if roll < 0.45:
            t, how = self.plain_type(), "value"
        elif roll < 0.6:
            t, how = self.any_type(), "value"
        elif roll < 0.75:
            t, how = self.any_type(), "const"
        elif roll < 0.9:
            t, how = self.any_type(), "borrow"
        else:
            t, how = array(self.plain_type(1), 0), self.pick(["cslice", "slice"])
        return Param(name, t, how)

    def call_all(self, body):
        lines = []
        for f in self.functions:
            lines += body.call_statement(f)
        return lines


class Param:
    def __init__(self, name, t, how):
        self.name, self.type, self.how = name, t, how

    @property
    def spelled(self):
        t = self.type
        star = " *" if t.name.endswith("*") else "*"
        first = t.parts[0] if t.parts else t
        return {"value": f"{t} {self.name}", "const": f"const {t}{star} {self.name}", "borrow": f"{t}{star} {self.name}",
                "cslice": f"const {first}[] {self.name}", "slice": f"{first}[] {self.name}"}[self.how]


class Body:
    """The statements of one function, and what is in scope at each."""

    def __init__(self, unit, result, params):
        self.u, self.rng, self.result = unit, unit.rng, result
        self.vars, self.prologue, self.cost, self.times, self.depth = [], [], 0, 1, 0
        self.loops, self.scope, self.scopes = [], 0, 0
        self.params = params
        self.deep = 3 if unit.size == "large" else 2  # how far expressions go
        for p in params or []:
            if p.how == "value":
                self.vars.append(Var(p.name, p.type, scope=0))
            elif p.how in ("const", "borrow"):
                self.vars.append(Var(p.name, p.type, p.how == "borrow", scope=-1, is_borrow=True))
            else:
                self.vars.append(Var(p.name, Type("view", "view", plain=False, parts=p.type.parts), p.how == "slice", scope=-1))

    def chance(self, p):
        return self.rng.random() < p

    def pick(self, things):
        return self.rng.choice(things)

    # --- places ---------------------------------------------------------------------------------------------------
    def places(self, wanted, writable=False):
        """Places of a type that copies, reachable from locals: fields, elements, what borrows and boxes point to."""
        found = []
        for v in self.vars:
            if writable and not v.writable:
                continue
            self.reach(v.type, v.place, wanted, found, 0)
        return found

    def reach(self, t, place, wanted, found, depth):
        if t.name == wanted.name and t.kind == wanted.kind:
            found.append(place)
        if depth > 2:
            return
        if t.kind == "struct":
            for field, part in t.parts:
                self.reach(part, f"{place}.{field}", wanted, found, depth + 1)
        elif t.kind == "array" and t.count:
            self.reach(t.parts[0], f"{place}[{self.index(t.count)}]", wanted, found, depth + 1)
        elif t.kind == "box":
            self.reach(t.parts[0], f"(*{place})", wanted, found, depth + 1)
        elif t.kind in ("slice", "grow", "few", "view") and self.u.reckless and self.chance(0.3):
            self.reach(t.parts[0], f"{place}[{self.index(3)}]", wanted, found, depth + 1)

    def index(self, count):
        """An index below `count`, or, where the unit is reckless, perhaps not."""
        if self.chance(0.5):
            return str(self.rng.randrange(count))
        scalars = [v for v in self.vars if v.type.kind == "int"]
        number = self.pick(scalars).place if scalars and self.chance(0.8) else "log.next()"
        if self.u.reckless and self.chance(0.1):
            return f"(usize%){number}"
        return f"(usize%){number} % {count}"

    # --- expressions ----------------------------------------------------------------------------------------------
    def literal(self, t):
        if t.kind == "int":
            roll = self.rng.random()
            value = (self.pick([t.least, t.most, 0, 1, t.most - 1, t.least + 1]) if roll < 0.3 else
                     self.rng.randint(0, min(t.most, 20)) if roll < 0.8 else self.rng.randint(t.least, t.most))
            if t.signed and self.chance(0.2):
                value = -value if -value >= t.least and -value <= t.most else value
            if value == t.least and t.signed:
                return f"{t}.min"
            return str(value)
        if t.kind == "bool":
            return self.pick(["true", "false"])
        if t.kind == "char":
            return self.pick(["'a'", "'Z'", "'0'", "'\\n'", "'\\u{e9}'", "'\\u{1F600}'"])
        return self.pick(["0.0", "1.0", "1.5", "0.25", "1000.0", "3.0e10", "-2.5", "-0.125"])

    def atom(self, t):
        """Something of the type that stands on its own: a variable, a cast literal."""
        places = self.places(t)
        if places and self.chance(0.85):
            return self.pick(places)
        if t.kind == "int":
            if self.chance(0.5):
                return f"(({t}%)log.next())"
            return f"(({t}){self.literal(t)})"
        if t.kind == "float":
            return f"(({t}){self.literal(t)})"
        return self.literal(t)

    def expr(self, t, depth=3):
        """An expression of a type that copies or that is made on the spot."""
        if t.kind == "int":
            return self.int_expr(t, depth)
        if t.kind == "bool":
            return self.bool_expr(depth)
        if t.kind == "char":
            return self.char_expr(depth)
        if t.kind == "float":
            return self.float_expr(t, depth)
        return self.value(t, depth)

    def int_expr(self, t, depth):
        if depth <= 0 or self.chance(0.15):
            return self.literal(t) if self.chance(0.15) else self.atom(t)
        a = lambda: self.int_expr(t, depth - 1)
        left = lambda: self.typed(t, depth - 1)
        roll = self.rng.random()
        trap = self.u.reckless and self.chance(0.25)
        if roll < 0.22:
            op = f"{self.pick(['+', '-', '*'])}{'' if trap else self.pick(['%', '%', '|'])}"
            return f"({left()} {op} {self.unknown(t, a()) if trap else a()})"
        if roll < 0.30:  # traps, but not on what it gets here
            mask = self.pick([3, 7, 15]) if t.bits > 8 else 3
            if self.chance(0.7):
                return f"(({left()} & {mask}) {self.pick(['+', '*'])} ({left()} & {mask}))"
            return f"(({left()} & {mask}) + {mask} - ({left()} & {mask}))"
        if roll < 0.42:
            op = self.pick(["&", "|", "^"])
            return f"({left()} {op} {a()})"
        if roll < 0.50:
            if trap:
                return f"({left()} {self.pick(['/', '%'])} {self.unknown(t, a())})"
            if t.signed:
                return f"({left()} {self.pick(['/', '%'])} ({left()} & {self.pick([3, 7, 31])} | 1))"
            return f"({left()} {self.pick(['/', '%'])} ({left()} | {self.pick([1, 2, 5])}))"
        if roll < 0.58:
            amount = self.pick([U8, U16, U32, t])
            by = self.unknown(amount, self.atom(amount)) if trap else f"({self.atom(amount)} & {t.bits - 1 if amount.bits >= 8 else 7})"
            return f"({left()} {self.pick(['<<', '>>'])} {by})"
        if roll < 0.62 and not t.signed:
            return f"{self.pick(['rotl', 'rotr'])}({left()}, {self.typed(U32, 1)} & {t.bits - 1})"
        if roll < 0.63:
            return f"mul_high({left()}, {a()})"
        if roll < 0.65 and not t.signed:
            name = self.pick(["clz", "ctz", "popcount"])
            return f"({t}){name}({left()})"
        if roll < 0.67 and t.bits > 8 and not t.signed:
            return f"byteswap({left()})"
        if roll < 0.72:
            op = self.pick(["+?", "-?", "*?", "/?", "%?", "<<?", ">>?"])
            right = str(self.rng.randint(0, t.bits + 2)) if op in ("<<?", ">>?") else a()
            return f"(({left()} {op} {right}) else {a()})"
        if roll < 0.82:
            return self.int_cast(t, depth)
        if roll < 0.88:
            return f"({self.bool_expr(depth - 1)} ? {left()} : {a()})"
        if roll < 0.91:
            return f"(~{left()})"
        if roll < 0.93 and t.signed:
            return f"(-({left()} >> 1))"
        if roll < 0.96:
            call = self.call(t)
            if call:
                return call
        narrow = [n for n in INTS if widens(n, t)]
        if narrow:
            return f"({left()} {self.pick(['^', '+%', '-%'])} {self.atom(self.pick(narrow))})"
        return self.atom(t)

    @staticmethod
    def unknown(t, text):
        """What is made of literals alone goes through a call: what would always trap is refused when it is compiled."""
        known = not re.search(r"log\b|[a-z]\w*\d+_\d|\bp\d", text)
        return f"same(({t}){text})" if known and text.lstrip("-").isdigit() else f"same({text})" if known else text

    def typed(self, t, depth):
        """As int_expr, but never a bare literal: its type is known without anything around it."""
        text = self.int_expr(t, depth)
        return f"(({t}){text})" if text.lstrip("-").isdigit() else text

    def int_cast(self, t, depth):
        roll = self.rng.random()
        how = "" if self.u.reckless and self.chance(0.3) else self.pick(["%", "%", "|", "?"])
        if roll < 0.8:
            narrow = self.pick(INTS)
            source = self.typed(narrow, depth - 1)
            source = self.unknown(narrow, source) if how == "" else source
        elif roll < 0.9:
            source, how = self.float_expr(self.pick([F32, F64]), depth - 1), self.pick(["|", "?"])
        else:
            keys = [k for k in self.u.keys]
            if keys:
                k = self.pick(keys)
                return f"({t}%)(u{k.bits}){self.value(k, 0)}"
            source, how = self.typed(U8, depth - 1), "%"
        cast = f"(({t}{how}){self.paren(source)})"
        return f"({cast} else {self.int_expr(t, 1)})" if how == "?" else cast

    @staticmethod
    def paren(text):
        return text if text[0] == "(" and text[-1] == ")" else f"({text})"

    def bool_expr(self, depth):
        if depth <= 0 or self.chance(0.1):
            return self.atom(BOOL)
        roll = self.rng.random()
        if roll < 0.5:
            t = self.pick(INTS)
            return f"({self.typed(t, depth - 1)} {self.pick(['==', '!=', '<', '<=', '>', '>='])} {self.int_expr(t, depth - 1)})"
        if roll < 0.6:
            t = self.pick([F32, F64])
            return f"({self.float_expr(t, depth - 1)} {self.pick(['<', '<=', '>', '>=', '==', '!='])} {self.float_expr(t, 1)})"
        if roll < 0.65:
            return f"({self.atom(CHAR)} {self.pick(['==', '<', '>='])} {self.atom(CHAR)})"
        if roll < 0.85:
            return f"({self.bool_expr(depth - 1)} {self.pick(['&&', '||', '&', '|', '^', '==', '!='])} {self.bool_expr(depth - 1)})"
        if roll < 0.95:
            return f"(!{self.bool_expr(depth - 1)})"
        found = []
        for v in self.vars:
            if v.type.kind == "optional":
                found.append(f"({v.place} {self.pick(['==', '!='])} none)")
            if v.type.kind in ("slice", "grow", "few", "view"):
                found.append(f"({v.place}.len {self.pick(['<', '=='])} {self.rng.randint(0, 5)})")
        return self.pick(found) if found else self.atom(BOOL)

    def char_expr(self, depth):
        roll = self.rng.random()
        if depth > 0 and roll < 0.3:
            return f"(char)({self.rng.randint(33, 90)} + ({self.typed(U32, depth - 1)} & 31))"
        if depth > 0 and roll < 0.4:
            return f"(((char?)({self.typed(U32, depth - 1)})) else {self.literal(CHAR)})"
        return self.atom(CHAR)

    def float_expr(self, t, depth):
        if depth <= 0 or self.chance(0.2):
            return self.atom(t)
        roll = self.rng.random()
        if roll < 0.6:
            return f"({self.float_expr(t, depth - 1)} {self.pick(['+', '-', '*', '/'])} {self.float_expr(t, depth - 1)})"
        if roll < 0.8:
            return f"(({t}){self.typed(self.pick(INTS), depth - 1)})"
        if roll < 0.85:
            return f"sqrt({self.float_expr(t, depth - 1)})"
        if roll < 0.9:
            return f"(({t}){self.float_expr(F32 if t is F64 else F64, depth - 1)})"
        return f"(-{self.float_expr(t, depth - 1)})"

    def value(self, t, depth=2):
        """A value of any type; what owns is made new, taken from a call, or moved out of a local that goes out of use."""
        if t.kind in ("int", "bool", "char", "float"):
            return self.expr(t, depth)
        if t.plain and self.chance(0.4):
            places = self.places(t)
            if places:
                return self.pick(places)
        if not t.plain and self.chance(0.3):
            moved = self.move_out(t)
            if moved:
                return moved
        if self.chance(0.2):
            call = self.call(t)
            if call:
                return call
        return self.fresh(t, depth)

    def fresh(self, t, depth):
        inner = t.parts[0] if t.parts else None
        if t.kind in ("int", "bool", "char", "float"):
            return self.expr(t, depth)
        if t.kind == "text":
            return self.pick(['new "abc"', 'new ""', 'copy("text")', 'new "gr\\u{fc}n"'])
        if t.kind == "key":
            return f"{t}.{self.pick(t.parts)[0]}"
        if t.kind == "flags":
            a, b = self.pick(t.parts)[0], self.pick(t.parts)[0]
            return f"({t}.{a} {self.pick(['|', '^', '&'])} {t}.{b})"
        if t.kind == "array":
            if self.chance(0.3) and inner.plain:
                return f"{{ {self.value(inner, depth - 1)} ... }}"
            return "{ " + ", ".join(self.value(inner, depth - 1) for _ in range(t.count)) + " }"
        if t.kind == "struct":
            return "{ " + ", ".join(f".{n} = {self.value(p, depth - 1)}" for n, p in t.parts) + " }"
        if t.kind == "enum":
            name, payload = self.pick(t.parts)
            return f".{name}" + (f"({', '.join(self.value(p, depth - 1) for _, p in payload)})" if payload else "")
        if t.kind == "optional":
            if self.chance(0.3):
                return "none"
            return f".some({self.value(inner, depth - 1)})" if inner.kind == "optional" or self.chance(0.3) else self.value(inner, depth - 1)
        if t.kind == "box":
            if inner.kind == "struct":  # its fields are said themselves
                return f"new {inner}{self.fresh(inner, depth - 1)}"
            return f"new {inner}{{ {self.value(inner, depth - 1)} }}"
        if t.kind == "slice":
            if inner.plain:
                return f"new {inner}[{self.rng.randint(0, 6)}]{{ {self.value(inner, depth - 1)} ... }}"
            return f"new {inner}[{1}]{{ {self.value(inner, depth - 1)} }}"
        return "{}"  # growables

    def move_out(self, t):
        """A local of this very block that owns a `t`, which from now on is out of use."""
        here = [v for v in self.vars if v.scope == self.scope and not v.is_borrow and v.type.name == t.name and v.type.kind == t.kind]
        if not here:
            return None
        v = self.pick(here)
        self.vars.remove(v)
        return v.name

    def call(self, t):
        """A call that gives a `t`, if there is a function and time for one."""
        fit = [f for f in self.u.functions if f.result and f.result.name == t.name and self.afford(f.cost) and self.simple(f)]
        if not fit:
            return None
        f = self.pick(fit)
        self.cost += f.cost * self.times
        return f"{f.name}({', '.join(['log'] + [self.value(p.type, 1) for p in f.params])})"

    @staticmethod
    def simple(f):
        return all(p.how == "value" and p.type.plain for p in f.params)

    def afford(self, cost):
        return self.cost + self.times * cost < MOST_COST

    # --- statements -----------------------------------------------------------------------------------------------
    def statements(self, count):
        lines = []
        for _ in range(count):
            self.cost += self.times
            lines += self.statement()
        return lines

    def block(self, count, more=()):
        """A block's lines: what is declared in it is gone behind it."""
        kept, scope = list(self.vars), self.scope
        self.scopes += 1
        self.scope = self.scopes
        self.depth += 1
        for v in more:
            v.scope = self.scope
            self.vars.append(v)
        lines = self.statements(count)
        self.depth -= 1
        self.scope = scope
        self.vars = [v for v in kept]
        return lines

    def statement(self):
        deep = self.depth >= 3
        choices = [(3, self.declare), (4, self.assign), (2, self.note), (1, self.call_any), (1, self.exchange), (1, self.grow)]
        if not deep:
            choices += [(2, self.branch), (2, self.loop), (2, self.switch), (1, self.bind), (1, self.each), (1, self.while_loop)]
        if self.afford(200):
            choices.append((2, self.shape))
        choices += [(0.4, self.leave), (0.4, self.defer), (0.7, self.part_move), (0.5, self.reassign)]
        kinds = [c for _, c in choices]
        return self.rng.choices(kinds, [w for w, _ in choices])[0]()

    def declare(self):
        t = self.u.plain_type() if self.chance(0.6) else self.u.any_type()
        name = self.u.name("x")
        text = self.value(t, self.deep)
        self.vars.append(Var(name, t, scope=self.scope))
        return [f"{t} {name} = {text};"]

    def assign(self):
        t = self.pick(SCALARS + [U32, U64, I32, USIZE])
        places = self.places(t, writable=True)
        if not places:
            return self.declare()
        place = self.pick(places)
        if t.kind == "int" and self.chance(0.4):
            op = self.pick(["&=", "|=", "^="] + (["+=", "-=", "*="] if self.u.reckless and self.chance(0.3) else []))
            return [f"{place} {op} {self.int_expr(t, 2)};"]
        if t.kind == "int" and self.u.reckless and self.chance(0.1):
            return [f"{place}{self.pick(['++', '--'])};"]
        return [f"{place} = {self.expr(t, self.deep)};"]

    def reassign(self):
        """Overwrites an owner: what was there is dropped."""
        owners = [v for v in self.vars if v.writable and not v.type.plain and v.type.kind != "view"]
        if not owners:
            return self.declare()
        v = self.pick(owners)
        self.vars.remove(v)  # so that the value is not made of it
        text = self.value(v.type, 2)
        self.vars.append(v)
        return [f"{v.place if not v.is_borrow else '*' + v.name} = {text};"]

    def note(self):
        if not self.vars:
            return [f"log.note({self.rng.randint(0, 99)});"]
        v = self.pick(self.vars)
        if v.type.kind == "view":
            return [f"for (usize i : 0..{v.name}.len) {{", *self.u.mix(v.type.parts[0], f"{v.name}[i]"), "}"]
        return self.u.mix(v.type, v.place)

    def shape(self, among=None):
        """One of the larger ones. What it declares cannot be met below, so that nothing moves into it by chance."""
        kept, scope = list(self.vars), self.scope
        self.cost += 60 * self.times
        self.scope = -2  # nothing moves out of this block
        lines = self.pick(among or self.pick(CALM if self.u.managed else list(KINDS.values())))(self)
        self.vars, self.scope = kept, scope
        return lines

    def branch(self):
        lines = [f"if ({self.bool_expr(2)}) {{", *self.block(self.rng.randint(1, 3))]
        if self.chance(0.5):
            lines += ["} else {", *self.block(self.rng.randint(1, 3))]
        return lines + ["}"]

    def loop(self):
        count = self.rng.randint(1, 9)
        if not self.afford(count * 6):
            return self.note()
        name = self.u.name("i")
        head = f"for (usize {name} : {'reverse ' if self.chance(0.3) else ''}0..{count})"
        if self.chance(0.25):
            head = f"for (usize {name} = 0; {name} < {count}; {name}++)"
        label = self.u.name("l")
        self.times *= count
        self.loops.append(label)
        body = self.block(self.rng.randint(1, 4), [Var(name, USIZE, writable=False)])
        if self.chance(0.3):
            body += [f"if ({self.bool_expr(1)}) {self.pick(['break', 'continue'])} {self.pick(self.loops)};"]
        self.loops.pop()
        self.times //= count
        return [f"{label}: {head} {{", *body, "}"]

    def while_loop(self):
        count = self.rng.randint(1, 6)
        if not self.afford(count * 6):
            return self.note()
        name = self.u.name("n")
        self.times *= count
        body = self.block(self.rng.randint(1, 3))
        self.times //= count
        if self.chance(0.5):
            return [f"u32 {name} = {count};", f"while ({name} > 0) {{", f"{name} -= 1;", *body, "}"]
        return [f"u32 {name} = 0;", "do {", f"{name} += 1;", *body, f"}} while ({name} < {count});"]

    def each(self):
        """A loop over the elements of what has some."""
        rows = [v for v in self.vars if v.type.kind in ("array", "slice", "grow", "few", "view") and
                (v.type.kind != "array" or v.type.count)]
        if not rows or not self.afford(40):
            return self.note()
        v = self.pick(rows)
        inner, name = v.type.parts[0], self.u.name("e")
        exclusive = v.writable and self.chance(0.5)
        self.vars.remove(v)
        self.times *= 6
        if exclusive:
            kind, var = self.u.bound(inner), Var(name, inner, True, is_borrow=True)
        elif inner.plain and self.chance(0.5):
            kind, var = inner.name, Var(name, inner, False)
        else:
            kind, var = "const " + self.u.bound(inner), Var(name, inner, False, is_borrow=True)
        body = self.block(self.rng.randint(1, 2), [var])
        body += [] if inner.kind == "view" else self.u.mix(inner, var.place)
        self.times //= 6
        self.vars.append(v)
        return [f"for ({kind} {name} : {v.place}) {{", *body, "}"]

    def bind(self):
        options = [v for v in self.vars if v.type.kind == "optional"]
        if not options:
            return self.branch()
        v = self.pick(options)
        inner, name = v.type.parts[0], self.u.name("b")
        self.vars.remove(v)
        const = not v.writable or self.chance(0.5)
        body = self.block(2, [Var(name, inner, not const, is_borrow=True)])
        self.vars.append(v)
        return [f"if ({'const ' if const else ''}{self.u.bound(inner)} {name} = {v.place}) {{", *body, "} else {",
                *self.block(1), "}"]

    def switch(self):
        subjects = [v for v in self.vars if v.type.kind in ("enum", "key", "optional")]
        if subjects and self.chance(0.7):
            return self.switch_variant(self.pick(subjects))
        t = self.pick([U8, I32, U64, I8, USIZE, CHAR])
        lines, used = [f"switch ({self.expr(t, 2)}) {{"], set()
        for _ in range(self.rng.randint(1, 5)):
            low = self.rng.randint(0, 60)
            high = low + self.rng.choice([0, 0, 1, 5, 20])
            if any(x in used for x in range(low, high + 1)):
                continue
            used.update(range(low, high + 1))
            spell = (lambda n: f"'\\u{{{n + 40:x}}}'") if t is CHAR else str
            pattern = spell(low) if low == high else f"{spell(low)}..={spell(high)}"
            guard = f" if ({self.bool_expr(1)})" if self.chance(0.2) else ""
            lines += [f"case {pattern}{guard}:", *self.block(self.rng.randint(1, 2))]
        return lines + ["default:", *self.block(1), "}"]

    def switch_variant(self, v):
        t = v.type
        self.vars.remove(v)
        by_value = t.plain or (v.scope == self.scope and not v.is_borrow and t.kind == "enum" and self.chance(0.4))
        moves = by_value and not t.plain
        arms = t.parts if t.kind == "enum" else [(n, []) for n, _ in t.parts] if t.kind == "key" else \
            [("some", [("p", t.parts[0])]), ("none", [])]
        arms = list(arms)
        self.rng.shuffle(arms)
        cut = self.rng.randint(1, len(arms)) if self.chance(0.3) and len(arms) > 1 else len(arms)
        lines = [f"switch ({v.place}) {{"]
        for variant, payload in arms[:cut]:
            binds, more = [], []
            for _, p in payload:
                name = self.u.name("a")
                if by_value:
                    binds.append(f"{p} {name}")
                    more.append(Var(name, p, writable=True))
                else:
                    exclusive = v.writable and self.chance(0.5)
                    binds.append(f"{'' if exclusive else 'const '}{self.u.bound(p)} {name}")
                    more.append(Var(name, p, exclusive, is_borrow=True))
            head = f".{variant}{'(' + ', '.join(binds) + ')' if binds else ''}"
            if not moves and self.chance(0.15) and cut == len(arms):
                guard_block = [f"case {head} if ({self.bool_expr(1)}):", *self.block(1, more)]
                if by_value or not binds:
                    lines += guard_block
                    for m in more:
                        m.scope = None
            lines += [f"case {head}:", *self.block(self.rng.randint(1, 2), more)]
        if cut < len(arms):
            lines += [self.pick(["default:", "case _:"]), *self.block(1)]
        if not moves:
            self.vars.append(v)
        return lines + ["}"]

    def call_any(self):
        functions = [f for f in self.u.functions if self.afford(f.cost)]
        return self.call_statement(self.pick(functions)) if functions else self.note()

    def call_statement(self, f):
        """Calls with arguments of every kind: what is borrowed for the call are locals, made first where there are none."""
        lines, arguments, hidden = [], ["log"], []
        self.cost += f.cost * self.times
        for p in f.params:
            if p.how == "value":
                arguments.append(self.value(p.type, 1))
                continue
            exclusive = p.how in ("borrow", "slice")
            t = p.type if p.how in ("const", "borrow") else array(p.type.parts[0], self.rng.randint(1, 5))
            fit = [v for v in self.vars if v.type.name == t.name and v.type.kind == t.kind and (v.writable or not exclusive)]
            if p.how in ("slice", "cslice") and self.chance(0.6):
                fit = [v for v in self.vars if v.type.kind in ("array", "slice", "grow", "few", "view") and
                       v.type.parts[0].name == p.type.parts[0].name and (v.writable or not exclusive)] or fit
            if fit and self.chance(0.8):
                v = self.pick(fit)
            else:
                v = Var(self.u.name("g"), t, scope=self.scope)
                lines.append(f"{t} {v.name} = {self.value(t, 2)};")
                self.vars.append(v)
            self.vars.remove(v)
            hidden.append(v)
            if p.how in ("slice", "cslice"):
                part = f"[{self.rng.randint(0, 1)}..{v.place}.len]" if self.chance(0.2) and v.type.kind == "array" else ""
                arguments.append(v.place + part)
            else:
                arguments.append(v.name if v.is_borrow else f"&{v.name}")
        call = f"{f.name}({', '.join(arguments)})"
        self.vars += hidden
        if f.result:
            name = self.u.name("r")
            lines.append(f"{f.result} {name} = {call};")
            self.vars.append(Var(name, f.result, scope=self.scope))
            return lines + self.u.mix(f.result, name)
        return lines + [call + ";"]

    def exchange(self):
        """replace, take, swap."""
        roll = self.rng.random()
        options = [v for v in self.vars if v.type.kind == "optional" and v.writable]
        if options and roll < 0.5:
            v, name = self.pick(options), self.u.name("t")
            self.vars.append(Var(name, v.type, scope=self.scope))
            return [f"{v.type} {name} = take({v.name if v.is_borrow else '&' + v.name});"]
        owners = [v for v in self.vars if v.writable and v.type.kind != "view"]
        if not owners:
            return self.note()
        v = self.pick(owners)
        twins = [w for w in owners if w is not v and w.type.name == v.type.name]
        address = lambda x: x.name if x.is_borrow else f"&{x.name}"
        if twins and roll < 0.8:
            return [f"swap({address(v)}, {address(self.pick(twins))});"]
        self.vars.remove(v)
        text, name = self.value(v.type, 2), self.u.name("o")
        self.vars += [v, Var(name, v.type, scope=self.scope)]
        return [f"{v.type} {name} = replace({address(v)}, {text});"]

    def grow(self):
        rows = [v for v in self.vars if v.type.kind in ("grow", "few", "array", "slice", "view") and v.writable]
        if not rows:
            return self.declare()
        v = self.pick(rows)
        t, inner, p = v.type, v.type.parts[0], v.place
        self.vars.remove(v)
        lines = []
        if t.kind in ("grow", "few") and self.chance(0.7):
            roll = self.rng.random()
            room = f"if ({p}.len < {t.count}) " if t.kind == "few" and not (self.u.reckless and self.chance(0.1)) else ""
            if roll < 0.5:
                lines = [f"{room}{p}.push({self.value(inner, 2)});"]
            elif roll < 0.6:
                lines = [f"{room}{p}.insert({p}.len / 2, {self.value(inner, 2)});"]
            elif roll < 0.75:
                name = self.u.name("q")
                lines = [f"{optional(inner)} {name} = {p}.pop();"]
                self.vars.append(Var(name, optional(inner), scope=self.scope))
            elif roll < 0.85:
                lines = [f"if ({p}.len > 0) {{", f"{inner} gone = {p}.remove({p}.len / 2);", *self.u.mix(inner, "gone"), "}"]
            elif roll < 0.95:
                lines = [f"{p}.truncate({self.rng.randint(0, 3)});"]
            elif t.kind == "grow":
                lines = [f"{p}.reserve({self.rng.randint(0, 40)});"]
        else:
            roll = self.rng.random()
            if roll < 0.3:
                lines = [f"if ({p}.len > 1) {p}.swap(0, {p}.len - 1);"]
            elif roll < 0.5 and inner.plain:
                lines = [f"{p}.fill({self.value(inner, 1)});"] if t.kind != "view" else [f"{p}[0..{p}.len].fill({self.value(inner, 1)});"]
            elif roll < 0.8:
                name = self.u.name("old")
                lines = [f"if ({p}.len > 0) {{", f"{inner} {name} = {p}.replace({p}.len - 1, {self.value(inner, 1)});",
                         *self.u.mix(inner, name), "}"]
            elif inner.plain and inner.kind == "int":
                name = self.u.name("at")
                lines = [f"if ({self.u.bound(inner)} {name} = {p}.get_mut({self.index(4)})) {{", f"*{name} = {self.expr(inner, 2)};", "}"]
        self.vars.append(v)
        return lines or self.note()

    def leave(self):
        """Ends the function early on some ways."""
        if self.depth == 0:
            return self.note()
        lines = self.block(1)
        if self.result:
            text = self.fresh_or_copy(self.result)
            return [f"if ({self.bool_expr(2)}) {{", *lines, f"return {text};", "}"]
        return [f"if ({self.bool_expr(2)}) {{", *lines, "return;", "}"]

    def fresh_or_copy(self, t):
        kept, self.scope = self.scope, -2  # nothing is of this block: nothing moves
        text = self.value(t, 2)
        self.scope = kept
        return text

    def defer(self):
        return [f"defer log.note({self.rng.randint(100, 999)});"]

    def part_move(self):
        """Moves an owner on some ways only: behind the join it is out of use, and dropped on the others."""
        owners = [v for v in self.vars if v.scope == self.scope and not v.is_borrow and not v.type.plain and v.type.kind != "view"]
        if not owners:
            return self.declare()
        v = self.pick(owners)
        self.vars.remove(v)
        name = self.u.name("m")
        condition = self.bool_expr(2)
        lines = [f"if ({condition}) {{", f"{v.type} {name} = {v.name};", *self.u.mix(v.type, name)]
        if self.chance(0.4):
            lines += ["} else {", *self.block(1)]
        lines += ["}"]
        if self.chance(0.5):
            lines.append(f"{v.name} = {self.value(v.type, 2)};")
            self.vars.append(v)
        return lines

    def give_back(self):
        self.scope = 0
        return [f"return {self.value(self.result, 2)};"]


PRELUDE = """// Generated by tests/differ/generate.py, seeds: {seeds}.
module generated;
import sip.console;
import std.text;
import std.result;
import std.bytes;
import std.cmp;
import std.sort;
import std.decimal;
import std.fmt;
import std.iter;

contract Turn {{ in message take(u32 unit); state Start: take? -> Done; state Done: end; }}

/// The checksum of what a unit computes, and numbers that no compiler knows.
struct Log {{ u64 sum; u64 seed; u32 unit; }}

[[noinline]] void Log.note(Log* log, u64 x) {{
    log->sum = rotl(log->sum, 7) ^ (x *% 0x9e3779b97f4a7c15);
}}

[[noinline]] void Log.real(Log* log, f64 x) {{
    if (x != x) log.note(7);
    else log.note((u64%)((i64|)(x * 1024.0)));
}}

[[noinline]] void Log.bytes(Log* log, const u8[] bytes) {{
    log.note(bytes.len);
    for (u8 b : bytes) log.note(b);
}}

T same<T: plain>(T x) {{ return x; }}

[[noinline]] u64 Log.next(Log* log) {{
    log->seed ^= log->seed << 13;
    log->seed ^= log->seed >> 7;
    log->seed ^= log->seed << 17;
    return log->seed >> (log->seed & 31);
}}

[[noinline]] void Log.show(Log* log, Console.imp:Ready -> Ready* out) {{
    Line line = {{}};
    line.number(log->unit);
    line.text(": ");
    line.hex(log->sum);
    line.show(out);
}}
"""


def program(seeds):
    out, units = [PRELUDE.format(seeds=" ".join(map(str, seeds)) or "none")], []
    for number, seed in enumerate(seeds):
        units.append(Unit(random.Random(seed), number))
        out += [item + "\n" for item in units[-1].write(seed)]
    out += peer([post for unit in units for post in unit.posts])
    out += worker("Worker", [n for n, unit in enumerate(units) if not unit.managed], "threads 8", leak=True)
    out += worker("Keeper", [n for n, unit in enumerate(units) if unit.managed], "threads 1", leak=False)
    turns = ", ".join(f"Turn.imp:Start t{n}" for n in range(len(units)))
    out += [f"sip Driver({turns}) {{"] + [f"send t{n}.take({n}); close(t{n});" for n in range(len(units))] + ["}", ""]
    out += ["system Main {"] + [f"sip p{n} = Peer(ask: offered);" for n in range(len(units))]
    out += [f"sip w{n} = {'Keeper' if unit.managed else 'Worker'}(turn: offered, ask: p{n}.ask, out: machine.console);" for n, unit in enumerate(units)]
    out += [f"sip driver = Driver({', '.join(f't{n}: w{n}.turn' for n in range(len(units)))});", "}", ""]
    return indent("\n".join(out))


def worker(name, numbers, clause, leak):
    """The process that each unit runs in; where nothing is managed, all of its memory is back when the unit is done."""
    if not numbers:
        return []
    return [f"sip {name}(Turn.exp:Start turn, Ask.imp:Idle ask, Console.imp:Ready out) heap 4 MiB, stack 256 KiB, {clause} {{",
            "receive turn.take(u32 unit) else closed { close(ask); close(out); return; }", "close(turn);",
            *(["u64 before = heap_used();"] if leak else []), "Log log = { .sum = 1, .seed = 1, .unit = unit };", "switch (unit) {",
            *(f"case {n}: unit{n}(&log, &out, &ask);" for n in numbers), "default:", "}",
            *(["assert(heap_used() == before);"] if leak else []), "close(out);", "close(ask);", "}", ""]


def peer(posts):
    """The process that each unit talks to: it answers questions, and serves the ends of channels that it is sent."""
    messages = [f"in message {name}({type_} end);" for name, type_, _ in posts]
    cases = [line for name, type_, serve in posts for line in
             (f"case ask.{name}({type_} end):", "send ask.fine();", f"{serve}(end);")]
    return ["contract Ask {", "in message ask(own u8[] data, u64 n);", "out message told(own u8[] data, u64 sum);", "out message no(u32 why);",
            *messages, "out message fine();", "state Idle: one {", "ask? -> (told! -> Idle or no! -> Idle);",
            *(f"{name}? -> fine! -> Idle;" for name, _, _ in posts), *([] if posts else ["in_vain? -> fine! -> Idle;"]), "}",
            *([] if posts else ["in message in_vain();"]), "}", "",
            "/// Answers one process until it ends.",
            "sip Peer(Ask.exp:Idle ask) heap 4 MiB, stack 256 KiB, threads 8 {", "u64 sum = 0;", "u64 before = heap_used();",
            "while (true) {", "switch receive {",
            "case ask.ask(own u8[] data, u64 n):", "sum = sum *% 31 +% n;", "for (u8* b : data) {", "sum = sum +% *b;", "*b = *b ^ (u8%)n;", "}",
            "if (n % 7 == 3) {", "send ask.no((u32%)sum);", "} else {", "send ask.told(data, sum);", "}",
            *cases, *([] if posts else ["case ask.in_vain(): send ask.fine();"]), "case closed(ask):", "assert(heap_used() == before);", "return;",
            "}", "}", "}", ""]


def indent(text):
    """Lays the lines out by their brackets."""
    lines, depth = [], 0
    for line in text.split("\n"):
        bare = line.strip()
        if bare.startswith("}"):
            depth -= 1
        lines.append(("    " * max(depth, 0) + bare) if bare else "")
        if bare.endswith("{"):
            depth += 1
    return "\n".join(lines)


if __name__ == "__main__":
    first = int(sys.argv[1])
    sys.stdout.write(program(range(first, first + (int(sys.argv[2]) if len(sys.argv) > 2 else 1))))
