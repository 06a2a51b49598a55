// For bdwgc alone: nothing of it is used.

#pragma once
