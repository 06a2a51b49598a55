// The sealed file: the linked program as it is, then the sections that are not loaded, names and headers of all sections,
// and the record at the very end.
//
//     program | .sip.lines | .sip.sir | .shstrtab | section headers | .sip.seal

#include "seal__.h"

#include "sealed/sealed.h"

#include <stdio.h>
#include <string.h>

typedef struct Writing {
    Arena scratch;
    Program program;
    Buf *out;
    size_t start; // of the file, in `out`
    ElfSection *sections;
    uint32_t count;
    Buf names;
} Writing;

enum { ADDED = 3 }; // lines, sir, seal; the section of names is there already

static size_t here(const Writing *w) {
    return w->out->len - w->start;
}

static void align_to(Writing *w, size_t align) {
    while (here(w) % align)
        buf_byte(w->out, 0);
}

static ElfSection *add_section(Writing *w, const char *name, size_t size) { // which begins here
    ElfSection *section = &w->sections[w->count++];
    *section = (ElfSection){ .name = (uint32_t)w->names.len,
                             .type = SECTION_PROGBITS,
                             .offset = here(w),
                             .size = size,
                             .addralign = 8 };
    buf_put(&w->names, name, strlen(name) + 1);
    return section;
}

static void add_lines(Writing *w, const SealInput *input, const SirModule *module) {
    align_to(w, 8);
    ElfSection *section = add_section(w, ".sip.lines", 0);
    seal__write_lines(&w->scratch, &w->program, input, module, w->out);
    section->size = here(w) - section->offset;
}

static void add_sir(Writing *w, const SealInput *input) {
    align_to(w, 8);
    add_section(w, ".sip.sir", input->sir_length);
    buf_put(w->out, input->sir_bytes, input->sir_length);
}

// The record's place is known before the headers are written: it follows them.
static void add_headers(Writing *w) {
    ElfSection *seal = add_section(w, ".sip.seal", sizeof(SealRecord));
    align_to(w, 8);
    ElfSection *names = &w->sections[w->program.header.shstrndx];
    names->offset = here(w);
    names->size = w->names.len;
    buf_put(w->out, w->names.data, w->names.len);
    align_to(w, 16);
    ElfHeader header = w->program.header;
    header.shoff = here(w);
    header.shnum = (uint16_t)w->count;
    seal->offset = here(w) + w->count * sizeof *w->sections;
    buf_put(w->out, w->sections, w->count * sizeof *w->sections);
    memcpy(w->out->data + w->start, &header, sizeof header);
}

static void add_record(Writing *w) {
    SealRecord record = {
        .magic = { 'S', 'I', 'P', 'S', 'E', 'A', 'L', 1 },
          .version = SEAL_FORMAT_VERSION
    };
    size_t at = here(w);
    record.file_size = at + sizeof record;
    buf_put(w->out, &record, sizeof record);
    sealed_digest(w->out->data + w->start, here(w), at, record.digest);
    memcpy(w->out->data + w->start + at, &record, sizeof record);
}

static bool begin(Writing *w, const uint8_t *program, size_t length) {
    if (!seal__read_program(&w->scratch, program, length, &w->program)) return false;
    buf_put(w->out, program, length);
    w->count = w->program.header.shnum;
    if (w->count + ADDED > UINT16_MAX) return false;
    w->sections = arena_array(&w->scratch, ElfSection, (uint64_t)w->count + ADDED);
    memcpy(w->sections, w->program.sections, w->count * sizeof *w->sections);
    buf_put(&w->names, w->program.names.ptr, w->program.names.len);
    return true;
}

// What is sealed is what the kernel's reader takes: asked here, where something can still be said about it.
static bool is_readable(const Writing *w, char error[512]) {
    Sealed sealed;
    const char *wrong = sealed_read(w->out->data + w->start, here(w), &sealed);
    if (wrong) snprintf(error, 512, "the sealed binary would be refused: %s", wrong);
    return !wrong;
}

bool seal_write(
    const SealInput *input, const uint8_t *program, size_t length, Buf *out, char error[512]
) {
    Writing w = { .out = out, .start = out->len };
    arena_init(&w.scratch);
    bool good = begin(&w, program, length);
    if (good) {
        add_lines(&w, input, verified_module(input->sir));
        add_sir(&w, input);
        add_headers(&w);
        add_record(&w);
        good = is_readable(&w, error);
    } else {
        snprintf(error, 512, "the linker's result is not an executable that can be sealed");
    }
    buf_free(&w.names);
    arena_free(&w.scratch);
    return good;
}
