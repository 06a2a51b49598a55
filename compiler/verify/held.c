// Who holds which loans at the point that is being judged, in lists by holder and by what is lent: a local's loans, shared and
// exclusive apart. An instruction then looks at what concerns its own locals, however much is held besides.

#include "loans.h"

enum { BY_HOLDER, BY_LENT };

// --- lists -----------------------------------------------------------------------------------------------------------------

static uint32_t *head_of(Loans *l, const Held *held, uint32_t by) {
    if (by == BY_HOLDER) return &l->now.of_holder[held->holder];
    const Loan *loan = &l->table[held->loan];
    return loan->is_origin ? NULL : &l->now.of_lent[2 * loan->place.local + loan->exclusive];
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

// --- the table ---------------------------------------------------------------------------------------------------------------

void held__init(Loans *l) {
    uint32_t locals = l->f->info->locals.len;
    l->now.free = SIR_NONE;
    l->now.of_holder = arena_array(&l->f->scratch, uint32_t, l->f->holder_count);
    l->now.of_lent = arena_array(&l->f->scratch, uint32_t, 2 * (size_t)locals);
    for (uint32_t i = 0; i < l->f->holder_count; i++)
        l->now.of_holder[i] = SIR_NONE;
    for (uint32_t i = 0; i < 2 * locals; i++)
        l->now.of_lent[i] = SIR_NONE;
}

static void put(Loans *l, Held held) {
    uint32_t node = l->now.free;
    if (node == SIR_NONE) {
        node = l->now.nodes.len;
        vec_push(&l->f->scratch, &l->now.nodes, (HeldNode){ 0 });
    } else
        l->now.free = l->now.nodes.data[node].next[BY_HOLDER];
    l->now.nodes.data[node].held = held;
    link_in(l, node, BY_HOLDER);
    link_in(l, node, BY_LENT);
}

void held__add(Loans *l, Held held) {
    HeldNode *nodes = l->now.nodes.data;
    uint32_t steps = 0;
    for (uint32_t i = held__of(l, held.holder); i != SIR_NONE; i = held__next(l, i), steps++) {
        if (nodes[i].held.loan != held.loan) continue;
        nodes[i].held.where |= held.where;
        loans__work(l, steps);
        return;
    }
    loans__work(l, steps);
    put(l, held);
}

void held__drop(Loans *l, uint32_t node) {
    link_out(l, node, BY_HOLDER);
    link_out(l, node, BY_LENT);
    l->now.nodes.data[node].held.where = 0;
    l->now.nodes.data[node].next[BY_HOLDER] = l->now.free;
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
        if (node->held.where == 0) continue;
        l->now.of_holder[node->held.holder] = SIR_NONE;
        uint32_t *lent = head_of(l, &node->held, BY_LENT);
        if (lent) *lent = SIR_NONE;
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
