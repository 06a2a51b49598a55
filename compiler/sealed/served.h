// Contracts that the kernel serves (contracts/abi/served.def), for whoever writes manifests and for whoever believes nobody. Freestanding.

#ifndef SEALED_SERVED_H
#define SEALED_SERVED_H

#include <stdbool.h>
#include <stdint.h>

typedef enum ServedContract {
#define SERVED(name, contract, digest) SERVED_##name,
#include "contracts/abi/served.def"
    SERVED_COUNT
} ServedContract;

bool served_is(const uint8_t digest[32], ServedContract served);

#endif
