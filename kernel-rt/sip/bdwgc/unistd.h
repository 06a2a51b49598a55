// For bdwgc alone: a source of memory that is compiled and never asked.

#pragma once

static inline void *sbrk(long more) {
    (void)more;
    return (void *)-1;
}
