"""Design a reward-token programme before it costs money, then run it by the same rules.

Reading order: ``rewardsim.rules`` (the law), ``rewardsim.programme`` (what a person writes),
``rewardsim.transactions`` (the outside world's data), ``rewardsim.engine`` (the loops),
``rewardsim.experiments`` (runs and what is asked of them).

``import rewardsim as rs`` is light: each name below loads what it needs when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rewardsim.experiments.replay import replay
    from rewardsim.experiments.run import Run
    from rewardsim.programme import Programme, ProgrammeError, load_programme, parse_programme
    from rewardsim.transactions import TransactionError, import_transactions, load_mapping

__version__ = "0.1.0"
__all__ = [
    "Programme",
    "ProgrammeError",
    "Run",
    "TransactionError",
    "import_transactions",
    "load_mapping",
    "load_programme",
    "parse_programme",
    "replay",
]
_HOMES = {
    "Programme": "rewardsim.programme",
    "ProgrammeError": "rewardsim.programme",
    "Run": "rewardsim.experiments.run",
    "TransactionError": "rewardsim.transactions",
    "import_transactions": "rewardsim.transactions",
    "load_mapping": "rewardsim.transactions",
    "load_programme": "rewardsim.programme",
    "parse_programme": "rewardsim.programme",
    "replay": "rewardsim.experiments.replay",
}


def __getattr__(name: str) -> Any:
    """Load a public name on first use."""
    if name not in _HOMES:
        raise AttributeError(f"module 'rewardsim' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
