// Diagnostics: what is wrong with a program, where, why, and how to mend it.
//
//     diag_report(diags, span, E_USE_AFTER_MOVE, name);       the row's text, with printf's arguments
//     diag_note(diags, moved_at, "moved here");               belongs to the last report
//     diag_help(diags, "send a copy: `copy(%s)`", name);
//
// Reporting never stops the caller: it puts an error node in its tree and goes on. The same code at the same place is
// reported once, and past a limit, of errors and of warnings, only the number grows.

#ifndef DIAG_DIAG_H
#define DIAG_DIAG_H

#include "base/arena.h"
#include "base/buf.h"
#include "source/source.h"

#include <stdbool.h>
#include <stdint.h>

typedef enum DiagCode {
#define DIAG(number, level, name, text) E_##name,
#include "diag/diag.def"
    DIAG_CODES
} DiagCode;

typedef enum DiagLevel { DIAG_ERROR, DIAG_WARNING } DiagLevel;

typedef struct Diags Diags;

enum { DIAG_LIMIT = 50 };

// --- make ------------------------------------------------------------------------------------------------------

Diags *diags_new(Arena *arena, const SourceMap *map);
void diags_limit(
    Diags *diags, uint32_t most
); // of errors, and of warnings, how many are kept; DIAG_LIMIT unless told

// --- report ----------------------------------------------------------------------------------------------------

void diag_report(Diags *diags, Span span, DiagCode code, ...);
void diag_note(Diags *diags, Span span, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void diag_help(Diags *diags, const char *format, ...) __attribute__((format(printf, 2, 3)));

// A fix of the last report, for where it is certain: the span becomes `replacement`. The message says what to do: "write
// `->`". diag_fix_also adds an edit to it; a fix is applied as a whole or not at all.
void diag_fix(Diags *diags, Span span, const char *replacement, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void diag_fix_also(Diags *diags, Span span, const char *replacement);

// From now on nothing is said about this part: it could not be read, and that has been said. Nor is it said that something is
// missing whose name stands there.
void diags_silence(Diags *diags, Span span);

// Counts an error that only follows from one that has been reported. What is added to a report next is left out.
void diag_follow(Diags *diags);

// Who reports from now on, for a part of a check that can be made anew: a pointer that stands for it. Gives who it was before;
// NULL, as in the beginning, is nobody.
const void *diags_owner(Diags *diags, const void *owner);
void diags_forget(Diags *diags, const void *owner);       // as if it had never reported
uint32_t diags_of(const Diags *diags, const void *owner); // how much it has reported
// Whether each report is there, and none has been left out because of another one's: else what one part reports depends on others.
bool diags_are_apart(const Diags *diags);

// What has been warned of is an error: `--deny-warnings`. Once nothing more is reported.
void diags_deny(Diags *diags);

// What has been reported of a file that `other` knows by another number, once more: about the same text.
void diags_repeat(Diags *diags, const Diags *other, FileId file);
bool diags_are_all(const Diags *diags); // none has been left out because there were too many

// --- ask -------------------------------------------------------------------------------------------------------

uint32_t diags_errors(const Diags *diags
); // also those past the limit, and those that were not said
bool diags_is_silent(const Diags *diags, Span span); // whether some of it could not be read
uint32_t diags_warnings(const Diags *diags);
uint32_t diags_unread(const Diags *diags);  // errors of reading, E01xx, among those that are kept
const char *diag_explain(const char *code); // the page of "E0301"; NULL if there is none

// The file with all fixes made that lie in it and do not overlap another's, appended to `out`; how many they are.
uint32_t diags_fix_file(const Diags *diags, FileId file, Buf *out);

// --- show: sorted by file and place ------------------------------------------------------------------------------

void diag_render_human(const Diags *diags, bool color, Buf *out);
void diag_render_short(const Diags *diags, Buf *out); // file:line:col: error[E0301]: text
void diag_render_json(const Diags *diags, Buf *out);  // JSON Lines

// One run of a SARIF 2.1.0 log: an element of its `runs`. `failure`: why there was nothing to look at; NULL: there was.
void diag_render_sarif_run(const Diags *diags, const char *version, const char *failure, Buf *out);

// Compares with the marks in all files of the source map: `//~ E0301 text` expects a diagnostic of that code whose
// text contains `text`, on its line; each `^` after `~` points a line further up. Several marks on a line each expect
// one. True if none is missing and none surplus; else `out` says which.
bool diag_verify(const Diags *diags, Buf *out);

#endif
