// Do the cases of a `switch` cover everything, and is each of them needed? A case with a guard covers nothing.
//
// Values in order are intervals: what is covered is a sorted list of intervals that do not touch. A signed number is
// mapped so that the order of unsigned numbers is its order.

#include <inttypes.h>
#include <stdio.h>

#include "check__.h"

typedef struct Interval {
    uint64_t low, high; // both included
} Interval;

typedef struct Cover {
    Checker *checker;
    const HirType *type;
    VEC(Interval) done;
    bool *variants; // of enums and options
    uint32_t variant_count;
    StrMap *texts;
    bool all;
} Cover;

// --- intervals ------------------------------------------------------------------------------------------------------------------

static uint64_t order(const HirType *type, uint64_t bits) { // its own inverse
    return hir_type_is_signed(type) ? bits ^ (uint64_t)1 << 63 : bits;
}

static Interval domain(const HirType *type) {
    if (type->kind == HIR_TYPE_BOOL)
        return (Interval){ 0, 1 };
    if (type->kind == HIR_TYPE_CHAR)
        return (Interval){ 0, 0x10ffff };
    uint32_t width = hir_type_bits(type);
    uint64_t half = (uint64_t)1 << (width - 1), most = half - 1 + half;
    if (!hir_type_is_signed(type))
        return (Interval){ 0, most };
    return (Interval){ order(type, 0 - half), order(type, half - 1) };
}

// The first interval that ends at or after `value`.
static uint32_t place_of(const Cover *cover, uint64_t value) {
    uint32_t low = 0, high = cover->done.len;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (cover->done.data[middle].high < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_covered(const Cover *cover, Interval wanted) {
    uint32_t at = place_of(cover, wanted.low);
    return at < cover->done.len && cover->done.data[at].low <= wanted.low && wanted.high <= cover->done.data[at].high;
}

static void add(Cover *cover, Interval more) {
    uint32_t from = place_of(cover, more.low > 0 ? more.low - 1 : 0), to = from;
    for (; to < cover->done.len && (more.high == UINT64_MAX || cover->done.data[to].low <= more.high + 1); to++) {
        if (cover->done.data[to].low < more.low)
            more.low = cover->done.data[to].low;
        if (cover->done.data[to].high > more.high)
            more.high = cover->done.data[to].high;
    }
    if (from == to) {
        vec_push(cover->checker->arena, &cover->done, more);
        for (uint32_t i = cover->done.len - 1; i > from; i--)
            cover->done.data[i] = cover->done.data[i - 1];
    } else {
        for (uint32_t i = to; i < cover->done.len; i++)
            cover->done.data[from + 1 + i - to] = cover->done.data[i];
        cover->done.len -= to - from - 1;
    }
    cover->done.data[from] = more;
}

// --- cases --------------------------------------------------------------------------------------------------------------------------

static bool is_known(const HirPattern *pattern) {
    if (pattern->type->kind == HIR_TYPE_ERROR)
        return false;
    return pattern->kind != HIR_PATTERN_RANGE || pattern->last->kind == HIR_LITERAL;
}

static Interval interval_of(const HirPattern *pattern) {
    uint64_t low = order(pattern->type, pattern->value->bits);
    return (Interval){ low, pattern->last ? order(pattern->type, pattern->last->bits) : low };
}

static bool complete(const Cover *cover) {
    bool all = cover->variants != NULL;
    for (uint32_t i = 0; all && i < cover->variant_count; i++)
        all = cover->variants[i];
    if (all || cover->all || cover->variants || cover->type->kind == HIR_TYPE_STR)
        return cover->all || all;
    return is_covered(cover, domain(cover->type));
}

static bool already(const Cover *cover, const HirPattern *pattern) {
    uint64_t seen;
    if (cover->all)
        return true;
    switch (pattern->kind) {
    case HIR_PATTERN_VARIANT: return cover->variants[pattern->row];
    case HIR_PATTERN_VALUE:
        if (cover->type->kind == HIR_TYPE_STR)
            return strmap_get(cover->texts, pattern->value->text.ptr, pattern->value->text.len, &seen);
        return is_covered(cover, interval_of(pattern));
    case HIR_PATTERN_RANGE: return is_covered(cover, interval_of(pattern));
    case HIR_PATTERN_WILD:
    case HIR_PATTERN_BIND: break;
    }
    return complete(cover);
}

static void take(Cover *cover, const HirPattern *pattern) {
    switch (pattern->kind) {
    case HIR_PATTERN_WILD:
    case HIR_PATTERN_BIND: cover->all = true; break;
    case HIR_PATTERN_VARIANT: cover->variants[pattern->row] = true; break;
    case HIR_PATTERN_VALUE:
    case HIR_PATTERN_RANGE:
        if (cover->type->kind == HIR_TYPE_STR)
            strmap_put(cover->texts, pattern->value->text.ptr, pattern->value->text.len, 1);
        else
            add(cover, interval_of(pattern));
        break;
    }
}

static bool take_arm(Cover *cover, const HirArm *arm) {
    if (arm->patterns.len == 0) {
        if (complete(cover))
            diag_report(cover->checker->diags, arm->span, E_COVERED_BEFORE);
        cover->all = cover->all || !arm->guard;
    }
    for (uint32_t i = 0; i < arm->patterns.len; i++) {
        const HirPattern *pattern = arm->patterns.data[i];
        if (!is_known(pattern))
            return false;
        if (already(cover, pattern))
            diag_report(cover->checker->diags, pattern->span, E_COVERED_BEFORE);
        else if (!arm->guard)
            take(cover, pattern);
    }
    return true;
}

// --- what is missing -------------------------------------------------------------------------------------------------------------------

static const char *variant_witness(const Cover *cover, uint32_t row) {
    Checker *checker = cover->checker;
    if (cover->type->kind == HIR_TYPE_OPTION)
        return row ? "`.some`" : "`none`";
    return arena_printf(checker->arena, "`.%s`", text_of(checker, cover->type->enumeration->variants.data[row].name));
}

static const char *value_witness(const Cover *cover, uint64_t key) {
    uint64_t bits = order(cover->type, key);
    if (cover->type->kind == HIR_TYPE_BOOL)
        return bits ? "`true`" : "`false`";
    if (cover->type->kind == HIR_TYPE_CHAR)
        return arena_printf(cover->checker->arena, bits > ' ' && bits < 127 ? "`'%c'`" : "`'\\u{%x}'`", (unsigned)bits);
    return arena_printf(cover->checker->arena, hir_type_is_signed(cover->type) ? "`%" PRId64 "`" : "`%" PRIu64 "`", bits);
}

// The first variants that no case covers.
static const char *variants_witness(const Cover *cover) {
    enum { MOST_NAMED = 3 };
    const char *text = NULL;
    uint32_t missing = 0;
    for (uint32_t i = 0; i < cover->variant_count; i++) {
        if (cover->variants[i] || ++missing > MOST_NAMED)
            continue;
        const char *one = variant_witness(cover, i);
        text = text ? arena_printf(cover->checker->arena, "%s, %s", text, one) : one;
    }
    return missing > MOST_NAMED ? arena_printf(cover->checker->arena, "%s and %u more", text, missing - MOST_NAMED) : text;
}

// What no case covers; NULL: nothing.
static const char *witness(Cover *cover) {
    if (complete(cover))
        return NULL;
    if (cover->variants)
        return variants_witness(cover);
    if (cover->type->kind == HIR_TYPE_STR)
        return "every text";
    Interval whole = domain(cover->type);
    if (cover->type->kind == HIR_TYPE_CHAR)
        add(cover, (Interval){ 0xd800, 0xdfff }); // surrogates are no characters
    uint32_t at = place_of(cover, whole.low);
    if (at == cover->done.len || cover->done.data[at].low > whole.low)
        return value_witness(cover, whole.low);
    return cover->done.data[at].high >= whole.high ? NULL : value_witness(cover, cover->done.data[at].high + 1);
}

void check_covered(Checker *checker, const HirStmt *stmt, const HirType *type) {
    Cover cover = { .checker = checker, .type = type, .texts = strmap_new(checker->arena) };
    if (type->kind == HIR_TYPE_ENUM || type->kind == HIR_TYPE_OPTION) {
        cover.variant_count = type->kind == HIR_TYPE_OPTION ? 2 : type->enumeration->variants.len;
        cover.variants = arena_array(checker->arena, bool, cover.variant_count);
    }
    bool known = true;
    for (uint32_t i = 0; i < stmt->arms.len; i++)
        known = take_arm(&cover, &stmt->arms.data[i]) && known;
    const char *missing = known ? witness(&cover) : NULL;
    if (!missing)
        return;
    diag_report(checker->diags, (stmt->place ? stmt->place : stmt->value)->span, E_NOT_COVERED, missing);
    if (type->kind == HIR_TYPE_STR || hir_type_is_integer(type) || type->kind == HIR_TYPE_CHAR)
        diag_help(checker->diags, "`default:` covers the rest");
}
