// Of which type something is wanted: of a variant that begins with its dot, of the fields of a value in braces, of a `switch`.

#include "complete.h"

#include <string.h>

// The type of what is expected where a dot stands alone; NULL: not known.
const HirType *complete__expected(Completion *it) {
    Probe *probe = it->probe;
    const Cursor *cursor = probe->cursor;
    uint32_t dot = cursor->words.len - 1, from;
    if (dot == 0) return NULL;
    if (cursor_is(cursor, dot - 1, "return")) return probe->fn ? probe->fn->sig.result : NULL;
    uint32_t sign = dot - 1;
    while (sign > 0 && (cursor_is(cursor, sign, "=") || cursor_is(cursor, sign, "!")))
        sign--;
    if (sign == dot - 1) return NULL;
    from = cursor_operand(cursor, sign + 1);
    if (from > sign) return NULL;
    const Frame *frame = cursor_frame(cursor);
    uint32_t start = cursor->words.data[from].start, end = cursor->words.data[sign].end;
    if (frame && from == sign && frame->first < from && sign == dot - 2) { // `T name = .`
        uint32_t first = cursor->words.data[frame->first].start;
        Str type = { cursor->text.ptr + first, start - first };
        probe_ask(
            it->server, probe,
            str_from_c(arena_printf(&probe->arena, "(fault()); " STR_FMT " probe_", STR_ARG(type)))
        );
        vec_each(const HirLocal *, local, &probe->locals) {
            if (strcmp(names_text(probe->result->names, (*local)->name), "probe_") == 0)
                return (*local)->type;
        }
        return NULL;
    }
    probe_ask(it->server, probe, (Str){ cursor->text.ptr + start, end - start });
    return probe->type;
}

void complete__add_variants(Completion *it, const HirType *type) {
    while (type && (type->kind == HIR_TYPE_PTR || type->kind == HIR_TYPE_OPTION) &&
           type->elem->kind == HIR_TYPE_ENUM)
        type = type->elem;
    if (type && type->kind == HIR_TYPE_ENUM)
        members_variants(it->probe, type->enumeration, complete__add, it);
    if (type && type->kind == HIR_TYPE_OPTION)
        complete__add(
            it, &(Member){ .name = "some",
                           .kind = COMPLETION_ENUM_MEMBER,
                           .signature = "some(value)",
                           .calls = true }
        );
}

// `T{ .`: the fields of T.
bool complete__add_fields(Completion *it) {
    Probe *probe = it->probe;
    const Cursor *cursor = probe->cursor;
    const Frame *frame = cursor->frames.len ? vec_last(&cursor->frames) : NULL;
    if (!frame || frame->kind != FRAME_LIST || frame->word == 0 || !probe->result->program)
        return false;
    Str name = cursor_word(cursor, frame->word - 1);
    const HirType *type = NULL;
    if (str_eq_c(name, "=")) { // `T name = { .`
        const Frame *around = cursor_frame(cursor);
        if (!around || frame->word < around->first + 3) return false;
        uint32_t first = cursor->words.data[around->first].start;
        Str text = { cursor->text.ptr + first, cursor->words.data[frame->word - 2].start - first };
        probe_ask(
            it->server, probe,
            str_from_c(arena_printf(&probe->arena, "(fault()); " STR_FMT " probe_", STR_ARG(text)))
        );
        vec_each(const HirLocal *, local, &probe->locals) {
            if (strcmp(names_text(probe->result->names, (*local)->name), "probe_") == 0)
                type = (*local)->type;
        }
    } else if (str_eq_c(name, "return") && probe->fn) {
        type = probe->fn->sig.result;
    }
    if (type && type->kind == HIR_TYPE_STRUCT) {
        it->behind = " = ";
        members_fields(probe, type->structure, complete__add, it);
        return true;
    }
    if (type || !probe->result->program) return false;
    vec_each(HirStruct *const, structure, &probe->result->program->structs) {
        const char *known = names_text(probe->result->names, (*structure)->name);
        if (strlen(known) != name.len || memcmp(known, name.ptr, name.len) != 0) continue;
        it->behind = " = ";
        members_fields(probe, *structure, complete__add, it);
        return true;
    }
    return false;
}

// What a `switch (x)` is about.
const HirType *complete__subject(Completion *it) {
    const Cursor *cursor = it->probe->cursor;
    const Frame *frame = cursor_frame(cursor);
    if (!frame || frame->word < frame->head + 3) return NULL;
    uint32_t start = cursor->words.data[frame->head + 1].end;
    uint32_t end = cursor->words.data[frame->word - 1].start;
    if (end <= start) return NULL;
    probe_ask(it->server, it->probe, (Str){ cursor->text.ptr + start, end - start });
    return it->probe->type;
}
