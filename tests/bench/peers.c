// What a round trip costs elsewhere on the same machine, in the same run: two Linux processes over a pipe and over
// a futex in shared memory, and a bare stack swap between two coroutines. Prints `name cycles` lines, each the
// median of several rounds; the partner shares the core, as two SIPs do.

#define _GNU_SOURCE
#include "peer.h"

#include <linux/futex.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROUNDS = 9, TRIPS = 8000, SWAPS = 1000000, MESSAGE = 64 };

// --- a pipe each way -----------------------------------------------------------------------------------------

static void move_all(int fd, unsigned char *at, ssize_t (*step)(int, void *, size_t)) {
    for (size_t left = MESSAGE; left;) {
        ssize_t n = step(fd, at, left);
        must(n > 0, "pipe");
        at += n;
        left -= (size_t)n;
    }
}

static ssize_t write_step(int fd, void *at, size_t n) {
    return write(fd, at, n);
}

static double pipe_trip(void) {
    int to[2], back[2];
    unsigned char message[MESSAGE] = { 0 };
    must(pipe(to) == 0 && pipe(back) == 0, "pipe");
    pid_t child = fork();
    must(child >= 0, "fork");
    if (child == 0) {
        for (int i = 0; i < TRIPS; i++) {
            move_all(to[0], message, read);
            message[0]++;
            move_all(back[1], message, write_step);
        }
        _exit(0);
    }
    uint64_t start = cycles();
    for (int i = 0; i < TRIPS; i++) {
        move_all(to[1], message, write_step);
        move_all(back[0], message, read);
    }
    double spent = (double)(cycles() - start);
    must(waitpid(child, NULL, 0) == child && message[0] == (unsigned char)TRIPS, "pipe partner");
    for (int i = 0; i < 2; i++) {
        close(to[i]);
        close(back[i]);
    }
    return spent / TRIPS;
}

// --- shared memory and a futex each way ------------------------------------------------------------------------

typedef struct Shared {
    _Alignas(64) _Atomic uint32_t turn[2][16];
    _Alignas(64) unsigned char box[2][MESSAGE];
} Shared;

static void put(Shared *shared, int side, uint32_t turn, const unsigned char *message) {
    memcpy(shared->box[side], message, MESSAGE);
    atomic_store(&shared->turn[side][0], turn);
    syscall(SYS_futex, &shared->turn[side][0], FUTEX_WAKE, 1, NULL, NULL, 0);
}

static void take(Shared *shared, int side, uint32_t turn, unsigned char *message) {
    while (atomic_load(&shared->turn[side][0]) != turn)
        syscall(SYS_futex, &shared->turn[side][0], FUTEX_WAIT, turn - 1, NULL, NULL, 0);
    memcpy(message, shared->box[side], MESSAGE);
}

static double futex_trip(void) {
    Shared *shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    must(shared != MAP_FAILED, "mmap");
    unsigned char message[MESSAGE] = { 0 };
    pid_t child = fork();
    must(child >= 0, "fork");
    if (child == 0) {
        for (uint32_t i = 1; i <= TRIPS; i++) {
            take(shared, 0, i, message);
            message[0]++;
            put(shared, 1, i, message);
        }
        _exit(0);
    }
    uint64_t start = cycles();
    for (uint32_t i = 1; i <= TRIPS; i++) {
        put(shared, 0, i, message);
        take(shared, 1, i, message);
    }
    double spent = (double)(cycles() - start);
    must(waitpid(child, NULL, 0) == child && message[0] == (unsigned char)TRIPS, "futex partner");
    munmap(shared, sizeof *shared);
    return spent / TRIPS;
}

// --- two coroutines, nothing but the swap: callee-saved registers, the stack pointer, an indirect jump ------------

void swap_stacks(void **save, void *load);
__asm__(".text\n"
        "swap_stacks:\n"
        "  push %rbp\n  push %rbx\n  push %r12\n  push %r13\n  push %r14\n  push %r15\n"
        "  mov %rsp, (%rdi)\n  mov %rsi, %rsp\n"
        "  pop %r15\n  pop %r14\n  pop %r13\n  pop %r12\n  pop %rbx\n  pop %rbp\n"
        "  pop %rcx\n  jmp *%rcx\n");

static void *here, *there;

static void partner(void) {
    for (;;)
        swap_stacks(&there, here);
}

static double swap_trip(void) {
    enum { STACK = 64 << 10 };
    static _Alignas(64) unsigned char stack[STACK];
    void **top = (void **)(void *)(stack + STACK);
    *--top = NULL;
    *--top = (void *)(uintptr_t)partner;
    there = top - 6; // six saved registers
    uint64_t start = cycles();
    for (int i = 0; i < SWAPS; i++)
        swap_stacks(&here, there);
    return (double)(cycles() - start) / SWAPS;
}

// --- medians ---------------------------------------------------------------------------------------------------

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(void) {
    static const struct {
        const char *name;
        double (*trip)(void);
    } cases[] = {
        { "pipe",  pipe_trip  },
        { "futex", futex_trip },
        { "swap",  swap_trip  }
    };
    enum { CASES = sizeof cases / sizeof cases[0] };
    double spent[CASES][ROUNDS];
    pin();
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < CASES; i++)
            spent[i][round] = cases[i].trip();
    for (int i = 0; i < CASES; i++) {
        qsort(spent[i], ROUNDS, sizeof(double), by_value);
        printf("%s %.1f\n", cases[i].name, spent[i][ROUNDS / 2]);
    }
    return 0;
}
