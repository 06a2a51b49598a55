// Whether the verifier says of a module what the module says of itself. `;~ V04 text` in its first lines: this is the only
// complaint, `text` is part of it, and with rule 4 knocked out there is none. Without such a line: the module is accepted.
//
//     test-sir-verify FILE.sir...
//     test-sir-verify --mutate SEED COUNT FILE.sir...      changed at random, COUNT times each: see mutate.c

#include "mutate.h"
#include "verify__.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/str.h"
#include "sir/sir.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// --- what is expected ------------------------------------------------------------------------------------------------

typedef struct Expected {
    unsigned rule; // 0: the module is accepted
    char text[256];
} Expected;

static bool read_expected(const char *source, Expected *expected) {
    *expected = (Expected){ 0 };
    const char *line = strstr(source, ";~ ");
    if (!line) return true;
    if (sscanf(line, ";~ V%u%255[^\n]", &expected->rule, expected->text) < 1) return false;
    memmove(
        expected->text, expected->text + strspn(expected->text, " "),
        strlen(expected->text + strspn(expected->text, " ")) + 1
    );
    return expected->rule >= 1 && expected->rule <= 13 && !strstr(line + 1, ";~ ");
}

static void print_report(const VerifyReport *report) {
    for (uint32_t i = 0; i < report->count; i++) {
        Buf text = { 0 };
        verify_complaint_write(&report->complaints[i], &text);
        printf("  %.*s\n", (int)text.len, (const char *)text.data);
        buf_free(&text);
    }
}

static bool is_as_expected(const Expected *expected, bool accepted, const VerifyReport *report) {
    if (expected->rule == 0) return accepted && report->count == 0;
    return !accepted && report->count == 1 && report->complaints[0].rule == expected->rule &&
           strstr(report->complaints[0].message, expected->text);
}

// --- one module ----------------------------------------------------------------------------------------------------------

static bool judge(Arena *arena, const char *path, const Expected *expected, const Buf *binary) {
    VerifyReport report;
    bool accepted = verify(arena, binary->data, binary->len, &report) != NULL;
    if (!is_as_expected(expected, accepted, &report)) {
        printf("%s: expected ", path);
        if (expected->rule)
            printf("only `V%02u: %s`, but the verifier says:\n", expected->rule, expected->text);
        else
            printf("no complaint, but the verifier says:\n");
        print_report(&report);
        return false;
    }
    if (expected->rule == 0) return true;
    verify__knock_out(expected->rule);
    verify(arena, binary->data, binary->len, &report);
    verify__knock_out(0);
    if (report.count == 0) return true;
    printf("%s: without rule %u there is still:\n", path, expected->rule);
    print_report(&report);
    return false;
}

static bool check_module(Arena *arena, const char *path, const char *source, size_t length) {
    Expected expected;
    if (!read_expected(source, &expected)) {
        printf("%s: the expectation is not `;~ VNN text`, or there are two\n", path);
        return false;
    }
    SirReadError error;
    const SirModule *module = sir_text_read(arena, (Str){ source, length }, &error);
    if (!module) {
        printf("%s:%u: %s\n", path, error.line, error.message);
        return false;
    }
    Buf binary = { 0 };
    sir_binary_write(module, &binary);
    bool good = judge(arena, path, &expected, &binary);
    buf_free(&binary);
    return good;
}

typedef bool Check(Arena *arena, const char *path, const char *source, size_t length);

static uint64_t seed;
static uint32_t rounds;

static bool check_mutants(Arena *arena, const char *path, const char *source, size_t length) {
    SirReadError error;
    if (!sir_text_read(arena, (Str){ source, length }, &error)) {
        printf("%s:%u: %s\n", path, error.line, error.message);
        return false;
    }
    mutate_and_verify((Str){ source, length }, seed, rounds);
    return true;
}

static bool with_file(const char *path, Check *check) {
    Buf source = { 0 };
    char error[512];
    if (!file_read(path, 1 << 20, &source, error)) {
        printf("%s\n", error);
        return false;
    }
    size_t length = source.len;
    char *text = buf_take(&source);
    Arena arena;
    arena_init(&arena);
    bool good = check(&arena, path, text, length);
    arena_free(&arena);
    free(text);
    return good;
}

int main(int argc, char **argv) {
    int first = 1;
    Check *check = check_module;
    if (argc > 4 && strcmp(argv[1], "--mutate") == 0) {
        seed = strtoull(argv[2], NULL, 10);
        rounds = (uint32_t)strtoul(argv[3], NULL, 10);
        printf("seed %" PRIu64 ", %u rounds a module\n", seed, rounds);
        check = check_mutants;
        first = 4;
    }
    int failed = 0;
    for (int i = first; i < argc; i++)
        failed += !with_file(argv[i], check);
    return failed > 0 || first == argc;
}
