"""Makes peers for a contract: a program whose processes walk every transition of it on both sides, and another in which
one side is killed in every state. What a contract says comes from `sipcc contract --json`."""

from collections import deque


class Automaton:
    def __init__(self, contract):
        self.name = contract["contract"]
        self.messages = contract["messages"]
        self.states = contract["states"]

    def choices(self, state):
        return self.states[state]["choices"]

    def is_in(self, message):
        return self.messages[message]["direction"] == "in"

    def sends(self, side, state):
        choices = self.choices(state)
        return bool(choices) and self.is_in(choices[0]["message"]) == (side == "imp")

    def steps(self, start, is_goal):
        """The shortest list of (state, choice) from `start` to a state that is a goal; None: there is no way."""
        came, work = {start: None}, deque([start])
        while work:
            at = work.popleft()
            if is_goal(at):
                path = []
                while came[at]:
                    path.append(came[at])
                    at = came[at][0]
                return path[::-1]
            for number, choice in enumerate(self.choices(at)):
                if choice["next"] not in came:
                    came[choice["next"]] = (at, number)
                    work.append(choice["next"])
        return None

    def walks(self, longest=40):
        """(start, steps) of walks that take every transition together."""
        left = {(s, c) for s in range(len(self.states)) for c in range(len(self.choices(s)))}
        out = []
        while left:
            fresh = lambda s: any((s, c) in left for c in range(len(self.choices(s))))
            start, walk = 0, []
            if self.steps(0, fresh) is None:
                start = min(left)[0]
            at = start
            while len(walk) < longest:
                way = self.steps(at, fresh)
                if way is None:
                    break
                walk += way
                at = self.choices(way[-1][0])[way[-1][1]]["next"] if way else at
                choice = min(c for s, c in left if s == at)
                walk.append((at, choice))
                left.discard((at, choice))
                left -= set(way)
                at = self.choices(at)[choice]["next"]
            out.append((start, walk))
        return out

    def state(self, row):
        return self.states[row]["name"]


class Body:
    """The lines of a function that walks one side."""

    def __init__(self, automaton, side):
        self.automaton, self.side, self.lines, self.temps = automaton, side, [], 0

    def value(self, kind):
        text, what = kind["text"], kind.get("kind", "scalar")
        if what == "scalar":
            return {"bool": "true", "char": "'x'", "f32": "0.5", "f64": "0.5"}.get(text, "1")
        if what == "text":
            return 'new "text"'
        if what == "option":
            return "none"
        if what == "flags":
            return "{}"
        if what == "array":
            return "{ %s ... }" % self.value(kind["of"])
        if what == "slice":
            of = kind["of"]
            if of.get("kind", "scalar") == "scalar":
                return "new %s[3]{ %s ... }" % (of["text"], self.value(of))
            item = self.value(of)
            self.temps += 1
            self.lines.append("%s[..] grown%d = {};" % (text[:-2], self.temps))
            self.lines.append("grown%d.push(%s);" % (self.temps, item))
            return "grown%d.seal()" % self.temps
        if what == "pointer":
            return "new %s%s" % (kind["of"]["text"], self.value(kind["of"]))
        if what == "struct":
            return "{ %s }" % ", ".join(
                ".%s = %s" % (f["name"], self.value(f["type"])) for f in kind["fields"])
        if what == "enum":
            variant = kind["variants"][-1]
            fields = ", ".join(self.value(f["type"]) for f in variant["fields"])
            return ".%s(%s)" % (variant["name"], fields) if fields else "." + variant["name"]
        if what == "endpoint":
            self.temps += 1
            ends = {"imp": "mine%d" % self.temps, "exp": "theirs%d" % self.temps}
            self.lines.append("channel %s:%s(%s, %s);" % (
                kind["contract"], kind["state"], ends["imp"], ends["exp"]))
            self.lines.append("close(%s);" % ends["exp" if kind["side"] == "imp" else "imp"])
            return ends[kind["side"]]
        raise SystemExit("no value for %s" % text)

    def send(self, message):
        args = [self.value(a["type"]) for a in self.automaton.messages[message]["arguments"]]
        self.lines.append("send ep.%s(%s);" % (
            self.automaton.messages[message]["name"], ", ".join(args)))

    def receive(self, state, wanted):
        """`wanted`: the message that has to come; None: the peer has to be gone."""
        self.lines.append("switch receive {")
        for choice in self.automaton.choices(state):
            message = self.automaton.messages[choice["message"]]
            binds = ", ".join("_" for _ in message["arguments"])
            right = choice["message"] == wanted
            self.lines.append("    case ep.%s(%s):%s" % (
                message["name"], binds, "" if right else " fault();"))
        self.lines.append("    case closed(ep):%s" % ("" if wanted is None else " fault();"))
        self.lines.append("}")

    def step(self, state, choice):
        message = self.automaton.choices(state)[choice]["message"]
        if self.automaton.sends(self.side, state):
            self.send(message)
        else:
            self.receive(state, message)

    def walk(self, steps):
        for state, choice in steps:
            self.step(state, choice)

    def see_closed(self, state):
        """In `state` the peer dies. What is sent is dropped, what is received says so."""
        automaton = self.automaton
        if automaton.choices(state) and not automaton.sends(self.side, state):
            self.receive(state, None)
            return
        self.lines.append("while (!ep.is_closed()) yield();")
        for _ in range(len(automaton.states)):
            if not automaton.sends(self.side, state):
                break
            choice = automaton.choices(state)[0]
            self.send(choice["message"])
            state = choice["next"]
        if automaton.choices(state):
            self.receive(state, None)

    def text(self, head):
        return "%s {\n%s\n}\n" % (head, "\n".join("    " + line for line in self.lines))


def head(module, imports):
    lines = ["module %s;" % module]
    lines += ["import %s;" % i for i in sorted({"sip.console", "std.text"} | set(imports))]
    return "\n".join(lines) + "\n\n"


def dispatch(name, kind, count):
    cases = "".join("        case %d: %s_%d(ep);\n" % (k, name, k) for k in count)
    return "void %s(%s ep, u32 k) {\n    switch (k) {\n%s        default: fault();\n    }\n}\n" % (
        name, kind, cases)


def walking(automaton, imports):
    """A system of two processes that walk every transition."""
    walks, c = automaton.walks(), automaton.name
    starts = sorted({start for start, _ in walks})
    out = [head("walking", imports)]
    opens = "".join("    in  message open_%d(%s.exp:%s ep, u32 k);\n" % (s, c, automaton.state(s)) for s in starts)
    out.append("contract Door {\n%s    in  message done();\n    out message ok();\n    state Start: one {\n%s"
               "        done? -> ok! -> Start;\n    }\n}\n" % (
                   opens, "".join("        open_%d? -> ok! -> Start;\n" % s for s in starts)))
    rounds = []
    for k, (start, steps) in enumerate(walks):
        for side in ("imp", "exp"):
            body = Body(automaton, side)
            body.walk(steps)
            body.lines.append("close(ep);")
            out.append(body.text("void %s_%d_%d(%s.%s:%s ep)" % (
                side, start, k, c, side, automaton.state(start))))
        rounds.append("    channel %s:%s(own_%d, far_%d);\n    send door.open_%d(far_%d, %d);\n    receive door.ok();\n"
                      "    imp_%d_%d(own_%d);\n    send door.done();\n    receive door.ok();\n"
                      "    assert(heap_used() == before);\n" % (
                          c, automaton.state(start), k, k, start, k, k, start, k, k))
    for start in starts:
        mine = [k for k, (s, _) in enumerate(walks) if s == start]
        out.append(dispatch("exp_%d" % start, "%s.exp:%s" % (c, automaton.state(start)), mine))
    transitions = sum(len(s["choices"]) for s in automaton.states)
    out.append("sip Importer(Door.imp:Start door, Console.imp:Ready out) heap 8 MiB {\n    u64 before = heap_used();\n%s"
               '    say(&out, "%d states, %d transitions walked");\n    close(door);\n    close(out);\n}\n' % (
                   "".join(rounds), len(automaton.states), transitions))
    cases = "".join("        case door.open_%d(%s.exp:%s ep, u32 k): send door.ok(); exp_%d(ep, k);\n" % (
        s, c, automaton.state(s), s) for s in starts)
    out.append("sip Exporter(Door.exp:Start door) heap 8 MiB {\n    while (true) switch receive {\n%s"
               "        case door.done(): send door.ok();\n        case closed(door): close(door); return;\n    }\n}\n" % cases)
    out.append("system Main {\n    sip importer = Importer(door: offered, out: machine.console);\n"
               "    sip exporter = Exporter(door: importer.door);\n}\n")
    return "\n".join(out)


def killing(automaton, imports):
    """A system in which, for each side and each state, a process dies while it holds that end in that state."""
    c, out = automaton.name, [head("killing", imports)]
    ways = {}
    for row in range(len(automaton.states)):
        way = automaton.steps(0, lambda s, row=row: s == row)
        ways[row] = (0, way) if way is not None else (row, [])
    starts = sorted({start for start, _ in ways.values()})
    system, rounds, params = [], [], []
    for victim, survivor in (("imp", "exp"), ("exp", "imp")):
        messages = "".join("    in  message open_%d(%s.%s:%s ep, u32 k);\n" % (s, c, victim, automaton.state(s)) for s in starts)
        out.append("contract Door_%s {\n%s    out message ok();\n    state Start: one {\n%s    }\n}\n" % (
            victim, messages, "".join("        open_%d? -> ok! -> Start;\n" % s for s in starts)))
        for row, (start, way) in ways.items():
            dies = Body(automaton, victim)
            dies.walk(way)
            dies.lines.append("fault();")
            out.append(dies.text("void die_%s_%d_%d(%s.%s:%s ep)" % (
                victim, start, row, c, victim, automaton.state(start))))
            lives = Body(automaton, survivor)
            lives.walk(way)
            lives.see_closed(row)
            lives.lines.append("close(ep);")
            out.append(lives.text("void live_%s_%d(%s.%s:%s ep)" % (
                survivor, row, c, survivor, automaton.state(start))))
            door = "%s_%d" % (victim, row)
            params.append("Door_%s.imp:Start %s" % (victim, door))
            system.append("    sip v_%s = Victim_%s(door: survivor.%s);\n" % (door, victim, door))
            mine, theirs = ("i", "e") if victim == "exp" else ("e", "i")
            rounds.append("    channel %s:%s(i_%s, e_%s);\n    send %s.open_%d(%s_%s, %d);\n    receive %s.ok();\n"
                          "    live_%s_%d(%s_%s);\n    while (!%s.is_closed()) yield();\n    assert(heap_used() == before);\n"
                          "    close(%s);\n    before = heap_used();\n" % (
                              c, automaton.state(start), door, door, door, start, theirs, door, row, door,
                              survivor, row, mine, door, door, door))
        for start in starts:
            mine = [row for row, (s, _) in ways.items() if s == start]
            out.append(dispatch("die_%s_%d" % (victim, start), "%s.%s:%s" % (c, victim, automaton.state(start)), mine))
        cases = "".join("        case door.open_%d(%s.%s:%s ep, u32 k): send door.ok(); die_%s_%d(ep, k);\n" % (
            s, c, victim, automaton.state(s), victim, s) for s in starts)
        out.append("sip Victim_%s(Door_%s.exp:Start door) heap 128 KiB, stack 32 KiB {\n    switch receive {\n%s"
                   "        case closed(door):\n    }\n    close(door);\n}\n" % (victim, victim, cases))
    kills = 2 * len(automaton.states)
    out.append("sip Survivor(%s, Console.imp:Ready out) heap 8 MiB {\n    u64 before = heap_used();\n%s"
               '    say(&out, "%d kills survived");\n    close(out);\n}\n' % (", ".join(params), "".join(rounds), kills))
    names = ", ".join("%s: offered" % p.split()[-1] for p in params)
    out.append("system Main {\n    sip survivor = Survivor(%s, out: machine.console);\n%s}\n" % (names, "".join(system)))
    return "\n".join(out), kills
