// Where SIR's places lead: through fields, boxes and borrows to a part of a local of some frame. What is no endpoint and
// no small constant is not kept, and a place of it leads nowhere.

#include "deadlock__.h"

Frame *deadlock__mover_frame(const Mover *mover) {
    return &mover->machine->frames[mover->machine->count - 1];
}

const SirFuncInfo *deadlock__mover_func(const Mover *mover) {
    return &mover->program->module->funcs.data[deadlock__mover_frame(mover)->func];
}

void deadlock__mover_lose(Mover *mover, const char *why) {
    if (!mover->machine->lost) mover->machine->lost = why;
}

bool deadlock__mover_holds(const Mover *mover, SirType type) {
    return type == SIR_NONE || mover->program->holds[type];
}

SirType deadlock__mover_place_type(const Mover *mover, const SirPlace *place) {
    return sir_place_type(mover->program->module, deadlock__mover_func(mover), place);
}

// --- spots -------------------------------------------------------------------------------------------------------

// The last part of a path may be a window: some elements in a row, of which a slice knows.
enum { WINDOW = 1u << 31, WINDOW_BITS = 12, WINDOW_MASK = (1 << WINDOW_BITS) - 1 };

static bool is_window(uint32_t part) {
    return part & WINDOW;
}

static uint32_t window_first(uint32_t window) {
    return window >> WINDOW_BITS & WINDOW_MASK;
}

static uint32_t window_count(uint32_t window) {
    return window & WINDOW_MASK;
}

static void spot_add(Spot *spot, uint64_t part) {
    uint32_t last = spot->depth ? spot->path[spot->depth - 1] : 0;
    if (is_window(last)) {
        spot->depth--;
        if (part >= window_count(last)) spot->known = false;
        part += window_first(last);
    }
    if (spot->depth == MOST_PATH || part > WINDOW_MASK) spot->known = false;
    if (spot->known) spot->path[spot->depth++] = (uint32_t)part;
}

// Leads to elements `first` up to, not with, `end` of what it leads to.
void deadlock__spot_narrow(Spot *spot, uint64_t first, uint64_t end) {
    uint32_t last = spot->depth ? spot->path[spot->depth - 1] : 0;
    bool within = !is_window(last) || end <= window_count(last);
    if (is_window(last)) {
        spot->depth--;
        first += window_first(last);
        end += window_first(last);
    }
    if (!within || first > end || end > WINDOW_MASK || spot->depth == MOST_PATH) {
        spot->known = false;
        return;
    }
    spot->path[spot->depth++] = WINDOW | (uint32_t)first << WINDOW_BITS | (uint32_t)(end - first);
}

void deadlock__spot_step(Spot *spot, uint64_t part) {
    spot_add(spot, part);
}

Spot deadlock__spot_behind(const Value *ref) {
    Spot spot = { .known = true,
                  .is_far = ref->kind == VALUE_FAR,
                  .thread = ref->variant,
                  .frame = (uint32_t)(ref->bits >> 32),
                  .local = (uint32_t)ref->bits };
    for (uint32_t i = 0; i < ref->count; i++)
        spot.path[spot.depth++] = ref->items[i];
    return spot;
}

static const Value *value_in(const Mover *mover, Val value) {
    return deadlock__value_at(&mover->space->values, value);
}

static bool is_borrow(const Value *value) {
    return value->kind == VALUE_REF || value->kind == VALUE_FAR;
}

// A borrow of which nothing is known, or that another thread has kept there, may lead anywhere; owners lead to their own.
static bool is_lent_on(const Mover *mover, const SirPlace *place, uint32_t proj) {
    SirPlace before = { .local = place->local, .projs = place->projs, .proj_count = proj };
    SirType type = deadlock__mover_place_type(mover, &before);
    if (type == SIR_NONE) return true;
    const SirTypeInfo *info = &mover->program->module->types.data[type];
    bool points = info->kind == SIR_TYPE_PTR || info->kind == SIR_TYPE_SLICE;
    return points && info->mode != SIR_OWN;
}

static void spot_step(const Mover *mover, const SirPlace *place, uint32_t row, Spot *spot) {
    const SirProj *proj = &place->projs[row];
    const Value *index, *here = value_in(mover, deadlock__spot_get(mover, spot));
    if (is_borrow(here)) { // where it leads; a slice has no step of its own for that
        *spot = deadlock__spot_behind(here);
        if (proj->kind == SIR_PROJ_DEREF) return;
    } else if ((spot->is_far || mover->program->locks) && is_lent_on(mover, place, row)) {
        spot->known = false;
        return;
    }
    switch (proj->kind) {
    case SIR_PROJ_FIELD:
    case SIR_PROJ_AT: spot_add(spot, proj->n); return;
    case SIR_PROJ_DEREF: spot_add(spot, 0); return; // what is in a box
    case SIR_PROJ_INDEX:
        index = value_in(mover, deadlock__mover_frame(mover)->locals[proj->n]);
        if (index->kind == VALUE_INT)
            spot_add(spot, index->bits);
        else
            spot->known = false; // one of the parts of what it has led to
        return;
    case SIR_PROJ_KINDS: break;
    }
    spot->known = false;
}

Spot deadlock__spot_of(const Mover *mover, const SirPlace *place) {
    Spot spot = { .known = true, .frame = mover->machine->count - 1, .local = place->local };
    for (uint32_t i = 0; i < place->proj_count && spot.known; i++)
        spot_step(mover, place, i, &spot);
    return spot;
}

Val deadlock__spot_get(const Mover *mover, const Spot *spot) {
    if (!spot->known || spot->is_far) return VAL_NONE;
    Val value = mover->machine->frames[spot->frame].locals[spot->local];
    for (uint32_t i = 0; i < spot->depth; i++) {
        const Value *here = value_in(mover, value);
        uint32_t part = spot->path[i], first = window_first(part), count = window_count(part);
        if (here->kind != VALUE_LIST) return VAL_NONE;
        if (is_window(part)) {
            if (first + count > here->count) return VAL_NONE;
            return deadlock__value_make(
                &mover->space->values, VALUE_LIST, 0, 0, here->items + first, count
            );
        }
        if (part >= here->count) return VAL_NONE;
        value = here->items[part];
    }
    return value;
}

static Val set_window(Mover *mover, Val here, uint32_t window, Val value) {
    const Value list = *value_in(mover, value);
    for (uint32_t i = 0; i < window_count(window); i++)
        here = deadlock__value_with(
            &mover->space->values, here, window_first(window) + i,
            list.kind == VALUE_LIST && i < list.count ? list.items[i] : VAL_NONE
        );
    return here;
}

static Val set_in(Mover *mover, Val here, const uint32_t *path, uint32_t depth, Val value) {
    if (depth == 0) return value;
    if (is_window(path[0])) return set_window(mover, here, path[0], value);
    const Value *old = value_in(mover, here);
    if (old->kind != VALUE_LIST && old->kind != VALUE_NONE) { // what a lock guards
        if (value_in(mover, value)->is_tracked)
            deadlock__mover_lose(
                mover, "an endpoint is kept where the analysis does not follow it"
            );
        return here;
    }
    Val part = old->kind == VALUE_LIST && path[0] < old->count ? old->items[path[0]] : VAL_NONE;
    Val made = set_in(mover, part, path + 1, depth - 1, value);
    return made == part ? here : deadlock__value_with(&mover->space->values, here, path[0], made);
}

// Parts of what holds no endpoint are not kept.
static bool is_kept(const Mover *mover, const Spot *spot) {
    const Frame *frame = &mover->machine->frames[spot->frame];
    const SirFuncInfo *func = &mover->program->module->funcs.data[frame->func];
    return spot->depth == 0 || deadlock__mover_holds(mover, func->locals.data[spot->local].type);
}

// What is known of data in it is forgotten, what is tracked stays.
static Val without_data(Mover *mover, Val value) {
    const Value old = *value_in(mover, value);
    if (!old.is_tracked) return VAL_NONE;
    if (old.kind != VALUE_LIST) return value;
    Val *items = arena_array(&mover->space->scratch, Val, old.count);
    for (uint32_t i = 0; i < old.count; i++)
        items[i] = without_data(mover, old.items[i]);
    return deadlock__value_make(
        &mover->space->values, VALUE_LIST, old.variant, 0, items, old.count
    );
}

void deadlock__spot_set(Mover *mover, const Spot *spot, Val value) {
    if (!spot->known) { // some part of where it has led to so far
        Spot around = *spot;
        around.known = true;
        if (value_in(mover, value)->is_tracked)
            deadlock__mover_lose(
                mover, "an endpoint is kept where the analysis does not follow it"
            );
        else
            deadlock__spot_set(
                mover, &around, without_data(mover, deadlock__spot_get(mover, &around))
            );
        return;
    }
    if (spot->is_far) {
        if (value_in(mover, value)->is_tracked)
            deadlock__mover_lose(mover, "an endpoint is kept in what another thread has lent");
        return;
    }
    if (!is_kept(mover, spot)) return;
    Val *local = &mover->machine->frames[spot->frame].locals[spot->local];
    *local = set_in(mover, *local, spot->path, spot->depth, value);
}

void deadlock__ref_forget(Mover *mover, Val value) {
    const Value old = *value_in(mover, value);
    for (uint32_t i = 0; old.kind == VALUE_LIST && i < old.count; i++)
        deadlock__ref_forget(mover, old.items[i]);
    if (old.kind != VALUE_REF) return;
    Spot spot = deadlock__spot_behind(&old);
    Val there = deadlock__spot_get(mover, &spot);
    deadlock__ref_forget(mover, there);
    deadlock__spot_set(mover, &spot, without_data(mover, there));
}

Val deadlock__spot_ref(Mover *mover, const Spot *spot) {
    if (!spot->known) {
        deadlock__mover_lose(
            mover, "an endpoint is borrowed from where the analysis does not follow it"
        );
        return VAL_NONE;
    }
    return deadlock__value_make(
        &mover->space->values, spot->is_far ? VALUE_FAR : VALUE_REF, spot->thread,
        (uint64_t)spot->frame << 32 | spot->local, spot->path, spot->depth
    );
}

// --- places ------------------------------------------------------------------------------------------------------

Val deadlock__place_get(const Mover *mover, const SirPlace *place) {
    Spot spot = deadlock__spot_of(mover, place);
    return deadlock__spot_get(mover, &spot);
}

// Of plain structs and arrays nothing is kept; of enums and options, which variant.
static Val worth_keeping(const Mover *mover, SirType type, Val value) {
    if (value_in(mover, value)->is_tracked || deadlock__mover_holds(mover, type)) return value;
    SirTypeKind kind = mover->program->module->types.data[type].kind;
    bool kept = type < SIR_SCALARS || kind == SIR_TYPE_ENUM || kind == SIR_TYPE_OPTION ||
                kind == SIR_TYPE_FN;
    return kept ? value : VAL_NONE;
}

void deadlock__place_set(Mover *mover, const SirPlace *place, Val value) {
    Spot spot = deadlock__spot_of(mover, place);
    SirType type = deadlock__mover_place_type(mover, place);
    deadlock__spot_set(mover, &spot, worth_keeping(mover, type, value));
}

// --- arguments ---------------------------------------------------------------------------------------------------

static Val tree_value(Mover *mover, const SirTree *tree) {
    Values *values = &mover->space->values;
    switch (tree->kind) {
    case SIR_CONST_INT: return deadlock__value_int(values, tree->bits);
    case SIR_CONST_FUNC: return deadlock__value_make(values, VALUE_FN, 0, tree->bits, NULL, 0);
    case SIR_CONST_LIST: {
        SirTypeKind kind = mover->program->module->types.data[tree->type].kind;
        bool tagged = kind == SIR_TYPE_ENUM || kind == SIR_TYPE_OPTION;
        return tagged ? deadlock__value_make(values, VALUE_LIST, tree->variant, 0, NULL, 0)
                      : VAL_NONE;
    }
    default: return VAL_NONE;
    }
}

Val deadlock__arg_peek(Mover *mover, const SirArg *arg) {
    if (arg->kind == SIR_ARG_CONST) return tree_value(mover, arg->tree);
    if (arg->kind != SIR_ARG_COPY && arg->kind != SIR_ARG_MOVE) return VAL_NONE;
    Spot spot = deadlock__spot_of(mover, &arg->place);
    if (!spot.known && deadlock__mover_holds(mover, deadlock__mover_place_type(mover, &arg->place)))
        deadlock__mover_lose(
            mover, "an endpoint is taken from where the analysis does not follow it"
        );
    return deadlock__spot_get(mover, &spot);
}

Val deadlock__arg_take(Mover *mover, const SirArg *arg) {
    Val value = deadlock__arg_peek(mover, arg);
    if (arg->kind == SIR_ARG_MOVE) {
        Spot spot = deadlock__spot_of(mover, &arg->place);
        if (spot.known) deadlock__spot_set(mover, &spot, VAL_NONE);
    }
    return value;
}

static Val list_args(
    Mover *mover, const SirInst *inst, uint32_t first, Val (*get)(Mover *mover, const SirArg *arg)
) {
    uint32_t count = inst->arg_count - first;
    Val *items = arena_array(&mover->space->scratch, Val, count);
    for (uint32_t i = 0; i < count; i++)
        items[i] = get(mover, &inst->args[first + i]);
    return deadlock__value_make(&mover->space->values, VALUE_LIST, 0, 0, items, count);
}

Val deadlock__args_take(Mover *mover, const SirInst *inst, uint32_t first) {
    return list_args(mover, inst, first, deadlock__arg_take);
}

Val deadlock__args_peek(Mover *mover, const SirInst *inst, uint32_t first) {
    return list_args(mover, inst, first, deadlock__arg_peek);
}

// --- what lies for long ------------------------------------------------------------------------------------------

static Val kept_part(Mover *mover, SirType type, Val value);

static Val kept_fields(
    Mover *mover, const SirField *fields, uint32_t count, SirType elem, Val value
) {
    const Value old = *value_in(mover, value);
    Val *items = arena_array(&mover->space->scratch, Val, old.count);
    for (uint32_t i = 0; i < old.count; i++) {
        SirType type = fields && i < count ? fields[i].type : elem;
        items[i] = kept_part(mover, type, old.items[i]);
    }
    return deadlock__value_make(
        &mover->space->values, VALUE_LIST, old.variant, 0, items, old.count
    );
}

// What can hold endpoints is kept whether it does or not: later somebody looks.
static Val kept_part(Mover *mover, SirType type, Val value) {
    if (!deadlock__mover_holds(mover, type)) return VAL_NONE;
    const Value *old = value_in(mover, value);
    if (type == SIR_NONE || old->kind != VALUE_LIST) return value;
    const SirTypeInfo *info = &mover->program->module->types.data[type];
    switch (info->kind) {
    case SIR_TYPE_STRUCT:
        return kept_fields(mover, info->fields, info->field_count, SIR_NONE, value);
    case SIR_TYPE_ENUM: {
        const SirVariant *variant = &info->variants[old->variant];
        return kept_fields(mover, variant->fields, variant->field_count, SIR_NONE, value);
    }
    case SIR_TYPE_EPSET: return value;
    default: return kept_fields(mover, NULL, 0, info->elem, value);
    }
}

static SirType type_of(const Mover *mover, const SirArg *arg) {
    return arg->kind == SIR_ARG_CONST ? arg->tree->type
                                      : deadlock__mover_place_type(mover, &arg->place);
}

Val deadlock__arg_kept(Mover *mover, const SirArg *arg) {
    Val value = deadlock__arg_peek(mover, arg);
    return kept_part(mover, type_of(mover, arg), value);
}
