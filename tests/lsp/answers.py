#!/usr/bin/env python3
"""What is shown of a program, and what is done with it: colours, hints, arguments, names that change, what belongs to what.

Usage: answers.py SERVER_COMMAND... [--only NAME]
"""
import json
import os
import sys

from client import CAN, apply_edits, place, run_sessions, uri_of

TALK = """module talk;

/// Questions.
pub contract Talk {
    in message ask(u32 n);
    in message done();
    out message answer(u32 n);
    state Start: one {
        done? -> end;
        ask? -> answer! -> Start;
    }
}

pub interface Sized { usize size(const Self* x); }

/// Twice as much.
pub u32 twice(u32 number) {
    return number + number;
}
"""
MAIN = """module main;
import talk;

struct Box : Sized { own u8[] bytes; }

usize Box.size(const Box* x) {
    return x->bytes.len;
}

usize eat(Box box, u32 times) {
    return box.bytes.len * times;
}

sip Server(Talk.exp:Start end) {
    while (true) {
        switch receive {
        case end.done(): return;
        case end.ask(u32 n): send end.answer(twice(n));
        case closed(end): return;
        }
    }
}

sip Client(Talk.imp:Start end) {
    auto box = Box{ new u8[4] };
    Box other = { new u8[4] };
    usize length = box.size() + eat(box, 2);
    send end.ask((u32)length);
    receive end.answer(u32 n);
    assert(n > 0);
    send end.done();
}

system Both {
    sip server = Server(end: offered);
    sip client = Client(end: server.end);
}

test "twice" {
    assert(twice(2) == 4);
}
"""


def spot(text, word, inside=None, which=0):
    at = text.index(inside) if inside else 0
    for _ in range(which + 1):
        at = text.index(word, at) + 1
    before = text[: at - 1]
    return place(before.count("\n"), len(before) - before.rfind("\n") - 1)


class Two:
    """The two files, on disk and open."""

    def __init__(self, client, folder, main=MAIN):
        self.client, self.path, self.talk = client, os.path.join(folder, "main.sip"), os.path.join(folder, "talk.sip")
        for path, text in [(self.path, main), (self.talk, TALK)]:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        client.open(self.path, main)
        errors = [d for d in client.diagnostics(self.path, 1) if d["severity"] == 1]
        assert not errors, errors

    def ask(self, method, word, inside=None, path=None, text=MAIN, which=0, **more):
        position = spot(text, word, inside, which)
        return self.client.ask("textDocument/" + method, self.client.about(path or self.path, position=position, **more))


def decode(legend, data, text):
    lines, line, character, found = text.split("\n"), 0, 0, []
    for i in range(0, len(data), 5):
        if data[i]:
            line, character = line + data[i], 0
        character += data[i + 1]
        word = lines[line][character : character + data[i + 2]]
        more = [m for bit, m in enumerate(legend["tokenModifiers"]) if data[i + 4] >> bit & 1]
        found.append((word, legend["tokenTypes"][data[i + 3]], more))
    return found


def apply_numbers(data, edits):
    for one in sorted(edits, key=lambda e: -e["start"]):
        data = data[: one["start"]] + one.get("data", []) + data[one["start"] + one["deleteCount"] :]
    return data


def colors(client, folder):
    two = Two(client, folder)
    legend = client.can["capabilities"]["semanticTokensProvider"]["legend"]
    full = client.ask("textDocument/semanticTokens/full", client.about(two.path))
    found = decode(legend, full["data"], MAIN)
    for wanted in [("twice", "function", []), ("bytes", "property", []), ("Talk", "interface", []), ("answer", "event", []), ("Box", "type", ["declaration"]),
                   ("size", "method", []), ("box", "variable", ["consuming"]), ("n", "parameter", []), ("talk", "namespace", [])]:
        same = [f for f in found if f[0] == wanted[0] and set(wanted[2]) <= set(f[2])]
        assert any(f[1] == wanted[1] for f in same) or (wanted[0] == "n" and same), (wanted, same)
    lines = {"start": place(13, 0), "end": place(22, 0)}
    part = decode(legend, client.ask("textDocument/semanticTokens/range", client.about(two.path, range=lines))["data"], MAIN)
    assert ("Server", "class", ["declaration"]) in part and all(p[0] != "Client" for p in part), part
    client.change(two.path, 2, {"text": MAIN.replace("length", "size")})
    delta = client.ask("textDocument/semanticTokens/full/delta", client.about(two.path, previousResultId=full["resultId"]))
    anew = client.ask("textDocument/semanticTokens/full", client.about(two.path))
    assert apply_numbers(full["data"], delta["edits"]) == anew["data"] and len(json.dumps(delta)) < len(json.dumps(anew)), delta
    assert "data" in client.ask("textDocument/semanticTokens/full/delta", client.about(two.path, previousResultId="x"))


def hints(client, folder):
    two = Two(client, folder)
    whole = {"start": place(0, 0), "end": place(1000, 0)}
    found = client.ask("textDocument/inlayHint", client.about(two.path, range=whole))

    def at(word, inside):
        wanted = spot(MAIN, word, inside)
        return [h["label"] for h in found if h["position"] == wanted]

    assert ": Box" in at(" = Box{", "auto box"), found
    assert "move" in at("box, 2)", "eat(box"), found
    labels = [h["label"] for h in found if h["position"]["line"] == spot(MAIN, "send end.ask")["line"]]
    assert "end: Start.ask" in labels, found
    labels = [h["label"] for h in found if h["position"]["line"] == spot(MAIN, "receive end.answer")["line"]]
    assert "end: Start" in labels, labels
    assert any(h["label"].startswith("drop") and "other" in h["label"] for h in found), [h["label"] for h in found]
    few = client.ask("textDocument/inlayHint", client.about(two.path, range={"start": place(0, 0), "end": place(9, 0)}))
    assert len(few) < len(found) and all(h["position"]["line"] <= 9 for h in few)


def arguments(client, folder):
    two = Two(client, folder)

    def help_in(statement, shown="|"):
        text = MAIN.replace("    assert(n > 0);", "    " + statement.replace(shown, ""))
        client.change(two.path, help_in.version, {"text": text})
        help_in.version += 1
        position = spot(text, statement.replace(shown, "").split("\n")[0])
        position["character"] += statement.index(shown)
        return client.ask("textDocument/signatureHelp", client.about(two.path, position=position))

    help_in.version = 2
    found = help_in("twice(|")
    assert found["signatures"][0]["label"] == "u32 twice(u32 number)" and found["activeParameter"] == 0, found
    assert found["signatures"][0]["documentation"]["value"] == "Twice as much.\n"
    start, end = found["signatures"][0]["parameters"][0]["label"]
    assert found["signatures"][0]["label"][start:end] == "u32 number"
    assert help_in("eat(Box{ new u8[4] }, |")["activeParameter"] == 1
    assert help_in("usize x = other.size(|);")["signatures"][0]["label"] == "usize Box.size(const Box* x)"
    assert help_in("send end.ask(|")["signatures"][0]["label"] == "ask(u32 n)"
    assert help_in("usize z = replace(&other, |")["activeParameter"] == 1
    assert help_in("if (|") is None and help_in("twice(1);|") is None and help_in("// twice(|") is None


def renames(client, folder):
    two = Two(client, folder)
    new = lambda word, inside, name, path=None, text=MAIN: client.ask_raw(
        "textDocument/rename", client.about(path or two.path, position=spot(text, word, inside), newName=name))
    assert two.ask("prepareRename", "length", "usize length") == {"start": spot(MAIN, "length", "usize length"), "end": spot(MAIN, " = box.size")}
    assert two.ask("prepareRename", "while", "while") is None
    changes = new("length", "usize length", "count")["result"]["changes"]
    assert list(changes) == [uri_of(two.path)]
    assert apply_edits(MAIN, changes[uri_of(two.path)]) == MAIN.replace("usize length", "usize count").replace("(u32)length", "(u32)count")
    changes = new("twice", "answer(twice", "doubled")["result"]["changes"]
    assert apply_edits(MAIN, changes[uri_of(two.path)]) == MAIN.replace("twice(", "doubled("), changes
    assert apply_edits(TALK, changes[uri_of(two.talk)]) == TALK.replace("twice(", "doubled("), "a file that is not open"
    client.open(two.talk, TALK)
    changes = new("answer", "out message answer", "reply", two.talk, TALK)["result"]["changes"]
    assert apply_edits(MAIN, changes[uri_of(two.path)]) == MAIN.replace("end.answer", "end.reply"), changes
    for word, inside, name in [("length", "usize length", "other"), ("length", "usize length", "while"), ("length", "usize length", "1x"), ("length", "usize length", ""),
                               ("twice", "answer(twice", "eat"), ("size", "Box.size", "large"), ("bytes", "own u8[] bytes", "size")]:
        answer = new(word, inside, name)
        if (word, name) != ("bytes", "size"):
            assert answer.get("error", {}).get("code") == -32803, (word, name, answer)
    assert new("length", "usize length", "length")["result"] == {"changes": {}}


def relations(client, folder):
    two = Two(client, folder)
    where = lambda found: [(os.path.basename(f["uri"]), f["range"]["start"]) for f in found]
    assert where(two.ask("typeDefinition", "other", "Box other")) == [("main.sip", spot(MAIN, "Box", "struct Box"))]
    assert where(two.ask("typeDefinition", "end.ask", "send end.ask")) == [("talk.sip", spot(TALK, "Talk", "contract Talk"))]
    assert where(two.ask("implementation", "Talk", "sip Server(Talk")) == [("main.sip", spot(MAIN, "Server"))]
    client.open(two.talk, TALK)
    assert where(two.ask("implementation", "Sized", path=two.talk, text=TALK)) == [("main.sip", spot(MAIN, "Box"))]
    assert where(two.ask("implementation", "Talk", "contract Talk", path=two.talk, text=TALK)) == [("main.sip", spot(MAIN, "Server"))]
    item = two.ask("prepareCallHierarchy", "twice", "answer(twice")[0]
    assert item["name"] == "twice" and item["uri"] == uri_of(two.talk)
    calls = client.ask("callHierarchy/incomingCalls", {"item": item})
    assert sorted(c["from"]["name"] for c in calls) == ["Server", "test"], calls
    item = two.ask("prepareCallHierarchy", "Client", "sip Client")[0]
    calls = client.ask("callHierarchy/outgoingCalls", {"item": item})
    assert sorted(c["to"]["name"] for c in calls) == ["eat", "size"], calls
    assert all(c["fromRanges"] for c in calls)
    assert client.ask_raw("callHierarchy/incomingCalls", {})["error"]["code"] == -32602
    links = client.ask("textDocument/documentLink", client.about(two.path))
    assert [(l["range"]["start"], l["target"]) for l in links] == [(place(1, 7), uri_of(two.talk))], links


def lenses(client, folder):
    two = Two(client, folder)
    found = client.ask("textDocument/codeLens", client.about(two.path))
    commands = [(l["command"]["command"], l["command"]["arguments"]) for l in found]
    assert ("sip.run", [uri_of(two.path), "Both"]) in commands and ("sip.test", [uri_of(two.path), "twice"]) in commands, commands
    client.open(two.talk, TALK)
    found = client.ask("textDocument/codeLens", client.about(two.talk))
    assert [l["command"]["command"] for l in found] == ["sip.showStateMachine"]


def states(client, folder):
    two = Two(client, folder)
    card = lambda word, inside: two.ask("hover", word, inside)["contents"]["value"]
    assert "`end` is in state `Start`: it may send" in card("end.ask", "send end.ask") and "`ask`" in card("end.ask", "send end.ask"), card("end.ask", "send end.ask")
    assert "`end` is in state `Start.ask`: it waits for `answer`" in card("end.answer", "receive end.answer"), card("end.answer", "receive end.answer")
    assert "It moves away here" in card("box", "eat(box"), card("box", "eat(box")
    lent = "module lent;\nu32 f() {\n    u32[4] all = {};\n    u32[] part = all[1..];\n    u32 n = part[0];\n    return n;\n}\n"
    path = os.path.join(folder, "lent.sip")
    client.open(path, lent.replace("u32 n = part[0];", "all[0] = 1;\n    u32 n = part[0];"))
    client.open(path, lent)
    value = client.ask("textDocument/hover", client.about(path, position=spot(lent, "part", "= part[0]")))["contents"]["value"]
    assert "A borrow." in value, value


SESSIONS = [colors, hints, arguments, renames, relations, lenses, states]


RENAMING = {**CAN, "textDocument": {**CAN["textDocument"], "rename": {"prepareSupport": True}}}

if __name__ == "__main__":
    failed, _ = run_sessions(SESSIONS, lambda session: RENAMING)
    sys.exit(1 if failed else 0)
