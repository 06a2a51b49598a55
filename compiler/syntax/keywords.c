// The words that cannot be names anywhere, sorted.

#include "syntax.h"

#include <string.h>

typedef struct Keyword {
    const char *text;
    size_t length;
} Keyword;

enum { LONGEST = 8 };

bool syntax_is_keyword(Str text) {
#define WORD(word) { word, sizeof word - 1 }
    static const Keyword keywords[] = {
        WORD("assert"), WORD("auto"),   WORD("bool"),     WORD("break"),   WORD("case"),
        WORD("char"),   WORD("const"),  WORD("continue"), WORD("default"), WORD("defer"),
        WORD("do"),     WORD("else"),   WORD("enum"),     WORD("f32"),     WORD("f64"),
        WORD("false"),  WORD("fn"),     WORD("for"),      WORD("gc"),      WORD("i16"),
        WORD("i32"),    WORD("i64"),    WORD("i8"),       WORD("if"),      WORD("isize"),
        WORD("new"),    WORD("none"),   WORD("own"),      WORD("pub"),     WORD("ref"),
        WORD("return"), WORD("sizeof"), WORD("static"),   WORD("str"),     WORD("struct"),
        WORD("switch"), WORD("true"),   WORD("try"),      WORD("u16"),     WORD("u32"),
        WORD("u64"),    WORD("u8"),     WORD("usize"),    WORD("void"),    WORD("while"),
    };
#undef WORD
    size_t low = 0, high = sizeof keywords / sizeof *keywords;
    if (text.len < 2 || text.len > LONGEST) return false;
    while (low < high) {
        size_t middle = (low + high) / 2, length = keywords[middle].length;
        int order = memcmp(keywords[middle].text, text.ptr, length < text.len ? length : text.len);
        if (order == 0 && length == text.len) return true;
        if (order < 0 || (order == 0 && length < text.len))
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}
