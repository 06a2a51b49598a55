// For bdwgc alone: how it gives up, and the reading of environment variables, of which there are none.

#pragma once

#include <stddef.h>

_Noreturn void abort(void);
_Noreturn void exit(int status);

static inline int atoi(const char *text) {
    (void)text;
    return 0;
}

static inline long atol(const char *text) {
    (void)text;
    return 0;
}

static inline unsigned long strtoul(const char *text, char **end, int base) {
    (void)base;
    if (end) *end = (char *)text;
    return 0;
}
