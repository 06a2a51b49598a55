// Changes to a text that keep most of it a program: whole tokens, lines and bracketed groups are dropped, doubled, moved and
// exchanged. What libFuzzer does to single bytes dies in the grammar; this gets behind it.

#ifndef FUZZ_TOKENS_H
#define FUZZ_TOKENS_H

#include <stddef.h>
#include <stdint.h>

// For use as libFuzzer's custom mutator: changes the text in place and gives its new length, at most `room`.
size_t tokens_mutate(uint8_t *text, size_t length, size_t room, unsigned seed);

#endif
