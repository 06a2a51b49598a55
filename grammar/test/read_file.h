// A file's text, with a zero behind it, for the tests of the grammar; a file that cannot be read ends the test.

#ifndef GRAMMAR_READ_FILE_H
#define GRAMMAR_READ_FILE_H

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

// The caller frees it.
static char *read_file(const char *path, size_t *length) {
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END)) {
        perror(path);
        exit(2);
    }
    *length = (size_t)ftell(file);
    rewind(file);
    char *text = calloc(*length + 1, 1);
    assert(text);
    if (fread(text, 1, *length, file) != *length) {
        perror(path);
        exit(2);
    }
    fclose(file);
    return text;
}

#endif
