// Digests, as text in the table and as bytes in manifests.

#include "served.h"

static const char digests[SERVED_COUNT][65] = {
#define SERVED(name, contract, digest) [SERVED_##name] = digest,
#include "contracts/abi/served.def"
};

static uint8_t digit(char c) {
    return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

bool served_is(const uint8_t digest[32], ServedContract served) {
    const char *text = digests[served];
    for (int i = 0; i < 32; i++)
        if (digest[i] != (digit(text[2 * i]) << 4 | digit(text[2 * i + 1]))) return false;
    return true;
}
