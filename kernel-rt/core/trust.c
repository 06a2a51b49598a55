// Whom this kernel trusts: the keys in its file, which it was built with or `sipcc image --trust` wrote there, and, hosted, those
// of the command line. With one of them, only what they signed is started (loader.c).

#include "core.h"

enum { MOST_ADDED = 16 };

// Volatile: what stands here is not what stands in the file that runs.
__attribute__((section(".sip.keys"), used)) static const volatile ImageKeys in_file = {
    .magic = "SIPKEYS\1",
    .count = 0
#define KEY(...) +1
#include "keys/trusted.def"
#undef KEY
    ,
    .keys = {
#define KEY(...) { __VA_ARGS__ },
#include "keys/trusted.def"
#undef KEY
    },
};

static uint8_t keys[IMAGE_MOST_KEYS + MOST_ADDED][32];
static uint32_t added;

bool trust_add(const uint8_t key[32]) {
    if (added == MOST_ADDED) return false;
    __builtin_memcpy(keys[added++], key, sizeof *keys);
    return true;
}

bool trust_keys(SignatureKeys *trusted) {
    const uint32_t count = in_file.count;
    if (count > IMAGE_MOST_KEYS) return false;
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t at = 0; at < sizeof *keys; at++)
            keys[added + i][at] = in_file.keys[i][at];
    }
    *trusted = (SignatureKeys){ (const uint8_t(*)[32])keys, added + count };
    return true;
}
