#!/usr/bin/env python3
"""Measures the functions of std.math against numbers of 60 digits. Usage: math.py SIPCC [SEED] [POINTS]

A program that holds the arguments is generated and run hosted; it shows the bits of each value. What is rounded correctly has to be so, the others
have to keep the bounds that stand beside them in std.math. The references are series, in decimal arithmetic. The seed and the worst of each are shown.
"""
import decimal
import fractions
import math
import os
import random
import struct
import subprocess
import sys
import tempfile
from decimal import Decimal as D

decimal.getcontext().prec = 80
decimal.getcontext().Emin, decimal.getcontext().Emax = -10**6, 10**6
decimal.getcontext().traps[decimal.Inexact] = False


def arctangent_of_inverse(n):
    """Of 1/n, by its series, for Machin's formula."""
    total, term, k = D(0), D(1) / n, 0
    while abs(term) > D(10) ** -95:
        total += term / (2 * k + 1) * (1 if k % 2 == 0 else -1)
        term /= n * n
        k += 1
    return total


with decimal.localcontext() as wide:
    wide.prec = 100
    PI_100 = 4 * (4 * arctangent_of_inverse(5) - arctangent_of_inverse(239))
PI = +PI_100


def long_pi(digits):
    with decimal.localcontext() as wide_context:
        wide_context.prec = digits + 10
        def inverse(n):
            total, power, k = D(0), D(1) / n, 0
            while abs(power) > D(10) ** -(digits + 5):
                total += power / (2 * k + 1) * (1 if k % 2 == 0 else -1)
                power /= n * n
                k += 1
            return total
        return 4 * (4 * inverse(5) - inverse(239))


PI_LONG = long_pi(420)


def sin_series(x):
    total, term, k = D(0), x, 1
    while abs(term) > D(10) ** -90:
        total += term
        term = -term * x * x / ((k + 1) * (k + 2))
        k += 2
    return total


def turned(x):
    """x less the nearest multiple of pi/2, and which."""
    with decimal.localcontext() as wide_context:
        wide_context.prec = 420
        half = PI_LONG / 2
        k = (x / half).to_integral_value()
        rest = x - k * half
    return +rest, int(k) & 3


def sin(x):
    rest, k = turned(x)
    if k & 1:
        value = (1 - sin_series(rest) ** 2).sqrt() if abs(rest) < D("0.9") else None
    else:
        value = sin_series(rest)
    return value if k < 2 else -value


def cos(x):
    rest, k = turned(x)
    value = sin_series(rest) if k & 1 else (1 - sin_series(rest) ** 2).sqrt()
    return -value if k in (1, 2) else value


def atan(x):
    if abs(x) > 1:
        return (PI / 2 if x > 0 else -PI / 2) - atan(1 / x)
    halvings = 0
    while abs(x) > D("0.05"):
        x = x / (1 + (1 + x * x).sqrt())
        halvings += 1
    total, power, k = D(0), x, 0
    while abs(power) > abs(x) * D(10) ** -80:
        total += power / (2 * k + 1) * (1 if k % 2 == 0 else -1)
        power *= x * x
        k += 1
    return total * 2**halvings


def atan2(y, x):
    if x > 0:
        return atan(y / x)
    return atan(y / x) + (PI if y >= 0 else -PI)


def expm1(x):
    if abs(x) > D("0.1"):
        return x.exp() - 1
    total, term, k = D(0), x, 1
    while abs(term) > abs(x) * D(10) ** -75:
        total += term
        k += 1
        term = term * x / k
    return total


def log1p(x):
    if abs(x) > D("1e-3"):
        return (1 + x).ln()
    total, power, k = D(0), x, 1
    while abs(power) > abs(x) * D(10) ** -75:
        total += power / k * (1 if k % 2 else -1)
        power *= x
        k += 1
    return total


def sinh(x):
    if x < 0:
        return -sinh(-x)
    t = expm1(x)
    return (t + t / (t + 1)) / 2


def cbrt(x):
    return x.copy_abs() ** (D(1) / 3) * (1 if x > 0 else -1)


def around(rng, low, high):
    return lambda: (rng.uniform(low, high),)


def powers(rng, low, high, sign=True):
    def one():
        x = math.ldexp(rng.uniform(0.5, 1), rng.randrange(low, high))
        return (-x if sign and rng.random() < 0.5 else x,)
    return one


def functions(rng):
    """Name, reference, bound in units, and makers of arguments."""
    small = powers(rng, -40, 0)
    yield "exp", lambda x: x.exp(), 1, [around(rng, -740, 709.7), around(rng, -1, 1), small]
    yield "exp2", lambda x: D(2) ** x, 1, [around(rng, -1070, 1023.9), around(rng, -1, 1), small]
    yield "expm1", expm1, 1.5, [around(rng, -40, 709), around(rng, -2, 2), small]
    yield "log", lambda x: x.ln(), 1, [powers(rng, -1074, 1024, False), around(rng, 0.5, 2), around(rng, 0.99, 1.01)]
    yield "log2", lambda x: x.ln() / D(2).ln(), 1, [powers(rng, -1074, 1024, False), around(rng, 0.5, 2), around(rng, 0.99, 1.01)]
    yield "log10", lambda x: x.log10(), 1, [powers(rng, -1074, 1024, False), around(rng, 0.5, 2), around(rng, 0.99, 1.01)]
    yield "log1p", log1p, 1, [powers(rng, -60, 1000, False), around(rng, -0.999, 2), small]
    yield "sin", sin, 1, [around(rng, -7, 7), around(rng, -1e6, 1e6), powers(rng, 20, 1024), small]
    yield "cos", cos, 1, [around(rng, -7, 7), around(rng, -1e6, 1e6), powers(rng, 20, 1024), small]
    yield "tan", lambda x: sin(x) / cos(x), 2.5, [around(rng, -7, 7), around(rng, -1e6, 1e6), powers(rng, 20, 1024), small]
    yield "atan", atan, 1.5, [around(rng, -3, 3), powers(rng, -30, 60), small]
    yield "asin", lambda x: atan(x / (1 - x * x).sqrt()), 2.5, [around(rng, -1, 1), small]
    yield "acos", lambda x: PI / 2 - atan(x / (1 - x * x).sqrt()), 3, [around(rng, -1, 1), around(rng, 0.999, 1), small]
    yield "sinh", sinh, 2.5, [around(rng, -710, 710), around(rng, -3, 3), small]
    yield "cosh", lambda x: (x.exp() + (-x).exp()) / 2, 2, [around(rng, -710, 710), around(rng, -3, 3), small]
    yield "tanh", lambda x: expm1(2 * x) / (expm1(2 * x) + 2), 2.5, [around(rng, -20, 20), around(rng, -2, 2), small]
    yield "cbrt", cbrt, 1, [powers(rng, -1074, 1024), around(rng, -8, 8)]
    two = lambda a, b: lambda: a() + b()
    yield "pow", lambda x, y: x**y, 1, [two(around(rng, 0, 3), around(rng, -300, 300)), two(powers(rng, -30, 30, False), around(rng, -20, 20)),
                                        two(around(rng, 0.999, 1.001), around(rng, -1e5, 1e5)), two(powers(rng, -1074, 1024, False), around(rng, -1, 1))]
    yield "atan2", atan2, 2, [two(around(rng, -3, 3), around(rng, -3, 3)), two(powers(rng, -20, 20), powers(rng, -20, 20))]
    yield "hypot", lambda x, y: (x * x + y * y).sqrt(), 1, [two(around(rng, -3, 3), around(rng, -3, 3)), two(powers(rng, -1070, 1020), powers(rng, -1070, 1020)),
                                                         two(powers(rng, -30, 30), powers(rng, -30, 30))]


def exact(rng):
    """What is rounded correctly: name, what Python gives, makers."""
    any_float = powers(rng, -1074, 1024)
    halves = lambda: (rng.randrange(-2000, 2000) / 4,)
    for name, of in [("floor", math.floor), ("ceil", math.ceil), ("trunc", math.trunc), ("round_even", round)]:
        yield name, lambda x, f=of: float(f(x)), [any_float, around(rng, -9, 9), halves, powers(rng, 45, 56)]
    yield "round", lambda x: math.copysign(float(math.floor(abs(fractions.Fraction(x)) + fractions.Fraction(1, 2))), x), [any_float, halves, powers(rng, 45, 56)]
    yield "sqrt", lambda x: math.sqrt(x), [powers(rng, -1074, 1024, False)]

    def near():
        """A product, and what nearly cancels it, so that all bits count."""
        a, b = powers(rng, -300, 300)()[0], powers(rng, -300, 300)()[0]
        c = -(a * b) * rng.choice([1, 1, 1 + 2.0**-52, 2.0**-53, 2.0**-54, 2.0**53, 2.0**54, 1 / 3, -1])
        return a, b, c

    def tiny():
        a, b = powers(rng, -560, -500)()[0], powers(rng, -560, -500)()[0]
        return a, b, powers(rng, -1074, -1000)()[0]

    def like():
        return tuple(powers(rng, -8, 8)()[0] for _ in range(3))

    def fma(a, b, c):
        value = fractions.Fraction(a) * fractions.Fraction(b) + fractions.Fraction(c)
        return 0.0 if value == 0 else float_of(value)
    yield "fma", fma, [near, tiny, like]


def float_of(value):
    """A fraction, rounded once."""
    try:
        return value.numerator / value.denominator
    except OverflowError:
        return math.copysign(math.inf, value)


def units(value, right):
    """How far a float is off, in units of its last place where the right value is."""
    near = float(right)
    if math.isinf(near) or math.isinf(value):
        return 0 if near == value else math.inf
    unit = D(math.ulp(near))
    return float(abs(D(value) - right) / unit)


def bits(x):
    return struct.unpack("<Q", struct.pack("<d", x))[0]


HEAD = """module measured;
import sip.console;
import std.decimal;
import std.fmt;
import std.bytes;
import std.math;

f64 at(const u8[] all, usize i) { return load_le_f64(all[8 * i..8 * i + 8]); }

"""


def main():
    sipcc = sys.argv[1]
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 32)
    points = int(sys.argv[3]) if len(sys.argv) > 3 else 150
    print(f"seed {seed}")
    rng = random.Random(seed)
    cases = [(name, ref, bound, makers, False) for name, ref, bound, makers in functions(rng)]
    cases += [(name, ref, 0, makers, True) for name, ref, makers in exact(rng)]
    args = {name: [rng.choice(makers)() for _ in range(points)] for name, _, _, makers, _ in cases}
    source = HEAD
    body = ""
    for name, *_ in cases:
        arity = len(args[name][0])
        data = b"".join(struct.pack("<d", x) for point in args[name] for x in point)
        literal = "".join(f"\\x{byte:02x}" for byte in data)
        source += f'const static const u8[] of_{name} = b"{literal}";\n'
        call = ", ".join(f"at(of_{name}, {arity} * i + {k})" for k in range(arity))
        body += f"    for (usize i : 0..{points}) print(&out, $\"{{bits_of_f64({name}({call})):x}}\\n\");\n"
    source += "sip Main(Console.imp:Ready out) heap 1 MiB, stack 256 KiB {\n" + body + "    close(out);\n}\nsystem Measured { sip main = Main(out: machine.console); }\n"
    with tempfile.TemporaryDirectory() as scratch:
        path = os.path.join(scratch, "measured.sip")
        with open(path, "w") as file:
            file.write(source)
        result = subprocess.run([sipcc, "run", "-q", "--on", "host", path], capture_output=True, timeout=300)
    lines = [line for line in result.stdout.decode("utf-8", "replace").split("\n") if line and not line.startswith("# ")]
    if result.returncode != 0 or len(lines) != points * len(cases):
        sys.exit(f"status {result.returncode}, {len(lines)} lines\n{result.stdout.decode()[-500:]}{result.stderr.decode()[-2000:]}")
    wrong, at = 0, 0
    for name, ref, bound, _, is_exact in cases:
        worst, where = 0, None
        for point in args[name]:
            value = struct.unpack("<d", struct.pack("<Q", int(lines[at], 16)))[0]
            at += 1
            if is_exact:
                off = 0 if bits(value) == bits(ref(*point)) or value == ref(*point) == 0 else math.inf
            else:
                off = units(value, ref(*(D(x) for x in point)))
                if abs(value) < 2.0**-1022:
                    off -= 0.5
            if off > worst or where is None:
                worst, where = off, (point, value)
        mark = "" if worst <= bound else "  WRONG"
        wrong += worst > bound
        print(f"{name:10} at most {worst:.3f} of {bound}, at {where}{mark}")
    sys.exit(1 if wrong else 0)


main()
