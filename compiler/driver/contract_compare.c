// Two versions of a contract: may the new one be used where the old one is? Once for importers that go by the old one, once for
// exporters. Messages are the same by name; their arguments by what they are made of, not by the names of types.

#include "driver/contract.h"
#include "hir/protocol.h"

#include <string.h>

typedef struct Views {
    const ContractView *old, *fresh;
} Views;

// --- what a type is made of -------------------------------------------------------------------------------------------------

static void put_shape(const ContractView *view, const HirType *type, Map *seen, Buf *out);

static void put_fields(const ContractView *view, const HirFields *fields, Map *seen, Buf *out) {
    for (uint32_t i = 0; i < fields->len; i++) {
        buf_printf(out, "%s:", view_name(view, fields->data[i].name));
        put_shape(view, fields->data[i].type, seen, out);
        buf_printf(out, "/%d,", (int)fields->data[i].order);
    }
}

static void put_shape(const ContractView *view, const HirType *type, Map *seen, Buf *out) {
    bool declared = type->kind == HIR_TYPE_STRUCT || type->kind == HIR_TYPE_ENUM;
    uint64_t number;
    if (declared && map_get(seen, (uintptr_t)type, &number)) {
        buf_printf(out, "#%u", (unsigned)number);
        return;
    }
    if (declared) map_put(seen, (uintptr_t)type, map_len(seen));
    if (type->kind == HIR_TYPE_STRUCT) {
        buf_printf(out, "struct%d{", type->structure->is_wire);
        put_fields(view, &type->structure->fields, seen, out);
        buf_cstr(out, "}");
    } else if (type->kind == HIR_TYPE_ENUM) {
        buf_printf(
            out, "enum%d(%s){", type->enumeration->is_flags,
            hir_type_text(view->program->types, type->enumeration->repr)
        );
        vec_each(HirVariant, variant, &type->enumeration->variants) {
            buf_printf(
                out, "%s=%llu(", view_name(view, variant->name), (unsigned long long)variant->value
            );
            put_fields(view, &variant->fields, seen, out);
            buf_cstr(out, ")");
        }
        buf_cstr(out, "}");
    } else if (type->elem) {
        buf_printf(out, "%d.%d.%llu<", type->kind, type->mode, (unsigned long long)type->count);
        put_shape(view, type->elem, seen, out);
        buf_cstr(out, ">");
    } else {
        buf_cstr(out, hir_type_text(view->program->types, type));
    }
}

static bool same_args(void *context, const HirMessage *behind, const HirMessage *seen) {
    const Views *views = context;
    if (behind->args.len != seen->args.len) return false;
    Buf a = { 0 }, b = { 0 };
    for (uint32_t i = 0; i < behind->args.len; i++) {
        put_shape(views->fresh, behind->args.data[i].type, map_new(views->fresh->arena), &a);
        put_shape(views->old, seen->args.data[i].type, map_new(views->old->arena), &b);
        buf_byte(&a, '|');
        buf_byte(&b, '|');
    }
    bool same = a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
    buf_free(&a);
    buf_free(&b);
    return same;
}

// --- in words -------------------------------------------------------------------------------------------------------------------

static void put_args(const ContractView *view, const HirMessage *message, Buf *out) {
    buf_printf(out, "`%s(", view_name(view, message->name));
    for (uint32_t i = 0; i < message->args.len; i++)
        buf_printf(
            out, "%s%s", i ? ", " : "",
            hir_type_text(view->program->types, message->args.data[i].type)
        );
    buf_cstr(out, ")`");
}

static const HirMessage *by_name(
    const ContractView *view, const HirContract *in, const char *name
) {
    vec_each(HirMessage, message, &in->messages)
        if (strcmp(view_name(view, message->name), name) == 0) return message;
    return NULL;
}

static void put_difference(
    const Views *views, const HirStandIn *ask, const HirDifference *difference, Buf *out
) {
    const char *fresh_state =
                   view_name(views->fresh, ask->behind->states.data[difference->state].name),
               *old_state = view_name(views->old, ask->seen->states.data[difference->seen].name);
    buf_cstr(out, "    ");
    if (difference->steps.list.len > 0)
        buf_printf(
            out, "after %s: ",
            hir_steps_text(views->old->arena, views->old->names, ask->seen, &difference->steps)
        );
    if (difference->gap == HIR_GAP_SURPRISE) {
        const HirMessage *message = &ask->behind->messages.data[difference->message];
        buf_printf(
            out, "`%s` may come in `%s`; the old `%s` does not know it\n",
            view_name(views->fresh, message->name), fresh_state, old_state
        );
        return;
    }
    if (difference->gap == HIR_GAP_TURN) {
        buf_printf(
            out, "in the old `%s` it is one end's turn to send, in the new `%s` the other's\n",
            old_state, fresh_state
        );
        return;
    }
    const HirMessage *message = &ask->seen->messages.data[difference->message];
    const char *name = view_name(views->old, message->name);
    if (difference->gap == HIR_GAP_NO_MESSAGE) {
        buf_printf(
            out, "`%s` may be sent in the old `%s`; the new `%s` does not take it\n", name,
            old_state, fresh_state
        );
    } else if (difference->gap == HIR_GAP_LIMIT) {
        buf_printf(
            out, "`%s` of `%s` has a limit that does not fit the old one\n",
            view_name(views->old, message->args.data[difference->argument].name), name
        );
    } else {
        const HirMessage *now = by_name(views->fresh, ask->behind, name);
        put_args(views->old, message, out);
        buf_cstr(out, " is ");
        if (now) put_args(views->fresh, now, out);
        buf_cstr(out, " now, or a type in it has other parts\n");
    }
}

static bool compare_side(const Views *views, const HirStandIn *ask, Buf *out) {
    HirDifferences differences = { 0 };
    bool good = hir_stands_in(views->old->arena, ask, 0, 0, &differences);
    buf_printf(
        out, "  %s that go by the old contract, with a peer of the new one: %s\n",
        ask->side == HIR_IMP ? "importers" : "exporters", good ? "nothing differs" : "do not fit"
    );
    vec_each(HirDifference, difference, &differences)
        put_difference(views, ask, difference, out);
    return good;
}

bool contract_compare(
    const ContractView *view,
    const HirContract *old,
    const ContractView *fresh_view,
    const HirContract *fresh,
    Buf *out
) {
    Views views = { view, fresh_view };
    HirStandIn ask = { .behind = fresh, .seen = old, .same_args = same_args, .context = &views };
    buf_printf(out, "contract %s, old and new\n", view_name(view, old->name));
    ask.behind_names = fresh_view->names;
    ask.seen_names = view->names;
    ask.side = HIR_IMP;
    bool importers = compare_side(&views, &ask, out);
    ask.side = HIR_EXP;
    bool exporters = compare_side(&views, &ask, out);
    return importers && exporters;
}
