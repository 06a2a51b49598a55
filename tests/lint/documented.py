#!/usr/bin/env python3
"""Each public declaration of the modules that come with sipcc has a comment that documents it, and says what has to be said. Usage: documented.py FOLDER...

A comment is lines that begin with `///` right above, and says something. A function that fulfils an interface of these modules is documented there, and so are a
built-in type's. Counts what has a comment, and refuses
  - what has none
  - a function that gives an optional, whose comment does not say when there is none ("the same" as the one before it will do)
  - one that gives a `Result`, if neither its comment nor what opens the module says what goes wrong
  - a function of a collection that has a loop and does not say how long it takes; what has none may leave that to the module's opening
  - a module of core, alloc or testing that names no source of what it does, and is not listed here as one that needs none
"""
import glob
import itertools
import os
import re
import sys

DECLARATION = re.compile(r"^pub (?!import\b)(.*)$")
SAYS_NONE = re.compile(r"\b(?:[Nn]one|if|unless|no such)\b")
SAYS_ERROR = re.compile(r"\b(?:errors?|wrong|fails?|refused?|if|unless|why)\b")
SAYS_TIME = re.compile(r"\b(?:time|steps?)\b")
SOURCE = re.compile(r"//.*(?:\b(?:1[89]|20)\d\d\b|\b(?:RFC|UAX|FIPS|IEEE|ISO|POSIX)\b)")
SOURCELESS = {  # tables, which name their maker; what is as plain as its names; and what follows its own text
    "normal_data", "tens_data", "unicode_data", "arena", "bytes", "deque", "floats", "fma", "fmt", "golden", "ini", "iter", "math32", "result", "slab", "strings"
}
METHOD = re.compile(r"(?:[\w>\]?]|\.(?:imp|exp):\w+)\.(\w+)(?:<[^(]*>)?\(")


def fulfilled(texts):
    """The names of the functions of all interfaces."""
    names = set()
    for text in texts:
        for body in re.findall(r"^pub interface [^{]*\{(.*?)^\}|^pub interface [^{]*\{(.*)\}$", text, re.M | re.S):
            names |= set(re.findall(r"(\w+)(?:<[^(]*>)?\(", re.sub(r"^ *///.*$|\{[^}]*\}", "", "".join(body), flags=re.M)))
    return names


def opening(lines):
    """The comment that a module opens with."""
    return " ".join(line[3:] for line in itertools.takewhile(lambda line: line.startswith("///"), lines))


def body(lines, number):
    """What follows a declaration up to its end."""
    if lines[number].endswith("}"):
        return lines[number]
    return "\n".join(itertools.takewhile(lambda line: line != "}", lines[number:]))


def result_type(declaration):
    """What a function gives; none for what is no function. The type ends where the name begins: at the last blank outside of brackets before the parameters."""
    match = re.match(r"(?:struct|ref struct|enum|flags|wire|interface|contract|const (?:static )?\S+ \w+ =|const \S+\[\d+\])", declaration)
    if match:
        return None
    depth, blank = 0, None
    for at, c in enumerate(declaration):
        if c == "(" and depth == 0 and blank is not None and at > 0 and re.match(r"[\w>]", declaration[at - 1]):
            return declaration[:blank]
        if c in "([<":
            depth += 1
        elif c in ")]>":
            depth -= 1
        elif c == " " and depth == 0:
            blank = at
    return None


def unsaid(path, lines, number, comment):
    """What the comment of a function does not say."""
    gives, head = result_type(lines[number][4:]), opening(lines)
    if gives is None:
        return
    same = re.match(r"The same\b", comment)
    if gives.endswith("?") and not same and not SAYS_NONE.search(comment):
        yield "when there is none"
    if gives.startswith("Result<") and not same and not SAYS_ERROR.search(comment + head):
        yield "what goes wrong"
    if "/alloc/" in path and re.search(r"^pub struct \w+<", "\n".join(lines), re.M):
        if not SAYS_TIME.search(comment) and (re.search(r"\b(?:for|while) \(", body(lines, number)) or not SAYS_TIME.search(head)):
            yield "how long it takes"


def bare(path, text, known):
    """Declarations without a comment, and how many have one."""
    lines, found, documented = text.split("\n"), [], 0
    for number, line in enumerate(lines):
        match = DECLARATION.match(line)
        if not match:
            continue
        comment = re.match(r"^/// *\S", lines[number - 1]) if number else None
        method = METHOD.search(match.group(1))
        if comment:
            documented += 1
            above = itertools.takewhile(lambda line: line.startswith("///"), reversed(lines[:number]))
            said = " ".join(line[3:].strip() for line in reversed(list(above)))
            found += [f"{path}:{number + 1}: it is not said {what}: {said}" for what in unsaid(path, lines, number, said)]
        elif not (method and method.group(1) in known):
            found.append(f"{path}:{number + 1}: nothing is said about `{match.group(1).split('{')[0].strip()[:80]}`")
    return found, documented


def main():
    paths = sorted(path for folder in sys.argv[1:] for path in glob.glob(os.path.join(folder, "**", "*.sip"), recursive=True))
    texts = {}
    for path in paths:
        with open(path, encoding="utf-8") as file:
            texts[path] = file.read()
    known = fulfilled(texts.values())
    wrong, documented = [], 0
    for path, text in texts.items():
        found, count = bare(path, text, known)
        wrong += found
        if re.search(r"/(?:core|alloc|testing)/", path) and not SOURCE.search(text) and os.path.basename(path)[:-4] not in SOURCELESS:
            wrong.append(f"{path}:1: it is not said where this comes from")
        documented += count
    if not documented:
        sys.exit("documented.py: there is nothing to look at")
    print("\n".join(wrong))
    print(f"{documented} declarations are documented, {len(wrong)} things are not said")
    sys.exit(1 if wrong else 0)


main()
