// An ISO image that BIOS and UEFI machines boot.

#ifndef DRIVER_ISO_H
#define DRIVER_ISO_H

#include "base/arena.h"
#include "base/buf.h"

#include <stdbool.h>

// Writes an image to `path` whose boot loader, GRUB, starts the bootable file. False with `error` if a tool is missing or failed.
bool iso_write(Arena *arena, const Buf *bootable, const char *path, bool verbose, char error[512]);

#endif
