#!/usr/bin/env python3
"""Makes stdlib/core/unicode_data.sip of Unicode's data files. Usage: unicode.py FOLDER, which has UnicodeData.txt (Debian: /usr/share/unicode).

Categories are runs: where one begins, and which it is; letters that alternate between capital and small are one run. Cases are rows: code points from
one to another, so far apart, whose counterparts are all at one distance.
"""
import os
import re
import sys

NAMES = "Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Zl Zp Cc Cf Cs Co Cn".split()
CLASSES = "Other CR LF Control Extend ZWJ Regional_Indicator Prepend SpacingMark L V T LV LVT Extended_Pictographic".split()
EVEN_UPPER, ODD_UPPER = 30, 31
END = 0x110000


def read_data(folder):
    """The category of each code point, and the simple counterparts in the other case."""
    categories, upper, lower, first = ["Cn"] * END, {}, {}, None
    with open(os.path.join(folder, "UnicodeData.txt")) as file:
        for line in file:
            fields = line.strip().split(";")
            code = int(fields[0], 16)
            if fields[1].endswith(", First>"):
                first = code
            start = first if fields[1].endswith(", Last>") else code
            for c in range(start, code + 1):
                categories[c] = fields[2]
            if fields[12]:
                upper[code] = int(fields[12], 16)
            if fields[13]:
                lower[code] = int(fields[13], 16)
    return categories, upper, lower


def read_property(folder, name, wanted=None):
    """Ranges of a property file: (first, last, value)."""
    with open(os.path.join(folder, name)) as file:
        for line in file:
            found = re.match(r"([0-9A-F]+)(?:\.\.([0-9A-F]+))? *; *(\w+)", line)
            if found and (wanted is None or found[3] == wanted):
                yield int(found[1], 16), int(found[2] or found[1], 16), found[3]


def alternation(categories, at):
    """How many code points from `at` on are letters that alternate, and as which run."""
    if categories[at] not in ("Lu", "Ll") or at + 1 >= END:
        return 0, None
    kind = EVEN_UPPER if (categories[at] == "Lu") == (at % 2 == 0) else ODD_UPPER
    end = at
    while end < END and categories[end] == ("Lu" if (end % 2 == 0) == (kind == EVEN_UPPER) else "Ll"):
        end += 1
    return end - at, kind


def category_runs(categories):
    at = 0
    while at < END:
        length, kind = alternation(categories, at)
        if length < 4:
            length = 1
            while at + length < END and categories[at + length] == categories[at] and alternation(categories, at + length)[0] < 4:
                length += 1
            kind = NAMES.index(categories[at])
        yield at, kind
        at += length


def value_runs(values):
    last = None
    for code, value in enumerate(values):
        if value != last:
            yield code, value
        last = value


def case_rows(pairs):
    """(first, last, step, distance) of what is mapped."""
    todo = sorted(pairs.items())
    while todo:
        first, to = todo[0]
        row = [first]
        step = 1 if pairs.get(first + 1) == to + 1 else 2
        while pairs.get(row[-1] + step) == row[-1] + step + to - first:
            row.append(row[-1] + step)
        todo = [pair for pair in todo if pair[0] not in row]
        yield first, row[-1], step, to - first


def table(kind, name, items, per):
    text = f"const {kind}[{len(items)}] {name} = {{\n"
    for at in range(0, len(items), per):
        text += "    " + ", ".join(items[at:at + per]) + (",\n" if at + per < len(items) else "\n")
    return text + "};\n"


def main():
    folder = sys.argv[1]
    categories, upper, lower = read_data(folder)
    classes = [0] * END
    for first, last, value in read_property(os.path.join(folder, "auxiliary"), "GraphemeBreakProperty.txt"):
        for code in range(first, last + 1):
            classes[code] = CLASSES.index(value)
    for first, last, _ in read_property(os.path.join(folder, "emoji"), "emoji-data.txt", "Extended_Pictographic"):
        for code in range(first, last + 1):
            assert classes[code] == 0
            classes[code] = CLASSES.index("Extended_Pictographic")
    with open(os.path.join(folder, "auxiliary", "GraphemeBreakProperty.txt")) as file:
        version = re.search(r"(\d+\.\d+\.\d+)", file.readline())[1]
    out = f"// Tables of Unicode {version}, made by stdlib/unicode.py; `std.unicode` says what they mean. The data that they are made of is copyright Unicode, Inc., and\n"
    out += "// comes under its terms: https://www.unicode.org/copyright.html.\n"
    out += "module std.unicode_data;\n\n"
    out += "/// Which version of Unicode the tables are of.\n"
    out += f'pub const static str unicode_version = "{version}";\n\n'
    runs = [f"0x{code << 5 | kind:x}" for code, kind in category_runs(categories)]
    out += "/// Where a run begins, above the 5 bits of its category.\npub " + table("u32", "category_runs", runs, 12) + "\n"
    runs = [f"0x{code << 4 | kind:x}" for code, kind in value_runs(classes)]
    out += "/// Where a run begins, above the 4 bits of its class for the bounds of graphemes.\npub " + table("u32", "grapheme_runs", runs, 12) + "\n"
    out += "/// From, to, in steps of 1 or 2, how far away.\npub struct CaseRow { pub u32 first; pub u32 last; pub u32 step; pub i32 distance; }\n\n"
    for name, pairs in (("upper_rows", upper), ("lower_rows", lower)):
        rows = sorted(case_rows(pairs))
        out += f"/// Where the {'capital letters of small' if name == 'upper_rows' else 'small letters of capital'} ones are.\n"
        out += "pub " + table("CaseRow", name, [f"{{ 0x{a:x}, 0x{b:x}, {step}, {distance} }}" for a, b, step, distance in rows], 4) + "\n"
    sys.stdout.write(out.rstrip("\n") + "\n")


if __name__ == "__main__":
    main()
