"""All golden stories of a programme, as the files of a bundle."""

from __future__ import annotations

import json
from collections.abc import Iterator

from rewardsim.export.stories import (
    campaigns,
    earning,
    friends,
    life,
    lots,
    oddities,
    spending,
    tiers,
    together,
    undoing,
    walks,
)
from rewardsim.export.stories.plot import Plot
from rewardsim.export.stories.world import World
from rewardsim.rules.records import Law
from rewardsim.scoring.names import Names
from rewardsim.scoring.vectors import FOLDER, SUFFIX, Step

FROM_LATER_DAYS = (earning, spending, life, undoing, friends, tiers, oddities)
FROM_A_DAY = (*FROM_LATER_DAYS, together)


def make_vectors(law: Law, names: Names) -> dict[str, bytes]:
    """Return the vector files of a programme: the same for the same law and names."""
    return {f"{FOLDER}{name}{SUFFIX}": lines_of(plots) for name, plots in subjects(World(law, names))}


def subjects(world: World) -> Iterator[tuple[str, list[Plot]]]:
    """Yield the stories by subject."""
    for number, (terms, day) in enumerate(world.stretches()):
        world.brief = number > 0  # the first stretch is told in full; of the others, the chains
        for subject in FROM_A_DAY if number == 0 else FROM_LATER_DAYS:
            name = subject.__name__.rpartition(".")[2]
            yield f"{name}-{number}", list(subject.stories(world, terms, day))
    world.brief = False
    yield "campaigns", list(campaigns.stories(world))
    yield "items", list(spending.items(world))
    yield "draws", list(lots.stories(world))
    yield "oddities", list(oddities.once(world))
    yield "walks", list(walks.stories(world))


def lines_of(plots: list[Plot]) -> bytes:
    """Return stories as a file."""
    return b"".join(line_of(step) for plot in plots for step in plot.steps)


def line_of(step: Step) -> bytes:
    """Return a step as a line: sorted keys, no spaces, UTF-8."""
    return json.dumps(step, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
