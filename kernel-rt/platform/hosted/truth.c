// sip-hosted's devices do not lie.

#include "hosted.h"

bool hosted_more_options(const char *name, const char *value) {
    (void)name, (void)value;
    return false;
}
