#!/usr/bin/env python3
"""Writes generated programs to be changed: programs.py FOLDER COUNT. The seeds are 1 to COUNT."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "differ"))
import generate  # noqa: E402

folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)
for seed in range(1, int(sys.argv[2]) + 1):
    with open(os.path.join(folder, f"{seed}.sip"), "w") as file:
        file.write(generate.program([seed]))
