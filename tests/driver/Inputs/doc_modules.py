"""Writes two modules into a folder, one with comments that want to get out of their places. Usage: doc_modules.py FOLDER"""
import os
import sys

BOXES = """/// Boxes, and who has them.
module boxes;

/// Has a *width*.
pub struct Box {
    pub u32 width;
    u32 secret;
}

/// Is a `Box` wider?
pub bool Box.wider(const Box* a, u32 than) { return a->width + a->secret > than; }

void hidden() {}

/// Do so many fit? As `Box.wider(b, n)` says.
pub bool fits(u32 n) { return n < 9; }

/// Puts them in.
pub void fill(u32 n) requires (fits(n)) {}

/// Lends boxes.
pub contract Boxes {
    in  message lend(u32 n);
    out message lent(u32 width);
    state Ready: lend? -> lent! -> Ready;
}
"""

SHELF = """/// Shelves <b>of</b> boxes.
module below.shelf;
import boxes;

/// <img src=x onerror=alert(1)> " \\ Puts it there. [a link](javascript:alert(1))
///
/// <script>alert(1)</script>
///
/// `<script>alert(1)</script>`
pub void put(const Box* box) { assert(box->width > 0); }
"""

os.makedirs(os.path.join(sys.argv[1], "below"), exist_ok=True)
for name, text in (("boxes.sip", BOXES), (os.path.join("below", "shelf.sip"), SHELF)):
    with open(os.path.join(sys.argv[1], name), "w") as file:
        file.write(text)
