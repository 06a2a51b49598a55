// Our own mistakes end here.

#include "check.h"

#include <stdio.h>
#include <stdlib.h>

void base_unreachable(const char *file, int line) {
    fprintf(
        stderr, "internal error: %s:%d was reached; please report it with the input\n", file, line
    );
    abort();
}
