// What the language has built in and calls by name: free functions, functions of slices and endpoints, and the kernel
// functions that programs may name. A declaration of the program with the same name wins.

#include "check__.h"

#include <string.h>

// --- help for all ------------------------------------------------------------------------------------------------------

static HirExpr *make(Fn *fn, HirBuiltin builtin, const HirType *type, Span span) {
    HirExpr *expr = new_expr(fn->checker, HIR_BUILTIN, type, span);
    expr->builtin = builtin;
    return expr;
}

static HirExpr *finish(Fn *fn, HirExpr *expr) {
    vec_each(HirExpr *, arg, &expr->args) {
        if ((*arg)->kind == HIR_ERROR) return error_expr(fn->checker, expr->span);
    }
    return expr;
}

static void add(Fn *fn, HirExpr *expr, HirExpr *arg) {
    vec_push(fn->checker->arena, &expr->args, arg);
}

static HirExpr *refuse(Fn *fn, const char *name, const HirExpr *arg) {
    if (arg->kind != HIR_ERROR)
        diag_report(
            fn->checker->diags, arg->span, E_OPERAND, name, type_text(fn->checker, arg->type)
        );
    return error_expr(fn->checker, arg->span);
}

// The place that an exclusive borrow in an argument leads to.
static HirExpr *pointee(Fn *fn, const AstExpr *arg, const char *name) {
    if (arg->kind == AST_EXPR_UNARY && arg->unary.op == AST_UNARY_BORROW) {
        HirExpr *place = as_place(fn->checker, check_expr(fn, arg->unary.operand, NULL));
        return place->kind == HIR_ERROR || check_mutable(fn->checker, place)
                   ? place
                   : error_expr(fn->checker, arg->span);
    }
    HirExpr *value = check_expr(fn, arg, NULL);
    if (value->kind == HIR_BORROW && value->mode == HIR_MUT) return value->base;
    bool leads = value->type->kind == HIR_TYPE_PTR &&
                 (value->type->mode == HIR_MUT || value->type->mode == HIR_OWN);
    return leads ? deref(fn->checker, as_place(fn->checker, value)) : refuse(fn, name, value);
}

static bool first_class(Fn *fn, const HirExpr *place) {
    if (place->kind == HIR_ERROR || !hir_type_is_second_class(place->type))
        return place->kind != HIR_ERROR;
    diag_report(
        fn->checker->diags, place->span, E_BORROW_STORED, type_text(fn->checker, place->type)
    );
    return false;
}

// --- free functions ------------------------------------------------------------------------------------------------------

typedef HirExpr *BuildFree(Fn *fn, const char *name, const AstArgs *args, Span span);

static HirExpr *build_copy(Fn *fn, const char *name, const AstArgs *args, Span span) {
    Checker *checker = fn->checker;
    HirExpr *value = check_expr(fn, args->data[0].value, NULL);
    if (value->kind == HIR_ERROR) return value;
    HirExpr *place = receiver_place(fn, value);
    const HirType *of = place->type;
    bool text = of->kind == HIR_TYPE_STR, many = hir_type_is_indexed(of);
    if (!text && !many) return refuse(fn, name, value);
    if (many && !hir_type_is_plain(of->elem)) {
        diag_report(checker->diags, span, E_NOT_PLAIN, type_text(checker, of->elem));
        return error_expr(checker, span);
    }
    if (many && of->kind != HIR_TYPE_SLICE)
        place = as_place(
            checker, coerce(checker, place, hir_type_slice(checker->types, HIR_CONST, of->elem))
        );
    const HirType *type = text ? hir_type_str(checker->types, HIR_OWN)
                               : hir_type_slice(checker->types, HIR_OWN, of->elem);
    HirExpr *copy = new_expr(checker, HIR_NEW_COPY, type, span);
    copy->base = place;
    return strcmp(name, "try_copy") == 0 ? maybe_made(checker, copy) : copy;
}

static HirExpr *build_address(Fn *fn, const char *name, const AstArgs *args, Span span) {
    HirExpr *value = check_expr(fn, args->data[0].value, NULL);
    HirTypeKind kind = value->type->kind;
    if (kind != HIR_TYPE_SLICE && kind != HIR_TYPE_STR && kind != HIR_TYPE_PTR)
        return refuse(fn, name, value);
    HirExpr *expr = make(fn, HIR_BUILTIN_ADDRESS, simple(fn->checker, HIR_TYPE_U64), span);
    add(fn, expr, as_place(fn->checker, value));
    return expr;
}

static HirExpr *build_replace(Fn *fn, const char *name, const AstArgs *args, Span span) {
    HirExpr *place = pointee(fn, args->data[0].value, name);
    if (!first_class(fn, place)) return error_expr(fn->checker, span);
    HirExpr *expr = make(fn, HIR_BUILTIN_REPLACE, place->type, span);
    add(fn, expr, place);
    add(fn, expr, check_value(fn, args->data[1].value, place->type));
    return finish(fn, expr);
}

// An element that holds borrows stays where it is: SIR does not follow which one is gone.
static const HirExpr *element_of(const HirExpr *place) {
    while (place->base && place->kind != HIR_INDEX && place->kind != HIR_TEMP)
        place = place->base;
    return place->kind == HIR_INDEX ? place : NULL;
}

static HirExpr *take_borrows(Fn *fn, HirExpr *place, Span span) {
    Checker *checker = fn->checker;
    const HirExpr *element = element_of(place);
    if (element) {
        diag_report(
            checker->diags, place->span, E_MOVE_OUT_OF_ELEMENT, place_text(checker, element->base)
        );
        return error_expr(checker, span);
    }
    HirExpr *expr = make(fn, HIR_BUILTIN_TAKE, place->type, span);
    add(fn, expr, place);
    if (place->type->kind == HIR_TYPE_OPTION)
        add(fn, expr, new_expr(checker, HIR_NONE, place->type, span));
    return expr;
}

static HirExpr *build_take(Fn *fn, const char *name, const AstArgs *args, Span span) {
    Checker *checker = fn->checker;
    HirExpr *place = pointee(fn, args->data[0].value, name);
    if (place->kind == HIR_ERROR) return place;
    const HirType *type = place->type;
    bool slice = type->kind == HIR_TYPE_SLICE && (type->mode == HIR_MUT || type->mode == HIR_CONST);
    bool option = type->kind == HIR_TYPE_OPTION;
    if (slice || (option && hir_type_is_second_class(type))) return take_borrows(fn, place, span);
    if (!option && type->kind != HIR_TYPE_GROW) {
        diag_report(checker->diags, place->span, E_NOT_OPTIONAL, type_text(checker, type));
        diag_help(checker->diags, "`replace(&place, value)` takes it and leaves something else");
        return error_expr(checker, span);
    }
    HirExpr *expr = make(fn, HIR_BUILTIN_REPLACE, type, span);
    add(fn, expr, place);
    add(fn, expr,
        option ? new_expr(checker, HIR_NONE, type, span) : zero_value(checker, type, span));
    return finish(fn, expr);
}

static HirExpr *build_swap(Fn *fn, const char *name, const AstArgs *args, Span span) {
    HirExpr *left = pointee(fn, args->data[0].value, name),
            *right = pointee(fn, args->data[1].value, name);
    bool good = first_class(fn, left);
    if (!first_class(fn, right) || !good) return error_expr(fn->checker, span);
    if (left->type != right->type) {
        diag_report(
            fn->checker->diags, right->span, E_TYPE_MISMATCH, type_text(fn->checker, left->type),
            type_text(fn->checker, right->type)
        );
        return error_expr(fn->checker, span);
    }
    HirExpr *expr = make(fn, HIR_BUILTIN_SWAP, simple(fn->checker, HIR_TYPE_VOID), span);
    add(fn, expr, left);
    add(fn, expr, right);
    return expr;
}

static HirExpr *build_fault(Fn *fn, const char *name, const AstArgs *args, Span span) {
    (void)name, (void)args;
    return new_expr(fn->checker, HIR_FAULT, simple(fn->checker, HIR_TYPE_NEVER), span);
}

static HirExpr *build_close(Fn *fn, const char *name, const AstArgs *args, Span span) {
    (void)args; // as a statement it is built in stmt.c
    diag_report(fn->checker->diags, span, E_NOT_A_VALUE, name);
    return error_expr(fn->checker, span);
}

static HirExpr *count_bits(
    Fn *fn, HirBuiltin builtin, const char *name, const AstArgs *args, Span span
) {
    HirExpr *value = as_value(fn->checker, check_expr(fn, args->data[0].value, NULL));
    if (!hir_type_is_integer(value->type)) return refuse(fn, name, value);
    const HirType *type =
        builtin == HIR_BUILTIN_BYTESWAP ? value->type : simple(fn->checker, HIR_TYPE_U32);
    HirExpr *expr = make(fn, builtin, type, span);
    add(fn, expr, value);
    return expr;
}

static HirExpr *build_bits(Fn *fn, const char *name, const AstArgs *args, Span span) {
    static const struct {
        const char *name;
        HirBuiltin builtin;
    } bits[] = {
        { "clz",      HIR_BUILTIN_CLZ      },
        { "ctz",      HIR_BUILTIN_CTZ      },
        { "popcount", HIR_BUILTIN_POPCOUNT },
        { "byteswap", HIR_BUILTIN_BYTESWAP },
    };
    uint32_t i = 0;
    while (strcmp(bits[i].name, name) != 0)
        i++;
    return count_bits(fn, bits[i].builtin, name, args, span);
}

static HirExpr *build_rotate(Fn *fn, const char *name, const AstArgs *args, Span span) {
    HirExpr *value = as_value(fn->checker, check_expr(fn, args->data[0].value, NULL));
    if (!hir_type_is_integer(value->type)) return refuse(fn, name, value);
    HirExpr *expr = make(
        fn, strcmp(name, "rotl") == 0 ? HIR_BUILTIN_ROTL : HIR_BUILTIN_ROTR, value->type, span
    );
    add(fn, expr, value);
    add(fn, expr, check_value(fn, args->data[1].value, simple(fn->checker, HIR_TYPE_U32)));
    return finish(fn, expr);
}

static HirExpr *build_high(Fn *fn, const char *name, const AstArgs *args, Span span) {
    HirExpr *value = as_value(fn->checker, check_expr(fn, args->data[0].value, NULL));
    if (!hir_type_is_integer(value->type)) return refuse(fn, name, value);
    HirExpr *expr = make(fn, HIR_BUILTIN_MUL_HIGH, value->type, span);
    add(fn, expr, value);
    add(fn, expr, check_value(fn, args->data[1].value, value->type));
    return finish(fn, expr);
}

static HirExpr *build_sqrt(Fn *fn, const char *name, const AstArgs *args, Span span) {
    HirExpr *value = as_value(fn->checker, check_expr(fn, args->data[0].value, NULL));
    if (!hir_type_is_float(value->type)) return refuse(fn, name, value);
    HirExpr *expr = make(fn, HIR_BUILTIN_SQRT, value->type, span);
    add(fn, expr, value);
    return expr;
}

static const struct Free {
    const char *name;
    uint32_t count;
    const char *words; // the names of the arguments
    BuildFree *build;
} frees[] = {
    { "copy",     1, "value",        build_copy    },
    { "try_copy", 1, "value",        build_copy    },
    { "address",  1, "value",        build_address },
    { "replace",  2, "place value",  build_replace },
    { "take",     1, "place",        build_take    },
    { "swap",     2, "a b",          build_swap    },
    { "fault",    0, "",             build_fault   },
    { "close",    1, "ep",           build_close   },
    { "clz",      1, "value",        build_bits    },
    { "ctz",      1, "value",        build_bits    },
    { "popcount", 1, "value",        build_bits    },
    { "byteswap", 1, "value",        build_bits    },
    { "rotl",     2, "value amount", build_rotate  },
    { "rotr",     2, "value amount", build_rotate  },
    { "mul_high", 2, "a b",          build_high    },
    { "sqrt",     1, "value",        build_sqrt    },
};

// --- kernel functions ----------------------------------------------------------------------------------------------------

enum {
#define KCALL(name, text, visible, result, params) KCALL_##name,
#include "contracts/abi/kcalls.def"
};

static const char *const kcall_texts[] = {
#define KCALL(name, text, visible, result, params) text,
#include "contracts/abi/kcalls.def"
};

static const char *kcall_words(uint32_t row) { // the names of its arguments
    switch (row) {
    case KCALL_SLEEP: return "ns";
    case KCALL_EXIT: return "status";
    default: return NULL;
    }
}

static const struct Kernel {
    uint32_t row;
    HirTypeKind result;
    uint32_t count;
    HirTypeKind params[2];
} kernels[] = {
#define KCALL_SIG(name, result, count, p0, p1, grant)                            \
    {                                                                            \
        KCALL_##name, HIR_TYPE_##result, count, { HIR_TYPE_##p0, HIR_TYPE_##p1 } \
},
#include "contracts/abi/kcall_sigs.def"
};

// SIR has no `usize`; bytes of the heap are counted in it, as lengths are.
static HirTypeKind kcall_result(const struct Kernel *kernel) {
    return kernel->row == KCALL_HEAP_USED ? HIR_TYPE_USIZE : kernel->result;
}

static HirExpr *call_kernel(Fn *fn, const struct Kernel *kernel, const AstArgs *args, Span span) {
    Checker *checker = fn->checker;
    if (!check_given(
            checker, kcall_texts[kernel->row], kernel->count,
            (ParamNames){ .words = kcall_words(kernel->row) }, args, span
        ))
        return error_expr(checker, span);
    HirExpr *call = new_expr(checker, HIR_KCALL, simple(checker, kcall_result(kernel)), span);
    call->row = kernel->row;
    for (uint32_t i = 0; i < kernel->count; i++)
        add(fn, call, check_value(fn, args->data[i].value, simple(checker, kernel->params[i])));
    return finish(fn, call);
}

bool kcall_is_exit(const HirExpr *expr) {
    return expr->kind == HIR_KCALL && expr->row == KCALL_EXIT;
}

HirExpr *call_builtin(Fn *fn, Name name, const AstArgs *args, Span span) {
    const char *word = text_of(fn->checker, name);
    for (size_t i = 0; i < sizeof frees / sizeof *frees; i++) {
        if (strcmp(frees[i].name, word) == 0)
            return check_given(
                       fn->checker, word, frees[i].count, (ParamNames){ .words = frees[i].words },
                       args, span
                   )
                       ? frees[i].build(fn, word, args, span)
                       : error_expr(fn->checker, span);
    }
    for (size_t i = 0; i < sizeof kernels / sizeof *kernels; i++) {
        if (strcmp(kcall_texts[kernels[i].row], word) == 0)
            return call_kernel(fn, &kernels[i], args, span);
    }
    return NULL;
}

// --- functions of slices, arrays and endpoints -----------------------------------------------------------------------------

typedef enum Param { P_NONE, P_INDEX, P_ELEMENT, P_SLICE } Param;
typedef enum Gives {
    G_VOID,
    G_BOOL,
    G_ELEMENT,
    G_MAYBE,
    G_MAYBE_CONST,
    G_MAYBE_MUT,
    G_MAYBE_SUB,
    G_HALVES,      // exclusive if what is split can be changed, else shared
    G_MAYBE_FIRST, // the same
} Gives;

static const struct OfSlice {
    const char *name;
    HirBuiltin builtin;
    bool changes; // needs exclusive access
    bool plain;   // only of plain elements
    Gives gives;
    Param params[3];
    const char *words; // the names of the arguments
} of_slices[] = {
    { "get", HIR_BUILTIN_GET, false, false, G_MAYBE_CONST, { P_INDEX }, "i" },
    { "get_mut", HIR_BUILTIN_GET_MUT, true, false, G_MAYBE_MUT, { P_INDEX }, "i" },
    { "sub", HIR_BUILTIN_SUB, false, false, G_MAYBE_SUB, { P_INDEX, P_INDEX }, "i j" },
    { "swap", HIR_BUILTIN_SLICE_SWAP, true, false, G_VOID, { P_INDEX, P_INDEX }, "i j" },
    { "replace", HIR_BUILTIN_SLICE_REPLACE, true, false, G_ELEMENT, { P_INDEX, P_ELEMENT }, "i value" },
    { "copy_from", HIR_BUILTIN_SLICE_COPY, true, true, G_VOID, { P_SLICE }, "source" },
    { "fill", HIR_BUILTIN_SLICE_FILL, true, true, G_VOID, { P_ELEMENT }, "value" },
    { "copy_within", HIR_BUILTIN_SLICE_MOVE, true, true, G_VOID, { P_INDEX, P_INDEX, P_INDEX }, "from to count" },
    { "split_at", HIR_BUILTIN_SPLIT_AT, false, false, G_HALVES, { P_INDEX }, "i" },
    { "split_first", HIR_BUILTIN_SPLIT_FIRST, false, false, G_MAYBE_FIRST, { P_NONE }, "" },
}, of_growables[] = { // and of vectors
    { "push", HIR_BUILTIN_PUSH, true, false, G_VOID, { P_ELEMENT }, "value" },
    { "pop", HIR_BUILTIN_POP, true, false, G_MAYBE, { P_NONE }, "" },
    { "insert", HIR_BUILTIN_INSERT, true, false, G_VOID, { P_INDEX, P_ELEMENT }, "i value" },
    { "remove", HIR_BUILTIN_REMOVE, true, false, G_ELEMENT, { P_INDEX }, "i" },
    { "truncate", HIR_BUILTIN_TRUNCATE, true, false, G_VOID, { P_INDEX }, "length" },
    { "append", HIR_BUILTIN_APPEND, true, true, G_VOID, { P_SLICE }, "source" },
    { "reserve", HIR_BUILTIN_RESERVE, true, false, G_VOID, { P_INDEX }, "more" },
    { "try_reserve", HIR_BUILTIN_TRY_RESERVE, true, false, G_BOOL, { P_INDEX }, "more" },
};

static const HirType *tuple_of(Checker *checker, const HirType *first, const HirType *second) {
    const HirType *types[] = { first, second };
    return tuple_type(checker, types, 2);
}

static const HirType *slice_result(
    Checker *checker, Gives gives, const HirType *elem, HirMode mode
) {
    const HirType *slice = hir_type_slice(checker->types, mode, elem);
    switch (gives) {
    case G_VOID: return simple(checker, HIR_TYPE_VOID);
    case G_BOOL: return simple(checker, HIR_TYPE_BOOL);
    case G_ELEMENT: return elem;
    case G_MAYBE: return hir_type_option(checker->types, elem);
    case G_MAYBE_CONST:
        return hir_type_option(checker->types, hir_type_ptr(checker->types, HIR_CONST, elem));
    case G_MAYBE_MUT:
        return hir_type_option(checker->types, hir_type_ptr(checker->types, HIR_MUT, elem));
    case G_MAYBE_SUB:
        return hir_type_option(checker->types, hir_type_slice(checker->types, HIR_CONST, elem));
    case G_HALVES: return tuple_of(checker, slice, slice);
    case G_MAYBE_FIRST:
        return hir_type_option(
            checker->types, tuple_of(checker, hir_type_ptr(checker->types, mode, elem), slice)
        );
    }
    return simple(checker, HIR_TYPE_ERROR);
}

static HirExpr *slice_arg(Fn *fn, Param param, const AstExpr *arg, const HirType *elem) {
    Checker *checker = fn->checker;
    switch (param) {
    case P_INDEX: return check_index_value(fn, arg);
    case P_ELEMENT: return check_value(fn, arg, elem);
    default: {
        const HirType *slice = hir_type_slice(checker->types, HIR_CONST, elem);
        HirExpr *value = check_value(fn, arg, slice);
        return value->kind == HIR_ERROR ? value : as_place(checker, value);
    }
    }
}

// A part of a slice is shared unless an exclusive one is wanted: here it is.
static bool make_exclusive(Checker *checker, HirExpr *place) {
    HirExpr *part = place->kind == HIR_TEMP ? place->base : NULL;
    if (!part || part->kind != HIR_SUBVIEW || part->mode != HIR_CONST)
        return elements_mutable(checker, place);
    if (!elements_mutable(checker, part->base)) return false;
    part->mode = HIR_MUT;
    part->type = place->type = hir_type_slice(checker->types, HIR_MUT, part->base->type->elem);
    return true;
}

// What is split can be changed: the parts of it can, too.
static bool split_exclusively(Checker *checker, HirExpr *place) {
    const HirExpr *part =
        place->kind == HIR_TEMP && place->base->kind == HIR_SUBVIEW ? place->base->base : place;
    bool slice = part->type->kind == HIR_TYPE_SLICE && part->type->mode != HIR_OWN;
    bool can = slice ? part->type->mode == HIR_MUT : is_mutable(part);
    return can && make_exclusive(checker, place);
}

static HirExpr *call_of_slice(
    Fn *fn, const struct OfSlice *row, HirExpr *place, const AstArgs *args, Span span
) {
    Checker *checker = fn->checker;
    const HirType *elem = place->type->elem;
    uint32_t count = 0;
    while (count < 3 && row->params[count] != P_NONE)
        count++;
    bool splits = row->gives == G_HALVES || row->gives == G_MAYBE_FIRST;
    HirMode mode = splits && split_exclusively(checker, place) ? HIR_MUT : HIR_CONST;
    if (!check_given(checker, row->name, count, (ParamNames){ .words = row->words }, args, span) ||
        (row->changes && !make_exclusive(checker, place)))
        return error_expr(checker, span);
    if (row->plain && !hir_type_is_plain(elem)) {
        diag_report(checker->diags, span, E_NOT_PLAIN, type_text(checker, elem));
        return error_expr(checker, span);
    }
    bool first_only = splits || row->gives == G_MAYBE_CONST || row->gives == G_MAYBE_MUT ||
                      row->gives == G_MAYBE_SUB;
    if (row->builtin == HIR_BUILTIN_SLICE_REPLACE && hir_type_is_second_class(elem)) {
        diag_report(checker->diags, span, E_BORROW_STORED, type_text(checker, elem));
        return error_expr(checker, span);
    }
    if (first_only && !check_pointee(checker, hir_type_ptr(checker->types, HIR_CONST, elem), span))
        return error_expr(checker, span);
    HirExpr *expr = make(fn, row->builtin, slice_result(checker, row->gives, elem, mode), span);
    expr->mode = mode;
    add(fn, expr, place);
    for (uint32_t i = 0; i < count; i++)
        add(fn, expr, slice_arg(fn, row->params[i], args->data[i].value, elem));
    return finish(fn, expr);
}

// `v.seal()`: the growable becomes an owned array, whose length is fixed.
static HirExpr *seal(Fn *fn, HirExpr *place, const AstArgs *args, Span span) {
    Checker *checker = fn->checker;
    HirExpr *expr = make(
        fn, HIR_BUILTIN_SEAL, hir_type_slice(checker->types, HIR_OWN, place->type->elem), span
    );
    if (!check_count(checker, "seal", 0, args, span)) return error_expr(checker, span);
    add(fn, expr, as_value(checker, place));
    return finish(fn, expr);
}

HirExpr *call_builtin_method(Fn *fn, HirExpr *place, Name name, const AstArgs *args, Span span) {
    const char *word = text_of(fn->checker, name);
    HirTypeKind kind = place->type->kind;
    if (kind == HIR_TYPE_ENDPOINT && strcmp(word, "is_closed") == 0) {
        HirExpr *expr = make(fn, HIR_BUILTIN_IS_CLOSED, simple(fn->checker, HIR_TYPE_BOOL), span);
        add(fn, expr, place);
        return check_count(fn->checker, word, 0, args, span) ? expr : error_expr(fn->checker, span);
    }
    if (kind == HIR_TYPE_ATOMIC) return call_of_atomic(fn, place, word, args, span);
    if (kind == HIR_TYPE_SET) return call_of_set(fn, place, word, args, span);
    if (hir_type_is_device(place->type)) return call_of_device(fn, place, word, args, span);
    if (!hir_type_is_indexed(place->type)) return NULL;
    if (kind == HIR_TYPE_GROW && strcmp(word, "seal") == 0) return seal(fn, place, args, span);
    for (size_t i = 0; i < sizeof of_slices / sizeof *of_slices; i++)
        if (strcmp(of_slices[i].name, word) == 0)
            return call_of_slice(fn, &of_slices[i], place, args, span);
    bool reserves = strcmp(word, "reserve") == 0 || strcmp(word, "try_reserve") == 0;
    bool grows = kind == HIR_TYPE_GROW || (kind == HIR_TYPE_VECTOR && !reserves);
    for (size_t i = 0; grows && i < sizeof of_growables / sizeof *of_growables; i++)
        if (strcmp(of_growables[i].name, word) == 0)
            return call_of_slice(fn, &of_growables[i], place, args, span);
    return NULL;
}

bool is_builtin_function(const HirType *type, const char *name) {
    if (type->kind == HIR_TYPE_ENDPOINT)
        return strcmp(name, "is_closed") == 0 || strcmp(name, "as") == 0;
    if (!hir_type_is_indexed(type)) return false;
    if (strcmp(name, "seal") == 0) return true;
    for (size_t i = 0; i < sizeof of_slices / sizeof *of_slices; i++)
        if (strcmp(of_slices[i].name, name) == 0) return true;
    for (size_t i = 0; i < sizeof of_growables / sizeof *of_growables; i++)
        if (strcmp(of_growables[i].name, name) == 0) return true;
    return false;
}

// --- functions of types ------------------------------------------------------------------------------------------------------

// `Key.of(x)`: the variant with that value.
HirExpr *call_enum_of(Fn *fn, const HirType *type, const AstArgs *args, Span span) {
    Checker *checker = fn->checker;
    if (!check_given(checker, "of", 1, (ParamNames){ .words = "value" }, args, span))
        return error_expr(checker, span);
    HirExpr *expr = make(fn, HIR_BUILTIN_ENUM_OF, hir_type_option(checker->types, type), span);
    add(fn, expr, check_value(fn, args->data[0].value, type->enumeration->repr));
    return finish(fn, expr);
}

// `str.of(bytes)`: the text that they are, if they are UTF-8.
HirExpr *call_str_of(Fn *fn, const AstArgs *args, Span span) {
    Checker *checker = fn->checker;
    if (!check_given(checker, "of", 1, (ParamNames){ .words = "bytes" }, args, span))
        return error_expr(checker, span);
    const HirType *bytes = hir_type_slice(checker->types, HIR_CONST, simple(checker, HIR_TYPE_U8));
    HirExpr *value = check_value(fn, args->data[0].value, bytes);
    HirExpr *expr = make(
        fn, HIR_BUILTIN_STR_OF,
        hir_type_option(checker->types, hir_type_str(checker->types, HIR_CONST)), span
    );
    add(fn, expr, as_place(checker, value));
    return finish(fn, expr);
}
