// What was meant by a name that is found nowhere: one that is near (base/near.h), what other languages call it, what a module
// that is not imported declares, what is private where it is declared.

#include "check__.h"

#include <string.h>

bool is_written(const Checker *checker, Span span, const char *name) {
    Str text = source_text(checker->program->map, span.file);
    size_t length = strlen(name);
    return span.end - span.start == length && span.end <= text.len &&
           memcmp(text.ptr + span.start, name, length) == 0;
}

// `.nmae` is the end of what a report is about.
static Span last_part(Span span, const char *name) {
    uint32_t length = (uint32_t)strlen(name);
    if (span.end - span.start > length) span.start = span.end - length;
    return span;
}

// A name that is the only one near is what was meant.
void near_help(Checker *checker, const Near *near, Span span) {
    if (!near->best) return;
    span = last_part(span, near->wanted);
    if (near->only && is_written(checker, span, near->wanted))
        diag_fix(checker->diags, span, near->best, "there is `%s`", near->best);
    else
        diag_help(checker->diags, "there is `%s`", near->best);
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

#define NO_POINTER \
    "`none`, which only an optional may be: a `T*?` may, a `T*` always leads to something"

// What other languages call it; `fix` where one word does for another.
static bool habit_help(Checker *checker, const char *wanted, Span span) {
    static const struct {
        const char *theirs, *ours, *fix;
    } habits[] = {
        { "int",       "`i32`",                                                                  "i32"   },
        { "long",      "`i64`",                                                                  "i64"   },
        { "short",     "`i16`",                                                                  "i16"   },
        { "unsigned",  "`u32`",                                                                  "u32"   },
        { "uint",      "`u32`",                                                                  "u32"   },
        { "float",     "`f32`",                                                                  "f32"   },
        { "double",    "`f64`",                                                                  "f64"   },
        { "byte",      "`u8`",                                                                   "u8"    },
        { "size_t",    "`usize`",                                                                "usize" },
        { "string",    "`str`, or `own str`",                                                    NULL    },
        { "String",    "`own str`",                                                              NULL    },
        { "null",      NO_POINTER,                                                               NULL    },
        { "NULL",      NO_POINTER,                                                               NULL    },
        { "nullptr",   NO_POINTER,                                                               NULL    },
        { "None",      "`none`",                                                                 "none"  },
        { "True",      "`true`",                                                                 "true"  },
        { "False",     "`false`",                                                                "false" },
        { "let",       "`auto`",                                                                 "auto"  },
        { "var",       "`auto`",                                                                 "auto"  },
        { "uint8_t",   "`u8`",                                                                   "u8"    },
        { "uint16_t",  "`u16`",                                                                  "u16"   },
        { "uint32_t",  "`u32`",                                                                  "u32"   },
        { "uint64_t",  "`u64`",                                                                  "u64"   },
        { "int8_t",    "`i8`",                                                                   "i8"    },
        { "int16_t",   "`i16`",                                                                  "i16"   },
        { "int32_t",   "`i32`",                                                                  "i32"   },
        { "int64_t",   "`i64`",                                                                  "i64"   },
        { "send",
         "`send endpoint.message(...);`, from what lies behind brackets through a borrow of it", NULL    },
        { "printf",    "`print(&out, $\"{x}\\n\");` of std.fmt, `out` a console",                NULL    },
        { "println",   "`print(&out, $\"{x}\\n\");` of std.fmt, `out` a console",                NULL    },
        { "Vec",       "`own T[..]`",                                                            NULL    },
        { "vector",    "`own T[..]`",                                                            NULL    },
        { "ArrayList", "`own T[..]`",                                                            NULL    },
        { "Option",    "`T?`",                                                                   NULL    },
        { "Box",       "`own T*`",                                                               NULL    },
        { "assert_eq", "`assert(a == b);`",                                                      NULL    },
        { "malloc",    "`new T[n]`",                                                             NULL    },
        { "free",      "nothing: what is owned is freed when its owner ends",                    NULL    },
        { "drop",      "`_ = x;`: what is owned ends there",                                     NULL    },
        { "goto",
         "`break outer;`, which leaves a loop that is labelled `outer:`; there is no `goto`",    NULL    },
    };
    for (size_t i = 0; i < sizeof habits / sizeof *habits; i++) {
        if (strcmp(habits[i].theirs, wanted) != 0) continue;
        if (habits[i].fix && is_written(checker, span, wanted))
            diag_fix(checker->diags, span, habits[i].fix, "in Sip it is %s", habits[i].ours);
        else
            diag_help(checker->diags, "in Sip it is %s", habits[i].ours);
        return true;
    }
    return false;
}

// --- modules that are not imported ---------------------------------------------------------------------------------------

// Where an import goes: behind the last one, else behind the module's name, else at the top.
static Span import_place(const Checker *checker, const Module *module) {
    uint32_t at = module->ast->module.names.len ? module->ast->module.span.end : 0;
    vec_each(AstItem *, item, &module->ast->items) {
        if ((*item)->kind == AST_ITEM_IMPORT) at = (*item)->span.end;
    }
    Str text = source_text(checker->program->map, module->ast->file);
    const char *newline = at ? memchr(text.ptr + at, '\n', text.len - at) : NULL;
    if (at && newline) at = (uint32_t)(newline - text.ptr) + 1;
    return (Span){ module->ast->file, at, at };
}

// A module that declares it for others. Which of several is meant nobody knows.
static bool offer_import(Checker *checker, const Module *module, const char *wanted) {
    const CheckHelp *help = checker->help;
    bool only = true;
    const char *path = help ? help->find_module(help->context, wanted, &only) : NULL;
    if (!path) return false;
    if (!only) {
        diag_help(checker->diags, "it is declared in `%s`: import one of them", path);
        return true;
    }
    const char *line = arena_printf(checker->arena, "import %s;\n", path);
    diag_fix(checker->diags, import_place(checker, module), line, "it is declared in `%s`", path);
    return true;
}

// An imported module has it for itself.
static bool private_help(Checker *checker, const Module *module, Name name) {
    vec_each(Import, import, &module->imports) {
        uint64_t found;
        if (!map_get(import->module->scope, name, &found)) continue;
        const Decl *decl = (const Decl *)(uintptr_t)found;
        diag_note(checker->diags, decl->item->name.span, "declared here, without `pub`");
        diag_help(
            checker->diags, "it is private to module `%s`: mark it `pub` where it is declared",
            text_of(checker, import->module->path)
        );
        return true;
    }
    return false;
}

// In a function, or outside of any in a module, the same is said once.
static bool is_news(const Checker *checker, const Fn *fn, const Module *module, Name name) {
    if (!fn) fn = checker->around;
    uint64_t round, key[] = { fn ? (uintptr_t)fn->fn : (uintptr_t)module, name };
    bool known = strmap_get(checker->unknown, (const char *)key, sizeof key, &round);
    if (known && round == checker->round) return false;
    strmap_put(checker->unknown, (const char *)key, sizeof key, checker->round);
    return true;
}

void report_unknown(Checker *checker, const Fn *fn, Module *module, Name name, Span span) {
    if (!is_news(checker, fn, module, name)) {
        diag_follow(checker->diags);
        return;
    }
    Near near = near_start(text_of(checker, name));
    diag_report(checker->diags, span, E_UNKNOWN_NAME, near.wanted);
    if (fn) near_in_scopes(fn, &near);
    near_in_module(checker, module, false, &near);
    vec_each(Import, import, &module->imports)
        near_in_module(checker, import->module, true, &near);
    bool capital = near.wanted[0] >= 'A' && near.wanted[0] <= 'Z' && !near.wanted[1];
    if (capital && !near.best) {
        diag_help(
            checker->diags, "type parameters are declared behind a name: `%s max<%s>(...)`",
            near.wanted, near.wanted
        );
        return;
    }
    if (!private_help(checker, module, name) && !habit_help(checker, near.wanted, span) &&
        !offer_import(checker, module, near.wanted))
        near_help(checker, &near, span);
}

// What is asked of arrays, texts and optionals elsewhere; false: nothing like it.
static bool habit_of_type(Checker *checker, const HirType *type, const char *wanted) {
    enum { MANY = 1, TEXT = 2, OPTION = 4 };
    static const struct {
        const char *theirs, *ours;
        int of;
    } habits[] = {
        { "len",       "`x.len`, without parentheses, is how many there are",               MANY | TEXT },
        { "length",    "`x.len` is how many there are",                                     MANY | TEXT },
        { "size",      "`x.len` is how many there are",                                     MANY | TEXT },
        { "count",     "`x.len` is how many there are",                                     MANY | TEXT },
        { "is_empty",  "`x.len == 0` asks it",                                              MANY | TEXT },
        { "add",       "`x.push(value)` adds one",                                          MANY        },
        { "push_back", "`x.push(value)` adds one",                                          MANY        },
        { "pop_back",  "`x.pop()` takes the last",                                          MANY        },
        { "clear",     "`x.truncate(0)` drops all",                                         MANY        },
        { "clone",     "`copy(x)` is owned",                                                MANY | TEXT },
        { "to_owned",  "`copy(x)` is owned",                                                MANY | TEXT },
        { "equals",    "`a == b` compares texts",                                           TEXT        },
        { "compare",   "`a.order(b)` of std.cmp says which comes first",                    TEXT        },
        { "as_bytes",  "`x.bytes` is what a text is made of",                               TEXT        },
        { "unwrap",
         "`x!` is the value, or a trap; `x else ...` says what happens when there is none", OPTION      },
        { "value",
         "`x!` is the value, or a trap; `x else ...` says what happens when there is none", OPTION      },
        { "unwrap_or", "`x else y` is the value, or another",                               OPTION      },
        { "is_some",   "`x != none` asks it",                                               OPTION      },
        { "is_none",   "`x == none` asks it",                                               OPTION      },
        { "take",      "`take(&x)` takes it and leaves none",                               OPTION      },
    };
    int of = hir_type_is_indexed(type)       ? MANY
             : type->kind == HIR_TYPE_STR    ? TEXT
             : type->kind == HIR_TYPE_OPTION ? OPTION
                                             : 0;
    for (size_t i = 0; of && i < sizeof habits / sizeof *habits; i++) {
        if (!(habits[i].of & of) || strcmp(habits[i].theirs, wanted) != 0) continue;
        diag_help(checker->diags, "%s", habits[i].ours);
        return true;
    }
    return false;
}

void near_field(Checker *checker, const HirType *type, const char *wanted, Span span) {
    Near near = near_start(wanted);
    if (habit_of_type(checker, type, wanted)) return;
    for (uint32_t i = 0; type->kind == HIR_TYPE_STRUCT && i < type->structure->fields.len; i++)
        near_try(&near, text_of(checker, type->structure->fields.data[i].name));
    near_help(checker, &near, span);
}

void near_variant(Checker *checker, const HirType *type, const char *wanted, Span span) {
    Near near = near_start(wanted);
    if (type->kind == HIR_TYPE_OPTION) {
        near_try(&near, "some");
        near_try(&near, "none");
    }
    for (uint32_t i = 0; type->kind == HIR_TYPE_ENUM && i < type->enumeration->variants.len; i++)
        near_try(&near, text_of(checker, type->enumeration->variants.data[i].name));
    near_help(checker, &near, span);
}

// What is sent or comes is no function. False: there is no such message.
static bool message_help(Checker *checker, const HirType *end, const char *wanted) {
    vec_each(HirMessage, message, &end->contract->messages) {
        if (strcmp(text_of(checker, message->name), wanted) != 0) continue;
        bool sends = message->is_in == (end->side == HIR_IMP);
        diag_help(
            checker->diags,
            sends ? "`%s` is a message: `send endpoint.%s(...);`"
                  : "`%s` is a message that comes: `receive endpoint.%s(...);`",
            wanted, wanted
        );
        return true;
    }
    return false;
}

// What other libraries call a function that the type has under another name.
static bool synonym_help(Checker *checker, const HirType *type, const char *wanted) {
    static const char *const groups[][8] = {
        { "put", "insert", "set", "add", "push", "append", "store" },
        { "remove", "delete", "erase", "unset" },
        { "get", "at", "lookup", "find", "load" },
        { "has", "contains", "contains_key", "includes", "exists" },
        { "len", "length", "size", "count" },
        { "clear", "reset", "empty" },
    };
    enum { GROUPS = sizeof groups / sizeof *groups };
    for (size_t i = 0; i < GROUPS; i++) {
        bool meant = false;
        for (size_t k = 0; k < 8 && groups[i][k]; k++)
            meant = meant || strcmp(groups[i][k], wanted) == 0;
        for (size_t k = 0; meant && k < 8 && groups[i][k]; k++) {
            if (!find_method(checker, type, names_add_c(checker->names, groups[i][k])).decl)
                continue;
            diag_help(checker->diags, "there is `%s`", groups[i][k]);
            return true;
        }
    }
    return false;
}

void near_method(Checker *checker, const HirType *type, const char *wanted, Span span) {
    Near near = near_start(wanted);
    if (habit_of_type(checker, type, wanted)) return;
    bool is_end = type->kind == HIR_TYPE_ENDPOINT && type->contract;
    if (is_end && message_help(checker, type, wanted)) return;
    if (is_end && strcmp(wanted, "close") == 0) {
        diag_help(checker->diags, "an end of a channel is closed by `close(x);`");
        return;
    }
    if (synonym_help(checker, type, wanted)) return;
    for (uint32_t i = 0; i < map_len(checker->methods); i++) {
        uint64_t name, list;
        map_at(checker->methods, i, &name, &list);
        if (find_method(checker, type, (Name)name).decl)
            near_try(&near, text_of(checker, (Name)name));
    }
    near_help(checker, &near, span);
}

void near_message(Checker *checker, const HirContract *contract, const char *wanted, Span span) {
    Near near = near_start(wanted);
    vec_each(HirMessage, message, &contract->messages)
        near_try(&near, text_of(checker, message->name));
    near_help(checker, &near, span);
}

void near_state(Checker *checker, const HirContract *contract, const char *wanted, Span span) {
    Near near = near_start(wanted);
    vec_each(HirState, state, &contract->states)
        near_try(&near, text_of(checker, state->name));
    near_help(checker, &near, span);
}
