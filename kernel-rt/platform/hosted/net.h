// What is behind a hosted system's network card: where frames go, and where they come from. All of it runs in the card's thread.

#ifndef KERNEL_HOSTED_NET_H
#define KERNEL_HOSTED_NET_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NET_MOST_FRAME = 1514, NET_MOST_FILES = 256 };

typedef struct NetFiles { // the first is the card's own
    struct pollfd rows[NET_MOST_FILES];
    uint32_t count;
} NetFiles;

typedef struct NetBehind {
    void (*send)(const uint8_t *frame, size_t length);
    int (*prepare)(
        NetFiles *files, bool has_room
    );                                   // before waiting; how many milliseconds at most, -1: any
    void (*look)(const NetFiles *files); // after it: frames that have come go to net_came
} NetBehind;

bool net_came(const uint8_t *frame, size_t length); // false: there is no room, and it is dropped

// What comes behind the first comma of `--net KIND,...`. They do not return where that is not possible.
const NetBehind *net_user(const char *settings);
const NetBehind *net_tap(const char *settings);

// Copies the value of `name=VALUE` at *settings, behind which it goes on. False: another one stands there, or it is too long.
bool net_setting(const char **settings, const char *name, char *value, size_t room);

#endif
