"""What the modules that come with sipcc do: iterators upon iterators, sorting and searching, texts with values in them, floats as
texts, numbers in bytes. Each is a function of a Body that gives lines, as in shapes.py."""
from forms import OPS, numbers
from types_of import BOOL, CHAR, F32, F64, I16, I32, I64, I8, INTS, STR, U16, U32, U64, U8, USIZE


def adaptors(body):
    """A chain of iterators over a range, or over an array that is lent, to the end in one of the ways there are."""
    u, rng = body.u, body.rng
    if "odd" not in u.declared:
        u.declared["odd"], u.declared["twist"] = odd, twist = u.name("odd"), u.name("twist")
        u.items.append(f"""bool {odd}(u64 x) {{ return x % {rng.randint(2, 5)} != 1; }}
u64 {twist}(u64 x) {{ return x {rng.choice(OPS)} {rng.randint(3, 99)}; }}
bool {odd}_lent(const u64* x) {{ return *x % 3 != 0; }}
u32 {twist}_lent(const u64* x) {{ return (u32%)(*x >> 3); }}""")
    odd, twist = u.declared["odd"], u.declared["twist"]
    xs, count, lines = numbers(body)

    def chain(depth):
        roll = rng.random()
        if depth == 0 or roll < 0.15:
            lo = rng.randint(0, 20)
            return rng.choice([f"range({lo}, {lo + rng.randint(0, 9)})", f"steps({lo}, {lo + 30}, {rng.randint(4, 11)})",
                               f"take_first(repeat((u64){rng.randint(0, 9)}), {rng.randint(0, 5)})", f"once((u64){rng.randint(0, 9)})"])
        if roll < 0.3:
            return f"take_first({chain(depth - 1)}, {rng.randint(0, 6)})"
        if roll < 0.42:
            return f"skip({chain(depth - 1)}, {rng.randint(0, 4)})"
        if roll < 0.55:
            return f"chain({chain(depth - 1)}, {chain(depth - 1)})"
        return f"map({chain(depth - 1)}, {twist})" if roll < 0.8 else f"filter({chain(depth - 1)}, {odd})"

    def ends(it):
        total = u.name("total")
        return rng.choice([
            [f"for (u64 x : {it}) log.note(x);"],
            [f"log.note(count({it}));"],
            [f"log.note(last({it}) else 17);"],
            [f"log.note(fold({it}, (u64)3, fn (sum, x) {{ return sum {rng.choice(OPS)} x; }}));"],
            [f"u64 {total} = 1;", f"each({it}, fn (x) {{ {total} = {total} *% 3 +% x; }});", f"log.note({total});"],
            [f"log.note(any({it}, fn (x) {{ return x == {rng.randint(0, 20)}; }}) ? 1 : 2);"],
            [f"log.note(all({it}, {odd}) ? 1 : 2);"],
            [f"own u64[..] {total} = collect({it});", f"for (u64 x : drain({total})) log.note(x);"],
            [f"for ((usize i, u64 x) : numbered({it})) log.note((u64)i ^ x);"],
            [f"for ((u64 a, u64 b) : zip({it}, range({rng.randint(0, 3)}, 9))) log.note(a *% b);"],
        ])
    for _ in range(rng.randint(1, 2)):
        lines += ["{", *ends(chain(rng.randint(1, 3))), "}"]
    lent = f"filter(items({xs}), {odd}_lent)" if rng.random() < 0.5 else f"skip(items({xs}), {rng.randint(0, 2)})"
    return lines + rng.choice([[f"for (const u64* x : {lent}) log.note(*x);"], [f"for (u32 x : map({lent}, {twist}_lent)) log.note(x);"],
                               [f"if (const u64* x = last({lent})) log.note(*x);"],
                               [f"for ((const u64* a, const u64* b) : zip(items({xs}), items({xs}[1..]))) log.note(*a +% *b);"]])


def sorting(body):
    u, rng = body.u, body.rng
    t, n, xs, x = rng.choice([U8, U16, I32, U64, I8, CHAR]), rng.randint(1, 12), u.name("sorted"), u.name("x")
    small = lambda: body.literal(CHAR) if t is CHAR else f"({body.typed(t, 1)} & 15)"
    read = (lambda p: f"(u32){p}") if t is CHAR else (lambda p: f"(u64%){p}")
    lines = [f"{t}[{n}] {xs} = {{ {', '.join(small() for _ in range(n))} }};", f"log.note(is_sorted({xs}) ? 1 : 2);",
             f"{rng.choice(['sort', 'insertion_sort'])}({xs});", f"for ({t} x : {xs}) log.note({read('x')});", f"{t} {x} = {small()};",
             f"log.note(lower_bound({xs}, &{x}));", f"log.note(binary_search({xs}, &{x}) else 70);", f"log.note(find({xs}, &{x}) else 71);",
             f"log.note({read(f'min({x}, {xs}[0])')});", f"log.note({read(f'max({x}, {xs}[{n - 1}])')});",
             f"log.note({x}.hash());", f"log.note({xs}.hash());"]
    a, b = u.name("a"), u.name("b")
    lines += [f"{t}? {a} = {rng.choice(['none', x])};", f"{t}? {b} = {x};", f"log.note({a}.eq(&{b}) ? 1 : 2);",
              f"switch ({a}.order(&{b})) {{", "case .less: log.note(1);", "case .equal: log.note(2);", "case .greater: log.note(3);", "}"]
    if rng.random() < 0.5:
        words, w = ['"pear"', '"fig"', '"apple"', '""', '"figs"', '"gr\\u{fc}n"'], u.name("words")
        some = rng.sample(words, rng.randint(1, 5))
        lines += [f"str[{len(some)}] {w} = {{ {', '.join(some)} }};", f"for (str s : {w}) {{", f"log.note(s.order({rng.choice(words)}) == .less ? 1 : 2);",
                  "log.note(s.hash());", "}"]
    return lines


def spec(rng, kind):
    fill = rng.choice(["", "", "", "<", ">", "^", "*>", "_<", "é^"])
    width = str(rng.randint(1, 14)) if fill or rng.random() < 0.4 else ""
    if kind == "int":
        base = rng.choice(["", "", "x", "X", "b", "o"])
        return f"{fill}{rng.choice(['', '', '+'])}{rng.choice(['', '#']) if base else ''}" \
               f"{'0' if not fill and width and rng.random() < 0.4 else ''}{width}{base}"
    if kind == "float":
        return f"{fill}{rng.choice(['', '+'])}{width}{rng.choice(['', '.0', '.2', '.7', '.3'])}{rng.choice(['', '', 'e'])}"
    if kind == "text":
        return f"{fill}{width}{rng.choice(['', '.2', '.0'])}{rng.choice(['', '', '?'])}"
    return f"{fill}{width}"


def interpolated(body):
    """Texts with values in them: every kind of value, every format, three writers."""
    u, rng = body.u, body.rng
    if "Shown" not in u.declared:
        u.declared["Shown"] = name = u.name("Shown")
        u.items.append(f"""struct {name} : Format {{ i32 x; u8 y; }}
void {name}.format<W: Writer>(const {name}* p, W* w, Spec spec) {{
w.put("<");
p->x.format(w, spec);
write(w, $"|{{p->y:+}}>");
}}
enum Hue_{name} {{ red, green, blue }}""")
    name = u.declared["Shown"]
    lines, pieces = [], []
    for _ in range(rng.randint(1, 5)):
        v, roll = u.name("v"), rng.random()
        if roll < 0.4:
            t = rng.choice(INTS)
            lines.append(f"{t} {v} = {body.expr(t, 1)};")
            kind = "int"
        elif roll < 0.6:
            t = rng.choice([F64, F64, F32])
            lines.append(f"{t} {v} = {body.float_expr(t, 2)};")
            kind = "float"
        elif roll < 0.7:
            lines.append(f"own str {v} = {body.fresh(STR, 0)};")
            kind = "text"
        elif roll < 0.78:
            lines.append(f"{rng.choice(['bool', 'bool?'])} {v} = {body.expr(BOOL, 1)};")
            kind = "other"
        elif roll < 0.84:
            lines.append(f"char {v} = {body.expr(CHAR, 1)};")
            kind = "other"
        elif roll < 0.9:
            lines.append(f"{name} {v} = {{ .x = {body.expr(I32, 1)}, .y = {body.expr(U8, 1)} }};")
            kind = "other"
        elif roll < 0.95:
            lines.append(f"Hue_{name} {v} = {body.bool_expr(1)} ? .red : .{rng.choice(['green', 'blue'])};")
            kind = "text"
        else:
            t = rng.choice([U8, I16, U64])
            lines.append(f"{t}[3] {v} = {{ {body.expr(t, 1)} ... }};")
            kind, v = "int", f"{v}[..]"
        s = spec(rng, kind)
        pieces.append(f"{{{v}{':' + s if s else ''}}}")
    whole = " ".join(rng.choice(["", "a", "{{", "}}", "\\n", "\\u{e9}"]) + p for p in pieces)
    t, roll = u.name("text"), rng.random()
    if roll < 0.5:
        return ["{", *lines, f"own str {t} = text($\"{whole}\");", f"log.bytes({t}.bytes);", "}"]
    if roll < 0.8:
        return ["{", *lines, f"Fixed<{rng.choice([4, 16, 64])}> {t} = {{}};", f"write(&{t}, $\"{whole}\");", f"log.bytes({t}.view());",
                f"log.note({t}.is_cut() ? 1 : 2);", "}"]
    return ["{", *lines, f"Text {t} = {{}};", f"write(&{t}, $\"{whole}\");", f"write(&{t}, $\"\");", f"log.bytes({t}.view());",
            f"log.note({t}.finish() == none ? 1 : 2);", "}"]


def floats(body):
    """Floats written and read back, their bits, casts to every integer, the numbers that are none."""
    u, rng = body.u, body.rng
    x, s, back = u.name("x"), u.name("s"), u.name("back")
    t = rng.choice([F64, F64, F32])
    edge = rng.choice(["1.0 / zero", "-1.0 / zero", "zero / zero", "5.0e-324", "1.7976931348623157e308", "0.1", "123456.789", "-0.0", "1.0e22"])
    value = body.float_expr(t, 2) if rng.random() < 0.5 or t is F32 else edge
    lines = ["{", f"{t} zero = ({t})(log.next() & 0);", f"{t} {x} = {value} + zero;", f"own str {s} = text($\"{{{x}}}\");", f"log.bytes({s}.bytes);",
             f"log.bytes(text($\"{{{x}:{rng.choice(['.3', 'e', '.17', '.0', '.2e'])}}}\").bytes);",
             f"{t}? {back} = parse_{t}({s});", f"log.note({back} == none ? 1 : 2);", f"if ({t} y = {back}) log.note(y == {x} ? 3 : {x} != {x} ? 4 : 5);",
             f"log.note({'bits_of_' + t.name}({x} != {x} ? 1.0 : {x}));", f"log.note(is_negative({x} != {x} ? 1.0 : {x}) ? 1 : 0);",
             f"log.note({x} < 1.0 ? 1 : {x} > 1.0 ? 2 : {x} == 1.0 ? 3 : 4);", f"log.real(sqrt((f64){x}));"]
    for i in rng.sample(INTS, 3):
        how = rng.choice(["|", "?", "|"] + ([""] if u.reckless else []))
        lines.append(f"log.note((u64%)(({i}{how}){x}{' else 9' if how == '?' else ''}));")
    number = rng.choice(["12", "-7", "1e3", "0x", "", "3.25", "18446744073709551616", "-9223372036854775808", "1e400", ".5", "nan"])
    lines += [f"log.note(parse_u64(\"{number}\") else 8);", f"log.note((u64%)(parse_i64(\"{number}\") else 8));", f"log.real(parse_f64(\"{number}\") else 8.0);", "}"]
    return lines


def in_bytes(body):
    u, rng = body.u, body.rng
    xs, n = u.name("bytes"), rng.randint(1, 16)
    lines = [f"own u8[] {xs} = new u8[{n}]{{ {body.expr(U8, 1)} ... }};"]
    for _ in range(rng.randint(2, 5)):
        t, o, at = rng.choice([U16, U32, U64, I16, I32, I64]), rng.choice(["be", "le"]), rng.randint(0, n)
        size, roll = t.bits // 8, rng.random()
        fits = at + size <= n or (u.reckless and rng.random() < 0.15)
        if roll < 0.3 and fits:
            lines.append(f"store_{o}_{t}({xs}[{at}..], {body.expr(t, 1)});")
        elif roll < 0.5:
            lines.append(f"log.note(put_{o}_{t}({xs}[{at}..], {body.expr(t, 1)}) ? 1 : 2);")
        elif roll < 0.75 and fits:
            lines.append(f"log.note((u64%)load_{o}_{t}({xs}[{at}..]));")
        else:
            lines.append(f"log.note((u64%)(get_{o}_{t}({xs}[{at}..]) else 6));")
    f = rng.choice(["f64", "f32"])
    lines += [f"if (put_le_{f}({xs}, {body.float_expr(F64 if f == 'f64' else F32, 1)})) log.real((f64)load_le_{f}({xs}));"]
    return lines + [f"log.bytes({xs});"]


ALL = [adaptors, adaptors, sorting, interpolated, interpolated, floats, in_bytes]
