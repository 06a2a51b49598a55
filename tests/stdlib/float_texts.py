#!/usr/bin/env python3
"""A large file of floats as they are written against std.text, each held against strtod and strtof of the C library, which round correctly. Usage:
float_texts.py SIPCC [COUNT] [SEED]

What is written comes from a seed, which is shown: the kinds that have caught readers before (Nigel Tao's parse-number-fxx-test-data has them, too): any bits with
the fewest digits, with too few and with many; digits about the middle between two floats, long and cut; the ends of the range, tiny ones,
powers of two and of ten; 19 and 20 digits; zeros in front, behind and everywhere.
"""
import ctypes
import decimal
import fractions
import os
import random
import re
import struct
import subprocess
import sys
import tempfile

LINES = 2000  # in one constant

HEAD = """module floats;
import sip.console;
import std.bytes;
import std.decimal;
import std.fmt;
import std.text;

void all(Console.imp:Ready -> Ready* out, str lines) {
    Text text = {};
    const u8[] rest = lines.bytes;
    while (rest.len > 0) {
        usize end = 0;
        while (rest[end] != '\\n') end += 1;
        str line = str.of(rest[..end])!;
        f64? wide = parse_f64(line);
        f32? narrow = parse_f32(line);
        if (wide == none || narrow == none) write(&text, $"refused {line}\\n");
        else write(&text, $"{bits_of_f64(wide!):x} {bits_of_f32(narrow!):x}\\n");
        rest = rest[end + 1..];
    }
    send out.write(copy(str.of(text.view())!));
    receive out.ok();
}

sip Main(Console.imp:Ready out) heap 16 MiB {
"""
TAIL = """    close(out);
}

system Floats { sip main = Main(out: machine.console); }
"""

libc = ctypes.CDLL(None)
libc.strtod.restype, libc.strtof.restype = ctypes.c_double, ctypes.c_float
libc.strtod.argtypes = libc.strtof.argtypes = [ctypes.c_char_p, ctypes.c_void_p]


def wanted(text):
    data = text.encode()
    wide, narrow = libc.strtod(data, None), libc.strtof(data, None)
    return f"{struct.unpack('<Q', struct.pack('<d', wide))[0]:x} {struct.unpack('<I', struct.pack('<f', narrow))[0]:x}"


def exactly(value):
    """All digits of a fraction whose denominator is a power of two."""
    with decimal.localcontext() as context:
        context.prec = 1200
        return f"{decimal.Decimal(value.numerator) / decimal.Decimal(value.denominator):e}"


def middle(rng):
    """Between two floats, of either kind, and what is next to it."""
    if rng.random() < 0.5:
        bits = rng.choice([rng.randrange(1, 0x7fef << 48), rng.randrange(1, 1 << 53), (rng.randrange(1, 2046) << 52) - 1])
        ends = [fractions.Fraction(struct.unpack("<d", struct.pack("<Q", b))[0]) for b in (bits, bits + 1)]
    else:
        bits = rng.choice([rng.randrange(1, 0x7f7f << 16), rng.randrange(1, 1 << 24), (rng.randrange(1, 254) << 23) - 1])
        ends = [fractions.Fraction(struct.unpack("<f", struct.pack("<I", b))[0]) for b in (bits, bits + 1)]
    digits, power = exactly(sum(ends) / 2).split("e")
    digits += "" if "." in digits else "."
    kind = rng.randrange(4)
    if kind == 0:
        return f"{digits}e{power}"
    if kind == 1:
        return f"{digits}{rng.choice(['1', '00001', '0' * 60 + '1'])}e{power}"
    if kind == 2:
        return f"{digits[:rng.randrange(4, 40)]}e{power}"
    last = digits.rstrip(".")
    return f"{last[:-1]}{int(last[-1]) - 1 if last[-1] != '0' else 0}{'9' * rng.randrange(30)}e{power}" if "." in last else f"{last}e{power}"


def written(rng):
    kind = rng.randrange(12)
    if kind < 2:
        return repr(struct.unpack("<d", struct.pack("<Q", rng.randrange(0x7ff0 << 48)))[0])
    if kind == 2:
        return f"{struct.unpack('<d', struct.pack('<Q', rng.randrange(0x7ff0 << 48)))[0]:.{rng.randrange(1, 40)}e}"
    if kind == 3:
        return repr(struct.unpack("<f", struct.pack("<I", rng.randrange(0x7f80 << 16)))[0])
    if kind == 4:
        return middle(rng)
    if kind == 5:
        return f"{rng.randrange(10 ** 18, 10 ** rng.choice([19, 20, 21]))}e{rng.randrange(-345, 300)}"
    if kind == 6:
        return f"{rng.uniform(-1e6, 1e6):.{rng.randrange(0, 20)}f}"
    if kind == 7:
        return exactly(fractions.Fraction(2) ** rng.randrange(-1080, 1024))[:rng.randrange(20, 800)].split("e")[0] + f"e{rng.randrange(-330, 310)}"
    if kind == 8:
        return f"{rng.randrange(1, 10 ** rng.randrange(1, 5))}e{rng.choice([-325, -324, -323, -322, -308, -307, -46, -45, -44, -38, 22, 23, 38, 39, 307, 308, 309])}"
    if kind == 9:
        zeros = "0" * rng.randrange(1, 400)
        return rng.choice([f"{zeros}{rng.randrange(1 << 64)}e-{len(zeros)}", f"0.{zeros}{rng.randrange(1 << 64)}e{len(zeros)}",
                           f"{rng.randrange(1, 1 << 60)}{zeros}e-{len(zeros)}", f"-0.{zeros}", f"{zeros}e9999", f"1.{zeros}1"])
    if kind == 10:
        return f"{rng.choice(['', '-', '+'])}{rng.randrange(1 << 53)}{rng.choice(['', '.', '.5', 'e0', 'E+3', 'e-3'])}"
    return f"{rng.randrange(10 ** rng.randrange(1, 40))}.{rng.randrange(10 ** rng.randrange(1, 40))}e{rng.randrange(-60, 60)}"


def main():
    sipcc = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 30000
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(1 << 32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    texts = [written(rng) for _ in range(count)]
    with tempfile.TemporaryDirectory() as scratch:
        source = os.path.join(scratch, "floats.sip")
        with open(source, "w") as file:
            file.write(HEAD)
            for at in range(0, count, LINES):
                file.write('    all(&out, "' + "".join(f"{text}\\n" for text in texts[at:at + LINES]) + '");\n')
            file.write(TAIL)
        result = subprocess.run([sipcc, "run", "-q", "--on", "host", source], capture_output=True, text=True, timeout=600)
    lines = [line for line in result.stdout.split("\n") if re.fullmatch(r"[0-9a-f]+ [0-9a-f]+|refused .*", line)]
    if result.returncode != 0 or len(lines) != count:
        sys.exit(f"status {result.returncode}, {len(lines)} lines for {count}\n{result.stderr[-2000:]}")
    wrong = [(text, line) for text, line in zip(texts, lines) if line != wanted(text)]
    for text, line in wrong[:20]:
        print(f"{text}\n  gives {line}, not {wanted(text)}")
    print(f"{count} floats, {len(wrong)} wrong")
    sys.exit(1 if wrong else 0)


main()
