// An ISO image is GRUB, a menu without choices, and the bootable file, put together by grub-mkrescue: for BIOS, for UEFI, or
// for both, by which of GRUB's packages are installed. GRUB loads the file by Multiboot2.

#include "driver/iso.h"

#include "base/file.h"
#include "driver/launch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char menu[] = "set timeout=0\n"
                           "menuentry \"Sip\" {\n"
                           "    multiboot2 /boot/system.elf\n"
                           "}\n";

// What is put together, each folder before what lies in it.
typedef struct Entry {
    const char *name;
    const void *bytes; // NULL: a folder
    size_t size;
} Entry;

static bool write_entry(Arena *arena, const char *folder, const Entry *entry, char error[512]) {
    const char *path = arena_printf(arena, "%s/%s", folder, entry->name);
    if (entry->bytes) return file_write(path, entry->bytes, entry->size, error);
    if (mkdir(path, 0700) == 0) return true;
    snprintf(error, 512, "cannot make the folder %s: %s", path, strerror(errno));
    return false;
}

static bool make_iso(const char *folder, const char *path, bool verbose, char error[512]) {
    char *argv[] = { "grub-mkrescue", "-o", (char *)(uintptr_t)path, (char *)(uintptr_t)folder,
                     NULL };
    const char *remedy = "install GRUB, xorriso and mtools (Debian: grub-pc-bin grub-efi-amd64-bin "
                         "grub-common xorriso mtools)";
    int code;
    if (!launch_tool(argv, !verbose, remedy, &code, error)) return false;
    if (code == 0) return true;
    snprintf(
        error, 512, "grub-mkrescue failed (status %d); --verbose shows what it says; %s", code,
        remedy
    );
    return false;
}

bool iso_write(Arena *arena, const Buf *bootable, const char *path, bool verbose, char error[512]) {
    const Entry entries[] = {
        { "boot",               NULL,           0               },
        { "boot/grub",          NULL,           0               },
        { "boot/grub/grub.cfg", menu,           sizeof menu - 1 },
        { "boot/system.elf",    bootable->data, bootable->len   },
    };
    enum { ENTRIES = sizeof entries / sizeof *entries };
    char folder[512];
    if (!file_temporary_folder(folder, error)) return false;
    bool good = true;
    for (int i = 0; i < ENTRIES; i++)
        good = good && write_entry(arena, folder, &entries[i], error);
    good = good && make_iso(folder, path, verbose, error);
    for (int i = ENTRIES - 1; i >= 0; i--)
        remove(arena_printf(arena, "%s/%s", folder, entries[i].name));
    rmdir(folder);
    return good;
}
