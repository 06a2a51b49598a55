// A `.system` file of any bytes: what is read comes back as it was written, and what can be packed from it with the programs of
// an example is an image that the kernel's reader accepts, every wire of it.

#include "base/arena.h"
#include "base/buf.h"
#include "base/file.h"
#include "driver/wiring.h"
#include "fuzz/tokens.h"
#include "image/image.h"
#include "sealed/packed.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t length, size_t room, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t length, size_t room);

static void want(int holds) {
    if (!holds) abort();
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t length, size_t room, unsigned seed) {
    if (seed % 4 == 0 || length == 0) return LLVMFuzzerMutate(data, length, room);
    return tokens_mutate(data, length, room, seed);
}

// --- programs to wire ------------------------------------------------------------------------------------------------------

enum { PROGRAMS = 5 };
static const char *const names[PROGRAMS] = { "Server", "Client", "Producer", "Consumer", "Hello" };
static ImageProgramInput programs[PROGRAMS];

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc, (void)argv;
    for (int i = 0; i < PROGRAMS; i++) {
        static Buf files[PROGRAMS];
        char path[1024], error[512];
        snprintf(path, sizeof path, "%s/%s.sipx", SIP_SEALED, names[i]);
        if (!file_read(path, 1 << 20, &files[i], error)) {
            fprintf(stderr, "%s\n", error);
            return 1;
        }
        programs[i] = (ImageProgramInput){ names[i], files[i].data, files[i].len };
    }
    return 0;
}

// --- packing ---------------------------------------------------------------------------------------------------------------

static void read_packed(const Buf *image) {
    Packed packed;
    Sealed sealed[PROGRAMS];
    want(packed_read(image->data, image->len, &packed) == NULL && packed_digest_is_right(&packed));
    for (uint32_t i = 0; i < packed.header.programs.count; i++) {
        const SealedView file = packed_program_file(&packed, i);
        want(sealed_read(file.bytes, file.size, &sealed[i]) == NULL);
    }
    for (uint32_t i = 0; i < packed.header.instances.count; i++) {
        want(packed_wires_are_complete(&packed, sealed, i));
        for (uint32_t k = 0; k < packed_instance(&packed, i).wire_count; k++)
            want(packed_check_wire(&packed, sealed, i, k) == NULL);
    }
}

static bool is_used(const Wiring *wiring, const char *program) {
    for (uint32_t i = 0; i < wiring->sips.len; i++)
        if (strcmp(wiring->sips.data[i].program, program) == 0) return true;
    return false;
}

static void pack(Arena *arena, const Wiring *wiring) {
    Buf image = { 0 };
    char error[IMAGE_ERROR_ROOM] = "";
    ImageProgramInput used[PROGRAMS];
    ImageInstanceInput *instances = arena_array(arena, ImageInstanceInput, wiring->sips.len);
    for (uint32_t i = 0; i < wiring->sips.len; i++)
        instances[i] = wiring_instance(arena, &wiring->sips.data[i]);
    ImageInput input = { .system = wiring->name,
                         .programs = used,
                         .instances = instances,
                         .instance_count = wiring->sips.len };
    for (int i = 0; i < PROGRAMS; i++)
        if (is_used(wiring, names[i])) used[input.program_count++] = programs[i];
    if (image_pack(&input, &image, error))
        read_packed(&image);
    else
        want(error[0] != 0);
    buf_free(&image);
}

// --- the question ----------------------------------------------------------------------------------------------------------

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length) {
    Arena arena;
    Wiring wiring, back;
    char error[512] = "";
    arena_init(&arena);
    if (wiring_read(&arena, "fuzz.system", (Str){ (const char *)data, length }, &wiring, error)) {
        Buf text = { 0 }, again = { 0 };
        wiring_write(&wiring, &text);
        want(wiring_read(
            &arena, "again.system", (Str){ (const char *)text.data, text.len }, &back, error
        ));
        wiring_write(&back, &again);
        want(again.len == text.len && memcmp(again.data, text.data, text.len) == 0);
        buf_free(&text);
        buf_free(&again);
        pack(&arena, &wiring);
    } else {
        want(error[0] != 0);
    }
    want(arena_used(&arena) < 100000 + 1000 * length);
    arena_free(&arena);
    return 0;
}
