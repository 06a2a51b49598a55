#!/usr/bin/env python3
"""Writes twin programs to measure compilers with: the same code line by line in Sip and in C, dense and without comments, of
the kinds that programs are made of (structs, loops over slices, tagged unions and switches, hashing, early returns), each
function called from two others, so that nothing is thrown away and nothing is inlined into one giant function.

Usage: generate.py sip|c LINES [--seed N] [--files N] -o DIR

Writes DIR/main.sip (and DIR/partK.sip, one module each) or DIR/main.c (and DIR/partK.c). Prints the seed, and the number of
lines of all files together.
"""
import argparse
import os
import random

# A unit is a pair of texts of the same number of lines. @ is its number, $a $b are the numbers of two units before it (the
# unit itself does not call when there are none), {name} are random numbers. Each unit ends in a function u64 run@(u64).
UNITS = [
    # a record, its set-up, and a table inside
    ("""struct Record@ {
    u64 key;
    u32 count;
    u8 kind;
    u64[{n}] slots;
}
void fill@(Record@* record, u64 seed) {
    record->key = seed ^ {big};
    record->count = {small};
    for (usize i : 0..{n}) {
        record->slots[i] = record->key +% i *% {odd};
    }
}
u64 sum@(const Record@* record, usize most) {
    u64 total = 0;
    for (usize i : 0..most) {
        if (record->slots[i] % {small} == {less}) total = total +% record->slots[i];
        else total = total ^ record->key;
    }
    return total +% record->count;
}
u64 run@(u64 x) {
    Record@ record = {};
    fill@(&record, x);
    record.kind = {less};
    return sum@(&record, {n}) ^ CALL_A ^ CALL_B;
}
""",
     """struct Record@ {
    uint64_t key;
    uint32_t count;
    uint8_t kind;
    uint64_t slots[{n}];
};
static void fill@(struct Record@ *record, uint64_t seed) {
    record->key = seed ^ {big}u;
    record->count = {small};
    for (size_t i = 0; i < {n}; i++) {
        record->slots[i] = record->key + i * {odd};
    }
}
static uint64_t sum@(const struct Record@ *record, size_t most) {
    uint64_t total = 0;
    for (size_t i = 0; i < most; i++) {
        if (record->slots[i] % {small} == {less}) total = total + record->slots[i];
        else total = total ^ record->key;
    }
    return total + record->count;
}
uint64_t run@(uint64_t x) {
    struct Record@ record = {0};
    fill@(&record, x);
    record.kind = {less};
    return sum@(&record, {n}) ^ CALL_A ^ CALL_B;
}
"""),
    # a tagged union and who takes it apart
    ("""enum Shape@ { dot, circle(u32 r), box(u32 w, u32 h) }
u64 area@(const Shape@* shape) {
    switch (*shape) {
        case .dot: return {small};
        case .circle(u32 r): return (u64)r * (u64)r * 3;
        case .box(u32 w, u32 h): return (u64)w * (u64)h;
    }
}
Shape@ choose@(u64 x) {
    u32 low = (u32%)x;
    if (low % {odd} == {less}) return .dot;
    if (low > {big}) return .circle(low / {odd});
    return .box(low / {small}, {big});
}
u64 run@(u64 x) {
    Shape@ shape = choose@(x);
    u64 before = area@(&shape);
    shape = choose@(before +% {odd});
    return area@(&shape) +% (CALL_A ^ CALL_B);
}
""",
     """struct Shape@ { enum { DOT@, CIRCLE@, BOX@ } tag; union { uint32_t r; struct { uint32_t w, h; } box; } as; };
static uint64_t area@(const struct Shape@ *shape) {
    switch (shape->tag) {
        case DOT@: return {small};
        case CIRCLE@: return (uint64_t)shape->as.r * (uint64_t)shape->as.r * 3;
        case BOX@: default: return (uint64_t)shape->as.box.w * (uint64_t)shape->as.box.h;
    }
}
static struct Shape@ choose@(uint64_t x) {
    uint32_t low = (uint32_t)x;
    if (low % {odd} == {less}) return (struct Shape@){ DOT@, { 0 } };
    if (low > {big}) return (struct Shape@){ CIRCLE@, { .r = low / {odd} } };
    return (struct Shape@){ BOX@, { .box = { low / {small}, {big} } } };
}
uint64_t run@(uint64_t x) {
    struct Shape@ shape = choose@(x);
    uint64_t before = area@(&shape);
    shape = choose@(before + {odd});
    return area@(&shape) + (CALL_A ^ CALL_B);
}
"""),
    # bytes: a scanner over a slice
    ("""bool is_word@(u8 c) {
    return (c >= 97 && c <= 122) || c == {small};
}
usize words@(const u8[] text) {
    usize count = 0;
    usize at = 0;
    while (at < text.len) {
        while (at < text.len && !is_word@(text[at])) at += 1;
        if (at == text.len) break;
        count += 1;
        while (at < text.len && is_word@(text[at])) at += 1;
    }
    return count;
}
u32 digest@(const u8[] text, u32 seed) {
    u32 hash = seed ^ {big};
    for (u8 c : text) {
        hash = (hash ^ c) *% 16777619;
        hash = hash ^ (hash >> {less5});
    }
    return hash;
}
u64 run@(u64 x) {
    u8[{n}] text = { 97 ... };
    text[{less5}] = (u8%)x;
    u32 hash = digest@(text, (u32%)x);
    return words@(text) +% hash +% (CALL_A ^ CALL_B);
}
""",
     """static int is_word@(uint8_t c) {
    return (c >= 97 && c <= 122) || c == {small};
}
static size_t words@(const uint8_t *text, size_t len) {
    size_t count = 0;
    size_t at = 0;
    while (at < len) {
        while (at < len && !is_word@(text[at])) at += 1;
        if (at == len) break;
        count += 1;
        while (at < len && is_word@(text[at])) at += 1;
    }
    return count;
}
static uint32_t digest@(const uint8_t *text, size_t len, uint32_t seed) {
    uint32_t hash = seed ^ {big}u;
    for (size_t i = 0; i < len; i++) {
        hash = (hash ^ text[i]) * 16777619;
        hash = hash ^ (hash >> {less5});
    }
    return hash;
}
uint64_t run@(uint64_t x) {
    uint8_t text[{n}] = { 97 };
    text[{less5}] = (uint8_t)x;
    uint32_t hash = digest@(text, {n}, (uint32_t)x);
    return words@(text, {n}) + hash + (CALL_A ^ CALL_B);
}
"""),
    # decisions and small arithmetic
    ("""u32 mix@(u32 x, u32 y) {
    u32 r = x ^ (y << 3);
    if ((r & 1) != 0) {
        r = (r >> 1) ^ {big};
    } else {
        r = (r >> 1) + (y & 4095);
    }
    return r;
}
i32 classify@(i32 k, i32 limit) {
    if (k < {less}) {
        return limit;
    }
    if (k < {small} && limit > {less}) {
        return limit - k;
    }
    i32 steps = 0;
    for (i32 i = k; i > 1 && steps < {small}; i = i / 2) {
        steps += i % 3 == 0 ? 2 : 1;
    }
    return steps;
}
u64 run@(u64 x) {
    u32 low = (u32%)x & 65535;
    u32 mixed = mix@(low, {odd});
    i32 class = classify@((i32)(mixed & 1023), {small});
    if (class < 0) return CALL_A;
    return CALL_B +% (u64)class;
}
""",
     """static uint32_t mix@(uint32_t x, uint32_t y) {
    uint32_t r = x ^ (y << 3);
    if ((r & 1) != 0) {
        r = (r >> 1) ^ {big}u;
    } else {
        r = (r >> 1) + (y & 4095);
    }
    return r;
}
static int32_t classify@(int32_t k, int32_t limit) {
    if (k < {less}) {
        return limit;
    }
    if (k < {small} && limit > {less}) {
        return limit - k;
    }
    int32_t steps = 0;
    for (int32_t i = k; i > 1 && steps < {small}; i = i / 2) {
        steps += i % 3 == 0 ? 2 : 1;
    }
    return steps;
}
uint64_t run@(uint64_t x) {
    uint32_t low = (uint32_t)x & 65535;
    uint32_t mixed = mix@(low, {odd});
    int32_t class = classify@((int32_t)(mixed & 1023), {small});
    if (class < 0) return CALL_A;
    return CALL_B + (uint64_t)class;
}
"""),
    # the heap: a list that is built and taken apart
    ("""struct Node@ {
    u64 value;
    own Node@*? next;
}
void push@(own Node@*?* head, u64 value) {
    own Node@*? rest = take(head);
    *head = new Node@{ .value = value, .next = rest };
}
u64 drain@(own Node@*? list) {
    u64 total = {small};
    while (own Node@* node = take(&list)) {
        total = total +% node->value *% {odd};
        list = take(&node->next);
    }
    return total;
}
u64 run@(u64 x) {
    own Node@*? list = none;
    for (u64 i : 0..{less5}) {
        push@(&list, x ^ i);
    }
    return drain@(list) +% (CALL_A ^ CALL_B);
}
""",
     """struct Node@ {
    uint64_t value;
    struct Node@ *next;
};
static void push@(struct Node@ **head, uint64_t value) {
    struct Node@ *node = malloc(sizeof *node), *rest = *head;
    if (!node) abort(); else { node->value = value; node->next = rest; *head = node; }
}
static uint64_t drain@(struct Node@ *list) {
    uint64_t total = {small};
    for (struct Node@ *node = list, *next; node; node = next) {
        total = total + node->value * {odd};
        next = node->next, free(node);
    }
    return total;
}
uint64_t run@(uint64_t x) {
    struct Node@ *list = NULL;
    for (uint64_t i = 0; i < {less5}; i++) {
        push@(&list, x ^ i);
    }
    return drain@(list) + (CALL_A ^ CALL_B);
}
"""),
]

for ours, theirs in UNITS:
    assert ours.count("\n") == theirs.count("\n"), ours


class Program:
    """Units in files; each calls its neighbour below and one half as far up, in its own file."""

    def __init__(self, lang, rng):
        self.lang, self.rng, self.units = lang, rng, 0

    def call(self, first, number):
        return f"run{number}(x)" if number >= first else "x"

    def unit(self, first):
        rng, n = self.rng, self.units
        self.units += 1
        numbers = dict(n=rng.randrange(8, 25), small=rng.randrange(30, 90), less=rng.randrange(1, 30), less5=rng.randrange(1, 8),
                       odd=2 * rng.randrange(100, 400) + 1, big=rng.randrange(1 << 20, 1 << 30))
        text = rng.choice(UNITS)[self.lang == "c"]
        for name, value in numbers.items():
            text = text.replace("{" + name + "}", str(value))
        below, above = n - 1, first + (n - first) // 2
        text = text.replace("CALL_A", self.call(first, below))
        text = text.replace("CALL_B", self.call(first, above if above < n else n - 1))
        text = text.replace("@", str(n))
        if self.lang == "sip":
            text = text.replace(f"u64 run{n}(", f"pub u64 run{n}(")
        return text

    def part(self, head, lines):
        out, first, count = [head], self.units, head.count("\n")
        while count < lines:
            out.append(self.unit(first))
            count += out[-1].count("\n")
        return "".join(out)


def write(folder, name, text):
    with open(os.path.join(folder, name), "w") as file:
        file.write(text)
    return text.count("\n")


def main():
    args = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    args.add_argument("lang", choices=["sip", "c"])
    args.add_argument("lines", type=int)
    args.add_argument("--seed", type=int, default=1)
    args.add_argument("--files", type=int, default=1, help="beside main")
    args.add_argument("-o", dest="folder", required=True)
    args = args.parse_args()
    os.makedirs(args.folder, exist_ok=True)
    program, sip = Program(args.lang, random.Random(args.seed)), args.lang == "sip"
    total, last = 0, []
    for k in range(args.files):
        head = f"module part{k};\n" if sip else "#include <stdint.h>\n#include <stdlib.h>\n"
        total += write(args.folder, f"part{k}.{args.lang}", program.part(head, args.lines // args.files))
        last.append(program.units - 1)
    if sip:
        main_text = "module main;\nimport sip.console;\nimport std.text;\n" + "".join(f"import part{k};\n" for k in range(args.files))
        main_text += "sip Main(Console.imp:Ready out) {\n    Line line = {};\n"
        main_text += "".join(f"    line.number(run{n}(1));\n" for n in last) + "    line.show(&out);\n    close(out);\n}\n"
        main_text += "system Generated {\n    sip main = Main(out: machine.console);\n}\n"
    else:
        main_text = "#include <stdint.h>\n#include <stdio.h>\n" + "".join(f"uint64_t run{n}(uint64_t x);\n" for n in last)
        main_text += "int main(void) {\n" + "".join(f'    printf("%llu\\n", (unsigned long long)run{n}(1));\n' for n in last) + "}\n"
    total += write(args.folder, f"main.{args.lang}", main_text)
    print(f"seed {args.seed} lines {total}")


main()
