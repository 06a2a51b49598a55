// ld.lld-19 is run without a shell, in a folder that is made for it, on files that are named by their number: nothing
// of where the link takes place gets into the executable.

#include "link.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { MOST_OBJECTS = 8, LIMIT_EXECUTABLE = 1 << 30, LIMIT_MESSAGES = 1 << 16 };

static const char default_linker[] = "ld.lld-19";
static const char executable[] = "program";
static const char messages[] = "messages";

static const char *const flags[] = {
    "-m",
    "elf_x86_64",
    "-pie",
    "-static",
    "--no-dynamic-linker", // loaded by the kernel, anywhere
    "-z",
    "relro",
    "-z",
    "now",
    "-z",
    "text", // relocations in data that is read-only afterwards
    "-z",
    "rodynamic", // else it has a page of its own in each process, of which only the loader knows
    "-z",
    "noexecstack",
    "-z",
    "separate-loadable-segments",
    "-z",
    "max-page-size=4096",
    "--no-undefined",
    "--gc-sections",
    "--build-id=none",
    "--threads=1",
    "-e",
    "sip_main",
};

enum { FLAGS = sizeof flags / sizeof *flags };

typedef struct Work {
    char folder[PATH_MAX];
    char runtime[PATH_MAX];
    char objects[MOST_OBJECTS][16]; // names within the folder
    const LinkInput *input;
    char *error;
} Work;

static bool fail(const Work *work, const char *what, const char *why) {
    snprintf(work->error, 512, "%s: %s", what, why);
    return false;
}

// --- the folder ------------------------------------------------------------------------------------------------

static void path_in(const Work *work, const char *name, char path[PATH_MAX]) {
    size_t at = strlen(work->folder);
    memcpy(path, work->folder, at);
    snprintf(path + at, PATH_MAX - at, "/%s", name);
}

static bool make_folder(Work *work) {
    const char *base = getenv("TMPDIR");
    int length = snprintf(
        work->folder, sizeof work->folder - 64, "%s/sip-link-XXXXXX",
        base && base[0] ? base : P_tmpdir
    );
    if (length >= (int)sizeof work->folder - 64)
        return fail(work, "TMPDIR", "the path is too long");
    if (mkdtemp(work->folder)) return true;
    char why[256];
    snprintf(why, sizeof why, "%s", strerror(errno));
    snprintf(
        work->error, 512, "cannot make a folder for the linker below %.200s: %s",
        base && base[0] ? base : P_tmpdir, why
    );
    work->folder[0] = '\0';
    return false;
}

static void remove_one(const Work *work, const char *name) {
    char path[PATH_MAX];
    path_in(work, name, path);
    unlink(path);
}

static void remove_folder(const Work *work) {
    for (uint32_t i = 0; i < work->input->object_count; i++)
        remove_one(work, work->objects[i]);
    remove_one(work, executable);
    remove_one(work, messages);
    rmdir(work->folder);
}

static bool write_objects(Work *work) {
    for (uint32_t i = 0; i < work->input->object_count; i++) {
        char path[PATH_MAX];
        const Buf *object = work->input->objects[i];
        snprintf(work->objects[i], sizeof work->objects[i], "%u.o", i);
        path_in(work, work->objects[i], path);
        if (!file_write(path, object->data, object->len, work->error)) return false;
    }
    return true;
}

// --- the run -----------------------------------------------------------------------------------------------------

static bool explain_failure(const Work *work, int status) {
    char path[PATH_MAX], ignored[512];
    Buf said = { 0 };
    path_in(work, messages, path);
    if (WIFEXITED(status) && file_read(path, LIMIT_MESSAGES, &said, ignored) && said.len) {
        while (said.len && said.data[said.len - 1] == '\n')
            said.len--;
        snprintf(
            work->error, 512, "the linker refuses: %.*s", (int)(said.len < 440 ? said.len : 440),
            (char *)said.data
        );
    } else {
        snprintf(work->error, 512, "the linker ended with status %d", status);
    }
    buf_free(&said);
    return false;
}

static uint64_t nanoseconds(struct timeval t) {
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_usec * 1000u;
}

static bool wait_for(const Work *work, pid_t pid) {
    int status = 0;
    struct rusage usage;
    while (wait4(pid, &status, 0, &usage) < 0)
        if (errno != EINTR) return fail(work, "waiting for the linker", strerror(errno));
    if (work->input->cpu_time)
        *work->input->cpu_time += nanoseconds(usage.ru_utime) + nanoseconds(usage.ru_stime);
    return status == 0 || explain_failure(work, status);
}

static bool spawn(const Work *work, const char *linker, char *const *args) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addchdir_np(&actions, work->folder);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, messages, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    pid_t pid = 0;
    int failed = posix_spawnp(&pid, linker, &actions, NULL, args, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed == ENOENT) {
        snprintf(work->error, 512, "%s not found: install package lld-19", linker);
        return false;
    }
    return failed ? fail(work, linker, strerror(failed)) : wait_for(work, pid);
}

static bool run(Work *work) {
    union { // posix_spawn takes strings that it does not change
        const char *in[FLAGS + MOST_OBJECTS + 6];
        char *const out[FLAGS + MOST_OBJECTS + 6];
    } args = { { 0 } };
    const char *linker = work->input->linker ? work->input->linker : default_linker;
    uint32_t n = 0;
    args.in[n++] = linker;
    for (uint32_t i = 0; i < FLAGS; i++)
        args.in[n++] = flags[i];
    for (uint32_t i = 0; i < work->input->object_count; i++)
        args.in[n++] = work->objects[i];
    args.in[n++] = work->runtime;
    args.in[n++] = "-o";
    args.in[n++] = executable;
    return spawn(work, linker, args.out);
}

static bool read_result(const Work *work, Buf *out) {
    char path[PATH_MAX];
    path_in(work, executable, path);
    return file_read(path, LIMIT_EXECUTABLE, out, work->error);
}

bool link_program(const LinkInput *input, Buf *out, char error[512]) {
    Work work = { .input = input, .error = error };
    if (input->object_count > MOST_OBJECTS) return fail(&work, "the linker", "too many objects");
    if (!realpath(input->runtime, work.runtime))
        return fail(
            &work, input->runtime,
            "the runtime that is linked into each SIP is not there; build it, or set SIPCC_HOME"
        );
    if (!make_folder(&work)) return false;
    bool good = write_objects(&work) && run(&work) && read_result(&work, out);
    remove_folder(&work);
    return good;
}

// --- which one it is -----------------------------------------------------------------------------------------------

// As posix_spawnp finds it.
static bool find_linker(const char *linker, char path[PATH_MAX]) {
    const char *folders = getenv("PATH");
    char candidate[PATH_MAX];
    if (strchr(linker, '/')) return realpath(linker, path) != NULL;
    for (const char *at = folders ? folders : ""; *at;) {
        size_t length = strcspn(at, ":");
        int wanted = snprintf(candidate, sizeof candidate, "%.*s/%s", (int)length, at, linker);
        if (wanted < (int)sizeof candidate && access(candidate, X_OK) == 0 &&
            realpath(candidate, path))
            return true;
        at += length + (at[length] == ':');
    }
    return false;
}

void link_identity(const char *linker, Buf *out) {
    char path[PATH_MAX];
    struct stat about;
    if (!find_linker(linker ? linker : default_linker, path) || stat(path, &about) != 0) return;
    buf_printf(
        out, "%s %lld %lld.%09ld", path, (long long)about.st_size, (long long)about.st_mtim.tv_sec,
        about.st_mtim.tv_nsec
    );
}
