// Processes: what they are started with, what the kernel must grant them, and how much they may take.

#include "check__.h"

#include "contracts/abi/seal.h"

#include <string.h>

// --- parameters --------------------------------------------------------------------------------------------------------------

static bool is_args(const HirType *type) {
    return type->kind == HIR_TYPE_SLICE && type->mode == HIR_OWN &&
           type->elem->kind == HIR_TYPE_STR && type->elem->mode == HIR_OWN;
}

static void check_params(Checker *checker, HirFn *main) {
    bool args = false;
    for (uint32_t i = 0; i < main->locals.len; i++) {
        const HirLocal *param = main->locals.data[i];
        bool second = is_args(param->type) && args;
        bool is_end =
            (param->type->kind == HIR_TYPE_ENDPOINT && param->type->state != HIR_ANY_STATE) ||
            hir_type_is_device(param->type);
        if (is_error(param->type) || is_end || (is_args(param->type) && !second)) {
            args = args || is_args(param->type);
            continue;
        }
        diag_report(checker->diags, param->span, E_SIP_PARAMETER, type_text(checker, param->type));
        main->broken = true;
    }
}

// --- grants --------------------------------------------------------------------------------------------------------------------

static const struct {
    const char *name;
    HirGrantKind kind;
    uint32_t args;
    const char *takes;
    bool is_pci;
} grants[] = {
    { "exit",       HIR_GRANT_EXIT,      0, "nothing",                         false },
    { "io_port",    HIR_GRANT_IO_PORT,   2, "a port and a count",              false },
    { "io_memory",  HIR_GRANT_IO_MEMORY, 2, "an address and a length",         false },
    { "irq",        HIR_GRANT_IRQ,       1, "a number",                        false },
    { "dma",        HIR_GRANT_DMA,       1, "a length",                        false },
    { "pci_memory", HIR_GRANT_IO_MEMORY, 5,
     "a vendor, a device, an index, an address register and a length",         true  },
    { "pci_config", HIR_GRANT_IO_MEMORY, 3, "a vendor, a device and an index", true  },
    { "pci_irq",    HIR_GRANT_IRQ,       3, "a vendor, a device and an index", true  },
};

static void keep_grant(
    Checker *checker, Module *module, HirSip *sip, const AstGrant *ast, HirGrant grant, bool is_pci
) {
    if (grant_is_device(&grant) && !(is_pci ? read_pci_grant(checker, module, ast, &grant)
                                            : read_device_grant(checker, module, ast, &grant))) {
        sip->main->broken = true;
        return;
    }
    vec_each(HirGrant, other, &sip->grants) {
        if (!grants_overlap(other, &grant)) continue;
        diag_report(checker->diags, grant.span, E_GRANTED_TWICE, grant_text(checker, &grant));
        diag_note(checker->diags, other->span, "here");
        sip->main->broken = true;
        return;
    }
    vec_push(checker->arena, &sip->grants, grant);
}

static void add_grant(Checker *checker, Module *module, HirSip *sip, const AstGrant *ast) {
    const char *word = text_of(checker, ast->name.name);
    for (size_t i = 0; i < sizeof grants / sizeof *grants; i++) {
        if (strcmp(grants[i].name, word) != 0) continue;
        if (ast->args.len == grants[i].args) {
            keep_grant(
                checker, module, sip, ast, (HirGrant){ .kind = grants[i].kind, .span = ast->span },
                grants[i].is_pci
            );
            return;
        }
        diag_report(checker->diags, ast->span, E_BAD_GRANT, word, grants[i].takes);
        sip->main->broken = true;
        return;
    }
    sip->main->broken = true;
    diag_report(checker->diags, ast->name.span, E_UNKNOWN_GRANT, word);
    Near near = near_start(word);
    for (size_t i = 0; i < sizeof grants / sizeof *grants; i++)
        near_try(&near, grants[i].name);
    near_help(checker, &near, ast->name.span);
}

// --- quotas ----------------------------------------------------------------------------------------------------------------------

static const struct Quota {
    const char *name;
    uint64_t least, most;
} heap_quota = { "heap", 4096, (uint64_t)1 << 36 },
  stack_quota = { "stack", 4096, (uint64_t)1 << 28 }, thread_quota = { "threads", 1, 256 },
  cpu_quota = { "cpu", 1, SEAL_MOST_CPU }, time_quota = { "time", 1000000, SEAL_MOST_TIME };

static uint64_t quota(
    Checker *checker, Module *module, const AstExpr *ast, const struct Quota *quota
) {
    uint64_t value = 0;
    if (!ast || !const_u64(checker, module, ast, &value)) return 0;
    if (value < quota->least || value > quota->most) {
        diag_report(
            checker->diags, ast->span, E_BAD_QUOTA, quota->name, (unsigned long long)quota->least,
            (unsigned long long)quota->most
        );
        return 0;
    }
    return value;
}

static void set_quotas(Checker *checker, Module *module, const AstLimits *limits, HirSip *sip) {
    sip->heap = quota(checker, module, limits->heap, &heap_quota);
    sip->stack = quota(checker, module, limits->stack, &stack_quota);
    sip->threads = (uint32_t)quota(checker, module, limits->threads, &thread_quota);
    sip->cpu = (uint32_t)quota(checker, module, limits->cpu, &cpu_quota);
    sip->time = quota(checker, module, limits->time, &time_quota);
}

// What a process runs: no parameters yet.
static HirFn *make_main(Checker *checker, const Decl *decl, Name name, Span span) {
    HirFn *main = arena_new(checker->arena, HirFn);
    *main = (HirFn){ .name = name,
                     .module = decl->module->path,
                     .span = span,
                     .number = checker->program->fns.len };
    main->path = arena_printf(
        checker->arena, "%s.%s", text_of(checker, decl->module->path), text_of(checker, name)
    );
    main->sig.result = simple(checker, HIR_TYPE_VOID);
    vec_push(checker->arena, &checker->program->fns, main);
    decl->sip->main = main;
    return main;
}

// A test is a process without wires, so that a trap ends this test only.
void complete_test(Checker *checker, Decl *decl) {
    uint32_t number = checker->program->tests.len + 1;
    HirTest test = { .title = decl->item->test.title,
                     .module = decl->module->path,
                     .sip = decl->sip,
                     .span = decl->item->span };
    Name name = names_add_c(checker->names, arena_printf(checker->arena, "test%u", number));
    *decl->sip = (HirSip){ .name = name, .module = decl->module->path, .span = decl->item->span };
    make_main(checker, decl, name, decl->item->span);
    set_quotas(checker, decl->module, &decl->item->test.limits, decl->sip);
    vec_push(checker->arena, &checker->program->tests, test);
}

void complete_sip(Checker *checker, Decl *decl) {
    HirSip *sip = decl->sip;
    const AstSip *ast = &decl->item->sip;
    HirFn *main = make_main(checker, decl, decl->name, decl->item->name.span);
    sip->doc = decl->item->doc;
    vec_each(AstParam, param, &ast->params)
        add_param(checker, decl->module, main, param);
    check_params(checker, main);
    check_param_count(checker, main);
    vec_each(AstGrant, grant, &ast->grants)
        add_grant(checker, decl->module, sip, grant);
    if (!main->broken) check_devices(checker, sip);
    set_quotas(checker, decl->module, &ast->limits, sip);
}
