// Every program of the project, and the same with random blanks between its tokens, is the same program laid out, and laid out
// already then. With random signs in it, it does no harm. SIP_FORMAT_ROUNDS: how often each; SIP_SEED: from which number.

// clang-format off: cmocka.h wants the three before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on

#include "format/format__.h"
#include "syntax/programs_test.h"

#include <stdlib.h>
#include <string.h>

typedef struct Tally {
    uint32_t texts, skipped, broken, plain;
} Tally;

typedef struct Parsed {
    Arena arena;
    Str text;
    const Syntax *syntax;
    bool good;
} Parsed;

static uint32_t seed, rounds = 1;

static uint32_t random_below(uint32_t most) {
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)(((uint64_t)seed * most) >> 32);
}

static bool parse(Parsed *p, Str text) {
    char error[512];
    arena_init(&p->arena);
    SourceMap *map = source_map_new(&p->arena);
    FileId file = source_add_text(map, "t.sip", text.ptr, text.len, error);
    Diags *diags = diags_new(&p->arena, map);
    p->syntax = file ? syntax_parse(&p->arena, map, file, diags) : NULL;
    if (file) p->text = source_text(map, file);
    p->good = file && !p->syntax->broken;
    return file != 0;
}

static Str laid_out(Parsed *p, Buf *out, bool *plain) {
    FormatEdits edits = format_edits(&p->arena, p->syntax, p->text, 0, UINT32_MAX);
    *plain = format_keeps_tokens(p->syntax, p->text, &edits);
    format_apply(out, p->text, &edits);
    return (Str){ (const char *)out->data, out->len };
}

static void complain(Str name, const char *what, Str text) {
    print_error(STR_FMT ": %s:\n" STR_FMT "\n", STR_ARG(name), what, STR_ARG(text));
    fail();
}

// The part around the first difference.
static void complain_of_difference(Str name, Str once, Str twice) {
    size_t at = 0;
    while (at < once.len && at < twice.len && once.ptr[at] == twice.ptr[at])
        at++;
    size_t start = at > 200 ? at - 200 : 0;
    print_error(
        STR_FMT ": laid out again, it is different:\n%.*s\n--- and not\n%.*s\n", STR_ARG(name),
        (int)(twice.len - start < 300 ? twice.len - start : 300), twice.ptr + start,
        (int)(once.len - start < 300 ? once.len - start : 300), once.ptr + start
    );
    fail();
}

// A text that parses: the same program laid out, and nothing more to do then.
static void check_text(Str text, Str name, Tally *tally) {
    Parsed before, after;
    Buf once = { 0 }, twice = { 0 };
    bool plain, still_plain;
    tally->texts++;
    if (parse(&before, text) && before.good) {
        Str laid = laid_out(&before, &once, &plain);
        assert_true(parse(&after, laid));
        if (!format_is_same(&before.arena, before.syntax, before.text, after.syntax, after.text))
            complain(name, "another program laid out", laid);
        Str again = laid_out(&after, &twice, &still_plain);
        if (!str_eq(laid, again)) complain_of_difference(name, laid, again);
        tally->plain += plain;
        arena_free(&after.arena);
    } else {
        tally->broken++;
    }
    arena_free(&before.arena);
    buf_free(&once);
    buf_free(&twice);
}

static void check_program(Str text, Str name, void *context) {
    check_text(text, name, context);
}

static void programs_stay_the_same(void **state) {
    (void)state;
    Tally tally = { 0 };
    programs_visit(check_program, &tally);
    print_message(
        "%u programs, %u do not parse, %u are plain\n", tally.texts, tally.broken, tally.plain
    );
    assert_true(tally.texts > 200 && tally.broken * 4 < tally.texts);
    assert_true(tally.plain * 10 > (tally.texts - tally.broken) * 9);
}

// --- random blanks -------------------------------------------------------------------------------------------------------

static void put_blanks(Buf *out, const Token *token) {
    static const char *const blanks[] = { " ", "  ", "\n", "\n\n\n", "\t", " \n        ", "\r\n" };
    bool apart = token->start > 0 && (token[0].blanks || token[0].breaks || token[0].lines);
    bool forced = token[-1].kind == TOKEN_LINE_COMMENT;
    if (forced) buf_byte(out, '\n');
    if (apart || forced || random_below(3) == 0) buf_cstr(out, blanks[random_below(7)]);
}

static void mangle(Parsed *p, Buf *out) {
    Format f = {
        .arena = &p->arena, .syntax = p->syntax, .text = p->text, .root = p->syntax->root
    };
    format__tokens(&f);
    for (uint32_t i = 0; i < f.tokens.len; i++) {
        Token *token = &f.tokens.data[i];
        token->blanks = i > 0 && token->start > token[-1].end;
        if (i > 0) put_blanks(out, token);
        buf_put(out, p->text.ptr + token->start, token->end - token->start);
    }
}

static void check_mangled(Str text, Str name, void *context) {
    Tally *tally = context;
    Parsed good, other;
    if (parse(&good, text) && good.good) {
        for (uint32_t i = 0; i < rounds; i++) {
            Buf mangled = { 0 };
            mangle(&good, &mangled);
            Str now = { (const char *)mangled.data, mangled.len };
            bool same =
                parse(&other, now) &&
                format_is_same(&good.arena, good.syntax, good.text, other.syntax, other.text);
            tally->skipped += !same;
            if (same) check_text(now, name, tally);
            arena_free(&other.arena);
            buf_free(&mangled);
        }
    }
    arena_free(&good.arena);
}

static void programs_with_other_blanks(void **state) {
    (void)state;
    Tally tally = { 0 };
    print_message("SIP_SEED=%u\n", seed);
    programs_visit(check_mangled, &tally);
    print_message("%u texts, %u that blanks make another program\n", tally.texts, tally.skipped);
    assert_true(tally.texts > 200 && tally.skipped * 50 < tally.texts);
}

// --- random signs --------------------------------------------------------------------------------------------------------

static void change(Buf *text) {
    static const char signs[] = "()[]{}<>.,:;*&?!=+-|a1\"/ \n";
    for (uint32_t i = 0, times = 1 + random_below(4); i < times; i++)
        text->data[random_below((uint32_t)text->len)] =
            (uint8_t)signs[random_below(sizeof signs - 1)];
}

// Whatever is done, all that is no blank stays.
static void check_blanks_alone(Str before, Str after, Str name) {
    size_t i = 0, k = 0;
    for (;;) {
        while (i < before.len && strchr(" \t\r\n\f\v", before.ptr[i]))
            i++;
        while (k < after.len && strchr(" \t\r\n\f\v", after.ptr[k]))
            k++;
        if (i == before.len || k == after.len) break;
        if (before.ptr[i++] != after.ptr[k++]) complain(name, "something was lost", after);
    }
    if (i != before.len || k != after.len) complain(name, "something was lost", after);
}

static void check_changed(Str text, Str name, void *context) {
    Tally *tally = context;
    for (uint32_t i = 0; i < rounds && text.len > 0; i++) {
        Parsed p;
        Buf changed = { 0 }, out = { 0 };
        buf_put(&changed, text.ptr, text.len);
        change(&changed);
        Str now = { (const char *)changed.data, changed.len };
        bool plain;
        if (parse(&p, now)) check_blanks_alone(p.text, laid_out(&p, &out, &plain), name);
        tally->texts++;
        tally->broken += !p.good;
        arena_free(&p.arena);
        buf_free(&changed);
        buf_free(&out);
    }
}

static void changed_programs_lose_nothing(void **state) {
    (void)state;
    Tally tally = { 0 };
    print_message("SIP_SEED=%u\n", seed);
    programs_visit(check_changed, &tally);
    print_message("%u texts, %u of them wrong\n", tally.texts, tally.broken);
    assert_true(tally.broken > 100);
}

// --- what is plain -------------------------------------------------------------------------------------------------------

// Edits as no layout would make them: of the blanks at random places, some of which are none.
static FormatEdits draw_edits(Parsed *p) {
    static const char *const blanks[] = { "", "", " ", "\n", " \n  ", "\t" };
    FormatEdits edits = { 0 };
    uint32_t at = 0;
    for (uint32_t i = 0, most = 1 + random_below(4); i < most && at < p->text.len; i++) {
        at += random_below((uint32_t)p->text.len - at);
        while (at > 0 && char_is_blank(p->text.ptr[at - 1]))
            at--;
        uint32_t end = at;
        while (end < p->text.len && char_is_blank(p->text.ptr[end]))
            end++;
        if (edits.len && at <= vec_last(&edits)->end) continue;
        const char *put = blanks[random_below(6)];
        vec_push(
            &p->arena, &edits,
            ((FormatEdit){
                at, end, { put, strlen(put) }
        })
        );
        at = end + 1;
    }
    return edits;
}

// What is called plain is the same program, whoever made the edits.
static void check_plain(Str text, Str name, void *context) {
    Tally *tally = context;
    Parsed before, after;
    if (parse(&before, text) && before.good) {
        for (uint32_t i = 0; i < 20 * rounds; i++) {
            FormatEdits edits = draw_edits(&before);
            Buf out = { 0 };
            tally->texts++;
            if (format_keeps_tokens(before.syntax, before.text, &edits)) {
                tally->plain++;
                format_apply(&out, before.text, &edits);
                Str now = { (const char *)out.data, out.len };
                if (!parse(&after, now) ||
                    !format_is_same(
                        &before.arena, before.syntax, before.text, after.syntax, after.text
                    ))
                    complain(name, "called plain, and another program", now);
                arena_free(&after.arena);
            }
            buf_free(&out);
        }
    }
    arena_free(&before.arena);
}

static void plain_edits_keep_the_program(void **state) {
    (void)state;
    Tally tally = { 0 };
    print_message("SIP_SEED=%u\n", seed);
    programs_visit(check_plain, &tally);
    print_message("%u sets of edits, %u of them plain\n", tally.texts, tally.plain);
    assert_true(tally.plain > 200 && tally.plain < tally.texts);
}

int main(void) {
    const char *first = getenv("SIP_SEED"), *often = getenv("SIP_FORMAT_ROUNDS");
    seed = first ? (uint32_t)strtoul(first, NULL, 10) : 1;
    if (often) rounds = (uint32_t)strtoul(often, NULL, 10);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(programs_stay_the_same),
        cmocka_unit_test(programs_with_other_blanks),
        cmocka_unit_test(changed_programs_lose_nothing),
        cmocka_unit_test(plain_edits_keep_the_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
