"""The smaller words of the language, many at a time: each way to assign, optionals on every way, patterns within patterns, loops with
invariants, what is put off, slices and growables, function values, generics over constants and over borrows, atomics, what has
ends of channels in it. Each is a function of a Body that gives lines, as in shapes.py."""
from forms import OPS, numbers
from types_of import BOOL, CHAR, F64, I16, I32, I64, I8, INTS, U16, U32, U64, U8, USIZE


def assigns(body):
    u, rng = body.u, body.rng
    t, x = rng.choice(INTS), u.name("x")
    lines = [f"{t} {x} = {body.expr(t, 2)};"]
    for op in rng.sample(["+%=", "-%=", "*%=", "+|=", "-|=", "*|=", "&=", "|=", "^="], rng.randint(2, 5)):
        lines += [f"{x} {op} {body.expr(t, 1)};", f"log.note((u64%){x});"]
    lines += [f"{x} {op} {rng.randint(0, 7)};" for op in rng.sample(["<<=", ">>="], rng.randint(0, 2))]
    lines += [f"{x} {op} {rng.randint(1, 9)};" for op in rng.sample(["/=", "%="], rng.randint(0, 2))]
    if u.reckless:
        lines += [f"{x} {op} {body.expr(t, 1)};" for op in rng.sample(["+=", "-=", "*=", "/=", "%="], rng.randint(0, 2))]
    lines += [f"{x} &= 15;", rng.choice([f"{x}++;", f"{x} += 3;", f"{x} *= 2;"]), f"{x}{rng.choice(['--', ' -= 1'])};" if rng.random() < 0.5 else f"{x} |= 1;"]
    a = u.name("a")
    lines += [f"{t}[3] {a} = {{ {x}, {body.expr(t, 1)}, 1 }};", f"{a}[{body.index(3)}] {rng.choice(['+%=', '^=', '-|='])} {a}[{body.index(3)}];"]
    return lines + [f"log.note((u64%){x});", f"for ({t} y : {a}) log.note((u64%)y);"]


def maybe(body):
    """`try`, `else` in its forms, `!`, bindings of optionals, of tuples in optionals, `new?`."""
    u, rng = body.u, body.rng
    if "maybe" not in u.declared:
        f = u.declared["maybe"] = u.name("maybe")
        u.items.append(f"""u64? {f}(u64 x) {{
if (x % {rng.randint(2, 5)} == 0) return none;
u64 half = try (x /? (x & 6));
return half +% (try {f}_small(x));
}}
u8? {f}_small(u64 x) {{ return (u8?)(x & 0x1ff); }}
(u64, u8)? {f}_pair(u64 x) {{
u8 low = {f}_small(x) else return none;
return (x, low);
}}
u64 {f}_leave(Log* log, u64 x) {{
defer {{
log.note(5);
log.note(x);
}}
u64 y = {f}(x) else return {rng.randint(0, 9)};
(u64 a, u8 b) = {f}_pair(y) else return y;
return a ^ b;
}}
own u64*? {f}_box(u64 x) {{
if (x % 4 == 1) return none;
return new? u64{{ x }};
}}""")
    f, x, i = u.declared["maybe"], u.name("x"), u.name("i")
    lines = [f"u64 {x} = {body.expr(U64, 2)};"]
    kinds = [
        [f"log.note({f}({x}) else 7);"],
        [f"log.note({f}_leave(log, {x}));"],
        [f"if ((u64 a, u8 b) = {f}_pair({x})) log.note(a +% b); else log.note(3);"],
        [f"if (own u64* p = {f}_box({x})) {{", "*p ^= 5;", "log.note(*p);", "}", "else log.note(4);"],
        [f"u32 {i} = 0;", f"while (u8 b = {f}_small({x} >> ({i} & 15))) {{", f"{i} += 1;", f"if ({i} > 5) break;", "log.note(b);", "}"],
        [f"for (u32 {i} : 0..4) {{", f"u8 b = {f}_small({x} >> {i}) else {rng.choice(['continue', 'break'])};", "log.note(b);", "}"],
        [f"log.note({f}({x} | {0 if u.reckless else 2})! +% 1);"] if u.reckless else [f"if ({f}({x}) != none) log.note({f}({x})!);"],
        [f"u64? {i} = ({x} +? 9) *? ({f}({x}) -? 1);", f"log.note({i} else 12);", f"log.note({i} == none ? 1 : 0);"],
        [f"own u64[]? {i} = new? u64[{rng.randint(0, 9)}]{{ {x} ... }};", f"if (const own u64[]* all = {i}) log.note(all->len);",
         f"switch (take(&{i})) {{", "case .some(own u64[] all): for (u64 y : all) log.note(y);", "case none: log.note(8);", "}"],
    ]
    for lines_of in rng.sample(kinds, rng.randint(2, 4)):
        lines += ["{", *lines_of, "}"]
    return lines


def patterns(body):
    u, rng = body.u, body.rng
    if "Tree" not in u.declared:
        n = u.declared["Tree"] = u.name("Shape")
        a, b = rng.randint(0, 9), rng.randint(10, 99)
        u.items.append(f"""enum Leaf_{n} {{ number(i32 n), word(own str text), nothing }}
enum {n} {{ leaf(Leaf_{n} l), pair(Leaf_{n} a, Leaf_{n} b), some(Leaf_{n}? maybe) }}
u64 value_{n}({n} t) {{
switch (t) {{
case .leaf(.number(i32 n)) if (n > {b}): return (u64)n;
case .leaf(.number({-b}..={-a - 1})), .leaf(.number({a}..={b})): return 1;
case .leaf(.number(-{b + 1})): return 9;
case .leaf(.word(own str s)) if (s.len > 3): return s.len * 100;
case .pair(.word(own str a), .word(own str b)) if (a.len == b.len): return a.len * 1000;
case .pair(.number(i32 a), .number(i32 b)) if (a < b): return (u64%)(b -% a);
case .pair(_, .number(i32 b)): return (u64%)b +% 500;
case .some(.some(.number(i32 n))) if (n == 7): return 77;
case .some(none): return 5;
default: return 0;
}}
}}
void grow_{n}({n}* t) {{
switch (*t) {{
case .leaf(.number(i32* n)): *n = *n +% 10;
case .leaf(Leaf_{n}* l): *l = .number({a});
case .pair(Leaf_{n}* a, Leaf_{n}* b): swap(a, b);
case .some(.some(Leaf_{n}* l)): *l = .nothing;
case {n}* all: *all = .leaf(.word(new "grown"));
}}
}}
u64 tuples_{n}((i32, bool) p) {{
switch (p) {{
case (0, true): return 1;
case ({-b}..=-1, _): return 2;
case (i32 n, true) if (n > 100): return (u64)n;
case (1..={b}, _): return 3;
case (_, bool b): return b ? 4 : 5;
}}
}}
u64 chars_{n}(char c) {{
switch (c) {{
case 'a'..='m', 'A': return 1;
case '\\n', '\\u{{e9}}', '\\'': return 2;
case char x if (x > 'z'): return (u64)(u32)x;
default: return 3;
}}
}}
u64 both_{n}(u32? a, i8? b) {{
switch ((a, b)) {{
case (.some(u32 x), .some(i8 y)) if (y < 0): return (u64)x;
case (.some(u32 x), .some(-128..=20)): return x;
case (.some(_), .some(i8 y)): return (u64%)y;
case (.some(u32 x), none): return x;
case (none, .some(_)): return 2;
case (none, none): return 0;
}}
}}""")
    n, x = u.declared["Tree"], u.name("x")
    leaf = lambda: rng.choice([".nothing", f".number({body.expr(I32, 1)})", f".number(({body.typed(I32, 1)} & 127) - 60)", '.word(new "word")', '.word(new "ab")'])
    value = rng.choice([f".leaf({leaf()})", f".pair({leaf()}, {leaf()})", f".some(.some({leaf()}))", ".some(none)"])
    lines = [f"{n} {x} = {value};", *([f"grow_{n}(&{x});"] if rng.random() < 0.6 else []), f"log.note(value_{n}({x}));",
             f"log.note(tuples_{n}((({body.typed(I32, 1)} & 255) - 99, {body.expr(BOOL, 1)})));", f"log.note(chars_{n}({body.expr(CHAR, 2)}));",
             f"log.note(both_{n}({rng.choice(['none', body.expr(U32, 1)])}, {rng.choice(['none', body.expr(I8, 1)])}));"]
    return lines


def loops(body):
    """Labels, invariants, parts that are left out, what is put off to the end of a block."""
    u, rng = body.u, body.rng
    n, a, b, i, j = rng.randint(2, 6), u.name("outer"), u.name("inner"), u.name("i"), u.name("j")
    bad = u.reckless and rng.random() < 0.3
    kinds = [
        [f"u32 {i} = 0;", f"{a}: for (;;) {{", f"defer log.note({i});", f"{i} += 1;", f"if ({i} > {n}) break {a};", f"if (log.next() % 3 == 0) continue;", "log.note(1);", "}"],
        [f"u64 {i} = 0;", f"while ({i} < {n}) invariant ({i} <= {n - 1 if bad else n}) invariant ({i} + 1 > 0) {{", f"{i} += 1;", f"if (log.next() % 4 == 1) continue;", f"log.note({i});", "}"],
        [f"{a}: for (usize {i} = 0; {i} < {n}; {i}++) invariant ({i} <= {n}) {{", f"{b}: for (usize {j} : reverse {i}..={n}) {{", f"defer {{ log.note({j}); }}",
         f"switch (log.next() % 5) {{", f"case 0: break {a};", f"case 1: continue {a};", f"case 2: break {b};", "case 3: break;", "default:", "}", f"log.note({i} * 10 + {j});", "}", "}"],
        [f"i8 {i} = {rng.randint(0, 20)};", "do {", f"{i} -= 3;", "log.note((u64%)" + i + ");", f"}} while ({i} > 0) invariant ({i} > {-2 if bad else -4});"],
        [f"for (i8 {i} : {-n}..{n}) {{", "{ ; }", f"log.note((u64%){i});", "}"],
        [f"for (u8 {i} : {255 - n}..=255) log.note({i});"],
        [f"u64[{n}] {i} = {{ {body.expr(U64, 1)} ... }};", f"for (u64* x : {i}) invariant ({i}.len == {n}) *x = *x +% log.next();", f"for (const u64* x : {i}) log.note(*x);"],
        [f"for (usize {i} = {n}; {i} > 0; {i} -= 1) log.note({i});"],
    ]
    lines = []
    for lines_of in rng.sample(kinds, rng.randint(2, 4)):
        lines += ["{", *lines_of, "}"]
    return lines


def slices(body):
    u, rng = body.u, body.rng
    xs, count, lines = numbers(body, 3, 8)
    ys, p, t = u.name("ys"), u.name("p"), u.name("t")
    lo = rng.randint(0, count)
    hi = rng.randint(lo, count) if not u.reckless or rng.random() < 0.8 else rng.randint(0, count + 2)
    kinds = [
        [f"const u64[] {p} = {xs}[{lo}..{hi}];", f"for (u64 x : {p}) log.note(x);"],
        [f"if (const u64[] {p} = {xs}.sub({rng.randint(0, 9)}, {rng.randint(0, 9)})) log.note({p}.len); else log.note(50);"],
        [f"{xs}.copy_within({rng.randint(0, 1)}, {rng.randint(0, 2)}, {rng.randint(0, count - 2 if not u.reckless else count)});"],
        [f"u64[{count}] {ys} = {xs};", f"{ys}.fill({body.expr(U64, 1)});",
         f"{xs}[0..{2 if not u.reckless else rng.randint(1, 3)}].copy_from({ys}[1..3]);"],
        [f"own u64[] {ys} = copy({xs}[..{hi if hi <= count else count}]);", f"log.note({ys}.len);", f"for (u64 x : {ys}) log.note(x);"],
        [f"{xs}.swap({body.index(count)}, {body.index(count)});"],
        [f"log.note({xs}.replace({body.index(count)}, {body.expr(U64, 1)}));"],
        [f"if (u64* {p} = {xs}.get_mut({rng.randint(0, 9)})) *{p} = ~*{p};"],
        [f"u8[4] {t} = {{ {', '.join(body.expr(U8, 1) for _ in range(4))} }};", f"log.note({t}[0..2] == {t}[2..4] ? 1 : 2);", f"log.note({t}[..] != b\"abcd\" ? 3 : 4);",
         f"if ({t}[1..] == b\"\\0\\xff\\n\") log.note(5);"],
        [f"str {t} = r\"raw\\n{u.number}\";", f"log.bytes({t}.bytes[1..]);", f"static str {p} = {body.bool_expr(1)} ? \"one\" : \"three\";", f"log.note({p}.len);"],
    ]
    for lines_of in rng.sample(kinds, rng.randint(2, 5)):
        lines += ["{", *lines_of, "}"]
    return lines + [f"for (u64 x : {xs}) log.note(x);"]


def growables(body):
    u, rng = body.u, body.rng
    v, few, i = u.name("v"), u.name("few"), u.name("i")
    plain = rng.random() < 0.5
    t = rng.choice(["u64", "u16", "i32"]) if plain else "own str"
    value = (lambda: f"({t}%)log.next()") if plain else (lambda: rng.choice(['new "one"', 'new ""', 'copy("three")']))
    note = (lambda p: f"log.note((u64%){p});") if plain else (lambda p: f"log.bytes({p}.bytes);")
    lines = [f"own {t}[..] {v} = {{}};", f"for (u32 _i : 0..{rng.randint(1, 9)}) {v}.push({value()});"]
    for _ in range(rng.randint(2, 6)):
        lines += rng.choice([
            [f"{v}.insert({v}.len / 2, {value()});"], [f"if ({v}.len > 0) {{", f"{t} gone = {v}.remove({v}.len / {rng.randint(2, 3)});", note("gone"), "}"],
            [f"if ({t} last = {v}.pop()) {note('last')}"], [f"{v}.truncate({rng.randint(0, 6)});"], [f"{v}.reserve({rng.randint(0, 100)});"],
            [f"{v}.append({{ {value()}, {value()} }});"] if plain else [f"{v}.push({value()});"], [f"if ({v}.len > 1) {v}.swap(0, {v}.len - 1);"],
            [f"while ({v}.len < 4) {v}.push({value()});"], [f"{v} = {{}};"]])
    if u.reckless and rng.random() < 0.3:
        lines += [f"{t} gone = {v}.remove({rng.randint(0, 5)});", note("gone")]
    lines += [f"{t}[..{rng.randint(3, 5)}] {few} = {{}};", f"for (u32 {i} : 0..{rng.randint(0, 3 if not u.reckless else 5)}) {few}.push({value()});", f"log.note({few}.len);",
              f"for (const {t}{' ' if t.endswith('*') else ''}* x : {few}) {note('(*x)')}"]
    s = u.name("sealed")
    return ["{", *lines, f"own {t}[] {s} = {v}.seal();", f"log.note({s}.len);", f"for (const {t}* x : {s}) {note('(*x)')}", "}"]


def generic(body):
    """Constants as parameters, computed with; parameters that stand for borrows; interfaces with bodies of their own, upon others."""
    u, rng = body.u, body.rng
    if "Grid" not in u.declared:
        g = u.declared["Grid"] = u.name("Grid")
        u.items.append(f"""struct {g}<T: plain, usize W, usize H> {{ T[W * H] cells; u32 writes = {rng.randint(0, 9)}; }}
T {g}<T, W, H>.at(const {g}<T, W, H>* g, usize x, usize y) {{ return g->cells[y * W + x]; }}
void {g}<T, W, H>.set({g}<T, W, H>* g, usize x, usize y, T value) {{ g->cells[y * W + x] = value; g->writes += 1; }}
T[N + 1] longer_{g}<T: plain, usize N>(T[N] xs, T last) {{
T[N + 1] all = {{ last ... }};
all[..N].copy_from(xs[..]);
return all;
}}
T first_or_{g}<ref T>(T? x, T other) from x, other {{ return x else other; }}
ref struct Pair_{g}<ref A, ref B> {{ A a; B b; }}
Pair_{g}<B, A> Pair_{g}<A, B>.swapped(Pair_{g}<A, B> p) {{ return {{ p.b, p.a }}; }}
interface Area_{g} {{
u64 area(const Self* s);
u64 twice(const Self* s) {{ return s.area() *% 2; }}
}}
interface Named_{g} : Area_{g} {{ str name(const Self* s); }}
struct Box_{g} : Named_{g} {{ u64 w; u64 h; }}
u64 Box_{g}.area(const Box_{g}* b) {{ return b->w *% b->h; }}
str Box_{g}.name(const Box_{g}* _b) {{ return "box"; }}
struct Dot_{g} : Named_{g} {{ u8 x; }}
u64 Dot_{g}.area(const Dot_{g}* d) {{ return d->x; }}
u64 Dot_{g}.twice(const Dot_{g}* d) {{ return 3 + (u64)d->x; }}
str Dot_{g}.name(const Dot_{g}* d) {{ return d->x > 100 ? "dot" : "point"; }}
u64 sum_{g}<T: Named_{g} + plain>(const T[] all) {{
u64 sum = 0;
for (const T* x : all) sum = sum *% 3 +% x.twice() +% (u64)x.name().len;
return sum;
}}
[[must_use]] T pick_{g}<T>(bool first, T a, T b) {{ if (first) return a; return b; }}
[[inline]] u64 fast_{g}(u64 x) {{ return x ^ 3; }}
[[cold]] u64 slow_{g}(u64 x) {{ return x *% 3; }}""")
    g, grid, xs, p = u.declared["Grid"], u.name("grid"), u.name("xs"), u.name("p")
    t, w, h = rng.choice([U8, U64, I16]), rng.randint(1, 4), rng.randint(1, 3)
    x, y = (f"{body.index(n)}" for n in (w, h))
    kinds = [
        [f"{g}<{t}, {w}, {h}> {grid} = {{ .cells = {{ {body.expr(t, 1)} ... }} }};", f"{grid}.set({x}, {y}, {body.expr(t, 1)});",
         f"log.note((u64%){grid}.at({body.index(w)}, {body.index(h)}));", f"log.note({grid}.writes);"],
        [f"auto {xs} = longer_{g}(longer_{g}::<{t}, {w}>({{ {', '.join(body.expr(t, 1) for _ in range(w))} }}, {body.expr(t, 1)}), {body.literal(t)});",
         f"for ({t} x : {xs}) log.note((u64%)x);", f"log.note(sizeof({g}<{t}, {w}, {h}>));"],
        [f"{t} a = {body.expr(t, 1)};", f"{t} b = {body.expr(t, 1)};", f"const {t}*? {p} = none;",
         f"if (a > b) {p} = &a;", f"log.note((u64%)*first_or_{g}::<const {t}*>({p}, &b));",
         f"Pair_{g}<const {t}*, u64> pair = {{ &a, {body.expr(U64, 1)} }};",
         "auto turned = pair.swapped();", "log.note(turned.a);", "log.note((u64%)*turned.b);"],
        [f"log.note(sum_{g}::<Box_{g}>({{ {{ .w = {body.expr(U64, 1)}, .h = 3 }}, {{ .w = 2, .h = {body.expr(U64, 1)} }} }}));",
         f"Dot_{g}[2] {xs} = {{ {{ .x = {body.expr(U8, 1)} }}, {{ .x = 1 }} }};", f"log.note(sum_{g}({xs}[..]));", f"log.note({xs}[0].twice());"],
        [f"own str {p} = pick_{g}({body.bool_expr(1)}, new \"left\", new \"to the right\");", f"log.bytes({p}.bytes);", f"_ = pick_{g}(true, 1, 2);",
         f"log.note(pick_{g}({body.bool_expr(1)}, fast_{g}({body.expr(U64, 1)}), slow_{g}({body.expr(U64, 1)})));"],
    ]
    lines = []
    for lines_of in rng.sample(kinds, rng.randint(2, 3)):
        lines += ["{", *lines_of, "}"]
    return lines


def atomics(body):
    """In one thread: what each operation gives; a lock that is left early."""
    u, rng = body.u, body.rng
    t, a, m, f = rng.choice([U8, U32, U64, I32]), u.name("a"), u.name("m"), u.name("locked")
    u.items.append(f"u64 {f}(const mutex<u64>* m, u64 x) {{\nlock (*m, u64* p) {{\nif (x % 2 == 0) return *p;\n*p = *p ^ x;\n}}\nreturn x;\n}}")
    lines = [f"atomic<{t}> {a} = {{ {body.expr(t, 1)} }};", f"atomic<bool> {a}_b = {{}};", f"mutex<u64> {m} = {{ {body.expr(U64, 1)} }};"]
    for _ in range(rng.randint(2, 5)):
        lines.append(rng.choice([f"log.note((u64%){a}.add({body.expr(t, 1)}));", f"log.note((u64%){a}.swap({body.expr(t, 1)}));", f"{a}.store({body.expr(t, 1)});",
                                 f"log.note({a}.compare_swap({body.expr(t, 1)}, {body.expr(t, 1)}) ? 1 : 2);", f"log.note({a}.compare_swap({a}.load(), 3) ? 1 : 2);",
                                 f"log.note({a}_b.swap({body.expr(BOOL, 1)}) ? 1 : 2);", f"log.note({f}(&{m}, {body.expr(U64, 1)}));"]))
    if u.reckless and rng.random() < 0.2:
        lines += [f"lock ({m}, u64* x) {{", "*x = 1;", f"log.note({f}(&{m}, 3));", "}"]
    return ["{", *lines, f"log.note((u64%){a}.load());", f"lock ({m}, const u64* x) {{ log.note(*x); }}", "}"]


def constants(body):
    """What is computed when the program is compiled: structs, texts, borrows, loops, in blocks and as lengths and cases."""
    u, rng = body.u, body.rng
    c, a, n = u.name("C"), rng.randint(1, 99), rng.randint(2, 5)
    u.items.append(f"""struct {c} {{ u32 x = {a} * 3; i16 y = -{a}; bool[2] z = {{ true, false }}; }}
const {c} one_{c} = {{ .x = {rng.randint(0, 9)} }};
const usize length_{c} = (usize)({n} + one_{c}.x % 2);
const str[2] names_{c} = {{ "first", "second" }};
u64 spread_{c}(const u8[] bytes, u64 by) {{
u64 sum = by;
for (u8 b : bytes) {{
switch (b) {{
case 'a'..='f': sum = sum *% 7;
case 's': continue;
default: sum = sum {rng.choice(OPS)} b;
}}
}}
return sum;
}}
const u64 hash_{c} = spread_{c}(names_{c}[1].bytes, (u64)length_{c});
enum Key_{c} : u16 {{ low = {a}, high = {a} * 5 + 1 }}""")
    x, k = u.name("x"), u.name("k")
    q = rng.choice(["1 s", "20 ms", "4 KiB", "1 us + 5 ns", "1 min", "1 h / 7", "1 GiB", "1 TiB >> 3"])
    lines = [f"const u64 {x} = hash_{c} ^ {q};", f"log.note({x});", f"u8[length_{c}] {x}_a = {{ {body.expr(U8, 1)} ... }};", f"log.note({x}_a.len);",
             f"log.note(spread_{c}(names_{c}[{body.index(2)}].bytes, {body.expr(U64, 1)}));", f"log.note(one_{c}.x);", f"log.note((u64%)one_{c}.y);",
             f"log.note(one_{c}.z[{body.index(2)}] ? 1 : 2);", f"switch ({body.typed(U16, 1)} & 511) {{", f"case {a}: log.note(1);", f"case {a * 5 + 1}: log.note(2);", "default: log.note(3);", "}",
             f"if (Key_{c} {k} = Key_{c}.of({rng.choice([str(a), str(a + 1), body.expr(U16, 1)])})) log.note((u16){k});", "else log.note(4);"]
    return lines


def holders(body):
    """Ends of channels in structs, enums, optionals and growables; what is dropped with them."""
    u, rng = body.u, body.rng
    c, h = u.name("Ping"), u.name("Holder")
    u.items.append(f"""contract {c} {{ in message ping(u64 n); out message pong(u64 n, own str? why); state Idle: ping? -> pong! -> Idle; }}
struct {h} {{ {c}.imp:Idle end; u32 id; }}
enum Some_{h} {{ one({c}.exp:Idle end), two({c}.exp:Idle a, {c}.exp:Idle b), nobody }}
u64 answer_{h}({c}.exp:Idle -> Idle* end) {{
receive end.ping(u64 n) else closed {{ return 1; }}
send end.pong(n ^ {rng.randint(1, 99)}, n % 2 == 0 ? why_{h}() : none);
return 2;
}}
own str? why_{h}() {{ return new "why"; }}""")
    a, b, x = u.name("a"), u.name("b"), u.name("x")
    lines = ["{", f"channel {c}({a}, {b});", f"send {a}.ping({body.expr(U64, 1)});"]
    wrapped = rng.random()
    if wrapped < 0.4:
        lines += [f"Some_{h} {x} = .one({b});", f"switch ({x}) {{", f"case .one({c}.exp:Idle end): log.note(answer_{h}(&end)); close(end);", "case .two(_, _): log.note(2);", "case .nobody:", "}"]
    elif wrapped < 0.7:
        lines += [f"{c}.exp:Idle? {x} = {b};", f"if ({c}.exp:Idle end = take(&{x})) {{", f"log.note(answer_{h}(&end));", "close(end);", "}"]
    else:
        lines += [f"own {c}.exp:Idle[..] {x} = {{}};", f"{x}.push({b});", f"while ({c}.exp:Idle end = {x}.pop()) {{", f"log.note(answer_{h}(&end));", "close(end);", "}"]
    lines += ["switch receive {", f"case {a}.pong(u64 n, own str? why):", "log.note(n);", "if (own str w = why) log.bytes(w.bytes);", f"case closed({a}): log.note(9);", "}"]
    s = u.name("s")
    return lines + [f"{h} {s} = {{ .end = {a}, .id = {rng.randint(0, 9)} }};", f"log.note({s}.end.is_closed() ? 1 : 2);", f"{c}.imp:Idle {s}_e = {s}.end;", f"close({s}_e);", "}"]


ALL = [assigns, maybe, maybe, patterns, loops, loops, slices, growables, generic, generic, atomics, constants, holders]
