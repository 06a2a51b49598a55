// Changes to SIR in binary form that leave it readable: they are made in the text form (tokens.h).

#ifndef FUZZ_SIR_CHANGE_H
#define FUZZ_SIR_CHANGE_H

#include <stddef.h>
#include <stdint.h>

// For use as libFuzzer's custom mutator: changes the module in place and gives its new length, at most `room`. What is no
// module, and sometimes what is, is changed byte by byte.
size_t sir_change(uint8_t *data, size_t length, size_t room, unsigned seed);

#endif
