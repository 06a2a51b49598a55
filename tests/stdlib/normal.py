#!/usr/bin/env python3
"""Compares std.normal with Unicode's own data: each character in each form and by the quick check, the whole of NormalizationTest.txt, also in pieces; and random
texts with Python's unicodedata. Its tables are what stdlib/normal.py makes.

Usage: normal.py SIPCC SOURCE [FOLDER [SEED]]. The folder has the data files (Debian's package unicode-data puts them into /usr/share/unicode); without
them, or if they are of another version than the tables, the test is skipped (77). The seed is shown.
"""
import bz2
import os
import random
import re
import subprocess
import sys
import tempfile
import unicodedata
import zlib

SIPCC, SOURCE = sys.argv[1:3]
FOLDER = sys.argv[3] if len(sys.argv) > 3 else "/usr/share/unicode"
MAKER = os.path.join(SOURCE, "stdlib", "normal.py")
TABLES = os.path.join(SOURCE, "stdlib", "core", "normal_data.sip")
FORMS = ["NFD", "NFC", "NFKD", "NFKC"]

PROGRAM = """module seen;
import sip.console;
import std.ascii;
import std.cmp;
import std.crc32;
import std.fmt;
import std.normal;

const static const u8[] cases = b"@CASES@";

/// A text in a form, at once; in pieces, by characters, and once more it is the same.
own str form_of(str text, Form form) {
    own str whole = normalized(text, form);
    own u8[..] out = {};
    Normalizer n = Normalizer.to(form);
    const u8[] rest = text.bytes;
    usize size = 1;
    while (rest.len > 0) {
        usize end = min(size, rest.len);
        while (str.of(rest[..end]) == none) end += 1;
        n.put(str.of(rest[..end])!, &out);
        rest = rest[end..];
        size = size * 3 % 7;
    }
    n.finish(&out);
    assert(out[..] == whole.bytes);
    out.truncate(0);
    for (char c : normal_chars(text, form)) push_char(&out, c);
    assert(out[..] == whole.bytes);
    assert(normalized(whole, form) == whole && is_normalized(whole, form) && quick_check(whole, form) != .no);
    assert(is_normalized(text, form) == (whole == text) && (quick_check(text, form) != .yes || whole == text));
    return whole;
}

// What has to be the same, whichever form of a text is taken (NormalizationTest.txt, 1).
void conform(str text) {
    own str nfd = form_of(text, .nfd);
    own str nfc = form_of(text, .nfc);
    own str nfkd = form_of(text, .nfkd);
    own str nfkc = form_of(text, .nfkc);
    assert(form_of(nfd, .nfc) == nfc && form_of(nfc, .nfd) == nfd && form_of(nfkd, .nfkc) == nfkc &&
        form_of(nfkc, .nfkd) == nfkd);
    assert(form_of(nfd, .nfkc) == nfkc && form_of(nfc, .nfkd) == nfkd && form_of(nfkd, .nfc) == nfkc &&
        form_of(nfkc, .nfd) == nfkd);
    assert(same_canonically(text, nfd) && same_canonically(nfc, text) && same_canonically(text, nfkc) == (nfkd == nfd));
}

sip Seen(Console.imp:Ready out) heap 4 MiB {
    for (u32 block : 0..0x1100) {
        own u8[..] known = {};
        for (u32 low : 0..256) {
            char c = (char?)(block * 256 + low) else continue;
            own u8[..] single = {};
            push_char(&single, c);
            str text = str.of(single)!;
            known.push(combining_class(c));
            for (u8 f : 0..4) {
                own str made = normalized(text, Form.of(f)!);
                known.push((u8)quick_check(text, Form.of(f)!));
                known.push((u8)made.len);
                known.append(made.bytes);
            }
        }
        print(&out, $"{crc32(known)}\\n");
    }
    const u8[] rest = cases;
    while (rest.len > 0) {
        usize length = rest[0];
        str text = str.of(rest[1..1 + length])!;
        conform(text);
        own u8[..] known = {};
        for (u8 f : 0..4) {
            own str made = form_of(text, Form.of(f)!);
            known.push((u8)made.len);
            known.append(made.bytes);
        }
        print(&out, $"{crc32(known)}\\n");
        rest = rest[1 + length..];
    }
    close(out);
}

system Main { sip seen = Seen(out: machine.console); }
"""


def skip(why):
    print(f"skipped: {why}")
    sys.exit(77)


def decoded(column):
    return "".join(chr(int(code, 16)) for code in column.split())


def columns(lines):
    """Of each line of NormalizationTest.txt: the part that it is in, the source, and the source in the order of FORMS."""
    part = None
    for line in lines:
        line = line.split("#")[0].strip()
        if line.startswith("@"):
            part = line
        elif line:
            source, nfc, nfd, nfkc, nfkd = map(decoded, line.split(";")[:5])
            yield part, source, [nfd, nfc, nfkd, nfkc]


def quick_properties():
    """What DerivedNormalizationProps.txt says of characters that a form does not keep for sure, by the number of `Quick`."""
    found = {form: {} for form in FORMS}
    with open(os.path.join(FOLDER, "DerivedNormalizationProps.txt")) as file:
        for line in file:
            match = re.match(r"([0-9A-F]+)(?:\.\.([0-9A-F]+))? *; *(NFK?[CD])_QC *; *([NM])", line)
            if match:
                for code in range(int(match[1], 16), int(match[2] or match[1], 16) + 1):
                    found[match[3]][code] = "YNM".index(match[4])
    return found


def blocks(forms):
    """A CRC for each 256 code points, as the program makes it. A character that Part 1 has not stays as it is."""
    classes = {}
    with open(os.path.join(FOLDER, "UnicodeData.txt")) as file:
        for line in file:
            fields = line.split(";")
            classes[int(fields[0], 16)] = int(fields[3])
    quick = quick_properties()
    for block in range(0x1100):
        data = b""
        for code in range(block * 256, block * 256 + 256):
            if 0xd800 <= code < 0xe000:
                continue
            data += bytes([classes.get(code, 0)])
            for form, made in zip(FORMS, forms.get(chr(code), [chr(code)] * 4)):
                made = made.encode()
                data += bytes([quick[form].get(code, 0), len(made)]) + made
        yield str(zlib.crc32(data))


def shown(made):
    return str(zlib.crc32(b"".join(bytes([len(text.encode())]) + text.encode() for text in made)))


def random_texts(rng):
    """Texts of what Python knows, too: its Unicode may be an older one."""
    known = [chr(c) for c in range(0x110000) if not 0xd800 <= c < 0xe000 and unicodedata.category(chr(c)) != "Cn"]
    marks = [c for c in known if unicodedata.combining(c)]
    changing = [c for c in known if unicodedata.normalize("NFKD", c) != c]
    hangul = [chr(c) for first, last in [(0x1100, 0x1113), (0x1161, 0x1176), (0x11a7, 0x11c3), (0xac00, 0xac38)] for c in range(first, last)]
    kinds = [known, marks, marks, marks, changing, hangul, "aeiou AEIOU", "\u0301\u0323\u0302\u0327\u031b"]
    for _ in range(1500):
        yield "".join(rng.choice(rng.choice(kinds)) for _ in range(rng.randrange(14)))


def main():
    tests = os.path.join(FOLDER, "NormalizationTest.txt")
    if os.path.exists(tests):
        with open(tests, encoding="utf-8") as file:
            lines = file.readlines()
    elif os.path.exists(tests + ".bz2"):
        with bz2.open(tests + ".bz2", "rt", encoding="utf-8") as file:
            lines = file.readlines()
    else:
        skip(f"{FOLDER} has no data files; install unicode-data")
    with open(TABLES, encoding="utf-8") as file:
        ours = file.read()
    made = subprocess.run([sys.executable, MAKER, FOLDER], capture_output=True, text=True, check=True).stdout
    version, theirs = (re.search(r'normal_version = "([\d.]+)"', text)[1] for text in (ours, made))
    if version != theirs or f"NormalizationTest-{version}" not in lines[0]:
        skip(f"the data files are those of Unicode {theirs}, the tables are of {version}")
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else random.randrange(1 << 32)
    rows = list(columns(lines))
    single = {source: forms for part, source, forms in rows if part == "@Part1"}
    cases = [(source, forms) for part, source, forms in rows if part != "@Part1"]
    texts = list(random_texts(random.Random(seed)))
    cases += [(text, [unicodedata.normalize(form, text) for form in FORMS]) for text in texts]
    cases = [case for case in cases if all(len(text.encode()) < 256 for text in [case[0]] + case[1])]
    data = b"".join(bytes([len(text.encode())]) + text.encode() for text, _ in cases)
    wanted = list(blocks(single)) + [shown(forms) for _, forms in cases]
    with tempfile.TemporaryDirectory() as scratch:
        made_by_us = os.path.join(scratch, "normal_data.sip")
        with open(made_by_us, "w", encoding="utf-8") as file:
            file.write(made)
        subprocess.run([SIPCC, "fmt", made_by_us], check=True, capture_output=True)
        with open(made_by_us, encoding="utf-8") as file:
            if file.read() != ours:
                sys.exit("stdlib/core/normal_data.sip is not what stdlib/normal.py makes")
        path = os.path.join(scratch, "seen.sip")
        with open(path, "w") as file:
            file.write(PROGRAM.replace("@CASES@", "".join(f"\\x{b:02x}" for b in data)))
        result = subprocess.run([SIPCC, "run", "-q", "--on", "host", path], capture_output=True, text=True, timeout=300)
    lines = [line for line in result.stdout.split("\n") if line and not line.startswith("# ")]
    wrong = [(at, line, right) for at, (line, right) in enumerate(zip(lines, wanted)) if line != right]
    for at, line, right in wrong[:20]:
        what = f"block {at:#x}00" if at < 0x1100 else f"text {cases[at - 0x1100][0]!a}"
        print(f"{what}: {line} where it should be {right}")
    if result.returncode != 0 or len(lines) != len(wanted) or len(single) < 15000 or len(cases) - len(texts) < 1500:
        sys.exit(f"status {result.returncode}, {len(lines)} lines of {len(wanted)}, seed {seed}\n{result.stderr[-2000:]}")
    print(f"Unicode {version}, Python's {unicodedata.unidata_version}, seed {seed}: {len(wanted)} compared, {len(wrong)} wrong")
    sys.exit(1 if wrong else 0)


main()
