#!/usr/bin/env python3
"""Changed binaries end to end: what the kernels refuse to start, and what `sipcc` refuses to trust.

Usage: tamper.py SIPCC SIP_HOSTED FILE.sip SCRATCH

A packed image holds each sealed binary as it is, so a change is made there, with as many digests made right again as the
attacker of each case can: the image's own, the seal's, the one in the image's table.
"""
import hashlib
import os
import shutil
import struct
import subprocess
import sys

RECORD_DIGEST, RECORD_SIZE = 32, 160  # SealRecord: digest at 32, then key and signature
IMAGE_DIGEST = 24                     # ImageHeader
QEMU = ["qemu-system-x86_64", "-accel", "tcg", "-cpu", "max", "-M", "q35", "-m", "256M", "-nodefaults", "-display", "none", "-serial", "stdio",
        "-no-reboot", "-device", "isa-debug-exit,iobase=0x501,iosize=1", "-kernel"]
failures = 0
count = 0


def expect(what, holds, more=""):
    global failures, count
    count += 1
    if not holds:
        failures += 1
        print(f"not so: {what}\n{more}")


# --- the formats -----------------------------------------------------------------------------------------------------


class Sealed:
    """Where the parts of a sealed binary lie."""

    def __init__(self, data):
        self.data = data
        shoff, = struct.unpack_from("<Q", data, 40)
        phoff, = struct.unpack_from("<Q", data, 32)
        phnum, = struct.unpack_from("<H", data, 56)
        shnum, shstrndx = struct.unpack_from("<HH", data, 60)
        rows = [struct.unpack_from("<IIQQQQIIQQ", data, shoff + 64 * i) for i in range(shnum)]
        names = rows[shstrndx][4]
        self.regions = {"ELF header": (0, 64), "program headers": (phoff, 56 * phnum), "section headers": (shoff, 64 * shnum)}
        for row in rows[1:]:
            if row[1] != 8 and row[5]:
                name = data[names + row[0]:data.index(b"\0", names + row[0])].decode()
                self.regions[name] = (row[4], row[5])
        used = bytearray(len(data))
        for at, size in self.regions.values():
            used[at:at + size] = b"\1" * size
        hole = used.find(b"\0")
        self.regions["padding"] = (hole, 1)
        self.record = self.regions[".sip.seal"][0]


def flip(data, at, bit=3):
    return data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1:]


def reseal(data, record):
    zeroed = data[:record + RECORD_DIGEST] + bytes(RECORD_SIZE - RECORD_DIGEST) + data[record + RECORD_SIZE:]
    digest = hashlib.sha256(zeroed).digest()
    return data[:record + RECORD_DIGEST] + digest + data[record + RECORD_DIGEST + 32:]


def repack(image):
    zeroed = image[:IMAGE_DIGEST] + bytes(32 + 96) + image[IMAGE_DIGEST + 32 + 96:]
    return image[:IMAGE_DIGEST] + hashlib.sha256(zeroed).digest() + image[IMAGE_DIGEST + 32:]


def older(sealed):
    """As an older sipcc made it: the manifest's ABI is the third word behind its magic."""
    at = sealed.regions[".sip.manifest"][0] + 16
    abi, = struct.unpack_from("<I", sealed.data, at)
    return sealed.data[:at] + struct.pack("<I", abi - 1) + sealed.data[at + 4:]


def sections_of(sealed):
    return {name: place for name, place in sealed.regions.items() if name.startswith(".")}


# --- running -----------------------------------------------------------------------------------------------------------


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=120)


def write(path, data):
    with open(path, "wb") as out:
        out.write(data)
    return path


def read(path):
    with open(path, "rb") as file:
        return file.read()


def refused_hosted(hosted, scratch, what, image, words):
    result = run(hosted, write(os.path.join(scratch, "changed.img"), image))
    said = result.stdout + result.stderr
    expect(f"hosted, {what}: status 3 and `{words}`", result.returncode == 3 and words in said and "hello" not in said, f"{result.returncode}: {said}")


def refused_booted(scratch, what, bootable, words):
    result = run(*QEMU, write(os.path.join(scratch, "changed.elf"), bootable))
    said = result.stdout + result.stderr
    expect(f"booted, {what}: status 3 and `{words}`", result.returncode == (3 + 1) << 1 | 1 and words in said and "hello" not in said, f"{result.returncode}: {said}")


def refused_sipcc(sipcc, folder, what, data, words):
    path = write(os.path.join(folder, "Hello.sipx"), data)
    for command in [["verify", path], ["image", "-o", os.path.join(folder, "out.elf"), os.path.join(folder, "Main.system")],
                    ["run", "-q", os.path.join(folder, "Main.system")]]:
        result = run(sipcc, *command)
        expect(f"sipcc {command[0]}, {what}: exit 1 and `{words}`", result.returncode == 1 and words in result.stderr and "hello" not in result.stdout,
               f"{result.returncode}: {result.stdout}{result.stderr}")


# --- cases -------------------------------------------------------------------------------------------------------------


def images(sipcc, hosted, scratch):
    built = os.path.join(scratch, "built")
    sealed = Sealed(read(os.path.join(built, "Hello.sipx")))
    result = run(sipcc, "image", "-q", "-o", os.path.join(scratch, "hello.elf"), os.path.join(built, "Main.system"))
    expect("the untouched system is packed", result.returncode == 0, result.stderr)
    image, bootable = read(os.path.join(scratch, "hello.img")), read(os.path.join(scratch, "hello.elf"))
    inside, embedded = image.index(sealed.data), bootable.index(image)
    result = run(hosted, os.path.join(scratch, "hello.img"))
    expect("the untouched system runs", result.returncode == 0 and "hello" in result.stdout, result.stdout + result.stderr)

    def with_program(data):
        return image[:inside] + data + image[inside + len(data):]

    # A flip in each part of the binary, the image's digest made right again.
    for name, (at, size) in sorted(sealed.regions.items()):
        at = at + size // 2
        changed = with_program(flip(sealed.data, at))
        words = "refused: program Hello: it was changed after it was sealed" if name in (".text", ".debug_info", "padding", ".symtab") else "refused: program Hello: "
        refused_hosted(hosted, scratch, f"a flip in {name}", repack(changed), words)

    text = sealed.regions[".text"]
    code = flip(sealed.data, text[0] + text[1] // 2)
    resealed = with_program(reseal(code, sealed.record))
    refused_hosted(hosted, scratch, "a flip, image not repacked", with_program(code), "refused: image: it was changed after it was packed")
    refused_hosted(hosted, scratch, "a resealed change", repack(resealed), "its digest is not the one in the image's table")
    old = reseal(older(sealed), sealed.record)
    digest = slice(sealed.record + RECORD_DIGEST, sealed.record + RECORD_DIGEST + 32)
    old_image = with_program(old).replace(sealed.data[digest], old[digest])
    refused_hosted(hosted, scratch, "made for an older kernel", repack(old_image), "refused: program Hello: it is made for an older kernel ABI")
    # The one who packs an image is believed: so it is seen that code which the CPU refuses ends its process, and nothing else.
    start, size = text
    ended = reseal(sealed.data[:start] + b"\x0f\x0b" * (size // 2) + sealed.data[start + size // 2 * 2:], sealed.record)
    ended_image = repack(with_program(ended).replace(sealed.data[digest], ended[digest]))
    result = run(hosted, write(os.path.join(scratch, "ended.img"), ended_image))
    ends = ["fault: hello: illegal instruction", "ledger: hello: 0 blocks, 0 endpoints, 0 pages left"]
    expect("hosted, an instruction that the CPU refuses ends the process", all(line in result.stdout for line in ends), f"{result.returncode}: {result.stdout}{result.stderr}")
    for length in [0, 1, 63, 64, 127, 128, len(image) // 2, len(image) - 1]:
        refused_hosted(hosted, scratch, f"an image of {length} bytes", image[:length], "refused: image: ")

    def boot(changed):
        return bootable[:embedded] + changed + bootable[embedded + len(changed):]

    result = run(*QEMU, write(os.path.join(scratch, "ended.elf"), boot(ended_image)))
    expect("booted, an instruction that the CPU refuses ends the process", all(line in result.stdout for line in ends), f"{result.returncode}: {result.stdout}{result.stderr}")
    refused_booted(scratch, "a flip in .text", boot(repack(with_program(code))), "refused: program Hello: it was changed after it was sealed")
    refused_booted(scratch, "a resealed change", boot(repack(resealed)), "its digest is not the one in the image's table")
    refused_booted(scratch, "made for an older kernel", boot(repack(old_image)), "refused: program Hello: it is made for an older kernel ABI")
    refused_booted(scratch, "a flip, image not repacked", boot(with_program(code)), "refused: image: it was changed after it was packed")


# The digest is right in all of these; what is inside does not come from the SIR inside.
def trust(sipcc, scratch):
    folder = os.path.join(scratch, "trust")
    shutil.copytree(os.path.join(scratch, "built"), folder)
    sealed = Sealed(read(os.path.join(folder, "Hello.sipx")))
    not_from_sir = "machine code or tables do not come from its SIR"

    def changed(name, offset=None, bit=0):
        at, size = sealed.regions[name]
        return reseal(flip(sealed.data, at + (size // 2 if offset is None else offset), bit), sealed.record)

    text = sealed.data[sealed.regions[".text"][0]:][:sealed.regions[".text"][1]]
    traps = text.find(b"\x0f\x0b")  # ud2: where a test ends the process
    refused_sipcc(sipcc, folder, "the digest is wrong", flip(sealed.data, sealed.regions[".text"][0]), "its bytes do not match its digest")
    refused_sipcc(sipcc, folder, "machine code", changed(".text"), not_from_sir)
    refused_sipcc(sipcc, folder, "a test that was taken out", reseal(
        sealed.data.replace(text, text[:traps] + b"\x90\x90" + text[traps + 2:], 1) if traps >= 0 else flip(sealed.data, sealed.regions[".text"][0] + 1), sealed.record), not_from_sir)
    refused_sipcc(sipcc, folder, "a constant", changed(".rodata"), not_from_sir)
    refused_sipcc(sipcc, folder, "the heap quota", changed(".sip.manifest", 40, 6), not_from_sir)
    refused_sipcc(sipcc, folder, "made for an older kernel", reseal(older(sealed), sealed.record), "it is made for an older kernel ABI; build it anew")
    refused_sipcc(sipcc, folder, "a line table", changed(".sip.lines", sealed.regions[".sip.lines"][1] - 1), "")
    refused_sipcc(sipcc, folder, "debug information", changed(".debug_info"), not_from_sir)
    # Changed SIR is judged for what it is. Where the judge accepts it (a name nobody prints), the rest must come from it.
    refused = 0
    for offset in range(0, sealed.regions[".sip.sir"][1], 23):
        result = run(sipcc, "verify", write(os.path.join(folder, "Hello.sipx"), changed(".sip.sir", offset, 2)))
        expect(f"verify, SIR at {offset}: exit 0, or 1 and a reason", result.returncode == 0 or (result.returncode == 1 and result.stderr),
               f"{result.returncode}: {result.stderr}")
        refused += result.returncode == 1
    expect("most changes to the SIR are refused", refused > 6, str(refused))


def main():
    sipcc, hosted, source, scratch = sys.argv[1:5]
    shutil.rmtree(scratch, ignore_errors=True)
    os.makedirs(scratch)
    result = run(sipcc, "build", "-q", "-o", os.path.join(scratch, "built"), source)
    expect("the example is built", result.returncode == 0, result.stderr)
    images(sipcc, hosted, scratch)
    trust(sipcc, scratch)
    print(f"{count - failures} of {count} held")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
