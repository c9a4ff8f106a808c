"""JSON Schema (draft 2020-12) of a population file, generated from the models that check it."""

from __future__ import annotations

import json
from typing import Any

from rewardsim.population.check import PRESET
from rewardsim.population.model import PopulationFile
from rewardsim.programme.schema import DRAFT, tidy


def population_schema() -> dict[str, Any]:
    """The schema as plain values; dates are strings of format date, as TOML tools give them to validators."""
    schema = PopulationFile.model_json_schema(by_alias=True, mode="validation")
    definitions = dict(sorted(schema.pop("$defs").items()))
    told = schema["properties"]["behaviour"]["description"]
    schema["properties"]["behaviour"] = {"description": told, **behaviour_schema()}
    return {"$schema": DRAFT, **tidy(schema), "$defs": tidy(definitions)}


def behaviour_schema() -> dict[str, Any]:
    """Schema of [behaviour]: every parameter with its range."""
    from rewardsim.behaviour.parameters import PARAMETERS, PRESETS

    properties: dict[str, Any] = {PRESET: {"description": "Where the others come from.", "enum": list(PRESETS)}}
    for name, one in PARAMETERS.items():
        text = f"{one.meaning} Unit: {one.unit}. Evidence: {one.evidence}"
        properties[name] = {"type": "number", "minimum": one.low, "maximum": one.high, "description": text}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def schema_text() -> str:
    """The schema as text, the same on every call."""
    return json.dumps(population_schema(), indent=2, ensure_ascii=False) + "\n"
