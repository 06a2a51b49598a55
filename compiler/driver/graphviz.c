// Running Graphviz. The child reads one file and writes the other, so that neither side waits for the other; both are in memory.

#include "driver/graphviz.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static bool run_dot(int in, int out, int *status) {
    pid_t child = fork();
    if (child == 0) {
        if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0) _exit(126);
        execlp("dot", "dot", "-Tsvg", (char *)NULL);
        _exit(errno == ENOENT ? 127 : 126);
    }
    return child > 0 && waitpid(child, status, 0) == child;
}

static bool read_all(int file, Buf *out) {
    uint8_t chunk[1 << 14];
    ssize_t got;
    if (lseek(file, 0, SEEK_SET) != 0) return false;
    while ((got = read(file, chunk, sizeof chunk)) > 0)
        buf_put(out, chunk, (size_t)got);
    return got == 0;
}

bool graphviz_svg(const Buf *dot, Buf *svg, char error[512]) {
    int in = memfd_create("dot", MFD_CLOEXEC), out = memfd_create("svg", MFD_CLOEXEC), status = 0;
    bool ran = in >= 0 && out >= 0 && write(in, dot->data, dot->len) == (ssize_t)dot->len &&
               lseek(in, 0, SEEK_SET) == 0 && run_dot(in, out, &status);
    int code = ran && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    bool good = code == 0 && read_all(out, svg);
    if (code == 127)
        snprintf(
            error, 512,
            "`dot` was not found; it is in Debian's and Ubuntu's package `graphviz` (--dot needs none)"
        );
    else if (!good)
        snprintf(
            error, 512, "`dot` could not draw it%s%s; --dot shows what it was given",
            ran ? "" : ": ", ran ? "" : strerror(errno)
        );
    if (in >= 0) close(in);
    if (out >= 0) close(out);
    return good;
}
