#!/usr/bin/env python3
"""Editors that indent by themselves put the lines of laid-out programs where they stand, but for one in a hundred.

Usage: indents.py vim|emacs SOURCE_DIR     exit code 77: the editor is not installed
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

MOST_WRONG = 0.01


def vim(root, files, folder):
    script = f"set nocompatible\nset runtimepath^={root}/editors/vim\nfiletype plugin indent on\nsyntax on\n"
    script += "".join(f"edit {file}\nsilent normal! gg=G\nsilent write\n" for file in files) + "qall!\n"
    path = folder / "indent.vim"
    path.write_text(script)
    subprocess.run(["vim", "-Nes", "-u", path, "-i", "NONE", "-n"], stdin=subprocess.DEVNULL, check=True, timeout=500)


def emacs(root, files, folder):
    script = f'(load "{root}/editors/emacs/sip-mode.el")\n(setq make-backup-files nil)\n'
    script += "".join(f'(with-current-buffer (find-file-noselect "{file}") (indent-region (point-min) (point-max)) (save-buffer))\n' for file in files)
    path = folder / "indent.el"
    path.write_text(script)
    subprocess.run(["emacs", "-Q", "--batch", "-l", path], check=True, timeout=500, stderr=subprocess.DEVNULL)


def main():
    editor, root = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
    if not shutil.which(editor):
        print(f"indents: skipped: {editor} is not installed")
        sys.exit(77)
    lines = wrong = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        os.environ["HOME"] = name
        originals = [p for d in ["examples", "contracts", "stdlib"] for p in sorted((root / d).rglob("*.sip"))]
        copies = [folder / f"{i}_{p.name}" for i, p in enumerate(originals)]
        for original, copy in zip(originals, copies):
            # Each line is moved, so that nothing is right because nothing was done; what goes on in a text or comment is not.
            copy.write_text("".join(" " + line if line.strip() else line for line in original.read_text().splitlines(keepends=True)))
        {"vim": vim, "emacs": emacs}[editor](root, copies, folder)
        for original, copy in zip(originals, copies):
            before, after = original.read_text().splitlines(), copy.read_text().splitlines()
            assert len(before) == len(after), original
            for number, (one, other) in enumerate(zip(before, after), 1):
                assert one.strip() == other.strip(), (original, number)
                if not one.strip():
                    continue
                lines += 1
                if one != other:
                    wrong += 1
                    if wrong <= 40:
                        print(f"{original.relative_to(root)}:{number}: {len(other) - len(other.lstrip())} blanks: {one[:100]}")
    print(f"{lines} lines, {wrong} elsewhere")
    sys.exit(1 if not lines or wrong > MOST_WRONG * lines else 0)


main()
