// Drops: a long list goes on a constant stack, each block goes once, and glues run on the thread that %gs:0 names.

#include "sip.h"

// clang-format off: in this order
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on

#include <asm/prctl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

typedef struct Node {
    struct Node *left, *right;
} Node;

const KernelTable *sip_kernel;

static SipThread thread = { .self = &thread };
static SipThread *cpu = &thread; // %gs:0
static size_t allocated, freed;
static uintptr_t stack_lowest;

static void *alloc_node(void) {
    SipBlock *header = calloc(1, sizeof *header + sizeof(Node));
    assert_non_null(header);
    header->owner = &allocated;
    allocated++;
    return header + 1;
}

static void free_block(void *block) {
    freed++;
    free((SipBlock *)block - 1);
}

static const KernelTable table = { .FREE = free_block };

static void end_node(void *block) {
    Node *node = block;
    const uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    if (here < stack_lowest) stack_lowest = here;
    sip_drop_block(node->left, end_node);
    sip_drop_block(node->right, end_node);
}

static size_t freed_otherwise;

static void free_otherwise(void *block) {
    freed_otherwise++;
    free_block(block);
}

static int setup(void **state) {
    (void)state;
    allocated = freed = 0;
    stack_lowest = UINTPTR_MAX;
    sip_kernel = &table;
    return (int)syscall(SYS_arch_prctl, ARCH_SET_GS, &cpu);
}

static void check_all_gone(void) {
    assert_int_equal(freed, allocated);
    assert_null(thread.drop_list);
    assert_int_equal(thread.drop_busy, 0);
}

static void blocks_without_owner_say_who_frees_them(void **state) {
    (void)state;
    Node *inner = alloc_node(), *outer = alloc_node();
    SipBlock *header = (SipBlock *)(void *)outer - 1;
    header->owner = NULL;
    header->size = (uintptr_t)free_otherwise;
    outer->left = inner;
    sip_drop_block(outer, end_node);
    check_all_gone();
    assert_int_equal(freed_otherwise, 1);
}

static void a_list_takes_no_stack(void **state) {
    (void)state;
    Node *list = NULL;
    for (int i = 0; i < 1000000; i++) {
        Node *node = alloc_node();
        node->left = list;
        list = node;
    }
    sip_drop_block(list, end_node);
    check_all_gone();
    assert_true((uintptr_t)__builtin_frame_address(0) - stack_lowest < 4096);
}

static Node *make_tree(int depth) {
    Node *node = alloc_node();
    if (depth > 0) {
        node->left = make_tree(depth - 1);
        node->right = make_tree(depth - 1);
    }
    return node;
}

static void a_tree_goes_whole(void **state) {
    (void)state;
    sip_drop_block(make_tree(12), end_node);
    check_all_gone();
    sip_drop_block(make_tree(0), end_node); // and the thread can drop again
    check_all_gone();
}

static void without_glue_a_block_is_freed_at_once(void **state) {
    (void)state;
    sip_drop_block(NULL, end_node);
    sip_drop_block(NULL, NULL);
    assert_int_equal(freed, 0);
    sip_drop_block(alloc_node(), NULL);
    check_all_gone();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(blocks_without_owner_say_who_frees_them, setup),
        cmocka_unit_test_setup(a_list_takes_no_stack, setup),
        cmocka_unit_test_setup(a_tree_goes_whole, setup),
        cmocka_unit_test_setup(without_glue_a_block_is_freed_at_once, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
