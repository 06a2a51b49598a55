// sip-hosted [OPTION VALUE]... IMAGE: runs the system in a packed image as a Linux process. The kernel runs on a stack of
// its own, with %gs pointing to what core keeps of the CPU; %fs stays the C library's.

#include "hosted.h"

#include "core/platform.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KERNEL_STACK = 1024 * 1024 };

typedef struct Image {
    uint8_t *bytes;
    size_t length;
} Image;

// In pieces: we may be on a SIP's stack, where there is no room for stdio. `path` may be empty.
_Noreturn void hosted_fail_at(const char *what, const char *path, const char *reason) {
    const char *const pieces[] = {
        "sip-hosted: cannot ", what, *path ? " " : "", path, ": ", reason, "\n"
    };
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++)
        if (write(STDERR_FILENO, pieces[i], strlen(pieces[i])) < 0) break; // nobody listens
    _exit(HOSTED_FAILED);
}

_Noreturn void hosted_fail(const char *what) {
    hosted_fail_at(what, "", strerror(errno));
}

static void read_whole(int file, const char *path, Image *image) {
    for (size_t at = 0; at < image->length;) {
        const ssize_t got = read(file, image->bytes + at, image->length - at);
        if (got < 0 && errno != EINTR) hosted_fail_at("read", path, strerror(errno));
        if (got == 0) hosted_fail_at("read", path, "it became shorter meanwhile");
        at += got > 0 ? (size_t)got : 0;
    }
}

// A copy, so that the file may change; read-only from here on.
static Image read_image(const char *path) {
    struct stat about;
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &about)) hosted_fail_at("open", path, strerror(errno));
    if (!S_ISREG(about.st_mode)) hosted_fail_at("open", path, "not a file");
    Image image = { .length = (size_t)about.st_size };
    const size_t room = (image.length / PLATFORM_PAGE + 1) * PLATFORM_PAGE;
    image.bytes = hosted_map(room);
    read_whole(file, path, &image);
    close(file);
    if (mprotect(image.bytes, room, PROT_READ)) hosted_fail("protect the image");
    return image;
}

// --- trusted keys ------------------------------------------------------------------------------------------------

static int digit(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// As `sipcc key` writes it.
static void trust(const char *path) {
    static const char title[] = "sip public key ed25519\n";
    enum { TITLE = sizeof title - 1, LENGTH = TITLE + 65 };
    char text[LENGTH + 1];
    uint8_t key[32];
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) hosted_fail_at("open", path, strerror(errno));
    const ssize_t got = read(file, text, sizeof text);
    close(file);
    bool good = got == LENGTH && memcmp(text, title, TITLE) == 0 && text[LENGTH - 1] == '\n';
    for (size_t i = 0; good && i < sizeof key; i++) {
        const int high = digit(text[TITLE + 2 * i]), low = digit(text[TITLE + 2 * i + 1]);
        good = high >= 0 && low >= 0;
        key[i] = (uint8_t)(high << 4 | low);
    }
    if (!good) hosted_fail_at("trust", path, "it is no public key");
    if (!trust_add(key)) hosted_fail_at("trust", path, "there are too many keys");
}

static void start_kernel(void *argument) {
    const Image *image = argument;
    kernel_main(image->bytes, image->length);
}

// 0: not so.
static uint32_t cpus_asked_for(const char *number) {
    char *end;
    const unsigned long cpus = strtoul(number, &end, 10);
    if (*number < '0' || *number > '9' || *end) return 0;
    return cpus <= PLATFORM_CPUS ? (uint32_t)cpus : 0;
}

// What takes a value.
static bool read_option(const char *name, const char *value, uint32_t *cpus) {
    if (strcmp(name, "--trust") == 0)
        trust(value);
    else if (strcmp(name, "--cpus") == 0)
        *cpus = cpus_asked_for(value);
    else if (strcmp(name, "--disk") == 0)
        hosted_disk_start(value);
    else if (strcmp(name, "--net") == 0)
        hosted_net_start(value);
    else if (strcmp(name, "--virtio-console") == 0)
        hosted_port_start(value);
    else if (!hosted_more_options(name, value))
        return false;
    return *cpus != 0;
}

int main(int argc, char **argv) {
    int at = 1;
    uint32_t cpus = 1;
    while (at + 1 < argc && read_option(argv[at], argv[at + 1], &cpus))
        at += 2;
    if (argc - at != 1 || argv[at][0] == '-') {
        fprintf(
            stderr,
            "usage: sip-hosted [--cpus 1..%d] [--trust KEY.pub]... [--disk FILE] [--net KIND[,...]] "
            "[--virtio-console FILE] IMAGE\n",
            PLATFORM_CPUS
        );
        return HOSTED_USAGE;
    }
    static Image image;
    image = read_image(argv[at]);
    hosted_time_start();
    hosted_memory_start();
    hosted_exceptions_start();
    hosted_lines_start();
    hosted_entropy_start();
    const char *how = getenv("SIP_HOSTED_TICKS");
    if (how) hosted_ticks_at_random(how);
    hosted_cpus_start(cpus);

    ArchContext process, kernel;
    uint8_t *stack = hosted_map(KERNEL_STACK);
    arch_prepare(&kernel, NULL, stack + KERNEL_STACK, start_kernel, &image);
    arch_switch(&process, &kernel, (SipReceived){ 0 }); // for good
    abort();
}
