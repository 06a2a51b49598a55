// The rows of stdlib.sip as C has them: glibc, and jansson for JSON. What neither has is left out. Usage: stdlib N
#include <inttypes.h>
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static size_t n;

static uint64_t step(uint64_t *state) {
    uint64_t x = *state;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return *state = x;
}

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void show(const char *label, uint64_t sum, uint64_t from) {
    uint64_t us = (now() - from) / 1000;
    printf("# %s: %" PRIu64 "\n# us of %s: %" PRIu64 "\n", label, sum, label, us);
}

static int compare(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static void sorting(void) {
    uint64_t state = 88172645463325252u;
    uint32_t *items = malloc(n * sizeof *items), *again = malloc(n * sizeof *again);
    for (size_t i = 0; i < n; i++)
        items[i] = again[i] = (uint32_t)step(&state);
    uint64_t from = now();
    qsort(items, n, sizeof *items, compare); // glibc's is a mergesort where there is memory
    show("sort u32", items[n / 2] ^ items[n / 3], from);
    from = now();
    qsort(again, n, sizeof *again, compare);
    show("stable sort u32", again[n / 2] ^ again[n / 3], from);
    free(items);
    free(again);
}

static void building(void) {
    uint64_t from = now();
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    for (size_t i = 0; i < n; i++) {
        fputs("item ", out);
        fputs(i % 2 == 0 ? "even" : "odd", out);
        fputs("; ", out);
    }
    fclose(out);
    show("build text", length, from);
    free(text);
}

static void integers(void) {
    uint64_t state = 88172645463325252u, from = now(), sum = 0;
    char *text = malloc(n * 21 + 1), *end = text;
    for (size_t i = 0; i < n; i++) {
        uint64_t x = step(&state);
        end += sprintf(end, "%" PRIu64 "\n", x >> (x & 63));
    }
    show("format integers", (uint64_t)(end - text), from);
    from = now();
    for (char *at = text; at < end; at++)
        sum += strtoull(at, &at, 10);
    show("parse integers", sum, from);
    free(text);
}

static double float_of(uint64_t bits) {
    double x;
    bits = (bits & 0x000fffffffffffff) | ((bits >> 52) % 128 + 959) << 52;
    memcpy(&x, &bits, 8);
    return x;
}

static void floats(void) {
    uint64_t state = 88172645463325252u, from = now();
    char *text = malloc(n * 32 + 1), *end = text;
    for (size_t i = 0; i < n; i++)
        end += sprintf(end, "%.16e\n", float_of(step(&state))); // not the fewest digits: all
    show("format floats", n, from);
    double sum = 0;
    from = now();
    for (char *at = text; at < end; at++)
        sum += strtod(at, &at);
    show("parse floats", (uint64_t)(sum / 1e9), from);
    free(text);
}

static void trees(void) {
    uint64_t state = 88172645463325252u;
    char *text = malloc(n * 12 + 1024), *end = text;
    *end++ = '[';
    for (size_t i = 0; i < n / 10; i++) {
        uint64_t x = step(&state);
        if (i > 0) *end++ = ',';
        end += sprintf(
            end,
            "{\"id\":%" PRIu64
            ",\"name\":\"item \\\"%zu\\\"\",\"tags\":[\"a\",\"b\",true,null],\"share\":%" PRIu64
            ".5}",
            x >> 20, i, x & 1023
        );
    }
    *end++ = ']';
    uint64_t from = now();
    json_t *tree = json_loadb(text, (size_t)(end - text), 0, NULL);
    show("JSON parse", (uint64_t)(end - text), from);
    from = now();
    char *again = json_dumps(tree, JSON_COMPACT);
    show("JSON write", strlen(again), from);
    free(again);
    json_decref(tree);
    free(text);
}

int main(int argc, char **argv) {
    n = argc > 1 ? strtoull(argv[1], NULL, 10) : 20000;
    for (int round = 0; round < 9; round++) {
        sorting();
        building();
        integers();
        floats();
        trees();
    }
    return 0;
}
