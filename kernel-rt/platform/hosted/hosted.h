// The Linux process that plays the machine: its parts, for each other.

#ifndef KERNEL_HOSTED_HOSTED_H
#define KERNEL_HOSTED_HOSTED_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define HOSTED_INTERRUPT SIGUSR1 // one CPU's to another
#define HOSTED_LINE      SIGUSR2 // a device's to the first CPU

enum { HOSTED_USAGE = 2, HOSTED_FAILED = 3 }; // exit codes of our own

// Says `sip-hosted: cannot WHAT: reason of errno` and exits with HOSTED_FAILED.
_Noreturn void hosted_fail(const char *what);
_Noreturn void hosted_fail_at(const char *what, const char *path, const char *reason);

void hosted_memory_start(void);                  // the arena that platform_pages hands out
void hosted_time_start(void);                    // platform_now counts from here
uint64_t hosted_monotonic(void);                 // Linux's clock, in nanoseconds
void hosted_exceptions_start(void);              // CPU exceptions go to kernel_exception
void hosted_cpus_start(uint32_t cpus);           // this is the first of so many
uint32_t hosted_cpu(void);                       // which of them calls
void hosted_tick(void *context, uint32_t ticks); // ucontext_t, from a signal handler: kernel_tick
void hosted_leave_if_asked(void *context);       // ... and kernel_left
void hosted_tell_first_cpu(void);                // HOSTED_LINE
void hosted_stay_awake(void); // in its handler: whoever is about to sleep does not

// Linux, as several parts ask it.
void hosted_handle(int signal, void (*handler)(int, siginfo_t *, void *)); // on the signal stack
void hosted_thread(void *(*run)(void *), void *argument); // no CPU: signals never come to it
void hosted_futex(uint32_t *word, int operation, uint32_t value, const struct timespec *longest);

// Devices. Each is there once it is started, before the kernel is.
enum { HOSTED_CLOCK_PORT = 0x70 };
void hosted_lines_start(void);                   // interrupts
void hosted_line(uint32_t line, bool is_raised); // by any thread
void hosted_entropy_start(void);
void hosted_disk_start(const char *path);
void hosted_net_start(const char *how);   // KIND[,SETTING=VALUE]...
void hosted_port_start(const char *path); // a console beside the kernel's own
uint8_t hosted_clock_read(uint16_t port);
void hosted_clock_write(uint16_t port, uint8_t value);

// What else the command line may say; false: nothing of that name. Of sip-hosted nothing; of a test's, how its devices lie.
bool hosted_more_options(const char *name, const char *value);

// For tests: turns end at random. `how` is `timer:SEED:MICROSECONDS`, or `steps:SEED:INSTRUCTIONS`, which is slow and may
// end one after any instruction; the last number is the mean.
void hosted_ticks_at_random(const char *how);
bool hosted_steps(void);         // then each instruction traps, and this is what the trap does
void hosted_step(void *context); // ucontext_t

// A fresh mapping, readable and writable, with a guard page below it. Never given back.
void *hosted_map(size_t bytes);

#endif
