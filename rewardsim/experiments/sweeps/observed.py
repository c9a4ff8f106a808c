"""What has come of scenarios so far, packed: there may be many thousands of lives."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import NamedTuple

from .outcome import Failure, Outcome

Totals = dict[str, int]


class Place(NamedTuple):
    """Where a life belongs: a scenario, a replicate, and whether it is the counterfactual."""

    scenario: str
    replicate: int
    without: bool


class Packed(NamedTuple):
    """A life's key, its ledger's digest, and its totals: names shared by all lives, and numbers."""

    key: str
    digest: str
    names: tuple[str, ...]
    numbers: array[int]

    @property
    def counted(self) -> Totals:
        """The totals by name, members by tier as ``tier:<level>`` among them."""
        return dict(zip(self.names, self.numbers, strict=True))


@dataclass
class Observed:
    """The lives of a sweep by place. Replicates of scenarios are paired by number."""

    found: dict[Place, Packed] = field(default_factory=dict)
    failed: dict[Place, Failure] = field(default_factory=dict)
    seconds: float = 0.0  # of all lives, wherever and whenever they were lived
    _names: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict, repr=False)
    _numbers: dict[str, set[int]] = field(default_factory=dict, repr=False)

    def note(self, places: list[Place], result: Outcome | Failure) -> None:
        """Take note of a life in every place it belongs to."""
        if isinstance(result, Outcome):
            self.seconds += result.seconds
            packed = self.packed(result.key, result.digest, result.counted)
        for place in places:
            if isinstance(result, Outcome):
                self.put(place, packed)
            else:
                self._numbers.setdefault(place.scenario, set()).add(place.replicate)
                self.failed[place] = result

    def put(self, place: Place, life: Packed) -> None:
        """Put a life in its place."""
        self._numbers.setdefault(place.scenario, set()).add(place.replicate)
        self.found[place] = life
        self.failed.pop(place, None)

    def packed(self, key: str, digest: str, counted: Totals) -> Packed:
        """Return a life as it is kept here."""
        names = tuple(counted)
        return Packed(key, digest, self._names.setdefault(names, names), array("q", counted.values()))

    def replicates(self, scenario: str) -> list[int]:
        """Return the numbers of a scenario's replicates of which no life is missing."""
        arms = self.arms(scenario)
        return [
            number
            for number in sorted(self._numbers.get(scenario, ()))
            if all(Place(scenario, number, without) in self.found for without in arms)
        ]

    def arms(self, scenario: str) -> tuple[bool, ...]:
        """Return the arms a scenario was asked to live: with its programme, and perhaps without."""
        numbers = self._numbers.get(scenario, ())
        twin = any((place := Place(scenario, number, True)) in self.found or place in self.failed for number in numbers)
        return (False, True) if twin else (False,)

    def own(self, scenario: str) -> list[Totals]:
        """Return a scenario's totals, one for each of ``replicates``."""
        return [self.found[Place(scenario, number, False)].counted for number in self.replicates(scenario)]

    def without(self, scenario: str) -> list[Totals] | None:
        """Return its counterfactual's totals for the same replicates, None where it has none."""
        if True not in self.arms(scenario):
            return None
        return [self.found[Place(scenario, number, True)].counted for number in self.replicates(scenario)]

    def observations(self, scenario: str) -> tuple[list[Totals], list[Totals] | None]:
        """Return own and counterfactual totals, one a replicate: what measures are made of."""
        return self.own(scenario), self.without(scenario)
