"""Laws that differ from a programme's by one unit in one place, and whether its vectors notice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from typing import Any, NamedTuple

from rewardsim.rules.records import Law
from rewardsim.scoring.names import Names
from rewardsim.scoring.vectors import Step, steps_of, story_differences, vector_files

Stories = list[tuple[str, list[Step]]]


class Mutant(NamedTuple):
    """One number of a law, changed by one unit."""

    table: str
    row: int
    field: str
    side: int

    def __str__(self) -> str:
        return f"{self.table}[{self.row}].{self.field}{self.side:+d}"


def mutants(law: Law) -> Iterator[Mutant]:
    """Yield every number of a law, a unit less and a unit more."""
    for table, rows in law._asdict().items():
        for row, record in enumerate(rows):
            names = ["value"] if isinstance(record, int) else [field.name for field in fields(record)]
            for name in names:
                for side in (-1, 1):
                    yield Mutant(table, row, name, side)


def mutated(law: Law, mutant: Mutant) -> Law:
    """Return a law with one number changed."""
    rows: list[Any] = list(getattr(law, mutant.table))
    record = rows[mutant.row]
    if mutant.field == "value":
        rows[mutant.row] = record + mutant.side
    else:
        rows[mutant.row] = replace(record, **{mutant.field: getattr(record, mutant.field) + mutant.side})
    return law._replace(**{mutant.table: rows})


def stories_in(files: dict[str, bytes]) -> Stories:
    """Return the stories of vector files, shortest first."""
    found: Stories = []
    for name, text in vector_files(files).items():
        for step in steps_of(text):
            if "story" in step:
                found.append((name, []))
            found[-1][1].append(step)
    return sorted(found, key=lambda story: len(story[1]))


def unnoticed(law: Law, names: Names, files: dict[str, bytes], chosen: Iterable[Mutant] | None = None) -> list[Mutant]:
    """Return the mutants, of those chosen or of all, under which every vector still passes."""
    stories = stories_in(files)
    killers: dict[tuple[str, str], list[int]] = {}
    left = []
    for mutant in mutants(law) if chosen is None else chosen:
        known = killers.setdefault((mutant.table, mutant.field), [])
        killer = _killer(mutated(law, mutant), names, stories, known)
        if killer is None:
            left.append(mutant)
        elif killer not in known:
            known.insert(0, killer)
    return left


def _killer(law: Law, names: Names, stories: Stories, first: list[int]) -> int | None:
    """Return the story that notices a change, asking those first that noticed one of the same field."""
    for number in [*first, *(number for number in range(len(stories)) if number not in first)]:
        name, steps = stories[number]
        if next(story_differences(law, names, name, steps, True), None) is not None:
            return number
    return None
