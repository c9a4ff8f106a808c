"""From a raw document to a checked population file, or to all of its faults at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ValidationError

from rewardsim.population.faults import PopulationError
from rewardsim.population.model import PopulationFile
from rewardsim.population.quantities import parse_number
from rewardsim.programme.check import models, several, translate
from rewardsim.programme.currency import MINOR_DIGITS
from rewardsim.programme.faults import Fault, closest, listing, show
from rewardsim.programme.source import Key, Source
from rewardsim.programme.units import Scale

PRESET = "preset"
DEFAULT_PRESET = "conservative"


def checked(source: Source) -> PopulationFile:
    """The document as a model; raises PopulationError with every fault."""
    faults = list(behaviour_faults(source))
    try:
        file = PopulationFile.model_validate(source.document, context=source_scale(source))
    except ValidationError as error:
        parts = [part for one in error.errors(include_url=False) for part in several(one)]
        raise PopulationError(faults + [told(source, part) for part in parts]) from None
    if faults:
        raise PopulationError(faults)
    return file


def source_scale(source: Source) -> Scale:
    """Digits of the currency, as far as the document tells."""
    head = source.document.get("population")
    currency = head.get("currency") if isinstance(head, dict) else None
    currency = currency if isinstance(currency, str) and currency else "XXX"
    return Scale(currency, MINOR_DIGITS.get(currency, 2))


def told(source: Source, error: Any) -> Fault:
    """An error of the model as a fault."""
    path: Key = tuple(error["loc"])
    if error["type"] != "extra_forbidden":
        return translate(source, {}, error)
    known = keys_at(path[:-1])
    near = closest(str(path[-1]), known)
    todo = f'did you mean "{near}"?' if near else "remove it"
    return source.fault(path, "unknown-key", f"unknown key {show(str(path[-1]))}", listing(known), todo)


def keys_at(path: Key) -> list[str]:
    """Keys a table of the format may have."""
    model: type[BaseModel] | None = PopulationFile
    for part in path:
        if isinstance(part, int) or model is None:
            continue
        fields = {field.alias or name: field.annotation for name, field in model.model_fields.items()}
        model = next(models(fields.get(part)), None)
    return [field.alias or name for name, field in model.model_fields.items()] if model else []


def behaviour_faults(source: Source) -> Iterator[Fault]:
    """Presets and parameters that behaviour does not have, and values out of their range."""
    from rewardsim.behaviour.parameters import PARAMETERS, PRESETS

    table = source.document.get("behaviour")
    for name, value in table.items() if isinstance(table, dict) else ():
        path: Key = ("behaviour", name)
        if name == PRESET:
            if value not in list(PRESETS):
                near = closest(value, list(PRESETS)) if isinstance(value, str) else ""
                todo = f'did you mean "{near}"?' if near else "choose one of them"
                yield source.fault(path, "wrong-choice", show(value), listing(list(PRESETS)), todo)
        elif name not in PARAMETERS:
            near = closest(name, list(PARAMETERS))
            todo = f'did you mean "{near}"?' if near else "remove it"
            known = listing([PRESET, *PARAMETERS])
            yield source.fault(path, "unknown-key", f"unknown parameter {show(name)}", known, todo)
        else:
            yield from out_of_range(source, path, PARAMETERS[name], value)


def out_of_range(source: Source, path: Key, parameter: Any, value: Any) -> Iterator[Fault]:
    """A parameter's value that its range does not allow."""
    from pydantic_core import PydanticCustomError

    try:
        parse_number(value, parameter.low, parameter.high, False)
    except PydanticCustomError as error:
        told = error.context or {}
        yield source.fault(path, error.type, show(value), told["allowed"], told["todo"])
