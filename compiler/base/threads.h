// Work that can be done in any order, by several threads.

#ifndef BASE_THREADS_H
#define BASE_THREADS_H

#include <stdint.h>

// How many threads the machine has for us.
uint32_t threads_of_machine(void);

// Calls each(context, i) once for every i below `count`, on at most `threads` threads, this one among them. All is done when it
// returns. What the calls write must be their own.
void threads_each(
    uint32_t count, uint32_t threads, void (*each)(void *context, uint32_t i), void *context
);

#endif
