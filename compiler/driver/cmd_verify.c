// verify: SIR in text or binary form, and sealed binaries, judged without any source.

#include "base/file.h"
#include "driver/commands.h"
#include "driver/project.h"
#include "sir/sir.h"

#include <stdio.h>
#include <string.h>

enum { MOST_BYTES = 64 << 20 };

// Text to the bytes that are judged. False: it is not SIR.
static bool to_binary(Project *project, const char *path, Buf *bytes) {
    SirReadError error = { 0 };
    Str text = { (const char *)bytes->data, bytes->len };
    SirModule *module = sir_text_read(&project->arena, text, &error);
    if (!module) {
        fprintf(stderr, "%s:%u: no SIR: %s\n", path, error.line, error.message);
        return false;
    }
    buf_free(bytes);
    sir_binary_write(module, bytes);
    return true;
}

static ExitCode verify_one(Project *project, const char *path) {
    char error[512];
    Buf bytes = { 0 };
    Pipeline *pipeline = &project->pipeline;
    if (!file_read(path, MOST_BYTES, &bytes, error)) return tool_failed(error);
    bool sealed = bytes.len >= 4 && memcmp(bytes.data, "\177ELF", 4) == 0, good = true;
    if (str_c_ends(path, ".sir")) good = to_binary(project, path, &bytes);
    pipeline->refused = false;
    pipeline->complaint.len = 0;
    bool accepted =
        good && (sealed ? pipeline_verify_sealed(&project->arena, pipeline, path, &bytes)
                        : pipeline_verify(&project->arena, pipeline, &bytes) != NULL);
    buf_free(&bytes);
    fwrite(pipeline->complaint.data, 1, pipeline->complaint.len, stderr);
    if (!project->options->quiet) printf("%s: %s\n", path, accepted ? "verified" : "refused");
    return accepted ? EXIT_OK : good && !pipeline->refused ? EXIT_TOOL : EXIT_PROGRAM;
}

int command_verify(const Options *options) {
    return project_each_input(options, verify_one);
}
