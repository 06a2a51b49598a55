// Devices: the types `io_port`, `io_memory`, `irq` and `dma`, their functions, and what a process may be granted of them. The same is
// asked of sealed programs when they are put into an image, and again by the kernel (sealed/grants.c); here a person learns of it.

#include "check__.h"

#include "contracts/abi/machine.h"

#include <string.h>

static const char *const kind_words[] = { "io_port", "io_memory", "irq", "dma" }; // by HirGrantKind

// --- types -------------------------------------------------------------------------------------------------------------------

// A name of the program's own comes first.
const HirType *device_type(Checker *checker, Module *module, const AstType *type) {
    const AstPath *path = &type->name.path;
    if (path->names.len != 1 || type->name.args.len != 0) return NULL;
    const AstName *name = &path->names.data[0];
    for (uint32_t i = 0; i < sizeof kind_words / sizeof *kind_words; i++)
        if (strcmp(text_of(checker, name->name), kind_words[i]) == 0 &&
            !find_decl(checker, module, name->name, name->span))
            return simple(checker, (HirTypeKind)(HIR_TYPE_IO_PORT + i));
    return NULL;
}

// --- functions ---------------------------------------------------------------------------------------------------------------

static HirExpr *builtin(Fn *fn, HirBuiltin which, const HirType *type, HirExpr *on, Span span) {
    HirExpr *expr = new_expr(fn->checker, HIR_BUILTIN, type, span);
    expr->builtin = which;
    vec_push(fn->checker->arena, &expr->args, on);
    return expr;
}

static bool add(Fn *fn, HirExpr *expr, HirExpr *arg) {
    vec_push(fn->checker->arena, &expr->args, arg);
    return arg->kind != HIR_ERROR;
}

// `port.read_u8(offset)`, `port.write_u8(offset, value)`.
static HirExpr *call_scalar(
    Fn *fn, HirExpr *place, bool writes, const HirType *unit, const AstArgs *args, Span span
) {
    Checker *checker = fn->checker;
    const char *name = writes ? "write" : "read";
    if (place->type->kind == HIR_TYPE_IO_PORT && unit->kind == HIR_TYPE_U64) {
        diag_report(checker->diags, span, E_PORT_WIDTH);
        return error_expr(checker, span);
    }
    if (!check_given(
            checker, name, writes ? 2 : 1,
            (ParamNames){ .words = writes ? "offset value" : "offset" }, args, span
        ))
        return error_expr(checker, span);
    HirExpr *expr = builtin(
        fn, writes ? HIR_BUILTIN_DEVICE_WRITE : HIR_BUILTIN_DEVICE_READ,
        writes ? simple(checker, HIR_TYPE_VOID) : unit, place, span
    );
    bool good = add(fn, expr, check_index_value(fn, args->data[0].value)) &&
                (!writes || add(fn, expr, check_value(fn, args->data[1].value, unit)));
    return good ? expr : error_expr(checker, span);
}

// `memory.read_bytes(offset, into)`, `memory.write_bytes(offset, source)`.
static HirExpr *call_copy(Fn *fn, HirExpr *place, bool writes, const AstArgs *args, Span span) {
    Checker *checker = fn->checker;
    if (!check_given(
            checker, writes ? "write_bytes" : "read_bytes", 2,
            (ParamNames){ .words = writes ? "offset source" : "offset into" }, args, span
        ))
        return error_expr(checker, span);
    const HirType *bytes =
        hir_type_slice(checker->types, writes ? HIR_CONST : HIR_MUT, simple(checker, HIR_TYPE_U8));
    HirExpr *expr = builtin(
        fn, writes ? HIR_BUILTIN_DEVICE_COPY_OUT : HIR_BUILTIN_DEVICE_COPY_IN,
        simple(checker, HIR_TYPE_VOID), place, span
    );
    if (!add(fn, expr, check_index_value(fn, args->data[0].value)))
        return error_expr(checker, span);
    HirExpr *value = check_value(fn, args->data[1].value, bytes);
    if (value->kind == HIR_ERROR) return value;
    add(fn, expr, as_place(checker, value));
    return expr;
}

// Contract `Irq` of module sip.irq, which whoever listens imports.
static const HirContract *irq_contract(Checker *checker) {
    vec_each(Module *, it, &checker->modules) {
        if (strcmp(text_of(checker, (*it)->path), "sip.irq") != 0) continue;
        vec_each(Decl *, decl, &checker->decls)
            if ((*decl)->module == *it && (*decl)->kind == DECL_CONTRACT &&
                strcmp(text_of(checker, (*decl)->name), "Irq") == 0)
                return (*decl)->contract;
    }
    return NULL;
}

// `line.listen()`: the end at which the interrupts come.
static HirExpr *call_listen(Fn *fn, HirExpr *place, const AstArgs *args, Span span) {
    Checker *checker = fn->checker;
    if (!check_count(checker, "listen", 0, args, span)) return error_expr(checker, span);
    const HirContract *contract = irq_contract(checker);
    if (!contract) {
        diag_report(checker->diags, span, E_IRQ_CONTRACT);
        return error_expr(checker, span);
    }
    HirExpr *value = as_value(checker, place);
    if (value->kind == HIR_ERROR) return value;
    return builtin(
        fn, HIR_BUILTIN_DEVICE_LISTEN, hir_type_endpoint(checker->types, contract, HIR_IMP, 0),
        value, span
    );
}

static const struct {
    const char *name;
    HirTypeKind unit;
    bool writes;
} scalars[] = {
    { "read_u8",   HIR_TYPE_U8,  false },
    { "read_u16",  HIR_TYPE_U16, false },
    { "read_u32",  HIR_TYPE_U32, false },
    { "read_u64",  HIR_TYPE_U64, false },
    { "write_u8",  HIR_TYPE_U8,  true  },
    { "write_u16", HIR_TYPE_U16, true  },
    { "write_u32", HIR_TYPE_U32, true  },
    { "write_u64", HIR_TYPE_U64, true  },
};

HirExpr *call_of_device(Fn *fn, HirExpr *place, const char *name, const AstArgs *args, Span span) {
    Checker *checker = fn->checker;
    HirTypeKind kind = place->type->kind;
    if (kind == HIR_TYPE_IRQ)
        return strcmp(name, "listen") == 0 ? call_listen(fn, place, args, span) : NULL;
    for (size_t i = 0; i < sizeof scalars / sizeof *scalars; i++)
        if (strcmp(scalars[i].name, name) == 0)
            return call_scalar(
                fn, place, scalars[i].writes, simple(checker, scalars[i].unit), args, span
            );
    if (kind == HIR_TYPE_IO_PORT) return NULL;
    if (strcmp(name, "read_bytes") == 0) return call_copy(fn, place, false, args, span);
    if (strcmp(name, "write_bytes") == 0) return call_copy(fn, place, true, args, span);
    if (kind != HIR_TYPE_DMA || strcmp(name, "address") != 0) return NULL;
    if (!check_count(checker, name, 0, args, span)) return error_expr(checker, span);
    return builtin(fn, HIR_BUILTIN_DEVICE_ADDRESS, simple(checker, HIR_TYPE_U64), place, span);
}

// --- what a grant reaches ----------------------------------------------------------------------------------------------------

_Static_assert((int)HIR_GRANT_IO_PORT == (int)SEAL_GRANT_IO_PORT, "kinds are numbered alike");
_Static_assert((int)HIR_GRANT_EXIT == (int)SEAL_GRANT_EXIT, "kinds are numbered alike");

static MachineClass class_of(const HirGrant *grant, const char **whose) {
    return machine_class((SealGrantKind)grant->kind, grant->base, grant->length, whose);
}

bool grant_is_device(const HirGrant *grant) {
    return grant->kind != HIR_GRANT_EXIT;
}

bool grant_wants_trust(const HirGrant *grant) {
    const char *whose = NULL;
    return grant_is_device(grant) && class_of(grant, &whose) == MACHINE_TRUSTED;
}

bool grants_overlap(const HirGrant *a, const HirGrant *b) {
    return a->kind == b->kind &&
           machine_grants_overlap((SealGrantKind)a->kind, a->base, a->length, b->base, b->length);
}

bool grants_conflict(const HirGrant *a, const HirGrant *b) {
    return machine_grants_conflict(
        (SealGrantKind)a->kind, a->base, a->length, (SealGrantKind)b->kind, b->base, b->length
    );
}

static const char *pci_text(Checker *checker, const HirGrant *grant) {
    const uint32_t vendor = PCI_VENDOR(grant->base), device = PCI_DEVICE(grant->base);
    const uint32_t index = PCI_INDEX(grant->base), place = PCI_PLACE(grant->base);
    if (grant->kind == HIR_GRANT_IO_MEMORY && place != PCI_CONFIGURATION)
        return arena_printf(
            checker->arena, "pci_memory(0x%x, 0x%x, %u, %u, %llu)", vendor, device, index, place,
            (unsigned long long)grant->length
        );
    return arena_printf(
        checker->arena, "%s(0x%x, 0x%x, %u)",
        grant->kind == HIR_GRANT_IRQ ? "pci_irq" : "pci_config", vendor, device, index
    );
}

const char *grant_text(Checker *checker, const HirGrant *grant) {
    unsigned long long base = grant->base, length = grant->length;
    if (PCI_IS_GRANT(grant->base)) return pci_text(checker, grant);
    switch (grant->kind) {
    case HIR_GRANT_IO_PORT:
    case HIR_GRANT_IO_MEMORY:
        return arena_printf(
            checker->arena, "%s(0x%llx, %llu)", kind_words[grant->kind], base, length
        );
    case HIR_GRANT_IRQ: return arena_printf(checker->arena, "irq(%llu)", base);
    case HIR_GRANT_DMA: return arena_printf(checker->arena, "dma(%llu)", length);
    case HIR_GRANT_EXIT: break;
    }
    return "exit";
}

static bool check_range(Checker *checker, const HirGrant *grant) {
    const char *whose = NULL;
    switch (class_of(grant, &whose)) {
    case MACHINE_HARMLESS:
    case MACHINE_TRUSTED: return true;
    case MACHINE_KERNELS:
        diag_report(
            checker->diags, grant->span, E_GRANT_KERNELS, grant_text(checker, grant), whose
        );
        return false;
    case MACHINE_NONE: break;
    }
    diag_report(
        checker->diags, grant->span, E_GRANT_RANGE, grant_text(checker, grant),
        machine_limit((SealGrantKind)grant->kind).text
    );
    return false;
}

enum { MOST_ARGS = 5 };

static bool read_args(
    Checker *checker, Module *module, const AstGrant *ast, uint64_t values[MOST_ARGS]
) {
    for (uint32_t i = 0; i < ast->args.len && i < MOST_ARGS; i++)
        if (ast->args.data[i].label.name ||
            !const_u64(checker, module, ast->args.data[i].value, &values[i]))
            return false;
    return true;
}

// `io_port(0x2f8, 8)`, `io_memory(0xfe000000, 4 KiB)`, `irq(3)`, `dma(64 KiB)`.
bool read_device_grant(Checker *checker, Module *module, const AstGrant *ast, HirGrant *grant) {
    uint64_t values[MOST_ARGS] = { 0 };
    if (!read_args(checker, module, ast, values)) return false;
    grant->base = grant->kind == HIR_GRANT_DMA ? 0 : values[0];
    grant->length = grant->kind == HIR_GRANT_IRQ   ? 1
                    : grant->kind == HIR_GRANT_DMA ? values[0]
                                                   : values[1];
    if (!PCI_IS_GRANT(grant->base)) return check_range(checker, grant);
    diag_report( // whose text would be another's
        checker->diags, grant->span, E_GRANT_RANGE, kind_words[grant->kind],
        machine_limit((SealGrantKind)grant->kind).text
    );
    return false;
}

// `pci_memory(0x1af4, 0x1042, 0, 4, 16 KiB)`: of vendor and device, the first one, what its fifth address register leads to. `pci_config`,
// `pci_irq(0x1af4, 0x1042, 0)`.
bool read_pci_grant(Checker *checker, Module *module, const AstGrant *ast, HirGrant *grant) {
    uint64_t values[MOST_ARGS] = { 0 };
    if (!read_args(checker, module, ast, values)) return false;
    const bool is_memory = ast->args.len == MOST_ARGS, is_irq = grant->kind == HIR_GRANT_IRQ;
    const uint64_t place = is_memory ? values[3] : is_irq ? 0 : PCI_CONFIGURATION;
    grant->length = is_memory ? values[4] : is_irq ? 1 : PCI_CONFIG_BYTES;
    if (values[0] < 0xffff && values[1] <= 0xffff && values[2] <= PCI_MOST_INDEX &&
        (!is_memory || (place < PCI_BARS && grant->length > 0 && grant->length <= PCI_PLACE_BYTES)
        )) {
        grant->base = PCI_BASE(values[0], values[1], values[2], place);
        return true;
    }
    diag_report(
        checker->diags, grant->span, E_GRANT_RANGE, text_of(checker, ast->name.name),
        "devices on the PCI bus: vendor 0 to 0xfffe, device 0 to 0xffff, index 0 to 15, address register 0 to 5, 1 byte to 16 MiB"
    );
    return false;
}

// --- parameters of a process -------------------------------------------------------------------------------------------------

// Each device that is granted is a parameter: the first `io_port` the first that is granted, and so on.
void check_devices(Checker *checker, const HirSip *sip) {
    for (uint32_t kind = 0; kind < sizeof kind_words / sizeof *kind_words; kind++) {
        uint32_t taken = 0, given = 0;
        Span at = sip->span;
        for (uint32_t i = 0; i < sip->main->sig.params.len; i++)
            if (sip->main->sig.params.data[i]->kind == HIR_TYPE_IO_PORT + kind) {
                taken++;
                at = sip->main->locals.data[i]->span;
            }
        for (uint32_t i = 0; i < sip->grants.len; i++)
            if (sip->grants.data[i].kind == (HirGrantKind)kind) {
                given++;
                if (given > taken) at = sip->grants.data[i].span;
            }
        if (taken == given) continue;
        diag_report(
            checker->diags, at, E_DEVICE_PARAM, text_of(checker, sip->name), taken,
            kind_words[kind], given
        );
        sip->main->broken = true;
    }
}
