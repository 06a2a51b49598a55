// What the programs that stand for Linux share: the cycle counter, one CPU for all, an end when Linux refuses.

#ifndef BENCH_PEER_H
#define BENCH_PEER_H

#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

static void must(int ok, const char *what) {
    if (!ok) {
        perror(what);
        _exit(3);
    }
}

static uint64_t cycles(void) {
    uint32_t low, high;
    __asm__ volatile("lfence; rdtsc; lfence" : "=a"(low), "=d"(high)::"memory");
    return (uint64_t)high << 32 | low;
}

static void pin(void) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(sysconf(_SC_NPROCESSORS_ONLN) > 1 ? 1 : 0, &set);
    must(sched_setaffinity(0, sizeof set, &set) == 0, "sched_setaffinity");
}

#endif
