// The street behind the front end, as a column of calls. The verifier gets the very bytes that will be sealed, and
// nothing that was known before them.

#include "driver/pipeline.h"

#include "base/clock.h"
#include "base/file.h"
#include "driver/version.h"
#include "link/link.h"
#include "lower/lower.h"
#include "scan/scan.h"
#include "seal/seal.h"
#include "sealed/sealed.h"
#include "sealed/sha256.h"
#include "sealed/signature.h"
#include "sir/sir.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

// Adds the time since `*since` to `room`, and starts the next one.
static void lap(uint64_t *room, uint64_t *since) {
    uint64_t t = clock_cpu();
    *room += t - *since;
    *since = t;
}

static bool fail(Pipeline *pipeline, const char *error) {
    buf_printf(&pipeline->complaint, "%s\n", error);
    return false;
}

static LlvmLevel level_of(char letter) {
    return letter == '0' ? LLVM_O0 : letter == '1' ? LLVM_O1 : letter == 's' ? LLVM_OS : LLVM_O2;
}

bool pipeline_start(Arena *arena, Pipeline *pipeline, const Toolchain *toolchain, char level) {
    (void)arena;
    *pipeline = (Pipeline){ .toolchain = toolchain, .level = level_of(level) };
    return true;
}

void pipeline_end(Pipeline *pipeline) {
    if (pipeline->backend) pipeline->backend->output_free(&pipeline->output);
    buf_free(&pipeline->complaint);
}

void pipeline_add_times(Pipeline *pipeline, const Times *times) {
    pipeline->times.lower += times->lower;
    pipeline->times.sir += times->sir;
    pipeline->times.verify += times->verify;
    pipeline->times.llvm += times->llvm;
    pipeline->times.link += times->link;
    pipeline->times.scan += times->scan;
    pipeline->times.seal += times->seal;
}

// --- the street ------------------------------------------------------------------------------------------------------

SirModule *pipeline_lower(
    Arena *arena, Pipeline *pipeline, const HirProgram *program, const HirSip *sip, bool speech
) {
    uint64_t t = clock_cpu();
    SirModule *module =
        speech ? lower_sip_speech(arena, program, sip) : lower_sip(arena, program, sip);
    lap(&pipeline->times.lower, &t);
    return module;
}

void pipeline_write(Pipeline *pipeline, const SirModule *module, Buf *sir) {
    uint64_t t = clock_cpu();
    sir_binary_write(module, sir);
    lap(&pipeline->times.sir, &t);
    // From here on there are only bytes.
}

const VerifiedSir *pipeline_verify(Arena *arena, Pipeline *pipeline, const Buf *sir) {
    uint64_t t = clock_cpu();
    VerifyReport *report = arena_new(arena, VerifyReport);
    const VerifiedSir *verified = verify(arena, sir->data, sir->len, report);
    lap(&pipeline->times.verify, &t);
    pipeline->refused = !verified;
    for (uint32_t i = 0; !verified && i < report->count; i++) {
        verify_complaint_write(&report->complaints[i], &pipeline->complaint);
        buf_byte(&pipeline->complaint, '\n');
    }
    return verified;
}

static bool runtime_digest(Pipeline *pipeline, uint8_t digest[32]) {
    Buf runtime = { 0 };
    char error[512];
    Sha256 sha;
    const char *path = pipeline->toolchain->runtime;
    if (access(path, F_OK) != 0) {
        snprintf(
            error, sizeof error,
            "cannot read %s: No such file or directory; the runtime that is linked into each program is not built: build the "
            "whole project (./dev build), or set SIPCC_HOME to an installed one",
            path
        );
        return fail(pipeline, error);
    }
    if (!file_read(path, 16 << 20, &runtime, error)) return fail(pipeline, error);
    sha256_start(&sha);
    sha256_add(&sha, runtime.data, runtime.len);
    sha256_finish(&sha, digest);
    buf_free(&runtime);
    return true;
}

static bool load_backend(Pipeline *pipeline) {
    char error[512];
    if (!pipeline->backend) pipeline->backend = backend_load(pipeline->toolchain, error);
    return pipeline->backend || fail(pipeline, error);
}

// "sipcc 0.1.0 LLVM 19.1.7 O2 x86-64-v2": all that decides the bytes but the runtime.
static const char *toolchain_text(Arena *arena, const Backend *backend, LlvmLevel level) {
    return arena_printf(
        arena, "sipcc %s LLVM %s %s x86-64-v2", SIPCC_VERSION, backend->version(arena),
        backend->level_text(level)
    );
}

// Machine code, linked and sealed: always made.
static bool make_sealed(
    Arena *arena,
    Pipeline *pipeline,
    const VerifiedSir *verified,
    const Buf *sir,
    const uint8_t runtime[32],
    Buf *sealed
) {
    char error[512] = "";
    uint64_t t = clock_cpu();
    Buf tables = { 0 }, program = { 0 };
    LlvmOptions options = { .level = pipeline->level,
                            .producer = "sipcc " SIPCC_VERSION,
                            .want_object = true };
    options.want_ir = pipeline->want_ir;
    options.want_asm = pipeline->want_asm;
    pipeline->backend->output_free(&pipeline->output);
    LlvmOutput *output = &pipeline->output;

    if (!pipeline->backend->emit(arena, verified, &options, output))
        return fail(pipeline, output->error);
    lap(&pipeline->times.llvm, &t);

    SealInput input = { .sir = verified,
                        .sir_bytes = sir->data,
                        .sir_length = sir->len,
                        .toolchain = toolchain_text(arena, pipeline->backend, pipeline->level) };
    input.traps = output->traps;
    input.trap_count = output->trap_count;
    input.trap_texts = output->trap_texts;
    input.trap_text_count = output->trap_text_count;
    input.kcalls = output->kcalls;
    input.kcall_count = output->kcall_count;
    memcpy(input.runtime_digest, runtime, 32);
    bool good = seal_tables(&input, &tables, error) || fail(pipeline, error);
    lap(&pipeline->times.seal, &t);

    const Buf *objects[] = { &output->object, &tables };
    LinkInput link = { .objects = objects,
                       .object_count = 2,
                       .runtime = pipeline->toolchain->runtime,
                       .cpu_time = &pipeline->times.link };
    good = good && (link_program(&link, &program, error) || fail(pipeline, error));
    lap(&pipeline->times.link, &t);

    ScanFacts facts = { output->kcalls, output->kcall_count, output->sites, output->site_count };
    ScanCalls found = { 0 };
    ScanCalls *asked = output->calls ? &found : NULL; // for the lines of a debug build
    good = good && (scan_program(arena, program.data, program.len, &facts, asked, error) ||
                    fail(pipeline, error));
    input.made_calls = output->calls;
    input.made_call_count = output->call_count;
    input.found_calls = found.data;
    input.found_call_count = found.len;
    lap(&pipeline->times.scan, &t);

    good = good &&
           (seal_write(&input, program.data, program.len, sealed, error) || fail(pipeline, error));
    lap(&pipeline->times.seal, &t);
    buf_free(&tables);
    buf_free(&program);
    return good;
}

bool pipeline_seal(
    Arena *arena, Pipeline *pipeline, const VerifiedSir *verified, const Buf *sir, Buf *sealed
) {
    uint8_t runtime[32];
    if (!runtime_digest(pipeline, runtime) || !load_backend(pipeline)) return false;
    bool caches = pipeline->cache && !pipeline->want_ir && !pipeline->want_asm;
    if (!caches) return make_sealed(arena, pipeline, verified, sir, runtime, sealed);
    uint64_t t = clock_cpu();
    CacheKey key =
        cache_key(toolchain_text(arena, pipeline->backend, pipeline->level), runtime, sir);
    bool found = cache_find(pipeline->cache, &key, sir, sealed);
    lap(&pipeline->times.seal, &t);
    if (found) return true;
    if (!make_sealed(arena, pipeline, verified, sir, runtime, sealed)) return false;
    cache_keep(pipeline->cache, &key, sealed);
    return true;
}

// --- and again ---------------------------------------------------------------------------------------------------------

static bool level_from_text(const Backend *backend, SealedView text, LlvmLevel *level) {
    for (int i = LLVM_O0; i <= LLVM_OS; i++) {
        char part[16];
        snprintf(part, sizeof part, " %s ", backend->level_text((LlvmLevel)i));
        if (memmem(text.bytes, text.size, part, strlen(part))) {
            *level = (LlvmLevel)i;
            return true;
        }
    }
    return false;
}

static bool same_toolchain(
    Arena *arena, Pipeline *pipeline, const char *name, const Sealed *sealed
) {
    SealedView text = sealed_text(sealed, sealed->manifest.toolchain);
    const char *ours = toolchain_text(arena, pipeline->backend, pipeline->level);
    uint8_t digest[32];
    if (!runtime_digest(pipeline, digest)) return false;
    bool same = text.size == strlen(ours) && memcmp(text.bytes, ours, text.size) == 0;
    if (same && memcmp(digest, sealed->manifest.runtime_digest, 32) == 0) return true;
    buf_printf(
        &pipeline->complaint,
        "%s: other toolchain: it was made by `%.*s`%s, this is `%s`; verify it with the toolchain that made it\n",
        name, (int)text.size, (const char *)text.bytes, same ? " with another runtime" : "", ours
    );
    return false;
}

// Who signed it has not changed what it is.
static void take_signature(const Sealed *from, Buf *made) {
    if (made->len != from->file.size) return; // not the same anyway
    memcpy(
        made->data + made->len - sizeof from->record.signature, &from->record.signature,
        sizeof from->record.signature
    );
}

static bool compare(Pipeline *pipeline, const char *name, const Buf *given, const Buf *made) {
    size_t at = 0, shorter = given->len < made->len ? given->len : made->len;
    while (at < shorter && given->data[at] == made->data[at])
        at++;
    if (at == given->len && at == made->len) return true;
    buf_printf(
        &pipeline->complaint,
        "%s: its machine code or tables do not come from its SIR: made again it differs at byte %zu\n",
        name, at
    );
    pipeline->refused = true;
    return false;
}

bool pipeline_verify_sealed(Arena *arena, Pipeline *pipeline, const char *name, const Buf *given) {
    Sealed sealed;
    if (!load_backend(pipeline)) return false;
    const char *wrong = sealed_read_unchanged(given->data, given->len, &sealed);
    if (!wrong) wrong = signature_check_program(&sealed, &(SignatureKeys){ 0 });
    if (wrong ||
        !level_from_text(
            pipeline->backend, sealed_text(&sealed, sealed.manifest.toolchain), &pipeline->level
        )) {
        buf_printf(
            &pipeline->complaint, "%s: no sealed binary: %s\n", name,
            wrong ? wrong : "it does not say how it was optimised"
        );
        pipeline->refused = true;
        return false;
    }
    Buf sir = { 0 }, made = { 0 };
    buf_put(&sir, sealed.sir.bytes, sealed.sir.size);
    const VerifiedSir *verified = pipeline_verify(arena, pipeline, &sir);
    uint8_t runtime[32];
    bool good = verified && same_toolchain(arena, pipeline, name, &sealed);
    good = good && runtime_digest(pipeline, runtime) &&
           make_sealed(arena, pipeline, verified, &sir, runtime, &made);
    if (good) take_signature(&sealed, &made);
    good = good && compare(pipeline, name, given, &made);
    buf_free(&sir);
    buf_free(&made);
    return good;
}
