// What the two forms of SIR share: the shapes of arms, the limits, the words. Inside this room only.
//
// An instruction's arguments follow the shape of its row in ops.def, an arm's parts the shape of its kind: so
// neither form knows any instruction or arm by name.

#ifndef SIR_FORM_H
#define SIR_FORM_H

#include "sir.h"

enum {
    SIR__TREE_DEPTH = 64,    // constants nest at most so deep
    SIR__BINARY_VERSION = 4, // after the magic
    SIR__MAGIC_LENGTH = 7,
};

#define SIR__MAGIC "SIPSIR\1"

// One letter per part of an arm, in the order of the binary form:
//   c  tree   n  variant   p  place   m  message (in n)   v  value   B  binds
const char *sir__arm_text(SirArmKind kind);
const char *sir__arm_shape(SirArmKind kind);

// The kind of argument that a letter of a shape stands for; of `d` `D` `v` `V`, one of several.
SirArgKind sir__arg_kind(char letter);
bool sir__op_has_arms(SirOp op);
uint32_t sir__main_params(const SirModule *module
); // how many names the manifest has for main's parameters

// Words of the text form. NULL past the last.
const char *sir__bind_text(SirBindMode mode);
const char *sir__device_text(SirDevice device);
const char *sir__grant_text(SirGrantKind kind);
const char *sir__side_text(SirSide side);
const char *sir__hint_text(uint32_t row);   // of the bit `row`
const char *sir__order_text(uint8_t order); // "" for native

// Whether the structural type that is, or will be, row `row` refers to lower rows only.
bool sir__type_is_founded(const SirTypeInfo *info, SirType row);

// The type that item `item` of a LIST or REPEAT has by the tree around it; SIR_NONE if that does not say. Where it is
// the item's own, the text form leaves it out.
SirType sir__item_type(const SirModule *module, const SirTree *tree, uint32_t item);

// The encoding of a type's row. Two structural types are equal when these are.
void sir__binary_put_type(Buf *out, const SirTypeInfo *info);

#endif
