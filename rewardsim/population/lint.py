"""Things a population may say, and probably does not mean."""

from __future__ import annotations

import math
from collections.abc import Iterator

from rewardsim.population.growth import YEAR
from rewardsim.population.model import PopulationFile
from rewardsim.population.season import season_of
from rewardsim.programme import Hint, Programme
from rewardsim.programme.source import Key, Source
from rewardsim.rules.records import NONE

Finding = tuple[Key, str]
LEANING = 0.05
"""A year's mean season factor may differ from 1 by this much before we say so."""


def hints(source: Source, file: PopulationFile, programme: Programme | None) -> tuple[Hint, ...]:
    """Every warning once, in order of place."""
    found = [*season_mean(file), *idle_rows(file), *windows_outside(file), *endless(file), *nobody(file)]
    if programme is not None:
        found += [*unknown_words(file, programme), *worthless(file, programme)]
    return tuple(sorted({Hint(source.place(path), text) for path, text in found}))


def season_mean(file: PopulationFile) -> Iterator[Finding]:
    """A season that changes the volume instead of moving it within the year."""
    first = file.population.starts
    days = season_of(file.season, first, first + int(YEAR) - 1)
    mean = math.fsum(days) / len(days)
    if abs(mean - 1) > LEANING:
        yield ("season",), f"the first year's mean factor is {mean:.2f}: volume is not that of [purchases]"


def idle_rows(file: PopulationFile) -> Iterator[Finding]:
    """Rows that never occur."""
    for name, rows in (("categories", file.categories), ("channels", file.channels)):
        for index, row in enumerate(rows):
            if row.weight == 0:
                yield (name, index, "weight"), "never bought" if name == "categories" else "never used"


def windows_outside(file: PopulationFile) -> Iterator[Finding]:
    """Windows that none of the population's days falls into."""
    head = file.population
    for index, window in enumerate(file.season.windows):
        if not window.yearly and (window.ends <= head.starts or window.starts > head.until):
            yield ("season", "windows", index), "lies outside the population's days"


def endless(file: PopulationFile) -> Iterator[Finding]:
    """Distributions without variance."""
    if file.basket.q is not None and file.basket.q <= 2:
        yield ("basket", "q"), "at 2 or less mean baskets have no variance: a few members decide all totals"


def nobody(file: PopulationFile) -> Iterator[Finding]:
    """Groups that never enrol."""
    if file.enrolment.existing.share == 0 and file.enrolment.arriving.share == 0:
        yield ("enrolment",), "nobody enrols: no programme can have an effect"


def unknown_words(file: PopulationFile, programme: Programme) -> Iterator[Finding]:
    """Words that only the population knows, although the programme tells them apart."""
    for name, rows, known in (
        ("categories", file.categories, programme.names.categories),
        ("channels", file.channels, programme.names.channels),
    ):
        unknown = [row.id for row in rows if row.id not in known]
        missing = [word for word in known if word not in [row.id for row in rows]]
        if missing:
            text = f"the programme speaks of {', '.join(missing)}; the population has {', '.join(unknown) or 'no more'}"
            yield (name,), text


def worthless(file: PopulationFile, programme: Programme) -> Iterator[Finding]:
    """Codes that are worth nothing to anybody, and worths of items that do not exist."""
    values = programme.law_extra["item_values"]
    codes = {item for item, rows in programme.names.items.items() for _, _, row in rows if values[row] == NONE}
    for item in sorted(codes - set(file.worths)):
        yield ("worths",), f"the code {item} is worth nothing to members: none will be asked for"
    for item in sorted(set(file.worths) - codes):
        yield ("worths", item), "the programme has no such code"
