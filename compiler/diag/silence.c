// What follows from a part that could not be read: reports inside of it, and reports elsewhere that something is missing whose
// name stands in it.

#include "diag__.h"

#include <string.h>

void diags_silence(Diags *diags, Span span) {
    Str text = source_text(diags->map, span.file);
    vec_push(diags->arena, &diags->silent, span);
    if (!diags->lost) diags->lost = strmap_new(diags->arena);
    for (uint32_t at = span.start; at < span.end;) {
        uint32_t start = at;
        while (at < span.end && char_is_word(text.ptr[at]))
            at++;
        if (at > start) strmap_put(diags->lost, text.ptr + start, at - start, 0);
        at += at == start;
    }
}

bool diags_is_silent(const Diags *diags, Span span) {
    vec_each(Span, part, &diags->silent) {
        if (part->file == span.file && part->start <= span.end && span.start <= part->end)
            return true;
    }
    return false;
}

void diag_follow(Diags *diags) {
    vec_push(diags->arena, &diags->unsaid, diags->owner);
    diags->muted = true;
}

static bool is_inside(const Diags *diags, Span span) {
    vec_each(Span, part, &diags->silent) {
        bool inside = part->start <= span.start && span.start <= part->end;
        bool around = span.start <= part->start && part->end <= span.end;
        if (part->file == span.file && (inside || around)) return true;
    }
    return false;
}

static bool is_lost(const Diags *diags, const char *word, size_t length) {
    uint64_t value;
    return strmap_get(diags->lost, word, length, &value);
}

// Codes that say that something is not there.
static bool tells_missing(DiagCode code) {
    switch ((int)code) {
    case E_UNKNOWN_NAME:
    case E_NOT_A_TYPE:
    case E_NOT_A_VALUE:
    case E_TYPE_UNKNOWN:
    case E_NO_FIELD:
    case E_ARGUMENT_COUNT:
    case E_NO_METHOD:
    case E_NO_VARIANT:
    case E_FIELD_MISSING:
    case E_NOT_COVERED:
    case E_UNKNOWN_LABEL:
    case E_NO_BODY:
    case E_EMPTY_ENUM:
    case E_CONFORMANCE:
    case E_BOUND:
    case E_UNKNOWN_STATE:
    case E_UNREACHABLE_STATE:
    case E_EMPTY_CONTRACT:
    case E_UNUSED_MESSAGE:
    case E_UNKNOWN_MESSAGE:
    case E_RECEIVE_INCOMPLETE:
    case E_WIRE_UNKNOWN:
    case E_WIRE_MISSING:
    case E_WIRE_NOT_OFFERED:
    case E_WIRE_NOT_TAKEN:
    case E_WIRE_SIP: return true;
    default: return false;
    }
}

bool diag__follows(Diags *diags, Span span, DiagCode code, const char *text) {
    if (diags->silent.len == 0) return false;
    if (span.file && is_inside(diags, span)) return true;
    if (code == E_CONST_TRAP) return true; // a function that it calls may be one of these
    if (!tells_missing(code)) return false;
    if (is_lost(diags, "import", strlen("import"))) return true; // of whatever was in there
    for (const char *open = strchr(text, '`'); open;) {
        for (const char *at = open + 1; *at && *at != '`';) {
            const char *start = at;
            while (char_is_word(*at))
                at++;
            if (at > start && is_lost(diags, start, (size_t)(at - start))) return true;
            at += at == start;
        }
        const char *close = strchr(open + 1, '`');
        open = close ? strchr(close + 1, '`') : NULL;
    }
    return false;
}
