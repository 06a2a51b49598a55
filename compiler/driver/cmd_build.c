// build, image and run: sealed binaries, packed, running.

#include "base/file.h"
#include "driver/commands.h"
#include "driver/iso.h"
#include "driver/keys.h"
#include "driver/launch.h"
#include "driver/project.h"
#include "image/image.h"
#include "sealed/sealed.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// From source, or from what `build` left.
static ExitCode prepare(Project *project, const Options *options) {
    const char *path = options->inputs.data[0];
    ExitCode code = project_start(project, options);
    if (code == EXIT_OK && project_is_built(path)) return project_load(project, path);
    if (code == EXIT_OK) code = project_check(project, path);
    if (code == EXIT_OK) code = project_compile(project);
    if (options->time_rooms) show_times(project);
    return code;
}

// --- signing -----------------------------------------------------------------------------------------------------------

// What was made here, or shown to come from verified SIR, and is nobody's yet, is signed where --key says with what.
static ExitCode sign_programs(Project *project) {
    SignKey key;
    char error[512];
    Sealed sealed;
    if (!project->options->key) return EXIT_OK;
    if (!keys_private(project->options->key, &key, error)) return tool_failed(error);
    vec_each(Program, program, &project->programs) {
        const char *wrong = sealed_read(program->sealed.data, program->sealed.len, &sealed);
        if (!wrong && !signature_is_there(&sealed.record.signature))
            wrong = sign_program(program->sealed.data, program->sealed.len, &key);
        assert(!wrong); // it was sealed, or verified, just now
    }
    sign_key_forget(&key);
    return EXIT_OK;
}

static ExitCode sign_packed(Project *project, Buf *image) {
    SignKey key;
    char error[512];
    if (!project->options->key) return EXIT_OK;
    if (!keys_private(project->options->key, &key, error)) return tool_failed(error);
    const char *wrong = sign_image(image->data, image->len, &key);
    assert(!wrong); // it was packed just now
    (void)wrong;
    sign_key_forget(&key);
    return EXIT_OK;
}

// The kernel that is to run it trusts the keys in its file, and those of --trust: what it would not start is not made.
static ExitCode ask_keys(
    Project *project, const Buf *image, const Buf *kernel, const ImageKeys *given
) {
    char error[512];
    ImageKeys keys;
    if (!image_keys_read(kernel->data, kernel->len, &keys, error)) return tool_failed(error);
    if (given->count > IMAGE_MOST_KEYS - keys.count)
        return tool_failed("--trust: the kernel has no room for so many trusted keys");
    memcpy(keys.keys[keys.count], given->keys, given->count * sizeof *given->keys);
    keys.count += given->count;
    const SignatureKeys trusted = keys_view(&keys);
    if (keys_hold(image, &trusted, project->options->inputs.data[0])) return EXIT_OK;
    if (!project->options->key && given->count)
        fprintf(stderr, "sipcc: --key FILE signs what is made here; `sipcc sign` what was built\n");
    return EXIT_PROGRAM;
}

// --- build -----------------------------------------------------------------------------------------------------------

static ExitCode write_in(
    Project *project, const char *folder, const char *name, const char *suffix, const Buf *bytes
) {
    char error[512];
    char *path = arena_printf(&project->arena, "%s/%s%s", folder, name, suffix);
    if (!file_write(path, bytes->data, bytes->len, error)) return tool_failed(error);
    depfile_made(&project->arena, &project->depfile, path);
    if (!project->options->quiet) printf("%s\n", path);
    return EXIT_OK;
}

static ExitCode write_all(Project *project, const char *folder) {
    ExitCode code = EXIT_OK;
    struct stat about;
    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        return tool_failed(arena_printf(
            &project->arena, "the folder %s cannot be made: %s; -o names another", folder,
            strerror(errno)
        ));
    if (stat(folder, &about) != 0 || !S_ISDIR(about.st_mode))
        return tool_failed(
            arena_printf(&project->arena, "%s is not a folder; -o names another", folder)
        );
    for (uint32_t i = 0; code == EXIT_OK && i < project->programs.len; i++)
        code = write_in(
            project, folder, project->programs.data[i].name, ".sipx",
            &project->programs.data[i].sealed
        );
    for (uint32_t i = 0; code == EXIT_OK && i < project->systems.len; i++) {
        Buf text = { 0 };
        wiring_write(&project->systems.data[i], &text);
        code = write_in(project, folder, project->systems.data[i].name, ".system", &text);
        buf_free(&text);
    }
    return code;
}

int command_build(const Options *options) {
    Project project;
    ExitCode code = prepare(&project, options);
    if (code == EXIT_OK && project.programs.len == 0) {
        fprintf(
            stderr, "sipcc: there is no sip to build in %s; `sip Main() { }` declares one\n",
            options->inputs.data[0]
        );
        code = EXIT_PROGRAM;
    }
    if (code == EXIT_OK) code = sign_programs(&project);
    if (code == EXIT_OK) code = write_all(&project, options->output ? options->output : ".");
    if (code == EXIT_OK) code = project_tell_dependencies(&project);
    project_end(&project);
    return code;
}

// --- packing -----------------------------------------------------------------------------------------------------------

static bool is_used(const Wiring *system, const char *program) {
    for (uint32_t i = 0; i < system->sips.len; i++)
        if (strcmp(system->sips.data[i].program, program) == 0) return true;
    return false;
}

static ExitCode pack(Project *project, const Wiring *system, Buf *image) {
    char error[512] = "";
    Arena *arena = &project->arena;
    ImageInput input = { .system = system->name };
    ImageProgramInput *programs = arena_array(arena, ImageProgramInput, project->programs.len);
    ImageInstanceInput *instances = arena_array(arena, ImageInstanceInput, system->sips.len);
    ExitCode code = sign_programs(project);
    if (code != EXIT_OK) return code;
    for (uint32_t i = 0; i < project->programs.len; i++) {
        const Program *program = &project->programs.data[i];
        if (is_used(system, program->name))
            programs[input.program_count++] =
                (ImageProgramInput){ program->name, program->sealed.data, program->sealed.len };
    }
    for (uint32_t i = 0; i < system->sips.len; i++)
        instances[i] = wiring_instance(arena, &system->sips.data[i]);
    input.programs = programs;
    input.instances = instances;
    input.instance_count = system->sips.len;
    if (image_pack(&input, image, error)) return sign_packed(project, image);
    tool_failed(error);
    return EXIT_PROGRAM;
}

static bool read_kernel(const char *path, Buf *kernel, char error[512]) {
    if (access(path, F_OK) == 0) return file_read(path, 64 << 20, kernel, error);
    const char *why = strerror(errno);
    snprintf(
        error, 512,
        "cannot read %.200s: %s; build the project, or set SIPCC_HOME to an installed one", path,
        why
    );
    return false;
}

// `bootable` NULL: it is run as a Linux process, and only the keys are asked.
static ExitCode make_bootable(Project *project, const Buf *image, Buf *bootable) {
    char error[512] = "";
    Buf kernel = { 0 };
    ImageKeys given;
    const char *path = bootable ? project->toolchain.kernel_pc : project->toolchain.hosted;
    bool good = keys_trusted(project->options, &given, error) && read_kernel(path, &kernel, error);
    ExitCode code = good ? ask_keys(project, image, &kernel, &given) : tool_failed(error);
    if (code == EXIT_OK && bootable) {
        good = image_boot(
                   kernel.data, kernel.len, image->data, image->len, project->options->cpus,
                   bootable, error
               ) &&
               (!given.count ||
                image_keys_add(bootable->data, kernel.len, given.keys, given.count, error));
        if (!good) code = tool_failed(error);
    }
    buf_free(&kernel);
    return code;
}

// --- image -------------------------------------------------------------------------------------------------------------

// FILE.img or FILE.iso beside FILE.elf.
static const char *name_beside(Arena *arena, const char *path, const char *ending) {
    const char *slash = strrchr(path, '/'), *dot = strrchr(path, '.');
    bool suffix = dot && (!slash || dot > slash);
    size_t length = suffix ? (size_t)(dot - path) : strlen(path);
    return arena_printf(arena, "%.*s.%s", (int)length, path, ending);
}

// Who could reach any memory by its devices is named to whoever makes the image.
static void tell_trusted(const Wiring *system) {
    vec_each(const Instance, sip, &system->sips) {
        if (sip->trusted)
            printf(
                "trusted: sip %s (%s) can reach any memory by its devices\n", sip->name,
                sip->program
            );
    }
}

static ExitCode write_images(Project *project, const Wiring *system) {
    char error[512];
    Buf image = { 0 }, bootable = { 0 };
    const char *elf = project->options->output
                          ? project->options->output
                          : arena_printf(&project->arena, "%s.elf", system->name);
    const char *img = name_beside(&project->arena, elf, "img");
    const char *iso = project->options->iso ? name_beside(&project->arena, elf, "iso") : NULL;
    ExitCode code = pack(project, system, &image);
    if (code == EXIT_OK && (strcmp(elf, img) == 0 || (iso && strcmp(elf, iso) == 0)))
        code = tool_failed(
            "the bootable file cannot be called `.img` or `.iso`: others beside it are; "
            "call it `.elf`"
        );
    if (code == EXIT_OK) code = make_bootable(project, &image, &bootable);
    if (code == EXIT_OK && !(file_write(img, image.data, image.len, error) &&
                             file_write(elf, bootable.data, bootable.len, error)))
        code = tool_failed(error);
    if (code == EXIT_OK && iso &&
        !iso_write(&project->arena, &bootable, iso, project->options->verbose, error))
        code = tool_failed(error);
    depfile_made(&project->arena, &project->depfile, elf);
    depfile_made(&project->arena, &project->depfile, img);
    if (iso) depfile_made(&project->arena, &project->depfile, iso);
    depfile_read(&project->arena, &project->depfile, project->toolchain.kernel_pc);
    if (code == EXIT_OK) code = project_tell_dependencies(project);
    if (code == EXIT_OK && !project->options->quiet) printf("%s\n%s\n", elf, img);
    if (code == EXIT_OK && iso && !project->options->quiet) printf("%s\n", iso);
    if (code == EXIT_OK && !project->options->quiet) tell_trusted(system);
    buf_free(&image);
    buf_free(&bootable);
    return code;
}

int command_image(const Options *options) {
    Project project;
    ExitCode code = prepare(&project, options);
    const Wiring *system = code == EXIT_OK ? project_system(&project) : NULL;
    if (code == EXIT_OK)
        code = system                ? write_images(&project, system)
               : project.systems.len ? EXIT_USAGE
                                     : EXIT_PROGRAM;
    project_end(&project);
    return code;
}

// --- run ---------------------------------------------------------------------------------------------------------------

static QemuNeeds needs_of(const Project *project, const Wiring *system) {
    QemuNeeds needs = { 0 };
    Sealed sealed;
    for (uint32_t i = 0; i < project->programs.len; i++) {
        const Program *program = &project->programs.data[i];
        if (!is_used(system, program->name) ||
            sealed_read(program->sealed.data, program->sealed.len, &sealed))
            continue;
        for (uint32_t k = 0; k < sealed.manifest.grants.count; k++) {
            const SealGrant grant = sealed_grant(&sealed, k);
            qemu_needs_add(&needs, &grant);
        }
    }
    return needs;
}

// The file that is run lies in a folder of its own for as long as it runs.
static ExitCode run_in(
    Project *project, const Wiring *system, const char *folder, const Buf *bytes, int *status
) {
    char error[512] = "";
    const char *path = arena_printf(&project->arena, "%s/system", folder);
    const QemuNeeds needs = needs_of(project, system);
    bool good = file_write(path, bytes->data, bytes->len, error);
    good =
        good && launch_system(project->options, &project->toolchain, &needs, path, status, error);
    unlink(path);
    return good ? EXIT_OK : tool_failed(error);
}

static ExitCode run(Project *project, const Wiring *system, int *status) {
    Buf image = { 0 }, bootable = { 0 };
    bool booted = project->options->on == ON_QEMU;
    char folder[512], error[512];
    ExitCode code = pack(project, system, &image);
    if (code == EXIT_OK) code = make_bootable(project, &image, booted ? &bootable : NULL);
    if (code == EXIT_OK && !file_temporary_folder(folder, error))
        code = tool_failed(error);
    else if (code == EXIT_OK) {
        code = run_in(project, system, folder, booted ? &bootable : &image, status);
        rmdir(folder);
    }
    buf_free(&image);
    buf_free(&bootable);
    return code;
}

static const char *meaning(int status) {
    switch (status) {
    case 0: return "every sip returned";
    case 1: return "a sip faulted";
    case 3: return "the kernel refused the system";
    case 4: return "all that were left waited for ever";
    case 5: return "the kernel itself failed";
    default: return "given by a sip";
    }
}

int command_run(const Options *options) {
    Project project;
    int status = 0;
    ExitCode code = prepare(&project, options);
    const Wiring *system = code == EXIT_OK ? project_system(&project) : NULL;
    if (code == EXIT_OK)
        code = system                ? run(&project, system, &status)
               : project.systems.len ? EXIT_USAGE
                                     : EXIT_PROGRAM;
    if (code == EXIT_OK && !options->quiet)
        fprintf(
            stderr, "sipcc: system %s ended with status %d: %s\n", system->name, status,
            meaning(status)
        );
    project_end(&project);
    return code == EXIT_OK ? status : code;
}
