# Wide characters, marks that take no column, tabs, controls, a line that is too long, Windows' ends of lines.
import sys

lines = [
    "\ufeffmodule columns;",
    "",
    "void tell(str a, str b, u32 c) { }",
    "void f() {",
    "\ttell(\"\u6f22\u5b57 \U0001f600\", \"e\u0301\", one);\t// tab",
    "    tell(\"\x1b[31m\", \"\u00fc\", two); // control \x07",
    "    tell(\"" + "x" * 300 + "\", \"" + "\u6f22" * 20 + "\", three + " + "4 + " * 100 + "5);",
    "    tell(\"\", \"\", " + "6 + " * 50 + "7, \"surplus\");",
    "}",
    "",
]
sys.stdout.buffer.write("\r\n".join(lines).encode())
