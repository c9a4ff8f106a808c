"""What a person writes: a TOML file, checked as a whole and lowered to the integers of the law.

Read in this order: ``model``, ``earning``, ``sections``, ``referral``, ``tiers`` and ``draws``
(what may be said), ``units`` (how quantities are written), ``dated`` (values that change by
date) and ``life`` (sections that begin once), ``lower`` with its ``lower_*`` and ``tables`` (the
integers), ``bounds``, ``reach`` and ``steady`` (what is refused), ``programme`` (the object that
holds it together).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from rewardsim.programme.faults import Fault, Hint, Place, ProgrammeError

if TYPE_CHECKING:
    from rewardsim.programme.names import Names
    from rewardsim.programme.programme import Programme, load_programme, parse_programme
    from rewardsim.programme.schema import programme_schema, schema_text

__all__ = [
    "Fault",
    "Hint",
    "Names",
    "Place",
    "Programme",
    "ProgrammeError",
    "load_programme",
    "parse_programme",
    "programme_schema",
    "schema_text",
]

# the models take half a second to build; who only reports faults does not wait for them
_HOMES = {
    "Names": "names",
    "Programme": "programme",
    "load_programme": "programme",
    "parse_programme": "programme",
    "programme_schema": "schema",
    "schema_text": "schema",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
