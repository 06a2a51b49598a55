// Where the cursor stands, and a text that parses. Of the item with the cursor the words are kept, and what is open there.

#include "cursor.h"

#include "base/buf.h"

#include <string.h>

enum { DEEPEST_TEXT = 8 }; // texts in texts

// --- asked of words ----------------------------------------------------------------------------------------------------------

Str cursor_word(const Cursor *cursor, uint32_t word) {
    if (word >= cursor->words.len) return (Str){ "", 0 };
    const Word *it = &cursor->words.data[word];
    return (Str){ cursor->text.ptr + it->start, it->end - it->start };
}

bool cursor_is(const Cursor *cursor, uint32_t word, const char *text) {
    return str_eq_c(cursor_word(cursor, word), text);
}

static bool is_name(const Cursor *cursor, uint32_t word) {
    return word < cursor->words.len && cursor->words.data[word].kind == WORD_NAME;
}

static bool is_keyword_before_value(Str word) {
    static const char *const words[] = { "return", "else",  "case",    "send", "receive", "in",
                                         "try",    "defer", "default", "do",   "spawn",   "new",
                                         "switch", "if",    "while",   "for",  "reverse", NULL };
    return word_is_one_of(word, words);
}

// The opening bracket for the closing one at `word`. 0: there is none.
static uint32_t opening(const Cursor *cursor, uint32_t word) {
    uint32_t depth = 0;
    for (uint32_t i = word + 1; i-- > 0;) {
        Str it = cursor_word(cursor, i);
        if (it.len != 1) continue;
        if (strchr(")]}", it.ptr[0])) depth++;
        if (strchr("([{", it.ptr[0]) && --depth == 0) return i;
    }
    return 0;
}

uint32_t cursor_operand(const Cursor *cursor, uint32_t end) {
    uint32_t at = end;
    for (;;) {
        uint32_t last = at - 1;
        if (at == 0) return end;
        Str word = cursor_word(cursor, last);
        bool called = false;
        while (word.len == 1 && strchr(")]!", word.ptr[0])) { // f(x), a[i], x!
            uint32_t open = word.ptr[0] == '!' ? last : opening(cursor, last);
            if (open == 0) return end;
            called = called || word.ptr[0] != '!';
            at = open;
            last = at - 1;
            word = cursor_word(cursor, last);
        }
        bool named = is_name(cursor, last) && !is_keyword_before_value(word);
        if (named || cursor->words.data[last].kind == WORD_TEXT)
            at = last;
        else
            return called || at != end ? at : end;
        bool joined = at > 0 && (cursor_is(cursor, at - 1, ".") || cursor_is(cursor, at - 1, "->"));
        if (!joined) return at;
        if (at < 2) return end;
        at--; // before the dot
    }
}

// --- frames ------------------------------------------------------------------------------------------------------------------

static FrameKind brace_kind(const Cursor *cursor, uint32_t word, uint32_t *head) {
    static const char *const before_block[] = { "else", "do", "closed", "join", "defer",
                                                ";",    "{",  "}",      ":",    NULL };
    Str before = word > 0 ? cursor_word(cursor, word - 1) : (Str){ "", 0 };
    if (str_eq_c(before, "receive") && word > 1 && cursor_is(cursor, word - 2, "switch")) {
        *head = word - 2;
        return FRAME_CASES;
    }
    if (str_eq_c(before, ")")) {
        uint32_t open = opening(cursor, word - 1);
        if (open > 0 && cursor_is(cursor, open - 1, "switch")) {
            *head = open - 1;
            return FRAME_CASES;
        }
        return FRAME_BLOCK;
    }
    if (cursor->frames.len == 0) return FRAME_BLOCK;
    return word_is_one_of(before, before_block) ? FRAME_BLOCK : FRAME_LIST;
}

static void open_frame(Cursor *cursor, uint32_t word, char sign) {
    Frame frame = { .word = word, .first = word + 1 };
    frame.kind = sign == '('   ? FRAME_ROUND
                 : sign == '[' ? FRAME_SQUARE
                               : brace_kind(cursor, word, &frame.head);
    frame.is_receive = frame.kind == FRAME_CASES && cursor_is(cursor, frame.head + 1, "receive");
    vec_push(cursor->arena, &cursor->frames, frame);
}

static bool ends_head(const Cursor *cursor, uint32_t open) {
    static const char *const heads[] = { "if", "while", "for", "lock", NULL };
    return open > 0 && word_is_one_of(cursor_word(cursor, open - 1), heads);
}

static void close_frame(Cursor *cursor, uint32_t word, char sign) {
    FrameKind wanted = sign == ')' ? FRAME_ROUND : sign == ']' ? FRAME_SQUARE : FRAME_BLOCK;
    uint32_t depth = cursor->frames.len;
    while (depth > 0) { // what was left open inside ends too
        FrameKind kind = cursor->frames.data[depth - 1].kind;
        bool is_brace = kind == FRAME_BLOCK || kind == FRAME_CASES || kind == FRAME_LIST;
        if (kind == wanted || (wanted == FRAME_BLOCK && is_brace)) break;
        if (wanted != FRAME_BLOCK && is_brace) return; // it belongs to nothing
        depth--;
    }
    if (depth == 0) return;
    Frame closed = cursor->frames.data[depth - 1];
    cursor->frames.len = depth - 1;
    Frame *around = cursor->frames.len ? vec_last(&cursor->frames) : NULL;
    bool begins = (sign == ')' && ends_head(cursor, closed.word)) ||
                  (sign == '}' && closed.kind != FRAME_LIST);
    if (around && begins && (around->kind == FRAME_BLOCK || around->kind == FRAME_CASES))
        around->first = word + 1;
}

static void see_word(Cursor *cursor, uint32_t word) {
    Str text = cursor_word(cursor, word);
    Frame *frame = cursor->frames.len ? vec_last(&cursor->frames) : NULL;
    char sign = text.len == 1 ? text.ptr[0] : '\0';
    if (sign == '(' || sign == '[' || sign == '{') {
        open_frame(cursor, word, sign);
        return;
    }
    if (sign == ')' || sign == ']' || sign == '}') {
        close_frame(cursor, word, sign);
        return;
    }
    if (!frame) return;
    if (sign == ',') frame->commas++;
    if (frame->kind != FRAME_BLOCK && frame->kind != FRAME_CASES) return;
    if (sign == ';' || str_eq_c(text, "else") || str_eq_c(text, "do")) frame->first = word + 1;
    if (frame->kind != FRAME_CASES) return;
    if (str_eq_c(text, "case") || str_eq_c(text, "default")) {
        frame->is_head = true;
        frame->has_default |= str_eq_c(text, "default");
        frame->first = word;
    }
    if (sign == ':' && frame->is_head && !cursor_is(cursor, word - 1, "imp") &&
        !cursor_is(cursor, word - 1, "exp")) {
        frame->is_head = false;
        frame->first = word + 1;
    }
}

Frame *cursor_frame(const Cursor *cursor) {
    for (uint32_t i = cursor->frames.len; i-- > 0;) {
        Frame *frame = &cursor->frames.data[i];
        if (frame->kind == FRAME_BLOCK || frame->kind == FRAME_CASES) return frame;
    }
    return NULL;
}

// --- where it is -------------------------------------------------------------------------------------------------------------

static void find_item(Cursor *cursor) {
    Scan scan = { .text = cursor->text };
    Item item = { 0 }, last = { 0 };
    while (scan.at < cursor->offset && scan_item(&scan, &item) && item.start < cursor->offset)
        last = item;
    bool over = last.end <= cursor->offset && last.end > 0 &&
                (strchr(";}", cursor->text.ptr[last.end - 1]) ||
                 (last.end < cursor->offset && scan_begins_line(cursor->text, cursor->offset)));
    if (last.end == 0 || over) {
        cursor->item = cursor->item_end = cursor->offset;
        return;
    }
    cursor->item = last.start;
    cursor->item_end = last.end > cursor->offset ? last.end : cursor->offset;
    cursor->body = last.has_code && last.body && last.body < cursor->offset ? last.body : 0;
}

// In `$"...{x` what counts is from the brace on. false: the cursor is in the text itself.
static bool open_text(const Cursor *cursor, Scan *scan, const Word *text) {
    if (cursor->text.ptr[text->start] != '$') return false;
    uint32_t open = 0;
    for (uint32_t i = text->start + 2; i < cursor->offset; i++) {
        char c = cursor->text.ptr[i];
        if (c == '\\') i++;
        if (c == '{' && i + 1 < cursor->offset && cursor->text.ptr[i + 1] == '{')
            i++;
        else if (c == '{')
            open = i + 1;
        else if (c == '}' || (c == ':' && open))
            open = 0;
    }
    if (!open) return false;
    scan->at = open;
    scan->inside = false;
    return true;
}

static void read_words(Cursor *cursor) {
    Scan scan = { .text = cursor->text, .at = cursor->item, .stop = cursor->offset };
    scan.text.len = cursor->item_end > cursor->offset ? cursor->item_end : cursor->offset;
    Word word;
    for (uint32_t texts = 0; scan.at < cursor->offset;) {
        if (!scan_word(&scan, &word) || word.start >= cursor->offset) break;
        if (scan.inside && word.kind == WORD_TEXT && texts++ < DEEPEST_TEXT &&
            open_text(cursor, &scan, &word)) {
            vec_push(cursor->arena, &cursor->words, ((Word){ WORD_SIGN, scan.at - 1, scan.at }));
            vec_push(
                cursor->arena, &cursor->frames,
                ((Frame){ .kind = FRAME_ROUND, .word = cursor->words.len - 1 })
            );
            continue;
        }
        bool written =
            word.end >= cursor->offset && (word.kind == WORD_NAME || word.kind == WORD_NUMBER);
        if (written) {
            cursor->start = word.start;
            cursor->end = word.end;
            scan.inside = scan.inside || word.kind == WORD_NUMBER;
            break;
        }
        vec_push(cursor->arena, &cursor->words, word);
        see_word(cursor, cursor->words.len - 1);
    }
    if (scan.inside)
        cursor->place = PLACE_NOWHERE;
    else
        cursor->place = PLACE_VALUE;
}

// `C.imp:` is a state, but not `a ? b.imp : `.
static bool is_state(const Cursor *cursor, uint32_t last) {
    return last >= 3 && cursor_is(cursor, last, ":") && cursor_is(cursor, last - 2, ".") &&
           (cursor_is(cursor, last - 1, "imp") || cursor_is(cursor, last - 1, "exp"));
}

static Place behind_dot(Cursor *cursor, uint32_t dot, const Frame *frame) {
    cursor->base_to = dot;
    cursor->base_from = cursor_operand(cursor, dot);
    cursor->is_arrow = cursor_is(cursor, dot, "->");
    bool none = cursor->base_from == cursor->base_to;
    uint32_t before = cursor->base_from;
    bool head = frame && frame->kind == FRAME_CASES && frame->is_head;
    if (none) return head && !frame->is_receive ? PLACE_CASE_DOT : PLACE_DOT;
    if (before > 0 && cursor_is(cursor, before - 1, "send")) return PLACE_SEND;
    if (before > 0 && cursor_is(cursor, before - 1, "receive")) return PLACE_RECEIVE;
    if (head && frame->is_receive && cursor_frame(cursor) == vec_last(&cursor->frames))
        return PLACE_CASE_MESSAGE;
    return PLACE_MEMBER;
}

// A name that follows a type is made up: `Pair on`, `own u8[] b`.
static bool is_new_name(const Cursor *cursor, uint32_t last) {
    Str word = cursor_word(cursor, last);
    static const char *const not_types[] = { "return", "else",    "case",     "send",   "receive",
                                             "try",    "defer",   "spawn",    "in",     "do",
                                             "new",    "own",     "const",    "static", "gc",
                                             "pub",    "reverse", "switch",   "as",     "default",
                                             "ref",    "break",   "continue", "uses",   "restart",
                                             "from",   "goto",    NULL };
    if (is_name(cursor, last)) return !word_is_one_of(word, not_types);
    return false;
}

static Place find_place(Cursor *cursor) {
    if (cursor->words.len == 0) return PLACE_ITEM;
    uint32_t last = cursor->words.len - 1;
    const Frame *frame = cursor_frame(cursor);
    if (cursor_is(cursor, 0, "import") ||
        (cursor_is(cursor, 0, "pub") && cursor_is(cursor, 1, "import")))
        return PLACE_IMPORT;
    if (cursor_is(cursor, 0, "module")) return PLACE_MODULE;
    if (cursor_is(cursor, last, ".") || cursor_is(cursor, last, "->"))
        return behind_dot(cursor, last, frame);
    if (is_state(cursor, last)) return PLACE_STATE;
    if (is_new_name(cursor, last)) return PLACE_NAME;
    if (!cursor->body) return PLACE_ITEM;
    if (frame && frame->kind == FRAME_CASES && cursor_frame(cursor) == vec_last(&cursor->frames)) {
        if (frame->is_head && cursor_is(cursor, last, "case"))
            return frame->is_receive ? PLACE_CASE_RECEIVE : PLACE_CASE;
        if (frame->first == frame->word + 1 && frame->first == cursor->words.len)
            return PLACE_STATEMENT; // `case` is what can stand here
    }
    if (frame && frame == vec_last(&cursor->frames) && frame->first == cursor->words.len)
        return PLACE_STATEMENT;
    return PLACE_VALUE;
}

Cursor *cursor_find(Arena *arena, Str text, uint32_t offset) {
    Cursor *cursor = arena_new(arena, Cursor);
    *cursor =
        (Cursor){ .arena = arena, .text = text, .offset = offset, .start = offset, .end = offset };
    find_item(cursor);
    read_words(cursor);
    if (cursor->place != PLACE_NOWHERE) cursor->place = find_place(cursor);
    return cursor;
}

Str cursor_base(const Cursor *cursor) {
    if (cursor->base_from >= cursor->base_to) return (Str){ "", 0 };
    uint32_t start = cursor->words.data[cursor->base_from].start;
    return (Str){ cursor->text.ptr + start, cursor->words.data[cursor->base_to - 1].end - start };
}

// --- a text that parses --------------------------------------------------------------------------------------------------------

typedef VEC(Item) Items;

static void list_items(Arena *arena, Str text, Items *items) {
    Scan scan = { .text = text };
    Item item;
    while (scan_item(&scan, &item))
        vec_push(arena, items, item);
}

static void put_blanks(Buf *out, size_t count) {
    buf_reserve(out, count);
    memset(out->data + out->len, ' ', count);
    out->len += count;
}

static void put_range(Buf *out, Str text, uint32_t start, uint32_t end) {
    if (end > start) buf_put(out, text.ptr + start, end - start);
}

// What is open ends; the probe goes where the statement would.
static void put_closed(const Cursor *cursor, Buf *out, uint32_t depth, const char *probe) {
    buf_cstr(out, probe);
    bool first = true;
    for (uint32_t i = depth; i-- > 0;) {
        const Frame *frame = &cursor->frames.data[i];
        switch (frame->kind) {
        case FRAME_ROUND: buf_cstr(out, ")"); break;
        case FRAME_SQUARE: buf_cstr(out, "]"); break;
        case FRAME_LIST: buf_cstr(out, "}"); break;
        case FRAME_CASES:
            if (!frame->has_default) buf_cstr(out, "default: fault(); ");
            buf_cstr(out, "}");
            break;
        case FRAME_BLOCK: {
            bool is_closure = i > 0 && (cursor->frames.data[i - 1].kind == FRAME_ROUND ||
                                        cursor->frames.data[i - 1].kind == FRAME_LIST);
            buf_cstr(out, i == 0 || is_closure || first ? " fault(); }" : "}");
            break;
        }
        }
        bool ends =
            frame->kind == FRAME_ROUND || frame->kind == FRAME_SQUARE || frame->kind == FRAME_LIST;
        bool in_block = i > 0 && (cursor->frames.data[i - 1].kind == FRAME_BLOCK ||
                                  cursor->frames.data[i - 1].kind == FRAME_CASES);
        if (ends && in_block) buf_cstr(out, "; ");
        first = false;
    }
}

// Where the text of the item stops and the probe begins; how many frames are open there.
static uint32_t cut(const Cursor *cursor, uint32_t *depth) {
    *depth = cursor->frames.len;
    while (*depth > 0) {
        const Frame *frame = &cursor->frames.data[*depth - 1];
        bool cases_head =
            frame->kind == FRAME_CASES && (frame->is_head || frame->first == frame->word + 1);
        if (cases_head) { // the whole of the switch goes
            (*depth)--;
            uint32_t switch_word = frame->head;
            return cursor->words.data[switch_word].start;
        }
        if (frame->kind == FRAME_BLOCK || frame->kind == FRAME_CASES) {
            if (frame->first < cursor->words.len) return cursor->words.data[frame->first].start;
            return cursor->words.data[cursor->words.len - 1].end;
        }
        (*depth)--;
    }
    return cursor->body + 1;
}

static uint32_t put_item(const Cursor *cursor, Buf *out, const char *probe) {
    uint32_t depth, stop = cut(cursor, &depth);
    put_range(out, cursor->text, cursor->item, stop);
    buf_byte(out, ' ');
    uint32_t at = (uint32_t)out->len;
    put_closed(cursor, out, depth, probe);
    return at;
}

char *cursor_patched_body(
    const Cursor *cursor, const char *probe, uint32_t *at, uint32_t *shift, size_t *length
) {
    Buf out = { 0 };
    put_range(&out, cursor->text, 0, cursor->item);
    *at = put_item(cursor, &out, probe);
    *shift = (uint32_t)(out.len - cursor->item_end);
    put_range(&out, cursor->text, cursor->item_end, (uint32_t)cursor->text.len);
    *length = out.len;
    return buf_take(&out);
}

char *cursor_patched(
    const Cursor *cursor, const char *probe, uint32_t *at, uint32_t *shift, size_t *length
) {
    Buf out = { 0 };
    Items items = { 0 };
    Str text = cursor->text;
    uint32_t done = 0;
    *at = *shift = 0;
    list_items(cursor->arena, text, &items);
    vec_each(Item, item, &items) {
        put_range(&out, text, done, item->start);
        done = item->end;
        bool here = cursor->body && item->start == cursor->item;
        if (here) {
            *at = put_item(cursor, &out, probe);
            if (out.len < item->end) put_blanks(&out, item->end - out.len);
            *shift = (uint32_t)(out.len - item->end);
        } else if (!cursor->body && item->start <= cursor->item && cursor->offset <= item->end &&
                   item->start < cursor->offset) {
            put_blanks(&out, item->end - item->start); // what is being written outside of bodies
        } else if (item->has_code && item->body) {
            put_range(&out, text, item->start, item->body + 1);
            if (item->end > item->body + 1) put_blanks(&out, item->end - item->body - 2);
            buf_byte(&out, '}');
        } else {
            put_range(&out, text, item->start, item->end);
        }
    }
    put_range(&out, text, done, (uint32_t)text.len);
    *length = out.len;
    return buf_take(&out);
}
