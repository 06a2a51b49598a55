"""What puts values together and takes them apart: arguments by name, arrays whose first elements differ, ranges without an end,
patterns that move one part and borrow another, patterns and `default` in what is received. Each is a function of a Body that gives lines, as in
shapes.py."""
from types_of import BOOL, I16, I32, STR, U16, U32, U64, U8


def named(body):
    """Arguments by name, some or all, in their order: of functions, methods, variants, messages, and of what is built in."""
    u, rng = body.u, body.rng
    if "Named" not in u.declared:
        n = u.declared["Named"] = u.name("Tally")
        u.items.append(f"""enum Form_{n} {{ dot, box(u32 width, u16 height, own str label) }}
struct {n} {{ u64 at; u32 calls; }}
u64 {n}.step({n}* self, u64 by, u32 times, bool back) {{
self->calls += 1;
for (u32 _i : 0..times & 7) self->at = back ? self->at -% by : self->at *% 3 +% by;
return self->at;
}}
u64 mixed_{n}(Log* log, own str first, u64 second, const u8[] third) {{
log.bytes(third);
log.bytes(first.bytes);
return second ^ first.len;
}}
T chosen_{n}<T: plain>(T first, T second, ref fn bool(T a, T b) less) {{ return less(second, first) ? second : first; }}
contract Said_{n} {{ in message said(u64 what, own str how); state Start: said? -> end; }}""")
    n, x, f = u.declared["Named"], u.name("tally"), u.name("form")
    by = lambda name: rng.choice(["", f"{name}: "])

    def args(*pairs):
        named_from, out = rng.randint(0, len(pairs)), []
        for i, (name, value) in enumerate(pairs):
            out.append(f"{name}: {value}" if i >= named_from else value)
        return ", ".join(out)
    t = rng.choice([U8, I16, U64])
    kinds = [
        [f"log.note({x}.step({args(('by', body.expr(U64, 1)), ('times', f'{x}.calls + 1'), ('back', body.expr(BOOL, 1)))}));"],
        [f"log.note(mixed_{n}({args(('log', 'log'), ('first', 'new ' + chr(34) + 'one' + chr(34)), ('second', f'{x}.step(by: 1, times: 2, back: false)'), ('third', 'b' + chr(34) + 'ab' + chr(34)))}));"],
        [f"Form_{n} {f} = .box({args(('width', body.expr(U32, 1)), ('height', body.expr(U16, 1)), ('label', body.fresh(STR, 0)))});",
         f"switch ({f}) {{", "case .box(u32 w, const u16* h, own str l): log.note((u64)w +% (u64)*h); log.bytes(l.bytes);", "case .dot: log.note(2);", "}"],
        [f"log.note((u64%)chosen_{n}({args(('first', body.typed(t, 1)), ('second', body.typed(t, 1)))}, {by('less')}fn (a, b) {{ return a < b; }}));"],
        [f"own u64[..] {f} = {{}};", f"{f}.push({by('value')}{body.expr(U64, 1)});", f"{f}.insert({args(('i', '0'), ('value', body.expr(U64, 1)))});", f"{f}.swap({args(('i', '0'), ('j', '1'))});",
         f"log.note(rotl({args(('value', f'{f}[0]'), ('amount', '9'))}));", f"own u64[..] {f}_old = replace({args(('place', f'&{f}'), ('value', '{}'))});", f"log.note({f}_old.len);"],
        [f"channel Said_{n}({x}_a, {x}_b);", f"send {x}_a.said({args(('what', body.expr(U64, 1)), ('how', body.fresh(STR, 0)))});", "switch receive {",
         f"case {x}_b.said(u64 what, own str how): log.note(what); log.bytes(how.bytes);", f"case closed({x}_b): log.note(5);", "}", ],
    ]
    lines = [f"{n} {x} = {{ .at = {body.expr(U64, 1)}, .calls = {rng.randint(0, 3)} }};"]
    for lines_of in rng.sample(kinds, rng.randint(2, 4)):
        lines += ["{", *lines_of, "}"]
    return ["{", *lines, f"log.note({x}.calls);", "}"]


def listed(body):
    """Arrays whose first elements are said and whose rest repeats: in place, on the heap, of arrays and of structs; listed owners."""
    u, rng = body.u, body.rng
    t, xs, n = rng.choice([U8, U16, U64, I32]), u.name("xs"), rng.randint(3, 9)
    some = lambda k: ", ".join(body.expr(t, 1) for _ in range(k))
    k = rng.randint(1, 3)
    length = f"({body.index(9)}) + {k}"
    kinds = [
        [f"{t}[{n}] {xs} = {{ {some(rng.randint(2, 3))} ... }};", f"for ({t} x : {xs}) log.note((u64%)x);"],
        [f"own {t}[] {xs} = new {t}[{length}]{{ {some(k)} ... }};", f"for ({t} x : {xs}) log.note((u64%)x);"],
        [f"own own str[] {xs} = new own str[{k}]{{ {', '.join(body.fresh(STR, 0) for _ in range(k))} }};", f"for (const own str* x : {xs}) log.bytes(x.bytes);",
         f"own str {xs}_old = {xs}.replace({body.index(k)}, new \"other\");", f"log.bytes({xs}_old.bytes);"],
        [f"(u8, {t})[{n}] {xs} = {{ ({body.expr(U8, 1)}, {body.expr(t, 1)}), (1, 2) ... }};", f"for ((u8 a, {t} b) : {xs}) {{", "log.note(a);", "log.note((u64%)b);", "}"],
        [f"{t}?[{n}] {xs} = {{ none, {body.expr(t, 1)}, none ... }};", f"for ({t}? x : {xs}) log.note((u64%)(x else 7));"],
        [f"{t}[2][{rng.randint(2, 4)}] {xs} = {{ {{ {some(2)} }}, {{ {some(1)} ... }} ... }};", f"for (usize i : 0..{xs}.len) for ({t} x : {xs}[i]) log.note((u64%)x);"],
    ]
    lines = []
    for lines_of in rng.sample(kinds, rng.randint(2, 3)):
        lines += ["{", *lines_of, "}"]
    return lines


def endless(body):
    """Ranges without an end, in loops and in patterns."""
    u, rng = body.u, body.rng
    i, most, t = u.name("i"), rng.randint(2, 9), rng.choice([U8, U16, I16, U64])
    low = t.most - rng.randint(0, 6) if u.reckless and rng.random() < 0.4 else rng.randint(0, 90)
    f = u.name("band")
    a, b = rng.randint(1, 20), rng.randint(21, 100)
    u.items.append(f"""u64 {f}({t} x) {{
switch (x) {{
case ..{a}: return 1;
case {a}..={b}: return (u64)x;
case {b + 1}..: return 3;
}}
}}
u64 {f}_guarded(Log* log, {t} x) {{
switch (x) {{
case {a}.. if (log.next() % 2 == 0): return 4;
case ..={b}: return 5;
default: return (u64%)x;
}}
}}""")
    lines = [f"usize {i}_n = 0;", f"for ({t} {i} : {low}..) {{", f"log.note((u64%){i});", f"{i}_n += 1;", f"if ({i}_n == {most}) break;", "if (log.next() % 5 == 0) continue;",
             f"log.note({f}({i}));", "}"]
    if rng.random() < 0.5:
        lines += [f"for (usize {i} : {rng.randint(0, 5)}..) {{", f"if ({i} *% {rng.randint(3, 7)} > {rng.randint(9, 40)}) break;", f"log.note({i});", "}"]
    return ["{", *lines, f"log.note({f}({body.typed(t, 1)}));", f"log.note({f}_guarded(log, {body.typed(t, 1)}));", "}"]


def beside(body):
    """A part of what is matched moves while another is borrowed; what nobody takes is dropped once."""
    u, rng = body.u, body.rng
    if "Beside" not in u.declared:
        n = u.declared["Beside"] = u.name("Beside")
        u.items.append(f"""enum {n} {{ two(own str a, own str b), three(own u8[..] v, u32 n, own str? o), deep(own {n}* inside, own u64* x), none_of }}
u64 apart_{n}(Log* log, {n} e, u32 depth) {{
switch (e) {{
case .two(own str a, own str b) if (a.len > b.len): log.bytes(a.bytes); return b.len;
case .two(const own str* a, own str b): log.bytes(b.bytes); return a->len * 10;
case .three(own u8[..]* v, const u32* n, own str? o):
v->push((u8%)*n);
if (own str s = o) return (u64)s.len +% (u64)v->len +% (u64)*n;
return v->len;
case .deep(own {n}* _, own u64* x) if (depth == 0 || *x % 5 == 0): return *x;
case .deep(own {n}* inside, own u64* *x):
**x = **x +% 1;
return apart_{n}(log, *inside, depth - 1) ^ **x;
case .none_of: return 7;
}}
}}
u64 pair_{n}((own str, u64*) p) {{
switch (p) {{
case (own str s, u64* n) if (s.len > 2): *n = *n +% s.len; return 1;
case (own str s, u64* n): *n = *n ^ s.len; return 2;
}}
}}""")
    n, x = u.declared["Beside"], u.name("x")

    def value(depth):
        some = [f".two({body.fresh(STR, 0)}, {body.fresh(STR, 0)})", f".three({{}}, {body.expr(U32, 1)}, {rng.choice(['none', body.fresh(STR, 0)])})", ".none_of"]
        if depth == 0:
            return rng.choice(some)
        return rng.choice(some + [f".deep(new {n}{{ {value(depth - 1)} }}, new u64{{ {body.expr(U64, 1)} }})"] * 3)
    lines = [f"log.note(apart_{n}(log, {value(rng.randint(0, 3))}, {rng.randint(0, 4)}));" for _ in range(rng.randint(1, 3))]
    return ["{", *lines, f"u64 {x} = {body.expr(U64, 1)};", f"log.note(pair_{n}((new \"{'abcd'[:rng.randint(0, 4)]}\", &{x})));", f"log.note({x});", "}"]


def received(body):
    """Patterns in what is received: who takes what; `default` takes what no pattern does, and the end."""
    u, rng = body.u, body.rng
    if "Svc" not in u.declared:
        n = u.declared["Svc"] = u.name("Svc")
        low, high = rng.randint(0, 5), rng.randint(6, 20)
        u.items.append(f"""enum What_{n} {{ dot, circle(u32 r), named(own str name), both(u32? a, own u8[]? b) }}
contract {n} {{
in message request(u32? id, What_{n} what, u8 mode, own str text);
in message heap(own u64* x);
out message done(u64 n);
state Ready: one {{ request? -> Answer; heap? -> Answer; }}
state Answer: done! -> Ready;
}}
void answer_{n}(Log* log, {n}.exp:Ready -> Ready* c) {{
switch receive {{
case c->request(.some({rng.randint(0, 3)}), .circle({low}..={high}), _, _): send c->done(1);
case c->request(.some(u32 x), .circle(u32 r), {rng.randint(0, 9)}.., _) if (x > r): send c->done(x);
case c->request(.some(_), .named(own str name), 0..=127, own str text): log.bytes(name.bytes); send c->done(name.len + text.len);
case c->request(none, .both(.some(u32 a), .some(own u8[] bytes)), _, _): log.bytes(bytes); send c->done(a);
case c->request(_, .both(_, .some(const own u8[]* b)), _, _) if (b->len > 2): send c->done(b->len);
case c->request(_, .both(_, .some(own u8[]* b)), _, const own str* t):
if (b->len > 0) b[0] = 9;
log.bytes(*b);
send c->done(t->len);
case c->request(_, .named("ab"), _, _): send c->done(1000);
case c->request(_, _, _, "text"): send c->done(2000);
case c->request(_, What_{n} w, _, _):
switch (w) {{ case .circle(u32 r): log.note(r); default: }}
send c->done(3000);
case c->heap(own u64* x) if (*x > 9): send c->done(*x);
case c->heap(_): send c->done(4);
case closed(*c): log.note(40);
}}
}}
void rest_{n}(Log* log, {n}.exp:Ready c) {{
switch receive {{
case c.request(.some(u32 n), .named(own str s), _, _) if (n % 2 == 1): log.bytes(s.bytes); send c.done(n);
case c.heap(const own u64* *x) if (**x % 3 == 0): log.note(**x); send c.done(7);
case timeout(100 s): log.note(41); close(c); return;
default: log.note(42); send c.done(5);
}}
close(c);
}}""")
    n, a, b = u.declared["Svc"], u.name("a"), u.name("b")
    option = lambda t: rng.choice(["none", body.expr(t, 1), f"{rng.randint(0, 5)}"])

    def message():
        bytes_ = rng.choice(["none", f"new u8[{rng.randint(0, 4)}]{{ {body.expr(U8, 1)} ... }}"])
        what = rng.choice([".dot", f".circle({rng.randint(0, 30)})", f".circle({body.expr(U32, 1)})", f".named({body.fresh(STR, 0)})", '.named(new "ab")', f".both({option(U32)}, {bytes_})"])
        text = rng.choice(['new "text"', body.fresh(STR, 0)])
        return f"heap(new u64{{ {rng.choice([str(rng.randint(0, 20)), body.expr(U64, 1)])} }})" if rng.random() < 0.2 else f"request({option(U32)}, {what}, {body.expr(U8, 1)}, {text})"
    heard = ["switch receive {", f"case {a}.done(u64 n): log.note(n);", f"case closed({a}): log.note(43);", "}"]
    lines = ["{", f"channel {n}({a}, {b});"]
    for _ in range(rng.randint(1, 4)):
        lines += [f"send {a}.{message()};", f"answer_{n}(log, &{b});", *heard]
    if rng.random() < 0.7:
        lines += [f"send {a}.{message()};", f"rest_{n}(log, {b});", *heard, f"close({a});"]
    elif rng.random() < 0.5:
        lines += [f"close({a});", f"rest_{n}(log, {b});"]
    else:
        lines += [f"close({b});", f"log.note({a}.is_closed() ? 1 : 2);", f"close({a});"]
    return lines + ["}"]


ALL = [named, listed, endless, beside, beside, received, received]
