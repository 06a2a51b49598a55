// What a protocol promises, by itself: the alternatives of a state go one way and begin differently, each state ends or goes on,
// and what can be outstanding in each direction is finite. Each refusal comes with the shortest sequence of messages that shows
// it.
//
// One end sends only after it has received all that the other sent before (its own turn comes later in the protocol), so
// what is outstanding is at most the longest run of messages in one direction.

#include "hir/protocol.h"

#include "check__.h"

#include "base/bits.h"
#include "base/buf.h"

// --- the sequence that shows it ------------------------------------------------------------------------------------------

const char *way_to(Checker *checker, const HirContract *contract, uint32_t state) {
    HirSteps steps;
    if (!hir_steps_to(checker->arena, contract, state, &steps)) return NULL;
    const char *start = text_of(checker, contract->states.data[steps.start].name);
    if (steps.list.len == 0) return arena_printf(checker->arena, "in `%s`, where it starts", start);
    return arena_printf(
        checker->arena, "from `%s` by %s", start,
        hir_steps_text(checker->arena, checker->names, contract, &steps)
    );
}

// As help for what has been reported about the state.
static void show_way(
    Checker *checker, const HirContract *contract, uint32_t state, const char *then
) {
    const char *way = way_to(checker, contract, state);
    if (way) diag_help(checker->diags, "shortest way there: %s; then %s", way, then);
}

static const char *step_text(Checker *checker, const HirContract *contract, uint32_t message) {
    return hir_choice_text(checker->arena, checker->names, contract, message);
}

// --- choices ----------------------------------------------------------------------------------------------------------------

static void report_mixed(
    Checker *checker,
    const HirContract *contract,
    uint32_t row,
    const HirChoice *one,
    const HirChoice *other
) {
    const HirMessage *first = &contract->messages.data[one->message],
                     *second = &contract->messages.data[other->message];
    const HirMessage *notice = first->is_in ? second : first,
                     *asked = first->is_in ? first : second;
    diag_report(
        checker->diags, other->span, E_MIXED_CHOICE,
        text_of(checker, contract->states.data[row].name), text_of(checker, contract->name),
        text_of(checker, first->name), text_of(checker, second->name)
    );
    diag_note(checker->diags, one->span, "the other way here");
    const char *one_text = step_text(checker, contract, one->message),
               *other_text = step_text(checker, contract, other->message);
    show_way(
        checker, contract, row,
        arena_printf(
            checker->arena, "`%s` and `%s` cross, and neither end knows who was first", one_text,
            other_text
        )
    );
    diag_help(
        checker->diags,
        "let `%s` travel on a channel of its own: hand out an endpoint of a contract with that message, and wait for both "
        "with one `switch receive`",
        text_of(checker, notice->name)
    );
    diag_help(
        checker->diags,
        "or let the importer ask for it: an `in` message beside `%s`, which `%s` answers",
        text_of(checker, asked->name), text_of(checker, notice->name)
    );
}

static void report_ambiguous(
    Checker *checker,
    const HirContract *contract,
    uint32_t row,
    const HirChoice *one,
    const HirChoice *other
) {
    const char *message = text_of(checker, contract->messages.data[other->message].name);
    diag_report(
        checker->diags, other->span, E_AMBIGUOUS_CHOICE,
        text_of(checker, contract->states.data[row].name), message
    );
    diag_note(checker->diags, one->span, "the other is here");
    show_way(
        checker, contract, row,
        arena_printf(
            checker->arena, "`%s` leads to two states", step_text(checker, contract, other->message)
        )
    );
}

static bool choices_are_clear(Checker *checker, HirContract *contract, uint32_t row) {
    const HirState *state = &contract->states.data[row];
    Map *seen = map_new(checker->arena); // message -> choice
    for (uint32_t i = 0; i < state->choices.len; i++) {
        const HirChoice *choice = &state->choices.data[i], *first = &state->choices.data[0];
        uint64_t other;
        bool twice = map_get(seen, choice->message, &other);
        bool mixed = contract->messages.data[choice->message].is_in !=
                     contract->messages.data[first->message].is_in;
        if (twice)
            report_ambiguous(checker, contract, row, &state->choices.data[other], choice);
        else if (mixed)
            report_mixed(checker, contract, row, first, choice);
        if (twice || mixed) return false;
        map_put(seen, choice->message, i);
    }
    return true;
}

// A state that is no end and lets nobody send.
static bool goes_on(Checker *checker, const HirContract *contract, uint32_t row) {
    const HirState *state = &contract->states.data[row];
    if (state->choices.len > 0 || state->is_end) return true;
    diag_report(
        checker->diags, state->span, E_STUCK_STATE, text_of(checker, state->name),
        text_of(checker, contract->name)
    );
    show_way(checker, contract, row, "both ends wait for ever");
    diag_help(
        checker->diags,
        "`state %s: end;` ends the protocol; a contract that inherits may go on from there",
        text_of(checker, state->name)
    );
    return false;
}

// --- what can be outstanding -------------------------------------------------------------------------------------------------

typedef struct Run {
    const HirContract *contract;
    bool is_in;
    uint32_t *longest; // per state: longest run of messages this way from here
    uint8_t *stage;    // 0 new, 1 on the way, 2 known
} Run;

static bool goes_this_way(const Run *run, uint32_t state) {
    const HirState *info = &run->contract->states.data[state];
    return info->choices.len > 0 &&
           run->contract->messages.data[info->choices.data[0].message].is_in == run->is_in;
}

// Whether the run from `state` is finite; else `at` is a state that it comes back to. The recursion is as deep as a run of
// one direction, and MOST_STATES bounds that.
static bool measure(Run *run, uint32_t state, uint32_t *longest, uint32_t *at) {
    const HirState *info = &run->contract->states.data[state];
    *longest = 0;
    if (!goes_this_way(run, state)) return true;
    *at = state;
    if (run->stage[state] == 1) return false;
    if (run->stage[state] == 0) {
        run->stage[state] = 1;
        vec_each(HirChoice, choice, &info->choices) {
            uint32_t after;
            if (!measure(run, choice->next, &after, at)) return false;
            if (after + 1 > run->longest[state]) run->longest[state] = after + 1;
        }
        run->stage[state] = 2;
    }
    *longest = run->longest[state];
    return true;
}

// The shortest run from a state back to it that goes one way only.
static HirSteps round_of(Checker *checker, const Run *run, uint32_t state) {
    HirContract only = *run->contract; // the same without what goes the other way
    only.states.data = arena_array(checker->arena, HirState, run->contract->states.len);
    for (uint32_t i = 0; i < run->contract->states.len; i++) {
        only.states.data[i] = run->contract->states.data[i];
        if (!goes_this_way(run, i)) only.states.data[i].choices.len = 0;
    }
    HirSteps best = { 0 };
    bool found = false;
    const HirState *info = &only.states.data[state];
    for (uint32_t i = 0; i < info->choices.len; i++) {
        HirSteps rest, whole = { .start = state };
        if (!hir_steps_between(checker->arena, &only, info->choices.data[i].next, state, &rest) ||
            (found && rest.list.len + 1 >= best.list.len))
            continue;
        vec_push(checker->arena, &whole.list, (HirStep){ state, i });
        vec_each(HirStep, step, &rest.list)
            vec_push(checker->arena, &whole.list, *step);
        best = whole;
        found = true;
    }
    return best;
}

static void report_endless(Checker *checker, const Run *run, uint32_t row) {
    const HirState *state = &run->contract->states.data[row];
    HirSteps round = round_of(checker, run, row);
    const HirChoice *first = &state->choices.data[round.list.data[0].choice];
    diag_report(
        checker->diags, state->span, E_UNBOUNDED_QUEUE, run->is_in ? "importer" : "exporter",
        text_of(checker, run->contract->name),
        text_of(checker, run->contract->messages.data[first->message].name)
    );
    show_way(
        checker, run->contract, row,
        arena_printf(
            checker->arena, "%s again and again",
            hir_steps_text(checker->arena, checker->names, run->contract, &round)
        )
    );
    diag_help(checker->diags, "let the receiver answer once in a while: a queue has a fixed size");
}

static bool bound(Checker *checker, const HirContract *contract, bool is_in, uint32_t *most) {
    Run run = { contract, is_in, arena_array(checker->arena, uint32_t, contract->states.len),
                arena_array(checker->arena, uint8_t, contract->states.len) };
    uint32_t longest, at = 0;
    *most = 0;
    for (uint32_t i = 0; i < contract->states.len; i++) {
        if (!measure(&run, i, &longest, &at)) {
            report_endless(checker, &run, at);
            return false;
        }
        *most = longest > *most ? longest : *most;
    }
    return true;
}

void check_protocol(Checker *checker, HirContract *contract) {
    bool good = true;
    for (uint32_t i = 0; i < contract->states.len; i++)
        good = choices_are_clear(checker, contract, i) && goes_on(checker, contract, i) && good;
    contract->broken = !good || !bound(checker, contract, true, &contract->in_bound) ||
                       !bound(checker, contract, false, &contract->out_bound);
}

// --- once it is known what the program names ---------------------------------------------------------------------------------

// A base's states may be named by what goes by the base.
static void take_roots(HirContract *contract) {
    const HirContract *base = contract->base;
    if (!base || contract->has_roots) return;
    contract->has_roots = true;
    take_roots((HirContract *)(uintptr_t)base);
    for (uint32_t i = 0; i < contract->inherited_states && i < base->states.len; i++)
        if (base->states.data[i].is_root) contract->states.data[i].is_root = true;
}

static BitSet reached(Checker *checker, const HirContract *contract) {
    BitSet seen = bits_new(checker->arena, contract->states.len);
    VEC(uint32_t) work = { 0 };
    for (uint32_t i = 0; i < contract->states.len; i++) {
        if (i > 0 && !contract->states.data[i].is_root) continue;
        bits_set(&seen, i);
        vec_push(checker->arena, &work, i);
    }
    while (work.len) {
        const HirState *state = &contract->states.data[vec_pop(&work)];
        vec_each(HirChoice, choice, &state->choices) {
            if (bits_get(&seen, choice->next)) continue;
            bits_set(&seen, choice->next);
            vec_push(checker->arena, &work, choice->next);
        }
    }
    return seen;
}

// The first declared state that leads to it, itself out of reach; NULL: none does.
static const char *led_to_by(Checker *checker, const HirContract *contract, uint32_t row) {
    HirSteps steps;
    for (uint32_t i = 0; i < contract->states.len; i++)
        if (i != row && !contract->states.data[i].is_implicit &&
            hir_steps_between(checker->arena, contract, i, row, &steps))
            return text_of(checker, contract->states.data[i].name);
    return NULL;
}

static void check_reachable(Checker *checker, HirContract *contract) {
    take_roots(contract);
    BitSet seen = reached(checker, contract);
    for (uint32_t i = 0; i < contract->states.len; i++) {
        const HirState *state = &contract->states.data[i];
        bool said = i < contract->inherited_states && !state->is_overridden; // of the base
        if (bits_get(&seen, i) || state->is_implicit || said) continue;
        diag_report(
            checker->diags, state->span, E_UNREACHABLE_STATE, text_of(checker, state->name),
            text_of(checker, contract->name)
        );
        const char *before = led_to_by(checker, contract, i);
        if (before)
            diag_help(
                checker->diags,
                "no sequence of messages leads here: only `%s` does, which cannot be reached either",
                before
            );
        else
            diag_help(
                checker->diags,
                "no sequence of messages leads here, no type names it, and no `channel %s:%s(...)` begins here",
                text_of(checker, contract->name), text_of(checker, state->name)
            );
    }
}

static void check_used(Checker *checker, const HirContract *contract) {
    BitSet used = bits_new(checker->arena, contract->messages.len);
    vec_each(HirState, state, &contract->states)
        vec_each(HirChoice, choice, &state->choices)
            bits_set(&used, choice->message);
    for (uint32_t i = contract->inherited_messages; i < contract->messages.len; i++)
        if (!bits_get(&used, i))
            diag_report(
                checker->diags, contract->messages.data[i].span, E_UNUSED_MESSAGE,
                text_of(checker, contract->messages.data[i].name), text_of(checker, contract->name)
            );
}

// The first state in which a message goes; UINT32_MAX: none.
static uint32_t state_of_message(const HirContract *contract, uint32_t message) {
    for (uint32_t i = 0; i < contract->states.len; i++)
        if (hir_choice(&contract->states.data[i], message)) return i;
    return UINT32_MAX;
}

// Which part of a type keeps it here: "`Wrapped` has `fn void(u32)` in it". NULL: it is the type itself.
static const HirType *part_that_stays(const HirType *type, uint32_t depth) {
    if (hir_type_is_sendable(type) || depth == 0) return NULL;
    const HirType *found = NULL;
    if (type->kind == HIR_TYPE_STRUCT && !type->structure->is_ref) {
        for (uint32_t i = 0; i < type->structure->fields.len && !found; i++)
            found = part_that_stays(type->structure->fields.data[i].type, depth - 1);
    } else if (type->kind == HIR_TYPE_ENUM) {
        vec_each(HirVariant, variant, &type->enumeration->variants)
            for (uint32_t i = 0; i < variant->fields.len && !found; i++)
                found = part_that_stays(variant->fields.data[i].type, depth - 1);
    } else if (type->elem) {
        found = part_that_stays(type->elem, depth - 1);
    }
    return found ? found : type;
}

static void check_sendable(Checker *checker, const HirContract *contract) {
    for (uint32_t m = contract->inherited_messages; m < contract->messages.len; m++) {
        vec_each(HirArg, arg, &contract->messages.data[m].args) {
            if (is_error(arg->type) || hir_type_is_sendable(arg->type)) continue;
            const HirType *part = part_that_stays(arg->type, 16);
            diag_report(
                checker->diags, arg->span, E_NOT_SENDABLE, type_text(checker, arg->type),
                hir_type_is_second_class(part) ? "it is a borrow of this process's memory"
                                               : "it means something in this process only"
            );
            if (part != arg->type)
                diag_help(checker->diags, "it has a `%s` in it", type_text(checker, part));
            uint32_t state = state_of_message(contract, m);
            if (state != UINT32_MAX)
                show_way(
                    checker, contract, state,
                    arena_printf(
                        checker->arena, "`%s` would carry it", step_text(checker, contract, m)
                    )
                );
            if (part->kind == HIR_TYPE_GROW)
                diag_help(
                    checker->diags, "an `%s` is sent: `x.seal()` makes one of it",
                    type_text(checker, hir_type_slice(checker->types, HIR_OWN, part->elem))
                );
            else
                diag_help(
                    checker->diags,
                    "send what is owned (`own T*`, `own T[]`, `own str`) or a plain value"
                );
        }
    }
}

// What names a state of an instance names it in the definition, which is asked for all of them.
static void share_roots(const Checker *checker) {
    vec_each(Decl *, it, &checker->decls) {
        const Decl *decl = *it, *definition = decl->generic ? decl->generic->definition : NULL;
        if (decl->kind != DECL_CONTRACT || !definition || definition == decl) continue;
        HirContract *whole = definition->contract, *instance = decl->contract;
        for (uint32_t i = 0; i < whole->states.len && i < instance->states.len; i++)
            if (instance->states.data[i].is_root) whole->states.data[i].is_root = true;
    }
}

void check_contracts(Checker *checker) {
    share_roots(checker);
    for (uint32_t i = 0; i < checker->decls.len; i++) {
        const Decl *decl = checker->decls.data[i];
        if (decl->kind != DECL_CONTRACT || decl->contract->broken) continue;
        if (decl->generic && !decl->is_definition)
            continue; // what is sent was asked when it was made
        check_used(checker, decl->contract);
        check_reachable(checker, decl->contract);
        check_sendable(checker, decl->contract);
    }
    check_weights(checker);
}
