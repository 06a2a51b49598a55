#!/usr/bin/env python3
"""Compiled code means what the interpreter says: runs generated programs at each level of optimisation and in the reference
interpreter, and compares what each shows and how it ends: returned, or which trap on which line.

Usage: differ.py SIPCC SIP_INTERP [--seed N] [--programs N] [--batch N] [--levels 012s] [--keep DIR] [--jobs N] [--no-shrink]
                 [--nodes DIFFER_NODES [--coverage FILE]]

Program number i has the seed N + i; `generate.py SEED` writes it alone. Making one executable costs more than what a program
does, so many are made and run together, each a process of its own: a trap ends one of them only. What differs is looked at again
alone, shrunk, and kept in DIR with the seed in its name; where a batch is rejected or a tool fails, its halves are tried. Findings
are also: a program that is rejected or waits for ever, a tool that fails, memory that is left behind, a violation that the
interpreter sees. With --nodes, the kinds of nodes of the grammar that no program has are listed, and all are counted in FILE.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time

import generate

FAULT = r"fault: [wp](\d+): (.+?) at \S+?:(\d+)$"
STEPS, SHRUNK_STEPS = 1 << 32, 2_000_000  # of the interpreter: of a batch, and of one program that is shrunk


class Failed(Exception):
    """A tool did not do its work: rejected, crashed, or took too long."""


def run(command, seconds):
    """A process and what it starts: a program that never ends must not stay behind when its time is over."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True) as process:
        try:
            out, err = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            raise Failed(f"{os.path.basename(command[0])} {command[1]} took longer than {seconds:.0f} s") from None
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    return subprocess.CompletedProcess(command, process.returncode, out, err)


def kept(text):
    return [line for line in text.split("\n") if line and not line.startswith("#") and
            not re.match(r"ledger: .*: 0 blocks, 0 endpoints, 0 pages left$", line)]


def outcome_of(lines):
    """What each program showed, in its order, and how it ended."""
    shown, faults, others = collections.defaultdict(list), collections.defaultdict(list), []
    for line in lines:
        if re.match(r"fault: [wp]\d+:   ", line):  # the text of an assertion or a clause, which the interpreter does not show
            continue
        note, fault = re.match(r"(\d+): (0x[0-9a-f]+)$", line), re.match(FAULT, line)
        if note:
            shown[int(note[1])].append(note[2])
        elif fault:
            faults[int(fault[1])].append(f"{fault[2]}, line {fault[3]}")
        else:
            others.append(line)
    ended = {n: shown[n] + sorted(faults[n]) for n in {*shown, *faults}}
    if others:
        ended[-1] = others
    return ended


def compiled(tools, source, level):
    result = run([tools.sipcc, "run", "-q", "--no-cache", "--deadlock", "off", "--error-limit", "1", "-O" + level, source],
                 tools.seconds)
    if result.returncode not in (0, 1) or b"error[" in result.stderr:
        raise Failed(f"sipcc run -O{level} ended with {result.returncode}: {result.stderr.decode(errors='replace')[:2000]}"
                     f"{result.stdout.decode(errors='replace')[-300:]}")
    return outcome_of(kept(result.stdout.decode()))


def interpreted(tools, source):
    with open(source) as file:
        names = re.findall(r"^\s*sip (\w+)\s*=\s*(\w+)\(", file.read(), re.M)
    with tempfile.TemporaryDirectory() as folder:
        for program in sorted({program for _, program in names}):
            file = os.path.join(folder, program + ".sir")
            result = run([tools.sipcc, "emit", "--sir", "--error-limit", "1", "--sip", program, "-o", file, source], tools.seconds)
            if result.returncode != 0:
                raise Failed(f"sipcc emit: {result.stderr.decode(errors='replace')[:2000]}")
        result = run([tools.interp, "--steps", str(tools.steps), *(f"{name}={folder}/{program}.sir" for name, program in names)], tools.seconds)
    if result.returncode not in (0, 1):
        raise Failed(f"sip-interp ended with {result.returncode}: {result.stderr.decode(errors='replace')[:2000]}")
    lines = kept(result.stdout.decode())
    for line in kept(result.stderr.decode()):
        fault = re.match(r"(\w+): fault \w+ \((.*)\) at .*; \S+?:(\d+):\d+$", line)
        lines.append(f"fault: {fault[1]}: {fault[2]} at x:{fault[3]}" if fault else line)
    return outcome_of(lines)


def leak_lines(text):
    return {f"assertion failed, line {number}" for number, line in enumerate(text.split("\n"), 1) if "assert(heap_used() == before)" in line}


class Problem:
    """What is wrong with a program: a word for it, a sentence, the modes that show it."""

    def __init__(self, kind, what, modes):
        self.kind, self.what, self.modes = kind, what, modes


def outcomes(tools, source, modes):
    """What each program did, by mode. Raises Failed, with the mode in `mode`."""
    seen = {}
    for mode in modes:
        try:
            seen[mode] = interpreted(tools, source) if mode == "interp" else compiled(tools, source, mode)
        except Failed as failure:
            failure.mode = mode
            raise
    return seen


def problems_in(seen, text, modes):
    """What is wrong, by the number of the program in its batch; -1: nobody's."""
    found, first, leaks = {}, modes[0], leak_lines(text)
    for mode in modes:
        for n in sorted(set(seen[first]) | set(seen[mode])):
            here, there = seen[first].get(n), seen[mode].get(n)
            if here != there:
                found.setdefault(n, Problem("differs", f"{first} shows {here}, {mode} {there}", [first, mode]))
            if not leaks.isdisjoint(there or []):
                found.setdefault(n, Problem("leaks", f"memory is left behind, at {mode}", [mode]))
            if n == -1 and there:
                found.setdefault(n, Problem("says", f"{mode} says {there[:5]}", [mode]))
    return found


def problem_of(tools, text, modes):
    """What is wrong with a text, or None."""
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, "generated.sip")
        with open(source, "w") as file:
            file.write(text)
        try:
            found = problems_in(outcomes(tools, source, modes), text, modes)
        except Failed as failure:
            return Problem("fails", str(failure), [failure.mode])
    return found[min(found)] if found else None


def block_end(lines, at):
    depth = 0
    for i in range(at, len(lines)):
        depth += lines[i].count("{") - lines[i].count("}")
        if depth <= 0 and i > at:
            return i
    return len(lines) - 1


def ends(tools, source):
    """Is it still a program, and does it come to its end? Asked of the interpreter, which counts."""
    try:
        interpreted(tools, source)
    except Failed:
        return False
    return True


def patience(tools, text, problem):
    """How long a candidate may take: what never ends is refused soon, not after the time that a tool may take."""
    begun = time.time()
    if "took longer" not in problem.what:
        problem_of(tools, text, problem.modes)
    return min(tools.seconds, 10 + 4 * (time.time() - begun))


def shrink(tools, text, problem, seconds=300):
    """Leaves out whole blocks, then lines, while the same modes still disagree in the same way."""
    until, lines = time.time() + seconds, text.split("\n")
    tools = argparse.Namespace(**{**vars(tools), "seconds": patience(tools, text, problem), "steps": SHRUNK_STEPS})
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, "generated.sip")

        def still(candidate):
            with open(source, "w") as file:
                file.write("\n".join(candidate))
            if problem.kind != "fails" and not ends(tools, source):
                return False
            found = problem_of(tools, "\n".join(candidate), problem.modes)
            return found is not None and found.kind == problem.kind and (
                found.kind != "fails" or error_of(found.what) == error_of(problem.what))

        changed = True
        while changed and time.time() < until:
            changed, at = False, 0
            while at < len(lines) and time.time() < until:
                bare = lines[at].strip()
                end = block_end(lines, at) if bare.endswith("{") and not bare.startswith("}") else at
                candidate = lines[:at] + lines[end + 1:]
                if bare and bare != "}" and still(candidate):
                    lines, changed = candidate, True
                else:
                    at += 1
    return "\n".join(lines)


def error_of(what):
    """A rejection stays the same one while it is shrunk."""
    found = re.search(r"error\[\w+\]|took longer|, at 0x[0-9a-f]+: (.*)", what)
    return found[1] or found[0] if found else what[:30]


def keep(tools, name, text, problem):
    os.makedirs(tools.keep, exist_ok=True)
    path = os.path.join(tools.keep, f"finding-{name}.sip")
    with open(path, "w") as file:
        file.write(text)
    if tools.shrink:
        path = path.replace(".sip", "-small.sip")
        with open(path, "w") as file:
            file.write(shrink(tools, text, problem))
    return f"seed {name}: {problem.kind}: {problem.what}\n  kept as {path}"


def alone(tools, seed, suspected):
    """What is wrong with a program by itself; what was wrong with it in its batch where that is nothing."""
    text = generate.program([seed])
    return keep(tools, str(seed), text, problem_of(tools, text, tools.modes) or suspected)


def batch(tools, seeds):
    """What is found among some programs."""
    text = generate.program(seeds)
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, "generated.sip")
        with open(source, "w") as file:
            file.write(text)
        try:
            seen = outcomes(tools, source, tools.modes)
        except Failed as failure:
            if len(seeds) == 1:
                return [keep(tools, str(seeds[0]), text, Problem("fails", str(failure), [failure.mode]))]
            half = len(seeds) // 2
            return batch(tools, seeds[:half]) + batch(tools, seeds[half:])
        tools.count_nodes(source)
    found, ends = problems_in(seen, text, tools.modes), seen[tools.modes[0]]
    tools.done += len(seeds)
    tools.traps += sum(any("line" in line for line in ends.get(n, [])) for n in range(len(seeds)))
    if -1 in found and len(found) == 1:
        return [keep(tools, f"{seeds[0]}-{seeds[-1]}", text, found[-1])]
    return [alone(tools, seeds[n], problem) for n, problem in found.items() if n >= 0]


class Tools(argparse.Namespace):
    """The options, and what is counted."""

    def __init__(self):
        super().__init__()
        self.done, self.traps, self.counts, self.of_prelude = 0, 0, collections.Counter(), None
        self.steps = STEPS

    def nodes_of(self, source):
        counts = collections.Counter()
        for line in run([self.nodes, source], 60).stdout.decode().splitlines():
            count, kind = line.split(" ", 1)
            counts[kind] += int(count)  # a kind may have several symbols
        return counts

    def count_nodes(self, source):
        """Counts but for what all files have."""
        if not self.nodes:
            return
        if self.of_prelude is None:
            with tempfile.NamedTemporaryFile("w", suffix=".sip") as file:
                file.write(generate.PRELUDE.format(seeds="none"))
                file.flush()
                self.of_prelude = self.nodes_of(file.name)
        for kind, count in self.nodes_of(source).items():
            self.counts[kind] += count - self.of_prelude[kind]

    def coverage(self):
        """Which kinds of nodes no program has; all counts go to the file that was named."""
        if self.cover:
            with open(self.cover, "w") as file:
                json.dump(dict(sorted(self.counts.items(), key=lambda item: -item[1])), file, indent=1)
        missing = sorted(kind for kind, count in self.counts.items() if count == 0)
        print(f"{len(self.counts)} kinds of nodes, words and signs, of which no program has {len(missing)}: {' '.join(missing)}")


def cpu():
    times = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(t.ru_utime + t.ru_stime for t in times)


def main():
    parser = argparse.ArgumentParser(description="differential fuzzing of compiled programs")
    parser.add_argument("sipcc")
    parser.add_argument("interp")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--programs", type=int, default=1000)
    parser.add_argument("--batch", type=int, default=100, help="programs that are made and run together")
    parser.add_argument("--levels", default="012s")
    parser.add_argument("--keep", default="differ-findings")
    parser.add_argument("--nodes", help="the tool that counts nodes of the grammar")
    parser.add_argument("--coverage", dest="cover", help="where the counts of nodes go")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--seconds", type=int, default=600, help="that one tool may take")
    parser.add_argument("--for", dest="until", type=int, default=0, help="seconds after which no batch begins")
    parser.add_argument("--only", help="of the larger shapes only this one, as talks.sets; or those of a file, as talks")
    parser.add_argument("--no-shrink", dest="shrink", action="store_false")
    tools = parser.parse_args(namespace=Tools())
    if tools.only:
        generate.only(tools.only)
    tools.modes = ["interp"] + list(tools.levels)
    print(f"seed {tools.seed}, {tools.programs} programs, {tools.batch} at a time, modes {' '.join(tools.modes)}", flush=True)
    begun, findings, seeds = time.time(), [], range(tools.seed, tools.seed + tools.programs)

    def one(begin):
        if tools.until and time.time() - begun > tools.until:
            return []
        return batch(tools, seeds[begin:begin + tools.batch])

    def say():
        print(f"{tools.done} programs, {tools.traps} of them trapped, {len(findings)} findings, {time.time() - begun:.0f} s, "
              f"{cpu() / max(tools.done, 1):.3f} s of CPU each", flush=True)

    with concurrent.futures.ThreadPoolExecutor(tools.jobs) as pool:
        for result in pool.map(one, range(0, tools.programs, tools.batch)):
            findings += result
            for finding in result:
                print(finding, flush=True)
            say()
    if tools.nodes:
        tools.coverage()
    return 1 if findings else 0


sys.exit(main())
