// The words that cannot be names anywhere, sorted.

#include "syntax.h"

#include <string.h>

bool syntax_is_keyword(Str text) {
    static const char *const keywords[] = {
        "assert", "auto", "bool", "break",  "case",   "char",   "const", "continue", "default",
        "defer",  "do",   "else", "enum",   "f32",    "f64",    "false", "fn",       "for",
        "gc",     "i16",  "i32",  "i64",    "i8",     "if",     "isize", "new",      "none",
        "own",    "pub",  "ref",  "return", "sizeof", "static", "str",   "struct",   "switch",
        "true",   "try",  "u16",  "u32",    "u64",    "u8",     "usize", "void",     "while",
    };
    size_t low = 0, high = sizeof keywords / sizeof *keywords;
    while (low < high) {
        size_t middle = (low + high) / 2, length = strlen(keywords[middle]);
        int order = memcmp(keywords[middle], text.ptr, length < text.len ? length : text.len);
        if (order == 0 && length == text.len) return true;
        if (order < 0 || (order == 0 && length < text.len))
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}
