// A text that does not parse, made one that does.
// Takes the text and what is wrong with it; leaves a copy of the same length in which signs that are surely missing are put
// into the blanks where they belong, and everything else that cannot be read is blank: a statement, a field, a declaration.
// So every other part is read, at its own place, and checked. What was changed is noted: nothing is said about it again.

#include "lex.h"
#include "mend.h"
#include "syntax__.h"

#include <string.h>

enum { MOST_PATCHES = 500 };

typedef struct Patch {
    Parse *parse;
    Arena scratch;
    Glr glr;
    char *text;
    bool balanced;
} Patch;

// Whole lines: what else stands there may have been meant otherwise.
static void note_wrong(Patch *p, uint32_t start, uint32_t end) {
    Str text = p->parse->text;
    uint32_t count = p->parse->wrong.len;
    const SyntaxPart *last = count ? &p->parse->wrong.data[count - 1] : NULL;
    if (last && last->start <= start && end <= last->end) return;
    while (start > 0 && text.ptr[start - 1] != '\n')
        start--;
    while (end < text.len && text.ptr[end] != '\n')
        end++;
    vec_push(p->parse->arena, &p->parse->wrong, (SyntaxPart){ start, end });
}

// True if something was there.
static bool blank(Patch *p, uint32_t start, uint32_t end) {
    bool some = false;
    for (uint32_t i = start; i < end; i++) {
        some |= !char_is_blank(p->text[i]);
        if (p->text[i] != '\n') p->text[i] = ' ';
    }
    note_wrong(p, start, end);
    return some;
}

// A blank behind the last token, for a sign.
static bool find_room(const Patch *p, uint32_t *at) {
    const GlrToken *last = &p->glr.past[0].token, *next = &p->glr.next.token;
    bool comment = last->end - last->start > 1 && p->text[last->start] == '/' &&
                   strchr("/*", p->text[last->start + 1]);
    *at = last->end;
    return !comment && last->end > 0 && last->end < p->parse->text.len && last->end < next->start &&
           char_is_blank(p->text[last->end]);
}

// Small mends that are sure and fit in.
static bool put_sign(Patch *p, const Mend *mend) {
    uint32_t at, length = mend->symbol ? (uint32_t)strlen(mend->symbol) : 0;
    const GlrToken *token = &mend->token;
    switch (mend->kind) {
    case MEND_INSERT:
        if (!mend->sure || length != 1 || !find_room(p, &at)) return false;
        p->text[at] = *mend->symbol;
        note_wrong(p, at, token->end);
        return true;
    case MEND_DELETE: return mend->sure && blank(p, token->start, token->end);
    case MEND_NAME: // `f32` becomes `_32`, wherever it is a name
        p->text[token->start] = '_';
        note_wrong(p, token->start, token->end);
        return true;
    case MEND_STRAY:
    case MEND_REPLACE:
    case MEND_SKIP: return false;
    }
    return false;
}

// Goes on behind what does not fit; false if that cannot be.
static bool patch_misfit(Patch *p) {
    Mend mend = mend__choose(&p->glr, p->balanced);
    if (put_sign(p, &mend)) {
        glr__apply(&p->glr, &mend.edit);
        return p->glr.heads.count > 0;
    }
    GlrEdit edit;
    GlrGap part = mend__part(&p->glr, &edit);
    if (edit.from.count == 0 || !blank(p, part.start, part.end)) return false;
    glr__apply(&p->glr, &edit);
    return true;
}

static bool patch_all(Patch *p) {
    for (uint32_t patches = 0; patches < MOST_PATCHES;) {
        GlrResult result = glr__step(&p->glr);
        if (result == GLR_ENDED) return true;
        if (result == GLR_READ) {
            syntax__skip(p->parse, &p->glr);
            continue;
        }
        if (!patch_misfit(p)) return false;
        patches++;
    }
    return false;
}

const char *syntax__patch(Parse *parse) {
    Patch p = { .parse = parse, .balanced = true };
    p.text = arena_strndup(parse->arena, parse->text.ptr, parse->text.len);
    arena_init(&p.scratch);
    vec_each(SyntaxHole, claim, &parse->claimed) {
        if (claim->foreign)
            blank(&p, claim->start, claim->end);
        else
            note_wrong(&p, claim->start, claim->end);
        p.balanced &= claim->foreign;
    }
    glr__init(&p.glr, &p.scratch, (Str){ p.text, parse->text.len });
    syntax__skip_first(parse, &p.glr);
    bool good = patch_all(&p);
    arena_free(&p.scratch);
    return good ? p.text : NULL;
}
