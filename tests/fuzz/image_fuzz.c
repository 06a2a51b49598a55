// The reader of packed images, which the kernel trusts, against any bytes: its tables, the programs inside, and every wire.

#include "sealed/packed.h"
#include "sealed/signature.h"

#include <stdint.h>
#include <stdlib.h>

enum { MOST_PROGRAMS = 32 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length);

static volatile uint8_t seen; // so that reading is not left out

static void touch(SealedView view) {
    for (size_t i = 0; i < view.size; i++)
        seen ^= view.bytes[i];
}

static bool read_programs(const Packed *packed, Sealed *programs) {
    bool all = true;
    for (uint32_t i = 0; i < packed->header.programs.count; i++) {
        const SealedView file = packed_program_file(packed, i);
        touch(packed_text(packed, packed_program(packed, i).name));
        all = sealed_read(file.bytes, file.size, &programs[i]) == NULL && all;
    }
    return all;
}

// As the kernel does: only where all programs could be read.
static void check_grants(const Packed *packed, const Sealed *programs) {
    uint32_t instance = 0, other = 0;
    const char *wrong = packed_check_grants(packed, programs, &instance, &other);
    if (!wrong) return;
    if (!wrong[0] || instance >= packed->header.instances.count) abort();
    if (other >= packed->header.instances.count) abort();
}

static void check_wires(const Packed *packed, const Sealed *programs) {
    for (uint32_t i = 0; i < packed->header.instances.count; i++) {
        const ImageInstance instance = packed_instance(packed, i);
        if (!packed_wires_are_complete(packed, programs, i)) continue;
        for (uint32_t k = 0; k < instance.wire_count; k++)
            packed_check_wire(packed, programs, i, k);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length) {
    Packed packed;
    const char *wrong = packed_read(data, length, &packed);
    if (wrong) {
        if (!wrong[0]) abort();
        return 0;
    }
    packed_digest_is_right(&packed);
    signature_check_image(&packed, &(SignatureKeys){ 0 });
    touch(packed_text(&packed, packed.header.system));
    for (uint32_t i = 0; i < packed.header.instances.count; i++)
        touch(packed_text(&packed, packed_instance(&packed, i).name));
    for (uint32_t i = 0; i < packed.header.wires.count; i++)
        seen ^= (uint8_t)packed_wire(&packed, i).kind;
    for (uint32_t i = 0; i < packed.header.texts.count; i++)
        touch(packed_argument(&packed, i));
    if (packed.header.programs.count > MOST_PROGRAMS) return 0;
    Sealed *programs = calloc(MOST_PROGRAMS, sizeof *programs);
    if (read_programs(&packed, programs)) {
        check_grants(&packed, programs);
        check_wires(&packed, programs);
    }
    free(programs);
    return 0;
}
