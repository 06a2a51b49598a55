// File URIs and paths: `file:///a%20b.sip` is `/a b.sip`.

#include "lsp__.h"

#include <stdlib.h>
#include <string.h>

static int digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// Past the scheme and the host, which is empty or this one.
static const char *path_part(const char *uri) {
    if (strncmp(uri, "file:", 5) != 0) return NULL;
    uri += 5;
    if (strncmp(uri, "//", 2) != 0) return *uri == '/' ? uri : NULL;
    uri += 2;
    if (strncmp(uri, "localhost/", 10) == 0) uri += 9;
    return *uri == '/' ? uri : NULL;
}

char *lsp__path_of(const char *uri) {
    const char *from = path_part(uri);
    if (!from) return NULL;
    char *path = malloc(strlen(from) + 1), *to = path;
    if (!path) base_out_of_memory(strlen(from) + 1);
    for (; *from && *from != '?' && *from != '#'; from++) {
        int high = *from == '%' ? digit(from[1]) : -1;
        int low = high >= 0 ? digit(from[2]) : -1;
        if (low < 0) {
            *to++ = *from;
            continue;
        }
        *to++ = (char)(high * 16 + low);
        from += 2;
    }
    *to = '\0';
    if (strlen(path) == (size_t)(to - path)) return path;
    free(path); // a NUL in it
    return NULL;
}

char *lsp__uri_of(Arena *arena, const char *path) {
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";
    static const char hex[] = "0123456789ABCDEF";
    char *uri = arena_array(arena, char, 3 * strlen(path) + 8), *to = uri + 7;
    memcpy(uri, "file://", 7);
    for (; *path; path++) {
        if (strchr(plain, *path)) {
            *to++ = *path;
            continue;
        }
        *to++ = '%';
        *to++ = hex[(uint8_t)*path >> 4];
        *to++ = hex[(uint8_t)*path & 15];
    }
    *to = '\0';
    return uri;
}
