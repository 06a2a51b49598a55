// Strict UTF-8: each code point, and each way to be wrong, at every place relative to the eight-byte steps.

#include "sip.h"

// clang-format off: in this order
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on

#include <string.h>

static size_t encode(uint32_t point, uint8_t out[4]) {
    static const uint8_t leads[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
    const size_t length = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--, point >>= 6)
        out[i] = 0x80 | (point & 0x3f);
    out[0] = leads[length] | (uint8_t)point;
    return length;
}

static void every_code_point(void **state) {
    (void)state;
    for (uint32_t point = 0; point < 0x120000; point++) {
        uint8_t text[4];
        const size_t length = encode(point, text);
        const uint32_t want = point < 0xd800 || (point > 0xdfff && point <= 0x10ffff);
        if (sip_is_utf8(text, length) != want) fail_msg("U+%04X", point);
        for (size_t cut = 1; cut < length; cut++)
            if (sip_is_utf8(text, cut)) fail_msg("U+%04X cut to %zu", point, cut);
    }
}

static void wrong_sequences(void **state) {
    (void)state;
    static const char *const wrong[] = {
        "\x80",
        "\xbf",
        "\xc0\x80",
        "\xc1\xbf",
        "\xe0\x80\x80",
        "\xe0\x9f\xbf",
        "\xed\xa0\x80",
        "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80",
        "\xff",
        "\xfe",
        "\xc3(",
        "\xe2\x82(",
        "\xf0\x90\x80(",
        "\xe2(\xa1",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        for (size_t before = 0; before < 20; before++) {
            uint8_t text[32];
            memset(text, 'x', sizeof text);
            assert_true(sip_is_utf8(text, sizeof text));
            memcpy(text + before, wrong[i], strlen(wrong[i]));
            assert_false(sip_is_utf8(text, sizeof text));
            assert_false(sip_is_utf8(text, before + strlen(wrong[i])));
            assert_true(sip_is_utf8(text, before));
        }
    }
}

static void nothing_is_text(void **state) {
    (void)state;
    assert_true(sip_is_utf8(NULL, 0));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_point),
        cmocka_unit_test(wrong_sequences),
        cmocka_unit_test(nothing_is_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
