#!/usr/bin/env python3
"""Compares modules of the standard library with Python's, on random inputs. Usage: differ.py SIPCC [SEED]

A program that holds the inputs is generated and run hosted; each of its lines is compared with what Python says. The seed is shown.
"""
import base64
import decimal
import fractions
import hashlib
import json
import os
import random
import struct
import subprocess
import sys
import tempfile
import zlib

HEAD = """module differ;
import sip.console;
import std.base64;
import std.crc32;
import std.decimal;
import std.fmt;
import std.inflate;
import std.json;
import std.sha256;
import std.sort;
import std.text;

void json(Console.imp:Ready -> Ready* out, const u8[] text) {
    switch (json_read(text)) {
        case .ok(Json tree): print(out, $"{json_text(&tree, 0)}\\n");
        case .err(_): print(out, $"refused\\n");
    }
}

void bytes(Console.imp:Ready -> Ready* out, const u8[] data) {
    print(out, $"{base64_encode(data, .standard)} {hex_encode(sha256(data))} {crc32(data)} {adler32(data)}\\n");
}

void packed(Console.imp:Ready -> Ready* out, const u8[] data) {
    switch (zlib_unpack(data, 100_000)) {
        case .ok(own u8[..] plain): print(out, $"{hex_encode(sha256(plain))}\\n");
        case .err(_): print(out, $"refused\\n");
    }
}

void number(Console.imp:Ready -> Ready* out, str digits) {
    f64 x = parse_f64(digits)!;
    f32 y = parse_f32(digits)!;
    print(out, $"{bits_of_f64(x):x} {x} {bits_of_f32(y):x} {y}\\n");
}

void sorted(Console.imp:Ready -> Ready* out, const i64[] numbers) {
    own i64[..] items = {};
    items.append(numbers);
    sort(items);
    print(out, $"{items[..]}\\n");
}

sip Main(Console.imp:Ready out) heap 8 MiB {
"""
TAIL = """    close(out);
}

system Differ { sip main = Main(out: machine.console); }
"""


def literal(data):
    return 'b"' + "".join(f"\\x{b:02x}" for b in data) + '"'


def value(rng, depth=0):
    kind = rng.randrange(8 if depth < 4 else 6)
    if kind == 0:
        return rng.choice([None, True, False])
    if kind == 1:
        return rng.randrange(-(1 << 63), 1 << 63) >> rng.randrange(64)
    if kind == 2:
        return rng.uniform(-1, 1) * 10.0 ** rng.randrange(-30, 30)
    if kind < 6:
        return "".join(rng.choice('ab"\\/\n\t\0\x1f\x7fé€😀 ') for _ in range(rng.randrange(8)))
    if kind == 6:
        return [value(rng, depth + 1) for _ in range(rng.randrange(5))]
    return {str(i) + rng.choice("xyz"): value(rng, depth + 1) for i in range(rng.randrange(5))}


def refuse(_):
    raise ValueError("not JSON")


def integer(digits):
    """What is beyond 64 bits, and -0, is a float."""
    number = int(digits)
    return float(digits) if digits == "-0" or not -(1 << 63) <= number < 1 << 63 else number


def python_json(text):
    """What Python reads; where it takes more than RFC 8259 as the library reads it, what the library is to say."""
    try:
        tree = json.loads(text.decode("utf-8"), parse_constant=refuse, parse_int=integer)
        json.dumps(tree, ensure_ascii=False).encode("utf-8")  # halves of surrogate pairs
        if text.startswith(b"\xef\xbb\xbf") or "inf" in repr(tree):
            return None
        return (tree,)
    except (ValueError, RecursionError):
        return None


def mutate(rng, text):
    data = bytearray(text)
    for _ in range(rng.randrange(3)):
        at = rng.randrange(len(data))
        if rng.randrange(2):
            data[at] = rng.choice(b'[]{},:"\\0123456789eE+-.truefalsn \xff\xc3')
        else:
            del data[at]
            if not data:
                break
    return bytes(data) or b" "


def cases(rng):
    """Calls, and what takes the line that each shows and says whether it is right."""
    for _ in range(120):
        ascii_only = rng.random() < 0.5
        text = mutate(rng, json.dumps(value(rng), ensure_ascii=ascii_only, indent=rng.choice([None, 1])).encode("utf-8"))
        wanted = python_json(text)
        yield f"json(&out, {literal(text)});", (
            lambda line, w=wanted: line == "refused" if w is None else line != "refused" and same(json.loads(line), w[0]))
    for _ in range(30):
        data = rng.randbytes(rng.randrange(300))
        line = f"{base64.b64encode(data).decode()} {hashlib.sha256(data).hexdigest()} {zlib.crc32(data)} {zlib.adler32(data)}"
        yield f"bytes(&out, {literal(data)});", lambda seen, w=line: seen == w
    for _ in range(30):
        words = [rng.randbytes(rng.randrange(1, 9)) for _ in range(rng.randrange(1, 20))]
        plain = b"".join(rng.choice(words) for _ in range(rng.randrange(200)))
        maker = zlib.compressobj(rng.randrange(10), zlib.DEFLATED, 15, 9, rng.randrange(5))
        data = bytearray(maker.compress(plain) + maker.flush())
        if rng.randrange(3) == 0:
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        try:
            unpacker = zlib.decompressobj()
            again = unpacker.decompress(bytes(data))
            wanted = hashlib.sha256(again).hexdigest() if unpacker.eof else "refused"
        except zlib.error:
            wanted = "refused"
        yield f"packed(&out, {literal(bytes(data))});", lambda seen, w=wanted: seen == w
    # Each level with each strategy; and what is longer than the window that matches reach back to, and than a stored block.
    for level in range(10):
        for strategy in range(5):
            far = strategy < 2 and level in (1, 9) or level == strategy == 0
            plain = b"".join(rng.choice(words) for _ in range(25000 if far else 150))[:99_000]
            maker = zlib.compressobj(level, zlib.DEFLATED, rng.randrange(9, 16), rng.randrange(1, 10), strategy)
            data = maker.compress(plain) + maker.flush()
            yield f"packed(&out, {literal(data)});", lambda seen, w=hashlib.sha256(plain).hexdigest(): seen == w
    for _ in range(400):
        text = float_texts(rng)
        yield f'number(&out, "{text}");', lambda line, t=text: is_float_line(line, t)
    for _ in range(20):
        numbers = [rng.randrange(-(1 << 62), 1 << 62) >> rng.randrange(62) for _ in range(rng.randrange(1, 200))]
        yield (f"sorted(&out, {{ {', '.join(map(str, numbers))} }});",
               lambda seen, w=str(sorted(numbers)): seen == w)


def short_float(text):
    """The short float that is nearest to what a text says: that of the nearest double, or one of its neighbours."""
    exact = fractions.Fraction(text)
    try:
        near = struct.unpack("<I", struct.pack("<f", float(text)))[0]
    except OverflowError:
        return 0xff800000 if text.startswith("-") else 0x7f800000
    if near & 0x7f800000 == 0x7f800000:
        return near
    limit = fractions.Fraction(2**25 - 1) * 2**103  # from here on it is infinite
    if abs(exact) >= limit:
        return near & 0x80000000 | 0x7f800000
    magnitude = abs(exact)
    around = [bits for bits in range((near & 0x7fffffff) - 1, (near & 0x7fffffff) + 2) if 0 <= bits < 0x7f800000]
    return near & 0x80000000 | min(around, key=lambda bits: (abs(fractions.Fraction(struct.unpack("<f", struct.pack("<I", bits))[0]) - magnitude), bits & 1))


def float_line(text):
    """What a line of `number` has to say."""
    return f"{struct.unpack('<Q', struct.pack('<d', float(text)))[0]:x}", repr(float(text)), f"{short_float(text):x}"


def is_float_line(line, text):
    words = line.split(" ")
    wide, digits, short = float_line(text)
    if len(words) != 4 or words[0] != wide or words[2] != short:
        return False
    if "inf" in digits:
        return words[1] == digits
    # The fewest digits, whichever way they are written.
    return float(words[1]) == float(digits) and decimal.Decimal(words[1]).normalize() == decimal.Decimal(digits).normalize()


def float_texts(rng):
    """Floats as they are written, short ones and long ones, and what lies in the middle between two."""
    kind = rng.randrange(6)
    if kind == 0:
        return repr(struct.unpack("<d", struct.pack("<Q", rng.randrange(0x7ff0 << 48)))[0])
    if kind == 1:
        return f"{rng.choice(['', '-'])}{rng.randrange(10 ** rng.randrange(1, 25))}e{rng.randrange(-345, 310)}"
    if kind == 2:
        return f"{rng.uniform(-1e6, 1e6):.{rng.randrange(0, 20)}f}"
    if kind == 3:
        return str(rng.randrange(1 << 53) * 2 ** rng.randrange(70) + rng.randrange(2))
    bits = rng.randrange(1, 0x7fe0 << 48) if rng.random() < 0.7 else rng.randrange(1, 1 << 53)
    low, high = (fractions.Fraction(struct.unpack("<d", struct.pack("<Q", b))[0]) for b in (bits, bits + 1))
    middle = (low + high) / 2
    with decimal.localcontext() as context:
        context.prec = 1200
        digits = decimal.Decimal(middle.numerator) / decimal.Decimal(middle.denominator)
        digits = f"{digits:e}"
    mantissa, exponent = digits.split("e")
    more = rng.choice(["", "1", "0000000000001"])
    return (mantissa if "." in mantissa else mantissa + ".") + more + "e" + exponent if kind == 4 else mantissa[:rng.randrange(17, 30)] + "e" + exponent


def same(a, b):
    """Equal in type, too: 1 is not 1.0, nor True."""
    return json.dumps(a) == json.dumps(b)


def main():
    sipcc = sys.argv[1]
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 32)
    print(f"seed {seed}")
    made = list(cases(random.Random(seed)))
    with tempfile.TemporaryDirectory() as scratch:
        source = os.path.join(scratch, "differ.sip")
        with open(source, "w") as file:
            file.write(HEAD + "".join(f"    {call}\n" for call, _ in made) + TAIL)
        result = subprocess.run([sipcc, "run", "-q", "--on", "host", source], capture_output=True, timeout=300)
    lines = [line for line in result.stdout.decode("utf-8", "replace").split("\n") if not line.startswith("# ")]
    wrong = 0
    if result.returncode != 0 or len(lines) != len(made) + 1:
        wrong += 1
        print(f"status {result.returncode}, {len(lines) - 1} lines for {len(made)} cases\n{result.stderr.decode()[-2000:]}")
    for (call, is_right), line in zip(made, lines):
        if not is_right(line):
            wrong += 1
            print(f"{call}\n  gives {line}")
    sys.exit(1 if wrong else 0)


main()
