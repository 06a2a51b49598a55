#!/usr/bin/env python3
"""Writes a module of so many instructions, to measure the verifier: functions of a thousand instructions each, with owners, borrows, calls,
branches and loops.

Usage: large.py INSTRUCTIONS [BORROWS] > large.sir; time sip-verify large.sir

With BORROWS each function holds so many borrows at the same time instead, which costs their square.
"""
import sys

ROUND = 20  # instructions that one round of a function takes


def round_of(n, last):
    """A loop that makes, lends, changes and drops, and goes on to the next round."""
    top, left, right, join = (4 * n + k for k in range(1, 5))
    return f"""bb{top}:
    %2 = new copy %0
    %3 = borrow.mut %2.*
    %3.* = add.wrap copy %3.*, u64 {n}
    %4 = borrow %2.*
    %1 = call @f{n % 7}(copy %4, copy %1)
    %5 = lt copy %1, copy %0
    branch copy %5 -> bb{left}, bb{right}
bb{left}:
    %6 = struct (copy %1, copy %4)
    %1 = add.wrap copy %6.0, copy %6.1.*
    drop %2
    jump -> bb{join}
bb{right}:
    %4 = borrow %0
    drop %2
    %1 = add.wrap copy %1, copy %4.*
    jump -> bb{join}
bb{join}:
    %1 = xor copy %1, u64 {n}
    %5 = gt copy %1, u64 {n}
    %7 = use copy %5
    %5 = and copy %5, copy %7
    branch copy %5 -> bb{top}, bb{last if last else top + 4}
"""


def function(number, rounds):
    body = "".join(round_of(n, 4 * rounds + 1 if n == rounds - 1 else 0) for n in range(rounds))
    return f"""fn u64 @g{number}(u64 x) {{
    local %1 u64
    local %2 own u64*
    local %3 mut u64*
    local %4 const u64*
    local %5 bool
    local %6 View
    local %7 bool
bb0:
    %1 = use copy %0
    jump -> bb1
{body}bb{4 * rounds + 1}:
    return (copy %1)
}}
"""


def holder(number, borrows):
    """Holds all its borrows until the end."""
    made = "".join(f"    %{n} = borrow %0\n" for n in range(2, borrows + 2))
    used = "".join(f"    %1 = use copy %{n}.*\n" for n in range(2, borrows + 2))
    declared = "".join(f"    local %{n} const u64*\n" for n in range(2, borrows + 2))
    return f"fn u64 @g{number}(u64 x) {{\n    local %1 u64\n{declared}bb0:\n    %1 = use copy %0\n{made}{used}    return (copy %1)\n}}\n"


def main():
    wanted, borrows = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0
    print("module large\n\nref struct View { u64 n const u64* at }\n")
    for n in range(7):
        print(f"fn u64 @f{n}(const u64* a, u64 b) {{\n    local %2 u64\nbb0:\n    %2 = add.wrap copy %0.*, copy %1\n    return (copy %2)\n}}\n")
    for number in range(max(1, wanted // (2 * borrows or 1000))):
        print(holder(number, borrows) if borrows else function(number, 1000 // ROUND))
    print("fn void @main() {\nbb0:\n    return\n}\n\nmanifest {\n    main @main()\n    heap 65536\n    stack 32768\n    threads 1\n}")


main()
