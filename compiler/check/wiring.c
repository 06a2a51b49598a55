// Systems: every endpoint of every process is wired once, to the other end of the same contract in the same state.

#include "check__.h"

#include "contracts/abi/image.h"

#include <string.h>

enum {
    MOST_RESTARTS = 1000,
    MOST_TEXTS = 255, // of one process: a line of the `.system` file
};

typedef struct Wiring {
    Checker *checker;
    Decl *decl;
    HirSystem *system;
    const AstItem *item;
} Wiring;

static const HirType *param_type(const HirInstance *instance, uint32_t param) {
    return instance->program->main->sig.params.data[param];
}

static const char *param_text(const Wiring *wiring, const HirInstance *instance, uint32_t param) {
    return arena_printf(
        wiring->checker->arena, "%s.%s", text_of(wiring->checker, instance->name),
        text_of(wiring->checker, instance->program->main->locals.data[param]->name)
    );
}

static uint32_t param_row(const HirSip *program, Name name) {
    for (uint32_t i = 0; i < program->main->sig.params.len; i++) // the first locals
        if (program->main->locals.data[i]->name == name) return i;
    return UINT32_MAX;
}

static uint32_t instance_row(const Wiring *wiring, Name name) {
    for (uint32_t i = 0; i < wiring->system->instances.len; i++)
        if (wiring->system->instances.data[i].name == name) return i;
    return UINT32_MAX;
}

// --- instances ----------------------------------------------------------------------------------------------------------------

static bool is_declared(const Wiring *wiring, Name name) {
    return instance_row(wiring, name) != UINT32_MAX;
}

static uint32_t restarts(Wiring *wiring, const AstExpr *ast) {
    Checker *checker = wiring->checker;
    uint64_t value = 0;
    if (!const_u64(checker, wiring->decl->module, ast, &value)) return 0;
    if (value >= 1 && value <= MOST_RESTARTS) return (uint32_t)value;
    diag_report(checker->diags, ast->span, E_BAD_RESTART, MOST_RESTARTS);
    return 0;
}

static void add_instance(Wiring *wiring, const AstInstance *ast) {
    Checker *checker = wiring->checker;
    HirInstance instance = { .name = ast->name.name, .span = ast->span };
    Decl *decl = find_path(checker, wiring->decl->module, &ast->program);
    if (decl && decl->kind != DECL_SIP) {
        diag_report(checker->diags, ast->program.span, E_NOT_A_SIP, text_of(checker, decl->name));
        decl = NULL;
    }
    instance.program = decl ? decl->sip : NULL;
    if (is_declared(wiring, instance.name))
        diag_report(checker->diags, ast->name.span, E_DUPLICATE, text_of(checker, instance.name));
    if (ast->restart) instance.restart = restarts(wiring, ast->restart);
    instance.trusted = ast->trusted;
    instance.on_demand = ast->on_demand;
    if (ast->on_demand && (ast->restart || ast->trusted)) {
        diag_report(
            checker->diags, ast->span, E_PROGRAM_SETTING, text_of(checker, instance.name),
            ast->restart ? "`restart`" : "`trusted`"
        );
        instance.restart = 0;
        instance.trusted = false;
    }
    uint32_t count = instance.program ? instance.program->main->sig.params.len : 0;
    for (uint32_t i = 0; i < count; i++)
        vec_push(
            checker->arena, &instance.wires,
            ((HirWire){ .kind = HIR_WIRE_ERROR, .span = ast->span })
        );
    vec_push(checker->arena, &wiring->system->instances, instance);
}

// --- wires ----------------------------------------------------------------------------------------------------------------------

static bool is_word(const Wiring *wiring, const AstExpr *expr, const char *word) {
    return expr->kind == AST_EXPR_NAME &&
           strcmp(text_of(wiring->checker, expr->name.name), word) == 0;
}

static void near_param(Checker *checker, const HirSip *program, const AstName *name) {
    Near near = near_start(text_of(checker, name->name));
    for (uint32_t i = 0; program->main && i < program->main->sig.params.len; i++)
        near_try(&near, text_of(checker, program->main->locals.data[i]->name));
    near_help(checker, &near, name->span);
}

static void near_instance(const Wiring *wiring, const AstName *name) {
    Near near = near_start(text_of(wiring->checker, name->name));
    near_try(&near, "machine");
    vec_each(HirInstance, instance, &wiring->system->instances)
        near_try(&near, text_of(wiring->checker, instance->name));
    near_help(wiring->checker, &near, name->span);
}

typedef struct Service { // that the kernel serves
    const char *name, *module, *contract;
} Service;

static const Service services[] = {
#define SERVICE(name, text, module, contract, what) { text, module, contract },
#include "contracts/abi/services.def"
};

static const Service *find_service(const char *name) {
    for (uint32_t i = 0; i < IMAGE_SERVICES; i++)
        if (strcmp(services[i].name, name) == 0) return &services[i];
    return NULL;
}

static void near_service(Checker *checker, const AstName *name) {
    Near near = near_start(text_of(checker, name->name));
    for (uint32_t i = 0; i < IMAGE_SERVICES; i++)
        near_try(&near, services[i].name);
    if (near.best) {
        near_help(checker, &near, name->span);
        return;
    }
    Buf all = { 0 };
    for (uint32_t i = 0; i < IMAGE_SERVICES; i++)
        buf_printf(&all, "%s`%s`", i ? ", " : "", services[i].name);
    diag_help(checker->diags, "it has %.*s", (int)all.len, (const char *)all.data);
    buf_free(&all);
}

static bool is_of(const Checker *checker, const HirType *type, const Service *service) {
    return type->kind == HIR_TYPE_ENDPOINT &&
           strcmp(text_of(checker, type->contract->name), service->contract) == 0 &&
           strcmp(text_of(checker, type->contract->module), service->module) == 0;
}

static void wire_machine(
    Wiring *wiring, HirInstance *instance, uint32_t param, const AstName *name, HirWire *wire
) {
    Checker *checker = wiring->checker;
    const HirType *type = param_type(instance, param);
    const Service *service = find_service(text_of(checker, name->name));
    const char *target = arena_printf(checker->arena, "machine.%s", text_of(checker, name->name));
    if (!service) {
        diag_report(checker->diags, name->span, E_WIRE_SERVICE, text_of(checker, name->name));
        near_service(checker, name);
    } else if (!is_of(checker, type, service)) {
        diag_report(
            checker->diags, wire->span, E_WIRE_CONTRACT, param_text(wiring, instance, param),
            text_of(checker, type->contract->name), target,
            arena_printf(checker->arena, "%s.%s", service->module, service->contract)
        );
    } else if (type->side != HIR_IMP) {
        diag_report(
            checker->diags, wire->span, E_WIRE_SIDE, param_text(wiring, instance, param), target,
            "exp", service->contract
        );
    } else if (type->state != 0) {
        diag_report(
            checker->diags, wire->span, E_WIRE_STATE, target,
            text_of(checker, type->contract->states.data[0].name),
            param_text(wiring, instance, param),
            text_of(checker, type->contract->states.data[type->state].name)
        );
    } else {
        wire->kind = HIR_WIRE_MACHINE;
        wire->service = name->name;
    }
}

static void wire_taken(Wiring *wiring, const AstExpr *value, HirWire *wire) {
    Checker *checker = wiring->checker;
    const AstName *from = &value->field.base->name, *name = &value->field.name;
    wire->instance = instance_row(wiring, from->name);
    if (wire->instance == UINT32_MAX) {
        diag_report(
            checker->diags, from->span, E_WIRE_SIP, text_of(checker, wiring->system->name),
            text_of(checker, from->name)
        );
        near_instance(wiring, from);
        return;
    }
    const HirSip *program = wiring->system->instances.data[wire->instance].program;
    if (!program) return;
    if (wiring->system->instances.data[wire->instance].on_demand) {
        diag_report(
            checker->diags, value->span, E_PROGRAM_WIRED,
            arena_printf(
                checker->arena, "%s.%s", text_of(checker, from->name), text_of(checker, name->name)
            )
        );
        return;
    }
    wire->param = param_row(program, name->name);
    if (wire->param == UINT32_MAX) {
        diag_report(
            checker->diags, name->span, E_WIRE_UNKNOWN, text_of(checker, program->name),
            text_of(checker, name->name)
        );
        near_param(checker, program, name);
    } else {
        wire->kind = HIR_WIRE_TAKEN;
    }
}

// A program by its name: it is started by whoever is wired to it.
static bool is_program(const Wiring *wiring, const AstExpr *value, uint32_t *row) {
    if (value->kind != AST_EXPR_NAME) return false;
    *row = instance_row(wiring, value->name.name);
    return *row != UINT32_MAX && wiring->system->instances.data[*row].on_demand;
}

static void wire_given(Wiring *wiring, const HirInstance *instance, uint32_t param, HirWire *wire) {
    if (instance->on_demand)
        wire->kind = HIR_WIRE_GIVEN;
    else
        diag_report(
            wiring->checker->diags, wire->span, E_GIVEN_TO_SIP,
            text_of(wiring->checker, instance->name), param_text(wiring, instance, param)
        );
}

// --- texts ----------------------------------------------------------------------------------------------------------------------

// `{ "a", "b" }`: constants, copied to the process's heap before it starts.
static void wire_texts(Wiring *wiring, const AstExpr *value, HirWire *wire) {
    Checker *checker = wiring->checker;
    if (value->kind != AST_EXPR_INIT || value->init.type || value->init.fill ||
        value->init.items.len > MOST_TEXTS) {
        diag_report(checker->diags, value->span, E_WIRE_TEXTS, MOST_TEXTS);
        return;
    }
    wire->kind = HIR_WIRE_TEXTS;
    vec_each(AstArg, item, &value->init.items) {
        const HirType *text = hir_type_str(checker->types, HIR_STATIC);
        if (!item->value || item->label.name) {
            diag_report(checker->diags, item->span, E_WIRE_TEXTS, MOST_TEXTS);
            continue;
        }
        const HirExpr *folded = check_const_value(checker, wiring->decl->module, item->value, text);
        if (folded->kind != HIR_STR_LIT) continue; // reported
        if (memchr(folded->text.ptr, '\0', folded->text.len))
            diag_report(checker->diags, item->span, E_WIRE_TEXT_NUL);
        vec_push(checker->arena, &wire->texts, folded->text);
    }
}

// False if it is for no parameter, which has been reported.
static bool add_wire(Wiring *wiring, HirInstance *instance, const AstArg *arg, bool *given) {
    Checker *checker = wiring->checker;
    uint32_t param = arg->label.name ? param_row(instance->program, arg->label.name) : UINT32_MAX;
    if (param == UINT32_MAX) {
        if (arg->label.name) {
            diag_report(
                checker->diags, arg->label.span, E_WIRE_UNKNOWN,
                text_of(checker, instance->program->name), text_of(checker, arg->label.name)
            );
            near_param(checker, instance->program, &arg->label);
        } else {
            diag_report(checker->diags, arg->span, E_WIRE_FORM);
            const HirFn *main = instance->program->main;
            if (main->sig.params.len > 0)
                diag_help(
                    checker->diags, "a wire says which parameter it is for: `%s: ...`",
                    text_of(checker, main->locals.data[0]->name)
                );
        }
        return false;
    }
    HirWire *wire = &instance->wires.data[param];
    if (given[param]) {
        diag_report(checker->diags, arg->span, E_WIRE_TWICE, param_text(wiring, instance, param));
        return true;
    }
    given[param] = true;
    wire->span = arg->span;
    if (hir_type_is_device(param_type(instance, param))) {
        diag_report(checker->diags, arg->span, E_WIRE_FORM);
        diag_help(checker->diags, "a device is what `uses` grants: leave it out");
        return true;
    }
    bool endpoint = param_type(instance, param)->kind == HIR_TYPE_ENDPOINT;
    bool dotted =
        arg->value->kind == AST_EXPR_FIELD && arg->value->field.base->kind == AST_EXPR_NAME;
    if (is_error(param_type(instance, param))) return true;
    if (!endpoint && instance->on_demand)
        diag_report(
            checker->diags, arg->span, E_PROGRAM_SETTING, text_of(checker, instance->name),
            "text arguments"
        );
    else if (!endpoint)
        wire_texts(wiring, arg->value, wire);
    else if (is_word(wiring, arg->value, "given"))
        wire_given(wiring, instance, param, wire);
    else if (is_word(wiring, arg->value, "offered") && instance->on_demand)
        diag_report(
            checker->diags, arg->value->span, E_PROGRAM_WIRED, param_text(wiring, instance, param)
        );
    else if (is_word(wiring, arg->value, "offered"))
        wire->kind = HIR_WIRE_OFFERED;
    else if (is_program(wiring, arg->value, &wire->instance))
        wire->kind = HIR_WIRE_PROGRAM;
    else if (dotted && instance->on_demand && !is_word(wiring, arg->value->field.base, "machine"))
        diag_report(
            checker->diags, arg->value->span, E_PROGRAM_WIRED, param_text(wiring, instance, param)
        );
    else if (dotted && is_word(wiring, arg->value->field.base, "machine"))
        wire_machine(wiring, instance, param, &arg->value->field.name, wire);
    else if (dotted)
        wire_taken(wiring, arg->value, wire);
    else
        diag_report(checker->diags, arg->value->span, E_WIRE_FORM);
    return true;
}

static void add_wires(Wiring *wiring, uint32_t row) {
    Checker *checker = wiring->checker;
    HirInstance *instance = &wiring->system->instances.data[row];
    const AstInstance *ast = &wiring->item->system.sips.data[row];
    if (!instance->program) return;
    bool *given = arena_array(checker->arena, bool, instance->wires.len);
    bool known = true; // a wire for an unknown parameter is the one that is missing
    vec_each(AstArg, arg, &ast->args)
        known = add_wire(wiring, instance, arg, given) && known;
    for (uint32_t i = 0; i < instance->wires.len; i++) {
        const HirType *type = param_type(instance, i);
        if (known && !given[i] && type->kind == HIR_TYPE_ENDPOINT)
            diag_report(
                checker->diags, ast->name.span, E_WIRE_MISSING,
                text_of(checker, instance->program->main->locals.data[i]->name),
                text_of(checker, instance->program->name)
            );
        if (!given[i] && type->kind == HIR_TYPE_SLICE)
            instance->wires.data[i].kind = HIR_WIRE_TEXTS;
        if (hir_type_is_device(type)) instance->wires.data[i].kind = HIR_WIRE_DEVICE;
    }
}

// --- both ends ------------------------------------------------------------------------------------------------------------------

static bool is_wire(const Checker *checker, const HirType *type) {
    const HirContract *wire = type->contract;
    return type->side == HIR_IMP && type->state == 0 && wire && wire->messages.len == 2 &&
           wire->messages.data[1].args.len == 1 &&
           strcmp(text_of(checker, wire->module), "sip.listener") == 0 &&
           strncmp(text_of(checker, wire->name), "Wire<", 5) == 0;
}

static const HirType *delivered_by(const HirType *wire) {
    return wire->contract->messages.data[1].args.data[0].type;
}

// Are they the two ends of one channel?
static bool fits(const HirType *end, const HirType *other) {
    return end->kind == HIR_TYPE_ENDPOINT && other->kind == HIR_TYPE_ENDPOINT && end->contract &&
           end->contract == other->contract && end->side != other->side &&
           end->state == other->state;
}

// `Wire<C.imp>` of sip.listener, wired to a `C.exp` in the same state, or the other way round.
static bool delivers(const Checker *checker, const HirType *taker, const HirType *giver) {
    return is_wire(checker, taker) && fits(delivered_by(taker), giver);
}

// Wires by which both take an end of the same channels.
static bool meet(const Checker *checker, const HirType *mine, const HirType *theirs) {
    if (!is_wire(checker, mine) || !is_wire(checker, theirs)) return false;
    return fits(delivered_by(mine), delivered_by(theirs));
}

static bool is_delivered(
    const Checker *checker,
    const HirType *mine,
    const HirType *theirs,
    HirWire *wire,
    HirWire *other
) {
    bool both = meet(checker, mine, theirs);
    wire->gives = both || delivers(checker, theirs, mine);
    other->gives = both || delivers(checker, mine, theirs);
    return wire->gives || other->gives;
}

static void join_ends(Wiring *wiring, uint32_t row, uint32_t param) {
    Checker *checker = wiring->checker;
    HirInstance *taker = &wiring->system->instances.data[row];
    HirWire *wire = &taker->wires.data[param];
    HirInstance *offerer = &wiring->system->instances.data[wire->instance];
    HirWire *other = &offerer->wires.data[wire->param];
    const HirType *mine = param_type(taker, param), *theirs = param_type(offerer, wire->param);
    const char *here = param_text(wiring, taker, param),
               *there = param_text(wiring, offerer, wire->param);
    if (theirs->kind != HIR_TYPE_ENDPOINT || other->kind == HIR_WIRE_ERROR) return;
    if (other->kind != HIR_WIRE_OFFERED)
        diag_report(
            checker->diags, wire->span, E_WIRE_NOT_OFFERED, there,
            text_of(checker, offerer->program->main->locals.data[wire->param]->name),
            text_of(checker, offerer->name)
        );
    else if (other->service)
        diag_report(checker->diags, wire->span, E_WIRE_TWICE, there);
    else if (is_delivered(checker, mine, theirs, wire, other))
        ; // the kernel makes the channels
    else if (mine->contract != theirs->contract)
        diag_report(
            checker->diags, wire->span, E_WIRE_CONTRACT, here,
            text_of(checker, mine->contract->name), there, text_of(checker, theirs->contract->name)
        );
    else if (mine->side == theirs->side)
        diag_report(
            checker->diags, wire->span, E_WIRE_SIDE, here, there,
            mine->side == HIR_IMP ? "imp" : "exp", text_of(checker, mine->contract->name)
        );
    else if (mine->state != theirs->state)
        diag_report(
            checker->diags, wire->span, E_WIRE_STATE, here,
            text_of(checker, mine->contract->states.data[mine->state].name), there,
            text_of(checker, theirs->contract->states.data[theirs->state].name)
        );
    other->service = checker->discard; // taken
    other->instance = row;
    other->param = param;
}

static void check_ends(Wiring *wiring) {
    HirSystem *system = wiring->system;
    for (uint32_t i = 0; i < system->instances.len; i++)
        for (uint32_t k = 0; k < system->instances.data[i].wires.len; k++)
            if (system->instances.data[i].wires.data[k].kind == HIR_WIRE_TAKEN)
                join_ends(wiring, i, k);
    for (uint32_t i = 0; i < system->instances.len; i++) {
        for (uint32_t k = 0; k < system->instances.data[i].wires.len; k++) {
            HirWire *wire = &system->instances.data[i].wires.data[k];
            if (wire->kind != HIR_WIRE_OFFERED) continue;
            if (!wire->service)
                diag_report(
                    wiring->checker->diags, wire->span, E_WIRE_NOT_TAKEN,
                    param_text(wiring, &system->instances.data[i], k)
                );
            wire->service = 0;
        }
    }
}

// --- programs -----------------------------------------------------------------------------------------------------------------

// `Program<E>` of sip.process: what its `start` gives.
static const HirType *starter_ends(const Checker *checker, const HirType *type) {
    const HirContract *contract = type->contract;
    if (type->kind != HIR_TYPE_ENDPOINT || type->side != HIR_IMP || type->state != 0 || !contract ||
        contract->messages.len == 0 || contract->messages.data[0].args.len == 0 ||
        strcmp(text_of(checker, contract->module), "sip.process") != 0 ||
        strncmp(text_of(checker, contract->name), "Program<", 8) != 0)
        return NULL;
    return contract->messages.data[0].args.data[0].type;
}

typedef struct Ends { // what is given: one end, or the fields of a struct
    const HirType *type;
    uint32_t count;
} Ends;

static const HirType *end_type(const Ends *ends, uint32_t row) {
    return ends->type->kind == HIR_TYPE_STRUCT ? ends->type->structure->fields.data[row].type
                                               : ends->type;
}

// NULL if the end in that row is one for `param`; else what is wrong.
static const char *misfit(
    Checker *checker, const Ends *ends, uint32_t row, const HirInstance *program, uint32_t param
) {
    const HirType *given = end_type(ends, row), *wanted = param_type(program, param);
    const char *name = text_of(checker, program->program->main->locals.data[param]->name);
    if (ends->type->kind == HIR_TYPE_STRUCT) {
        const char *field = text_of(checker, ends->type->structure->fields.data[row].name);
        if (strcmp(field, name) != 0)
            return arena_printf(
                checker->arena, "its end number %u is called `%s`, and the program's `%s`", row + 1,
                field, name
            );
    }
    return given == wanted ? NULL
                           : arena_printf(
                                 checker->arena, "`%s` is `%s`, and not `%s`", name,
                                 type_text(checker, wanted), type_text(checker, given)
                             );
}

static const char *compare_ends(Checker *checker, const Ends *ends, const HirInstance *program) {
    uint32_t given = 0;
    for (uint32_t i = 0; i < program->wires.len; i++) {
        if (program->wires.data[i].kind != HIR_WIRE_GIVEN) continue;
        const char *wrong = given < ends->count ? misfit(checker, ends, given, program, i) : NULL;
        if (wrong) return wrong;
        given++;
    }
    return given == ends->count
               ? NULL
               : arena_printf(
                     checker->arena, "it gives %u, and %u are `given`", ends->count, given
                 );
}

static void check_starter(Wiring *wiring, const HirInstance *instance, uint32_t param) {
    Checker *checker = wiring->checker;
    const HirWire *wire = &instance->wires.data[param];
    const HirType *type = param_type(instance, param), *gives = starter_ends(checker, type);
    const HirInstance *program = &wiring->system->instances.data[wire->instance];
    if (!gives) {
        diag_report(
            checker->diags, wire->span, E_NOT_A_STARTER, param_text(wiring, instance, param),
            type->contract ? text_of(checker, type->contract->name) : type_text(checker, type)
        );
        return;
    }
    vec_each(HirWire, other, &program->wires)
        if (other->kind == HIR_WIRE_ERROR) return; // reported
    const Ends ends = { gives, gives->kind == HIR_TYPE_STRUCT ? gives->structure->fields.len : 1 };
    const char *wrong = program->program ? compare_ends(checker, &ends, program) : NULL;
    if (wrong)
        diag_report(
            checker->diags, wire->span, E_PROGRAM_ENDS, param_text(wiring, instance, param),
            text_of(checker, program->name), wrong
        );
}

static bool is_started(const HirSystem *system, uint32_t program) {
    vec_each(HirInstance, instance, &system->instances)
        vec_each(HirWire, wire, &instance->wires)
            if (wire->kind == HIR_WIRE_PROGRAM && wire->instance == program) return true;
    return false;
}

static void check_programs(Wiring *wiring) {
    Checker *checker = wiring->checker;
    for (uint32_t i = 0; i < wiring->system->instances.len; i++) {
        const HirInstance *instance = &wiring->system->instances.data[i];
        for (uint32_t k = 0; k < instance->wires.len; k++)
            if (instance->wires.data[k].kind == HIR_WIRE_PROGRAM)
                check_starter(wiring, instance, k);
        if (!instance->on_demand || !instance->program) continue;
        vec_each(HirGrant, grant, &instance->program->grants) {
            if (!grant_is_device(grant)) continue;
            diag_report(
                checker->diags, instance->span, E_PROGRAM_DEVICE, text_of(checker, instance->name),
                grant_text(checker, grant)
            );
            break;
        }
        if (!is_started(wiring->system, i))
            diag_report(
                checker->diags, instance->span, E_PROGRAM_NOT_STARTED,
                text_of(checker, instance->name)
            );
    }
}

// Who is started again gets new channels; a peer that is another process learns of its own end by a `Wire` alone, and so do both if
// both may be started again.
static void check_restarts(const Wiring *wiring) {
    for (uint32_t i = 0; i < wiring->system->instances.len; i++) {
        const HirInstance *instance = &wiring->system->instances.data[i];
        for (uint32_t k = 0; instance->restart && k < instance->wires.len; k++) {
            const HirWire *wire = &instance->wires.data[k];
            if (wire->gives || (wire->kind != HIR_WIRE_OFFERED && wire->kind != HIR_WIRE_TAKEN))
                continue;
            const HirType *type = param_type(instance, k);
            diag_report(
                wiring->checker->diags, wire->span, E_RESTART_WIRED,
                text_of(wiring->checker, instance->name), param_text(wiring, instance, k)
            );
            if (type->kind == HIR_TYPE_ENDPOINT && is_wire(wiring->checker, type))
                diag_help(
                    wiring->checker->diags,
                    "let the other sip take its end by a `Wire`, too (sip.listener): both get a new channel once both ask for it"
                );
            else if (type->kind == HIR_TYPE_ENDPOINT && type->contract)
                diag_help(
                    wiring->checker->diags,
                    "let the other sip take it as `Wire<%s.%s:%s>.imp` (sip.listener), which delivers a new end each time",
                    text_of(wiring->checker, type->contract->name),
                    type->side == HIR_IMP ? "exp" : "imp",
                    text_of(wiring->checker, type->contract->states.data[type->state].name)
                );
        }
    }
}

static void check_quotas(const Wiring *wiring) {
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < wiring->system->instances.len; i++) {
        const HirSip *program = wiring->system->instances.data[i].program;
        if (wiring->system->instances.data[i].on_demand) continue; // of its starter's heap
        bytes += program
                     ? program->heap + program->stack * (program->threads ? program->threads : 1)
                     : 0;
    }
    if (bytes >> 20 > IMAGE_MOST_MIB)
        diag_report(
            wiring->checker->diags, wiring->system->span, E_WIRE_QUOTA,
            text_of(wiring->checker, wiring->system->name), (unsigned long long)(bytes >> 20),
            (unsigned long long)IMAGE_MOST_MIB
        );
}

// --- devices --------------------------------------------------------------------------------------------------------------------

typedef struct Given {
    const HirGrant *grant;
    const HirInstance *instance;
} Given;

typedef VEC(Given) Givens;

static void give(
    Wiring *wiring, Givens *givens, const HirInstance *instance, const HirGrant *grant
) {
    Checker *checker = wiring->checker;
    vec_each(Given, other, givens) {
        if (other->instance == instance || !grants_conflict(other->grant, grant)) continue;
        diag_report(checker->diags, instance->span, E_GRANTED_TWICE, grant_text(checker, grant));
        diag_note(checker->diags, other->instance->span, "to this sip");
        return;
    }
    vec_push(checker->arena, givens, ((Given){ grant, instance }));
}

// No device twice; and whoever could reach any memory is called by that name where the system is described.
static void check_devices_of(Wiring *wiring) {
    Checker *checker = wiring->checker;
    Givens givens = { 0 };
    vec_each(HirInstance, instance, &wiring->system->instances) {
        const HirGrant *wants = NULL;
        if (instance->on_demand) continue; // has none: check_programs
        for (uint32_t i = 0; instance->program && i < instance->program->grants.len; i++) {
            const HirGrant *grant = &instance->program->grants.data[i];
            if (!grant_is_device(grant)) continue;
            if (!wants && grant_wants_trust(grant)) wants = grant;
            give(wiring, &givens, instance, grant);
        }
        if (wants && !instance->trusted)
            diag_report(
                checker->diags, instance->span, E_NOT_TRUSTED, text_of(checker, instance->name),
                grant_text(checker, wants)
            );
        else if (!wants && instance->trusted && instance->program)
            diag_report(
                checker->diags, instance->span, E_NEEDLESSLY_TRUSTED,
                text_of(checker, instance->name)
            );
    }
}

void check_system(Checker *checker, Decl *decl) {
    Wiring wiring = {
        .checker = checker, .decl = decl, .system = decl->system, .item = decl->item
    };
    vec_each(AstInstance, it, &decl->item->system.sips)
        add_instance(&wiring, it);
    for (uint32_t i = 0; i < wiring.system->instances.len; i++)
        add_wires(&wiring, i);
    check_ends(&wiring);
    check_programs(&wiring);
    check_restarts(&wiring);
    check_quotas(&wiring);
    check_devices_of(&wiring);
}
