"""What a parameter was, and what it does, in the words of the programme's own format."""

from __future__ import annotations

from typing import Any

from rewardsim.programme import Programme
from rewardsim.programme.check import models
from rewardsim.programme.model import ROWS, ProgrammeFile
from rewardsim.programme.source import parse_key
from rewardsim.programme.toml_out import value_text

UNSET = "not set"


def written(programme: Programme, path: str) -> str:
    """Return the value at a path ("programme.earning.purchase.rate") as the file has it; UNSET where there is none."""
    value: Any = programme.source.document
    for part in parse_key(path)[1:]:
        if isinstance(value, list):
            value = next((row for row in value if isinstance(row, dict) and row.get("id") == part), None)
        else:
            value = value.get(part) if isinstance(value, dict) else None
    return UNSET if value is None else value_text(value)


def meaning(path: str) -> str:
    """Return what the key at a path does, "" where the format does not say."""
    model: Any = ProgrammeFile
    said, parts = "", list(parse_key(path)[1:])
    if parts and parts[0] in ROWS:
        del parts[1:2]
    for part in parts:
        fields = {field.alias or name: field for name, field in model.model_fields.items()} if model else {}
        field = fields.get(part)
        said = (field.description or "") if field else ""
        model = next(models(field.annotation), None) if field else None
    return said
