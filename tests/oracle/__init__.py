"""A slow, obvious ledger of phase 1, written from the agreed semantics alone.

Read in this order: ``world.py`` (what is kept), ``accounts.py`` (how tokens move), ``earning.py``
(what an order is worth), ``orders.py``, ``spending.py``, ``settlement.py``, ``ledger.py`` (one event).
Nothing here is shared with the rules but the names of records and the numbers of codes.
"""

from .ledger import Oracle, Result, run

__all__ = ["Oracle", "Result", "run"]
