#!/bin/sh
# A real editor with what editors/ has for it, and the language server: what is wrong is shown, hovers, definitions, layout.
# Usage: client.sh neovim|emacs|vim SERVER SIPCC SOURCE_DIR; 77: the editor, or what it needs, is not installed
set -eu
editor=$1 server=$2 sipcc=$3 source=$4
skip() {
    echo "client: skipped: $*"
    exit 77
}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
printf 'module it;\n/// Gives one.\ni32 one() { return 1; }\npub i32 two() {\n  return uno() + one();\n}\n' >"$folder/it.sip"
SIP_LSP=$server SIP_FILE=$folder/it.sip SIP_EDITORS=$source/editors SIP_SIPCC=$sipcc
HOME=$folder XDG_CONFIG_HOME=$folder/config XDG_STATE_HOME=$folder XDG_DATA_HOME=$folder/data XDG_CACHE_HOME=$folder
export SIP_LSP SIP_FILE SIP_EDITORS SIP_SIPCC HOME XDG_CONFIG_HOME XDG_STATE_HOME XDG_DATA_HOME XDG_CACHE_HOME

case $editor in
neovim)
    command -v nvim >/dev/null || skip "nvim is not installed"
    # As the README says: a package of its own, with the parser built into it.
    mkdir -p "$folder/data/nvim/site/pack/sip/start"
    cp -rL "$source/editors/neovim" "$folder/data/nvim/site/pack/sip/start/sip"
    CC=${CC:-clang-19} "$source/editors/neovim/build-parser" "$folder/data/nvim/site/pack/sip/start/sip/parser" >/dev/null
    timeout 200 nvim --headless -i NONE --cmd 'set noswapfile' --cmd 'let g:sip_lsp = $SIP_LSP' -c "luafile $source/tests/editors/neovim.lua"
    ;;
emacs)
    command -v emacs >/dev/null || skip "emacs is not installed"
    emacs -q --batch -f package-initialize --eval "(require 'eglot)" 2>/dev/null || skip "Emacs has no eglot (Debian: elpa-eglot)"
    timeout 200 emacs -q --batch -f package-initialize -l "$source/editors/emacs/sip-mode.el" -l "$source/tests/editors/eglot.el"
    ;;
vim)
    command -v vim >/dev/null || skip "vim is not installed"
    [ -d /usr/share/vim/vimfiles/pack/dist-bundle/opt/ale ] || skip "ALE is not installed (Debian: vim-ale)"
    mkdir -p "$folder/.vim/pack/sip/start"
    cp -r "$source/editors/vim" "$folder/.vim/pack/sip/start/sip"
    printf '%s\n' 'filetype plugin indent on' 'syntax on' 'packadd! ale' 'let g:ale_sip_lsp_executable = $SIP_LSP' \
        'let g:ale_sip_sipcc_executable = $SIP_SIPCC' 'let g:ale_linters = {"sip": ["sip_lsp"]}' >"$folder/.vimrc"
    timeout 200 vim -Nes -u "$folder/.vimrc" -i NONE -n -S "$source/tests/editors/ale.vim" "$SIP_FILE" </dev/null || {
        cat "$folder/wrong" 2>/dev/null
        exit 1
    }
    cat "$folder/said"
    ;;
esac
