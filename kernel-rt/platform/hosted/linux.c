// What several parts ask of Linux in the same way: handlers of signals, threads that play no CPU, sleep on a word.

#include "hosted.h"

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

void hosted_handle(int signal, void (*handler)(int, siginfo_t *, void *)) {
    struct sigaction action = { .sa_sigaction = handler,
                                .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART };
    sigfillset(&action.sa_mask); // an exception in it ends the process
    if (sigaction(signal, &action, NULL)) hosted_fail("handle signals");
}

void hosted_thread(void *(*run)(void *), void *argument) {
    sigset_t all, before;
    pthread_t thread;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    if ((errno = pthread_create(&thread, NULL, run, argument))) hosted_fail("start a thread");
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void hosted_futex(uint32_t *word, int operation, uint32_t value, const struct timespec *longest) {
    syscall(SYS_futex, word, operation | FUTEX_PRIVATE_FLAG, value, longest, NULL, 0);
}
