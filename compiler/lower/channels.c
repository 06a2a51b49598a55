// Channels: making them, sending, and waiting for what comes.

#include "lower__.h"

void lower__channel(Body *b, const HirStmt *stmt) {
    SirPlace imp = lower__local_place(lower__declare_stored(b, stmt->imp));
    SirPlace exp = lower__local_place(lower__declare_stored(b, stmt->exp));
    SirArg start = { .kind = SIR_ARG_CONTRACT, .m = stmt->state };
    start.n = lower__contract(b->l, stmt->contract);
    LOWER_OP(b, SIR_OP_CHANNEL, stmt->span, lower__at(imp), lower__at(exp), start);
}

void lower__send(Body *b, const HirStmt *stmt) {
    uint32_t count = stmt->args.len;
    bool moves = false;
    for (uint32_t i = 0; i < count; i++)
        moves |= lower__disturbs(stmt->args.data[i]);
    SirArg *args = arena_array(&b->l->scratch, SirArg, count + 2);
    args[0] = lower__at(lower__place(b, stmt->place, moves));
    args[1] = lower__num(SIR_ARG_MESSAGE, stmt->message);
    for (uint32_t i = 0; i < count; i++)
        args[i + 2] =
            lower__early_value(b, stmt->args.data[i], stmt->args.data + i + 1, count - i - 1);
    lower__op(b, SIR_OP_SEND, stmt->span, count + 2, args);
}

// --- receive -------------------------------------------------------------------------------------------

// An arm is one of SIR's, but for `default`, which is one for each of its heads.
typedef struct Receive {
    const HirStmt *stmt;
    SirPlace **places; // per arm and head: the endpoint
    SirArg *timeouts;  // per arm: its time
    SirBlock *entries; // per arm
    SirBlock *heads;   // per head of `default`
    SirLocal **locals; // per arm and argument: where it is bound
} Receive;

static bool is_rest(const HirReceiveArm *arm) {
    return arm->kind == HIR_COMES_REST;
}

static bool is_timeout(const HirReceiveArm *arm) {
    return arm->kind == HIR_COMES_TIMEOUT;
}

static uint32_t count_args(const HirHead *head) {
    if (head->closed) return 0;
    return head->from->type->contract->messages.data[head->message].args.len;
}

static uint32_t count_binds(const HirReceiveArm *arm) { // `default` names nothing of what comes
    uint32_t count = 0;
    for (uint32_t i = 0; is_rest(arm) && i < arm->heads.len; i++)
        count += count_args(&arm->heads.data[i]);
    return is_rest(arm) ? count : arm->binds.len;
}

static const HirLocal *bound(const HirReceiveArm *arm, uint32_t row) {
    return is_rest(arm) ? NULL : arm->binds.data[row];
}

// What has no name gets a local all the same: all arguments arrive.
static SirLocal *bind_locals(Body *b, const HirReceiveArm *arm) {
    SirLocal *locals = arena_array(&b->l->scratch, SirLocal, count_binds(arm));
    uint32_t row = 0;
    vec_each(const HirHead, head, &arm->heads) {
        const HirMessage *message = &head->from->type->contract->messages.data[head->message];
        for (uint32_t i = 0; !head->closed && i < message->args.len; i++, row++) {
            const HirLocal *bind = bound(arm, row);
            SirType type = lower__type(b->l, message->args.data[i].type);
            locals[row] =
                bind ? lower__row(b, bind) : lower__raw_local(b, STR(""), type, arm->span);
        }
        if (!hir_head_is_of_set(head)) continue;
        const HirType *set = head->from->type;
        SirTypeInfo end = *sir_type(b->l->module, lower__type(b->l, set));
        for (uint32_t i = 0; i < (set->elem ? 2 : 1); i++, row++) {
            const HirLocal *bind = bound(arm, row);
            SirType type = i == 0
                               ? sir_type_endpoint(b->l->module, end.contract, end.side, end.state)
                               : lower__type(b->l, set->elem);
            locals[row] =
                bind ? lower__row(b, bind) : lower__raw_local(b, STR(""), type, arm->span);
        }
    }
    return locals;
}

static void prepare(Body *b, Receive *r) {
    uint32_t count = r->stmt->receives.len;
    r->places = arena_array(&b->l->scratch, SirPlace *, count);
    r->timeouts = arena_array(&b->l->scratch, SirArg, count);
    r->entries = arena_array(&b->l->scratch, SirBlock, count);
    r->locals = arena_array(&b->l->scratch, SirLocal *, count);
    for (uint32_t i = 0; i < count; i++) {
        const HirReceiveArm *arm = &r->stmt->receives.data[i];
        r->entries[i] = lower__block(b);
        r->locals[i] = bind_locals(b, arm);
        r->places[i] = arena_array(&b->l->scratch, SirPlace, arm->heads.len);
        if (is_timeout(arm)) r->timeouts[i] = lower__value(b, arm->timeout);
        if (is_rest(arm)) r->heads = arena_array(&b->l->scratch, SirBlock, arm->heads.len);
        for (uint32_t k = 0; is_rest(arm) && k < arm->heads.len; k++)
            r->heads[k] = lower__block(b);
        for (uint32_t k = 0; k < arm->heads.len; k++)
            r->places[i][k] = lower__place(b, arm->heads.data[k].from, true);
    }
}

static void fill_one(const HirHead *head, SirPlace place, SirArm *made) {
    bool is_set = hir_head_is_of_set(head);
    made->kind = is_set ? SIR_ARM_MEMBER : SIR_ARM_MESSAGE;
    if (head->closed) made->kind = is_set ? SIR_ARM_LOST : SIR_ARM_CLOSED;
    made->place = place;
    made->n = head->closed ? 0 : head->message;
}

static void fill_heads(Body *b, const HirReceiveArm *arm, const SirPlace *places, SirArm *made) {
    made->kind = SIR_ARM_JOIN;
    made->head_count = arm->heads.len;
    made->heads = arena_array(b->l->module->code, SirHead, made->head_count);
    for (uint32_t i = 0; i < made->head_count; i++) {
        const HirHead *head = &arm->heads.data[i];
        made->heads[i] = (SirHead){ head->closed, places[i], head->closed ? 0 : head->message };
    }
}

static void fill_binds(Body *b, SirArm *made, const SirLocal *locals, uint32_t count) {
    made->bind_count = count;
    made->binds = arena_array(b->l->module->code, SirBind, count);
    for (uint32_t i = 0; i < count; i++)
        made->binds[i] = (SirBind){ SIR_BIND_MOVE, locals[i] };
}

static void fill_arm(Body *b, const Receive *r, uint32_t row, SirArm *made) {
    const HirReceiveArm *arm = &r->stmt->receives.data[row];
    made->block = r->entries[row];
    made->value = r->timeouts[row];
    if (is_timeout(arm)) {
        made->kind = SIR_ARM_TIMEOUT;
        return;
    }
    if (arm->kind == HIR_COMES_NEVER) {
        made->kind = SIR_ARM_UNSATISFIABLE;
        return;
    }
    if (arm->heads.len == 1)
        fill_one(&arm->heads.data[0], r->places[row][0], made);
    else
        fill_heads(b, arm, r->places[row], made);
    fill_binds(b, made, r->locals[row], arm->binds.len);
}

static void fill_rest(Body *b, const Receive *r, uint32_t row, SirArm *made) {
    const HirReceiveArm *arm = &r->stmt->receives.data[row];
    const SirLocal *locals = r->locals[row];
    for (uint32_t i = 0; i < arm->heads.len; i++) {
        const HirHead *head = &arm->heads.data[i];
        made[i].block = r->heads[i];
        fill_one(head, r->places[row][i], &made[i]);
        fill_binds(b, &made[i], locals, count_args(head));
        locals += count_args(head);
    }
}

// The timeout comes last, wherever it stands in the text.
static void emit_receive(Body *b, const Receive *r) {
    uint32_t count = 0, next = 0;
    vec_each(HirReceiveArm, arm, &r->stmt->receives)
        count += is_rest(arm) ? arm->heads.len : 1;
    SirInst *inst = lower__end(b, SIR_OP_RECEIVE, r->stmt->span, NULL, count);
    for (int timeouts = 0; timeouts < 2; timeouts++)
        for (uint32_t i = 0; i < r->stmt->receives.len; i++) {
            const HirReceiveArm *arm = &r->stmt->receives.data[i];
            if (is_timeout(arm) != timeouts) continue;
            if (is_rest(arm))
                fill_rest(b, r, i, &inst->arms[next]);
            else
                fill_arm(b, r, i, &inst->arms[next]);
            next += is_rest(arm) ? arm->heads.len : 1;
        }
}

static void drop_owned(Body *b, SirLocal local, Span span) {
    SirPlace place = lower__local_place(local);
    if (kind_owns(&b->l->kinds, lower__place_type(b, place)))
        LOWER_OP(b, SIR_OP_DROP, span, lower__at(place));
}

static void drop_nameless(Body *b, const Receive *r, uint32_t row) {
    const HirReceiveArm *arm = &r->stmt->receives.data[row];
    for (uint32_t i = 0; i < arm->binds.len; i++)
        if (!arm->binds.data[i]) drop_owned(b, r->locals[row][i], arm->span);
}

// Whichever comes, it is dropped, and then all go on alike.
static void lower_rest(Body *b, const Receive *r, uint32_t row) {
    const HirReceiveArm *arm = &r->stmt->receives.data[row];
    const SirLocal *locals = r->locals[row];
    for (uint32_t i = 0; i < arm->heads.len; i++) {
        lower__start(b, r->heads[i]);
        for (uint32_t k = 0; k < count_args(&arm->heads.data[i]); k++)
            drop_owned(b, *locals++, arm->span);
        lower__jump(b, r->entries[row], arm->span);
    }
}

static void declare_binds(Body *b, const HirReceiveArm *arm) {
    for (uint32_t i = 0; i < arm->binds.len; i++)
        if (arm->binds.data[i]) lower__declare(b, arm->binds.data[i]);
}

static void lower_arm(Body *b, const Receive *r, uint32_t row, SirBlock join) {
    const HirReceiveArm *arm = &r->stmt->receives.data[row];
    if (is_rest(arm)) lower_rest(b, r, row);
    lower__start(b, r->entries[row]);
    lower__open(b);
    if (!arm->binds_outside) declare_binds(b, arm);
    drop_nameless(b, r, row);
    if (arm->body)
        lower__stmt(b, arm->body);
    else if (hir_arm_is_closed(arm))
        lower__trap(b, FAULT_CLOSED, arm->span);
    lower__close(b, arm->span);
    lower__jump(b, join, arm->span);
}

void lower__receive(Body *b, const HirStmt *stmt) {
    Receive r = { .stmt = stmt };
    SirBlock join = lower__block(b);
    for (uint32_t i = 0; i < stmt->receives.len; i++)
        if (stmt->receives.data[i].binds_outside) declare_binds(b, &stmt->receives.data[i]);
    lower__open(b);
    prepare(b, &r);
    emit_receive(b, &r);
    lower__target(b, stmt, join, SIR_NONE);
    for (uint32_t i = 0; i < stmt->receives.len; i++)
        lower_arm(b, &r, i, join);
    b->targets.len--;
    lower__start(b, join);
    lower__close(b, stmt->span);
}
