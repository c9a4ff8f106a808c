"""From a raw document to validated stretches, or to all of its faults at once."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from rewardsim.programme.cross import duplicate_ids, overlapping_rows, unknown_phases
from rewardsim.programme.dated import STRETCHES_MAX, DatedCheck, breakpoints, leave_out, resolve, written_at
from rewardsim.programme.faults import Fault, ProgrammeError, closest, listing, show
from rewardsim.programme.model import ProgrammeFile, scale_digits
from rewardsim.programme.source import Key, Source
from rewardsim.programme.units import Scale
from rewardsim.rules.records import NEVER

_KINDS = {
    "string_type": 'a text in quotes, such as "step"',
    "int_type": "a whole number without quotes",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
}
"""Type errors of pydantic and what they want."""


UNREADABLE = ("dated-form", "not-dated")
"""Codes after which a value by date cannot be taken apart."""


@dataclass(frozen=True)
class Stretch:
    """The programme as it stands for the days [from_day, to_day)."""

    from_day: int
    to_day: int
    file: ProgrammeFile


def stretches(source: Source) -> tuple[Stretch, ...]:
    """The validated stretches of a document; raises ProgrammeError with every fault."""
    dated = DatedCheck(source)
    faults = list(dated.faults)
    # values by date that cannot be read are left out, so that the rest is still checked
    document = leave_out(source.document, dated.unreadable)
    days = breakpoints(document)
    if len(days) > STRETCHES_MAX:
        found, allowed = (
            f"values that change on {len(days) - 1} days",
            f"at most {STRETCHES_MAX - 1} days of change",
        )
        raise ProgrammeError([source.fault((), "too-many", found, allowed, "use fewer dates")])
    scale = source_scale(source)
    valid: list[Stretch] = []
    for day, to_day in pairwise([*days, NEVER]):
        origin: dict[Key, Key] = {}
        plain = resolve(document, day, origin)
        try:
            valid.append(Stretch(day, to_day, ProgrammeFile.model_validate(plain, context=scale)))
        except ValidationError as error:
            faults += form_faults(source, error, ProgrammeFile, origin)
    faults += cross_faults(source)
    if faults:
        raise ProgrammeError(_without_echo(faults))
    return tuple(valid)


def source_scale(source: Source) -> Scale:
    """Digits of the currency and the token, as far as the document tells."""
    return Scale(*scale_digits(source.document.get("programme")))


def _without_echo(faults: list[Fault]) -> list[Fault]:
    """Without what only follows from a dated value that could not be read."""
    paths = {fault.place.path for fault in faults if fault.code in UNREADABLE}
    broken = {part for path in paths for part in (path, path.partition("[")[0])}
    parents = {path.rpartition(".")[0] for path in broken}
    echoes = ("missing", "either-or", "inconsistent")
    return [
        fault
        for fault in faults
        if not (fault.code in echoes and (fault.place.path in broken or fault.place.path in parents))
    ]


def form_faults(
    source: Source, error: ValidationError, top: type[BaseModel], origin: Mapping[Key, Key] = MappingProxyType({})
) -> list[Fault]:
    """The errors of a model as faults. ``top`` is the model of the file; ``origin`` says where values were written."""
    parts = [part for one in error.errors(include_url=False) for part in _several(one)]
    return [_translate(source, origin, part, top) for part in parts]


def _several(error: Any) -> Iterator[Any]:
    """An error of the model, and the others of its kind that one check found with it."""
    yield error
    context = error.get("ctx") or {}
    for at, found in context.get("also", ()):
        yield {**error, "ctx": {**context, "at": at, "found": found}}


def _translate(source: Source, origin: Mapping[Key, Key], error: Any, top: type[BaseModel]) -> Fault:
    """An error of the model as a fault."""
    context = error.get("ctx") or {}
    path = tuple(error["loc"]) + tuple(context.get("at", ()))
    written = written_at(origin, path)
    kind, given = error["type"], error.get("input")
    if "todo" in context:
        found = context.get("found") or show(_below(given, context.get("at", ())))
        return source.fault(written, kind, found, context["allowed"], context["todo"])
    if kind == "missing":
        return source.fault(written, "missing", "no such key", f"`{path[-1]}` is required", "add it")
    if kind == "extra_forbidden":
        return _unknown_key(source, written, path, top)
    if kind == "literal_error":
        todo = _retype(kind, given) if isinstance(given, list) else _near(given, context["expected"])
        return source.fault(written, "wrong-choice", show(given), context["expected"].replace("'", '"'), todo)
    if kind in _KINDS:
        return source.fault(written, "wrong-type", show(given), _KINDS[kind], _retype(kind, given))
    return source.fault(written, "out-of-range", show(given), _range(kind, context), "correct the value")


def _below(value: Any, path: Key) -> Any:
    """The part of a raw value an error points at, or the value."""
    for part in path:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return value
    return value


def _near(given: Any, expected: str) -> str:
    words = [word.strip("'") for word in expected.replace(" or ", ", ").split(", ")]
    near = closest(given, words) if isinstance(given, str) else ""
    return f'did you mean "{near}"?' if near else "choose one of them"


def _retype(kind: str, given: Any) -> str:
    if isinstance(given, list) and kind not in ("list_type", "dict_type"):
        return "write one value, or give every entry a `from` date (2017-06-15, without quotes)"
    if isinstance(given, dict) and kind == "list_type":
        return "write tables of a list as [[name]], each with an id"
    if kind == "int_type" and isinstance(given, str) and given.isdigit():
        return f"write {given} without quotes"
    if kind == "string_type":
        return "put quotes around it"
    return "correct the value"


def _range(kind: str, context: dict[str, Any]) -> str:
    texts = {
        "greater_than_equal": "{ge} or more",
        "less_than_equal": "{le} or less",
        "string_pattern_mismatch": "a text of the form {pattern}",
        "string_too_short": "a text of at least {min_length} characters",
        "string_too_long": "a text of at most {max_length} characters",
        "too_short": "a list of at least {min_length}",
        "too_long": "a list of at most {max_length}",
    }
    return texts.get(kind, "another value").format(**context)


def _unknown_key(source: Source, written: Key, path: Key, top: type[BaseModel]) -> Fault:
    """A key the format does not have, with the nearest one it has."""
    known = keys_at(path[:-1], top)
    near = closest(str(path[-1]), known)
    todo = f'did you mean "{near}"?' if near else "remove it"
    return source.fault(written, "unknown-key", f"unknown key {show(str(path[-1]))}", listing(known), todo)


def keys_at(path: Key, top: type[BaseModel]) -> list[str]:
    """Keys a table of a format may have."""
    model: type[BaseModel] | None = top
    for part in path:
        if isinstance(part, int) or model is None:
            continue
        fields = {field.alias or name: field.annotation for name, field in model.model_fields.items()}
        model = next(models(fields.get(part)), None)
    return [field.alias or name for name, field in model.model_fields.items()] if model else []


def models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Models an annotation speaks of, from the outside in."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) in (Annotated, Union, types.UnionType, list, dict):
        for part in get_args(annotation):
            yield from models(part)


def cross_faults(source: Source) -> Iterator[Fault]:
    """What single tables cannot see: phases that do not exist, rows of one id that overlap."""
    yield from unknown_phases(source)
    for section in ("phases", "draws"):
        yield from duplicate_ids(source, section)
    for section in ("campaigns", "exchange"):
        yield from overlapping_rows(source, section)
