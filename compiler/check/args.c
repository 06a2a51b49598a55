// What a call is given: how many arguments, and by which names. Arguments stand in the order of the parameters, so that they
// are evaluated from left to right; a name says again which one it is.

#include "check__.h"

#include <string.h>

// The word `row` of a list with blanks between; NULL: there are fewer.
static const char *word_of(Checker *checker, const char *words, uint32_t row) {
    for (; row > 0 && words; row--) {
        words = strchr(words, ' ');
        if (words) words++;
    }
    if (!words || !*words) return NULL;
    return arena_printf(checker->arena, "%.*s", (int)strcspn(words, " "), words);
}

static const char *param_name(Checker *checker, const ParamNames *names, uint32_t row) {
    Name name = 0;
    row += names->first;
    if (names->words) return word_of(checker, names->words, row);
    if (names->fn && row < names->fn->sig.params.len) name = names->fn->locals.data[row]->name;
    if (names->declared && row < names->declared->len) name = names->declared->data[row].name.name;
    if (names->fields && row < names->fields->len) name = names->fields->data[row].name;
    if (names->message && row < names->message->args.len)
        name = names->message->args.data[row].name;
    return name ? text_of(checker, name) : NULL;
}

static bool check_name(
    Checker *checker, const char *callee, const ParamNames *names, uint32_t row, const AstArg *arg
) {
    const char *right = param_name(checker, names, row), *given = text_of(checker, arg->label.name);
    if (right && strcmp(right, given) == 0) return true;
    diag_report(checker->diags, arg->label.span, E_ARGUMENT_NAME, callee, given);
    if (!right) {
        diag_help(checker->diags, "it has no name: leave `%s:` out", given);
        return false;
    }
    diag_help(
        checker->diags, "arguments stand in the order of the parameters: this is `%s`", right
    );
    return false;
}

bool check_given(
    Checker *checker,
    const char *callee,
    uint32_t wanted,
    ParamNames names,
    const AstArgs *args,
    Span span
) {
    if (args->len != wanted) {
        diag_report(checker->diags, span, E_ARGUMENT_COUNT, callee, wanted, args->len);
        return false;
    }
    for (uint32_t i = 0; i < args->len; i++) {
        const AstArg *arg = &args->data[i];
        if (arg->label.name && !check_name(checker, callee, &names, i, arg)) return false;
    }
    return true;
}

bool check_count(
    Checker *checker, const char *callee, uint32_t wanted, const AstArgs *args, Span span
) {
    return check_given(checker, callee, wanted, (ParamNames){ 0 }, args, span);
}
