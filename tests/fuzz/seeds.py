#!/usr/bin/env python3
"""Makes the seed corpora, a folder each below OUT, from the programs in the repository.

Usage: seeds.py SIPCC SIR_TO_BINARY REPOSITORY OUT
"""
import glob
import hashlib
import os
import re
import shutil
import subprocess
import sys

TARGETS = ["source", "program", "sir_text", "sir_binary", "verify", "code", "sealed", "image", "wiring"]
MOST_BYTES = 64 * 1024  # larger seeds only make each try slower


def put(out, target, data):
    if len(data) <= MOST_BYTES:
        with open(os.path.join(out, target, hashlib.sha1(data).hexdigest()), "wb") as file:
            file.write(data)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def sip_sources(repository):
    for pattern in ["examples/*/*.sip", "stdlib/**/*.sip", "contracts/channels/*.sip", "tests/ui/**/*.sip", "tests/run/*/*.sip", "grammar/test/programs/*.sip"]:
        yield from sorted(glob.glob(os.path.join(repository, pattern), recursive=True))
    for page in sorted(glob.glob(os.path.join(repository, "compiler/diag/errors/*.md")) + glob.glob(os.path.join(repository, "docs/*.md"))):
        for block in re.finditer(rb"^```sip\n(.*?)^```", read(page), re.M | re.S):
            yield block.group(1)


def main():
    sipcc, sir_to_binary, repository, out = sys.argv[1:5]
    shutil.rmtree(out, ignore_errors=True)
    for folder in TARGETS + ["built"]:
        os.makedirs(os.path.join(out, folder))
    built = os.path.join(out, "built")

    for source in sip_sources(repository):
        data = source if isinstance(source, bytes) else read(source)
        put(out, "source", data)
        put(out, "program", data)

    for example in sorted(glob.glob(os.path.join(repository, "examples/*/*.sip"))):
        subprocess.run([sipcc, "build", "-q", "--deadlock", "off", "-o", built, example], check=True)
        system = re.search(rb"^system (\w+)", read(example), re.M).group(1).decode()
        image = os.path.join(built, "image.elf")
        subprocess.run([sipcc, "image", "-q", "--deadlock", "off", "-o", image, os.path.join(built, system + ".system")], check=True)
        put(out, "image", read(os.path.join(built, "image.img")))
        put(out, "wiring", read(os.path.join(built, system + ".system")))
        for sip in re.findall(rb"^sip (\w+)", read(example), re.M):
            text = subprocess.run([sipcc, "emit", "--sir", "--sip", sip.decode(), example], check=True, capture_output=True).stdout
            with open(os.path.join(built, sip.decode() + ".sir"), "wb") as file:
                file.write(text)
    for sealed in glob.glob(os.path.join(built, "*.sipx")):
        put(out, "sealed", read(sealed))

    for sir in sorted(glob.glob(os.path.join(repository, "tests/**/*.sir"), recursive=True) + glob.glob(os.path.join(built, "*.sir"))):
        put(out, "sir_text", read(sir))
        binary = os.path.join(built, "binary")
        if subprocess.run([sir_to_binary, sir, binary], capture_output=True).returncode == 0:
            put(out, "sir_binary", read(binary))
            put(out, "verify", read(binary))
            put(out, "code", read(binary))


main()
