#!/usr/bin/env python3
"""`./dev bench [NAME...] [--json FILE]`: figures as ratios within one run, hosted, each the median of several rounds.

  pingpong   a round trip of examples/02-pingpong against a pipe, a futex and a bare stack swap
  zero-copy  the cost of a message that carries a buffer, from 4 B to 64 KiB
  sets       an exchange with a member of a set of 1 to 10,000 endpoints
  kernel     a call, a turn, a thread, a process, a round trip, the bytes of a process, a boot: against Linux, and against QEMU alone
  gc         managed trees and a graph against malloc and free in C (tests/bench/managed.sip, managed.c)
  compile    generated twins in Sip and C of 10,000 to 1,000,000 lines (SIP_BENCH_LINES): rates of each room, against clang
  stdlib     rows of the standard library (tests/bench/stdlib) against C (glibc, jansson) and Rust's std: SIP_BENCH_STDLIB items, 200,000 if
             it says nothing
  lsp        the language server on 5,000 lines, beside clangd-19 with the C twin where it is installed, and on 50,000 lines in 500 files:
             tests/lsp/latency.py
  programs   programs of tests/run against their C twins under clang -O2: user time and length

Prints a table for people; --json writes one object per figure: name, value, unit, peer, peer_value, ratio.
"""
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import boot

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


def sets(scratch):
    image = built_image(scratch, os.path.join(ROOT, "tests", "bench", "sets.sip"))
    rows = [(what, members) for members in (1, 10, 100, 1000, 10000) for what in ("the same", "each")]
    costs = {row: [] for row in [("no set", 1)] + rows}
    for _ in range(ROUNDS):
        out = run(os.path.join(BUILD, "bin", "sip-hosted"), image).stdout
        for what, members in costs:
            costs[what, members].append(measured(out, f"cycles per exchange, {what} of {members}"))
    yield figure("sets, one endpoint, no set", statistics.median(costs["no set", 1]), "cycles/exchange")
    for what, members in rows:
        base = statistics.median(costs[what, 1])
        yield figure(f"sets, {what} of {members}", statistics.median(costs[what, members]), "cycles/exchange", f"{what} of 1", base)


def boots(scratch):
    """From the start of QEMU to the first message."""
    times = boot.measure(scratch, SIPCC, ROOT, os.path.join(BUILD, "bench-linux"), ROUNDS)
    for machine, ours, peer in [("microvm", "hello on microvm", "floor on microvm"), ("q35", "hello on q35", "Linux on q35")]:
        if ours in times and peer in times:
            yield figure(f"boot on {machine}, first message", times[ours][0], "ms", peer, times[peer][0])
            yield figure(f"boot on {machine}, CPU time until then", times[ours][1], "ms", peer, times[peer][1])


def kernel(scratch):
    twin, static = os.path.join(scratch, "kernel"), os.path.join(scratch, "static")
    run("clang-19", "-O2", os.path.join(ROOT, "tests", "bench", "kernel.c"), "-o", twin)
    run("clang-19", "-static", "-nostdlib", os.path.join(ROOT, "tests", "bench", "static.c"), "-o", static)
    image = built_image(scratch, os.path.join(ROOT, "tests", "bench", "kernel.sip"))
    rows = {"cycles of a kernel call": "getppid", "cycles of a yield": "sched_yield", "cycles of a thread": "pthread_create, join",
            "cycles of a process": "posix_spawn, waitpid", "cycles of a round trip": "pipe, two threads",
            "cycles of a round trip over CPUs": "pipe, on two CPUs", "bytes of a process": "Pss, static"}
    ours, theirs = {}, {}
    for _ in range(3):
        out, peer = run(os.path.join(BUILD, "bin", "sip-hosted"), image).stdout, run(twin, static).stdout
        two = run(os.path.join(BUILD, "bin", "sip-hosted"), "--cpus", "2", image).stdout  # both ends are where the sender is, but for the lock
        out += f"# cycles of a round trip over CPUs: {measured(two, 'cycles of a round trip'):.0f}\n"
        for row in rows:
            ours.setdefault(row, []).append(measured(out, row))
            theirs.setdefault(row, []).append(measured(peer, row))
    for row, peer in rows.items():
        unit, name = row.split(" of a ")
        yield figure(f"kernel, {name}", statistics.median(ours[row]), unit, peer, statistics.median(theirs[row]))
    yield from boots(scratch)


def managed(scratch):
    twin = os.path.join(scratch, "managed")
    run("clang-19", "-O2", os.path.join(ROOT, "tests", "bench", "managed.c"), "-o", twin)
    image = built_image(scratch, os.path.join(ROOT, "tests", "bench", "managed.sip"))
    ours, theirs = {}, {}
    for _ in range(ROUNDS):
        out, peer = run(os.path.join(BUILD, "bin", "sip-hosted"), image).stdout, run(twin).stdout
        for name in ["trees", "graph"]:
            if measured(out, name) != measured(peer, name):
                sys.exit(f"bench: the twins of managed.sip differ in {name}")
            ours.setdefault(name, []).append(measured(out, f"us of {name}"))
            theirs.setdefault(name, []).append(measured(peer, f"us of {name}"))
    for name in ours:
        yield figure(f"managed {name}", min(ours[name]) / 1000, "ms", "malloc and free", min(theirs[name]) / 1000)


# --- compile time ----------------------------------------------------------------------------------------------------------

LINES = [int(n) for n in os.environ.get("SIP_BENCH_LINES", "10000,100000,1000000").split(",")]
PER_FILE = 250000  # a source file has at most 16 MiB
SIMPLE = 100000    # beyond this many lines machine code is not made


def cpu(*command):
    """The CPU seconds that a command takes with its children, its peak of memory in MiB, and what it said."""
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)
        said.seek(0)
        text = said.read()
    if status != 0:
        sys.exit(f"bench: {' '.join(command)} ended with {status}\n{text}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, text


def twins(scratch, lines):
    """The same program in both languages: [main, parts...] of each, and the lines of each."""
    made = []
    for lang in ["sip", "c"]:
        folder, files = os.path.join(scratch, f"{lang}{lines}"), max(1, lines // PER_FILE)
        out = run(sys.executable, os.path.join(ROOT, "tests", "bench", "generate.py"), lang, str(lines), "--files", str(files), "-o", folder).stdout
        print("#", lang, out.strip())
        made.append(([os.path.join(folder, f"{name}.{lang}") for name in ["main"] + [f"part{k}" for k in range(files)]], int(out.split()[-1])))
    return made


def rooms_of(text, into):
    for room, ms in re.findall(r"^# time: (\S+) +([\d.]+) ms", text, re.M):
        into.setdefault(room, []).append(float(ms) / 1000)


def compile_size(scratch, lines, rounds):
    (sip, count), (c, c_count) = twins(scratch, lines)
    out = os.path.join(scratch, "out")
    commands = {"check": [SIPCC, "check", "--time", sip[0]], "clang -fsyntax-only": ["clang-19", "-fsyntax-only", *c]}
    if lines <= SIMPLE:
        commands["build -O0"] = [SIPCC, "build", "--no-cache", "--time", "-O0", sip[0], "-o", out]
        commands["clang -O0 -c"] = ["clang-19", "-O0", "-c", *c]
        commands["clang -O0 -g1 -c"] = ["clang-19", "-O0", "-g1", "-c", *c]
    times, rooms, memory = {}, {"check": {}, "build -O0": {}}, {}
    os.chdir(scratch)  # clang leaves its objects here
    for _ in range(rounds):  # interleaved
        for name, command in commands.items():
            seconds, peak, text = cpu(*command)
            times.setdefault(name, []).append(seconds)
            memory[name] = peak
            rooms_of(text, rooms.get(name, {}))
    rate = {name: (count if name in rooms else c_count) / min(all_times) for name, all_times in times.items()}
    label = f"{lines // 1000}k lines"
    yield figure(f"{label}: sipcc check", rate["check"], "lines/s", "clang -fsyntax-only", rate["clang -fsyntax-only"])
    bytes_read = sum(os.path.getsize(path) for path in sip)
    yield figure(f"{label}: grammar", bytes_read / min(rooms["check"]["syntax"]) / 1e6, "MB/s")
    for room in ["ast", "check"]:
        yield figure(f"{label}: room {room}", count / min(rooms["check"][room]), "lines/s")
    yield figure(f"{label}: memory of check", memory["check"] * 1048576 / count, "B/line")
    if lines > SIMPLE:
        return
    for room in ["lower", "sir", "verify"]:
        yield figure(f"{label}: room {room}", count / min(rooms["build -O0"][room]), "lines/s")
    for peer in ["clang -O0 -c", "clang -O0 -g1 -c"]:
        yield figure(f"{label}: build -O0", rate["build -O0"], "lines/s", peer, rate[peer])
    yield figure(f"{label}: LLVM's part of build -O0", 100 * min(rooms["build -O0"]["llvm"]) / min(rooms["build -O0"]["total"]), "%")
    yield figure(f"{label}: memory of build -O0", memory["build -O0"] * 1048576 / count, "B/line")


def compile_time(scratch):
    """Least CPU time of interleaved rounds: what other work on the machine adds is noise that only ever adds."""
    found = {}
    for lines in LINES:
        for row in compile_size(scratch, lines, 5 if lines <= 10000 else 3 if lines <= 100000 else 2):
            found[row["name"]] = row["value"]
            yield row
    for small, large in zip(LINES, LINES[1:]):  # what growth costs: 1 is linear
        rates = [found[f"{n // 1000}k lines: sipcc check"] for n in (large, small)]
        yield figure(f"check, {large // 1000}k lines", rates[0], "lines/s", f"{small // 1000}k", rates[1])


def user_time(command):
    """User seconds, and the checksum that is shown."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    text = process.stdout.read().decode("utf-8", "replace")
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    found = re.search(r"^# cycles: \d+ checksum: (\d+)", text, re.M)
    if process.returncode != 0 or not found:
        sys.exit(f"bench: {' '.join(command)} ended with {process.returncode}\n{text}")
    return usage.ru_utime, found[1]


def code_lines(*paths):
    """Lines that are neither empty nor comments, of a module only down to where it shows what it can."""
    count = 0
    for path in paths:
        with open(path) as file:
            text = file.read().split("// --- what it shows")[0]
        count += sum(1 for line in text.split("\n") if line.strip() and not line.strip().startswith("//"))
    return count


def programs(scratch):
    folder, modules = os.path.join(ROOT, "tests", "bench", "programs"), os.path.join(ROOT, "tests", "run")
    times, lengths = [], []
    for name in sorted(file[:-2] for file in os.listdir(folder) if file.endswith(".c")):
        twin, source = os.path.join(folder, name + ".c"), os.path.join(folder, name + "_bench.sip")
        binary, image = os.path.join(scratch, name), os.path.join(scratch, name + ".elf")
        run("clang-19", "-O2", twin, "-o", binary)
        run(SIPCC, "image", "-I", modules, source, "-o", image)
        ours, theirs = [], []
        for _ in range(ROUNDS):
            theirs.append(user_time([binary]))
            ours.append(user_time([os.path.join(BUILD, "bin", "sip-hosted"), os.path.splitext(image)[0] + ".img"]))
        if len({checksum for _, checksum in ours + theirs}) != 1:
            sys.exit(f"bench: the checksums of {name} differ")
        # The least: what other work on the machine adds is never negative.
        yield figure(f"program {name}", min(ours)[0] * 1000, "ms", "clang", min(theirs)[0] * 1000)
        yield figure(f"length {name}", code_lines(os.path.join(modules, name + ".sip"), source), "lines", "C", code_lines(twin))
        times.append(min(ours)[0] / min(theirs)[0])
        lengths.append(code_lines(os.path.join(modules, name + ".sip"), source) / code_lines(twin))
    yield figure("programs, geometric mean", statistics.geometric_mean(times), "times C", "clang", 1.0)
    yield figure("lengths, geometric mean", statistics.geometric_mean(lengths), "times C", "C", 1.0)


# --- the standard library ------------------------------------------------------------------------------------------------------

STDLIB_ITEMS = int(os.environ.get("SIP_BENCH_STDLIB", "200000"))
STDLIB_TIMES = 9 if STDLIB_ITEMS <= 200000 else 3  # within one process: what is touched for the first time costs more


def with_constants(path, scratch, changes):
    """A copy of a source, with other numbers in it."""
    with open(path) as file:
        text = file.read()
    for pattern, value in changes:
        text, count = re.subn(pattern, rf"\g<1>{value}\g<2>", text)
        if count == 0:
            sys.exit(f"bench: {path} has no {pattern}")
    copy = os.path.join(scratch, os.path.basename(path))
    with open(copy, "w") as file:
        file.write(text)
    return copy


def rows_of(text, times):
    """The least time of each row, and its checksum, which is the same each time."""
    sums = {}
    for row, value in re.findall(r"^# (?!us of |program )([^:\n]+): (\d+)$", text, re.M):
        if sums.setdefault(row, value) != value:
            sys.exit(f"bench: {row} gives {sums[row]} and {value}")
    for row, us in re.findall(r"^# us of (.+): (\d+)$", text, re.M):
        times[row] = min(times.get(row, float("inf")), int(us) / 1000)
    return sums


def stdlib(scratch):
    folder, peers = os.path.join(ROOT, "tests", "bench", "stdlib"), {}
    source = with_constants(os.path.join(folder, "stdlib.sip"), scratch, [(r"(const usize n = )\d+(;)", STDLIB_ITEMS), (r"(const u32 rounds = )\d+(;)", STDLIB_TIMES)])
    rounds = [(r"(round < )\d+(;)", STDLIB_TIMES)]
    c, rust = os.path.join(scratch, "stdlib-c"), os.path.join(scratch, "stdlib-rust")
    run("clang-19", "-O2", with_constants(os.path.join(folder, "stdlib.c"), scratch, rounds), "-ljansson", "-o", c)
    peers["C"] = c
    if shutil.which("rustc"):
        run("rustc", "-O", "-o", rust, with_constants(os.path.join(folder, "stdlib.rs"), scratch, [(r"(for _ in 0\.\.)\d+( \{)", STDLIB_TIMES)]))
        peers["Rust"] = rust
    else:
        print("# there is no rustc here: nothing is compared with Rust")
    image = built_image(scratch, source)
    ours, theirs = {}, {name: {} for name in peers}
    for _ in range(3):  # interleaved
        sums = rows_of(run(os.path.join(BUILD, "bin", "sip-hosted"), image).stdout, ours)
        for name, program in peers.items():
            for row, value in rows_of(run(program, str(STDLIB_ITEMS)).stdout, theirs[name]).items():
                if sums[row] != value:
                    sys.exit(f"bench: {row} gives {sums[row]}, in {name} {value}")
    for row, ms in ours.items():
        having = [(name, times[row]) for name, times in theirs.items() if row in times]
        for name, other in having or [(None, None)]:
            yield figure(f"stdlib {row}", ms, "ms", name, other)


def language_server(scratch):
    sys.path.insert(0, os.path.join(ROOT, "tests", "lsp"))
    import latency
    for lines, files in ((5000, 1), (50000, 500)):
        peer = shutil.which("clangd-19") if files == 1 else None
        peer = peer and peer + " --log=error"
        folder = os.path.join(scratch, f"lsp-{files}")
        os.makedirs(folder)
        servers = latency.measure(folder, os.path.join(BUILD, "bin", "sip-lsp"), peer, lines, files)
        latency.report(servers, files)
        for name, _, times in latency.rows_of(servers, files):
            other = times[1] if len(times) > 1 else None
            for i, part in enumerate(("p50", "p95")):
                yield figure(f"lsp {lines} lines, {name}, {part}", times[0][i], "ms", peer and "clangd-19", other and other[i])
        other = servers[1].peak() if len(servers) > 1 else None
        yield figure(f"lsp {lines} lines, peak of memory", servers[0].peak(), "MiB", peer and "clangd-19", other)
        for server in servers:
            server.client.kill()


BENCHES = {"pingpong": pingpong, "zero-copy": zero_copy, "sets": sets, "kernel": kernel, "gc": managed, "compile": compile_time, "stdlib": stdlib, "lsp": language_server,
           "programs": programs}


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
    print(f"{'figure':40} {'value':>12} {'unit':18} {'peer':20} {'peer value':>12} {'ratio':>9}")
    for row in figures:
        peer_value = "" if row["peer_value"] is None else row["peer_value"]
        ratio = "" if row["ratio"] is None else row["ratio"]
        print(f"{row['name']:40} {row['value']:>12} {row['unit']:18} {row['peer'] or '':20} {peer_value:>12} {ratio:>9}")
    if json_file:
        with open(json_file, "w") as file:
            for row in figures:
                file.write(json.dumps(row) + "\n")


main()
