// `microvm` boots in a third of the time that `q35` takes, so it is the machine for what needs nothing else. Its virtio devices sit at places that we
// choose, the same for each system, since a driver's grant names them.
//
// A /dev/kvm may be there and emulate what it runs, slower than QEMU's own translation does: so it is tried, on the kernel without an
// image, which gives up a moment after it has been started.

#include "qemu.h"

#include "contracts/abi/pci.h"
#include "contracts/abi/seal.h"
#include "driver/screenshot.h"
#include "driver/words.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum {
    // Of virtio devices on `microvm,ioapic2=off`; stdlib/drivers and kernel-rt/platform/hosted say the same.
    SLOTS = 0xfeb00000,
    SLOT_BYTES = 512,
    SLOT_COUNT = 8,
    SLOT_CONSOLE = 4,
    SLOT_NETWORK = 5,
    SLOT_DISK = 6,
    SLOT_ENTROPY = 7,
    PROBE_MILLISECONDS = 400,
    PROBE_STATUS = (3 + 1) << 1 | 1, // the kernel refuses, by isa-debug-exit
};

// --- what is needed ------------------------------------------------------------------------------------------------

static bool is_within(const SealGrant *grant, uint64_t first, uint64_t length) {
    return grant->base >= first && grant->base - first < length;
}

// QEMU's and Bochs's display on the PCI bus, or the VGA that every PC has, which in QEMU is the same with more around it.
static void needs_screen(QemuNeeds *needs, const SealGrant *grant) {
    if (PCI_IS_GRANT(grant->base)) {
        if (PCI_VENDOR(grant->base) == 0x1234 && PCI_DEVICE(grant->base) == 0x1111)
            needs->display = true;
        return;
    }
    if (grant->kind == SEAL_GRANT_IO_PORT ? is_within(grant, 0x3b0, 0x30)
                                          : is_within(grant, 0xa0000, 0x20000))
        needs->vga = true;
}

void qemu_needs_add(QemuNeeds *needs, const SealGrant *grant) {
    const uint64_t offset = grant->base - SLOTS;
    switch ((SealGrantKind)grant->kind) {
    case SEAL_GRANT_IO_MEMORY:
        needs_screen(needs, grant);
        if (grant->base < SLOTS || offset >= (uint64_t)SLOT_COUNT * SLOT_BYTES) {
            needs->others = true;
            return;
        }
        needs->mmio = true;
        if (offset / SLOT_BYTES == SLOT_ENTROPY) needs->entropy = true;
        return;
    case SEAL_GRANT_IO_PORT:
        needs_screen(needs, grant);
        needs->others = true;
        return;
    case SEAL_GRANT_IRQ:
    case SEAL_GRANT_DMA:
    case SEAL_GRANT_EXIT:
    case SEAL_GRANT_KINDS: return;
    }
}

// --- the accelerator -----------------------------------------------------------------------------------------------

static bool ends_in_time(pid_t child, int *state) {
    const struct timespec step = { .tv_nsec = 5000000 };
    for (int waited = 0; waited < PROBE_MILLISECONDS; waited += 5) {
        pid_t ended = waitpid(child, state, WNOHANG);
        if (ended == child) return true;
        if (ended < 0 && errno != EINTR) return false;
        nanosleep(&step, NULL);
    }
    kill(child, SIGKILL);
    while (waitpid(child, state, 0) < 0 && errno == EINTR)
        continue;
    return false;
}

static bool kvm_is_fast(const Toolchain *toolchain) {
    if (access("/dev/kvm", R_OK | W_OK) != 0) return false;
    char *argv[] = { "qemu-system-x86_64",
                     "-accel",
                     "kvm",
                     "-cpu",
                     "host",
                     "-M",
                     "microvm",
                     "-m",
                     "64M",
                     "-nodefaults",
                     "-display",
                     "none",
                     "-no-reboot",
                     "-device",
                     "isa-debug-exit,iobase=0x501,iosize=1",
                     "-kernel",
                     (char *)(uintptr_t)toolchain->kernel_pc,
                     NULL };
    pid_t child;
    int state = 0;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; stream++)
        posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", O_RDWR, 0);
    int failed = posix_spawnp(&child, argv[0], &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return !failed && ends_in_time(child, &state) && WIFEXITED(state) &&
           WEXITSTATUS(state) == PROBE_STATUS;
}

static bool use_kvm(const Options *options, const Toolchain *toolchain) {
    switch (options->accelerator) {
    case ACCELERATOR_TCG: return false;
    case ACCELERATOR_KVM: return true;
    case ACCELERATOR_AUTO: break;
    }
    const char *said = getenv("SIPCC_ACCEL");
    if (said && strcmp(said, "tcg") == 0) return false;
    if (said && strcmp(said, "kvm") == 0) return true;
    return kvm_is_fast(toolchain);
}

// --- the machine ---------------------------------------------------------------------------------------------------

// As QEMU wants a file's name in a list of settings: a comma is two.
static const char *quoted(Arena *arena, const char *path) {
    char *text = arena_array(arena, char, 2 * strlen(path) + 1), *to = text;
    for (; *path; path++) {
        *to++ = *path;
        if (*path == ',') *to++ = ',';
    }
    return text;
}

static bool is_microvm(const char *machine) {
    return strncmp(machine, "microvm", 7) == 0;
}

static const char *machine_for(const Options *options, const QemuNeeds *needs) {
    if (options->machine) return options->machine;
    const bool wants_pci = (options->disks.len || options->net || options->port) && !needs->mmio;
    return needs->others || wants_pci ? "q35" : "microvm,ioapic2=off";
}

// Nobody's to write, whoever we are: then it is not written. What is not there QEMU says.
static bool is_writable(const char *path) {
    struct stat about;
    return stat(path, &about) != 0 || ((about.st_mode & 0222) != 0 && access(path, W_OK) == 0);
}

static void add_disk(
    Arena *arena, Words *words, const char *machine, const char *path, uint32_t number
) {
    words_add_two(
        arena, words, "-drive",
        arena_printf(
            arena, "if=none,id=disk%u,format=raw,%sfile=%s", number,
            is_writable(path) ? "" : "readonly=on,", quoted(arena, path)
        )
    );
    words_add_two(
        arena, words, "-device",
        is_microvm(machine)
            ? arena_printf(
                  arena, "virtio-blk-device,drive=disk%u,bus=virtio-mmio-bus.%d", number, SLOT_DISK
              )
            : arena_printf(arena, "virtio-blk-pci,disable-legacy=on,drive=disk%u", number)
    );
}

static void add_net(Arena *arena, Words *words, const char *machine, const char *net) {
    words_add_two(arena, words, "-netdev", arena_printf(arena, "%s,id=net0", net));
    words_add_two(
        arena, words, "-device",
        is_microvm(machine)
            ? arena_printf(
                  arena, "virtio-net-device,netdev=net0,bus=virtio-mmio-bus.%d", SLOT_NETWORK
              )
            : "virtio-net-pci,disable-legacy=on,netdev=net0,romfile="
    );
}

// A file is made anew; a terminal, or another device, is what it is.
static void add_port(Arena *arena, Words *words, const char *machine, const char *path) {
    struct stat about;
    const bool is_device = stat(path, &about) == 0 && S_ISCHR(about.st_mode);
    words_add_two(
        arena, words, "-chardev",
        arena_printf(
            arena, "%s,id=port,path=%s", is_device ? "serial" : "file", quoted(arena, path)
        )
    );
    words_add_two(
        arena, words, "-device",
        is_microvm(machine)
            ? arena_printf(arena, "virtio-serial-device,bus=virtio-mmio-bus.%d", SLOT_CONSOLE)
            : "virtio-serial-pci,disable-legacy=on"
    );
    words_add_two(arena, words, "-device", "virtconsole,chardev=port");
}

static void add_entropy(Arena *arena, Words *words) {
    words_add_two(arena, words, "-object", "rng-builtin,id=entropy");
    words_add_two(
        arena, words, "-device",
        arena_printf(arena, "virtio-rng-device,rng=entropy,bus=virtio-mmio-bus.%d", SLOT_ENTROPY)
    );
}

static bool has_screen(const QemuNeeds *needs, const char *machine) {
    return (needs->display || needs->vga) && !is_microvm(machine);
}

static void add_devices(
    Arena *arena, Words *words, const Options *options, const QemuNeeds *needs, const char *machine
) {
    if (is_microvm(machine))
        words_add_two(arena, words, "-global", "virtio-mmio.force-legacy=false");
    for (uint32_t i = 0; i < options->disks.len; i++)
        add_disk(arena, words, machine, options->disks.data[i], i);
    if (options->net) add_net(arena, words, machine, options->net);
    if (options->port) add_port(arena, words, machine, options->port);
    if (needs->entropy && is_microvm(machine)) add_entropy(arena, words);
    if (has_screen(needs, machine))
        words_add_two(arena, words, "-device", needs->vga ? "VGA" : "bochs-display");
}

// How it ends: QEMU does, too, with isa-debug-exit.
static void add_ending(Arena *arena, Words *words, const Options *options) {
    if (options->screenshot)
        screenshot_options(arena, words);
    else
        words_add_two(arena, words, "-device", "isa-debug-exit,iobase=0x501,iosize=1");
}

static bool can_be_pictured(const QemuNeeds *needs, const char *machine, char error[512]) {
    if (has_screen(needs, machine)) return true;
    if (needs->display || needs->vga)
        snprintf(
            error, 512, "--screenshot: %s has no screen; leave --machine out, or --machine q35",
            machine
        );
    else
        snprintf(
            error, 512,
            "--screenshot: no process of the system is granted a screen, as `PciDisplay` of `driver.display` is"
        );
    return false;
}

char **qemu_command(
    Arena *arena,
    const Options *options,
    const Toolchain *toolchain,
    const QemuNeeds *needs,
    const char *image,
    char error[512]
) {
    Words words = { 0 };
    const char *machine = machine_for(options, needs);
    if (is_microvm(machine) && options->disks.len > 1) {
        snprintf(error, 512, "`microvm` has one place for a disk; --machine q35 has more");
        return NULL;
    }
    if (options->screenshot && !can_be_pictured(needs, machine, error)) return NULL;
    const bool kvm = use_kvm(options, toolchain);
    words_add(arena, &words, "qemu-system-x86_64");
    words_add_two(arena, &words, "-accel", kvm ? "kvm" : "tcg");
    words_add_two(arena, &words, "-cpu", kvm ? "host" : "max"); // TCG's default CPU lacks x86-64-v2
    words_add_two(arena, &words, "-M", machine);
    if (options->cpus > 1)
        words_add_two(arena, &words, "-smp", arena_printf(arena, "%u", options->cpus));
    words_add_two(arena, &words, "-m", options->memory);
    words_add(arena, &words, "-nodefaults");
    words_add_two(arena, &words, "-display", "none");
    words_add_two(arena, &words, "-serial", "stdio");
    words_add(arena, &words, "-no-reboot");
    add_ending(arena, &words, options);
    add_devices(arena, &words, options, needs, machine);
    words_add_two(arena, &words, "-kernel", image);
    if (options->gdb) {
        words_add(arena, &words, "-S");
        words_add_two(arena, &words, "-gdb", "tcp:127.0.0.1:1234");
    }
    words_add(arena, &words, NULL);
    return words.data;
}
