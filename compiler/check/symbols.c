// Constants that are not known: what `N` stands for while the declaration that has it as a parameter is checked for all.
//
// A symbol is a parameter, a number, or an operation on symbols. Equal ones are the same pointer, so that `T[N + 1]` and
// `T[1 + N]` are one type; what is not written alike is taken to differ. Each instance computes with numbers.

#include "check__.h"

#include "base/buf.h"

#include <inttypes.h>

static const char *const words[] = {
    [HIR_ADD] = "+",     [HIR_SUB] = "-",     [HIR_MUL] = "*",  [HIR_DIV] = "/",
    [HIR_REM] = "%",     [HIR_SHL] = "<<",    [HIR_SHR] = ">>", [HIR_BIT_AND] = "&",
    [HIR_BIT_OR] = "|",  [HIR_BIT_XOR] = "^", [HIR_EQ] = "==",  [HIR_NE] = "!=",
    [HIR_LT] = "<",      [HIR_LE] = "<=",     [HIR_GT] = ">",   [HIR_GE] = ">=",
    [HIR_AND] = "&&",    [HIR_OR] = "||",     [HIR_NEG] = "-",  [HIR_NOT] = "!",
    [HIR_BIT_NOT] = "~",
};

const HirSymbol *new_symbol(Checker *checker, const char *text) {
    HirSymbol *made = arena_new(checker->arena, HirSymbol);
    *made = (HirSymbol){ .text = text, .number = ++checker->symbol_count };
    return made;
}

static const HirSymbol *interned(Checker *checker, const Buf *key, const char *text) {
    uint64_t found;
    if (strmap_get(checker->symbols, (const char *)key->data, key->len, &found))
        return (const HirSymbol *)(uintptr_t)found;
    const HirSymbol *made = new_symbol(checker, text);
    strmap_put(checker->symbols, (const char *)key->data, key->len, (uintptr_t)made);
    return made;
}

static const HirSymbol *symbol_of(Checker *checker, const HirExpr *literal) {
    if (literal->symbol) return literal->symbol;
    Buf key = { 0 };
    buf_byte(&key, 'n');
    buf_u64le(&key, literal->bits);
    const HirSymbol *made =
        interned(checker, &key, arena_printf(checker->arena, "%" PRIu64, literal->bits));
    buf_free(&key);
    return made;
}

HirExpr *symbol_literal(Checker *checker, const HirType *type, const HirSymbol *symbol, Span span) {
    HirExpr *made = literal(checker, type, 1, span);
    made->symbol = symbol;
    return made;
}

// `value`, an operation on one or two literals of which at least one is not known.
HirExpr *symbol_operation(
    Checker *checker, const HirExpr *value, const HirExpr *left, const HirExpr *right
) {
    enum { LONGEST = 80 };
    const HirSymbol *a = symbol_of(checker, left), *b = right ? symbol_of(checker, right) : NULL;
    bool either = value->op == HIR_ADD || value->op == HIR_MUL || value->op == HIR_BIT_AND ||
                  value->op == HIR_BIT_OR || value->op == HIR_BIT_XOR;
    bool turned = b && either && a->number > b->number;
    Buf key = { 0 };
    buf_byte(&key, 'o');
    buf_u32le(&key, (uint32_t)value->op);
    buf_u32le(&key, (uint32_t)value->family);
    buf_u64le(&key, (uintptr_t)value->type);
    buf_u64le(&key, (uintptr_t)(turned ? b : a));
    buf_u64le(&key, (uintptr_t)(turned ? a : b));
    const char *text =
        b ? arena_printf(checker->arena, "(%s %s %s)", a->text, words[value->op], b->text)
          : arena_printf(checker->arena, "%s%s", words[value->op], a->text);
    const HirSymbol *symbol =
        interned(checker, &key, arena_printf(checker->arena, "%.*s", LONGEST, text));
    buf_free(&key);
    return symbol_literal(checker, value->type, symbol, value->span);
}

// What a constant is, where it depends on what is not known; NULL: it does not, or in no way that has a name.
HirExpr *symbolic(Checker *checker, HirExpr *value) {
    switch (value->kind) {
    case HIR_LITERAL: return value->symbol ? value : NULL;
    case HIR_COPY:
        return value->base->kind == HIR_CONSTANT && value->base->constant->value
                   ? symbolic(checker, value->base->constant->value)
                   : NULL;
    case HIR_WIDEN: {
        const HirExpr *of = symbolic(checker, value->base);
        return of ? symbol_literal(checker, value->type, of->symbol, value->span) : NULL;
    }
    case HIR_UNARY: {
        const HirExpr *of = symbolic(checker, value->base);
        return of ? symbol_operation(checker, value, of, NULL) : NULL;
    }
    case HIR_BINARY: {
        HirExpr *left = symbolic(checker, value->args.data[0]),
                *right = symbolic(checker, value->args.data[1]);
        if (!left && !right) return NULL;
        left = left ? left : fold_const(checker, value->args.data[0]);
        right = right ? right : fold_const(checker, value->args.data[1]);
        if (left->kind != HIR_LITERAL || right->kind != HIR_LITERAL) return NULL;
        return symbol_operation(checker, value, left, right);
    }
    default: return NULL;
    }
}

bool check_known(Checker *checker, const HirExpr *value) {
    const HirSymbol *symbol = hir_expr_symbol(value);
    if (!symbol) return true;
    diag_report(checker->diags, value->span, E_CONSTANT_UNKNOWN, symbol->text);
    return false;
}
