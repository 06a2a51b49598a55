// For bdwgc alone: errors of system calls, of which there are none.

#pragma once

static int sip_gc_errno;
#define errno  sip_gc_errno
#define ENOMEM 12
#define EINVAL 22
#define EACCES 13
