// emit: what a room leaves, for people.

#include "base/file.h"
#include "driver/commands.h"
#include "driver/project.h"
#include "sir/sir.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

// --- contracts -------------------------------------------------------------------------------------------------------

static uint64_t payload_bytes(const VerifiedSir *sir, const SirMessage *message) {
    uint64_t size = 0, align = 1;
    for (uint32_t i = 0; i < message->arg_count; i++) {
        uint64_t own = verified_align(sir, message->args[i].type);
        size = (size + own - 1) / own * own + verified_size(sir, message->args[i].type);
        align = own > align ? own : align;
    }
    return (size + align - 1) / align * align;
}

static void show_message(const VerifiedSir *sir, const SirMessage *message, Buf *out) {
    buf_printf(
        out, "    %s " STR_FMT "(", message->dir == SIR_IN ? "in " : "out", STR_ARG(message->name)
    );
    for (uint32_t i = 0; i < message->arg_count; i++) {
        buf_cstr(out, i ? ", " : "");
        sir_type_write(verified_module(sir), message->args[i].type, out);
        buf_printf(out, " " STR_FMT, STR_ARG(message->args[i].name));
    }
    buf_printf(out, ")  %" PRIu64 " bytes\n", payload_bytes(sir, message));
}

static void show_state(const SirContractInfo *contract, const SirStateInfo *state, Buf *out) {
    buf_printf(out, "    state " STR_FMT ":", STR_ARG(state->name));
    for (uint32_t i = 0; i < state->choice_count; i++) {
        const SirMessage *message = &contract->messages[state->choices[i].message];
        buf_printf(
            out, "%s " STR_FMT "%c -> " STR_FMT, i ? " or" : "", STR_ARG(message->name),
            message->dir == SIR_IN ? '?' : '!',
            STR_ARG(contract->states[state->choices[i].next].name)
        );
    }
    buf_cstr(out, state->choice_count == 0 ? " end\n" : "\n");
}

static void show_contracts(const VerifiedSir *sir, Buf *out) {
    const SirModule *module = verified_module(sir);
    for (SirContract i = 0; i < module->contracts.len; i++) {
        const SirContractInfo *contract = &module->contracts.data[i];
        buf_printf(out, "contract " STR_FMT "\n", STR_ARG(contract->name));
        buf_printf(
            out, "    outstanding: at most %u in, %u out\n", verified_queue_bound(sir, i, SIR_IN),
            verified_queue_bound(sir, i, SIR_OUT)
        );
        for (uint32_t k = 0; k < contract->message_count; k++)
            show_message(sir, &contract->messages[k], out);
        for (uint32_t k = 0; k < contract->state_count; k++)
            show_state(contract, &contract->states[k], out);
    }
}

// --- the command -------------------------------------------------------------------------------------------------------

static const HirSip *choose(const Project *project) {
    const HirProgram *program = project->checked->program;
    const char *wanted = project->options->sip;
    for (uint32_t i = 0; i < program->sips.len; i++) {
        const char *name = names_text(project->checked->names, program->sips.data[i]->name);
        if (wanted ? strcmp(name, wanted) == 0 : program->sips.len == 1)
            return program->sips.data[i];
    }
    fprintf(
        stderr,
        wanted                   ? "sipcc: there is no sip `%s`"
        : program->sips.len == 0 ? "sipcc: there is no sip in the program"
                                 : "sipcc: there are several sips; --sip says which",
        wanted
    );
    for (uint32_t i = 0; i < program->sips.len; i++)
        fprintf(
            stderr, "%s `%s`", i ? "," : "; there",
            names_text(project->checked->names, program->sips.data[i]->name)
        );
    fputc('\n', stderr);
    return NULL;
}

static bool emit(Project *project, const HirSip *sip, Buf *out) {
    Pipeline *pipeline = &project->pipeline;
    Buf bytes = { 0 }, sealed = { 0 };
    EmitKind kind = project->options->emit;
    project_lower_bytes(project, sip, &bytes);
    if (kind == EMIT_SIR) { // also what the verifier would refuse
        SirReadError error;
        sir_text_write(sir_binary_read(&project->arena, bytes.data, bytes.len, &error), out);
        buf_free(&bytes);
        return true;
    }
    const VerifiedSir *verified = pipeline_verify(&project->arena, pipeline, &bytes);
    pipeline->want_ir = kind == EMIT_LLVM;
    pipeline->want_asm = kind == EMIT_ASM;
    bool good = verified != NULL;
    if (good && kind == EMIT_CONTRACT)
        show_contracts(verified, out);
    else if (good && (good = pipeline_seal(&project->arena, pipeline, verified, &bytes, &sealed)))
        buf_put(
            out, kind == EMIT_LLVM ? pipeline->output.ir.data : pipeline->output.assembly.data,
            kind == EMIT_LLVM ? pipeline->output.ir.len : pipeline->output.assembly.len
        );
    buf_free(&bytes);
    buf_free(&sealed);
    return good;
}

static ExitCode emit_to(Project *project, const HirSip *sip) {
    Buf out = { 0 };
    ExitCode code = EXIT_OK;
    if (emit(project, sip, &out)) {
        code = project_show(project, &out);
    } else {
        fwrite(project->pipeline.complaint.data, 1, project->pipeline.complaint.len, stderr);
        code = project->pipeline.refused ? EXIT_PROGRAM : EXIT_TOOL;
    }
    buf_free(&out);
    return code;
}

int command_emit(const Options *options) {
    Project project;
    ExitCode code = project_start(&project, options);
    if (code == EXIT_OK) code = project_check(&project, options->inputs.data[0]);
    const HirSip *sip = code == EXIT_OK ? choose(&project) : NULL;
    if (code == EXIT_OK)
        code = sip                                  ? emit_to(&project, sip)
               : project.checked->program->sips.len ? EXIT_USAGE
                                                    : EXIT_PROGRAM;
    if (options->time_rooms) show_times(&project);
    project_end(&project);
    return code;
}
