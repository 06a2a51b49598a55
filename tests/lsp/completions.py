#!/usr/bin/env python3
"""What is offered while somebody writes: each case is a program with the cursor at `|`, and what must be in the list, or must not.

Usage: completions.py SERVER_COMMAND...
"""
import os
import sys
import tempfile

from client import CAN, Client, apply_edits, place

HEAD = """module it;
import sip.console;

/// A pair.
struct Pair {
    u32 left;
    own u8[..] right;
}

/// Adds them.
u32 Pair.sum(const Pair* p, u32 more) {
    return p->left + more;
}

enum Shape { dot, circle(u32 r), box(u32 w, u32 h) }

contract Talk {
    in message ask(u32 n);
    in message done();
    out message answer(u32 n, own str text);
    out message refused();
    state Start: one {
        done? -> end;
        ask? -> (answer! -> Start or refused! -> Start);
    }
}

const usize most = 3;

u32 twice(u32 n) {
    return n + n;
}

"""

# (name, program behind HEAD, labels that must be there, labels that must not)
CASES = [
    ("fields and functions", "void f(Pair pair) {\n    pair.|\n}\n", ["left", "right", "sum"], ["dot", "twice", "if"]),
    ("of a borrow", "void f(Pair* pair) {\n    u32 x = 1;\n    pair->l|\n    x = 2;\n}\n", ["left"], ["twice"]),
    ("in the middle of a call", "u32 f(Pair pair) {\n    return twice(pair.|\n}\n", ["left", "sum"], ["twice"]),
    ("behind an index", "void f(Pair[] pairs) {\n    for (usize i : 0..3) {\n        if (pairs[i].|\n    }\n}\n", ["left", "sum"], ["len"]),
    ("a slice", "void f(const u8[] bytes) {\n    bytes.|\n}\n", ["len", "get", "sub"], ["push", "left"]),
    ("a growable", "void f(Pair pair) {\n    pair.right.|\n}\n", ["push", "pop", "len", "seal"], ["left"]),
    ("a text", "void f(str s) {\n    usize n = s.|;\n}\n", ["len", "bytes"], ["push"]),
    ("a bound optional", "void f(const Pair*? maybe) {\n    if (const Pair* found = maybe) found->|\n}\n", ["left", "sum"], []),
    ("in a case", "u32 f(Shape* s, Pair pair) {\n    switch (*s) {\n    case .dot: return pair.|\n    }\n}\n", ["left"], ["circle"]),
    ("in a closure", "void each(ref fn void(Pair*) visit) {\n}\nvoid f() {\n    each(fn (p) { p->|\n}\n", ["left", "sum"], []),
    ("variants of an enum", "Shape f() {\n    return Shape.|;\n}\n", ["dot", "circle", "box"], ["left"]),
    ("variants that are wanted", "Shape f() {\n    return .|\n}\n", ["dot", "circle", "box"], ["left"]),
    ("variants for a local", "void f() {\n    Shape s = .|\n}\n", ["dot", "circle"], ["left"]),
    ("variants of a switch", "void f(Shape s) {\n    switch (s) {\n    case |\n    }\n}\n", ["dot", "circle", "box"], ["left"]),
    ("variants behind a dot", "void f(Shape s) {\n    switch (s) {\n    case .dot: return;\n    case .c|\n    }\n}\n", ["circle"], ["left"]),
    ("fields of a literal", "void f() {\n    Pair p = Pair{ .left = 1, .|\n}\n", ["left", "right"], ["dot"]),
    ("fields that are wanted", "void f() {\n    Pair p = { .|\n}\n", ["left", "right"], ["dot"]),
    ("locals and names", "void f(u32 first) {\n    u32 second = 1;\n    { u32 hidden = 2; }\n    |\n}\n",
     ["first", "second", "twice", "Pair", "if", "send", "most", "console"], ["hidden", "left", "case"]),
    ("a letter", "void f(u32 first) {\n    u32 second = twice(f|);\n}\n", ["first"], ["second", "twice"]),
    ("a half-written name", "void f(u32 first) {\n    fi|\n    u32 x = 1;\n}\n", ["first"], ["x"]),
    ("what it sends", "void f(Talk.imp:Start end) {\n    send end.|\n}\n", ["ask", "done"], ["answer", "refused"]),
    ("what comes", "void f(Talk.imp:Start end) {\n    send end.ask(1);\n    receive end.|\n}\n", ["answer", "refused"], ["ask", "done"]),
    ("not while it waits", "void f(Talk.imp:Start end) {\n    send end.ask(1);\n    send end.|\n}\n", [], ["ask", "done", "answer"]),
    ("what comes as a case", "void f(Talk.imp:Start end) {\n    send end.ask(1);\n    switch receive {\n    case end.|\n    }\n}\n", ["answer", "refused"], ["ask"]),
    ("cases that can come", "void f(Talk.imp:Start end) {\n    send end.ask(1);\n    switch receive {\n    case |\n    }\n}\n",
     ["answer", "refused", "closed(end)", "timeout"], ["ask"]),
    ("a switch that is opened", "void f(Talk.exp:Start end) {\n    switch receive {|\n}\n", ["ask", "done", "case", "default"], ["answer"]),
    ("behind a case", "void f(Talk.exp:Start end) {\n    switch receive {\n    case end.ask(u32 n):\n        send end.|\n    }\n}\n", ["answer", "refused"], ["ask", "done"]),
    ("the server's side", "sip S(Talk.exp:Start end) {\n    receive end.|\n}\n", ["ask", "done"], ["answer"]),
    ("behind a borrow of an end", "void f(Talk.imp:Start* end) {\n    send end.|\n}\n", ["ask", "done"], ["answer"]),
    ("states", "void f(Console.imp:|) {\n}\n", ["Ready"], ["Start"]),
    ("ends", "void f(Console.|) {\n}\n", ["imp", "exp"], ["Ready"]),
    ("modules", "import std.c|\n", ["cmp"], ["sip.console"]),
    ("names of a module", "void f(console.|) {\n}\n", ["Console"], ["Pair"]),
    ("declarations", "|\n", ["struct", "enum", "contract", "sip", "pub", "import"], ["if", "send", "case"]),
    ("in a contract", "contract Other {\n    |\n}\n", ["in", "out", "state"], ["if", "sip"]),
    ("not in a comment", "void f() {\n    // Pair.|\n}\n", [], ["left", "twice"]),
    ("not in a text", "void f() {\n    str s = \"Pair.|\";\n}\n", [], ["left", "twice"]),
    ("in a text with parts", "void f(Pair pair) {\n    say($\"{pair.|\");\n}\n", ["left"], ["twice"]),
    ("not where a name is made up", "void f() {\n    Pair p|\n}\n", [], ["Pair", "twice"]),
    ("a brace is missing", "void g(Pair pair) {\n    if (pair.left > 1) {\n\nvoid f(Pair pair) {\n    pair.|\n}\n", ["left", "sum"], []),
    ("what follows is broken", "void f(Pair pair) {\n    pair.|\n}\nvoid g( {\n    ???\n}\n", ["left", "sum"], []),
    ("limits of numbers", "void f() {\n    u32 n = u32.|;\n}\n", ["max", "min"], ["left"]),
]


def at_mark(text):
    at = text.index("|")
    before = text[:at]
    return text[:at] + text[at + 1 :], place(before.count("\n"), len(before) - before.rfind("\n") - 1)


def complete(client, path, version, text):
    program, position = at_mark(text)
    if version == 1:
        client.open(path, program)
    else:
        client.change(path, version, {"text": program})
    answer = client.ask("textDocument/completion", client.about(path, position=position))
    return program, answer["items"]


def check_cases(client, path):
    failed = 0
    for number, (name, text, wanted, unwanted) in enumerate(CASES, 1):
        _, items = complete(client, path, number, HEAD + text)
        labels = [i["label"] for i in items]
        missing = [w for w in wanted if w not in labels]
        too_many = [u for u in unwanted if u in labels]
        if missing or too_many or len(set(labels)) < len(labels) - 12:
            failed += 1
            print(f"{name}: missing {missing}, not wanted {too_many}, of {labels[:40]}")
    return failed


def inserted(program, item):
    edits = [item["textEdit"]] + item.get("additionalTextEdits", [])
    return apply_edits(program, edits)


def check_edits(client, path):
    program, items = complete(client, path, 1001, HEAD + "void f(Pair* pair) {\n    pair.le|\n}\n")
    assert "pair->left" in inserted(program, next(i for i in items if i["label"] == "left"))
    program, items = complete(client, path, 1002, HEAD + "u64 f(u64 a, u64 b) {\n    return mi|\n}\n")
    found = next(i for i in items if i["label"] == "min" and "additionalTextEdits" in i)
    text = inserted(program, found)
    assert "import sip.console;\nimport std.cmp;\n" in text and "return min" in text, text
    program, items = complete(client, path, 1003, HEAD + "u32 f() {\n    return tw|\n}\n")
    item = next(i for i in items if i["label"] == "twice")
    assert "insertTextFormat" not in item and "return twice\n" in inserted(program, item), "snippets were not announced"
    program, items = complete(client, path, 1004, HEAD + "u32 f(Pair pair) {\n    return pair.s|\n}\n")
    item = client.ask("completionItem/resolve", next(i for i in items if i["label"] == "sum"))
    assert item["documentation"]["value"] == "Adds them.\n" and "const Pair* p, u32 more" in item["detail"], item
    program, items = complete(client, path, 1005, HEAD + "u32 f(Pair pair) {\n    return 0;\n}\nPa|\n")
    item = client.ask("completionItem/resolve", next(i for i in items if i["label"] == "Pair"))
    assert item["documentation"]["value"] == "A pair.\n", item
    assert client.ask_raw("completionItem/resolve", [])["error"]["code"] == -32602
    client.ask("completionItem/resolve", {"label": "x", "data": {"path": 7, "at": -1}})
    client.ask("completionItem/resolve", {"label": "x", "data": {"path": "/", "at": 1 << 60}})


def check_snippets(client, path):
    program, items = complete(client, path, 1, HEAD + "u32 f(Pair pair) {\n    return pair.s|\n}\n")
    item = next(i for i in items if i["label"] == "sum")
    assert item["insertTextFormat"] == 2 and item["textEdit"]["newText"] == "sum(${1:more})", item
    program, items = complete(client, path, 2, HEAD + "u32 f(Pair pair) {\n    return pair.s|(1);\n}\n")
    assert next(i for i in items if i["label"] == "sum")["textEdit"]["newText"] == "sum", "the bracket is there"
    program, items = complete(client, path, 3, HEAD + "void f(Talk.imp:Start end) {\n    send end.a|\n}\n")
    assert items[0]["textEdit"]["newText"] == "ask(${1:n});", items


def main():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "it.sip")
        client = Client(sys.argv[1:], CAN)
        failed = check_cases(client, path)
        check_edits(client, path)
        failed += client.end() != 0
        document = {**CAN["textDocument"], "completion": {"completionItem": {"snippetSupport": True}}}
        client = Client(sys.argv[1:], {**CAN, "textDocument": document})
        check_snippets(client, path)
        failed += client.end() != 0
    print(f"{len(CASES)} places, {failed} wrong")
    sys.exit(1 if failed else 0)


main()
