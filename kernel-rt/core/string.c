// The functions that compilers expect of every freestanding environment. Written as plain loops, which the
// compiler vectorises; it must not recognise them as what they are and call them.

#include <stddef.h>
#include <stdint.h>

void *memcpy(void *restrict to, const void *restrict from, size_t length);
void *memmove(void *to, const void *from, size_t length);
void *memset(void *to, int value, size_t length);
int memcmp(const void *a, const void *b, size_t length);
size_t strlen(const char *text);

#define NO_RECURSION __attribute__((no_builtin("memcpy", "memmove", "memset", "memcmp", "strlen")))

static inline uint64_t load(const uint8_t *from) {
    uint64_t word;
    __builtin_memcpy(&word, from, sizeof word); // one instruction, at any alignment
    return word;
}

static inline void store(uint8_t *to, uint64_t word) {
    __builtin_memcpy(to, &word, sizeof word);
}

NO_RECURSION void *memcpy(void *restrict to, const void *restrict from, size_t length) {
    uint8_t *t = to;
    const uint8_t *f = from;
    size_t i = 0;
    for (; length - i >= 32; i += 32) {
        store(t + i, load(f + i));
        store(t + i + 8, load(f + i + 8));
        store(t + i + 16, load(f + i + 16));
        store(t + i + 24, load(f + i + 24));
    }
    for (; length - i >= 8; i += 8)
        store(t + i, load(f + i));
    for (; i < length; i++)
        t[i] = f[i];
    return to;
}

NO_RECURSION void *memmove(void *to, const void *from, size_t length) {
    uint8_t *t = to;
    const uint8_t *f = from;
    if ((uintptr_t)t - (uintptr_t)f >= length) return memcpy(to, from, length);
    for (size_t i = length; i-- > 0;)
        t[i] = f[i];
    return to;
}

NO_RECURSION void *memset(void *to, int value, size_t length) {
    const uint64_t word = (uint8_t)value * UINT64_C(0x0101010101010101);
    uint8_t *t = to;
    size_t i = 0;
    for (; length - i >= 32; i += 32) {
        store(t + i, word);
        store(t + i + 8, word);
        store(t + i + 16, word);
        store(t + i + 24, word);
    }
    for (; length - i >= 8; i += 8)
        store(t + i, word);
    for (; i < length; i++)
        t[i] = (uint8_t)value;
    return to;
}

NO_RECURSION int memcmp(const void *a, const void *b, size_t length) {
    const uint8_t *x = a, *y = b;
    for (size_t i = 0; i < length; i++) {
        if (x[i] != y[i]) return x[i] < y[i] ? -1 : 1;
    }
    return 0;
}

NO_RECURSION size_t strlen(const char *text) {
    size_t length = 0;
    while (text[length])
        length++;
    return length;
}
