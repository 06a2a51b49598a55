"""What the collector keeps: rings, lists and trees of objects that nobody owns, arrays of them, garbage in between. Each is a
function of a Body that gives lines, as in shapes.py. Such units run in processes of one thread, and what they leave behind is the collector's."""
from types_of import BOOL, I16, I32, U16, U32, U64, U8


def rings(body):
    """Objects that lead to each other: made, walked, changed by fields and as a whole, lent as copies."""
    u, rng = body.u, body.rng
    t, node = rng.choice([U8, U16, U32, U64, I32, I16]), u.name("Node")
    count = rng.randint(1, 9)
    u.items.append(f"""struct {node} {{ {t} value; gc {node}*? next; gc {node}*? other; }}
gc {node}* ring_{node}(u64 count, {t} first) {{
gc {node}* head = new gc {node}{{ first, none, none }};
gc {node}* last = head;
for (u64 i : 1..count) {{
gc {node}* node = new gc {node}{{ first +% ({t}%)i, none, last }};
last->next = node;
last = node;
}}
last->next = head;
head->other = last;
return head;
}}
void walk_{node}(Log* log, gc {node}* start, u32 most, bool back) {{
gc {node}*? at = start;
u32 steps = 0;
while (gc {node}* here = at) {{
log.note((u64%)here->value);
steps += 1;
if (steps == most) return;
at = back ? here->other : here->next;
if (gc {node}* there = at) log.note(there == here ? 1 : there == start ? 2 : 3);
}}
log.note(4);
}}
u64 {node}.weight(const {node}* n) {{ return (u64%)n->value *% {rng.randint(3, 99)} +% (n->other == none ? 1 : 2); }}
void {node}.more(gc {node}* n, {t} by) {{ n->value = n->value {rng.choice(['+%', '^', '-%', '|'])} by; }}
{node} {node}.turned({node} n) {{ return {{ .value = ~n.value, .next = n.other, .other = n.next }}; }}""")
    r, c, k = u.name("ring"), u.name("copy"), u.name("kept")
    bad = u.reckless and rng.random() < 0.4
    lines = [f"gc {node}* {r} = ring_{node}({count}, {body.expr(t, 1)});", f"gc {node}*? {k} = none;"]
    kinds = [
        [f"{r}->value = {body.expr(t, 1)};", f"{r}->more({body.expr(t, 1)});"],
        [f"{node} {c} = *{r};", f"{c}.value = {c}.value +% 1;", f"log.note((u64%){r}->value);", *([f"*{r} = {c};"] if rng.random() < 0.6 else []), f"log.note({c}.weight());"],
        [f"log.note({r}->weight());", f"*{r} = (*{r}).turned();"],
        [f"{r} = {r}->next{'!' if bad else f' else {r}'};", f"{r}->{rng.choice(['next', 'other'])} = {rng.choice(['none', r, k])};"],
        [f"{k} = {body.bool_expr(1)} ? {r} : none;", f"if (gc {node}* there = {k}) there->value = {body.expr(t, 1)};", f"else {k} = {r}->other;"],
        [f"{k} = ring_{node}({rng.randint(1, 200)}, {body.expr(t, 1)});", f"walk_{node}(log, {k}!, 5, {body.expr(BOOL, 1)});"],
        [f"{r}->other = new gc {node}{{ {body.expr(t, 1)}, {r}, {r}->other }};", f"swap(&{r}, &{c}_b);"],
        [f"if (({r}->next else {r}) == ({k} else {r})) log.note(8); else log.note(9);"],
    ]
    for lines_of in rng.sample(kinds, rng.randint(3, 6)):
        if any(line.startswith("swap(") for line in lines_of):
            lines_of = [lines_of[0], f"gc {node}* {c}_b = {r}->other!;", lines_of[1]]
        lines += [line for line in lines_of] if f"{node} {c} = *{r};" not in lines_of else ["{", *lines_of, "}"]
    return ["{", *lines, f"walk_{node}(log, {r}, {rng.randint(1, 12)}, {body.expr(BOOL, 1)});", "}"]


def shared(body):
    """Variants that lead to others, each perhaps from many places; what one of them becomes all see."""
    u, rng = body.u, body.rng
    shape, t = u.name("Shape"), rng.choice([U8, U32, U64, I32])
    u.items.append(f"""enum {shape} {{ dot, number({t} n, bool odd), both(gc {shape}* a, gc {shape}* b), maybe(u8 depth, gc {shape}*? what), far(gc {t}[] all) }}
u64 fold_{shape}(gc {shape}* s, u32 depth) {{
if (depth == 0) return 1;
switch (*s) {{
case .dot: return 2;
case .number({t} n, true): return (u64%)n *% 3;
case .number({t} n, _) if (n > 7): return (u64%)n;
case .number(_, _): return 5;
case .both(gc {shape}* a, gc {shape}* b): return rotl(fold_{shape}(a, depth - 1), 5) ^ fold_{shape}(b, depth - 1) +% (a == b ? 1 : 0);
case .maybe(u8 d, .some(gc {shape}* what)): return fold_{shape}(what, depth - 1) +% d;
case .maybe(_, none): return 6;
case .far(gc {t}[] all): return (u64)all.len +% (all.len > 0 ? (u64%)all[all.len - 1] : 9);
}}
}}""")
    names = [u.name("s") for _ in range(rng.randint(2, 5))]
    lines, before = [], []

    def value():
        ends = ["dot", f"number({body.expr(t, 1)}, {body.expr(BOOL, 1)})", f"far(new gc {t}[{rng.randint(0, 6)}]{{ {body.expr(t, 1)} ... }})"]
        if not before:
            return "." + rng.choice(ends)
        a, b = rng.choice(before), rng.choice(before)
        return "." + rng.choice(ends + [f"both({a}, {b})"] * 3 + [f"maybe({rng.randint(0, 9)}, {rng.choice([a, 'none'])})"] * 2)
    for name in names:
        lines.append(f"gc {shape}* {name} = new gc {shape}{{ {value()} }};")
        before.append(name)
    for _ in range(rng.randint(1, 4)):
        a = rng.choice(names)
        lines += rng.choice([[f"*{a} = {value()};"], [f"if ({body.bool_expr(1)}) *{a} = *{rng.choice(names)};"],
                             [f"log.note(fold_{shape}({a}, {rng.randint(1, 7)}));"], [f"{a} = {rng.choice(names)};"],
                             [f"{shape} {a}_old = *{a};", f"*{a} = {value()};", f"log.note(fold_{shape}({a}, 4));", f"*{a} = {a}_old;"] if f"{shape} {a}_old = *{a};" not in lines else []])
    return ["{", *lines, *(f"log.note(fold_{shape}({name}, 6));" for name in names), "}"]


def rows(body):
    """Arrays of numbers and of pointers, indexed, grown by hand, and thrown away many times."""
    u, rng = body.u, body.rng
    t, item = rng.choice([U8, U16, U32, U64, I16]), u.name("Item")
    n = rng.randint(1, 12)
    u.items.append(f"""struct {item} {{ u32 id; {t}[3] some; (u8, {t})? pair; fn u64(u64) twist; gc {t}[]? row; }}
u64 up_{item}(u64 x) {{ return x +% {rng.randint(1, 99)}; }}
u64 down_{item}(u64 x) {{ return x ^ {rng.randint(1, 99)}; }}
gc {t}[] doubled_{item}(gc {t}[] xs, {t} rest) {{
gc {t}[] more = new gc {t}[xs.len * 2]{{ rest ... }};
for (usize i : 0..xs.len) more[i] = xs[i];
return more;
}}
u64 sum_{item}(gc gc {item}*?[] all) {{
u64 sum = 3;
for (usize i : reverse 0..all.len) {{
gc {item}* one = all[i] else continue;
sum = one->twist(sum) *% 7 +% one->id;
if (gc {t}[] row = one->row) for (usize k : 0..row.len) sum = sum *% 3 +% (u64%)row[k];
if ((u8 a, {t} b) = one->pair) sum = sum ^ a ^ (u64%)b;
}}
return sum;
}}""")
    xs, all_, i = u.name("xs"), u.name("all"), u.name("i")
    at = lambda: f"({body.index(n)})"
    make = lambda: (f"new gc {item}{{ .id = {body.expr(U32, 1)}, .some = {{ {body.expr(t, 1)} ... }}, .pair = {rng.choice(['none', f'({body.typed(U8, 1)}, {body.typed(t, 1)})'])}, "
                    f".twist = {rng.choice(['up_', 'down_'])}{item}, .row = {rng.choice(['none', xs, xs])} }}")
    lines = [f"gc {t}[] {xs} = new gc {t}[{n}]{{ {body.expr(t, 1)} ... }};", f"gc gc {item}*?[] {all_} = new gc gc {item}*?[{n}]{{ {rng.choice(['none', make()])} ... }};"]
    kinds = [
        [f"{xs}[{at()}] = {body.expr(t, 1)};", f"{xs}[{at()}] {rng.choice(['+%=', '^=', '|='])} {xs}[{at()}];"],
        [f"{xs} = doubled_{item}({xs}, {body.expr(t, 1)});", f"log.note({xs}.len);"],
        [f"for (usize {i} : 0..{all_}.len) {{", f"if ({i} % 2 == {rng.randint(0, 1)}) {all_}[{i}] = {make()};", "}"],
        [f"if (gc {item}* one = {all_}[{at()}]) {{", f"one->some[{body.index(3)}] = {body.expr(t, 1)};", f"log.note((u64%)one->some[{body.index(3)}]);", f"one->twist = up_{item};",
         f"one->row = none;" if rng.random() < 0.3 else f"one->id = one->id +% 1;", "}", "else log.note(5);"],
        [f"for (u64 {i} : 0..{rng.randint(10, 60)}) {all_}[(usize){i} % {n}] = {make()};"],
        [f"{all_}[{at()}] = {all_}[{at()}];", f"if (gc {item}* one = {all_}[0]) log.note(one == ({all_}[{n - 1}] else one) ? 1 : 2);"],
        [f"gc gc {item}*[]? {i} = none;", f"if ({body.bool_expr(1)}) {i} = new gc gc {item}*[2]{{ {make()} ... }};", f"if (gc gc {item}*[] two = {i}) log.note(two[0] == two[1] ? 1 : 2);"],
        [f"{item} {i} = *({all_}[{at()}]{'!' if u.reckless and rng.random() < 0.3 else f' else {make()}'});", f"{i}.id = 7;", f"log.note({i}.twist({i}.id));", f"gc {item}* {i}_new = {make()};", f"*{i}_new = {i};", f"{all_}[0] = {i}_new;"],
    ]
    for lines_of in rng.sample(kinds, rng.randint(3, 6)):
        lines += ["{", *lines_of, "}"]
    return ["{", *lines, f"log.note(sum_{item}({all_}));", f"for (usize {i} : 0..{xs}.len) log.note((u64%){xs}[{i}]);", "}"]


ALL = [rings, rings, shared, rows, rows]
