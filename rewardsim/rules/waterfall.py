"""Why: the word of every earning rule on an order, the silent ones included.

Asked right after ``apply``, while the event's lines still carry their bases.
"""

from __future__ import annotations

from .campaigns import exclusive_winner, verdict
from .orders import earning_terms
from .records import Event, EventLine, Law


def campaign_verdict(law: Law, c: int, event: Event, lines: list[EventLine]) -> int:
    """Return what campaign ``c`` said of an order just applied (codes.VERDICTS), its caps aside."""
    terms = law.terms[earning_terms(law, event.day)]
    return verdict(law, terms, c, exclusive_winner(law, terms, event, lines), event, lines)
