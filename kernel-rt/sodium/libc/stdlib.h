// For libsodium alone: what is called only by what the linker leaves out.

#pragma once

#include <stddef.h>

_Noreturn void abort(void);
