#!/usr/bin/env python3
"""Writes const_ops.sip: operations on boundary operands, each as a constant and again at run time, where the operands come from a
function that the compiler cannot see through. What would trap is asked in its optional form; there and in casts `none` counts."""
import sys

WIDTHS = {"i8": 8, "u8": 8, "i16": 16, "u16": 16, "i32": 32, "u32": 32, "i64": 64, "u64": 64}


def values(t):
    bits = WIDTHS[t]
    if t[0] == "u":
        return [0, 1, 2, bits - 1, bits, (1 << (bits - 1)) - 1, 1 << (bits - 1), (1 << bits) - 1]
    low, high = -(1 << (bits - 1)), (1 << (bits - 1)) - 1
    return [low, low + 1, -2, -1, 0, 1, 2, bits - 1, high - 1, high]


REALS = ["0.0", "-0.0", "1.0", "-1.5", "0.1", "127.5", "-128.9", "255.99", "65536.5", "2147483647.9", "-2147483648.5", "4294967296.0",
         "9223372036854775807.0", "-9223372036854775808.0", "18446744073709551615.0", "1.0e300", "-1.0e300", "1.0e-300", "16777217.0",
         "0.0 / 0.0", "1.0 / 0.0", "-1.0 / 0.0"]

out = []
emit = out.append
emit("""// Made by const_ops.py: what constants are computed to be is what the program computes.
module const_ops;
import sip.console;
import std.text;

// The operands as the program gets them: from memory, by an index that it is told.
struct Count { u64 same; u64 differ; }
""")

# One function computes all of a type; it is called in a constant and at run time with the same operands.
RESULT = {}
for t, bits in WIDTHS.items():
    n = len(values(t))
    u = "u" + t[1:]
    arr = ", ".join(str(v) for v in values(t))
    emit(f"const {t}[{n}] operands_{t} = {{ {arr} }};")
    ops = []
    for op in ("+", "-", "*"):
        ops += [f"fold_{t}(h, a {op}% b)", f"fold_{t}(h, a {op}| b)", f"maybe_{t}(h, a {op}? b)"]
    for op in ("/", "%"):
        ops.append(f"maybe_{t}(h, a {op}? b)")
    for op in ("&", "|", "^"):
        ops.append(f"fold_{t}(h, a {op} b)")
    for op in ("<<", ">>"):
        ops.append(f"maybe_{t}(h, a {op}? (u32%)b)")
    ops += [f"fold_{t}(h, ~a)", f"fold_{t}(h, -% a)", f"fold_{t}(h, byteswap(a))", f"fold_{t}(h, mul_high(a, b))", "mix(h, clz(a))", "mix(h, ctz(a))", "mix(h, popcount(a))",
            f"fold_{t}(h, rotl(a, (u32%)b))", f"fold_{t}(h, rotr(a, (u32%)b))"]
    for op in ("==", "!=", "<", "<=", ">", ">="):
        ops.append(f"mix(h, a {op} b ? 1 : 0)")
    for to in WIDTHS:
        if to != t:
            ops += [f"fold_{to}(h, ({to}%)a)", f"fold_{to}(h, ({to}|)a)", f"maybe_{to}(h, ({to}?)a)"]
    ops += ["real(h, (f64)a)", "short(h, (f32)a)"]
    emit(f"u64 fold_{t}(u64 h, {t} x) {{ return mix(h, (u64%)x); }}")
    emit(f"u64 maybe_{t}(u64 h, {t}? x) {{ {t} v = x else return mix(h, 0x5eed); return fold_{t}(mix(h, 1), v); }}")
    emit(f"u64 all_{t}({t} a, {t} b) {{\n    u64 h = 7;")
    for op in ops:
        emit(f"    h = {op};")
    emit("    return h;\n}")
    emit(f"u64[{n * n}] table_{t}() {{\n    u64[{n * n}] made = {{ 0 ... }};\n    for (usize i : 0..{n}) for (usize k : 0..{n}) made[i * {n} + k] = all_{t}(operands_{t}[i], operands_{t}[k]);\n    return made;\n}}")
    emit(f"const u64[{n * n}] expected_{t} = table_{t}();\n")

n = len(REALS)
emit(f"const f64[{n}] reals = {{ {', '.join(REALS)} }};")
emit("""u64 mix(u64 h, u64 x) { return rotl(h *% 0x9e3779b97f4a7c15, 23) ^ x; }
// A number that is none counts as that alone: which one it is is not defined.
u64 real(u64 h, f64 x) {
    if (x != x) return mix(h, 0xbad);
    u64 at = mix(h, x < 0.0 ? 1 : 0);
    at = mix(at, 1.0 / x < 0.0 ? 1 : 0);
    f64 size = x < 0.0 ? -x : x;
    if (size > 1.0e308) return mix(at, 0x1f);
    u64 steps = 0;
    while (size >= 9007199254740992.0) { size = size / 2.0; steps += 1; }
    while (size > 0.0 && size < 4503599627370496.0) { size = size * 2.0; steps += 4096; }
    return mix(mix(at, steps), (u64|)size);
}
u64 short(u64 h, f32 x) { return real(h, x); }
""")
ops = [f"real(h, a {op} b)" for op in "+-*/%"] + [f"short(h, (f32)a {op} (f32)b)" for op in "+-*/%"]
ops += ["real(h, -a)", "real(h, sqrt(a))", "short(h, sqrt((f32)a))", "short(h, (f32)a)"]
ops += [f"mix(h, a {op} b ? 1 : 0)" for op in ("==", "!=", "<", "<=", ">", ">=")]
for to in WIDTHS:
    ops += [f"fold_{to}(h, ({to}|)a)", f"maybe_{to}(h, ({to}?)a)", f"maybe_{to}(h, ({to}?)(f32)a)"]
emit("u64 all_reals(f64 a, f64 b) {\n    u64 h = 7;")
for op in ops:
    emit(f"    h = {op};")
emit("    return h;\n}")
# In rows: one constant takes too many steps for all.
for i in range(n):
    emit(f"u64[{n}] row_{i}() {{\n    u64[{n}] made = {{ 0 ... }};\n    for (usize k : 0..{n}) made[k] = all_reals(reals[{i}], reals[k]);\n    return made;\n}}")
    emit(f"const u64[{n}] expected_row_{i} = row_{i}();")
emit("""
void compare(Count* c, const u64[] expected, const u64[] got) {
    for (usize i : 0..got.len) {
        if (expected[i] == got[i]) c->same += 1;
        else c->differ += 1;
    }
}

sip Main(Console.imp:Ready out) heap 64 KiB, stack 256 KiB {
    Count c = {};""")
for t in WIDTHS:
    n2 = len(values(t))
    emit(f"    own {t}[] of_{t} = copy(operands_{t});")
    emit(f"    for (usize i : 0..{n2}) for (usize k : 0..{n2}) {{ u64[1] got = {{ all_{t}(of_{t}[i], of_{t}[k]) }}; compare(&c, expected_{t}[i * {n2} + k..i * {n2} + k + 1], got); }}")
emit("    own f64[] all = copy(reals);")
for i in range(n):
    emit(f"    for (usize k : 0..{n}) {{ u64[1] got = {{ all_reals(all[{i}], all[k]) }}; compare(&c, expected_row_{i}[k..k + 1], got); }}")
emit("""    Line line = {};
    line.number(c.same);
    line.text(" the same, ");
    line.number(c.differ);
    line.text(" differ");
    line.show(&out);
    close(out);
}

system S { sip m = Main(out: machine.console); }""")
sys.stdout.write("\n".join(out) + "\n")
