#!/bin/sh
# Helix's files, as far as they can be checked without Helix. Usage: helix.sh PYTHON QUERIES_TEST SIPCC SOURCE_DIR
set -eu
python=$1 queries=$2 sipcc=$3 source=$4
for query in "$source"/editors/helix/queries/sip/*.scm; do
    "$queries" --patterns "$query" "$source/grammar/test"
done
printf 'module a ;\n' | "$sipcc" fmt - | grep -qx 'module a;'
"$python" - "$source/editors/helix/languages.toml" <<'END'
import sys
try:
    import tomllib
except ImportError:
    print("this Python has no tomllib: languages.toml was not read")
    sys.exit()
with open(sys.argv[1], "rb") as file:
    read = tomllib.load(file)
language, grammar = read["language"][0], read["grammar"][0]
assert language["name"] == grammar["name"] == "sip" and language["file-types"] == ["sip"], read
assert language["language-servers"] == list(read["language-server"]), read
known = {"name", "scope", "injection-regex", "file-types", "roots", "comment-tokens", "block-comment-tokens", "indent", "language-servers",
         "formatter", "auto-format", "rulers"}
assert set(language) <= known, set(language) - known
END
echo right
