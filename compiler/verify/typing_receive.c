// The arms of `receive`: whom they name, and what they bind. docs/sir.md 7. Whether they are those that the states of the
// endpoints ask for is asked along the flow (arms.c).

#include "typing.h"

#include <stdlib.h>

// --- messages ----------------------------------------------------------------------------------------------------------------------

// The type of the endpoint, or of the set, at the place; NULL after a complaint.
static const SirTypeInfo *source_info(Code *c, const SirPlace *place, SirTypeKind kind) {
    SirType type = verify__place_type(c, place);
    if (type == SIR_NONE) return NULL;
    const SirTypeInfo *info = verify__type(c->v, type);
    if (info->kind == kind) return info;
    ILL_FORMED(
        c, kind == SIR_TYPE_EPSET ? "`receive` from a member of a `%s`" : "`receive` from a `%s`",
        verify__shown(c, type)
    );
    return NULL;
}

static const SirMessage *message_of(Code *c, const SirTypeInfo *source, uint64_t row) {
    const SirContractInfo *contract = &c->v->module->contracts.data[source->contract];
    if (row < contract->message_count) return &contract->messages[row];
    ILL_FORMED(c, "there is no message %llu", (unsigned long long)row);
    return NULL;
}

static void type_moved(Code *c, const SirBind *bind, SirType type) {
    if (bind->mode != SIR_BIND_MOVE)
        ILL_FORMED(c, "an argument of a message is not moved");
    else
        verify__type_bind(c, bind, type);
}

// Binds `at` on are the arguments; gives the next one.
static uint32_t type_args(Code *c, const SirArm *arm, uint32_t at, const SirMessage *message) {
    for (uint32_t i = 0; i < message->arg_count && !c->bad; i++)
        type_moved(c, &arm->binds[at++], message->args[i].type);
    return at;
}

// --- arms --------------------------------------------------------------------------------------------------------------------------

static void type_message(Code *c, const SirArm *arm) {
    const SirTypeInfo *info = source_info(c, &arm->place, SIR_TYPE_ENDPOINT);
    const SirMessage *message = info ? message_of(c, info, arm->n) : NULL;
    if (!message) return;
    verify__expect_binds(c, arm, message->arg_count);
    if (!c->bad) type_args(c, arm, 0, message);
}

// The last binds of an arm of a set: the endpoint, in whatever state, and its value.
static void type_member_binds(Code *c, const SirArm *arm, uint32_t at, const SirTypeInfo *set) {
    const SirBind *bind = &arm->binds[at];
    SirType type = bind->mode == SIR_BIND_MOVE ? verify__local_type(c, bind->local) : SIR_NONE;
    if (c->bad) return;
    const SirTypeInfo *info = type == SIR_NONE ? NULL : verify__type(c->v, type);
    if (!info || info->kind != SIR_TYPE_ENDPOINT || info->contract != set->contract ||
        info->side != set->side)
        ILL_FORMED(c, "a member of a set is not moved to a local of its contract and side");
    else if (set->elem != SIR_NONE)
        type_moved(c, &arm->binds[at + 1], set->elem);
}

static void type_member(Code *c, const SirArm *arm) {
    const SirTypeInfo *set = source_info(c, &arm->place, SIR_TYPE_EPSET);
    const SirMessage *message =
        set && arm->kind == SIR_ARM_MEMBER ? message_of(c, set, arm->n) : NULL;
    if (c->bad) return;
    uint32_t args = message ? message->arg_count : 0;
    verify__expect_binds(c, arm, (uint64_t)args + (set->elem == SIR_NONE ? 1 : 2));
    if (!c->bad && message) type_args(c, arm, 0, message);
    if (!c->bad) type_member_binds(c, arm, args, set);
}

static const SirMessage *type_head(Code *c, const SirHead *head) { // NULL: it binds nothing
    const SirTypeInfo *info = source_info(c, &head->place, SIR_TYPE_ENDPOINT);
    return info && !head->is_closed ? message_of(c, info, head->n) : NULL;
}

static void type_join(Code *c, const SirArm *arm) {
    uint64_t args = 0;
    if (arm->head_count < 2) ILL_FORMED(c, "a join of fewer than two");
    for (uint32_t i = 0; i < arm->head_count && !c->bad; i++) {
        const SirMessage *message = type_head(c, &arm->heads[i]);
        args += message ? message->arg_count : 0;
    }
    if (!c->bad) verify__expect_binds(c, arm, args);
    uint32_t at = 0;
    for (uint32_t i = 0; i < arm->head_count && !c->bad; i++) {
        const SirMessage *message = type_head(c, &arm->heads[i]);
        if (message) at = type_args(c, arm, at, message);
    }
}

static void type_timeout(Code *c, const SirArm *arm, bool is_last) {
    SirType type = verify__value_type(c, &arm->value);
    if (!is_last) ILL_FORMED(c, "a `timeout` is not the last arm");
    if (!c->bad) verify__expect(c, type, SIR_TYPE_U64, "the timeout");
}

static void type_arm(Code *c, const SirArm *arm, bool is_last) {
    switch (arm->kind) {
    case SIR_ARM_TIMEOUT: type_timeout(c, arm, is_last); return;
    case SIR_ARM_MESSAGE: type_message(c, arm); return;
    case SIR_ARM_CLOSED: source_info(c, &arm->place, SIR_TYPE_ENDPOINT); return;
    case SIR_ARM_MEMBER:
    case SIR_ARM_LOST: type_member(c, arm); return;
    case SIR_ARM_JOIN: type_join(c, arm); return;
    case SIR_ARM_UNSATISFIABLE: return;
    case SIR_ARM_PLAIN:
    case SIR_ARM_IS:
    case SIR_ARM_DEFAULT:
    case SIR_ARM_VARIANT:
    case SIR_ARM_MORE:
    case SIR_ARM_DONE:
    case SIR_ARM_KINDS: ILL_FORMED(c, "`receive` has other arms than it should"); return;
    }
}

// --- all of them -------------------------------------------------------------------------------------------------------------------

static int compare_places(const SirPlace *a, const SirPlace *b) {
    if (a->local != b->local) return a->local < b->local ? -1 : 1;
    if (a->proj_count != b->proj_count) return a->proj_count < b->proj_count ? -1 : 1;
    for (uint32_t i = 0; i < a->proj_count; i++) {
        if (a->projs[i].kind != b->projs[i].kind)
            return a->projs[i].kind < b->projs[i].kind ? -1 : 1;
        if (a->projs[i].n != b->projs[i].n) return a->projs[i].n < b->projs[i].n ? -1 : 1;
    }
    return 0;
}

static bool is_of_one(const SirArm *arm) { // of one endpoint or set
    return arm->kind == SIR_ARM_MESSAGE || arm->kind == SIR_ARM_CLOSED ||
           arm->kind == SIR_ARM_MEMBER || arm->kind == SIR_ARM_LOST;
}

static int compare_arms(const void *left, const void *right) { // by place; messages first
    const SirArm *a = *(const SirArm *const *)left, *b = *(const SirArm *const *)right;
    int order = compare_places(&a->place, &b->place);
    if (order != 0) return order;
    if (a->kind != b->kind) return a->kind < b->kind ? -1 : 1;
    return (a->n > b->n) - (a->n < b->n);
}

// Of one endpoint: different messages, then exactly one `closed`; unless a join or `unsatisfiable` may stand for that.
static void check_source_arms(
    Code *c, const SirArm *const *arms, uint32_t count, bool may_be_open
) {
    for (uint32_t i = 1; i < count; i++)
        if (compare_arms(&arms[i - 1], &arms[i]) == 0) {
            ILL_FORMED(c, "two arms of a `receive` are equal");
            return;
        }
    bool ends = arms[count - 1]->kind == SIR_ARM_CLOSED || arms[count - 1]->kind == SIR_ARM_LOST;
    if (!ends && !may_be_open)
        ILL_FORMED(c, "an endpoint of a `receive` has no arm for its closing");
}

void verify__type_receive(Code *c) {
    uint32_t arms = c->inst->arm_count, count = 0, joins = 0, unsatisfiable = 0;
    const SirArm **sorted = arena_array(&c->scratch, const SirArm *, arms);
    for (uint32_t i = 0; i < arms && !c->bad; i++) {
        const SirArm *arm = &c->inst->arms[i];
        type_arm(c, arm, i + 1 == arms);
        joins += arm->kind == SIR_ARM_JOIN;
        unsatisfiable += arm->kind == SIR_ARM_UNSATISFIABLE;
        if (is_of_one(arm)) sorted[count++] = arm;
    }
    if (count + joins == 0) ILL_FORMED(c, "`receive` names no endpoint");
    if (unsatisfiable > 1) ILL_FORMED(c, "`receive` has two arms for what cannot come");
    if (c->bad || count == 0) return;
    qsort(sorted, count, sizeof *sorted, compare_arms);
    for (uint32_t from = 0, to; from < count && !c->bad; from = to) {
        for (to = from + 1; to < count; to++)
            if (compare_places(&sorted[from]->place, &sorted[to]->place) != 0) break;
        check_source_arms(c, sorted + from, to - from, joins + unsatisfiable > 0);
    }
}
