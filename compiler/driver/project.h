// What a command works on: a program and its sealed processes, from source, or a `.system` file with its `.sipx` files.

#ifndef DRIVER_PROJECT_H
#define DRIVER_PROJECT_H

#include "driver/depfile.h"
#include "driver/options.h"
#include "driver/pipeline.h"
#include "driver/wiring.h"
#include "front/front.h"

typedef struct Program { // a sealed binary
    const char *name;
    Buf sealed;
} Program;

typedef struct Lowered { // a sip of the checked program as SIR
    const HirSip *sip;
    SirModule *module;
} Lowered;

typedef struct Project {
    Arena arena;
    Arena code; // of what is lowered, until it has become bytes
    const Options *options;
    Toolchain toolchain;
    uint32_t threads; // at most so many
    Pipeline pipeline;
    Front *front;
    FrontResult *checked; // NULL: made from a `.system` file
    uint32_t sarif_runs;  // that have been written
    VEC(Lowered) lowered; // what has been asked for
    VEC(Program) programs;
    VEC(Wiring) systems;
    Depfile depfile;
} Project;

// Each says on stderr what is wrong and gives an exit code; EXIT_OK is all is well.
ExitCode project_start(Project *project, const Options *options);
ExitCode project_check(Project *project, const char *path); // and shows the diagnostics
ExitCode project_compile(Project *project); // all sips of the checked program, and its systems
ExitCode project_compile_test(Project *project, const HirTest *test, Buf *sealed); // one test block
ExitCode project_load(
    Project *project, const char *path
); // a `.system` file; every binary is verified and made again
bool project_is_built(const char *path); // by its name: what `project_load` takes, no source
void project_end(Project *project);

// A sip of the checked program as SIR, made when it is first asked for: its systems are searched for deadlocks, then it is
// built. What is not built is lowered as far as the search asks for it.
const SirModule *project_lower(Project *project, const HirSip *sip);
void project_lower_bytes(Project *project, const HirSip *sip, Buf *sir);
void project_forget_lowered(Project *project);

// A system of the checked program: whether it is one to be built, and its wiring.
bool project_wants(const Project *project, const HirSystem *system);
Wiring project_wiring(Project *project, const HirSystem *system);

// From the start of a project to its end, each input by itself; what is given is the worst, and a tool's failure ends it.
// Where all went well, what was read is told as by project_tell_dependencies.
typedef ExitCode ProjectStep(Project *project, const char *path);
int project_each_input(const Options *options, ProjectStep *step);

// Writes to where -o says, or to stdout.
ExitCode project_show(const Project *project, const Buf *out);

// Writes what was read where --depfile says, if it does.
ExitCode project_tell_dependencies(Project *project);

// The one that --system names, or the only one. NULL: said why.
const Wiring *project_system(const Project *project);

void show_diagnostics(Project *project);
bool wants_color(const Options *options); // on stderr
void show_times(const Project *project);

#endif
