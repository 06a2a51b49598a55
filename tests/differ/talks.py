"""Conversations: random protocols between two processes or two threads, sets of endpoints, joins, contracts that inherit or take
parameters, endpoints of which only the contract is known. Each is a function of a Body that gives lines, as in shapes.py."""
from shapes import travels
from types_of import STR, U16, U32, U64, U8


class Turn:
    """Whose turn it is in a protocol, and what may be said: messages with their payloads, and what follows each."""

    def __init__(self, client, options):
        self.client, self.options = client, options


class Goes:
    """The end of a bracket: the state that follows."""

    def __init__(self, state):
        self.state = state


class Talk:
    """A protocol under construction, and code for both ends of it."""

    def __init__(self, body):
        self.body, self.u, self.rng = body, body.u, body.rng
        self.name, self.messages = self.u.name("Talk"), []
        self.more, self.reached = self.rng.random() < 0.4, False
        self.idle = Turn(True, [self.message(True, self.reply(2)) for _ in range(self.rng.randint(1, 3))] +
                         [self.message(True, Turn(False, [self.message(False, Goes("Over"), [U64])]), [])])
        self.more = self.reached
        self.again = Turn(True, [self.message(True, self.reply(1, "More")), self.message(True, self.reply(1))]) if self.more else None

    # --- the contract -------------------------------------------------------------------------------------------
    def payload(self):
        types = []
        for _ in range(self.rng.choice([0, 1, 1, 2])):
            t = self.u.plain_type(1) if self.rng.random() < 0.6 else self.u.any_type(1)
            types.append(t if travels(t) else self.rng.choice([U64, STR]))
        return types

    def message(self, client, rest, types=None):
        name = f"m{len(self.messages)}"
        self.messages.append(None)
        types = self.payload() if types is None else types
        limit = {"own u8[]": "own u8[<= 4 KiB]"}
        listed = ", ".join(f"{limit.get(t.name, t.name)} a{i}" for i, t in enumerate(types))
        self.messages[int(name[1:])] = f"{'in ' if client else 'out'} message {name}({listed});"
        return name, types, rest

    def reply(self, depth, state="Idle"):
        roll = self.rng.random()
        if state == "Idle" and self.more and depth == 2 and roll < 0.3:
            state, self.reached = "More", True
        if depth and roll < 0.15:  # a question back
            return Turn(False, [self.message(False, Turn(True, [self.message(True, self.reply(depth - 1, state)),
                                                                self.message(True, Goes(state))]))])
        if depth and roll < 0.35:
            return Turn(False, [self.message(False, self.reply(depth - 1, state))])
        return Turn(False, [self.message(False, Goes(state)) for _ in range(self.rng.choice([1, 1, 2, 3]))])

    def spell(self, part):
        if isinstance(part, Goes):
            return part.state
        sign = "?" if part.client else "!"
        options = [f"{name}{sign} -> {self.spell(rest)}" for name, _, rest in part.options]
        return options[0] if len(options) == 1 else f"({' or '.join(options)})"

    def contract(self):
        state = lambda name, turn: [f"state {name}: one {{", *(f"{n}? -> {self.spell(rest)};" for n, _, rest in turn.options), "}"]
        return "\n".join([f"contract {self.name} {{", *self.messages, *state("Idle", self.idle), *(state("More", self.again) if self.more else []),
                          "state Over: end;", "}"])

    # --- code ---------------------------------------------------------------------------------------------------
    def scope(self, body):
        body.scopes += 1
        kept, body.scope = (list(body.vars), body.scope), body.scopes
        return kept

    def named(self, body, types):
        """Names for what is received, which later messages may be made of."""
        from generate import Var
        names = [self.u.name("v") for _ in types]
        body.vars += [Var(n, t, scope=body.scope) for n, t in zip(names, types)]
        return names, [line for n, t in zip(names, types) for line in self.u.mix(t, n)]

    def says(self, body, end, option, follow):
        name, types, rest = option
        return [f"send {end}.{name}({', '.join(body.value(t, 1) for t in types)});", *follow(rest)]

    def speak(self, body, end, turn, follow):
        """This end's turn: one of the messages, chosen when it runs."""
        if len(turn.options) == 1:
            return self.says(body, end, turn.options[0], follow)
        lines = [f"switch (log.next() % {len(turn.options)}) {{"]
        for i, option in enumerate(turn.options):
            kept = self.scope(body)
            lines += [f"case {i}:" if i + 1 < len(turn.options) else "default:", *self.says(body, end, option, follow)]
            body.vars, body.scope = kept
        return lines + ["}"]

    def listen(self, body, end, turn, follow, closed, leave):
        """The other end's turn."""
        options = turn.options
        if len(options) == 1 and self.rng.random() < 0.4:
            name, types, rest = options[0]
            names, mixed = self.named(body, types)
            binds = ", ".join(f"{t} {n}" for t, n in zip(types, names))
            return [f"receive {end}.{name}({binds}) else closed {{", *leave, "}", *mixed, *follow(rest)]
        lines = ["switch receive {"]
        for name, types, rest in options:
            for guarded in ([True, False] if types and types[0].kind == "int" and self.rng.random() < 0.3 else [False]):
                kept = self.scope(body)
                names, mixed = self.named(body, types)
                binds = [f"{t} {n}" for t, n in zip(types, names)]
                guard = f" if ({names[0]} {self.rng.choice(['<', '>', '!='])} {self.rng.randint(0, 100)})" if guarded else ""
                lines += [f"case {end}.{name}({', '.join(binds)}){guard}:", *mixed, *follow(rest)]
                body.vars, body.scope = kept
        return lines + [f"case closed({end}):", *closed, "}"]

    def serve(self, end="end"):
        """The exporter's function: what it hashes it says when it is told to stop."""
        from generate import Body
        name, body = self.u.name("serve"), Body(self.u, None, [])
        body.cost = 3000  # it calls nothing dear
        ended = [f"close({end});", "return;"]

        def loop(turn, here):
            label = self.u.name("l")

            def follow(part):
                if isinstance(part, Goes):
                    if part.state == here:
                        return []
                    return [f"break {label};"] if part.state == "Idle" else ended if part.state == "Over" else loop(self.again, "More")
                if any(isinstance(rest, Goes) and rest.state == "Over" for _, _, rest in part.options):
                    return [f"send {end}.{part.options[0][0]}(log->sum);", *ended]
                if part.client:
                    return self.listen(body, end, part, follow, ["log.note(9);"] + ended, ended)
                return self.speak(body, end, part, follow)

            kept = self.scope(body)
            lines = [f"{label}: while (true) {{", *self.listen(body, end, Turn(True, turn.options), follow, ended, ended), "}"]
            body.vars, body.scope = kept
            return lines
        seed = self.rng.getrandbits(40)
        lines = loop(self.idle, "Idle")
        self.u.items.append("\n".join([f"void {name}({self.name}.exp:Idle {end}) {{", f"Log own_log = {{ .sum = 5, .seed = {seed | 1}, .unit = 0 }};",
                                       "Log* log = &own_log;", *lines, "}"]))
        return name

    def ask(self, end):
        """The importer's lines: a few rounds, then the end."""
        body, label = self.body, self.u.name("t")

        def follow(part):
            if isinstance(part, Goes):
                if part.state != "More":
                    return []
                lines = []
                for option in [self.again.options[0]] * self.rng.randint(0, 2) + [self.again.options[1]]:
                    lines += self.says(body, end, option, lambda rest: inner(rest))
                return lines
            return self.speak(body, end, part, follow) if part.client else \
                self.listen(body, end, part, follow, ["log.note(6);"], ["log.note(7);", f"break {label};"])

        def inner(part):  # in More: what leads there goes on behind
            if isinstance(part, Goes):
                return []
            return self.speak(body, end, part, inner) if part.client else \
                self.listen(body, end, part, inner, ["log.note(6);"], ["log.note(7);", f"break {label};"])

        times = self.rng.randint(1, 4)
        body.times *= times
        kept = self.scope(body)
        rounds = self.speak(body, end, Turn(True, self.idle.options[:-1]), follow)
        body.vars, body.scope = kept
        body.times //= times
        stop, _, bye = self.idle.options[-1]
        lines = [f"{label}: for (u32 _i : 0..{times}) {{", *rounds, "}"]
        if self.rng.random() < 0.9:
            lines += [f"send {end}.{stop}();", "switch receive {", f"case {end}.{bye.options[0][0]}(u64 x): log.note(x);",
                      f"case closed({end}): log.note(8);", "}"]
        return lines + [f"close({end});"]


def settled():
    """A channel's memory belongs to who made it until both ends are gone: who answers has let go of his."""
    return ["send ask.ask(new u8[1]{ 1 }, 7);", "switch receive {", "case ask.told(own u8[] _, u64 sum): log.note(sum);",
            "case ask.no(u32 why): log.note(why);", "case closed(ask): log.note(3);", "}"]


def outermost(body):
    return body.params is None and body.depth == 0 and body.times <= 2


def talk(body):
    """With the process next door, or with a thread."""
    if not outermost(body):
        return inherited(body)
    t = Talk(body)
    t.u.items.append(t.contract())
    serve, mine, theirs = t.serve(), t.u.name("mine"), t.u.name("theirs")
    lines = [f"channel {t.name}({mine}, {theirs});"]
    if t.rng.random() < 0.7:
        message = f"talk{t.u.number}_{len(t.u.posts)}"
        t.u.posts.append((message, f"{t.name}.exp:Idle", serve))
        return ["{", *lines, f"send ask.{message}({theirs});", "switch receive {", "case ask.fine(): log.note(1);", "case closed(ask): log.note(2);", "}",
                *t.ask(mine), *settled(), "}"]
    return ["{", *lines, "join {", f"spawn {serve}({theirs});", *t.ask(mine), "}", "}"]


def sets(body):
    """Several ends in a set, served in the order in which they have something."""
    u, rng = body.u, body.rng
    w, guest, serve = u.name("Work"), u.name("Guest"), u.name("host")
    t = body.u.plain_type(1)
    if not travels(t):
        t = U32
    u.items.append(f"""contract {w} {{
in message job({t} x, own u8[<= 1 KiB] paper);
in message stop();
out message done(u64 total, own u8[] paper);
state Ready: one {{ job? -> done! -> Ready; stop? -> Over; }}
state Over: end;
}}
struct {guest} {{ u32 id; u64 total; own str name; }}
void {serve}(Log* log, endpoints<{w}.exp:Ready, {guest}>* set, u32 most) {{
for (u32 _i : 0..most) {{
switch receive {{
case set.job({t} x, own u8[] paper) as (ep, who):
{chr(10).join(u.mix(t, 'x'))}
who.total = who.total *% 31 +% (u64)paper.len + (u64)who.id;
send ep.done(who.total, paper);
set.add(ep, who);
case set.stop() as (ep, who): log.note(who.total); close(ep);
case closed(set) as (_, who): log.bytes(who.name.bytes);
case timeout(1 ms): log.note(3); return;
}}
}}
}}""")
    n, s = rng.randint(1, 3), u.name("set")
    ends = [(u.name("a"), u.name("b")) for _ in range(n)]
    lines = ["{", f"endpoints<{w}.exp:Ready, {guest}> {s};"]
    for i, (a, b) in enumerate(ends):
        lines += [f"channel {w}({a}, {b});", f"{s}.add({b}, {{ .id = {i}, .total = {rng.randint(0, 9)}, .name = new \"guest{i}\" }});"]
    order = rng.sample(range(n), n)
    for i in order:
        lines += [f"send {ends[i][0]}.job({body.value(t, 1)}, new u8[{rng.randint(0, 9)}]{{ {body.expr(U8, 1)} ... }});"]
    lines += [f"{serve}(log, &{s}, {n + rng.randint(0, 1)});"]
    for i in rng.sample(range(n), n):
        lines += ["switch receive {", f"case {ends[i][0]}.done(u64 total, own u8[] paper): log.note(total); log.bytes(paper);",
                  f"case closed({ends[i][0]}): log.note(9);", "}"]
    leaving = rng.randint(0, n)
    for i in order[:leaving]:
        if rng.random() < 0.5:
            lines.append(f"send {ends[i][0]}.stop();")
        lines.append(f"close({ends[i][0]});")
    lines += [f"{serve}(log, &{s}, {leaving});", f"log.note({s}.len);"]
    if rng.random() < 0.7:
        lines += [f"while (({w}.exp:Ready ep, {guest} who) = {s}.take()) {{", "log.note(who.id);", "log.bytes(who.name.bytes);", "close(ep);", "}"]
    return lines + [f"close({ends[i][0]});" for i in order[leaving:]] + ["}"]


def joins(body):
    """Two at once, or one and the other gone, or neither."""
    u, rng = body.u, body.rng
    h, both = u.name("Half"), u.name("both")
    u.items.append(f"""contract {h} {{
in message half(u32 n, own str text);
in message never();
out message whole(u64 sum);
state Start: one {{ half? -> whole! -> Start; never? -> Over; }}
state Over: end;
}}
void {both}(Log* log, {h}.exp:Start left, {h}.exp:Start right) {{
switch receive {{
case left.half(u32 n, own str s) && right.half(u32 m, own str t):
log.bytes(s.bytes);
log.note(t.len + (u64)(n ^ m));
send left.whole((u64)n + (u64)m);
send right.whole((u64)n * (u64)m);
close(left);
close(right);
case left.half(u32 n, _) && closed(right):
send left.whole((u64)n);
close(left);
case closed(left) && right.half(_, own str t): log.bytes(t.bytes); close(right);
case left.never(), right.never(): log.note(11); close(left); close(right);
case unsatisfiable: log.note(12); close(left); close(right);
case timeout({rng.choice(['1 ms', '500 us', '2000000 ns'])}): log.note(13); close(left); close(right);
}}
}}""")
    a, b, c, d = (u.name(stem) for stem in ("a", "b", "left", "right"))
    lines = ["{", f"channel {h}({a}, {c});", f"channel {h}({b}, {d});"]
    for end in (a, b):
        roll = rng.random()
        lines += [f"send {end}.half({body.expr(U32, 1)}, new \"text\");"] if roll < 0.6 else [f"send {end}.never();"] if roll < 0.75 else \
            [f"close({end});", f"log.note({c if end == a else d}.is_closed() ? 1 : 0);"] if roll < 0.9 else []
        if roll >= 0.6 and roll < 0.75:
            lines.append(f"close({end});")
        elif roll < 0.6:
            lines.append("//" + end)
    lines.append(f"{both}(log, {c}, {d});")
    for i, end in enumerate((a, b)):
        if f"//{end}" in lines:
            lines += ["switch receive {", f"case {end}.whole(u64 x): log.note(x);", f"case closed({end}): log.note({20 + i});", "}", f"close({end});"]
        elif not any(line == f"close({end});" for line in lines):
            lines.append(f"close({end});")
    return [line for line in lines if not line.startswith("//")] + ["}"]


def inherited(body):
    """A contract that inherits, seen as its base; one with a parameter; one of which only the contract is known."""
    u, rng = body.u, body.rng
    dev, disk, listen, stream, find = (u.name(stem) for stem in ("Device", "Disk", "Listen", "Stream", "find"))
    t = rng.choice([U64, U16, U8])
    u.items.append(f"""contract {dev} {{
in message stop();
out message stopped(u32 left);
state Ready: stop? -> stopped! -> Over;
state Over: end;
}}
contract {disk} : {dev} {{
in message read(u64 at);
out message data(own u8[] bytes);
out message bad();
override state Ready: read? -> (data! or bad!) -> Ready;
}}
contract {stream}<T> {{
in message next();
out message item(T x);
out message done();
state Ready: next? -> (item! -> Ready or done! -> Over);
state Over: end;
}}
void shut_{dev}(Log* log, {dev}.imp:Ready device) {{
send device.stop();
switch receive {{
case device.stopped(u32 left): log.note(left);
case closed(device): log.note(30);
}}
close(device);
}}
void serve_{disk}({disk}.exp:Ready end) {{
u32 left = {rng.randint(0, 50)};
while (true) switch receive {{
case end.read(u64 at) if (at % 3 == {rng.randint(0, 2)}): send end.bad();
case end.read(u64 at): left += 1; send end.data(new u8[(usize)(at % 20)]{{ (u8%)at ... }});
case end.stop(): send end.stopped(left); close(end); return;
case closed(end): return;
}}
}}
{disk}.imp:Ready? {find}<contract C>({disk}.any.imp some, C.exp _other) {{ return some.as::<{disk}.imp:Ready>(); }}
void take_{stream}(Log* log, {stream}<{t}>.imp:Ready end, u32 most) {{
for (u32 _i : 0..most) {{
send end.next();
switch receive {{
case end.item({t} x): log.note(x);
case end.done(), closed(end): log.note(34); close(end); return;
}}
}}
close(end);
}}
void items_{stream}({stream}<{t}>.exp:Ready end, {t} first) {{
{t} n = first;
while (true) switch receive {{
case end.next():
n = n *% 7 +% 3;
if (n % 5 == 0) {{ send end.done(); close(end); return; }}
send end.item(n);
case closed(end): return;
}}
}}""")
    if not outermost(body):
        a, b = u.name("a"), u.name("b")
        return ["{", f"channel {stream}<{t}>({a}, {b});", f"send {a}.next();",
                "switch receive {", f"case {b}.next(): send {b}.item({body.expr(t, 1)});", f"case closed({b}): log.note(4);", "}",
                "switch receive {", f"case {a}.item({t} x): log.note(x); close({a});", f"case {a}.done(): log.note(5); close({a});",
                f"case closed({a}): log.note(6); close({a});", "}", f"close({b});", "}"]
    m, e, s, x, o = (u.name(stem) for stem in ("mine", "end", "some", "disk", "other"))
    lines = ["{", f"channel {disk}({m}, {e});", "join {", f"spawn serve_{disk}({e});"]
    for _ in range(rng.randint(0, 3)):
        lines += [f"send {m}.read({body.expr(U64, 1)});", "switch receive {", f"case {m}.data(own u8[] bytes): log.bytes(bytes);",
                  f"case {m}.bad(): log.note(31);", f"case closed({m}): log.note(32);", "}"]
    if rng.random() < 0.5:
        lines += [f"channel {stream}<{t}>({o}, {s}_1);", f"close({o});", f"{disk}.any.imp {s} = {m};",
                  f"if ({disk}.imp:Ready {x} = {find}({s}, {s}_1)) shut_{dev}(log, {x}.as::<{dev}.imp:Ready>());", "else log.note(33);"]
    else:
        lines += [f"shut_{dev}(log, {m}.as::<{dev}.imp:Ready>());"]
    lines += ["}", "}", "{", f"channel {stream}<{t}>({o}, {s});", "join {", f"spawn items_{stream}({s}, {body.expr(t, 1)});",
              f"take_{stream}(log, {o}, {rng.randint(1, 6)});", "}", "}"]
    return lines


def tries(body):
    """`try receive`, in a function that gives an optional and in one that gives a Result."""
    u, rng = body.u, body.rng
    c, f, g = u.name("Count"), u.name("tried"), u.name("counted")
    u.items.append(f"""contract {c} {{
in message ask(u32 n);
out message answer(u32 n, own u8[] rest);
state Start: ask? -> answer! -> Start;
}}
enum Gone_{c} {{ closed, odd(u32 n) }}
u64? {f}({c}.imp:Start -> Start* end, u32 n) {{
send end.ask(n);
try receive end.answer(u32 x, own u8[] rest);
return (u64)x +% (u64)rest.len;
}}
Result<u64, Gone_{c}> {g}({c}.imp:Start.ask -> Start* end) {{
try receive end.answer(u32 x, _);
if (x % 2 == 1) return .err(.odd(x));
return .ok((u64)x);
}}""")
    a, b = u.name("a"), u.name("b")
    lines = ["{", f"channel {c}({a}, {b});", f"send {a}.ask({body.expr(U32, 1)});", "switch receive {",
             f"case {b}.ask(u32 n): send {b}.answer(n ^ {rng.randint(0, 9)}, new u8[{rng.randint(0, 5)}]{{ 7 ... }});", f"case closed({b}): log.note(1);", "}",
             f"switch ({g}(&{a})) {{", "case .ok(u64 n): log.note(n);", "case .err(.odd(u32 n)): log.note(n);", "case .err(.closed): log.note(2);", "}"]
    return lines + [f"close({b});", f"log.note({f}(&{a}, {body.expr(U32, 1)}) else 44);", f"close({a});", "}"]


ALL = [talk, talk, talk, sets, joins, inherited, tries]
