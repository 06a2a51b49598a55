#!/usr/bin/env python3
"""exits.py SIPCC: whoever holds an endpoint, and however a function is left, the peer sees `closed` and nothing stays behind. One
program leaves a function on each ordinary way with each holder, another traps in processes of their own; hosted and booted, the
same bytes."""

import os
import re
import subprocess
import sys
import tempfile

# What holds `ep`, an importer's end in its first state: statements that take it in.
HOLDERS = {
    "parameter": "",
    "local": "Probe.imp:Start held = ep;",
    "midway": "send ep.ask();",
    "field": "Holder h = { .ep = ep, .n = 1 };",
    "nested": "Outer o = { .inner = { .ep = ep, .n = 1 }, .text = new \"text\" };",
    "box": "own Holder* h = new Holder{ .ep = ep, .n = 1 };",
    "optional": "Probe.imp:Start? o = ep;",
    "optional_box": "own Holder*? o = new Holder{ .ep = ep, .n = 1 };",
    "variant": "Either e = .right(ep, new \"text\");",
    "array": "Probe.imp:Start[1] a = { ep };",
    "array_of_optionals": "Probe.imp:Start?[3] a = { none, ep, none };",
    "growable": "own Holder[..] g = {}; g.push({ .ep = ep, .n = 1 });",
    "in_place": "Probe.imp:Start[..2] g = {}; g.push(ep);",
    "sealed": "own Probe.imp:Start[..] g = {}; g.push(ep); own Probe.imp:Start[] s = g.seal();",
    "set": "endpoints<Probe.imp:Start.ask> s; send ep.ask(); s.add(ep);",
    "value_of_a_set": "endpoints<Cue.imp:Ready, Holder> s; channel Cue(mine, theirs); s.add(mine, { .ep = ep, .n = 1 });",
    "message": "channel Carry(near, far); send near.take(ep, new \"text\");",
    "message_in_a_message": "channel Carry(near, far); send near.take(ep, new \"text\"); channel Deep(up, down); send up.take(far);",
    "any": "Probe.any.imp a = ep;",
    "lock": "mutex<Holder> m = { { .ep = ep, .n = 1 } };",
    "held_lock": "mutex<Holder> m = { { .ep = ep, .n = 1 } }; lock (m, Holder* h) { h->n += 1; %s }",
    "deferred": "defer close(ep);",
    "lent": "Holder h = { .ep = ep, .n = 1 }; lent(&h.ep); Probe.imp:Start* kept = &h.ep; lent(kept);",
    "taken_out": "Holder h = { .ep = ep, .n = 1 }; Probe.imp:Start out = h.ep;",
}

# How the function is left; %s: an early way out of whatever the holder is in.
WAYS = {
    "end": "",
    "return": "if (zero == 0) return none;",
    "closed": "receive cue.go() else closed { return none; }",
    "closed_of_several": "switch receive { case cue.go(): case closed(cue): return none; }",
    "try": "try receive cue.go();",
    "try_of_optional": "try nothing(zero);",
    "timeout": "switch receive { case waits.go(): case closed(waits): case timeout(1 us): return none; }",
    "polls": "switch receive { case waits.go(): case closed(waits): case timeout(0): return none; }",
}
LOOPS = {"break": "break;", "continue": "continue;"}
TRAPS = {
    "fault": "fault();",
    "division": "u32 _one = 1 / zero;",
    "index": "own u8[] bytes = new u8[4]{ 0 ... }; bytes[4 + zero] = 1;",
    "assertion": "assert(zero == 1);",
    "quota": "own u8[] bytes = new u8[1 << 30]{ 0 ... }; bytes[zero] = 1;",
    "receive": "receive cue.go();",
    "stack": "_ = deeper(zero);",
}

HEAD = """module %s;
import sip.console;
import std.fmt;

contract Probe { in message ask(); out message answer(); state Start: ask? -> answer! -> Start; }
contract Cue { out message go(); state Ready: go! -> Ready2; state Ready2: end; }
contract Carry { in message take(Probe.imp:Start ep, own str text); out message ok(); state Start: take? -> ok! -> Start; }
contract Deep { in message take(Carry.exp:Start ep); out message ok(); state Start: take? -> ok! -> Start; }

struct Holder { Probe.imp:Start ep; u32 n; }
struct Outer { Holder inner; own str text; }
enum Either { left, right(Probe.imp:Start ep, own str text) }

u32? nothing(u32 zero) { return zero == 0 ? none : zero; }
void lent(Probe.imp:Start* ep) { assert(!ep.is_closed()); }
u64 deeper(u64 n) {
    u64[64] wide = { n ... };
    return deeper(n + 1) + wide[(usize)(n %% 64)];
}

"""


def body(name, holder, way, loop=False):
    taken = holder % way if "%s" in holder else holder + "\n        " + way
    if loop:
        taken = "Probe.imp:Start? given = ep;\n        while (Probe.imp:Start again = take(&given)) {\n        %s\n    }" % taken.replace("ep,", "again,").replace(
            "(ep)", "(again)").replace(" ep;", " again;").replace("{ ep }", "{ again }").replace(", ep, ", ", again, ").replace(
            "send ep.", "send again.")
    return "u32? %s(Probe.imp:Start ep, Cue.imp:Ready cue, Cue.imp:Ready waits, u32 zero) {\n    {\n        %s\n    }\n    return 1 + zero;\n}\n" % (
        name, taken)


def pairs(ways):
    return [(h, w, "leave_%s_%s" % (h, w)) for h in HOLDERS for w in ways]


def leaving():
    out, calls = [HEAD % "leaving"], []
    for holder, way, name in pairs({**WAYS, **LOOPS}):
        loop = way in LOOPS
        out.append(body(name, HOLDERS[holder], LOOPS[way] if loop else WAYS[way], loop))
        calls.append(name)
    for number, name in enumerate(calls):
        out.append("""void try_%d() {
    u64 before = heap_used();
    channel Probe(held, probe);
    channel Cue(cue, gone);
    channel Cue(waits, stays);
    close(gone);
    _ = %s(held, cue, waits, 0);
    assert(probe.is_closed(), "%s: not closed");
    assert(stays.is_closed(), "%s: not closed");
    close(probe);
    close(stays);
    assert(heap_used() == before, "%s: something is left");
}
""" % (number, name, name, name, name))
    tries = "".join("    try_%d();\n" % n for n in range(len(calls)))
    out.append("sip Main(Console.imp:Ready out) heap 4 MiB {\n%s    print(&out, $\"%d ways out\\n\");\n    close(out);\n}\n"
               "system Main1 { sip main = Main(out: machine.console); }\n" % (tries, len(calls)))
    return "\n".join(out), len(calls)


def trapping():
    """Each trap in a process of its own, of one program."""
    out, all_pairs = [HEAD % "trapping"], pairs(TRAPS)
    for holder, way, name in all_pairs:
        out.append(body(name, HOLDERS[holder], TRAPS[way]))
    out.append("contract Door { in message open(u32 which, Probe.imp:Start held, Cue.imp:Ready cue, Cue.imp:Ready waits); out message ok();"
               " state Start: open? -> ok! -> Start; }\n")
    cases = "".join("        case %d: _ = %s(held, cue, waits, 0);\n" % (n, name) for n, (_, _, name) in enumerate(all_pairs))
    out.append("sip Victim(Door.exp door) heap 128 KiB, stack 32 KiB {\n    receive door.open(u32 which, Probe.imp:Start held, Cue.imp:Ready cue, Cue.imp:Ready waits);\n"
               "    send door.ok();\n    switch (which) {\n%s        default: fault();\n    }\n    sleep(1 s);\n}\n" % cases)
    params = ", ".join("Door.imp d%d" % n for n in range(len(all_pairs)))
    rounds = "".join("    kill(d%d, %d);\n" % (n, n) for n in range(len(all_pairs)))
    out.append("""void kill(Door.imp:Start door, u32 which) {
    u64 before = heap_used();
    channel Probe(held, probe);
    channel Cue(cue, gone);
    channel Cue(waits, stays);
    close(gone);
    send door.open(which, held, cue, waits);
    receive door.ok();
    while (!door.is_closed()) yield();
    assert(probe.is_closed() && stays.is_closed());
    close(probe);
    close(stays);
    close(door);
    assert(heap_used() <= before);
}
""")
    out.append("sip Survivor(%s, Console.imp:Ready out) heap 4 MiB {\n%s    print(&out, $\"%d traps\\n\");\n    close(out);\n}\n" % (
        params, rounds, len(all_pairs)))
    wires = ", ".join("d%d: offered" % n for n in range(len(all_pairs)))
    victims = "".join("    sip v_%d = Victim(door: survivor.d%d);\n" % (n, n) for n in range(len(all_pairs)))
    out.append("system Main1 {\n    sip survivor = Survivor(%s, out: machine.console);\n%s}\n" % (wires, victims))
    return "\n".join(out), len(all_pairs)


def run(sipcc, folder, name, text, platform):
    path = os.path.join(folder, name + ".sip")
    with open(path, "w") as file:
        file.write(text)
    cache = os.path.join(folder, "cache")  # so that what is booted is what ran hosted
    return subprocess.run([sipcc, "run", "-O0", "-q", "--deadlock", "off", "--cache-dir", cache, "--on", platform, path],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=900)


def fail(what, done):
    sys.stdout.write("%s\n%s%s" % (what, done.stdout[-3000:], done.stderr[:6000]))
    sys.exit(1)


def main():
    sipcc = sys.argv[1]
    left, ways = leaving()
    trapped, traps = trapping()
    with tempfile.TemporaryDirectory() as folder:
        for platform in ("host", "qemu"):
            done = run(sipcc, folder, "leaving", left, platform)
            if done.returncode != 0 or "%d ways out" % ways not in done.stdout:
                fail("%s: not every way out was taken" % platform, done)
            print("%s: %d ways out with %d holders" % (platform, ways, len(HOLDERS)))
            done = run(sipcc, folder, "trapping", trapped, platform)
            faults = done.stdout.count("fault: v_")
            taken = len(re.findall(r"^ledger: v_\S+ 0 blocks, 0 endpoints, 0 pages left", done.stdout, re.M))
            if done.returncode != 1 or "%d traps" % traps not in done.stdout or faults < traps or taken != traps or "fault: survivor" in done.stdout:
                fail("%s: %d traps, %d faults, %d taken back, status %d" % (platform, traps, faults, taken, done.returncode), done)
            print("%s: %d traps, all taken back" % (platform, traps))


if __name__ == "__main__":
    main()
