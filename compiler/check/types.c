// Types: from what the programmer wrote to interned HIR types.

#include "check__.h"

const HirType *simple(const Checker *checker, HirTypeKind kind) {
    return hir_type_simple(checker->types, kind);
}

const char *type_text(Checker *checker, const HirType *type) {
    return hir_type_text(checker->types, type);
}

bool is_error(const HirType *type) {
    return type->kind == HIR_TYPE_ERROR;
}

static const HirTypeKind scalar_kinds[AST_SCALARS] = {
    [AST_VOID] = HIR_TYPE_VOID,   [AST_BOOL] = HIR_TYPE_BOOL,   [AST_CHAR] = HIR_TYPE_CHAR,
    [AST_I8] = HIR_TYPE_I8,       [AST_I16] = HIR_TYPE_I16,     [AST_I32] = HIR_TYPE_I32,
    [AST_I64] = HIR_TYPE_I64,     [AST_ISIZE] = HIR_TYPE_ISIZE, [AST_U8] = HIR_TYPE_U8,
    [AST_U16] = HIR_TYPE_U16,     [AST_U32] = HIR_TYPE_U32,     [AST_U64] = HIR_TYPE_U64,
    [AST_USIZE] = HIR_TYPE_USIZE, [AST_F32] = HIR_TYPE_F32,     [AST_F64] = HIR_TYPE_F64,
};

static const HirMode modes[] = {
    [AST_BORROW] = HIR_MUT, [AST_OWN] = HIR_OWN,       [AST_CONST] = HIR_CONST,
    [AST_GC] = HIR_GC,      [AST_STATIC] = HIR_STATIC,
};

// --- states of contracts ------------------------------------------------------------------------------------------------

// `Ready.connect` is a state whose name is written with its dots.
bool contract_state(
    Checker *checker, const HirContract *contract, const AstPath *path, uint32_t *state
) {
    *state = 0;
    if (path->names.len == 0 || contract->broken) return true;
    Name name = check_path_name(checker->names, path);
    for (uint32_t i = 0; i < contract->states.len; i++) {
        if (contract->states.data[i].name == name) {
            if (!contract->states.data[i].is_root) note_root(checker);
            contract->states.data[i].is_root = true;
            *state = i;
            return true;
        }
    }
    diag_report(
        checker->diags, path->span, E_UNKNOWN_STATE, text_of(checker, contract->name),
        text_of(checker, name)
    );
    if (contract->is_param)
        diag_help(
            checker->diags,
            "of a contract that is a parameter only the first state is known: `%s.imp`",
            text_of(checker, contract->name)
        );
    else
        near_state(checker, contract, text_of(checker, name), path->span);
    return false;
}

static const HirContract *instance_contract(
    Checker *checker, Module *module, Decl *decl, const AstType *type
) {
    Env *env = env_by_args(checker, module, decl, &type->name.args, type->span);
    Decl *made = env ? instantiate(checker, decl, env, type->span) : NULL;
    if (!made || made->kind != DECL_CONTRACT) return NULL;
    shape_contract(checker, made); // if it is being made it needs itself
    return made->contract;
}

const HirContract *contract_of(Checker *checker, Module *module, const AstType *type) {
    if (type->kind != AST_TYPE_NAME) {
        if (type->kind != AST_TYPE_ERROR)
            diag_report(checker->diags, type->span, E_NOT_A_CONTRACT, "this type");
        return NULL;
    }
    const AstPath *path = &type->name.path;
    const Binding *bound = path->names.len == 1 && type->name.args.len == 0
                               ? find_binding(checker, path->names.data[0].name)
                               : NULL;
    if (bound && bound->is_contract) return bound->type->contract;
    Decl *decl = bound ? NULL : find_path(checker, module, path);
    if (!bound && (!decl || decl->kind == DECL_REFUSED)) return NULL;
    bool is_generic = decl && decl->kind == DECL_GENERIC && decl->item->kind == AST_ITEM_CONTRACT;
    if (!decl || (decl->kind != DECL_CONTRACT && !is_generic)) {
        diag_report(
            checker->diags, type->span, E_NOT_A_CONTRACT,
            text_of(checker, vec_last(&path->names)->name)
        );
        if (bound && !bound->is_value)
            diag_help(
                checker->diags, "a parameter that stands for one is declared `<contract %s>`",
                text_of(checker, bound->name)
            );
        return NULL;
    }
    note_use(checker, decl, type->span);
    if (is_generic) return instance_contract(checker, module, decl, type);
    if (type->name.args.len > 0) {
        diag_report(
            checker->diags, type->span, E_TYPE_ARGUMENTS, text_of(checker, decl->name), 0u,
            type->name.args.len
        );
        return NULL;
    }
    shape_contract(checker, decl);
    return decl->contract;
}

static const HirType *endpoint_type(
    Checker *checker, Module *module, const AstEndpoint *endpoint, Span span, uint32_t *promise
) {
    const HirType *wrong = simple(checker, HIR_TYPE_ERROR);
    const HirContract *contract = contract_of(checker, module, endpoint->contract);
    if (!contract) return wrong;
    uint32_t state, to = HIR_NO_STATE;
    if (endpoint->is_any && (endpoint->state.names.len || endpoint->to.names.len)) {
        diag_report(checker->diags, span, E_STATE_OF_ANY);
        return wrong;
    }
    if (endpoint->is_any)
        return hir_type_endpoint(
            checker->types, contract, endpoint->is_exporter ? HIR_EXP : HIR_IMP, HIR_ANY_STATE
        );
    if (!contract_state(checker, contract, &endpoint->state, &state)) return wrong;
    if (endpoint->to.names.len && !contract_state(checker, contract, &endpoint->to, &to))
        return wrong;
    *promise = to;
    return hir_type_endpoint(
        checker->types, contract, endpoint->is_exporter ? HIR_EXP : HIR_IMP, state
    );
}

// --- the rest -------------------------------------------------------------------------------------------------------------

static const HirType *named(Checker *checker, Module *module, const AstType *type) {
    const Binding *bound = type->name.path.names.len == 1 && type->name.args.len == 0
                               ? find_binding(checker, type->name.path.names.data[0].name)
                               : NULL;
    if (bound && bound->is_contract) {
        diag_report(checker->diags, type->span, E_NOT_A_TYPE, text_of(checker, bound->name));
        diag_help(
            checker->diags, "an end of a channel is `%s.imp` or `%s.exp`",
            text_of(checker, bound->name), text_of(checker, bound->name)
        );
        return simple(checker, HIR_TYPE_ERROR);
    }
    if (bound && !bound->is_value) return bound->type;
    if (checker->self && type->name.path.names.len == 1 &&
        type->name.path.names.data[0].name == checker->self_name)
        return checker->self;
    const HirType *shared = shared_type(checker, module, type);
    if (!shared) shared = set_type(checker, module, type);
    if (!shared) shared = device_type(checker, module, type);
    if (shared) return shared;
    Decl *decl = find_path(checker, module, &type->name.path);
    if (!decl || decl->kind == DECL_REFUSED) return simple(checker, HIR_TYPE_ERROR);
    note_use(checker, decl, type->span);
    if (decl->kind == DECL_GENERIC && decl->item->kind != AST_ITEM_CONTRACT)
        return instance_type(checker, module, decl, &type->name.args, type->span);
    if (type->name.args.len > 0 && (decl->kind == DECL_STRUCT || decl->kind == DECL_ENUM)) {
        diag_report(
            checker->diags, type->span, E_TYPE_ARGUMENTS, text_of(checker, decl->name), 0u,
            type->name.args.len
        );
        return simple(checker, HIR_TYPE_ERROR);
    }
    if (decl->kind == DECL_STRUCT) return hir_type_struct(checker->types, decl->structure);
    if (decl->kind == DECL_ENUM) return hir_type_enum(checker->types, decl->enumeration);
    diag_report(checker->diags, type->span, E_NOT_A_TYPE, text_of(checker, decl->name));
    if (decl->kind == DECL_CONTRACT || decl->kind == DECL_GENERIC)
        diag_help(
            checker->diags, "an end of a channel is `%s.imp` or `%s.exp`",
            text_of(checker, decl->name), text_of(checker, decl->name)
        );
    return simple(checker, HIR_TYPE_ERROR);
}

static bool is_borrow(const HirType *type) {
    bool pointer =
        type->kind == HIR_TYPE_PTR || type->kind == HIR_TYPE_SLICE || type->kind == HIR_TYPE_STR;
    return pointer && (type->mode == HIR_MUT || type->mode == HIR_CONST);
}

// A list of borrows that is written as a slice is mostly meant as an array.
static void refuse_borrow_behind(
    Checker *checker, const AstType *type, HirMode mode, const HirType *elem
) {
    bool is_slice = type->kind == AST_TYPE_SLICE;
    const HirType *whole = is_slice ? hir_type_slice(checker->types, mode, elem)
                                    : hir_type_ptr(checker->types, mode, elem);
    diag_report(checker->diags, type->span, E_BORROW_STORED, type_text(checker, whole));
    if (is_slice)
        diag_help(
            checker->diags, "an array has its length in its type: `%s a` has two elements",
            type_text(checker, hir_type_array(checker->types, elem, 2))
        );
    else
        diag_help(
            checker->diags, "a pointer leads to what holds borrows inside, and to no borrow itself"
        );
}

static const HirType *pointer(
    Checker *checker, Module *module, const AstType *type, uint32_t *promise
) {
    uint32_t inner = HIR_NO_STATE;
    const HirType *elem = resolve_param_type(checker, module, type->pointer.elem, &inner);
    if (inner != HIR_NO_STATE) {
        if (type->kind != AST_TYPE_POINTER || type->pointer.mode != AST_BORROW) {
            diag_report(checker->diags, type->span, E_PROMISE_NEEDS_BORROW);
            return simple(checker, HIR_TYPE_ERROR);
        }
        *promise = inner;
    }
    if (is_error(elem)) return elem;
    if (elem->kind == HIR_TYPE_VOID) {
        diag_report(checker->diags, type->span, E_VOID_VALUE);
        return simple(checker, HIR_TYPE_ERROR);
    }
    HirMode mode = modes[type->pointer.mode];
    if (is_borrow(elem)) {
        refuse_borrow_behind(checker, type, mode, elem);
        return simple(checker, HIR_TYPE_ERROR);
    }
    return type->kind == AST_TYPE_SLICE ? hir_type_slice(checker->types, mode, elem)
                                        : hir_type_ptr(checker->types, mode, elem);
}

static const HirType *array(Checker *checker, Module *module, const AstType *type) {
    const HirType *elem = resolve_type(checker, module, type->array.elem);
    uint64_t count;
    const HirSymbol *symbol;
    if (!const_count(checker, module, type->array.length, &count, &symbol) || is_error(elem))
        return simple(checker, HIR_TYPE_ERROR);
    if (symbol)
        return hir_type_unknown(
            checker->types, type->kind == AST_TYPE_VECTOR ? HIR_TYPE_VECTOR : HIR_TYPE_ARRAY, elem,
            symbol
        );
    if (count > type_size_limit()) {
        diag_report(checker->diags, type->span, E_TYPE_TOO_LARGE);
        return simple(checker, HIR_TYPE_ERROR);
    }
    return type->kind == AST_TYPE_VECTOR ? hir_type_vector(checker->types, elem, count)
                                         : hir_type_array(checker->types, elem, count);
}

// It would be copied freely, and each copy grow by itself.
static void refuse_managed_growable(Checker *checker, const HirType *elem, Span span) {
    const char *text = type_text(checker, elem);
    diag_report(checker->diags, span, E_MANAGED_GROWABLE, text);
    diag_help(
        checker->diags,
        "a managed object with a `gc %s[]` and a count in it grows for all that lead to it", text
    );
}

static const HirType *growable(Checker *checker, Module *module, const AstType *type) {
    const HirType *elem = resolve_type(checker, module, type->pointer.elem);
    if (is_error(elem)) return elem;
    if (type->pointer.mode == AST_GC)
        refuse_managed_growable(checker, elem, type->span);
    else if (type->pointer.mode != AST_OWN)
        diag_report(
            checker->diags, type->span, E_GROWABLE_OWNS, type_text(checker, elem),
            type_text(checker, elem)
        );
    else if (elem->kind == HIR_TYPE_VOID || is_borrow(elem))
        diag_report(checker->diags, type->span, E_BORROW_STORED, "a growable array");
    else
        return hir_type_grow(checker->types, elem);
    return simple(checker, HIR_TYPE_ERROR);
}

static bool add_named_from(
    Checker *checker, const AstType *type, const AstFrom *from, HirSig *sig
) {
    uint32_t row = 0;
    while (row < sig->params.len && type->fn.params.data[row].name.name != from->path.data[0].name)
        row++;
    return add_origin(checker, sig, row, from);
}

// What a borrow in the result comes from: what is written, or the only borrow among the parameters.
static bool fn_type_from(Checker *checker, const AstType *type, HirSig *sig) {
    uint32_t borrows = 0, only = 0;
    vec_each(AstFrom, from, &type->fn.from) {
        if (!add_named_from(checker, type, from, sig)) return false;
    }
    sort_from(sig);
    if (type->fn.from.len > 0 || !hir_type_is_second_class(sig->result)) return true;
    for (uint32_t i = 0; i < sig->params.len; i++)
        if (hir_type_is_second_class(sig->params.data[i])) borrows++, only = i;
    if (borrows > 1) {
        diag_report(checker->diags, type->fn.result->span, E_FROM_MISSING);
        return false;
    }
    if (borrows == 1) vec_push(checker->arena, &sig->from, ((HirFrom){ .param = only }));
    return true;
}

static const HirType *fn_type(Checker *checker, Module *module, const AstType *type, bool may_ref) {
    if (type->fn.is_ref && !may_ref) {
        diag_report(checker->diags, type->span, E_REF_FN_PLACE);
        return simple(checker, HIR_TYPE_ERROR);
    }
    HirSig sig = { .result = resolve_type(checker, module, type->fn.result) };
    bool good = !is_error(sig.result);
    vec_each(AstParam, param, &type->fn.params) {
        uint32_t promise = HIR_NO_STATE;
        const HirType *of = resolve_param_type(checker, module, param->type, &promise);
        of = check_promise(checker, of, param->type->span, promise);
        if (of->kind == HIR_TYPE_VOID) diag_report(checker->diags, param->span, E_VOID_VALUE);
        good = good && !is_error(of) && of->kind != HIR_TYPE_VOID;
        default_promise(of, &promise);
        vec_push(checker->arena, &sig.params, of);
        vec_push(checker->arena, &sig.promises, promise);
    }
    good = good && fn_type_from(checker, type, &sig);
    if (!good) return simple(checker, HIR_TYPE_ERROR);
    return type->fn.is_ref ? hir_type_ref_fn(checker->types, &sig)
                           : hir_type_fn(checker->types, &sig);
}

static const HirType *resolve(
    Checker *checker, Module *module, const AstType *type, uint32_t *promise
) {
    switch (type->kind) {
    case AST_TYPE_ERROR: return simple(checker, HIR_TYPE_ERROR);
    case AST_TYPE_SCALAR: return simple(checker, scalar_kinds[type->scalar]);
    case AST_TYPE_STR:
        return hir_type_str(
            checker->types, type->str.mode == AST_BORROW ? HIR_CONST : modes[type->str.mode]
        );
    case AST_TYPE_NAME: return named(checker, module, type);
    case AST_TYPE_ENDPOINT:
        return endpoint_type(checker, module, &type->endpoint, type->span, promise);
    case AST_TYPE_POINTER:
    case AST_TYPE_SLICE: return pointer(checker, module, type, promise);
    case AST_TYPE_ARRAY: return array(checker, module, type);
    case AST_TYPE_OPTIONAL: {
        const HirType *elem = resolve_type(checker, module, type->optional);
        return is_error(elem) ? elem : hir_type_option(checker->types, elem);
    }
    case AST_TYPE_FN: return fn_type(checker, module, type, false);
    case AST_TYPE_GROWABLE: return growable(checker, module, type);
    case AST_TYPE_VECTOR: return array(checker, module, type);
    case AST_TYPE_TUPLE: return resolve_tuple(checker, module, type);
    }
    return simple(checker, HIR_TYPE_ERROR);
}

// What in it is not plain; NULL: nothing, or it lies too deep.
static const HirType *owner_in(const HirType *type, uint32_t depth) {
    const HirType *found = NULL;
    if (depth == 0 || hir_type_is_plain(type)) return NULL;
    if (type->kind == HIR_TYPE_STRUCT) {
        for (uint32_t i = 0; i < type->structure->fields.len && !found; i++)
            found = owner_in(type->structure->fields.data[i].type, depth - 1);
    } else if (type->kind == HIR_TYPE_ENUM) {
        vec_each(HirVariant, variant, &type->enumeration->variants)
            for (uint32_t i = 0; i < variant->fields.len && !found; i++)
                found = owner_in(variant->fields.data[i].type, depth - 1);
    } else if (type->kind == HIR_TYPE_OPTION || type->kind == HIR_TYPE_ARRAY) {
        found = owner_in(type->elem, depth - 1);
    }
    return found ? found : type;
}

static void say_owner(Checker *checker, const HirType *type) {
    const HirType *owner = owner_in(type, 16);
    if (!owner) return;
    if (owner != type) diag_help(checker->diags, "it has a `%s` in it", type_text(checker, owner));
    if (owner->kind == HIR_TYPE_STR)
        diag_help(checker->diags, "a `gc str` is a managed text");
    else if (owner->elem && owner->mode == HIR_OWN && owner->kind != HIR_TYPE_GROW)
        diag_help(checker->diags, "`gc` in the place of `own` leads to managed data");
}

// Managed data is plain, and pointers to it are not locked: threads have nothing managed in common.
static bool check_managed(Checker *checker, const HirType *type, Span span) {
    for (const HirType *at = type; at; at = at->elem) {
        bool leads = at->kind == HIR_TYPE_PTR || at->kind == HIR_TYPE_SLICE;
        bool plain = !leads || at->mode != HIR_GC || hir_type_is_opaque(at->elem) ||
                     (hir_type_is_plain(at->elem) && !hir_type_is_second_class(at->elem));
        bool locked = at->kind == HIR_TYPE_MUTEX && hir_type_is_managed(at->elem);
        if (plain && !locked) continue;
        diag_report(
            checker->diags, span, plain ? E_MANAGED_HIDDEN : E_MANAGED_NOT_PLAIN,
            type_text(checker, at)
        );
        if (!plain) say_owner(checker, at->elem);
        return false;
    }
    return true;
}

// A struct that has a borrow in it, and may not.
static bool is_no_holder(const HirType *type) {
    return type->kind == HIR_TYPE_STRUCT && type->structure->module && !type->structure->is_ref;
}

// Borrows lead to what holds none, or to a `ref struct`; nothing on the heap holds one.
bool check_leads(Checker *checker, const HirType *type, Span span) {
    for (const HirType *at = type; at; at = at->elem) {
        bool leads =
            at->kind == HIR_TYPE_PTR || at->kind == HIR_TYPE_SLICE || at->kind == HIR_TYPE_GROW;
        bool borrows = at->mode == HIR_MUT || at->mode == HIR_CONST;
        if (!leads || !hir_type_is_second_class(at->elem) ||
            (borrows && hir_type_is_lent(at->elem)))
            continue;
        if (is_no_holder(at->elem)) { // said where it is declared
            diag_follow(checker->diags);
            return false;
        }
        diag_report(checker->diags, span, E_BORROW_STORED, type_text(checker, at));
        if (borrows)
            diag_help(
                checker->diags,
                "a pointer leads to what holds borrows inside, and to no borrow itself"
            );
        return false;
    }
    return check_managed(checker, type, span);
}

const HirType *resolve_param_type(
    Checker *checker, Module *module, const AstType *type, uint32_t *promise
) {
    *promise = HIR_NO_STATE;
    const HirType *resolved = resolve(checker, module, type, promise);
    if (!checker->types_known || is_error(resolved)) return resolved;
    if (!check_leads(checker, resolved, type->span)) return simple(checker, HIR_TYPE_ERROR);
    return check_size(checker, resolved, type->span);
}

const HirType *resolve_declared(
    Checker *checker, Module *module, const AstType *type, uint32_t *promise
) {
    *promise = HIR_NO_STATE;
    return type->kind == AST_TYPE_FN && type->fn.is_ref
               ? fn_type(checker, module, type, true)
               : resolve_param_type(checker, module, type, promise);
}

const HirType *resolve_type(Checker *checker, Module *module, const AstType *type) {
    uint32_t promise;
    const HirType *resolved = resolve_param_type(checker, module, type, &promise);
    if (promise != HIR_NO_STATE) {
        diag_report(checker->diags, type->span, E_PROMISE_NEEDS_BORROW);
        return simple(checker, HIR_TYPE_ERROR);
    }
    return resolved;
}
