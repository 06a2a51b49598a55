#!/usr/bin/env python3
"""sizes.py SIPCC: contracts as large as large systems have had them, and some times larger: each is checked, shown and compared, and
takes no longer than its size explains. Times are CPU time of the process."""

import os
import resource
import subprocess
import sys
import tempfile

wrong = []


def cpu(*command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=600)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        wrong.append("%s: status %d\n%s" % (" ".join(command), done.returncode, (done.stdout + done.stderr)[:2000]))
    return after.ru_utime - before.ru_utime


def wide(name, messages):
    """A contract with that many messages, half of them answers, in one state."""
    half = messages // 2
    lines = ["contract %s {" % name]
    lines += ["    in  message ask_%d(u64 a, own u8[] b);\n    out message answer_%d(own str c);" % (i, i) for i in range(half)]
    lines += ["    out message no();"] if messages % 2 else []
    lines += ["    state Ready: one {"]
    lines += ["        ask_%d? -> %s -> Ready;" % (i, "(answer_%d! or no!)" % i if messages % 2 else "answer_%d!" % i) for i in range(half)]
    return "\n".join(lines + ["    }", "}"])


def deep(name, states):
    """As many named states in a circle, each of which can also begin anew."""
    lines = ["contract %s {\n    in  message step();\n    in  message anew();\n    out message done();" % name]
    lines += ["    state S%d: one { step? -> done! -> S%d; anew? -> done! -> S0; }" % (i, (i + 1) % states) for i in range(states)]
    return "\n".join(lines + ["}"])


def inheritance(levels):
    lines = ["contract C0 { in message m0(); out message a(); state Ready: m0? -> a! -> Ready; }"]
    for i in range(1, levels + 1):
        lines.append("contract C%d : C%d { in message m%d(); override state Ready: m%d? -> a! -> Ready; }" % (i, i - 1, i, i))
    lines.append("C0.imp:Ready down(C%d.imp:Ready top) { return top.as::<C0.imp:Ready>(); }" % levels)
    return "\n".join(lines)


def many(contracts, messages):
    """As many contracts, as many messages in all, every second one inheriting from the one before."""
    each = messages // contracts // 2
    lines = []
    for c in range(contracts):
        base = c % 2 == 1
        lines.append("contract K%d%s {" % (c, " : K%d" % (c - 1) if base else ""))
        lines += ["    in  message a%d_%d(u32 x); out message b%d_%d(own u8[] y);" % (c, i, c, i) for i in range(each)]
        lines.append("    %s Ready: one {%s }" % ("override state" if base else "state", "".join(
            " a%d_%d? -> b%d_%d! -> Ready;" % (c, i, c, i) for i in range(each))))
        lines.append("}")
    return "\n".join(lines)


CASES = [  # what, text, ten times as large
    ("65 messages", wide("Wide", 65), wide("Wide", 650)),
    ("37 states", deep("Deep", 37), deep("Deep", 370)),
    ("55 levels of inheritance", inheritance(55), inheritance(250)),
    ("96 contracts, 736 messages", many(96, 736), many(960, 7360)),
]


def main():
    sipcc = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        def written(text, name):
            path = os.path.join(folder, name + ".sip")
            with open(path, "w") as file:
                file.write("module sizes;\n" + text + "\n")
            return path
        for what, text, larger in CASES:
            path, large = written(text, "real"), written(larger, "larger")
            checked, shown = cpu(sipcc, "check", path), cpu(sipcc, "contract", path)
            compared, much = cpu(sipcc, "contract", "--compare", path, path), cpu(sipcc, "check", large)
            print("%-28s check %.2f s, show %.2f s, compare %.2f s; several times as large: %.2f s" % (what, checked, shown, compared, much))
            for limit, spent in ((1.5, checked), (1.5, shown), (3, compared), (20, much)):
                if spent > limit:
                    wrong.append("%s: %.2f s, more than %.1f s" % (what, spent, limit))
    if wrong:
        sys.exit("\n".join(wrong))


main()
