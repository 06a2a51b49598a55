#!/usr/bin/env python3
"""What editors that have no parser colour as a comment, a text, a number or a word of the language is what the grammar says.

Usage: colours.py vim|emacs|textmate QUERIES_TEST SOURCE_DIR     exit code 77: the editor is not installed

The grammar's colours are listed by test-grammar-queries. One place in a hundred may differ: these editors see words, not what
they are in.
"""
import collections
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

MOST_WRONG = 0.01


def kind_of(name):
    """What the grammar's query calls a place, coarsely; None for what is not compared."""
    if name.startswith("comment"):
        return "comment"
    if name.startswith(("string", "character")):
        return "text"
    if name.startswith("number"):
        return "number"
    if name.startswith(("keyword", "boolean", "constant.builtin")):
        return "word"
    if name.startswith(("operator", "punctuation")) or name == "type.builtin":
        return None
    return "name"


VIM_KINDS = {
    "sipComment": "comment", "sipDoc": "comment", "sipString": "text", "sipCharacter": "text", "sipEscape": "text", "sipBraces": "text",
    "sipFormat": "text", "sipNumber": "number", "sipConditional": "word", "sipRepeat": "word", "sipStatement": "word", "sipInclude": "word",
    "sipStructure": "word", "sipKeyword": "word", "sipOperator": "word", "sipStorageClass": "word", "sipBoolean": "word", "sipNone": "word",
}


def places_of(test, root):
    """File -> (line, column, length, kind)."""
    files = [str(p) for d in ["examples", "contracts", "stdlib"] for p in sorted((root / d).rglob("*.sip"))]
    files += [str(root / "grammar/test/programs/words.sip")]
    out = subprocess.run([test, "--list", root / "grammar/queries/highlights.scm", *files], check=True, capture_output=True, text=True).stdout
    places, current = {}, None
    for line in out.splitlines():
        if line.startswith("file "):
            current = places[line[5:]] = []
        else:
            row, column, length, name = line.split()
            if kind_of(name):
                current.append((int(row), int(column), int(length), kind_of(name)))
    return places


def ask_vim(root, asked, answers):
    script = f"""
set nocompatible
set runtimepath^={root}/editors/vim
filetype plugin on
syntax on
let s:out = []
for s:line in readfile('{asked}')
  let s:parts = split(s:line)
  if s:parts[0] ==# 'file'
    execute 'edit' fnameescape(s:parts[1])
  else
    call add(s:out, synIDattr(synID(s:parts[0], s:parts[1], 1), 'name') . ' ')
  endif
endfor
call writefile(s:out, '{answers}')
qall!
"""
    path = f"{asked}.vim"
    pathlib.Path(path).write_text(script)
    subprocess.run(["vim", "-Nes", "-u", path, "-i", "NONE", "-n"], stdin=subprocess.DEVNULL, check=True, timeout=500)
    return lambda name: VIM_KINDS.get(name, "name")


def ask_emacs(root, asked, answers):
    script = f"""
(load "{root}/editors/emacs/sip-mode.el")
(let ((out (generate-new-buffer "out")))
  (with-temp-buffer
    (insert-file-contents "{asked}")
    (let (file)
      (while (not (eobp))
        (let ((parts (split-string (buffer-substring (point) (line-end-position)))))
          (if (equal (car parts) "file")
              (setq file (with-current-buffer (find-file-noselect (cadr parts)) (font-lock-ensure) (current-buffer)))
            (let ((face (with-current-buffer file
                          (goto-char (point-min)) (forward-line (1- (string-to-number (car parts))))
                          (let ((at (byte-to-position (+ (position-bytes (point)) (string-to-number (cadr parts)) -1))))
                            (get-text-property at 'face)))))
              (with-current-buffer out (insert (format "%s \\n" (or (if (listp face) (car face) face) "none")))))))
        (forward-line 1))))
  (with-current-buffer out (write-region (point-min) (point-max) "{answers}")))
"""
    path = f"{asked}.el"
    pathlib.Path(path).write_text(script)
    subprocess.run(["emacs", "-Q", "--batch", "-l", path], check=True, timeout=500, stderr=subprocess.DEVNULL)
    kinds = {"font-lock-comment-face": "comment", "font-lock-doc-face": "comment", "font-lock-comment-delimiter-face": "comment",
             "font-lock-string-face": "text", "font-lock-keyword-face": "word", "font-lock-builtin-face": "word", "font-lock-number-face": "number"}
    return lambda name: kinds.get(name, "name")


def ask_textmate(root, asked, answers):
    folder = root / "editors/vscode"
    subprocess.run(["node", folder / "test/scopes.js", asked, answers], check=True, timeout=500)

    def kind(name):
        for start, what in [("comment", "comment"), ("string", "text"), ("constant.character", "text"), ("constant.other.format", "text"),
                            ("constant.numeric", "number"), ("keyword.operator.word", "word"), ("keyword.operator", "name"),
                            ("keyword.other.unit", "name"), ("keyword", "word"), ("storage", "word"), ("constant.language", "word")]:
            if name.startswith(start):
                return what
        return "name"
    return kind


def missing(editor, root):
    if editor == "textmate":
        if not shutil.which("node"):
            return "node is not installed"
        if not (root / "editors/vscode/node_modules/vscode-textmate").exists():
            return "no node_modules; run npm ci in editors/vscode"
        return None
    return None if shutil.which(editor) else f"{editor} is not installed"


def main():
    editor, test, root = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]).resolve()
    why = missing(editor, root)
    if why:
        print(f"colours: skipped: {why}")
        sys.exit(77)
    places = places_of(test, root)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HOME"] = folder
        asked, answers = os.path.join(folder, "asked"), os.path.join(folder, "answers")
        with open(asked, "w", encoding="utf-8") as file:
            for path, here in places.items():
                file.write(f"file {path}\n" + "".join(f"{row} {column}\n" for row, column, _, _ in here))
        kind = {"vim": ask_vim, "emacs": ask_emacs, "textmate": ask_textmate}[editor](root, asked, answers)
        with open(answers, encoding="utf-8") as file:
            said = [line.rstrip("\n").strip() for line in file]
    flat = [(path, *place) for path, here in places.items() for place in here]
    assert len(flat) == len(said), (len(flat), len(said))
    wrong = collections.Counter()
    shown = 0
    for (path, row, column, length, wanted), name in zip(flat, said):
        is_ = kind(name)
        if wanted == "number" and editor == "emacs":
            continue  # Emacs has no face for them
        if is_ == wanted:
            continue
        wrong[wanted, is_] += 1
        if shown < 40:
            shown += 1
            text = pathlib.Path(path).read_bytes().split(b"\n")[row - 1]
            print(f"{os.path.relpath(path, root)}:{row}:{column}: `{text[column - 1 : column - 1 + length].decode()}` is {wanted}, coloured as {is_} ({name})")
    total = sum(wrong.values())
    print(f"{len(flat)} places, {total} wrong: {dict(wrong)}")
    sys.exit(1 if not flat or total > MOST_WRONG * len(flat) else 0)


main()
