// What Linux asks for the same as tests/bench/kernel.sip measures, on the same machine in the same run: a system call, a turn between
// two threads, a thread, a process made of a static program (its path is the argument), a pipe there and back. The same batches, the same
// median. Prints `# cycles of a ...: N` lines; and the memory that such a process has (Pss: what it shares counts in part).

#define _GNU_SOURCE
#include "peer.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { BATCHES = 100, CALLS = 200, THREADS = 20 };

static int by_value(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void show(const char *what, uint64_t *samples, uint64_t of) {
    qsort(samples, BATCHES, sizeof *samples, by_value);
    printf("# cycles of a %s: %llu\n", what, (unsigned long long)(samples[BATCHES / 2] / of));
}

// --- the figures -----------------------------------------------------------------------------------------------------

static uint64_t calls(void) {
    uint64_t start = cycles();
    for (int i = 0; i < CALLS; i++)
        syscall(SYS_getppid);
    return cycles() - start;
}

static void *yields(void *unused) {
    for (int i = 0; i < CALLS + 2; i++)
        sched_yield();
    return unused;
}

static uint64_t turns(void) {
    pthread_t other;
    must(pthread_create(&other, NULL, yields, NULL) == 0, "pthread_create");
    sched_yield();
    uint64_t start = cycles();
    for (int i = 0; i < CALLS; i++)
        sched_yield();
    uint64_t spent = cycles() - start;
    pthread_join(other, NULL);
    return spent;
}

static void *nothing(void *unused) {
    return unused;
}

static uint64_t threads(void) {
    uint64_t start = cycles();
    for (int i = 0; i < THREADS; i++) {
        pthread_t other;
        must(pthread_create(&other, NULL, nothing, NULL) == 0, "pthread_create");
        pthread_join(other, NULL);
    }
    return cycles() - start;
}

static uint64_t process(char *path) {
    pid_t child;
    char *argv[] = { path, NULL };
    uint64_t start = cycles();
    must(posix_spawn(&child, path, NULL, NULL, argv, environ) == 0, "posix_spawn");
    must(waitpid(child, NULL, 0) == child, "waitpid");
    return cycles() - start;
}

static int to[2], back[2];

static void *answer(void *unused) {
    const int from = to[0], into = back[1];
    uint64_t n;
    while (read(from, &n, sizeof n) == sizeof n) {
        n++;
        if (write(into, &n, sizeof n) != sizeof n) break;
    }
    return unused;
}

// Who answers sits on the other CPU, if there is one, and asks by pipes of its own.
static void answer_elsewhere(int cpu) {
    pthread_t other;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    must(pipe(to) == 0 && pipe(back) == 0, "pipe");
    must(pthread_create(&other, NULL, answer, NULL) == 0, "pthread_create");
    must(pthread_setaffinity_np(other, sizeof set, &set) == 0, "pthread_setaffinity_np");
}

static uint64_t trips(void) {
    uint64_t n = 0, start = cycles();
    for (int i = 0; i < CALLS; i++) {
        must(write(to[1], &n, sizeof n) == sizeof n, "write");
        must(read(back[0], &n, sizeof n) == sizeof n, "read");
    }
    return cycles() - start;
}

// The static program waits when it has an argument.
static void memory(char *path) {
    pid_t child;
    char *argv[] = { path, (char *)"wait", NULL }, name[64], line[256];
    long kib = 0;
    must(posix_spawn(&child, path, NULL, NULL, argv, environ) == 0, "posix_spawn");
    usleep(200000);
    snprintf(name, sizeof name, "/proc/%d/smaps_rollup", child);
    FILE *rollup = fopen(name, "r");
    must(rollup != NULL, name);
    while (fgets(line, sizeof line, rollup))
        if (sscanf(line, "Pss: %ld", &kib) == 1) break;
    fclose(rollup);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    printf("# bytes of a process: %ld\n", kib * 1024);
}

int main(int argc, char **argv) {
    static uint64_t call[BATCHES], turn[BATCHES], thread[BATCHES], spawned[BATCHES], trip[BATCHES];
    pthread_t other;
    must(argc == 2, "usage: kernel STATIC");
    pin();
    must(pipe(to) == 0 && pipe(back) == 0, "pipe");
    must(pthread_create(&other, NULL, answer, NULL) == 0, "pthread_create");
    for (int i = 0; i < BATCHES; i++) {
        call[i] = calls();
        turn[i] = turns();
        thread[i] = threads();
        spawned[i] = process(argv[1]);
        trip[i] = trips();
    }
    show("kernel call", call, CALLS);
    show("yield", turn, 2 * CALLS);
    show("thread", thread, THREADS);
    show("process", spawned, 1);
    show("round trip", trip, CALLS);
    answer_elsewhere(0);
    for (int i = 0; i < BATCHES; i++)
        trip[i] = trips();
    show("round trip over CPUs", trip, CALLS);
    memory(argv[1]);
    return 0;
}
