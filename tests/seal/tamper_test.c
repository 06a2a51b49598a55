// A sealed binary as `sipcc build` leaves it (its path is the first argument), and as signed: cut at every length, and with a bit
// flipped in every byte. Each is refused with a reason, and every part of the file is shown to be covered.

#include "contracts/abi/seal.h"
#include "sealed/elf.h"
#include "sealed/sealed.h"
#include "sealed/signature.h"
#include "sign/sign.h"

// clang-format off: cmocka.h needs these before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_REGIONS = 64, MOST_BYTES = 1 << 20 };

typedef struct Region {
    char name[32];
    size_t by_structure, by_digest, by_signature; // flips that were refused, and by what
} Region;

static uint8_t *file;
static size_t size;
static uint8_t *region_of; // of each byte: row of regions
static Region regions[MOST_REGIONS];
static uint8_t region_count;
static SignatureKeys trusted; // nobody, at first
static const char not_signed_right[] = "signature";

// The bytes lie at the very end of an allocation, so that a sanitizer sees a step past them. NULL: accepted.
static const char *refusal(const uint8_t *bytes, size_t length) {
    uint8_t *copy = malloc(length ? length : 1);
    Sealed sealed;
    memcpy(copy, bytes, length);
    const char *wrong = sealed_read(copy, length, &sealed);
    if (!wrong && !sealed_digest_is_right(&sealed)) wrong = "digest";
    if (!wrong && signature_check_program(&sealed, &trusted)) wrong = not_signed_right;
    free(copy);
    return wrong;
}

// --- what lies where ---------------------------------------------------------------------------------------------------

static void mark(const char *name, size_t at, size_t length) {
    assert_true(region_count < MOST_REGIONS && at <= size && length <= size - at);
    snprintf(regions[region_count].name, sizeof regions[0].name, "%s", name);
    memset(region_of + at, region_count++, length);
}

static void mark_sections(const ElfHeader *header) {
    ElfSection names, section;
    memcpy(&names, file + header->shoff + header->shstrndx * sizeof names, sizeof names);
    for (uint16_t i = 1; i < header->shnum; i++) {
        memcpy(&section, file + header->shoff + i * sizeof section, sizeof section);
        if (section.type != ELF_SECTION_NOBITS && section.size)
            mark((const char *)file + names.offset + section.name, section.offset, section.size);
    }
}

static int find_regions(void **state) {
    (void)state;
    ElfHeader header;
    free(region_of);
    region_of = calloc(1, size);
    memset(regions, 0, sizeof regions);
    region_count = 0;
    memcpy(&header, file, sizeof header);
    mark("padding", 0, 0);
    mark("ELF header", 0, sizeof header);
    mark("program headers", header.phoff, header.phnum * sizeof(ElfSegment));
    mark("section headers", header.shoff, header.shnum * sizeof(ElfSection));
    mark_sections(&header);
    return 0;
}

static const char *const expected[] = {
    "padding",    "ELF header", "program headers", "section headers", ".sip.manifest", ".sip.traps",
    ".sip.lines", ".sip.sir",   ".sip.seal",       ".text",           ".rodata",       ".dynamic",
    ".symtab",    ".strtab",    ".debug_info",     ".debug_line",
};

static const Region *find_region(const char *name) {
    for (uint8_t i = 0; i < region_count; i++)
        if (strcmp(regions[i].name, name) == 0) return &regions[i];
    return NULL;
}

// --- tests ---------------------------------------------------------------------------------------------------------------

static void the_whole_file_is_accepted(void **state) {
    (void)state;
    assert_null(refusal(file, size));
}

static void every_length_is_refused(void **state) {
    (void)state;
    for (size_t length = 0; length < size; length++) {
        const char *wrong = refusal(file, length);
        if (!wrong || !wrong[0]) fail_msg("cut to %zu bytes it is accepted", length);
    }
}

static void a_longer_file_is_refused(void **state) {
    (void)state;
    uint8_t *longer = calloc(1, size + 4096);
    memcpy(longer, file, size);
    assert_non_null(refusal(longer, size + 1));
    assert_non_null(refusal(longer, size + 4096));
    free(longer);
}

static void a_flipped_bit_anywhere_is_refused(void **state) {
    (void)state;
    for (size_t at = 0; at < size; at++) {
        const uint8_t bit = (uint8_t)(1u << (at * 5 + 3) % 8);
        file[at] ^= bit;
        const char *wrong = refusal(file, size);
        file[at] ^= bit;
        if (!wrong || !wrong[0])
            fail_msg("with byte %zu changed (%s) it is accepted", at, regions[region_of[at]].name);
        if (wrong == not_signed_right)
            regions[region_of[at]].by_signature++;
        else if (strcmp(wrong, "digest") == 0)
            regions[region_of[at]].by_digest++;
        else
            regions[region_of[at]].by_structure++;
    }
    for (uint8_t i = 0; i < region_count; i++)
        printf(
            "# %-20s %6zu refused by structure, %6zu by the digest, %2zu by the signature\n",
            regions[i].name, regions[i].by_structure, regions[i].by_digest, regions[i].by_signature
        );
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        const Region *region = find_region(expected[i]);
        if (!region || region->by_structure + region->by_digest == 0)
            fail_msg("nothing was changed in %s", expected[i]);
    }
    // No byte of a key or a signature is without one, whether it was signed or not.
    assert_int_equal(find_region(".sip.seal")->by_signature, sizeof(SealSignature));
}

// Whoever changes a byte can make the digest right as well. Then the structure alone must hold: no step outside.
static void a_resealed_change_is_read_safely(void **state) {
    (void)state;
    Sealed whole, changed;
    assert_null(sealed_read(file, size, &whole));
    for (size_t at = 0; at < size; at++) {
        const uint8_t kept = file[at];
        file[at] = (uint8_t)(at % 2 ? 0xff : kept ^ 0x80);
        uint8_t *copy = malloc(size);
        memcpy(copy, file, size);
        if (!sealed_read(copy, size, &changed) && changed.high - changed.low < MOST_BYTES) {
            uint8_t *memory = calloc(1, changed.high - changed.low);
            sealed_load(&changed, memory, 0);
            for (uint64_t pc = changed.low; pc < changed.high; pc += 500)
                sealed_place(&changed, pc);
            free(memory);
        }
        free(copy);
        file[at] = kept;
    }
}

static SignKey key;

static int sign_it(void **state) {
    static const uint8_t seed[32] = { 42 };
    sign_key_from_seed(seed, &key);
    assert_null(sign_program(file, size, &key));
    trusted = (SignatureKeys){ (const uint8_t(*)[32])key.public, 1 };
    return find_regions(state);
}

static void only_what_a_trusted_key_signed_is_accepted(void **state) {
    (void)state;
    static const uint8_t seeds[2][32] = { { 1 }, { 2 } };
    static const char *const stranger = "it is signed by a key that is not trusted";
    uint8_t known[2][32];
    SignKey other;
    Sealed sealed;
    SignatureKeys keys = { (const uint8_t(*)[32])known, 2 };
    for (int i = 0; i < 2; i++) {
        sign_key_from_seed(seeds[i], &other);
        memcpy(known[i], other.public, sizeof known[i]);
    }
    assert_null(sealed_read(file, size, &sealed));
    assert_null(signature_check_program(&sealed, &(SignatureKeys){ 0 }));
    assert_string_equal(signature_check_program(&sealed, &keys), stranger);
    memcpy(known[1], key.public, sizeof known[1]);
    assert_null(signature_check_program(&sealed, &keys));
    // Another's name on it does not make it the other's.
    memcpy(sealed.record.signature.key, known[0], sizeof known[0]);
    assert_non_null(signature_check_program(&sealed, &keys));
    memset(&sealed.record.signature, 0, sizeof sealed.record.signature);
    assert_string_equal(
        signature_check_program(&sealed, &keys),
        "it is not signed, and only what a trusted key signed is started"
    );
}

static bool read_file(const char *path) {
    FILE *in = fopen(path, "rb");
    file = malloc(MOST_BYTES);
    size = in ? fread(file, 1, MOST_BYTES, in) : 0;
    if (in) fclose(in);
    return size > sizeof(ElfHeader) && size < MOST_BYTES;
}

int main(int argc, char **argv) {
    if (argc != 2 || !read_file(argv[1])) {
        fprintf(stderr, "usage: test-seal-tamper FILE.sipx\n");
        return 2;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_whole_file_is_accepted),
        cmocka_unit_test(every_length_is_refused),
        cmocka_unit_test(a_longer_file_is_refused),
        cmocka_unit_test_setup(a_flipped_bit_anywhere_is_refused, find_regions),
        cmocka_unit_test(a_resealed_change_is_read_safely),
        cmocka_unit_test_setup(only_what_a_trusted_key_signed_is_accepted, sign_it),
        cmocka_unit_test_setup(a_flipped_bit_anywhere_is_refused, find_regions),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    free(file);
    free(region_of);
    return failed;
}
