// Types as the programmer would write them.
// Takes AstTypes; leaves text. The builder nests qualifiers around pointers (types.c), here they are unnested again.

#include "ast.h"

static const char *const scalar_texts[AST_SCALARS] = {
    "void", "bool", "char", "i8",  "i16",   "i32", "i64", "isize",
    "u8",   "u16",  "u32",  "u64", "usize", "f32", "f64",
};

const char *ast_scalar_text(AstScalar scalar) {
    return scalar_texts[scalar];
}

static const char *const mode_texts[] = {
    [AST_BORROW] = "", [AST_OWN] = "own ",       [AST_CONST] = "const ",
    [AST_GC] = "gc ",  [AST_STATIC] = "static ",
};

typedef struct Spelling {
    FILE *out;
    const Names *names;
} Spelling;

static void spell(const Spelling *s, const AstType *type);

// --- parts --------------------------------------------------------------------------------------------

static void put(const Spelling *s, const char *text) {
    fputs(text, s->out);
}

static void spell_name(const Spelling *s, AstName name) {
    put(s, names_text(s->names, name.name));
}

static void spell_path(const Spelling *s, const AstPath *path) {
    vec_each(const AstName, name, &path->names) {
        if (name != path->names.data) put(s, ".");
        spell_name(s, *name);
    }
}

// A length or a limit: a number or a name as a rule, the rest in brackets.
static void spell_value(const Spelling *s, const AstExpr *value) {
    switch ((int)value->kind) {
    case AST_EXPR_INT: fprintf(s->out, "%llu", (unsigned long long)value->integer); break;
    case AST_EXPR_CHAR: fprintf(s->out, "'\\u{%x}'", value->character); break;
    case AST_EXPR_BOOL: put(s, value->boolean ? "true" : "false"); break;
    case AST_EXPR_NAME: spell_name(s, value->name); break;
    case AST_EXPR_TYPE: spell(s, value->type); break;
    case AST_EXPR_FIELD:
        if (value->field.base) spell_value(s, value->field.base);
        put(s, value->field.arrow ? "->" : ".");
        spell_name(s, value->field.name);
        break;
    case AST_EXPR_BINARY:
        put(s, "(");
        spell_value(s, value->binary.left);
        fprintf(s->out, " %s ", ast_op_text(value->binary.op, value->binary.family));
        spell_value(s, value->binary.right);
        put(s, ")");
        break;
    default: put(s, "...");
    }
}

static void spell_args(const Spelling *s, const AstGenericArgs *args) {
    if (args->len == 0) return;
    put(s, "<");
    vec_each(const AstGenericArg, arg, args) {
        if (arg != args->data) put(s, ", ");
        if (arg->type)
            spell(s, arg->type);
        else
            spell_value(s, arg->value);
    }
    put(s, ">");
}

static void spell_endpoint(const Spelling *s, const AstEndpoint *endpoint) {
    spell(s, endpoint->contract);
    if (endpoint->is_any) put(s, ".any");
    put(s, endpoint->is_exporter ? ".exp" : ".imp");
    if (endpoint->state.names.len > 0) {
        put(s, ":");
        spell_path(s, &endpoint->state);
    }
    if (endpoint->to.names.len > 0) {
        put(s, " -> ");
        spell_path(s, &endpoint->to);
    }
}

static void spell_function(const Spelling *s, const AstType *type) {
    put(s, type->fn.is_ref ? "ref fn " : "fn ");
    spell(s, type->fn.result);
    put(s, "(");
    vec_each(const AstParam, param, &type->fn.params) {
        if (param != type->fn.params.data) put(s, ", ");
        if (param->type) spell(s, param->type);
        if (param->name.name) put(s, " "), spell_name(s, param->name);
    }
    put(s, ")");
    if (type->fn.from.len > 0) put(s, type->fn.from.len > 1 ? " from (" : " from ");
    vec_each(const AstFrom, from, &type->fn.from) {
        if (from != type->fn.from.data) put(s, ", ");
        if (from->deep) put(s, "*");
        vec_each(const AstName, name, &from->path) {
            if (name != from->path.data) put(s, ".");
            spell_name(s, *name);
        }
    }
    if (type->fn.from.len > 1) put(s, ")");
}

// --- pointers and the like ----------------------------------------------------------------------------

// What a suffix is behind; NULL: the type has none.
static const AstType *elem_of(const AstType *type) {
    switch ((int)type->kind) {
    case AST_TYPE_POINTER:
    case AST_TYPE_SLICE:
    case AST_TYPE_GROWABLE: return type->pointer.elem;
    case AST_TYPE_ARRAY:
    case AST_TYPE_VECTOR: return type->array.elem;
    case AST_TYPE_OPTIONAL: return type->optional;
    default: return NULL;
    }
}

static const AstMode *mode_of(const AstType *type) {
    switch ((int)type->kind) {
    case AST_TYPE_POINTER:
    case AST_TYPE_SLICE:
    case AST_TYPE_GROWABLE: return &type->pointer.mode;
    case AST_TYPE_STR: return &type->str.mode;
    default: return NULL;
    }
}

// A plain pointer would take a qualifier that is meant for what is around it (`str` takes no `const`); a function's
// suffix would be its result's. `last` is the innermost qualifier so far.
static bool needs_brackets(const AstType *type, AstMode last) {
    const AstMode *mode = mode_of(type);
    bool takes = last != AST_BORROW && (type->kind != AST_TYPE_STR || last != AST_CONST);
    return type->kind == AST_TYPE_FN || (takes && mode && *mode == AST_BORROW);
}

static void spell_suffix(const Spelling *s, const AstType *type) {
    switch ((int)type->kind) {
    case AST_TYPE_POINTER: put(s, "*"); break;
    case AST_TYPE_OPTIONAL: put(s, "?"); break;
    case AST_TYPE_GROWABLE: put(s, "[..]"); break;
    case AST_TYPE_SLICE:
        put(s, type->pointer.limit ? "[<= " : "[");
        if (type->pointer.limit) spell_value(s, type->pointer.limit);
        put(s, "]");
        break;
    default:
        put(s, type->kind == AST_TYPE_VECTOR ? "[.." : "[");
        spell_value(s, type->array.length);
        put(s, "]");
    }
}

static void spell_base(const Spelling *s, const AstType *type) {
    switch ((int)type->kind) {
    case AST_TYPE_SCALAR: put(s, ast_scalar_text(type->scalar)); break;
    case AST_TYPE_STR: put(s, "str"); break;
    case AST_TYPE_NAME:
        spell_path(s, &type->name.path);
        spell_args(s, &type->name.args);
        break;
    case AST_TYPE_ENDPOINT: spell_endpoint(s, &type->endpoint); break;
    case AST_TYPE_TUPLE:
        put(s, "(");
        vec_each(AstType *const, part, &type->tuple) {
            if (part != type->tuple.data) put(s, ", ");
            spell(s, *part);
        }
        put(s, ")");
        break;
    case AST_TYPE_FN: spell_function(s, type); break;
    default: put(s, "<error>");
    }
}

// Qualifiers from the outermost in, then the base, then suffixes from the innermost out.
static void spell_rest(const Spelling *s, const AstType *type, AstMode last) {
    const AstMode *mode = mode_of(type);
    const AstType *elem = elem_of(type);
    if (mode) put(s, mode_texts[*mode]);
    if (!elem) {
        spell_base(s, type);
        return;
    }
    if (mode && *mode != AST_BORROW) last = *mode;
    if (needs_brackets(elem, last)) {
        put(s, "(");
        spell(s, elem);
        put(s, ")");
    } else {
        spell_rest(s, elem, last);
    }
    spell_suffix(s, type);
}

static void spell(const Spelling *s, const AstType *type) {
    if (type)
        spell_rest(s, type, AST_BORROW);
    else
        put(s, "<error>");
}

void ast_type_print(FILE *out, const AstType *type, const Names *names) {
    spell(&(Spelling){ out, names }, type);
}
