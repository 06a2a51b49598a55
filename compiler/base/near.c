// How far two names are apart: as many letters as have to be changed, added, left out or exchanged with their neighbour. A third
// of the letters is the most.

#include "near.h"

#include <string.h>

enum { LONGEST_NAME = 40 };

static uint32_t least_of(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

static uint32_t distance(const char *a, const char *b) {
    uint32_t la = (uint32_t)strlen(a), lb = (uint32_t)strlen(b);
    uint32_t rows[3][LONGEST_NAME + 1]; // the last three of the table
    if (la > LONGEST_NAME || lb > LONGEST_NAME) return UINT32_MAX;
    for (uint32_t k = 0; k <= lb; k++)
        rows[0][k] = k;
    for (uint32_t i = 1; i <= la; i++) {
        uint32_t *row = rows[i % 3], *above = rows[(i - 1) % 3];
        const uint32_t *above_that = rows[(i + 1) % 3];
        row[0] = i;
        for (uint32_t k = 1; k <= lb; k++) {
            row[k] =
                least_of(least_of(above[k], row[k - 1]) + 1, above[k - 1] + (a[i - 1] != b[k - 1]));
            if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1])
                row[k] = least_of(row[k], above_that[k - 2] + 1);
        }
    }
    return rows[la % 3][lb];
}

Near near_start(const char *wanted) {
    uint32_t length = (uint32_t)strlen(wanted);
    uint32_t most = (length > 3 ? length : 3) / 3 + 1;
    return (Near){ .wanted = wanted, .least = most, .most = most };
}

void near_try(Near *near, const char *name) {
    uint32_t far = distance(near->wanted, name);
    if (far >= near->most || far >= strlen(near->wanted)) return;
    if (near->best && strcmp(near->best, name) == 0) return;
    near->only = !near->best;
    if (far >= near->least) return;
    near->least = far;
    near->best = name;
}
