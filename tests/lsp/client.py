"""A client that speaks the language server protocol: bytes out, messages in."""
import json
import os
import select
import subprocess
import sys
import tempfile
import time
import urllib.parse

import schema

CAN = {
    "general": {"positionEncodings": ["utf-16"]},
    "textDocument": {
        "publishDiagnostics": {"relatedInformation": True, "versionSupport": True},
        "documentSymbol": {"hierarchicalDocumentSymbolSupport": True},
        "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}}},
        "hover": {"contentFormat": ["markdown", "plaintext"]},
    },
}


def uri_of(path):
    return "file://" + urllib.parse.quote(path)


def frame(message):
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


class Client:
    def __init__(self, command, can=None, start=True, patience=120, strict=True):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.bytes, self.number, self.patience = b"", 0, patience
        self.told, self.answers = {}, {}  # uri -> (version, diagnostics), how often; id -> message
        self.count = {}
        self.asked = {}  # id -> method; what comes is checked against schema.json where `strict`
        self.strict = strict
        self.progress, self.created, self.refreshed, self.registered = [], [], 0, []
        self.can = None
        if start:
            self.can = self.ask("initialize", {"processId": os.getpid(), "rootUri": None, "capabilities": CAN if can is None else can})
            self.say("initialized", {})

    def put(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def say(self, method, params):
        self.put(frame({"jsonrpc": "2.0", "method": method, "params": params}))

    def begin(self, method, params):
        self.number += 1
        self.asked[self.number] = method
        self.put(frame({"jsonrpc": "2.0", "id": self.number, "method": method, "params": params}))
        return self.number

    def ask_raw(self, method, params):
        number = self.begin(method, params)
        return self.answer_to(number)

    def ask(self, method, params):
        answer = self.ask_raw(method, params)
        assert "error" not in answer, f"{method}: {answer['error']}"
        return answer["result"]

    def answer_to(self, number):
        end = time.monotonic() + self.patience
        while number not in self.answers:
            assert self.read_one(end), f"no answer to {number}"
        return self.answers.pop(number)

    def read_one(self, end):
        """Takes one message; false when none comes in time."""
        while True:
            head, found, rest = self.bytes.partition(b"\r\n\r\n")
            if found:
                length = int(head.split(b":")[1])
                if len(rest) >= length:
                    self.bytes = rest[length:]
                    self.take(json.loads(rest[:length]))
                    return True
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                return False
            more = os.read(self.process.stdout.fileno(), 1 << 16)
            if not more:
                return False
            self.bytes += more

    def read_one_of(self, number, seconds):
        """Takes messages until that answer is there; false when it does not come in time."""
        end = time.monotonic() + seconds
        while number not in self.answers:
            if not self.read_one(end):
                return False
        return True

    def take(self, message):
        assert message["jsonrpc"] == "2.0"
        self.check(message)
        if "method" not in message:
            self.answers[message["id"]] = message
        elif "id" in message:
            self.put(frame({"jsonrpc": "2.0", "id": message["id"], "result": None}))
            if message["method"] == "window/workDoneProgress/create":
                self.created.append(message["params"]["token"])
            if message["method"] == "client/registerCapability":
                self.registered += message["params"]["registrations"]
            self.refreshed += message["method"] == "workspace/diagnostic/refresh"
        elif message["method"] == "$/progress":
            self.progress.append(message["params"])
        elif message["method"] == "textDocument/publishDiagnostics":
            params = message["params"]
            self.told[params["uri"]] = (params.get("version"), params["diagnostics"])
            self.count[params["uri"]] = self.count.get(params["uri"], 0) + 1

    def check(self, message):
        if not self.strict:
            return
        if "method" in message:
            schema.check(message["method"], message.get("params"))
        elif "error" in message:
            assert set(message["error"]) <= {"code", "message", "data"} and isinstance(message["error"]["code"], int) and "result" not in message, message
        else:
            assert set(message) == {"jsonrpc", "id", "result"}, message
            if message["id"] in self.asked:
                schema.check(self.asked.pop(message["id"]), message["result"])

    def open(self, path, text, version=1):
        self.say("textDocument/didOpen", {"textDocument": {"uri": uri_of(path), "languageId": "sip", "version": version, "text": text}})

    def change(self, path, version, *changes):
        self.say("textDocument/didChange", {"textDocument": {"uri": uri_of(path), "version": version}, "contentChanges": list(changes)})

    def diagnostics(self, path, version, patience=None):
        end = time.monotonic() + (patience or self.patience)
        while self.told.get(uri_of(path), (None,))[0] != version:
            assert self.read_one(end), f"nothing was said about version {version}"
        return self.told[uri_of(path)][1]

    def about(self, path, **more):
        return {"textDocument": {"uri": uri_of(path)}, **more}

    def end(self):
        """Says goodbye; gives the exit code."""
        self.ask("shutdown", None)
        self.say("exit", None)
        return self.process.wait(self.patience)

    def kill(self):
        self.process.kill()
        self.process.wait()


def edit(start, end, text):
    return {"range": {"start": {"line": start[0], "character": start[1]}, "end": {"line": end[0], "character": end[1]}}, "text": text}


def place(line, character):
    return {"line": line, "character": character}


def apply_edits(text, edits):
    """The text with edits made whose ranges are in UTF-16 units."""
    lines = text.split("\n")

    def offset(position):
        line = lines[position["line"]]
        return sum(len(l) + 1 for l in lines[: position["line"]]) + len(line.encode("utf-16-le")[: 2 * position["character"]].decode("utf-16-le"))

    for one in sorted(edits, key=lambda e: (e["range"]["start"]["line"], e["range"]["start"]["character"]), reverse=True):
        start, end = offset(one["range"]["start"]), offset(one["range"]["end"])
        text = text[:start] + one["newText"] + text[end:]
    return text


def run_sessions(sessions, capabilities):
    """Each in a folder and with a server of its own; the command line is `COMMAND... [--only NAME]`. What is not right is printed; how many, and what was not `--only`."""
    words = sys.argv[1:]
    only = words[words.index("--only") + 1] if "--only" in words else None
    command = words[: words.index("--only")] if only else words
    failed = 0
    for session in sessions:
        if only and session.__name__ != only:
            continue
        with tempfile.TemporaryDirectory() as folder:
            client = Client(command, capabilities(session))
            try:
                session(client, folder)
                assert client.end() == 0, "exit code"
                print(f"{session.__name__}: right")
            except (AssertionError, OSError, KeyError, IndexError, ValueError, TypeError) as error:
                failed += 1
                print(f"{session.__name__}: {type(error).__name__}: {error}")
                client.kill()
    return failed, None if only else command
