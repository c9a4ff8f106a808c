"""A slow, obvious ledger and journal, written from the agreed semantics alone.

Read in this order: ``world.py`` (what is kept), ``accounts.py`` (how tokens move), ``earning.py``
(what an order is worth), ``orders.py``, ``spending.py``, ``tiers.py`` (standing, added up anew each
time), ``clock.py`` (what time brings), ``referral.py``, ``draws.py``, ``settlement.py``, ``ledger.py``
(one event). ``small.py`` says small programmes and histories in few words.
Nothing here is shared with the rules but the names of records and the numbers of codes.
"""

from .ledger import Oracle, Result, run

__all__ = ["Oracle", "Result", "run"]
