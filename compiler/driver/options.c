// Reading the command line. Commands and options are rows of two tables; parsing, checking and help all come from
// the rows, so that what `--help` says is what is understood.

#include "options.h"

#include "driver/screenshot.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

typedef struct CommandRow {
    const char *name;
    const char *operands;
    const char *summary;
    const char *more;
} CommandRow;

static const CommandRow commands[COMMANDS] = {
    [CMD_CHECK] = { "check",    "FILE.sip...",                "check programs without generating code",
                   "Reports what is wrong and exits with 1 if anything is."                                                                                                                                                          },
    [CMD_BUILD] = { "build",    "FILE.sip",                   "compile to sealed binaries",
                   "Writes DIR/<Sip>.sipx for each sip and DIR/<System>.system for each system."                                                                                                                                     },
    [CMD_RUN] = { "run",      "FILE.sip | FILE.system",     "build and run a system, hosted or booted",
                   "Exits with the system's own status: 0 if every sip returned, 1 if one faulted, 4 if all that were\n"
                  "left waited for ever, or what a sip that is granted `exit` gave."                                                                                                                                                 },
    [CMD_TEST] = { "test",     "FILE.sip...",
                   "run the test blocks of programs, hosted, each in a process of its own",                  "A test fails if it traps, or takes longer than a minute. Exits with 1 if one failed."                                  },
    [CMD_NEW] = { "new",      "NAME",                       "make a folder with a package to begin with",  ""                                                                                                                      },
    [CMD_IMAGE] = { "image",    "FILE.sip | FILE.system",     "pack a system into a bootable file",
                   "Verifies every sealed binary again, then writes an ELF file that QEMU's -kernel (PVH) boots,\n"
                    "and beside it FILE.img, the packed image that sip-hosted runs."                                                                                                                                                 },
    [CMD_SYSTEM] = { "system",   "FILE.sip | FILE.system",
                   "show how systems are wired, and whether they can deadlock",                              "Lists sips, wires and what the search for deadlocks found, and exits with 1 if they can deadlock\n"
                     "(--deadlock prove: if that is not ruled out; off: never). With --dot, --svg or --promela one system is\n"
                     "written in that form instead, to -o FILE or standard output; --svg needs Graphviz."                                             },
    [CMD_EMIT] = { "emit",     "FILE.sip",                   "show what a room leaves",
                   "One of --sir, --llvm, --asm or --contract says which. With several sips, --sip NAME chooses."                                                                                                                    },
    [CMD_CONTRACT] = { "contract", "[NAME...] [FILE.sip]",
                   "show contracts: states, bounds, layouts, pictures",                                      "Without NAME all that the file declares; without FILE.sip the module of `sip.console.Console`. --compare takes\n"
                       "OLD.sip NEW.sip, or OLD NEW FILE.sip: may the new one be used where the old one is? It exits with 1 if not."                          },
    [CMD_VERIFY] = { "verify",   "FILE...",
                   "verify SIR (.sir) or sealed binaries (.sipx), trusting nobody",                          "A sealed binary is also lowered, linked and sealed again and compared byte for byte."                                  },
    [CMD_KEY] = { "key",      "NAME",                       "make a key pair to sign with",
                   "Writes NAME.key, which is yours alone (mode 0600), and NAME.pub, and shows the public key. Files that are there are\nnever overwritten."                                                                         },
    [CMD_SIGN] = { "sign",     "FILE...",
                   "sign sealed binaries (.sipx) and packed images (.img), or ask who did",                  "With --key K each file is verified as `verify` does and then signed in place. With --verify nothing is written: it says\n"
                   "by whom each is signed, and exits with 1 if one is not, or was changed, or not by a --trust key where there are any." },
    [CMD_FIX] = { "fix",      "[FILE.sip...]",              "make the fixes that are certain",
                   "Changes these files only, or without FILE the package's modules; shows what is left, and exits with 1 if an\n"
                  "error is. A file that has changed "
                  "meanwhile is left alone, and so is one that could be read before and could not be afterwards."                                                                                                                    },
    [CMD_FMT] = { "fmt",      "[FILE.sip | FOLDER | -]...",
                   "lay out source text: blanks, indentation, long lines",                                   "Of a folder all .sip files below it are taken; without FILE it is this folder. `-` is standard input, laid out to\n"
                  "standard output. Only blanks change. A statement that does not parse is left as it is, and the exit code is 1."                         },
    [CMD_DOC] = { "doc",      "FILE.sip | FOLDER ...",
                   "make pages of what modules offer: their comments, searchable",                           "Writes static HTML to the folder -o, or to `doc`; of a folder all .sip files below it are taken. Contracts are drawn by\n"
                  "Graphviz, if it is installed. Examples in comments are compiled by `sipcc test`."                                               },
    [CMD_LSP] = { "lsp",      "",                           "serve an editor: diagnostics, names, layout",
                   "Speaks the language server protocol on standard input and output. Whatever options an editor adds, such as\n"
                  "--stdio, are taken."                                                                                                                                                                                              },
    [CMD_INTERP] = { "interp",   "FILE...",
                   "run a program in the reference interpreter, every rule checked",                         "Takes .sip, .sir and .sipx. One FILE.sip is run as its system says; several files are the sips of one, wired by\n"
                     "their contracts. With --chaos each function is walked at random instead. Exits as `run` does, with 1 if a\n"
                     "rule was broken, and with 4 if the steps are used up."                                                                     },
    [CMD_EXPLAIN] = { "explain",  "CODE...",                    "explain a diagnostic, for example E0301",     ""                                                                                                                      },
    [CMD_VERSION] = { "version",  "",                           "show versions",                               ""                                                                                                                      },
    [CMD_HELP] = { "help",     "[COMMAND]",                  "show help",                                   ""                                                                                                                      },
};

typedef enum OptionId {
    OPT_HELP,
    OPT_VERSION,
    OPT_OUTPUT,
    OPT_LEVEL,
    OPT_INCLUDE,
    OPT_SYSTEM,
    OPT_SIP,
    OPT_DEADLOCK,
    OPT_DOT,
    OPT_SVG,
    OPT_PROMELA,
    OPT_STATES,
    OPT_ON,
    OPT_MACHINE,
    OPT_CPUS,
    OPT_ACCEL,
    OPT_DISK,
    OPT_NET,
    OPT_PORT,
    OPT_MEMORY,
    OPT_GDB,
    OPT_SCREENSHOT,
    OPT_SHOT_AFTER,
    OPT_KEY,
    OPT_TRUST,
    OPT_VERIFY,
    OPT_ISO,
    OPT_SIR,
    OPT_PROFILE,
    OPT_CHAOS,
    OPT_SEED,
    OPT_STEPS,
    OPT_FILTER,
    OPT_LIST,
    OPT_JUNIT,
    OPT_DEPFILE,
    OPT_CACHE,
    OPT_NO_CACHE,
    OPT_THREADS,
    OPT_LLVM,
    OPT_ASM,
    OPT_CONTRACT,
    OPT_JSON,
    OPT_COMPARE,
    OPT_MESSAGES,
    OPT_COLOR,
    OPT_ERROR_LIMIT,
    OPT_DENY,
    OPT_DRY_RUN,
    OPT_CHECK,
    OPT_LINES,
    OPT_VERIFY_DIAGS,
    OPT_TIME,
    OPT_QUIET,
    OPT_VERBOSE
} OptionId;

#define ON(command) (1u << CMD_##command)
#define COMPILING                                                                                  \
    (ON(SYSTEM) | ON(INTERP) | ON(CHECK) | ON(BUILD) | ON(RUN) | ON(TEST) | ON(IMAGE) | ON(EMIT) | \
     ON(CONTRACT) | ON(FIX))
#define EVERYWHERE (~0u)
#define PACKAGED \
    (ON(CHECK) | ON(BUILD) | ON(RUN) | ON(TEST) | ON(IMAGE) | ON(EMIT) | ON(SYSTEM) | ON(FIX))

typedef struct OptionRow {
    OptionId id;
    const char *
        spelling; // `-x` takes its value joined or as the next word, `--long` as `--long=V` or `--long V`
    const char *value; // the value's name in help; NULL: none
    unsigned commands;
    const char *help;
} OptionRow;

static const OptionRow option_rows[] = {
    { OPT_OUTPUT,       "-o",                   "PATH",
     ON(SYSTEM) | ON(BUILD) | ON(IMAGE) | ON(EMIT) | ON(CONTRACT) | ON(DOC),
     "where to write: a folder for build and doc, else a file"                                                                                                                              },
    { OPT_PROFILE,      "--profile",            "NAME",                   ON(BUILD) | ON(RUN) | ON(TEST) | ON(IMAGE) | ON(EMIT),
     "what a package's profile asks for: debug, release, or its own"                                                                                                                        },
    { OPT_FILTER,       "--filter",             "TEXT",                   ON(TEST),                                                 "only the tests that have TEXT in their titles"         },
    { OPT_CHAOS,        "--chaos",              NULL,                     ON(INTERP),
     "take branches and arguments at random, function by function"                                                                                                                          },
    { OPT_SEED,         "--seed",               "N",                      ON(INTERP),                                               "of what is random (default 0)"                         },
    { OPT_STEPS,        "--steps",              "N",                      ON(INTERP),                                               "how many instructions at most"                         },
    { OPT_LIST,         "--list",               NULL,                     ON(TEST),                                                 "name the tests and stop"                               },
    { OPT_JUNIT,        "--junit",              "FILE",                   ON(TEST),                                                 "write the results as JUnit XML too"                    },
    { OPT_THREADS,      "-j",                   "N",                      COMPILING,                                                "use at most N threads (default: as many as there are)" },
    { OPT_DEPFILE,      "--depfile",            "FILE",                   ON(CHECK) | ON(BUILD) | ON(IMAGE),
     "write what was read, for Ninja and make"                                                                                                                                              },
    { OPT_CACHE,        "--cache-dir",          "DIR",                    ON(BUILD) | ON(RUN) | ON(TEST),
     "where sealed binaries are kept for the next time"                                                                                                                                     },
    { OPT_NO_CACHE,     "--no-cache",           NULL,                     ON(BUILD) | ON(RUN) | ON(TEST),
     "make everything again, and keep nothing"                                                                                                                                              },
    { OPT_LEVEL,        "-O",                   "0|1|2|s",                ON(BUILD) | ON(RUN) | ON(TEST) | ON(IMAGE) | ON(EMIT),
     "how hard to optimise (default 2)"                                                                                                                                                     },
    { OPT_INCLUDE,      "-I",                   "DIR",                    COMPILING | ON(DOC),                                      "look for imported modules in DIR too"                  },
    { OPT_SYSTEM,       "--system",             "NAME",                   ON(SYSTEM) | ON(RUN) | ON(IMAGE) | ON(INTERP),
     "which system, where the program has several"                                                                                                                                          },
    { OPT_SIP,          "--sip",                "NAME",                   ON(EMIT),                                                 "which sip, where the program has several"              },
    { OPT_DEADLOCK,     "--deadlock",           "report|off|prove",
     ON(SYSTEM) | ON(CHECK) | ON(BUILD) | ON(RUN) | ON(IMAGE),
     "what to do about deadlocks: report them (default), nothing, or refuse what is not proved free"                                                                                        },
    { OPT_DOT,          "--dot",                NULL,                     ON(SYSTEM) | ON(CONTRACT),
     "the wiring, or the states of a contract, as a graph for Graphviz"                                                                                                                     },
    { OPT_SVG,          "--svg",                NULL,                     ON(SYSTEM) | ON(CONTRACT),                                "the same, drawn"                                       },
    { OPT_PROMELA,      "--promela",            NULL,                     ON(SYSTEM) | ON(CONTRACT),
     "a model of it for the model checker spin"                                                                                                                                             },
    { OPT_STATES,       "--states",             "N",                      ON(SYSTEM) | ON(CHECK) | ON(BUILD) | ON(RUN) | ON(IMAGE),
     "how many states of a system are searched for deadlocks (default 50000)"                                                                                                               },
    { OPT_ON,           "--on",                 "host|qemu",              ON(RUN),                                                  "as a Linux process (default), or booted in QEMU"       },
    { OPT_MACHINE,      "--machine",            "TYPE",                   ON(RUN),
     "QEMU's machine type (default: as the devices ask)"                                                                                                                                    },
    { OPT_CPUS,         "--cpus",               "N",                      ON(RUN) | ON(IMAGE),
     "on how many CPUs it runs, 1 to 8 (default 1)"                                                                                                                                         },
    { OPT_ACCEL,        "--accel",              "auto|tcg|kvm",           ON(RUN),
     "who executes for QEMU (default auto: KVM if it's fast)"                                                                                                                               },
    { OPT_DISK,         "--disk",               "FILE",                   ON(RUN),                                                  "a disk of the machine; may be given again"             },
    { OPT_NET,          "--net",                "KIND[,...]",             ON(RUN),
     "a network card, and what is behind it: `user`, or `tap`"                                                                                                                              },
    { OPT_PORT,         "--virtio-console",     "FILE",                   ON(RUN),
     "a second console, which shows its text in FILE"                                                                                                                                       },
    { OPT_MEMORY,       "--memory",             "SIZE",                   ON(RUN),                                                  "QEMU's memory, as in 512M (default 256M)"              },
    { OPT_GDB,          "--gdb",                NULL,                     ON(RUN),                                                  "QEMU waits for gdb on port 1234 before it begins"      },
    { OPT_SCREENSHOT,   "--screenshot",         "FILE",                   ON(RUN),
     "when the booted system ends, a picture of its screen: FILE.png or FILE.ppm"                                                                                                           },
    { OPT_SHOT_AFTER,   "--screenshot-after",   "SECONDS",                ON(RUN),
     "take it so long after the start instead, and go on"                                                                                                                                   },
    { OPT_KEY,          "--key",                "FILE",                   ON(BUILD) | ON(RUN) | ON(IMAGE) | ON(SIGN),
     "sign with this private key (`sipcc key` makes one)"                                                                                                                                   },
    { OPT_TRUST,        "--trust",              "FILE",                   ON(RUN) | ON(IMAGE) | ON(SIGN),
     "start only what this public key signed; may be given again"                                                                                                                           },
    { OPT_VERIFY,       "--verify",             NULL,                     ON(SIGN),
     "say by whom the files are signed, and sign nothing"                                                                                                                                   },
    { OPT_ISO,          "--iso",                NULL,                     ON(IMAGE),                                                "write FILE.iso too, which BIOS and UEFI machines boot" },
    { OPT_SIR,          "--sir",                NULL,                     ON(EMIT),                                                 "the verifiable intermediate representation, as text"   },
    { OPT_LLVM,         "--llvm",               NULL,                     ON(EMIT),                                                 "LLVM's IR after optimisation"                          },
    { OPT_ASM,          "--asm",                NULL,                     ON(EMIT),                                                 "assembly"                                              },
    { OPT_CONTRACT,     "--contract",           NULL,                     ON(EMIT),
     "contracts with their states, bounds and layouts"                                                                                                                                      },
    { OPT_JSON,         "--json",               NULL,                     ON(CONTRACT),                                             "for programs, as JSON"                                 },
    { OPT_COMPARE,      "--compare",            NULL,                     ON(CONTRACT),                                             "name each difference between two versions"             },
    { OPT_MESSAGES,     "--message-format",     "human|short|json|sarif", COMPILING,
     "how diagnostics are written"                                                                                                                                                          },
    { OPT_COLOR,        "--color",              "auto|always|never",      EVERYWHERE,                                               "colour in diagnostics"                                 },
    { OPT_ERROR_LIMIT,  "--error-limit",        "N",                      COMPILING,
     "show at most N errors and N warnings (default 50; 0: all)"                                                                                                                            },
    { OPT_DENY,         "--deny-warnings",      NULL,                     COMPILING,                                                "take warnings for errors"                              },
    { OPT_DRY_RUN,      "--dry-run",            NULL,                     ON(FIX) | ON(FMT),
     "show the changes as a diff and write nothing"                                                                                                                                         },
    { OPT_CHECK,        "--check",              NULL,                     ON(FMT),
     "name the files that would change; exit 1 if any would"                                                                                                                                },
    { OPT_LINES,        "--lines",              "FIRST:LAST",             ON(FMT),                                                  "lay out these lines only, counted from 1"              },
    { OPT_VERIFY_DIAGS, "--verify-diagnostics", NULL,                     ON(CHECK),
     "compare diagnostics with the `//~` marks in the source"                                                                                                                               },
    { OPT_TIME,         "--time",               NULL,                     COMPILING,                                                "say on stderr how long each room took, in CPU time"    },
    { OPT_QUIET,        "-q",                   NULL,                     EVERYWHERE,                                               "no status lines"                                       },
    { OPT_VERBOSE,      "--verbose",            NULL,                     EVERYWHERE,                                               "say more: tools that are run, versions"                },
    { OPT_VERSION,      "--version",            NULL,                     EVERYWHERE,                                               "show versions and stop"                                },
    { OPT_HELP,         "--help",               NULL,                     EVERYWHERE,                                               "show this help and stop"                               },
};

enum { OPTION_ROWS = sizeof option_rows / sizeof option_rows[0] };

const char *command_name(CommandId command) {
    return commands[command].name;
}

// --- help ------------------------------------------------------------------------------------------------

static void help_overview(FILE *out) {
    fprintf(
        out,
        "sipcc compiles, verifies, seals and runs Sip programs.\n\nUsage: sipcc COMMAND [OPTIONS] FILE...\n\n"
    );
    for (int i = 0; i < COMMANDS; i++)
        fprintf(out, "  %-9s %s\n", commands[i].name, commands[i].summary);
    fprintf(
        out,
        "\n`sipcc COMMAND --help` tells more. Exit codes: 0 success, 1 the program is wrong, 2 usage,\n"
        "3 a tool, a file or sipcc itself failed.\n"
    );
}

void options_help(FILE *out, CommandId command) {
    if (command == CMD_HELP) {
        help_overview(out);
        return;
    }
    const CommandRow *row = &commands[command];
    fprintf(
        out, "sipcc %s: %s\n\nUsage: sipcc %s [OPTIONS] %s\n\n", row->name, row->summary, row->name,
        row->operands
    );
    if (row->more[0]) fprintf(out, "%s\n\n", row->more);
    for (int i = 0; i < OPTION_ROWS; i++) {
        const OptionRow *option = &option_rows[i];
        if (!(option->commands & (1u << command))) continue;
        char left[48];
        snprintf(
            left, sizeof left, "%s%s%s", option->spelling, option->value ? " " : "",
            option->value ? option->value : ""
        );
        fprintf(out, "  %-34s %s\n", left, option->help);
    }
}

// --- values ----------------------------------------------------------------------------------------------

typedef struct Choice {
    const char *word;
    int value;
} Choice;

static const Choice on_choices[] = {
    { "host",   ON_HOST },
    { "hosted", ON_HOST },
    { "qemu",   ON_QEMU },
    { NULL,     0       }
};
static const Choice accelerator_choices[] = {
    { "auto", ACCELERATOR_AUTO },
    { "tcg",  ACCELERATOR_TCG  },
    { "kvm",  ACCELERATOR_KVM  },
    { NULL,   0                }
};
static const Choice deadlock_choices[] = {
    { "report", DEADLOCK_REPORT },
    { "off",    DEADLOCK_OFF    },
    { "prove",  DEADLOCK_PROVE  },
    { NULL,     0               }
};
static const Choice message_choices[] = {
    { "human", MESSAGES_HUMAN },
    { "short", MESSAGES_SHORT },
    { "json",  MESSAGES_JSON  },
    { "sarif", MESSAGES_SARIF },
    { NULL,    0              }
};
static const Choice color_choices[] = {
    { "auto",   COLOR_AUTO   },
    { "always", COLOR_ALWAYS },
    { "never",  COLOR_NEVER  },
    { NULL,     0            }
};
static const Choice level_choices[] = {
    { "0",  '0' },
    { "1",  '1' },
    { "2",  '2' },
    { "s",  's' },
    { NULL, 0   }
};

static bool choose(const OptionRow *row, const Choice *choices, const char *word, int *value) {
    for (; choices->word; choices++) {
        if (strcmp(choices->word, word) == 0) {
            *value = choices->value;
            return true;
        }
    }
    fprintf(
        stderr, "sipcc: `%s` is not a value of %s; it takes %s\n", word, row->spelling, row->value
    );
    return false;
}

static bool set_emit(Options *options, EmitKind kind) {
    if (options->emit != EMIT_NONE && options->emit != kind) {
        fprintf(
            stderr,
            "sipcc: emit shows one thing at a time; give one of --sir, --llvm, --asm, --contract\n"
        );
        return false;
    }
    options->emit = kind;
    return true;
}

static bool set_form(Options *options, Form form) {
    if (options->form != FORM_TEXT && options->form != form) {
        fprintf(
            stderr,
            "sipcc: one thing at a time; give one of --json, --dot, --svg, --promela, --compare\n"
        );
        return false;
    }
    options->form = form;
    return true;
}

static bool set_threads(Options *options, const char *value) {
    char *end;
    unsigned long threads = strtoul(value, &end, 10);
    if (*value < '1' || *value > '9' || *end || threads > 10000) {
        fprintf(stderr, "sipcc: `%s` is not a number of threads; -j takes 1 or more\n", value);
        return false;
    }
    options->threads = (uint32_t)threads;
    return true;
}

static bool set_limit(Options *options, const char *value) {
    char *end;
    unsigned long long most = strtoull(value, &end, 10);
    if (!isdigit((unsigned char)*value) || *end || most > UINT32_MAX) {
        fprintf(stderr, "sipcc: `%s` is not a value of --error-limit; it takes a number\n", value);
        return false;
    }
    options->error_limit = most ? (uint32_t)most : UINT32_MAX;
    return true;
}

static bool set_states(Options *options, const char *value) {
    char *end;
    unsigned long long most = strtoull(value, &end, 10);
    if (!isdigit((unsigned char)*value) || *end || most == 0 || most > UINT32_MAX) {
        fprintf(
            stderr, "sipcc: `%s` is not a value of --states; it takes a number from 1\n", value
        );
        return false;
    }
    options->states = (uint32_t)most;
    return true;
}

static bool set_lines(Options *options, const char *value) {
    char *end;
    unsigned long long from = strtoull(value, &end, 10);
    unsigned long long to = *end == ':' ? strtoull(end + 1, &end, 10) : from;
    if (!isdigit((unsigned char)*value) || *end || from == 0 || to < from || to > UINT32_MAX) {
        fprintf(
            stderr, "sipcc: `%s` is not a value of --lines; it takes FIRST:LAST, as in 10:20\n",
            value
        );
        return false;
    }
    options->from = (uint32_t)from;
    options->to = (uint32_t)to;
    return true;
}

static bool read_number(const OptionRow *row, const char *word, uint64_t *out) {
    char *end;
    *out = strtoull(word, &end, 0);
    if (*word >= '0' && *word <= '9' && !*end) return true;
    fprintf(stderr, "sipcc: `%s` is not a number; %s takes one\n", word, row->spelling);
    return false;
}

static bool set_cpus(Options *options, const char *value) {
    options->cpus =
        value[0] >= '1' && value[0] <= '8' && !value[1] ? (uint32_t)(value[0] - '0') : 0;
    if (options->cpus) return true;
    fprintf(stderr, "sipcc: --cpus %s: a system runs on 1 to 8 CPUs\n", value);
    return false;
}

static bool set_picture_after(Options *options, const char *value) {
    char *end;
    const double seconds = strtod(value, &end);
    if (isdigit((unsigned char)*value) && !*end && seconds < 1e6) {
        options->picture_after = (int64_t)(seconds * 1000);
        return true;
    }
    fprintf(
        stderr, "sipcc: `%s` is not a time; --screenshot-after takes seconds, as in 2.5\n", value
    );
    return false;
}

static bool apply(Arena *arena, Options *options, const OptionRow *row, const char *value) {
    int chosen = 0;
    switch (row->id) {
    case OPT_OUTPUT: options->output = value; return true;
    case OPT_PROFILE: options->profile = value; return true;
    case OPT_FILTER: options->filter = value; return true;
    case OPT_JUNIT: options->junit = value; return true;
    case OPT_CHAOS: options->chaos = true; return true;
    case OPT_SEED: return read_number(row, value, &options->seed);
    case OPT_STEPS: return read_number(row, value, &options->steps);
    case OPT_LIST: options->list = true; return true;
    case OPT_DEPFILE: options->depfile = value; return true;
    case OPT_CACHE: options->cache = value; return true;
    case OPT_NO_CACHE: options->no_cache = true; return true;
    case OPT_THREADS: return set_threads(options, value);
    case OPT_INCLUDE: vec_push(arena, &options->search, value); return true;
    case OPT_SYSTEM: options->system = value; return true;
    case OPT_SIP: options->sip = value; return true;
    case OPT_MACHINE: options->machine = value; return true;
    case OPT_CPUS: return set_cpus(options, value);
    case OPT_DISK: vec_push(arena, &options->disks, value); return true;
    case OPT_NET: options->net = value; return true;
    case OPT_PORT: options->port = value; return true;
    case OPT_ACCEL:
        if (!choose(row, accelerator_choices, value, &chosen)) return false;
        options->accelerator = (Accelerator)chosen;
        return true;
    case OPT_SIR: return set_emit(options, EMIT_SIR);
    case OPT_LLVM: return set_emit(options, EMIT_LLVM);
    case OPT_ASM: return set_emit(options, EMIT_ASM);
    case OPT_CONTRACT: return set_emit(options, EMIT_CONTRACT);
    case OPT_MEMORY: options->memory = value; return true;
    case OPT_GDB: options->gdb = true; return true;
    case OPT_SCREENSHOT: options->screenshot = value; return true;
    case OPT_SHOT_AFTER: return set_picture_after(options, value);
    case OPT_KEY:
        options->key = value;
        options->no_cache = true; // a key answers for nothing that others may have written
        return true;
    case OPT_TRUST: vec_push(arena, &options->trusted, value); return true;
    case OPT_VERIFY: options->only_verify = true; return true;
    case OPT_ISO: options->iso = true; return true;
    case OPT_JSON: return set_form(options, FORM_JSON);
    case OPT_COMPARE: return set_form(options, FORM_COMPARE);
    case OPT_VERIFY_DIAGS: options->verify_diagnostics = true; return true;
    case OPT_DRY_RUN: options->dry_run = true; return true;
    case OPT_CHECK: options->only_check = true; return true;
    case OPT_LINES: return set_lines(options, value);
    case OPT_ERROR_LIMIT: return set_limit(options, value);
    case OPT_DENY: options->deny_warnings = true; return true;
    case OPT_TIME: options->time_rooms = true; return true;
    case OPT_QUIET: options->quiet = true; return true;
    case OPT_VERBOSE: options->verbose = true; return true;
    case OPT_LEVEL:
        if (!choose(row, level_choices, value, &chosen)) return false;
        options->opt_level = (char)chosen;
        options->level_given = true;
        return true;
    case OPT_DOT: return set_form(options, FORM_DOT);
    case OPT_SVG: return set_form(options, FORM_SVG);
    case OPT_PROMELA: return set_form(options, FORM_PROMELA);
    case OPT_STATES: return set_states(options, value);
    case OPT_DEADLOCK:
        if (!choose(row, deadlock_choices, value, &chosen)) return false;
        options->deadlock = (DeadlockMode)chosen;
        return true;
    case OPT_ON:
        if (!choose(row, on_choices, value, &chosen)) return false;
        options->on = (RunOn)chosen;
        return true;
    case OPT_MESSAGES:
        if (!choose(row, message_choices, value, &chosen)) return false;
        options->messages = (MessageFormat)chosen;
        return true;
    case OPT_COLOR:
        if (!choose(row, color_choices, value, &chosen)) return false;
        options->color = (ColorChoice)chosen;
        return true;
    case OPT_VERSION:
    case OPT_HELP: return true; // seen to before values are asked for
    }
    return false;
}

// --- words -----------------------------------------------------------------------------------------------

static bool find_command(const char *word, CommandId *command) {
    for (int i = 0; i < COMMANDS; i++) {
        if (strcmp(commands[i].name, word) == 0) {
            *command = (CommandId)i;
            return true;
        }
    }
    return false;
}

// The row that `word` spells, with the value that is joined to it, if any.
static const OptionRow *find_option(const char *word, const char **joined) {
    *joined = NULL;
    for (int i = 0; i < OPTION_ROWS; i++) {
        const OptionRow *row = &option_rows[i];
        size_t length = strlen(row->spelling);
        if (strncmp(word, row->spelling, length) != 0) continue;
        bool is_short = row->spelling[1] != '-';
        if (word[length] == '\0') return row;
        if (row->value && (is_short || word[length] == '=')) {
            *joined = word + length + (is_short ? 0 : 1);
            return row;
        }
    }
    return NULL;
}

static bool parse_option(Arena *arena, int argc, char **argv, int *at, Options *options) {
    const char *word = argv[*at];
    const char *value;
    const OptionRow *row = find_option(word, &value);
    if (!row) {
        fprintf(
            stderr, "sipcc: `%s` is not an option; `sipcc %s --help` lists them\n", word,
            commands[options->command].name
        );
        return false;
    }
    if (!(row->commands & (1u << options->command))) {
        if (row->id == OPT_SYSTEM && options->command == CMD_CONTRACT)
            fprintf(stderr, "sipcc: `sipcc system --svg --system NAME FILE` draws a system\n");
        fprintf(
            stderr, "sipcc: %s does not go with `%s`; `sipcc %s --help` lists what does\n",
            row->spelling, commands[options->command].name, commands[options->command].name
        );
        return false;
    }
    if (row->value && !value) {
        if (*at + 1 >= argc) {
            fprintf(stderr, "sipcc: %s needs a value: %s\n", row->spelling, row->value);
            return false;
        }
        value = argv[++*at];
    }
    return apply(arena, options, row, value);
}

// `--help` and `--version` win over whatever else stands on the line.
static bool asks_for(int argc, char **argv, const char *first, const char *second) {
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], first) == 0 || strcmp(argv[i], second) == 0) return true;
    return false;
}

bool command_takes_package(CommandId command) {
    return (1u << command) & PACKAGED;
}

// Whether there is a screen depends on the system, and is asked when that is known.
static bool check_screenshot(const Options *options) {
    if (options->picture_after >= 0 && !options->screenshot) {
        fprintf(stderr, "sipcc: --screenshot-after says when; --screenshot FILE says where to\n");
        return false;
    }
    if (!options->screenshot) return true;
    if (options->on != ON_QEMU) {
        fprintf(
            stderr,
            "sipcc: --screenshot: a hosted system has no screen; boot it, with `--on qemu`\n"
        );
        return false;
    }
    if (!screenshot_is_named(options->screenshot)) {
        fprintf(
            stderr,
            "sipcc: --screenshot %s: the name says what kind of picture it is, and ends in .png or .ppm\n",
            options->screenshot
        );
        return false;
    }
    return true;
}

static bool check_operands(const Options *options) {
    const CommandRow *row = &commands[options->command];
    bool wants_one = strstr(row->operands, "...") == NULL;
    CommandId about;
    if (options->command == CMD_HELP && options->inputs.len > 0 &&
        !find_command(options->inputs.data[0], &about)) {
        fprintf(
            stderr, "sipcc: `%s` is not a command; `sipcc --help` lists them\n",
            options->inputs.data[0]
        );
        return false;
    }
    if (row->operands[0] == '\0' || row->operands[0] == '[') return true;
    if (options->inputs.len == 0 && !command_takes_package(options->command)) {
        fprintf(stderr, "sipcc: `%s` needs %s\n", row->name, row->operands);
        return false;
    }
    if (wants_one && options->inputs.len > 1) {
        fprintf(
            stderr,
            "sipcc: `%s` takes one file, and `%s` is a second; modules that it imports are found by themselves\n",
            row->name, options->inputs.data[1]
        );
        return false;
    }
    if (options->messages == MESSAGES_SARIF && options->command != CMD_CHECK) {
        fprintf(stderr, "sipcc: --message-format sarif goes with `check` alone\n");
        return false;
    }
    if (options->command == CMD_SIGN && !options->key == !options->only_verify) {
        fprintf(
            stderr, "sipcc: sign takes one of --key FILE, to sign, and --verify, to ask who did\n"
        );
        return false;
    }
    if (options->command == CMD_EMIT && options->emit == EMIT_NONE) {
        fprintf(stderr, "sipcc: emit what? give --sir, --llvm, --asm or --contract\n");
        return false;
    }
    return check_screenshot(options);
}

bool options_parse(Arena *arena, int argc, char **argv, Options *options) {
    *options = (Options){ .command = CMD_HELP, .opt_level = '2', .memory = "256M", .cpus = 1 };
    options->picture_after = -1;
    bool have_command = argc > 1 && find_command(argv[1], &options->command);
    if (asks_for(argc, argv, "--help", "-h")) {
        if (have_command) vec_push(arena, &options->inputs, argv[1]);
        options->command = CMD_HELP;
        return true;
    }
    if (asks_for(argc, argv, "--version", "-V")) {
        options->verbose = asks_for(argc, argv, "--verbose", "-v");
        options->command = CMD_VERSION;
        return true;
    }
    if (!have_command) {
        if (argc > 1)
            fprintf(stderr, "sipcc: `%s` is not a command; `sipcc --help` lists them\n", argv[1]);
        else
            help_overview(stderr);
        return false;
    }
    if (options->command == CMD_LSP) return true; // editors add what they like
    bool only_files = false;
    for (int at = 2; at < argc; at++) {
        if (!only_files && strcmp(argv[at], "--") == 0)
            only_files = true;
        else if (only_files || argv[at][0] != '-' || argv[at][1] == '\0')
            vec_push(arena, &options->inputs, argv[at]);
        else if (!parse_option(arena, argc, argv, &at, options))
            return false;
    }
    return check_operands(options);
}

ExitCode tool_failed(const char *error) {
    fprintf(stderr, "sipcc: %s\n", error);
    return EXIT_TOOL;
}
