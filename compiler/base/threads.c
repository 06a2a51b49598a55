// Threads that take the next piece of work until there is none.

#include "threads.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <threads.h>

enum { MOST_THREADS = 256 };

typedef struct Work {
    atomic_uint next;
    uint32_t count;
    void (*each)(void *context, uint32_t i);
    void *context;
} Work;

uint32_t threads_of_machine(void) {
    cpu_set_t set;
    int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return count < 1 ? 1 : (uint32_t)count;
}

static int take_work(void *argument) {
    Work *work = argument;
    for (uint32_t i; (i = atomic_fetch_add(&work->next, 1)) < work->count;)
        work->each(work->context, i);
    return 0;
}

// A thread that cannot be made is done without.
void threads_each(
    uint32_t count, uint32_t threads, void (*each)(void *context, uint32_t i), void *context
) {
    Work work = { .count = count, .each = each, .context = context };
    thrd_t others[MOST_THREADS];
    uint32_t made = 0;
    if (threads > MOST_THREADS) threads = MOST_THREADS;
    while (made + 1 < threads && made + 1 < count &&
           thrd_create(&others[made], take_work, &work) == thrd_success)
        made++;
    take_work(&work);
    for (uint32_t i = 0; i < made; i++)
        thrd_join(others[i], NULL);
}
