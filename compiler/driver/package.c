// Reading `package.sip`: Sip's own grammar, one `package` item, settings that are words, texts and lists of texts.
//
//     package demo {
//         version = "0.1.0";
//         main = "demo.sip";               // NAME.sip where it is left out
//         tests = { "demo.sip", "more.sip" };  // the main file where it is left out
//         dependencies = { "../lib" };      // folders below which imported modules are found
//         profile release { optimise = 2; }   // --profile release; `debug` and `release` are always there
//     }

#include "driver/package.h"

#include "driver/project.h"
#include "front/front.h"
#include "front/package.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct Package {
    Arena *arena;
    Options *options;
    const FrontResult *parsed;
    const AstItem *item;
    const char *main;
    VEC(const char *) tests;
    bool known_profile;
    const char *profiles; // those that there are, as they are said
    bool wrong;
} Package;

__attribute__((format(printf, 3, 4))) static void complain(
    Package *package, Span span, const char *format, ...
) {
    uint32_t line, column;
    va_list args;
    va_start(args, format);
    source_line_col(package->parsed->map, span.file, span.start, &line, &column, NULL);
    fprintf(stderr, "package.sip:%u:%u: ", line, column);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    package->wrong = true;
}

static const char *word(const Package *package, Name name) {
    return names_text(package->parsed->names, name);
}

// --- values ----------------------------------------------------------------------------------------------------------

static const char *text_of(Package *package, const AstExpr *value) {
    if (!value || value->kind != AST_EXPR_STR) {
        complain(
            package, value ? value->span : package->item->span, "a text is wanted here: \"...\""
        );
        return "";
    }
    return arena_strndup(package->arena, value->str.ptr, value->str.len);
}

static void texts_of(Package *package, const AstSetting *setting, PackageTexts *out) {
    if (!package_is_list(setting)) {
        complain(
            package, setting->span, "`%s` is a list of texts: { \"...\", \"...\" }",
            word(package, setting->name.name)
        );
        return;
    }
    const AstExpr *wrong = package_texts(package->arena, setting, out);
    if (wrong) complain(package, wrong->span, "a text is wanted here: \"...\"");
}

static void set_level(Package *package, const AstSetting *setting) {
    const AstExpr *value = setting->value;
    bool number = value && value->kind == AST_EXPR_INT && value->integer <= 2;
    bool size =
        value && value->kind == AST_EXPR_STR && value->str.len == 1 && value->str.ptr[0] == 's';
    if (!number && !size)
        complain(package, setting->span, "`optimise` is 0, 1, 2 or \"s\"");
    else if (!package->options->level_given)
        package->options->opt_level = number ? (char)('0' + value->integer) : 's';
}

// --- settings ----------------------------------------------------------------------------------------------------------

static void read_profile(Package *package, const AstSetting *profile) {
    const char *chosen = package->options->profile, *name = word(package, profile->title.name);
    if (strcmp(name, "debug") != 0 && strcmp(name, "release") != 0)
        package->profiles = arena_printf(package->arena, "%s, `%s`", package->profiles, name);
    if (!chosen || strcmp(name, chosen) != 0) return;
    package->known_profile = true;
    for (uint32_t i = 0; profile->settings && i < profile->settings->len; i++) {
        const AstSetting *setting = &profile->settings->data[i];
        if (strcmp(word(package, setting->name.name), "optimise") == 0)
            set_level(package, setting);
        else
            complain(
                package, setting->span, "a profile has no setting `%s`; it has `optimise`",
                word(package, setting->name.name)
            );
    }
}

static void read_dependencies(Package *package, const AstSetting *setting) {
    PackageTexts folders = { 0 };
    texts_of(package, setting, &folders);
    vec_each(const char *, folder, &folders) {
        if (access(*folder, F_OK) != 0)
            complain(package, setting->span, "there is no folder %s", *folder);
        vec_push(package->arena, &package->options->search, *folder);
    }
}

static void read_setting(Package *package, const AstSetting *setting) {
    const char *name = word(package, setting->name.name);
    PackageTexts tests = { 0 };
    if (strcmp(name, "profile") == 0 && setting->settings) {
        read_profile(package, setting);
    } else if (strcmp(name, "version") == 0) {
        text_of(package, setting->value);
    } else if (strcmp(name, "main") == 0) {
        package->main = text_of(package, setting->value);
    } else if (strcmp(name, "dependencies") == 0) {
        read_dependencies(package, setting);
    } else if (strcmp(name, "tests") == 0) {
        texts_of(package, setting, &tests);
        vec_each(const char *, test, &tests)
            vec_push(package->arena, &package->tests, *test);
    } else {
        complain(
            package, setting->span,
            "a package has no setting `%s`; it has version, main, tests, dependencies and profiles",
            name
        );
    }
}

static void choose_profile(Package *package) {
    const char *chosen = package->options->profile;
    if (!chosen || package->known_profile) return;
    if (strcmp(chosen, "debug") != 0 && strcmp(chosen, "release") != 0)
        complain(
            package, package->item->span, "there is no profile `%s`; there are %s", chosen,
            package->profiles
        );
    else if (!package->options->level_given)
        package->options->opt_level = chosen[0] == 'd' ? '0' : '2';
}

static ExitCode read_package(Arena *arena, Options *options, const FrontResult *parsed) {
    Package package = {
        .arena = arena,
        .options = options,
        .parsed = parsed,
        .item = package_item(parsed),
        .profiles = "`debug`, `release`",
    };
    if (!package.item) {
        fprintf(
            stderr,
            "package.sip: it declares no package; `package NAME { version = \"0.1.0\"; }` does\n"
        );
        return EXIT_PROGRAM;
    }
    vec_each(AstSetting, setting, &package.item->package)
        read_setting(&package, setting);
    choose_profile(&package);
    if (!package.main)
        package.main = arena_printf(arena, "%s.sip", word(&package, package.item->name.name));
    bool tests = options->command == CMD_TEST && package.tests.len > 0;
    for (uint32_t i = 0; tests && i < package.tests.len; i++)
        vec_push(arena, &options->inputs, package.tests.data[i]);
    if (!tests) vec_push(arena, &options->inputs, package.main);
    options->packaged = true;
    if (options->command == CMD_BUILD && !options->output) options->output = "build";
    return package.wrong ? EXIT_PROGRAM : EXIT_OK;
}

ExitCode package_apply(Arena *arena, Options *options) {
    if (options->inputs.len > 0) return EXIT_OK;
    if (access("package.sip", F_OK) != 0) {
        fprintf(
            stderr,
            "sipcc: `%s` needs a file, or a package.sip in this folder; `sipcc new NAME` makes one\n",
            command_name(options->command)
        );
        return EXIT_USAGE;
    }
    Front *front = front_new();
    FrontResult *parsed = front_parse(front, "package.sip");
    ExitCode code = EXIT_PROGRAM;
    if (parsed->error[0]) {
        fprintf(stderr, "sipcc: %s\n", parsed->error);
        code = EXIT_TOOL;
    } else if (diags_errors(parsed->diags)) {
        Buf out = { 0 };
        diag_render_human(parsed->diags, false, &out);
        fwrite(out.data, 1, out.len, stderr);
        buf_free(&out);
    } else {
        code = read_package(arena, options, parsed);
    }
    front_result_free(parsed);
    front_free(front);
    return code;
}
