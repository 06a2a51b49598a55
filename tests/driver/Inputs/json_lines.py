"""json_lines.py COUNT: standard input is so many lines, each a JSON object that says what, where and how bad."""
import json
import sys

lines = sys.stdin.read().splitlines()
assert len(lines) == int(sys.argv[1]), f"{len(lines)} lines: {lines}"
for line in lines:
    row = json.loads(line)
    print(row["level"], row["code"], row["message"])
    assert row["level"] in ("error", "warning") and row["code"].startswith("E") and row["message"] and row["rendered"], line
    assert any(span["is_primary"] for span in row["spans"]), line
    for span in row["spans"]:
        assert span["file"].endswith(".sip") and span["byte_start"] <= span["byte_end"] and span["line_start"] >= 1, line
