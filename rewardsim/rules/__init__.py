"""The law: what a reward programme does with one event. Standard library only, integers only.

Reading order: ``records`` (what there is), ``codes`` (the numbers' names), ``apply`` (the front
door), ``orders`` and ``earning`` (how a purchase becomes tokens), ``lots`` and ``clock`` (how
tokens live and die). The rest follows from there: ``campaigns``, ``award``, ``returns``,
``redemption``, ``exchange``, ``settlement``, ``account``, ``waterfall``. Beside tokens, ``effects``
leads to phases 2 and 3: ``referral`` and ``friends`` (who brought whom), ``standing`` and ``tiers``
(what counts, and what it reaches), ``tier_rate``, ``privileges``, ``projection``, ``agenda`` (what
time alone brings), ``draws``.

Rules mutate the records they are handed, return an outcome code, and never raise on data. They
read no file and no clock and know no chance, so that the same text is interpreted in production,
compiled for populations, and copied into an exported bundle.
"""

from .apply import apply
from .clock import advance
from .draws import hold_draw, next_draw
from .privileges import early_minutes, express_left
from .projection import project
from .records import Book, Law
from .settlement import settle, settle_next
from .waterfall import campaign_verdict

__all__ = [
    "Book",
    "Law",
    "advance",
    "apply",
    "campaign_verdict",
    "early_minutes",
    "express_left",
    "hold_draw",
    "next_draw",
    "project",
    "settle",
    "settle_next",
]
