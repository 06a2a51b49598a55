// Making an escape smaller: what can be left out while it still escapes is left out.

#include "shrink.h"

#include "base/arena.h"
#include "sir/sir.h"

#include <string.h>

typedef bool Shrink(SirModule *module, uint32_t nth); // false: there is no nth

static bool without_inst(SirModule *module, uint32_t nth) {
    vec_each(SirFuncInfo, func, &module->funcs) {
        vec_each(SirBlockInfo, block, &func->blocks) {
            if (nth >= block->insts.len) {
                nth -= block->insts.len;
                continue;
            }
            memmove(
                &block->insts.data[nth], &block->insts.data[nth + 1],
                (block->insts.len - nth - 1) * sizeof(SirInst)
            );
            block->insts.len--;
            return true;
        }
    }
    return false;
}

// The block ends here, with a trap.
static bool cut_block(SirModule *module, uint32_t nth) {
    vec_each(SirFuncInfo, func, &module->funcs) {
        vec_each(SirBlockInfo, block, &func->blocks) {
            if (nth >= block->insts.len) {
                nth -= block->insts.len;
                continue;
            }
            block->insts.len = nth;
            SirInst *inst = sir_inst_append(
                module, func, (SirBlock)(block - func->blocks.data), SIR_OP_TRAP, 1, 0,
                (SirLoc){ .file = SIR_NONE }
            );
            inst->args[0] = (SirArg){ .kind = SIR_ARG_INT, .n = 7 };
            return true;
        }
    }
    return false;
}

static bool without_last_block(SirModule *module, uint32_t nth) {
    if (nth >= module->funcs.len) return false;
    SirFuncInfo *func = &module->funcs.data[nth];
    if (func->blocks.len > 1) func->blocks.len--;
    return true;
}

static bool without_last_func(SirModule *module, uint32_t nth) {
    if (nth > 0 || module->funcs.len == 0) return false;
    module->funcs.len--;
    return true;
}

static bool without_last_local(SirModule *module, uint32_t nth) {
    if (nth >= module->funcs.len) return false;
    SirFuncInfo *func = &module->funcs.data[nth];
    if (func->locals.len > func->sig.param_count) func->locals.len--;
    return true;
}

static bool shrink_by(Shrink *shrink_nth, Buf *binary, StillEscapes *still, uint32_t rule) {
    bool shrunk = false;
    for (uint32_t nth = 0;; nth++) {
        Arena arena;
        SirReadError error;
        Buf smaller = { 0 };
        arena_init(&arena);
        SirModule *module = sir_binary_read(&arena, binary->data, binary->len, &error);
        bool more = shrink_nth(module, nth);
        sir_binary_write(module, &smaller);
        if (more && smaller.len < binary->len && still(&smaller, rule)) {
            Buf kept = *binary;
            *binary = smaller;
            smaller = kept;
            shrunk = true;
            nth--;
        }
        buf_free(&smaller);
        arena_free(&arena);
        if (!more) return shrunk;
    }
}

void shrink(Buf *binary, StillEscapes *still, uint32_t rule) {
    static Shrink *const ways[] = { cut_block, without_inst, without_last_block, without_last_func,
                                    without_last_local };
    bool shrunk = still(binary, rule);
    while (shrunk) {
        shrunk = false;
        for (uint32_t i = 0; i < sizeof ways / sizeof *ways; i++)
            shrunk |= shrink_by(ways[i], binary, still, rule);
    }
}
