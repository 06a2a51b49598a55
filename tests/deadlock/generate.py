#!/usr/bin/env python3
"""Generated systems: the search for deadlocks, spin, and what happens when they run must agree.

Usage: generate.py SIPCC COMPILER [--seed N] [--count N] [--no-run] [--keep FOLDER]

Each sip goes through rounds on its wires (ask and answer, or a single turn), interleaved at random, some in loops, some
behind a test of its arguments, some served in the order in which they come. Whatever the search calls free, spin calls
free, and it does not end with status 4; whatever it calls a deadlock, possible or certain, spin finds too. Where nothing but
the order of each sip's own steps decides (no tests, no choice between wires), it certainly ends with status 4, or does not.
"""
import argparse
import os
import random
import subprocess
import sys
import tempfile

import spin
from systems import model, searched, status, verdict

CONTRACTS = """
contract Ask { in message ask(); in message poll(); out message answer();
    state Start: one { ask? -> Asked; poll? -> Asked; } state Asked: answer! -> Start; }
contract Turn { in message go(); state Start: go? -> Done; state Done: end; }
"""


class Sip:
    def __init__(self, name):
        self.name = name
        self.wires = []  # (parameter, contract, side)
        self.closed = set()
        self.args = False


class Maker:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.simple = True  # nothing but the order of steps decides

    def leave(self, sip):
        return " ".join(f"close({wire[0]});" for wire in sip.wires if wire[0] not in sip.closed) + " return;"

    def receive(self, sip, name, messages):
        if len(messages) == 1:
            return f"receive {name}.{messages[0]}() else closed {{ {self.leave(sip)} }}"
        cases = "".join(f" case {name}.{message}():" for message in messages)
        return f"switch receive {{{cases} case closed({name}): {self.leave(sip)} }}"

    # What brings the wire from its first state to where it may begin again, or may only be closed.
    def round(self, sip, wire):
        name, contract, side = wire
        if contract == "Turn":
            return [f"send {name}.go();"] if side == "imp" else [self.receive(sip, name, ["go"])]
        if side == "imp":
            return [f"send {name}.{self.random.choice(['ask', 'poll'])}();", self.receive(sip, name, ["answer"])]
        return [self.receive(sip, name, ["ask", "poll"]), f"send {name}.answer();"]

    def interleave(self, rounds):
        rounds = [list(steps) for steps in rounds]
        out = []
        while any(rounds):
            steps = self.random.choice([steps for steps in rounds if steps])
            out.append(steps.pop(0))
        return out

    def group(self, sip, wires):
        chosen = self.random.sample(wires, self.random.randint(1, min(3, len(wires))))
        return self.interleave([self.round(sip, wire) for wire in chosen])

    def serve(self, sip, wires):
        cases = "".join(f" case {name}.ask(): send {name}.answer(); case {name}.poll(): send {name}.answer();"
                        f" case closed({name}): {self.leave(sip)}" for name, _, _ in wires)
        self.simple = self.simple and len(wires) == 1
        return [f"switch receive {{{cases} }}"]

    def steps(self, sip):
        out = []
        turns = [wire for wire in sip.wires if wire[1] == "Turn"]
        for _ in range(self.random.randint(1, 3)):
            asks = [wire for wire in sip.wires if wire[1] == "Ask" and wire[0] not in sip.closed]
            servers = [wire for wire in asks if wire[2] == "exp"]
            if turns and self.random.random() < 0.5:
                out += self.round(sip, turns.pop())
            if not asks:
                continue
            kind = self.random.random()
            if kind < 0.15 and servers:
                out += self.serve(sip, servers)
            elif kind < 0.3:
                self.simple = False
                sip.args = True
                out += ["if (args.len > 0) {"] + self.group(sip, asks) + ["}"]
            elif kind < 0.5:
                out += [f"for (u32 i : 0..{self.random.randint(2, 3)}) {{"] + self.group(sip, asks) + ["}"]
            elif kind < 0.6:
                wire = self.random.choice(asks)
                out.append(f"close({wire[0]});")
                sip.closed.add(wire[0])
            else:
                out += self.group(sip, asks)
        for wire in turns:
            out += self.round(sip, wire)
        left = [wire[0] for wire in sip.wires if wire[0] not in sip.closed]
        self.random.shuffle(left)
        return out + [f"close({name});" for name in left]

    def program(self):
        sips = [Sip(f"s{i}") for i in range(self.random.randint(2, 4))]
        links = []
        for i in range(self.random.randint(2, 5)):
            imp, exp = self.random.sample(sips, 2)
            contract = "Turn" if self.random.random() < 0.25 else "Ask"
            imp.wires.append((f"w{i}", contract, "imp"))
            exp.wires.append((f"w{i}", contract, "exp"))
            links.append((f"w{i}", imp, exp))
        text = "module generated;\n" + CONTRACTS
        for sip in sips:
            body = self.steps(sip)
            params = [f"{contract}.{side} {name}" for name, contract, side in sip.wires]
            params += ["own own str[] args"] if sip.args else []
            text += f"\nsip {sip.name.upper()}({', '.join(params)}) {{\n    " + "\n    ".join(body) + "\n}\n"
        text += "\nsystem Main {\n"
        for sip in sips:
            wires = [f"{name}: " + ("offered" if sip is imp else f"{imp.name}.{name}")
                     for name, imp, exp in links if sip in (imp, exp)]
            wires += ["args: { \"x\" }"] if sip.args and self.random.random() < 0.5 else []
            text += f"    sip {sip.name} = {sip.name.upper()}({', '.join(wires)});\n"
        return text + "}\n"


def judge(sipcc, compiler, path, simple, runs):
    found = verdict(searched(sipcc, path))
    if found not in ("free", "possible", "certain"):
        return found, [f"found `{found}`"]
    wrong = []
    if found == "possible" and simple:
        wrong.append("nothing decides, and the deadlock is only possible")
    text, _refused = model(sipcc, path)
    if text is None:
        wrong.append("the model cannot be written")
    elif spin.is_there() and spin.deadlocks(text, compiler) != (found != "free"):
        wrong.append(f"found `{found}`; spin thinks otherwise")
    if runs:
        ended = status(sipcc, path)
        if ended not in (0, 4):
            wrong.append(f"it ended with status {ended}")
        if found == "free" and ended == 4:
            wrong.append("it is free of deadlocks, and deadlocked")
        if simple and found == "certain" and ended != 4:
            wrong.append(f"it must deadlock, and ended with status {ended}")
    return found, wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sipcc")
    parser.add_argument("compiler")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--no-run", action="store_true")
    parser.add_argument("--keep")
    options = parser.parse_args()
    print(f"seed {options.seed}, {options.count} systems" + ("" if spin.is_there() else "; spin is not installed"))
    counts, bad = {}, 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(options.seed, options.seed + options.count):
            maker = Maker(seed)
            path = os.path.join(options.keep or folder, f"g{seed}.sip")
            with open(path, "w") as file:
                file.write(maker.program())
            checked = subprocess.run([options.sipcc, "check", "--deadlock", "off", path], capture_output=True, text=True)
            found, wrong = ("illegal", [checked.stderr]) if checked.returncode else judge(
                options.sipcc, options.compiler, path, maker.simple, not options.no_run)
            counts[found] = counts.get(found, 0) + 1
            for line in wrong:
                bad += 1
                print(f"seed {seed}: {line}")
                with open(path) as file:
                    print(file.read())
    print(", ".join(f"{count} {name}" for name, count in sorted(counts.items())))
    sys.exit(1 if bad else 0)


main()
