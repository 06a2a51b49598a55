#!/usr/bin/env python3
"""Messages that nobody should send, between some that somebody does: the server answers what makes sense, and stays.

Usage: fuzz.py SERVER SEED COUNT FILE
"""
import copy
import json
import random
import sys

from client import CAN, Client, frame, uri_of

ODD = [None, True, 0, -1, 1 << 31, 1 << 62, -(1 << 62), 0.5, "", "\0", "\ud800", "file:///", "file:///%00", "x" * 3000, [], {}, [[]], {"line": -1, "character": 1 << 40},
       {"start": {}, "end": None}, [{}], {"": {}}]


def messages(path, text, number):
    lines = text.count("\n")
    here = {"line": number % (lines + 1), "character": number % 30}
    about = {"textDocument": {"uri": uri_of(path)}}
    span = {"range": {"start": here, "end": {"line": here["line"] + 3, "character": 0}}}
    for method in ["hover", "definition", "typeDefinition", "implementation", "references", "documentHighlight", "completion", "signatureHelp", "prepareRename", "prepareCallHierarchy"]:
        yield "textDocument/" + method, {**about, "position": here, "context": {"includeDeclaration": True}}
    for method in ["documentSymbol", "foldingRange", "codeLens", "documentLink", "semanticTokens/full", "diagnostic"]:
        yield "textDocument/" + method, about
    for method in ["inlayHint", "semanticTokens/range", "codeAction", "rangeFormatting"]:
        yield "textDocument/" + method, {**about, **span, "context": {"diagnostics": []}, "options": {"tabSize": 4}}
    yield "textDocument/rename", {**about, "position": here, "newName": "renamed"}
    yield "textDocument/selectionRange", {**about, "positions": [here, here]}
    yield "textDocument/semanticTokens/full/delta", {**about, "previousResultId": "1"}
    yield "textDocument/formatting", {**about, "options": {}}
    yield "workspace/symbol", {"query": "a"}
    yield "completionItem/resolve", {"label": "x", "data": {"path": path, "at": number}}
    yield "callHierarchy/incomingCalls", {"item": {"name": "f", "kind": 12, "uri": uri_of(path), **span, "selectionRange": span["range"]}}
    yield "textDocument/didOpen", {"textDocument": {"uri": uri_of(path), "languageId": "sip", "version": number, "text": text}}
    yield "textDocument/didChange", {"textDocument": {"uri": uri_of(path), "version": number}, "contentChanges": [{**span, "text": "u32 x = "}]}
    yield "textDocument/didClose", about
    yield "$/cancelRequest", {"id": number}
    yield "workspace/didChangeWatchedFiles", {"changes": []}


def spoil(rng, value):
    """Something in it becomes something else."""
    value = copy.deepcopy(value)
    holders = []

    def walk(one):
        if isinstance(one, dict):
            holders.extend((one, key) for key in one)
            for part in one.values():
                walk(part)
        elif isinstance(one, list):
            holders.extend((one, row) for row in range(len(one)))
            for part in one:
                walk(part)

    walk(value)
    if not holders:
        return rng.choice(ODD)
    holder, key = rng.choice(holders)
    if rng.random() < 0.3:
        del holder[key]
    else:
        holder[key] = rng.choice(ODD)
    return value


def spoil_bytes(rng, data):
    data = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(data))
        if rng.random() < 0.5:
            data[at] = rng.randrange(256)
        else:
            del data[at : at + rng.randint(1, 20)]
    return bytes(data)


def main():
    server, seed, count, path = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    rng = random.Random(seed)
    print(f"seed {seed}")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    client = Client([server], CAN, strict=False)
    client.take = lambda message: client.answers.update({message["id"]: message}) if "method" not in message and isinstance(message.get("id"), int) else None
    for number in range(1, count + 1):
        method, params = rng.choice(list(messages(path, text, number)))
        message = {"jsonrpc": "2.0", "method": method, "params": params}
        if not method.startswith(("textDocument/did", "$/", "workspace/did")):
            message["id"] = 100000 + number
        for _ in range(rng.choice([0, 1, 1, 2, 4])):
            message = spoil(rng, message)
        data = frame(json.dumps(message).encode())
        client.put(spoil_bytes(rng, data) if rng.random() < 0.05 else data)
        if number % 50 == 0:  # it still answers; a header that lies about the length swallows what follows
            for _ in range(60):
                asked = client.begin("workspace/symbol", {"query": "a" * 4000})
                if client.read_one_of(asked, 1 + count // 50):
                    break
            else:
                sys.exit(f"after {number} messages nothing is answered")
    fresh = client.begin("textDocument/didClose", {"textDocument": {"uri": uri_of(path)}})
    client.read_one_of(fresh, 5)
    client.strict = True
    del client.take
    assert client.end() == 0, "exit code"
    print(f"{count} messages")


main()
