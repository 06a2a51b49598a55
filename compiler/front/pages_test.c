// The pages of the diagnostics that come from checking: the first program of each earns what it is marked with, the
// second is mended. A program may be of several files: `// file shapes.sip` begins another one.

// clang-format off: cmocka.h wants the three before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on

#include "base/buf.h"
#include "base/file.h"
#include "front/front.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int rows[] = {
#define DIAG(number, level, name, text) 1##number - 10000,
#include "diag/diag.def"
};

static const char next_file[] = "// file ";

static const char *end_of_file(const char *at, const char *stop) {
    for (; at < stop; at++)
        if ((size_t)(stop - at) >= strlen(next_file) &&
            memcmp(at, next_file, strlen(next_file)) == 0)
            return at;
    return stop;
}

// Each file under its name; the first is page.sip.
static void put_files(Front *front, const char *text, const char *stop) {
    char name[64] = "page.sip";
    for (;;) {
        const char *end = end_of_file(text, stop);
        front_overlay(front, name, text, (size_t)(end - text));
        if (end == stop) return;
        const char *line = end + strlen(next_file),
                   *newline = memchr(line, '\n', (size_t)(stop - line));
        assert_true(newline && (size_t)(newline - line) < sizeof name);
        snprintf(name, sizeof name, "%.*s", (int)(newline - line), line);
        text = newline + 1;
    }
}

static void put_modules_of(Front *front, const char *folder, const char *prefix) {
    struct dirent **entries;
    int count = scandir(folder, &entries, NULL, alphasort);
    assert_true(count > 2);
    for (int i = 0; i < count; i++) {
        char from[1024], to[512], error[512];
        Buf text = { 0 };
        snprintf(from, sizeof from, "%s/%s", folder, entries[i]->d_name);
        snprintf(to, sizeof to, "%s/%s", prefix, entries[i]->d_name);
        if (strstr(to, ".sip") && file_read(from, 1 << 20, &text, error))
            front_overlay(front, to, (const char *)text.data, text.len);
        buf_free(&text);
        free(entries[i]);
    }
    free(entries);
}

// The modules that come with sipcc, each where it is looked for.
static void put_modules(Front *front) {
    put_modules_of(front, SIP_SOURCE_DIR "/stdlib/core", "std");
    put_modules_of(front, SIP_SOURCE_DIR "/contracts/channels", "sip");
}

static void check_program(const char *code, const char *text, const char *stop, bool is_mended) {
    Buf out = { 0 };
    Front *front = front_new();
    put_files(front, text, stop);
    put_modules(front);
    front_lints(
        front, strncmp(code, "E06", 3) == 0
    ); // what else could be left out is no matter here
    FrontResult *result = front_check(front, "page.sip", 0);
    assert_string_equal(result->error, "");
    bool good = diag_verify(result->diags, &out);
    if (!good) fail_msg("%s: %.*s", code, (int)out.len, (const char *)out.data);
    uint32_t reported = diags_errors(result->diags) + diags_warnings(result->diags);
    if (is_mended ? reported > 0 : !memmem(text, (size_t)(stop - text), code, strlen(code)))
        fail_msg("%s: its %s program does not say so", code, is_mended ? "mended" : "first");
    front_result_free(result);
    front_free(front);
    buf_free(&out);
}

// Two rows have no program on their page: it would be too long.
static void check_page(const char *code) {
    const char *page = diag_explain(code);
    if (!page) fail_msg("%s has no page", code);
    int programs = 0;
    for (const char *at = page; (at = strstr(at, "```sip\n"));) {
        at += strlen("```sip\n");
        const char *stop = strstr(at, "```");
        assert_non_null(stop);
        check_program(code, at, stop, programs > 0);
        at = stop + strlen("```");
        programs++;
    }
    bool without = strcmp(code, "E0212") == 0 || strcmp(code, "E0423") == 0;
    assert_int_equal(programs, without ? 0 : 2);
}

static void each_page_keeps_its_word(void **state) {
    (void)state;
    int seen = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char code[8];
        if (rows[i] / 100 == 1) // of reading: tested there
            continue;
        if (rows[i] >= 470 && rows[i] <= 472) // of whole systems: tests/deadlock
            continue;
        snprintf(code, sizeof code, "E%04d", rows[i]);
        check_page(code);
        seen++;
    }
    assert_true(seen >= 120);
}

int main(void) {
    const struct CMUnitTest tests[] = { cmocka_unit_test(each_page_keeps_its_word) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
