// exits [OPTIONS] N COMMAND...: runs the command and succeeds if it exits with N, not by a signal. In C, since the tests run it
// more than a hundred times.
//
//   --path FOLDER    with that PATH
//   --limit BYTES    no file may grow beyond so many bytes: what a full disk looks like
//   --limit FILE     ... beyond one byte less than that file has
//   --full           standard output is /dev/full
//   --stdin FILE     standard input, which is empty else

#include <ctype.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int fail(const char *what) {
    perror(what);
    return 1;
}

static int set_limit(const char *word) {
    struct stat info;
    rlim_t most = (rlim_t)strtoull(word, NULL, 10);
    if (!isdigit((unsigned char)*word)) {
        if (stat(word, &info) != 0) return fail(word);
        most = (rlim_t)info.st_size - 1;
    }
    struct rlimit limit = { most, most };
    return setrlimit(RLIMIT_FSIZE, &limit) == 0 ? 0 : fail("setrlimit");
}

static int redirect(const char *path, int flags, int to) {
    int fd = open(path, flags);
    return fd >= 0 && dup2(fd, to) == to ? 0 : fail(path);
}

static const char *input = "/dev/null";

// Applies an option at `*at`, which then points behind it.
static int apply(char **argv, int *at) {
    const char *option = argv[(*at)++];
    if (strcmp(option, "--full") == 0) return redirect("/dev/full", O_WRONLY, STDOUT_FILENO);
    const char *value = argv[*at] ? argv[(*at)++] : "";
    if (strcmp(option, "--path") == 0) return setenv("PATH", value, 1);
    if (strcmp(option, "--limit") == 0) return set_limit(value);
    if (strcmp(option, "--stdin") == 0) return input = value, 0;
    fprintf(stderr, "exits: unknown option %s\n", option);
    return 1;
}

int main(int argc, char **argv) {
    int at = 1, status = 0;
    signal(SIGXFSZ, SIG_DFL);
    signal(SIGPIPE, SIG_DFL);
    while (at < argc && strncmp(argv[at], "--", 2) == 0)
        if (apply(argv, &at) != 0) return 1;
    if (at + 1 >= argc) return fprintf(stderr, "exits: N and a command are wanted\n"), 1;
    pid_t child = fork();
    if (child < 0) return fail("fork");
    if (child == 0) {
        if (redirect(input, O_RDONLY, STDIN_FILENO) == 0) execvp(argv[at + 1], argv + at + 1);
        perror(argv[at + 1]);
        _exit(127);
    }
    if (waitpid(child, &status, 0) != child) return fail("waitpid");
    if (WIFEXITED(status) && WEXITSTATUS(status) == atoi(argv[at])) return 0;
    fprintf(
        stderr, "exits: %s %d, expected exit code %s: %s\n",
        WIFSIGNALED(status) ? "signal" : "exit code",
        WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), argv[at], argv[at + 1]
    );
    return 1;
}
