// memcpy, memmove, memset, memcmp: what compiled code calls by these names.
//
// Short lengths go by two overlapping moves, middle ones by 16-byte moves with an overlapping last one, long ones by the
// CPU's string instructions, whose start costs more than they gain below BULK. All relies on DF being clear, as the
// ABI says. Compiled with -fno-builtin: the loops here must not become calls of themselves.

#include "sip.h"

enum { BULK = 1024 };

// Unaligned, and aliasing whatever it points into.
typedef uint16_t Move2 __attribute__((aligned(1), may_alias));
typedef uint32_t Move4 __attribute__((aligned(1), may_alias));
typedef uint64_t Move8 __attribute__((aligned(1), may_alias));
typedef uint8_t Move16 __attribute__((vector_size(16), aligned(1), may_alias));

// The first and the last bytes, which overlap unless the length is twice the type's. All loads come before all
// stores, so that this is a memmove.
#define COPY_ENDS(Type, to, from, length)                                         \
    do {                                                                          \
        const size_t last = (length) - sizeof(Type);                              \
        Type head = *(const Type *)(from), tail = *(const Type *)((from) + last); \
        *(Type *)(to) = head;                                                     \
        *(Type *)((to) + last) = tail;                                            \
    } while (0)

#define SET_ENDS(Type, to, value, length)                          \
    do {                                                           \
        *(Type *)(to) = (Type)(value);                             \
        *(Type *)((to) + (length) - sizeof(Type)) = (Type)(value); \
    } while (0)

// At most 32 bytes, overlapping or not.
static inline void copy_short(uint8_t *to, const uint8_t *from, size_t length) {
    if (length >= 16)
        COPY_ENDS(Move16, to, from, length);
    else if (length >= 8)
        COPY_ENDS(Move8, to, from, length);
    else if (length >= 4)
        COPY_ENDS(Move4, to, from, length);
    else if (length >= 2)
        COPY_ENDS(Move2, to, from, length);
    else if (length)
        *to = *from;
}

// More than 16 bytes; also right when `to` lies below `from`: each move writes below what is still to be read, but for
// the tail, which is read first.
static inline void copy_up(uint8_t *to, const uint8_t *from, size_t length) {
    Move16 tail = *(const Move16 *)(from + length - 16);
    for (size_t at = 0; at < length - 16; at += 16)
        *(Move16 *)(to + at) = *(const Move16 *)(from + at);
    *(Move16 *)(to + length - 16) = tail;
}

// More than 16 bytes, for `to` above `from`.
static inline void copy_down(uint8_t *to, const uint8_t *from, size_t length) {
    Move16 head = *(const Move16 *)from;
    for (size_t at = length - 16; at > 0 && at < length; at -= 16)
        *(Move16 *)(to + at) = *(const Move16 *)(from + at);
    *(Move16 *)to = head;
}

void *memcpy(void *restrict to, const void *restrict from, size_t length) {
    if (length <= 32) {
        copy_short(to, from, length);
    } else if (length < BULK) {
        copy_up(to, from, length);
    } else {
        void *destination = to;
        __asm__ volatile("rep movsb" : "+D"(destination), "+S"(from), "+c"(length)::"memory");
    }
    return to;
}

void *memmove(void *to, const void *from, size_t length) {
    const uintptr_t distance = (uintptr_t)to - (uintptr_t)from;
    if (length <= 32)
        copy_short(to, from, length);
    else if (distance >= length && -distance >= length)
        memcpy(to, from, length); // apart
    else if (distance >= length)
        copy_up(to, from, length); // `to` below `from`
    else
        copy_down(to, from, length);
    return to;
}

void *memset(void *to, int byte, size_t length) {
    uint8_t *at = to;
    const uint64_t pattern = (uint8_t)byte * UINT64_C(0x0101010101010101);
    if (length >= BULK) {
        __asm__ volatile("rep stosb" : "+D"(at), "+c"(length) : "a"(byte) : "memory");
    } else if (length >= 16) {
        const Move16 wide =
            (Move16)((__attribute__((vector_size(16))) uint64_t){ pattern, pattern });
        for (size_t i = 0; i < length - 16; i += 16)
            *(Move16 *)(at + i) = wide;
        *(Move16 *)(at + length - 16) = wide;
    } else if (length >= 8) {
        SET_ENDS(Move8, at, pattern, length);
    } else if (length >= 4) {
        SET_ENDS(Move4, at, pattern, length);
    } else if (length >= 2) {
        SET_ENDS(Move2, at, pattern, length);
    } else if (length) {
        *at = (uint8_t)byte;
    }
    return to;
}

int memcmp(const void *left, const void *right, size_t length) {
    const uint8_t *l = left, *r = right;
    for (; length >= 8; l += 8, r += 8, length -= 8) {
        const uint64_t a = *(const Move8 *)l, b = *(const Move8 *)r;
        if (a != b) // the first byte in memory is the lowest of the word
            return __builtin_bswap64(a) < __builtin_bswap64(b) ? -1 : 1;
    }
    for (; length; l++, r++, length--)
        if (*l != *r) return *l < *r ? -1 : 1;
    return 0;
}
