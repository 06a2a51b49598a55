#!/usr/bin/env python3
"""Compiled code means what the interpreter says: runs generated programs at each level of optimisation and in the reference
interpreter, and compares what each unit shows and how it ends: returned, or which trap on which line.

Usage: differ.py SIPCC SIP_INTERP [--seed N] [--batches N] [--units N] [--levels 012s] [--keep DIR] [--jobs N] [--no-shrink]

A batch is one program of so many units, each run in a process of its own. Batch number i has the seed N + i. What differs is
shrunk and kept in DIR with the seed in its name. Findings are also: a program that is rejected, a tool that fails, memory that
is left behind, a violation that the interpreter sees.
"""
import argparse
import concurrent.futures
import os
import re
import subprocess
import sys
import tempfile
import time

import generate

CAUSES = r"(.+?) at \S+?:(\d+)"


class Failed(Exception):
    """A tool did not do its work: rejected, crashed, or took too long."""


def run(command, seconds):
    try:
        return subprocess.run(command, capture_output=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        raise Failed(f"{os.path.basename(command[0])} {command[1]} took longer than {seconds} s") from None


def kept(text):
    return [line for line in text.split("\n") if line and not line.startswith(("#", "ledger:"))]


def outcome_of(lines):
    """What each unit showed, in its order, and how it ended."""
    units, others = {}, []
    for line in lines:
        if re.match(r"fault: w\d+:   ", line):  # the text of an assertion or a clause, which the interpreter does not show
            continue
        shown = re.match(r"(\d+): (0x[0-9a-f]+)$", line)
        fault = re.match(r"fault: w(\d+): " + CAUSES + "$", line)
        if shown:
            units.setdefault(int(shown[1]), []).append(shown[2])
        elif fault:
            units.setdefault(int(fault[1]), []).append(f"{fault[2]}, line {fault[3]}")
        else:
            others.append(line)
    if others:
        units[-1] = others
    return units


def compiled(tools, source, level):
    result = run([tools.sipcc, "run", "-q", "-O" + level, source], tools.seconds)
    if result.returncode not in (0, 1) or b"error[" in result.stderr:
        raise Failed(f"sipcc run -O{level} ended with {result.returncode}: {result.stderr.decode(errors='replace')[:2000]}")
    return outcome_of(kept(result.stdout.decode()))


def interpreted(tools, source):
    with open(source) as file:
        text = file.read()
    names = re.findall(r"^\s*sip (w\d+|\w+)\s*=\s*(\w+)\(", text, re.M)
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for program in sorted({program for _, program in names}):
            result = run([tools.sipcc, "emit", "--sir", "--sip", program, source], tools.seconds)
            if result.returncode != 0:
                raise Failed(f"sipcc emit: {result.stderr.decode(errors='replace')[:2000]}")
            with open(os.path.join(folder, program + ".text"), "wb") as file:
                file.write(result.stdout)
        for name, program in names:
            files.append(os.path.join(folder, name + ".sir"))
            os.symlink(os.path.join(folder, program + ".text"), files[-1])
        result = run([tools.interp, *files], tools.seconds)
    if result.returncode not in (0, 1):
        raise Failed(f"sip-interp ended with {result.returncode}: {result.stderr.decode(errors='replace')[:2000]}")
    lines = kept(result.stdout.decode())
    for line in kept(result.stderr.decode()):
        fault = re.match(r".*/(w\d+)\.sir: fault \w+ \((.*)\) at .*; \S+?:(\d+):\d+$", line)
        lines.append(f"fault: {fault[1]}: {fault[2]} at x:{fault[3]}" if fault else line)
    return outcome_of(lines)


def mode(tools, source, name):
    return interpreted(tools, source) if name == "interp" else compiled(tools, source, name)


def leak_line(text):
    for number, line in enumerate(text.split("\n"), 1):
        if "assert(heap_used() == before)" in line:
            return f"assertion failed, line {number}"
    return "no such line"


def problem_of(tools, source, text, modes):
    """The first thing that is wrong, as (what, the modes that show it), or None."""
    seen = {}
    for name in modes:
        try:
            seen[name] = mode(tools, source, name)
        except Failed as failure:
            return str(failure), [name]
        if any(leak_line(text) in lines for lines in seen[name].values()):
            return "memory is left behind", [name]
        first = modes[0]
        for unit in sorted(set(seen[first]) | set(seen[name])):
            if seen[first].get(unit) != seen[name].get(unit):
                return (f"unit {unit} at {first}: {seen[first].get(unit)}; at {name}: {seen[name].get(unit)}", [first, name])
    tools.traps += sum("line" in line for lines in seen[modes[0]].values() for line in lines)
    return None


def block_end(lines, at):
    depth = 0
    for i in range(at, len(lines)):
        depth += lines[i].count("{") - lines[i].count("}")
        if depth <= 0 and i > at:
            return i
    return len(lines) - 1


def shrink(tools, text, modes, problem, seconds=400):
    """Leaves out whole blocks, then lines, while the same modes still disagree in the same way."""
    kind = problem.split(" ")[0]
    until, lines = time.time() + seconds, text.split("\n")
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, "generated.sip")

        def still(candidate):
            with open(source, "w") as file:
                file.write("\n".join(candidate))
            if kind != "sipcc" and run([tools.sipcc, "check", source], 60).returncode != 0:
                return False
            found = problem_of(tools, source, "\n".join(candidate), modes)
            return found is not None and found[0].split(" ")[0] == kind

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


def batch(tools, seed):
    """Returns a finding, or None."""
    text = generate.program(seed, tools.units)
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, "generated.sip")
        with open(source, "w") as file:
            file.write(text)
        found = problem_of(tools, source, text, tools.modes)
    if not found:
        return None
    what, modes = found
    os.makedirs(tools.keep, exist_ok=True)
    whole = os.path.join(tools.keep, f"finding-{seed}.sip")
    with open(whole, "w") as file:
        file.write(text)
    small = whole
    if tools.shrink:
        small = os.path.join(tools.keep, f"finding-{seed}-small.sip")
        with open(small, "w") as file:
            file.write(shrink(tools, text, modes, what))
    return f"seed {seed}: {what}\n  kept as {small}"


def main():
    parser = argparse.ArgumentParser(description="differential fuzzing of compiled programs")
    parser.add_argument("sipcc")
    parser.add_argument("interp")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--batches", type=int, default=100)
    parser.add_argument("--units", type=int, default=16)
    parser.add_argument("--levels", default="012s")
    parser.add_argument("--keep", default="differ-findings")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--seconds", type=int, default=300, help="that one tool may take")
    parser.add_argument("--for", dest="until", type=int, default=0, help="seconds after which no batch begins")
    parser.add_argument("--no-shrink", dest="shrink", action="store_false")
    tools = parser.parse_args()
    tools.modes, tools.traps = ["interp"] + list(tools.levels), 0
    print(f"seed {tools.seed}, {tools.batches} batches of {tools.units} units, modes {' '.join(tools.modes)}", flush=True)
    begun, done, findings = time.time(), 0, []
    with concurrent.futures.ThreadPoolExecutor(tools.jobs) as pool:
        def one(seed):
            if tools.until and time.time() - begun > tools.until:
                return False
            return batch(tools, seed)
        for result in pool.map(one, range(tools.seed, tools.seed + tools.batches)):
            done += result is not False
            if result:
                findings.append(result)
                print(result, flush=True)
            if done % 20 == 0 and result is not False:
                print(f"{done} batches, {tools.traps} traps, {len(findings)} findings, {time.time() - begun:.0f} s", flush=True)
    print(f"{done * tools.units} units, {tools.traps} of them trapped, {len(findings)} findings, {time.time() - begun:.0f} s")
    return 1 if findings else 0


sys.exit(main())
