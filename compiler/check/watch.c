// What a watcher is told of the ways through a body: states of endpoints, loans, drops. Nothing is decided here.

#include "ways.h"

static bool is_watched(const Ways *ways, Span at) {
    const CheckWatch *watch = ways->checker->watch;
    return watch && watch->see && !ways->counting && !ways->state.dead && at.file == watch->file;
}

static void tell(const Ways *ways, const CheckFact *fact) {
    const CheckWatch *watch = ways->checker->watch;
    watch->see(watch->context, fact);
}

// The local that a loan's tag numbers; NULL: it is a value that waits for the operation that takes it.
static const HirLocal *holder_of(const Ways *ways, uint32_t tag) {
    return tag < ways->fn->locals.len ? ways->fn->locals.data[tag] : NULL;
}

void watch_use(Ways *ways, const HirExpr *local) {
    if (!is_watched(ways, local->span) || !local->local->name) return;
    for (uint32_t i = 0; i < ways->state.held.len; i++) {
        const Fact *loan = &ways->state.held.data[i];
        const HirLocal *holder = holder_of(ways, loan->tag);
        if (loan->path.local != local->local || loan->value == LOAN_FROM || !holder) continue;
        if (!holder->name || !is_live(ways, loan->tag)) continue;
        tell(
            ways, &(CheckFact){ .kind = CHECK_FACT_LENT,
                                .is_exclusive = loan->value == LOAN_EXCLUSIVE,
                                .at = local->span,
                                .since = loan->at,
                                .local = local->local,
                                .holder = holder,
                                .path = path_text(ways, &loan->path) }
        );
    }
}

void watch_endpoint(Ways *ways, const HirExpr *place, const Path *path) {
    if (place->type->kind != HIR_TYPE_ENDPOINT || !is_watched(ways, place->span)) return;
    const Fact *known = state_known(ways, path);
    if (!known) return;
    tell(
        ways, &(CheckFact){ .kind = CHECK_FACT_STATE,
                            .at = place->span,
                            .since = known->at,
                            .local = path->local,
                            .path = path_text(ways, path),
                            .type = place->type,
                            .state = known->value }
    );
}

void watch_goes(Ways *ways, const Path *path, uint32_t state, Span at) {
    // A `receive` has both ways at one place, and that on which the peer is gone ends there.
    bool follows = path->type && path->type->kind == HIR_TYPE_ENDPOINT && state != STATE_CLOSED;
    if (!follows || !is_watched(ways, at)) return;
    tell(
        ways, &(CheckFact){ .kind = CHECK_FACT_GOES,
                            .at = at,
                            .local = path->local,
                            .path = path_text(ways, path),
                            .type = path->type,
                            .state = state }
    );
}

void watch_ends(Ways *ways, const HirLocal *local, Span at) {
    Path path = path_of_local(local);
    if (!is_watched(ways, at) || !local->name || !hir_type_is_owner(local->type) ||
        !moves_has_value(&ways->state, &path))
        return;
    tell(ways, &(CheckFact){ .kind = CHECK_FACT_DROPPED, .at = at, .local = local });
}
