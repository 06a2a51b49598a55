// Which program this is: the build ids of it and of each library that it runs with, from the notes that the linker left in them.
// Another compiler, another LLVM, another C library: another identity, whatever their versions say.

#ifndef DRIVER_IDENTITY_H
#define DRIVER_IDENTITY_H

#include "base/buf.h"

#include <stdbool.h>

bool identity_is_known(void); // false: a part was linked without a build id
void identity_write(Buf *out);

#endif
