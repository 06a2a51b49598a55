// Programs of one function, each with a single thing that sealed code may not do, and those that barely do not.
//
// The text: the function at 0, filled up with int3; sip_trap at 0x80; another function at 0xc0, whose address data may hold. The kernel's
// pointer lies at 0x3000 of the image, the text at 0x1000.

#include "scan.h"

#include "base/buf.h"
#include "sealed/elf.h"

// clang-format off: in this order
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT = 0x1000, TRAP = 0x80, OTHER = 0xc0, SIZE = 0x100, KERNEL = 0x3000 };

typedef struct Case {
    const char *name;
    const char *code;  // in hexadecimal
    const char *wrong; // part of the complaint; NULL: it is allowed
} Case;

typedef struct Symbol {
    uint32_t name;
    uint8_t info, other;
    uint16_t section;
    uint64_t value, size;
} Symbol;

static const char names[] = "\0f0.test\0sip_trap\0f1.other\0sip_kernel";

#define BEGIN "55 4889e5 "
#define END   "5d c3 "
static const Case cases[] = {
    { "nothing",                                BEGIN END,                                                 NULL                               },
    { "without a frame",                        "c3",                                                      NULL                               },
    // --- instructions
    { "syscall",                                BEGIN "0f05 " END,                                         "may not have"                     },
    { "sysenter",                               BEGIN "0f34 " END,                                         "may not have"                     },
    { "int",                                    BEGIN "cd80 " END,                                         "may not have"                     },
    { "int3 in code",                           BEGIN "cc " END,                                           "may not have"                     },
    { "hlt",                                    BEGIN "f4 " END,                                           "may not have"                     },
    { "cli",                                    BEGIN "fa " END,                                           "may not have"                     },
    { "in",                                     BEGIN "ec " END,                                           "may not have"                     },
    { "out",                                    BEGIN "ee " END,                                           "may not have"                     },
    { "wrmsr",                                  BEGIN "0f30 " END,                                         "may not have"                     },
    { "rdtsc",                                  BEGIN "0f31 " END,                                         "may not have"                     },
    { "mov to cr3",                             BEGIN "0f22d8 " END,                                       "may not have"                     },
    { "lgdt",                                   BEGIN "0f0110 " END,                                       "may not have"                     },
    { "wrfsbase",                               BEGIN "f30faed0 " END,                                     "may not have"                     },
    { "swapgs",                                 BEGIN "0f01f8 " END,                                       "may not have"                     },
    { "xbegin",                                 BEGIN "c7f800000000 " END,                                 "may not have"                     },
    { "xabort",                                 BEGIN "c6f800 " END,                                       "may not have"                     },
    { "std",                                    BEGIN "fd " END,                                           "may not have"                     },
    { "cld",                                    BEGIN "fc " END,                                           "may not have"                     },
    { "popf",                                   BEGIN "9d " END,                                           "may not have"                     },
    { "ldmxcsr",                                BEGIN "0fae10 " END,                                       "may not have"                     },
    { "fldcw",                                  BEGIN "d928 " END,                                         "may not have"                     },
    { "fprem",                                  BEGIN "d9f8 " END,                                         NULL                               },
    { "locked increment",                       BEGIN "f0ff00 " END,                                       NULL                               },
    { "locked exchange and add",                BEGIN "f0480fc100 " END,                                   NULL                               },
    { "locked compare and exchange",            BEGIN "f0480fb108 " END,                                   NULL                               },
    { "mfence",                                 BEGIN "0faef0 " END,                                       NULL                               },
    { "mfence with an operand",                 BEGIN "0faef1 " END,                                       "may not have"                     },
    { "umonitor",                               BEGIN "f30faef0 " END,                                     "may not have"                     },
    { "tpause",                                 BEGIN "660faef0 " END,                                     "may not have"                     },
    { "xsaveopt",                               BEGIN "0fae30 " END,                                       "may not have"                     },
    { "lock of what only reads",                BEGIN "f03900 " END,                                       "may not have"                     },
    { "lock of a register",                     BEGIN "f0ffc0 " END,                                       "may not have"                     },
    { "lock of a store",                        BEGIN "f08900 " END,                                       "may not have"                     },
    { "lock of a push",                         BEGIN "f0ff30 58 " END,                                    "may not have"                     },
    { "lock twice",                             BEGIN "f0f0ff00 " END,                                     "may not have"                     },
    { "exchange with memory",                   BEGIN "488700 " END,                                       NULL                               },
    { "exchange with the stack pointer",        BEGIN "488720 " END,                                       "stack"                            },
    { "exchange of registers",                  BEGIN "4887c3 " END,                                       "may not have"                     },
    { "compare and exchange in a register",     BEGIN "480fb1c8 " END,                                     "may not have"                     },
    { "a bit far from where it seems",          BEGIN "480fa308 " END,                                     "may not have"                     },
    { "a bit of a register",                    BEGIN "480fa3c8 " END,                                     NULL                               },
    { "iret",                                   BEGIN "48cf " END,                                         "may not have"                     },
    { "far jump",                               BEGIN "ff28 " END,                                         "may not have"                     },
    { "far call",                               BEGIN "ff18 " END,                                         "may not have"                     },
    { "return far",                             BEGIN "cb",                                                "may not have"                     },
    { "return and pop",                         BEGIN "5d c20800",                                         "may not have"                     },
    { "a segment",                              BEGIN "658b00 " END,                                       "may not have"                     },
    { "its thread",                             BEGIN "65488b042500000000 " END,                           "names its thread"                 },
    { "a call through the address of nothing",  BEGIN "ff142518000000 " END,                               "may not have"                     },
    { "the address of nothing",                 BEGIN "488b0c2518000000 " END,                             NULL                               },
    { "a fixed address",                        BEGIN "8b042500100000 " END,                               "may not have"                     },
    { "AVX",                                    BEGIN "c5f877 " END,                                       "may not have"                     },
    { "movnti",                                 BEGIN "0fc300 " END,                                       "may not have"                     },
    { "a call of 16 bits",                      BEGIN "66e80000 " END,                                     "may not have"                     },
    { "two repeats",                            BEGIN "f2f3a4 " END,                                       "may not have"                     },
    { "a prefix behind REX",                    BEGIN "4866b80000 " END,                                   "may not have"                     },
    { "counted copy",                           BEGIN "f348a5 " END,                                       NULL                               },
    { "an instruction that the end cuts",       BEGIN "5d c3 48",                                          "may not have"                     },
    // --- ways
    { "a jump into an instruction",             BEGIN "eb01 b8c3c3c3c3 " END,                              "middle of an instruction"         },
    { "a jump to one",                          BEGIN "eb05 b8c3c3c3c3 " END,                              NULL                               },
    { "a jump out of the text",                 "e9fbff0000",                                              "out of the text"                  },
    { "a jump before the text",                 "e9f0ffffff",                                              "out of the text"                  },
    { "a branch out of the text",               "0f84faff0000 c3",                                         "out of the text"                  },
    { "a jump into a function",                 "e9bc000000",                                              "into another function"            },
    { "a jump to a function",                   "e9bb000000",                                              NULL                               },
    { "a jump to a function with a frame",      BEGIN "e9b7000000",                                        "stack pointer astray"             },
    { "a call out of the text",                 BEGIN "e8f7ff0000 " END,                                   "out of the text"                  },
    { "a call into a function",                 BEGIN "e8b8000000 " END,                                   "start of a function"              },
    { "a call of a function",                   BEGIN "e8b7000000 " END,                                   NULL                               },
    { "falling off the end",                    BEGIN "90",                                                "out of the function"              },
    { "a call as the last thing",               BEGIN "e8b7000000",                                        "out of the function"              },
    { "an indirect call as the last thing",     BEGIN "ffd0",                                              "out of the function"              },
    { "a call of the trap as the last thing",   BEGIN "e877000000",                                        NULL                               },
    { "an end behind a call",                   BEGIN "e8b7000000 0f0b",                                   NULL                               },
    { "an end in an arm",                       BEGIN "7407 e8b5000000 0f0b " END,                         NULL                               },
    { "an end in one arm alone",                BEGIN "7407 e8b5000000 0f0b 90",                           "out of the function"              },
    { "a jump over an end",                     BEGIN "eb02 0f0b c3",                                      "stack pointer astray"             },
    { "a jump into an end",                     BEGIN "eb01 0f0b " END,                                    "middle of an instruction"         },
    { "an end that the function cuts",          BEGIN "e8b7000000 0f",                                     "may not have"                     },
    { "what is no instruction behind an end",   BEGIN "0f0b 0f05",                                         "may not have"                     },
    { "an end with a prefix",                   BEGIN "660f0b",                                            "may not have"                     },
    { "ud1",                                    BEGIN "0fb9c0",                                            "may not have"                     },
    { "ud0",                                    BEGIN "0fffc0",                                            "may not have"                     },
    { "an indirect jump within a frame",        BEGIN "ffe0",                                              "stack pointer astray"             },
    { "an indirect jump as the last call",      "ffe0",                                                    NULL                               },
    { "an indirect call",                       BEGIN "ffd0 " END,                                         NULL                               },
    { "an indirect call through a fixed place", BEGIN "ff1500100000 " END,
     "through a fixed place"                                                                                                                  },
    { "reading code",                           BEGIN "488b0500000000 " END,                               "code for data"                    },
    { "writing code",                           BEGIN "48890500000000 " END,                               "code for data"                    },
    { "the address of code",                    BEGIN "488d0500000000 " END,                               "code for data"                    },
    { "the address of a function",              BEGIN "488d05b5000000 " END,                               NULL                               },
    // --- the stack
    { "a return with a frame",                  BEGIN "c3",                                                "stack pointer astray"             },
    { "a return after too much",                BEGIN "5d 58 c3",                                          "pops the return address"          },
    { "a return without the frame pointer",     BEGIN "4883c408 c3",                                       "without its caller's"             },
    { "the frame pointer of another",           BEGIN "50 5d c3",                                          "not its caller's"                 },
    { "above the return address",               BEGIN "4883c410 " END,                                     "above the return address"         },
    { "the stack pointer from elsewhere",       BEGIN "4889c4 " END,                                       "changes the stack pointer"        },
    { "the stack pointer from memory",          BEGIN "488b20 " END,                                       "changes the stack pointer"        },
    { "an unknown step",                        BEGIN "4829c4 " END,                                       "changes the stack pointer"        },
    { "the frame pointer from elsewhere",       BEGIN "4889c5 " END,                                       "changes the stack pointer"        },
    { "the frame pointer's low byte",           BEGIN "40b500 " END,                                       "changes the stack pointer"        },
    { "adding to the frame pointer",            BEGIN "4801c5 " END,                                       "changes the stack pointer"        },
    { "adding the frame pointer",               BEGIN "4801e8 " END,                                       NULL                               },
    { "subtracting it from memory to it",       BEGIN "482b28 " END,                                       "changes the stack pointer"        },
    { "comparing it",                           BEGIN "4839e8 " END,                                       NULL                               },
    { "negating it",                            BEGIN "48f7dd " END,                                       "changes the stack pointer"        },
    { "exchanging it by a condition",           BEGIN "480f44e8 " END,                                     "changes the stack pointer"        },
    { "ch, whose number it shares",             BEGIN "b500 " END,                                         NULL                               },
    { "ways that differ",                       BEGIN "7404 4883ec08 4883c408 " END,                       "differs by the way"               },
    { "a loop that goes down",                  BEGIN "50 ebfd",                                           "differs by the way"               },
    { "the red zone",                           BEGIN "488945f8 " END,                                     "below the stack pointer"          },
    { "no red zone",                            BEGIN "50 488945f8 58 " END,                               NULL                               },
    { "the red zone of the stack pointer",      BEGIN "48894424f8 " END,                                   "below the stack pointer"          },
    { "an address in the red zone",             BEGIN "488d45f8 " END,                                     NULL                               },
    { "the return address",                     BEGIN "48894508 " END,                                     "names the return address"         },
    { "the return address from below",          BEGIN "4889442408 " END,                                   "names the return address"         },
    { "the caller's frame pointer",             BEGIN "48894500 " END,                                     "names its caller's frame pointer" },
    { "an argument on the stack",               BEGIN "48894510 " END,                                     NULL                               },
    { "its caller's frame",                     "488945f8 c3",                                             "uses its caller's frame"          },
    { "a page unprobed",                        BEGIN "4881ec01100000 4881c401100000 " END,                "more than a page"                 },
    { "a page and a call",                      BEGIN "4881ec00100000 e8b0000000 4881c400100000 " END,
     "steps over a page"                                                                                                                      },
    { "a page less a word and a call",          BEGIN "4881ecf80f0000 e8b0000000 4881c4f80f0000 " END,
     NULL                                                                                                                                     },
    { "two steps unprobed",                     BEGIN "4881ec00080000 4881ec01080000 4881c401100000 " END,
     "more than a page"                                                                                                                       },
    { "two steps probed",
     BEGIN "4881ec00080000 48c7042400000000 4881ec00100000 48c7042400000000 4881c400180000 " END,
     NULL                                                                                                                                     },
    { "a probing loop",
     BEGIN "4989e3 4981eb00800000 4881ec00080000 48c7042400000000 4c39dc 75ec 4881c400800000 " END,
     NULL                                                                                                                                     },
    { "a probing loop that misses its end",
     BEGIN "4989e3 4981eb00810000 4881ec00080000 48c7042400000000 4c39dc 75ec 4881c400810000 " END,
     "differs by the way"                                                                                                                     },
    { "a probing loop of large steps",
     BEGIN "4989e3 4981eb00800000 4881ec00200000 48c7042400000000 4c39dc 75ec 4881c400800000 " END,
     "more than a page"                                                                                                                       },
    // --- the kernel: mov sip_kernel(%rip), %rax; call *n(%rax)
    { "a row that the manifest lists",          BEGIN "488b05f51f0000 ff5050 " END,                        NULL                               },
    { "a row that it does not list",            BEGIN "488b05f51f0000 ff5058 " END,                        "does not list"                    },
    { "such a row, loaded",                     BEGIN "488b05f51f0000 488b4858 ffd1 " END,                 "does not list"                    },
    { "beyond the table",                       BEGIN "488b05f51f0000 ff9000100000 " END,                  "does not list"                    },
    { "between two rows",                       BEGIN "488b05f51f0000 ff5054 " END,                        "does not list"                    },
    { "writing the table",                      BEGIN "488b05f51f0000 48894850 " END,                      "does not call"                    },
    { "padding before the call",                BEGIN "488b05f51f0000 0f1f00 0f1f4058 ff5050 " END,        NULL                               },
    { "a row after padding",                    BEGIN "488b05f51f0000 0f1f00 ff5058 " END,                 "does not list"                    },
    { "a row after a fence",                    BEGIN "488b05f51f0000 0faef0 ff5058 " END,                 "does not list"                    },
    { "a row after a vector's move",            BEGIN "488b05f51f0000 0f28c1 ff5058 " END,                 "does not list"                    },
    { "a row after a vector's load",            BEGIN "488b05f51f0000 0f1001 ff5058 " END,                 "does not list"                    },
    { "a row after a constant's store",         BEGIN "488b05f51f0000 c60100 ff5058 " END,
     "does not list"                                                                                                                          },
    { "a register that is written unnamed",     BEGIN "488b05f51f0000 4898 ff5058 " END,                   NULL                               },
    { "a register that holds something else",   BEGIN "488b05f51f0000 4889c8 ff5058 " END,                 NULL                               },
};

static void put_code(Buf *text, const char *code) {
    for (const char *at = code; *at;) {
        char digits[3] = { at[0], at[1], '\0' };
        if (*at == ' ') {
            at++;
            continue;
        }
        buf_byte(text, (uint8_t)strtoul(digits, NULL, 16));
        at += 2;
    }
}

static void fill_to(Buf *text, size_t size) {
    while (text->len < size)
        buf_byte(text, 0xcc);
}

static uint64_t make_text(Buf *text, const char *code) {
    put_code(text, code);
    uint64_t size = text->len;
    assert_true(size <= TRAP);
    fill_to(text, TRAP);
    put_code(text, BEGIN "0f0b");
    fill_to(text, OTHER);
    put_code(text, BEGIN END);
    fill_to(text, SIZE);
    return size;
}

typedef struct Layout { // what a test changes
    uint64_t address;   // that data holds, 0: none
    uint64_t less;      // bytes of the function that its symbol leaves out
    bool writable, second;
} Layout;

static void make_program(const char *code, const Layout *layout, Buf *out) {
    Buf text = { 0 };
    uint64_t size = make_text(&text, code) - layout->less;
    const Symbol symbols[] = {
        { 0,  0, 0, 0, 0,            0    },
        { 1,  2, 0, 1, TEXT,         size },
        { 9,  2, 0, 1, TEXT + TRAP,  6    },
        { 18, 2, 0, 1, TEXT + OTHER, 6    },
        { 27, 1, 0, 2, KERNEL,       8    },
    };
    const ElfRela rela = { KERNEL + 8, ELF_R_X86_64_RELATIVE, layout->address };
    const size_t at[] = { sizeof(ElfHeader) + sizeof(ElfSegment), 0 };
    ElfSegment segment = { ELF_LOAD, ELF_READ | ELF_EXECUTE, at[0], TEXT, TEXT, SIZE, SIZE, 16 };
    if (layout->writable) segment.flags |= ELF_WRITE;
    uint64_t symbols_at = at[0] + SIZE, names_at = symbols_at + sizeof symbols,
             rela_at = names_at + sizeof names, sections_at = rela_at + sizeof rela;
    const ElfSection sections[] = {
        { .type = 0 },
        { .type = 1, .flags = 6, .addr = TEXT, .offset = at[0], .size = SIZE },
        { .type = 2, .offset = symbols_at, .size = sizeof symbols, .link = 3 },
        { .type = 3, .offset = names_at, .size = sizeof names },
        { .type = layout->address ? 4 : 0, .offset = rela_at, .size = sizeof rela },
        { .type = 1, .flags = layout->second ? 4 : 0, .addr = TEXT, .offset = at[0], .size = 1 },
    };
    ElfHeader header = { .ident = "\x7f"
                                  "ELF\2\1\1",
                         .type = ELF_DYN,
                         .machine = ELF_X86_64,
                         .phoff = sizeof(ElfHeader),
                         .shoff = sections_at,
                         .phentsize = sizeof(ElfSegment),
                         .phnum = 1,
                         .shentsize = sizeof(ElfSection),
                         .shnum = sizeof sections / sizeof *sections };
    buf_put(out, &header, sizeof header);
    buf_put(out, &segment, sizeof segment);
    buf_put(out, text.data, text.len);
    buf_put(out, symbols, sizeof symbols);
    buf_put(out, names, sizeof names);
    buf_put(out, &rela, sizeof rela);
    buf_put(out, sections, sizeof sections);
    buf_free(&text);
}

static const uint32_t rows[] = { 10 };

static const char *scan(
    const char *code, const Layout *layout, const uint32_t *sites, uint32_t count
) {
    static char error[512];
    Buf program = { 0 };
    ScanFacts facts = { rows, 1, sites, count };
    make_program(code, layout, &program);
    bool good = scan_program(NULL, program.data, program.len, &facts, NULL, error);
    buf_free(&program);
    return good ? NULL : error;
}

static void check(const char *name, const char *wrong, const char *said) {
    if (!wrong && said) fail_msg("%s: %s", name, said);
    if (wrong && !said) fail_msg("%s: it passes", name);
    if (wrong && !strstr(said, wrong)) fail_msg("%s: %s", name, said);
}

static void each_case_is_told(void **state) {
    (void)state;
    const Layout plain = { 0 };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check(cases[i].name, cases[i].wrong, scan(cases[i].code, &plain, NULL, 0));
}

static void the_layout_is_the_linkers(void **state) {
    (void)state;
    const Layout plain = { 0 }, writable = { .writable = true }, second = { .second = true },
                 into = { .address = TEXT + OTHER + 1 }, start = { .address = TEXT + OTHER },
                 less = { .less = 1 };
    check("as it is", NULL, scan(BEGIN END, &plain, NULL, 0));
    check("code that can be written", "not laid out", scan(BEGIN END, &writable, NULL, 0));
    check("code in a second section", "not laid out", scan(BEGIN END, &second, NULL, 0));
    check("data that points into code", "middle of code", scan(BEGIN END, &into, NULL, 0));
    check("data that points to a function", NULL, scan(BEGIN END, &start, NULL, 0));
    check("code behind a function", "belongs to no function", scan(BEGIN END, &less, NULL, 0));
}

static void each_trap_that_is_asked_for_is_there(void **state) {
    (void)state;
    const Layout plain = { 0 };
    const uint32_t five[] = { 5 }, both[] = { 0, 5 };
    // mov $5, %edi; call sip_trap
    const char *code = BEGIN "bf05000000 e872000000", *other = BEGIN "bf06000000 e872000000";
    // je 1f; mov $5, %edi; jmp 2f; 1: xor %edi, %edi; 2: call sip_trap
    const char *merged = BEGIN "7407 bf05000000 eb02 31ff e86c000000";
    const char *overwritten = BEGIN "bf05000000 89c7 e870000000";
    // mov $5, %edi; je 1f; xor %edi, %edi; 1: call sip_trap
    const char *before = BEGIN "bf05000000 7402 31ff e86e000000";
    // mov $5, %edi; je 1f; 1: je 2f; 2: je 3f; 3: call sip_trap
    const char *far = BEGIN "bf05000000 7400 7400 7400 e86c000000";
    check("it is there", NULL, scan(code, &plain, five, 1));
    check("it is another", "row 5 is gone", scan(other, &plain, five, 1));
    check("two are merged", NULL, scan(merged, &plain, both, 2));
    check("its row is loaded before a branch", NULL, scan(before, &plain, both, 2));
    check("three branches", "row 5 is gone", scan(far, &plain, five, 1));
    check("one of two", "row 0 is gone", scan(code, &plain, both, 2));
    check("its row is overwritten", "row 5 is gone", scan(overwritten, &plain, five, 1));
    check("there is none", "row 5 is gone", scan(BEGIN END, &plain, five, 1));
}

static void calls_are_listed(void **state) {
    (void)state;
    const Layout plain = { 0 };
    ScanFacts facts = { rows, 1, NULL, 0 };
    char error[512];
    Arena arena;
    Buf program = { 0 };
    ScanCalls calls = { 0 };
    arena_init(&arena);
    // call f1.other; call *%rax; call sip_trap
    make_program(BEGIN "e8b7000000 ffd0 e870000000", &plain, &program);
    bool good = scan_program(&arena, program.data, program.len, &facts, &calls, error);
    if (!good) fail_msg("%s", error);
    assert_int_equal(calls.len, 3);
    assert_int_equal(calls.data[0].pc, TEXT + 4);
    assert_int_equal(calls.data[0].target, TEXT + OTHER);
    assert_int_equal(calls.data[1].pc, TEXT + 9);
    assert_int_equal(calls.data[1].target, 0);
    assert_int_equal(calls.data[2].pc, TEXT + 11);
    assert_int_equal(calls.data[2].target, TEXT + TRAP);
    buf_free(&program);
    arena_free(&arena);
}

// Whatever bytes: an answer, and none that needs memory beyond the program's.
static void noise_is_answered(void **state) {
    (void)state;
    uint64_t seed = 1;
    const Layout plain = { 0 };
    ScanFacts facts = { rows, 1, NULL, 0 };
    for (int i = 0; i < 20000; i++) {
        char error[512];
        Buf program = { 0 };
        make_program(BEGIN "488b05f51f0000 ff5050 " END, &plain, &program);
        for (int n = 0; n < 4; n++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            program.data[(seed >> 33) % program.len] = (uint8_t)(seed >> 25);
        }
        scan_program(NULL, program.data, program.len, &facts, NULL, error);
        scan_program(NULL, program.data, (seed >> 40) % program.len, &facts, NULL, error);
        buf_free(&program);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_case_is_told),
        cmocka_unit_test(the_layout_is_the_linkers),
        cmocka_unit_test(each_trap_that_is_asked_for_is_there),
        cmocka_unit_test(calls_are_listed),
        cmocka_unit_test(noise_is_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
