"""JSON Schema (draft 2020-12) of a programme file, generated from the models that check it."""

from __future__ import annotations

import json
from typing import Any

from rewardsim.programme.check import models
from rewardsim.programme.model import FIXED, ROWS, ProgrammeFile

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_BY_DATE: dict[str, Any] = {
    "description": "A value from one day on: `value`, or its own keys, or `absent = true` for no such key.",
    "type": "object",
    "properties": {
        "from": {"description": "First day.", "type": "string", "format": "date"},
        "to": {
            "description": "First day after; until the next entry if left out.",
            "type": "string",
            "format": "date",
        },
        "absent": {"description": "As if the key were not written.", "const": True},
    },
    "required": ["from"],
    "minProperties": 2,
    "not": {"required": ["value", "absent"]},
}
_UNDATED_MODELS = ("Band", "TokenLimit", "Level", "Draw", "Exchange", "Campaign", "Phase")


def programme_schema() -> dict[str, Any]:
    """The schema as plain values; dates are strings of format date, as TOML tools give them to validators."""
    schema = ProgrammeFile.model_json_schema(by_alias=True, mode="validation")
    definitions = schema.pop("$defs")
    dated = dated_models()
    for name, part in definitions.items():
        definitions[name] = tidy(with_dates(part) if name in dated else part)
    top = {key: part for key, part in schema.items() if key != "properties"}
    top["properties"] = {
        key: part if key in (*FIXED, *ROWS) else by_date(part) for key, part in schema["properties"].items()
    }
    return {"$schema": DRAFT, **tidy(top), "$defs": {"ByDate": _BY_DATE, **dict(sorted(definitions.items()))}}


def schema_text() -> str:
    """The schema as text, the same on every call."""
    return json.dumps(programme_schema(), indent=2, ensure_ascii=False) + "\n"


def dated_models() -> set[str]:
    """Models of named tables, whose values may change by date."""
    names: set[str] = set()
    todo = [
        model
        for key, field in ProgrammeFile.model_fields.items()
        if (field.alias or key) not in (*FIXED, *ROWS)
        for model in models(field.annotation)
    ]
    while todo:
        model = todo.pop()
        if model.__name__ not in names and model.__name__ not in _UNDATED_MODELS:
            names.add(model.__name__)
            todo += [inner for field in model.model_fields.values() for inner in models(field.annotation)]
    return names


def with_dates(model: dict[str, Any]) -> dict[str, Any]:
    """A table's schema with the dated form for each value."""
    properties = {key: by_date(part) for key, part in model.get("properties", {}).items()}
    return model | ({"properties": properties} if properties else {})


def by_date(value: dict[str, Any]) -> dict[str, Any]:
    """One value, or a list of tables with `from` and the value."""
    value = tidy(value)
    outside = {key: value[key] for key in ("description", "title") if key in value}
    plain = {key: part for key, part in value.items() if key not in ("description", "title", "default")}
    entry: dict[str, Any] = {"$ref": "#/$defs/ByDate", "properties": {"value": plain}}
    if not is_table(plain):
        entry |= {"unevaluatedProperties": False}
    listed = {"type": "array", "minItems": 1, "items": entry}
    default = {"default": value["default"]} if "default" in value else {}
    return outside | default | {"anyOf": [plain, listed]}


def is_table(schema: dict[str, Any]) -> bool:
    """Whether a value may be a table, whose keys may stand beside the dates."""
    choices = schema.get("anyOf", [schema])
    return any("$ref" in choice or choice.get("type") == "object" for choice in choices)


def tidy(part: Any) -> Any:
    """Without what only the models know: null for "left out", titles, and defaults in lowered integers."""
    if isinstance(part, list):
        return [tidy(item) for item in part]
    if not isinstance(part, dict):
        return part
    clean = {key: tidy(item) for key, item in part.items() if not (key == "title" and isinstance(item, str))}
    choices = clean.get("anyOf")
    if isinstance(choices, list) and {"type": "null"} in choices:
        rest = [choice for choice in choices if choice != {"type": "null"}]
        clean.pop("anyOf")
        clean = (rest[0] if len(rest) == 1 else {"anyOf": rest}) | clean
    if not isinstance(clean.get("default", ""), (str, bool)):
        # numbers are in smallest units here and tables hold such numbers; the file writes them otherwise
        clean.pop("default")
    return clean
