// Files as a whole.

#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <threads.h>
#include <unistd.h>

enum { ERROR_SIZE = 512 };

static const char *remedy(int code) {
    switch (code) {
    case ENOENT:
    case ENOTDIR: return "; check the name";
    case EACCES: return "; check its permissions";
    case ENOSPC:
    case EDQUOT: return "; make room on the disk";
    case EFBIG: return "; raise the limit on the size of files (ulimit -f)";
    case EROFS: return "; choose a place that can be written";
    case EISDIR: return "; name a file in it";
    default: return "";
    }
}

static bool complain(char error[ERROR_SIZE], const char *what, const char *path) {
    int code = errno;
    snprintf(error, ERROR_SIZE, "cannot %s %s: %s%s", what, path, strerror(code), remedy(code));
    return false;
}

static bool read_all(int fd, const char *path, size_t limit, Buf *out, char error[ERROR_SIZE]) {
    size_t got = 0;
    for (;;) {
        buf_reserve(out, 65536);
        ssize_t n = read(fd, out->data + out->len, 65536);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return complain(error, "read", path);
        if (n == 0) return true;
        got += (size_t)n;
        out->len += (size_t)n;
        if (got > limit) {
            snprintf(
                error, ERROR_SIZE, "%s is longer than %zu bytes, the most that is read", path, limit
            );
            return false;
        }
    }
}

bool file_read(const char *path, size_t limit, Buf *out, char error[ERROR_SIZE]) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return complain(error, "read", path);
    struct stat info;
    bool good = false;
    if (fstat(fd, &info) == 0 && S_ISDIR(info.st_mode)) {
        errno = EISDIR;
        complain(error, "read", path);
    } else {
        good = read_all(fd, path, limit, out, error);
    }
    close(fd);
    return good;
}

static bool write_all(int fd, const uint8_t *bytes, size_t length) {
    while (length) {
        ssize_t n = write(fd, bytes, length);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return false;
        bytes += n;
        length -= (size_t)n;
    }
    return true;
}

// Asking for the mask means to change it, which other threads would notice: so it is asked once.
static once_flag mask_once = ONCE_FLAG_INIT;
static mode_t mask;

static void read_mask(void) {
    mask = umask(0);
    umask(mask);
}

// A device, a pipe: what would be lost by renaming something over it.
static bool is_special(const char *path) {
    struct stat info;
    return stat(path, &info) == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode);
}

static bool write_special(
    const char *path, const void *bytes, size_t length, char error[ERROR_SIZE]
) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool good = fd >= 0 && write_all(fd, bytes, length);
    if (fd >= 0) good = close(fd) == 0 && good;
    return good || complain(error, "write", path);
}

bool file_write(const char *path, const void *bytes, size_t length, char error[ERROR_SIZE]) {
    if (is_special(path)) return write_special(path, bytes, length, error);
    size_t room = strlen(path) + sizeof ".XXXXXX";
    char *temporary = malloc(room);
    if (!temporary) {
        errno = ENOMEM;
        return complain(error, "write", path);
    }
    snprintf(temporary, room, "%s.XXXXXX", path);
    int fd = mkstemp(temporary);
    bool good = fd >= 0;
    if (good) {
        call_once(&mask_once, read_mask);
        good = fchmod(fd, 0666 & ~mask) == 0 && write_all(fd, bytes, length) && fsync(fd) == 0;
        good = close(fd) == 0 && good;
        good = good && rename(temporary, path) == 0;
        if (!good) {
            complain(error, "write", path);
            unlink(temporary);
        }
    } else {
        complain(error, "write", path);
    }
    free(temporary);
    return good;
}

bool file_temporary_folder(char path[512], char error[ERROR_SIZE]) {
    const char *base = getenv("TMPDIR");
    int length = snprintf(path, 512, "%s/sipcc-XXXXXX", base && base[0] ? base : "/tmp");
    if (length < 512 && mkdtemp(path)) return true;
    snprintf(
        error, ERROR_SIZE, "no temporary folder can be made (%.200s): %s; set TMPDIR", path,
        strerror(length < 512 ? errno : ENAMETOOLONG)
    );
    return false;
}
