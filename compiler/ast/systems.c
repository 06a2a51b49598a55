// Processes, systems and packages: what is outside of the code.
// Takes their nodes; leaves AstSip, the instances of a system, AstSettings. What may be said once is watched here.

#include "build__.h"

#include <string.h>

// --- processes ----------------------------------------------------------------------------------------

static void report_twice(Build *b, const SyntaxNode *node, const SyntaxNode *what) {
    ast__report(b, ast__span(b, node), E_GIVEN_TWICE, ast__c_text(b, what));
}

static void build_limit(Build *b, const SyntaxNode *node, AstLimits *out) {
    const SyntaxNode *kind = CHILD(node, KIND);
    if (!kind) return;
    AstExpr **limit = syntax_is(b->syntax, kind, "heap")      ? &out->heap
                      : syntax_is(b->syntax, kind, "stack")   ? &out->stack
                      : syntax_is(b->syntax, kind, "threads") ? &out->threads
                      : syntax_is(b->syntax, kind, "cpu")     ? &out->cpu
                                                              : &out->time;
    if (*limit)
        report_twice(b, node, kind);
    else
        *limit = ast__expr_of(b, node, FIELD_VALUE);
}

static AstGrant build_grant(Build *b, const SyntaxNode *node) {
    return (AstGrant){ ast__name(b, CHILD(node, NAME)), ast__args(b, CHILD(node, ARGUMENTS)),
                       ast__span(b, node) };
}

// What stands between two parts, `uses` or a comma, is no node: its first character, comments skipped.
static char first_between(Str text, uint32_t at, uint32_t end) {
    while (at < end) {
        char c = text.ptr[at];
        if (c == '/') {
            const char *stop = text.ptr[at + 1] == '*' ? "*/" : "\n";
            const char *found = memmem(text.ptr + at + 2, end - at - 2, stop, strlen(stop));
            at = found ? (uint32_t)(found - text.ptr + strlen(stop)) : end;
        } else if (c == ' ' || (c >= '\t' && c <= '\r')) {
            at++;
        } else {
            return c;
        }
    }
    return 0;
}

void ast__sip(Build *b, const SyntaxNode *node, AstSip *out) {
    out->params = ast__params(b, CHILD(node, PARAMETERS), true);
    bool open = false; // a list of grants
    uint32_t before = node->start;
    syntax_each(child, node) {
        if (child->kind == SYNTAX_LIMIT) {
            build_limit(b, child, &out->limits);
            open = false;
        } else if (child->kind == SYNTAX_GRANT) {
            AstGrant grant = build_grant(b, child);
            open |= first_between(b->syntax->text, before, child->start) != ',' || node->broken;
            if (!open) {
                ast__report(b, grant.span, E_GRANT_PLACE, ast__c_text(b, CHILD(child, NAME)));
                ast__fix(
                    b, ((Span){ grant.span.file, grant.span.start, grant.span.start }), "uses ",
                    "say `uses`"
                );
            }
            vec_push(b->arena, &out->grants, grant);
        }
        before = child->end;
    }
    out->body = ast__stmt_of(b, node, FIELD_BODY);
}

void ast__test(Build *b, const SyntaxNode *node, AstTest *out) {
    const SyntaxNode *title = CHILD(node, TITLE);
    if (title) out->title = ast__decode(b, title, false);
    syntax_each(child, node) if (child->kind == SYNTAX_LIMIT) build_limit(b, child, &out->limits);
    out->body = ast__stmt_of(b, node, FIELD_BODY);
}

// --- systems ------------------------------------------------------------------------------------------

static AstInstance build_instance(Build *b, const SyntaxNode *node, Str doc) {
    const SyntaxNode *kind = CHILD(node, KIND);
    AstInstance out = {
        .doc = doc,
        .on_demand = kind && syntax_is(b->syntax, kind, "program"),
        .name = ast__name(b, CHILD(node, NAME)),
        .program = ast__path(b, CHILD(node, PROGRAM)),
        .args = ast__args(b, CHILD(node, ARGUMENTS)),
        .span = ast__span(b, node),
    };
    syntax_each(child, node) {
        if (child->field == FIELD_RESTART) {
            if (out.restart)
                ast__report(b, ast__span(b, child), E_GIVEN_TWICE, "restart");
            else
                out.restart = ast__expr(b, child);
        } else if (child->field == FIELD_TRUSTED) {
            if (out.trusted) report_twice(b, child, child);
            out.trusted = true;
        }
    }
    return out;
}

void ast__system(Build *b, const SyntaxNode *node, AstItem *out) {
    Str doc = { 0 };
    syntax_each(child, node) {
        if (child->kind == SYNTAX_DOC_COMMENT) {
            ast__doc_line(b, &doc, child);
            continue;
        }
        if (child->kind == SYNTAX_INSTANCE)
            vec_push(b->arena, &out->system.sips, build_instance(b, child, doc));
        doc = (Str){ 0 };
    }
}

// --- packages -----------------------------------------------------------------------------------------

static AstSetting build_setting(Build *b, const SyntaxNode *node) {
    AstSetting out = {
        .name = ast__name(b, CHILD(node, NAME)),
        .title = ast__name(b, CHILD(node, TITLE)),
        .span = ast__span(b, node),
    };
    const SyntaxNode *inner = CHILD(node, SETTINGS);
    if (inner) {
        out.settings = arena_new(b->arena, AstSettings);
        *out.settings = ast__settings(b, inner);
    } else {
        out.value = ast__expr_of(b, node, FIELD_VALUE);
    }
    return out;
}

AstSettings ast__settings(Build *b, const SyntaxNode *node) {
    AstSettings settings = { 0 };
    syntax_each(child, node) {
        if (child->kind == SYNTAX_SETTING) vec_push(b->arena, &settings, build_setting(b, child));
    }
    return settings;
}
