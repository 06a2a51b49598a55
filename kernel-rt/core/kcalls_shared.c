// The kernel's functions once more, as they are where several CPUs work.

#define KCALLS_SHARED
#include "kcalls.c"
