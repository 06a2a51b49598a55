// new: a package to begin with.

#include "base/arena.h"
#include "base/file.h"
#include "driver/commands.h"
#include "syntax/syntax.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const char package_text[] = "package %s {\n"
                                   "    version = \"0.1.0\";\n"
                                   "}\n";

static const char main_text[] = "/// What %1$s does.\n"
                                "module %1$s;\n"
                                "import sip.console;\n"
                                "import std.text;\n"
                                "\n"
                                "u64 twice(u64 x) {\n"
                                "    return x * 2;\n"
                                "}\n"
                                "\n"
                                "sip Greeter(Console.imp:Ready out) {\n"
                                "    Line line = {};\n"
                                "    line.text(\"twice 21 is \");\n"
                                "    line.number(twice(21));\n"
                                "    line.show(&out);\n"
                                "    close(out);\n"
                                "}\n"
                                "\n"
                                "system Main {\n"
                                "    sip greeter = Greeter(out: machine.console);\n"
                                "}\n"
                                "\n"
                                "test \"twice doubles\" {\n"
                                "    assert(twice(2) == 4);\n"
                                "}\n";

static bool is_name(const char *text) {
    if (!islower((unsigned char)*text)) return false;
    for (; *text; text++)
        if (!islower((unsigned char)*text) && !isdigit((unsigned char)*text) && *text != '_')
            return false;
    return true;
}

static bool write_text(Arena *arena, const char *folder, const char *file, const char *text) {
    char error[512];
    const char *path = arena_printf(arena, "%s/%s", folder, file);
    if (file_write(path, text, strlen(text), error)) {
        printf("%s\n", path);
        return true;
    }
    fprintf(stderr, "sipcc: %s\n", error);
    return false;
}

int command_new(const Options *options) {
    const char *name = options->inputs.data[0];
    if (!is_name(name)) {
        fprintf(
            stderr,
            "sipcc: `%s` is no name for a package: small letters, digits and `_`, a letter first\n",
            name
        );
        return EXIT_USAGE;
    }
    if (syntax_is_keyword(str_from_c(name))) {
        fprintf(stderr, "sipcc: `%s` is a word of the language, and no name for a package\n", name);
        return EXIT_USAGE;
    }
    if (mkdir(name, 0777) != 0) {
        fprintf(stderr, "sipcc: the folder %s cannot be made: %s\n", name, strerror(errno));
        return EXIT_TOOL;
    }
    Arena arena;
    arena_init(&arena);
    bool good = write_text(&arena, name, "package.sip", arena_printf(&arena, package_text, name));
    good = good && write_text(
                       &arena, name, arena_printf(&arena, "%s.sip", name),
                       arena_printf(&arena, main_text, name)
                   );
    good = good && write_text(&arena, name, ".gitignore", "/build/\n");
    arena_free(&arena);
    return good ? EXIT_OK : EXIT_TOOL;
}
