#!/usr/bin/env python3
"""Compares std.unicode with Unicode's own data: the category and the counterparts of each character, and the bounds of GraphemeBreakTest.txt.

Usage: unicode.py SIPCC SOURCE [FOLDER]. The folder has the data files (Debian's package unicode-data puts them into /usr/share/unicode); without
them, or if they are of another version than the tables, the test is skipped (77).
"""
import os
import re
import subprocess
import sys
import tempfile
import zlib

SIPCC, SOURCE = sys.argv[1:3]
FOLDER = sys.argv[3] if len(sys.argv) > 3 else "/usr/share/unicode"
MAKER = os.path.join(SOURCE, "stdlib", "unicode.py")
TABLES = os.path.join(SOURCE, "stdlib", "core", "unicode_data.sip")
NAMES = "Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Zl Zp Cc Cf Cs Co Cn".split()

PROGRAM = """module seen;
import sip.console;
import std.bytes;
import std.crc32;
import std.fmt;
import std.unicode;

const static const u8[] cases = b"@CASES@";

sip Seen(Console.imp:Ready out) heap 4 MiB {
    for (u32 block : 0..0x1100) {
        own u8[..] known = {};
        for (u32 low : 0..256) {
            char c = (char?)(block * 256 + low) else continue;
            known.push((u8)c.category());
            u8[8] pair = { 0 ... };
            store_le_u32(pair, (u32)c.upper());
            store_le_u32(pair[4..], (u32)c.lower());
            known.append(pair);
        }
        print(&out, $"{crc32(known)}\\n");
    }
    const u8[] rest = cases;
    while (rest.len > 0) {
        usize length = rest[0];
        str text = str.of(rest[1..1 + length])!;
        own usize[..] parts = {};
        for (str part : graphemes(text)) parts.push(part.len);
        print(&out, $"{parts[..]}\\n");
        rest = rest[1 + length..];
    }
    close(out);
}

system Main { sip seen = Seen(out: machine.console); }
"""


def skip(why):
    print(f"skipped: {why}")
    sys.exit(77)


def blocks():
    """A CRC for each 256 code points, as the program makes it."""
    categories, upper, lower, first = ["Cn"] * 0x110000, {}, {}, 0
    with open(os.path.join(FOLDER, "UnicodeData.txt")) as file:
        for line in file:
            fields = line.strip().split(";")
            code = int(fields[0], 16)
            first = code if not fields[1].endswith(", Last>") else first
            categories[first:code + 1] = [fields[2]] * (code + 1 - first)
            first = code
            upper[code] = int(fields[12] or fields[0], 16)
            lower[code] = int(fields[13] or fields[0], 16)
    for block in range(0x1100):
        data = b""
        for code in range(block * 256, block * 256 + 256):
            if not 0xd800 <= code < 0xe000:
                data += bytes([NAMES.index(categories[code])]) + upper.get(code, code).to_bytes(4, "little") + lower.get(code, code).to_bytes(4, "little")
        yield str(zlib.crc32(data))


def breaks():
    """Texts, and the lengths of their parts in bytes."""
    with open(os.path.join(FOLDER, "auxiliary", "GraphemeBreakTest.txt"), encoding="utf-8") as file:
        for line in file:
            line = line.split("#")[0].strip()
            parts = [part for part in line.split("÷") if part.strip()]
            texts = ["".join(chr(int(code, 16)) for code in re.findall(r"[0-9A-F]+", part)) for part in parts]
            if texts and not any(0xd800 <= ord(c) < 0xe000 for text in texts for c in text):
                yield "".join(texts).encode(), "[" + ", ".join(str(len(text.encode())) for text in texts) + "]"


def main():
    if not os.path.exists(os.path.join(FOLDER, "auxiliary", "GraphemeBreakTest.txt")):
        skip(f"{FOLDER} has no data files; install unicode-data")
    with open(TABLES, encoding="utf-8") as file:
        ours = file.read()
    made = subprocess.run([sys.executable, MAKER, FOLDER], capture_output=True, text=True, check=True).stdout
    version, theirs = (re.search(r'unicode_version = "([\d.]+)"', text)[1] for text in (ours, made))
    if version != theirs:
        skip(f"the data files are those of Unicode {theirs}, the tables are of {version}")
    cases = list(breaks())
    data = b"".join(bytes([len(text)]) + text for text, _ in cases)
    wanted = list(blocks()) + [lengths for _, lengths in cases]
    with tempfile.TemporaryDirectory() as scratch:
        made_by_us = os.path.join(scratch, "unicode_data.sip")
        with open(made_by_us, "w", encoding="utf-8") as file:
            file.write(made)
        subprocess.run([SIPCC, "fmt", made_by_us], check=True, capture_output=True)
        with open(made_by_us, encoding="utf-8") as file:
            if file.read() != ours:
                sys.exit("stdlib/core/unicode_data.sip is not what stdlib/unicode.py makes")
        path = os.path.join(scratch, "seen.sip")
        with open(path, "w") as file:
            file.write(PROGRAM.replace("@CASES@", "".join(f"\\x{b:02x}" for b in data)))
        result = subprocess.run([SIPCC, "run", "-q", "--on", "host", path], capture_output=True, text=True, timeout=300)
    lines = [line for line in result.stdout.split("\n") if line and not line.startswith("# ")]
    wrong = [(at, line, right) for at, (line, right) in enumerate(zip(lines, wanted)) if line != right]
    if result.returncode != 0 or len(lines) != len(wanted) or len(cases) < 500:
        sys.exit(f"status {result.returncode}, {len(lines)} lines of {len(wanted)}\n{result.stderr[-2000:]}")
    for at, line, right in wrong[:20]:
        what = f"block {at:#x}00" if at < 0x1100 else f"text {cases[at - 0x1100][0]!r}"
        print(f"{what}: {line} where it should be {right}")
    print(f"Unicode {version}: {len(wanted)} compared, {len(wrong)} wrong")
    sys.exit(1 if wrong else 0)


main()
