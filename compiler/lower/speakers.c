// Functions that may speak: they send, wait, end what others hold an end of, or leave for good, or mention one that does.
// All others the search for deadlocks passes over, so that it needs no code of theirs; but of where a thread begins, whose
// end is noticed.
//
// What it asks of SIR is asked here of HIR, which is there before; whatever cannot be told counts as speaking. Ends that
// are dropped have no statement of their own: a function speaks if a type in it leads to an end.

#include "speakers.h"

#include "base/map.h"
#include "sir/sir.h"

#include <string.h>

typedef struct Node { // a function or a constant
    const HirFn *fn;
    const HirConst *constant;
    bool speaks;
    VEC(uint32_t) users; // that mention it
} Node;

struct Speakers {
    Arena *arena;
    Map *fns, *consts; // number -> row of `nodes`
    Map *types;        // number -> whether it leads to an end: UNKNOWN ...
    VEC(Node) nodes;
    VEC(uint32_t) work; // nodes whose users are still to be told
    uint32_t at;        // the node that is looked at
};

// --- types -------------------------------------------------------------------------------------------------

enum { UNKNOWN, LEADS_NOWHERE, LEADS };

typedef VEC(uint32_t) Types; // by number

static bool leads(Speakers *s, const HirType *type, Types *met);

static bool any_field(Speakers *s, const HirFields *fields, Types *met) {
    vec_each(const HirField, field, fields) {
        if (leads(s, field->type, met)) return true;
    }
    return false;
}

static bool any_variant(Speakers *s, const HirEnum *enumeration, Types *met) {
    vec_each(const HirVariant, variant, &enumeration->variants) {
        if (any_field(s, &variant->fields, met)) return true;
    }
    return false;
}

static bool leads_new(Speakers *s, const HirType *type, Types *met) {
    switch (type->kind) {
    case HIR_TYPE_ENDPOINT:
    case HIR_TYPE_IRQ: // a line is listened to by an end
    case HIR_TYPE_SET:
    case HIR_TYPE_JOIN:
    case HIR_TYPE_MUTEX:
    case HIR_TYPE_GUARD: return true;
    case HIR_TYPE_STRUCT: return any_field(s, &type->structure->fields, met);
    case HIR_TYPE_ENUM: return any_variant(s, type->enumeration, met);
    default: return type->elem && leads(s, type->elem, met);
    }
}

// One that has been met is on the way, or leads nowhere by another.
static bool leads(Speakers *s, const HirType *type, Types *met) {
    uint64_t known = UNKNOWN;
    if (map_get(s->types, type->number, &known) && known != UNKNOWN) return known == LEADS;
    map_put(s->types, type->number, LEADS_NOWHERE);
    vec_push(s->arena, met, type->number);
    bool answer = leads_new(s, type, met);
    if (answer) map_put(s->types, type->number, LEADS);
    return answer;
}

// What leads nowhere by one that does lead to an end is to be asked again.
static bool leads_to_end(Speakers *s, const HirType *type) {
    uint64_t known;
    Types met = { 0 };
    bool answer = leads(s, type, &met);
    vec_each(const uint32_t, number, &met) {
        if (answer && map_get(s->types, *number, &known) && known == LEADS_NOWHERE)
            map_put(s->types, *number, UNKNOWN);
    }
    return answer;
}

// --- what is mentioned ---------------------------------------------------------------------------------------

static void speak(Speakers *s, uint32_t row) {
    Node *node = &s->nodes.data[row];
    if (!node->speaks) vec_push(s->arena, &s->work, row);
    node->speaks = true;
}

static uint32_t add(Speakers *s, Map *rows, uint32_t number, Node node) {
    uint64_t row = s->nodes.len;
    if (map_get(rows, number, &row)) return (uint32_t)row;
    map_put(rows, number, row);
    vec_push(s->arena, &s->nodes, node);
    return (uint32_t)row;
}

static uint32_t add_fn(Speakers *s, const HirFn *fn) {
    return add(s, s->fns, fn->number, (Node){ .fn = fn });
}

static uint32_t add_const(Speakers *s, const HirConst *constant) {
    return add(s, s->consts, constant->number, (Node){ .constant = constant });
}

static void mention(Speakers *s, uint32_t row) {
    vec_push(s->arena, &s->nodes.data[row].users, s->at);
}

static void look_at_expr(void *speakers, const HirExpr *expr) {
    Speakers *s = speakers;
    if (leads_to_end(s, expr->type)) speak(s, s->at);
    switch (expr->kind) {
    case HIR_CALL:
    case HIR_FN_REF:
    case HIR_CLOSURE:
        if (expr->fn) mention(s, add_fn(s, expr->fn));
        break;
    case HIR_CONSTANT: mention(s, add_const(s, expr->constant)); break;
    case HIR_KCALL:
        if (strcmp(sir_kcall_text(expr->row), "exit") == 0) speak(s, s->at);
        break;
    case HIR_CALL_VALUE: speak(s, s->at); break;
    default: break;
    }
}

static void look_at_stmt(void *speakers, const HirStmt *stmt) {
    Speakers *s = speakers;
    switch (stmt->kind) {
    case HIR_STMT_RECEIVE:
    case HIR_STMT_CHANNEL:
    case HIR_STMT_SEND:
    case HIR_STMT_CLOSE:
    case HIR_STMT_LOCK:
    case HIR_STMT_JOIN: speak(s, s->at); break;
    case HIR_STMT_SPAWN:
        speak(s, s->at);
        speak(s, add_fn(s, stmt->value->fn)); // its end is noticed
        break;
    default: break;
    }
}

static void look_at(Speakers *s, uint32_t row) {
    HirWalk walk = { s, look_at_expr, look_at_stmt };
    const Node node = s->nodes.data[row]; // there will be more
    s->at = row;
    if (node.constant) {
        hir_walk_expr(&walk, node.constant->value);
        return;
    }
    vec_each(HirLocal *const, local, &node.fn->locals) {
        if (leads_to_end(s, (*local)->type)) speak(s, s->at);
    }
    hir_walk_stmt(&walk, node.fn->body);
}

// --- all -----------------------------------------------------------------------------------------------------

Speakers *speakers_find(Arena *arena, const HirFn *main) {
    Speakers *s = arena_new(arena, Speakers);
    *s = (Speakers){ arena, map_new(arena), map_new(arena), map_new(arena), { 0 }, { 0 }, 0 };
    speak(s, add_fn(s, main));
    for (uint32_t row = 0; row < s->nodes.len; row++)
        look_at(s, row);
    while (s->work.len > 0) {
        const Node node = s->nodes.data[vec_pop(&s->work)];
        vec_each(const uint32_t, user, &node.users)
            speak(s, *user);
    }
    return s;
}

bool speakers_has(const Speakers *speakers, const HirFn *fn) {
    uint64_t row;
    return map_get(speakers->fns, fn->number, &row) && speakers->nodes.data[row].speaks;
}
