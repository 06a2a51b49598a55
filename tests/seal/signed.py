#!/usr/bin/env python3
"""Who signed what, end to end: what `sipcc` makes and refuses to make, and what the kernels refuse to start.

Usage: signed.py SIPCC SIP_HOSTED FILE.sip SCRATCH
"""
import hashlib
import os
import shutil
import stat
import subprocess
import sys

from tamper import QEMU, RECORD_DIGEST, RECORD_SIZE, Sealed, flip, read, repack, write

GREETING = "hello from"
NOT_SIGNED = "it is not signed, and only what a trusted key signed is started"
STRANGER = "it is signed by a key that is not trusted"
CHANGED = "its signature is not that of the key that it names"
IMAGE_SIGNATURE = slice(56, 56 + 96)  # ImageHeader
SIPCC, HOSTED, SOURCE, SCRATCH = sys.argv[1:5]
failures = count = 0


def expect(what, holds, more=""):
    global failures, count
    count += 1
    if not holds:
        failures += 1
        print(f"not so: {what}\n{more}")


def run(*command):
    result = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=120, cwd=SCRATCH, stdin=subprocess.DEVNULL)
    return result.returncode, result.stdout + result.stderr


def sipcc(code, words, *command):
    got, said = run(SIPCC, *command)
    expect(f"sipcc {' '.join(command)}: exit {code} and `{words}`", got == code and words in said and (code == 0 or GREETING not in said), f"{got}: {said}")
    return said


def hosted(code, words, *command):
    got, said = run(HOSTED, *command)
    expect(f"sip-hosted {' '.join(command)}: exit {code} and `{words}`", got == code and words in said and (code == 0 or GREETING not in said), f"{got}: {said}")


def booted(status, words, path):
    got, said = run(*QEMU, path)
    expect(f"booted {path}: status {status} and `{words}`", got == (status + 1) << 1 | 1 and words in said and (status == 0 or GREETING not in said), f"{got}: {said}")


def at(name):
    return os.path.join(SCRATCH, name)


def keys():
    public = sipcc(0, "", "key", "-q", "a").strip()
    expect("a public key is shown", len(public) == 64 and public in read(at("a.pub")).decode())
    expect("the private key is its owner's alone", stat.S_IMODE(os.stat(at("a.key")).st_mode) == 0o600)
    before = read(at("a.key"))
    sipcc(3, "cannot make a.key: File exists", "key", "a")
    expect("a key is never overwritten", read(at("a.key")) == before)
    shutil.copy(at("a.pub"), at("half.pub"))
    sipcc(3, "cannot make half.pub: File exists", "key", "half")
    expect("no half of a pair is left", not os.path.exists(at("half.key")))
    sipcc(0, "", "key", "-q", "b")
    os.symlink("elsewhere", at("link.key"))
    sipcc(3, "cannot make link.key: File exists", "key", "link")
    shutil.copy(at("a.key"), at("open.key"))
    os.chmod(at("open.key"), 0o640)
    sipcc(3, "others than its owner may use this private key", "build", SOURCE, "--key", "open.key", "-o", "none")
    os.chmod(at("b.pub"), 0o600)
    sipcc(3, "b.pub is no private key", "build", SOURCE, "--key", "b.pub", "-o", "none", "-q")
    sipcc(3, "a.key is no public key", "run", SOURCE, "--trust", "a.key")
    return public


def signing(public):
    sipcc(0, "", "build", "-q", SOURCE, "-o", "plain")
    sipcc(0, "", "build", "-q", SOURCE, "-o", "made", "--key", "a.key")
    shutil.copytree(at("plain"), at("later"))
    sipcc(0, f"signed by {public}", "sign", "later/Hello.sipx", "--key", "a.key")
    expect("signed when it is built or later: the same bytes", read(at("later/Hello.sipx")) == read(at("made/Hello.sipx")))
    plain, signed = read(at("plain/Hello.sipx")), read(at("later/Hello.sipx"))
    differ = [i for i in range(len(plain)) if plain[i] != signed[i]]
    expect("only the place of the signature changes", len(plain) == len(signed) and min(differ) >= len(plain) - 96, str(differ[:3]))
    sipcc(0, "verified", "verify", "later/Hello.sipx")
    sipcc(0, f"signed by {public}", "sign", "--verify", "later/Hello.sipx")
    sipcc(0, f"signed by {public}", "sign", "--verify", "--trust", "b.pub", "--trust", "a.pub", "later/Hello.sipx")
    sipcc(1, STRANGER, "sign", "--verify", "--trust", "b.pub", "later/Hello.sipx")
    sipcc(1, "it is not signed", "sign", "--verify", "plain/Hello.sipx")
    sipcc(2, "one of --key FILE, to sign, and --verify", "sign", "plain/Hello.sipx")
    write(at("text"), b"hello\n")
    sipcc(1, "it is too short for a packed image", "sign", "text", "--key", "a.key")
    # What does not come from its SIR is not signed, however right its digest is.
    sealed = Sealed(plain)
    bad = flip(plain, sealed.regions[".text"][0] + 5)
    zeroed = bad[:sealed.record + RECORD_DIGEST] + bytes(RECORD_SIZE - RECORD_DIGEST)
    bad = bad[:sealed.record + RECORD_DIGEST] + hashlib.sha256(zeroed).digest() + bytes(96)
    write(at("bad.sipx"), bad)
    sipcc(1, "machine code or tables do not come from its SIR", "sign", "bad.sipx", "--key", "a.key")
    expect("and is left alone", read(at("bad.sipx")) == bad)


def starting():
    sipcc(1, NOT_SIGNED, "run", "-q", SOURCE, "--trust", "a.pub")
    sipcc(1, NOT_SIGNED, "image", "-q", SOURCE, "--trust", "a.pub", "-o", "none.elf")
    sipcc(1, STRANGER, "run", "-q", SOURCE, "--trust", "a.pub", "--key", "b.key")
    sipcc(1, "image: " + NOT_SIGNED, "run", "-q", "made/Main.system", "--trust", "a.pub")  # its programs are, its wiring is not
    expect("what would not start is not made", not os.path.exists(at("none.elf")))
    sipcc(0, "hello", "run", "-q", SOURCE, "--trust", "a.pub", "--key", "a.key")
    sipcc(0, "hello", "run", "-q", "made/Main.system", "--trust", "a.pub", "--trust", "b.pub", "--key", "b.key")
    sipcc(0, "hello", "run", "-q", SOURCE, "--key", "a.key")
    sipcc(0, "", "image", "-q", "plain/Main.system", "-o", "plain.elf")
    sipcc(0, "", "image", "-q", "made/Main.system", "-o", "half.elf")
    sipcc(0, "", "image", "-q", "made/Main.system", "-o", "signed.elf", "--key", "a.key", "--trust", "a.pub")
    hosted(0, "hello", "signed.img")
    hosted(0, "hello", "--trust", "a.pub", "signed.img")
    hosted(0, "hello", "--trust", "b.pub", "--trust", "a.pub", "signed.img")
    hosted(3, "refused: image: " + STRANGER, "--trust", "b.pub", "signed.img")
    hosted(3, "refused: image: " + NOT_SIGNED, "--trust", "a.pub", "plain.img")
    hosted(3, "refused: image: " + NOT_SIGNED, "--trust", "a.pub", "half.img")
    sipcc(0, "signed by", "sign", "plain.img", "--key", "a.key")
    hosted(3, "refused: program Hello: " + NOT_SIGNED, "--trust", "a.pub", "plain.img")
    sipcc(1, "program Hello: " + NOT_SIGNED, "sign", "--verify", "--trust", "a.pub", "plain.img")
    sipcc(0, "signed by", "sign", "half.img", "--key", "a.key")
    expect("an image signed when it is made or later: the same bytes", read(at("half.img")) == read(at("signed.img")))
    for arguments in (["--trust"], ["--trust", "a.pub"], ["--trust", "plain.img", "x"], ["--other", "signed.img"]):
        got, said = run(HOSTED, *arguments)
        expect(f"sip-hosted {arguments} is told so", got in (2, 3) and "sip-hosted" in said, f"{got}: {said}")


def changing():
    image, bootable = read(at("signed.img")), read(at("signed.elf"))
    sealed = Sealed(read(at("made/Hello.sipx")))
    inside, embedded = image.index(sealed.data), bootable.index(image)
    record = inside + sealed.record

    def try_hosted(changed, words, *trust):
        write(at("changed.img"), changed)
        hosted(3, words, *trust, "changed.img")

    # Bytes of both signatures and both keys, for kernels that trust somebody and for those that do not ask. (tamper_test.c: each.)
    for trust in ([], ["--trust", "a.pub"]):
        for byte in range(IMAGE_SIGNATURE.start, IMAGE_SIGNATURE.stop, 7):
            try_hosted(flip(image, byte, byte % 8), "refused: image: ", *trust)
        for byte in range(record + 64, record + RECORD_SIZE, 7):
            try_hosted(repack(flip(image, byte, byte % 8)), "refused: ", *trust)
    # Who packs it anew needs a key.
    rewired = repack(image[:4096 - 8] + b"rewired!" + image[4096:])
    try_hosted(rewired, "refused: image: " + CHANGED, "--trust", "a.pub")
    none = bytearray(rewired)
    none[IMAGE_SIGNATURE] = bytes(96)
    try_hosted(bytes(none), "refused: image: " + NOT_SIGNED, "--trust", "a.pub")
    # A program's signature is not an image's.
    moved = bytearray(image)
    moved[IMAGE_SIGNATURE] = sealed.data[-96:]
    try_hosted(bytes(moved), "refused: image: " + CHANGED, "--trust", "a.pub")
    stripped = repack(image[:record + 64] + bytes(96) + image[record + RECORD_SIZE:])
    write(at("stripped.img"), stripped)
    sipcc(0, "signed by", "sign", "stripped.img", "--key", "a.key")
    hosted(3, "refused: program Hello: " + NOT_SIGNED, "--trust", "a.pub", "stripped.img")

    booted(0, "hello", "signed.elf")
    write(at("changed.elf"), bootable[:embedded] + rewired + bootable[embedded + len(rewired):])
    booted(3, "refused: image: " + CHANGED, "changed.elf")
    stripped = read(at("stripped.img"))
    write(at("changed.elf"), bootable[:embedded] + stripped + bootable[embedded + len(stripped):])
    booted(3, "refused: program Hello: " + NOT_SIGNED, "changed.elf")
    place = bootable.index(b"SIPKEYS\x01")
    write(at("changed.elf"), flip(bootable, place + 16))
    booted(3, "refused: image: " + STRANGER, "changed.elf")
    write(at("changed.elf"), flip(bootable, place + 8, 7))
    booted(3, "refused: image: the keys that this kernel trusts are damaged", "changed.elf")


shutil.rmtree(SCRATCH, ignore_errors=True)
os.makedirs(SCRATCH)
SOURCE = os.path.abspath(SOURCE)
signing(keys())
starting()
changing()
print(f"{count - failures} of {count} held")
sys.exit(1 if failures else 0)
