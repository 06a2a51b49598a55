// Diagnostics: collecting them.

#include "diag.h"

#include "diag__.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Row {
    const char *code;
    DiagLevel level;
    const char *text;
} Row;

static const Row rows[DIAG_CODES + 1] = {
#define DIAG(number, level, name, text) { "E" #number, DIAG_##level, text },
#include "diag/diag.def"
    { NULL, DIAG_ERROR, NULL },
};

const char *diag__code_text(DiagCode code) {
    return rows[code].code;
}

DiagLevel diag__level(const Diags *diags, DiagCode code) {
    return diags->denied ? DIAG_ERROR : rows[code].level;
}

static const char *level_text(DiagLevel level) {
    return level == DIAG_ERROR ? "error" : "warning";
}

const char *diag__level_text(const Diags *diags, DiagCode code) {
    return level_text(diag__level(diags, code));
}

const char *diag__rule_level(DiagCode code) {
    return level_text(rows[code].level);
}

const char *diag__rule_text(DiagCode code) {
    return rows[code].text;
}

Diags *diags_new(Arena *arena, const SourceMap *map) {
    Diags *diags = arena_new(arena, Diags);
    diags->arena = arena;
    diags->map = map;
    diags->limit = DIAG_LIMIT;
    diags->said = strmap_new(arena);
    return diags;
}

void diags_limit(Diags *diags, uint32_t most) {
    diags->limit = most;
}

static const char *format_text(Arena *arena, const char *format, va_list args) {
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    char *text = arena_alloc(arena, (size_t)(length < 0 ? 0 : length) + 1, 1);
    vsnprintf(text, (size_t)(length < 0 ? 0 : length) + 1, format, again);
    va_end(again);
    return text;
}

// True if it is new.
static bool say(Diags *diags, Span span, DiagCode code) {
    uint32_t key[] = { (uint32_t)code, span.file, span.start, span.end };
    uint64_t known;
    if (strmap_get(diags->said, (const char *)key, sizeof key, &known)) return false;
    return strmap_put(diags->said, (const char *)key, sizeof key, 0);
}

static void count(Diags *diags, DiagCode code) {
    if (rows[code].level == DIAG_ERROR)
        diags->errors++;
    else
        diags->warnings++;
}

// Warnings have a limit of their own: they never keep an error from being shown.
static bool is_full(const Diags *diags, DiagCode code) {
    return diags->kept[rows[code].level] >= diags->limit;
}

static void keep(Diags *diags, Span span, DiagCode code, const char *text) {
    diags->muted = false;
    diags->kept[rows[code].level]++;
    vec_push(
        diags->arena, &diags->list,
        (Diag){ .code = code,
                .span = span,
                .text = text,
                .order = diags->order++,
                .owner = diags->owner }
    );
}

void diag_report(Diags *diags, Span span, DiagCode code, ...) {
    va_list args;
    bool full = is_full(diags, code);
    va_start(args, code);
    const char *text =
        full && diags->silent.len == 0 ? "" : format_text(diags->arena, rows[code].text, args);
    va_end(args);
    diags->muted = true;
    if (diag__follows(diags, span, code, text)) {
        if (rows[code].level == DIAG_ERROR) vec_push(diags->arena, &diags->unsaid, diags->owner);
        return;
    }
    if (!say(diags, span, code)) return;
    count(diags, code);
    if (full) {
        diags->left_out++;
        return;
    }
    keep(diags, span, code, text);
}

void diag_note(Diags *diags, Span span, const char *format, ...) {
    if (diags->muted) return;
    va_list args;
    va_start(args, format);
    const char *text = format_text(diags->arena, format, args);
    va_end(args);
    vec_push(diags->arena, &vec_last(&diags->list)->notes, (DiagLabel){ span, text });
}

void diag_help(Diags *diags, const char *format, ...) {
    if (diags->muted) return;
    va_list args;
    va_start(args, format);
    const char *text = format_text(diags->arena, format, args);
    va_end(args);
    vec_push(diags->arena, &vec_last(&diags->list)->helps, text);
}

void diag_fix(Diags *diags, Span span, const char *replacement, const char *format, ...) {
    if (diags->muted) return;
    va_list args;
    va_start(args, format);
    DiagFix fix = { .message = format_text(diags->arena, format, args) };
    va_end(args);
    vec_push(diags->arena, &vec_last(&diags->list)->fixes, fix);
    diag_fix_also(diags, span, replacement);
}

void diag_fix_also(Diags *diags, Span span, const char *replacement) {
    if (diags->muted) return;
    DiagFix *fix = vec_last(&vec_last(&diags->list)->fixes);
    DiagEdit edit = { span, arena_strdup(diags->arena, replacement) };
    vec_push(diags->arena, &fix->edits, edit);
}

// --- once more ---------------------------------------------------------------------------------------------------

static Span in_file(Span span, FileId file) {
    return span.file ? (Span){ file, span.start, span.end } : span;
}

static void repeat_fix(Diags *diags, const DiagFix *fix, FileId file) {
    vec_each(const DiagEdit, edit, &fix->edits) {
        Span span = in_file(edit->span, file);
        if (edit == fix->edits.data)
            diag_fix(diags, span, edit->replacement, "%s", fix->message);
        else
            diag_fix_also(diags, span, edit->replacement);
    }
}

static void repeat(Diags *diags, const Diag *diag, FileId file) {
    Span span = in_file(diag->span, file);
    bool full = is_full(diags, diag->code);
    diags->muted = true;
    if (!say(diags, span, diag->code)) return;
    count(diags, diag->code);
    diags->left_out += full;
    if (full) return;
    keep(diags, span, diag->code, arena_strdup(diags->arena, diag->text));
    vec_each(const DiagLabel, note, &diag->notes)
        diag_note(diags, in_file(note->span, file), "%s", note->text);
    vec_each(const char *const, help, &diag->helps)
        diag_help(diags, "%s", *help);
    vec_each(const DiagFix, fix, &diag->fixes)
        repeat_fix(diags, fix, file);
}

void diags_repeat(Diags *diags, const Diags *other, FileId file) {
    vec_each(const Diag, diag, &other->list)
        repeat(diags, diag, file);
}

bool diags_are_all(const Diags *diags) {
    return diags->left_out == 0;
}

// --- by their owners -------------------------------------------------------------------------------------------

const void *diags_owner(Diags *diags, const void *owner) {
    const void *before = diags->owner;
    diags->owner = owner;
    return before;
}

void diags_forget(Diags *diags, const void *owner) {
    uint32_t kept = 0, follow = 0;
    diags->said = strmap_new(diags->arena);
    for (uint32_t i = 0; i < diags->list.len; i++) {
        const Diag *diag = &diags->list.data[i];
        DiagLevel level = rows[diag->code].level;
        if (diag->owner != owner) {
            say(diags, diag->span, diag->code);
            diags->list.data[kept++] = *diag;
            continue;
        }
        diags->kept[level]--;
        *(level == DIAG_ERROR ? &diags->errors : &diags->warnings) -= 1;
    }
    diags->list.len = kept;
    for (uint32_t i = 0; i < diags->unsaid.len; i++)
        if (diags->unsaid.data[i] != owner) diags->unsaid.data[follow++] = diags->unsaid.data[i];
    diags->unsaid.len = follow;
}

uint32_t diags_of(const Diags *diags, const void *owner) {
    uint32_t count = 0;
    vec_each(const Diag, diag, &diags->list)
        count += diag->owner == owner;
    vec_each(const void *const, other, &diags->unsaid)
        count += *other == owner;
    return count;
}

bool diags_are_apart(const Diags *diags) {
    return diags->left_out == 0 && diags->silent.len == 0 && !diags->denied;
}

void diags_deny(Diags *diags) {
    diags->denied = true;
    diags->errors += diags->warnings;
    diags->warnings = 0;
}

uint32_t diags_errors(const Diags *diags) {
    return diags->errors + diags->unsaid.len;
}

uint32_t diags_warnings(const Diags *diags) {
    return diags->warnings;
}

uint32_t diags_unread(const Diags *diags) {
    uint32_t count = 0;
    vec_each(Diag, diag, &diags->list)
        count += strncmp(rows[diag->code].code, "E01", 3) == 0;
    return count;
}

static int by_place(const void *a, const void *b) {
    const Diag *x = *(const Diag *const *)a, *y = *(const Diag *const *)b;
    if (x->span.file != y->span.file) return x->span.file < y->span.file ? -1 : 1;
    if (x->span.start != y->span.start) return x->span.start < y->span.start ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

const Diag **diag__sorted(const Diags *diags) {
    const Diag **sorted = arena_array(diags->arena, const Diag *, diags->list.len);
    for (uint32_t i = 0; i < diags->list.len; i++)
        sorted[i] = &diags->list.data[i];
    if (diags->list.len) qsort(sorted, diags->list.len, sizeof *sorted, by_place);
    return sorted;
}
