// The walk over expressions: what is read, moved, borrowed and changed, in the order in which lowering has it done.

#include "ways.h"

enum { DEEPEST_PLACE = 60 }; // steps; the verifier takes 64, with those that lowering adds

// --- paths -----------------------------------------------------------------------------------------------------------------

Path path_of_local(const HirLocal *local) {
    return (Path){ .local = local, .type = local->type };
}

Step step_to_elements(const HirType *of) {
    bool is_inline = of->kind == HIR_TYPE_ARRAY || of->kind == HIR_TYPE_VECTOR;
    bool is_text = of->kind == HIR_TYPE_STR; // lent by the place that leads to it, if it is managed
    return (Step){ .kind = STEP_INDEX,
                   .owned = is_inline || of->mode == HIR_OWN || (is_text && of->mode == HIR_GC),
                   .shared = !is_inline && of->mode == HIR_CONST,
                   .is_static = !is_inline && of->mode == HIR_STATIC };
}

static Step step_of(const HirExpr *place) {
    const HirType *base = place->base->type;
    switch (place->kind) {
    case HIR_FIELD: return (Step){ .kind = STEP_FIELD, .n = place->row };
    case HIR_DEREF:
        return (Step){ .kind = STEP_DEREF,
                       .owned = base->mode == HIR_OWN,
                       .shared = base->mode == HIR_CONST,
                       .is_static = base->mode == HIR_STATIC,
                       .lent = place->base->kind == HIR_LOCAL && place->base->local->is_param &&
                               base->mode == HIR_MUT };
    default: return step_to_elements(base);
    }
}

const HirExpr *path_root(const HirExpr *place) {
    while (place->kind == HIR_FIELD || place->kind == HIR_DEREF || place->kind == HIR_INDEX)
        place = place->base;
    return place;
}

bool path_stays(const Path *path) {
    if (!path->local) return false;
    const HirType *type = path->local->type;
    for (uint32_t i = 0; i < path->count; i++) {
        if (path->steps[i].kind == STEP_DEREF) return false;
        if (path->steps[i].kind == STEP_FIELD) {
            type = type->structure->fields.data[path->steps[i].n].type;
            continue;
        }
        if (type->kind != HIR_TYPE_ARRAY && type->kind != HIR_TYPE_VECTOR) return false;
        type = type->elem;
    }
    return true;
}

Path path_of(Ways *ways, const HirExpr *place) {
    uint32_t count = 0;
    const HirExpr *root = path_root(place);
    for (const HirExpr *it = place; it != root; it = it->base)
        count++;
    if (count > DEEPEST_PLACE)
        diag_report(ways->checker->diags, place->span, E_TOO_NESTED, "this place");
    Step *steps = arena_array(&ways->arena, Step, count);
    const HirExpr *at = place;
    for (uint32_t i = count; i-- > 0; at = at->base)
        steps[i] = step_of(at);
    return (Path){ root->kind == HIR_LOCAL ? root->local : NULL, steps, count, place->type };
}

const char *path_text(Ways *ways, const Path *path) {
    Checker *checker = ways->checker;
    if (!path->local) return "this";
    const char *text = path->local->captured ? path->local->captured
                       : path->local->name   ? text_of(checker, path->local->name)
                                             : "this";
    const HirType *type = path->local->type;
    uint32_t first = path->local->capture == HIR_CAPTURE_PLACE && path->count > 0;
    if (first) type = type->elem;
    for (uint32_t i = first; i < path->count; i++) {
        const Step *step = &path->steps[i];
        bool arrow = i > first && path->steps[i - 1].kind == STEP_DEREF;
        if (step->kind == STEP_FIELD && type->kind == HIR_TYPE_STRUCT) {
            const HirField *field = &type->structure->fields.data[step->n];
            text = arena_printf(
                checker->arena, "%s%s%s", text, arrow ? "->" : ".", text_of(checker, field->name)
            );
            type = field->type;
        } else {
            if (step->kind == STEP_INDEX)
                text = arena_printf(checker->arena, "%s[..]", text);
            else if (i + 1 == path->count)
                text = arena_printf(checker->arena, "*%s", text);
            type = type->elem ? type->elem : type;
        }
    }
    return text;
}

// --- places ------------------------------------------------------------------------------------------------------------------

static bool is_early(const Ways *ways, const HirExpr *temp) {
    for (uint32_t i = 0; i < ways->early.len; i++)
        if (ways->early.data[i] == temp) return true;
    return false;
}

// What a place lies in that is made for it is there before other values are evaluated, and lends while they are.
uint32_t walk_root(Ways *ways, const HirExpr *place) {
    const HirExpr *root = path_root(place);
    uint32_t early = ways->early.len;
    if (root->kind != HIR_TEMP) return early;
    walk_value(ways, root->base);
    loans_keep(ways, root->base);
    vec_push(&ways->arena, &ways->early, root);
    return early;
}

void walk_again(Ways *ways, const HirExpr *place) {
    const HirExpr *root = path_root(place);
    if (root->kind == HIR_LOCAL && hir_type_is_second_class(root->local->type))
        live_use(ways, root->local, root->span);
}

void walk_parts(Ways *ways, const HirExpr *place) {
    switch (place->kind) {
    case HIR_LOCAL:
        live_use(ways, place->local, place->span);
        watch_use(ways, place);
        break;
    case HIR_FIELD:
    case HIR_DEREF: walk_parts(ways, place->base); break;
    case HIR_INDEX:
        walk_parts(ways, place->base);
        walk_value(ways, place->index);
        walk_again(ways, place->base);
        break;
    case HIR_TEMP:
        if (!is_early(ways, place)) walk_value(ways, place->base);
        break;
    default: break;
    }
}

static void access(Ways *ways, const HirExpr *place, Access how, Span at) {
    Path path = path_of(ways, place);
    watch_endpoint(ways, place, &path);
    if (how == ACCESS_MOVE) {
        if (loans_access(ways, &path, how, at)) // else nothing follows from it
            moves_away(ways, &path, at);
        return;
    }
    moves_read(ways, &path, at);
    loans_access(ways, &path, how, at);
    bool by_type = how == ACCESS_CHANGE && place->type->kind == HIR_TYPE_ENDPOINT;
    const Fact *known = by_type && !ways->counting ? state_known(ways, &path) : NULL;
    if (known) state_expect(ways, known, place->type, at); // it changes places
}

static void look_at(Ways *ways, const HirExpr *place, Access how, Span at) {
    walk_parts(ways, place);
    access(ways, place, how, at);
}

// --- values ------------------------------------------------------------------------------------------------------------------

static void walk_all(Ways *ways, const HirExpr *value) {
    uint32_t temps = ways->temps;
    for (uint32_t i = 0; i < value->args.len; i++) {
        walk_value(ways, value->args.data[i]);
        loans_keep(ways, value->args.data[i]);
    }
    loans_release(ways, temps);
}

static bool waits(const HirExpr *arg) { // a borrow is taken last, just before the call [24]
    return arg->kind == HIR_BORROW || arg->kind == HIR_VIEW || arg->kind == HIR_SUBVIEW ||
           arg->kind == HIR_CLOSURE;
}

static void use_ref_fn(Ways *ways, const HirExpr *local, Span at) {
    Path path = path_of(ways, local);
    live_node(ways, local->local, LIVE_USE);
    loans_access(ways, &path, ACCESS_LEND_MUT, at);
}

// The ways through a closure's function are walked where the closure is met first: then it is known in which states the
// endpoints are that it captures, and from then on what it changes.
static void settle(Ways *ways, HirExpr *closure) {
    if (ways->counting || ways->state.dead) return;
    if (!ways->settled) ways->settled = map_new(&ways->arena);
    if (!map_put(ways->settled, (uintptr_t)closure, 1)) return;
    states_capture(ways, closure);
    check_ways(ways->checker, (HirFn *)(uintptr_t)closure->fn);
    settle_captures(ways->checker, closure);
}

// The captures are arguments like others.
static void walk_closure(Ways *ways, HirExpr *closure) {
    if (closure->base && closure->base->type->kind == HIR_TYPE_REF_FN)
        use_ref_fn(ways, closure->base, closure->span);
    else if (closure->base)
        walk_value(ways, closure->base);
    if (closure->args.len > 0 || (closure->fn && closure->fn->around)) settle(ways, closure);
    for (uint32_t i = 0; i < closure->args.len; i++) {
        uint32_t before = diags_errors(ways->checker->diags);
        ways->taken = closure->args.data[i];
        walk_value(ways, closure->args.data[i]);
        states_captured(ways, closure->args.data[i]);
        if (diags_errors(ways->checker->diags) == before) continue;
        diag_help(ways->checker->diags, "the closure borrows it for as long as it may be called");
        break;
    }
}

static void walk_call(Ways *ways, const HirExpr *call) {
    uint32_t temps = ways->temps, early = ways->early.len;
    bool is_ref = call->kind == HIR_CALL_VALUE && call->base->type->kind == HIR_TYPE_REF_FN;
    if (call->kind == HIR_CALL_VALUE && !is_ref) walk_value(ways, call->base);
    for (int last = 0; last < 2; last++) {
        for (uint32_t i = 0; i < call->args.len; i++) {
            bool stands = call->args.data[i]->kind != HIR_CLOSURE; // of a place
            if (waits(call->args.data[i]) && stands && !last)
                walk_root(ways, call->args.data[i]->base);
            if (waits(call->args.data[i]) != last) continue;
            ways->taken = call->args.data[i];
            walk_value(ways, call->args.data[i]);
            loans_keep(ways, call->args.data[i]);
        }
    }
    if (is_ref) use_ref_fn(ways, call->base, call->span);
    loans_release(ways, temps);
    ways->early.len = early;
    if (call->kind == HIR_CALL) states_after_call(ways, call, &call->fn->sig);
    if (call->kind == HIR_CALL_VALUE) states_after_call(ways, call, call->base->type->sig);
}

static Access builtin_access(HirBuiltin builtin, uint32_t arg) {
    switch (builtin) {
    case HIR_BUILTIN_APPEND:
    case HIR_BUILTIN_SLICE_COPY: return arg == 0 ? ACCESS_CHANGE : ACCESS_READ;
    case HIR_BUILTIN_GET:
    case HIR_BUILTIN_SPLIT_AT: // if they are shared
    case HIR_BUILTIN_SPLIT_FIRST:
    case HIR_BUILTIN_SUB:
    case HIR_BUILTIN_STR_OF:
    case HIR_BUILTIN_WIRE_VIEW:
    case HIR_BUILTIN_BYTES_OF: return ACCESS_LEND;
    case HIR_BUILTIN_GET_MUT: return ACCESS_LEND_MUT;
    case HIR_BUILTIN_DEVICE_COPY_IN: return arg == 2 ? ACCESS_CHANGE : ACCESS_READ;
    case HIR_BUILTIN_DEVICE_READ:
    case HIR_BUILTIN_DEVICE_WRITE:
    case HIR_BUILTIN_DEVICE_COPY_OUT:
    case HIR_BUILTIN_ATOMIC_STORE: // also through a shared borrow
    case HIR_BUILTIN_ATOMIC_ADD:
    case HIR_BUILTIN_ATOMIC_SWAP:
    case HIR_BUILTIN_ATOMIC_CAS: return ACCESS_READ;
    default: return hir_builtin_changes(builtin) ? ACCESS_CHANGE : ACCESS_READ;
    }
}

// The end of a channel moves, in whichever state it is.
static void walk_upcast(Ways *ways, const HirExpr *value) {
    states_upcast(ways, value);
    walk_carried(ways, value->args.data[0]);
    states_leave(ways, value->args.data[0]);
}

// What is taken moves out, and something is there again at once.
static void walk_take(Ways *ways, const HirExpr *value) {
    const HirExpr *place = value->args.data[0];
    Path path = path_of(ways, place);
    walk_parts(ways, place);
    moves_read(ways, &path, value->span);
    loans_access(ways, &path, ACCESS_MOVE, value->span);
}

// Nothing names the borrow in a local any more: its halves are all that is left of it, and may go where it came from. What owns
// its elements lends them until it is dropped.
static void walk_split(Ways *ways, const HirExpr *split) {
    const HirExpr *whole = split->args.data[0];
    bool is_borrow = whole->type->kind == HIR_TYPE_SLICE && whole->type->mode == HIR_MUT;
    if (whole->kind == HIR_LOCAL && is_borrow && !ways->counting &&
        !is_live(ways, whole->local->number))
        ((HirExpr *)(uintptr_t)split)->row = 1;
}

static void walk_builtin(Ways *ways, const HirExpr *value) {
    if (value->builtin == HIR_BUILTIN_TAKE) {
        walk_take(ways, value);
        return;
    }
    if (value->builtin == HIR_BUILTIN_UPCAST) {
        walk_upcast(ways, value);
        return;
    }
    uint32_t temps = ways->temps;
    if (value->builtin == HIR_BUILTIN_ERASE) states_erase(ways, value->args.data[0]);
    for (uint32_t i = 0; i < value->args.len; i++) {
        const HirExpr *arg = value->args.data[i];
        if (hir_expr_is_place(arg))
            walk_parts(ways, arg);
        else
            walk_value(ways, arg);
        if (arg->kind == HIR_TEMP || !hir_expr_is_place(arg))
            loans_keep(ways, arg->kind == HIR_TEMP ? arg->base : arg);
    }
    for (uint32_t i = 0; i < value->args.len; i++)
        if (hir_expr_is_place(value->args.data[i])) walk_again(ways, value->args.data[i]);
    for (uint32_t i = 0; i < value->args.len; i++)
        if (hir_expr_is_place(value->args.data[i]))
            access(
                ways, value->args.data[i],
                i == 0 && splits_exclusively(value) ? ACCESS_LEND_MUT
                                                    : builtin_access(value->builtin, i),
                value->span
            );
    if (value->builtin == HIR_BUILTIN_SWAP) loans_check_pair(ways, value);
    if (splits_exclusively(value)) walk_split(ways, value);
    loans_release(ways, temps);
    if (value->args.len == 0 || builtin_access(value->builtin, 0) != ACCESS_CHANGE) return;
    Path into = path_of(ways, value->args.data[0]);
    bool fills =
        value->builtin == HIR_BUILTIN_SLICE_FILL || value->builtin == HIR_BUILTIN_SLICE_COPY;
    if (fills) into = path_elements(ways, &into); // a slice's may be elsewhere
    if (hir_type_is_second_class(
            value->args.data[0]->type->elem ? value->args.data[0]->type->elem : value->type
        )) // elements that borrow
        for (uint32_t i = 1; i < value->args.len; i++)
            loans_store(ways, &into, value->args.data[i], false, value->span);
}

// The second way starts where the first does.
static void walk_either(Ways *ways, const HirExpr *first, const HirExpr *second, Span at) {
    State other = state_copy(&ways->state);
    live_node(ways, NULL, LIVE_NOTHING);
    if (first) walk_value(ways, first);
    State done = ways->state;
    ways->state = other;
    live_node(ways, NULL, LIVE_NOTHING);
    if (second) walk_value(ways, second);
    state_join(ways, &ways->state, &done, at);
    live_node(ways, NULL, LIVE_NOTHING);
}

static void walk_else(Ways *ways, const HirExpr *value) {
    walk_value(ways, value->base);
    if (!value->leave) {
        walk_either(ways, NULL, value->args.data[0], value->span);
        return;
    }
    State some = state_copy(&ways->state);
    live_node(ways, NULL, LIVE_NOTHING);
    if (value->local) { // the error of a result
        Path to = path_of_local(value->local);
        declare_local(ways, value->local, true, value->span);
        states_start(ways, &to, value->local->type);
    }
    walk_stmt(ways, value->leave);
    if (value->local) {
        end_locals(ways, ways->endings.len - 1, value->span);
        ways->endings.len--;
    }
    state_join(ways, &ways->state, &some, value->span);
    live_node(ways, NULL, LIVE_NOTHING);
}

static void walk_binary(Ways *ways, const HirExpr *value) {
    if (value->op != HIR_AND && value->op != HIR_OR) {
        walk_all(ways, value);
        return;
    }
    walk_value(ways, value->args.data[0]);
    walk_either(ways, NULL, value->args.data[1], value->span);
}

static void walk_move(Ways *ways, const HirExpr *value) {
    look_at(ways, value->base, ACCESS_MOVE, value->span);
    Path path = path_of(ways, value->base);
    count_endpoints(ways, value->type);
    states_consume(ways, &path, value->type, value->span);
}

static void walk_lend(Ways *ways, const HirExpr *value) {
    look_at(ways, value->base, value->mode == HIR_MUT ? ACCESS_LEND_MUT : ACCESS_LEND, value->span);
    Path path = path_of(ways, value->base);
    count_endpoints(ways, value->type);
    states_lend(ways, &path, value->span);
    if (ways->taken != value) states_lent(ways, value);
}

void walk_value(Ways *ways, const HirExpr *value) {
    switch (value->kind) {
    case HIR_COPY: look_at(ways, value->base, ACCESS_READ, value->span); break;
    case HIR_MOVE: walk_move(ways, value); break;
    case HIR_BORROW:
    case HIR_VIEW:
    case HIR_FORCE_LEND: walk_lend(ways, value); break;
    case HIR_SUBVIEW:
        walk_parts(ways, value->base);
        if (value->lo) walk_value(ways, value->lo);
        if (value->hi) walk_value(ways, value->hi);
        walk_again(ways, value->base);
        access(
            ways, value->base, value->mode == HIR_MUT ? ACCESS_LEND_MUT : ACCESS_LEND, value->span
        );
        break;
    case HIR_NEW_COPY: look_at(ways, value->base, ACCESS_READ, value->span); break;
    case HIR_NEW_ARRAY:
        walk_value(ways, value->lo);
        walk_all(ways, value);
        if (value->base) walk_value(ways, value->base);
        break;
    case HIR_REPEAT:
        walk_all(ways, value);
        walk_value(ways, value->base);
        break;
    case HIR_CALL:
    case HIR_CALL_VALUE: walk_call(ways, value); break;
    case HIR_BUILTIN: walk_builtin(ways, value); break;
    case HIR_BINARY: walk_binary(ways, value); break;
    case HIR_TERNARY:
        walk_value(ways, value->args.data[0]);
        walk_either(ways, value->args.data[1], value->args.data[2], value->span);
        break;
    case HIR_ELSE: walk_else(ways, value); break;
    case HIR_CLOSURE: walk_closure(ways, (HirExpr *)(uintptr_t)value); break;
    case HIR_FAULT: ways->state.dead = true; break;
    default:
        if (value->base) walk_value(ways, value->base);
        walk_all(ways, value);
    }
}

void walk_carried(Ways *ways, const HirExpr *value) {
    if (value->kind == HIR_MOVE && value->type->kind == HIR_TYPE_ENDPOINT)
        look_at(ways, value->base, ACCESS_MOVE, value->span);
    else
        walk_value(ways, value);
}
