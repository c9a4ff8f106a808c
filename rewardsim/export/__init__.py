"""Out of the house: what a tuned programme becomes for production.

``rs.export(programme, out)`` writes a bundle; this room is that function, since it has its name.
Reading order: ``exporting`` (how a bundle is made), ``tree`` (its files), ``stories`` (its golden
vectors), ``mutants`` (how good they are), ``writing`` (how it gets on disk), ``versions`` and
``comparing`` (what changed), ``signing``, ``origin``. What reads a bundle is ``scoring.boot``, which
lies in every bundle itself. ``native`` makes machine code of the same rules.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any


class _Room(ModuleType):
    """A module that can be called."""

    def __call__(self, *given: Any, **named: Any) -> Any:
        """Write a bundle; see ``exporting.export``."""
        return importlib.import_module("rewardsim.export.exporting").export(*given, **named)


sys.modules[__name__].__class__ = _Room
export = sys.modules[__name__]
