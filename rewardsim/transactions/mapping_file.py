"""A mapping as a file: read, its faults named with their lines, its schema published."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from rewardsim.programme.faults import Fault, Place
from rewardsim.transactions.faults import TransactionError, clip, refuse
from rewardsim.transactions.mapping import Mapping

# What a field of a certain form may hold, in words.
PATTERNS = {
    "currency": 'a currency code of three capital letters, such as "INR"',
    "source_currency": 'a currency code of three capital letters, such as "USD"',
    "exchange_rate": 'a decimal text with at most 6 digits after the point, such as "65.00"',
    "amount_max": 'a decimal text such as "1000000000"',
    "package": "the import name of a Python package",
    "name": "small letters, digits and hyphens",
}


def mapping_schema_json() -> dict[str, Any]:
    """JSON Schema of a mapping file."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Mapping.model_json_schema(by_alias=True)}


def load_mapping(path: str | os.PathLike[str]) -> Mapping:
    """Read a mapping file. Raises TransactionError with every fault, its line and what is allowed."""
    name = Path(path).name
    try:
        text = Path(path).read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except FileNotFoundError as error:
        raise refuse("no_file", name, str(path), "an existing mapping file") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, OSError, RecursionError) as error:
        raise refuse("not_toml", name, error, "a TOML file in UTF-8") from error
    try:
        return Mapping.model_validate(data)
    except ValidationError as error:
        raise TransactionError([_fault(item, name, text) for item in error.errors()]) from None


def _fault(item: Any, file: str, text: str) -> Fault:
    allowed = item["msg"].removeprefix("Value error, ")
    path = [str(part) for part in item["loc"]] or _named(allowed)
    place = Place(file, _line(text, path), ".".join(path))
    if item["type"] == "extra_forbidden":
        known = _keys(path[:-1])
        near = difflib.get_close_matches(path[-1], known, 1)
        allowed, todo = ", ".join(known), f"did you mean {near[0]!r}?" if near else "remove it"
        return Fault(place, "unknown_key", path[-1], allowed, todo)
    if item["type"] == "string_pattern_mismatch":
        allowed = PATTERNS.get(path[-1], allowed)
        return Fault(place, "wrong_form", clip(item["input"]), allowed, "correct the mapping")
    found = "nothing" if item["type"] == "missing" else clip(item["input"])
    return Fault(place, item["type"], found, allowed, "correct the mapping")


def _named(message: str) -> list[str]:
    """The first key that the message of a fault between tables names."""
    found = re.search(r"\b([a-z_]+)\.([a-z_]+)\b", message)
    return list(found.groups()) if found else []


def _keys(path: list[str]) -> list[str]:
    model: Any = Mapping
    for part in path:
        hint = model.model_fields[part].annotation
        model = next((arg for arg in get_args(hint) if isinstance(arg, type) and issubclass(arg, BaseModel)), hint)
    return [field.alias or name for name, field in model.model_fields.items()]


def _line(text: str, path: list[str]) -> int:
    """The line of a key, or of the nearest table above it that is written out."""
    table: list[str] = []
    best: tuple[int, int] | None = None
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if header := re.match(r"\[+\s*([^\]]+?)\s*\]+", line):
            table = [part.strip(" \"'") for part in header[1].split(".")]
            here = table
        elif key := re.match(r"([A-Za-z0-9_.\-\"']+)\s*=", line):
            here = table + [part.strip("\"'") for part in key[1].split(".")]
        else:
            continue
        if here == path[: len(here)] and (best is None or len(here) > best[0]):
            best = (len(here), number)
    return best[1] if best else 0
