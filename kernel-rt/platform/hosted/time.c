// The clock is Linux's monotonic one. How long a cycle of the time-stamp counter takes is found out by that clock, when somebody asks.

#include "hosted.h"

#include "core/platform.h"

#include <time.h>

typedef struct Sample { // of both, at once but for `spread` cycles
    uint64_t nanoseconds, cycles, spread;
} Sample;

static Sample started;

uint64_t hosted_monotonic(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

// The best of some: we may be interrupted between the two.
static Sample take_sample(void) {
    enum { TRIES = 20 };
    Sample best = { .spread = UINT64_MAX };
    for (int i = 0; i < TRIES; i++) {
        const uint64_t before = arch_cycles();
        const uint64_t now = hosted_monotonic();
        const uint64_t spread = arch_cycles() - before;
        if (spread < best.spread) best = (Sample){ now, before + spread / 2, spread };
    }
    return best;
}

void hosted_time_start(void) {
    started = take_sample();
}

uint64_t platform_now(void) {
    return hosted_monotonic() - started.nanoseconds;
}

// 32.32 fixed point.
static uint64_t measure_cycle(void) {
    const uint64_t shortest = 5000000; // then the samples' spreads matter less than one in 10,000
    Sample now;
    do
        now = take_sample();
    while (now.nanoseconds - started.nanoseconds < shortest);
    const unsigned __int128 span = now.nanoseconds - started.nanoseconds;
    return (uint64_t)((span << 32) / (now.cycles - started.cycles));
}

uint64_t platform_nanoseconds(uint64_t cycles) {
    static uint64_t nanoseconds_per_cycle;
    if (!nanoseconds_per_cycle) nanoseconds_per_cycle = measure_cycle();
    return (uint64_t)((unsigned __int128)cycles * nanoseconds_per_cycle >> 32);
}
