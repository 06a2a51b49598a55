// Do the cases of a `switch` cover everything, and is each of them needed? A case with a guard covers nothing.
//
// This is Maranget's usefulness: a pattern is useful behind others if some value fits it and none of them. A case must be
// useful behind those before it; a pattern that fits anything must be useless behind them all, else a value that
// shows it is the witness. Patterns are taken apart column by column; numbers by the intervals between their bounds, a signed
// one mapped so that the order of unsigned numbers is its order.

#include "check__.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_STEPS = 200000 };

typedef const HirPattern *Cell; // NULL fits anything

typedef struct Rows {
    VEC(Cell *) list;
} Rows;

typedef struct Cover {
    Checker *checker;
    Arena kept;  // the rows
    Arena arena; // of one question
    uint32_t steps;
} Cover;

static bool is_wild(Cell cell) {
    return !cell || cell->kind == HIR_PATTERN_WILD || cell->kind == HIR_PATTERN_BIND;
}

// --- numbers -------------------------------------------------------------------------------------------------------------------

typedef struct Interval {
    uint64_t low, high; // both included
} Interval;

static uint64_t order(const HirType *type, uint64_t bits) { // its own inverse
    return hir_type_is_signed(type) ? bits ^ (uint64_t)1 << 63 : bits;
}

static Interval domain(const HirType *type) {
    if (type->kind == HIR_TYPE_BOOL) return (Interval){ 0, 1 };
    if (type->kind == HIR_TYPE_CHAR) return (Interval){ 0, 0x10ffff };
    uint32_t width = hir_type_bits(type);
    uint64_t half = (uint64_t)1 << (width - 1), most = half - 1 + half;
    if (!hir_type_is_signed(type)) return (Interval){ 0, most };
    return (Interval){ order(type, 0 - half), order(type, half - 1) };
}

static Interval interval_of(Cell cell) {
    uint64_t low = order(cell->type, cell->value->bits);
    return (Interval){ low, cell->last ? order(cell->type, cell->last->bits) : low };
}

static bool contains(Cell cell, Interval part) {
    if (is_wild(cell)) return true;
    Interval whole = interval_of(cell);
    return whole.low <= part.low && part.high <= whole.high;
}

static int by_number(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

// --- taking a column apart -----------------------------------------------------------------------------------------------------

// A tuple is taken apart as an enum of one variant.
static uint32_t variants_of(const HirType *type) {
    return type->kind == HIR_TYPE_OPTION ? 2 : is_tuple(type) ? 1 : type->enumeration->variants.len;
}

static const HirFields *fields_of(const HirType *type, uint32_t variant) {
    return is_tuple(type) ? &type->structure->fields
                          : &type->enumeration->variants.data[variant].fields;
}

static uint32_t arity(const HirType *type, uint32_t variant) {
    return type->kind == HIR_TYPE_OPTION ? variant : fields_of(type, variant)->len;
}

static const HirType *payload(const HirType *type, uint32_t variant, uint32_t field) {
    return type->kind == HIR_TYPE_OPTION ? type->elem : fields_of(type, variant)->data[field].type;
}

// A row whose first cell has been replaced by the cells of its payload.
static Cell *expand(Cover *cover, Cell *row, uint32_t columns, uint32_t fields) {
    Cell *made = arena_array(&cover->arena, Cell, fields + columns);
    for (uint32_t i = 0; i < fields; i++)
        made[i] = is_wild(row[0]) || i >= row[0]->args.len ? NULL : row[0]->args.data[i];
    for (uint32_t i = 1; i < columns; i++)
        made[fields + i - 1] = row[i];
    return made;
}

static const HirType **expand_types(
    Cover *cover, const HirType **types, uint32_t columns, uint32_t variant, uint32_t fields
) {
    const HirType **made = arena_array(&cover->arena, const HirType *, fields + columns);
    for (uint32_t i = 0; i < fields; i++)
        made[i] = payload(types[0], variant, i);
    for (uint32_t i = 1; i < columns; i++)
        made[fields + i - 1] = types[i];
    return made;
}

static const char *variant_text(
    Cover *cover, const HirType *type, uint32_t variant, const char **parts
) {
    Arena *arena = cover->checker->arena;
    uint32_t count = arity(type, variant);
    const char *text = "(";
    if (!is_tuple(type)) {
        const char *name =
            type->kind == HIR_TYPE_OPTION
                ? (variant ? "some" : "none")
                : text_of(cover->checker, type->enumeration->variants.data[variant].name);
        text = arena_printf(arena, ".%s%s", name, count ? "(" : "");
    }
    for (uint32_t i = 0; i < count; i++)
        text = arena_printf(arena, "%s%s%s", text, i ? ", " : "", parts[i]);
    return count ? arena_printf(arena, "%s)", text) : text;
}

static const char *value_text(Cover *cover, const HirType *type, uint64_t key) {
    uint64_t bits = order(type, key);
    if (type->kind == HIR_TYPE_BOOL) return bits ? "true" : "false";
    if (type->kind == HIR_TYPE_CHAR)
        return arena_printf(
            cover->checker->arena, bits > ' ' && bits < 127 ? "'%c'" : "'\\u{%x}'", (unsigned)bits
        );
    return arena_printf(
        cover->checker->arena, hir_type_is_signed(type) ? "%" PRId64 : "%" PRIu64, bits
    );
}

// --- usefulness ----------------------------------------------------------------------------------------------------------------

static bool useful(
    Cover *cover,
    const Rows *rows,
    Cell *query,
    const HirType **types,
    uint32_t columns,
    const char **witness
);

// With the first column of one variant.
static bool useful_variant(
    Cover *cover,
    const Rows *rows,
    Cell *query,
    const HirType **types,
    uint32_t columns,
    uint32_t variant,
    const char **witness
) {
    Rows fitting = { 0 };
    uint32_t fields = arity(types[0], variant);
    vec_each(Cell *, row, &rows->list) {
        if (is_wild((*row)[0]) || (*row)[0]->row == variant)
            vec_push(&cover->arena, &fitting.list, expand(cover, *row, columns, fields));
    }
    const HirType **parts = expand_types(cover, types, columns, variant, fields);
    const char **texts = arena_array(&cover->arena, const char *, fields + columns);
    if (!useful(
            cover, &fitting, expand(cover, query, columns, fields), parts, fields + columns - 1,
            texts
        ))
        return false;
    witness[0] = variant_text(cover, types[0], variant, texts);
    for (uint32_t i = 1; i < columns; i++)
        witness[i] = texts[fields + i - 1];
    return true;
}

static bool useful_enum(
    Cover *cover,
    const Rows *rows,
    Cell *query,
    const HirType **types,
    uint32_t columns,
    const char **witness
) {
    if (!is_wild(query[0]))
        return useful_variant(cover, rows, query, types, columns, query[0]->row, witness);
    for (uint32_t variant = 0; variant < variants_of(types[0]); variant++)
        if (useful_variant(cover, rows, query, types, columns, variant, witness)) return true;
    return false;
}

// The rest of the columns, for the rows whose first cell fits `part`.
static bool useful_rest(
    Cover *cover,
    const Rows *rows,
    Cell *query,
    const HirType **types,
    uint32_t columns,
    const Interval *part,
    const char **witness
) {
    Rows fitting = { 0 };
    vec_each(Cell *, row, &rows->list) {
        if (part ? contains((*row)[0], *part) : is_wild((*row)[0]))
            vec_push(&cover->arena, &fitting.list, *row + 1);
    }
    return useful(cover, &fitting, query + 1, types + 1, columns - 1, witness + 1);
}

// Between two bounds in a row all numbers are alike.
static bool useful_number(
    Cover *cover,
    const Rows *rows,
    Cell *query,
    const HirType **types,
    uint32_t columns,
    const char **witness
) {
    Interval whole = is_wild(query[0]) ? domain(types[0]) : interval_of(query[0]);
    VEC(uint64_t) starts = { 0 };
    vec_push(&cover->arena, &starts, whole.low);
    vec_each(Cell *, row, &rows->list) {
        if (is_wild((*row)[0])) continue;
        Interval part = interval_of((*row)[0]);
        if (part.low > whole.low && part.low <= whole.high)
            vec_push(&cover->arena, &starts, part.low);
        if (part.high >= whole.low && part.high < whole.high)
            vec_push(&cover->arena, &starts, part.high + 1);
    }
    if (types[0]->kind == HIR_TYPE_CHAR && whole.low < 0xd800 &&
        whole.high > 0xdfff) { // surrogates are no characters
        vec_push(&cover->arena, &starts, 0xd800);
        vec_push(&cover->arena, &starts, 0xe000);
    }
    qsort(starts.data, starts.len, sizeof *starts.data, by_number);
    for (uint32_t i = 0; i < starts.len; i++) {
        if (i > 0 && starts.data[i] == starts.data[i - 1]) continue;
        uint32_t next = i + 1;
        while (next < starts.len && starts.data[next] == starts.data[i])
            next++;
        Interval part = { starts.data[i], next < starts.len ? starts.data[next] - 1 : whole.high };
        if (types[0]->kind == HIR_TYPE_CHAR && part.low == 0xd800) continue;
        witness[0] = value_text(cover, types[0], part.low);
        if (useful_rest(cover, rows, query, types, columns, &part, witness)) return true;
    }
    return false;
}

static bool is_number(const HirType *type) {
    return hir_type_is_integer(type) || type->kind == HIR_TYPE_BOOL || type->kind == HIR_TYPE_CHAR;
}

static bool same_text(Cell a, Cell b) {
    return !is_wild(a) && !is_wild(b) && str_eq(a->value->text, b->value->text);
}

// Texts have no end: only what fits anything covers them, and one text covers the same text.
static bool useful_other(
    Cover *cover,
    const Rows *rows,
    Cell *query,
    const HirType **types,
    uint32_t columns,
    const char **witness
) {
    witness[0] = "_";
    if (is_wild(query[0]) || query[0]->kind != HIR_PATTERN_VALUE)
        return useful_rest(cover, rows, query, types, columns, NULL, witness);
    Rows fitting = { 0 };
    vec_each(Cell *, row, &rows->list) {
        if (is_wild((*row)[0]) || same_text((*row)[0], query[0]))
            vec_push(&cover->arena, &fitting.list, *row + 1);
    }
    return useful(cover, &fitting, query + 1, types + 1, columns - 1, witness + 1);
}

static bool all_wild(const Rows *rows) { // in the first column: then nothing need be told apart
    vec_each(Cell *, row, &rows->list) {
        if (!is_wild((*row)[0])) return false;
    }
    return true;
}

static bool tells_variants(const HirType *type) {
    return type->kind == HIR_TYPE_OPTION || is_tuple(type) ||
           (type->kind == HIR_TYPE_ENUM && !type->enumeration->is_flags);
}

static bool useful(
    Cover *cover,
    const Rows *rows,
    Cell *query,
    const HirType **types,
    uint32_t columns,
    const char **witness
) {
    if (columns == 0) return rows->list.len == 0;
    if (++cover->steps > MOST_STEPS) return false;
    if (is_wild(query[0]) && all_wild(rows)) {
        witness[0] = "_";
        return useful_rest(cover, rows, query, types, columns, NULL, witness);
    }
    bool variants = tells_variants(types[0]);
    if (variants) return useful_enum(cover, rows, query, types, columns, witness);
    return is_number(types[0]) ? useful_number(cover, rows, query, types, columns, witness)
                               : useful_other(cover, rows, query, types, columns, witness);
}

// --- the cases -------------------------------------------------------------------------------------------------------------------

bool pattern_is_known(const HirPattern *pattern) {
    bool known = pattern->type->kind != HIR_TYPE_ERROR &&
                 (pattern->kind != HIR_PATTERN_RANGE || pattern->last->kind == HIR_LITERAL);
    for (uint32_t i = 0; i < pattern->args.len; i++)
        known = known && pattern_is_known(pattern->args.data[i]);
    return known;
}

static bool ask(
    Cover *cover, const Rows *rows, Cell *query, const HirType *type, const char **witness
) {
    arena_init(&cover->arena);
    bool is = useful(cover, rows, query, &type, 1, witness);
    arena_free(&cover->arena);
    return is;
}

static bool take(
    Cover *cover,
    Rows *rows,
    const HirPattern *pattern,
    const HirType *type,
    Span span,
    bool guarded
) {
    Cell *row = arena_array(&cover->kept, Cell, 1);
    const char *witness[1];
    row[0] = pattern;
    if (pattern && !pattern_is_known(pattern)) return false;
    bool needed = ask(cover, rows, row, type, witness);
    if (!needed && cover->steps <= MOST_STEPS)
        diag_report(cover->checker->diags, span, E_COVERED_BEFORE);
    else if (!guarded)
        vec_push(&cover->kept, &rows->list, row);
    return true;
}

// Values that no case covers, one of each variant; NULL: there is none.
static const char *missing_text(Cover *cover, const Rows *rows, const HirType *type) {
    enum { MOST_NAMED = 3 };
    Arena *arena = cover->checker->arena;
    const char *text = NULL, *witness[1] = { "_" };
    uint32_t missing = 0, variants = tells_variants(type) ? variants_of(type) : 1;
    for (uint32_t i = 0; i < variants; i++) {
        HirPattern variant = { .kind = HIR_PATTERN_VARIANT, .type = type, .row = i };
        Cell query[1] = { tells_variants(type) ? &variant : NULL };
        if (!ask(cover, rows, query, type, witness) || ++missing > MOST_NAMED) continue;
        const char *one =
            strcmp(witness[0], "_") == 0 ? "what is left" : arena_printf(arena, "`%s`", witness[0]);
        text = text ? arena_printf(arena, "%s, %s", text, one) : one;
    }
    return missing > MOST_NAMED ? arena_printf(arena, "%s and %u more", text, missing - MOST_NAMED)
                                : text;
}

// --- numbers alone: long lists of them are common ----------------------------------------------------------------------------

typedef struct Numbers {
    VEC(Interval) list; // what is covered: in order, and none touches the next
} Numbers;

// The first interval that ends at or after `value`.
static uint32_t place_of(const Numbers *done, uint64_t value) {
    uint32_t low = 0, high = done->list.len;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (done->list.data[middle].high < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_covered(const Numbers *done, Interval wanted) {
    uint32_t at = place_of(done, wanted.low);
    return at < done->list.len && done->list.data[at].low <= wanted.low &&
           wanted.high <= done->list.data[at].high;
}

static void add_interval(Arena *arena, Numbers *done, Interval more) {
    uint32_t from = place_of(done, more.low > 0 ? more.low - 1 : 0), to = from,
             after = done->list.len;
    for (; to < after && (more.high == UINT64_MAX || done->list.data[to].low <= more.high + 1);
         to++) {
        more.low = done->list.data[to].low < more.low ? done->list.data[to].low : more.low;
        more.high = done->list.data[to].high > more.high ? done->list.data[to].high : more.high;
    }
    if (from == to) vec_push(arena, &done->list, more);
    Interval *at = done->list.data + from;
    memmove(at + 1, done->list.data + to, (after - to) * sizeof *at);
    *at = more;
    done->list.len = from + 1 + after - to;
}

static bool take_number(
    Cover *cover,
    Numbers *done,
    const HirPattern *pattern,
    const HirType *type,
    Span span,
    bool guarded
) {
    if (pattern && !pattern_is_known(pattern)) return false;
    Interval part = is_wild(pattern) ? domain(type) : interval_of(pattern);
    if (is_covered(done, part))
        diag_report(cover->checker->diags, span, E_COVERED_BEFORE);
    else if (!guarded)
        add_interval(&cover->kept, done, part);
    return true;
}

static const char *missing_number(Cover *cover, const Numbers *done, const HirType *type) {
    Interval whole = domain(type);
    uint32_t at = place_of(done, whole.low);
    bool begins = at < done->list.len && done->list.data[at].low <= whole.low;
    if (begins && done->list.data[at].high >= whole.high) return NULL;
    return arena_printf(
        cover->checker->arena, "`%s`",
        value_text(cover, type, begins ? done->list.data[at].high + 1 : whole.low)
    );
}

// --- all -----------------------------------------------------------------------------------------------------------------------

// False: what is wrong in the pattern has been reported.
static bool take_pattern(
    Cover *cover,
    Rows *rows,
    Numbers *done,
    const HirPattern *pattern,
    const HirType *type,
    const HirArm *arm
) {
    Span span = pattern ? pattern->span : arm->span;
    bool guarded = arm->guard != NULL;
    return is_number(type) ? take_number(cover, done, pattern, type, span, guarded)
                           : take(cover, rows, pattern, type, span, guarded);
}

void check_covered(Checker *checker, const HirStmt *stmt, const HirType *type) {
    Cover cover = { .checker = checker };
    Rows rows = { 0 };
    Numbers done = { 0 };
    bool known = true;
    arena_init(&cover.kept);
    if (type->kind == HIR_TYPE_CHAR)
        add_interval(
            &cover.kept, &done, (Interval){ 0xd800, 0xdfff }
        ); // surrogates are no characters
    for (uint32_t i = 0; i < stmt->arms.len; i++) {
        const HirArm *arm = &stmt->arms.data[i];
        if (arm->patterns.len == 0) take_pattern(&cover, &rows, &done, NULL, type, arm);
        for (uint32_t k = 0; k < arm->patterns.len; k++)
            known = take_pattern(&cover, &rows, &done, arm->patterns.data[k], type, arm) && known;
    }
    Span subject = stmt->place ? stmt->place->span : stmt->value->span;
    const char *missing = !known            ? NULL
                          : is_number(type) ? missing_number(&cover, &done, type)
                                            : missing_text(&cover, &rows, type);
    if (missing) diag_report(checker->diags, subject, E_NOT_COVERED, missing);
    if (missing && (!tells_variants(type) || is_tuple(type)) && type->kind != HIR_TYPE_BOOL)
        diag_help(checker->diags, "`default:` covers the rest");
    if (cover.steps > MOST_STEPS)
        diag_report(checker->diags, subject, E_TOO_NESTED, "what this `switch` tells apart");
    arena_free(&cover.kept);
}

// The rows with the parts of the tuple for columns.
static Rows take_apart(Cover *cover, const Rows *rows, uint32_t parts) {
    Rows apart = { 0 };
    vec_each(Cell *, row, &rows->list)
        vec_push(&cover->arena, &apart.list, expand(cover, *row, 1, parts));
    return apart;
}

const char *const *missing_parts(Checker *checker, const HirStmt *stmt) {
    const HirType *type = stmt->place->type;
    uint32_t parts = type->structure->fields.len;
    const char **witness = arena_array(checker->arena, const char *, parts);
    Cover cover = { .checker = checker };
    Cell any[1] = { NULL };
    Rows rows = { 0 };
    bool known = true;
    arena_init(&cover.kept);
    vec_each(HirArm, arm, &stmt->arms) {
        const HirPattern *pattern = arm->patterns.data[0];
        known = take(&cover, &rows, pattern, type, pattern->span, arm->guard != NULL) && known;
    }
    arena_init(&cover.arena);
    Rows apart = take_apart(&cover, &rows, parts);
    bool missing = known && useful(
                                &cover, &apart, expand(&cover, any, 1, parts),
                                expand_types(&cover, &type, 1, 0, parts), parts, witness
                            );
    arena_free(&cover.arena);
    if (cover.steps > MOST_STEPS)
        diag_report(checker->diags, stmt->span, E_TOO_NESTED, "what this case tells apart");
    arena_free(&cover.kept);
    return missing ? witness : NULL;
}
