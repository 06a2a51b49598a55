#!/bin/sh
# The C sources are laid out as .clang-format says; ./dev fmt does it. Not those that tree-sitter has generated.
# Usage: format.sh SOURCE_DIR
set -eu
cd "$1"
find compiler contracts grammar kernel-rt stdlib tests -path grammar/src -prune -o -name '*.[ch]' -print | LC_ALL=C sort | xargs -n 50 clang-format-19 --dry-run -Werror
