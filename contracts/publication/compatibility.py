"""Whether a schema may replace an earlier one of the same major version.

Old records are replayed and consumers deploy before the owner, so within a version only this may change: an optional
field is added, a code table grows, a text that describes is reworded. Everything else is a new version.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]

_DESCRIBES = frozenset({"title", "description", "default", "examples", "$schema", "$id", "$defs"})
_COMPARED_APART = frozenset({"$ref", "anyOf", "type", "const", "enum", "properties", "required", "items"})


def breaking_changes(earlier: Schema, now: Schema) -> list[str]:
    """What in `now` breaks readers or old records of `earlier`: one sentence each, naming the field."""
    return list(_compare("", earlier, now, earlier.get("$defs", {}), now.get("$defs", {})))


def _alternatives(schema: Schema, definitions: Schema) -> dict[str, Schema]:
    """The types a value may have, each with its schema; references are followed."""
    if "$ref" in schema:
        return _alternatives(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    if "anyOf" in schema:
        return {kind: found for part in schema["anyOf"] for kind, found in _alternatives(part, definitions).items()}
    return {schema.get("type", "anything"): schema}


def _compare(path: str, earlier: Schema, now: Schema, defined: Schema, defines: Schema) -> Iterator[str]:
    old, new = _alternatives(earlier, defined), _alternatives(now, defines)
    at = path or "the fact"
    for kind in sorted(old.keys() - new.keys()):
        yield f"{at}: can no longer be of type {kind}"
    for kind in sorted(new.keys() - old.keys()):
        yield f"{at}: can now also be of type {kind}"
    for kind in sorted(old.keys() & new.keys()):
        yield from _compare_one(path, old[kind], new[kind], defined, defines)


def _compare_one(path: str, earlier: Schema, now: Schema, defined: Schema, defines: Schema) -> Iterator[str]:
    at = path or "the fact"
    lost = _codes(earlier) - _codes(now)
    if lost or bool(_codes(earlier)) != bool(_codes(now)):
        yield f"{at}: the codes were {sorted(_codes(earlier)) or 'free'} and are {sorted(_codes(now)) or 'free'}"
    limits = {key for key in earlier.keys() | now.keys() if not key.startswith("x-")} - _DESCRIBES - _COMPARED_APART
    for limit in sorted(limits):
        if earlier.get(limit) != now.get(limit):
            yield f"{at}: {limit} was {earlier.get(limit)!r} and is {now.get(limit)!r}"
    if "items" in earlier or "items" in now:
        yield from _compare(f"{path}[]", earlier.get("items", {}), now.get("items", {}), defined, defines)
    yield from _compare_fields(path, earlier, now, defined, defines)


def _codes(schema: Schema) -> frozenset[str]:
    return frozenset(map(str, schema.get("enum", [schema["const"]] if "const" in schema else [])))


def _compare_fields(path: str, earlier: Schema, now: Schema, defined: Schema, defines: Schema) -> Iterator[str]:
    old, new = earlier.get("properties", {}), now.get("properties", {})
    was, is_ = set(earlier.get("required", [])), set(now.get("required", []))
    for field in old:
        at = f"{path}.{field}".lstrip(".")
        if field not in new:
            yield f"{at}: was removed"
            continue
        if (field in was) != (field in is_):
            yield f"{at}: is now {'required' if field in is_ else 'optional'}"
        yield from _compare(at, old[field], new[field], defined, defines)
    for field in new:
        if field not in old and field in is_:
            yield f"{path}.{field}: was added as a required field".lstrip(".")
