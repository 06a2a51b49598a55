// A network that needs no rights: libslirp, which QEMU's `user` network is, too, turns what the machine sends into connections of this process. The machine
// is 10.0.2.15, and ports of Linux can lead to its ports (`hostfwd=`). The library is looked for when it is asked for, so that nothing else
// needs it; what is told it below is its stable interface, version 1 of its settings.

#include "hosted.h"
#include "net.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

typedef struct Slirp Slirp;

typedef struct SlirpSettings {
    uint32_t version;
    int is_restricted;
    bool has_ipv4;
    struct in_addr network, mask, host;
    bool has_ipv6;
    struct in6_addr prefix6;
    uint8_t prefix6_bits;
    struct in6_addr host6;
    const char *host_name, *tftp_server, *tftp_path, *boot_file;
    struct in_addr first_lease, name_server;
    struct in6_addr name_server6;
    const char **search, *domain;
    size_t most_sent, most_received;
    bool hides_loopback, emulates;
} SlirpSettings;

typedef struct SlirpCalls {
    ssize_t (*send_packet)(const void *frame, size_t length, void *us);
    void (*guest_error)(const char *text, void *us);
    int64_t (*clock_get_ns)(void *us);
    void *(*timer_new)(void (*call)(void *), void *with, void *us);
    void (*timer_free)(void *timer, void *us);
    void (*timer_mod)(void *timer, int64_t milliseconds, void *us);
    void (*register_poll_fd)(int file, void *us);
    void (*unregister_poll_fd)(int file, void *us);
    void (*notify)(void *us);
} SlirpCalls;

enum { SLIRP_IN = 1, SLIRP_OUT = 2, SLIRP_URGENT = 4, SLIRP_ERROR = 8, SLIRP_GONE = 16 };

static struct {
    Slirp *(*start)(const SlirpSettings *, const SlirpCalls *, void *us);
    void (*input)(Slirp *, const uint8_t *frame, int length);
    void (*fill)(Slirp *, uint32_t *timeout, int (*add)(int file, int events, void *us), void *us);
    void (*polled)(Slirp *, int failed, int (*events)(int row, void *us), void *us);
    int (*forward)(
        Slirp *, int udp, struct in_addr from, int from_port, struct in_addr to, int to_port
    );
} library;

static Slirp *slirp;

// --- what it calls -----------------------------------------------------------------------------------------------

static ssize_t came(const void *frame, size_t length, void *us) {
    (void)us;
    net_came(frame, length); // or it is lost, as on a wire
    return (ssize_t)length;
}

static void ignore_text(const char *text, void *us) {
    (void)text, (void)us;
}

static int64_t clock_now(void *us) {
    (void)us;
    return (int64_t)hosted_monotonic();
}

// Timers are for IPv6 alone, which is off: nobody waits for one.
static void *new_timer(void (*call)(void *), void *with, void *us) {
    static uint8_t timer;
    (void)call, (void)with, (void)us;
    return &timer;
}

static void free_timer(void *timer, void *us) {
    (void)timer, (void)us;
}

static void set_timer(void *timer, int64_t milliseconds, void *us) {
    (void)timer, (void)milliseconds, (void)us;
}

static void ignore_file(int file, void *us) {
    (void)file, (void)us;
}

static void ignore(void *us) {
    (void)us;
}

// --- what we call ------------------------------------------------------------------------------------------------

static void send_frame(const uint8_t *frame, size_t length) {
    library.input(slirp, frame, (int)length);
}

static int add_file(int file, int events, void *files_) {
    NetFiles *files = files_;
    if (files->count == NET_MOST_FILES) return -1;
    files->rows[files->count] = (struct pollfd){
        .fd = file,
        .events = (short)((events & SLIRP_IN ? POLLIN : 0) | (events & SLIRP_OUT ? POLLOUT : 0) |
                          (events & SLIRP_URGENT ? POLLPRI : 0)),
    };
    return (int)files->count++;
}

static int events_of(int row, void *files_) {
    const NetFiles *files = files_;
    if (row < 0 || (uint32_t)row >= files->count) return 0;
    const short events = files->rows[row].revents;
    return (events & POLLIN ? SLIRP_IN : 0) | (events & POLLOUT ? SLIRP_OUT : 0) |
           (events & POLLPRI ? SLIRP_URGENT : 0) | (events & POLLERR ? SLIRP_ERROR : 0) |
           (events & POLLHUP ? SLIRP_GONE : 0);
}

static int prepare(NetFiles *files, bool has_room) {
    uint32_t longest = UINT32_MAX;
    (void)has_room;
    library.fill(slirp, &longest, add_file, files);
    return longest > 60000 ? 60000 : (int)longest;
}

static void look(const NetFiles *files) {
    library.polled(slirp, 0, events_of, (void *)(uintptr_t)files);
}

// --- starting ----------------------------------------------------------------------------------------------------

static struct in_addr address(const char *text, const char *otherwise) {
    struct in_addr value = { 0 };
    inet_aton(*text ? text : otherwise, &value);
    return value;
}

static bool is_address(const char *text) {
    struct in_addr value;
    return !*text || inet_pton(AF_INET, text, &value) == 1;
}

// KIND:[ADDRESS]:PORT-[ADDRESS]:PORT; without an address from all of Linux's, and to the machine's.
static bool forward(const char *rule) {
    char kind[4] = "", from[16] = "", to[16] = "";
    unsigned from_port, to_port;
    int end = 0;
    const char *at = rule + strcspn(rule, ":");
    if (at - rule != 3 || *at != ':') return false;
    memcpy(kind, rule, 3);
    at++;
    size_t length = strcspn(at, ":");
    if (length >= sizeof from) return false;
    memcpy(from, at, length);
    at += length;
    if (sscanf(at, ":%5u-%n", &from_port, &end) != 1 || end == 0) return false;
    at += end;
    length = strcspn(at, ":");
    if (length >= sizeof to) return false;
    memcpy(to, at, length);
    at += length;
    end = 0;
    if (sscanf(at, ":%5u%n", &to_port, &end) != 1 || at[end]) return false;
    const bool udp = strcmp(kind, "udp") == 0;
    if ((!udp && strcmp(kind, "tcp") != 0) || !is_address(from) || !is_address(to)) return false;
    if (from_port > 65535 || to_port > 65535 || to_port == 0) return false;
    if (library.forward(
            slirp, udp, address(from, "0.0.0.0"), (int)from_port, address(to, "10.0.2.15"),
            (int)to_port
        ))
        hosted_fail_at("forward", rule, "the port is in use, or not ours");
    return true;
}

static void *find(void *file, const char *name) {
    void *symbol = dlsym(file, name);
    if (!symbol) hosted_fail_at("use", "libslirp.so.0", "it is not the library that we know");
    return symbol;
}

static void load(void) {
    void *file = dlopen("libslirp.so.0", RTLD_NOW | RTLD_LOCAL);
    if (!file)
        hosted_fail_at(
            "use", "user", "libslirp.so.0 is not installed (Debian: libslirp0, comes with QEMU)"
        );
    *(void **)&library.start = find(file, "slirp_new");
    *(void **)&library.input = find(file, "slirp_input");
    *(void **)&library.fill = find(file, "slirp_pollfds_fill");
    *(void **)&library.polled = find(file, "slirp_pollfds_poll");
    *(void **)&library.forward = find(file, "slirp_add_hostfwd");
}

static void start(void) {
    static const SlirpCalls calls = { came,      ignore_text, clock_now,   new_timer, free_timer,
                                      set_timer, ignore_file, ignore_file, ignore };
    const SlirpSettings settings = { .version = 1,
                                     .has_ipv4 = true,
                                     .network = address("10.0.2.0", ""),
                                     .mask = address("255.255.255.0", ""),
                                     .host = address("10.0.2.2", ""),
                                     .first_lease = address("10.0.2.15", ""),
                                     .name_server = address("10.0.2.3", "") };
    slirp = library.start(&settings, &calls, NULL);
    if (!slirp) hosted_fail_at("use", "user", "libslirp does not start");
}

const NetBehind *net_user(const char *settings) {
    static const NetBehind user = { send_frame, prepare, look };
    char rule[64];
    load();
    start();
    while (*settings)
        if (!net_setting(&settings, "hostfwd", rule, sizeof rule) || !forward(rule))
            hosted_fail_at(
                "understand", settings,
                "of `user` it is hostfwd=udp|tcp:[ADDRESS]:PORT-[ADDRESS]:PORT"
            );
    return &user;
}
