"""Who the members are: a TOML file, checked as a whole, and the persons drawn from it.

Read in this order: ``model``, ``buying``, ``joining`` and ``minds`` (what may be said),
``check`` and ``vary`` (how a file becomes a population), ``quantiles``, ``growth``, ``streams``
and ``traits`` (how luck becomes a person), ``tables`` and ``season`` (what all members share),
``population`` (the object that holds it together).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from rewardsim.population.faults import PopulationError

if TYPE_CHECKING:
    from rewardsim.population.population import Population, load_population, parse_population
    from rewardsim.population.schema import population_schema, schema_text

__all__ = [
    "Population",
    "PopulationError",
    "load_population",
    "parse_population",
    "population_schema",
    "schema_text",
]
_HOMES = {
    "Population": "population",
    "load_population": "population",
    "parse_population": "population",
    "population_schema": "schema",
    "schema_text": "schema",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
