// The driver: what the command line asks for, done with the rooms. The only room that speaks to a terminal.

#ifndef DRIVER_DRIVER_H
#define DRIVER_DRIVER_H

// Runs one sipcc command and returns the process's exit code (docs/sipcc.md).
int driver_main(int argc, char **argv);

#endif
