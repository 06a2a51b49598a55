// Compiled code, run: every module of tests/llvm/ is verified, lowered at O0 and O2, loaded into this process, and run over a
// kernel of a few lines that counts blocks and endpoints. The first line of a module says how it ends:
//
//     ; expect: returned
//     ; expect: OVERFLOW 12          the fault, and the line of its location
//
// and a line `; slot: 01 00 ...` what the payload of the last message began with, padding included;
// and whatever owned something must have given it back when it returns.

#include "llvm.h"

#include "base/file.h"

// clang-format off: in this order
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void counting_fail(const char *message) {
    fail_msg("%s", message);
}

#include "counting_test.h"

// --- running -------------------------------------------------------------------------------------------------------

static const char *const fault_names[] = {
#define FAULT(number, name, text) [number] = #name,
#include "contracts/abi/fault.def"
};

static SipStart make_start(void) { // two text arguments for who wants them
    static SipEndpoint *none[1];
    SipText *args = k_alloc(2 * sizeof *args, 0);
    for (int i = 0; i < 2; i++) {
        args[i] = (SipText){ k_alloc(3, 0), 3 };
        memcpy(args[i].ptr, i ? "two" : "one", 3);
    }
    return (SipStart){ none, args, 2 };
}

static void describe(const LlvmOutput *out, int how, char text[64]) {
    if (how == 0)
        snprintf(text, 64, "returned");
    else if (how == 2)
        snprintf(text, 64, "exited");
    else if (kernel.site < out->trap_count)
        snprintf(
            text, 64, "%s %u", fault_names[out->traps[kernel.site].fault],
            out->traps[kernel.site].line
        );
    else
        snprintf(text, 64, "broke");
}

static bool run(const LlvmOutput *out, bool wants_args, char ending[64]) {
    kernel = (Kernel){ .site = UINT32_MAX };
    unmap_all();
    LLVMOrcLLJITRef jit = load(&out->object);
    *(const KernelTable **)symbol(jit, "sip_kernel") = &table;
    void (*enter)(const SipStart *) = (void (*)(const SipStart *))(uintptr_t)symbol(jit, "enter");
    SipStart start = { 0 };
    if (wants_args) start = make_start();
    int how = setjmp(kernel.out);
    if (how == 0) enter(&start);
    describe(out, how, ending);
    bool clean = how != 0 || (kernel.blocks == 0 && kernel.endpoints == 0);
    if (!clean || kernel.broken)
        print_message(
            "    %u blocks and %u endpoints are left; %s\n", kernel.blocks, kernel.endpoints,
            kernel.broken ? kernel.broken : ""
        );
    succeed(LLVMOrcDisposeLLJIT(jit));
    return clean && !kernel.broken;
}

// --- the modules -----------------------------------------------------------------------------------------------------

typedef struct Subject {
    Arena arena;
    Buf text, binary;
    const VerifiedSir *sir;
    char expected[64];
} Subject;

static bool read_subject(const char *path, Subject *subject) {
    char error[512];
    SirReadError bad = { 0 };
    VerifyReport report = { 0 };
    arena_init(&subject->arena);
    if (!file_read(path, 1 << 20, &subject->text, error)) fail_msg("%s", error);
    buf_byte(&subject->text, '\0');
    const char *text = (const char *)subject->text.data;
    if (sscanf(text, "; expect: %63[^\n]", subject->expected) != 1)
        fail_msg("%s does not say what is expected", path);
    SirModule *module = sir_text_read(&subject->arena, (Str){ text, subject->text.len - 1 }, &bad);
    if (!module) {
        print_message("    %u: %s\n", bad.line, bad.message);
        return false;
    }
    sir_binary_write(module, &subject->binary);
    subject->sir = verify(&subject->arena, subject->binary.data, subject->binary.len, &report);
    for (uint32_t i = 0; i < report.count && !subject->sir; i++) {
        Buf line = { 0 };
        verify_complaint_write(&report.complaints[i], &line);
        print_message("    %.*s\n", (int)line.len, (const char *)line.data);
        buf_free(&line);
    }
    return subject->sir;
}

// The bytes that the module says; those of the slot behind them are zero.
static bool slot_is_right(const Subject *subject) {
    const char *at = strstr((const char *)subject->text.data, "; slot:");
    unsigned byte = 0, count = 0;
    int length = 0;
    if (!at) return true;
    for (at += sizeof "; slot:" - 1; sscanf(at, " %2x%n", &byte, &length) == 1 && count < SLOT;
         at += length)
        if (kernel.sent[count++] != byte) {
            print_message("    byte %u of the slot is %02x\n", count - 1, kernel.sent[count - 1]);
            return false;
        }
    while (count < SLOT && kernel.sent[count] == 0)
        count++;
    return count == SLOT;
}

static bool run_at(Subject *subject, LlvmLevel level) {
    LlvmOptions options = { .level = level, .producer = "test", .want_object = true };
    LlvmOutput out;
    char ending[64] = "";
    bool good = llvm_emit(&subject->arena, subject->sir, &options, &out);
    if (!good) {
        print_message("    %s\n", out.error);
    } else {
        bool wants_args = strstr((const char *)subject->text.data, "own own str[] args") != NULL;
        good = run(&out, wants_args, ending) && strcmp(ending, subject->expected) == 0 &&
               slot_is_right(subject);
    }
    if (!good)
        print_message(
            "    %s: expected %s, got %s\n", llvm_level_text(level), subject->expected, ending
        );
    llvm_output_free(&out);
    return good;
}

static bool run_file(const char *path) {
    Subject subject = { 0 };
    bool good = read_subject(path, &subject);
    for (LlvmLevel level = LLVM_O0; good && level <= LLVM_OS; level++)
        good = run_at(&subject, level);
    buf_free(&subject.text);
    buf_free(&subject.binary);
    arena_free(&subject.arena);
    return good;
}

static const char folder[] = SIP_SOURCE_DIR "/tests/llvm/Inputs";

static int is_module(const struct dirent *entry) {
    return strstr(entry->d_name, ".sir") != NULL;
}

static void all_modules_end_as_they_say(void **state) {
    (void)state;
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_module, alphasort), failed = 0;
    assert_true(count > 0);
    for (int i = 0; i < count; i++) {
        char path[512];
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        if (!run_file(path)) {
            print_message("%s: failed\n", entries[i]->d_name);
            failed++;
        }
        free(entries[i]);
    }
    free(entries);
    assert_int_equal(failed, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = { cmocka_unit_test(all_modules_end_as_they_say) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
