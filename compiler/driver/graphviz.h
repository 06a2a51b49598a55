// Running Graphviz, which is asked for by name and need not be there.

#ifndef DRIVER_GRAPHVIZ_H
#define DRIVER_GRAPHVIZ_H

#include "base/buf.h"

#include <stdbool.h>

// Has `dot` draw the graph in `dot` and appends the SVG to `svg`. False with a sentence if it is not installed or fails.
bool graphviz_svg(const Buf *dot, Buf *svg, char error[512]);

#endif
