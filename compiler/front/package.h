// What a `package.sip` says, for whoever builds it and whoever only looks for modules.

#ifndef FRONT_PACKAGE_H
#define FRONT_PACKAGE_H

#include "front/front.h"

// The package that a parsed file declares; NULL: none.
const AstItem *package_item(const FrontResult *parsed);

typedef VEC(const char *) PackageTexts;

// The texts of a setting that is a list of them, such as `dependencies`. Gives the first part that is no text, NULL: all are. What is no
// list at all has none.
const AstExpr *package_texts(Arena *arena, const AstSetting *setting, PackageTexts *out);
bool package_is_list(const AstSetting *setting);

// The folders that it names as `dependencies`, as it names them.
void package_dependencies(Arena *arena, const FrontResult *parsed, PackageTexts *out);

#endif
