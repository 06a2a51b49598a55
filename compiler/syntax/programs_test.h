// For tests: all programs of the project, one after the other. Belongs behind cmocka.h.

#ifndef SYNTAX_PROGRAMS_TEST_H
#define SYNTAX_PROGRAMS_TEST_H

#include "base/file.h"
#include "base/str.h"

#include <dirent.h>
#include <stdio.h>

typedef void ProgramVisit(Str text, Str name, void *context);

static inline void programs_visit_below(const char *folder, ProgramVisit *visit, void *context) {
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    for (struct dirent *row; (row = readdir(dir));) {
        char path[4096], error[512];
        snprintf(path, sizeof path, "%s/%s", folder, row->d_name);
        if (row->d_type == DT_DIR && row->d_name[0] != '.')
            programs_visit_below(path, visit, context);
        if (row->d_type == DT_DIR || !str_c_ends(row->d_name, ".sip")) continue;
        Buf text = { 0 };
        assert_true(file_read(path, 1 << 24, &text, error));
        visit((Str){ (const char *)text.data, text.len }, str_from_c(path), context);
        buf_free(&text);
    }
    closedir(dir);
}

static inline void programs_visit(ProgramVisit *visit, void *context) {
    static const char *const folders[] = { "contracts", "examples", "grammar", "stdlib", "tests" };
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", SIP_SOURCE_DIR, folders[i]);
        programs_visit_below(path, visit, context);
    }
}

#endif
