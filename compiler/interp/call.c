// Calls and returns: what passes from one function to another keeps what the signature says. Arguments are alive and whole;
// at the return everything is back, and what the result holds comes from where `from` says.

#include "interp__.h"

#include <string.h>

enum { DEPTH_WALKED = 40, FRAME_LEAST = 48 }; // frames; bytes that a frame takes at least

// --- entering ------------------------------------------------------------------------------------------------

static const bool *storage_of(Interp *in, SirFunc func) {
    Sip *sip = in->sip;
    if (sip->has_storage[func]) return sip->has_storage[func];
    const SirFuncInfo *info = &sip->module->funcs.data[func];
    bool *has = arena_array(&in->arena, bool, info->locals.len + 1);
    vec_each(const SirBlockInfo, block, &info->blocks) {
        vec_each(const SirInst, inst, &block->insts) {
            if (inst->op == SIR_OP_STORAGE_BEGIN && inst->args[0].n < info->locals.len)
                has[inst->args[0].n] = true;
        }
    }
    return sip->has_storage[func] = has;
}

static bool is_built(Interp *in, SirType type) {
    const TypeFacts *facts = interp__facts(in, type);
    return MUST(in, !facts->is_bad, RULE_WELL_FORMED, "a local of type %u, which is none", type) &&
           MUST(in, !facts->refused, facts->refused, "a local of a type that is not built");
}

// What a borrow among the arguments points to is all there, and endpoints in the states that are promised.
static bool check_pointee(Interp *in, const Node *arg, SirType type) {
    const SirTypeInfo *info = interp__type(in, arg->type);
    if (!interp__is_borrow(info) || info->kind != SIR_TYPE_PTR) return true;
    SirType elem = interp__type(in, type)->elem;
    const SirTypeInfo *thing = interp__type(in, elem);
    if (!MUST(
            in, interp__is_whole(in, arg->target), RULE_OWNERSHIP,
            "what was moved out through a borrow is not back when it is passed on"
        ))
        return false;
    if (thing->kind != SIR_TYPE_ENDPOINT) return interp__states_fit(in, arg->target, elem);
    return MUST(
        in, arg->target->end->state == thing->state, RULE_TYPESTATE,
        "a borrowed endpoint is passed in state %d instead of %d", (int)arg->target->end->state,
        (int)thing->state
    );
}

static bool check_arg(Interp *in, const Node *arg, SirType type, Tags *held) {
    if (!MUST(
            in, interp__same_type(in, arg->type, type), RULE_WELL_FORMED,
            "an argument of another type"
        ))
        return false;
    if (!interp__states_fit(in, arg, type)) return false;
    interp__collect(in, arg, held);
    vec_each(Tag *const, tag, held) {
        if (!interp__is_fresh(in, *tag)) return false;
    }
    return check_pointee(in, arg, type);
}

static void collect_inside(Interp *in, const Node *arg, Tags *out);

// All that a value holds, and what is held behind that.
static void collect_all(Interp *in, const Node *node, Tags *out) {
    const SirTypeInfo *info = interp__type(in, node->type);
    if (!node->is_there || !interp__is_second_class(in, node->type)) return;
    bool is_borrow = interp__is_borrow(info);
    if (is_borrow && node->tag) vec_push(&in->arena, out, node->tag);
    if (is_borrow && node->tag && node->tag->alive) collect_inside(in, node, out);
    for (uint64_t i = 0; interp__has_parts(info) && i < node->count; i++)
        collect_all(in, &node->parts[i], out);
}

// What is held behind an argument: in what a pointer or slice leads to, or what the borrows in it lead to.
static void collect_inside(Interp *in, const Node *arg, Tags *out) {
    const SirTypeInfo *info = interp__type(in, arg->type);
    bool is_borrow = interp__is_borrow(info);
    if (!is_borrow) collect_all(in, arg, out);
    if (!is_borrow || info->elem >= in->sip->module->types.len) return;
    if (!interp__is_second_class(in, info->elem)) return;
    if (info->kind == SIR_TYPE_PTR) collect_all(in, arg->target, out);
    for (uint64_t i = arg->from; info->kind == SIR_TYPE_SLICE && i < arg->to; i++)
        collect_all(in, &arg->target->parts[i], out);
}

// The tables of a frame of the function, those of one that has returned if there are.
static Frame new_frame(Interp *in, SirFunc func, const SirFuncInfo *info, uint32_t count) {
    Frames *spare = &in->sip->spare[func];
    if (spare->len > 0) {
        Frame frame = vec_pop(spare);
        memset(frame.roots, 0, info->locals.len * sizeof *frame.roots);
        for (uint32_t i = 0; i < count; i++)
            frame.held[i].len = frame.deep[i].len = 0;
        return frame;
    }
    Frame frame = { .func = func, .info = info, .has_storage = storage_of(in, func) };
    frame.roots = arena_array(&in->arena, Tag *, info->locals.len);
    frame.held = arena_array(&in->arena, Tags, count);
    frame.deep = arena_array(&in->arena, Tags, count);
    frame.args = arena_array(&in->arena, Node, count);
    return frame;
}

static bool make_locals(Interp *in, Frame *frame, const Node *args, uint32_t count) {
    uint32_t locals = frame->info->locals.len;
    frame->block = frame->inst = 0;
    frame->locals = interp__parts(in, locals ? locals : 1);
    if (in->stop) return false;
    for (uint32_t i = 0; i < locals; i++) {
        SirType type = frame->info->locals.data[i].type;
        if (!is_built(in, type)) return false;
        frame->locals[i].type = type;
        if (i < count || !frame->has_storage[i]) frame->roots[i] = interp__root(in);
    }
    for (uint32_t i = 0; i < count; i++) {
        frame->args[i] = args[i];
        frame->locals[i] = args[i];
        frame->locals[i].type = frame->info->sig.params[i].type;
        if (!check_arg(in, &args[i], frame->locals[i].type, &frame->held[i])) return false;
        collect_inside(in, &args[i], &frame->deep[i]);
    }
    return true;
}

bool interp__enter(Interp *in, SirFunc func, const Node *args, uint32_t count) {
    const SirModule *module = in->sip->module;
    if (!MUST(in, func < module->funcs.len, RULE_SEALED, "a call of no function")) return false;
    const SirFuncInfo *info = &module->funcs.data[func];
    if (!MUST(
            in, info->sig.param_count == count && info->locals.len >= count, RULE_WELL_FORMED,
            "a call with %u arguments", count
        ))
        return false;
    uint64_t most = in->chaos ? DEPTH_WALKED : module->manifest.stack_bytes / FRAME_LEAST;
    if (in->sip->thread->frames.len > most) return interp__fault(in, FAULT_STACK);
    Frame frame = new_frame(in, func, info, count);
    if (!make_locals(in, &frame, args, count)) return false;
    vec_push(&in->arena, &in->sip->thread->frames, frame);
    return true;
}

// --- calling ----------------------------------------------------------------------------------------------------

static bool values(Interp *in, const SirInst *inst, uint32_t first, Node **out) {
    uint32_t count = inst->arg_count - first;
    *out = interp__parts(in, count);
    for (uint32_t i = 0; i < count && !in->stop; i++)
        if (!interp__value(in, &inst->args[first + i], &(*out)[i])) return false;
    return !in->stop;
}

static bool call(Interp *in, const SirInst *inst, SirFunc func, uint32_t first) {
    Node *args;
    if (!values(in, inst, first, &args) || !interp__enter(in, func, args, inst->arg_count - first))
        return false;
    interp__parts_free(in, args, inst->arg_count - first);
    return true;
}

static bool call_value(Interp *in, const SirInst *inst) {
    Node f;
    if (!interp__value(in, &inst->args[1], &f)) return false;
    bool is_fn = interp__type(in, f.type)->kind == SIR_TYPE_FN;
    return MUST(in, is_fn, RULE_WELL_FORMED, "a call of what is no function") &&
           call(in, inst, (SirFunc)f.bits, 2);
}

// --- the kernel ---------------------------------------------------------------------------------------------------

typedef struct KernelCall {
    SirType result, params[2];
    uint32_t count;
    bool is_program, needs_exit;
} KernelCall;

enum { KERNEL_NONE, KERNEL_EXIT };
enum { KCALL_VISIBLE_COMPILER, KCALL_VISIBLE_PROGRAM };

enum {
#define KCALL(name, text, visible, result, params) KERNEL_ROW_##name,
#include "contracts/abi/kcalls.def"
    KERNEL_ROWS
};

static const bool is_program[KERNEL_ROWS] = {
#define KCALL(name, text, visible, result, params) KCALL_VISIBLE_##visible,
#include "contracts/abi/kcalls.def"
};

static const KernelCall kernel_calls[KERNEL_ROWS] = {
#define KCALL_SIG(name, result, count, p0, p1, grant) \
    [KERNEL_ROW_##name] = {                           \
        SIR_TYPE_##result,                            \
        { SIR_TYPE_##p0, SIR_TYPE_##p1 },             \
        count,                                        \
        true,                                         \
        KERNEL_##grant == KERNEL_EXIT                 \
    },
#include "contracts/abi/kcall_sigs.def"
};

static bool has_exit(const Interp *in) {
    const SirManifest *manifest = &in->sip->module->manifest;
    for (uint32_t i = 0; i < manifest->grant_count; i++)
        if (manifest->grants[i].kind == SIR_GRANT_EXIT) return true;
    return false;
}

static uint64_t kernel_does(Interp *in, uint64_t row, const Node *args) {
    switch (row) {
    case KERNEL_ROW_NOW:
    case KERNEL_ROW_CYCLES: return in->chaos ? interp__draw(in) : ++in->clock;
    case KERNEL_ROW_HEAP_USED: return in->sip->heap_used;
    case KERNEL_ROW_SLEEP: in->clock += in->chaos ? 0 : args[0].bits; break;
    case KERNEL_ROW_EXIT:
        in->off = true;
        in->off_status = (uint32_t)args[0].bits;
        interp__end(in, INTERP_RETURNED);
        break;
    default: break;
    }
    in->yields = true;
    return 0;
}

static bool call_kernel(Interp *in, const SirInst *inst) {
    uint64_t row = inst->args[1].n;
    Node *args;
    if (!MUST(
            in, row < KERNEL_ROWS && is_program[row], RULE_SEALED,
            "a kernel function that programs may not name"
        ))
        return false;
    const KernelCall *known = &kernel_calls[row];
    if (!values(in, inst, 2, &args)) return false;
    if (!MUST(in, !known->needs_exit || has_exit(in), RULE_RESOURCES, "exit without the grant"))
        return false;
    bool right = inst->arg_count - 2 == known->count;
    for (uint32_t i = 0; right && i < known->count; i++)
        right = args[i].type == known->params[i];
    if (!MUST(in, right, RULE_WELL_FORMED, "a kernel function with other arguments")) return false;
    Node result = interp__scalar(known->result, kernel_does(in, row, args));
    interp__parts_free(in, args, known->count);
    if (in->stop) return false;
    bool is_void = known->result == SIR_TYPE_VOID;
    bool is_dropped = inst->args[0].kind == SIR_ARG_NOTHING;
    if (!MUST(
            in, is_void == is_dropped, RULE_WELL_FORMED,
            "a result where there is none, or the other way round"
        ))
        return false;
    if (!is_void && !interp__write(in, &inst->args[0].place, &result)) return false;
    top(in)->inst++;
    return true;
}

bool interp__call(Interp *in, const SirInst *inst) {
    if (inst->op == SIR_OP_CALL) return call(in, inst, (SirFunc)inst->args[1].n, 2);
    if (inst->op == SIR_OP_CALL_VALUE) return call_value(in, inst);
    return call_kernel(in, inst);
}

// --- returning ------------------------------------------------------------------------------------------------------

static bool nothing_is_left(Interp *in, const Frame *frame) {
    for (uint32_t i = 0; i < frame->info->locals.len; i++) {
        if (!frame->roots[i]) continue;
        if (!MUST(
                in, !interp__is_touched(in, &frame->locals[i]), RULE_OWNERSHIP,
                "local %u still owns something at the return", i
            ) ||
            !MUST(
                in, !interp__has_hole(in, &frame->locals[i], 0), RULE_OWNERSHIP,
                "what was moved out of local %u through a borrow is not back at the return", i
            ))
            return false;
    }
    return true;
}

static bool comes_from_any(const Tag *tag, const Tags *set) {
    vec_each(Tag *const, from, set) {
        if (interp__comes_from(tag, *from)) return true;
    }
    return false;
}

// Nobody behind a borrow holds what he does not know of.
static bool holds_no_more(Interp *in, const Frame *frame, uint32_t i) {
    Tags inside = { 0 };
    collect_inside(in, &frame->args[i], &inside);
    vec_each(Tag *const, tag, &inside) {
        if (!MUST(
                in, comes_from_any(*tag, &frame->deep[i]), RULE_ESCAPE,
                "a borrow from elsewhere is left in what parameter %u points to", i
            ))
            return false;
    }
    return true;
}

// What the caller lent exclusively is as it was promised.
static bool lender_is_served(Interp *in, const Frame *frame, uint32_t i) {
    const SirParam *param = &frame->info->sig.params[i];
    const SirTypeInfo *info = interp__type(in, param->type);
    const Node *arg = &frame->args[i];
    if (info->mode != SIR_MUT) return true;
    if (info->kind == SIR_TYPE_SLICE) return holds_no_more(in, frame, i);
    if (info->kind != SIR_TYPE_PTR) return true;
    if (!MUST(
            in, interp__is_whole(in, arg->target), RULE_OWNERSHIP,
            "what was moved out of parameter %u is not back at the return", i
        ))
        return false;
    if (interp__type(in, info->elem)->kind == SIR_TYPE_ENDPOINT)
        return MUST(
            in, arg->target->end->state == param->to, RULE_TYPESTATE,
            "parameter %u is left in state %d instead of %d", i, (int)arg->target->end->state,
            (int)param->to
        );
    return interp__states_fit(in, arg->target, info->elem) && holds_no_more(in, frame, i);
}

static bool comes_from_said(const Frame *frame, const Tag *tag) {
    const SirSig *sig = &frame->info->sig;
    for (uint32_t i = 0; i < sig->from_count; i++) {
        uint32_t param = sig->from[i].param;
        if (param >= sig->param_count) continue;
        if (!sig->from[i].deep && comes_from_any(tag, &frame->held[param])) return true;
        if (comes_from_any(tag, &frame->deep[param])) return true;
    }
    return false;
}

static bool result_may_leave(Interp *in, const Frame *frame, const Node *result) {
    Tags held = { 0 };
    interp__collect(in, result, &held);
    vec_each(Tag *const, tag, &held) {
        if (!MUST(
                in, (*tag)->alive, RULE_ESCAPE, "a borrow is returned that %s has ended",
                (*tag)->killed_by
            ) ||
            !MUST(
                in, comes_from_said(frame, *tag), RULE_ESCAPE,
                "a borrow is returned that is not from where the signature says"
            ))
            return false;
    }
    return true;
}

static void end_locals(Interp *in, Frame *frame) {
    for (uint32_t i = 0; i < frame->info->locals.len; i++) {
        if (frame->roots[i]) interp__kill(in, frame->roots[i], "the return");
        interp__forget(in, &frame->locals[i]);
    }
    interp__parts_free(in, frame->locals, frame->info->locals.len ? frame->info->locals.len : 1);
}

// To whoever called; the first function's result is its argument 0 from now on.
static bool hand_back(Interp *in, Node *result) {
    Frame *caller = top(in);
    const SirInst *inst = &caller->info->blocks.data[caller->block].insts.data[caller->inst];
    bool is_void = result->type == SIR_TYPE_VOID;
    if (!MUST(
            in, is_void == (inst->args[0].kind == SIR_ARG_NOTHING), RULE_WELL_FORMED,
            "a result where there is none, or the other way round"
        ))
        return false;
    if (!is_void && !interp__write(in, &inst->args[0].place, result)) return false;
    caller->inst++;
    return true;
}

bool interp__return(Interp *in, const SirInst *inst) {
    Frame *frame = top(in);
    const SirSig *sig = &frame->info->sig;
    Node result = { .type = SIR_TYPE_VOID };
    if (!MUST(in, inst->arg_count <= 1, RULE_WELL_FORMED, "a return of several values"))
        return false;
    if (inst->arg_count && !interp__value(in, &inst->args[0], &result)) return false;
    if (!MUST(
            in, interp__same_type(in, result.type, sig->result), RULE_WELL_FORMED,
            "a result of another type"
        ))
        return false;
    if (!interp__states_fit(in, &result, sig->result) || !nothing_is_left(in, frame)) return false;
    result.type = sig->result;
    for (uint32_t i = 0; i < sig->param_count; i++)
        if (!lender_is_served(in, frame, i)) return false;
    end_locals(in, frame);
    if (!result_may_leave(in, frame, &result)) return false;
    vec_push(&in->arena, &in->sip->spare[frame->func], *frame);
    in->sip->thread->frames.len--;
    if (in->sip->thread->frames.len > 0) return hand_back(in, &result);
    if (in->sip->thread != &in->sip->first) {
        interp__thread_end(in);
        return false;
    }
    in->last = result;
    interp__end(in, INTERP_RETURNED);
    return false;
}
