// Files as a whole: read with a limit, written all or not at all.

#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

// Appends the content of the file at `path` to `out`. False, with a sentence that names the file and the remedy, when
// it cannot be read, is not a regular file, or is longer than `limit` bytes.
bool file_read(const char *path, size_t limit, Buf *out, char error[512]);

// Writes the bytes under a temporary name in the same folder and renames it: whoever looks sees the old file or the
// whole new one. A device or a pipe is written to. False, with a sentence, when that fails; nothing is left behind then.
bool file_write(const char *path, const void *bytes, size_t length, char error[512]);

// Makes an empty folder for what is soon gone, in $TMPDIR or /tmp; only we may look into it. `path` gets its name. False,
// with a sentence, when that fails.
bool file_temporary_folder(char path[512], char error[512]);

#endif
