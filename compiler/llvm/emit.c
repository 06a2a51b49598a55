// One module from beginning to end: declarations, bodies, glue, the lint, the optimiser.

#include "llvm__.h"

#include <stdarg.h>
#include <stdio.h>

void llvm__fail(Emit *e, const char *format, ...) {
    if (e->failed) return;
    e->failed = true;
    va_list args;
    va_start(args, format);
    vsnprintf(e->error, sizeof((LlvmOutput *)0)->error, format, args);
    va_end(args);
}

static void name_types(Emit *e) {
    e->void_type = LLVMVoidTypeInContext(e->context);
    e->i1 = LLVMInt1TypeInContext(e->context);
    e->i8 = LLVMInt8TypeInContext(e->context);
    e->i16 = LLVMInt16TypeInContext(e->context);
    e->i32 = LLVMInt32TypeInContext(e->context);
    e->i64 = LLVMInt64TypeInContext(e->context);
    e->f32 = LLVMFloatTypeInContext(e->context);
    e->f64 = LLVMDoubleTypeInContext(e->context);
    e->ptr = LLVMPointerTypeInContext(e->context, 0);
    LLVMTypeRef both[] = { e->ptr, e->i64 };
    e->pair = LLVMStructTypeInContext(e->context, both, 2, false);
    LLVMTypeRef words[] = { e->i64, e->i64 };
    e->words = LLVMStructTypeInContext(e->context, words, 2, false);
}

static void make_tables(Emit *e) {
    const SirModule *module = e->module;
    e->types = arena_array(e->arena, TypeFacts, module->types.len);
    e->funcs = arena_array(e->arena, LLVMValueRef, module->funcs.len);
    e->func_types = arena_array(e->arena, LLVMTypeRef, module->funcs.len);
    e->consts = arena_array(e->arena, LLVMValueRef, module->consts.len);
    e->func_rows = map_new(e->arena);
    e->texts = strmap_new(e->arena);
    e->trap_rows = strmap_new(e->arena);
    e->text_rows = strmap_new(e->arena);
    llvm__find_cycles(e);
    llvm__find_siblings(e);
}

static void make_module(Emit *e) {
    llvm__debug_begin(e);
    llvm__declare_runtime(e);
    for (SirFunc func = 0; func < e->module->funcs.len; func++)
        llvm__declare_func(e, func);
    llvm__define_consts(e);
    for (SirFunc func = 0; func < e->module->funcs.len && !e->failed; func++)
        llvm__define_func(e, func);
    llvm__define_beginnings(e);
    llvm__define_glue(e);
    llvm__define_grow(e);
    llvm__define_drain(e);
    if (!e->failed) llvm__define_program(e); // begins the collector if anything above calls it
    llvm__define_frem(e);
    llvm__debug_end(e);
}

static void report_tables(const Emit *e, LlvmOutput *out) {
    out->traps = e->traps.data;
    out->trap_count = e->traps.len;
    out->trap_texts = e->trap_texts.data;
    out->trap_text_count = e->trap_texts.len;
    out->calls = e->calls.data;
    out->call_count = e->calls.len;
    out->kcalls = arena_array(e->arena, uint32_t, KCALLS);
    for (uint32_t i = 0; i < KCALLS; i++)
        if (e->kcalls[i]) out->kcalls[out->kcall_count++] = i;
}

bool llvm_emit(Arena *arena, const VerifiedSir *sir, const LlvmOptions *options, LlvmOutput *out) {
    *out = (LlvmOutput){ 0 };
    Emit e = { .arena = arena, .sir = sir, .module = verified_module(sir), .options = options };
    e.error = out->error;
    bool shows = options->want_ir || options->want_asm;
    e.lists_calls = options->level == LLVM_O0 && !shows;
    e.context = LLVMContextCreate();
    // Of blocks; functions keep theirs.
    LLVMContextSetDiscardValueNames(e.context, !options->want_ir);
    llvm__watch(&e);
    e.out = LLVMModuleCreateWithNameInContext("sip", e.context);
    e.at = LLVMCreateBuilderInContext(e.context);
    e.entry = LLVMCreateBuilderInContext(e.context);
    name_types(&e);
    make_tables(&e);
    make_module(&e);
    bool good = !e.failed && llvm__lint(&e) && llvm__generate(&e, out);
    report_tables(&e, out);
    if (e.debug) LLVMDisposeDIBuilder(e.debug);
    LLVMDisposeBuilder(e.entry);
    LLVMDisposeBuilder(e.at);
    LLVMDisposeModule(e.out);
    LLVMContextDispose(e.context);
    return good;
}

void llvm_output_free(LlvmOutput *out) {
    buf_free(&out->object);
    buf_free(&out->ir);
    buf_free(&out->assembly);
}
