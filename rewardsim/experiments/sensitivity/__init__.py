"""Which assumption drives the answer: Morris' elementary effects and Sobol's indices, over programme and behaviour.

Read in this order: ``design`` (at which points to look), ``analysis`` (indices of what was found
there), ``answer`` (the result, as a table and in words), ``lived`` (points as lives of a sweep).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .answer import Sensitivity, answered
    from .design import Design, morris_design, sobol_design
    from .lived import sensitivity

__all__ = ["Design", "Sensitivity", "answered", "morris_design", "sensitivity", "sobol_design"]
_HOMES = {
    "Design": "design",
    "Sensitivity": "answer",
    "answered": "answer",
    "morris_design": "design",
    "sensitivity": "lived",
    "sobol_design": "design",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
