// key and sign: who answers for what is sealed. What is to be signed is first verified as `verify` does: a key never answers for
// machine code that does not come from its SIR.

#include "base/file.h"
#include "driver/commands.h"
#include "driver/keys.h"
#include "driver/project.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { MOST_BYTES = 1 << 30 };

// --- key -------------------------------------------------------------------------------------------------------------

// A file that is not there yet; what is half written is taken away.
static bool make_file(const char *path, mode_t mode, const Buf *text, char error[512]) {
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
    if (fd < 0) {
        snprintf(error, 512, "cannot make %s: %s", path, strerror(errno));
        return false;
    }
    ssize_t wrote = write(fd, text->data, text->len);
    bool good = wrote == (ssize_t)text->len && fsync(fd) == 0;
    if (!good) snprintf(error, 512, "cannot write %s: %s", path, strerror(errno));
    if (close(fd) != 0 && good) {
        snprintf(error, 512, "cannot write %s: %s", path, strerror(errno));
        good = false;
    }
    if (!good) unlink(path);
    return good;
}

int command_key(const Options *options) {
    Arena arena;
    SignKey key;
    char error[512], hex[65];
    Buf secret = { 0 }, public = { 0 };
    arena_init(&arena);
    const char *private_path = arena_printf(&arena, "%s.key", options->inputs.data[0]),
               *public_path = arena_printf(&arena, "%s.pub", options->inputs.data[0]);
    sign_key_make(&key);
    sign_key_write(&key, &secret);
    sign_public_write(key.public, &public);
    sign_hex(key.public, hex);
    bool good = make_file(private_path, 0600, &secret, error);
    if (good && !make_file(public_path, 0644, &public, error)) {
        unlink(private_path);
        good = false;
    }
    if (good) printf("%s\n", hex);
    if (good && !options->quiet)
        fprintf(
            stderr, "sipcc: %s signs, and is yours alone; %s is for those who trust you\n",
            private_path, public_path
        );
    sign_key_forget(&key);
    explicit_bzero(secret.data, secret.len);
    buf_free(&secret);
    buf_free(&public);
    arena_free(&arena);
    return good ? EXIT_OK : tool_failed(error);
}

// --- sign ------------------------------------------------------------------------------------------------------------

static bool is_sealed(const Buf *file) {
    return file->len >= 4 && memcmp(file->data, "\177ELF", 4) == 0;
}

static ExitCode refuse(const char *path, const char *wrong) {
    fprintf(stderr, "sipcc: %s: %s\n", path, wrong);
    return EXIT_PROGRAM;
}

static ExitCode verify_program(Project *project, const char *name, const Buf *file) {
    Pipeline *pipeline = &project->pipeline;
    pipeline->refused = false;
    pipeline->complaint.len = 0;
    if (pipeline_verify_sealed(&project->arena, pipeline, name, file)) return EXIT_OK;
    fwrite(pipeline->complaint.data, 1, pipeline->complaint.len, stderr);
    return pipeline->refused ? EXIT_PROGRAM : EXIT_TOOL;
}

static ExitCode verify_programs(Project *project, const char *path, const Buf *image) {
    Packed packed;
    const char *wrong = packed_read_unchanged(image->data, image->len, &packed);
    if (wrong) return refuse(path, wrong);
    ExitCode code = EXIT_OK;
    for (uint32_t i = 0; code == EXIT_OK && i < packed.header.programs.count; i++) {
        ImageProgram row = packed_program(&packed, i);
        SealedView name = packed_text(&packed, row.name), view = packed_program_file(&packed, i);
        Buf file = { 0 };
        buf_put(&file, view.bytes, view.size);
        code = verify_program(
            project,
            arena_printf(
                &project->arena, "%s: program %.*s", path, (int)name.size, (const char *)name.bytes
            ),
            &file
        );
        buf_free(&file);
    }
    return code;
}

static ExitCode sign(Project *project, const char *path, Buf *file) {
    SignKey key;
    char error[512];
    ExitCode code = is_sealed(file) ? verify_program(project, path, file)
                                    : verify_programs(project, path, file);
    if (code != EXIT_OK) return code;
    if (!keys_private(project->options->key, &key, error)) return tool_failed(error);
    const char *wrong = is_sealed(file) ? sign_program(file->data, file->len, &key)
                                        : sign_image(file->data, file->len, &key);
    char hex[65];
    sign_hex(key.public, hex);
    sign_key_forget(&key);
    if (wrong) return refuse(path, wrong);
    if (!file_write(path, file->data, file->len, error)) return tool_failed(error);
    if (!project->options->quiet) printf("%s: signed by %s\n", path, hex);
    return EXIT_OK;
}

// Of an image its own signature is asked for, and then those of its programs.
static ExitCode tell(Project *project, const char *path, const Buf *file) {
    Sealed sealed;
    Packed packed;
    ImageKeys keys;
    char error[512], hex[65];
    if (!keys_trusted(project->options, &keys, error)) return tool_failed(error);
    const SignatureKeys trusted = keys_view(&keys);
    const bool program = is_sealed(file);
    const char *wrong = program ? sealed_read_unchanged(file->data, file->len, &sealed)
                                : packed_read_unchanged(file->data, file->len, &packed);
    if (wrong) return refuse(path, wrong);
    const SealSignature *by = program ? &sealed.record.signature : &packed.header.signature;
    wrong = program ? signature_check_program(&sealed, &trusted)
                    : signature_check_image(&packed, &trusted);
    if (!signature_is_there(by)) wrong = "it is not signed";
    if (wrong) return refuse(path, wrong);
    if (!program && trusted.count && !keys_hold(file, &trusted, path)) return EXIT_PROGRAM;
    sign_hex(by->key, hex);
    printf("%s: signed by %s\n", path, hex);
    return EXIT_OK;
}

static ExitCode sign_one(Project *project, const char *path) {
    char error[512];
    Buf file = { 0 };
    ExitCode code = file_read(path, MOST_BYTES, &file, error) ? EXIT_OK : tool_failed(error);
    if (code == EXIT_OK)
        code =
            project->options->only_verify ? tell(project, path, &file) : sign(project, path, &file);
    buf_free(&file);
    return code;
}

int command_sign(const Options *options) {
    return project_each_input(options, sign_one);
}
