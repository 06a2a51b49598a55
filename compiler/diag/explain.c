// Finding the page of a diagnostic.

#include "diag.h"
#include "pages.h"

#include <string.h>

const char *diag_explain(const char *code) {
    for (const DiagPage *page = diag__pages; page->code; page++)
        if (strcmp(page->code, code) == 0) return page->text;
    return NULL;
}
