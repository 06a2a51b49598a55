#!/usr/bin/env python3
"""NIST's vectors for SHA-256 (CAVP, "SHA Test Vectors for Hashing Byte-Oriented Messages") against std.sha256: short and long messages, and the Monte Carlo test.

Usage: nist_sha256.py SIPCC FOLDER   runs it; skipped (77) if the folder has not been fetched
       nist_sha256.py --fetch FOLDER fetches them: Debian's package python3-cryptography-vectors, the files by their checksums
"""
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile

PACKAGE = "python3-cryptography-vectors"
INSIDE = "usr/lib/python3/dist-packages/cryptography_vectors/hashes/SHA2"
FILES = {
    "SHA256ShortMsg.rsp": "75e1cb83994638481808e225b9eb0c1ebd0c232d952ac42b61abce6363be283c",
    "SHA256LongMsg.rsp": "6fac36f37360bcf74ffcf4465c18e30d6d5a04cc90885b901fc3130c16060974",
    "SHA256Monte.rsp": "29ea30c6bb4b84e425fb8c1d731c6bb852dac935825f2bd1143e5d3c4f10bfb9",
}

PROGRAM = """module vectors;
import sip.console;
import std.base64;
import std.fmt;
import std.sha256;

const usize most = 8192;

// All at once, and in pieces that end anywhere, which have to give the same.
void hash(Console.imp:Ready -> Ready* out, str digits) {
    own u8[..] message = hex_decode(digits)!;
    u8[32] sum = sha256(message);
    Sha256 pieces = Sha256.begin();
    usize from = 0;
    for (usize size : 1..most) {
        usize end = message.len - from > size ? from + size : message.len;
        pieces.add(message[from..end]);
        from = end;
        if (from == message.len) break;
    }
    print(out, $"{hex_encode(sum)} {hex_encode(pieces.finish())}\\n");
}

// A thousand times the hash of the last three, a hundred times.
void monte(Console.imp:Ready -> Ready* out, str digits) {
    own u8[..] seed = hex_decode(digits)!;
    for (u32 _count : 0..100) {
        own u8[..] three = {};
        for (u32 _i : 0..3) three.append(seed);
        for (u32 _i : 0..1000) {
            u8[32] next = sha256(three);
            three.copy_within(32, 0, 64);
            three[64..].copy_from(next);
        }
        seed.copy_from(three[64..]);
        print(out, $"{hex_encode(seed)}\\n");
    }
}

sip Main(Console.imp:Ready out) heap 8 MiB {
@CALLS@
    close(out);
}

system Vectors { sip main = Main(out: machine.console); }
"""


def fetch(folder):
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        sys.exit(f"nist_sha256.py: there is no apt-get here; put {', '.join(FILES)} into {folder}")
    with tempfile.TemporaryDirectory() as scratch:
        result = subprocess.run(["apt-get", "download", PACKAGE], cwd=scratch, capture_output=True, text=True)
        packed = [name for name in os.listdir(scratch) if name.endswith(".deb")]
        if result.returncode != 0 or not packed:
            sys.exit(f"nist_sha256.py: apt-get could not fetch {PACKAGE}; is the network there?\n{result.stderr}")
        subprocess.run(["dpkg-deb", "-x", packed[0], "unpacked"], cwd=scratch, check=True)
        os.makedirs(folder, exist_ok=True)
        for name in FILES:
            shutil.copy(os.path.join(scratch, "unpacked", INSIDE, name), folder)
    read(folder)
    print(f"{', '.join(FILES)} of {PACKAGE} are in {folder}")


def read(folder):
    """The messages with their sums, and the seed with the hundred that follow from it."""
    texts = {}
    for name, checksum in FILES.items():
        with open(os.path.join(folder, name), "rb") as file:
            data = file.read()
        if hashlib.sha256(data).hexdigest() != checksum:
            sys.exit(f"nist_sha256.py: {name} is not the one that was looked at: its checksum differs")
        texts[name] = data.decode()
    messages = []
    for name in ("SHA256ShortMsg.rsp", "SHA256LongMsg.rsp"):
        for bits, message, sum_ in re.findall(r"^Len = (\d+)\s+Msg = ([0-9a-f]+)\s+MD = ([0-9a-f]{64})", texts[name], re.M):
            messages.append((message[:int(bits) // 4], sum_))  # of no bits the file says 00
    monte = texts["SHA256Monte.rsp"]
    return messages, re.search(r"^Seed = ([0-9a-f]{64})", monte, re.M).group(1), re.findall(r"^MD = ([0-9a-f]{64})", monte, re.M)


def main():
    if sys.argv[1] == "--fetch":
        return fetch(sys.argv[2])
    sipcc, folder = sys.argv[1:]
    if not os.path.exists(os.path.join(folder, "SHA256Monte.rsp")):
        print(f"skipped: {folder} has not been fetched; ./dev fetch-suites does that")
        sys.exit(77)
    messages, seed, follow = read(folder)
    calls = [f'    hash(&out, "{message}");' for message, _ in messages] + [f'    monte(&out, "{seed}");']
    with tempfile.TemporaryDirectory() as scratch:
        source = os.path.join(scratch, "vectors.sip")
        with open(source, "w") as file:
            file.write(PROGRAM.replace("@CALLS@", "\n".join(calls)))
        result = subprocess.run([sipcc, "run", "-q", "--on", "host", source], capture_output=True, text=True, timeout=300)
    lines = [line for line in result.stdout.split("\n") if re.fullmatch(r"[0-9a-f]{64}( [0-9a-f]{64})?", line)]
    wanted = [f"{sum_} {sum_}" for _, sum_ in messages] + follow
    if result.returncode != 0 or len(messages) < 129 or len(follow) != 100:
        sys.exit(f"status {result.returncode}, {len(messages)} messages, {len(follow)} that follow\n{result.stderr[-2000:]}")
    wrong = sum(line != want for line, want in zip(lines, wanted)) + abs(len(lines) - len(wanted))
    print(f"{len(messages)} messages and {len(follow)} times a thousand, {wrong} wrong")
    sys.exit(1 if wrong else 0)


main()
