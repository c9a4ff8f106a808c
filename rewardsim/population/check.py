"""From a raw document to a checked population file, or to all of its faults at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from rewardsim.population.faults import PopulationError
from rewardsim.population.model import PopulationFile
from rewardsim.population.quantities import parse_number
from rewardsim.programme.check import form_faults
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
        raise PopulationError(faults + form_faults(source, error, PopulationFile)) from None
    if faults:
        raise PopulationError(faults)
    return file


def source_scale(source: Source) -> Scale:
    """Digits of the currency, as far as the document tells."""
    head = source.document.get("population")
    currency = head.get("currency") if isinstance(head, dict) else None
    currency = currency if isinstance(currency, str) and currency else "XXX"
    return Scale(currency, MINOR_DIGITS.get(currency, 2))


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
