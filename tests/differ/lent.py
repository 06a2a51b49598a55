"""What is lent and what may not be there: optionals of owners that lend what they own, growables that list their elements, memory
that is asked for, elements lent exclusively one after the other, parts of a slice that was taken and put back, fields of wire
structs in texts. Each is a function of a Body that gives lines, as in shapes.py."""
from forms import OPS, numbers
from types_of import STR, U16, U32, U64, U8


def options(body):
    """A tree of optional owners, walked by borrows: `if`, `while`, `try` and `else` lend what is there."""
    u, rng = body.u, body.rng
    if "Twig" not in u.declared:
        u.declared["Twig"] = t = u.name("Twig")
        u.items.append(f"""struct {t} {{ u64 value; own {t}*? left; own {t}*? right; own str? note; }}
void grow_{t}(own {t}*?* link, u64 value) {{
if ({t}* twig = *link) {{
grow_{t}(value < twig->value ? &twig->left : &twig->right, value);
return;
}}
*link = new {t}{{ value, none, none, none }};
}}
u64? second_{t}(const {t}* twig) {{
const {t}* left = try twig->left;
const {t}* right = left->right else return left->value {rng.choice(OPS)} 1;
return right->value;
}}
u64 sum_{t}(const {t}*? root) {{
const {t}* twig = root else return {rng.randint(0, 9)};
u64 left = sum_{t}(twig->left);
return (left *% 3 +% twig->value) {rng.choice(OPS)} sum_{t}(twig->right);
}}
void along_{t}({t}* root, u64 by) {{
{t}* last = root;
while ({t}* next = last->{rng.choice(['left', 'right'])}) {{
last->value = last->value {rng.choice(OPS)} by;
last = next;
}}
last->note = copy("last");
}}
const {t}*? at_{t}(const own {t}*?[] roots, usize i) {{ const {t}* twig = try roots[i]; return twig; }}
usize length_{t}(const {t}* twig) {{ str note = twig->note else return 0; return note.len; }}""")
    t, root, roots = u.declared["Twig"], u.name("root"), u.name("roots")
    lines = [f"own {t}*? {root} = none;"]
    lines += [f"grow_{t}(&{root}, {body.expr(U64, 1)});" for _ in range(rng.randint(0, 5))]
    lines += [f"log.note(sum_{t}({root}));", f"if ({t}* twig = {root}) {{", f"along_{t}(twig, {body.expr(U64, 1)});",
              f"log.note(second_{t}(twig) else 5);", f"log.note(length_{t}(twig));", "}"]
    lines += [f"own {t}*?[2] {roots} = {{ take(&{root}), none }};", f"if (const {t}* twig = at_{t}({roots}, {body.index(2)})) log.note(twig->value);",
              f"log.note(sum_{t}({roots}[0]));", f"log.note({root} == none ? 1 : 2);"]
    return ["{", *lines, "}"]


def listed(body):
    """Growables between braces: of numbers, of owners, in place, in fields and results, then grown."""
    u, rng = body.u, body.rng
    xs, t, n = u.name("xs"), rng.choice([U8, U16, U64]), rng.randint(0, 5)
    some = lambda k: ", ".join(body.expr(t, 1) for _ in range(k))
    if "Row" not in u.declared:
        u.declared["Row"] = r = u.name("Row")
        u.items.append(f"struct {r} {{ own u64[..] all; u16[..6] few; }}\n"
                       f"own u64[..] row_{r}(u64 a, bool more) {{\nif (more) return {{ a, a +% 1, a +% 2 }};\nreturn {{ a }};\n}}")
    r = u.declared["Row"]
    reads = [f"for ({t} x : {xs}) log.note((u64%)x);", f"log.note({xs}.len);"]
    kinds = [
        [f"own {t}[..] {xs} = {{ {some(n)} }};", f"{xs}.push({body.expr(t, 1)});", *reads],
        [f"{t}[..6] {xs} = {{ {some(n)} }};", *([f"{xs}.push({body.expr(t, 1)});"] if n < 6 or u.reckless else []), *reads],
        [f"own own str[..] {xs} = {{ {', '.join(body.fresh(STR, 0) for _ in range(n))} }};", f"if (own str last = {xs}.pop()) log.bytes(last.bytes);",
         f"for (const own str* x : {xs}) log.bytes(x->bytes);"],
        [f"{r} {xs} = {{ .all = {{ {', '.join(body.expr(U64, 1) for _ in range(n))} }}, .few = {{ {', '.join(body.expr(U16, 1) for _ in range(rng.randint(0, 6)))} }} }};",
         f"for (u64 x : {xs}.all) log.note(x);", f"for (u16 x : {xs}.few) log.note(x);", f"{xs}.all = {{ {body.expr(U64, 1)} }};", f"log.note({xs}.all.len);"],
        [f"for (u64 x : row_{r}({body.expr(U64, 1)}, {body.bool_expr(1)})) log.note(x);"],
    ]
    lines = []
    for lines_of in rng.sample(kinds, rng.randint(1, 3)):
        lines += ["{", *lines_of, "}"]
    return lines


def asked(body):
    """Memory that may not be there: what can never be had is none, what is had is used, and what is left goes on."""
    u, rng = body.u, body.rng
    xs, many = u.name("xs"), rng.choice([100_000_000, 1 << 40])
    kinds = [
        [f"own u64[..] {xs} = {{ {body.expr(U64, 1)} }};", f"log.note({xs}.try_reserve({rng.randint(0, 50)}) ? 1 : 2);",
         f"log.note({xs}.try_reserve({many}) ? 1 : 2);", f"{xs}.push({body.expr(U64, 1)});", f"for (u64 x : {xs}) log.note(x);"],
        [f"own u8[]? {xs} = new? u8[{many}]{{ 0 ... }};", f"log.note({xs} == none ? 1 : 2);",
         f"own u64*? {xs}_one = new? u64{{ {body.expr(U64, 1)} }};", f"if (const u64* x = {xs}_one) log.note(*x);"],
        [f"own u8[]? {xs} = try_copy(b\"{'ab' * rng.randint(0, 9)}\");", f"if (own u8[] copied = take(&{xs})) log.bytes(copied);", f"log.note({xs} == none ? 1 : 2);"],
        [f"own str {xs} = {body.fresh(STR, 0)};", f"own str? {xs}_copy = try_copy({xs});", f"if (str text = {xs}_copy) log.bytes(text.bytes);"],
    ]
    lines = []
    for lines_of in rng.sample(kinds, rng.randint(1, 2)):
        lines += ["{", *lines_of, "}"]
    return lines


def exclusive(body):
    """Elements and parts that are lent exclusively, one after the other, by iterators and by takers of one's own."""
    u, rng = body.u, body.rng
    if "Taker" not in u.declared:
        u.declared["Taker"] = t = u.name("Taker")
        u.items.append(f"""ref struct {t} {{ u64[] rest; }}
u64*? {t}.first({t}* it) from *it {{
(u64* first, u64[] rest) = try take(&it->rest).split_first();
it->rest = rest;
return first;
}}
u64[] {t}.cut({t}* it, usize n) from *it {{
usize k = n < it->rest.len ? n : it->rest.len;
(u64[] part, u64[] rest) = take(&it->rest).split_at(k);
it->rest = rest;
return part;
}}
void {t}.skip({t}* it) {{
u64[] whole = take(&it->rest);
if (whole.len > 1) {{
(u64[] _one, u64[] rest) = whole.split_at(1);
it->rest = rest;
}} else {{
it->rest = whole;
}}
}}""")
    t, it, (xs, count, lines) = u.declared["Taker"], u.name("it"), numbers(body)
    kinds = [
        [f"for (u64* x : items_mut({xs})) *x = *x {rng.choice(OPS)} {rng.randint(1, 99)};"],
        [f"u64 {it} = {rng.randint(0, 9)};", f"for (u64[] part : chunks_mut({xs}, {rng.randint(1, count)})) {{", f"part[0] = part[0] {rng.choice(OPS)} {it};", f"{it} += (u64)part.len;", "}"],
        [f"{t} {it} = {{ {xs} }};", f"while (u64* x = {it}.first()) {{", f"*x = *x {rng.choice(OPS)} {rng.randint(1, 9)};",
         f"if (*x % {rng.randint(2, 5)} == 0) break;", "}", f"log.note({it}.rest.len);"],
        [f"{t} {it} = {{ {xs}[{rng.randint(0, count)}..] }};", f"u64[] {it}_a = {it}.cut({rng.randint(0, 3)});", f"u64[] {it}_b = {it}.cut({rng.randint(0, count + 1)});",
         f"for (u64* x : {it}_b) *x = *x {rng.choice(OPS)} (u64){it}_a.len;", f"for (u64* x : {it}_a) *x = *x +% 1;", f"{it}.skip();", f"log.note({it}.rest.len);"],
        [f"for ((u64* a, const u64* b) : zip(items_mut({xs}), items({xs}_b))) *a = *a {rng.choice(OPS)} *b;"],
    ]
    lines += [f"u64[{count}] {xs}_b = {xs};"]
    for lines_of in rng.sample(kinds, rng.randint(2, 3)):
        lines += ["{", *lines_of, "}"]
    return lines + [f"for (u64 x : {xs}) log.note(x);"]


def written(body):
    """Fields of a wire struct in a text, where each is read from its bytes: of a value, and of bytes that are looked at."""
    u, rng = body.u, body.rng
    if "Head" not in u.declared:
        u.declared["Head"] = h = u.name("Head")
        orders = [rng.choice(["be", "le"]) for _ in range(4)]
        u.items.append(f"wire struct {h}_tail {{ {orders[0]} u16 sum; u8 end; }}\n"
                       f"wire struct {h} {{ u8 kind; {orders[1]} u32 length; {orders[2]} i16[2] list; {orders[3]} u64 at; {h}_tail tail; }}")
    h, x, raw = u.declared["Head"], u.name("head"), u.name("raw")
    pieces = ["{X.kind}", "{X.length:x}", "{X.list[0]:+}", "{X.list[" + str(body.index(2)) + "]}", "{X.at:>22}", "{X.tail.sum:#06x}", "{X.tail.end:03}",
              "{X.length +% (u32)X.kind}"]
    said = lambda place: '$"' + rng.choice([" ", "|"]).join(p.replace("X.", place) for p in rng.sample(pieces, rng.randint(1, 4))) + '"'
    lines = [f"{h} {x} = {{ {body.expr(U8, 1)}, {body.expr(U32, 1)}, {{ {rng.randint(-99, 99)}, 7 }}, {body.expr(U64, 1)}, {{ {body.expr(U16, 1)}, 9 }} }};",
             f"own str {x}_text = text({said(x + '.')});", f"log.bytes({x}_text.bytes);", f"u8[20] {raw} = {{ 0 ... }};", f"for (usize i : 0..20) {raw}[i] = (u8%)log.next();",
             f"if (const {h}* seen = view::<{h}>({raw})) {{", f"own str shown = text({said('seen->')});", "log.bytes(shown.bytes);", "}"]
    return ["{", *lines, "}"]


ALL = [options, listed, asked, exclusive, written]
