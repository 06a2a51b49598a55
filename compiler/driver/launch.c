// Running a packed system. The child inherits our streams; what it leaves is its exit status, which for QEMU is
// unpacked from isa-debug-exit's `(v << 1) | 1`, where v is the status plus one: 1 and all even ones are QEMU's own failures.

#include "launch.h"

#include "base/clock.h"
#include "driver/screenshot.h"
#include "driver/words.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void show_command(char *const argv[]) {
    fputs("# run:", stderr);
    for (; *argv; argv++)
        fprintf(stderr, " %s", *argv);
    fputc('\n', stderr);
}

bool launch_tool(char *const argv[], bool silent, const char *remedy, int *code, char error[512]) {
    pid_t child;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    for (int stream = STDOUT_FILENO; silent && stream <= STDERR_FILENO; stream++)
        posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", O_WRONLY, 0);
    int failed = posix_spawnp(&child, argv[0], &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed) {
        snprintf(error, 512, "cannot run %s: %s; %s", argv[0], strerror(failed), remedy);
        return false;
    }
    int state;
    while (waitpid(child, &state, 0) < 0) {
        if (errno != EINTR) {
            snprintf(error, 512, "lost sight of %s: %s", argv[0], strerror(errno));
            return false;
        }
    }
    if (WIFSIGNALED(state)) {
        snprintf(
            error, 512, "%s was ended by signal %d (%s)", argv[0], WTERMSIG(state),
            strsignal(WTERMSIG(state))
        );
        return false;
    }
    *code = WEXITSTATUS(state);
    return true;
}

static bool run_child(char *const argv[], const char *remedy, int *code, char error[512]) {
    return launch_tool(argv, false, remedy, code, error);
}

static char **hosted_command(
    Arena *arena, const Options *options, const Toolchain *toolchain, const char *image
) {
    Words words = { 0 };
    words_add(arena, &words, toolchain->hosted);
    vec_each(const char *const, key, &options->trusted)
        words_add_two(arena, &words, "--trust", *key);
    if (options->cpus > 1)
        words_add_two(arena, &words, "--cpus", arena_printf(arena, "%u", options->cpus));
    vec_each(const char *const, disk, &options->disks)
        words_add_two(arena, &words, "--disk", *disk);
    if (options->net) words_add_two(arena, &words, "--net", options->net);
    if (options->port) words_add_two(arena, &words, "--virtio-console", options->port);
    words_add(arena, &words, image);
    words_add(arena, &words, NULL);
    return words.data;
}

static bool launch_hosted(
    const Options *options,
    const Toolchain *toolchain,
    const char *image,
    int *status,
    char error[512]
) {
    if (options->disks.len > 1) {
        snprintf(
            error, 512, "a hosted system has one place for a disk; --on qemu --machine q35 has more"
        );
        return false;
    }
    Arena arena = { 0 };
    char **words = hosted_command(&arena, options, toolchain, image);
    if (options->verbose) show_command(words);
    bool good =
        run_child(words, "build the project, or set SIPCC_HOME to an installed one", status, error);
    arena_free(&arena);
    return good;
}

static bool launch_qemu(
    const Options *options,
    const Toolchain *toolchain,
    const QemuNeeds *needs,
    const char *image,
    int *status,
    char error[512]
) {
    int code;
    Arena arena = { 0 };
    char **argv = qemu_command(&arena, options, toolchain, needs, image, error);
    if (argv && options->verbose) show_command(argv);
    if (argv && options->gdb)
        fprintf(
            stderr, "sipcc: QEMU waits: gdb -ex 'target remote :1234' %s\n", toolchain->kernel_pc
        );
    bool good =
        argv && (options->screenshot
                     ? screenshot_run(
                           options, argv, arena_printf(&arena, "%s.picture", image), &code, error
                       )
                     : run_child(argv, "install QEMU (Debian: qemu-system-x86)", &code, error));
    arena_free(&arena);
    if (!good) return false;
    if (code % 2 == 0 || code == 1) {
        snprintf(
            error, 512,
            "qemu-system-x86_64 failed (status %d): the system did not say how it ended", code
        );
        return false;
    }
    *status = (code >> 1) - 1;
    return true;
}

bool launch_system(
    const Options *options,
    const Toolchain *toolchain,
    const QemuNeeds *needs,
    const char *image,
    int *status,
    char error[512]
) {
    fflush(NULL);
    switch (options->on) {
    case ON_HOST: return launch_hosted(options, toolchain, image, status, error);
    case ON_QEMU: return launch_qemu(options, toolchain, needs, image, status, error);
    }
    return false;
}

// --- with the output kept --------------------------------------------------------------------------------------------

enum { MOST_OUTPUT = 1 << 20 };

// Reads until the other end is closed. False: the time is over, or too much was said.
static bool read_all(int from, int64_t deadline, Buf *out) {
    for (;;) {
        struct pollfd waits = { .fd = from, .events = POLLIN };
        int64_t left = deadline - clock_ms();
        if (left <= 0 || out->len > MOST_OUTPUT) return false;
        int ready = poll(&waits, 1, left > 1000 ? 1000 : (int)left);
        if (ready <= 0) continue;
        char bytes[4096];
        ssize_t count = read(from, bytes, sizeof bytes);
        if (count == 0 || (count < 0 && errno != EINTR)) return true;
        if (count > 0) buf_put(out, bytes, (size_t)count);
    }
}

bool launch_captured(
    const Toolchain *toolchain,
    const char *image,
    unsigned seconds,
    Buf *out,
    int *status,
    char error[512]
) {
    char *argv[] = { (char *)(uintptr_t)toolchain->hosted, (char *)(uintptr_t)image, NULL };
    int ends[2], state = 0;
    pid_t child;
    if (pipe2(ends, O_CLOEXEC) != 0) {
        snprintf(error, 512, "no pipe can be made: %s", strerror(errno));
        return false;
    }
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
    int failed = posix_spawn(&child, argv[0], &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    bool ended = !failed && read_all(ends[0], clock_ms() + (int64_t)seconds * 1000, out);
    close(ends[0]);
    if (failed) {
        snprintf(
            error, 512,
            "cannot run %s: %s; build the project, or set SIPCC_HOME to an installed one", argv[0],
            strerror(failed)
        );
        return false;
    }
    if (!ended) kill(child, SIGKILL);
    while (waitpid(child, &state, 0) < 0 && errno == EINTR)
        continue;
    *status = !ended             ? LAUNCH_TIMED_OUT
              : WIFEXITED(state) ? WEXITSTATUS(state)
                                 : 128 + WTERMSIG(state);
    return true;
}
