// Virtqueues of a driver that does as it should, and of ones that do as they like: whatever they write, only their own memory is touched.

#include "virtqueue.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <stdlib.h>
#include <string.h>

enum { BYTES = 8192, SIZE = 8, OFFERED = 1024, USED = 2048, DATA = 4096 };

// One allocation, so that the sanitizer sees what is read or written beside it.
typedef struct Fixture {
    uint8_t *memory;
    Dma dma;
    Virtqueue queue;
} Fixture;

static uint64_t address_of(const Fixture *f, size_t at) {
    return (uint64_t)(uintptr_t)f->memory + at;
}

static Fixture begin(void) {
    Fixture f = { .memory = aligned_alloc(4096, BYTES) };
    memset(f.memory, 0, BYTES);
    f.dma = (Dma){ .ranges = { { f.memory, BYTES } }, .count = 1 };
    f.queue = (Virtqueue){ .descriptors_at = address_of(&f, 0),
                           .offered_at = address_of(&f, OFFERED),
                           .used_at = address_of(&f, USED),
                           .size = SIZE };
    return f;
}

static void put16(Fixture *f, size_t at, uint16_t value) {
    memcpy(f->memory + at, &value, sizeof value);
}

static uint16_t get16(const Fixture *f, size_t at) {
    uint16_t value;
    memcpy(&value, f->memory + at, sizeof value);
    return value;
}

static void describe(
    Fixture *f, uint16_t row, uint64_t address, uint32_t length, uint16_t flags, uint16_t next
) {
    uint8_t *at = f->memory + 16 * row;
    memcpy(at, &address, 8);
    memcpy(at + 8, &length, 4);
    memcpy(at + 12, &flags, 2);
    memcpy(at + 14, &next, 2);
}

static void offer(Fixture *f, uint16_t head) {
    const uint16_t count = get16(f, OFFERED + 2);
    put16(f, OFFERED + 4 + 2 * (count % SIZE), head);
    put16(f, OFFERED + 2, (uint16_t)(count + 1));
}

static VirtTaken take_one(Fixture *f) {
    VirtBuffer buffer;
    assert_true(virtqueue_open(&f->queue, &f->dma));
    offer(f, 0);
    return virtqueue_take(&f->queue, &f->dma, &buffer);
}

// --- as it should be ---------------------------------------------------------------------------------------------

static void what_is_offered_is_taken(void **state) {
    (void)state;
    Fixture f = begin();
    VirtBuffer buffer;
    assert_true(virtqueue_open(&f.queue, &f.dma));
    assert_int_equal(virtqueue_take(&f.queue, &f.dma, &buffer), VIRT_NOTHING);
    memcpy(f.memory + DATA, "what is read", 12);
    describe(&f, 3, address_of(&f, DATA), 5, 1, 5);
    describe(&f, 5, address_of(&f, DATA + 5), 7, 1, 1);
    describe(&f, 1, address_of(&f, DATA + 100), 4, 2, 0);
    offer(&f, 3);
    assert_true(virtqueue_has_some(&f.queue));
    assert_int_equal(virtqueue_take(&f.queue, &f.dma, &buffer), VIRT_TAKEN);
    assert_int_equal(buffer.head, 3);
    assert_int_equal(buffer.bytes_read, 12);
    assert_int_equal(buffer.bytes_written, 4);
    char text[16] = "";
    assert_int_equal(parts_read(buffer.parts, buffer.readable, 3, text, 6), 6);
    assert_string_equal(text, "t is r");
    assert_int_equal(parts_write(buffer.parts + 2, buffer.writable, 1, "abcdef", 6), 3);
    assert_memory_equal(f.memory + DATA + 100, "\0abc\0", 5);
    assert_true(virtqueue_give(&f.queue, buffer.head, 4));
    assert_int_equal(get16(&f, USED + 2), 1);
    assert_int_equal(get16(&f, USED + 4), 3);
    assert_int_equal(get16(&f, USED + 8), 4);
    put16(&f, OFFERED, 1); // the driver does not want to be told
    assert_false(virtqueue_give(&f.queue, buffer.head, 0));
    assert_int_equal(virtqueue_take(&f.queue, &f.dma, &buffer), VIRT_NOTHING);
    free(f.memory);
}

static void a_queue_of_a_reset_device_takes_nothing_back(void **state) {
    (void)state;
    Fixture f = begin();
    memset(&f.queue, 0, sizeof f.queue);
    assert_false(virtqueue_give(&f.queue, 0, 1));
    assert_false(virtqueue_has_some(&f.queue));
    free(f.memory);
}

// --- as it should not ----------------------------------------------------------------------------------------------

static void a_queue_lies_where_it_may(void **state) {
    (void)state;
    static const struct {
        int64_t descriptors, offered, used;
        uint32_t size;
    } wrong[] = {
        { 8,           OFFERED,    USED,       SIZE     }, // not aligned
        { 0,           1,          USED,       SIZE     },
        { 0,           OFFERED,    2,          SIZE     },
        { -16,         OFFERED,    USED,       SIZE     }, // outside
        { BYTES,       OFFERED,    USED,       SIZE     },
        { BYTES - 112, OFFERED,    USED,       SIZE     }, // partly
        { 0,           BYTES - 20, USED,       SIZE     },
        { 0,           OFFERED,    BYTES - 68, SIZE     },
        { 0,           OFFERED,    USED,       0        },
        { 0,           OFFERED,    USED,       6        },
        { 0,           OFFERED,    USED,       512      },
        { 0,           OFFERED,    USED,       1u << 31 },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        Fixture f = begin();
        f.queue = (Virtqueue){ .descriptors_at = address_of(&f, (size_t)wrong[i].descriptors),
                               .offered_at = address_of(&f, (size_t)wrong[i].offered),
                               .used_at = address_of(&f, (size_t)wrong[i].used),
                               .size = wrong[i].size };
        assert_false(virtqueue_open(&f.queue, &f.dma));
        assert_false(f.queue.is_ready);
        free(f.memory);
    }
}

static void a_buffer_lies_where_it_may(void **state) {
    (void)state;
    static const struct {
        int64_t at;
        uint32_t length;
        bool good;
    } rows[] = {
        { DATA,      1,          true  },
        { 0,         BYTES,      true  },
        { BYTES - 1, 1,          true  },
        { BYTES - 1, 2,          false },
        { BYTES,     1,          false },
        { -1,        1,          false },
        { DATA,      0,          false },
        { DATA,      UINT32_MAX, false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        Fixture f = begin();
        describe(&f, 0, address_of(&f, (size_t)rows[i].at), rows[i].length, 0, 0);
        assert_int_equal(take_one(&f), rows[i].good ? VIRT_TAKEN : VIRT_BROKEN);
        free(f.memory);
    }
}

static void wrong_chains_break_it(void **state) {
    (void)state;
    Fixture f = begin();
    describe(&f, 0, address_of(&f, DATA), 1, 1, 0); // to itself, without end
    assert_int_equal(take_one(&f), VIRT_BROKEN);
    free(f.memory);
    f = begin();
    describe(&f, 0, address_of(&f, DATA), 1, 1, SIZE); // beyond the table
    assert_int_equal(take_one(&f), VIRT_BROKEN);
    free(f.memory);
    f = begin();
    describe(&f, 0, address_of(&f, DATA), 1, 3, 1); // read behind what is written
    describe(&f, 1, address_of(&f, DATA), 1, 0, 0);
    assert_int_equal(take_one(&f), VIRT_BROKEN);
    free(f.memory);
    f = begin();
    describe(&f, 0, address_of(&f, DATA), 16, 4, 0); // a table elsewhere, which was not agreed on
    assert_int_equal(take_one(&f), VIRT_BROKEN);
    free(f.memory);
    f = begin();
    put16(&f, OFFERED + 2, SIZE); // more than there is room for, with what take_one adds
    assert_int_equal(take_one(&f), VIRT_BROKEN);
    free(f.memory);
}

// --- whatever it is --------------------------------------------------------------------------------------------------

static uint64_t seed = 20261130;

static uint32_t random_number(uint32_t below) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % below;
}

static void scribble(Fixture *f) {
    const size_t at = random_number(USED + 128);
    switch (random_number(4)) {
    case 0: f->memory[at] = (uint8_t)random_number(256); break;
    case 1: put16(f, OFFERED + 2, (uint16_t)(f->queue.seen + random_number(SIZE + 2))); break;
    case 2:
        put16(f, OFFERED + 4 + 2 * random_number(SIZE), (uint16_t)random_number(SIZE + 1));
        break;
    default:
        describe(
            f, (uint16_t)random_number(SIZE), address_of(f, random_number(BYTES + 64)) - 32,
            random_number(4) ? random_number(64) : random_number(UINT32_MAX),
            (uint16_t)random_number(random_number(8) ? 4 : 8), (uint16_t)random_number(SIZE + 1)
        );
    }
}

// All of what was taken is touched.
static void use(const VirtBuffer *buffer) {
    volatile uint8_t sum = 0;
    for (uint32_t i = 0; i < buffer->readable; i++)
        for (size_t k = 0; k < buffer->parts[i].iov_len; k++)
            sum = (uint8_t)(sum + ((const uint8_t *)buffer->parts[i].iov_base)[k]);
    for (uint32_t i = 0; i < buffer->writable; i++)
        memset(
            buffer->parts[buffer->readable + i].iov_base, sum,
            buffer->parts[buffer->readable + i].iov_len
        );
}

static void whatever_is_written_there(void **state) {
    (void)state;
    uint32_t taken = 0, broken = 0;
    for (uint32_t round = 0; round < 20000; round++) {
        Fixture f = begin();
        VirtBuffer buffer;
        assert_true(virtqueue_open(&f.queue, &f.dma));
        for (uint32_t step = 0; step < 40; step++) {
            scribble(&f);
            const VirtTaken how = virtqueue_take(&f.queue, &f.dma, &buffer);
            taken += how == VIRT_TAKEN;
            broken += how == VIRT_BROKEN;
            if (how == VIRT_TAKEN) {
                use(&buffer);
                virtqueue_give(&f.queue, buffer.head, buffer.bytes_written);
            }
        }
        free(f.memory);
    }
    assert_true(taken > 1000 && broken > 1000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_offered_is_taken),
        cmocka_unit_test(a_queue_of_a_reset_device_takes_nothing_back),
        cmocka_unit_test(a_queue_lies_where_it_may),
        cmocka_unit_test(a_buffer_lies_where_it_may),
        cmocka_unit_test(wrong_chains_break_it),
        cmocka_unit_test(whatever_is_written_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
