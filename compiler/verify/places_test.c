// Places against bytes: all pairs of places of one local, up to a field and three projections from there, of each kind that there is. The model lays
// the local out in memory, every owned block somewhere of its own, and says for all values of the indices which bytes a place
// covers: its own, and those that its owners reach. Where two places can share a byte, they have to conflict.

#include "flow.h"

// clang-format off: in this order
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on

#include <stdio.h>

enum { DEPTH = 4, MOST_PLACES = 4096, MOST_RANGES = 256, FIRST = 1, SECOND = 2, BLOCK = 4096 };

typedef enum ModelKind { LEAF, STRUCT, ARRAY, BOX, SLICE, ENUM } ModelKind;

typedef struct Model {
    ModelKind kind;
    uint32_t size;
    uint32_t count;               // fields, elements, or of the first variant
    const struct Model *parts[4]; // of an enum: two of the first variant, two of the second
} Model;

static const Model leaf = { LEAF, 4, 0, { 0 } };
static const Model pair = {
    STRUCT, 8, 2, { &leaf, &leaf }
};
static const Model box = { BOX, 8, 0, { &pair } };
static const Model slice = { SLICE, 16, 2, { &box } };
static const Model array = { ARRAY, 16, 2, { &pair } };
static const Model either = {
    ENUM, 24, 2, { &box, &pair, &pair, &box }
};
static const Model held = {
    STRUCT, 48, 3, { &either, &box, &array }
};
static const Model arrays = { ARRAY, 96, 2, { &held } };
static const Model boxed = { BOX, 8, 0, { &held } };
static const Model root = {
    STRUCT, 96 + 8 + 16 + 24, 4, { &arrays, &boxed, &slice, &either }
};

// --- places --------------------------------------------------------------------------------------------------------------

typedef struct Steps {
    SirProj projs[DEPTH];
    uint32_t count;
} Steps;

static Steps places[MOST_PLACES];
static uint32_t place_count;

static void add_places(const Model *model, Steps at);

static void add_step(const Model *model, Steps at, SirProjKind kind, uint64_t n) {
    at.projs[at.count++] = (SirProj){ kind, n };
    add_places(model, at);
}

static void add_places(const Model *model, Steps at) {
    assert_true(place_count < MOST_PLACES);
    places[place_count++] = at;
    if (at.count == DEPTH) return;
    switch (model->kind) {
    case LEAF: return;
    case STRUCT:
        for (uint32_t i = 0; i < model->count; i++)
            add_step(model->parts[i], at, SIR_PROJ_FIELD, i);
        return;
    case BOX: add_step(model->parts[0], at, SIR_PROJ_DEREF, 0); return;
    case ARRAY:
    case SLICE:
        for (uint32_t i = 0; i < 2; i++)
            add_step(model->parts[0], at, SIR_PROJ_AT, i);
        add_step(model->parts[0], at, SIR_PROJ_INDEX, FIRST);
        add_step(model->parts[0], at, SIR_PROJ_INDEX, SECOND);
        return;
    case ENUM:
        for (uint32_t i = 0; i < 4; i++)
            add_step(model->parts[i], at, FLOW_PAYLOAD, (uint64_t)(i / 2) << 32 | i % 2);
        return;
    }
}

// --- bytes ---------------------------------------------------------------------------------------------------------------

typedef struct Range {
    uint64_t from, to;
} Range;

typedef struct Cover {
    Range ranges[MOST_RANGES];
    uint32_t count;
} Cover;

static uint64_t offset_of(const Model *model, uint32_t part) {
    uint64_t at = model->kind == ENUM ? 8 : 0; // behind the tag; variants lie over each other
    for (uint32_t i = model->kind == ENUM ? part / 2 * 2 : 0; i < part; i++)
        at += model->parts[i]->size;
    return at;
}

// The block that the owner at an address has: each address another.
static uint64_t block_of(uint64_t address) {
    return (address + 1) * BLOCK;
}

static void cover(const Model *model, uint64_t at, Cover *out) {
    assert_true(out->count < MOST_RANGES);
    out->ranges[out->count++] = (Range){ at, at + model->size };
    switch (model->kind) {
    case LEAF: return;
    case STRUCT:
        for (uint32_t i = 0; i < model->count; i++)
            cover(model->parts[i], at + offset_of(model, i), out);
        return;
    case BOX: cover(model->parts[0], block_of(at), out); return;
    case SLICE:
    case ARRAY:
        for (uint32_t i = 0; i < model->count; i++)
            cover(
                model->parts[0],
                (model->kind == SLICE ? block_of(at) : at) + i * model->parts[0]->size, out
            );
        return;
    case ENUM:
        for (uint32_t i = 0; i < 4; i++)
            cover(model->parts[i], at + offset_of(model, i), out);
        return;
    }
}

static const Model *step_to(
    const Model *model, SirProj proj, const uint64_t *locals, uint64_t *at
) {
    uint32_t part = 0;
    uint64_t index = proj.kind == SIR_PROJ_INDEX ? locals[proj.n] : proj.n;
    switch (model->kind) {
    case LEAF: fail();
    case STRUCT: part = (uint32_t)proj.n; break;
    case ENUM: part = (uint32_t)(proj.n >> 32) * 2 + (uint32_t)proj.n; break;
    case BOX: *at = block_of(*at); return model->parts[0];
    case SLICE: *at = block_of(*at) + index * model->parts[0]->size; return model->parts[0];
    case ARRAY: *at += index * model->parts[0]->size; return model->parts[0];
    }
    *at += offset_of(model, part);
    return model->parts[part];
}

static void cover_place(const Steps *place, const uint64_t *locals, Cover *out) {
    const Model *model = &root;
    uint64_t at = 0;
    for (uint32_t i = 0; i < place->count; i++)
        model = step_to(model, place->projs[i], locals, &at);
    out->count = 0;
    cover(model, at, out);
}

static bool share(const Cover *a, const Cover *b) {
    for (uint32_t i = 0; i < a->count; i++)
        for (uint32_t k = 0; k < b->count; k++)
            if (a->ranges[i].from < b->ranges[k].to && b->ranges[k].from < a->ranges[i].to)
                return true;
    return false;
}

static Cover covers[4][MOST_PLACES]; // for each pair of values of the two index locals

static bool can_share(uint32_t a, uint32_t b) {
    for (uint32_t values = 0; values < 4; values++)
        if (share(&covers[values][a], &covers[values][b])) return true;
    return false;
}

// --- the test ----------------------------------------------------------------------------------------------------------------

static void prepare(void) {
    place_count = 0;
    add_places(&root, (Steps){ .count = 0 });
    for (uint64_t values = 0; values < 4; values++) {
        const uint64_t locals[] = { 0, values & 1, values >> 1 };
        for (uint32_t i = 0; i < place_count; i++)
            cover_place(&places[i], locals, &covers[values][i]);
    }
}

// Why a pair that shares nothing may conflict all the same: indices and variants are not told apart.
static bool is_conservative(const Steps *a, const Steps *b) {
    for (uint32_t i = 0; i < a->count && i < b->count; i++) {
        SirProj x = a->projs[i], y = b->projs[i];
        if (x.kind == y.kind && x.n == y.n) continue;
        bool index = x.kind == SIR_PROJ_AT || x.kind == SIR_PROJ_INDEX;
        return index || (x.kind == FLOW_PAYLOAD && x.n >> 32 != y.n >> 32);
    }
    return false;
}

static void what_can_share_a_byte_conflicts(void **state) {
    (void)state;
    uint32_t sharing = 0, apart = 0, conservative = 0;
    prepare();
    for (uint32_t i = 0; i < place_count; i++)
        for (uint32_t k = 0; k < place_count; k++) {
            SirPlace a = { 0, places[i].count, places[i].projs },
                     b = { 0, places[k].count, places[k].projs };
            bool shares = can_share(i, k), conflicts = places__overlap(&a, &b);
            if (shares && !conflicts) fail_msg("places %u and %u share a byte", i, k);
            if (!shares && conflicts && !is_conservative(&places[i], &places[k]))
                fail_msg("places %u and %u share no byte", i, k);
            sharing += shares;
            apart += !conflicts;
            conservative += conflicts && !shares;
        }
    printf(
        "%u places: %u pairs share a byte, %u are told apart, %u conflict without need\n",
        place_count, sharing, apart, conservative
    );
    assert_true(place_count >= 100 && apart > 1000 && sharing > 1000);
}

static void locals_are_apart(void **state) {
    (void)state;
    SirPlace a = { .local = 0 }, b = { .local = 1 };
    assert_false(places__overlap(&a, &b));
    assert_true(places__overlap(&a, &a));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_can_share_a_byte_conflicts),
        cmocka_unit_test(locals_are_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
