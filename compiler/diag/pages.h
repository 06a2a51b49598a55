// The pages of errors/, one a diagnostic, embedded when the project is built (cmake/pages.cmake).

#ifndef DIAG_PAGES_H
#define DIAG_PAGES_H

typedef struct DiagPage {
    const char *code, *text; // ends with a row of NULL
} DiagPage;

extern const DiagPage diag__pages[];

#endif
