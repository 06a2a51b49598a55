// Files are written as a whole; what is no file is written to.

// clang-format off: cmocka.h wants the three before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on

#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[512], path[600], error[512];

static int start(void **state) {
    (void)state;
    bool made = file_temporary_folder(folder, error);
    snprintf(path, sizeof path, "%s/a", folder);
    return made ? 0 : -1;
}

static int end(void **state) {
    (void)state;
    return unlink(path) == 0 && rmdir(folder) == 0 ? 0 : -1;
}

static void a_file_is_replaced(void **state) {
    (void)state;
    Buf got = { 0 };
    assert_true(file_write(path, "old and long", 12, error));
    assert_true(file_write(path, "new", 3, error));
    assert_true(file_read(path, 100, &got, error));
    assert_int_equal(got.len, 3);
    assert_memory_equal(got.data, "new", 3);
    buf_free(&got);
}

// As a device stays one that is named as output.
static void a_pipe_is_written_to(void **state) {
    (void)state;
    struct stat info;
    char got[8] = "";
    int status;
    assert_int_equal(mkfifo(path, 0600), 0);
    pid_t writer = fork();
    if (writer == 0) _exit(file_write(path, "hello", 5, error) ? 0 : 1);
    FILE *in = fopen(path, "r");
    assert_non_null(in);
    assert_int_equal(fread(got, 1, sizeof got, in), 5);
    assert_string_equal(got, "hello");
    fclose(in);
    assert_int_equal(waitpid(writer, &status, 0), writer);
    assert_int_equal(status, 0);
    assert_true(stat(path, &info) == 0 && S_ISFIFO(info.st_mode));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_file_is_replaced, start, end),
        cmocka_unit_test_setup_teardown(a_pipe_is_written_to, start, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
