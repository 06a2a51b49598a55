// sip-emit: SIR in its text form through the verifier and the back end, for tests and curious people.
//
//     sip-emit FILE.sir [-O0|-O1|-O2|-Os] [--ll|--asm|--obj|--sipx RUNTIME] [-o FILE]

#include "base/arena.h"
#include "base/buf.h"
#include "base/file.h"
#include "link/link.h"
#include "llvm/llvm.h"
#include "scan/scan.h"
#include "seal/seal.h"
#include "sealed/sha256.h"
#include "sir/sir.h"
#include "verify/verify.h"

#include <stdio.h>
#include <string.h>

enum { LIMIT_INPUT = 1 << 26 };

typedef enum Form { FORM_IR, FORM_ASM, FORM_OBJECT, FORM_SEALED } Form;

typedef struct Command {
    const char *input, *output, *runtime;
    LlvmLevel level;
    Form form;
} Command;

typedef struct Job {
    Arena arena;
    Command command;
    Buf binary; // the SIR
    const VerifiedSir *sir;
    LlvmOutput llvm;
    Buf result;
} Job;

static int fail(const char *what) {
    fprintf(stderr, "sip-emit: %s\n", what);
    return 1;
}

static bool read_command(int argc, char **argv, Command *command) {
    static const char *const levels[] = { "-O0", "-O1", "-O2", "-Os" };
    static const char *const forms[] = { "--ll", "--asm", "--obj", "--sipx" };
    *command = (Command){ .level = LLVM_O2 };
    for (int i = 1; i < argc; i++) {
        bool known = argv[i][0] != '-';
        if (known) command->input = argv[i];
        for (unsigned k = 0; k < 4; k++) {
            if (strcmp(argv[i], levels[k]) == 0) command->level = (LlvmLevel)k, known = true;
            if (strcmp(argv[i], forms[k]) == 0) command->form = (Form)k, known = true;
        }
        if (strcmp(argv[i], "-o") == 0 && i + 1 < argc)
            command->output = argv[++i], known = true;
        else if (strcmp(argv[i], "--sipx") == 0 && i + 1 < argc)
            command->runtime = argv[++i];
        if (!known) return false;
    }
    return command->input && (command->form != FORM_SEALED || command->runtime);
}

static int read_sir(Job *job) {
    char error[512];
    Buf text = { 0 };
    if (!file_read(job->command.input, LIMIT_INPUT, &text, error)) return fail(error);
    SirReadError wrong = { 0 };
    SirModule *module = sir_text_read(&job->arena, (Str){ (char *)text.data, text.len }, &wrong);
    buf_free(&text);
    if (!module) {
        fprintf(stderr, "%s:%u: %s\n", job->command.input, wrong.line, wrong.message);
        return 1;
    }
    sir_binary_write(module, &job->binary);
    return 0;
}

static int judge(Job *job) {
    VerifyReport report = { 0 };
    job->sir = verify(&job->arena, job->binary.data, job->binary.len, &report);
    for (uint32_t i = 0; i < report.count && !job->sir; i++) {
        Buf line = { 0 };
        verify_complaint_write(&report.complaints[i], &line);
        fprintf(stderr, "%.*s\n", (int)line.len, (char *)line.data);
        buf_free(&line);
    }
    return job->sir ? 0 : 1;
}

static int lower(Job *job) {
    LlvmOptions options = { .level = job->command.level, .producer = "sip-emit" };
    options.want_ir = job->command.form == FORM_IR;
    options.want_asm = job->command.form == FORM_ASM;
    options.want_object = job->command.form >= FORM_OBJECT;
    return llvm_emit(&job->arena, job->sir, &options, &job->llvm) ? 0 : fail(job->llvm.error);
}

static int seal(Job *job) {
    char error[512];
    SealInput input = { .sir = job->sir,
                        .sir_bytes = job->binary.data,
                        .sir_length = job->binary.len,
                        .traps = job->llvm.traps,
                        .trap_count = job->llvm.trap_count,
                        .trap_texts = job->llvm.trap_texts,
                        .trap_text_count = job->llvm.trap_text_count,
                        .kcalls = job->llvm.kcalls,
                        .kcall_count = job->llvm.kcall_count };
    input.toolchain = arena_printf(
        &job->arena, "sip-emit LLVM %s %s x86-64-v2", llvm_version(&job->arena),
        llvm_level_text(job->command.level)
    );
    Buf runtime = { 0 }, tables = { 0 }, program = { 0 };
    bool good = file_read(job->command.runtime, LIMIT_INPUT, &runtime, error);
    Sha256 sha;
    sha256_start(&sha);
    sha256_add(&sha, runtime.data, runtime.len);
    sha256_finish(&sha, input.runtime_digest);
    const Buf *objects[] = { &job->llvm.object, &tables };
    LinkInput link = { .objects = objects, .object_count = 2, .runtime = job->command.runtime };
    ScanFacts facts = { job->llvm.kcalls, job->llvm.kcall_count, job->llvm.sites,
                        job->llvm.site_count };
    ScanCalls found = { 0 };
    good = good && seal_tables(&input, &tables, error) && link_program(&link, &program, error) &&
           scan_program(&job->arena, program.data, program.len, &facts, &found, error);
    input.made_calls = job->llvm.calls;
    input.made_call_count = job->llvm.call_count;
    input.found_calls = found.data;
    input.found_call_count = found.len;
    good = good && seal_write(&input, program.data, program.len, &job->result, error);
    buf_free(&runtime);
    buf_free(&tables);
    buf_free(&program);
    return good ? 0 : fail(error);
}

static int write_result(const Job *job) {
    const Buf *forms[] = { &job->llvm.ir, &job->llvm.assembly, &job->llvm.object, &job->result };
    const Buf *form = forms[job->command.form];
    char error[512];
    if (!job->command.output)
        return fwrite(form->data, 1, form->len, stdout) == form->len ? 0 : fail("cannot write");
    return file_write(job->command.output, form->data, form->len, error) ? 0 : fail(error);
}

int main(int argc, char **argv) {
    Job job = { 0 };
    if (!read_command(argc, argv, &job.command)) {
        fputs(
            "usage: sip-emit FILE.sir [-O0|-O1|-O2|-Os] [--ll|--asm|--obj|--sipx RUNTIME] [-o FILE]\n",
            stderr
        );
        return 2;
    }
    arena_init(&job.arena);
    int status = read_sir(&job);
    if (!status) status = judge(&job);
    if (!status) status = lower(&job);
    if (!status && job.command.form == FORM_SEALED) status = seal(&job);
    if (!status) status = write_result(&job);
    llvm_output_free(&job.llvm);
    buf_free(&job.binary);
    buf_free(&job.result);
    arena_free(&job.arena);
    return status;
}
