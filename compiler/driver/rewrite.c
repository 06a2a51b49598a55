// Writing a file that was read before.

#include "driver/rewrite.h"

#include "base/file.h"
#include "source/source.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool same(const Buf *a, const Buf *b) {
    return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

ExitCode rewrite_file(const char *path, const Buf *before, const Buf *now) {
    char error[512];
    Buf there = { 0 };
    struct stat info;
    char *real = realpath(path, NULL);
    const char *target = real ? real : path;
    bool known = file_read(target, SOURCE_LIMIT, &there, error) && stat(target, &info) == 0;
    ExitCode code = EXIT_OK;
    if (!known || !same(&there, before)) {
        fprintf(stderr, "sipcc: %s has changed meanwhile, and is left as it is; try again\n", path);
        code = EXIT_TOOL;
    } else if (!file_write(target, now->data, now->len, error)) {
        code = tool_failed(error);
    } else if (chmod(target, info.st_mode & 07777) != 0) {
        code = tool_failed("the permissions of a file that was written cannot be set");
    }
    buf_free(&there);
    free(real);
    return code;
}
