// Packing: a wired system is packed and read back; every way to wire it wrongly is refused and named; a kernel gets its
// image where its slot says. (Structures are read by the code that the kernel uses: sealed/packed.h.)

#include "image/image.h"

#include "contracts/abi/pci.h"
#include "sealed/example_test.h"
#include "sealed/packed.h"
#include "sealed/signature.h"

// clang-format off: cmocka.h needs these before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ECHO                                          \
    {                                                 \
        "Echo", 1, 1, 16, {                           \
            { "say", 0, 16, 0 }, { "said", 1, 16, 0 } \
        }                                             \
    }
#define CONSOLE                                                           \
    {                                                                     \
        "Console", 1, 1, 16, {                                            \
            { "write", 0, 16, 0 }, { "put", 0, 16, 0 }, { "ok", 1, 0, 0 } \
        }                                                                 \
    }

static const Example server = {
    .name = "Server",
    .heap = 65536,
    .stack = 32768,
    .contracts = { ECHO },
    .params = { { "echo", SEAL_PARAM_ENDPOINT, 0, 1 } },
};
static const Example client = {
    .name = "Client",
    .heap = 65536,
    .stack = 32768,
    .contracts = { ECHO, CONSOLE },
    .params = { { "echo", SEAL_PARAM_ENDPOINT, 0, 0 },
                  { "out", SEAL_PARAM_ENDPOINT, 1, 0 },
                  { "args", SEAL_PARAM_ARGS, 0, 0 } },
};

static const char *const words[] = { "one", "", "three" };

typedef struct System { // a good one, which each test spoils
    ExampleFile files[2];
    ImageProgramInput programs[2];
    ImageWireInput server_wires[1], client_wires[3];
    ImageInstanceInput instances[2];
    ImageInput input;
} System;

static void make_system(System *system) {
    memset(system, 0, sizeof *system);
    example_make(&system->files[0], &server);
    example_make(&system->files[1], &client);
    system->programs[0] =
        (ImageProgramInput){ "Server", system->files[0].bytes, system->files[0].size };
    system->programs[1] =
        (ImageProgramInput){ "Client", system->files[1].bytes, system->files[1].size };
    system->server_wires[0] =
        (ImageWireInput){ "echo", IMAGE_WIRE_CHANNEL, "client", "echo", NULL, 0 };
    system->client_wires[0] =
        (ImageWireInput){ "out", IMAGE_WIRE_MACHINE, NULL, "console", NULL, 0 };
    system->client_wires[1] =
        (ImageWireInput){ "echo", IMAGE_WIRE_CHANNEL, "server", "echo", NULL, 0 };
    system->client_wires[2] = (ImageWireInput){ "args", IMAGE_WIRE_ARGS, NULL, NULL, words, 3 };
    system->instances[0] =
        (ImageInstanceInput){ "server", "Server", 0, system->server_wires, 1, false, false };
    system->instances[1] =
        (ImageInstanceInput){ "client", "Client", 0, system->client_wires, 3, false, false };
    system->input = (ImageInput){ "Main", system->programs, 2, system->instances, 2 };
}

static void packs_a_system(void **state) {
    (void)state;
    static System system;
    Buf image = { 0 };
    char error[IMAGE_ERROR_ROOM] = "";
    Packed packed;
    make_system(&system);
    assert_true(image_pack(&system.input, &image, error));
    assert_null(packed_read(image.data, image.len, &packed));
    assert_true(packed_digest_is_right(&packed));
    assert_int_equal(packed.header.instances.count, 2);
    assert_int_equal(packed_instance(&packed, 1).wire_count, 3);
    assert_int_equal(packed_wire(&packed, 2).kind, IMAGE_WIRE_MACHINE);
    assert_int_equal(packed_argument(&packed, 1).size, 0);
    assert_memory_equal(packed_argument(&packed, 2).bytes, "three", 5);
    SealedView file = packed_program_file(&packed, 1);
    assert_int_equal(file.size, system.files[1].size);
    assert_memory_equal(file.bytes, system.files[1].bytes, file.size);
    buf_free(&image);
}

static void every_flipped_bit_and_truncation_is_refused(void **state) {
    (void)state;
    static System system;
    Buf image = { 0 };
    char error[IMAGE_ERROR_ROOM];
    Packed packed;
    make_system(&system);
    assert_true(image_pack(&system.input, &image, error));
    for (size_t bit = 0; bit < 1024 * 8; bit++) {
        image.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_true(
            packed_read(image.data, image.len, &packed) || !packed_digest_is_right(&packed) ||
            signature_check_image(&packed, &(SignatureKeys){ 0 })
        );
        image.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (size_t size = 0; size < image.len; size += size < 1024 ? 1 : 511) {
        uint8_t *copy = malloc(size ? size : 1);
        memcpy(copy, image.data, size);
        assert_non_null(packed_read(copy, size, &packed));
        free(copy);
    }
    buf_free(&image);
}

// Whoever can change a byte can also make the digest right: the tables alone must hold then, and what wires mean.
static void hostile_tables_are_read_safely(void **state) {
    (void)state;
    static const uint8_t values[] = { 0x00, 0x01, 0x02, 0x7f, 0x80, 0xff };
    static System system;
    Buf image = { 0 };
    char error[IMAGE_ERROR_ROOM];
    Sealed programs[2];
    make_system(&system);
    assert_true(image_pack(&system.input, &image, error));
    for (int i = 0; i < 2; i++)
        assert_null(sealed_read(system.files[i].bytes, system.files[i].size, &programs[i]));
    for (size_t at = 0; at < 1024; at++) {
        uint8_t kept = image.data[at];
        for (size_t i = 0; i < sizeof values; i++) {
            Packed packed;
            image.data[at] = values[i];
            if (packed_read(image.data, image.len, &packed) || packed.header.programs.count != 2)
                continue;
            for (uint32_t sip = 0; sip < packed.header.instances.count; sip++) {
                uint32_t wires = packed_wires_are_complete(&packed, programs, sip)
                                     ? packed_instance(&packed, sip).wire_count
                                     : 0;
                for (uint32_t param = 0; param < wires; param++)
                    packed_check_wire(&packed, programs, sip, param);
            }
        }
        image.data[at] = kept;
    }
    buf_free(&image);
}

// --- wiring that does not fit ------------------------------------------------------------------------------

static void forget_a_wire(System *s) {
    s->instances[1].wire_count = 2;
}
static void wire_twice(System *s) {
    s->client_wires[2] = s->client_wires[1];
}
static void wire_to_nobody(System *s) {
    s->client_wires[1].sip = "nobody";
}
static void wire_to_no_parameter(System *s) {
    s->client_wires[1].target = "nothing";
}
static void wire_a_name_that_is_none(System *s) {
    s->client_wires[1].param = "nothing";
}
static void wire_another_contract(System *s) {
    s->server_wires[0].target = "out";
}
static void wire_one_way(System *s) {
    s->server_wires[0].sip = "server", s->server_wires[0].target = "echo";
}
static void want_a_service(System *s) {
    s->client_wires[0].target = "clock";
}
static void want_another_service(System *s) {
    s->client_wires[0].target = "diagnostics";
}
static void restart(System *s) {
    s->instances[0].restart = 3;
}
static void damage_a_program(System *s) {
    s->files[0].bytes[s->files[0].code + 3] ^= 1;
}
static void no_program(System *s) {
    s->instances[0].program = "Nothing";
}
static void want_too_much(System *s) {
    Example greedy = client;
    greedy.heap = ((uint64_t)IMAGE_MOST_MIB << 20) + (1 << 20);
    example_make(&s->files[1], &greedy);
}
static void twice_the_name(System *s) {
    s->instances[0].name = "client";
}

static void offer_the_console(System *s) {
    s->client_wires[1] = (ImageWireInput){ "echo", IMAGE_WIRE_MACHINE, NULL, "console", NULL, 0 };
    s->server_wires[0] = (ImageWireInput){ "echo", IMAGE_WIRE_MACHINE, NULL, "console", NULL, 0 };
}

static const struct Spoiled {
    void (*spoil)(System *system);
    const char *error;
} spoiled[] = {
    { forget_a_wire,            "client.args is not wired"                                                                 },
    { wire_twice,               "client.echo is wired twice"                                                               },
    { wire_to_nobody,           "client.echo is wired to nobody, and there is no such sip"                                 },
    { wire_to_no_parameter,
     "client.echo is wired to server.nothing, and there is no such parameter"                                              },
    { wire_a_name_that_is_none, "Client has no parameter nothing"                                                          },
    { wire_another_contract,    "server.echo is wired to a parameter that is wired elsewhere"                              },
    { wire_one_way,             "server.echo is wired to the same side of the contract"                                    },
    { want_a_service,           "client.out: there is no machine.clock"                                                    },
    { want_another_service,
     "client.out is not of the contract that the machine serves by that name"                                              },
    { restart,
     "server.echo is of a sip that is restarted, and could not be opened again: the other side has to take it by a `Wire`" },
    { damage_a_program,
     "Server.sipx was changed after it was sealed: its digest does not match; build it again"                              },
    { no_program,               "sip server has no program Nothing"                                                        },
    { want_too_much,            "system Main needs 1048577 MiB, more than the 1048576 MiB that are promised"               },
    { twice_the_name,           "sip client is there twice"                                                                },
    { offer_the_console,        "server.echo is machine.console's own side: take `Console.imp`"                            },
};

static void names_what_does_not_fit(void **state) {
    (void)state;
    static System system;
    for (size_t i = 0; i < sizeof spoiled / sizeof *spoiled; i++) {
        Buf image = { 0 };
        char error[IMAGE_ERROR_ROOM] = "";
        make_system(&system);
        spoiled[i].spoil(&system);
        assert_false(image_pack(&system.input, &image, error));
        assert_string_equal(error, spoiled[i].error);
        assert_int_equal(image.len, 0);
        buf_free(&image);
    }
}

// --- wires that deliver ends ---------------------------------------------------------------------------------

#define WIRE                                          \
    {                                                 \
        "Wire", 1, 1, 16, {                           \
            { "next", 0, 0, 0 }, { "fresh", 1, 8, 1 } \
        }                                             \
    }

// Both are started again, and take ends of what row `contract` of the client's says.
static const char *pack_met(uint32_t side, uint32_t its_side, uint32_t contract) {
    static System system;
    static char error[IMAGE_ERROR_ROOM];
    Buf image = { 0 };
    Example takes = {
        .name = "Server",
        .heap = 65536,
        .stack = 32768,
        .contracts = { WIRE, ECHO },
        .params = { { "echo", SEAL_PARAM_ENDPOINT, 0, 0 } },
        .fresh = { 2 },
        .fresh_side = { side }
    };
    Example asks = client;
    asks.contracts[2] = (ExampleContract)WIRE;
    asks.params[0].contract = 2;
    asks.fresh[0] = contract + 1;
    asks.fresh_side[0] = its_side;
    make_system(&system);
    example_make(&system.files[0], &takes);
    example_make(&system.files[1], &asks);
    for (int i = 0; i < 2; i++)
        system.programs[i].size = system.files[i].size;
    system.instances[0].restart = system.instances[1].restart = 2;
    bool packed = image_pack(&system.input, &image, error);
    buf_free(&image);
    return packed ? NULL : error;
}

static void both_may_be_started_again_that_take_opposite_ends(void **state) {
    (void)state;
    static const char refused[] =
        "server.echo is of a sip that is restarted, and could not be opened again: the other side has to take it by a `Wire`";
    assert_null(pack_met(1, 0, 0));
    assert_null(pack_met(0, 1, 0));
    assert_string_equal(pack_met(1, 1, 0), refused);
    assert_string_equal(pack_met(0, 0, 0), refused);
    assert_string_equal(pack_met(1, 0, 1), refused);
}

// --- devices -------------------------------------------------------------------------------------------------

static const char granted_to_another[] = "uses a device that is granted already, to sip server";
static const char kernels[] = "uses a device that is the kernel's";
static const char wants_trust[] =
    "uses a device that may reach any memory, and the system does not call it `trusted`";
static const char none[] = "uses a device that no machine has";

#define DISK(place) PCI_BASE(0x1af4, 0x1042, 0, place)

// What the client is granted beside COM2 for the server, and what is wrong with that; `trust`: what is then, if it is trusted.
static const struct Asked {
    SealGrant grant;
    const char *error, *trust;
} asked[] = {
    { { SEAL_GRANT_IO_PORT, 0, 0x3e8, 8 },                 NULL,               NULL               },
    { { SEAL_GRANT_IO_PORT, 0, 0x60, 1 },                  NULL,               NULL               },
    { { SEAL_GRANT_IO_PORT, 0, 0x2ff, 1 },                 granted_to_another, granted_to_another },
    { { SEAL_GRANT_IO_PORT, 0, 0x2f0, 16 },                wants_trust,        granted_to_another },
    { { SEAL_GRANT_IO_PORT, 0, 0x3e8, 9 },                 wants_trust,        NULL               },
    { { SEAL_GRANT_IO_PORT, 0, 0x60, 5 },                  wants_trust,        NULL               },
    { { SEAL_GRANT_IO_PORT, 0, 0xc000, 16 },               wants_trust,        NULL               },
    { { SEAL_GRANT_IO_PORT, 0, 0x3f8, 1 },                 kernels,            kernels            },
    { { SEAL_GRANT_IO_PORT, 0, 0x3ff, 2 },                 kernels,            kernels            },
    { { SEAL_GRANT_IO_PORT, 0, 0xcfc, 4 },                 kernels,            kernels            },
    { { SEAL_GRANT_IO_PORT, 0, 0, 0x10000 },               kernels,            kernels            },
    { { SEAL_GRANT_IO_PORT, 0, 0xffff, 2 },                none,               none               },
    { { SEAL_GRANT_IO_PORT, 0, 0x100002f8, 8 },            none,               none               },
    { { SEAL_GRANT_IO_MEMORY, 0, 0xb8000, 0x8000 },        NULL,               NULL               },
    { { SEAL_GRANT_IO_MEMORY, 0, 0xfe000000, 0x1000 },     wants_trust,        NULL               },
    { { SEAL_GRANT_IO_MEMORY, 0, 0x9f000, 0x2000 },        kernels,            kernels            },
    { { SEAL_GRANT_IO_MEMORY, 0, 0xfebff000, 0x2000 },     kernels,            kernels            },
    { { SEAL_GRANT_IO_MEMORY, 0, 0xfee00000, 4 },          kernels,            kernels            },
    { { SEAL_GRANT_IO_MEMORY, 0, 0x7fffffffff, 2 },        none,               none               },
    { { SEAL_GRANT_IO_MEMORY, 0, 0x80000000, 0x10000001 }, none,               none               },
    { { SEAL_GRANT_IRQ, 0, 1, 1 },                         NULL,               NULL               },
    { { SEAL_GRANT_IRQ, 0, 3, 1 },                         granted_to_another, granted_to_another },
    { { SEAL_GRANT_IRQ, 0, 0, 1 },                         kernels,            kernels            },
    { { SEAL_GRANT_IRQ, 0, 2, 1 },                         kernels,            kernels            },
    { { SEAL_GRANT_IRQ, 0, 24, 1 },                        none,               none               },
    { { SEAL_GRANT_IRQ, 0, 4, 2 },                         none,               none               },
    { { SEAL_GRANT_DMA, 0, 0, 4096 },                      wants_trust,        NULL               },
    { { SEAL_GRANT_DMA, 0, 4096, 4096 },                   none,               none               },
    { { SEAL_GRANT_DMA, 0, 0, 0x10000001 },                none,               none               },
    { { SEAL_GRANT_IO_MEMORY, 0, DISK(4), 0x4000 },        wants_trust,        NULL               },
    { { SEAL_GRANT_IO_MEMORY, 0, DISK(7), 256 },           wants_trust,        NULL               },
    { { SEAL_GRANT_IO_MEMORY, 0, DISK(7), 4096 },          none,               none               },
    { { SEAL_GRANT_IO_MEMORY, 0, DISK(6), 16 },            none,               none               },
    { { SEAL_GRANT_IO_MEMORY, 0, DISK(4), 0x1000001 },     none,               none               },
    { { SEAL_GRANT_IRQ, 0, DISK(0), 1 },                   wants_trust,        NULL               },
    { { SEAL_GRANT_IRQ, 0, DISK(1), 1 },                   none,               none               },
    { { SEAL_GRANT_IO_PORT, 0, DISK(0), 1 },               none,               none               },
    { { SEAL_GRANT_DMA, 0, DISK(0), 4096 },                none,               none               },
};

// Of one function on the PCI bus two SIPs have nothing, whichever parts of it.
static void functions_have_one_driver(void **state) {
    (void)state;
    static System system;
    Example driver = server, asks = client;
    char error[IMAGE_ERROR_ROOM] = "";
    Buf image = { 0 };
    make_system(&system);
    driver.grants[0] = (SealGrant){ SEAL_GRANT_IO_MEMORY, 0, DISK(4), 0x4000 };
    asks.grants[0] = (SealGrant){ SEAL_GRANT_IRQ, 0, DISK(0), 1 };
    example_make(&system.files[0], &driver);
    example_make(&system.files[1], &asks);
    system.instances[0].trusted = system.instances[1].trusted = true;
    assert_false(image_pack(&system.input, &image, error));
    assert_string_equal(error, "sip client uses a device that is granted already, to sip server");
    buf_free(&image);
}

static void ask(const SealGrant *grant, bool trusted, const char *wanted) {
    static System system;
    Example driver = server, asks = client;
    char error[IMAGE_ERROR_ROOM] = "", wrong[IMAGE_ERROR_ROOM] = "";
    Buf image = { 0 };
    make_system(&system);
    driver.grants[0] = (SealGrant){ SEAL_GRANT_IO_PORT, 0, 0x2f8, 8 };
    driver.grants[1] = (SealGrant){ SEAL_GRANT_IRQ, 0, 3, 1 };
    asks.grants[0] = *grant;
    example_make(&system.files[0], &driver);
    example_make(&system.files[1], &asks);
    system.instances[1].trusted = trusted;
    if (wanted) snprintf(wrong, sizeof wrong, "sip client %s", wanted);
    assert_int_equal(image_pack(&system.input, &image, error), wanted == NULL);
    assert_string_equal(error, wrong);
    buf_free(&image);
}

static void devices_are_granted_once_and_to_whom_they_may(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        ask(&asked[i].grant, false, asked[i].error);
        ask(&asked[i].grant, true, asked[i].trust);
    }
}

// --- a kernel with an image --------------------------------------------------------------------------------

typedef struct Kernel {
    ElfHeader header;
    ElfSegment segments[2];
    char slot[8];
    uint64_t physical, size, cpus;
} Kernel;

static const Kernel good_kernel = {
    .header = { .ident = { 0x7f, 'E', 'L', 'F', 2, 1, 1 },
               .type = ELF_EXEC,
               .machine = ELF_X86_64,
               .phoff = sizeof(ElfHeader),
               .phentsize = sizeof(ElfSegment),
               .phnum = 2 },
    .segments = { { .type = ELF_LOAD,
                    .paddr = 0x100000,
                    .vaddr = 0x100000,
                    .filesz = 10,
                    .memsz = 0x2345 },
               { .type = ELF_NULL } },
    .slot = "SIPSLOT\1",
};

static void boots_what_it_was_given(void **state) {
    (void)state;
    static const uint8_t image[5000] = { 1, 2, 3 };
    Buf out = { 0 };
    char error[IMAGE_ERROR_ROOM] = "";
    assert_true(image_boot(
        (const uint8_t *)&good_kernel, sizeof good_kernel, image, sizeof image, 4, &out, error
    ));
    Kernel kernel;
    memcpy(&kernel, out.data, sizeof kernel);
    assert_int_equal(kernel.segments[1].type, ELF_LOAD);
    assert_int_equal(kernel.physical, 0x103000);
    assert_int_equal(kernel.segments[1].paddr, 0x103000);
    assert_int_equal(kernel.size, sizeof image);
    assert_int_equal(kernel.cpus, 4);
    assert_memory_equal(out.data + kernel.segments[1].offset, image, sizeof image);
    assert_int_equal(out.len, kernel.segments[1].offset + sizeof image);
    buf_free(&out);
}

static void refuses_kernels_without_room(void **state) {
    (void)state;
    Buf out = { 0 };
    char error[IMAGE_ERROR_ROOM];
    Kernel kernel = good_kernel;
    kernel.segments[1].type = ELF_NOTE;
    assert_false(
        image_boot((const uint8_t *)&kernel, sizeof kernel, (const uint8_t *)"", 0, 1, &out, error)
    );
    assert_string_equal(error, "the kernel has no spare row in its program header for an image");
    kernel = good_kernel;
    kernel.slot[0] = 'X';
    assert_false(
        image_boot((const uint8_t *)&kernel, sizeof kernel, (const uint8_t *)"", 0, 1, &out, error)
    );
    assert_string_equal(error, "the kernel has 0 slots for an image instead of one");
    for (size_t size = 0; size < sizeof kernel; size++)
        assert_false(
            image_boot((const uint8_t *)&kernel, size, (const uint8_t *)"", 0, 1, &out, error)
        );
    buf_free(&out);
}

static void keys_are_added_to_a_kernel(void **state) {
    (void)state;
    struct {
        uint8_t before[24];
        ImageKeys keys;
        uint8_t behind[9];
    } kernel = { .keys = { .magic = "SIPKEYS\1" }, .behind = { 7 } };
    uint8_t *bytes = (uint8_t *)&kernel;
    char error[IMAGE_ERROR_ROOM];
    ImageKeys keys;
    static const uint8_t given[9][32] = { { 1 }, { 2 }, [8] = { 9 } };
    assert_true(image_keys_read(bytes, sizeof kernel, &keys, error));
    assert_int_equal(keys.count, 0);
    assert_true(image_keys_add(bytes, sizeof kernel, given, 9, error));
    assert_true(image_keys_add(bytes, sizeof kernel, given, 7, error));
    assert_true(image_keys_read(bytes, sizeof kernel, &keys, error));
    assert_int_equal(keys.count, 16);
    assert_memory_equal(keys.keys, given, sizeof given);
    assert_memory_equal(keys.keys[9], given, 7 * sizeof *given);
    assert_int_equal(kernel.behind[0], 7);
    assert_false(image_keys_add(bytes, sizeof kernel, given, 1, error));
    assert_string_equal(error, "a kernel has room for 16 trusted keys");
    kernel.keys.count = 17;
    assert_false(image_keys_read(bytes, sizeof kernel, &keys, error));
    kernel.keys.magic[0] = 'X';
    assert_false(image_keys_read(bytes, sizeof kernel, &keys, error));
    assert_string_equal(error, "the kernel has 0 places for trusted keys instead of one");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packs_a_system),
        cmocka_unit_test(every_flipped_bit_and_truncation_is_refused),
        cmocka_unit_test(hostile_tables_are_read_safely),
        cmocka_unit_test(both_may_be_started_again_that_take_opposite_ends),
        cmocka_unit_test(devices_are_granted_once_and_to_whom_they_may),
        cmocka_unit_test(functions_have_one_driver),
        cmocka_unit_test(names_what_does_not_fit),
        cmocka_unit_test(boots_what_it_was_given),
        cmocka_unit_test(refuses_kernels_without_room),
        cmocka_unit_test(keys_are_added_to_a_kernel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
