// The exchange heap alone: every size has room, is aligned and clean, nobody shares, and all pages come back.

#include "machine_test.h"

static Account account = { .quota = UINT64_MAX };

static void every_size_fits(void **state) {
    (void)state;
    for (uint64_t size = 0; size < 10 << 20; size += size < 2000 ? 1 : size / 61) {
        SipBlock *block = heap_take(&account, size);
        assert_non_null(block);
        uint8_t *memory = block_memory(block);
        assert_int_equal((uintptr_t)memory % 16, 0);
        assert_true(block->size >= size && block->size > 0);
        assert_true(block->size <= size + size / 4 + 64 || block->size <= size + PLATFORM_PAGE);
        for (uint64_t i = 0; i < block->size; i++)
            if (memory[i]) fail_msg("byte %lu of %lu is not clean", i, block->size);
        memset(memory, 0xee, block->size);
        assert_true(account.used == heap_charge(block));
        heap_give(block);
        assert_true(account.used == 0 && account.blocks == 0);
    }
    heap_end();
    assert_int_equal(heap.pages, 0);
}

static void nobody_shares(void **state) {
    enum { MOST = 3000 };
    static SipBlock *blocks[MOST];
    uint64_t random = 1;
    (void)state;
    for (int round = 0; round < 30000; round++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        SipBlock **block = &blocks[(random >> 40) % MOST];
        uint64_t size = (random >> 20) % ((random & 63) == 1 ? 100000 : 700) + 1;
        if (*block) {
            const uint8_t *memory = block_memory(*block);
            for (uint64_t i = 1; i < memory[0]; i++)
                assert_int_equal(memory[i], memory[0]); // nobody else wrote there
            heap_give(*block);
            *block = NULL;
        } else {
            *block = heap_take(&account, size);
            const uint8_t *fresh = block_memory(*block);
            for (uint64_t i = 0; i < (*block)->size; i++)
                if (fresh[i]) fail_msg("byte %lu of %lu is not clean", i, (*block)->size);
            memset(block_memory(*block), (int)(size < 250 ? size : 250), (*block)->size);
        }
    }
    for (int i = 0; i < MOST; i++) {
        if (blocks[i]) heap_give(blocks[i]);
    }
    assert_true(account.used == 0 && heap.blocks == 0);
    heap_end();
    assert_int_equal(heap.pages, 0);
}

static void quotas_are_exact(void **state) {
    (void)state;
    Account small = { .quota = 1024 };
    SipBlock *first = heap_take(&small, 1024 - sizeof(SipBlock));
    assert_non_null(first);
    assert_null(heap_take(&small, 1));
    heap_give(first);
    assert_null(heap_take(&small, 1024 - sizeof(SipBlock) + 1));
    assert_null(heap_take(&small, UINT64_MAX));
    assert_null(heap_take(&account, UINT64_MAX - 100));
    assert_int_equal(small.used, 0);
    heap_end();
    assert_int_equal(heap.pages, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_size_fits),
        cmocka_unit_test(nobody_shares),
        cmocka_unit_test(quotas_are_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
