// The dump: the whole tree as s-expressions, one item, statement, case, field or state a line.
// Takes an Ast; leaves text, for tests and for the curious. Types are spelled as in the source, between < and >.

#include "dump__.h"

// --- lines --------------------------------------------------------------------------------------------

void dump__open(Dump *d, const char *what) {
    if (d->depth > 0) fputc('\n', d->out);
    fprintf(d->out, "%*s(%s", 2 * d->depth, "", what);
    d->depth++;
}

void dump__close(Dump *d) {
    fputc(')', d->out);
    d->depth--;
}

// A part with one expression: ` (what e)`; nothing if there is none.
static void dump_part(Dump *d, const char *what, const AstExpr *expr) {
    if (!expr) return;
    fprintf(d->out, " (%s", what);
    dump__expr(d, expr);
    fputc(')', d->out);
}

static void dump_line(Dump *d, const char *what, const AstExpr *expr) {
    if (!expr) return;
    dump__open(d, what);
    dump__expr(d, expr);
    dump__close(d);
}

static void dump_doc(Dump *d, Str doc) {
    if (doc.len == 0) return;
    fputs(" (doc", d->out);
    dump__str(d, doc);
    fputc(')', d->out);
}

static void dump_flag(Dump *d, bool flag, const char *word) {
    if (flag) dump__word(d, word);
}

static void dump_clauses(Dump *d, const AstClauses *clauses) {
    static const char *const texts[] = {
        [AST_REQUIRES] = "requires", [AST_ENSURES] = "ensures", [AST_INVARIANT] = "invariant"
    };
    vec_each(const AstClause, clause, clauses)
        dump_line(d, texts[clause->kind], clause->cond);
}

// --- statements ---------------------------------------------------------------------------------------

static void dump_stmts(Dump *d, const AstStmts *stmts) {
    vec_each(AstStmt *const, stmt, stmts)
        dump__stmt(d, *stmt);
}

static void dump_cond(Dump *d, const AstCond *cond) {
    dump__binders(d, &cond->binders);
    dump__expr(d, cond->value);
}

static void dump_binder(Dump *d, const AstBinder *binder) {
    if (binder->type)
        dump__type(d, binder->type);
    else
        dump__word(d, "auto");
    dump__name(d, binder->name);
}

static void dump_assign(Dump *d, const AstStmt *s) {
    if (s->assign.compound) fprintf(d->out, " %s=", ast_op_text(s->assign.op, s->assign.family));
    dump__expr(d, s->assign.target);
    dump__expr(d, s->assign.value);
}

static void dump_for(Dump *d, const AstStmt *s) {
    if (s->for_.init) dump__stmt(d, s->for_.init);
    dump_line(d, "cond", s->for_.cond);
    dump_stmts(d, &s->for_.step);
    dump_clauses(d, &s->for_.invariants);
    dump__stmt(d, s->for_.body);
}

static void dump_for_each(Dump *d, const AstStmt *s) {
    dump_flag(d, s->for_each.is_tuple, "tuple");
    dump__binders(d, &s->for_each.binders);
    dump_flag(d, s->for_each.reverse, "reverse");
    if (s->for_each.over)
        dump__expr(d, s->for_each.over);
    else
        dump__range(d, &s->for_each.range);
    dump_clauses(d, &s->for_each.invariants);
    dump__stmt(d, s->for_each.body);
}

static void dump_case(Dump *d, const AstCase *c) {
    dump__open(d, c->is_default ? "default" : "case");
    dump__patterns(d, &c->patterns);
    dump_part(d, "if", c->guard);
    dump_stmts(d, &c->body);
    dump__close(d);
}

static void dump_head(Dump *d, const AstHead *head) {
    static const char *const texts[] = {
        [AST_HEAD_ERROR] = "error",
        [AST_HEAD_MESSAGE] = "message",
        [AST_HEAD_CLOSED] = "closed",
        [AST_HEAD_TIMEOUT] = "timeout",
        [AST_HEAD_UNSATISFIABLE] = "unsatisfiable",
    };
    fprintf(d->out, " (%s", texts[head->kind]);
    dump__expr(d, head->from);
    dump__name(d, head->message);
    dump__patterns(d, &head->args);
    dump_flag(d, head->as.len > 0, "as");
    vec_each(const AstName, name, &head->as)
        dump__name(d, *name);
    fputc(')', d->out);
}

static void dump_receive_case(Dump *d, const AstReceiveCase *c) {
    dump__open(d, c->is_default ? "default" : "case");
    vec_each(const AstJoin, join, &c->alternatives) {
        vec_each(const AstHead, head, join) {
            dump_flag(d, head != join->data, "&&");
            dump_head(d, head);
        }
    }
    dump_part(d, "if", c->guard);
    dump_stmts(d, &c->body);
    dump__close(d);
}

static void dump_channel(Dump *d, const AstStmt *s) {
    dump__type(d, s->channel.contract);
    if (s->channel.state.names.len > 0) dump__word(d, ":");
    dump__path(d, &s->channel.state);
    dump__name(d, s->channel.importer);
    dump__name(d, s->channel.exporter);
}

static void dump_receive(Dump *d, const AstStmt *s) {
    dump_flag(d, s->receive.is_try, "try");
    dump__expr(d, s->receive.endpoint);
    dump__name(d, s->receive.message);
    dump__patterns(d, &s->receive.args);
    if (s->receive.closed) dump__stmt(d, s->receive.closed);
}

static const char *const stmt_texts[] = {
    [AST_STMT_ERROR] = "error",
    [AST_STMT_EMPTY] = "empty",
    [AST_STMT_BLOCK] = "block",
    [AST_STMT_LET] = "let",
    [AST_STMT_LET_TUPLE] = "let-tuple",
    [AST_STMT_CONST] = "const",
    [AST_STMT_EXPR] = "do",
    [AST_STMT_ASSIGN] = "set",
    [AST_STMT_STEP] = "step",
    [AST_STMT_IF] = "if",
    [AST_STMT_WHILE] = "while",
    [AST_STMT_DO] = "do-while",
    [AST_STMT_FOR] = "for",
    [AST_STMT_FOR_EACH] = "for-each",
    [AST_STMT_SWITCH] = "switch",
    [AST_STMT_SWITCH_RECEIVE] = "switch-receive",
    [AST_STMT_RETURN] = "return",
    [AST_STMT_BREAK] = "break",
    [AST_STMT_CONTINUE] = "continue",
    [AST_STMT_DEFER] = "defer",
    [AST_STMT_LOCK] = "lock",
    [AST_STMT_ASSERT] = "assert",
    [AST_STMT_CHANNEL] = "channel",
    [AST_STMT_SEND] = "send",
    [AST_STMT_RECEIVE] = "receive",
    [AST_STMT_SPAWN] = "spawn",
    [AST_STMT_JOIN] = "join",
};

void dump__stmt(Dump *d, const AstStmt *s) {
    dump__open(d, stmt_texts[s->kind]);
    if (s->label.name) fprintf(d->out, " label=%s", names_text(d->names, s->label.name));
    switch (s->kind) {
    case AST_STMT_ERROR:
    case AST_STMT_EMPTY: break;
    case AST_STMT_BLOCK: dump_stmts(d, &s->block); break;
    case AST_STMT_LET:
    case AST_STMT_CONST: dump_binder(d, &s->let.binder), dump__expr(d, s->let.value); break;
    case AST_STMT_LET_TUPLE:
        dump__binders(d, &s->let_tuple.binders), dump__expr(d, s->let_tuple.value);
        break;
    case AST_STMT_EXPR: dump__expr(d, s->expr); break;
    case AST_STMT_ASSIGN: dump_assign(d, s); break;
    case AST_STMT_STEP:
        dump__word(d, s->step.down ? "--" : "++"), dump__expr(d, s->step.target);
        break;
    case AST_STMT_IF:
        dump_cond(d, &s->if_.cond);
        dump__stmt(d, s->if_.then);
        if (s->if_.otherwise) dump__stmt(d, s->if_.otherwise);
        break;
    case AST_STMT_WHILE:
    case AST_STMT_DO:
        dump_cond(d, &s->loop.cond);
        dump_clauses(d, &s->loop.invariants);
        dump__stmt(d, s->loop.body);
        break;
    case AST_STMT_FOR: dump_for(d, s); break;
    case AST_STMT_FOR_EACH: dump_for_each(d, s); break;
    case AST_STMT_SWITCH:
        dump__expr(d, s->switch_.subject);
        vec_each(const AstCase, c, &s->switch_.cases)
            dump_case(d, c);
        break;
    case AST_STMT_SWITCH_RECEIVE:
        vec_each(const AstReceiveCase, c, &s->switch_receive.cases)
            dump_receive_case(d, c);
        break;
    case AST_STMT_RETURN: dump__expr(d, s->result); break;
    case AST_STMT_BREAK:
    case AST_STMT_CONTINUE: dump__name(d, s->target); break;
    case AST_STMT_DEFER: dump__stmt(d, s->defer); break;
    case AST_STMT_LOCK:
        dump__expr(d, s->lock.mutex), dump_binder(d, &s->lock.binder), dump__stmt(d, s->lock.body);
        break;
    case AST_STMT_ASSERT: dump__expr(d, s->assert_.cond), dump__expr(d, s->assert_.text); break;
    case AST_STMT_CHANNEL: dump_channel(d, s); break;
    case AST_STMT_SEND:
        dump__expr(d, s->send.endpoint), dump__name(d, s->send.message),
            dump__args(d, &s->send.args);
        break;
    case AST_STMT_RECEIVE: dump_receive(d, s); break;
    case AST_STMT_SPAWN: dump__expr(d, s->spawn); break;
    case AST_STMT_JOIN: dump__stmt(d, s->join); break;
    }
    dump__close(d);
}

// --- items --------------------------------------------------------------------------------------------

static void dump_generics(Dump *d, const AstGenerics *generics) {
    static const char *const kinds[] = {
        [AST_GENERIC_TYPE] = "type",
        [AST_GENERIC_REF_TYPE] = "ref",
        [AST_GENERIC_CONST] = "const",
        [AST_GENERIC_CONTRACT] = "contract",
    };
    vec_each(const AstGeneric, generic, generics) {
        fprintf(d->out, " (%s", kinds[generic->kind]);
        if (generic->type) dump__type(d, generic->type);
        dump__name(d, generic->name);
        vec_each(AstType *const, bound, &generic->bounds)
            dump__type(d, *bound);
        fputc(')', d->out);
    }
}

static void dump_bases(Dump *d, const AstTypes *bases) {
    dump_flag(d, bases->len > 0, ":");
    vec_each(AstType *const, base, bases)
        dump__type(d, *base);
}

static void dump_attrs(Dump *d, const AstAttrs *attrs) {
    vec_each(const AstAttr, attr, attrs) {
        fprintf(d->out, " [[%s", names_text(d->names, attr->name.name));
        dump__args(d, &attr->args);
        fputs("]]", d->out);
    }
}

static void dump_field(Dump *d, const AstField *field) {
    static const char *const orders[] = {
        [AST_NATIVE] = "", [AST_LITTLE] = "le", [AST_BIG] = "be"
    };
    dump__open(d, "field");
    dump_attrs(d, &field->attrs);
    dump_flag(d, field->is_pub, "pub");
    dump_flag(d, field->order != AST_NATIVE, orders[field->order]);
    dump__type(d, field->type);
    dump__name(d, field->name);
    dump__expr(d, field->value);
    dump_doc(d, field->doc);
    dump__close(d);
}

static void dump_struct(Dump *d, const AstStruct *s) {
    dump_flag(d, s->is_ref, "ref");
    dump_flag(d, s->is_wire, "wire");
    dump_generics(d, &s->generics);
    dump_bases(d, &s->conforms);
    vec_each(const AstField, field, &s->fields)
        dump_field(d, field);
    dump_clauses(d, &s->invariants);
}

static void dump_enum(Dump *d, const AstEnum *e) {
    dump_generics(d, &e->generics);
    dump_bases(d, &e->bases);
    vec_each(const AstVariant, variant, &e->variants) {
        dump__open(d, "variant");
        dump__name(d, variant->name);
        if (variant->has_payload) dump__params(d, &variant->payload);
        dump__expr(d, variant->value);
        dump_doc(d, variant->doc);
        dump__close(d);
    }
}

static void dump_fn(Dump *d, const AstFn *fn) {
    dump__type(d, fn->result);
    if (fn->owner) {
        dump__word(d, "(owner");
        dump__type(d, fn->owner);
        dump_generics(d, &fn->owner_generics);
        fputc(')', d->out);
    }
    dump_generics(d, &fn->generics);
    dump__params(d, &fn->params);
    vec_each(const AstFrom, from, &fn->from) {
        dump__word(d, "(from");
        dump_flag(d, from->deep, "*");
        vec_each(const AstName, name, &from->path)
            dump__name(d, *name);
        fputc(')', d->out);
    }
    dump_clauses(d, &fn->clauses);
    if (fn->body) dump__stmt(d, fn->body);
}

static void dump_protocol(Dump *d, const AstProtocol *protocol) {
    vec_each(const AstStep, step, &protocol->steps) {
        switch (step->kind) {
        case AST_STEP_MESSAGE:
            fprintf(
                d->out, " %s%c", names_text(d->names, step->name.name),
                step->exporter_sends ? '!' : '?'
            );
            break;
        case AST_STEP_TARGET:
            fprintf(d->out, " -> %s", names_text(d->names, step->name.name));
            break;
        case AST_STEP_END: dump__word(d, "end"); break;
        case AST_STEP_CHOICE:
            vec_each(AstProtocol *const, choice, &step->choices) {
                fputs(" (", d->out);
                dump_protocol(d, *choice);
                fputs(" )", d->out);
            }
        }
    }
}

static void dump_contract(Dump *d, const AstContract *c) {
    dump_generics(d, &c->generics);
    dump_bases(d, &c->bases);
    vec_each(const AstMessage, message, &c->messages) {
        dump__open(d, message->is_in ? "in" : "out");
        dump__name(d, message->name);
        dump__params(d, &message->params);
        dump_doc(d, message->doc);
        dump__close(d);
    }
    vec_each(const AstState, state, &c->states) {
        dump__open(d, state->is_override ? "override" : "state");
        dump__name(d, state->name);
        if (state->protocol)
            dump_protocol(d, state->protocol);
        else
            dump__word(d, "(error)");
        dump_doc(d, state->doc);
        dump__close(d);
    }
}

static void dump_limits(Dump *d, const AstLimits *limits) {
    dump_part(d, "heap", limits->heap);
    dump_part(d, "stack", limits->stack);
    dump_part(d, "threads", limits->threads);
    dump_part(d, "cpu", limits->cpu);
    dump_part(d, "time", limits->time);
}

static void dump_sip(Dump *d, const AstSip *sip) {
    dump__params(d, &sip->params);
    vec_each(const AstGrant, grant, &sip->grants) {
        fputs(" (uses", d->out);
        dump__name(d, grant->name);
        dump__args(d, &grant->args);
        fputc(')', d->out);
    }
    dump_limits(d, &sip->limits);
    dump__stmt(d, sip->body);
}

static void dump_test(Dump *d, const AstTest *test) {
    dump__str(d, test->title);
    dump_limits(d, &test->limits);
    dump__stmt(d, test->body);
}

static void dump_system(Dump *d, const AstItem *item) {
    vec_each(const AstInstance, sip, &item->system.sips) {
        dump__open(d, "instance");
        dump__name(d, sip->name);
        dump__path(d, &sip->program);
        dump__args(d, &sip->args);
        dump_part(d, "restart", sip->restart);
        dump_flag(d, sip->trusted, "trusted");
        dump_flag(d, sip->on_demand, "program");
        dump_doc(d, sip->doc);
        dump__close(d);
    }
}

static void dump_settings(Dump *d, const AstSettings *settings) {
    vec_each(const AstSetting, setting, settings) {
        dump__open(d, "setting");
        dump__name(d, setting->name);
        dump__name(d, setting->title);
        dump__expr(d, setting->value);
        if (setting->settings) dump_settings(d, setting->settings);
        dump__close(d);
    }
}

static void dump_item(Dump *d, const AstItem *item);

static void dump_items(Dump *d, const AstItems *items) {
    vec_each(AstItem *const, item, items)
        dump_item(d, *item);
}

static const char *const item_texts[] = {
    [AST_ITEM_ERROR] = "error",
    [AST_ITEM_IMPORT] = "import",
    [AST_ITEM_CONST] = "const",
    [AST_ITEM_STRUCT] = "struct",
    [AST_ITEM_ENUM] = "enum",
    [AST_ITEM_FLAGS] = "flags",
    [AST_ITEM_INTERFACE] = "interface",
    [AST_ITEM_CONTRACT] = "contract",
    [AST_ITEM_FN] = "fn",
    [AST_ITEM_SIP] = "sip",
    [AST_ITEM_SYSTEM] = "system",
    [AST_ITEM_TEST] = "test",
    [AST_ITEM_PACKAGE] = "package",
};

static void dump_item(Dump *d, const AstItem *item) {
    dump__open(d, item_texts[item->kind]);
    dump_attrs(d, &item->attrs);
    dump_flag(d, item->is_pub, "pub");
    dump__name(d, item->name);
    dump_doc(d, item->doc);
    switch (item->kind) {
    case AST_ITEM_ERROR: break;
    case AST_ITEM_IMPORT: dump__path(d, &item->import); break;
    case AST_ITEM_CONST:
        dump__type(d, item->constant.type), dump__expr(d, item->constant.value);
        break;
    case AST_ITEM_STRUCT: dump_struct(d, &item->structure); break;
    case AST_ITEM_ENUM:
    case AST_ITEM_FLAGS: dump_enum(d, &item->enumeration); break;
    case AST_ITEM_INTERFACE:
        dump_generics(d, &item->interface.generics);
        dump_bases(d, &item->interface.bases);
        dump_items(d, &item->interface.fns);
        break;
    case AST_ITEM_CONTRACT: dump_contract(d, &item->contract); break;
    case AST_ITEM_FN: dump_fn(d, &item->fn); break;
    case AST_ITEM_SIP: dump_sip(d, &item->sip); break;
    case AST_ITEM_SYSTEM: dump_system(d, item); break;
    case AST_ITEM_TEST: dump_test(d, &item->test); break;
    case AST_ITEM_PACKAGE: dump_settings(d, &item->package); break;
    }
    dump__close(d);
}

// --- the file -----------------------------------------------------------------------------------------

void ast_dump(FILE *out, const Ast *ast, const Names *names) {
    Dump d = { out, names, 0 };
    dump__open(&d, "file");
    dump__path(&d, &ast->module);
    dump_doc(&d, ast->doc);
    dump_items(&d, &ast->items);
    dump__close(&d);
    fputc('\n', out);
}
