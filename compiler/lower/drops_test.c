// Drops against a ledger: random functions with scopes, branches, loops and early exits move and assign owners,
// parts of structs and of boxes, and what lies behind an exclusive borrow. After drops_insert each is run along
// random ways, and everything must be initialised once and ended once.

// clang-format off: cmocka.h wants the three before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on

#include "drops.h"

#include "flow.h"

#include <stdio.h>
#include <stdlib.h>

// --- places and what they own ------------------------------------------------------------------------------

// Owners have a bit each: the two of a pair are 1 and 2, the block of a box is 4. An `own u64*` is 1.
typedef enum Shape { ONE, PAIR, BOX, LENT, SHAPES } Shape; // LENT: an exclusive borrow of a pair

static const uint32_t whole[SHAPES] = { 1, 3, 7, 3 };

typedef struct Spot { // a place of a shape
    Shape shape;
    uint32_t projs;
    SirProj proj[2];
    uint32_t owns;
    uint32_t needs; // what must be there for it to be assigned
} Spot;

static const Spot spots[] = {
    { ONE,  0, { { 0 } },                                        1, 0 },
    { PAIR, 0, { { 0 } },                                        3, 0 },
    { PAIR, 1, { { SIR_PROJ_FIELD, 0 } },                        1, 0 },
    { PAIR, 1, { { SIR_PROJ_FIELD, 1 } },                        2, 0 },
    { BOX,  0, { { 0 } },                                        7, 0 },
    { BOX,  1, { { SIR_PROJ_DEREF, 0 } },                        3, 4 },
    { BOX,  2, { { SIR_PROJ_DEREF, 0 }, { SIR_PROJ_FIELD, 0 } }, 1, 4 },
    { BOX,  2, { { SIR_PROJ_DEREF, 0 }, { SIR_PROJ_FIELD, 1 } }, 2, 4 },
    { LENT, 1, { { SIR_PROJ_DEREF, 0 } },                        3, 0 },
    { LENT, 2, { { SIR_PROJ_DEREF, 0 }, { SIR_PROJ_FIELD, 0 } }, 1, 0 },
    { LENT, 2, { { SIR_PROJ_DEREF, 0 }, { SIR_PROJ_FIELD, 1 } }, 2, 0 },
};

enum { SPOTS = sizeof spots / sizeof *spots, LOCALS = 24, DEPTH = 4 };

// --- generating --------------------------------------------------------------------------------------------

typedef struct Owned { // a local that is in scope
    SirLocal local;
    Shape shape;
} Owned;

typedef struct Loop {
    SirBlock head, out;
    uint32_t scope;         // locals outside
    uint32_t begin[LOCALS]; // what is there at the head
    uint32_t end[LOCALS];   // what is there on all ways out so far
    bool left;
} Loop;

typedef struct Gen {
    SirModule *module;
    SirFuncInfo func;
    SirBlock block;
    SirType types[SHAPES];
    Owned scope[LOCALS];
    uint32_t live;          // of scope[]
    uint32_t there[LOCALS]; // per row of scope[]: what is initialised for sure
    Loop *loop;
    uint64_t dice;
} Gen;

static uint32_t below(Gen *g, uint32_t limit) { // xorshift64*
    g->dice ^= g->dice >> 12;
    g->dice ^= g->dice << 25;
    g->dice ^= g->dice >> 27;
    return (uint32_t)((g->dice * 0x2545f4914f6cdd1du) >> 33) % limit;
}

static SirInst *emit(Gen *g, SirOp op, uint32_t args, uint32_t arms) {
    return sir_inst_append(
        g->module, &g->func, g->block, op, args, arms, (SirLoc){ .file = SIR_NONE }
    );
}

static SirPlace place_of(Gen *g, SirLocal local, const Spot *spot) {
    SirPlace place = { .local = local, .proj_count = spot->projs };
    place.projs = arena_array(g->module->arena, SirProj, spot->projs);
    for (uint32_t i = 0; i < spot->projs; i++)
        place.projs[i] = spot->proj[i];
    return place;
}

static void jump(Gen *g, SirBlock to) {
    emit(g, SIR_OP_JUMP, 0, 1)->arms[0].block = to;
    g->block = SIR_NONE;
}

static void assign(Gen *g, uint32_t row, const Spot *spot) {
    SirInst *inst = emit(g, SIR_OP_REPLACE, 3, 0);
    inst->args[0].kind = SIR_ARG_NOTHING;
    inst->args[1] =
        (SirArg){ .kind = SIR_ARG_PLACE, .place = place_of(g, g->scope[row].local, spot) };
    inst->args[2].kind = SIR_ARG_CONST;
    g->there[row] |= spot->owns;
}

static void move(Gen *g, uint32_t row, const Spot *spot) {
    SirInst *inst = emit(g, SIR_OP_CLOSE, 1, 0); // any instruction that takes a value
    inst->args[0] =
        (SirArg){ .kind = SIR_ARG_MOVE, .place = place_of(g, g->scope[row].local, spot) };
    g->there[row] &= ~spot->owns;
}

static void declare(Gen *g) {
    Shape shape = (Shape)below(g, LENT);
    SirLoc nowhere = { .file = SIR_NONE };
    SirLocal local = sir_local_add(g->module, &g->func, STR(""), g->types[shape], nowhere);
    emit(g, SIR_OP_STORAGE_BEGIN, 1, 0)->args[0] = (SirArg){ .kind = SIR_ARG_LOCAL, .n = local };
    g->scope[g->live] = (Owned){ local, shape };
    g->there[g->live] = 0;
    g->live++;
    if (below(g, 4) > 0) assign(g, g->live - 1, &spots[shape == ONE ? 0 : shape == PAIR ? 1 : 4]);
}

static void leave_to(Gen *g, uint32_t scope) {
    for (uint32_t i = g->live; i-- > scope;) {
        SirLocal local = g->scope[i].local;
        bool is_param = local < g->func.sig.param_count;
        SirArg place = { .kind = SIR_ARG_PLACE, .place = { .local = local } };
        if (g->scope[i].shape != LENT) emit(g, SIR_OP_DROP, 1, 0)->args[0] = place;
        if (!is_param)
            emit(g, SIR_OP_STORAGE_END, 1, 0)->args[0] =
                (SirArg){ .kind = SIR_ARG_LOCAL, .n = local };
    }
}

// What was moved out behind the borrow is put back.
static void refill(Gen *g) {
    for (uint32_t row = 0; row < g->live; row++)
        for (uint32_t i = 0; g->scope[row].shape == LENT && i < SPOTS; i++)
            if (spots[i].shape == LENT && spots[i].projs == 2 && !(g->there[row] & spots[i].owns))
                assign(g, row, &spots[i]);
}

static void touch(Gen *g) { // moves or assigns something
    if (g->live == 0) return;
    uint32_t row = below(g, g->live);
    const Spot *spot = &spots[below(g, SPOTS)];
    if (spot->shape != g->scope[row].shape) return;
    bool there = (g->there[row] & spot->owns) == spot->owns;
    if (there && below(g, 2))
        move(g, row, spot);
    else if ((g->there[row] & spot->needs) == spot->needs)
        assign(g, row, spot);
}

static void statements(Gen *g, uint32_t depth);

static void scoped(Gen *g, uint32_t depth) {
    uint32_t live = g->live;
    statements(g, depth);
    if (g->block != SIR_NONE) leave_to(g, live);
    g->live = live;
}

static void intersect(uint32_t *into, const uint32_t *from, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        into[i] &= from[i];
}

static void branch(Gen *g, SirBlock yes, SirBlock no) {
    SirInst *inst = emit(g, SIR_OP_BRANCH, 1, 2);
    inst->args[0].kind = SIR_ARG_CONST;
    inst->arms[0].block = yes;
    inst->arms[1].block = no;
}

static void conditional(Gen *g, uint32_t depth) {
    SirBlock yes = sir_block_add(g->module, &g->func);
    SirBlock no = sir_block_add(g->module, &g->func);
    SirBlock join = sir_block_add(g->module, &g->func);
    uint32_t before[LOCALS], after[LOCALS];
    refill(g);
    memcpy(before, g->there, sizeof before);
    branch(g, yes, no);
    g->block = yes;
    scoped(g, depth - 1);
    bool first = g->block != SIR_NONE;
    if (first) refill(g), jump(g, join);
    memcpy(after, g->there, sizeof after);
    memcpy(g->there, before, sizeof before);
    g->block = no;
    scoped(g, depth - 1);
    bool second = g->block != SIR_NONE;
    if (second) refill(g), jump(g, join);
    if (first && second) intersect(g->there, after, g->live);
    if (first && !second) memcpy(g->there, after, sizeof after);
    g->block = first || second ? join : SIR_NONE;
}

// Another round begins as the first did.
static void go_again(Gen *g) {
    refill(g);
    for (uint32_t row = 0; row < g->loop->scope; row++) {
        Shape shape = g->scope[row].shape;
        bool lacks = g->loop->begin[row] & ~g->there[row];
        if (shape != LENT && lacks)
            assign(g, row, &spots[shape == ONE ? 0 : shape == PAIR ? 1 : 4]);
    }
    leave_to(g, g->loop->scope);
    jump(g, g->loop->head);
}

static void go_out(Gen *g) {
    refill(g);
    leave_to(g, g->loop->scope);
    if (g->loop->left)
        intersect(g->loop->end, g->there, g->loop->scope);
    else
        memcpy(g->loop->end, g->there, sizeof g->there);
    g->loop->left = true;
    jump(g, g->loop->out);
}

static void repeat(Gen *g, uint32_t depth) {
    Loop loop = { .scope = g->live }, *outer = g->loop;
    loop.head = sir_block_add(g->module, &g->func);
    loop.out = sir_block_add(g->module, &g->func);
    SirBlock body = sir_block_add(g->module, &g->func), no = sir_block_add(g->module, &g->func);
    refill(g);
    memcpy(loop.begin, g->there, sizeof g->there);
    jump(g, loop.head);
    g->block = loop.head;
    branch(g, body, no);
    g->loop = &loop;
    g->block = no;
    go_out(g);
    memcpy(g->there, loop.begin, sizeof g->there);
    g->block = body;
    scoped(g, depth - 1);
    if (g->block != SIR_NONE) go_again(g);
    g->loop = outer;
    memcpy(g->there, loop.end, sizeof g->there);
    g->block = loop.out;
}

static void give_back(Gen *g) {
    refill(g);
    leave_to(g, 0);
    emit(g, SIR_OP_RETURN, 0, 0);
    g->block = SIR_NONE;
}

static void statement(Gen *g, uint32_t depth) {
    uint32_t what = below(g, 20);
    if (what < 3 && g->live < LOCALS - 1)
        declare(g);
    else if (what < 14 || depth == 0)
        touch(g);
    else if (what < 16)
        conditional(g, depth);
    else if (what < 17)
        repeat(g, depth);
    else if (what < 18)
        scoped(g, depth - 1);
    else if (what < 19 && g->loop)
        below(g, 2) ? go_out(g) : go_again(g);
    else if (below(g, 4) == 0)
        give_back(g);
}

static void statements(Gen *g, uint32_t depth) {
    uint32_t count = 1 + below(g, 8);
    for (uint32_t i = 0; i < count && g->block != SIR_NONE; i++)
        statement(g, depth);
}

static void make_types(Gen *g) {
    SirField fields[] = { { .name = STR("a") }, { .name = STR("b") } };
    fields[0].type = fields[1].type = g->types[ONE] =
        sir_type_ptr(g->module, SIR_OWN, SIR_TYPE_U64);
    SirTypeInfo pair = { .kind = SIR_TYPE_STRUCT, .name = STR("Pair"), .field_count = 2 };
    pair.fields = arena_array(g->module->arena, SirField, 2);
    memcpy(pair.fields, fields, sizeof fields);
    g->types[PAIR] = sir_type_intern(g->module, &pair);
    g->types[BOX] = sir_type_ptr(g->module, SIR_OWN, g->types[PAIR]);
    g->types[LENT] = sir_type_ptr(g->module, SIR_MUT, g->types[PAIR]);
}

static void generate(Gen *g) {
    make_types(g);
    g->func.sig.param_count = SHAPES;
    for (Shape shape = ONE; shape < SHAPES; shape++) {
        SirLocal local =
            sir_local_add(g->module, &g->func, STR(""), g->types[shape], (SirLoc){ 0 });
        g->scope[g->live] = (Owned){ local, shape };
        g->there[g->live++] = whole[shape];
    }
    g->block = sir_block_add(g->module, &g->func);
    statements(g, DEPTH);
    if (g->block != SIR_NONE) give_back(g);
    for (SirBlock block = 0; block < g->func.blocks.len; block++) {
        g->block = block;
        if (!sir_block_terminator(&g->func, block)) emit(g, SIR_OP_RETURN, 0, 0);
    }
}

// --- running -------------------------------------------------------------------------------------------------

typedef struct Run {
    const Gen *gen;
    uint32_t alive[512]; // per local
} Run;

static Shape shape_of(const Run *run, SirLocal local) {
    SirType type = run->gen->func.locals.data[local].type;
    for (Shape shape = ONE; shape < SHAPES; shape++)
        if (run->gen->types[shape] == type) return shape;
    fail_msg("a local of an unknown type");
    return ONE;
}

static uint32_t owners_of(const Run *run, const SirPlace *place) {
    Shape shape = shape_of(run, place->local);
    if (place->proj_count == 0 && shape != LENT) return whole[shape];
    for (uint32_t i = 0; i < SPOTS; i++) {
        bool same = spots[i].shape == shape && spots[i].projs == place->proj_count;
        for (uint32_t k = 0; same && k < place->proj_count; k++)
            same = spots[i].proj[k].kind == place->projs[k].kind &&
                   spots[i].proj[k].n == place->projs[k].n;
        if (same) return spots[i].owns;
    }
    return 0;
}

static void end_owners(Run *run, const SirPlace *place, bool all) {
    uint32_t owners = owners_of(run, place), *alive = &run->alive[place->local];
    if (all) assert_int_equal(*alive & owners, owners);
    assert_int_not_equal(*alive & owners, 0);
    *alive &= ~owners;
}

static void begin_owners(Run *run, const SirPlace *place) {
    assert_int_equal(run->alive[place->local] & owners_of(run, place), 0);
    run->alive[place->local] |= owners_of(run, place);
}

static void step(Run *run, const SirInst *inst) {
    for (uint32_t i = 0; i < inst->arg_count; i++)
        if (inst->args[i].kind == SIR_ARG_MOVE) end_owners(run, &inst->args[i].place, true);
    switch (inst->op) {
    case SIR_OP_USE: begin_owners(run, &inst->args[0].place); break;
    case SIR_OP_REPLACE: // one comes, one goes to the temporary
        assert_int_equal(inst->args[0].kind, SIR_ARG_PLACE);
        begin_owners(run, &inst->args[0].place);
        break;
    case SIR_OP_DROP: end_owners(run, &inst->args[0].place, false); break;
    case SIR_OP_STORAGE_END: assert_int_equal(run->alive[inst->args[0].n], 0); break;
    case SIR_OP_RETURN:
        for (SirLocal local = 0; local < run->gen->func.locals.len; local++)
            assert_int_equal(run->alive[local], shape_of(run, local) == LENT ? 3 : 0);
        break;
    default: break;
    }
}

static void run_once(Gen *g) {
    Run run = { .gen = g };
    SirBlock block = 0;
    assert_true(g->func.locals.len < 512);
    for (SirLocal local = 0; local < SHAPES; local++)
        run.alive[local] = whole[local];
    for (uint32_t steps = 0; steps < 200; steps++) {
        vec_each(SirInst, inst, &g->func.blocks.data[block].insts)
            step(&run, inst);
        const SirInst *last = sir_block_terminator(&g->func, block);
        if (last->arm_count == 0) return;
        block = last->arms[below(g, last->arm_count)].block;
    }
}

static void check_seed(uint64_t seed) {
    Arena arena, scratch;
    arena_init(&arena);
    arena_init(&scratch);
    Gen g = { .dice = seed * 0x9e3779b97f4a7c15u + 1 };
    g.module = sir_module_new(&arena, STR("Random"));
    Kinds kinds = { .module = g.module, .scratch = &scratch };
    generate(&g);
    flow_tidy(g.module, &g.func, &scratch);
    drops_insert(g.module, &g.func, &kinds, &scratch);
    flow_tidy(g.module, &g.func, &scratch);
    for (uint32_t i = 0; i < 64; i++)
        run_once(&g);
    arena_free(&scratch);
    arena_free(&arena);
}

static void test_random_functions(void **state) {
    (void)state;
    uint64_t seeds = 20000, first = 1;
    const char *chosen = getenv("SEED"); // one that failed
    if (chosen) first = seeds = strtoull(chosen, NULL, 10);
    for (uint64_t seed = first; seed <= seeds; seed++) {
        if (getenv("VERBOSE")) printf("# seed %llu\n", (unsigned long long)seed);
        check_seed(seed);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_random_functions) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
