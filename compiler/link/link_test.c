// The linker's failures: each is said in a sentence, and no folder stays behind.

#include "link.h"

// clang-format off: in this order
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[] = P_tmpdir "/sip-link-test-XXXXXX"; // TMPDIR of the tests
static char runtime[64];

static int make_folder(void **state) {
    (void)state;
    if (!mkdtemp(folder) || setenv("TMPDIR", folder, 1) != 0) return 1;
    snprintf(runtime, sizeof runtime, "%s/rt.a", folder);
    FILE *file = fopen(runtime, "w");
    return !file || fputs("!<arch>\n", file) < 0 || fclose(file) != 0;
}

static int remove_folder(void **state) {
    (void)state;
    return unlink(runtime) != 0 || rmdir(folder) != 0; // fails if something else is in it
}

static bool link_bytes(
    const char *bytes, const char *library, const char *linker, char error[512]
) {
    Buf object = { 0 }, out = { 0 };
    buf_cstr(&object, bytes);
    const Buf *objects[] = { &object };
    LinkInput input = {
        .objects = objects, .object_count = 1, .runtime = library, .linker = linker
    };
    error[0] = '\0';
    bool good = link_program(&input, &out, error);
    buf_free(&object);
    buf_free(&out);
    return good;
}

static void a_missing_linker_is_named_with_its_package(void **state) {
    (void)state;
    char error[512];
    assert_false(link_bytes("", runtime, "ld.lld-that-is-not-there", error));
    assert_non_null(strstr(error, "install package lld-19"));
}

static void a_missing_runtime_is_named(void **state) {
    (void)state;
    char error[512];
    assert_false(link_bytes("", "/no/such/libsip-rt.a", NULL, error));
    assert_non_null(strstr(error, "/no/such/libsip-rt.a"));
}

static void what_the_linker_says_is_handed_on(void **state) {
    (void)state;
    char error[512];
    assert_false(link_bytes("no object", runtime, NULL, error));
    assert_non_null(strstr(error, "the linker refuses"));
}

static void a_linker_that_fails_silently_is_reported(void **state) {
    (void)state;
    char error[512];
    assert_false(link_bytes("", runtime, "/bin/false", error));
    assert_true(error[0]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_missing_linker_is_named_with_its_package),
        cmocka_unit_test(a_missing_runtime_is_named),
        cmocka_unit_test(what_the_linker_says_is_handed_on),
        cmocka_unit_test(a_linker_that_fails_silently_is_reported),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
