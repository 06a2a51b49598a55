// Statements of the functions that constants call, and the calls themselves.

#include "eval.h"

enum { DEEPEST_CALL = 1000 };

// An expression gave no value: it left by its `else`, or everything is over.
static Flow left(Eval *eval) {
    Flow flow = eval->leaving;
    eval->leaving = FLOW_ON;
    return flow == FLOW_ON ? FLOW_STOP : flow;
}

// --- blocks --------------------------------------------------------------------------------------------------------------

// What was put off runs at every exit, the last first; it holds no exit itself.
static Flow run_deferred(Eval *eval, const HirStmt *block, uint32_t reached, Flow flow) {
    for (uint32_t i = reached; i > 0 && flow != FLOW_STOP; i--) {
        const HirStmt *stmt = block->stmts.data[i - 1];
        if (stmt->kind == HIR_STMT_DEFER && eval_stmt(eval, stmt->then) == FLOW_STOP)
            return FLOW_STOP;
    }
    return flow;
}

static Flow block_stmt(Eval *eval, const HirStmt *block) {
    Flow flow = FLOW_ON;
    uint32_t i = 0;
    for (; i < block->stmts.len && flow == FLOW_ON; i++)
        flow = eval_stmt(eval, block->stmts.data[i]);
    return run_deferred(eval, block, i, flow);
}

// --- places that change --------------------------------------------------------------------------------------------------

static Flow let_stmt(Eval *eval, const HirStmt *stmt) {
    Frame *frame = eval->frame;
    if (stmt->local->number >= frame->local_count) return FLOW_STOP;
    Cell value = { 0 };
    if (stmt->value && !eval_value(eval, stmt->value, &value)) return left(eval);
    frame->locals[stmt->local->number] = value;
    return FLOW_ON;
}

static Flow assign(Eval *eval, const HirStmt *stmt) {
    Cell *place, value;
    if (!eval_place(eval, stmt->place, &place) || !eval_value(eval, stmt->value, &value))
        return left(eval);
    *place = value;
    return FLOW_ON;
}

static Flow update(Eval *eval, const HirStmt *stmt) {
    Cell *place, value;
    if (!eval_place(eval, stmt->place, &place) || !eval_value(eval, stmt->value, &value))
        return left(eval);
    if (!place->type) {
        eval_stop(eval, stmt->span, "something has no value yet");
        return FLOW_STOP;
    }
    Folded result = fold_binary(stmt->op, stmt->family, place->type, place->bits, value.bits);
    if (result.trap) {
        eval_stop(eval, stmt->span, result.trap);
        return FLOW_STOP;
    }
    place->bits = result.bits;
    return FLOW_ON;
}

// --- ways ------------------------------------------------------------------------------------------------------------------

static Flow if_stmt(Eval *eval, const HirStmt *stmt) {
    Cell cond;
    if (!eval_value(eval, stmt->cond, &cond)) return left(eval);
    const HirStmt *way = cond.bits ? stmt->then : stmt->otherwise;
    return way ? eval_stmt(eval, way) : FLOW_ON;
}

// Has a jump reached the loop or switch that it is for?
static bool arrives(Eval *eval, const HirStmt *stmt, Flow *flow) {
    if (*flow == FLOW_ON) return true;
    bool jump = *flow == FLOW_BREAK || *flow == FLOW_CONTINUE;
    return jump && eval->frame->target == stmt;
}

static Flow loop(Eval *eval, const HirStmt *stmt) {
    for (bool first = true;; first = false) {
        Cell cond = { .bits = 1 };
        if (!eval_step(eval, stmt->span)) return FLOW_STOP;
        if (stmt->cond && !(stmt->is_do && first) && !eval_value(eval, stmt->cond, &cond))
            return left(eval);
        if (!cond.bits) return FLOW_ON;
        Flow flow = eval_stmt(eval, stmt->then);
        if (!arrives(eval, stmt, &flow)) return flow;
        if (flow == FLOW_BREAK) return FLOW_ON;
        if (stmt->step && (flow = eval_stmt(eval, stmt->step)) != FLOW_ON) return flow;
    }
}

// --- patterns ----------------------------------------------------------------------------------------------------------------

static bool same_text(const Cell *subject, const HirExpr *text) {
    if (subject->count != text->text.len) return false;
    for (uint64_t i = 0; i < subject->count; i++)
        if ((subject->bytes ? subject->bytes[i] : (char)subject->parts[i].bits) !=
            text->text.ptr[i])
            return false;
    return true;
}

static bool value_fits(const HirPattern *pattern, const Cell *subject) {
    const HirType *type = subject->type;
    if (type->kind == HIR_TYPE_STR) return same_text(subject, pattern->value);
    Folded same = fold_binary(HIR_EQ, HIR_TRAP, type, subject->bits, pattern->value->bits);
    return same.bits;
}

static bool range_fits(const HirPattern *pattern, const Cell *subject) {
    const HirType *type = subject->type;
    return fold_binary(HIR_GE, HIR_TRAP, type, subject->bits, pattern->value->bits).bits &&
           fold_binary(HIR_LE, HIR_TRAP, type, subject->bits, pattern->last->bits).bits;
}

static bool variant_fits(const HirPattern *pattern, const Cell *subject) {
    const HirType *type = subject->type;
    bool is_plain = type->kind == HIR_TYPE_ENUM && type->enumeration->is_plain;
    uint64_t wanted =
        is_plain ? type->enumeration->variants.data[pattern->row].value : pattern->row;
    return subject->bits == wanted;
}

static bool bind(Eval *eval, const HirPattern *pattern, Cell *subject) {
    Frame *frame = eval->frame;
    if (pattern->local->number >= frame->local_count) return false;
    Cell *local = &frame->locals[pattern->local->number];
    if (pattern->bind == HIR_BIND_COPY || pattern->bind == HIR_BIND_MOVE)
        return cell_copy(eval, subject, local, pattern->span);
    *local = (Cell){ .type = pattern->local->type, .parts = subject };
    return true;
}

// Binds as it goes: what does not fit after all has bound what nobody reads.
static bool fits(Eval *eval, const HirPattern *pattern, Cell *subject) {
    if (!eval_step(eval, pattern->span)) return false;
    switch (pattern->kind) {
    case HIR_PATTERN_WILD: return true;
    case HIR_PATTERN_VALUE: return value_fits(pattern, subject);
    case HIR_PATTERN_RANGE: return range_fits(pattern, subject);
    case HIR_PATTERN_BIND: return bind(eval, pattern, subject);
    case HIR_PATTERN_TUPLE:
    case HIR_PATTERN_VARIANT: break;
    }
    if (pattern->kind == HIR_PATTERN_VARIANT && !variant_fits(pattern, subject)) return false;
    for (uint32_t i = 0; i < pattern->args.len && i < subject->count; i++)
        if (!fits(eval, pattern->args.data[i], &subject->parts[i])) return false;
    return true;
}

static bool takes(Eval *eval, const HirArm *arm, Cell *subject) {
    bool fit = arm->patterns.len == 0;
    for (uint32_t i = 0; !fit && !eval->stopped && i < arm->patterns.len; i++)
        fit = fits(eval, arm->patterns.data[i], subject);
    Cell guard = { .bits = 1 };
    if (fit && arm->guard && !eval_value(eval, arm->guard, &guard)) return false;
    return fit && guard.bits;
}

static Flow switch_stmt(Eval *eval, const HirStmt *stmt) {
    Cell *subject = cells_new(eval, 1, stmt->span);
    if (!subject) return FLOW_STOP;
    bool good = stmt->place ? eval_place(eval, stmt->place, &subject)
                            : eval_value(eval, stmt->value, subject);
    if (!good) return left(eval);
    if (!subject->type) {
        eval_stop(eval, stmt->span, "something has no value yet");
        return FLOW_STOP;
    }
    for (uint32_t i = 0; i < stmt->arms.len; i++) {
        if (!takes(eval, &stmt->arms.data[i], subject)) {
            if (eval->stopped) return FLOW_STOP;
            if (eval->leaving != FLOW_ON) return left(eval);
            continue;
        }
        Flow flow = eval_stmt(eval, stmt->arms.data[i].body);
        return arrives(eval, stmt, &flow) ? FLOW_ON : flow;
    }
    return FLOW_ON;
}

// --- leaving -----------------------------------------------------------------------------------------------------------------

static Flow return_stmt(Eval *eval, const HirStmt *stmt) {
    if (stmt->value && !eval_value(eval, stmt->value, &eval->frame->result)) return left(eval);
    return FLOW_RETURN;
}

static Flow jump(Eval *eval, const HirStmt *stmt) {
    eval->frame->target = stmt->target;
    return stmt->kind == HIR_STMT_BREAK ? FLOW_BREAK : FLOW_CONTINUE;
}

static Flow assert_stmt(Eval *eval, const HirStmt *stmt) {
    Cell cond;
    if (!eval_value(eval, stmt->cond, &cond)) return left(eval);
    if (cond.bits) return FLOW_ON;
    eval_stop(eval, stmt->span, "an assertion does not hold");
    return FLOW_STOP;
}

static Flow dispatch(Eval *eval, const HirStmt *stmt) {
    Cell nothing;
    switch (stmt->kind) {
    case HIR_STMT_BLOCK: return block_stmt(eval, stmt);
    case HIR_STMT_LET: return let_stmt(eval, stmt);
    case HIR_STMT_EXPR: return eval_value(eval, stmt->value, &nothing) ? FLOW_ON : left(eval);
    case HIR_STMT_ASSIGN: return assign(eval, stmt);
    case HIR_STMT_UPDATE: return update(eval, stmt);
    case HIR_STMT_IF: return if_stmt(eval, stmt);
    case HIR_STMT_LOOP: return loop(eval, stmt);
    case HIR_STMT_SWITCH: return switch_stmt(eval, stmt);
    case HIR_STMT_BREAK:
    case HIR_STMT_CONTINUE: return jump(eval, stmt);
    case HIR_STMT_RETURN: return return_stmt(eval, stmt);
    case HIR_STMT_DEFER: return FLOW_ON; // when its block is left
    case HIR_STMT_ASSERT: return assert_stmt(eval, stmt);
    case HIR_STMT_ERROR: eval->stopped = true; return FLOW_STOP;
    case HIR_STMT_RECEIVE:
    case HIR_STMT_CHANNEL:
    case HIR_STMT_SEND:
    case HIR_STMT_CLOSE:
        eval_stop(eval, stmt->span, "there are no channels when compiling");
        return FLOW_STOP;
    case HIR_STMT_LOCK:
    case HIR_STMT_JOIN:
    case HIR_STMT_SPAWN: break;
    }
    eval_stop(eval, stmt->span, "there are no threads when compiling");
    return FLOW_STOP;
}

Flow eval_stmt(Eval *eval, const HirStmt *stmt) {
    if (!eval_step(eval, stmt->span)) return FLOW_STOP;
    if (!eval_deeper(eval, stmt->span)) return FLOW_STOP;
    Flow flow = dispatch(eval, stmt);
    eval->checker->const_depth--;
    return flow;
}

// --- calls -------------------------------------------------------------------------------------------------------------------

static bool run(Eval *eval, Frame *frame, Cell *out) {
    eval->frame = frame;
    Flow flow = eval_stmt(eval, frame->fn->body);
    bool has_result = frame->fn->sig.result->kind != HIR_TYPE_VOID;
    bool good = flow != FLOW_STOP;
    if (good && has_result && !frame->result.type)
        good = eval_stop(eval, frame->fn->span, "a function ends without a result");
    if (!good) eval->stopped = true; // what stopped it has been reported
    eval->frame = frame->caller;
    *out = frame->result;
    return good;
}

bool eval_call(Eval *eval, const HirFn *fn, const HirExpr *call, Cell *out) {
    Frame frame = { .caller = eval->frame, .fn = fn, .call = call->span };
    switch (fn ? ensure_body(eval->checker, fn) : BODY_NONE) {
    case BODY_BROKEN: eval->stopped = true; return false; // reported
    case BODY_NONE: return eval_stop(eval, call->span, "it is not known when compiling");
    case BODY_BUSY: return eval_stop(eval, call->span, "the function that it calls needs it");
    case BODY_EARLY:
        return eval_stop(eval, call->span, "the function that it calls needs types that need it");
    case BODY_READY: break;
    }
    frame.local_count = fn->locals.len;
    frame.locals = cells_new(eval, frame.local_count, call->span);
    if (!frame.locals) return false;
    for (uint32_t i = 0; i < call->args.len; i++)
        if (!eval_value(eval, call->args.data[i], &frame.locals[i])) return false;
    if (!eval->frame->fn) eval->outside = call->span;
    if (eval->calls >= DEEPEST_CALL) return eval_limit(eval, call->span, "it goes too deep");
    eval->calls++;
    bool good = run(eval, &frame, out);
    eval->calls--;
    return good;
}
