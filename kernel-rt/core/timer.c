// A leftist heap (C. A. Crane, 1972; D. E. Knuth, TAOCP 5.2.3): a tree in which nobody is before who stands above it, and in which the
// way down by right children is the shortest to an end, so that it has at most log2 n timers. Two are merged along these ways. Whoever is
// cancelled is replaced by its two children, merged; above it ranks change only as long as each is the shorter side's,
// and each of those is one more than the last: log2 n again. Nothing here recurs.

#include "timer.h"

#include <stdbool.h>
#include <stddef.h>

static bool is_before(const Timer *a, const Timer *b) {
    return a->deadline < b->deadline || (a->deadline == b->deadline && a->order < b->order);
}

static uint32_t rank_of(const Timer *timer) {
    return timer ? timer->rank : 0;
}

// By its children. False: nothing changes for who stands above it.
static bool set_rank(Timer *timer) {
    if (rank_of(timer->left) < rank_of(timer->right)) {
        Timer *left = timer->left;
        timer->left = timer->right;
        timer->right = left;
    }
    const uint32_t rank = rank_of(timer->right) + 1, before = timer->rank;
    timer->rank = rank;
    return rank != before;
}

static Timer *merge(Timer *a, Timer *b) {
    Timer *first = NULL, *last = NULL; // of the new way down by right children
    while (a && b) {
        Timer *next = is_before(b, a) ? b : a;
        if (next == b) b = a;
        a = next->right;
        next->up = last;
        if (last)
            last->right = next;
        else
            first = next;
        last = next;
    }
    Timer *rest = a ? a : b;
    if (rest) rest->up = last;
    if (!last) return rest;
    last->right = rest;
    for (Timer *at = last; at; at = at->up)
        set_rank(at);
    return first;
}

void timer_set(Timers *timers, Timer *timer, uint64_t deadline) {
    timer->deadline = deadline;
    timer->order = timers->order++;
    timer->left = timer->right = timer->up = NULL;
    timer->rank = 1;
    timers->first = merge(timers->first, timer);
}

void timer_cancel(Timers *timers, Timer *timer) {
    Timer *above = timer->up, *below = merge(timer->left, timer->right);
    if (below) below->up = above;
    if (!above)
        timers->first = below;
    else if (above->left == timer)
        above->left = below;
    else
        above->right = below;
    while (above && set_rank(above))
        above = above->up;
}
