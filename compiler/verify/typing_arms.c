// Terminators: which arms they have, what the arms bind, and that every way is covered once. docs/sir.md 7. What depends on
// the state of an endpoint is asked along the flow.

#include "limits.h"
#include "typing.h"

#include <stdlib.h>

// --- small questions -----------------------------------------------------------------------------------------------------------

static const SirArm *arm_at(const Code *c, uint32_t i) {
    return &c->inst->arms[i];
}

static int compare_u64(const void *left, const void *right) {
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

static bool are_distinct(uint64_t *numbers, uint32_t count) { // sorts them
    qsort(numbers, count, sizeof *numbers, compare_u64);
    for (uint32_t i = 1; i < count; i++)
        if (numbers[i - 1] == numbers[i]) return false;
    return true;
}

static void expect_arms(Code *c, const SirArmKind *kinds, uint32_t count) {
    bool fits = c->inst->arm_count == count;
    for (uint32_t i = 0; fits && i < count; i++)
        fits = arm_at(c, i)->kind == kinds[i];
    if (!fits) ILL_FORMED(c, "`%s` has other arms than it should", sir_op_text(c->inst->op));
}

// Arms of one kind, and perhaps `default` at the end: how many are of that kind. UINT32_MAX after a complaint.
static uint32_t count_cases(Code *c, SirArmKind kind) {
    uint32_t count = 0;
    while (count < c->inst->arm_count && arm_at(c, count)->kind == kind)
        count++;
    uint32_t rest = c->inst->arm_count - count;
    if (rest == 0 || (rest == 1 && arm_at(c, count)->kind == SIR_ARM_DEFAULT)) return count;
    ILL_FORMED(c, "`%s` has other arms than it should", sir_op_text(c->inst->op));
    return UINT32_MAX;
}

static bool has_default(const Code *c) {
    return c->inst->arm_count > 0 && arm_at(c, c->inst->arm_count - 1)->kind == SIR_ARM_DEFAULT;
}

// --- binds ---------------------------------------------------------------------------------------------------------------------

static bool is_pointer_to(const Code *c, SirType type, SirMode mode, SirType to) {
    const SirTypeInfo *info = verify__type(c->v, type);
    if (info->kind != SIR_TYPE_PTR || info->mode != mode) return false;
    // Up to the state, where that is an endpoint.
    return info->elem == to ||
           (verify__is_endpoint(c->v, to) && verify__same_type(c->v, info->elem, to));
}

static bool bind_fits(Code *c, const SirBind *bind, SirType type, SirType payload) {
    switch (bind->mode) {
    case SIR_BIND_SKIP: return true;
    case SIR_BIND_MOVE: return verify__same_type(c->v, type, payload);
    case SIR_BIND_COPY:
        return verify__kind(c->v, payload)->plain && verify__same_type(c->v, type, payload);
    case SIR_BIND_CONST: return is_pointer_to(c, type, SIR_CONST, payload);
    case SIR_BIND_MUT: return is_pointer_to(c, type, SIR_MUT, payload);
    case SIR_BIND_MODES: break;
    }
    return false;
}

void verify__type_bind(Code *c, const SirBind *bind, SirType payload) {
    SirType type = SIR_NONE;
    if (bind->mode != SIR_BIND_SKIP) type = verify__local_type(c, bind->local);
    if (!c->bad && !bind_fits(c, bind, type, payload))
        ILL_FORMED(
            c, "a part of type `%s` is not bound to a local of type `%s`",
            verify__shown(c, payload), verify__shown(c, type)
        );
}

// No local is written twice by one arm.
static void check_distinct_binds(Code *c, const SirArm *arm) {
    uint64_t *locals = arena_array(&c->scratch, uint64_t, arm->bind_count);
    uint32_t count = 0;
    for (uint32_t i = 0; i < arm->bind_count; i++)
        if (arm->binds[i].mode != SIR_BIND_SKIP) locals[count++] = arm->binds[i].local;
    if (!are_distinct(locals, count)) ILL_FORMED(c, "an arm binds two parts to one local");
}

void verify__expect_binds(Code *c, const SirArm *arm, uint64_t wanted) {
    if (arm->bind_count != wanted)
        ILL_FORMED(
            c, "an arm binds %u parts when there are %llu", arm->bind_count,
            (unsigned long long)wanted
        );
    else
        check_distinct_binds(c, arm);
}

// --- jump, branch, switch --------------------------------------------------------------------------------------------------------

static void type_branch(Code *c) {
    static const SirArmKind arms[] = { SIR_ARM_PLAIN, SIR_ARM_PLAIN };
    expect_arms(c, arms, 2);
    verify__expect(c, c->types[0], SIR_TYPE_BOOL, "the condition");
}

static bool can_switch(const SirTypeInfo *info, SirType type) {
    return verify__is_integer(type) || type == SIR_TYPE_CHAR || info->is_plain_enum;
}

static void type_case(Code *c, const SirTree *tree, SirType type) {
    uint32_t before = c->v->faults;
    verify__check_tree(c->v, tree, c->v->module->consts.len, c->at);
    if (c->v->faults != before)
        c->bad = true;
    else if (tree->kind != SIR_CONST_INT || tree->type != type)
        ILL_FORMED(c, "a case of a `switch` is not of its value's type");
}

static void type_switch(Code *c) {
    SirType type = c->types[0];
    const SirTypeInfo *info = verify__type(c->v, type);
    if (!can_switch(info, type)) {
        ILL_FORMED(c, "`switch` over a `%s`", verify__shown(c, type));
        return;
    }
    uint32_t count = count_cases(c, SIR_ARM_IS);
    if (c->bad) return;
    uint64_t *values = arena_array(&c->scratch, uint64_t, count);
    for (uint32_t i = 0; i < count && !c->bad; i++) {
        type_case(c, arm_at(c, i)->tree, type);
        values[i] = arm_at(c, i)->tree->bits;
    }
    if (!c->bad && !are_distinct(values, count)) ILL_FORMED(c, "two cases of a `switch` are equal");
    bool covered = info->is_plain_enum && count == info->variant_count;
    if (!covered && !has_default(c)) ILL_FORMED(c, "a `switch` does not cover all values");
}

// --- match -----------------------------------------------------------------------------------------------------------------------

// Docs/sir.md 7: an arm with one move consumes the whole, so nothing of it may be left or lent.
static void check_consumption(Code *c, const SirArm *arm, SirType type) {
    bool moves = false, lends = false, leaves_owner = false;
    for (uint32_t i = 0; i < arm->bind_count; i++) {
        SirBindMode mode = arm->binds[i].mode;
        SirType payload = sir_variant_field(c->v->module, type, arm->n, i);
        moves |= mode == SIR_BIND_MOVE;
        lends |= mode == SIR_BIND_CONST || mode == SIR_BIND_MUT;
        leaves_owner |= mode == SIR_BIND_SKIP && verify__kind(c->v, payload)->owning;
    }
    if (moves && lends) ILL_FORMED(c, "an arm both moves and borrows parts of one payload");
    if (moves && leaves_owner)
        REJECT(c, RULE_OWNERSHIP, "an arm moves a part of a payload and leaves another that owns");
}

static void type_variant_arm(Code *c, const SirArm *arm, SirType type, uint64_t variants) {
    if (arm->n >= variants) {
        ILL_FORMED(
            c, "type `%s` has no variant %llu", verify__shown(c, type), (unsigned long long)arm->n
        );
        return;
    }
    verify__expect_binds(c, arm, sir_variant_arity(c->v->module, type, arm->n));
    for (uint32_t i = 0; i < arm->bind_count && !c->bad; i++)
        verify__type_bind(c, &arm->binds[i], sir_variant_field(c->v->module, type, arm->n, i));
    if (!c->bad) check_consumption(c, arm, type);
}

static void type_match(Code *c) {
    SirType type = c->types[0];
    const SirTypeInfo *info = verify__type(c->v, type);
    bool is_option = info->kind == SIR_TYPE_OPTION;
    if (!is_option && (info->kind != SIR_TYPE_ENUM || info->is_plain_enum)) {
        ILL_FORMED(c, "`match` over a `%s`", verify__shown(c, type));
        return;
    }
    uint32_t count = count_cases(c, SIR_ARM_VARIANT),
             variants = is_option ? 2 : info->variant_count;
    if (c->bad) return;
    uint64_t *numbers = arena_array(&c->scratch, uint64_t, count);
    for (uint32_t i = 0; i < count && !c->bad; i++) {
        type_variant_arm(c, arm_at(c, i), type, variants);
        numbers[i] = arm_at(c, i)->n;
    }
    if (!c->bad && !are_distinct(numbers, count)) ILL_FORMED(c, "two arms of a `match` are equal");
    if (count != variants && !has_default(c))
        ILL_FORMED(c, "a `match` does not cover all variants");
}

// --- next, return, trap --------------------------------------------------------------------------------------------------------------

static void type_next(Code *c) {
    static const SirArmKind arms[] = { SIR_ARM_MORE, SIR_ARM_DONE };
    expect_arms(c, arms, 2);
    verify__expect(c, c->types[0], SIR_TYPE_U64, "the counter");
    if (c->bad) return;
    const SirTypeInfo *info = verify__type(c->v, c->types[1]);
    bool is_indexable = info->kind == SIR_TYPE_ARRAY || info->kind == SIR_TYPE_VECTOR ||
                        info->kind == SIR_TYPE_SLICE || info->kind == SIR_TYPE_GROW;
    const SirArm *more = arm_at(c, 0);
    if (!is_indexable) ILL_FORMED(c, "`next` over a `%s`", verify__shown(c, c->types[1]));
    if (info->kind == SIR_TYPE_SLICE && info->mode == SIR_GC)
        REJECT(c, RULE_MANAGED, "`next` lends the elements of a managed slice");
    if (!c->bad) verify__expect_binds(c, more, 1);
    if (c->bad || more->binds[0].mode == SIR_BIND_SKIP) return;
    verify__require_aligned(c, &c->inst->args[1].place);
    if (more->binds[0].mode != SIR_BIND_CONST && more->binds[0].mode != SIR_BIND_MUT)
        ILL_FORMED(c, "`next` binds an element but by borrowing it");
    if (!c->bad) verify__type_bind(c, &more->binds[0], info->elem);
}

static void type_return(Code *c) {
    SirType result = c->func->sig.result;
    verify__expect_count(c, 0, result != SIR_TYPE_VOID);
    if (!c->bad && c->inst->arg_count == 1)
        verify__expect(c, c->types[0], result, "the returned value");
}

enum { // TRAP_OVERFLOW ...: rows of fault.def
#define FAULT(number, name, text) TRAP_##name = (number),
#include "contracts/abi/fault.def"
};

// What a kernel shows is short and printable, whoever wrote it.
static bool is_printable(Str text) {
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] < ' ' || text.ptr[i] > '~') return false;
    return text.len > 0 && text.len <= LIMIT_TRAP_TEXT;
}

static void type_trap_text(Code *c) {
    if (c->inst->arg_count == 1) return;
    const SirArg *text = &c->inst->args[1];
    bool is_text = c->inst->arg_count == 2 && text->kind == SIR_ARG_CONST &&
                   text->tree->kind == SIR_CONST_STR &&
                   verify__type(c->v, text->tree->type)->kind == SIR_TYPE_STR;
    if (!is_text)
        ILL_FORMED(c, "`trap` takes one constant text");
    else if (!is_printable(text->tree->text))
        ILL_FORMED(c, "the text of a `trap` is not 1 to %d printable characters", LIMIT_TRAP_TEXT);
}

static void type_trap(Code *c) {
    uint64_t fault = c->inst->args[0].n;
    bool raised_by_programs =
        (fault >= TRAP_OVERFLOW && fault <= TRAP_LOCK) || fault == TRAP_EXPLICIT;
    if (!raised_by_programs)
        ILL_FORMED(c, "`trap` raises %llu, which no program does", (unsigned long long)fault);
    type_trap_text(c);
}

// --- all -----------------------------------------------------------------------------------------------------------------------------

static void check_edges(Code *c) {
    for (uint32_t i = 0; i < c->inst->arm_count; i++) {
        SirBlock to = arm_at(c, i)->block;
        if (to >= c->func->blocks.len)
            ILL_FORMED(c, "there is no block %u", to);
        else if (to == 0)
            ILL_FORMED(c, "an edge leads to the entry");
    }
}

void verify__type_terminator(Code *c) {
    static const SirArmKind jump[] = { SIR_ARM_PLAIN };
    check_edges(c);
    if (c->bad) return;
    switch (c->inst->op) {
    case SIR_OP_JUMP: expect_arms(c, jump, 1); break;
    case SIR_OP_BRANCH: type_branch(c); break;
    case SIR_OP_SWITCH: type_switch(c); break;
    case SIR_OP_MATCH: type_match(c); break;
    case SIR_OP_RECEIVE: verify__type_receive(c); break;
    case SIR_OP_NEXT: type_next(c); break;
    case SIR_OP_RETURN: type_return(c); break;
    case SIR_OP_TRAP: type_trap(c); break;
    default: ILL_FORMED(c, "`%s` is not known here", sir_op_text(c->inst->op)); break;
    }
}
