#!/usr/bin/env python3
"""Makes stdlib/core/normal_data.sip of Unicode's data files. Usage: normal.py FOLDER, which has UnicodeData.txt (Debian: /usr/share/unicode).

Decompositions are whole ones, as UTF-16 in one table; neighbours whose decompositions take as many units are one row. Those of Hangul syllables are
computed, not listed. A composition is one number: the two characters, and what they make.
"""
import os
import re
import sys

import unicode


def read_data(folder):
    """The combining class of each code point; what it is mapped to, and whether that is a compatibility mapping."""
    classes, mappings = [0] * unicode.END, {}
    with open(os.path.join(folder, "UnicodeData.txt")) as file:
        for line in file:
            fields = line.strip().split(";")
            code = int(fields[0], 16)
            classes[code] = int(fields[3])
            if fields[5]:
                parts = fields[5].split()
                mappings[code] = parts[0].startswith("<"), [int(part, 16) for part in parts if not part.startswith("<")]
    return classes, mappings


def decomposed(mappings, classes, code, compatibly):
    """All of it, in canonical order."""
    if code not in mappings or mappings[code][0] and not compatibly:
        return [code]
    parts = [deep for part in mappings[code][1] for deep in decomposed(mappings, classes, part, compatibly)]
    for end in range(len(parts), 1, -1):  # only neighbours change places
        for i in range(1, end):
            if 0 < classes[parts[i]] < classes[parts[i - 1]]:
                parts[i - 1], parts[i] = parts[i], parts[i - 1]
    return parts


def rows(decompositions):
    """(first, how many, units of each, units) of neighbours."""
    found = []
    for code, parts in sorted(decompositions.items()):
        text = "".join(map(chr, parts)).encode("utf-16-be")
        last = found[-1] if found else None
        if last and last[0] + last[1] == code and last[2] == len(text) // 2:
            found[-1] = last[0], last[1] + 1, last[2], last[3] + text
        else:
            found.append((code, 1, len(text) // 2, text))
    return found


def listed(name, what, found, pool):
    """The two tables of some rows. What the pool has already is not put into it again."""
    keys, places = [], []
    for first, count, length, text in found:
        at = pool.find(text)
        while at > 0 and at % 2 == 1:
            at = pool.find(text, at + 1)
        if at < 0:
            at = len(pool)
            pool += text
        at //= 2
        assert at < 1 << 16 and count < 1 << 16 and length < 1 << 7
        keys.append(f"0x{first << 7 | length:x}")
        places.append(f"0x{count << 16 | at:x}")
    return (f"/// Where a row of {what} decompositions begins, above the 7 bits of how many units of `parts` each takes.\npub " + unicode.table("u32", f"{name}_rows", keys, 12) +
            f"\n/// How many characters a row is of, above the 16 bits of where the first decomposition is in `parts`.\npub " +
            unicode.table("u32", f"{name}_places", places, 12) + "\n")


def main():
    folder = sys.argv[1]
    classes, mappings = read_data(folder)
    canonical = {code: decomposed(mappings, classes, code, False) for code in mappings}
    canonical = {code: parts for code, parts in canonical.items() if parts != [code]}
    compatible = {code: decomposed(mappings, classes, code, True) for code in mappings}
    compatible = {code: parts for code, parts in compatible.items() if parts != canonical.get(code)}
    excluded = {code for first, last, _ in unicode.read_property(folder, "DerivedNormalizationProps.txt", "Full_Composition_Exclusion")
                for code in range(first, last + 1)}
    pairs = sorted((*mapping[1], code) for code, mapping in mappings.items() if not mapping[0] and code not in excluded)
    assert all(len(pair) == 3 for pair in pairs)
    # What NFC may change, and what it does: all else is quick to be sure of. Of NFKC that is the same but for what has a compatibility mapping.
    quick = {"NFC_QC": [0] * unicode.END, "NFKC_QC": [0] * unicode.END}
    with open(os.path.join(folder, "DerivedNormalizationProps.txt")) as file:
        for line in file:
            match = re.match(r"([0-9A-F]+)(?:\.\.([0-9A-F]+))? *; *(NFK?C_QC) *; *([NM])", line)
            if match:
                for code in range(int(match[1], 16), int(match[2] or match[1], 16) + 1):
                    quick[match[3]][code] = "YMN".index(match[4])
    for code in range(unicode.END):
        assert quick["NFKC_QC"][code] == (2 if code in compatible else quick["NFC_QC"][code])
    with open(os.path.join(folder, "DerivedNormalizationProps.txt")) as file:
        version = re.search(r"(\d+\.\d+\.\d+)", file.readline())[1]
    pool = bytearray()
    decompositions = listed("canonical", "canonical", rows(canonical), pool) + listed("compatible", "compatibility", rows(compatible), pool)
    out = f"// Tables of Unicode {version}, made by stdlib/normal.py; `std.normal` uses them. The data that they are made of is copyright Unicode, Inc., and\n"
    out += "// comes under its terms: https://www.unicode.org/copyright.html.\n"
    out += "module std.normal_data;\n\n"
    out += "/// Which version of Unicode the tables are of.\n"
    out += f'pub const static str normal_version = "{version}";\n\n'
    runs = [f"0x{code << 8 | kind:x}" for code, kind in unicode.value_runs(classes)]
    out += "/// Where a run begins, above the 8 bits of its canonical combining class.\npub " + unicode.table("u32", "combining_runs", runs, 12) + "\n"
    runs = [f"0x{code << 2 | kind:x}" for code, kind in unicode.value_runs(quick["NFC_QC"])]
    out += "/// Where a run begins, above the 2 bits of whether NFC keeps it: 0 yes, 1 perhaps, 2 no.\npub " + unicode.table("u32", "kept_runs", runs, 12) + "\n"
    out += decompositions
    out += "/// Two characters and what they make, 21 bits each.\npub "
    out += unicode.table("u64", "compositions", [f"0x{a << 42 | b << 21 | c:x}" for a, b, c in pairs], 8) + "\n"
    units = [f"0x{pool[at] << 8 | pool[at + 1]:x}" for at in range(0, len(pool), 2)]
    out += "/// Decompositions in UTF-16.\npub " + unicode.table("u16", "parts", units, 16)
    sys.stdout.write(out)


main()
