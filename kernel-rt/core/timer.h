// Points in time that somebody waits for, the next one first: setting and cancelling one takes O(log n) steps however they come, and no
// memory beside the timers themselves.

#ifndef KERNEL_CORE_TIMER_H
#define KERNEL_CORE_TIMER_H

#include <stdint.h>

typedef struct Timer {
    uint64_t deadline;
    uint64_t order; // of those with one deadline: who was set first is first
    struct Timer *up, *left, *right;
    uint32_t rank; // timers on the shortest way down from here, this one too
    void (*fire)(struct Timer *timer
    ); // its owner's, when the time has come and it is not set any more
} Timer;

typedef struct Timers {
    Timer *first;   // NULL: none is set
    uint64_t order; // given out so far
} Timers;

void timer_set(Timers *timers, Timer *timer, uint64_t deadline); // one that is not set
void timer_cancel(Timers *timers, Timer *timer);                 // one that is set

#endif
