// What can stand in which place.

#include "complete.h"

#include <string.h>

// --- channels ----------------------------------------------------------------------------------------------------------------

// Every message that could come now, at any endpoint in scope.
static void add_coming(Completion *it, const char *before) {
    Probe *probe = it->probe;
    VEC(const char *) names = { 0 };
    vec_each(const HirLocal *, local, &probe->locals) {
        const HirType *type = (*local)->type;
        if (type->kind == HIR_TYPE_PTR) type = type->elem;
        if (type->kind == HIR_TYPE_ENDPOINT || type->kind == HIR_TYPE_SET)
            vec_push(
                &probe->arena, &names,
                arena_strdup(&probe->arena, names_text(probe->result->names, (*local)->name))
            );
    }
    vec_each(const char *, name, &names) {
        probe_ask(it->server, probe, str_from_c(*name));
        if (!probe->end) continue;
        it->before = arena_printf(&probe->arena, "%s%s.", before, *name);
        it->behind = ":";
        members_messages(probe, false, complete__add, it);
        it->before = before;
        if (probe->end->kind == HIR_TYPE_ENDPOINT)
            complete__add(
                it, &(Member){ .name = arena_printf(&probe->arena, "closed(%s)", *name),
                               .kind = COMPLETION_KEYWORD,
                               .signature = "the other end is gone" }
            );
    }
    it->behind = "";
}

static void add_senders(Completion *it, bool sends) { // behind `send `, `receive `
    Probe *probe = it->probe;
    vec_each(const HirLocal *, local, &probe->locals) {
        const HirType *type = (*local)->type;
        if (type->kind == HIR_TYPE_PTR) type = type->elem;
        if (type->kind == HIR_TYPE_ENDPOINT || (!sends && type->kind == HIR_TYPE_SET))
            complete__add(
                it, &(Member){ .name = names_text(probe->result->names, (*local)->name),
                               .kind = COMPLETION_VARIABLE,
                               .signature =
                                   hir_type_text(probe->result->program->types, (*local)->type) }
            );
    }
}

// --- places ------------------------------------------------------------------------------------------------------------------

static const char types[] =
    "bool char i8 i16 i32 i64 isize u8 u16 u32 u64 usize f32 f64 str own const static gc "
    "fn ref void auto atomic mutex endpoints";

static void add_locals(Completion *it) {
    Probe *probe = it->probe;
    vec_each(const HirLocal *, local, &probe->locals)
        complete__add(
            it,
            &(Member){ .name = names_text(probe->result->names, (*local)->name),
                       .kind = COMPLETION_VARIABLE,
                       .signature = hir_type_text(probe->result->program->types, (*local)->type) }
        );
}

static void add_names(Completion *it) {
    it->rank = '1';
    add_locals(it);
    it->rank = '2';
    members_items(it->probe, complete__add, it);
}

static void add_unimported(Completion *it) {
    it->rank = '6';
    if (it->prefix.len > 0) complete__each_known_module(it, complete__offer_file);
}

static void add_statement(Completion *it, bool begins) {
    const Frame *frame = cursor_frame(it->probe->cursor);
    add_names(it);
    it->rank = '3';
    members_free(complete__add, it);
    it->rank = '4';
    if (begins && frame && frame->kind == FRAME_CASES) complete__add_words(it, "case default");
    if (begins)
        complete__add_words(
            it, "if else for while do switch return break continue defer assert send receive "
                "channel lock join spawn"
        );
    complete__add_words(it, "new try true false none sizeof");
    complete__add_words(it, types);
    add_unimported(it);
}

static void add_item_words(Completion *it) {
    const Cursor *cursor = it->probe->cursor;
    uint32_t first = cursor_is(cursor, 0, "pub") ? 1 : 0;
    it->rank = '3';
    if (cursor->words.len <= first) {
        complete__add_words(it, "struct enum flags wire contract interface sip const import ref");
        if (first == 0) complete__add_words(it, "pub module system test package");
    } else if (cursor_is(cursor, first, "contract")) {
        complete__add_words(it, "in out message state override end one or");
    } else if (cursor_is(cursor, first, "sip")) {
        complete__add_words(it, "heap stack threads cpu time uses");
    } else if (cursor_is(cursor, first, "system")) {
        complete__add_words(it, "sip program restart trusted machine given");
    } else if (cursor->frames.len > 0) {
        complete__add_words(it, "pub le be invariant");
    } else {
        complete__add_words(it, "from requires ensures");
    }
    it->rank = '4';
    complete__add_words(it, types);
    it->rank = '2';
    members_items(it->probe, complete__add, it);
    add_unimported(it);
}

static void add_services(Completion *it) {
    static const struct {
        const char *name, *what;
    } services[] = {
#define SERVICE(name, text, module, contract, what) { text, what },
#include "contracts/abi/services.def"
    };
    for (uint32_t i = 0; i < sizeof services / sizeof *services; i++)
        complete__add(
            it,
            &(Member
            ){ .name = services[i].name, .kind = COMPLETION_FIELD, .signature = services[i].what }
        );
}

static void add_members(Completion *it) {
    Probe *probe = it->probe;
    Str base = cursor_base(probe->cursor);
    const HirType *type = probe->type;
    it->rank = '0';
    if (!type) {
        if (str_eq_c(base, "machine"))
            add_services(it);
        else if (!members_of_name(probe, base, complete__add, it) && syntax_is_keyword(base))
            complete__add_words(it, "max min infinity nan of");
        return;
    }
    it->instead = !probe->cursor->is_arrow && type->kind == HIR_TYPE_PTR;
    members_of_type(probe, type, complete__add, it);
    it->instead = false;
}

void complete__add_place(Completion *it) {
    Probe *probe = it->probe;
    const HirType *type;
    bool checked = probe->result && probe->unit && probe->result->program;
    if (probe->cursor->place == PLACE_IMPORT) {
        complete__each_known_module(it, complete__add_module);
        return;
    }
    if (!checked) {
        complete__add_words(it, types);
        return;
    }
    switch (probe->cursor->place) {
    case PLACE_MEMBER: add_members(it); break;
    case PLACE_SEND:
    case PLACE_RECEIVE:
        it->behind = ";";
        if (probe->end)
            members_messages(probe, probe->cursor->place == PLACE_SEND, complete__add, it);
        break;
    case PLACE_CASE_MESSAGE:
        it->behind = ":";
        if (probe->end) members_messages(probe, false, complete__add, it);
        break;
    case PLACE_CASE_RECEIVE:
        it->rank = '0';
        add_coming(it, "");
        it->rank = '4';
        complete__add_words(it, "timeout unsatisfiable");
        break;
    case PLACE_CASE:
        type = complete__subject(it);
        it->before = ".";
        it->rank = '0';
        complete__add_variants(it, type);
        it->before = "";
        it->rank = '4';
        complete__add_words(it, "none true false");
        break;
    case PLACE_CASE_DOT: complete__add_variants(it, complete__subject(it)); break;
    case PLACE_DOT:
        if (!complete__add_fields(it)) complete__add_variants(it, complete__expected(it));
        break;
    case PLACE_STATE: {
        const Cursor *cursor = probe->cursor;
        uint32_t end = cursor->words.len - 3; // `.imp:`
        uint32_t from = cursor_operand(cursor, end);
        if (from >= end) break;
        uint32_t start = cursor->words.data[from].start;
        members_states(
            probe, (Str){ cursor->text.ptr + start, cursor->words.data[end - 1].end - start },
            complete__add, it
        );
        break;
    }
    case PLACE_ITEM: add_item_words(it); break;
    case PLACE_STATEMENT: {
        const Frame *frame = cursor_frame(probe->cursor);
        bool opened = frame && frame->kind == FRAME_CASES && frame->first == frame->word + 1;
        if (opened && frame->is_receive) {
            it->rank = '0';
            add_coming(it, "case ");
        } else if (opened) {
            type = complete__subject(it);
            it->before = "case .";
            it->rank = '0';
            complete__add_variants(it, type);
        }
        it->before = "";
        it->rank = '1';
        if (opened)
            complete__add_words(it, "case default");
        else
            add_statement(it, true);
        break;
    }
    case PLACE_VALUE: {
        const Cursor *cursor = probe->cursor;
        uint32_t last = cursor->words.len ? cursor->words.len - 1 : 0;
        it->rank = '0';
        if (cursor_is(cursor, last, "send") || cursor_is(cursor, last, "receive"))
            add_senders(it, cursor_is(cursor, last, "send"));
        else
            add_statement(it, false);
        break;
    }
    default: break;
    }
}
