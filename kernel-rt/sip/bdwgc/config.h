// How bdwgc is built for a SIP: included by the build before each line of it, so that its source stays as it was released. A SIP
// has no operating system below it: memory comes from sip_managed's platform_get_mem, roots from its push_roots, and nothing else.

#ifndef SIP_BDWGC_CONFIG_H
#define SIP_BDWGC_CONFIG_H

// The port: x86-64 without a system, through the collector's own hook for platforms that it does not know.
#define X86_64          1
#define mach_type_known 1
#define PLATFORM_GETMEM 1 // platform_get_mem, platform_get_stack_bottom; no data segment is a root
#define PLATFORM_WRITE  1 // its messages go nowhere
#define GETPAGESIZE()   4096
#define NO_GETENV       1
#define NO_CLOCK        1
#define GC_NO_TYPES     1

// What a SIP has no use for.
#define GC_DISABLE_INCREMENTAL            1
#define GC_NO_FINALIZATION                1
#define GC_TOGGLE_REFS_NOT_NEEDED         1
#define NO_DEBUGGING                      1
#define NO_MSGBOX_ON_ERROR                1
#define DONT_USE_ATEXIT                   1
#define IGNORE_DYNAMIC_LOADING            1
#define GC_DONT_REGISTER_MAIN_STATIC_DATA 1
#define DONT_ADD_BYTE_AT_END              1 // no pointer to the end of an object keeps it

// Stacks are what push_roots says. Without this, the collector compares the stack pointers of different stacks.
#define STACK_NOT_SCANNED 1

#define NO_PREFETCH              1 // marks two to four times as fast without
#define GC_NO_PREFETCH_FOR_WRITE 1

#endif
