// Sealed files: a good one is read, loaded and relocated; every truncation and every flipped bit is refused, by the
// structure, by the digest or as a signature that is nobody's, and never read past its end.

#include "sealed/example_test.h"
#include "sealed/signature.h"

// clang-format off: cmocka.h needs these before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on

#include <stdlib.h>
#include <string.h>

static const Example example = {
    .name = "Example",
    .heap = 65536,
    .stack = 32768,
    .trap_fault = 4,
    .trap_text = 1,
    .contracts = { { "Echo", 1, 2, 32, { { "say", 0, 24, 0 }, { "said", 1, 16, 0 } } } },
    .params = { { "echo", SEAL_PARAM_ENDPOINT, 0, 1 }, { "args", SEAL_PARAM_ARGS, 0, 0 } },
};

static void assert_text(SealedView view, const char *text) {
    assert_int_equal(view.size, strlen(text));
    assert_memory_equal(view.bytes, text, view.size);
}

static void reads_a_good_file(void **state) {
    (void)state;
    static ExampleFile file;
    Sealed sealed;
    example_make(&file, &example);
    const char *wrong = sealed_read(file.bytes, file.size, &sealed);
    assert_null(wrong);
    assert_true(sealed_digest_is_right(&sealed));
    assert_text(sealed_text(&sealed, sealed.manifest.name), "Example");
    assert_int_equal(sealed.segment_count, 3);
    assert_int_equal(sealed_contract(&sealed, 0).out_slots, 2);
    assert_int_equal(sealed_message(&sealed, 1).direction, 1);
    assert_text(sealed_text(&sealed, sealed_param(&sealed, 1).name), "args");
    assert_int_equal(sealed_trap(&sealed, 0).line, 7);
    assert_text(sealed_file_name(&sealed, 0), "example.sip");
}

static void finds_places(void **state) {
    (void)state;
    static ExampleFile file;
    Sealed sealed;
    example_make(&file, &example);
    assert_null(sealed_read(file.bytes, file.size, &sealed));
    SealedPlace place = sealed_place(&sealed, sealed.entry + 9);
    assert_int_equal(place.line, 5);
    assert_text(place.function, "main");
    assert_int_equal(sealed_place(&sealed, sealed.entry + 10).line, 6);
    assert_int_equal(sealed_place(&sealed, sealed.entry + 12).function.size, 0);
    assert_int_equal(sealed_place(&sealed, sealed.entry - 1).file.size, 0);
}

static SealLines *line_header(ExampleFile *file) {
    return (SealLines *)(void *)(file->bytes + file->lines);
}

static bool is_refused_again(ExampleFile *file) { // with the digest made right
    Sealed sealed;
    return sealed_read(file->bytes, file->size, &sealed) != NULL;
}

// What a trap says is shown on consoles, so it must be text, and there.
static void says_what_a_trap_says(void **state) {
    (void)state;
    static ExampleFile file;
    Sealed sealed;
    example_make(&file, &example);
    assert_null(sealed_read(file.bytes, file.size, &sealed));
    assert_text(sealed_trap_text(&sealed, sealed_trap(&sealed, 0).text), "n < 3");
    assert_int_equal(sealed_trap_text(&sealed, 0).size, 0);
    assert_int_equal(sealed_trap_text(&sealed, 2).size, 0);
    SealString *text =
        (SealString *)(void *)(file.bytes + file.lines + line_header(&file)->texts.offset);
    uint8_t *first = file.bytes + file.lines + text->offset, kept = *first;
    const uint8_t wrong[] = { 0x1b, '\n', 0, 0x7f, 0xc2 };
    for (size_t i = 0; i < sizeof wrong; i++) {
        *first = wrong[i];
        assert_true(is_refused_again(&file));
    }
    *first = kept;
    assert_false(is_refused_again(&file));
    text->length = SEAL_MOST_TRAP_TEXT + 1;
    assert_true(is_refused_again(&file));
    text->length = 0;
    assert_true(is_refused_again(&file));
    text->length = 5;
    text->offset = UINT32_MAX - 2;
    assert_true(is_refused_again(&file));
    line_header(&file)->texts.count = UINT32_MAX;
    assert_true(is_refused_again(&file));
    line_header(&file)->texts.count = 0; // the site names a text that is not there
    assert_true(is_refused_again(&file));
}

static void limits_of_cpu_time_are_bounded(void **state) {
    (void)state;
    static ExampleFile file;
    example_make(&file, &example);
    SealManifest *manifest = (SealManifest *)(void *)(file.bytes + file.manifest);
    manifest->cpu = SEAL_MOST_CPU;
    manifest->time = SEAL_MOST_TIME;
    assert_false(is_refused_again(&file));
    manifest->cpu++;
    assert_true(is_refused_again(&file));
    manifest->cpu = UINT32_MAX;
    assert_true(is_refused_again(&file));
    manifest->cpu = 0;
    manifest->time++;
    assert_true(is_refused_again(&file));
    manifest->time = UINT64_MAX;
    assert_true(is_refused_again(&file));
    manifest->time = 0;
    assert_false(is_refused_again(&file));
    manifest->reserved = 1;
    assert_true(is_refused_again(&file));
}

static void loads_and_relocates(void **state) {
    (void)state;
    static ExampleFile file;
    Sealed sealed;
    example_make(&file, &example);
    assert_null(sealed_read(file.bytes, file.size, &sealed));
    uint8_t *memory = calloc(1, sealed.high - sealed.low);
    sealed_load(&sealed, memory, 0x7000000);
    uint64_t pointer;
    memcpy(&pointer, memory + sealed.segments[2].address - sealed.low, 8);
    assert_true(pointer == 0x7000000 + sealed.entry - sealed.low);
    assert_memory_equal(memory + sealed.entry - sealed.low, file.bytes + file.code, 12);
    free(memory);
}

// The bytes lie at the very end of an allocation, so that a sanitizer sees a step past them.
static bool is_accepted(const uint8_t *bytes, size_t size) {
    uint8_t *copy = malloc(size ? size : 1);
    memcpy(copy, bytes, size);
    Sealed sealed;
    bool accepted = sealed_read(copy, size, &sealed) == NULL && sealed_digest_is_right(&sealed) &&
                    signature_check_program(&sealed, &(SignatureKeys){ 0 }) == NULL;
    free(copy);
    return accepted;
}

static void every_truncation_is_refused(void **state) {
    (void)state;
    static ExampleFile file;
    example_make(&file, &example);
    for (size_t size = 0; size < file.size; size++)
        assert_false(is_accepted(file.bytes, size));
    assert_true(is_accepted(file.bytes, file.size));
    assert_false(is_accepted(file.bytes, file.size + 1));
}

static void every_flipped_bit_is_refused(void **state) {
    (void)state;
    static ExampleFile file;
    example_make(&file, &example);
    for (size_t bit = 0; bit < file.size * 8; bit++) {
        file.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_false(is_accepted(file.bytes, file.size));
        file.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

// Whoever can change a byte can also make the digest right: then the structure alone must hold.
static void damaged_but_sealed_files_are_read_safely(void **state) {
    (void)state;
    static ExampleFile file;
    static const uint8_t values[] = { 0x00, 0x01, 0x7f, 0x80, 0xff };
    example_make(&file, &example);
    for (size_t at = 0; at < file.size; at++) {
        uint8_t kept = file.bytes[at];
        for (size_t i = 0; i < sizeof values; i++) {
            file.bytes[at] = values[i];
            uint8_t *copy = malloc(file.size);
            memcpy(copy, file.bytes, file.size);
            Sealed sealed;
            if (!sealed_read(copy, file.size, &sealed) && sealed.high - sealed.low < 1 << 20) {
                uint8_t *memory = calloc(1, sealed.high - sealed.low);
                sealed_load(&sealed, memory, 0);
                for (uint64_t pc = sealed.low; pc < sealed.high; pc += 1000)
                    sealed_place(&sealed, pc);
                free(memory);
            }
            free(copy);
        }
        file.bytes[at] = kept;
    }
}

// --- each promise of the segments, broken alone ------------------------------------------------------------

static ElfSegment *segment_row(ExampleFile *file, int row) {
    return (ElfSegment *)(void *)(file->bytes + 64) + row;
}

static void share_a_page(ExampleFile *file) {
    segment_row(file, 1)->vaddr = file->code;
}
static void write_and_execute(ExampleFile *file) {
    segment_row(file, 1)->flags |= ELF_WRITE;
}
static void lie_beyond_the_file(ExampleFile *file) {
    segment_row(file, 2)->offset = file->size;
}
static void be_huge(ExampleFile *file) {
    segment_row(file, 2)->memsz = (uint64_t)1 << 62;
}
static void want_an_interpreter(ExampleFile *file) {
    segment_row(file, 3)->type = ELF_INTERP;
}
static void have_tls(ExampleFile *file) {
    segment_row(file, 3)->type = ELF_TLS;
}
static void relro_elsewhere(ExampleFile *file) {
    segment_row(file, 4)->vaddr = 0;
}
static void no_relro(ExampleFile *file) {
    segment_row(file, 4)->type = ELF_NULL;
}

static ElfRela *rela_row(ExampleFile *file) {
    return (ElfRela *)(void *)(file->bytes + file->relocations);
}

static void relocate_code(ExampleFile *file) {
    rela_row(file)->offset = example_address(file->code, 1);
}
static void point_outside(ExampleFile *file) {
    rela_row(file)->addend = (uint64_t)1 << 40;
}
static void relocate_otherwise(ExampleFile *file) {
    rela_row(file)->info = 1;
}
static void enter_data(ExampleFile *file) {
    ((ElfHeader *)(void *)file->bytes)->entry = 0x20000;
}

static SealManifest *manifest_of(ExampleFile *file) {
    return (SealManifest *)(void *)(file->bytes + file->manifest);
}
static void be_old(ExampleFile *file) {
    manifest_of(file)->abi = SIP_ABI_VERSION - 1;
}
static void be_new(ExampleFile *file) {
    manifest_of(file)->abi = SIP_ABI_VERSION + 1;
}

static const struct Broken {
    void (*damage)(ExampleFile *file);
    const char *wrong;
} broken[] = {
    { share_a_page,        "two segments share a page or are not in order"     },
    { write_and_execute,   "a segment is writable and executable"              },
    { lie_beyond_the_file, "a segment reaches beyond the file"                 },
    { be_huge,             "a segment lies beyond the largest image"           },
    { want_an_interpreter, "it wants an interpreter"                           },
    { have_tls,            "it has thread-local storage"                       },
    { relro_elsewhere,     "RELRO is not part of one writable segment"         },
    { no_relro,            "a relocation writes outside the RELRO segment"     },
    { relocate_code,       "a relocation writes outside the RELRO segment"     },
    { point_outside,       "a relocation points outside the image"             },
    { relocate_otherwise,  "it has other relocations than R_X86_64_RELATIVE"   },
    { enter_data,          "the entry is not code"                             },
    { be_old,              "it is made for an older kernel ABI; build it anew" },
    { be_new,              "it is made for a newer kernel ABI"                 },
};

static void says_what_is_wrong(void **state) {
    (void)state;
    static ExampleFile file;
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        Sealed sealed;
        example_make(&file, &example);
        broken[i].damage(&file);
        const char *wrong = sealed_read(file.bytes, file.size, &sealed);
        assert_non_null(wrong);
        assert_string_equal(wrong, broken[i].wrong);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_good_file),
        cmocka_unit_test(finds_places),
        cmocka_unit_test(says_what_a_trap_says),
        cmocka_unit_test(limits_of_cpu_time_are_bounded),
        cmocka_unit_test(loads_and_relocates),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(every_flipped_bit_is_refused),
        cmocka_unit_test(damaged_but_sealed_files_are_read_safely),
        cmocka_unit_test(says_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
