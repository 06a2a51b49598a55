#!/usr/bin/env python3
"""Programs of hostile sizes and bytes: hostile.py SIPCC [NAME...]

Each must end in success or in an error that says what is wrong, with an exit code of sipcc's own, within SECONDS of processor
time and MEMORY, and with output that is bounded too. A pattern after the program is what stderr must show.
"""
import os
import re
import resource
import subprocess
import sys
import tempfile

SECONDS, MEMORY, OUTPUT = 60, 2 << 30, 1 << 20
MANY = 100_000


def nested(before, opening, middle, closing, after="", count=MANY):
    return before + opening * count + middle + closing * count + after


PROGRAMS = {
    "parentheses": (nested("const u32 x = ", "(", "1", ")", ";"), 1, r"E0107.*nested more than"),
    "parentheses_open": ("const u32 x = " + "(" * MANY, 1, r"E0107"),
    "brackets": (nested("void f() { x", "[a", "", "]", "; }"), 1, r"E0107"),
    "braces": (nested("void f() ", "{ ", "", "} "), 1, r"E0107"),
    "minuses": ("const i32 x = " + "- " * MANY + "1;", 1, r"E0107"),
    "sums": ("const u32 x = " + "1 + " * MANY + "1;", 1, r"E0107"),
    "calls": (nested("u32 f(u32 x) { return ", "f(", "x", ")", "; }"), 1, r"E0107"),
    "fields": ("u32 f(u32 x) { return x" + ".y" * MANY + "; }", 1, r"E0107|E0"),
    "ifs": ("void f(bool b) { " + "if (b) " * MANY + "{ } }", 1, r"E0107"),
    "elses": ("void f(bool b) { " + "if (b) { } else " * MANY + "{ } }", 1, r"E0107"),
    "generic_arguments": (nested("struct A<T> { T x; } void f(", "A<", "u8", ">", " x) { }"), 1, r"E0107|E0"),
    "generics": ("struct S<T> { T x; }\nvoid f<T>(u32 n) { if (n > 0) g::<S<T>>(n - 1); }\nvoid g<T>(u32 n) { if (n > 0) f::<S<T>>(n - 1); }\n"
                 "void h() { f::<u8>(3); }", 1, r"E0294.*without end"),
    "generics_both": ("struct P<A, B> { A a; B b; }\nvoid f<A, B>(u32 n) { if (n > 0) { f::<P<A, B>, A>(n - 1); f::<B, P<B, A>>(n - 1); } }\n"
                      "void h() { f::<u8, u16>(3); }", 1, r"E0294|E0212"),
    "generic_lists": ("struct L<T> { own L<own T*>*? next; T x; }\nvoid f(const L<u8>* l) { }", 1, r"E0294|E0212"),
    "branches": ("const bool off = false;\nu32 f(u32 x) {\n" + "if (off) { x += 1 / 1; } else { x += 2; }\n" * 20_000 + "return x; }", 0, ""),
    "pointers": ("void f(u8" + "*" * MANY + " x) { }", 1, r"E0"),
    "arrays": ("void f(const u8" + "[2]" * 900 + "* x) { }", 1, r"E0"),
    "types": ("struct S0 { u8 x; }\n" + "".join(f"struct S{i} {{ S{i - 1} x; }}\n" for i in range(1, 20_000)), 1, r"E0"),
    "doubling_types": ("struct S0 { u8 x; }\n" + "".join(f"struct S{i} {{ S{i - 1} x; S{i - 1} y; }}\n" for i in range(1, 80)), 1, r"E0"),
    "long_name": ("u32 " + "x" * (1 << 20) + "() { return 1; }", 0, ""),
    "long_unknown_name": ("u32 f() { return " + "x" * (1 << 20) + "; }", 1, r"E0201"),
    "long_text": ('void f() { str s = "' + "x" * (1 << 20) + '"; _ = s.len; }', 0, ""),
    "long_open_text": ('void f() { str s = "' + "x" * (1 << 20), 1, r"E0102"),
    "long_number": ("const u64 x = " + "1" * (1 << 20) + ";", 1, r"E0110"),
    "many_arms": ("void f(u32 x) { switch (x) {\n" + "".join(f"case {i}:\n" for i in range(1 << 20)) + "default: } }", 1, r"E0212"),
    "arms": ("u8 f(u32 x) { switch (x) {\n" + "".join(f"case {i}: return 1;\n" for i in range(1 << 18)) + "default: return 0; } }", None, ""),
    "errors": ("void f() {\n" + "    missing();\n" * MANY + "}\n", 1, r"E0201"),
    "different_errors": ("void f() {\n" + "".join(f"    missing{i}();\n" for i in range(MANY)) + "}\n", 1, r"more were left out"),
    "syntax_errors": ("".join(f"void g{i}() {{ x = = {i}; }}\n" for i in range(MANY)), 1, r"E0105"),
    "foreign": ("` " * MANY, 1, r"E0101"),
    "closing": ("}" * MANY, 1, r"E0104"),
    "comments": ("/* */" * MANY, 1, r"E0108"),
    "comment_open": ("/*" * MANY, 1, r"E0102"),
    "statements": ("void f() { u32 x = 0;\n" + "x += 1;\n" * MANY + "}", 0, ""),
    "functions": ("".join(f"void g{i}() {{ }}\n" for i in range(MANY)), 0, ""),
    "imports": ("import nowhere;\n" * 20_000, 1, r"E0257"),
    "no_text": (b"void f() { }\0\n", 3, r"NUL byte"),
    "no_utf8": (b"void f() { \xff }\n", 3, r"not UTF-8"),
    "half_utf8": ("void f() { } // \u6f22".encode()[:-1], 3, r"not UTF-8"),
    "surrogate": (b"// \xed\xa0\x80\n", 3, r"not UTF-8"),
    "overlong": (b"// \xc0\xaf\n", 3, r"not UTF-8"),
    "turned_comment": ("void f() { } // \u202e } \u2066\n", 3, r":1 has a control that turns the direction of text"),
    "turned_name": ("void f\u200f() { }\n", 3, r"turns the direction"),
    "mark": ("\ufeffvoid f() { }\n", 0, ""),
    "two_marks": ("\ufeff\ufeffvoid f() { }\n", 1, r"E0101"),
    "windows": ("void f() {\r\n    missing();\r\n}\r\n", 1, r":2:5"),
    "old_mac": ("void f() { }\r// x\rmissing", None, ""),
    "empty": ("", 0, ""),
    "too_long": (" " * ((16 << 20) + 1), 3, r"longer than"),
    "escape": ("void f() { missing(\"\x1b[2J\"); }", 1, r"\?\[2J"),
}


def limit(memory):
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def problem(sipcc, folder, name):
    text, code, pattern = PROGRAMS[name]
    with open(os.path.join(folder, "p.sip"), "wb") as file:
        file.write(text if isinstance(text, bytes) else text.encode())
    memory = 3 << 30 if name == "many_arms" else MEMORY  # a file near the limit, less than 3 KiB an arm
    got = subprocess.run([sipcc, "check", "p.sip"], cwd=folder, capture_output=True, preexec_fn=lambda: limit(memory))
    said = got.stderr.decode("utf-8", "replace")
    if got.returncode not in (0, 1, 3) or (code is not None and got.returncode != code):
        return f"exit code {got.returncode}, expected {code}: {said[:400]}"
    if len(got.stderr) > OUTPUT + (4 << 20 if "long_" in name else 0):
        return f"{len(got.stderr)} bytes of output"
    if "\x1b" in said or not re.search(pattern, said):
        return f"`{pattern}` is not in: {said[:400]}"
    return None


def main():
    sipcc, names = os.path.abspath(sys.argv[1]), sys.argv[2:] or list(PROGRAMS)
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            wrong = problem(sipcc, folder, name)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            print(f"# {name}: {after.ru_utime - before.ru_utime:.2f} s")
            if wrong:
                bad += 1
                print(f"{name}: {wrong}")
    sys.exit(1 if bad else 0)


main()
