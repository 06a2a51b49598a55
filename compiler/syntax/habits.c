// What people who come from other languages write, and how Sip spells it.
// Takes the words around a token that does not fit; leaves a sentence out of the table in habits.def.

#include "habits.h"

#include "syntax.h"

#include <string.h>

typedef enum Where { ANYWHERE, VALUE, ITEM, FIELD, BODY, INSIDE, OUTSIDE } Where;

typedef struct Habit {
    const char *first, *before2, *before, *found;
    Where where;
    const char *help;
} Habit;

static const Habit habits[] = {
#define HABIT(first, before2, before, found, where, help) \
    { first, before2, before, found, where, help },
#include "syntax/habits.def"
};

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_type(Str word) {
    static const char *const types[] = { "bool",  "char", "i8",  "i16", "i32", "i64",
                                         "isize", "u8",   "u16", "u32", "u64", "usize",
                                         "f32",   "f64",  "str", "void" };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (str_eq_c(word, types[i])) return true;
    }
    return false;
}

// Whether a word is what a name with `$` stands for.
static bool is_class(Str word, Str class) {
    char first = word.ptr[0];
    bool text = word.ptr[word.len - 1] == '"', number = first >= '0' && first <= '9';
    bool name = is_letter(first) && !text && !syntax_is_keyword(word);
    if (str_eq_c(class, "$name")) return name;
    if (str_eq_c(class, "$Name")) return name && first >= 'A' && first <= 'Z';
    if (str_eq_c(class, "$text")) return text;
    if (str_eq_c(class, "$number")) return number;
    if (str_eq_c(class, "$type")) return is_type(word);
    return name || text || number || is_type(word) || strchr("-!&*", first) != NULL;
}

// Whether a column of the table takes a word.
static bool takes(const char *column, Str word) {
    if (!*column) return true;
    if (word.len == 0) return false;
    while (*column) {
        const char *end = strchrnul(column, ' ');
        Str one = { column, (size_t)(end - column) };
        if (one.len > 1 && *column == '$' ? is_class(word, one) : str_eq(one, word)) return true;
        column = *end ? end + 1 : end;
    }
    return false;
}

static bool is_where(Where where, const HabitPlace *place) {
    switch (where) {
    case ANYWHERE: return true;
    case VALUE: return place->in_statement;
    case ITEM: return place->item;
    case FIELD: return place->in_struct;
    case BODY: return !place->item;
    case INSIDE: return place->in_brackets;
    case OUTSIDE: return !place->item && !place->in_brackets;
    }
    return false;
}

const char *habit__help(const HabitPlace *place) {
    for (size_t i = 0; i < sizeof habits / sizeof *habits; i++) {
        const Habit *h = &habits[i];
        bool found = takes(h->found, place->found) || takes(h->found, place->signs);
        if (found && is_where(h->where, place) && takes(h->first, place->first) &&
            takes(h->before2, place->before2) && takes(h->before, place->before))
            return h->help;
    }
    return NULL;
}
