// Which endpoints of a function are tracked (docs/sir.md 8): those in locals and in fields of locals, and what exclusive
// borrows of endpoints in locals point to.

#include "limits.h"
#include "states.h"

static SirPlace field_of(Flow *f, const SirPlace *place, uint32_t field) {
    SirPlace part = { .local = place->local, .proj_count = place->proj_count + 1 };
    part.projs = arena_array(&f->scratch, SirProj, part.proj_count);
    for (uint32_t i = 0; i < place->proj_count; i++)
        part.projs[i] = place->projs[i];
    part.projs[place->proj_count] = (SirProj){ SIR_PROJ_FIELD, field };
    return part;
}

static bool add(Flow *f, Slots *slots, Slot slot) {
    vec_push(&f->scratch, &slots->list, slot);
    return slots->list.len <= LIMIT_ENDPOINTS;
}

// What owns nothing holds no endpoint.
static bool add_parts(Flow *f, Slots *slots, const SirPlace *place, SirType type) {
    const SirTypeInfo *info = verify__type(f->v, type);
    if (!verify__kind(f->v, type)->owning) return true;
    if (++slots->visits > LIMIT_PATHS) return false;
    if (info->kind == SIR_TYPE_ENDPOINT)
        return add(f, slots, (Slot){ .kind = SLOT_LOCAL, .place = *place, .type = type });
    if (info->kind != SIR_TYPE_STRUCT) return true;
    if (place->proj_count > LIMIT_PLACE_DEPTH) return false;
    slots->steps += info->field_count;
    for (uint32_t i = 0; i < info->field_count; i++) {
        SirType field = info->fields[i].type;
        if (!verify__kind(f->v, field)->owning) continue;
        SirPlace part = field_of(f, place, i);
        if (!add_parts(f, slots, &part, field)) return false;
    }
    return true;
}

static bool add_pointer(Flow *f, Slots *slots, SirLocal local, SirType type) {
    SirType endpoint = verify__type(f->v, type)->elem;
    Slot slot = { .place = { .local = local }, .type = endpoint, .pointer = slots->pointers.len };
    slots->pointer_of[local] = slots->pointers.len;
    vec_push(&f->scratch, &slots->pointers, local);
    slot.kind = SLOT_ELSEWHERE;
    if (!add(f, slots, slot)) return false;
    slot.kind = SLOT_PARAM;
    return local >= f->info->sig.param_count || add(f, slots, slot);
}

bool slots__find(Flow *f, Slots *slots) {
    uint32_t count = f->info->locals.len;
    slots->first = arena_array(&f->scratch, uint32_t, (size_t)count + 1);
    slots->pointer_of = arena_array(&f->scratch, uint32_t, count);
    for (SirLocal local = 0; local < count; local++) {
        SirType type = f->info->locals.data[local].type;
        SirPlace place = { .local = local };
        slots->first[local] = slots->list.len;
        slots->pointer_of[local] = SIR_NONE;
        bool fits = verify__is_endpoint_ptr(f->v, type, SIR_MUT)
                        ? add_pointer(f, slots, local, type)
                        : add_parts(f, slots, &place, type);
        if (!fits) return false;
    }
    slots->first[count] = slots->list.len;
    return true;
}

static bool starts_with(const SirPlace *place, const SirPlace *start) {
    if (place->proj_count < start->proj_count) return false;
    for (uint32_t i = 0; i < start->proj_count; i++)
        if (place->projs[i].kind != start->projs[i].kind || place->projs[i].n != start->projs[i].n)
            return false;
    return true;
}

bool slots__is_within(const Slots *slots, uint32_t slot, const SirPlace *place) {
    const Slot *s = &slots->list.data[slot];
    return s->kind == SLOT_LOCAL && s->place.local == place->local && starts_with(&s->place, place);
}

uint32_t slots__in_local(const Slots *slots, const SirPlace *place) {
    for (uint32_t i = slots->first[place->local]; i < slots->first[place->local + 1]; i++)
        if (slots__is_within(slots, i, place) &&
            slots->list.data[i].place.proj_count == place->proj_count)
            return i;
    return SLOT_UNTRACKED;
}
