// The machine: x86-64-v2, position-independent, no operating system. The optimiser's pipeline, and the three forms in
// which its result is wanted.

#include "llvm__.h"

#include <llvm-c/Analysis.h>
#include <llvm-c/Error.h>
#include <llvm-c/Target.h>
#include <llvm-c/TargetMachine.h>
#include <llvm-c/Transforms/PassBuilder.h>

#include <string.h>
#include <threads.h>

static const char triple[] = "x86_64-unknown-none-elf";
static const char cpu[] = "x86-64-v2";

typedef struct Level {
    const char *text, *passes; // passes: NULL: none
    LLVMCodeGenOptLevel codegen;
} Level;

static const Level levels[] = {
    [LLVM_O0] = { "O0", NULL,          LLVMCodeGenLevelNone    },
    [LLVM_O1] = { "O1", "default<O1>", LLVMCodeGenLevelLess    },
    [LLVM_O2] = { "O2", "default<O2>", LLVMCodeGenLevelDefault },
    [LLVM_OS] = { "Os", "default<Os>", LLVMCodeGenLevelDefault },
};

const char *llvm_level_text(LlvmLevel level) {
    return levels[level].text;
}

const char *llvm_version(Arena *arena) {
    unsigned major, minor, patch;
    LLVMGetVersion(&major, &minor, &patch);
    return arena_printf(arena, "%u.%u.%u", major, minor, patch);
}

// What LLVM warns of is not code to be trusted: a frame that is too large, above all, after all inlining.
static void on_diagnostic(LLVMDiagnosticInfoRef info, void *context) {
    LLVMDiagnosticSeverity severity = LLVMGetDiagInfoSeverity(info);
    if (severity != LLVMDSError && severity != LLVMDSWarning) return;
    char *message = LLVMGetDiagInfoDescription(info);
    llvm__fail(context, "LLVM: %.400s", message);
    LLVMDisposeMessage(message);
}

void llvm__watch(Emit *e) {
    LLVMContextSetDiagnosticHandler(e->context, on_diagnostic, e);
}

static once_flag once = ONCE_FLAG_INIT; // LLVM keeps its targets for the process

static void know_target(void) {
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86Target();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter();
    LLVMInitializeX86AsmParser(); // `frem` is a loop of x87 steps
}

static LLVMTargetMachineRef make_machine(Emit *e) {
    call_once(&once, know_target);
    LLVMTargetRef target = NULL;
    char *message = NULL;
    if (LLVMGetTargetFromTriple(triple, &target, &message)) {
        llvm__fail(e, "LLVM: %s", message);
        LLVMDisposeMessage(message);
        return NULL;
    }
    return LLVMCreateTargetMachine(
        target, triple, cpu, "", levels[e->options->level].codegen, LLVMRelocPIC, LLVMCodeModelSmall
    );
}

static void set_layout(Emit *e, LLVMTargetMachineRef machine) {
    LLVMTargetDataRef layout = LLVMCreateTargetDataLayout(machine);
    LLVMSetModuleDataLayout(e->out, layout);
    LLVMDisposeTargetData(layout);
    LLVMSetTarget(e->out, triple);
}

static bool is_sound(Emit *e) {
    char *message = NULL;
    bool broken = LLVMVerifyModule(e->out, LLVMReturnStatusAction, &message);
    if (broken) llvm__fail(e, "the module is not LLVM's: %.400s", message);
    LLVMDisposeMessage(message);
    return !broken;
}

static bool optimise(Emit *e, LLVMTargetMachineRef machine) {
    if (!levels[e->options->level].passes) return !e->failed;
    LLVMPassBuilderOptionsRef options = LLVMCreatePassBuilderOptions();
    LLVMErrorRef error = LLVMRunPasses(e->out, levels[e->options->level].passes, machine, options);
    LLVMDisposePassBuilderOptions(options);
    if (!error) return !e->failed;
    char *message = LLVMGetErrorMessage(error);
    llvm__fail(e, "LLVM: %s", message);
    LLVMDisposeErrorMessage(message);
    return false;
}

// Generating code uses the module up.
static bool write_form(
    Emit *e, LLVMTargetMachineRef machine, LLVMModuleRef module, LLVMCodeGenFileType form, Buf *out
) {
    LLVMMemoryBufferRef bytes = NULL;
    char *message = NULL;
    bool failed = LLVMTargetMachineEmitToMemoryBuffer(machine, module, form, &message, &bytes);
    if (failed) {
        llvm__fail(e, "LLVM: %s", message);
        LLVMDisposeMessage(message);
    } else {
        buf_put(out, LLVMGetBufferStart(bytes), LLVMGetBufferSize(bytes));
        LLVMDisposeMemoryBuffer(bytes);
    }
    return !failed && !e->failed;
}

static bool write_assembly(Emit *e, LLVMTargetMachineRef machine, Buf *out) {
    LLVMModuleRef copy = LLVMCloneModule(e->out);
    bool good = write_form(e, machine, copy, LLVMAssemblyFile, out);
    LLVMDisposeModule(copy);
    return good;
}

static bool write_all(Emit *e, LLVMTargetMachineRef machine, LlvmOutput *out) {
    if (e->options->want_ir) {
        char *text = LLVMPrintModuleToString(e->out);
        buf_cstr(&out->ir, text);
        LLVMDisposeMessage(text);
    }
    if (e->options->want_asm && !write_assembly(e, machine, &out->assembly)) return false;
    return !e->options->want_object || write_form(e, machine, e->out, LLVMObjectFile, &out->object);
}

bool llvm__generate(Emit *e, LlvmOutput *out) {
    LLVMTargetMachineRef machine = make_machine(e);
    if (!machine) return false;
    set_layout(e, machine);
    bool good = is_sound(e) && optimise(e, machine);
    if (good) llvm__find_sites(e, out);
    if (good) llvm__close_ends(e);
    good = good && write_all(e, machine, out);
    LLVMDisposeTargetMachine(machine);
    return good;
}
