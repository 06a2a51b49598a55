// For tests: points inside the kernel's steps, numbered by inject.def, and allocations that can be made to fail. In the kernels that are
// shipped all of it is nothing (tests/lint/points.sh); with SIP_INJECT, core/inject_test.c says what happens there.
//
// Whoever is to be killed at a point is noted there, and ended when the step is over, as by another CPU that has waited for the lock: when
// the step goes back to a SIP (core/kcalls.c), or the kernel's own context has done one (core/main.c).

#ifndef KERNEL_CORE_INJECT_H
#define KERNEL_CORE_INJECT_H

#ifdef SIP_INJECT

typedef enum InjectPoint {
#define POINT(name, text) INJECT_##name,
#include "inject.def"
    INJECT_POINTS
} InjectPoint;

void inject_point(InjectPoint point, Sip *sip); // `sip`: whose step it is; NULL: the running one's
bool inject_fails(void);                        // the block or record that is about to be taken
void inject_end(Sip *sip, bool is_over);        // it ends; it has ended
void inject_leave(void);                        // back to a SIP
Thread *inject_ended(void); // in the kernel's context: a thread that has been killed, or NULL

#define INJECT(name)          inject_point(INJECT_##name, NULL)
#define INJECT_OF(name, sip)  inject_point(INJECT_##name, sip)
#define INJECT_FAILS()        inject_fails()
#define INJECT_END(sip, over) inject_end(sip, over)
#define INJECT_LEAVE()        inject_leave()
#define INJECT_ENDED()        inject_ended()

#else

#define INJECT(name)          ((void)0)
#define INJECT_OF(name, sip)  ((void)0)
#define INJECT_FAILS()        false
#define INJECT_END(sip, over) ((void)0)
#define INJECT_LEAVE()        ((void)0)
#define INJECT_ENDED()        ((Thread *)NULL)

#endif

#endif
