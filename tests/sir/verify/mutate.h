// Modules changed at random, for the promise that no bytes make the verifier fall.

#ifndef TEST_VERIFY_MUTATE_H
#define TEST_VERIFY_MUTATE_H

#include "base/str.h"

#include <stdint.h>

// Judges `rounds` changed copies of a module in text form: every other one changed in its bytes, the others in their
// numbers, which gets past the reader. Nothing is expected but that it comes back. The same seed makes the same changes.
void mutate_and_verify(Str source, uint64_t seed, uint32_t rounds);

#endif
