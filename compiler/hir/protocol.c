// Ways are found breadth first, so that they are shortest. Standing in is a simulation: pairs of states that are reached
// together, each asked once, from the nearest on.

#include "protocol.h"

#include "base/bits.h"
#include "base/buf.h"

#include <string.h>

// --- ways -------------------------------------------------------------------------------------------------------------------

typedef struct Come { // how a state was reached first
    bool reached;
    uint32_t from, choice; // UINT32_MAX: it is a start
} Come;

static void walk(const HirContract *contract, Come *come, uint32_t *queue, uint32_t queued) {
    for (uint32_t at = 0; at < queued; at++) {
        const HirState *state = &contract->states.data[queue[at]];
        for (uint32_t i = 0; i < state->choices.len; i++) {
            uint32_t next = state->choices.data[i].next;
            if (come[next].reached) continue;
            come[next] = (Come){ true, queue[at], i };
            queue[queued++] = next;
        }
    }
}

static bool tell(Arena *arena, const Come *come, uint32_t to, HirSteps *steps) {
    *steps = (HirSteps){ .start = to };
    if (!come[to].reached) return false;
    uint32_t count = 0;
    for (uint32_t at = to; come[at].from != UINT32_MAX; at = come[at].from)
        count++;
    for (uint32_t i = 0; i < count; i++)
        vec_push(arena, &steps->list, (HirStep){ 0 });
    for (uint32_t at = to; come[at].from != UINT32_MAX; at = come[at].from) {
        steps->list.data[--count] = (HirStep){ come[at].from, come[at].choice };
        steps->start = come[at].from;
    }
    return true;
}

bool hir_steps_between(
    Arena *arena, const HirContract *contract, uint32_t from, uint32_t to, HirSteps *steps
) {
    Come *come = arena_array(arena, Come, contract->states.len);
    uint32_t *queue = arena_array(arena, uint32_t, contract->states.len);
    come[from] = (Come){ true, UINT32_MAX, 0 };
    queue[0] = from;
    walk(contract, come, queue, 1);
    return tell(arena, come, to, steps);
}

bool hir_steps_to(Arena *arena, const HirContract *contract, uint32_t to, HirSteps *steps) {
    if (hir_steps_between(arena, contract, 0, to, steps)) return true;
    Come *come = arena_array(arena, Come, contract->states.len);
    uint32_t *queue = arena_array(arena, uint32_t, contract->states.len), queued = 0;
    for (uint32_t i = 0; i < contract->states.len; i++) {
        if (!contract->states.data[i].is_root) continue;
        come[i] = (Come){ true, UINT32_MAX, 0 };
        queue[queued++] = i;
    }
    walk(contract, come, queue, queued);
    return tell(arena, come, to, steps);
}

const char *hir_choice_text(
    Arena *arena, const Names *names, const HirContract *contract, uint32_t message
) {
    const HirMessage *info = &contract->messages.data[message];
    return arena_printf(arena, "%s%c", names_text(names, info->name), info->is_in ? '?' : '!');
}

const char *hir_steps_text(
    Arena *arena, const Names *names, const HirContract *contract, const HirSteps *steps
) {
    enum { MOST = 40 }; // of which the last are told
    Buf text = { 0 };
    uint32_t first = steps->list.len > MOST ? steps->list.len - MOST : 0;
    if (first) buf_cstr(&text, "... -> ");
    for (uint32_t i = first; i < steps->list.len; i++) {
        const HirStep *step = &steps->list.data[i];
        const HirChoice *choice = &contract->states.data[step->state].choices.data[step->choice];
        buf_printf(
            &text, "%s`%s`", i > first ? " -> " : "",
            hir_choice_text(arena, names, contract, choice->message)
        );
    }
    const char *copy = arena_strndup(arena, (const char *)text.data, text.len);
    buf_free(&text);
    return copy;
}

static bool is_sent_by(const HirContract *contract, HirSide side, const HirChoice *choice) {
    return contract->messages.data[choice->message].is_in == (side == HIR_IMP);
}

bool hir_sends(const HirContract *contract, HirSide side, uint32_t state) {
    const HirState *info = &contract->states.data[state];
    return info->choices.len > 0 && is_sent_by(contract, side, &info->choices.data[0]);
}

bool hir_receives(const HirContract *contract, HirSide side, uint32_t state) {
    const HirState *info = &contract->states.data[state];
    return info->choices.len > 0 && !is_sent_by(contract, side, &info->choices.data[0]);
}

bool hir_inherits(const HirContract *contract, const HirContract *base) {
    for (; contract; contract = contract->base)
        if (contract == base) return true;
    return false;
}

const HirChoice *hir_choice(const HirState *state, uint32_t message) {
    for (uint32_t i = 0; i < state->choices.len; i++)
        if (state->choices.data[i].message == message) return &state->choices.data[i];
    return NULL;
}

// --- standing in ----------------------------------------------------------------------------------------------------------------

typedef struct Pair {
    uint32_t state, seen;
    uint32_t from,
        choice; // the pair before, and the choice of its seen state; UINT32_MAX: the first
} Pair;

typedef struct Game {
    Arena *arena;
    const HirStandIn *ask;
    VEC(Pair) pairs;
    Map *known;       // state and seen -> 1
    BitSet seen_told; // messages that differ are told once
    HirDifferences *out;
} Game;

static void add_pair(Game *game, uint32_t state, uint32_t seen, uint32_t from, uint32_t choice) {
    if (!map_put(game->known, (uint64_t)state << 32 | seen, 1)) return;
    vec_push(game->arena, &game->pairs, (Pair){ state, seen, from, choice });
}

static HirSteps steps_to(Game *game, uint32_t at) {
    HirSteps steps = { .start = game->pairs.data[at].seen };
    uint32_t count = 0;
    for (uint32_t i = at; game->pairs.data[i].from != UINT32_MAX; i = game->pairs.data[i].from)
        count++;
    for (uint32_t i = 0; i < count; i++)
        vec_push(game->arena, &steps.list, (HirStep){ 0 });
    for (uint32_t i = at; game->pairs.data[i].from != UINT32_MAX;) {
        const Pair *pair = &game->pairs.data[i];
        i = pair->from;
        steps.list.data[--count] = (HirStep){ game->pairs.data[i].seen, pair->choice };
        steps.start = game->pairs.data[i].seen;
    }
    return steps;
}

static void differ(Game *game, uint32_t at, HirDifference difference) {
    difference.state = game->pairs.data[at].state;
    difference.seen = game->pairs.data[at].seen;
    difference.steps = steps_to(game, at);
    vec_push(game->arena, game->out, difference);
}

// The row of the same message in the other contract.
static uint32_t counterpart(
    const HirStandIn *ask, const HirContract *in, const HirContract *other, uint32_t message
) {
    if (ask->by_row) return message < other->messages.len ? message : UINT32_MAX;
    const HirMessage *wanted = &in->messages.data[message];
    const Names *mine = in == ask->seen ? ask->seen_names : ask->behind_names,
                *theirs = in == ask->seen ? ask->behind_names : ask->seen_names;
    const char *name = names_text(mine, wanted->name);
    for (uint32_t i = 0; i < other->messages.len; i++)
        if (other->messages.data[i].is_in == wanted->is_in &&
            strcmp(names_text(theirs, other->messages.data[i].name), name) == 0)
            return i;
    return UINT32_MAX;
}

// Who sends may send at most what the other end takes.
static void check_args(
    Game *game, uint32_t at, const HirChoice *choice, const HirChoice *seen, bool holder_sends
) {
    const HirStandIn *ask = game->ask;
    const HirMessage *message = &ask->behind->messages.data[choice->message],
                     *known = &ask->seen->messages.data[seen->message];
    if (bits_get(&game->seen_told, seen->message)) return;
    if (ask->same_args && !ask->same_args(ask->context, message, known)) {
        bits_set(&game->seen_told, seen->message);
        differ(game, at, (HirDifference){ .gap = HIR_GAP_ARGUMENTS, .message = seen->message });
        return;
    }
    for (uint32_t i = 0; i < message->args.len && i < known->args.len; i++) {
        uint64_t takes = message->args.data[i].limit, sends = known->args.data[i].limit;
        if (holder_sends ? sends <= takes : takes <= sends) continue;
        bits_set(&game->seen_told, seen->message);
        differ(
            game, at,
            (HirDifference){ .gap = HIR_GAP_LIMIT, .message = seen->message, .argument = i }
        );
        return;
    }
}

static void play_sends(Game *game, uint32_t at) { // all that the holder may send is taken
    const HirStandIn *ask = game->ask;
    Pair pair = game->pairs.data[at];
    const HirState *behind = &ask->behind->states.data[pair.state],
                   *seen = &ask->seen->states.data[pair.seen];
    for (uint32_t i = 0; i < seen->choices.len; i++) {
        const HirChoice *choice = &seen->choices.data[i];
        uint32_t row = counterpart(ask, ask->seen, ask->behind, choice->message);
        const HirChoice *taken = row == UINT32_MAX ? NULL : hir_choice(behind, row);
        if (!taken) {
            differ(
                game, at, (HirDifference){ .gap = HIR_GAP_NO_MESSAGE, .message = choice->message }
            );
            continue;
        }
        check_args(game, at, taken, choice, true);
        add_pair(game, taken->next, choice->next, at, i);
    }
}

static void play_receives(Game *game, uint32_t at) { // all that may come is known
    const HirStandIn *ask = game->ask;
    Pair pair = game->pairs.data[at];
    const HirState *behind = &ask->behind->states.data[pair.state],
                   *seen = &ask->seen->states.data[pair.seen];
    for (uint32_t i = 0; i < behind->choices.len; i++) {
        const HirChoice *choice = &behind->choices.data[i];
        uint32_t row = counterpart(ask, ask->behind, ask->seen, choice->message);
        const HirChoice *known = row == UINT32_MAX ? NULL : hir_choice(seen, row);
        if (!known) {
            differ(
                game, at, (HirDifference){ .gap = HIR_GAP_SURPRISE, .message = choice->message }
            );
            continue;
        }
        check_args(game, at, choice, known, false);
        add_pair(game, choice->next, known->next, at, (uint32_t)(known - seen->choices.data));
    }
}

static void play(Game *game, uint32_t at) {
    const HirStandIn *ask = game->ask;
    Pair pair = game->pairs.data[at];
    bool sends = hir_sends(ask->seen, ask->side, pair.seen),
         receives = hir_receives(ask->behind, ask->side, pair.state);
    bool turns = (sends && receives) || (hir_receives(ask->seen, ask->side, pair.seen) &&
                                         hir_sends(ask->behind, ask->side, pair.state));
    if (turns)
        differ(game, at, (HirDifference){ .gap = HIR_GAP_TURN, .message = UINT32_MAX });
    else if (sends)
        play_sends(game, at);
    else if (receives)
        play_receives(game, at);
}

bool hir_stands_in(
    Arena *arena, const HirStandIn *ask, uint32_t state, uint32_t seen_state, HirDifferences *out
) {
    Game game = { .arena = arena, .ask = ask, .known = map_new(arena), .out = out };
    uint32_t before = out->len;
    game.seen_told = bits_new(arena, ask->seen->messages.len);
    add_pair(&game, state, seen_state, UINT32_MAX, 0);
    for (uint32_t at = 0; at < game.pairs.len; at++) {
        play(&game, at);
        if (ask->only_first && out->len > before) break;
    }
    return out->len == before;
}
