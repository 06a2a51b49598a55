#!/usr/bin/env python3
"""Writes a Sip program of about N lines to measure compile time with: functions with arithmetic, loops, arrays,
structs, enums and switches, each called from others, so that nothing is thrown away.

Usage: generate.py LINES [SEED]
"""
import random
import sys


def function(rng, n):
    a, b, c = rng.randrange(2, 90), rng.randrange(2, 90), rng.randrange(3, 17)
    # Two callers each, as in real programs: what has only one would all be inlined into one giant function.
    call = f"step{n - 1}(x +% {a}) ^ step{n // 2}(x)" if n > 1 else "x"
    yield f"u64 step{n}(u64 x) {{"
    yield f"    u64[{c}] table = {{ {a} ... }};"
    yield f"    Point p = {{ .x = x, .y = {b} }};"
    yield "    u64 sum = 0;"
    yield f"    for (usize i : 0..{c}) {{"
    yield "        table[i] = table[i] +% p.x +% i;"
    yield f"        if (table[i] % {b} == {a % b}) sum = sum +% table[i];"
    yield "        else sum = sum ^ p.y;"
    yield "    }"
    yield f"    Shape shape = sum > {a * b} ? Shape.circle(sum % {b}) : Shape.square(p.x, p.y);"
    yield "    switch (shape) {"
    yield "        case .circle(u64 r): sum = sum +% r *% r;"
    yield "        case .square(u64 w, u64 h): sum = sum +% w *% h;"
    yield "    }"
    yield f"    while (sum > {1 << 40}) {{"
    yield f"        sum = sum / {c};"
    yield "    }"
    yield f"    return sum ^ {call};"
    yield "}"
    yield ""


def main():
    lines = int(sys.argv[1])
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    rng = random.Random(seed)
    out = [f"// Generated: {lines} lines, seed {seed}.", "module generated;", "import sip.console;", "import std.text;",
           "", "struct Point { u64 x; u64 y; }", "enum Shape { circle(u64 r), square(u64 w, u64 h) }", ""]
    n = 0
    while len(out) < lines - 12:
        out.extend(function(rng, n))
        n += 1
    out.extend(["sip Main(Console.imp:Ready out) {", "    Line line = {};", f"    line.number(step{n - 1}(1));",
                "    line.show(&out);", "    close(out);", "}", "", "system Generated {",
                "    sip main = Main(out: machine.console);", "}"])
    print("\n".join(out))


main()
