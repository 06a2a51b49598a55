#!/usr/bin/env python3
"""`./dev bench [NAME...] [--json FILE]`: figures as ratios within one run, hosted, each the median of several rounds.

  pingpong   a round trip of examples/02-pingpong against a pipe, a futex and a bare stack swap
  zero-copy  the cost of a message that carries a buffer, from 4 B to 64 KiB
  compile    a generated program of 10,000 lines, split by room

Prints a table for people; --json writes one object per figure: name, value, unit, peer, peer_value, ratio.
"""
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("SIP_BUILD", os.path.join(ROOT, "build", "release"))
SIPCC = os.path.join(BUILD, "bin", "sipcc")
ROUNDS = 7


def run(*command):
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"bench: {' '.join(command)} ended with {result.returncode}\n{result.stdout}{result.stderr}")
    return result


def figure(name, value, unit, peer=None, peer_value=None):
    ratio = value / peer_value if peer_value else None
    return dict(name=name, value=round(value, 2), unit=unit, peer=peer,
                peer_value=None if peer_value is None else round(peer_value, 2),
                ratio=None if ratio is None else round(ratio, 4))


def measured(text, label):
    """The number on a `# label: N` line."""
    found = re.search(rf"^# {re.escape(label)}: (\d+)", text, re.M)
    if not found:
        sys.exit(f"bench: no line `# {label}: N` in:\n{text}")
    return float(found.group(1))


def built_image(scratch, source):
    image = os.path.join(scratch, os.path.basename(source) + ".elf")
    run(SIPCC, "image", source, "-o", image)
    return os.path.splitext(image)[0] + ".img"


def pingpong(scratch):
    peers_bin = os.path.join(scratch, "peers")
    run("clang-19", "-O2", os.path.join(ROOT, "tests", "bench", "peers.c"), "-o", peers_bin)
    image = built_image(scratch, os.path.join(ROOT, "examples", "02-pingpong", "pingpong.sip"))
    ours, peers = [], {}
    for _ in range(ROUNDS):  # interleaved, so that drift hits all alike
        out = run(os.path.join(BUILD, "bin", "sip-hosted"), image).stdout
        ours.append(measured(out, "cycles per round trip"))
        for line in run(peers_bin).stdout.split("\n"):
            if line:
                name, value = line.split()
                peers.setdefault(name, []).append(float(value))
    trip = statistics.median(ours)
    for name in peers:
        yield figure("pingpong", trip, "cycles/round trip", name, statistics.median(peers[name]))


def zero_copy(scratch):
    image = built_image(scratch, os.path.join(ROOT, "tests", "bench", "zero_copy.sip"))
    sizes = [4, 64, 1024, 16384, 65536]
    costs = {size: [] for size in sizes}
    for _ in range(ROUNDS):
        out = run(os.path.join(BUILD, "bin", "sip-hosted"), image).stdout
        for size in sizes:
            costs[size].append(measured(out, f"cycles per exchange of {size} bytes"))
    base = statistics.median(costs[4])
    for size in sizes:
        yield figure(f"zero-copy {size} B", statistics.median(costs[size]), "cycles/exchange", "4 B", base)


def compile_time(scratch):
    source = os.path.join(scratch, "generated.sip")
    with open(source, "w") as file:
        file.write(run(sys.executable, os.path.join(ROOT, "tests", "bench", "generate.py"), "10000").stdout)
    for level in ["0", "2"]:
        rooms = {}
        for _ in range(3):
            out = run(SIPCC, "build", "--time", "-O", level, source, "-o", os.path.join(scratch, "out")).stderr
            for room, ms in re.findall(r"^# time: (\S+) +([\d.]+) ms", out, re.M):
                rooms.setdefault(room, []).append(float(ms))
        if "total" not in rooms:
            sys.exit("bench: sipcc --time said nothing")
        total = statistics.median(rooms["total"])
        for room, times in rooms.items():
            yield figure(f"compile 10k lines -O{level}: {room}", statistics.median(times), "ms", "total", total)


BENCHES = {"pingpong": pingpong, "zero-copy": zero_copy, "compile": compile_time}


def main():
    words = sys.argv[1:]
    json_file = None
    if "--json" in words:
        at = words.index("--json")
        if at + 1 >= len(words):
            sys.exit("bench: --json needs a file")
        json_file = words[at + 1]
        del words[at:at + 2]
    unknown = [word for word in words if word not in BENCHES]
    if unknown:
        sys.exit(f"bench: no figure is called {unknown[0]}; there are {', '.join(BENCHES)}")
    figures = []
    with tempfile.TemporaryDirectory() as scratch:
        for name in words or BENCHES:
            figures.extend(BENCHES[name](scratch))
    print(f"{'figure':34} {'value':>12} {'unit':18} {'peer':8} {'peer value':>12} {'ratio':>9}")
    for row in figures:
        peer_value = "" if row["peer_value"] is None else row["peer_value"]
        ratio = "" if row["ratio"] is None else row["ratio"]
        print(f"{row['name']:34} {row['value']:>12} {row['unit']:18} {row['peer'] or '':8} {peer_value:>12} {ratio:>9}")
    if json_file:
        with open(json_file, "w") as file:
            for row in figures:
                file.write(json.dumps(row) + "\n")


main()
