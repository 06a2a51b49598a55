// Building a function: places, values, instructions and blocks, one small call each.
// A block ends with its terminator; what is emitted after that goes to a new block that nothing leads to, which
// is taken out when the function is done. So nobody has to ask whether the code that is being lowered is dead.

#include "lower__.h"

// --- places --------------------------------------------------------------------------------------------

SirPlace lower__local_place(SirLocal local) {
    return (SirPlace){ .local = local };
}

SirPlace lower__project(Body *b, SirPlace base, SirProjKind kind, uint64_t n) {
    SirPlace place = { .local = base.local, .proj_count = base.proj_count + 1 };
    place.projs = arena_array(b->l->module->code, SirProj, place.proj_count);
    for (uint32_t i = 0; i < base.proj_count; i++)
        place.projs[i] = base.projs[i];
    place.projs[base.proj_count] = (SirProj){ kind, n };
    return place;
}

SirType lower__place_type(Body *b, SirPlace place) {
    SirType type = sir_place_type(b->l->module, &b->func, &place);
    if (type == SIR_NONE) unreachable(); // check/ gave the place a type
    return type;
}

// --- arguments -----------------------------------------------------------------------------------------

SirArg lower__at(SirPlace place) {
    return (SirArg){ .kind = SIR_ARG_PLACE, .place = place };
}

SirArg lower__copy(SirPlace place) {
    return (SirArg){ .kind = SIR_ARG_COPY, .place = place };
}

SirArg lower__use(Body *b, SirPlace place) {
    bool plain = kind_is_plain(&b->l->kinds, lower__place_type(b, place));
    return (SirArg){ .kind = plain ? SIR_ARG_COPY : SIR_ARG_MOVE, .place = place };
}

SirArg lower__tree_arg(SirTree *tree) {
    return (SirArg){ .kind = SIR_ARG_CONST, .tree = tree };
}

SirArg lower__u64(Body *b, uint64_t value) {
    return lower__tree_arg(lower__int(b->l, SIR_TYPE_U64, value));
}

SirArg lower__num(SirArgKind kind, uint64_t n) {
    return (SirArg){ .kind = kind, .n = n };
}

// --- instructions --------------------------------------------------------------------------------------

static SirInst *append(Body *b, SirOp op, Span span, uint32_t args, uint32_t arms) {
    if (b->block == SIR_NONE) b->block = lower__block(b);
    SirLoc loc = lower__loc(b->l, span);
    return sir_inst_append(b->l->module, &b->func, b->block, op, args, arms, loc);
}

static SirInst *append_with(Body *b, SirOp op, Span span, uint32_t count, const SirArg *args) {
    SirInst *inst = append(b, op, span, count, 0);
    for (uint32_t i = 0; i < count; i++)
        inst->args[i] = args[i];
    return inst;
}

// --- managed places: only copied, and assigned by `use` -----------------------------------------------------

static bool is_managed(const Body *b, const SirPlace *place) {
    SirType type = b->func.locals.data[place->local].type;
    for (uint32_t i = 0; i < place->proj_count && type != SIR_NONE; i++) {
        const SirTypeInfo *info = sir_type(b->l->module, type);
        bool leads = info->kind == SIR_TYPE_PTR || info->kind == SIR_TYPE_SLICE;
        if (leads && info->mode == SIR_GC) return true;
        type = sir_proj_type(b->l->module, type, place->projs[i]);
    }
    return false;
}

static bool is_managed_arg(const Body *b, const SirArg *arg) {
    return arg->kind == SIR_ARG_PLACE && is_managed(b, &arg->place);
}

// What is looked at there is a copy: nobody can tell, since it is plain and lent shared only.
static SirArg looked_at(Body *b, const SirArg *arg, Span span) {
    if (!is_managed_arg(b, arg)) return *arg;
    SirPlace copy = lower__local_place(lower__temp(b, lower__place_type(b, arg->place), span));
    SirArg args[] = { lower__at(copy), lower__copy(arg->place) };
    append_with(b, SIR_OP_USE, span, 2, args);
    return args[0];
}

// Whatever makes a value for a managed place makes it elsewhere, and then it is assigned whole.
static void assign_later(Body *b, SirOp op, Span span, uint32_t count, SirArg *args) {
    SirPlace place = args[0].place;
    SirPlace made = lower__local_place(lower__temp(b, lower__place_type(b, place), span));
    args[0].place = made;
    append_with(b, op, span, count, args);
    SirArg assign[] = { lower__at(place), lower__copy(made) };
    append_with(b, SIR_OP_USE, span, 2, assign);
}

void lower__op(Body *b, SirOp op, Span span, uint32_t count, const SirArg *given) {
    assert(!sir_op_is_terminator(op));
    uint32_t dests = sir_op_dests(op);
    SirArg *args = arena_array(&b->l->scratch, SirArg, count);
    for (uint32_t i = 0; i < count; i++)
        args[i] = i < dests ? given[i] : looked_at(b, &given[i], span);
    if (dests == 1 && op != SIR_OP_USE && is_managed_arg(b, &args[0]))
        assign_later(b, op, span, count, args);
    else
        append_with(b, op, span, count, args);
}

// --- blocks --------------------------------------------------------------------------------------------

SirBlock lower__block(Body *b) {
    return sir_block_add(b->l->module, &b->func);
}

void lower__start(Body *b, SirBlock block) {
    assert(b->block == SIR_NONE); // what came before has ended
    b->block = block;
}

SirInst *lower__end(Body *b, SirOp op, Span span, const SirArg *arg, uint32_t arms) {
    assert(sir_op_is_terminator(op));
    SirArg looked = arg ? looked_at(b, arg, span) : (SirArg){ 0 };
    SirInst *inst = append(b, op, span, arg ? 1 : 0, arms);
    if (arg) inst->args[0] = looked;
    b->block = SIR_NONE;
    return inst;
}

void lower__jump(Body *b, SirBlock to, Span span) {
    if (b->block == SIR_NONE) return;
    lower__end(b, SIR_OP_JUMP, span, NULL, 1)->arms[0].block = to;
}

void lower__trap_saying(Body *b, uint32_t fault, Str text, Span span) {
    if (text.len == 0) {
        lower__trap(b, fault, span);
        return;
    }
    SirTree *tree = arena_new(b->l->arena, SirTree);
    *tree = (SirTree){ .kind = SIR_CONST_STR, .type = sir_type_str(b->l->module, SIR_STATIC) };
    tree->text = (Str){ arena_strndup(b->l->arena, text.ptr, text.len), text.len };
    SirInst *inst = append(b, SIR_OP_TRAP, span, 2, 0);
    inst->args[0] = lower__num(SIR_ARG_INT, fault);
    inst->args[1] = lower__tree_arg(tree);
    b->block = SIR_NONE;
}

void lower__trap(Body *b, uint32_t fault, Span span) {
    SirArg number = lower__num(SIR_ARG_INT, fault);
    lower__end(b, SIR_OP_TRAP, span, &number, 0);
}

void lower__branch(Body *b, SirArg cond, SirBlock yes, SirBlock no, Span span) {
    SirInst *inst = lower__end(b, SIR_OP_BRANCH, span, &cond, 2);
    inst->arms[0].block = yes;
    inst->arms[1].block = no;
}
