// Hostile text: whatever a file holds, from text to Ast and its dump there is no crash and no hang, and what is broken
// is reported. Takes the programs of the grammar's tests, cut at every byte and with bytes changed at random; run
// with SIP_SEED=n in the environment to repeat what a seed gave.

// clang-format off: cmocka.h wants the three before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on

#include "ast/build.h"
#include "base/buf.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MUTANTS = 400, LONG_MUTANTS = 60, LONG_STEP = 17, SECONDS = 5 };

static uint64_t seed;

static uint64_t next_random(uint64_t *state) { // splitmix64
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static char *read_program(const char *name, size_t *length) {
    char path[1024];
    snprintf(path, sizeof path, "%s/grammar/test/programs/%s", SIP_SOURCE_DIR, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char *text = calloc(1, 1 << 20);
    assert_non_null(text);
    *length = fread(text, 1, 1 << 20, file);
    assert_true(*length > 0 && *length < 1 << 20);
    fclose(file);
    return text;
}

// Reads the text to the end; false if it has errors. A text that is no UTF-8 does not get this far.
static bool survive(const char *text, size_t length) {
    Arena arena;
    char error[512];
    arena_init(&arena);
    SourceMap *map = source_map_new(&arena);
    FileId file = source_add_text(map, "t.sip", text, length, error);
    if (!file) {
        arena_free(&arena);
        return false;
    }
    Diags *diags = diags_new(&arena, map);
    Names *names = names_new(&arena);
    struct timespec start, stop;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
    Ast *ast = ast_build(&arena, syntax_parse(&arena, map, file, diags), names, diags);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &stop);
    assert_true(stop.tv_sec - start.tv_sec < SECONDS);
    FILE *nowhere = fopen("/dev/null", "w");
    assert_non_null(nowhere);
    ast_dump(nowhere, ast, names);
    fclose(nowhere);
    bool good = diags_errors(diags) == 0;
    assert_int_equal(ast->broken, !good);
    arena_free(&arena);
    return good;
}

// --- truncations --------------------------------------------------------------------------------------

static void a_program_may_end_anywhere(void **state) {
    (void)state;
    size_t length;
    char *text = read_program("words.sip", &length);
    assert_true(survive(text, length));
    for (size_t end = 0; end < length; end++)
        survive(text, end);
    free(text);
}

// The long one at every seventeenth byte, from one of the first seventeen: it takes its time, and the seed changes.
static void a_long_program_may_end_anywhere(void **state) {
    (void)state;
    size_t length;
    char *text = read_program("tour.sip", &length);
    assert_true(survive(text, length));
    for (size_t end = seed % LONG_STEP; end < length; end += LONG_STEP)
        survive(text, end);
    free(text);
}

static void a_program_may_begin_anywhere(void **state) {
    (void)state;
    size_t length;
    char *text = read_program("words.sip", &length);
    for (size_t start = 0; start < length; start++)
        survive(text + start, length - start);
    free(text);
}

// --- mutations ----------------------------------------------------------------------------------------

static void mutate(char *text, size_t *length, uint64_t *random) {
    static const char signs[] = "(){}[]<>\"'$;:,.*?!-+=&|/\\_0ab \n";
    for (uint64_t changes = next_random(random) % 8 + 1; changes > 0; changes--) {
        size_t at = next_random(random) % *length, run = next_random(random) % 24 + 1;
        switch (next_random(random) % 4) {
        case 0: text[at] = (char)(next_random(random) % 0x80); break;
        case 1: text[at] = signs[next_random(random) % (sizeof signs - 1)]; break;
        case 2: // leave something out
            if (at + run >= *length) break;
            memmove(text + at, text + at + run, *length - at - run);
            *length -= run;
            break;
        default: { // bring something from elsewhere
            size_t from = next_random(random) % *length;
            if (at + run <= *length && from + run <= *length) memmove(text + at, text + from, run);
        }
        }
    }
}

static void a_program_may_be_changed_anyhow(void **state) {
    (void)state;
    print_message("SIP_SEED=%llu\n", (unsigned long long)seed);
    static const struct {
        const char *name;
        int mutants;
    } programs[] = {
        { "words.sip", MUTANTS      },
        { "tour.sip",  LONG_MUTANTS }
    };
    uint64_t random = seed;
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
        size_t length;
        char *text = read_program(programs[i].name, &length), *mutant = malloc(length);
        assert_non_null(mutant);
        for (int n = 0; n < programs[i].mutants; n++) {
            size_t size = length;
            memcpy(mutant, text, length);
            mutate(mutant, &size, &random);
            survive(mutant, size);
        }
        free(mutant);
        free(text);
    }
}

// Words and signs in no order at all.
static void a_text_may_be_anything(void **state) {
    (void)state;
    static const char *const words[] = {
        "(",       ")",       "{",       "}",    "[",     "]",   "[[",     "<",       ">",
        ",",       ";",       ":",       "::",   ".",     "..",  "..=",    "->",      "=",
        "*",       "?",       "!",       "&&",   "-%",    "1",   "0x",     "2 ms",    "'a'",
        "\"t\"",   "$\"{",    "}\"",     "b\"",  "//\n",  "/*",  "*/",     "///\n",   "x",
        "T",       "own",     "const",   "gc",   "u8",    "str", "struct", "enum",    "contract",
        "in",      "message", "state",   "one",  "or",    "end", "sip",    "uses",    "heap",
        "system",  "restart", "if",      "else", "while", "for", "switch", "receive", "case",
        "default", "closed",  "timeout", "send", "fn",    "new", "try",    "return",  "auto",
        "pub",
    };
    uint64_t random = seed;
    for (int n = 0; n < MUTANTS; n++) {
        Buf text = { 0 };
        for (uint64_t count = next_random(&random) % 200; count > 0; count--) {
            buf_cstr(&text, words[next_random(&random) % (sizeof words / sizeof *words)]);
            if (next_random(&random) % 4) buf_cstr(&text, " ");
        }
        buf_byte(&text, '\n');
        survive((const char *)text.data, text.len);
        buf_free(&text);
    }
}

// --- depth --------------------------------------------------------------------------------------------

static void check_repeated(
    const char *before, const char *inner, const char *again, const char *after, uint32_t times
) {
    Buf text = { 0 };
    buf_cstr(&text, before);
    for (uint32_t i = 0; i < times; i++)
        buf_cstr(&text, inner);
    buf_cstr(&text, again);
    for (uint32_t i = 0; i < times && after[0]; i++)
        buf_cstr(&text, after);
    buf_byte(&text, '\n');
    survive((const char *)text.data, text.len);
    buf_free(&text);
}

static void a_text_may_be_deep_or_long(void **state) {
    (void)state;
    static const struct {
        const char *before, *inner, *again, *after;
    } shapes[] = {
        { "void f(u8",                     "*",              " x) { }",      ""    },
        { "void f(",                       "own ",           "u8 x) { }",    ""    },
        { "void f(",                       "A<",             "u8",           ">"   },
        { "void f(A",                      ".b",             " x) { }",      ""    },
        { "void f() ",                     "{ ",             "",             "} "  },
        { "void f() { ",                   "if (x) ",        "; }",          ""    },
        { "void f() { ",                   "if (x) ; else ", "; }",          ""    },
        { "void f() { ",                   "x = 1; ",        "}",            ""    },
        { "void f() { x = ",               "1 + ",           "1; }",         ""    },
        { "void f() { x = ",               "$\"{",           "x",            "}\"" },
        { "void f() { x = ",               "fn () { x = ",   "1",            "; }" },
        { "void f() { switch (x) { case ", "(a, ",           "b",            ")"   },
        { "contract C { state A: ",        "(a? -> ",        "b!",           ")"   },
        { "contract C { state A: ",        "(a? or b!) -> ", "A; }",         ""    },
        { "contract C { state A: ",        "a? -> ",         "A; }",         ""    },
        { "package p ",                    "{ a ",           "{ }",          "}"   },
        { "const T x = \"",                "\\n",            "\";",          ""    },
        { "",                              "///\n",          "struct S { }", ""    },
        { "",                              "x",              ";",            ""    },
        { "enum E { ",                     "a, ",            "b }",          ""    },
    };
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        check_repeated(shapes[i].before, shapes[i].inner, shapes[i].again, shapes[i].after, 300);
        check_repeated(shapes[i].before, shapes[i].inner, shapes[i].again, shapes[i].after, 12000);
    }
}

int main(void) {
    const char *given = getenv("SIP_SEED");
    seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_program_may_end_anywhere),
        cmocka_unit_test(a_long_program_may_end_anywhere),
        cmocka_unit_test(a_program_may_begin_anywhere),
        cmocka_unit_test(a_program_may_be_changed_anyhow),
        cmocka_unit_test(a_text_may_be_anything),
        cmocka_unit_test(a_text_may_be_deep_or_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
