// The smallest module that shows what a large one shows.

#ifndef TEST_CAMPAIGN_SHRINK_H
#define TEST_CAMPAIGN_SHRINK_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

typedef bool StillEscapes(const Buf *binary, uint32_t rule);

// Leaves out of the module in binary form what is not needed for `still` to say yes.
void shrink(Buf *binary, StillEscapes *still, uint32_t rule);

#endif
