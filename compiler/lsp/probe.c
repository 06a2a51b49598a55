// A check of as much as is needed to know what stands before the cursor. See probe.h.

#include "probe.h"

#include "uses.h"

#include <stdlib.h>
#include <string.h>

static void keep_fact(void *context, const CheckFact *fact) {
    Probe *probe = context;
    if (fact->kind == CHECK_FACT_STATE) vec_push(&probe->arena, &probe->facts, *fact);
}

// --- locals ------------------------------------------------------------------------------------------------------------------

static bool is_scope(const SyntaxNode *node) {
    switch ((int)node->kind) {
    case SYNTAX_BLOCK:
    case SYNTAX_ONE_BLOCK:
    case SYNTAX_CASE:
    case SYNTAX_FOR_STATEMENT:
    case SYNTAX_FOR_EACH_STATEMENT:
    case SYNTAX_WHILE_STATEMENT:
    case SYNTAX_IF_STATEMENT:
    case SYNTAX_LOCK_STATEMENT:
    case SYNTAX_JOIN_STATEMENT:
    case SYNTAX_CLOSURE:
    case SYNTAX_FUNCTION_ITEM:
    case SYNTAX_SIP_ITEM:
    case SYNTAX_TEST_ITEM: return true;
    default: return false;
    }
}

// Is what is declared at `declared` to be seen from `at`? Nothing is declared behind that but what the probe itself declares.
static bool sees(const SyntaxNode *root, uint32_t declared, uint32_t at) {
    const SyntaxNode *scope = root;
    for (const SyntaxNode *node = root; node;) {
        const SyntaxNode *inner = NULL;
        if (is_scope(node)) scope = node;
        syntax_each(child, node) {
            if (child->start <= declared && declared < child->end) inner = child;
        }
        node = inner;
    }
    return scope->start <= at && at <= scope->end;
}

static bool is_known(const Probe *probe, Name name) {
    vec_each(const HirLocal *, local, &probe->locals) {
        if ((*local)->name == name) return true;
    }
    return false;
}

static void list_locals(Probe *probe, const HirFn *fn) {
    for (uint32_t i = fn->locals.len; i-- > 0;) {
        const HirLocal *local = fn->locals.data[i];
        bool here = local->name && !local->capture && local->span.file == probe->unit->file;
        if (here && !is_known(probe, local->name) &&
            sees(probe->unit->syntax->root, local->span.start, probe->at))
            vec_push(&probe->arena, &probe->locals, local);
    }
    vec_each(HirExpr *const, closure, &fn->closures) {
        const Span *span = &(*closure)->span;
        if (span->start <= probe->at && probe->at <= span->end && (*closure)->fn)
            list_locals(probe, (*closure)->fn);
    }
}

// --- the base ----------------------------------------------------------------------------------------------------------------

// Without what was put around it to ask. A borrow that is taken is lent again: it is what it was.
static const HirExpr *asked(const Probe *probe, const HirExpr *expr) {
    switch (expr->kind) {
    case HIR_BORROW: return probe->borrows ? expr->base : expr;
    case HIR_VIEW:
    case HIR_COPY:
    case HIR_MOVE: return expr->base;
    default: return expr;
    }
}

static void see_base(void *context, const HirExpr *expr) {
    Probe *probe = context;
    bool here = expr->span.file == probe->unit->file && expr->span.start >= probe->at &&
                expr->span.end <= probe->at + probe->until;
    if (probe->type || !here) return;
    const HirExpr *base = asked(probe, expr);
    while (base->kind == HIR_TEMP && base->base)
        base = base->base;
    if (expr->kind == HIR_ERROR || !base->type || base->type->kind == HIR_TYPE_ERROR) return;
    probe->type = base->type;
    if (base->kind == HIR_FN_REF) probe->callee = base->fn;
}

static void find_end(Probe *probe) {
    const HirType *type = probe->type;
    probe->state = HIR_NO_STATE;
    if (type && type->kind == HIR_TYPE_PTR) type = type->elem;
    if (!type || (type->kind != HIR_TYPE_ENDPOINT && type->kind != HIR_TYPE_SET)) return;
    probe->end = type;
    if (type->kind == HIR_TYPE_SET) { // what lies in a set is as its type says
        probe->state = type->state;
        return;
    }
    vec_each(CheckFact, fact, &probe->facts) {
        if (fact->at.start >= probe->at && fact->type->contract == type->contract)
            probe->state = fact->state;
    }
}

// --- the check ---------------------------------------------------------------------------------------------------------------

// A byte of the text for one of that which was looked at, and back: they have the same lines and columns.
static uint32_t in_other_lines(const Lines *from, const Lines *to, uint32_t at) {
    uint32_t line = lsp__line_at(from, at);
    return line < to->count ? to->starts[line] + at - from->starts[line] : 0;
}

// With what is known of all other bodies. false: it cannot be told from that.
static bool check_body(Probe *probe, const char *statement) {
    size_t length;
    if (!probe->cursor->body || lsp__mark(probe->document) > 0) return false;
    char *text = cursor_patched_body(probe->cursor, statement, &probe->at, &probe->shift, &length);
    probe->look = lsp__look_as(probe->document, (Str){ text, length });
    if (probe->look) {
        lsp__lines(&probe->lines, (Str){ text, length });
        probe->at = in_other_lines(&probe->lines, &probe->look->lines, probe->at);
        probe->result = probe->look->result;
        vec_each(const CheckFact, fact, &probe->look->facts)
            if (fact->kind == CHECK_FACT_STATE) vec_push(&probe->arena, &probe->facts, *fact);
    }
    free(text);
    return probe->look;
}

static void check_anew(Server *server, Probe *probe, const char *statement) {
    size_t length;
    char *text = cursor_patched(probe->cursor, statement, &probe->at, &probe->shift, &length);
    CheckWatch watch = { .context = probe, .file = 1, .see = keep_fact, .only = true };
    watch.offset = probe->at;
    watch.library = server->options.modules;
    Front *front = lsp__front(server, probe->document);
    front_overlay(front, probe->document->path, text, length); // of which a mark is no part
    front_watch(front, &watch);
    probe->result = front_check(front, probe->document->path, 1);
    front_free(front);
    free(text);
}

static void check(Server *server, Probe *probe, const char *statement) {
    if (!check_body(probe, statement)) check_anew(server, probe, statement);
    if (probe->result->error[0] || probe->result->units.len == 0) return;
    probe->unit = &probe->result->units.data[0];
    if (!probe->cursor->body || !probe->result->program) return;
    probe->fn = lsp__fn_at(probe->result, probe->unit->file, probe->at);
    while (probe->fn && probe->fn->around)
        probe->fn = probe->fn->around;
    if (!probe->fn) return;
    list_locals(probe, probe->fn);
    HirWalk walk = { probe, see_base, NULL };
    hir_walk_stmt(&walk, probe->fn->body);
    vec_each(HirExpr *const, closure, &probe->fn->closures) {
        if ((*closure)->fn && (*closure)->fn->body) hir_walk_stmt(&walk, (*closure)->fn->body);
    }
    find_end(probe);
}

static void forget(Probe *probe) {
    if (!probe->look) front_result_free(probe->result);
    lsp__lines_free(&probe->lines);
    probe->result = NULL;
    probe->look = NULL;
    probe->locals.len = probe->facts.len = 0;
    probe->type = probe->end = NULL;
    probe->unit = NULL;
    probe->fn = probe->callee = NULL;
}

static void ask(Server *server, Probe *probe, const char *sign, Str base) {
    forget(probe);
    probe->until = (uint32_t)(base.len + strlen(sign)) + 6;
    probe->borrows = *sign;
    check(
        server, probe, arena_printf(&probe->arena, "{ _ = %s" STR_FMT "; }", sign, STR_ARG(base))
    );
}

// What cannot be taken may be something to borrow. Of an endpoint it is told in which state it is where that makes sense.
static void check_with(Server *server, Probe *probe, Str base) {
    if (!base.len) {
        forget(probe);
        check(server, probe, ";");
        return;
    }
    ask(server, probe, "", base);
    if (!probe->type) ask(server, probe, "&", base);
    if (!probe->end || probe->state != HIR_NO_STATE) return;
    bool behind = probe->type->kind == HIR_TYPE_PTR;
    ask(server, probe, behind ? "&*" : "&", base);
}

Probe *probe_new(Server *server, Document *document, uint32_t offset) {
    Probe *probe = calloc(1, sizeof *probe);
    if (!probe) base_out_of_memory(sizeof *probe);
    arena_init(&probe->arena);
    probe->document = document;
    probe->state = HIR_NO_STATE;
    probe->cursor = cursor_find(&probe->arena, lsp__unmarked(document), offset);
    if (probe->cursor->place != PLACE_NOWHERE)
        check_with(server, probe, cursor_base(probe->cursor));
    return probe;
}

void probe_ask(Server *server, Probe *probe, Str expression) {
    check_with(server, probe, expression);
}

void probe_free(Probe *probe) {
    forget(probe);
    arena_free(&probe->arena);
    free(probe);
}

uint32_t probe_offset(const Probe *probe, uint32_t offset) {
    if (probe->look) offset = in_other_lines(&probe->look->lines, &probe->lines, offset);
    bool behind = probe->cursor->body && offset >= probe->cursor->item_end + probe->shift;
    return behind ? offset - probe->shift : offset;
}
