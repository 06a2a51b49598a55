// Seals: tables, lines and the file as a whole, over an executable that is put together here, so that no linker is needed.

#include "seal.h"

#include "sealed/elf.h"
#include "sealed/sealed.h"

// clang-format off: in this order
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on

#include <stdio.h>
#include <string.h>

static const char source[] = "module Test\n"
                             "file \"a.sip\"\n"
                             "file \"b.sip\"\n"
                             "contract Tick {\n"
                             "  in tick(u8 a, u64 b)\n"
                             "  in text(own str s)\n"
                             "  state Go: tick -> Over, text -> Over\n"
                             "  state Over: end\n"
                             "}\n"
                             "contract Give {\n"
                             "  in give(Tick.imp:Go e)\n"
                             "  state Go: give -> Over\n"
                             "  state Over: end\n"
                             "}\n"
                             "fn void @main(Give.exp:Go client) {\n"
                             "  local %1 Tick.imp:Go\n"
                             "bb0:\n"
                             "  receive {\n"
                             "    message %0, give(move %1) -> bb1\n"
                             "    closed %0 -> bb2\n"
                             "  }\n"
                             "bb1:\n"
                             "  close move %1\n"
                             "  close move %0\n"
                             "  return\n"
                             "bb2:\n"
                             "  close move %0\n"
                             "  return\n"
                             "}\n"
                             "manifest {\n"
                             "  main @main(client)\n"
                             "  heap 65536\n"
                             "  stack 32768\n"
                             "  threads 1\n"
                             "  grant exit 0 0\n"
                             "}\n";

typedef struct Subject {
    Arena arena;
    Buf binary;
    SealInput input;
} Subject;

static const SealTrap traps[] = {
    { 1, 1, 7, 3, 0 },
    { 4, 0, 2, 1, 1 }
};
static const Str trap_text = { "n < 3", 5 };
static const uint32_t kcalls[] = { 10, 11, 13 };

static void judge(Subject *subject, const char *text) {
    SirReadError wrong = { 0 };
    VerifyReport report = { 0 };
    *subject = (Subject){ 0 };
    arena_init(&subject->arena);
    SirModule *module = sir_text_read(&subject->arena, (Str){ text, strlen(text) }, &wrong);
    if (!module) fail_msg("%u: %s", wrong.line, wrong.message);
    sir_binary_write(module, &subject->binary);
    const VerifiedSir *sir =
        verify(&subject->arena, subject->binary.data, subject->binary.len, &report);
    if (!sir) fail_msg("%s", report.complaints[0].message);
    subject->input = (SealInput){ .sir = sir,
                                  .sir_bytes = subject->binary.data,
                                  .sir_length = subject->binary.len,
                                  .toolchain = "test",
                                  .traps = traps,
                                  .trap_count = 2,
                                  .trap_texts = &trap_text,
                                  .trap_text_count = 1,
                                  .kcalls = kcalls,
                                  .kcall_count = 3 };
}

static void forget(Subject *subject) {
    buf_free(&subject->binary);
    arena_free(&subject->arena);
}

// --- an executable without code worth the name: the tables' object, made loadable ------------------------------------

enum { HEADERS = 4096, CODE = 4096 };

static void make_program(const Subject *subject, Buf *program) {
    char error[512];
    Buf object = { 0 };
    assert_true(seal_tables(&subject->input, &object, error));
    ElfHeader header;
    memcpy(&header, object.data, sizeof header);
    header.type = ELF_DYN;
    header.entry = CODE;
    header.phoff = object.len;
    header.phentsize = sizeof(ElfSegment);
    header.phnum = 1;
    memcpy(object.data, &header, sizeof header);
    ElfSegment code = { ELF_LOAD, ELF_READ | ELF_EXECUTE, 0, CODE, CODE, 64, 64, HEADERS };
    buf_put(&object, &code, sizeof code);
    *program = object;
}

static void seal_subject(const Subject *subject, Buf *out) {
    char error[512] = "";
    Buf program = { 0 };
    make_program(subject, &program);
    if (!seal_write(&subject->input, program.data, program.len, out, error)) fail_msg("%s", error);
    buf_free(&program);
}

static void what_is_sealed_is_read_again(void **state) {
    (void)state;
    Subject subject;
    Buf out = { 0 };
    Sealed sealed;
    judge(&subject, source);
    seal_subject(&subject, &out);
    assert_null(sealed_read(out.data, out.len, &sealed));
    assert_true(sealed_digest_is_right(&sealed));
    assert_int_equal(
        sealed.record_offset + sizeof(SealRecord), out.len
    ); // the last thing in the file
    assert_int_equal(sealed.sir.size, subject.binary.len);
    assert_memory_equal(sealed.sir.bytes, subject.binary.data, subject.binary.len);

    assert_int_equal(sealed.manifest.heap_bytes, 65536);
    assert_int_equal(sealed.manifest.contracts.count, 2);
    SealContract tick = sealed_contract(&sealed, 0), give = sealed_contract(&sealed, 1);
    assert_int_equal(tick.slot_bytes, 16);
    assert_int_equal(tick.in_slots, 1);
    assert_int_equal(tick.out_slots, 0);
    assert_int_equal(give.first_message, 2);
    SealMessage number = sealed_message(&sealed, 0), text = sealed_message(&sealed, 1),
                end = sealed_message(&sealed, 2);
    assert_int_equal(number.payload_bytes, 16);
    assert_false(number.blocks || number.endpoints);
    assert_true(text.blocks && !text.endpoints);
    assert_true(end.endpoints && !end.blocks);

    SealParam param = sealed_param(&sealed, 0);
    assert_int_equal(param.kind, SEAL_PARAM_ENDPOINT);
    assert_int_equal(param.contract, 1);
    assert_int_equal(param.side, 1);
    assert_int_equal(sealed.manifest.grants.count, 1);
    assert_int_equal(sealed_kcall(&sealed, 2), 13);
    assert_int_equal(sealed_trap(&sealed, 0).line, 7);
    SealedView file = sealed_file_name(&sealed, sealed_trap(&sealed, 0).file);
    assert_int_equal(file.size, 5);
    assert_memory_equal(file.bytes, "b.sip", 5);
    buf_free(&out);
    forget(&subject);
}

static void the_same_gives_the_same(void **state) {
    (void)state;
    Buf first = { 0 }, second = { 0 };
    for (int i = 0; i < 2; i++) {
        Subject subject;
        judge(&subject, source);
        seal_subject(&subject, i ? &second : &first);
        forget(&subject);
    }
    assert_int_equal(first.len, second.len);
    assert_memory_equal(first.data, second.data, first.len);
    buf_free(&first);
    buf_free(&second);
}

static void every_byte_is_sealed(void **state) {
    (void)state;
    Subject subject;
    Buf out = { 0 };
    judge(&subject, source);
    seal_subject(&subject, &out);
    for (size_t i = 0; i < out.len - sizeof(SealRecord); i += 7) {
        Sealed sealed;
        out.data[i] ^= 0x40;
        assert_true(
            sealed_read(out.data, out.len, &sealed) != NULL || !sealed_digest_is_right(&sealed)
        );
        out.data[i] ^= 0x40;
    }
    buf_free(&out);
    forget(&subject);
}

// --- digests of contracts ----------------------------------------------------------------------------------------------

static const char frame[] =
    "module Test\n%s"
    "contract Talk {\n  in say(%s)\n  out back()\n  state Go: say -> %s\n  state Back: back -> Go\n  state Over: end\n}\n"
    "fn void @main(Talk.exp:Go c) {\nbb0:\n  close move %%0\n  return\n}\n"
    "manifest {\n  main @main(c)\n  heap 4096\n  stack 4096\n  threads 1\n}\n";

static void digest_of(const char *types, const char *args, const char *next, uint8_t digest[32]) {
    char text[1024];
    SirReadError wrong = { 0 };
    Arena arena;
    arena_init(&arena);
    snprintf(text, sizeof text, frame, types, args, next);
    SirModule *module = sir_text_read(&arena, (Str){ text, strlen(text) }, &wrong);
    if (!module) fail_msg("%u: %s", wrong.line, wrong.message);
    seal_contract_digest(module, 0, digest);
    arena_free(&arena);
}

static void digests_follow_structure(void **state) {
    (void)state;
    static const struct {
        const char *types, *args, *next;
        bool same;
    } rows[] = {
        { "struct P { u8 a }\n",                          "P p",      "Back", true  },
        { "struct Other { u8 a }\n",                      "Other p",  "Back", true  }, // a type's name is for people
        { "struct Unused { u64 n }\nstruct P { u8 a }\n", "P p",      "Back", true  },
        { "struct P { u8 b }\n",                          "P p",      "Back", false },
        { "struct P { u16 a }\n",                         "P p",      "Back", false },
        { "struct P { u8 a u8 b }\n",                     "P p",      "Back", false },
        { "struct P { u8 a }\n",                          "P p",      "Over", false },
        { "struct P { u8 a }\n",                          "own P* p", "Back", false },
        { "",                                             "u8 p",     "Back", false },
    };
    uint8_t first[32], other[32];
    digest_of(rows[0].types, rows[0].args, rows[0].next, first);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        digest_of(rows[i].types, rows[i].args, rows[i].next, other);
        if ((memcmp(first, other, 32) == 0) != rows[i].same) fail_msg("row %zu", i);
    }
}

static void digests_of_recursive_types_end(void **state) {
    (void)state;
    uint8_t one[32], two[32];
    digest_of("struct N { u8 a own N*? next }\n", "own N* n", "Back", one);
    digest_of("struct N { u8 a own N*? next }\n", "own N* n", "Over", two);
    assert_memory_not_equal(one, two, 32);
}

static void what_is_no_executable_is_refused(void **state) {
    (void)state;
    Subject subject;
    Buf out = { 0 }, object = { 0 };
    char error[512] = "";
    judge(&subject, source);
    assert_false(seal_write(&subject.input, (const uint8_t *)"nonsense", 8, &out, error));
    assert_true(error[0]);
    assert_true(seal_tables(&subject.input, &object, error));
    error[0] = '\0';
    assert_false(seal_write(&subject.input, object.data, object.len, &out, error));
    assert_true(error[0]);
    buf_free(&out);
    buf_free(&object);
    forget(&subject);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_sealed_is_read_again),
        cmocka_unit_test(the_same_gives_the_same),
        cmocka_unit_test(every_byte_is_sealed),
        cmocka_unit_test(digests_follow_structure),
        cmocka_unit_test(digests_of_recursive_types_end),
        cmocka_unit_test(what_is_no_executable_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
