// Declarations: completed on demand, each once. Types refer to each other by name and are completed in any order; a
// constant that needs its own value is caught because it is still being computed.

#include "check__.h"

#include "base/buf.h"

#include <string.h>

// --- structs and enums ----------------------------------------------------------------------------------------------------------

const HirType *kept_type(Checker *checker, Module *module, const AstType *ast) {
    const HirType *type = resolve_type(checker, module, ast);
    if (type->kind == HIR_TYPE_VOID) {
        diag_report(checker->diags, ast->span, E_VOID_VALUE);
        return simple(checker, HIR_TYPE_ERROR);
    }
    return type;
}

static void complete_struct(Checker *checker, Decl *decl) {
    HirStruct *structure = decl->structure;
    const AstStruct *ast = &decl->item->structure;
    structure->doc = decl->item->doc;
    vec_each(AstField, it, &ast->fields) {
        HirField field = { .name = it->name.name, .is_pub = it->is_pub, .span = it->name.span };
        field.type = kept_type(checker, decl->module, it->type);
        vec_each(HirField, other, &structure->fields) {
            if (other->name == field.name)
                diag_report(checker->diags, field.span, E_DUPLICATE, text_of(checker, field.name));
        }
        structure->broken = structure->broken || is_error(field.type);
        vec_push(checker->arena, &structure->fields, field);
    }
    check_wire_fields(checker, decl);
    declare_invariant(checker, decl);
}

// Defaults are constants, which may be of types that are not complete before all are.
void complete_default(Checker *checker, Decl *decl, uint32_t field) {
    HirStruct *structure = decl->structure;
    const AstExpr *ast = decl->item->structure.fields.data[field].value;
    const HirType *type = structure->fields.data[field].type;
    if (!ast || is_error(type) || structure->fields.data[field].value || structure->broken) return;
    const Env *env = checker->env;
    const Fn *around = checker->around;
    const HirType *self = checker->self;
    Decl *user = begin_user(checker, decl);
    checker->env = decl->env;
    checker->around = NULL;
    checker->self = self_of(checker, decl);
    HirExpr *value = check_const_value(checker, decl->module, ast, type);
    structure->fields.data[field].value = value->kind == HIR_ERROR ? NULL : value;
    structure->broken = structure->broken || value->kind == HIR_ERROR;
    checker->env = env;
    checker->around = around;
    checker->self = self;
    checker->user = user;
}

static const HirType *smallest_repr(Checker *checker, uint64_t largest) {
    return simple(
        checker, largest <= UINT8_MAX    ? HIR_TYPE_U8
                 : largest <= UINT16_MAX ? HIR_TYPE_U16
                 : largest <= UINT32_MAX ? HIR_TYPE_U32
                                         : HIR_TYPE_U64
    );
}

static const HirType *stated_repr(Checker *checker, Decl *decl) {
    const AstTypes *bases = &decl->item->enumeration.bases;
    if (bases->len == 0) return NULL;
    if (bases->data[0]->kind == AST_TYPE_NAME) // an interface
        return NULL;
    const HirType *type = resolve_type(checker, decl->module, bases->data[0]);
    if (!is_error(type) && !hir_type_is_integer(type)) {
        diag_report(checker->diags, bases->data[0]->span, E_BAD_REPR, type_text(checker, type));
        return NULL;
    }
    return is_error(type) ? NULL : type;
}

static uint64_t variant_value(
    Checker *checker, Decl *decl, const AstVariant *ast, const HirType *repr, uint64_t next
) {
    if (!ast->value) return next;
    HirExpr *value = check_const_value(
        checker, decl->module, ast->value, repr ? repr : simple(checker, HIR_TYPE_U64)
    );
    return value->kind == HIR_LITERAL && check_known(checker, value) ? value->bits : next;
}

static void check_values(Checker *checker, const HirEnum *enumeration) {
    Map *seen = map_new(checker->arena);
    vec_each(HirVariant, it, &enumeration->variants) {
        uint64_t other;
        if (map_get(seen, it->value, &other))
            diag_report(
                checker->diags, it->span, E_ENUM_VALUE, text_of(checker, (Name)other),
                text_of(checker, it->name)
            );
        map_put(seen, it->value, it->name);
    }
}

static void complete_payload(
    Checker *checker, Decl *decl, const AstVariant *ast, HirVariant *variant
) {
    vec_each(AstParam, param, &ast->payload) {
        HirField field = { .name = param->name.name, .span = param->span, .is_pub = true };
        field.type = kept_type(checker, decl->module, param->type);
        decl->enumeration->broken = decl->enumeration->broken || is_error(field.type);
        vec_push(checker->arena, &variant->fields, field);
    }
}

static uint64_t next_bit(uint64_t value) { // above all that are set
    uint64_t bit = 1;
    while (bit && bit <= value)
        bit <<= 1;
    return bit;
}

static void complete_enum(Checker *checker, Decl *decl) {
    HirEnum *enumeration = decl->enumeration;
    const AstEnum *ast = &decl->item->enumeration;
    const HirType *repr = stated_repr(checker, decl);
    uint64_t next = decl->item->kind == AST_ITEM_FLAGS, largest = 0;
    enumeration->doc = decl->item->doc;
    enumeration->is_plain = true;
    enumeration->is_flags = decl->item->kind == AST_ITEM_FLAGS;
    vec_each(AstVariant, it, &ast->variants)
        enumeration->is_plain = enumeration->is_plain && it->payload.len == 0;
    vec_each(AstVariant, it, &ast->variants) {
        HirVariant variant = { .name = it->name.name, .span = it->name.span };
        vec_each(HirVariant, other, &enumeration->variants) {
            if (other->name == variant.name)
                diag_report(
                    checker->diags, variant.span, E_DUPLICATE, text_of(checker, variant.name)
                );
        }
        variant.value = enumeration->is_plain ? variant_value(checker, decl, it, repr, next)
                                              : enumeration->variants.len;
        if (!enumeration->is_plain && it->value)
            diag_report(
                checker->diags, it->value->span, E_VALUE_AND_PAYLOAD, text_of(checker, decl->name)
            );
        if (enumeration->is_plain && repr && !it->value &&
            wrap_bits(repr, variant.value) != variant.value)
            diag_report(
                checker->diags, variant.span, E_LITERAL_RANGE, (unsigned long long)variant.value,
                type_text(checker, repr)
            );
        complete_payload(checker, decl, it, &variant);
        next = enumeration->is_flags ? next_bit(variant.value) : variant.value + 1;
        largest = variant.value > largest ? variant.value : largest;
        vec_push(checker->arena, &enumeration->variants, variant);
    }
    if (ast->variants.len == 0) {
        diag_report(checker->diags, enumeration->span, E_EMPTY_ENUM, text_of(checker, decl->name));
        enumeration->broken = true;
    }
    enumeration->repr = repr ? repr : smallest_repr(checker, largest);
    if (enumeration->is_flags && !enumeration->is_plain)
        diag_report(checker->diags, enumeration->span, E_BAD_FLAGS, text_of(checker, decl->name));
    if (enumeration->is_flags && hir_type_is_signed(enumeration->repr))
        diag_report(
            checker->diags, enumeration->span, E_BAD_REPR, type_text(checker, enumeration->repr)
        );
    enumeration->broken =
        enumeration->broken || (enumeration->is_flags &&
                                (!enumeration->is_plain || hir_type_is_signed(enumeration->repr)));
    if (enumeration->is_plain) check_values(checker, enumeration);
}

// --- constants ------------------------------------------------------------------------------------------------------------------

static HirExpr *fold_value(Fn *fn, const AstExpr *ast, const HirType *type) {
    HirExpr *value = check_value(fn, ast, type);
    return value->kind == HIR_ERROR ? value : fold_const(fn->checker, value);
}

HirExpr *check_const_value(
    Checker *checker, Module *module, const AstExpr *ast, const HirType *type
) {
    HirFn *nowhere =
        arena_new(checker->arena, HirFn); // holds what a value declares on its way to being refused
    Fn fn = { .checker = checker,
              .module = module,
              .fn = nowhere,
              .scope = checker->around ? checker->around->scope : NULL,
              .result = simple(checker, HIR_TYPE_VOID) };
    return fold_value(&fn, ast, type);
}

// What borrows in a constant borrow is constant, too.
static const HirType *static_type(Checker *checker, const HirType *type) {
    if (type->kind == HIR_TYPE_STR && type->mode == HIR_CONST)
        return hir_type_str(checker->types, HIR_STATIC);
    if (type->kind == HIR_TYPE_SLICE && type->mode == HIR_CONST)
        return hir_type_slice(checker->types, HIR_STATIC, type->elem);
    if (type->kind == HIR_TYPE_PTR && type->mode == HIR_CONST)
        return hir_type_ptr(checker->types, HIR_STATIC, type->elem);
    if (type->kind == HIR_TYPE_ARRAY && type->symbol)
        return hir_type_unknown(
            checker->types, HIR_TYPE_ARRAY, static_type(checker, type->elem), type->symbol
        );
    if (type->kind == HIR_TYPE_ARRAY)
        return hir_type_array(checker->types, static_type(checker, type->elem), type->count);
    return type;
}

void complete_constant(
    Checker *checker, Fn *around, HirConst *constant, const AstType *type, const AstExpr *value
) {
    constant->broken = true;
    constant->type = static_type(checker, resolve_type(checker, around->module, type));
    if (is_error(constant->type) || !value) return;
    if (!hir_type_is_plain(constant->type) || hir_type_is_second_class(constant->type) ||
        constant->type->kind == HIR_TYPE_VOID) {
        diag_report(
            checker->diags, type->span, E_BAD_CONST_TYPE, type_text(checker, constant->type)
        );
        return;
    }
    constant->value = fold_value(around, value, constant->type);
    constant->broken = constant->value->kind == HIR_ERROR || !check_parts(checker, constant->value);
}

static void complete_const(Checker *checker, Decl *decl) {
    HirFn *nowhere = arena_new(checker->arena, HirFn);
    Fn fn = { .checker = checker,
              .module = decl->module,
              .fn = nowhere,
              .result = simple(checker, HIR_TYPE_VOID) };
    complete_constant(
        checker, &fn, decl->constant, decl->item->constant.type, decl->item->constant.value
    );
}

// --- functions ------------------------------------------------------------------------------------------------------------------------

static const char *fn_path(Checker *checker, const Decl *decl, const HirType *owner) {
    const char *module = text_of(checker, decl->module->path), *name = text_of(checker, decl->name);
    if (!owner) return arena_printf(checker->arena, "%s.%s", module, name);
    return arena_printf(checker->arena, "%s.%s.%s", module, type_text(checker, owner), name);
}

// The module that a type is declared in; 0: it is built in.
static Name home_of(const HirType *type) {
    switch (type->kind) {
    case HIR_TYPE_STRUCT: return type->structure->module;
    case HIR_TYPE_ENUM: return type->enumeration->module;
    case HIR_TYPE_ENDPOINT: return type->contract->module;
    default: return 0;
    }
}

static void complete_owner(Checker *checker, Decl *decl) {
    HirFn *fn = decl->fn;
    const AstType *ast = decl->item->fn.owner;
    if (decl->interface) fn->owner = decl->env->bindings.data[0].type;
    if (!ast || decl->interface) return;
    fn->owner = resolve_type(checker, decl->module, ast);
    if (is_error(fn->owner)) {
        fn->broken = true;
        return;
    }
    Name home = home_of(fn->owner);
    if (!home && !is_builtin_function(fn->owner, text_of(checker, decl->item->name.name)) &&
        module_may_declare(checker, decl->module, decl->item->name.name))
        return;
    if (home != decl->module->path) {
        diag_report(
            checker->diags, ast->span, E_FOREIGN_METHOD, type_text(checker, fn->owner),
            home ? text_of(checker, home) : "none"
        );
        fn->broken = true;
    }
}

// A borrowed endpoint comes back in the state that is promised, or in the one that it came in.
void default_promise(const HirType *type, uint32_t *promise) {
    bool borrowed = type->kind == HIR_TYPE_PTR && type->mode == HIR_MUT &&
                    type->elem->kind == HIR_TYPE_ENDPOINT;
    if (borrowed && *promise == HIR_NO_STATE) *promise = type->elem->state;
}

const HirType *check_promise(Checker *checker, const HirType *type, Span span, uint32_t promise) {
    bool borrowed = type->kind == HIR_TYPE_PTR && type->mode == HIR_MUT &&
                    type->elem->kind == HIR_TYPE_ENDPOINT;
    if (promise == HIR_NO_STATE || borrowed || is_error(type)) return type;
    diag_report(checker->diags, span, E_PROMISE_NEEDS_BORROW);
    return simple(checker, HIR_TYPE_ERROR);
}

void add_param(Checker *checker, Module *module, HirFn *fn, const AstParam *param) {
    uint32_t promise = HIR_NO_STATE;
    const HirType *type = resolve_declared(checker, module, param->type, &promise);
    if (type->kind == HIR_TYPE_VOID) {
        diag_report(checker->diags, param->span, E_VOID_VALUE);
        type = simple(checker, HIR_TYPE_ERROR);
    }
    type = check_promise(checker, type, param->type->span, promise);
    default_promise(type, &promise);
    HirLocal *local = arena_new(checker->arena, HirLocal);
    *local = (HirLocal){ .name = param->name.name,
                         .type = type,
                         .span = param->name.span,
                         .is_param = true,
                         .number = fn->locals.len };
    vec_push(checker->arena, &fn->locals, local);
    vec_push(checker->arena, &fn->sig.params, type);
    vec_push(checker->arena, &fn->sig.promises, promise);
    fn->broken = fn->broken || is_error(type);
}

static bool add_from(Checker *checker, HirFn *fn, const AstFrom *from) {
    uint32_t row = 0;
    while (row < fn->sig.params.len && fn->locals.data[row]->name != from->path.data[0].name)
        row++;
    return add_origin(checker, &fn->sig, row, from);
}

// It may come from all of them: behind the parameters.
static void fix_from(Checker *checker, const HirFn *fn, const AstFn *ast) {
    Str text = source_text(checker->program->map, ast->result->span.file);
    uint32_t end = vec_last(&ast->params)->span.end;
    const char *close = memchr(text.ptr + end, ')', text.len - end);
    Buf from = { 0 };
    buf_cstr(&from, " from ");
    for (uint32_t i = 0, count = 0; i < fn->sig.params.len; i++)
        if (hir_type_is_second_class(fn->sig.params.data[i]))
            buf_printf(
                &from, "%s%s", count++ ? ", " : "", text_of(checker, fn->locals.data[i]->name)
            );
    buf_byte(&from, 0);
    uint32_t at = close ? (uint32_t)(close - text.ptr) + 1 : 0;
    Span place = { ast->result->span.file, at, at };
    if (close)
        diag_fix(
            checker->diags, place, (const char *)from.data,
            "say that it may come from each of them, or from fewer"
        );
    buf_free(&from);
}

// What a borrow in the result comes from: what is written, or the only borrow among the parameters.
static void complete_from(Checker *checker, HirFn *fn, const AstFn *ast) {
    if (!hir_type_is_second_class(fn->sig.result)) {
        if (ast->from.len > 0 && !in_instance_env(checker))
            diag_report(
                checker->diags, ast->from.data[0].span, E_BAD_FROM,
                text_of(checker, ast->from.data[0].path.data[0].name)
            );
        if (ast->from.len > 0 && !in_instance_env(checker) && !is_error(fn->sig.result))
            diag_help(
                checker->diags, "a result of type `%s` borrows nothing: leave `from` out",
                type_text(checker, fn->sig.result)
            );
        return;
    }
    vec_each(AstFrom, from, &ast->from)
        fn->broken = !add_from(checker, fn, from) || fn->broken;
    uint32_t only = UINT32_MAX, borrows = 0;
    for (uint32_t i = 0; i < fn->sig.params.len; i++)
        if (fn->sig.params.data[i]->kind != HIR_TYPE_REF_FN &&
            hir_type_is_second_class(fn->sig.params.data[i])) {
            only = i;
            borrows++;
        }
    if (ast->from.len == 0 && borrows == 1)
        vec_push(checker->arena, &fn->sig.from, ((HirFrom){ .param = only }));
    if (ast->from.len == 0 && borrows > 1) {
        diag_report(checker->diags, ast->result->span, E_FROM_MISSING);
        fix_from(checker, fn, ast);
        fn->broken = true;
    }
    sort_from(&fn->sig);
}

void check_param_count(Checker *checker, HirFn *fn) {
    enum { MOST_PARAMS = 1000 };
    if (fn->sig.params.len <= MOST_PARAMS) return;
    diag_report(
        checker->diags, fn->span, E_TOO_NESTED,
        arena_printf(checker->arena, "the list of parameters of `%s`", text_of(checker, fn->name))
    );
    fn->broken = true;
}

static void complete_fn(Checker *checker, Decl *decl) {
    HirFn *fn = decl->fn;
    const AstFn *ast = &decl->item->fn;
    fn->doc = decl->item->doc;
    fn->is_pub = decl->is_pub;
    fn->is_inline = attribute(checker, decl->item, "inline");
    fn->is_noinline = attribute(checker, decl->item, "noinline");
    fn->is_cold = attribute(checker, decl->item, "cold");
    complete_owner(checker, decl);
    checker->self = fn->owner;
    fn->path = fn_path(checker, decl, fn->owner);
    // Lengths in its types are constants, and those may ask for the function.
    fn->sig.result = simple(checker, HIR_TYPE_ERROR);
    fn->sig.result = resolve_type(checker, decl->module, ast->result);
    fn->broken = fn->broken || is_error(fn->sig.result);
    vec_each(AstParam, param, &ast->params)
        add_param(checker, decl->module, fn, param);
    check_param_count(checker, fn);
    if (!fn->broken) complete_from(checker, fn, ast);
    if (!ast->body && !decl->is_abstract) {
        diag_report(checker->diags, fn->span, E_NO_BODY, text_of(checker, fn->name));
        fn->broken = true;
    }
}

// A part of it could not be read: nothing is said about what it lacks.
static void doubt(Decl *decl) {
    if (decl->kind == DECL_STRUCT) decl->structure->broken = true;
    if (decl->kind == DECL_ENUM) decl->enumeration->broken = true;
    if (decl->kind == DECL_CONTRACT) decl->contract->broken = true;
}

// --- on demand ----------------------------------------------------------------------------------------------------------------------------

void complete_decl(Checker *checker, Decl *decl) {
    if (decl->stage == STAGE_BUSY && (decl->kind == DECL_CONST || decl->kind == DECL_FN)) {
        diag_report(
            checker->diags, decl->item->name.span, E_NEEDS_ITSELF, text_of(checker, decl->name)
        );
        if (decl->kind == DECL_CONST) decl->constant->broken = true;
        if (decl->kind == DECL_FN) decl->fn->broken = true;
    }
    if (decl->stage != STAGE_NEW) return;
    decl->stage = STAGE_BUSY;
    const Env *outer = checker->env;
    const Fn *around = checker->around;
    const HirType *self = checker->self;
    Decl *user = begin_user(checker, decl);
    checker->env = decl->env;
    checker->around = NULL;
    checker->self = self_of(checker, decl);
    switch (decl->kind) {
    case DECL_STRUCT: complete_struct(checker, decl); break;
    case DECL_ENUM: complete_enum(checker, decl); break;
    case DECL_CONTRACT: complete_contract(checker, decl); break;
    case DECL_CONST: complete_const(checker, decl); break;
    case DECL_FN: complete_fn(checker, decl); break;
    case DECL_SIP: complete_sip(checker, decl); break;
    case DECL_TEST: complete_test(checker, decl); break;
    case DECL_SYSTEM:
    case DECL_GENERIC:
    case DECL_INTERFACE:
    case DECL_REFUSED: break;
    }
    if (diags_is_silent(checker->diags, decl->item->span)) doubt(decl);
    checker->env = outer;
    checker->around = around;
    checker->self = self;
    checker->user = user;
    decl->stage = STAGE_DONE;
}

// --- types as a whole ------------------------------------------------------------------------------------------------------------------------

enum { DEEPEST_TYPE = 500 };

// A depth-first walk over what lies inline. `heights`: 0 not seen, ON_THE_WAY, else how deep it is nested, plus one.
enum { ON_THE_WAY = UINT16_MAX };

typedef struct Walk {
    Checker *checker;
    uint16_t *structs, *enums;
} Walk;

// A type without its fields: nothing follows from it.
static uint32_t refuse_type(Walk *walk, const HirType *type, DiagCode code) {
    Checker *checker = walk->checker;
    bool is_struct = type->kind == HIR_TYPE_STRUCT;
    const char *name =
        text_of(checker, is_struct ? type->structure->name : type->enumeration->name);
    const char *what = code == E_TOO_NESTED ? arena_printf(checker->arena, "`%s`", name) : name;
    diag_report(
        checker->diags, is_struct ? type->structure->span : type->enumeration->span, code, what
    );
    if (code == E_NEEDS_ITSELF)
        diag_help(checker->diags, "put it behind a pointer: `own %s*`", name);
    if (is_struct) {
        HirStruct *structure = (HirStruct *)(uintptr_t)type->structure;
        structure->broken = true;
        structure->fields.len = 0;
    } else {
        HirEnum *enumeration = (HirEnum *)(uintptr_t)type->enumeration;
        enumeration->broken = true;
        enumeration->variants.len = 0;
    }
    return 0;
}

static uint32_t height_of(Walk *walk, const HirType *type, uint32_t depth);

static uint32_t fields_height(
    Walk *walk, const HirFields *fields, uint32_t depth, uint32_t height
) {
    for (uint32_t i = 0; i < fields->len; i++) {
        uint32_t one = height_of(walk, fields->data[i].type, depth + 1);
        height = one > height ? one : height;
    }
    return height;
}

// How deep the type is nested; refuses one that lies in itself, or too deep.
static uint32_t height_of(Walk *walk, const HirType *type, uint32_t depth) {
    while (type->kind == HIR_TYPE_ARRAY || type->kind == HIR_TYPE_OPTION ||
           type->kind == HIR_TYPE_VECTOR || type->kind == HIR_TYPE_MUTEX)
        type = type->elem;
    if (type->kind != HIR_TYPE_STRUCT && type->kind != HIR_TYPE_ENUM) return 0;
    bool is_struct = type->kind == HIR_TYPE_STRUCT;
    uint16_t *mark = is_struct ? &walk->structs[type->structure->number]
                               : &walk->enums[type->enumeration->number];
    if (*mark == ON_THE_WAY) return refuse_type(walk, type, E_NEEDS_ITSELF);
    if (*mark > 0) return *mark - 1;
    if (depth > DEEPEST_TYPE) return refuse_type(walk, type, E_TOO_NESTED);
    *mark = ON_THE_WAY;
    uint32_t height = is_struct ? fields_height(walk, &type->structure->fields, depth, 0) : 0;
    for (uint32_t i = 0; !is_struct && i < type->enumeration->variants.len; i++)
        height = fields_height(walk, &type->enumeration->variants.data[i].fields, depth, height);
    height = height >= DEEPEST_TYPE ? refuse_type(walk, type, E_TOO_NESTED) : height + 1;
    *mark = (uint16_t)(height + 1);
    return height;
}

static void check_height(Checker *checker, Walk *walk, const Decl *decl) {
    if (!walk->checker) {
        *walk = (Walk){ .checker = checker };
        walk->structs = arena_array(checker->arena, uint16_t, checker->program->structs.len);
        walk->enums = arena_array(checker->arena, uint16_t, checker->program->enums.len);
    }
    height_of(walk, decl_type(checker, decl), 0);
}

static bool is_borrow(const HirType *type) {
    if (type->kind == HIR_TYPE_OPTION) type = type->elem;
    return (type->kind == HIR_TYPE_PTR || type->kind == HIR_TYPE_SLICE) &&
           (type->mode == HIR_MUT || type->mode == HIR_CONST);
}

// A `ref struct` holds borrows, and so do payloads of an enum, which is as good as a borrow then; a struct holds none.
static void check_held(Checker *checker, const HirFields *fields, const HirStruct *holder) {
    vec_each(HirField, field, fields) {
        if (is_error(field->type)) continue;
        // What a borrow leads to is asked only where it may be: the struct itself (a list in C) is said here, and nowhere else.
        bool is_kept = holder && !holder->is_ref && is_borrow(field->type);
        if (!is_kept && (!check_leads(checker, field->type, field->span) || !holder ||
                         holder->is_ref || !hir_type_is_second_class(field->type)))
            continue;
        diag_report(checker->diags, field->span, E_BORROW_STORED, text_of(checker, holder->name));
        if (field->type->kind == HIR_TYPE_STR)
            diag_help(
                checker->diags, "an `own str` belongs to the struct, a `static str` is a constant"
            );
        diag_help(checker->diags, "a `ref struct` may hold borrows; it is kept in locals itself");
    }
}

static bool is_type(const Decl *decl) {
    return decl->kind == DECL_STRUCT || decl->kind == DECL_ENUM;
}

// It and all that lies in it are finite.
static void check_fields(Checker *checker, Decl *decl) {
    if (decl->kind == DECL_STRUCT) check_held(checker, &decl->structure->fields, decl->structure);
    for (uint32_t i = 0; decl->kind == DECL_ENUM && i < decl->enumeration->variants.len; i++)
        check_held(checker, &decl->enumeration->variants.data[i].fields, NULL);
    check_size(checker, decl_type(checker, decl), decl->item->name.span);
    for (uint32_t i = 0; decl->kind == DECL_STRUCT && i < decl->structure->fields.len; i++)
        complete_default(checker, decl, i);
}

void check_type(Checker *checker, Decl *decl) {
    Walk walk = { 0 };
    check_height(checker, &walk, decl);
    check_fields(checker, decl);
}

static void settle(const Decl *decl) {
    if (decl->kind == DECL_STRUCT)
        decl->structure->answers.settled = true;
    else
        decl->enumeration->answers.settled = true;
}

void check_types(Checker *checker) {
    Walk walk = { 0 };
    for (uint32_t i = 0; i < checker->decls.len; i++)
        if (is_type(checker->decls.data[i])) check_height(checker, &walk, checker->decls.data[i]);
    for (uint32_t i = 0; i < checker->decls.len; i++)
        if (is_type(checker->decls.data[i])) settle(checker->decls.data[i]);
    for (uint32_t i = 0; i < checker->decls.len; i++)
        if (is_type(checker->decls.data[i])) check_fields(checker, checker->decls.data[i]);
    checker->types_known = true;
}
