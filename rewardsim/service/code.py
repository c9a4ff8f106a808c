"""Whose code is at work: the house's own, or that of a bundle, which brings the law and the scorer with it.

The service speaks to either by the names of their modules, and makes the classes that it adds
(PostgreSQL, trials) once for each; so the errors of a bundle are known by their names.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, NamedTuple


class Code(NamedTuple):
    """The modules below one package."""

    package: str

    def __call__(self, name: str) -> Any:
        """Return a module, or what is in it: ``code("scoring.faults")``."""
        return import_module(f"{self.package}.{name}")


HOUSE = Code("rewardsim")


def is_a(error: BaseException, name: str) -> bool:
    """Tell whether an error is one of the scorer's of that name, whosever code raised it."""
    return any(kind.__name__ == name for kind in type(error).__mro__)
