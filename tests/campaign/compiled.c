// Accepted mutants, compiled and run: what the verifier accepts must not only walk clean in the interpreter, its machine code must too.
// Each module is lowered and loaded over the counting kernel of compiler/llvm, whose blocks fault when they are used wrongly, and runs in a
// process of its own, for a second of its time at most.
//
//     campaign-compiled [--least N] FOLDER      all *.sirb in it; fails when fewer than N could be run
//
// It is given text arguments, and endpoints whose peers are gone. It may return, trap, wait for ever or not end. It may not touch what
// is not its own, and when it returns it has given back what it owned.

static void counting_fail(const char *message);

#include "base/arena.h"
#include "base/file.h"
#include "llvm/counting_test.h"

#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ENDPOINTS_MOST = 64, STACK_ROOM = 1 << 16 };

// How a child ends.
typedef enum End { RETURNED, TRAPPED, BEYOND, STUCK, OVERFLOWED, UNFINISHED, BROKEN, ENDS } End;

static const char *const end_names[ENDS] = {
    "returned",   "trapped", "in need of a real kernel", "waited for ever", "out of the stack",
    "unfinished", "BROKEN"
};
static uintptr_t stack_at; // about where the run began

static void counting_fail(const char *message) {
    printf("    %s\n", message);
    fflush(stdout);
    _exit(BROKEN);
}

// A frame that does not fit any more is the guard's affair; any other fault is a breach.
static void on_fault(int signal, siginfo_t *info, void *context) {
    (void)context;
    struct rlimit limit;
    getrlimit(RLIMIT_STACK, &limit);
    uintptr_t at = (uintptr_t)info->si_addr, low = stack_at - limit.rlim_cur;
    if (signal == SIGSEGV && at >= low && at < stack_at) _exit(OVERFLOWED);
    printf("    signal %d at %p\n", signal, info->si_addr);
    fflush(stdout);
    _exit(BROKEN);
}

static void watch_faults(void) {
    static uint8_t room[STACK_ROOM];
    const stack_t other = { .ss_sp = room, .ss_size = sizeof room };
    sigaltstack(&other, NULL);
    struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK };
    const int signals[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT };
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        sigaction(signals[i], &action, NULL);
}

// --- one run ---------------------------------------------------------------------------------------------------------------

static SipStart make_start(const SirModule *module) {
    static SipEndpoint *endpoints[ENDPOINTS_MOST];
    const SirFuncInfo *main = &module->funcs.data[module->manifest.main];
    uint32_t count = 0;
    bool texts = false;
    for (uint32_t i = 0; i < main->sig.param_count; i++) {
        SirTypeKind kind = module->types.data[main->sig.params[i].type].kind;
        texts = texts || kind == SIR_TYPE_SLICE;
        if (kind == SIR_TYPE_ENDPOINT && count < ENDPOINTS_MOST)
            endpoints[count++] = calloc(1, sizeof **endpoints);
    }
    kernel.endpoints = count;
    SipText *args = texts ? k_alloc(2 * sizeof *args, 0) : NULL;
    for (int i = 0; texts && i < 2; i++) {
        args[i] = (SipText){ k_alloc(3, 0), 3 };
        memcpy(args[i].ptr, i ? "two" : "one", 3);
    }
    return (SipStart){ endpoints, args, texts ? 2 : 0 };
}

static End run(const SirModule *module, const Buf *object) {
    kernel = (Kernel){ .site = UINT32_MAX };
    unmap_all();
    LLVMOrcLLJITRef jit = load(object);
    *(const KernelTable **)symbol(jit, "sip_kernel") = &table;
    void (*enter)(const SipStart *) = (void (*)(const SipStart *))(uintptr_t)symbol(jit, "enter");
    SipStart start = make_start(module);
    stack_at = (uintptr_t)__builtin_frame_address(0);
    const struct itimerval second = { .it_value.tv_sec = 1 }, never = { 0 };
    setitimer(ITIMER_VIRTUAL, &second, NULL); // time of its own, whatever else runs
    int how = setjmp(kernel.out);
    if (how == 0) enter(&start);
    setitimer(ITIMER_VIRTUAL, &never, NULL);
    if (kernel.broken && strcmp(kernel.broken, "blocked for ever") == 0) return STUCK;
    if (kernel.beyond) return BEYOND;
    if (kernel.broken) counting_fail(kernel.broken);
    if (how != 0) return TRAPPED;
    if (kernel.blocks || kernel.endpoints) {
        printf("    %u blocks and %u endpoints are left\n", kernel.blocks, kernel.endpoints);
        fflush(stdout);
        return BROKEN;
    }
    return RETURNED;
}

static End run_apart(const SirModule *module, const Buf *object) {
    int status = 0;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        watch_faults();
        _exit((int)run(module, object));
    }
    if (child < 0 || waitpid(child, &status, 0) < 0) return BROKEN;
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGVTALRM) return UNFINISHED;
    return WIFEXITED(status) ? (End)WEXITSTATUS(status) : BROKEN;
}

// --- all --------------------------------------------------------------------------------------------------------------------

static uint32_t ends[ENDS], broken, not_lowered;

static void try_level(Arena *arena, const VerifiedSir *sir, LlvmLevel level, const char *path) {
    LlvmOptions options = { .level = level, .producer = "campaign", .want_object = true };
    LlvmOutput out;
    if (!llvm_emit(arena, sir, &options, &out)) {
        not_lowered++; // too large a frame, above all: refused, and so not run
    } else {
        End end = run_apart(verified_module(sir), &out.object);
        ends[end]++;
        if (end == BROKEN) printf("%s %s: broken\n", path, llvm_level_text(level));
        broken += end == BROKEN;
    }
    llvm_output_free(&out);
}

static bool try_file(const char *path) {
    Arena arena;
    Buf binary = { 0 };
    char error[512];
    VerifyReport report;
    arena_init(&arena);
    bool there = file_read(path, 1 << 24, &binary, error);
    const VerifiedSir *sir = there ? verify(&arena, binary.data, binary.len, &report) : NULL;
    bool runs = sir && verified_module(sir)->manifest.main != SIR_NONE;
    if (runs) {
        try_level(&arena, sir, LLVM_O0, path);
        try_level(&arena, sir, LLVM_O2, path);
    }
    buf_free(&binary);
    arena_free(&arena);
    return runs;
}

static int is_binary(const struct dirent *entry) {
    size_t length = strlen(entry->d_name);
    return length > 5 && strcmp(entry->d_name + length - 5, ".sirb") == 0;
}

int main(int argc, char **argv) {
    bool has_least = argc == 4 && strcmp(argv[1], "--least") == 0;
    long least = has_least ? strtol(argv[2], NULL, 10) : 1;
    if (argc != 2 && !has_least) {
        printf("usage: campaign-compiled [--least N] FOLDER\n");
        return 2;
    }
    struct dirent **entries = NULL;
    const char *folder = argv[argc - 1];
    int count = scandir(folder, &entries, is_binary, alphasort);
    long ran = 0;
    for (int i = 0; i < count; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        ran += try_file(path);
        free(entries[i]);
    }
    free(entries);
    printf("%ld modules at two levels:", ran);
    for (End end = 0; end < ENDS; end++)
        printf(" %u %s%s", ends[end], end_names[end], end + 1 < ENDS ? "," : "");
    printf("; %u not lowered\n", not_lowered);
    return broken > 0 || ran < least;
}
