// Typestate: in which state each endpoint is, on every way. Sends and receives are transitions of the contract; at a
// join the states agree. An endpoint whose peer is known to be gone is `closed`, which agrees with any state.
//
// Followed are endpoints in locals, in their fields, and behind exclusive borrows of endpoints; astray.c adds those in memory.

#include "ways.h"

#include "hir/protocol.h"

const char *state_text(Ways *ways, const HirType *type, uint32_t state) {
    if (state == STATE_CLOSED) return "closed";
    if (state == HIR_ANY_STATE) return "any";
    return text_of(ways->checker, type->contract->states.data[state].name);
}

Fact *state_of(Ways *ways, const Path *path) {
    if (!path->local || ways->state.dead) return NULL;
    const Fact *lead = lead_of(ways, path);
    if (lead) return lead->to ? state_of(ways, lead->to) : NULL;
    return facts_find(&ways->state.states, 0, path);
}

Fact *state_known(Ways *ways, const Path *path) {
    Fact *known = state_of(ways, path);
    if (known || !path->local || ways->state.dead || lead_of(ways, path)) return known;
    return is_in_memory(path) && may_be_followed(path) ? state_at_rest(ways, path) : NULL;
}

void state_moves(Fact *known, uint32_t state, Span at) {
    known->value = state;
    known->at = at;
}

// In memory one whose peer is gone is at rest at once: who comes by knows no more of it than its type. Nobody has to close it.
void state_goes(Ways *ways, const Fact *known, uint32_t state, Span at) {
    Path path = known->path;
    Fact *kept = facts_find(&ways->state.states, 0, &path);
    watch_goes(ways, &path, state, at);
    if (state != path.type->state && is_in_memory(&path)) ways->astray = true;
    if (state == STATE_CLOSED && is_in_memory(&path))
        facts_remove(&ways->state.states, 0, &path);
    else if (kept)
        state_moves(kept, state, at);
    else
        facts_add(&ways->state.states, (Fact){ .path = path, .value = state, .at = at });
}

// Of a contract that is wrong nothing is known.
static void set_state(Ways *ways, const Path *path, uint32_t state, Span at) {
    if (path->type && path->type->kind == HIR_TYPE_ENDPOINT && path->type->contract->broken) return;
    Fact *known = state_of(ways, path);
    if (known)
        state_moves(known, state, at);
    else if (path->local && !ways->state.dead)
        facts_add(&ways->state.states, (Fact){ .path = *path, .value = state, .at = at });
}

static Path longer(Ways *ways, const Path *path, Step step, const HirType *type) {
    Step *steps = arena_array(&ways->arena, Step, path->count + 1);
    for (uint32_t i = 0; i < path->count; i++)
        steps[i] = path->steps[i];
    steps[path->count] = step;
    return (Path){ path->local, steps, path->count + 1, type };
}

void states_start(Ways *ways, const Path *path, const HirType *type) {
    if (type->kind == HIR_TYPE_ENDPOINT) set_state(ways, path, type->state, path->local->span);
    if (type->kind == HIR_TYPE_PTR && type->mode == HIR_MUT &&
        type->elem->kind == HIR_TYPE_ENDPOINT) {
        Path behind = longer(ways, path, (Step){ .kind = STEP_DEREF }, type->elem);
        set_state(ways, &behind, type->elem->state, path->local->span);
    }
    if (type->kind != HIR_TYPE_STRUCT || !hir_type_has_endpoint(type)) return;
    for (uint32_t i = 0; i < type->structure->fields.len; i++) {
        const HirType *field_type = type->structure->fields.data[i].type;
        Path field = longer(ways, path, (Step){ .kind = STEP_FIELD, .n = i }, field_type);
        states_start(ways, &field, field_type);
    }
}

// --- moving ------------------------------------------------------------------------------------------------------------------

void states_carry(Ways *ways, const Path *to, const HirExpr *value) {
    if (value->type->kind == HIR_TYPE_PTR && value->type->elem->kind == HIR_TYPE_ENDPOINT) {
        states_point(ways, to->local, value);
        return;
    }
    if (value->kind == HIR_MOVE && value->type->kind == HIR_TYPE_ENDPOINT) {
        Path from = path_of(ways, value->base);
        const Fact *known = state_known(ways, &from);
        if (known) {
            uint32_t state = known->value;
            facts_remove(&ways->state.states, 0, &from);
            set_state(ways, to, state, value->span);
            return;
        }
    }
    states_start(ways, to, value->type);
}

void states_stated(Ways *ways, const HirLocal *local, const HirExpr *value) {
    bool asked = local->is_stated && local->type->kind == HIR_TYPE_ENDPOINT &&
                 value->kind == HIR_MOVE && !ways->counting && !ways->state.dead;
    if (!asked) return;
    Path from = path_of(ways, value->base);
    const Fact *known = state_known(ways, &from);
    if (known) state_expect(ways, known, local->type, value->span);
}

void states_leave(Ways *ways, const HirExpr *value) {
    if (value->kind != HIR_MOVE) return;
    Path from = path_of(ways, value->base);
    if (from.local && !ways->state.dead) facts_remove(&ways->state.states, 0, &from);
}

void states_upcast(Ways *ways, const HirExpr *value) {
    const HirExpr *arg = value->args.data[0];
    uint32_t state = arg->type->state;
    const char *name = "this";
    if (ways->state.dead) return;
    if (arg->kind == HIR_MOVE) {
        Path from = path_of(ways, arg->base);
        const Fact *known = state_of(ways, &from);
        if (known) state = known->value;
        name = path_text(ways, &from);
    }
    if (state != STATE_CLOSED) check_upcast(ways, value, state, name);
}

// Where the endpoint got into its state, unless it began in it.
void state_note(Ways *ways, const Fact *fact) {
    if (!same_span(fact->at, fact->path.local->span))
        diag_note(
            ways->checker->diags, fact->at, "in state `%s` since here",
            state_text(ways, fact->path.type, fact->value)
        );
}

void state_expect(Ways *ways, const Fact *fact, const HirType *want, Span at) {
    if (ways->counting || fact->value == want->state || fact->value == STATE_CLOSED ||
        fact->where == STATE_SAID)
        return;
    diag_report(
        ways->checker->diags, at, E_STATE_EXPECTED, path_text(ways, &fact->path),
        state_text(ways, fact->path.type, fact->value), state_text(ways, want, want->state)
    );
    state_note(ways, fact);
}

void states_consume(Ways *ways, const Path *path, const HirType *want, Span at) {
    if (!path->local || ways->state.dead) return;
    const Fact *known = state_known(ways, path);
    if (known && want && want->kind == HIR_TYPE_ENDPOINT) state_expect(ways, known, want, at);
    Facts *states = &ways->state.states;
    for (uint32_t i = 0; i < states->len;) {
        Fact fact = states->data[i];
        if (!path_starts(&fact.path, path)) {
            i++;
            continue;
        }
        if (fact.path.count > path->count && want) // a field of what moves as a whole
            state_expect(ways, &fact, fact.path.type, at);
        facts_remove(states, 0, &fact.path);
    }
}

void states_lend(Ways *ways, const Path *path, Span at) {
    if (!path->local || ways->state.dead) return;
    for (uint32_t i = 0; i < ways->state.states.len; i++) {
        const Fact *fact = &ways->state.states.data[i];
        bool inside = fact->path.count > path->count && path_starts(&fact->path, path);
        if (inside && fact->path.steps[path->count].kind == STEP_FIELD)
            state_expect(ways, fact, fact->path.type, at);
    }
}

// The first state in which the holder sends; HIR_NO_STATE: there is none.
static uint32_t sending_state(const HirType *type) {
    for (uint32_t i = 0; i < type->contract->states.len; i++)
        if (hir_sends(type->contract, type->side, i)) return i;
    return HIR_NO_STATE;
}

void states_erase(Ways *ways, HirExpr *value) {
    if (ways->state.dead || ways->counting) return;
    const HirType *type = value->type;
    Path path = { 0 };
    if (value->kind == HIR_MOVE) path = path_of(ways, value->base);
    const Fact *known = value->kind == HIR_MOVE ? state_of(ways, &path) : NULL;
    uint32_t state = known ? known->value : type->state;
    if (state == STATE_CLOSED) state = sending_state(type);
    bool sends = state < HIR_ANY_STATE && hir_sends(type->contract, type->side, state);
    if (state < HIR_ANY_STATE)
        value->type = hir_type_endpoint(ways->checker->types, type->contract, type->side, state);
    if (!sends)
        diag_report(
            ways->checker->diags, value->span, E_ERASED_IN_STATE,
            state == HIR_NO_STATE ? "closed" : state_text(ways, type, state)
        );
}

// What is not followed is in the state that its type names, before and afterwards.
static void lend_unfollowed(
    Ways *ways, const HirExpr *arg, const HirType *want, uint32_t promised
) {
    const HirType *type = arg->base->type;
    if (ways->state.dead || ways->counting || type->contract->broken) return;
    if (want->state == type->state && promised == type->state) return;
    diag_report(
        ways->checker->diags, arg->span, E_ENDPOINT_NOT_FOLLOWED,
        place_text(ways->checker, arg->base)
    );
    diag_help(
        ways->checker->diags, "it is lent in state `%s` and must come back in it",
        state_text(ways, type, type->state)
    );
}

// A call borrows endpoints in the state that its parameters name and leaves them in the one that it promises.
void states_after_call(Ways *ways, const HirExpr *call, const HirSig *sig) {
    for (uint32_t i = 0; i < call->args.len; i++) {
        const HirExpr *arg = call->args.data[i];
        bool borrowed = arg->kind == HIR_BORROW && arg->mode == HIR_MUT &&
                        arg->type->elem->kind == HIR_TYPE_ENDPOINT;
        if (!borrowed) continue;
        Path path = path_of(ways, arg->base);
        const Fact *known = state_known(ways, &path);
        if (known) {
            state_expect(ways, known, sig->params.data[i]->elem, arg->span);
            state_goes(ways, known, sig->promises.data[i], arg->span);
        } else {
            lend_unfollowed(ways, arg, sig->params.data[i]->elem, sig->promises.data[i]);
        }
    }
}

// --- captures -----------------------------------------------------------------------------------------------------------------

static bool lends_endpoint(const HirExpr *arg) {
    return arg->kind == HIR_BORROW && arg->type->elem->kind == HIR_TYPE_ENDPOINT;
}

void states_captured(Ways *ways, const HirExpr *arg) {
    if (!lends_endpoint(arg)) return;
    Path path = path_of(ways, arg->base);
    const Fact *known = state_known(ways, &path);
    if (known) state_expect(ways, known, arg->type->elem, arg->span);
}

void states_capture(Ways *ways, HirExpr *closure) {
    HirFn *fn = (HirFn *)(uintptr_t)closure->fn;
    uint32_t first = fn->sig.params.len - closure->args.len;
    for (uint32_t i = 0; i < closure->args.len; i++) {
        HirExpr *arg = closure->args.data[i];
        if (!lends_endpoint(arg)) continue;
        Path path = path_of(ways, arg->base);
        const Fact *known = state_of(ways, &path);
        const HirType *held = arg->type->elem;
        if (known && known->value != STATE_CLOSED)
            held =
                hir_type_endpoint(ways->checker->types, held->contract, held->side, known->value);
        arg->type = hir_type_ptr(ways->checker->types, arg->mode, held);
        fn->locals.data[first + i]->type = fn->sig.params.data[first + i] = arg->type;
        fn->sig.promises.data[first + i] = HIR_NO_STATE;
        default_promise(arg->type, &fn->sig.promises.data[first + i]);
    }
}

// --- sending ------------------------------------------------------------------------------------------------------------------

// Each of the borrows that the local may be.
static void say_all_lent(Ways *ways, const Fact *lead) {
    bool said = false;
    for (uint32_t i = 0; i < ways->state.held.len; i++) {
        const Fact *loan = &ways->state.held.data[i];
        if (loan->tag != lead->path.local->number || loan->value == LOAN_FROM) continue;
        diag_note(ways->checker->diags, loan->at, "borrowed here");
        said = true;
    }
    if (!said) diag_note(ways->checker->diags, lead->at, "borrowed here");
}

static void say_not_followed(Ways *ways, const HirExpr *endpoint, const Path *path) {
    Checker *checker = ways->checker;
    const Fact *lead = lead_of(ways, path);
    if (lead) {
        diag_report(
            checker->diags, endpoint->span, E_SEVERAL_ENDPOINTS,
            text_of(checker, lead->path.local->name)
        );
        say_all_lent(ways, lead);
        return;
    }
    const char *name = place_text(checker, endpoint);
    diag_report(checker->diags, endpoint->span, E_ENDPOINT_NOT_FOLLOWED, name);
    diag_help(
        checker->diags, "a borrow of it in a local is: `%s* e = &%s;`",
        type_text(checker, endpoint->type), name
    );
}

Fact *state_tracked(Ways *ways, const HirExpr *endpoint) {
    Path path = path_of(ways, endpoint);
    Fact *known = state_known(ways, &path);
    bool is_lead = path.local && lead_of(ways, &path);
    if (!known && !ways->state.dead && !endpoint->type->contract->broken &&
        (is_lead || !may_be_followed(&path)))
        say_not_followed(ways, endpoint, &path);
    return known;
}

const char *state_why_not(const HirType *type, uint32_t state, bool sends) {
    if (state == STATE_CLOSED) return "";
    if (state == HIR_ANY_STATE) return ", of which only the contract is known";
    const HirState *info = &type->contract->states.data[state];
    if (info->choices.len == 0) return ", where the protocol ends";
    if (hir_sends(type->contract, type->side, state) == sends) return "";
    return sends ? ", in which the other end sends" : ", in which this end sends";
}

// What may happen in the state, for the holder of that end.
static void say_allowed(Ways *ways, const HirType *type, uint32_t state) {
    Checker *checker = ways->checker;
    const HirState *info = &type->contract->states.data[state];
    const char *list = NULL;
    for (uint32_t i = 0; i < info->choices.len && i < 12; i++)
        list = state_listed(
            ways, list, ", ",
            text_of(checker, type->contract->messages.data[info->choices.data[i].message].name)
        );
    if (list)
        diag_help(
            checker->diags, "in `%s` this end %s %s%s", text_of(checker, info->name),
            hir_sends(type->contract, type->side, state) ? "may send" : "waits for", list,
            info->choices.len > 12 ? ", ..." : ""
        );
    const char *way = way_to(checker, type->contract, state);
    if (way && state != 0)
        diag_help(checker->diags, "shortest way to `%s`: %s", text_of(checker, info->name), way);
}

// The shortest way from here to where the message may go.
static void say_way_on(Ways *ways, const HirType *type, uint32_t state, uint32_t message) {
    Checker *checker = ways->checker;
    const HirContract *contract = type->contract;
    HirSteps best = { 0 };
    uint32_t found = UINT32_MAX;
    for (uint32_t i = 0; i < contract->states.len; i++) {
        HirSteps steps;
        if (!hir_choice(&contract->states.data[i], message) ||
            !hir_steps_between(checker->arena, contract, state, i, &steps) ||
            (found != UINT32_MAX && steps.list.len >= best.list.len))
            continue;
        best = steps;
        found = i;
    }
    if (found == UINT32_MAX)
        diag_help(
            checker->diags, "no way leads from `%s` to a state with `%s`",
            text_of(checker, contract->states.data[state].name),
            text_of(checker, contract->messages.data[message].name)
        );
    else if (best.list.len > 0)
        diag_help(
            checker->diags, "`%s` belongs to `%s`, from here by %s",
            text_of(checker, contract->messages.data[message].name),
            text_of(checker, contract->states.data[found].name),
            hir_steps_text(checker->arena, checker->names, contract, &best)
        );
}

void state_explain(Ways *ways, const Fact *known, uint32_t message) {
    if (known->value >= HIR_ANY_STATE) return; // closed, or of any contract
    say_allowed(ways, known->path.type, known->value);
    say_way_on(ways, known->path.type, known->value, message);
}

void states_send(Ways *ways, const HirStmt *stmt) {
    const HirType *type = stmt->place->type;
    Fact *known = state_tracked(ways, stmt->place);
    if (!known) return;
    const HirState *state =
        known->value >= HIR_ANY_STATE ? NULL : &type->contract->states.data[known->value];
    const HirChoice *choice = state ? hir_choice(state, stmt->message) : NULL;
    if (choice) {
        state_goes(ways, known, choice->next, stmt->span);
        return;
    }
    const char *message = text_of(ways->checker, type->contract->messages.data[stmt->message].name);
    diag_report(
        ways->checker->diags, stmt->span, E_SEND_IN_STATE, message, path_text(ways, &known->path),
        state_text(ways, type, known->value), state_why_not(type, known->value, true)
    );
    state_note(ways, known);
    state_explain(ways, known, stmt->message);
    Path path = known->path;
    facts_remove(&ways->state.states, 0, &path); // nothing follows from it
}

// --- ends of ways ------------------------------------------------------------------------------------------------------------------

void states_return(Ways *ways, Span at) {
    if (ways->state.dead || ways->counting) return;
    states_leave_memory(ways, at);
    for (uint32_t i = 0; i < ways->fn->sig.params.len; i++) {
        const HirType *type = ways->fn->sig.params.data[i];
        uint32_t promise = ways->fn->sig.promises.data[i];
        if (promise == HIR_NO_STATE || type->kind != HIR_TYPE_PTR) continue;
        Path param = path_of_local(ways->fn->locals.data[i]);
        Path behind = longer(ways, &param, (Step){ .kind = STEP_DEREF }, type->elem);
        Fact *known = state_of(ways, &behind);
        if (known && known->value != promise && known->value != STATE_CLOSED)
            diag_report(
                ways->checker->diags, at, E_PROMISE_BROKEN,
                text_of(ways->checker, param.local->name), state_text(ways, type->elem, promise),
                state_text(ways, type->elem, known->value)
            );
    }
}

// At the end of a block, on a line of its own if the brace has one. Where a `return` drops it the result may need it still.
static void fix_close(Checker *checker, const Fact *dropped, uint32_t count, Span at) {
    Str text = source_text(checker->program->map, at.file);
    if (at.end > text.len || at.end - at.start != 1 || text.ptr[at.start] != '}') return;
    uint32_t line = at.start;
    while (line > 0 && (text.ptr[line - 1] == ' ' || text.ptr[line - 1] == '\t'))
        line--;
    bool alone = line > 0 && text.ptr[line - 1] == '\n';
    int indent = (int)(at.start - line);
    const char *tab = indent > 0 && text.ptr[line] == '\t' ? "\t" : "    ", *close = "";
    uint32_t named = 0;
    for (uint32_t i = 0; i < count; i++) {
        const HirLocal *local = dropped[i].path.local;
        const char *name = local->name ? text_of(checker, local->name) : "";
        if (dropped[i].path.count > 0 || !*name) continue;
        named++;
        close = alone ? arena_printf(
                            checker->arena, "%s%.*s%sclose(%s);\n", close, indent, text.ptr + line,
                            tab, name
                        )
                      : arena_printf(checker->arena, "%sclose(%s); ", close, name);
    }
    uint32_t place = alone ? line : at.start;
    if (named > 0)
        diag_fix(
            checker->diags, (Span){ at.file, place, place }, close, "close %s here",
            named > 1 ? "them" : "it"
        );
}

static bool is_dropped(Ways *ways, const Fact *fact) { // with something left of its protocol
    for (uint32_t k = 0; k < fact->path.count; k++)    // behind a borrow: it is not dropped here
        if (fact->path.steps[k].kind == STEP_DEREF && !fact->path.steps[k].owned) return false;
    if (fact->value == STATE_CLOSED || !moves_has_value(&ways->state, &fact->path)) return false;
    return fact->value == HIR_ANY_STATE ||
           !fact->path.type->contract->states.data[fact->value].is_end;
}

void states_find_dropped(Ways *ways, const HirLocal *local, Facts *dropped) {
    if (ways->state.dead || ways->counting || ways->checker->in_instance ||
        diags_errors(ways->checker->diags) > ways->errors)
        return; // a warning would follow from what is wrong
    for (uint32_t i = 0; i < ways->state.states.len; i++) {
        const Fact *fact = &ways->state.states.data[i];
        if (fact->path.local == local && is_dropped(ways, fact)) facts_add(dropped, *fact);
    }
}

// Those that one place drops are told together, in the order in which they were declared.
void states_tell_dropped(Ways *ways, const Facts *dropped, Span at) {
    Checker *checker = ways->checker;
    if (dropped->len == 0) return;
    const Fact *first = &dropped->data[0];
    diag_report(
        checker->diags, at, E_ENDPOINT_DROPPED, path_text(ways, &first->path),
        state_text(ways, first->path.type, first->value)
    );
    for (uint32_t i = 1; i < dropped->len; i++) {
        const Fact *fact = &dropped->data[i];
        diag_note(
            checker->diags, fact->path.local->span, "so is `%s`, in state `%s`",
            path_text(ways, &fact->path), state_text(ways, fact->path.type, fact->value)
        );
    }
    fix_close(checker, dropped->data, dropped->len, at);
}

void states_dropped(Ways *ways, const HirLocal *local, Span at) {
    Facts dropped = { 0 };
    states_find_dropped(ways, local, &dropped);
    states_tell_dropped(ways, &dropped, at);
    facts_free(&dropped);
}

// In memory it is at rest where nothing else is said.
static const Fact *known_in(Ways *ways, const State *state, const Path *path) {
    const Fact *known = facts_find(&state->states, 0, path);
    Path local = path_of_local(path->local);
    bool leads = facts_find(&state->leads, 0, &local) != NULL;
    if (known || leads || !is_in_memory(path) || !moves_has_value(state, path)) return known;
    return state_at_rest(ways, path);
}

static void rest_alike(Ways *ways, State *into, const State *from) {
    for (uint32_t i = 0; i < from->states.len; i++) {
        const Fact *known = &from->states.data[i];
        const Fact *rest = is_in_memory(&known->path) ? known_in(ways, into, &known->path) : NULL;
        if (rest) facts_add(&into->states, *rest);
    }
}

void states_join(Ways *ways, State *into, const State *from, Span at) {
    rest_alike(ways, into, from);
    states_join_leads(into, from);
    for (uint32_t i = 0; i < into->states.len;) {
        Fact *fact = &into->states.data[i];
        const Fact *other = known_in(ways, from, &fact->path);
        if (!other) { // moved there
            Path path = fact->path;
            facts_remove(&into->states, 0, &path);
            continue;
        }
        if (fact->value == STATE_CLOSED) {
            state_moves(fact, other->value, other->at);
        } else if (!ways->counting && other->value != STATE_CLOSED && other->value != fact->value &&
                   is_news(ways, other)) {
            diag_report(
                ways->checker->diags, at, E_STATES_DISAGREE, path_text(ways, &fact->path),
                state_text(ways, fact->path.type, fact->value),
                state_text(ways, fact->path.type, other->value)
            );
            state_note(ways, fact);
            state_note(ways, other);
            if (is_in_memory(&fact->path)) fact->where = STATE_SAID;
        }
        i++;
    }
}
