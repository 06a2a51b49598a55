// Of libsodium's sodium/utils.c, which is for operating systems, what checking a signature calls. Nothing here is secret, so
// nothing has to take the same time whatever it is given.

#include <stddef.h>
#include <string.h>

int sodium_memcmp(const void *a, const void *b, size_t length);
int sodium_is_zero(const unsigned char *bytes, size_t length);
void sodium_memzero(void *bytes, size_t length);

int sodium_memcmp(const void *a, const void *b, size_t length) {
    return memcmp(a, b, length) == 0 ? 0 : -1;
}

int sodium_is_zero(const unsigned char *bytes, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (bytes[i]) return 0;
    return 1;
}

void sodium_memzero(void *bytes, size_t length) {
    memset(bytes, 0, length);
}
