// Blocks that are owned: for content of a type, in the managed heap if managed pointers lie in it; else in the exchange heap.

#ifndef LLVM_MANAGED___H
#define LLVM_MANAGED___H

#include "llvm__.h"

LLVMValueRef llvm__alloc_for(Emit *e, SirType content, LLVMValueRef size);     // QUOTA: no room
LLVMValueRef llvm__try_alloc_for(Emit *e, SirType content, LLVMValueRef size); // NULL: no room
void llvm__free_for(Emit *e, SirType content, LLVMValueRef block);

// Of the managed heap. `site`: of a trap, or SIP_MANAGED_MAYBE for NULL when there is no room.
LLVMValueRef llvm__managed_block(Emit *e, LLVMValueRef size, LLVMValueRef site);
void llvm__managed_free(Emit *e, LLVMValueRef block);

#endif
