// Sorted sets of facts about paths. Small code, no surprises: binary search, and a shift to insert.

#include "ways.h"

#include "base/check.h"

#include <stdlib.h>
#include <string.h>

// --- paths ---------------------------------------------------------------------------------------------------------------------

static int step_compare(const Step *a, const Step *b) {
    if (a->kind != b->kind) return a->kind < b->kind ? -1 : 1;
    return a->n < b->n ? -1 : a->n > b->n;
}

int path_compare(const Path *a, const Path *b) {
    if (a->local != b->local) return a->local->number < b->local->number ? -1 : 1;
    for (uint32_t i = 0; i < a->count && i < b->count; i++) {
        int order = step_compare(&a->steps[i], &b->steps[i]);
        if (order != 0) return order;
    }
    return a->count < b->count ? -1 : a->count > b->count;
}

bool path_starts(const Path *whole, const Path *start) {
    if (whole->local != start->local || whole->count < start->count) return false;
    for (uint32_t i = 0; i < start->count; i++)
        if (step_compare(&whole->steps[i], &start->steps[i]) != 0) return false;
    return true;
}

// Two places share memory unless they are shown disjoint: by their locals, or by different fields of one place.
bool paths_meet(const Path *a, const Path *b) {
    if (a->local != b->local) return false;
    for (uint32_t i = 0; i < a->count && i < b->count; i++)
        if (a->steps[i].kind == STEP_FIELD && b->steps[i].kind == STEP_FIELD &&
            a->steps[i].n != b->steps[i].n)
            return false;
    return true;
}

// --- sets ----------------------------------------------------------------------------------------------------------------------------

static int compare(uint32_t tag, const Path *path, const Fact *fact) {
    if (tag != fact->tag) return tag < fact->tag ? -1 : 1;
    return path_compare(path, &fact->path);
}

static uint32_t position(const Facts *facts, uint32_t tag, const Path *path) {
    uint32_t low = 0, high = facts->len;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (compare(tag, path, &facts->data[middle]) > 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

Fact *facts_find(const Facts *facts, uint32_t tag, const Path *path) {
    uint32_t at = position(facts, tag, path);
    return at < facts->len && compare(tag, path, &facts->data[at]) == 0 ? &facts->data[at] : NULL;
}

static void reserve(Facts *facts, uint32_t wanted) {
    if (wanted <= facts->cap) return;
    facts->cap = wanted > 2 * facts->cap ? wanted : 2 * facts->cap;
    facts->data = realloc(facts->data, facts->cap * sizeof *facts->data);
    if (!facts->data) base_out_of_memory(facts->cap * sizeof *facts->data);
}

uint32_t facts_first(const Facts *facts, uint32_t tag, const HirLocal *local) {
    return position(facts, tag, &(Path){ .local = local });
}

bool facts_add(Facts *facts, Fact fact) {
    uint32_t at = position(facts, fact.tag, &fact.path);
    if (at < facts->len && compare(fact.tag, &fact.path, &facts->data[at]) == 0) return false;
    reserve(facts, facts->len + 1);
    memmove(facts->data + at + 1, facts->data + at, (facts->len - at) * sizeof fact);
    facts->data[at] = fact;
    facts->len++;
    return true;
}

void facts_remove(Facts *facts, uint32_t tag, const Path *path) {
    Fact *found = facts_find(facts, tag, path);
    if (!found) return;
    size_t at = (size_t)(found - facts->data);
    facts->len--;
    memmove(found, found + 1, (facts->len - at) * sizeof *found);
}

void facts_forget(Facts *facts, const HirLocal *local) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < facts->len; i++)
        if (facts->data[i].path.local != local) facts->data[kept++] = facts->data[i];
    facts->len = kept;
}

void facts_copy(Facts *into, const Facts *from) {
    *into = (Facts){ 0 };
    reserve(into, from->len);
    if (from->len > 0) memcpy(into->data, from->data, from->len * sizeof *from->data);
    into->len = from->len;
}

void facts_free(Facts *facts) {
    free(facts->data);
    *facts = (Facts){ 0 };
}
