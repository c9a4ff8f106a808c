"""JSON Schema (draft 2020-12) of a sweep file, generated from the models that check it."""

from __future__ import annotations

import json
from typing import Any

from rewardsim.programme.schema import DRAFT, tidy

from .sweep_model import SweepFile


def sweep_schema() -> dict[str, Any]:
    """The schema as plain values; dates are strings of format date, as TOML tools give them to validators."""
    schema = SweepFile.model_json_schema(by_alias=True, mode="validation")
    definitions = dict(sorted(schema.pop("$defs").items()))
    return {"$schema": DRAFT, **tidy(schema), "$defs": tidy(definitions)}


def schema_text() -> str:
    """The schema as text, the same on every call."""
    return json.dumps(sweep_schema(), indent=2, ensure_ascii=False) + "\n"
