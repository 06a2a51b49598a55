// Finding the page of a diagnostic.

#include <string.h>

#include "diag.h"
#include "pages.h"

const char *diag_explain(const char *code) {
    for (const DiagPage *page = diag__pages; page->code; page++)
        if (strcmp(page->code, code) == 0)
            return page->text;
    return NULL;
}
