#!/usr/bin/env python3
"""What the language server answers, session by session.

Usage: sessions.py SERVER_COMMAND... [--only NAME]
"""
import json
import os
import sys
import time

from client import CAN, Client, apply_edits, edit, frame, place, run_sessions, uri_of

HELLO = """module hello;
import sip.console;

/// Greets.
sip Hello(Console.imp:Ready out) {
    send out.write(new "hello\\n");
    receive out.ok();
    close(out);
}

system Main {
    sip hello = Hello(out: machine.console);
}
"""
WRONG = HELLO.replace("receive out.ok();", "receive out.okay();")
SMILE = "/* \U0001f600 \u00e9 */ "


def codes(diagnostics):
    return [d["code"] for d in diagnostics]


def starts(client, folder):
    can = client.can["capabilities"]
    assert can["positionEncoding"] == "utf-16" and can["textDocumentSync"]["change"] == 2, can
    assert client.ask_raw("initialize", {"capabilities": {}})["error"]["code"] == -32600
    assert client.ask_raw("no/such", {})["error"]["code"] == -32601
    client.say("no/such", {})
    client.say("$/setTrace", {"value": "off"})
    assert client.ask_raw("textDocument/documentSymbol", client.about("/none.sip"))["error"]["code"] == -32602
    assert client.ask_raw("textDocument/documentSymbol", [1, 2])["error"]["code"] == -32602


def tells(client, folder):
    path = os.path.join(folder, "hello.sip")
    client.open(path, WRONG)
    found = client.diagnostics(path, 1)
    assert found, "the wrong message is not reported"
    assert found[0]["range"]["start"]["line"] == 6 and found[0]["severity"] == 1, found
    assert found[0]["code"].startswith("E") and found[0]["source"] == "sipcc"
    client.change(path, 2, edit((6, 16), (6, 20), "ok"))
    assert client.diagnostics(path, 2) == []
    client.change(path, 3, {"text": WRONG})
    assert codes(client.diagnostics(path, 3)) == codes(found)
    client.say("textDocument/didClose", client.about(path))
    client.ask("workspace/symbol", {"query": ""})
    assert client.told[uri_of(path)] == (None, []), "what is closed is not spoken of any more"


def counts_utf16(client, folder):
    path = os.path.join(folder, "wide.sip")
    client.open(path, WRONG.replace("    receive", "    " + SMILE + "receive"))
    found = client.diagnostics(path, 1)
    column = found[0]["range"]["start"]["character"]
    want = WRONG.split("\n")[6].index("okay") + len(SMILE.encode("utf-16-le")) // 2
    plain = {d["range"]["start"]["character"] for d in found}
    assert want in plain or column >= 4 + len(SMILE.encode("utf-16-le")) // 2, (found, want)
    client.change(path, 2, edit((6, want), (6, want + 4), "ok"))
    assert client.diagnostics(path, 2) == [], "a change behind a character of two units"
    client.change(path, 3, edit((6, 10**9), (10**9, 0), ""))
    assert client.diagnostics(path, 3), "positions behind the end are the end"


def counts_utf8(client, folder):
    assert client.can["capabilities"]["positionEncoding"] == "utf-8"
    path = os.path.join(folder, "wide.sip")
    client.open(path, WRONG.replace("    receive", "    " + SMILE + "receive"))
    client.diagnostics(path, 1)
    at = WRONG.split("\n")[6].index("okay") + len(SMILE.encode())
    client.change(path, 2, edit((6, at), (6, at + 4), "ok"))
    assert client.diagnostics(path, 2) == []


def fixes(client, folder):
    path = os.path.join(folder, "fix.sip")
    text = HELLO.replace("import sip.console;\n", "")
    client.open(path, text)
    found = client.diagnostics(path, 1)
    assert found
    whole = {"start": place(0, 0), "end": place(100, 0)}
    actions = client.ask("textDocument/codeAction", client.about(path, range=whole, context={"diagnostics": found}))
    assert actions and actions[0]["kind"] == "quickfix", (found, actions)
    edits = actions[0]["edit"]["changes"][uri_of(path)]
    fixed = apply_edits(text, edits)
    assert "import sip.console;" in fixed, fixed
    client.change(path, 2, {"text": fixed})
    assert client.diagnostics(path, 2) == []
    only = {"diagnostics": found, "only": ["source.organizeImports"]}
    assert client.ask("textDocument/codeAction", client.about(path, range=whole, context=only)) == []


def lays_out(client, folder):
    path = os.path.join(folder, "layout.sip")
    text = HELLO.replace("    receive out.ok();", "  " + SMILE + "receive   out.ok( );").replace("close(out)", "close( out )")
    client.open(path, text)
    options = {"tabSize": 4, "insertSpaces": True}
    edits = client.ask("textDocument/formatting", client.about(path, options=options))
    assert apply_edits(text, edits) == HELLO.replace("receive", SMILE + "receive"), apply_edits(text, edits)
    lines = {"start": place(7, 0), "end": place(7, 20)}
    edits = client.ask("textDocument/rangeFormatting", client.about(path, range=lines, options=options))
    assert apply_edits(text, edits) == text.replace("close( out )", "close(out)"), edits
    client.change(path, 2, {"text": "fn ( { \n  ???"})
    edits = client.ask("textDocument/formatting", client.about(path, options=options))
    assert "".join(apply_edits("fn ( { \n  ???", edits).split()) == "fn({???"


def lists_symbols(client, folder):
    path = os.path.join(folder, "symbols.sip")
    client.open(path, HELLO + "\npub struct P {\n    i32 x;\n}\n\ni32 P.get(const P* p) {\n    return p->x;\n}\n")
    found = client.ask("textDocument/documentSymbol", client.about(path))
    assert [s["name"] for s in found] == ["Hello", "Main", "P", "P.get"], found
    assert [s["name"] for s in found[2]["children"]] == ["x"]
    assert found[0]["selectionRange"] == {"start": place(4, 4), "end": place(4, 9)}
    assert [s["name"] for s in client.ask("workspace/symbol", {"query": "pg"})] == ["P.get"]


def lists_flat(client, folder):
    path = os.path.join(folder, "flat.sip")
    client.open(path, "pub struct P {\n    i32 x;\n}\n")
    found = client.ask("textDocument/documentSymbol", client.about(path))
    assert [(s["name"], s.get("containerName")) for s in found] == [("P", None), ("x", "P")], found
    assert found[0]["location"]["uri"] == uri_of(path)


def folds(client, folder):
    path = os.path.join(folder, "folds.sip")
    client.open(path, "// one\n// two\n" + HELLO.replace("import sip.console;", "import sip.console;\nimport std.text;"))
    found = {(f["startLine"], f["endLine"], f.get("kind")) for f in client.ask("textDocument/foldingRange", client.about(path))}
    assert (0, 1, "comment") in found and (3, 4, "imports") in found and (7, 11, None) in found, found


def selects(client, folder):
    path = os.path.join(folder, "select.sip")
    client.open(path, HELLO)
    one = client.ask("textDocument/selectionRange", client.about(path, positions=[place(6, 17)]))[0]
    texts = []
    while one:
        start, end = one["range"]["start"], one["range"]["end"]
        if start["line"] == end["line"]:
            texts.append(HELLO.split("\n")[start["line"]][start["character"] : end["character"]])
        one = one.get("parent")
    assert texts[0] == "ok" and "out.ok()" in texts and "receive out.ok();" in texts, texts


NAMES = """module names;
import sip.console;

/// A pair.
pub struct Pair {
    i32 left;
    i32 right = 2;
}

enum Side { near, far }

contract Count {
    in message more(i32 by);
    out message now(i32 sum);
    state Start: more? -> now! -> Start;
}

/// Adds
/// them.
pub i32 Pair.sum(const Pair* p) {
    return p->left + p->right;
}

i32 twice(i32 n) {
    i32 m = n + n;
    return m;
}

pub i32 all(Side side) {
    Pair one = Pair{ .left = 1, .right = twice(4) };
    switch (side) {
    case .near: return one.sum();
    case .far: return one.left + twice(n: 3);
    }
}

sip Ask(Count.imp:Start c) {
    send c.more(2);
    receive c.now(i32 sum);
    _ = sum;
    close(c);
}
"""


def spot(text, word, which=0, inside=None):
    """The place of the n-th time that a word stands in a text, behind `inside`."""
    at = text.index(inside) if inside else 0
    for _ in range(which + 1):
        at = text.index(word, at) + 1
    before = text[: at - 1]
    return place(before.count("\n"), len(before) - before.rfind("\n") - 1)


def goes(client, folder):
    path = os.path.join(folder, "names.sip")
    client.open(path, NAMES)
    assert codes(client.diagnostics(path, 1)) == ["E0603"], client.told

    def target(word, inside, which=0):
        found = client.ask("textDocument/definition", client.about(path, position=spot(NAMES, word, which, inside)))
        assert len(found) == 1, (word, inside, found)
        return found[0]["uri"], found[0]["range"]["start"]

    for word, inside, declared, where in [
        ("Pair", "Pair one", "Pair", "struct Pair"), ("Pair", "Pair{", "Pair", "struct Pair"),
        ("left", ".left = 1", "left", "i32 left"), ("left", "p->left", "left", "i32 left"), ("left", "one.left", "left", "i32 left"),
        ("right", "p->right", "right", "i32 right"), ("twice", "twice(4)", "twice", "i32 twice"), ("sum", "one.sum", "sum", "Pair.sum"),
        ("one", "one.sum", "one", "Pair one"), ("one", "one.left", "one", "Pair one"), ("n", "n + n", "n", "n) {"),
        ("m", "m;", "m", "m = n"), ("near", "case .near", "near", "near, far"), ("more", "c.more", "more", "message more"),
        ("now", "c.now", "now", "message now"), ("sum", "_ = sum", "sum", "i32 sum);\n    _"), ("c", "c.more", "c", "c) {"),
        ("more", "more? ->", "more", "message more"), ("Start", "-> Start", "Start", "state Start"), ("Start", "imp:Start", "Start", "state Start"),
        ("Count", "Count.imp", "Count", "contract Count"), ("Pair", "Pair.sum(", "Pair", "struct Pair"), ("side", "(side)", "side", "side) {"),
    ]:
        assert target(word, inside) == (uri_of(path), spot(NAMES, declared, 0, where)), (word, inside, target(word, inside))
    uri, start = target("console", "import sip.console")
    assert uri.endswith("/sip/console.sip") and start == place(0, 0), uri
    assert client.ask("textDocument/definition", client.about(path, position=place(2, 0))) == []


def refers(client, folder):
    path = os.path.join(folder, "names.sip")
    client.open(path, NAMES)

    def lines(word, inside, declared):
        found = client.ask("textDocument/references", client.about(
            path, position=spot(NAMES, word, 0, inside), context={"includeDeclaration": declared}))
        return [f["range"]["start"]["line"] for f in found]

    assert lines("left", "p->left", True) == [5, 20, 29, 32], lines("left", "p->left", True)
    assert lines("twice", "i32 twice", False) == [29, 32]
    assert lines("n", "n + n", True) == [23, 24, 24]
    marks = client.ask("textDocument/documentHighlight", client.about(path, position=spot(NAMES, "one", 0, "one.sum")))
    assert [(m["range"]["start"]["line"], m["kind"]) for m in marks] == [(29, 3), (31, 1), (32, 1)], marks


def hovers(client, folder):
    path = os.path.join(folder, "names.sip")
    client.open(path, NAMES)

    def card(word, inside):
        found = client.ask("textDocument/hover", client.about(path, position=spot(NAMES, word, 0, inside)))
        return found["contents"]["value"] if found else None

    assert "pub i32 Pair.sum(const Pair* p)" in card("sum", "one.sum") and "Adds\nthem." in card("sum", "one.sum")
    assert "A pair." in card("Pair", "Pair one") and "i32 left;" in card("Pair", "Pair one")
    assert "Pair one" in card("one", "one.sum") and "i32 m" in card("m", "m;")
    assert "in message more(i32 by);" in card("more", "c.more")
    assert "Count.imp:Start c" in card("c", "c.more"), card("c", "c.more")
    assert card("import", "import") is None
    client.change(path, 2, {"text": NAMES.replace("return m;", "return mm;")})
    assert "# E0" in card("m;", "return m"), card("m;", "return m")


def sees_others(client, folder):
    """What is open counts as it is there, for those that import it too."""
    main, lib = os.path.join(folder, "main.sip"), os.path.join(folder, "lib.sip")
    with open(lib, "w", encoding="utf-8") as file:
        file.write("module lib;\npub i32 one() {\n    return 1;\n}\n")
    client.open(main, "module main;\nimport lib;\n\npub i32 two() {\n    return one() + one();\n}\n")
    assert client.diagnostics(main, 1) == []
    client.open(lib, "module lib;\npub i32 uno() {\n    return 1;\n}\n")
    client.diagnostics(lib, 1)
    client.told.pop(uri_of(main))
    assert client.diagnostics(main, 1), "the name is gone"
    client.change(lib, 2, {"text": "module lib;\npub i32 one() {\n    return true;\n}\n"})
    assert client.diagnostics(lib, 2)
    client.say("textDocument/didClose", client.about(lib))
    client.told.pop(uri_of(main))
    assert client.diagnostics(main, 1) == [], "on disk it is right"


def finds_packages(client, folder):
    for name in ["app", "lib"]:
        os.makedirs(os.path.join(folder, name))
    with open(os.path.join(folder, "app", "package.sip"), "w", encoding="utf-8") as file:
        file.write('package app {\n    dependencies = { "../lib" };\n}\n')
    with open(os.path.join(folder, "lib", "far.sip"), "w", encoding="utf-8") as file:
        file.write("module far;\npub i32 one() {\n    return 1;\n}\n")
    path = os.path.join(folder, "app", "app.sip")
    client.open(path, "module app;\nimport far;\n\npub i32 two() {\n    return one() + one();\n}\n")
    assert client.diagnostics(path, 1) == []


def cancels(client, folder):
    path = os.path.join(folder, "cancel.sip")
    client.open(path, HELLO)
    ask = {"jsonrpc": "2.0", "id": "x", "method": "textDocument/documentSymbol", "params": client.about(path)}
    client.put(frame(ask) + frame({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": "x"}}))
    answer = client.answer_to("x")
    assert answer["error"]["code"] == -32800, answer


def long_text(count=500):
    """A program whose check takes a while: many loops."""
    one = "u64 f%d(u64 x) {\n    u64 sum = 0;\n" + "    for (u64 i : 0..x) {\n        if (i %% 3 == 0) sum += i;\n        else sum = sum ^ i;\n    }\n" * 6 + "    return sum;\n}\n"
    return "module long;\n" + "".join(one.replace("%d", str(i)).replace("%%", "%") for i in range(count))


def stops(client, folder):
    """A check that has begun ends when its request is cancelled, or its text has changed."""
    path = os.path.join(folder, "long.sip")
    text = long_text()
    client.open(path, text)
    where = client.about(path, position=place(1, 5))
    number = client.begin("textDocument/hover", where)
    client.read_one(time.monotonic() + 0.02)
    client.say("$/cancelRequest", {"id": number})
    first = client.answer_to(number)
    number = client.begin("textDocument/hover", where)
    client.read_one(time.monotonic() + 0.02)
    client.change(path, 2, edit((0, 0), (0, 0), " "))
    second = client.answer_to(number)
    codes = [a.get("error", {}).get("code") for a in (first, second)]
    # A machine may be fast enough to be done before.
    assert codes[0] in (-32800, None) and codes[1] in (-32801, None) and codes != [None, None], codes
    assert client.diagnostics(path, 2) is not None
    assert "u64 f0" in client.ask("textDocument/hover", where)["contents"]["value"]


def tells_progress(client, folder):
    path = os.path.join(folder, "long.sip")
    client.open(path, long_text(700))
    start = time.monotonic()
    number = client.begin("textDocument/hover", {**client.about(path, position=place(1, 5)), "workDoneToken": "mine"})
    client.answer_to(number)
    client.change(path, 2, edit((0, 0), (0, 0), " "))
    client.diagnostics(path, 2)
    client.ask("workspace/symbol", {"query": "zz"}) # and what came behind it
    took = time.monotonic() - start
    kinds = {}
    for params in client.progress:
        kinds.setdefault(params["token"], []).append(params["value"]["kind"])
    assert all(k == ["begin", "end"] for k in kinds.values()) and (kinds or took < 3), (took, kinds)
    assert set(client.created) >= set(kinds) - {"mine"}, (client.created, kinds)


def is_asked(client, folder):
    """Diagnostics that the client asks for."""
    assert client.can["capabilities"]["diagnosticProvider"]["interFileDependencies"]
    path, lib = os.path.join(folder, "asked.sip"), os.path.join(folder, "lib.sip")
    with open(lib, "w", encoding="utf-8") as file:
        file.write("module lib;\npub i32 one() {\n    return true;\n}\n")
    client.open(path, WRONG)
    report = client.ask("textDocument/diagnostic", client.about(path))
    assert report["kind"] == "full" and codes(report["items"]) and not client.told, report
    again = client.ask("textDocument/diagnostic", client.about(path, previousResultId=report["resultId"]))
    assert again == {"kind": "unchanged", "resultId": report["resultId"]}
    client.change(path, 2, {"text": HELLO.replace("import sip.console;", "import sip.console;\nimport lib;")})
    report = client.ask("textDocument/diagnostic", client.about(path, previousResultId=report["resultId"]))
    others = report["relatedDocuments"][uri_of(lib)]
    assert report["kind"] == "full" and codes(others["items"]), report
    assert client.ask_raw("textDocument/diagnostic", {})["error"]["code"] == -32602
    client.say("workspace/didChangeWatchedFiles", {"changes": []})
    client.ask("workspace/symbol", {"query": ""})
    assert client.refreshed == 1


def watches(client, folder):
    """Files that others change: the client is asked to tell of them, and what has seen them is looked at again."""
    path, lib = os.path.join(folder, "main.sip"), os.path.join(folder, "lib.sip")
    client.open(path, HELLO)
    assert client.diagnostics(path, 1) == []
    (asked,) = client.registered
    assert asked["method"] == "workspace/didChangeWatchedFiles" and asked["registerOptions"] == {"watchers": [{"globPattern": "**/*.sip"}]}, asked
    client.change(path, 2, {"text": HELLO.replace("import sip.console;", "import sip.console;\nimport lib;")})
    assert codes(client.diagnostics(path, 2)) == ["E0257"], client.diagnostics(path, 2)
    before = client.count[uri_of(path)]
    with open(lib, "w", encoding="utf-8") as file:
        file.write("module lib;\npub i32 one() {\n    return 1;\n}\n")
    client.say("workspace/didChangeWatchedFiles", {"changes": [{"uri": uri_of(lib), "type": 1}]})
    end = time.monotonic() + 60
    while client.count[uri_of(path)] == before:
        assert client.read_one(end), "the file is there now"
    assert "E0257" not in codes(client.diagnostics(path, 2)), client.diagnostics(path, 2)


def edits_versions(client, folder):
    """Edits say which version of a document they are about, where the client knows that."""
    path = os.path.join(folder, "fix.sip")
    client.open(path, HELLO.replace("import sip.console;\n", ""), 4)
    actions = client.ask("textDocument/codeAction", client.about(path, range={"start": place(0, 0), "end": place(99, 0)}, context={"diagnostics": []}))
    (change,) = actions[0]["edit"]["documentChanges"]
    assert change["textDocument"] == {"uri": uri_of(path), "version": 4} and change["edits"], change


def goes_on(client, folder):
    """What is written into one function is shown, and what is shown of the others keeps its place."""
    path = os.path.join(folder, "on.sip")
    text = "module on;\n\nu32 first(u32 n) {\n    return n;\n}\n\npub u32 second(u32 n) {\n    return first(n) + 1;\n}\n"
    client.open(path, text)
    assert client.diagnostics(path, 1) == []
    where = lambda t, word, inside: client.ask("textDocument/definition", client.about(path, position=spot(t, word, 0, inside)))[0]["range"]["start"]
    assert where(text, "first", "return first") == spot(text, "first", 0, "u32 first")
    version = 1
    for line in ["    u32 more = n;\n", "    u32 more = missing;\n", "    u32 more = \n", "    u32 more = n * 2; // and a long remark, longer than the room that there is behind a function\n"]:
        version += 1
        now = text.replace("u32 n) {\n    return n;", "u32 n) {\n" + line + "    return n;")
        client.change(path, version, {"text": now})
        said = client.diagnostics(path, version)
        assert said and all(2 <= d["range"]["start"]["line"] <= 5 for d in said), said
        if "= \n" not in line:
            assert where(now, "first", "return first") == spot(now, "first", 0, "u32 first")
    client.change(path, version + 1, {"text": text})
    assert client.diagnostics(path, version + 1) == []


def takes_halves(client, folder):
    """Half of a surrogate pair is no character, but the message that brings it is one."""
    path = os.path.join(folder, "half.sip")
    body = json.dumps({"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {
        "textDocument": {"uri": uri_of(path), "languageId": "sip", "version": 1, "text": HELLO + "// HERE \\ \\\\u"}}})
    for half in ["\\ud83d", "\\ude00", "\\ude00\\ud83d", "\\ud83d\\ud83d\\ude00", "\\ud83dx"]:
        client.put(frame(body.replace("HERE", half).encode()))
        client.diagnostics(path, 1)
        client.told.clear()
    found = client.ask("textDocument/hover", client.about(path, position=spot(HELLO, "Hello", 0, "sip Hello")))
    assert "sip Hello" in found["contents"]["value"]


def debounces(client, folder):
    path = os.path.join(folder, "fast.sip")
    client.open(path, HELLO)
    client.diagnostics(path, 1)
    before = client.count[uri_of(path)]
    client.put(b"".join(
        frame({"jsonrpc": "2.0", "method": "textDocument/didChange", "params": {
            "textDocument": {"uri": uri_of(path), "version": i}, "contentChanges": [edit((0, 0), (0, 0), " ")]}})
        for i in range(2, 202)))
    client.diagnostics(path, 201)
    assert client.count[uri_of(path)] == before + 1, "one check for what came at once"


def survives(client, folder):
    """Bytes from anybody."""
    path = os.path.join(folder, "odd.sip")
    client.put(frame(b"{"))
    client.put(frame(b"[]") + frame(b"7") + frame(b'"x"') + frame(b"{}") + frame(b'{"method": 7}'))
    client.put(frame(b"\xff\xfe") + frame(b'{"id": 1.5, "method": "x"}') + frame(b""))
    client.put(b"Content-Length: nothing\r\n\r\nX-Other: 1\r\ncontent-length:   2\r\n\r\n{}")
    client.put(b"Content-Length: 99999999999999999999\r\n\r\n")
    client.put(b"\0" * 10000)
    client.put(b"[" * 5000 + frame(b"[" * 5000))
    for text in ["", "\0", "\ufeffmodule x;\n", "\u202e", "\r\r\n\n", "{" * 3000, "(" * 3000, "/*", '"', "sip"]:
        client.open(path, text)
        for method in ["documentSymbol", "foldingRange", "formatting"]:
            client.ask("textDocument/" + method, client.about(path, options={}))
        client.ask("textDocument/selectionRange", client.about(path, positions=[place(0, 0), place(9, 9), {}, place(-1, -1)]))
    for params in [None, [], {}, {"textDocument": 7}, {"textDocument": {"uri": uri_of(path)}, "contentChanges": [1, {"text": 2}, {"range": 3, "text": "x"}]}]:
        for method in ["didOpen", "didChange", "didClose", "didSave"]:
            if not (method == "didClose" and isinstance(params, dict) and params.get("contentChanges")):
                client.say("textDocument/" + method, params)
    client.open("untitled", HELLO)
    client.open(path, HELLO, 9)
    assert client.diagnostics(path, 9) == []


SESSIONS = [starts, tells, counts_utf16, counts_utf8, fixes, lays_out, lists_symbols, lists_flat, folds, selects, goes, refers, hovers, sees_others, finds_packages,
            cancels, stops, tells_progress, is_asked, watches, edits_versions, goes_on, takes_halves, debounces, survives]
OTHER = {
    "counts_utf8": {**CAN, "general": {"positionEncodings": ["utf-8", "utf-16"]}},
    "lists_flat": {},
    "tells_progress": {**CAN, "window": {"workDoneProgress": True}},
    "watches": {**CAN, "workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}},
    "edits_versions": {**CAN, "workspace": {"workspaceEdit": {"documentChanges": True}}},
    "is_asked": {**CAN, "textDocument": {**CAN["textDocument"], "diagnostic": {}}, "workspace": {"diagnostics": {"refreshSupport": True}}},
}


def exits(command):
    client = Client(command + ["--stdio", "--clientProcessId=1", "--some-flag"])
    assert client.end() == 0, "shutdown, exit: 0"
    client = Client(command)
    client.say("exit", None)
    assert client.process.wait(60) == 1, "exit alone: 1"
    client = Client(command)
    client.process.stdin.close()
    assert client.process.wait(60) == 1, "the client is gone: 1"
    client = Client(command, start=False)
    assert client.ask_raw("textDocument/hover", {})["error"]["code"] == -32002
    client.say("textDocument/didOpen", {})
    client.ask("initialize", {"capabilities": {}})
    client.ask("shutdown", None)
    assert client.ask_raw("textDocument/hover", {})["error"]["code"] == -32600
    client.say("exit", None)
    assert client.process.wait(60) == 0


def main():
    failed, command = run_sessions(SESSIONS, lambda session: OTHER.get(session.__name__))
    if command:
        exits(command)
        print("exits: right")
    sys.exit(1 if failed else 0)


main()
