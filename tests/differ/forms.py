"""More shapes: closures, ref structs and tuples of borrows, iterators, clauses and invariants, constants that functions compute, wire
structs, threads. Each is a function of a Body that gives lines, as in shapes.py."""
from types_of import U16, U32, U64, U8

OPS = ["+%", "-%", "*%", "^", "|"]


def numbers(body, least=3, most=7):
    """A local array of u64, and how many there are."""
    name, count = body.u.name("xs"), body.rng.randint(least, most)
    values = ", ".join(body.expr(U64, 1) for _ in range(count))
    return name, count, [f"u64[{count}] {name} = {{ {values} }};"]


def visitors(u):
    """Functions that take closures, once for each unit: their names."""
    if "visit" not in u.declared:
        u.declared["visit"], u.declared["fold"], u.declared["map"], u.declared["twice"], u.declared["find"] = (
            u.name(stem) for stem in ("visit", "fold", "map", "twice", "find"))
        u.items.append(f"""void {u.declared['visit']}(const u64[] items, ref fn void(usize, const u64*) visit) {{
for (usize i : 0..items.len) visit(i, &items[i]);
}}
A {u.declared['fold']}<T, A: plain>(const T[] items, A first, ref fn A(A, const T*) join) {{
A sum = first;
for (const T* x : items) sum = join(sum, x);
return sum;
}}
own R[..] {u.declared['map']}<T, R>(const T[] items, ref fn R(const T*) f) {{
own R[..] all = {{}};
for (const T* x : items) all.push(f(x));
return all;
}}
void {u.declared['twice']}(ref fn void() f) {{ f(); f(); }}
const u64* {u.declared['find']}(const u64[] items, ref fn bool(const u64*, const u64*) better) {{
const u64* found = &items[0];
for (const u64* x : items) if (better(x, found)) found = x;
return found;
}}""")
    return (u.declared[key] for key in ("visit", "fold", "map", "twice", "find"))


def closures(body):
    """What is around them is read, changed, moved out and put back; closures in closures."""
    u, rng = body.u, body.rng
    visit, fold, map_, twice, find = visitors(u)
    xs, _, lines = numbers(body)
    total, all_, op = u.name("total"), u.name("all"), lambda: rng.choice(OPS)
    lines += [f"u64 {total} = {body.expr(U64, 1)};"]
    kinds = [
        [f"{visit}({xs}, fn (i, x) {{ {total} = ({total} {op()} *x) {op()} (u64)i; }});"],
        [f"log.note({fold}({xs}, {body.typed(U64, 1)}, fn (u64 s, const u64* x) {{ return s {op()} *x; }}));"],
        [f"{twice}(fn () {{", f"{total} = rotl({total}, {rng.randint(1, 9)}) {op()} {rng.randint(1, 99)};",
         f"if ({total} % 3 == {rng.randint(0, 2)}) return;", f"{total} = {total} {op()} 5;", "});"],
        [f"{twice}(fn () {{", f"{visit}({xs}, fn (i, x) {{ {total} = {total} {op()} *x; }});", "});"],
        [f"own u64[..] {all_} = {{}};", f"{visit}({xs}, fn (i, x) {{ if (*x % 2 == 0 || i == 0) {all_}.push(*x); }});",
         f"for (u64 x : {all_}) log.note(x);"],
        [f"auto {all_} = {map_}({xs}[..], fn (const u64* x) {{ return new u64{{ *x {op()} {total} }}; }});",
         f"for (const u64* x : {map_}({all_}[..], fn (const own u64** x) {{ return **x; }})) log.note(*x);"],
        [f"log.note(*{find}({xs}, fn (a, b) {{ return *a {rng.choice(['<', '>'])} *b; }}));"],
        [f"own u64* {all_} = new u64{{ {body.expr(U64, 1)} }};", f"{twice}(fn () {{", f"own u64* old = replace(&{all_}, new u64{{ {total} }});",
         f"{total} = *old {op()} 3;", "});", f"log.note(*{all_});"],
    ]
    for lines_of in rng.sample(kinds, rng.randint(2, 4)):
        lines += ["{", *lines_of, "}"]
    return lines + [f"log.note({total});"]


def ref_structs(body):
    """A view that goes on over what it borrows; what it gives away stays when it goes on."""
    u, rng = body.u, body.rng
    if "Cut" not in u.declared:
        u.declared["Cut"] = name = u.name("Cut")
        u.items.append(f"""ref struct {name} {{ const u64[] rest; u64 taken; }}
const u64[] {name}.next({name}* c, usize n) from *c {{
usize k = n < c->rest.len ? n : c->rest.len;
const u64[] part = c->rest[0..k];
c->rest = c->rest[k..];
c->taken = c->taken +% (u64)k;
return part;
}}
const u64[] longer_{name}({name}* a, {name}* b) from *a, *b {{
if (a->rest.len > b->rest.len) return a.next(2);
return b.next(1);
}}
ref struct Pen_{name} {{ u64[] page; u64* ink; }}
void Pen_{name}.put(Pen_{name}* p, u64 x) {{
if (p->page.len == 0) return;
p->page[(usize%)x % p->page.len] = x;
*p->ink = *p->ink *% 3 +% x;
}}""")
    name, (xs, count, lines) = u.declared["Cut"], numbers(body)
    c, d, a, b, ink, pen = (u.name(stem) for stem in ("cut", "other", "a", "b", "ink", "pen"))
    if rng.random() < 0.5:
        lines += [f"{name} {c} = {{ {xs}, 0 }};", f"{name} {d} = {{ {xs}[{rng.randint(0, count)}..], 0 }};",
                  f"const u64[] {a} = {c}.next({rng.randint(0, count)});", f"const u64[] {b} = longer_{name}(&{c}, &{d});",
                  f"for (u64 x : {a}) log.note(x);", f"for (u64 x : {b}) log.note(x);",
                  f"while (true) {{", f"const u64[] part = {c}.next({rng.randint(1, 3)});", "if (part.len == 0) break;", "log.note(part[0]);", "}",
                  f"log.note({c}.taken +% {d}.taken);"]
        return lines
    lines += [f"u64 {ink} = {body.expr(U64, 1)};", "{", f"Pen_{name} {pen} = {{ {xs}, &{ink} }};"]
    lines += [f"{pen}.put({body.expr(U64, 1)});" for _ in range(rng.randint(1, 4))]
    return lines + ["}", f"for (u64 x : {xs}) log.note(x);", f"log.note({ink});"]


def halves(body):
    """Tuples of borrows: two parts of one array that are changed at once, the first and the rest."""
    u, rng = body.u, body.rng
    xs, count, lines = numbers(body, 2)
    low, high, first, rest, at = (u.name(stem) for stem in ("low", "high", "first", "rest", "at"))
    cut = rng.randint(0, count) if not u.reckless or rng.random() < 0.9 else count + 1
    lines += ["{", f"(u64[] {low}, u64[] {high}) = {xs}.split_at({cut});", f"for (u64* x : {high}) *x = *x {rng.choice(OPS)} {rng.randint(1, 9)};",
              f"for (u64* x : {low}) {{", f"if ({high}.len > 0) *x = *x ^ {high}[0];", f"{'if (' + high + '.len > 0) ' + high + '[0] = *x;'}", "}", "}"]
    lines += ["{", f"u64[] {rest} = {xs};", f"u64 {at} = 0;", f"while ((u64* {first}, u64[] others) = {rest}.split_first()) {{",
              f"*{first} = *{first} {rng.choice(OPS)} {at};", f"{at} += 1;", f"{rest} = others;", "}", "}"]
    return lines + [f"for (u64 x : {xs}) log.note(x);"]


def iterators(body):
    """A type that is an iterator, in a loop, behind a borrow, in a generic function, left early."""
    u, rng = body.u, body.rng
    if "Steps" not in u.declared:
        u.declared["Steps"] = name = u.name("Steps")
        u.items.append(f"""struct {name} : Iterator<u64> {{ u64 at; u32 left; }}
u64? {name}.next({name}* it) {{
if (it->left == 0) return none;
it->left -= 1;
it->at = it->at {rng.choice(OPS)} {rng.randint(2, 99)};
return it->at;
}}
struct Boxes_{name} : Iterator<own u64*> {{ u32 left; }}
own u64*? Boxes_{name}.next(Boxes_{name}* it) {{
if (it->left == 0) return none;
it->left -= 1;
return new u64{{ it->left }};
}}
u64 sum_{name}<I: Iterator<u64>>(I* it) {{
u64 total = 0;
for (u64 x : it) total = total *% 5 +% x;
return total;
}}""")
    name, it, total = u.declared["Steps"], u.name("it"), u.name("sum")
    made = f"{{ .at = {body.expr(U64, 1)}, .left = {rng.randint(0, 8)} }}"
    lines = [f"{name} {it} = {made};", f"u64 {total} = 0;", f"for (u64 x : {it}) {{", f"{total} = {total} {rng.choice(OPS)} x;",
             f"if (x % {rng.randint(2, 5)} == 0) {rng.choice(['break', 'continue'])};", f"{total} = {total} +% 1;", "}",
             f"log.note({total});", f"log.note({it}.at);", f"log.note(sum_{name}(&{it}));"]
    if rng.random() < 0.6:
        lines += [f"for (own u64* box : Boxes_{name}{{ .left = {rng.randint(0, 6)} }}) {{", f"if (*box == {rng.randint(0, 4)}) {rng.choice(['break', 'continue'])};",
                  "log.note(*box);", "}"]
    if rng.random() < 0.5:
        lines += [f"for ((usize i, u64 x) : numbered({name}{{ .at = 3, .left = {rng.randint(0, 5)} }})) log.note((u64)i ^ x);"]
    return lines


def clauses(body):
    """Clauses and invariants that hold, and in a reckless unit some that perhaps do not."""
    u, rng = body.u, body.rng
    if "Level" not in u.declared:
        u.declared["Level"] = name = u.name("Level")
        u.items.append(f"""struct {name} {{
u32 value;
pub u32 most = {rng.randint(50, 90)};
invariant (value <= most);
}}
{name} {name}.at(u32 value) requires (value <= {rng.randint(40, 60)}) {{ return {{ .value = value }}; }}
void {name}.raise({name}* self, u32 by) requires (by > 0) ensures (self->value == old(self->value) + by) {{ self->value += by; }}
u32 {name}.get(const {name}* self) {{ return self->value; }}
u32 half_{name}(u32 n) requires (n % 2 == 0) ensures (result * 2 == n) {{ return n / 2; }}
own u64[] filled_{name}(usize n, u64 x) ensures (result.len == n && (n == 0 || result[0] == x)) {{ return new u64[n]{{ x ... }}; }}
u64? find_{name}(const u64[] all, u64 x) ensures (result == none || all[(usize)(result else 0)] == x) {{
for (usize i : 0..all.len) if (all[i] == x) return (u64)i;
return none;
}}""")
    name, level, xs = u.declared["Level"], u.name("level"), u.name("xs")
    bad = u.reckless and rng.random() < 0.3
    at = body.expr(U32, 1) if bad else f"(({body.typed(U32, 1)}) & 31)"
    by = f"(({body.typed(U32, 1)}) & 7)" if bad else f"((({body.typed(U32, 1)}) & 7) + 1)"
    n = body.expr(U32, 1) if bad else f"((({body.typed(U32, 1)}) & 0xffff) * 2)"
    return [f"{name} {level} = {name}.at({at});", f"{level}.raise({by});", f"log.note({level}.get());", f"log.note(half_{name}({n}));",
            f"own u64[] {xs} = filled_{name}({rng.randint(0, 5)}, {body.expr(U64, 1)});", f"log.note(find_{name}({xs}, {xs}.len > 0 ? {xs}[0] : 3) else 77);",
            f"assert({level}.get() > 0{', ' + chr(34) + 'it was raised' + chr(34) if rng.random() < 0.5 else ''});"]


def constants(body):
    """What a function computes while it is compiled, and again when it runs."""
    u, rng = body.u, body.rng
    f, c, table = u.name("calc"), u.name("Fixed"), u.name("Table")
    a, b, n = rng.randint(0, 10**9), rng.randint(1, 12), rng.randint(1, 6)
    u.items.append(f"""u64 {f}(u64 a, u64 b) {{
u64 x = a;
u64[4] part = {{ 1, 2, 3, a }};
for (u64 i : 0..b) {{
x = x {rng.choice(OPS)} (part[(usize%)i % 4] {rng.choice(OPS)} i);
if (x % 5 == {rng.randint(0, 4)}) part[(usize%)x % 4] = x;
}}
return x ^ part[{rng.randint(0, 3)}];
}}
const u64 {c} = {f}({a}, {b});
const u64[{n}] {table} = {{ {', '.join(f'{f}({rng.randint(0, 99)}, {rng.randint(0, 9)})' for _ in range(n))} }};""")
    return [f"log.note({c});", f"log.note({f}({body.expr(U64, 1)} & 0xff, {b}));", f"log.note({c} == {f}({a}, {b}) ? 1 : 0);",
            f"for (u64 x : {table}) log.note(x);", f"log.note({table}[{body.index(n)}]);"]


def wires(body):
    """A wire struct in bytes and as a value: orders, arrays, parts."""
    u, rng = body.u, body.rng
    w, p = u.name("Wire"), u.name("Part")
    fields = [(f"f{i}", rng.choice(["u8", "u16", "u32", "u64", "i16", "i32", "i64"]), rng.choice(["be", "le"])) for i in range(rng.randint(1, 5))]
    spelled = " ".join(f"{'' if t == 'u8' else o + ' '}{t} {n};" for n, t, o in fields)
    u.items.append(f"wire struct {p} {{ u8 kind; {rng.choice(['be', 'le'])} u16[2] list; }}\nwire struct {w} {{ {spelled} u8[3] name; {p} part; "
                   f"{rng.choice(['be', 'le'])} u32 last; }}")
    raw, x, h, room = u.name("raw"), u.name("x"), u.name("h"), rng.randint(10, 60)
    notes = lambda place, arrow: [f"log.note((u64%){place}{arrow}{n});" for n, _, _ in fields] + [
        f"log.note({place}{arrow}part.list[{body.index(2)}]);", f"log.note({place}{arrow}name[{body.index(3)}]);", f"log.note({place}{arrow}last);"]
    lines = [f"own u8[] {raw} = new u8[{room}]{{ 0 ... }};", f"for (usize i : 0..{room}) {raw}[i] = (u8%)(log.next() ^ (u64)i);",
             f"if (const {w}* {h} = view::<{w}>({raw}[{rng.randint(0, 5)}..])) {{", *notes(h, "->"), f"{w} {x} = *{h};",
             f"{x}.part.list[{body.index(2)}] = {body.expr(U16, 1)};", f"{x}.last = {body.expr(U32, 1)};",
             f"{x}.name[1] = {body.expr(U8, 1)};", f"{x}.{fields[0][0]} = {h}->{fields[0][0]};", *notes(x, "."),
             f"const u8[] bytes = {h}->name;", "log.bytes(bytes);", "} else {", "log.note(4);", "}", f"log.note(sizeof({w}));"]
    return lines


def threads(body):
    """Threads that are lent parts of one array, and what they add up together; what they get for good comes back over a channel."""
    u, rng = body.u, body.rng
    if body.params is not None or body.depth > 0 or body.times > 4:
        return closures(body)
    if "Both" not in u.declared:
        u.declared["Both"] = name = u.name("Both")
        u.items.append(f"""struct {name} {{ atomic<u64> hits; mutex<u64> sum; mutex<own u64[..]> list; u64 by; }}
void fill_{name}(u64[] part, u64 first) {{
for (usize i : 0..part.len) {{
part[i] = first *% (u64)(i + 1);
if (i % 2 == 0) yield();
}}
}}
void add_{name}(const {name}* both, const u64[] part) {{
for (u64 x : part) {{
_ = both->hits.add(x & 15);
lock (both->sum, u64* sum) {{
u64 old = *sum;
if (old % 3 == 0) yield();
*sum = old +% x *% both->by;
}}
lock (both->list, own u64[..]* list) {{ list->push(x & 7); }}
}}
}}
contract Post_{name} {{ in message put(own u64[] x, u64 n); state Start: put? -> Over; state Over: end; }}
void post_{name}(Post_{name}.imp:Start to, own u64[] x, u64 n) {{
for (u64* y : x) *y = *y ^ n;
send to.put(x, n +% 1);
close(to);
}}""")
    name, (xs, count, lines) = u.declared["Both"], numbers(body, 4, 8)
    both, here, there, cut = u.name("both"), u.name("here"), u.name("there"), rng.randint(0, count)
    low, high = u.name("low"), u.name("high")
    lines += ["{", f"(u64[] {low}, u64[] {high}) = {xs}.split_at({cut});",
              "join {", f"spawn fill_{name}({low}, {body.expr(U64, 1)});", *(["yield();"] if rng.random() < 0.5 else []),
              f"spawn fill_{name}({high}, {body.expr(U64, 1)});", "}", "}",
              f"{name} {both} = {{ .hits = {{ 3 }}, .sum = {{ 5 }}, .list = {{ {{}} }}, .by = {rng.randint(1, 9)} }};", "join {",
              *[f"spawn add_{name}(&{both}, {xs}{part});" for part in (f"[..{cut}]", f"[{cut}..]", "[1..3]")[:rng.randint(1, 3)]],
              *([f"add_{name}(&{both}, {xs}[..2]);"] if rng.random() < 0.4 else []), "}",
              f"log.note({both}.hits.load());", f"lock ({both}.sum, const u64* sum) {{ log.note(*sum); }}",
              f"lock ({both}.list, const own u64[..]* list) {{", "log.note(list->len);", "u64 all = 0;", "for (u64 x : *list) all += x;", "log.note(all);", "}",
              f"for (u64 x : {xs}) log.note(x);"]
    if rng.random() < 0.5:
        lines += ["{", f"channel Post_{name}({here}, {there});", f"spawn post_{name}({here}, new u64[{rng.randint(0, 4)}]{{ {body.expr(U64, 1)} ... }}, {body.expr(U64, 1)});",
                  "switch receive {", f"case {there}.put(own u64[] back, u64 n):", "log.note(n);", "for (u64 x : back) log.note(x);",
                  f"case closed({there}): log.note(5);", "}", "}"]
    return lines


ALL = [closures, closures, ref_structs, halves, iterators, clauses, constants, wires, threads, threads]
