// Who holds which loans at the point that is being judged, in lists by holder and by what is lent: a local's loans, shared and
// exclusive apart, and those of each of its fields. An instruction then looks at what concerns its own places, however much is held besides.

#include "loans.h"

// --- lists -----------------------------------------------------------------------------------------------------------------

enum { LEAST_BUCKETS = 1 << 6, MOST_BUCKETS = 1 << 20 };

static uint32_t bucket_of(const Loans *l, uint32_t a, uint32_t b) {
    uint64_t key = ((uint64_t)a << 32 | b) * 0x9e3779b97f4a7c15;
    return (uint32_t)(key >> 32) & (l->now.buckets - 1);
}

static bool is_in_field(const SirPlace *place) {
    return place->proj_count > 0 && place->projs[0].kind == SIR_PROJ_FIELD;
}

static uint32_t *part_of(const Loans *l, const SirPlace *place, bool exclusive) {
    uint32_t row = 2 * place->local + exclusive;
    if (!is_in_field(place)) return &l->now.of_rest[row];
    return &l->now.of_field[bucket_of(l, row, (uint32_t)place->projs[0].n)];
}

static uint32_t *head_of(const Loans *l, const Held *held, uint32_t by) {
    const Loan *loan = &l->table[held->loan];
    switch (by) {
    case HELD_BY_HOLDER: return &l->now.of_holder[held->holder];
    case HELD_BY_PAIR: return &l->now.of_pair[bucket_of(l, held->holder, held->loan)];
    case HELD_BY_LOCAL:
        return loan->is_origin ? NULL : &l->now.of_local[2 * loan->place.local + loan->exclusive];
    default: return loan->is_origin ? NULL : part_of(l, &loan->place, loan->exclusive);
    }
}

static void link_in(Loans *l, uint32_t node, uint32_t by) {
    HeldNode *nodes = l->now.nodes.data;
    uint32_t *head = head_of(l, &nodes[node].held, by);
    if (!head) return;
    nodes[node].next[by] = *head;
    nodes[node].prev[by] = SIR_NONE;
    if (*head != SIR_NONE) nodes[*head].prev[by] = node;
    *head = node;
}

static void link_out(Loans *l, uint32_t node, uint32_t by) {
    HeldNode *nodes = l->now.nodes.data;
    uint32_t *head = head_of(l, &nodes[node].held, by);
    if (!head) return;
    uint32_t next = nodes[node].next[by], prev = nodes[node].prev[by];
    if (next != SIR_NONE) nodes[next].prev[by] = prev;
    if (prev != SIR_NONE)
        nodes[prev].next[by] = next;
    else
        *head = next;
}

// Loans in other fields of the place's local do not overlap it.
Lent held__lent(const Loans *l, const SirPlace *place, bool exclusive) {
    uint32_t row = 2 * place->local + exclusive;
    if (!is_in_field(place))
        return (Lent){
            { l->now.of_local[row], SIR_NONE      },
            { HELD_BY_LOCAL,        HELD_BY_LOCAL }
        };
    return (Lent){
        { *part_of(l, place, exclusive), l->now.of_rest[row] },
        { HELD_BY_PART, HELD_BY_PART }
    };
}

// --- the table ---------------------------------------------------------------------------------------------------------------

static uint32_t *no_heads(Loans *l, size_t count) {
    uint32_t *heads = arena_array(&l->f->scratch, uint32_t, count);
    for (size_t i = 0; i < count; i++)
        heads[i] = SIR_NONE;
    loans__work(l, count / 8);
    return heads;
}

void held__init(Loans *l) {
    size_t locals = l->f->info->locals.len;
    uint32_t loans = 2 * l->f->info->sig.param_count + l->f->loan_count;
    l->now.free = SIR_NONE;
    l->now.buckets = LEAST_BUCKETS;
    while (l->now.buckets < MOST_BUCKETS && l->now.buckets < 2 * (uint64_t)loans)
        l->now.buckets *= 2;
    l->now.of_holder = no_heads(l, l->f->holder_count);
    l->now.of_pair = no_heads(l, l->now.buckets);
    l->now.of_local = no_heads(l, 2 * locals);
    l->now.of_rest = no_heads(l, 2 * locals);
    l->now.of_field = no_heads(l, l->now.buckets);
}

static void put(Loans *l, Held held) {
    uint32_t node = l->now.free;
    if (node == SIR_NONE) {
        node = l->now.nodes.len;
        vec_push(&l->f->scratch, &l->now.nodes, (HeldNode){ 0 });
    } else
        l->now.free = l->now.nodes.data[node].next[HELD_BY_HOLDER];
    l->now.nodes.data[node].held = held;
    for (uint32_t by = 0; by < HELD_LISTS; by++)
        link_in(l, node, by);
}

uint32_t held__find(Loans *l, uint32_t holder, uint32_t loan) {
    const HeldNode *nodes = l->now.nodes.data;
    uint32_t i = l->now.of_pair[bucket_of(l, holder, loan)], steps = 0;
    for (; i != SIR_NONE; i = nodes[i].next[HELD_BY_PAIR], steps++)
        if (nodes[i].held.holder == holder && nodes[i].held.loan == loan) break;
    loans__work(l, steps);
    return i;
}

void held__add(Loans *l, Held held) {
    uint32_t node = held__find(l, held.holder, held.loan);
    if (node == SIR_NONE)
        put(l, held);
    else
        l->now.nodes.data[node].held.where |= held.where;
}

void held__drop(Loans *l, uint32_t node) {
    for (uint32_t by = 0; by < HELD_LISTS; by++)
        link_out(l, node, by);
    l->now.nodes.data[node].held.where = 0;
    l->now.nodes.data[node].next[HELD_BY_HOLDER] = l->now.free;
    l->now.free = node;
}

void held__drop_all(Loans *l, uint32_t holder) {
    uint32_t steps = 0;
    for (uint32_t i = held__of(l, holder); i != SIR_NONE; i = held__of(l, holder), steps++)
        held__drop(l, i);
    loans__work(l, steps);
}

// --- to and from lists ---------------------------------------------------------------------------------------------------------

void held__load(Loans *l, const HeldList *from) {
    vec_each(const HeldNode, node, &l->now.nodes) {
        for (uint32_t by = 0; node->held.where != 0 && by < HELD_LISTS; by++) {
            uint32_t *head = head_of(l, &node->held, by);
            if (head) *head = SIR_NONE;
        }
    }
    loans__work(l, (uint64_t)l->now.nodes.len + from->list.len);
    l->now.nodes.len = 0;
    l->now.free = SIR_NONE;
    vec_each(const Held, held, &from->list)
        put(l, *held);
}

void held__save(Loans *l, HeldList *to) {
    to->list.len = 0;
    vec_each(const HeldNode, node, &l->now.nodes) {
        if (node->held.where != 0) vec_push(&l->f->scratch, &to->list, node->held);
    }
    loans__work(l, l->now.nodes.len);
}
