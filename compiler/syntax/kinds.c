// The names of kinds and fields, which are rows of kinds.def in the order of the alphabet.

#include "kinds.h"

#include <string.h>

static const char *const kind_texts[SYNTAX_KINDS] = {
    "error",
    "token",
#define SYNTAX_KIND(name, text) text,
#include "syntax/kinds.def"
};

static const char *const field_texts[FIELDS] = {
    "",
#define SYNTAX_FIELD(name, text) text,
#include "syntax/kinds.def"
};

const char *syntax_kind_text(SyntaxKind kind) {
    return kind_texts[kind];
}

static uint8_t find(const char *const *texts, uint32_t low, uint32_t high, const char *text) {
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        int order = strcmp(texts[middle], text);
        if (order == 0) return (uint8_t)middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return 0;
}

uint8_t syntax__kind(const char *name) {
    return find(kind_texts, SYNTAX_TOKEN + 1, SYNTAX_KINDS, name);
}

uint8_t syntax__field(const char *name) {
    return find(field_texts, FIELD_NONE + 1, FIELDS, name);
}
