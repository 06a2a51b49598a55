"""Is a message as the protocol says? Takes schema.json (make_schema.py), which has this much of JSON Schema: types, objects, lists,
alternatives, constants, references."""
import json
import os

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "schema.json"), encoding="utf-8") as file:
    SCHEMA = json.load(file)
TYPES = {"string": str, "boolean": bool, "null": type(None), "object": dict, "array": list}


def is_of(value, name):
    if name in ("integer", "number"):
        return isinstance(value, int if name == "integer" else (int, float)) and not isinstance(value, bool)
    return isinstance(value, TYPES[name])


def wrong(value, schema, where="result"):
    """What is wrong, in words; None: nothing."""
    if "$ref" in schema:
        return wrong(value, SCHEMA["definitions"][schema["$ref"].split("/")[-1]], where)
    if "anyOf" in schema:
        found = [wrong(value, part, where) for part in schema["anyOf"]]
        return None if None in found else max(found, key=len)
    for part in schema.get("allOf", []):
        found = wrong(value, {**part, "additionalProperties": {}} if "properties" in part else part, where)
        if found:
            return found
    if "const" in schema and value != schema["const"]:
        return f"{where} is {value!r}, not {schema['const']!r}"
    if "type" in schema and not is_of(value, schema["type"]):
        return f"{where} is {value!r}, which is no {schema['type']}"
    if value.__class__ in (int, float) and value < schema.get("minimum", value):
        return f"{where} is {value}"
    if isinstance(value, list):
        return wrong_list(value, schema, where)
    return wrong_object(value, schema, where) if isinstance(value, dict) else None


def wrong_list(value, schema, where):
    items = schema.get("items", {})
    if isinstance(items, list) and len(items) != len(value):
        return f"{where} has {len(value)} parts"
    for i, part in enumerate(value):
        found = wrong(part, items[i] if isinstance(items, list) else items, f"{where}[{i}]")
        if found:
            return found
    return None


def wrong_object(value, schema, where):
    known, more = schema.get("properties"), schema.get("additionalProperties", {})
    for name in schema.get("required", []):
        if name not in value:
            return f"{where} has no {name}"
    for name, part in value.items():
        if known and name in known:
            found = wrong(part, known[name], f"{where}.{name}")
        elif more is False and known is not None:
            found = f"{where} has {name}, which the protocol does not know"
        else:
            found = wrong(part, more or {}, f"{where}.{name}")
        if found:
            return found
    return None


def check(method, value):
    schema = SCHEMA["properties"].get(method)
    found = wrong(value, schema) if schema is not None else f"{method} is not in schema.json: make_schema.py makes it"
    assert not found, f"{method}: {found}"
