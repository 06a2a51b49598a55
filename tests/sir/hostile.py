#!/usr/bin/env python3
"""Modules that are large in one respect each, twice: the second is four times as large. The verifier may accept or refuse them; either way what it
does has to grow with the length, not with its square, or has to be counted among the steps that are limited (docs/security.md). What it does is
counted in blocks of its code that are run, so that it is the same on every machine; no clock is asked.

Usage: hostile.py SIP_VERIFY_COUNTED [SHAPE...]
"""
import os
import resource
import subprocess
import sys
import tempfile

GROWS, FACTOR = 4, 5  # with the logarithm that sorting brings
PER_STEP, PER_BYTE = 8, 100  # blocks that are run, at most
MEMORY = 6 << 30

MAIN = """
fn void @main() {
bb0:
    return
}

manifest {
    main @main()
    heap 65536
    stack 32768
    threads 1
}
"""


def lines(count, row, first=0):
    return "".join(row.format(n=n, m=n + 1) for n in range(first, first + count))


def joined(count, row, first=0, by=", "):
    return by.join(row.format(n=n, m=n + 1) for n in range(first, first + count))


def contract_of(count, direction="out"):
    return f"contract C {{\n{lines(count, '    ' + direction + ' m{n}()' + chr(10))}    state A: {joined(count, 'm{n} -> E')}\n    state E: end\n}}\n"


# --- shapes: a name, how many at first, and the module of so many -------------------------------------------------------------------


def arms(count):
    """A receive of many messages."""
    taken = lines(count, "        message %0, m{n} -> bb1\n")
    return contract_of(count) + f"fn void @f(C.imp:A a) {{\nbb0:\n    receive {{\n{taken}        closed %0 -> bb2\n    }}\nbb1:\n    close move %0\n    return\nbb2:\n    close move %0\n    return\n}}\n"


def strange_arms(count):
    """A receive of many messages in a state in which none of them comes."""
    taken = lines(count, "        message %0, m{n} -> bb1\n")
    return (f"contract C {{\n{lines(count, '    out m{n}()' + chr(10))}    out x()\n    state A: x -> E\n    state E: end\n}}\n"
            f"fn void @f(C.imp:A a) {{\nbb0:\n    receive {{\n{taken}        closed %0 -> bb2\n    }}\nbb1:\n    close move %0\n    return\nbb2:\n    close move %0\n    return\n}}\n")


def sources(count):
    """A receive of many endpoints."""
    local = lines(count, "    local %{m} C.imp:A e\n")
    made = lines(count, "    %{m}, %0 = channel C:A\n    close move %0\n")
    taken = lines(count, "        message %{m}, m0 -> bb1\n        closed %{m} -> bb1\n")
    closed = lines(count, "    close move %{m}\n")
    return contract_of(1) + f"fn void @f() {{\n    local %0 C.exp:A x\n{local}bb0:\n{made}    receive {{\n{taken}    }}\nbb1:\n{closed}    return\n}}\n"


def joins(count):
    """A receive of many joins of the same two."""
    taken = lines(count, "        join (message %0, m{n} && closed %1) -> bb1\n")
    return contract_of(count) + f"fn void @f(C.imp:A a, C.imp:A b) {{\nbb0:\n    receive {{\n{taken}        unsatisfiable -> bb2\n    }}\nbb1:\n    close move %0\n    close move %1\n    return\nbb2:\n    close move %0\n    close move %1\n    return\n}}\n"


def upcast_wide(count):
    """An end is seen as a base with a state of many messages."""
    body = f"{lines(count, '    out m{n}()' + chr(10))}    state A: {joined(count, 'm{n} -> E')}\n    state E: end\n}}\n"
    return (f"contract C {{\n{body}contract D : C {{\n{body}fn void @f(D.imp:A a) {{\n    local %1 C.imp:A b\nbb0:\n    %1 = upcast move %0\n    close move %1\n    return\n}}\n")


def upcast_long(count):
    """An end is seen as a base with many states."""
    body = f"    in m()\n{lines(count, '    state S{n}: m -> S{m}' + chr(10))}    state S{count}: end\n}}\n".replace("in m()", "in m()\n    out k()")
    return (f"contract C {{\n{body}contract D : C {{\n{body}fn void @f(D.imp:S0 a) {{\n    local %1 C.imp:S0 b\nbb0:\n    %1 = upcast move %0\n    close move %1\n    return\n}}\n")


def bases(count):
    """Many upcasts over a long line of contracts."""
    line = lines(count, "contract C{m} : C{n} {{\n    in m()\n    state A: m -> E\n    state E: end\n}}\n")
    body = lines(count, "    %2 = upcast move %0\n    close move %2\n    %0, %1 = channel C" + str(count) + ":A\n    close move %1\n")
    return (f"contract C0 {{\n    in m()\n    state A: m -> E\n    state E: end\n}}\n{line}"
            f"fn void @f(C{count}.imp:A a) {{\n    local %1 C{count}.exp:A x\n    local %2 C0.imp:A b\nbb0:\n{body}    close move %0\n    return\n}}\n")


def binds(count):
    """A match that binds many parts by borrowing."""
    local = lines(count, "    local %{m} const u64* p\n")
    return (f"enum E {{ a({joined(count, 'u64 x{n}')}) }}\nfn void @f(E e) {{\n{local}bb0:\n    match %0 {{\n        variant a({joined(count, 'const %{m}')}) -> bb1\n    }}\nbb1:\n    return\n}}\n")


def fields(count):
    """Many fields of one local are lent exclusively at once."""
    local = lines(count, "    local %{m} mut u64* p\n")
    made = lines(count, "    %{m} = borrow.mut %0.{n}\n")
    used = lines(count, "    %{m}.* = use u64 1\n")
    return f"struct S {{ {joined(count, 'u64 x{n}', by=' ')} }}\nfn void @f(S s) {{\n{local}bb0:\n{made}{used}    return\n}}\n"


def views(count):
    """A ref struct of many borrows."""
    local = lines(count, "    local %{m} const u64* p\n")
    made = lines(count, "    %{m} = borrow %0\n")
    return (f"ref struct S {{ {joined(count, 'const u64* x{n}', by=' ')} }}\nfn void @f(u64 x) {{\n{local}    local %{count + 1} S s\nbb0:\n{made}"
            f"    %{count + 1} = struct ({joined(count, 'copy %{m}')})\n    return\n}}\n")


def chained(count):
    """Blocks in a row, each with a local of its own that owns."""
    local = lines(count, "    local %{n} own u64* p\n")
    body = lines(count, "bb{n}:\n    %{n} = new u64 1\n    jump -> bb{m}\n")
    ended = lines(count, "    drop %{n}\n")
    return f"fn void @f() {{\n{local}{body}bb{count}:\n{ended}    return\n}}\n"


def nested(count):
    """Loops within loops."""
    local = lines(count, "    local %{m} u64\n")
    down = "".join(f"bb{n}:\n    %{n} = use u64 1\n    jump -> bb{n + 1}\n" for n in range(1, count + 1))
    up = "".join(f"bb{count + n}:\n    branch copy %0 -> bb{count + 1 - n}, bb{count + n + 1}\n" for n in range(1, count + 1))
    return f"fn void @f(bool c) {{\n{local}bb0:\n    jump -> bb1\n{down}{up}bb{2 * count + 1}:\n    return\n}}\n"


def cases(count):
    """A switch of many cases."""
    return f"fn void @f(u32 x) {{\nbb0:\n    switch copy %0 {{\n{lines(count, '        is u32 {n} -> bb1' + chr(10))}        default -> bb1\n    }}\nbb1:\n    return\n}}\n"


def pointers(count):
    """Many exclusive borrows of endpoints."""
    local = lines(count, "    local %{m} mut C.imp:A* p\n")
    made = lines(count, "    %{m} = borrow.mut %0\n")
    return contract_of(1) + f"fn void @f(C.imp:A a) {{\n{local}bb0:\n{made}    close move %0\n    return\n}}\n"


def deep(count):
    """Structs within structs, from a pointer to the innermost one."""
    return "struct S0 { u64 x }\n" + lines(count, "struct S{m} {{ S{n} x }}\n") + f"fn void @f(S{count} s) {{\nbb0:\n    return\n}}\n"


def emptied(count):
    """Something is moved out behind many exclusive borrows, and put back."""
    local = lines(count, "    local %{m} own u64* p\n")
    moved = lines(count, "    %{m} = use move %0.*.{n}\n")
    back = lines(count, "    %0.*.{n} = use move %{m}\n")
    return f"struct S {{ {joined(count, 'own u64* x{n}', by=' ')} }}\nfn void @f(mut S* s) {{\n{local}bb0:\n{moved}{back}    return\n}}\n"


def around(count):
    """Something is moved out behind many borrows, and put back before many blocks."""
    local = lines(count, "    local %{m} mut own u64** p\n")
    body = lines(count, "    %{m} = borrow.mut %0.*.{n}\n    %" + str(count + 1) + " = use move %{m}.*\n    %{m}.* = use move %" + str(count + 1) + "\n")
    blocks = lines(count, "    jump -> bb{m}\nbb{m}:\n")
    return f"struct S {{ {joined(count, 'own u64* x{n}', by=' ')} }}\nfn void @f(mut S* s) {{\n{local}    local %{count + 1} own u64* x\nbb0:\n{body}{blocks}    return\n}}\n"


def given(count):
    """Many endpoints of one struct are given to one call, over and over."""
    fields = 500
    params = ", ".join(f"C.imp:A a{n}" for n in range(fields))
    closed = "".join(f"    close move %{n}\n" for n in range(fields))
    given_away = "    call @g(" + ", ".join(f"move %0.{n}" for n in range(fields)) + ")\n"
    made = "".join(f"    %0.{n}, %1 = channel C:A\n    close move %1\n" for n in range(fields))
    return (contract_of(1) + f"struct S {{ {joined(fields, 'C.imp:A x{n}', by=' ')} }}\nfn void @g({params}) {{\nbb0:\n{closed}    return\n}}\n"
            f"fn void @f(S s) {{\n    local %1 C.exp:A x\nbb0:\n{(given_away + made) * count}    drop %0\n    return\n}}\n")


SHAPES = {shape.__name__: (shape, count) for shape, count in [
    (arms, 5000), (strange_arms, 5000), (sources, 900), (joins, 2000), (upcast_wide, 5000), (upcast_long, 20000), (bases, 2000), (binds, 5000), (fields, 2000), (views, 5000),
    (chained, 2000), (nested, 400), (cases, 20000), (pointers, 500), (deep, 5000), (emptied, 2000), (around, 300), (given, 3)]}

# Their square is taken, in steps that are counted: what is known of each endpoint, and of each borrow behind which something may be missing, is asked
# for each edge and each instruction; the bases of a contract are looked through one by one.
SQUARE = {"sources", "pointers", "bases", "around"}


def limit():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def ask(tool, path, shape, count):
    """Blocks, steps, bytes, and what was said."""
    with open(path, "w") as file:
        file.write("module hostile\n\n" + shape(count) + MAIN)
    got = subprocess.run([tool, path], capture_output=True, text=True, preexec_fn=limit)
    if got.returncode != 0:
        sys.exit(f"{shape.__name__} of {count}: ends with {got.returncode}: {got.stdout}{got.stderr}")
    blocks, steps, length, said = got.stdout.strip().split(" ", 3)
    return int(blocks), int(steps), int(length), said


def faults(name, few, many):
    for blocks, steps, length, _ in (few, many):
        if blocks > PER_STEP * steps + PER_BYTE * length:
            yield "more than what is counted"
    grown = many[0] / few[0]
    if grown > FACTOR and name not in SQUARE:
        yield "the square"
    if grown <= FACTOR and name in SQUARE:
        yield "no square any more: take it from the list"


def main():
    tool, names = sys.argv[1], sys.argv[2:] or list(SHAPES)
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "hostile.sir")
        for name in names:
            shape, count = SHAPES[name]
            few = ask(tool, path, shape, count)
            many = ask(tool, path, shape, count * GROWS)
            found = sorted(set(faults(name, few, many)))
            wrong += bool(found)
            print(f"{name:12} {count:6} {few[0]:10} blocks  {count * GROWS:6} {many[0]:10} blocks  {'WRONG: ' if found else ''}{'; '.join(found)} {few[3]}; {many[3]}"[:220])
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
