// The reader of sealed binaries, which the kernel trusts, against any bytes: what it accepts can be asked, located and loaded
// without another test.

#include "sealed/sealed.h"
#include "sealed/signature.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST_LOADED = 16 << 20, PLACES = 500 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length);

static volatile uint8_t seen; // so that reading is not left out

static void touch(SealedView view) {
    for (size_t i = 0; i < view.size; i++)
        seen ^= view.bytes[i];
}

static void ask_tables(const Sealed *sealed) {
    const SealManifest *manifest = &sealed->manifest;
    touch(sealed_text(sealed, manifest->name));
    touch(sealed_text(sealed, manifest->toolchain));
    for (uint32_t i = 0; i < manifest->params.count; i++)
        touch(sealed_text(sealed, sealed_param(sealed, i).name));
    for (uint32_t i = 0; i < manifest->contracts.count; i++) {
        const SealContract contract = sealed_contract(sealed, i);
        touch(sealed_text(sealed, contract.name));
        for (uint32_t k = 0; k < contract.message_count; k++)
            touch(sealed_text(sealed, sealed_message(sealed, contract.first_message + k).name));
    }
    for (uint32_t i = 0; i < manifest->grants.count; i++)
        seen ^= (uint8_t)sealed_grant(sealed, i).kind;
    for (uint32_t i = 0; i < manifest->kcalls.count; i++)
        seen ^= (uint8_t)sealed_kcall(sealed, i);
    for (uint32_t i = 0; i < manifest->trap_count; i++)
        touch(sealed_file_name(sealed, sealed_trap(sealed, i).file));
}

static void ask_places(const Sealed *sealed) {
    const uint64_t step = (sealed->high - sealed->low) / PLACES + 1;
    for (uint64_t pc = sealed->low; pc < sealed->high; pc += step) {
        const SealedPlace place = sealed_place(sealed, pc);
        touch(place.file);
        touch(place.function);
    }
    sealed_place(sealed, 0);
    sealed_place(sealed, UINT64_MAX);
}

static void load(const Sealed *sealed) {
    if (sealed->high - sealed->low > LARGEST_LOADED) return;
    uint8_t *memory = calloc(1, sealed->high - sealed->low);
    if (!memory) return;
    sealed_load(sealed, memory, UINT64_C(0x7f0000000000));
    free(memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length) {
    Sealed sealed;
    const char *wrong = sealed_read(data, length, &sealed);
    if (wrong) {
        if (!wrong[0]) abort();
        return 0;
    }
    sealed_digest_is_right(&sealed);
    signature_check_program(&sealed, &(SignatureKeys){ 0 });
    ask_tables(&sealed);
    ask_places(&sealed);
    load(&sealed);
    return 0;
}
