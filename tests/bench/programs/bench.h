// What the C twins share: the time stamp counter, and the line that the benchmark reads.
#pragma once
#include <stdint.h>
#include <stdio.h>
#include <x86intrin.h>

static uint64_t begin_cycles(void) {
    return __rdtsc();
}

static void report(uint64_t begun, uint64_t sum) {
    printf(
        "# cycles: %llu checksum: %llu\n", (unsigned long long)(__rdtsc() - begun),
        (unsigned long long)sum
    );
}
