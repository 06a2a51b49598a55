// isa-debug-exit ends QEMU at once, and with it the screen. So a system whose picture is wanted finds another device at that port, which
// hands the byte on to us; then QEMU is asked for the picture by its machine protocol (QMP), and told to quit. Both ways are pairs of
// sockets that QEMU inherits: nothing of them has a name that another process could open.

#include "screenshot.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum {
    ENDING = 200, // these two are QEMU's ends, as it finds them
    MONITOR = 201,
    ANSWER_SECONDS = 60,
    MOST_ANSWER = 1 << 16,
    MOST_PICTURE = 256 << 20,
};

static bool ends_in(const char *text, const char *ending) {
    const size_t length = strlen(text), part = strlen(ending);
    return length > part && strcmp(text + length - part, ending) == 0;
}

bool screenshot_is_named(const char *path) {
    return ends_in(path, ".png") || ends_in(path, ".ppm");
}

void screenshot_options(Arena *arena, Words *words) {
    words_add_two(arena, words, "-chardev", arena_printf(arena, "socket,id=ending,fd=%d", ENDING));
    words_add_two(arena, words, "-device", "isa-debugcon,iobase=0x501,chardev=ending");
    words_add_two(
        arena, words, "-chardev", arena_printf(arena, "socket,id=monitor,fd=%d", MONITOR)
    );
    words_add_two(arena, words, "-mon", "chardev=monitor,mode=control");
}

// --- QEMU ----------------------------------------------------------------------------------------------------------

typedef struct Qemu {
    pid_t process;
    int ending, monitor; // our ends
    bool greeted;        // the monitor has said who it is, and has been told that we know
} Qemu;

static bool start_qemu(Qemu *qemu, char *const argv[], char error[512]) {
    int ending[2], monitor[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ending) != 0) {
        snprintf(error, 512, "no pair of sockets can be made: %s", strerror(errno));
        return false;
    }
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, monitor) != 0) {
        snprintf(error, 512, "no pair of sockets can be made: %s", strerror(errno));
        close(ending[0]);
        close(ending[1]);
        return false;
    }
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ending[1], ENDING);
    posix_spawn_file_actions_adddup2(&actions, monitor[1], MONITOR);
    const int failed = posix_spawnp(&qemu->process, argv[0], &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ending[1]);
    close(monitor[1]);
    qemu->ending = ending[0];
    qemu->monitor = monitor[0];
    qemu->greeted = false;
    if (!failed) return true;
    close(ending[0]);
    close(monitor[0]);
    snprintf(
        error, 512, "cannot run %s: %s; install QEMU (Debian: qemu-system-x86)", argv[0],
        strerror(failed)
    );
    return false;
}

// Waits for its end: what it exited with, 0 if a signal has ended it.
static int end_qemu(Qemu *qemu) {
    int state = 0;
    close(qemu->ending);
    close(qemu->monitor);
    while (waitpid(qemu->process, &state, 0) < 0 && errno == EINTR)
        continue;
    return WIFEXITED(state) ? WEXITSTATUS(state) : 0;
}

// The byte with which the system says how it ends: -1 if QEMU has ended without it, -2 if it is `deadline` (-1: there is none) before that.
static int read_ending(const Qemu *qemu, int64_t deadline) {
    for (;;) {
        struct pollfd waits = { .fd = qemu->ending, .events = POLLIN };
        const int64_t left = deadline < 0 ? -1 : deadline - clock_ms();
        if (deadline >= 0 && left <= 0) return -2;
        if (poll(&waits, 1, left > 60000 ? 60000 : (int)left) <= 0) continue;
        uint8_t byte;
        const ssize_t count = read(qemu->ending, &byte, 1);
        if (count == 1) return byte;
        if (count == 0 || errno != EINTR) return -1;
    }
}

// --- the monitor -----------------------------------------------------------------------------------------------------

static bool send_line(const Qemu *qemu, const char *text) {
    const size_t length = strlen(text);
    return send(qemu->monitor, text, length, MSG_NOSIGNAL) == (ssize_t)length;
}

// The next line, NUL-terminated.
static bool read_line(const Qemu *qemu, Buf *line) {
    const int64_t deadline = clock_ms() + ANSWER_SECONDS * 1000;
    for (line->len = 0; line->len < MOST_ANSWER;) {
        struct pollfd waits = { .fd = qemu->monitor, .events = POLLIN };
        const int64_t left = deadline - clock_ms();
        char byte;
        if (left <= 0) return false;
        if (poll(&waits, 1, (int)left) <= 0) continue;
        const ssize_t count = read(qemu->monitor, &byte, 1);
        if (count == 0 || (count < 0 && errno != EINTR)) return false;
        if (count < 0) continue;
        buf_byte(line, byte == '\n' ? 0 : (uint8_t)byte);
        if (byte == '\n') return true;
    }
    return false;
}

static bool begins_with(const Buf *line, const char *text) {
    return strncmp((const char *)line->data, text, strlen(text)) == 0;
}

// What QEMU says of an error, in its own words.
static void complain(const Buf *line, char error[512]) {
    static const char mark[] = "\"desc\": \"";
    const char *words = strstr((const char *)line->data, mark);
    if (words) words += sizeof mark - 1;
    const char *end = words ? strstr(words, "\"}") : NULL;
    snprintf(
        error, 512, "QEMU takes no picture: %.*s; a name that ends in .ppm asks least of it",
        words && end ? (int)(end - words) : 7, words && end ? words : "unknown"
    );
}

// Sends a request and waits for its answer; what comes before is news.
static bool ask(const Qemu *qemu, const char *request, char error[512]) {
    Buf line = { 0 };
    bool good = send_line(qemu, request), answered = false;
    snprintf(error, 512, "QEMU's monitor does not answer, so that no picture can be taken");
    while (good && !answered && read_line(qemu, &line)) {
        answered = begins_with(&line, "{\"return\"");
        if (begins_with(&line, "{\"error\"")) {
            complain(&line, error);
            good = false;
        }
    }
    buf_free(&line);
    return good && answered;
}

static bool greet(Qemu *qemu, char error[512]) {
    Buf line = { 0 };
    snprintf(error, 512, "QEMU's monitor does not say who it is, so that no picture can be taken");
    if (!qemu->greeted)
        qemu->greeted =
            read_line(qemu, &line) && ask(qemu, "{\"execute\":\"qmp_capabilities\"}\n", error);
    buf_free(&line);
    return qemu->greeted;
}

// --- the picture -----------------------------------------------------------------------------------------------------

static bool dump_screen(Qemu *qemu, const char *path, const char *scratch, char error[512]) {
    Buf request = { 0 };
    buf_cstr(&request, "{\"execute\":\"screendump\",\"arguments\":{\"filename\":");
    buf_json(&request, scratch);
    if (ends_in(path, ".png")) buf_cstr(&request, ",\"format\":\"png\"");
    buf_cstr(&request, "}}\n");
    char *text = buf_take(&request);
    const bool good = greet(qemu, error) && ask(qemu, text, error);
    free(text);
    return good;
}

static bool take_picture(Qemu *qemu, const char *path, const char *scratch, char error[512]) {
    Buf picture = { 0 };
    const bool good = dump_screen(qemu, path, scratch, error) &&
                      file_read(scratch, MOST_PICTURE, &picture, error) &&
                      file_write(path, picture.data, picture.len, error);
    unlink(scratch);
    buf_free(&picture);
    return good;
}

// The answer is waited for: what is asked for by somebody who has gone since is dropped.
static void quit(Qemu *qemu) {
    char unheard[512];
    if (!greet(qemu, unheard) || !ask(qemu, "{\"execute\":\"quit\"}\n", unheard))
        kill(qemu->process, SIGTERM);
}

// Before QEMU is started: the name's folder is there, and a file can be made in it.
static bool can_be_written(const char *path, char error[512]) {
    char folder[512];
    const char *slash = strrchr(path, '/');
    struct stat about;
    if (slash && slash - path >= (int)sizeof folder)
        errno = ENAMETOOLONG;
    else {
        snprintf(
            folder, sizeof folder, "%.*s", slash ? (int)(slash - path) + 1 : 2, slash ? path : "./"
        );
        if (stat(path, &about) == 0 && S_ISDIR(about.st_mode))
            errno = EISDIR;
        else if (access(folder, W_OK | X_OK) == 0)
            return true;
    }
    snprintf(
        error, 512, "--screenshot: cannot write %.300s: %s; name another file", path,
        strerror(errno)
    );
    return false;
}

bool screenshot_run(
    const Options *options, char *const argv[], const char *scratch, int *code, char error[512]
) {
    Qemu qemu;
    if (!can_be_written(options->screenshot, error) || !start_qemu(&qemu, argv, error))
        return false;
    const int64_t when = options->picture_after < 0 ? -1 : clock_ms() + options->picture_after;
    int ending = read_ending(&qemu, when);
    bool good = true;
    if (ending != -1) good = take_picture(&qemu, options->screenshot, scratch, error);
    if (ending == -2 && good) ending = read_ending(&qemu, -1);
    if (ending != -1) quit(&qemu);
    const int exited = end_qemu(&qemu);
    *code = ending < 0 ? exited : (ending << 1 | 1) & 0xff;
    return good;
}
