// Writing a file that was read before, as `fix` and `fmt` do: all or nothing, and not over what somebody else wrote meanwhile.

#ifndef DRIVER_REWRITE_H
#define DRIVER_REWRITE_H

#include "base/buf.h"
#include "driver/options.h"

// Writes `now` to the file at `path`, which held `before` when it was read. A link stays one, permissions stay. Says on stderr what
// is wrong.
ExitCode rewrite_file(const char *path, const Buf *before, const Buf *now);

#endif
