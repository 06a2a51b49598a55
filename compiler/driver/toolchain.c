// The toolchain's parts lie together: HOME/bin/sipcc, HOME/bin/sip-hosted, HOME/lib/sip/*. HOME is found from the
// running program, so that a tree can be moved whole.

#include "toolchain.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *parent(Arena *arena, const char *path) {
    const char *slash = strrchr(path, '/');
    if (!slash || slash == path) return "/";
    return arena_strndup(arena, path, (size_t)(slash - path));
}

static const char *find_home(Arena *arena, char error[512]) {
    const char *given = getenv("SIPCC_HOME");
    if (given && given[0]) return given;
    char self[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length < 0) {
        snprintf(
            error, 512,
            "cannot find sipcc's own path (/proc/self/exe: %s); set SIPCC_HOME to the folder that holds bin/ and lib/sip/",
            strerror(errno)
        );
        return NULL;
    }
    self[length] = '\0';
    return parent(arena, parent(arena, self));
}

bool toolchain_find(Arena *arena, Toolchain *toolchain, char error[512]) {
    const char *home = find_home(arena, error);
    if (!home) return false;
    const char *parts = arena_printf(arena, "%s/lib/sip", home);
    if (access(parts, R_OK | X_OK) != 0) {
        snprintf(
            error, 512,
            "cannot find the toolchain's parts in %s: %s; build the project, or let SIPCC_HOME name the folder that holds bin/ and lib/sip/",
            parts, strerror(errno)
        );
        return false;
    }
    *toolchain = (Toolchain){
        .home = home,
        .modules = arena_printf(arena, "%s/lib/sip/modules", home),
        .runtime = arena_printf(arena, "%s/lib/sip/libsip-rt.a", home),
        .backend = arena_printf(arena, "%s/lib/sip/sip-llvm.so", home),
        .kernel_pc = arena_printf(arena, "%s/lib/sip/kernel-pc.elf", home),
        .hosted = arena_printf(arena, "%s/bin/sip-hosted", home),
    };
    return true;
}
