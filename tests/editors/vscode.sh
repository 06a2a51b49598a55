#!/bin/sh
# The extension of VS Code: its types, its bundle, its package, and what the bundle does with a stand-in for the editor.
# Usage: vscode.sh SERVER SIPCC SOURCE_DIR; 77: there is no node, or what it needs has not been fetched
set -eu
server=$1 sipcc=$2 source=$3
skip() {
    echo "vscode: skipped: $*"
    exit 77
}
command -v node >/dev/null || skip "node is not installed"
cd "$source/editors/vscode"
[ -d node_modules/vscode-languageclient ] || skip "no node_modules; run npm ci in editors/vscode"
npm run -s check
npm run -s bundle
npm run -s package
python3 - sip.vsix <<'END'
import sys
import zipfile
names = set(zipfile.ZipFile(sys.argv[1]).namelist())
wanted = {"package.json", "dist/extension.js", "syntaxes/sip.tmLanguage.json", "language-configuration.json"}
assert {"extension/" + name for name in wanted} <= names and not [n for n in names if "node_modules" in n], names
END
drawn=$(command -v dot >/dev/null && echo drawn || true)
timeout 200 node test/smoke.js "$server" "$sipcc" "$source/examples/06-adventure/adventure.sip" Adventure "$drawn"
