#!/usr/bin/env python3
"""Compares contracts/abi/served.def with the digests that sipcc gives to the contracts of that name.

Usage: served.py SIPCC SERVED.def
"""
import re
import struct
import subprocess
import sys
import tempfile

SOURCE = """module served;
{imports}
sip All({params}) {{ {closes} }}
"""


def digests(path):
    with open(path, "rb") as file:
        data = file.read()
    manifest = data[data.index(b"SIPMANI\1"):]
    offset, count = struct.unpack_from("<II", manifest, 64)
    for row in range(count):
        at = offset + row * 64
        name, length = struct.unpack_from("<II", manifest, at)
        yield manifest[name:name + length].decode(), manifest[at + 8:at + 40].hex()


def main():
    sipcc, table = sys.argv[1:]
    with open(table) as file:
        rows = re.findall(r'^SERVED\((\w+), *"([\w.]+)", *"([0-9a-f]{64})"\)', file.read(), re.M)
    modules = sorted({contract.rpartition(".")[0] for _, contract, _ in rows})
    names = [contract.rpartition(".")[2] for _, contract, _ in rows]
    text = SOURCE.format(
        imports="\n".join(f"import {module};" for module in modules),
        params=", ".join(f"{name}.imp p{i}" for i, name in enumerate(names)),
        closes=" ".join(f"close(p{i});" for i in range(len(names))))
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/served.sip", "w") as file:
            file.write(text)
        subprocess.run([sipcc, "build", "-q", f"{folder}/served.sip", "-o", folder], check=True)
        made = dict(digests(f"{folder}/All.sipx"))
    wrong = 0
    for name, contract, digest in rows:
        is_digest = made.get(contract.rpartition(".")[2])
        if is_digest != digest:
            print(f"SERVED({name}): {contract} is {is_digest}, the table says {digest}")
            wrong += 1
    print(f"{len(rows)} contracts compared")
    return wrong > 0 or not rows


sys.exit(main())
