"""Reading a TOML file of experiments: every fault of its form at once, each with its line."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from rewardsim.programme import check
from rewardsim.programme.faults import Fault, Place, ProgrammeError
from rewardsim.programme.source import Key, Source, line_map, parse, read_text

from .faults import ScenarioError

Model = TypeVar("Model", bound=BaseModel)


def read_source(path: str | Path) -> tuple[Source, str]:
    """A file's document with its lines, and its text; raises ScenarioError where it is no such file."""
    try:
        text = regular_text(Path(path))
        return source_of(text, str(path)), text
    except ProgrammeError as error:
        raise ScenarioError(error.faults) from None


def source_of(text: str, name: str) -> Source:
    """A text's document with its lines."""
    return Source(name, parse(text, name), line_map(text))


def regular_text(path: Path) -> str:
    """The text of a file; pipes and devices, which could wait for ever, are refused."""
    if path.exists() and not path.is_file():
        found = "a folder" if path.is_dir() else "no regular file"
        place = Place(str(path))
        raise ScenarioError([Fault(place, "unreadable", found, "a regular file", "check the path")])
    return read_text(path)


def form_faults(source: Source, model: type[BaseModel]) -> list[Fault]:
    """What is wrong with a document's form."""
    try:
        model.model_validate(source.document)
    except ValidationError as error:
        return check.form_faults(source, error, model)
    return []


def usable(model: type[Model], value: Any) -> Model | None:
    """A part of a document where its form is right, None where it is not: that is told elsewhere."""
    try:
        return model.model_validate(value)
    except ValidationError:
        return None


def replaced(faults: Iterable[Fault], source: Source, path: Key) -> list[Fault]:
    """Faults put at a path of the document."""
    return [source.fault(path, fault.code, fault.found, fault.allowed, fault.todo) for fault in faults]
