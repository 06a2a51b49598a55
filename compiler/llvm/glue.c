// Glue: functions that do one thing to every part of a value of a type. Made when first asked for, one per type, so that
// code is linear in the module; their bodies are written at the end, from a list, however types nest.

#include "llvm__.h"

#include "base/check.h"

#include <stdio.h>

// --- the parts of a value at run time ---------------------------------------------------------------------------

typedef struct Visit {
    bool clear;
    GlueEach each;
    LLVMValueRef context;
} Visit;

static void clear_gap(Emit *e, const Visit *visit, LLVMValueRef addr, uint64_t from, uint64_t to) {
    if (visit->clear && to > from)
        llvm__fill(
            e, llvm__offset(e, addr, from), LLVMConstNull(e->i8), llvm__u64(e, to - from), 1
        );
}

static void visit_struct(Emit *e, SirType type, LLVMValueRef addr, const Visit *visit) {
    const SirTypeInfo *info = llvm__type(e, type);
    uint64_t end = 0;
    for (uint32_t i = 0; i < info->field_count; i++) {
        uint64_t offset = llvm__field_offset(e, type, i);
        clear_gap(e, visit, addr, end, offset);
        visit->each(e, info->fields[i].type, llvm__offset(e, addr, offset), visit->context);
        end = offset + llvm__size(e, info->fields[i].type);
    }
    clear_gap(e, visit, addr, end, llvm__size(e, type));
}

// One variant's payload, and what lies around it.
static void visit_payload(
    Emit *e, SirType type, uint32_t variant, LLVMValueRef addr, const Visit *visit
) {
    uint32_t count = sir_variant_arity(e->module, type, variant);
    Offsets at = { llvm__payload_offset(e, type), 1 };
    uint64_t end = llvm__tag_size(e, type);
    for (uint32_t i = 0; i < count; i++) {
        SirType part = sir_variant_field(e->module, type, variant, i);
        uint64_t offset = llvm__place_field(e, &at, part);
        clear_gap(e, visit, addr, end, offset);
        visit->each(e, part, llvm__offset(e, addr, offset), visit->context);
        end = at.end;
    }
    clear_gap(e, visit, addr, end, llvm__size(e, type));
}

static bool is_visited(Emit *e, SirType type, uint32_t variant, const Visit *visit) {
    if (visit->clear) return true;
    for (uint32_t i = 0; i < sir_variant_arity(e->module, type, variant); i++)
        if (llvm__owns(e, sir_variant_field(e->module, type, variant, i))) return true;
    return false;
}

static void visit_variants(Emit *e, SirType type, LLVMValueRef addr, const Visit *visit) {
    const SirTypeInfo *info = llvm__type(e, type);
    uint32_t variants = info->kind == SIR_TYPE_OPTION ? 2 : info->variant_count;
    LLVMTypeRef word = LLVMIntTypeInContext(e->context, 8 * llvm__tag_size(e, type));
    LLVMValueRef tag = llvm__load(e, word, addr, 1);
    LLVMBasicBlockRef on = llvm__new_block(e, "");
    LLVMValueRef choice = LLVMBuildSwitch(e->at, tag, on, variants);
    for (uint32_t v = 0; v < variants; v++) {
        if (!is_visited(e, type, v, visit)) continue;
        LLVMBasicBlockRef is = llvm__new_block(e, "is");
        LLVMAddCase(choice, LLVMConstInt(word, v, false), is);
        llvm__go(e, is);
        visit_payload(e, type, v, addr, visit);
        llvm__jump(e, on);
    }
    llvm__go(e, on);
}

static void visit_guarded(Emit *e, SirType type, LLVMValueRef addr, const Visit *visit) {
    SirType elem = llvm__type(e, type)->elem;
    visit->each(e, elem, llvm__offset(e, addr, llvm__vector_offset(e, type)), visit->context);
}

static void visit_pointer_option(Emit *e, SirType elem, LLVMValueRef addr, const Visit *visit) {
    LLVMBasicBlockRef some = llvm__new_block(e, "some"), on = llvm__new_block(e, "");
    LLVMValueRef ptr = llvm__load(e, e->ptr, addr, 8);
    llvm__branch(e, llvm__is(e, LLVMIntNE, ptr, LLVMConstNull(e->ptr)), some, on);
    llvm__go(e, some);
    visit->each(e, elem, addr, visit->context);
    llvm__jump(e, on);
    llvm__go(e, on);
}

void llvm__each_elem(
    Emit *e,
    SirType elem,
    LLVMValueRef base,
    LLVMValueRef count,
    GlueEach each,
    LLVMValueRef context
) {
    Loop loop = llvm__loop_begin(e, count);
    each(e, elem, llvm__element(e, base, loop.index, llvm__size(e, elem)), context);
    llvm__loop_end(e, &loop);
}

static void visit_elements(Emit *e, SirType type, LLVMValueRef addr, const Visit *visit) {
    Place place = { .addr = addr, .type = type, .align = llvm__align(e, type) };
    Seq seq = llvm__seq(e, &place);
    if (visit->clear ? llvm__needs_pass(e, seq.elem) : llvm__owns(e, seq.elem))
        llvm__each_elem(e, seq.elem, seq.base, seq.length, visit->each, visit->context);
    if (!visit->clear || !seq.limit) return;
    clear_gap(e, visit, addr, 8, llvm__vector_offset(e, type));
    LLVMValueRef spare = LLVMBuildSub(e->at, llvm__u64(e, seq.limit), seq.length, "");
    LLVMValueRef bytes = LLVMBuildMul(e->at, spare, llvm__u64(e, seq.size), "");
    llvm__fill(e, llvm__seq_elem(e, &seq, seq.length).addr, LLVMConstNull(e->i8), bytes, 1);
    clear_gap(
        e, visit, addr, llvm__vector_offset(e, type) + seq.limit * seq.size, llvm__size(e, type)
    );
}

void llvm__each_part(
    Emit *e, SirType type, LLVMValueRef addr, bool clear, GlueEach each, LLVMValueRef context
) {
    const SirTypeInfo *info = llvm__type(e, type);
    Visit visit = { clear, each, context };
    if (info->kind == SIR_TYPE_STRUCT)
        visit_struct(e, type, addr, &visit);
    else if (info->kind == SIR_TYPE_ARRAY || info->kind == SIR_TYPE_VECTOR)
        visit_elements(e, type, addr, &visit);
    else if (info->kind == SIR_TYPE_MUTEX)
        visit_guarded(e, type, addr, &visit);
    else if (llvm__is_niche(e, type))
        visit_pointer_option(e, info->elem, addr, &visit);
    else if (info->kind == SIR_TYPE_ENUM || info->kind == SIR_TYPE_OPTION)
        visit_variants(e, type, addr, &visit);
    else
        llvm__fail(e, "a value of kind %u has no parts that are lowered", (unsigned)info->kind);
}

bool llvm__has_parts(const Emit *e, SirType type) {
    const SirTypeInfo *info = llvm__type(e, type);
    return info->kind == SIR_TYPE_STRUCT || info->kind == SIR_TYPE_ENUM ||
           info->kind == SIR_TYPE_OPTION || info->kind == SIR_TYPE_ARRAY ||
           info->kind == SIR_TYPE_VECTOR || info->kind == SIR_TYPE_MUTEX;
}

// --- the functions -------------------------------------------------------------------------------------------------

static const char *const names[GLUES] = { "drop", "drop.elems", "pass", "pass.elems" };

static LLVMTypeRef glue_type(const Emit *e, Glue glue) {
    LLVMTypeRef params[] = { e->ptr, e->ptr };
    bool passes = glue == GLUE_PASS || glue == GLUE_PASS_ELEMS;
    return LLVMFunctionType(e->void_type, params, passes ? 2 : 1, false);
}

LLVMValueRef llvm__glue(Emit *e, Glue glue, SirType type) {
    LLVMValueRef *slot = &e->types[type].glue[glue];
    if (!*slot) {
        char name[64];
        snprintf(name, sizeof name, "sip.%s.%u", names[glue], type);
        *slot = LLVMAddFunction(e->out, name, glue_type(e, glue));
        LLVMSetLinkage(*slot, LLVMInternalLinkage);
        llvm__attributes(e, *slot);
        vec_push(e->arena, &e->jobs, (Job){ glue, type });
    }
    return *slot;
}

void llvm__call_glue(Emit *e, Glue glue, SirType type, LLVMValueRef value, LLVMValueRef pass) {
    LLVMValueRef args[] = { value, pass };
    llvm__call_fn(e, glue_type(e, glue), llvm__glue(e, glue, type), args, pass ? 2 : 1);
}

static void define(Emit *e, const Job *job) {
    LLVMValueRef fn = llvm__glue(e, job->glue, job->type);
    llvm__begin_body(e, fn);
    llvm__debug_none(e);
    LLVMValueRef value = LLVMGetParam(fn, 0);
    switch (job->glue) {
    case GLUE_DROP: llvm__drop_body(e, job->type, value); break;
    case GLUE_DROP_ELEMS: llvm__drop_elems_body(e, job->type, value); break;
    case GLUE_PASS: llvm__pass_body(e, job->type, value, LLVMGetParam(fn, 1)); break;
    case GLUE_PASS_ELEMS: llvm__pass_elems_body(e, job->type, value, LLVMGetParam(fn, 1)); break;
    case GLUES: unreachable();
    }
    LLVMBuildRetVoid(e->at);
}

void llvm__define_glue(Emit *e) {
    for (uint32_t i = 0; i < e->jobs.len && !e->failed; i++) { // the list grows meanwhile
        Job job = e->jobs.data[i];
        define(e, &job);
    }
}
