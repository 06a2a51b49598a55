// What the grammar's names are called here: kinds of nodes and fields.

#ifndef SYNTAX_KINDS_H
#define SYNTAX_KINDS_H

#include "syntax.h"

uint8_t syntax__kind(const char *name);  // SYNTAX_ERROR: what is left out
uint8_t syntax__field(const char *name); // FIELD_NONE: no builder asks for it

#endif
