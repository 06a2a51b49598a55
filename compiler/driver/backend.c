// Finds the room llvm beside the toolchain's other parts, as a shared object that holds all it needs.

#include "backend.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static Backend backend; // of the process, as LLVM's own tables are
static bool loaded;

// POSIX lets the address of a function be what dlsym gives; ISO C has no cast for it.
static bool find(void *object, const char *name, void *function) {
    void *symbol = dlsym(object, name);
    *(void **)function = symbol;
    return symbol;
}

static bool load(const Toolchain *toolchain, char error[512]) {
    void *object = dlopen(toolchain->backend, RTLD_NOW | RTLD_LOCAL);
    bool good = object && find(object, "llvm_emit", &backend.emit) &&
                find(object, "llvm_output_free", &backend.output_free) &&
                find(object, "llvm_version", &backend.version) &&
                find(object, "llvm_level_text", &backend.level_text);
    if (good) return true;
    const char *why = dlerror();
    snprintf(
        error, 512,
        "cannot load the code generator: %.300s; build the project, or set SIPCC_HOME, and see that libllvm19 is installed",
        why ? why : toolchain->backend
    );
    if (object) dlclose(object);
    return false;
}

const Backend *backend_load(const Toolchain *toolchain, char error[512]) {
    pthread_mutex_lock(&lock);
    if (!loaded) loaded = load(toolchain, error);
    pthread_mutex_unlock(&lock);
    return loaded ? &backend : NULL;
}
