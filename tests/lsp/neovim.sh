#!/bin/sh
# Neovim with editors/neovim/plugin/sip.lua. Usage: neovim.sh SERVER SOURCE_DIR; 77: there is no Neovim
set -eu
command -v nvim >/dev/null || { echo "no nvim is installed"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
printf 'module it;\ni32 one() { return 1; }\npub i32 two() {\n  return uno() + one();\n}\n' >"$folder/it.sip"
SIP_LSP="$1" SIP_PLUGIN="$2/editors/neovim/plugin/sip.lua" SIP_FILE="$folder/it.sip" XDG_STATE_HOME="$folder" XDG_DATA_HOME="$folder" \
    timeout 200 nvim --headless -u NONE -i NONE --cmd 'set noswapfile' -c "luafile $2/tests/lsp/neovim.lua"
