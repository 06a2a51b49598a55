// Buffers and their reader: what was written is read back, and nothing past the end or in a longer form is.

// clang-format off: cmocka.h wants the three before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on

#include "base/buf.h"

#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint64_t unsigned_cases[] = { 0,         1,     127,        128,
                                           16383,     16384, UINT32_MAX, (uint64_t)1 << 63,
                                           UINT64_MAX };
static const int64_t signed_cases[] = { 0,   1,    -1,    63,        64,        -64,
                                        -65, 8191, -8192, INT32_MIN, INT64_MAX, INT64_MIN };

static void leb_round_trip(void **state) {
    (void)state;
    Buf buf = { 0 };
    for (size_t i = 0; i < sizeof unsigned_cases / 8; i++)
        buf_uleb(&buf, unsigned_cases[i]);
    for (size_t i = 0; i < sizeof signed_cases / 8; i++)
        buf_sleb(&buf, signed_cases[i]);
    Reader reader = { buf.data, buf.len, 0, false };
    for (size_t i = 0; i < sizeof unsigned_cases / 8; i++)
        assert_true(read_uleb(&reader) == unsigned_cases[i]);
    for (size_t i = 0; i < sizeof signed_cases / 8; i++)
        assert_true(read_sleb(&reader) == signed_cases[i]);
    assert_false(reader.bad);
    assert_int_equal(reader.at, buf.len);
    read_u8(&reader);
    assert_true(reader.bad);
    buf_free(&buf);
}

static void refuse(const char *bytes, size_t length, bool is_signed) {
    Reader reader = { (const uint8_t *)bytes, length, 0, false };
    if (is_signed)
        read_sleb(&reader);
    else
        read_uleb(&reader);
    assert_true(reader.bad);
}

static void only_the_shortest_form_is_read(void **state) {
    (void)state;
    refuse("\x80\x00", 2, false);                                  // 0 in two bytes
    refuse("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10, false); // 65 bits
    refuse("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", 11, false);
    refuse("\x80", 1, false);    // cut off
    refuse("\xff\x7f", 2, true); // -1 in two bytes
    refuse("\x80\x00", 2, true);
}

static void fixed_widths_round_trip(void **state) {
    (void)state;
    Buf buf = { 0 };
    buf_u16le(&buf, 0x1234);
    buf_u32le(&buf, 0x89abcdef);
    buf_u64le(&buf, 0x0123456789abcdef);
    buf_printf(&buf, "%d", 42);
    assert_int_equal(buf.len, 16);
    Reader reader = { buf.data, buf.len, 0, false };
    assert_int_equal(read_u16le(&reader), 0x1234);
    assert_int_equal(read_u32le(&reader), 0x89abcdef);
    assert_true(read_u64le(&reader) == 0x0123456789abcdef);
    assert_memory_equal(read_bytes(&reader, 2), "42", 2);
    assert_null(read_bytes(&reader, SIZE_MAX));
    buf_free(&buf);
}

static void files_are_written_whole(void **state) {
    (void)state;
    char error[512], folder[] = "buf-test-XXXXXX", path[64];
    assert_non_null(mkdtemp(folder));
    strcat(strcpy(path, folder), "/file");
    assert_true(file_write(path, "content", 7, error));
    Buf buf = { 0 };
    assert_true(file_read(path, 7, &buf, error));
    assert_int_equal(buf.len, 7);
    buf.len = 0;
    assert_false(file_read(path, 6, &buf, error));
    assert_non_null(strstr(error, "longer than 6 bytes"));
    assert_false(file_read(folder, 6, &buf, error));
    assert_false(file_write("no/such/folder/file", "x", 1, error));
    assert_non_null(strstr(error, "no/such/folder/file"));
    buf_free(&buf);
    remove(path);
    remove(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leb_round_trip),
        cmocka_unit_test(only_the_shortest_form_is_read),
        cmocka_unit_test(fixed_widths_round_trip),
        cmocka_unit_test(files_are_written_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
