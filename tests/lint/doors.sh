#!/bin/sh
# A stray include does not compile: from `verify`, sir.h can be opened and ast.h cannot.
# Usage: doors.sh CC BUILD_DIR
set -eu
cc="$1"
doors="$2/doors"
compile() {
    printf '#include "%s"\n' "$1" | "$cc" -std=c17 -D_GNU_SOURCE -fsyntax-only -x c -I "$doors/base" -I "$doors/sir" -I "$doors/contracts" -I "$doors/verify" - 2>&1
}
out=$(compile sir/sir.h) || { echo "verify cannot open sir/sir.h: $out"; exit 1; }
if out=$(compile ast/ast.h); then
    echo "verify can open ast/ast.h: the doors do not hold"
    exit 1
fi
case "$out" in
*"file not found"*) echo "ast/ast.h: no such door" ;;
*) echo "ast/ast.h failed for another reason: $out"; exit 1 ;;
esac
