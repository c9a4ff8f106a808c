"""A population whose habits, or people, are other than a file may say: for golden cases beyond the ranges of files."""

from __future__ import annotations

from typing import Any


class Altered:
    """Stands in for a population; sets parameters of behaviour and traits of everybody, whoever brings them."""

    def __init__(self, population: Any, habits: dict[str, float] | None = None, traits: dict[str, Any] | None = None):
        self._population = population
        self._habits = habits or {}
        self._traits = traits or {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._population, name)

    def habits_values(self) -> dict[str, float]:
        """Return the parameters of behaviour."""
        return self._population.habits_values() | self._habits

    def people(self, *given: Any, **more: Any) -> tuple[Any, list[str]]:
        """Return the people there are at first."""
        people, names = self._population.people(*given, **more)
        return self._set(people), names

    def newcomers(self, *given: Any, **more: Any) -> Any:
        """Return friends."""
        return self._set(self._population.newcomers(*given, **more))

    def _set(self, people: Any) -> Any:
        for name, value in self._traits.items():
            people[name] = value
        return people
