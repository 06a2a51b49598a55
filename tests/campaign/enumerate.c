// All small functions there are: every choice of up to N instructions out of an alphabet about two owners, a shared and an exclusive
// borrow and a number, in each of four shapes of graph, with each way of ending what is owned. What the verifier accepts is walked on
// every way, and breaks no rule; of what it refuses it is counted how much breaks one in fact.
//
//     sir-enumerate [--length N]      default 2; the functions of a shape are 15^N * 4
//
// Exits with 1 at the first function that is accepted and breaks a rule, which is printed.

#include "base/arena.h"
#include "base/buf.h"
#include "interp/interp.h"
#include "sir/sir.h"
#include "verify/verify.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const alphabet[] = {
    "",
    "    %1 = use move %0\n",
    "    %0 = use move %1\n",
    "    drop %0\n",
    "    drop %1\n",
    "    %1 = new u64 1\n",
    "    %0.* = use copy %4\n",
    "    %4 = use copy %0.*\n",
    "    %2 = borrow.mut %0.*\n",
    "    %2 = borrow.mut %1.*\n",
    "    %2.* = use copy %4\n",
    "    %3 = borrow %0.*\n",
    "    %4 = use copy %3.*\n",
    "    swap %0, %1\n",
    "    %4 = unbox move %0\n",
};
static const char *const endings[] = { "", "    drop %0\n", "    drop %1\n",
                                       "    drop %0\n    drop %1\n" };

// Where instruction k goes: `1` to `4`, each once; the ending is E.
static const char *const shapes[] = {
    "bb0:\n1234E    return\n",
    "bb0:\n1    branch copy %5 -> bb1, bb2\nbb1:\n2    jump -> bb3\nbb2:\n3    jump -> bb3\nbb3:\n4E    return\n",
    "bb0:\n1    jump -> bb1\nbb1:\n2    branch copy %5 -> bb2, bb3\nbb2:\n3    jump -> bb1\nbb3:\n4E    return\n",
    "bb0:\n1    branch copy %5 -> bb1, bb2\nbb1:\n2    branch copy %5 -> bb2, bb3\nbb2:\n3    branch copy %5 -> bb1, bb3\nbb3:\n4E    return\n",
};

enum {
    LETTERS = sizeof alphabet / sizeof *alphabet,
    ENDINGS = sizeof endings / sizeof *endings,
    SHAPES = sizeof shapes / sizeof *shapes,
    MOST = 4,
    WALKS = 24, // at random: what is taken at each of a few branches
    STEPS = 200
};

typedef struct Counts {
    uint64_t functions, accepted, refused, broken;
} Counts;

static void write_function(
    const char *shape, const uint32_t *letters, const char *ending, Buf *text
) {
    text->len = 0;
    buf_cstr(text, "module E\nfn void @f(own u64* a) {\n    local %1 own u64*\n");
    buf_cstr(text, "    local %2 mut u64*\n    local %3 const u64*\n    local %4 u64\n");
    buf_cstr(text, "    local %5 bool\n");
    for (const char *at = shape; *at; at++) {
        if (at[0] >= '1' && at[0] <= '4' && at[-1] != 'b' && at[-1] != '%')
            buf_cstr(text, alphabet[letters[at[0] - '1']]);
        else if (*at == 'E')
            buf_cstr(text, ending);
        else
            buf_put(text, at, 1);
        if (at == shape + 4) buf_cstr(text, "    %4 = use u64 3\n    %5 = use bool true\n");
    }
    buf_cstr(text, "}\nfn void @main() {\nbb0:\n    return\n}\n");
    buf_cstr(
        text, "manifest {\n    main @main\n    heap 65536\n    stack 32768\n    threads 1\n}\n"
    );
}

// The first walk that breaks a rule, or none.
static bool is_broken(const SirModule *module, InterpResult *result) {
    for (uint64_t seed = 1; seed <= WALKS; seed++) {
        interp_walk(module, 0, seed, STEPS, NULL, result);
        if (result->end == INTERP_VIOLATION) return true;
    }
    return false;
}

static bool try_function(const Buf *text, Counts *counts) {
    Arena arena;
    Buf binary = { 0 };
    SirReadError error = { 0 };
    VerifyReport report;
    InterpResult result;
    arena_init(&arena);
    SirModule *module = sir_text_read(&arena, (Str){ (const char *)text->data, text->len }, &error);
    if (!module) {
        printf("%u: %s\n%.*s", error.line, error.message, (int)text->len, (char *)text->data);
        exit(2);
    }
    sir_binary_write(module, &binary);
    bool accepted = verify(&arena, binary.data, binary.len, &report) != NULL;
    bool broken = is_broken(module, &result);
    counts->functions++;
    counts->accepted += accepted;
    counts->refused += !accepted;
    counts->broken += !accepted && broken;
    if (accepted && broken) {
        Buf line = { 0 };
        interp_result_write(&result, module, &line);
        printf("ESCAPE: %.*s\n", (int)line.len, (const char *)line.data);
        printf("%.*s", (int)text->len, (const char *)text->data);
    }
    buf_free(&binary);
    arena_free(&arena);
    return !(accepted && broken);
}

static bool next(uint32_t *letters, uint32_t length) {
    for (uint32_t i = 0; i < length; i++) {
        if (++letters[i] < LETTERS) return true;
        letters[i] = 0;
    }
    return false;
}

// A length of less than four leaves out instructions at each place in turn.
static bool try_shape(const char *shape, uint32_t length, Counts *counts) {
    Buf text = { 0 };
    for (uint32_t first = 0; first + length <= MOST; first++) {
        uint32_t letters[MOST] = { 0 };
        do {
            uint32_t placed[MOST] = { 0 };
            memcpy(placed + first, letters, length * sizeof *letters);
            for (uint32_t e = 0; e < ENDINGS; e++) {
                write_function(shape, placed, endings[e], &text);
                if (!try_function(&text, counts)) return false;
            }
        } while (next(letters, length));
    }
    buf_free(&text);
    return true;
}

int main(int argc, char **argv) {
    long length = argc == 3 && strcmp(argv[1], "--length") == 0 ? strtol(argv[2], NULL, 10) : 2;
    if ((argc != 1 && argc != 3) || length < 1 || length > MOST) {
        printf("usage: sir-enumerate [--length 1..4]\n");
        return 2;
    }
    bool good = true;
    for (uint32_t i = 0; good && i < SHAPES; i++) {
        Counts counts = { 0 };
        good = try_shape(shapes[i], (uint32_t)length, &counts);
        if (good && counts.accepted == 0)
            good = (printf("shape %u: nothing is accepted\n", i), false);
        printf(
            "shape %u: %" PRIu64 " functions, %" PRIu64
            " accepted, none of them breaks a rule; %" PRIu64 " refused, of which %" PRIu64
            " break one\n",
            i, counts.functions, counts.accepted, counts.refused, counts.broken
        );
    }
    return !good;
}
