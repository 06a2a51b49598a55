// Key files are read as they are written and no other way; a signature of one thing is none of another.

#include "sign/sign.h"

#include "sealed/example_test.h"

// clang-format off: cmocka.h needs these before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on

#include <string.h>

static const uint8_t seed[32] = { 0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a,
                                  0xf4, 0x92, 0xec, 0x2c, 0xc4, 0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32,
                                  0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60 };
static const char public_hex[] = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

static void a_public_key_follows_from_its_seed(void **state) {
    (void)state;
    SignKey key;
    char hex[65];
    sign_key_from_seed(seed, &key);
    sign_hex(key.public, hex);
    assert_string_equal(hex, public_hex); // RFC 8032, 7.1, test 1
}

static void keys_are_made_at_random(void **state) {
    (void)state;
    SignKey one, other;
    sign_key_make(&one);
    sign_key_make(&other);
    assert_memory_not_equal(one.seed, other.seed, 32);
    assert_memory_not_equal(one.public, other.public, 32);
    sign_key_forget(&one);
    assert_memory_equal(one.seed, (uint8_t[32]){ 0 }, 32);
}

static void files_are_read_as_they_are_written(void **state) {
    (void)state;
    SignKey key, back;
    Buf secret = { 0 }, public = { 0 };
    uint8_t got[32];
    sign_key_from_seed(seed, &key);
    sign_key_write(&key, &secret);
    sign_public_write(key.public, &public);
    assert_true(sign_key_read(secret.data, secret.len, &back));
    assert_memory_equal(&back, &key, sizeof key);
    assert_true(sign_public_read(public.data, public.len, got));
    assert_memory_equal(got, key.public, 32);
    assert_true(sign_public_read(public.data, public.len - 1, got)); // without its last line's end
    // One is never taken for the other, and nothing that is shorter, longer or otherwise wrong.
    assert_false(sign_key_read(public.data, public.len, &back));
    assert_false(sign_public_read(secret.data, secret.len, got));
    for (size_t length = 0; length < public.len - 1; length++)
        assert_false(sign_public_read(public.data, length, got));
    buf_byte(&public, '\n');
    assert_false(sign_public_read(public.data, public.len, got));
    public.data[40] = 'x';
    assert_false(sign_public_read(public.data, public.len - 1, got));
    buf_free(&secret);
    buf_free(&public);
}

static void what_was_changed_is_not_signed(void **state) {
    (void)state;
    static const Example example = { .name = "Example", .heap = 65536, .stack = 32768 };
    static ExampleFile file;
    SignKey key;
    sign_key_from_seed(seed, &key);
    example_make(&file, &example);
    assert_null(sign_program(file.bytes, file.size, &key));
    file.bytes[file.code] ^= 1;
    assert_string_equal(
        sign_program(file.bytes, file.size, &key), "its bytes do not match its digest"
    );
    assert_non_null(sign_image(file.bytes, file.size, &key));
}

// The same digest, signed as a program and as an image.
static void a_program_is_no_image(void **state) {
    (void)state;
    static const Example example = { .name = "Example", .heap = 65536, .stack = 32768 };
    static ExampleFile file;
    SignKey key;
    Sealed sealed;
    sign_key_from_seed(seed, &key);
    example_make(&file, &example);
    assert_null(sign_program(file.bytes, file.size, &key));
    assert_null(sealed_read(file.bytes, file.size, &sealed));
    const SignatureKeys trusted = { (const uint8_t(*)[32])key.public, 1 };
    Packed packed = { .header = { .signature = sealed.record.signature } };
    memcpy(packed.header.digest, sealed.record.digest, 32);
    assert_null(signature_check_program(&sealed, &trusted));
    assert_non_null(signature_check_image(&packed, &trusted));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_public_key_follows_from_its_seed),
        cmocka_unit_test(keys_are_made_at_random),
        cmocka_unit_test(files_are_read_as_they_are_written),
        cmocka_unit_test(what_was_changed_is_not_signed),
        cmocka_unit_test(a_program_is_no_image),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
