// Nothing is lost between memory, text and bytes, whatever the module: one with every row of the tables, and random
// ones full of nonsense that fits the shapes. And nothing that is not SIR gets in.

// clang-format off: cmocka.h wants the three before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on

#include "form.h"
#include "sir.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "base/vec.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

// --- a source of choices ---------------------------------------------------------------------------------------------

typedef struct Dice {
    SirModule *module;
    uint64_t state;
    unsigned nonsense; // one in so many numbers is out of range; 0: none
} Dice;

static uint64_t roll(Dice *dice) { // xorshift64*
    dice->state ^= dice->state >> 12;
    dice->state ^= dice->state << 25;
    dice->state ^= dice->state >> 27;
    return dice->state * 0x2545f4914f6cdd1du;
}

static uint32_t below(Dice *dice, uint64_t limit) {
    return limit ? (uint32_t)(roll(dice) % limit) : 0;
}

// Mostly a row of `count`, now and then something else.
static uint32_t row(Dice *dice, uint32_t count) {
    if (dice->nonsense && below(dice, dice->nonsense) == 0)
        return (uint32_t)roll(dice) >> below(dice, 32);
    return below(dice, count);
}

static uint64_t number(Dice *dice) {
    return roll(dice) >> below(dice, 64);
}

static Str name(Dice *dice) {
    static const char *const words[] = { "x", "line", "own",  "u64", "state",    "a.b",   "bb0",
                                         "",  "none", "true", "end", "Map<u64>", "\"\\\n" };
    uint32_t pick = below(dice, sizeof words / sizeof *words + 2);
    if (pick < sizeof words / sizeof *words) return str_from_c(words[pick]);
    uint32_t length = below(dice, pick % 2 ? 5 : 90);
    char *bytes = arena_alloc(dice->module->arena, length, 1);
    for (uint32_t i = 0; i < length; i++)
        bytes[i] = (char)roll(dice);
    return (Str){ bytes, length };
}

static SirLoc loc(Dice *dice) {
    if (below(dice, 4) == 0) return (SirLoc){ SIR_NONE, below(dice, 2), 0 };
    return (SirLoc){ row(dice, dice->module->files.len), below(dice, 5000), below(dice, 120) };
}

static SirState state(Dice *dice, SirContract contract) {
    if (below(dice, 8) == 0) return below(dice, 2) ? SIR_STATE_ANY : SIR_STATE_CLOSED;
    bool known = contract < dice->module->contracts.len;
    return row(dice, known ? dice->module->contracts.data[contract].state_count : 2);
}

static SirType type(Dice *dice) {
    return row(dice, dice->module->types.len);
}

static SirType old_type(Dice *dice
) { // in range whatever the nonsense: what a structural type is made of
    return below(dice, dice->module->types.len);
}

// --- contracts, types ------------------------------------------------------------------------------------------------

static SirField *fields(Dice *dice, uint32_t *count) {
    *count = below(dice, 4);
    SirField *made = arena_array(dice->module->arena, SirField, *count);
    for (uint32_t i = 0; i < *count; i++)
        made[i] = (SirField){ name(dice), type(dice), (uint8_t)below(dice, 3) };
    return made;
}

static SirMessage message(Dice *dice) {
    SirMessage made = { .name = name(dice), .dir = (SirDir)below(dice, 2) };
    made.args = fields(dice, &made.arg_count);
    made.limits = arena_array(dice->module->arena, uint64_t, made.arg_count);
    for (uint32_t i = 0; i < made.arg_count; i++)
        made.limits[i] = below(dice, 2) ? UINT64_MAX : number(dice);
    return made;
}

static void make_contract(Dice *dice) {
    Arena *arena = dice->module->arena;
    SirContractInfo made = { .name = name(dice), .base = below(dice, 2) ? SIR_NONE : row(dice, 3) };
    made.message_count = below(dice, 4);
    made.messages = arena_array(arena, SirMessage, made.message_count);
    for (uint32_t i = 0; i < made.message_count; i++)
        made.messages[i] = message(dice);
    made.state_count = 1 + below(dice, 4);
    made.states = arena_array(arena, SirStateInfo, made.state_count);
    for (uint32_t i = 0; i < made.state_count; i++) {
        SirStateInfo *info = &made.states[i];
        *info = (SirStateInfo
        ){ .name = name(dice), .is_end = below(dice, 2), .choice_count = below(dice, 3) };
        info->choices = arena_array(arena, SirChoice, info->choice_count);
        for (uint32_t c = 0; c < info->choice_count; c++)
            info->choices[c] =
                (SirChoice){ row(dice, made.message_count), row(dice, made.state_count) };
    }
    vec_push(arena, &dice->module->contracts, made);
}

static SirSig sig(Dice *dice) {
    Arena *arena = dice->module->arena;
    SirSig made = { .param_count = below(dice, 4),
                    .result = old_type(dice),
                    .from_count = below(dice, 3) };
    made.params = arena_array(arena, SirParam, made.param_count);
    for (uint32_t i = 0; i < made.param_count; i++)
        made.params[i] = (SirParam){ old_type(dice), below(dice, 2) ? SIR_NONE : state(dice, 0) };
    made.from = arena_array(arena, SirFrom, made.from_count);
    for (uint32_t i = 0; i < made.from_count; i++)
        made.from[i] = (SirFrom){ row(dice, 4), below(dice, 2) };
    return made;
}

static SirType make_type(Dice *dice, SirTypeKind kind) {
    SirTypeInfo info = { .kind = kind, .elem = old_type(dice), .count = number(dice) };
    info.mode = (SirMode)below(dice, SIR_STATIC + 1);
    info.contract = row(dice, dice->module->contracts.len);
    info.side = (SirSide)below(dice, 2);
    info.state = state(dice, info.contract);
    info.device = (SirDevice)below(dice, SIR_DMA + 1);
    if (kind == SIR_TYPE_EPSET && below(dice, 2)) info.elem = SIR_NONE;
    if (kind == SIR_TYPE_FN) {
        info.sig = arena_new(dice->module->arena, SirSig);
        *info.sig = sig(dice);
    }
    if (sir_type_is_nominal(kind)) info.name = name(dice);
    return sir_type_intern(dice->module, &info);
}

static void fill_nominal(Dice *dice, SirType which) {
    SirTypeInfo info = *sir_type(dice->module, which);
    if (info.kind == SIR_TYPE_STRUCT) {
        info.is_ref = below(dice, 2);
        info.is_wire = below(dice, 2);
        info.fields = fields(dice, &info.field_count);
    } else {
        info.is_plain_enum = info.kind == SIR_TYPE_ENUM && below(dice, 2);
        info.variant_count = below(dice, 4);
        info.variants = arena_array(dice->module->arena, SirVariant, info.variant_count);
        for (uint32_t i = 0; i < info.variant_count; i++) {
            SirVariant *variant = &info.variants[i];
            *variant =
                (SirVariant){ .name = name(dice), .value = below(dice, 2) ? i : number(dice) };
            variant->fields = fields(dice, &variant->field_count);
        }
    }
    sir_type_define(dice->module, which, &info);
}

// --- trees, code -----------------------------------------------------------------------------------------------------

static SirTree tree(Dice *dice, SirConstKind kind, unsigned depth) {
    SirTree made = { .kind = kind, .type = type(dice) };
    switch (kind) {
    case SIR_CONST_INT: made.bits = below(dice, 2) ? number(dice) : 0 - number(dice); break;
    case SIR_CONST_FLOAT:
        made.bits = number(dice);
        made.type = below(dice, 4) ? (below(dice, 2) ? SIR_TYPE_F64 : SIR_TYPE_F32) : made.type;
        break;
    case SIR_CONST_STR: made.text = name(dice); break;
    case SIR_CONST_LIST:
    case SIR_CONST_REPEAT:
        made.variant = kind == SIR_CONST_LIST ? row(dice, 3) : 0;
        made.item_count = kind == SIR_CONST_LIST ? below(dice, 4) : 1;
        made.items = arena_array(dice->module->arena, SirTree, made.item_count);
        for (uint32_t i = 0; i < made.item_count; i++) {
            made.items[i] = tree(
                dice, (SirConstKind)below(dice, depth < 6 ? SIR_CONST_KINDS : SIR_CONST_LIST),
                depth + 1
            );
            if (below(dice, 2) && sir__item_type(dice->module, &made, i) != SIR_NONE)
                made.items[i].type = sir__item_type(dice->module, &made, i);
        }
        break;
    case SIR_CONST_FUNC: made.bits = row(dice, dice->module->funcs.len); break;
    case SIR_CONST_REF: made.bits = row(dice, dice->module->consts.len); break;
    case SIR_CONST_KINDS: break;
    }
    return made;
}

static SirTree *new_tree(Dice *dice) {
    SirTree *made = arena_new(dice->module->arena, SirTree);
    *made = tree(dice, (SirConstKind)below(dice, SIR_CONST_KINDS), 1);
    return made;
}

static SirPlace place(Dice *dice) {
    SirPlace made = { .local = row(dice, 6), .proj_count = below(dice, 4) };
    made.projs = arena_array(dice->module->arena, SirProj, made.proj_count);
    for (uint32_t i = 0; i < made.proj_count; i++) {
        SirProjKind kind = (SirProjKind)below(dice, SIR_PROJ_KINDS);
        made.projs[i] = (SirProj){ kind, kind == SIR_PROJ_DEREF ? 0 : row(dice, 5) };
    }
    return made;
}

static SirArg value(Dice *dice) {
    SirArg made = { .kind = (SirArgKind)below(dice, SIR_ARG_CONST + 1) };
    if (made.kind == SIR_ARG_CONST)
        made.tree = new_tree(dice);
    else
        made.place = place(dice);
    return made;
}

static SirArg argument(Dice *dice, char letter) {
    if (letter == 'v' || letter == 'V') return value(dice);
    SirArg made = { .kind = sir__arg_kind(letter) };
    if (letter == 'D' && below(dice, 2))
        made.kind = SIR_ARG_NOTHING;
    else if (made.kind == SIR_ARG_PLACE)
        made.place = place(dice);
    else
        made.n = letter == 'n' ? number(dice) : row(dice, 3);
    if (letter == 'x') made.m = state(dice, (SirContract)made.n);
    return made;
}

static SirArm arm(Dice *dice, SirArmKind kind) {
    SirArm made = { .kind = kind, .block = row(dice, 9) };
    if (kind == SIR_ARM_VARIANT || kind == SIR_ARM_MESSAGE || kind == SIR_ARM_MEMBER)
        made.n = row(dice, 3);
    made.head_count = kind == SIR_ARM_JOIN ? below(dice, 4) : 0;
    made.heads = arena_array(dice->module->arena, SirHead, made.head_count);
    for (uint32_t i = 0; i < made.head_count; i++) {
        made.heads[i] = (SirHead){ .is_closed = below(dice, 2), .place = place(dice) };
        if (!made.heads[i].is_closed) made.heads[i].n = row(dice, 3);
    }
    made.tree = new_tree(dice);
    made.place = place(dice);
    made.value = value(dice);
    made.bind_count = below(dice, 4);
    made.binds = arena_array(dice->module->arena, SirBind, made.bind_count);
    for (uint32_t i = 0; i < made.bind_count; i++) {
        SirBindMode mode = (SirBindMode)below(dice, SIR_BIND_MODES);
        made.binds[i] = (SirBind){ mode, mode == SIR_BIND_SKIP ? SIR_NONE : row(dice, 6) };
    }
    return made;
}

// One instruction of `op`; if it has arms, one of each kind, or only plain ones.
static void append(Dice *dice, SirFuncInfo *func, SirBlock block, SirOp op) {
    const char *shape = sir_op_shape(op);
    uint32_t fixed = (uint32_t)strcspn(shape, "VA"),
             args = fixed + (strchr(shape, 'V') ? below(dice, 4) : 0);
    bool plain = below(dice, 3) == 0;
    uint32_t arms = strchr(shape, 'A') ? (plain ? below(dice, 3) : SIR_ARM_KINDS) : 0;
    SirInst *inst = sir_inst_append(dice->module, func, block, op, args, arms, loc(dice));
    for (uint32_t i = 0; i < args; i++)
        inst->args[i] = argument(dice, i < fixed ? shape[i] : 'V');
    for (uint32_t i = 0; i < arms; i++)
        inst->arms[i] = arm(dice, plain ? SIR_ARM_PLAIN : (SirArmKind)i);
}

static void fill_func(Dice *dice, SirFuncInfo *func, bool every_op) {
    func->name = name(dice);
    func->sig = sig(dice);
    func->loc = loc(dice);
    for (uint32_t i = 0; i < func->sig.param_count; i++)
        sir_local_add(dice->module, func, name(dice), func->sig.params[i].type, loc(dice));
    for (uint32_t left = below(dice, 5); left > 0; left--)
        sir_local_add(dice->module, func, name(dice), type(dice), loc(dice));
    for (uint32_t left = below(dice, 4); left > 0; left--) {
        SirBlock block = sir_block_add(dice->module, func);
        for (uint32_t insts = below(dice, 6); insts > 0; insts--)
            append(dice, func, block, (SirOp)below(dice, SIR_OPS));
    }
    for (SirOp op = 0; every_op && op < SIR_OPS; op++)
        append(dice, func, sir_block_add(dice->module, func), op);
}

// --- modules -----------------------------------------------------------------------------------------------------------

static void fill_manifest(Dice *dice) {
    SirModule *module = dice->module;
    SirManifest *manifest = &module->manifest;
    manifest->main =
        below(dice, 2) && module->funcs.len ? below(dice, module->funcs.len) : SIR_NONE;
    manifest->param_names = arena_array(module->arena, Str, sir__main_params(module));
    for (uint32_t i = 0; i < sir__main_params(module); i++)
        manifest->param_names[i] = name(dice);
    manifest->heap_bytes = below(dice, 2) ? number(dice) : 0;
    manifest->stack_bytes = number(dice);
    manifest->threads = row(dice, 3);
    manifest->cpu = row(dice, 3);
    manifest->time = below(dice, 2) ? number(dice) : 0;
    manifest->grant_count = below(dice, SIR_GRANT_KINDS + 1);
    manifest->grants = arena_array(module->arena, SirGrant, manifest->grant_count);
    for (uint32_t i = 0; i < manifest->grant_count; i++)
        manifest->grants[i] = (SirGrant){ (SirGrantKind)i, number(dice), number(dice) };
}

static SirModule *make_module(Arena *arena, uint64_t seed, unsigned nonsense) {
    Dice dice = { .state = seed * 2 + 1, .nonsense = nonsense };
    dice.module = sir_module_new(arena, STR(""));
    dice.module->name = name(&dice);
    for (uint32_t left = below(&dice, 3); left > 0; left--)
        vec_push(arena, &dice.module->files, name(&dice));
    for (uint32_t left = below(&dice, 4); left > 0; left--)
        make_contract(&dice);
    for (SirTypeKind kind = SIR_SCALARS; kind < SIR_TYPE_KINDS; kind++)
        make_type(&dice, kind);
    for (uint32_t left = below(&dice, 60); left > 0; left--)
        make_type(&dice, (SirTypeKind)(SIR_SCALARS + below(&dice, SIR_TYPE_KINDS - SIR_SCALARS)));
    for (SirType i = SIR_SCALARS; i < dice.module->types.len; i++)
        if (sir_type_is_nominal(sir_type(dice.module, i)->kind)) fill_nominal(&dice, i);
    uint32_t funcs = below(&dice, 4);
    vec_reserve(arena, &dice.module->funcs, 4);
    for (SirConstKind kind = 0; kind < SIR_CONST_KINDS; kind++) {
        SirConstInfo constant = { name(&dice), tree(&dice, kind, 1) };
        vec_push(arena, &dice.module->consts, constant);
    }
    for (uint32_t i = 0; i <= funcs; i++) {
        SirFuncInfo func = { 0 };
        fill_func(&dice, &func, i == 0);
        vec_push(arena, &dice.module->funcs, func);
    }
    fill_manifest(&dice);
    return dice.module;
}

// --- there and back ----------------------------------------------------------------------------------------------------

static void assert_same(const Buf *a, const Buf *b, const char *what, uint64_t seed) {
    if (a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0)) return;
    size_t at = 0;
    while (at < a->len && at < b->len && a->data[at] == b->data[at])
        at++;
    fail_msg("seed %llu: %s differ from byte %zu on", (unsigned long long)seed, what, at);
}

static SirModule *read_text(Arena *arena, const Buf *text, uint64_t seed) {
    SirReadError error;
    SirModule *module = sir_text_read(arena, (Str){ (const char *)text->data, text->len }, &error);
    if (!module)
        fail_msg(
            "seed %llu: text line %u: %s", (unsigned long long)seed, error.line, error.message
        );
    return module;
}

static SirModule *read_binary(Arena *arena, const Buf *bytes, uint64_t seed) {
    SirReadError error;
    SirModule *module = sir_binary_read(arena, bytes->data, bytes->len, &error);
    if (!module)
        fail_msg("seed %llu: byte %zu: %s", (unsigned long long)seed, error.offset, error.message);
    return module;
}

// Module to text to module to binary to module to text.
static void assert_round(Arena *arena, const SirModule *module, uint64_t seed) {
    Buf text = { 0 }, bytes = { 0 }, text2 = { 0 }, bytes2 = { 0 };
    sir_text_write(module, &text);
    sir_binary_write(module, &bytes);
    SirModule *from_text = read_text(arena, &text, seed);
    sir_binary_write(from_text, &bytes2);
    assert_same(&bytes, &bytes2, "the bytes written and those of the text read", seed);
    SirModule *from_bytes = read_binary(arena, &bytes2, seed);
    sir_text_write(from_bytes, &text2);
    assert_same(&text, &text2, "the text written and that of the bytes read", seed);
    buf_free(&text);
    buf_free(&text2);
    buf_free(&bytes);
    buf_free(&bytes2);
}

static void round_trips(uint64_t seed, unsigned nonsense) {
    Arena arena;
    arena_init(&arena);
    assert_round(&arena, make_module(&arena, seed, nonsense), seed);
    arena_free(&arena);
}

// --- tests -------------------------------------------------------------------------------------------------------------

static void every_row_comes_back(void **unused) {
    (void)unused;
    for (uint64_t seed = 1; seed <= 40; seed++)
        round_trips(seed, 0);
}

static void an_empty_module_comes_back(void **unused) {
    (void)unused;
    Arena arena;
    arena_init(&arena);
    assert_round(&arena, sir_module_new(&arena, STR("")), 0);
    arena_free(&arena);
}

static void random_nonsense_comes_back(void **unused) {
    (void)unused;
    uint64_t seed = (uint64_t)time(NULL);
    print_message("# first seed %llu\n", (unsigned long long)seed);
    for (uint64_t i = 0; i < 200; i++)
        round_trips(seed + i, 2 + (unsigned)(i % 12));
}

static void each_truncation_is_refused(void **unused) {
    (void)unused;
    Arena arena;
    arena_init(&arena);
    Buf bytes = { 0 };
    sir_binary_write(make_module(&arena, 7, 0), &bytes);
    arena_free(&arena);
    for (size_t length = 0; length < bytes.len; length++) {
        uint8_t *part =
            malloc(length ? length : 1); // its own block, so that a step outside is seen
        memcpy(part, bytes.data, length);
        SirReadError error;
        assert_null(sir_binary_read(&arena, part, length, &error));
        assert_true(error.message[0] != 0 && error.offset <= length);
        free(part);
        arena_free(&arena);
    }
    buf_byte(&bytes, 0);
    SirReadError error;
    assert_null(sir_binary_read(&arena, bytes.data, bytes.len, &error));
    assert_string_equal(error.message, "1 bytes are left over");
    arena_free(&arena);
    buf_free(&bytes);
}

// What is accepted is canonical: it is what the writer writes.
static void read_mutant(const Buf *bytes) {
    Arena arena;
    arena_init(&arena);
    SirReadError error;
    SirModule *module = sir_binary_read(&arena, bytes->data, bytes->len, &error);
    if (module) {
        Buf again = { 0 };
        sir_binary_write(module, &again);
        assert_same(bytes, &again, "bytes read and written", 0);
        buf_free(&again);
    }
    assert_true(arena_used(&arena) < 40000 + 400 * bytes->len);
    arena_free(&arena);
}

static void flipped_bits_do_no_harm(void **unused) {
    (void)unused;
    Arena arena;
    arena_init(&arena);
    Buf bytes = { 0 };
    sir_binary_write(make_module(&arena, 3, 0), &bytes);
    arena_free(&arena);
    for (size_t at = 0; at < bytes.len; at++)
        for (unsigned bit = 0; bit < 8; bit++) {
            bytes.data[at] ^= (uint8_t)(1u << bit);
            read_mutant(&bytes);
            bytes.data[at] ^= (uint8_t)(1u << bit);
        }
    buf_free(&bytes);
}

static void damaged_text_does_no_harm(void **unused) {
    (void)unused;
    Arena arena;
    arena_init(&arena);
    Buf text = { 0 };
    sir_text_write(make_module(&arena, 5, 0), &text);
    arena_free(&arena);
    Dice dice = { .state = 99 };
    for (unsigned i = 0; i < 2000; i++) {
        size_t at = below(&dice, text.len);
        uint8_t kept = text.data[at];
        text.data[at] = below(&dice, 2) ? (uint8_t)roll(&dice) : text.data[below(&dice, text.len)];
        SirReadError error;
        if (!sir_text_read(&arena, (Str){ (const char *)text.data, text.len }, &error))
            assert_true(error.message[0] != 0 && error.line > 0);
        text.data[at] = kept;
        arena_free(&arena);
    }
    for (size_t length = 0; length < text.len; length += 7) {
        SirReadError error;
        sir_text_read(&arena, (Str){ (const char *)text.data, length }, &error);
        arena_free(&arena);
    }
    buf_free(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_comes_back),       cmocka_unit_test(an_empty_module_comes_back),
        cmocka_unit_test(random_nonsense_comes_back), cmocka_unit_test(each_truncation_is_refused),
        cmocka_unit_test(flipped_bits_do_no_harm),    cmocka_unit_test(damaged_text_does_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
