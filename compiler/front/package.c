// Reading `package.sip`. See package.h.

#include "front/package.h"

#include <string.h>

const AstItem *package_item(const FrontResult *parsed) {
    if (parsed->error[0]) return NULL;
    vec_each(AstItem *const, item, &parsed->units.data[0].ast->items) {
        if ((*item)->kind == AST_ITEM_PACKAGE) return *item;
    }
    return NULL;
}

bool package_is_list(const AstSetting *setting) {
    return setting->value && setting->value->kind == AST_EXPR_INIT;
}

const AstExpr *package_texts(Arena *arena, const AstSetting *setting, PackageTexts *out) {
    const AstExpr *wrong = NULL;
    if (!package_is_list(setting)) return NULL;
    vec_each(const AstArg, item, &setting->value->init.items) {
        const AstExpr *value = item->value;
        if (value && value->kind == AST_EXPR_STR)
            vec_push(arena, out, arena_strndup(arena, value->str.ptr, value->str.len));
        else if (!wrong)
            wrong = value ? value : setting->value;
    }
    return wrong;
}

void package_dependencies(Arena *arena, const FrontResult *parsed, PackageTexts *out) {
    const AstItem *package = package_item(parsed);
    if (!package) return;
    vec_each(const AstSetting, setting, &package->package) {
        if (strcmp(names_text(parsed->names, setting->name.name), "dependencies") == 0)
            package_texts(arena, setting, out);
    }
}
