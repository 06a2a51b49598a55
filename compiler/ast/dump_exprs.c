// The dump of what stands within a line: names, types, expressions, patterns.

#include "dump__.h"

// --- words --------------------------------------------------------------------------------------------

void dump__word(Dump *d, const char *word) {
    fprintf(d->out, " %s", word);
}

static void open(Dump *d, const char *what) {
    fprintf(d->out, " (%s", what);
}

static void close(Dump *d) {
    fputc(')', d->out);
}

void dump__name(Dump *d, AstName name) {
    if (name.name) dump__word(d, names_text(d->names, name.name));
}

void dump__path(Dump *d, const AstPath *path) {
    vec_each(const AstName, name, &path->names) {
        fprintf(
            d->out, "%s%s", name == path->names.data ? " " : ".", names_text(d->names, name->name)
        );
    }
}

// In quotes, on one line, whatever is in it; bytes need not be UTF-8.
static void put_text(Dump *d, Str text, bool bytes) {
    fputs(" \"", d->out);
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c == '"' || c == '\\')
            fprintf(d->out, "\\%c", c);
        else if (c == '\n')
            fputs("\\n", d->out);
        else if (c < 0x20 || c == 0x7f || (bytes && c > 0x7f))
            fprintf(d->out, "\\x%02x", c);
        else
            fputc(c, d->out);
    }
    fputc('"', d->out);
}

void dump__str(Dump *d, Str text) {
    put_text(d, text, false);
}

void dump__type(Dump *d, const AstType *type) {
    fputs(" <", d->out);
    ast_type_print(d->out, type, d->names);
    fputc('>', d->out);
}

void dump__params(Dump *d, const AstParams *params) {
    open(d, "params");
    vec_each(const AstParam, param, params) {
        if (param->type) dump__type(d, param->type);
        dump__name(d, param->name);
    }
    close(d);
}

void dump__binders(Dump *d, const AstBinders *binders) {
    vec_each(const AstBinder, binder, binders) {
        if (binder->type)
            dump__type(d, binder->type);
        else
            dump__word(d, "auto");
        dump__name(d, binder->name);
    }
}

void dump__args(Dump *d, const AstArgs *args) {
    vec_each(const AstArg, arg, args) {
        if (arg->label.name) fprintf(d->out, " %s:", names_text(d->names, arg->label.name));
        dump__expr(d, arg->value);
    }
}

void dump__range(Dump *d, const AstRange *range) {
    open(d, range->inclusive ? "..=" : "..");
    if (range->lo)
        dump__expr(d, range->lo);
    else
        dump__word(d, "-");
    if (range->hi)
        dump__expr(d, range->hi);
    else
        dump__word(d, "-");
    close(d);
}

// --- expressions --------------------------------------------------------------------------------------

static void dump_format(Dump *d, const AstFormat *f) {
    bool plain = f->fill == ' ' && !f->align && !f->sign && !f->alternate && !f->zero &&
                 !f->width && f->precision < 0 && !f->kind;
    if (plain) return;
    open(d, "format");
    if (f->fill != ' ') fprintf(d->out, " fill=%x", f->fill);
    if (f->align) fprintf(d->out, " %c", f->align);
    if (f->sign) dump__word(d, "+");
    if (f->alternate) dump__word(d, "#");
    if (f->zero) dump__word(d, "0");
    if (f->width) fprintf(d->out, " width=%u", f->width);
    if (f->precision >= 0) fprintf(d->out, " precision=%d", f->precision);
    if (f->kind) fprintf(d->out, " %c", f->kind);
    close(d);
}

static void dump_text(Dump *d, const AstExpr *e) {
    open(d, "text");
    vec_each(const AstTextPart, part, &e->text) {
        dump__str(d, part->text);
        dump__expr(d, part->value);
        dump_format(d, &part->format);
    }
    close(d);
}

static void dump_generic_args(Dump *d, const AstGenericArgs *args) {
    vec_each(const AstGenericArg, arg, args) {
        if (arg->type)
            dump__type(d, arg->type);
        else
            dump__expr(d, arg->value);
    }
}

static void dump_pair(
    Dump *d, const char *what, const AstExpr *a, const AstExpr *b, const AstExpr *c
) {
    open(d, what);
    dump__expr(d, a);
    dump__expr(d, b);
    dump__expr(d, c);
    close(d);
}

static void dump_field(Dump *d, const AstExpr *e) {
    open(d, e->field.arrow ? "->" : ".");
    dump__expr(d, e->field.base);
    dump__name(d, e->field.name);
    close(d);
}

static void dump_call(Dump *d, const AstExpr *e) {
    open(d, "call");
    dump__expr(d, e->call.callee);
    dump__args(d, &e->call.args);
    close(d);
}

static void dump_unary(Dump *d, const AstExpr *e) {
    static const char *const negations[AST_FAMILIES] = { "neg", "neg%", "neg|", "neg?" };
    open(
        d, e->unary.op == AST_UNARY_NEG ? negations[e->unary.family] : ast_unary_text(e->unary.op)
    );
    dump__expr(d, e->unary.operand);
    close(d);
}

static void dump_cast(Dump *d, const AstExpr *e) {
    static const char *const marks[AST_FAMILIES] = { "", "%", "|", "?" };
    open(d, "cast");
    fprintf(d->out, " %s%s", ast_scalar_text(e->cast.to), marks[e->cast.family]);
    dump__expr(d, e->cast.operand);
    close(d);
}

static void dump_else(Dump *d, const AstExpr *e) {
    open(d, "else");
    dump__expr(d, e->orelse.value);
    dump__expr(d, e->orelse.otherwise);
    if (e->orelse.leave) dump__stmt(d, e->orelse.leave);
    close(d);
}

static void dump_new(Dump *d, const AstExpr *e) {
    open(d, e->make.optional ? "new?" : "new");
    if (e->make.gc) dump__word(d, "gc");
    if (e->make.type) dump__type(d, e->make.type);
    if (e->make.length) dump_pair(d, "length", e->make.length, NULL, NULL);
    dump__expr(d, e->make.value);
    close(d);
}

static void dump_init(Dump *d, const AstExpr *e) {
    open(d, "init");
    if (e->init.type) dump_pair(d, "of", e->init.type, NULL, NULL);
    dump__args(d, &e->init.items);
    if (e->init.fill) dump__word(d, "...");
    close(d);
}

static void dump_tuple(Dump *d, const AstExpr *e) {
    open(d, "tuple");
    vec_each(AstExpr *const, part, &e->tuple)
        dump__expr(d, *part);
    close(d);
}

static void dump_closure(Dump *d, const AstExpr *e) {
    open(d, "closure");
    dump__params(d, &e->closure.params);
    dump__stmt(d, e->closure.body);
    close(d);
}

void dump__expr(Dump *d, const AstExpr *e) {
    if (!e) return;
    switch (e->kind) {
    case AST_EXPR_ERROR: dump__word(d, "(error)"); break;
    case AST_EXPR_INT: fprintf(d->out, " %llu", (unsigned long long)e->integer); break;
    case AST_EXPR_FLOAT: fprintf(d->out, " (float %.17g)", e->real); break;
    case AST_EXPR_CHAR: fprintf(d->out, " (char %x)", e->character); break;
    case AST_EXPR_STR: dump__str(d, e->str); break;
    case AST_EXPR_BYTES: open(d, "bytes"), put_text(d, e->str, true), close(d); break;
    case AST_EXPR_BOOL: dump__word(d, e->boolean ? "true" : "false"); break;
    case AST_EXPR_NONE: dump__word(d, "none"); break;
    case AST_EXPR_DURATION: fprintf(d->out, " (ns %llu)", (unsigned long long)e->integer); break;
    case AST_EXPR_TEXT: dump_text(d, e); break;
    case AST_EXPR_NAME: dump__name(d, e->name); break;
    case AST_EXPR_TYPE: dump__type(d, e->type); break;
    case AST_EXPR_VARIANT: fprintf(d->out, " .%s", names_text(d->names, e->name.name)); break;
    case AST_EXPR_FIELD: dump_field(d, e); break;
    case AST_EXPR_INDEX: dump_pair(d, "index", e->index.base, e->index.at, NULL); break;
    case AST_EXPR_SLICE:
        open(d, "slice"), dump__expr(d, e->slice.base), dump__range(d, &e->slice.range), close(d);
        break;
    case AST_EXPR_CALL: dump_call(d, e); break;
    case AST_EXPR_INST:
        open(d, "inst"), dump__expr(d, e->inst.base), dump_generic_args(d, &e->inst.args), close(d);
        break;
    case AST_EXPR_FORCE: dump_pair(d, "force", e->force, NULL, NULL); break;
    case AST_EXPR_UNARY: dump_unary(d, e); break;
    case AST_EXPR_BINARY:
        dump_pair(
            d, ast_op_text(e->binary.op, e->binary.family), e->binary.left, e->binary.right, NULL
        );
        break;
    case AST_EXPR_CAST: dump_cast(d, e); break;
    case AST_EXPR_TERNARY:
        dump_pair(d, "?:", e->ternary.cond, e->ternary.then, e->ternary.otherwise);
        break;
    case AST_EXPR_ELSE: dump_else(d, e); break;
    case AST_EXPR_NEW: dump_new(d, e); break;
    case AST_EXPR_INIT: dump_init(d, e); break;
    case AST_EXPR_TUPLE: dump_tuple(d, e); break;
    case AST_EXPR_CLOSURE: dump_closure(d, e); break;
    case AST_EXPR_SIZEOF: open(d, "sizeof"), dump__type(d, e->type), close(d); break;
    }
}

// --- patterns -----------------------------------------------------------------------------------------

void dump__patterns(Dump *d, const AstPatterns *patterns) {
    vec_each(AstPattern *const, pattern, patterns)
        dump__pattern(d, *pattern);
}

static void dump_variant(Dump *d, const AstPattern *p) {
    open(d, p->variant.has_args ? "variant()" : "variant");
    dump__expr(d, p->variant.type);
    dump__name(d, p->variant.name);
    dump__patterns(d, &p->variant.args);
    close(d);
}

static void dump_bind(Dump *d, const AstBinder *binder) {
    open(d, "bind");
    if (binder->type)
        dump__type(d, binder->type);
    else
        dump__word(d, "auto");
    dump__name(d, binder->name);
    close(d);
}

void dump__pattern(Dump *d, const AstPattern *p) {
    switch (p->kind) {
    case AST_PATTERN_ERROR: dump__word(d, "(error)"); break;
    case AST_PATTERN_WILD: dump__word(d, "_"); break;
    case AST_PATTERN_VALUE: dump__expr(d, p->value); break;
    case AST_PATTERN_RANGE: dump__range(d, &p->range); break;
    case AST_PATTERN_BIND: dump_bind(d, &p->bind); break;
    case AST_PATTERN_VARIANT: dump_variant(d, p); break;
    case AST_PATTERN_TUPLE: open(d, "tuple"), dump__patterns(d, &p->tuple), close(d); break;
    }
}
