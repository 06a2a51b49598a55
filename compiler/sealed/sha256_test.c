// SHA-256 against the vectors of NIST (FIPS 180-4 examples, SHAVS short messages), whole and in pieces of every size.

#include "sealed/sha256.h"

// clang-format off: cmocka.h needs these before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// clang-format off: a digest a line
static const struct Vector {
    const char *text;
    size_t length, times; // the text, so many times over
    const char *digest;
} vectors[] = {
    { "", 0, 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
    { "abc", 3, 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
    { "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56, 1,
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
    { "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
      "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu", 112, 1,
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1" },
    { "aaaaaaaaaa", 10, 100000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0" },
    { "\xd3", 1, 1, "28969cdfa74a12c82f3bad960b0b000aca2ac329deea5c2328ebc6f2ba9802c1" },
    { "\x11\xaf", 2, 1, "5ca7133fa735326081558ac312c620eeca9970d1e70a4b95533d956f072d1f98" },
};
// clang-format on

static void hex_of(Sha256 *sha, char hex[65]) {
    uint8_t digest[32];
    sha256_finish(sha, digest);
    for (int i = 0; i < 32; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

static void agrees_with_nist(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        Sha256 sha;
        char hex[65];
        sha256_start(&sha);
        for (size_t n = 0; n < vectors[i].times; n++)
            sha256_add(&sha, vectors[i].text, vectors[i].length);
        hex_of(&sha, hex);
        assert_string_equal(hex, vectors[i].digest);
    }
}

static void pieces_make_no_difference(void **state) {
    (void)state;
    uint8_t bytes[300];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 7);
    for (size_t length = 0; length <= sizeof bytes; length++) {
        Sha256 whole, parts;
        char expected[65], got[65];
        sha256_start(&whole);
        sha256_add(&whole, bytes, length);
        hex_of(&whole, expected);
        size_t step = length % 71 + 1;
        sha256_start(&parts);
        for (size_t at = 0; at < length; at += step)
            sha256_add(&parts, bytes + at, step < length - at ? step : length - at);
        hex_of(&parts, got);
        assert_string_equal(got, expected);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_nist),
        cmocka_unit_test(pieces_make_no_difference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
