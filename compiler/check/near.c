// A name that is near: what was meant by one that is misspelt.
//
// Two names are as far apart as letters have to be changed, added, left out or exchanged with their neighbour; a third
// of the letters is the most.

#include "check__.h"

#include <string.h>

enum { LONGEST_NAME = 40 };

static uint32_t least_of(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

static uint32_t distance(const char *a, const char *b) {
    uint32_t la = (uint32_t)strlen(a), lb = (uint32_t)strlen(b);
    uint32_t rows[3][LONGEST_NAME + 1]; // the last three of the table
    if (la > LONGEST_NAME || lb > LONGEST_NAME) return UINT32_MAX;
    for (uint32_t k = 0; k <= lb; k++)
        rows[0][k] = k;
    for (uint32_t i = 1; i <= la; i++) {
        uint32_t *row = rows[i % 3], *above = rows[(i - 1) % 3];
        const uint32_t *above_that = rows[(i + 1) % 3];
        row[0] = i;
        for (uint32_t k = 1; k <= lb; k++) {
            row[k] =
                least_of(least_of(above[k], row[k - 1]) + 1, above[k - 1] + (a[i - 1] != b[k - 1]));
            if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1])
                row[k] = least_of(row[k], above_that[k - 2] + 1);
        }
    }
    return rows[la % 3][lb];
}

Near near_start(const char *wanted) {
    uint32_t length = (uint32_t)strlen(wanted);
    return (Near){ .wanted = wanted, .least = (length > 3 ? length : 3) / 3 + 1 };
}

void near_try(Near *near, const char *name) {
    uint32_t far = distance(near->wanted, name);
    if (far < near->least && far < strlen(near->wanted)) {
        near->least = far;
        near->best = name;
    }
}

void near_help(Checker *checker, const Near *near) {
    if (near->best) diag_help(checker->diags, "there is `%s`", near->best);
}

// --- where names come from -------------------------------------------------------------------------------------------------

void near_in_module(const Checker *checker, const Module *module, bool only_pub, Near *near) {
    for (uint32_t i = 0; i < map_len(module->scope); i++) {
        uint64_t name, decl;
        map_at(module->scope, i, &name, &decl);
        if (!only_pub || ((const Decl *)(uintptr_t)decl)->is_pub)
            near_try(near, text_of(checker, (Name)name));
    }
}

static void near_in_scopes(const Fn *fn, Near *near) {
    for (const Scope *scope = fn->scope; scope; scope = scope->outer) {
        for (uint32_t i = 0; i < map_len(scope->names); i++) {
            uint64_t name, local;
            map_at(scope->names, i, &name, &local);
            near_try(near, text_of(fn->checker, (Name)name));
        }
    }
}

// What other languages call it.
static bool habit_help(Checker *checker, const char *wanted) {
    static const struct {
        const char *theirs, *ours;
    } habits[] = {
        { "int",      "`i32`"                                               },
        { "long",     "`i64`"                                               },
        { "short",    "`i16`"                                               },
        { "unsigned", "`u32`"                                               },
        { "uint",     "`u32`"                                               },
        { "float",    "`f32`"                                               },
        { "double",   "`f64`"                                               },
        { "byte",     "`u8`"                                                },
        { "size_t",   "`usize`"                                             },
        { "string",   "`str`, or `own str`"                                 },
        { "String",   "`own str`"                                           },
        { "null",     "`none`"                                              },
        { "NULL",     "`none`"                                              },
        { "nullptr",  "`none`"                                              },
        { "None",     "`none`"                                              },
        { "True",     "`true`"                                              },
        { "False",    "`false`"                                             },
        { "let",      "`auto`"                                              },
        { "var",      "`auto`"                                              },
        { "uint8_t",  "`u8`"                                                },
        { "uint16_t", "`u16`"                                               },
        { "uint32_t", "`u32`"                                               },
        { "uint64_t", "`u64`"                                               },
        { "int8_t",   "`i8`"                                                },
        { "int16_t",  "`i16`"                                               },
        { "int32_t",  "`i32`"                                               },
        { "int64_t",  "`i64`"                                               },
        { "printf",   "`Line` of std.text, shown on a console"              },
        { "println",  "`Line` of std.text, shown on a console"              },
        { "malloc",   "`new T[n]`"                                          },
        { "free",     "nothing: what is owned is freed when its owner ends" },
    };
    for (size_t i = 0; i < sizeof habits / sizeof *habits; i++) {
        if (strcmp(habits[i].theirs, wanted) == 0) {
            diag_help(checker->diags, "in Sip it is %s", habits[i].ours);
            return true;
        }
    }
    return false;
}

void report_unknown(Checker *checker, const Fn *fn, Module *module, Name name, Span span) {
    Near near = near_start(text_of(checker, name));
    diag_report(checker->diags, span, E_UNKNOWN_NAME, near.wanted);
    if (fn) near_in_scopes(fn, &near);
    near_in_module(checker, module, false, &near);
    vec_each(Module *, import, &module->imports)
        near_in_module(checker, *import, true, &near);
    if (!habit_help(checker, near.wanted)) near_help(checker, &near);
}

void near_field(Checker *checker, const HirType *type, const char *wanted) {
    Near near = near_start(wanted);
    for (uint32_t i = 0; type->kind == HIR_TYPE_STRUCT && i < type->structure->fields.len; i++)
        near_try(&near, text_of(checker, type->structure->fields.data[i].name));
    near_help(checker, &near);
}

void near_variant(Checker *checker, const HirType *type, const char *wanted) {
    Near near = near_start(wanted);
    for (uint32_t i = 0; type->kind == HIR_TYPE_ENUM && i < type->enumeration->variants.len; i++)
        near_try(&near, text_of(checker, type->enumeration->variants.data[i].name));
    near_help(checker, &near);
}

void near_method(Checker *checker, const HirType *type, const char *wanted) {
    Near near = near_start(wanted);
    vec_each(Decl *, it, &checker->methods) {
        if ((*it)->kind == DECL_FN && (*it)->fn->owner == type)
            near_try(&near, text_of(checker, (*it)->name));
    }
    near_help(checker, &near);
}

void near_message(Checker *checker, const HirContract *contract, const char *wanted) {
    Near near = near_start(wanted);
    vec_each(HirMessage, message, &contract->messages)
        near_try(&near, text_of(checker, message->name));
    near_help(checker, &near);
}

void near_state(Checker *checker, const HirContract *contract, const char *wanted) {
    Near near = near_start(wanted);
    vec_each(HirState, state, &contract->states)
        near_try(&near, text_of(checker, state->name));
    near_help(checker, &near);
}
