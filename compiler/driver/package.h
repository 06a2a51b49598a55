// A package: a folder with a `package.sip`, so that commands need no file.

#ifndef DRIVER_PACKAGE_H
#define DRIVER_PACKAGE_H

#include "driver/options.h"

// Where no file is given, takes what the package.sip of this folder says: the main file or the files with tests, folders in
// which modules are found, and what its profile asks for. What the command line says wins. Says on stderr what is wrong.
ExitCode package_apply(Arena *arena, Options *options);

#endif
