#!/usr/bin/env python3
"""Writes a module of so many instructions, to measure the verifier: functions of a thousand instructions each, with owners, borrows, calls,
branches and loops.

Usage: large.py INSTRUCTIONS [BORROWS] > large.sir; time sip-verify large.sir

With BORROWS each function holds so many borrows at the same time instead.
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


def costly(number, borrows, blocks):
    """Takes far more steps than its length: so many copies of a list of so many borrows are held through so many blocks."""
    copies = range(borrows + 1, 2 * borrows + 1)
    declared = "".join(f"    local %{n} const u64*\n" for n in range(1, borrows + 1))
    declared += "".join(f"    local %{n} const u64*[{borrows}]\n" for n in copies)
    made = "".join(f"    %{n} = borrow %0\n" for n in range(1, borrows + 1))
    made += f"    %{borrows + 1} = array (" + ", ".join(f"copy %{n}" for n in range(1, borrows + 1)) + ")\n"
    made += "".join(f"    %{n} = use copy %{n - 1}\n" for n in copies[1:])
    through = "".join(f"    jump -> bb{n}\nbb{n}:\n" for n in range(1, blocks + 1))
    used = "".join(f"    %1 = use copy %{n}[0]\n" for n in copies)
    return f"fn void @g{number}(u64 x) {{\n{declared}bb0:\n{made}{through}{used}    return\n}}\n"


def module(functions):
    helpers = "".join(
        f"fn u64 @f{n}(const u64* a, u64 b) {{\n    local %2 u64\nbb0:\n    %2 = add.wrap copy %0.*, copy %1\n    return (copy %2)\n}}\n\n"
        for n in range(7))
    main = "fn void @main() {\nbb0:\n    return\n}\n\nmanifest {\n    main @main()\n    heap 65536\n    stack 32768\n    threads 1\n}"
    return "module large\n\nref struct View { u64 n const u64* at }\n\n" + helpers + "".join(functions) + main


def main():
    wanted, borrows = ([int(arg) for arg in sys.argv[1:]] + [0])[:2]
    print(module(holder(n, borrows) if borrows else function(n, 1000 // ROUND) for n in range(max(1, wanted // (2 * borrows or 1000)))))


if __name__ == "__main__":
    main()
