// Our own mistakes: a state that cannot be. Ends the program in every build, naming the line.

#ifndef BASE_CHECK_H
#define BASE_CHECK_H

_Noreturn void base_unreachable(const char *file, int line);

#define unreachable() base_unreachable(__FILE__, __LINE__)

#endif
