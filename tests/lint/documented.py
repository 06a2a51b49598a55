#!/usr/bin/env python3
"""Each public declaration of the modules that come with sipcc has a comment that documents it. Usage: documented.py FOLDER...

A function that fulfils an interface of these modules is documented there, and so are a built-in type's. Counts what has a comment, and refuses what has none. A comment is
a line that begins with `///` right above, and says something.
"""
import glob
import os
import re
import sys

DECLARATION = re.compile(r"^pub (?!import\b)(.*)$")
METHOD = re.compile(r"(?:[\w>\]?]|\.(?:imp|exp):\w+)\.(\w+)(?:<[^(]*>)?\(")


def fulfilled(texts):
    """The names of the functions of all interfaces."""
    names = set()
    for text in texts:
        for body in re.findall(r"^pub interface [^{]*\{(.*?)^\}|^pub interface [^{]*\{(.*)\}$", text, re.M | re.S):
            names |= set(re.findall(r"(\w+)(?:<[^(]*>)?\(", re.sub(r"^ *///.*$|\{[^}]*\}", "", "".join(body), flags=re.M)))
    return names


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
        documented += count
    if not documented:
        sys.exit("documented.py: there is nothing to look at")
    print("\n".join(wrong))
    print(f"{documented} declarations are documented, {len(wrong)} are not")
    sys.exit(1 if wrong else 0)


main()
