// Captures: the places outside that the body of a closure uses, each a parameter of the closure's function.
//
// A place is captured as far as it names fields and what pointers lead to: `s->total` and not all of `s`, so that
// `s->items.walk(fn (x) { s->total += x; })` is fine; of two places one of which lies in the other the outer one is taken, and
// all of a wire struct for a field that nobody can borrow. It is
// borrowed for the call, exclusively where the body changes it (which the walk over ways finds out, see settle_captures), so
// that what is asked of arguments is asked of captures. What is a borrow itself is copied, or borrowed again.

#include "check__.h"

#include <string.h>

enum { MOST_CAPTURES = 256 };

typedef struct Chain { // a place in the body that begins outside, from its local up
    HirExpr **nodes;
    uint32_t len, cut; // cut: how many nodes are captured
    uint32_t row;      // of those that are taken
} Chain;

typedef struct Captures {
    Checker *checker;
    HirFn *fn;
    VEC(Chain) chains;
    VEC(Chain) taken;
    VEC(HirLocal *) locals; // per row of `taken`
} Captures;

// --- which ---------------------------------------------------------------------------------------------------------------------

static bool is_link(const HirExpr *expr) {
    return expr->kind == HIR_FIELD || expr->kind == HIR_DEREF || expr->kind == HIR_INDEX;
}

static bool is_inside(const HirFn *fn, const HirLocal *local) {
    return local->number < fn->locals.len && fn->locals.data[local->number] == local;
}

static uint32_t cut_of(const Chain *chain) {
    uint32_t cut = 1;
    while (cut < chain->len &&
           (chain->nodes[cut]->kind == HIR_FIELD || chain->nodes[cut]->kind == HIR_DEREF))
        cut++;
    while (cut > 1 &&
           (!hir_type_is_lent(chain->nodes[cut - 1]->type) || is_packed(chain->nodes[cut - 1])))
        cut--;
    return cut;
}

static void collect(void *context, HirExpr *expr, const HirExpr *around) {
    Captures *captures = context;
    uint32_t len = 1;
    if (expr->kind != HIR_LOCAL && !is_link(expr)) return;
    if (around && is_link(around) && around->base == expr) return; // in a larger one
    const HirExpr *root = expr;
    for (; is_link(root); root = root->base)
        len++;
    if (root->kind != HIR_LOCAL || is_inside(captures->fn, root->local)) return;
    Chain chain = { .nodes = arena_array(captures->checker->arena, HirExpr *, len), .len = len };
    for (HirExpr *node = expr; len > 0; node = node->base)
        chain.nodes[--len] = node;
    chain.cut = cut_of(&chain);
    vec_push(captures->checker->arena, &captures->chains, chain);
}

// Is one a beginning of the other?
static bool meet(const Chain *a, const Chain *b) {
    uint32_t least = a->cut < b->cut ? a->cut : b->cut;
    if (a->nodes[0]->local != b->nodes[0]->local) return false;
    for (uint32_t i = 1; i < least; i++)
        if (a->nodes[i]->kind != b->nodes[i]->kind || a->nodes[i]->row != b->nodes[i]->row)
            return false;
    return true;
}

// Of those that meet the shortest is taken; it may then meet others.
static void take(Captures *captures, Chain chain) {
    for (uint32_t i = 0; i < captures->taken.len; i++) {
        Chain *known = &captures->taken.data[i];
        if (!meet(known, &chain)) continue;
        if (known->cut <= chain.cut) return;
        *known = *vec_last(&captures->taken);
        captures->taken.len--;
        i--;
    }
    vec_push(captures->checker->arena, &captures->taken, chain);
}

// --- how -----------------------------------------------------------------------------------------------------------------------

// No pointer leads to a borrow, so such an array could only move into the closure, and would not come back.
static void refuse_array(Checker *checker, const HirExpr *place) {
    const char *name = place_text(checker, place);
    diag_report(checker->diags, place->span, E_CAPTURE_ARRAY, name);
    diag_help(
        checker->diags,
        "one of them can be captured, `%s x = %s[0];`, and so can a `ref struct` that holds all",
        type_text(checker, place->type->elem), name
    );
}

static bool capture_of(Checker *checker, const HirExpr *place, HirCapture *capture) {
    const HirType *type = place->type;
    *capture = HIR_CAPTURE_PLACE;
    if (type->kind == HIR_TYPE_REF_FN)
        *capture = HIR_CAPTURE_FN;
    else if (type->kind == HIR_TYPE_SLICE && type->mode == HIR_MUT)
        *capture = HIR_CAPTURE_ELEMENTS;
    else if (!hir_type_is_lent(type)) // no pointer leads to a borrow
        *capture = HIR_CAPTURE_VALUE;
    if (*capture != HIR_CAPTURE_VALUE || hir_type_is_plain(type)) return true;
    if (type->kind ==
        HIR_TYPE_PTR) // what it leads to would be captured, were it not for an assignment
        diag_report(checker->diags, place->span, E_CAPTURE_FIXED, place_text(checker, place));
    else
        refuse_array(checker, place);
    return false;
}

static HirExpr *argument(Checker *checker, HirExpr *place, HirCapture capture, bool exclusive) {
    static const HirExprKind kinds[] = { [HIR_CAPTURE_PLACE] = HIR_BORROW,
                                         [HIR_CAPTURE_ELEMENTS] = HIR_VIEW,
                                         [HIR_CAPTURE_VALUE] = HIR_COPY,
                                         [HIR_CAPTURE_FN] = HIR_CLOSURE };
    HirMode mode = exclusive ? HIR_MUT : HIR_CONST;
    const HirType *type = capture == HIR_CAPTURE_PLACE
                              ? hir_type_ptr(checker->types, mode, place->type)
                              : place->type;
    HirExpr *arg = new_expr(checker, kinds[capture], type, place->span);
    arg->base = place;
    arg->mode = mode;
    return arg;
}

// The name of the local, or of the last field.
static Name name_of(const Chain *chain) {
    Name name = chain->nodes[0]->local->name;
    for (uint32_t i = 1; i < chain->cut; i++)
        if (chain->nodes[i]->kind == HIR_FIELD)
            name = chain->nodes[i]->base->type->structure->fields.data[chain->nodes[i]->row].name;
    return name;
}

static bool add_capture(Captures *captures, const Chain *chain, HirExpr *closure) {
    Checker *checker = captures->checker;
    HirExpr *place = arena_new(checker->arena, HirExpr);
    HirCapture capture;
    *place = *chain->nodes[chain->cut - 1];
    if (!capture_of(checker, place, &capture)) return false;
    HirExpr *arg = argument(checker, place, capture, is_mutable(place));
    HirLocal *local = arena_new(checker->arena, HirLocal);
    *local = (HirLocal){ .name = name_of(chain),
                         .type = arg->type,
                         .span = place->span,
                         .is_param = true,
                         .capture = capture,
                         .captured = place_text(checker, place) };
    vec_push(checker->arena, &captures->locals, local);
    vec_push(checker->arena, &closure->args, arg);
    vec_push(checker->arena, &captures->fn->sig.params, arg->type);
    vec_push(checker->arena, &captures->fn->sig.promises, HIR_NO_STATE);
    return true;
}

// Parameters come first.
static void add_locals(Captures *captures, uint32_t declared) {
    Arena *arena = captures->checker->arena;
    HirFn *fn = captures->fn;
    HirFn old = *fn;
    memset(&fn->locals, 0, sizeof fn->locals);
    for (uint32_t i = 0; i < declared; i++)
        vec_push(arena, &fn->locals, old.locals.data[i]);
    vec_each(HirLocal *, it, &captures->locals)
        vec_push(arena, &fn->locals, *it);
    for (uint32_t i = declared; i < old.locals.len; i++)
        vec_push(arena, &fn->locals, old.locals.data[i]);
    for (uint32_t i = 0; i < fn->locals.len; i++)
        fn->locals.data[i]->number = i;
}

// The place in the body is now what the parameter leads to, or the parameter.
static void replace(Checker *checker, HirExpr *node, HirLocal *local) {
    HirExpr *param = new_expr(checker, HIR_LOCAL, local->type, node->span);
    param->local = local;
    if (local->capture != HIR_CAPTURE_PLACE) {
        *node = *param;
        return;
    }
    node->kind = HIR_DEREF;
    node->base = param;
}

bool take_captures(Checker *checker, HirFn *fn, HirExpr *closure) {
    Captures captures = { .checker = checker, .fn = fn };
    uint32_t declared = fn->sig.params.len;
    hir_visit_stmt(fn->body, collect, &captures);
    for (uint32_t i = 0; i < captures.chains.len; i++) {
        take(&captures, captures.chains.data[i]);
        if (captures.taken.len <= MOST_CAPTURES) continue;
        diag_report(checker->diags, closure->span, E_TOO_NESTED, "what this closure captures");
        return false;
    }
    for (uint32_t i = 0; i < captures.taken.len; i++)
        if (!add_capture(&captures, &captures.taken.data[i], closure)) return false;
    vec_each(Chain, chain, &captures.chains) {
        uint32_t row = 0;
        while (
            !(captures.taken.data[row].cut <= chain->cut && meet(&captures.taken.data[row], chain))
        )
            row++;
        chain->cut = captures.taken.data[row].cut;
        chain->row = row;
    }
    vec_each(Chain, chain, &captures.chains)
        replace(checker, chain->nodes[chain->cut - 1], captures.locals.data[chain->row]);
    add_locals(&captures, declared);
    return true;
}

// --- afterwards -----------------------------------------------------------------------------------------------------------------

// A name of the parameter gets its new type.
static void retype(void *context, HirExpr *expr, const HirExpr *around) {
    (void)context, (void)around;
    if (expr->kind == HIR_LOCAL && expr->local->capture != HIR_CAPTURE_NONE)
        expr->type = expr->local->type;
}

void settle_captures(Checker *checker, HirExpr *closure) {
    HirFn *fn = (HirFn *)(uintptr_t)closure->fn;
    uint32_t first = fn->sig.params.len - closure->args.len;
    for (uint32_t i = 0; i < closure->args.len; i++) {
        HirLocal *local = fn->locals.data[first + i];
        HirExpr *arg = closure->args.data[i];
        bool borrows =
            local->capture == HIR_CAPTURE_PLACE || local->capture == HIR_CAPTURE_ELEMENTS;
        if (!borrows || local->is_changed || arg->mode == HIR_CONST) continue;
        local->type = local->capture == HIR_CAPTURE_PLACE
                          ? hir_type_ptr(checker->types, HIR_CONST, local->type->elem)
                          : hir_type_slice(checker->types, HIR_CONST, local->type->elem);
        arg->mode = HIR_CONST;
        arg->type = local->type;
        fn->sig.params.data[first + i] = local->type;
        fn->sig.promises.data[first + i] = HIR_NO_STATE;
    }
    hir_visit_stmt(fn->body, retype, NULL);
}
