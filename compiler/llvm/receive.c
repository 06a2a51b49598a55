// Receiving, through the kernel's table: of endpoints, each by itself, in the way that is fast; of sets and joins through a
// table of cases (SipWait). A message is taken out of its slot field by field, before the kernel is entered again.

#include "managed__.h"

#include "contracts/abi/kernel.h"

#include <string.h>

// --- endpoints by themselves -----------------------------------------------------------------------------------------

typedef struct Source { // one endpoint that is listened to
    const SirPlace *place;
    LLVMValueRef endpoint;
    LLVMValueRef choice; // where its messages part
} Source;

typedef struct Receive {
    Source *sources;
    uint32_t count;
    LLVMValueRef timeout; // NULL: without end
    LLVMValueRef row, message, payload;
} Receive;

static bool same_place(const SirPlace *a, const SirPlace *b) {
    if (a->local != b->local || a->proj_count != b->proj_count) return false;
    for (uint32_t i = 0; i < a->proj_count; i++)
        if (a->projs[i].kind != b->projs[i].kind || a->projs[i].n != b->projs[i].n) return false;
    return true;
}

static Source *source_of(const Receive *r, const SirPlace *place) {
    for (uint32_t i = 0; i < r->count; i++)
        if (same_place(r->sources[i].place, place)) return &r->sources[i];
    return NULL;
}

static void find_sources(Emit *e, const SirInst *inst, Receive *r) {
    r->sources = arena_array(e->arena, Source, inst->arm_count);
    for (uint32_t i = 0; i < inst->arm_count; i++) {
        const SirArm *arm = &inst->arms[i];
        if (arm->kind == SIR_ARM_TIMEOUT) {
            r->timeout = llvm__arg(e, &arm->value).a;
        } else if (!source_of(r, &arm->place)) {
            Place place = llvm__place(e, &arm->place);
            r->sources[r->count++] = (Source){ &arm->place, llvm__load_place(e, &place).a, NULL };
        }
    }
}

static LLVMValueRef wait_for_any(Emit *e, const Receive *r) {
    LLVMValueRef list = llvm__temp(e, 8 * (uint64_t)r->count, 8, true);
    for (uint32_t i = 0; i < r->count; i++)
        llvm__store(e, r->sources[i].endpoint, llvm__offset(e, list, 8 * (uint64_t)i), 8);
    LLVMValueRef timeout = r->timeout ? r->timeout : llvm__u64(e, SIP_NO_TIMEOUT);
    LLVMValueRef args[] = { list, llvm__u32(e, r->count), timeout };
    return llvm__call_kernel(e, KCALL_RECEIVE_ANY, 3, args);
}

static void wait(Emit *e, Receive *r) {
    bool one = r->count == 1 && !r->timeout;
    LLVMValueRef got =
        one ? llvm__call_kernel(e, KCALL_RECEIVE, 1, &r->sources[0].endpoint) : wait_for_any(e, r);
    LLVMValueRef what = llvm__extract(e, got, 0);
    if (!one)
        r->row = llvm__resize(e, LLVMBuildLShr(e->at, what, llvm__u64(e, 32), ""), e->i32, false);
    r->message = llvm__resize(e, what, e->i32, false);
    r->payload = llvm__extract(e, got, 1);
}

// Before the kernel is entered again: until then the payload stays where it is.
static void bind_message(Emit *e, const SirArm *arm, LLVMValueRef payload) {
    const SirMessage *message = llvm__message(e, &arm->place, arm->n);
    Offsets at = { 0, 1 };
    for (uint32_t i = 0; i < message->arg_count; i++) {
        SirType type = message->args[i].type;
        LLVMValueRef addr = llvm__offset(e, payload, llvm__place_field(e, &at, type));
        if (i < arm->bind_count) llvm__bind(e, &arm->binds[i], addr, type, llvm__align(e, type));
    }
}

static void make_arm(Emit *e, const Receive *r, const SirArm *arm, LLVMValueRef by_row) {
    LLVMBasicBlockRef edge = llvm__new_block(e, "arm");
    if (arm->kind == SIR_ARM_TIMEOUT) {
        LLVMAddCase(by_row, llvm__u32(e, SIP_RECEIVE_TIMEOUT), edge);
        llvm__go(e, edge);
    } else {
        Source *source = source_of(r, &arm->place);
        uint32_t code = arm->kind == SIR_ARM_CLOSED ? SIP_RECEIVE_CLOSED : (uint32_t)arm->n;
        LLVMAddCase(source->choice, llvm__u32(e, code), edge);
        llvm__go(e, edge);
        if (arm->kind == SIR_ARM_MESSAGE) bind_message(e, arm, r->payload);
    }
    llvm__jump(e, e->blocks[arm->block]);
}

// What the kernel never says ends the SIP.
static void receive_ends(Emit *e, const SirInst *inst) {
    Receive r = { 0 };
    find_sources(e, inst, &r);
    wait(e, &r);
    LLVMBasicBlockRef never = llvm__new_block(e, "never");
    LLVMValueRef by_row = r.row ? LLVMBuildSwitch(e->at, r.row, never, r.count + 1) : NULL;
    for (uint32_t i = 0; i < r.count; i++) {
        if (by_row) {
            LLVMBasicBlockRef from = llvm__new_block(e, "from");
            LLVMAddCase(by_row, llvm__u32(e, i), from);
            llvm__go(e, from);
        }
        r.sources[i].choice = LLVMBuildSwitch(e->at, r.message, never, inst->arm_count);
    }
    for (uint32_t i = 0; i < inst->arm_count; i++)
        make_arm(e, &r, &inst->arms[i], by_row);
    llvm__go(e, never);
    llvm__trap_always(e, FAULT_EXPLICIT, NULL);
}

// --- cases -----------------------------------------------------------------------------------------------------------

typedef struct Cases {
    const SirInst *inst;
    const SirPlace **places; // of the sources: endpoints and sets
    bool *is_set;
    bool *is_whole;       // one case stands for all that comes of it
    LLVMValueRef *choice; // per source that is whole: where what comes of it parts
    uint32_t count;
    VEC(uint32_t) words; // as SipWait has them
    uint32_t rows;
    LLVMValueRef sources, wait, row, came;
    bool is_open; // an arm takes what no other can take any more
} Cases;

static bool is_of_one(const SirArm *arm) {
    return arm->kind == SIR_ARM_MESSAGE || arm->kind == SIR_ARM_CLOSED ||
           arm->kind == SIR_ARM_MEMBER || arm->kind == SIR_ARM_LOST;
}

static uint32_t source_row(const Cases *c, const SirPlace *place) {
    for (uint32_t i = 0; i < c->count; i++)
        if (same_place(c->places[i], place)) return i;
    return c->count;
}

static void add_source(Emit *e, Cases *c, const SirPlace *place) {
    uint32_t row = source_row(c, place);
    if (row < c->count) return;
    c->places[row] = place;
    c->is_set[row] = llvm__type(e, llvm__place_type(e, place))->kind == SIR_TYPE_EPSET;
    c->is_whole[row] = true;
    c->count++;
}

// What no join asks for comes whole, unless some of it has no case.
static void find_case_sources(Emit *e, Cases *c) {
    uint32_t most = 0;
    for (uint32_t i = 0; i < c->inst->arm_count; i++)
        most += 1 + c->inst->arms[i].head_count;
    c->places = arena_array(e->arena, const SirPlace *, most);
    c->is_set = arena_array(e->arena, bool, most);
    c->is_whole = arena_array(e->arena, bool, most);
    c->choice = arena_array(e->arena, LLVMValueRef, most);
    for (uint32_t i = 0; i < c->inst->arm_count; i++) {
        const SirArm *arm = &c->inst->arms[i];
        c->is_open |= arm->kind == SIR_ARM_UNSATISFIABLE;
        if (is_of_one(arm)) add_source(e, c, &arm->place);
        for (uint32_t k = 0; k < arm->head_count; k++) {
            add_source(e, c, &arm->heads[k].place);
            c->is_whole[source_row(c, &arm->heads[k].place)] = false;
        }
    }
    for (uint32_t i = 0; i < c->count; i++)
        c->is_whole[i] &= c->is_set[i] || !c->is_open;
}

static void put_word(Emit *e, Cases *c, uint32_t word) {
    vec_push(e->arena, &c->words, word);
}

static void put_head(Emit *e, Cases *c, const SirPlace *place, bool is_closed, uint64_t message) {
    uint32_t row = source_row(c, place);
    put_word(e, c, row);
    put_word(
        e, c,
        c->is_whole[row] ? SIP_RECEIVE_WHATEVER
        : is_closed      ? SIP_RECEIVE_CLOSED
                         : (uint32_t)message
    );
}

// The row of the arm's case, which is made if it is the first of its source's.
static uint32_t put_case(Emit *e, Cases *c, const SirArm *arm, uint32_t *row_of_source) {
    bool one = is_of_one(arm);
    uint32_t source = one ? source_row(c, &arm->place) : 0;
    if (one && c->is_whole[source] && row_of_source[source] != SIR_NONE)
        return row_of_source[source];
    if (one) row_of_source[source] = c->rows;
    put_word(e, c, one ? 1 : arm->head_count); // none: what cannot come
    if (one)
        put_head(
            e, c, &arm->place, arm->kind == SIR_ARM_CLOSED || arm->kind == SIR_ARM_LOST, arm->n
        );
    for (uint32_t i = 0; i < arm->head_count; i++)
        put_head(e, c, &arm->heads[i].place, arm->heads[i].is_closed, arm->heads[i].n);
    return c->rows++;
}

static LLVMValueRef word_of(Emit *e, const Cases *c, uint32_t source, size_t offset) {
    return llvm__offset(e, c->sources, source * sizeof(SipSource) + offset);
}

static void fill_wait(Emit *e, Cases *c, LLVMValueRef timeout) {
    c->sources = llvm__temp(e, c->count * sizeof(SipSource), 8, true);
    c->wait = llvm__temp(e, sizeof(SipWait), 8, true);
    for (uint32_t i = 0; i < c->count; i++) {
        Place place = llvm__place(e, c->places[i]);
        llvm__store(
            e, llvm__load_place(e, &place).a, word_of(e, c, i, offsetof(SipSource, from)), 8
        );
        llvm__store(
            e, llvm__u64(e, c->is_set[i]), word_of(e, c, i, offsetof(SipSource, is_set)), 8
        );
    }
    LLVMValueRef *words = arena_array(e->arena, LLVMValueRef, c->words.len);
    for (uint32_t i = 0; i < c->words.len; i++)
        words[i] = llvm__u32(e, c->words.data[i]);
    LLVMValueRef table = llvm__table(e, LLVMConstArray2(e->i32, words, c->words.len), "sip.cases");
    const struct {
        size_t offset;
        LLVMValueRef value;
    } fields[] = {
        { offsetof(SipWait, sources), c->sources },
        { offsetof(SipWait, cases), table },
        { offsetof(SipWait, source_count), llvm__u64(e, c->count) },
        { offsetof(SipWait, case_count), llvm__u64(e, c->rows) },
        { offsetof(SipWait, timeout), timeout ? timeout : llvm__u64(e, SIP_NO_TIMEOUT) },
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        llvm__store(e, fields[i].value, llvm__offset(e, c->wait, fields[i].offset), 8);
}

static LLVMValueRef payload_of(Emit *e, const Cases *c, const SirPlace *place) {
    uint32_t source = source_row(c, place);
    return llvm__load(e, e->ptr, word_of(e, c, source, offsetof(SipSource, payload)), 8);
}

// Gives the bind behind the message's arguments.
static uint32_t bind_args(
    Emit *e, const SirArm *arm, const SirPlace *place, uint64_t n, LLVMValueRef payload, uint32_t at
) {
    const SirMessage *message = llvm__message(e, place, n);
    Offsets offsets = { 0, 1 };
    for (uint32_t i = 0; i < message->arg_count; i++) {
        SirType type = message->args[i].type;
        LLVMValueRef addr = llvm__offset(e, payload, llvm__place_field(e, &offsets, type));
        llvm__bind(e, &arm->binds[at++], addr, type, llvm__align(e, type));
    }
    return at;
}

// The value lies in a block of its own, which ends here: that enters the kernel, so the message's payload is read before.
static void bind_member(Emit *e, const Cases *c, const SirArm *arm, uint32_t at) {
    uint32_t source = source_row(c, &arm->place);
    const SirTypeInfo *set = llvm__type(e, llvm__place_type(e, &arm->place));
    LLVMValueRef member = word_of(e, c, source, offsetof(SipSource, member));
    SirType endpoint = e->info->locals.data[arm->binds[at].local].type;
    llvm__bind(e, &arm->binds[at], member, endpoint, 8);
    if (set->elem == SIR_NONE) return;
    LLVMValueRef block =
        llvm__load(e, e->ptr, word_of(e, c, source, offsetof(SipSource, value)), 8);
    llvm__bind(e, &arm->binds[at + 1], block, set->elem, llvm__align(e, set->elem));
    llvm__free_for(e, set->elem, block);
}

static void bind_arm(Emit *e, const Cases *c, const SirArm *arm) {
    uint32_t at = 0;
    if (arm->kind == SIR_ARM_MESSAGE || arm->kind == SIR_ARM_MEMBER)
        at = bind_args(e, arm, &arm->place, arm->n, payload_of(e, c, &arm->place), 0);
    if (arm->kind == SIR_ARM_MEMBER || arm->kind == SIR_ARM_LOST) bind_member(e, c, arm, at);
    for (uint32_t i = 0; i < arm->head_count; i++) {
        const SirHead *head = &arm->heads[i];
        if (!head->is_closed)
            at = bind_args(e, arm, &head->place, head->n, payload_of(e, c, &head->place), at);
    }
}

// Where the case's row leads: to the arm, or to where what came of a source parts.
static LLVMValueRef switch_of(
    Emit *e, Cases *c, const SirArm *arm, uint32_t row, LLVMValueRef by_row, LLVMBasicBlockRef never
) {
    if (!is_of_one(arm) || !c->is_whole[source_row(c, &arm->place)]) return NULL;
    LLVMValueRef *choice = &c->choice[source_row(c, &arm->place)];
    if (*choice) return *choice;
    LLVMBasicBlockRef from = llvm__new_block(e, "from");
    LLVMAddCase(by_row, llvm__u32(e, row), from);
    llvm__go(e, from);
    return *choice = LLVMBuildSwitch(e->at, c->came, never, c->inst->arm_count);
}

static void make_case(
    Emit *e, Cases *c, const SirArm *arm, uint32_t row, LLVMValueRef by_row, LLVMBasicBlockRef never
) {
    LLVMBasicBlockRef edge = llvm__new_block(e, "arm");
    LLVMValueRef choice = switch_of(e, c, arm, row, by_row, never);
    bool is_closed = arm->kind == SIR_ARM_CLOSED || arm->kind == SIR_ARM_LOST;
    if (choice)
        LLVMAddCase(choice, llvm__u32(e, is_closed ? SIP_RECEIVE_CLOSED : (uint32_t)arm->n), edge);
    else
        LLVMAddCase(by_row, llvm__u32(e, row), edge);
    llvm__go(e, edge);
    bind_arm(e, c, arm);
    llvm__jump(e, e->blocks[arm->block]);
}

static void receive_cases(Emit *e, const SirInst *inst) {
    Cases c = { .inst = inst };
    LLVMValueRef timeout = NULL;
    uint32_t *rows = arena_array(e->arena, uint32_t, inst->arm_count);
    for (uint32_t i = 0; i < inst->arm_count; i++)
        if (inst->arms[i].kind == SIR_ARM_TIMEOUT) timeout = llvm__arg(e, &inst->arms[i].value).a;
    find_case_sources(e, &c);
    uint32_t *row_of_source = arena_array(e->arena, uint32_t, c.count);
    for (uint32_t i = 0; i < c.count; i++)
        row_of_source[i] = SIR_NONE;
    for (uint32_t i = 0; i < inst->arm_count; i++)
        rows[i] = inst->arms[i].kind == SIR_ARM_TIMEOUT
                      ? SIP_RECEIVE_TIMEOUT
                      : put_case(e, &c, &inst->arms[i], row_of_source);
    fill_wait(e, &c, timeout);
    LLVMValueRef got = llvm__call_kernel(e, KCALL_RECEIVE_CASES, 1, &c.wait);
    LLVMValueRef what = llvm__extract(e, got, 0);
    c.row = llvm__resize(e, LLVMBuildLShr(e->at, what, llvm__u64(e, 32), ""), e->i32, false);
    c.came = llvm__resize(e, what, e->i32, false);
    LLVMBasicBlockRef never = llvm__new_block(e, "never");
    LLVMValueRef by_row = LLVMBuildSwitch(e->at, c.row, never, inst->arm_count);
    for (uint32_t i = 0; i < inst->arm_count; i++)
        make_case(e, &c, &inst->arms[i], rows[i], by_row, never);
    llvm__go(e, never);
    llvm__trap_always(e, FAULT_EXPLICIT, NULL);
}

void llvm__receive(Emit *e, const SirInst *inst) {
    bool simple = true;
    for (uint32_t i = 0; i < inst->arm_count; i++) {
        SirArmKind kind = inst->arms[i].kind;
        simple &= kind == SIR_ARM_MESSAGE || kind == SIR_ARM_CLOSED || kind == SIR_ARM_TIMEOUT;
    }
    if (simple)
        receive_ends(e, inst);
    else
        receive_cases(e, inst);
}
