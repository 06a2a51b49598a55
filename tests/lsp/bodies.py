#!/usr/bin/env python3
"""What somebody who writes programs does to bodies: after each change the server says what another one says that sees the text for the first time.

Usage: bodies.py SERVER SEED CHANGES FILE.sip|LINES...     LINES: of a program that is generated

Diagnostics are compared after each change; hover, definition, highlights, tokens and hints at some place, too.
"""
import json
import os
import random
import re
import sys
import tempfile

from client import CAN, Client, edit, place, uri_of
from edits import generated, lines_of, position

STATEMENTS = ["u64 extra = 1;", "missing(1);", "return;", "assert (1 == 2);", "u8 small = 300;", "auto found = 7;", "_ = 3;", "const u32 LOCAL = 4;", "if (true) { }", "while (true) { }",
              "x = ;", "foo(", "a.b.c();", "for (usize i : 0..3) { _ = i; }", "switch (3) { case 3: break; default: break; }", "@", "}", "{", "// a remark", "\"", "List<u32> more = {};",
              "own u8[] bytes = new u8[4];", "defer _ = 1;"]


class Text:
    def __init__(self, text):
        self.text = text

    def lines(self):
        """Numbers of lines that stand in something."""
        return [i for i, line in enumerate(self.text.split("\n")) if line.startswith("    ") and line.strip() not in ("", "}")]

    def replaced(self, start, end, put):
        """The change, and the text after it."""
        starts = lines_of(self.text)
        change = edit(position(self.text, starts, start), position(self.text, starts, end), put)
        return change, Text(self.text[:start] + put + self.text[end:])

    def line(self, number):
        at = sum(len(line) + 1 for line in self.text.split("\n")[:number])
        return at, at + len(self.text.split("\n")[number]) + 1

    def change(self, rng):
        start, end = self.line(rng.choice(self.lines()))
        line = self.text[start:end]
        words = list(re.finditer(r"\w+", line))
        kind = rng.choice(["word", "word", "number", "twice", "away", "statement", "statement", "letter", "blank"])
        if kind == "twice":
            return self.replaced(start, start, line)
        if kind == "away":
            return self.replaced(start, end, "")
        if kind == "statement":
            return self.replaced(start, start, "    " + rng.choice(STATEMENTS) + "\n")
        if kind == "blank":
            return self.replaced(start, start, rng.choice([" ", "\n", "\t", "/* */"]))
        if not words:
            return self.replaced(start, start, " ")
        word = rng.choice(words)
        if kind == "letter":
            at = start + rng.randint(word.start(), word.end())
            return self.replaced(at, min(end, at + rng.randint(0, 1)), rng.choice(["x", "_", ".", "(", ""]))
        put = str(rng.randint(0, 300)) if kind == "number" else rng.choice(re.findall(r"\w+", self.text))
        return self.replaced(start + word.start(), start + word.end(), put)


def shown(client, path, text, at):
    """What is shown at a place, without what only counts answers."""
    line, character = position(text, lines_of(text), at)
    here = place(line, character)
    asked = {method: client.ask_raw("textDocument/" + method, client.about(path, position=here)).get("result") for method in ("hover", "definition", "documentHighlight")}
    asked["tokens"] = client.ask("textDocument/semanticTokens/full", client.about(path))["data"]
    hints = client.ask("textDocument/inlayHint", client.about(path, range={"start": place(0, 0), "end": place(text.count("\n") + 1, 0)}))
    asked["hints"] = sorted(json.dumps(hint, sort_keys=True) for hint in hints)
    return asked


def main():
    server, seed, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    rng = random.Random(seed)
    print(f"seed {seed}")
    scratch, failed = tempfile.TemporaryDirectory(), 0
    client, other = Client([server], CAN), Client([server], CAN)
    for path in sys.argv[4:]:
        path = generated(path, scratch.name) if path.isdigit() else os.path.abspath(path)
        with open(path, encoding="utf-8", newline="") as file:
            first = good = text = Text(file.read())
        client.open(path, text.text)
        client.diagnostics(path, 1)
        for version in range(2, count + 2):
            if text.text != good.text and rng.random() < 0.5:
                change, text = {"text": good.text}, good
            else:
                change, text = text.change(rng)
            if not text.lines():
                change, text = {"text": first.text}, first
            client.change(path, version, change)
            for _ in range(rng.choice([0, 0, 1, 3])): # which look at bodies as if something else stood there, and leave no trace
                line, character = position(text.text, lines_of(text.text), rng.randint(0, len(text.text)))
                client.ask_raw("textDocument/" + rng.choice(["completion", "signatureHelp"]), client.about(path, position=place(line, character)))
            other.open(path, text.text, version)
            said, anew = client.diagnostics(path, version), other.diagnostics(path, version)
            at = rng.randint(0, len(text.text))
            if said == anew and rng.random() < 0.3:
                said, anew = shown(client, path, text.text, at), shown(other, path, text.text, at)
            other.say("textDocument/didClose", other.about(path))
            other.told.pop(uri_of(path))
            if not anew or (good.text == first.text and len(anew) < 3):
                good = text
            if said != anew:
                failed += 1
                print(f"{path}: change {version - 2}, {change}:\n{said}\n{anew}")
                break
        client.say("textDocument/didClose", client.about(path))
        print(f"{path}: {count} changes")
    failed += client.end() != 0
    failed += other.end() != 0
    sys.exit(1 if failed else 0)


main()
