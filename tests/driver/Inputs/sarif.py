"""sarif.py LOG: whether a file is a SARIF 2.1.0 log, as far as sipcc writes one, and whether its regions are true.

What the standard's schema demands of each object that occurs is written down here: which members it must have, which it may
have, and of what type they are. An object with a member that is not listed is refused, so that a misspelt one is found.
"""
import json
import sys
import urllib.parse

TEXT, NUMBER, TRUTH = str, int, bool
MESSAGE = {"text!": TEXT, "markdown": TEXT}
ARTIFACT = {"uri!": TEXT}
REGION = {"startLine!": NUMBER, "startColumn": NUMBER, "endLine": NUMBER, "endColumn": NUMBER, "byteOffset": NUMBER,
          "byteLength": NUMBER}
PLACE = {"artifactLocation!": ARTIFACT, "region!": REGION}
LOCATION = {"id": NUMBER, "message": MESSAGE, "physicalLocation!": PLACE}
CHANGE = {"artifactLocation!": ARTIFACT,
          "replacements!": [{"deletedRegion!": REGION, "insertedContent": MESSAGE}]}
RESULT = {"ruleId": TEXT, "ruleIndex": NUMBER, "level": TEXT, "message!": MESSAGE, "locations": [LOCATION],
          "relatedLocations": [LOCATION], "fixes": [{"description": MESSAGE, "artifactChanges!": [CHANGE]}]}
RULE = {"id!": TEXT, "shortDescription": MESSAGE, "help": MESSAGE, "defaultConfiguration": {"level": TEXT}}
DRIVER = {"name!": TEXT, "version": TEXT, "rules": [RULE]}
INVOCATION = {"executionSuccessful!": TRUTH, "toolExecutionNotifications": [{"level": TEXT, "message!": MESSAGE}]}
RUN = {"tool!": {"driver!": DRIVER}, "columnKind": TEXT, "invocations": [INVOCATION], "results": [RESULT]}
LOG = {"$schema": TEXT, "version!": TEXT, "runs!": [RUN]}


def check(value, shape, where):
    if isinstance(shape, list):
        assert isinstance(value, list), f"{where} is no array"
        for i, item in enumerate(value):
            check(item, shape[0], f"{where}[{i}]")
    elif isinstance(shape, dict):
        assert isinstance(value, dict), f"{where} is no object"
        members = {name.rstrip("!"): (kind, name.endswith("!")) for name, kind in shape.items()}
        for name, (_, needed) in members.items():
            assert name in value or not needed, f"{where} has no {name}"
        for name, item in value.items():
            assert name in members, f"{where} has an unknown member {name}"
            check(item, members[name][0], f"{where}.{name}")
    else:
        assert type(value) is shape, f"{where} is {value!r}"
        assert shape is not NUMBER or value >= 0, where


def file_of(artifact):
    uri = urllib.parse.urlparse(artifact["uri"])
    assert uri.scheme in ("", "file"), artifact
    assert all(c not in artifact["uri"] for c in " \\\"<>{}|^`"), artifact
    return urllib.parse.unquote(uri.path)


def offset_of(text, line, column):
    """The byte at a line and a column, counted as the log says: in Unicode scalars, without the byte order mark."""
    plain = text.decode("utf-8-sig")
    lines = plain.split("\n")
    before = "\n".join(lines[: line - 1] + [""]) if line > 1 else ""
    return len((before + lines[line - 1][: column - 1]).encode()) + (len(text) - len(plain.encode()))


def region_text(artifact, region):
    with open(file_of(artifact), "rb") as file:
        text = file.read()
    start, end = region["byteOffset"], region["byteOffset"] + region["byteLength"]
    assert offset_of(text, region["startLine"], region["startColumn"]) == start, region
    assert offset_of(text, region["endLine"], region["endColumn"]) == end, region
    return text[start:end].decode()


def show(run):
    rules = run["tool"]["driver"]["rules"]
    assert run["columnKind"] == "unicodeCodePoints"
    assert len({rule["id"] for rule in rules}) == len(rules)
    for call in run.get("invocations", []):
        print("failed:", call["toolExecutionNotifications"][0]["message"]["text"])
    for result in run["results"]:
        assert result["level"] in ("error", "warning", "note", "none")
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        place = result["locations"][0]["physicalLocation"]
        region = place["region"]
        print(result["level"], result["ruleId"], f"{file_of(place['artifactLocation']).split('/')[-1]}"
              f":{region['startLine']}:{region['startColumn']} `{region_text(place['artifactLocation'], region)}`")
        for related in result.get("relatedLocations", []):
            region_text(related["physicalLocation"]["artifactLocation"], related["physicalLocation"]["region"])
            print("related:", related["message"]["text"])
        for fix in result.get("fixes", []):
            for change in fix["artifactChanges"]:
                for edit in change["replacements"]:
                    old = region_text(change["artifactLocation"], edit["deletedRegion"])
                    print("fix:", f"replace `{old}` by" if old else "insert", f"`{edit['insertedContent']['text']}`")


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        log = json.load(file)
    check(log, LOG, "log")
    assert log["version"] == "2.1.0"
    print("runs", len(log["runs"]))
    for run in log["runs"]:
        show(run)


main()
