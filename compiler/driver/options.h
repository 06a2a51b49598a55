// The command line: what the user asked for, as plain facts.

#ifndef DRIVER_OPTIONS_H
#define DRIVER_OPTIONS_H

#include "base/arena.h"
#include "base/vec.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

// Exit codes of sipcc itself; `run` hands on the system's status instead (docs/sipcc.md).
typedef enum ExitCode { EXIT_OK = 0, EXIT_PROGRAM = 1, EXIT_USAGE = 2, EXIT_TOOL = 3 } ExitCode;

ExitCode tool_failed(const char *error); // says so

typedef enum CommandId {
    CMD_CHECK,
    CMD_BUILD,
    CMD_RUN,
    CMD_TEST,
    CMD_NEW,
    CMD_IMAGE,
    CMD_SYSTEM,
    CMD_EMIT,
    CMD_CONTRACT,
    CMD_VERIFY,
    CMD_KEY,
    CMD_SIGN,
    CMD_INTERP,
    CMD_FIX,
    CMD_FMT,
    CMD_DOC,
    CMD_LSP,
    CMD_EXPLAIN,
    CMD_VERSION,
    CMD_HELP,
    COMMANDS
} CommandId;

typedef enum MessageFormat {
    MESSAGES_HUMAN,
    MESSAGES_SHORT,
    MESSAGES_JSON,
    MESSAGES_SARIF
} MessageFormat;
typedef enum ColorChoice { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER } ColorChoice;
typedef enum EmitKind { EMIT_NONE, EMIT_SIR, EMIT_LLVM, EMIT_ASM, EMIT_CONTRACT } EmitKind;
typedef enum DeadlockMode { DEADLOCK_REPORT, DEADLOCK_OFF, DEADLOCK_PROVE } DeadlockMode;
typedef enum Form { FORM_TEXT, FORM_JSON, FORM_DOT, FORM_SVG, FORM_PROMELA, FORM_COMPARE } Form;
typedef enum RunOn { ON_HOST, ON_QEMU } RunOn;
typedef enum Accelerator { ACCELERATOR_AUTO, ACCELERATOR_TCG, ACCELERATOR_KVM } Accelerator;

typedef struct Options {
    CommandId command;
    VEC(const char *) inputs; // files, or codes for `explain`
    const char *output;       // -o: a file or a directory; NULL for the command's default
    const char *system;       // --system: which one, where a program has several
    const char *sip;          // --sip: which one `emit` shows
    const char *machine;      // --machine: QEMU's -M; NULL: what the system's devices ask for
    const char *memory;       // --memory: QEMU's -m
    uint32_t cpus;            // --cpus
    Accelerator accelerator;  // --accel: who executes QEMU's instructions
    VEC(const char *) disks;  // --disk: files that are disks of the machine
    const char *net;          // --net: what is behind the card, as QEMU's -netdev has it
    const char *port;         // --virtio-console: where it shows what it is told
    bool gdb;                 // --gdb: QEMU waits for a debugger
    const char
        *screenshot; // --screenshot: where the picture of the screen goes; NULL: none is taken
    int64_t picture_after; // --screenshot-after: milliseconds; -1: when the system ends
    const char *key;       // --key: the file of the private key that signs; NULL: nothing is signed
    VEC(const char *)
    trusted;          // --trust: files of public keys; what they did not sign is not started
    bool only_verify; // --verify: `sign` only says by whom a file is signed
    bool iso;         // --iso: an ISO image beside the bootable file
    VEC(const char *) search; // -I: folders to look for modules in
    char opt_level;           // '0' '1' '2' 's'
    bool level_given;         // -O: it wins over a profile
    const char *profile;      // --profile: of a package
    const char *filter;       // --filter: only tests whose title has this in it
    const char *junit;        // --junit: where to write the results as JUnit XML
    const char *depfile;      // --depfile: where to write what was read
    const char *cache;        // --cache-dir; NULL: the usual place
    bool no_cache;            // --no-cache
    uint32_t threads;         // -j: 0: as many as the machine has
    bool packaged;            // the inputs are those of package.sip
    bool chaos;               // --chaos: walk at random
    uint64_t seed, steps;     // --seed, --steps; 0: the default
    bool list;                // --list: only name the tests
    EmitKind emit;
    Form form; // --json, --dot, --svg, --promela, --compare: how `contract` and `system` show
    DeadlockMode deadlock; // --deadlock: what is said of deadlocks
    uint32_t states;       // --states: how many are looked at; 0: the default
    RunOn on;
    MessageFormat messages;
    ColorChoice color;
    uint32_t error_limit;    // --error-limit: how many errors, and warnings, are shown
    bool deny_warnings;      // --deny-warnings
    bool dry_run;            // --dry-run: `fix` and `fmt` write nothing
    bool only_check;         // --check: `fmt` only says what it would write
    uint32_t from, to;       // --lines: of what `fmt` lays out; 0: all
    bool verify_diagnostics; // --verify-diagnostics
    bool time_rooms;         // --time: the CPU time that each room took, on stderr
    bool quiet;              // -q: no progress or status lines
    bool verbose;            // --version --verbose, commands run
} Options;

// Reads the command line into `options`, strings borrowed from argv. On a mistake says what and how to mend it
// on stderr and returns false.
bool options_parse(Arena *arena, int argc, char **argv, Options *options);

// The help of one command, or of sipcc as a whole for CMD_HELP.
void options_help(FILE *out, CommandId command);

const char *command_name(CommandId command);

// Whether it takes the package around the current folder where no file is given.
bool command_takes_package(CommandId command);

#endif
