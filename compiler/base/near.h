// A name that is near: what was meant by one that is misspelt. Each name that there is is tried, and the nearest is kept.

#ifndef BASE_NEAR_H
#define BASE_NEAR_H

#include <stdbool.h>
#include <stdint.h>

typedef struct Near {
    const char *wanted, *best; // best: NULL: none is near
    uint32_t least, most;      // how far the best is, and how far one may be
    bool only;                 // no other name is near
} Near;

Near near_start(const char *wanted);
void near_try(
    Near *near, const char *name
); // `name` stays where it is as long as the search is used

#endif
