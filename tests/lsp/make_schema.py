#!/usr/bin/env python3
"""Makes schema.json: what the protocol says of each message that the server sends, from the declarations of its types.

Usage: make_schema.py NODE_MODULES > schema.json

NODE_MODULES holds the npm package vscode-languageserver-protocol (3.17.5): `npm install vscode-languageserver-protocol@3.17.5`. Of TypeScript
it reads what the declarations use: interfaces, aliases, unions, arrays, tuples, literals, objects, and parameters of types.
"""
import glob
import json
import os
import re
import sys

# What is sent: results by the method of the request, parameters by that of the notification or request.
SENT = {
    "initialize": "InitializeResult", "shutdown": "null", "textDocument/hover": "Hover | null", "textDocument/completion": "CompletionList", "completionItem/resolve": "CompletionItem",
    "textDocument/signatureHelp": "SignatureHelp | null", "textDocument/definition": "Location[]", "textDocument/typeDefinition": "Location[]",
    "textDocument/implementation": "Location[]", "textDocument/references": "Location[]", "textDocument/documentHighlight": "DocumentHighlight[]",
    "textDocument/documentSymbol": "DocumentSymbol[] | SymbolInformation[]", "workspace/symbol": "SymbolInformation[]", "textDocument/codeAction": "CodeAction[]",
    "textDocument/codeLens": "CodeLens[]", "textDocument/documentLink": "DocumentLink[]", "textDocument/formatting": "TextEdit[]",
    "textDocument/rangeFormatting": "TextEdit[]", "textDocument/foldingRange": "FoldingRange[]", "textDocument/selectionRange": "SelectionRange[]",
    "textDocument/prepareRename": "Range | null", "textDocument/rename": "WorkspaceEdit", "textDocument/inlayHint": "InlayHint[]",
    "textDocument/semanticTokens/full": "SemanticTokens", "textDocument/semanticTokens/range": "SemanticTokens",
    "textDocument/semanticTokens/full/delta": "SemanticTokens | SemanticTokensDelta", "textDocument/prepareCallHierarchy": "CallHierarchyItem[] | null",
    "callHierarchy/incomingCalls": "CallHierarchyIncomingCall[]", "callHierarchy/outgoingCalls": "CallHierarchyOutgoingCall[]",
    "textDocument/diagnostic": "DocumentDiagnosticReport", "textDocument/publishDiagnostics": "PublishDiagnosticsParams",
    "window/workDoneProgress/create": "WorkDoneProgressCreateParams", "workspace/diagnostic/refresh": "undefined", "client/registerCapability": "RegistrationParams",
    "$/progress": "{ token: ProgressToken; value: WorkDoneProgressBegin | WorkDoneProgressReport | WorkDoneProgressEnd; }",
}
SIMPLE = {
    "string": {"type": "string"}, "number": {"type": "number"}, "boolean": {"type": "boolean"}, "null": {"type": "null"}, "undefined": {"type": "null"},
    "any": {}, "unknown": {}, "object": {"type": "object"}, "true": {"const": True}, "false": {"const": False},
    "integer": {"type": "integer"}, "uinteger": {"type": "integer", "minimum": 0}, "decimal": {"type": "number"},
}


class Reader:
    """Types, read word by word."""

    def __init__(self, text):
        self.words = re.findall(r"'[^']*'|\"[^\"]*\"|[\w$.]+|=>|[^\s\w]", text)
        self.at = 0

    def peek(self):
        return self.words[self.at] if self.at < len(self.words) else ""

    def take(self, word=None):
        found = self.peek()
        if word and found != word:
            raise ValueError(f"{word} is wanted, there is {' '.join(self.words[self.at - 3 : self.at + 8])}")
        self.at += 1
        return found

    def union(self):
        if self.peek() == "|":
            self.take()
        parts = [self.joined()]
        while self.peek() == "|":
            self.take()
            parts.append(self.joined())
        return parts[0] if len(parts) == 1 else {"anyOf": parts}

    def joined(self):
        parts = [self.suffixed()]
        while self.peek() == "&":
            self.take()
            parts.append(self.suffixed())
        return parts[0] if len(parts) == 1 else {"allOf": parts}

    def suffixed(self):
        one = self.single()
        while self.peek() == "[":
            self.take()
            self.take("]")
            one = {"type": "array", "items": one}
        return one

    def single(self):
        word = self.take()
        if word == "(":
            one = self.union()
            self.take(")")
            return one
        if word == "{":
            return self.members()
        if word == "[":
            parts = []
            while self.peek() != "]":
                parts.append(self.union())
                if self.peek() == ",":
                    self.take()
            self.take("]")
            return {"type": "array", "items": parts, "minItems": len(parts), "maxItems": len(parts)}
        if word[0] in "'\"":
            return {"const": word[1:-1]}
        if re.fullmatch(r"-?\d+", word):
            return {"const": int(word)}
        if word == "-":
            return {"const": -int(self.take())}
        if word == "typeof":
            self.take()
            return {}
        if self.peek() == "<":
            self.skip_parameters()
        return dict(SIMPLE[word]) if word in SIMPLE else {"$ref": "#/definitions/" + word}

    def skip_parameters(self):
        depth = 0
        while True:
            depth += {"<": 1, ">": -1}.get(self.take(), 0)
            if depth == 0:
                return

    def members(self):
        """What stands in braces; the first has been taken."""
        made = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
        while self.peek() != "}":
            if self.peek() == "readonly":
                self.take()
            name = self.take()
            if name == "[":
                while self.take() != "]":
                    pass
                self.take(":")
                made["additionalProperties"] = self.union()
            else:
                name = name.strip("'\"")
                optional = self.peek() == "?"
                if optional:
                    self.take()
                if self.peek() == "(":
                    raise ValueError("a function")
                self.take(":")
                made["properties"][name] = self.union()
                if not optional:
                    made["required"].append(name)
            if self.peek() in (";", ","):
                self.take()
        self.take("}")
        return made


def declarations(modules):
    files = [os.path.join(modules, "vscode-languageserver-types", "lib", "umd", "main.d.ts")]
    files += sorted(glob.glob(os.path.join(modules, "vscode-languageserver-protocol", "lib", "common", "protocol*.d.ts")))
    files += [os.path.join(modules, "vscode-jsonrpc", "lib", "common", "connection.d.ts")]
    interfaces, aliases = {}, {}
    for path in files:
        with open(path, encoding="utf-8") as file:
            text = re.sub(r"/\*.*?\*/|//[^\n]*", "", file.read(), flags=re.S)
        for found in re.finditer(r"(?:export )?(?:declare )?interface (\w+)(<[^{]*?>)?(?: extends ([^{]+))? \{", text):
            interfaces.setdefault(found.group(1), (found.group(3), text[found.end() :]))
        for found in re.finditer(r"(?:export )?(?:declare )?type (\w+)(?:<[^=]*?>)? = ", text):
            aliases.setdefault(found.group(1), text[found.end() :])
    return interfaces, aliases


def main():
    interfaces, aliases = declarations(sys.argv[1])
    made = {}

    def define(name):
        if name in made:
            return made[name]
        made[name] = {}
        short = name.split(".")[-1]
        if short in interfaces:
            bases, body = interfaces[short]
            made[name] = Reader(body).members()
            for base in re.findall(r"\w+", re.sub(r"<[^>]*>", "", bases or "")):
                more = dict(define(base))
                made[name]["properties"] = {**more.get("properties", {}), **made[name]["properties"]}
                made[name]["required"] = sorted({*more.get("required", []), *made[name]["required"]})
        elif short in aliases:
            made[name] = merge(Reader(aliases[short]).union())
        elif not (len(short) == 1 or short == "any"):  # a parameter is anything
            raise ValueError(f"there is no type {name}")
        follow(made[name])
        return made[name]

    def merge(schema):
        """One object for several that hold together."""
        parts = [define(p["$ref"].split("/")[-1]) if "$ref" in p else p for p in schema.get("allOf", [])]
        if not parts or not all("properties" in p for p in parts):
            return schema
        whole = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
        for part in parts:
            whole["properties"].update(part["properties"])
            whole["required"] = sorted({*whole["required"], *part["required"]})
        return whole

    def follow(schema):
        if isinstance(schema, dict):
            if "$ref" in schema:
                define(schema["$ref"].split("/")[-1])
            for part in schema.values():
                follow(part)
        elif isinstance(schema, list):
            for part in schema:
                follow(part)

    sent = {method: Reader(text).union() for method, text in SENT.items()}
    follow(sent)
    json.dump({"$schema": "http://json-schema.org/draft-07/schema#", "title": "what sip-lsp sends, by method", "properties": sent, "definitions": made}, sys.stdout, separators=(",", ":"), sort_keys=True)
    print()


main()
