#!/usr/bin/env python3
"""What lies in a cache. Usage: entries.py FOLDER COUNT [--spoil | --lie | --at-once SIPCC SOURCE EXPECTED]

Fails unless there are COUNT entries. --spoil tears one, changes a byte of another, and exchanges the rest. --lie writes an
attacker's entry: machine code changed, digests made anew. --at-once fills the cache by several processes first."""
import hashlib
import os
import struct
import subprocess
import sys

HEAD = 80  # magic, key, digest, size


def paths(folder):
    return sorted(os.path.join(folder, name) for name in os.listdir(folder)) if os.path.isdir(folder) else []


def read(path):
    with open(path, "rb") as file:
        return file.read()


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)


def spoil(files):
    data = [read(path) for path in files]
    write(files[0], data[0][:-100])
    changed = bytearray(data[1])
    changed[len(changed) // 2] ^= 1
    write(files[1], changed)
    for path, other in zip(files[2:], reversed(data[2:])):
        write(path, other)


def sealed_again(data):
    """A bit of the code changed, and the seal's digest made right again: of the file, with digest and signature as zero."""
    record = data.rindex(b"SIPSEAL\1")
    code = data.index(b"\x55\x48\x89\xe5")  # push rbp; mov rbp, rsp: where a function begins
    data = data[:code] + bytes([data[code] ^ 8]) + data[code + 1:]
    digest = hashlib.sha256(data[:record + 32] + bytes(128) + data[record + 160:]).digest()
    return data[:record + 32] + digest + data[record + 64:]


def lie(files):
    for path in files:
        entry = read(path)
        changed = sealed_again(entry[HEAD:])
        write(path, entry[:40] + hashlib.sha256(changed).digest() + struct.pack("<Q", len(changed)) + changed)


def at_once(folder, sipcc, source, expected):
    outs = [f"{folder}-{i}" for i in range(4)]
    runs = [subprocess.Popen([sipcc, "build", "-q", "--cache-dir", folder, "-o", out, source]) for out in outs]
    if any(run.wait() != 0 for run in runs):
        sys.exit("a build failed")
    if any(read(os.path.join(out, os.path.basename(expected))) != read(expected) for out in outs):
        sys.exit("not all are the same")


def main():
    folder, count = sys.argv[1], int(sys.argv[2])
    what = sys.argv[3] if len(sys.argv) > 3 else None
    if what == "--at-once":
        at_once(folder, *sys.argv[4:])
    files = paths(folder)
    if len(files) != count:
        sys.exit(f"{len(files)} entries: {files}")
    if what == "--spoil":
        spoil(files)
    elif what == "--lie":
        lie(files)


main()
