// May two places have a byte in common, or one lead to the other? Yes, unless they are shown disjoint: different locals, different
// fields of one struct, different fields of one variant's payload. Any two indices are taken to be the same, and so are the payloads of two
// variants. places_test.c holds it against a model of bytes.

#include "flow.h"

static bool differ(SirProj a, SirProj b) {
    if (a.kind != b.kind || a.n == b.n) return false;
    bool same_variant = a.kind == FLOW_PAYLOAD && a.n >> 32 == b.n >> 32;
    return a.kind == SIR_PROJ_FIELD || same_variant;
}

bool places__overlap(const SirPlace *a, const SirPlace *b) {
    if (a->local != b->local) return false;
    for (uint32_t i = 0; i < a->proj_count && i < b->proj_count; i++)
        if (differ(a->projs[i], b->projs[i])) return false;
    return true;
}
