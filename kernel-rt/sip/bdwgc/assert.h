// For bdwgc alone: assertions, which are left out.

#pragma once

#define static_assert _Static_assert
#ifndef assert
#define assert(condition) ((void)0)
#endif
