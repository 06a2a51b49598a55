// What has been reported, one by one.

#include "list.h"

#include "diag__.h"

void diags_each(const Diags *diags, DiagSee *see, void *context) {
    const Diag **sorted = diag__sorted(diags);
    for (uint32_t i = 0; i < diags->list.len; i++) {
        const Diag *diag = sorted[i];
        DiagEntry entry = { .code = diag__code_text(diag->code),
                            .level = diag__level(diags, diag->code),
                            .span = diag->span,
                            .text = diag->text,
                            .notes = &diag->notes,
                            .helps = &diag->helps,
                            .fixes = &diag->fixes };
        see(context, &entry);
    }
}
