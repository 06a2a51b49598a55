// The cache of sealed binaries: what was made of these bytes of SIR before, by this very toolchain.
//
// An entry's name is a SHA-256 of all that decides its bytes. The SIR is lowered and verified each time, and only what comes
// after that is saved; an entry must be whole and hold the same SIR. Even so the cache is as good as its folder: whoever
// can write there can put other machine code into an entry. So what judges binaries, `image` and `verify`, never looks
// here (docs/security.md).

#ifndef DRIVER_CACHE_H
#define DRIVER_CACHE_H

#include "base/arena.h"
#include "base/buf.h"
#include "driver/toolchain.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct Cache Cache;

typedef struct CacheKey {
    uint8_t digest[32];
} CacheKey;

// `folder`: as --cache-dir says; NULL: SIPCC_CACHE, then XDG_CACHE_HOME/sipcc, then ~/.cache/sipcc. The folder is made. NULL where
// there is none, where it is `off`, or where others could write to it: then nothing is cached, and nothing is said but to
// those who gave a folder themselves. May be used by several threads, and by several processes.
Cache *cache_open(Arena *arena, const char *folder);

// Everything that decides the bytes: what makes them (this program and its libraries by their build ids, the linker, the
// runtime, versions and level in `toolchain_text`) and the SIR.
CacheKey cache_key(const char *toolchain_text, const uint8_t runtime[32], const Buf *sir);

// Appends the entry to `sealed`. False: there is none that is whole.
bool cache_find(const Cache *cache, const CacheKey *key, const Buf *sir, Buf *sealed);

// Keeps a sealed binary, and drops what was used least recently until all fit in the bound. What fails is not kept.
void cache_keep(const Cache *cache, const CacheKey *key, const Buf *sealed);

#endif
