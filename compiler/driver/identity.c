// Notes of loaded objects, as the dynamic linker lists them.

#include "driver/identity.h"

#include <elf.h>
#include <link.h>
#include <string.h>

typedef struct Walk {
    Buf *out;
    bool unknown;
} Walk;

static size_t round_up(size_t n) {
    return (n + 3) & ~(size_t)3;
}

static bool write_id(const uint8_t *note, size_t size, Buf *out) {
    while (size >= sizeof(ElfW(Nhdr))) {
        ElfW(Nhdr) head;
        memcpy(&head, note, sizeof head);
        size_t name = sizeof head, text = name + round_up(head.n_namesz),
               end = text + round_up(head.n_descsz);
        if (end > size) return false;
        if (head.n_type == NT_GNU_BUILD_ID && head.n_namesz == 4 &&
            memcmp(note + name, "GNU", 4) == 0) {
            buf_put(out, note + text, head.n_descsz);
            return true;
        }
        note += end;
        size -= end;
    }
    return false;
}

static int visit(struct dl_phdr_info *object, size_t size, void *context) {
    (void)size;
    Walk *walk = context;
    bool found = strstr(object->dlpi_name, "vdso") != NULL; // the kernel's clock
    for (int i = 0; !found && i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &object->dlpi_phdr[i];
        if (header->p_type != PT_NOTE) continue;
        const void *note = (const void *)(uintptr_t)(object->dlpi_addr + header->p_vaddr);
        found = write_id(note, header->p_memsz, walk->out);
    }
    walk->unknown |= !found;
    return 0;
}

void identity_write(Buf *out) {
    Walk walk = { out, false };
    dl_iterate_phdr(visit, &walk);
}

bool identity_is_known(void) {
    Buf out = { 0 };
    Walk walk = { &out, false };
    dl_iterate_phdr(visit, &walk);
    buf_free(&out);
    return !walk.unknown;
}
