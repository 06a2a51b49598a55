"""Larger shapes that statements alone do not make: generics, interfaces, function values, tuples, results, lists and trees,
texts, channels within a process, and questions to another process. Each is a function of a Body that gives lines; what they
declare goes before the unit's functions."""
from types_of import BOOL, I32, I64, STR, U16, U32, U64, U8, USIZE

PLAIN_INTS = [U8, U16, U32, U64, I32, I64]


def ring(body):
    """A generic queue in place."""
    u, rng = body.u, body.rng
    if "Ring" not in u.declared:
        u.declared["Ring"] = name = u.name("Ring")
        u.items.append(f"""struct {name}<T: plain, usize N> {{ T[N] slots; usize at; usize used; }}
bool {name}<T, N>.put({name}<T, N>* r, T x) {{
if (r->used == N) return false;
r->slots[(r->at + r->used) % N] = x;
r->used += 1;
return true;
}}
T? {name}<T, N>.get({name}<T, N>* r) {{
if (r->used == 0) return none;
T x = r->slots[r->at];
r->at = (r->at + 1) % N;
r->used -= 1;
return x;
}}""")
    t, name, x = rng.choice(PLAIN_INTS), u.declared["Ring"], u.name("ring")
    lines = [f"{name}<{t}, {rng.randint(1, 5)}> {x} = {{ .slots = {{ 0 ... }}, .at = 0, .used = 0 }};"]
    for _ in range(rng.randint(2, 8)):
        if rng.random() < 0.6:
            lines.append(f"log.note({x}.put({body.expr(t, 1)}) ? 1 : 0);")
        else:
            lines.append(f"log.note((u64%)({x}.get() else {body.literal(t)}));")
    return lines


def ordered(body):
    """An interface, met by a struct and by a built-in type; a generic function over both."""
    u, rng = body.u, body.rng
    if "Less" not in u.declared:
        u.declared["Less"] = name = u.name("Less")
        u.declared["pair"], u.declared["sort"] = pair, sort = u.name("Pair"), u.name("sort")
        u.items.append(f"""interface {name} {{ bool before{u.number}(const Self* a, const Self* b); }}
bool u32.before{u.number}(const u32* a, const u32* b) {{ return *a {rng.choice(['<', '>'])} *b; }}
struct {pair} : {name} {{ u32 a; own u64* b; }}
bool {pair}.before{u.number}(const {pair}* a, const {pair}* b) {{ return a->a < b->a || a->a == b->a && *a->b < *b->b; }}
void {sort}<T: {name}>(T[] items) {{
for (usize i : 1..items.len) {{
for (usize k : reverse 0..i) {{
if (!items[k + 1].before{u.number}(&items[k])) break;
items.swap(k, k + 1);
}}
}}
}}""")
    x, pair, sort, n = u.name("rows"), u.declared["pair"], u.declared["sort"], rng.randint(1, 6)
    if rng.random() < 0.5:
        values = ", ".join(f"{body.expr(U32, 1)} & 7" for _ in range(n))
        return [f"u32[{n}] {x} = {{ {values} }};", f"{sort}({x});", f"for (u32 v : {x}) log.note(v);"]
    pushes = [f"{x}.push({{ .a = {body.expr(U32, 1)} & 3, .b = new u64{{ {body.expr(U64, 1)} }} }});" for _ in range(n)]
    return [f"own {pair}[..] {x} = {{}};", *pushes, f"{sort}({x});", f"for (const {pair}* v : {x}) {{", "log.note(v->a);",
            "log.note(*v->b);", "}"]


def either(body):
    """A generic enum with owners in it, taken apart by nested patterns."""
    u, rng = body.u, body.rng
    if "Either" not in u.declared:
        u.declared["Either"] = name = u.name("Either")
        u.declared["weigh"] = weigh = u.name("weigh")
        u.items.append(f"""enum {name}<A, B> {{ left(A a), right(B b), both(A a, B b), neither }}
u64 {weigh}({name}<u64?, own str> e) {{
switch (e) {{
case .left(.some({rng.randint(0, 5)}..={rng.randint(6, 90)})): return 1;
case .left(.some(u64 n)): return n;
case .left(.none): return 2;
case .right(own str s): return s.len + 3;
case .both(.some(u64 n), own str s): return n +% s.len;
case .both(.none, _): return 4;
case .neither: return 5;
}}
}}""")
    option = f"({body.bool_expr(1)} ? {body.u.declared.setdefault('some', 'maybe_some')}({body.expr(U64, 1)}) : none)"
    option = rng.choice(["none", f".some({body.expr(U64, 1)})"])
    text = body.fresh(STR, 0)
    value = rng.choice([f".left({option})", f".right({text})", f".both({option}, {text})", ".neither"])
    return [f"log.note({u.declared['weigh']}({value}));"]


def function_value(body):
    """Which function is called is known only when it runs."""
    u, rng = body.u, body.rng
    a, b, t = u.name("fa"), u.name("fb"), rng.choice(PLAIN_INTS)
    op = lambda: rng.choice(["+%", "-%", "*%", "^", "&", "|", "+|"])
    u.items.append(f"{t} {a}({t} x, {t} y) {{ return x {op()} y {op()} ({t}){rng.randint(0, 99)}; }}\n"
                   f"{t} {b}({t} x, {t} y) {{ return (x {op()} y) / (y | 1); }}\n"
                   f"{t} apply_{a}(fn {t}({t}, {t}) f, {t} x) {{ return f(x, f(x, 3)); }}")
    f = u.name("fn")
    return [f"fn {t}({t}, {t}) {f} = {body.bool_expr(1)} ? {a} : {b};", f"log.note((u64%){f}({body.expr(t, 1)}, {body.expr(t, 1)}));",
            f"log.note((u64%)apply_{a}({rng.choice([f, a, b])}, {body.expr(t, 1)}));"]


def tuples(body):
    u, rng = body.u, body.rng
    name, a, b = u.name("two"), rng.choice(PLAIN_INTS), rng.choice(PLAIN_INTS)
    u.items.append(f"({a}, {b}) {name}({a} x, {b} y) {{\nif (x == 0) return (({a}){rng.randint(1, 9)}, y);\nreturn (x ^ 1, y +% 1);\n}}")
    p, q = u.name("t"), u.name("t")
    lines = [f"({a} {p}, {b} {q}) = {name}({body.expr(a, 1)}, {body.expr(b, 1)});", f"log.note((u64%){p});"]
    lines += [f"(_, {q}) = {name}({p}, {q});", f"log.note((u64%){q});"]
    if a is b:
        lines += [f"({p}, {q}) = ({q}, {p});", f"log.note((u64%){p});"]
    return lines


def results(body):
    """Errors that are handed on, and wrapped on the way."""
    u, rng = body.u, body.rng
    if "Bad" not in u.declared:
        u.declared["Bad"], u.declared["Worse"], u.declared["try"] = bad, worse, outer = u.name("Bad"), u.name("Worse"), u.name("outer")
        inner = u.name("inner")
        u.items.append(f"""enum {bad} {{ small(u64 by), odd, text(own str why) }}
enum {worse} {{ bad({bad} b), twice }}
Result<u64, {bad}> {inner}(u64 n) {{
if (n < 10) return .err(.small(10 - n));
if (n % 2 == 1) return .err(.odd);
if (n % {rng.randint(3, 7)} == 0) return .err(.text(new "no"));
return .ok(n / 2);
}}
Result<own u64*, {worse}> {outer}(Log* log, u64 n) {{
defer log.note(n);
u64 a = try {inner}(n);
own u64* kept = new u64{{ a }};
u64 b = try {inner}(a);
if (b == {rng.randint(5, 20)}) return .err(.twice);
*kept = *kept +% b;
return .ok(kept);
}}""")
    bad, worse = u.declared["Bad"], u.declared["Worse"]
    return [f"switch ({u.declared['try']}(log, {body.expr(U64, 1)} & 127)) {{", "case .ok(own u64* p): log.note(*p);",
            f"case .err(.bad(.small(u64 by))): log.note(by);", "case .err(.bad(.text(own str why))): log.bytes(why.bytes);",
            f"case .err(.bad({bad} b)): log.note(40);", "case .err(.twice): log.note(41);", "}"]


def list_of(body):
    """A list that is built, reversed, and taken apart."""
    u, rng = body.u, body.rng
    t = rng.choice(PLAIN_INTS)
    node, push, turn = u.name("Node"), u.name("push"), u.name("turn")
    u.items.append(f"""struct {node} {{ {t} value; own {node}*? next; }}
void {push}(own {node}*?* head, {t} value) {{
own {node}*? rest = take(head);
*head = new {node}{{ .value = value, .next = rest }};
}}
own {node}*? {turn}(own {node}*? list) {{
own {node}*? turned = none;
while (own {node}* n = take(&list)) {{
list = replace(&n->next, take(&turned));
turned = n;
}}
return turned;
}}""")
    x, i = u.name("list"), u.name("i")
    return [f"own {node}*? {x} = none;", f"for (u32 {i} : 0..{rng.randint(0, 9)}) {push}(&{x}, {body.expr(t, 1)});",
            *([f"{x} = {turn}({x});"] if rng.random() < 0.7 else []),
            f"while (own {node}* n = take(&{x})) {{", "log.note((u64%)n->value);", f"{x} = take(&n->next);",
            *([f"if (n->value == {body.literal(t)}) break;"] if rng.random() < 0.4 else []), "}"]


def tree_of(body):
    u, rng = body.u, body.rng
    tree, build, fold, mirror = u.name("Tree"), u.name("build"), u.name("fold"), u.name("mirror")
    u.items.append(f"""enum {tree} {{ leaf(u64 value), fork(own {tree}* left, own {tree}* right), stub }}
own {tree}* {build}(Log* log, u32 depth) {{
u64 n = log.next();
if (depth == 0 || n % {rng.randint(3, 9)} == 0) return n % 5 == 0 ? new {tree}{{ .stub }} : new {tree}{{ .leaf(n) }};
own {tree}* left = {build}(log, depth - 1);
return new {tree}{{ .fork(left, {build}(log, depth - 1)) }};
}}
u64 {fold}(const {tree}* t) {{
switch (*t) {{
case .leaf(u64 value): return value;
case .fork(const own {tree}* *left, const own {tree}* *right): return rotl({fold}(*left), 3) ^ {fold}(*right);
case .stub: return 9;
}}
}}
void {mirror}({tree}* t) {{
switch (*t) {{
case .fork(own {tree}* *left, own {tree}* *right):
swap(left, right);
{mirror}(*left);
if ({fold}(*right) % 2 == 0) *right = new {tree}{{ .stub }};
case .leaf(u64* value): *value += 1;
case .stub:
}}
}}""")
    x = u.name("tree")
    return [f"own {tree}* {x} = {build}(log, {rng.randint(0, 4)});", f"log.note({fold}({x}));", f"{mirror}({x});", f"log.note({fold}({x}));"]


def texts(body):
    u, rng = body.u, body.rng
    a, b = u.name("s"), u.name("s")
    words = ['"abc"', '"ab"', '"gr\\u{fc}n"', '""', '"\\u{1F600}"']
    lines = [f"own str {a} = new {rng.choice(words)};", f"str {b} = {body.bool_expr(1)} ? {rng.choice(words)} : {rng.choice(words)};",
             f"log.note({a} == {b} ? 1 : {b} != \"ab\" ? 2 : 3);", f"log.note({a}.len * 3 + {b}.bytes.len);"]
    x = u.name("bytes")
    lines += [f"own u8[] {x} = copy({b}.bytes);",
              f"if ({x}.len > 0) {x}[(usize%){body.expr(U32, 1)} % {x}.len] {rng.choice(['=', '^='])} {body.expr(U8, 1)};",
              f"if (str t = str.of({x})) log.bytes(t.bytes);", "else log.note(77);"]
    return lines


def travels(t):
    """Whether a value may be sent: growables are sealed first."""
    inner = [p for _, payload in t.parts for _, p in payload] if t.kind == "enum" else \
        [p for _, p in t.parts] if t.kind == "struct" else [] if t.kind in ("key", "flags") else t.parts
    return t.kind not in ("grow", "few") and all(travels(p) for p in inner)


def keep_end(u, rng, c, a):
    """Where an end is kept, and how it is written there."""
    keep, p = u.name("Keep"), u.name("kept")
    u.items.append(f"struct {keep} {{ u32 n; {c}.imp:Start end; }}")
    place = {"box": [f"own {keep}* {p} = new {keep}{{ 1, {a} }};"],
             "struct": [f"{keep} {p}_it = {{ 2, {a} }};", f"{keep}* {p} = &{p}_it;"],
             "element": [f"{keep}[1] {p}_all = {{ {{ 3, {a} }} }};", f"{keep}* {p} = &{p}_all[0];"],
             "option": [f"{keep}? {p}_it = {keep}{{ 4, {a} }};", f"{keep}* {p} = &{p}_it!;"]}
    return rng.choice(list(place.values())), p


def in_memory(body):
    """An end in memory: asked and answered there, or through a borrow that is kept, and back before it ends."""
    u, rng = body.u, body.rng
    c = u.name("Chan")
    u.items.append(f"""contract {c} {{
in message ask(u32 n);
out message told(u32 n);
out message sorry();
state Start: ask? -> (told! -> Start or sorry! -> Start);
}}""")
    a, b, n, m = (u.name(stem) for stem in ("here", "there", "n", "m"))
    lines, p = keep_end(u, rng, c, a)
    if rng.random() < 0.3:
        end = u.name("end")
        lines.append(f"{c}.imp:Start* {end} = &{p}->end;")
        path = end
    else:
        path = f"{p}->end"
    lines = ["{", f"channel {c}({a}, {b});", *lines]
    for _ in range(rng.randint(1, 3)):
        beside = [f"{p}->n = {p}->n +% {body.expr(U32, 1)};"] if rng.random() < 0.5 else []
        lines += [f"send {path}.ask({body.expr(U32, 1)});", *beside,
                  f"receive {b}.ask(u32 {n}) else closed {{ fault(); }}",
                  f"if ({n} % 3 != 0) send {b}.told({n});", f"else send {b}.sorry();",
                  "switch receive {", f"case {path}.told(u32 {m}): log.note({m});",
                  f"case {path}.sorry(): log.note(71);", f"case closed({path}): log.note(72);", "}"]
        n, m = u.name("n"), u.name("m")
    lines.append(f"close({b});")
    if rng.random() < 0.5:
        lines += [f"send {path}.ask({body.expr(U32, 1)});", "switch receive {", f"case {path}.told(_), {path}.sorry(): log.note(73);",
                  f"case closed({path}): log.note(74);", "}"]
    return [*lines, f"log.note({p}->n);", "}"]


def own_channel(body):
    """Both ends in one process: what is sent waits until it is received."""
    u, rng = body.u, body.rng
    c, t, owned = u.name("Chan"), u.plain_type(2), u.any_type(1)
    if not travels(t):
        t = U64
    if not travels(owned):
        owned = STR
    u.items.append(f"""contract {c} {{
in message first({t} a, u32 n);
in message second({owned} b);
out message reply({t} a);
out message sorry(u64 n);
state Start: first? -> second? -> (reply! -> Over or sorry! -> Over);
state Over: end;
}}""")
    a, b, x, y, z, n = (u.name(stem) for stem in ("here", "there", "x", "y", "z", "n"))
    return ["{", f"channel {c}({a}, {b});", f"send {a}.first({body.value(t, 2)}, {body.expr(U32, 1)});",
            f"send {a}.second({body.value(owned, 1)});", f"receive {b}.first({t} {x}, u32 {n}) else closed {{ fault(); }}",
            f"receive {b}.second({owned} {y}) else closed {{ fault(); }}", *u.mix(owned, y),
            f"if ({n} % 2 == 0) send {b}.reply({x});", f"else send {b}.sorry({n});", *([f"close({b});"] if rng.random() < 0.5 else []),
            "switch receive {", f"case {a}.reply({t} {z}):", *u.mix(t, z), f"case {a}.sorry(u64 {z}): log.note({z});",
            f"case closed({a}): log.note(70);", "}", "}"]


def ask_other(body):
    """A question to the process next door, which owns what it was sent and gives it back changed."""
    u, rng = body.u, body.rng
    if body.params is not None:
        return own_channel(body)
    d, r = u.name("data"), u.name("sum")
    lines = [f"own u8[] {d} = new u8[{rng.randint(0, 9)}]{{ {body.expr(U8, 1)} ... }};"]
    return ["{", *lines, f"send ask.ask({d}, {body.expr(U64, 1)});", "switch receive {",
            f"case ask.told(own u8[] back, u64 {r}):", "log.bytes(back);", f"log.note({r});",
            f"case ask.no(u32 {r}): log.note({r});", "case closed(ask): log.note(99);", "}", "}"]


ALL = [ring, ordered, either, function_value, tuples, results, list_of, tree_of, texts, own_channel, in_memory, ask_other]
