// The one place that knows sipcc's version.

#ifndef DRIVER_VERSION_H
#define DRIVER_VERSION_H

#define SIPCC_VERSION "0.1.0"

#endif
