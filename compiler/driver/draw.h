// A system's wiring as a graph.

#ifndef DRIVER_DRAW_H
#define DRIVER_DRAW_H

#include "base/buf.h"
#include "deadlock/deadlock.h"
#include "driver/wiring.h"

// Appends the graph in Graphviz's language: sips are boxes, channels are edges from the importer to the exporter, named
// by both parameters and the contract.
void draw_dot(const Wiring *wiring, const DeadlockSystem *system, Buf *out);

#endif
