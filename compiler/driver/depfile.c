// `made: read read`, with what has a meaning in Makefiles escaped as both readers undo it.

#include "driver/depfile.h"

#include "base/buf.h"
#include "base/file.h"

#include <string.h>

void depfile_made(Arena *arena, Depfile *depfile, const char *path) {
    vec_push(arena, &depfile->made, arena_strdup(arena, path));
}

void depfile_read(Arena *arena, Depfile *depfile, const char *path) {
    vec_each(const char *, known, &depfile->read) {
        if (strcmp(*known, path) == 0) return;
    }
    vec_push(arena, &depfile->read, arena_strdup(arena, path));
}

static void put_path(Buf *out, const char *path) {
    for (; *path; path++) {
        if (*path == '$')
            buf_byte(out, '$');
        else if (*path == ' ' || *path == '#' || *path == ':')
            buf_byte(out, '\\');
        buf_byte(out, (uint8_t)*path);
    }
}

static void put_stamp(Buf *out, const char *path) {
    char stamp[4096];
    const char *slash = strrchr(path, '/'), *dot = strrchr(path, '.');
    size_t length = dot && (!slash || dot > slash + 1) ? (size_t)(dot - path) : strlen(path);
    if (length >= sizeof stamp) return;
    memcpy(stamp, path, length);
    stamp[length] = '\0';
    put_path(out, stamp);
}

bool depfile_write(const Depfile *depfile, const char *path, char error[512]) {
    Buf out = { 0 };
    for (uint32_t i = 0; i < depfile->made.len; i++) {
        if (i) buf_byte(&out, ' ');
        put_path(&out, depfile->made.data[i]);
    }
    if (depfile->made.len == 0) put_stamp(&out, path);
    buf_byte(&out, ':');
    for (uint32_t i = 0; i < depfile->read.len; i++) {
        buf_cstr(&out, i ? " \\\n  " : " ");
        put_path(&out, depfile->read.data[i]);
    }
    buf_byte(&out, '\n');
    bool good = file_write(path, out.data, out.len, error);
    buf_free(&out);
    return good;
}
