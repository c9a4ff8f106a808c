"""The luck of draws in a run: tickets ranked by keyed hashes, and a record of what was drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rewardsim.draws.keys import entrants_digest, packed_tickets, rank_tickets
from rewardsim.programme.names import Names


class Lottery:
    """Ranks the tickets of a programme's draws.

    A draw without a secret is ranked by a key that everybody can know: good for asking what would
    have been, never for giving prizes away. ``held`` says of each draw which it was.
    """

    def __init__(self, names: Names, member_ids: Callable[[], list[str]], secrets: Mapping[str, bytes]) -> None:
        self.held: dict[str, dict[str, Any]] = {}
        self._draws = {row: name for name, row in names.draws.items()}
        self._member_ids = member_ids
        self._secrets = secrets

    def __call__(self, draw: int, tickets: list[tuple[int, int]]) -> list[int]:
        """Return places in ``tickets`` (member, entry), best first, one a member."""
        ids, name = self._member_ids(), self._draws[draw]
        named = [(ids[member], entry) for member, entry in tickets]
        secret = self._secrets.get(name)
        ranked = rank_tickets(name, secret, named)
        self.held[name] = {
            "held": True,
            "entries": len(tickets),
            "entrants": len(ranked),
            "entrants_digest": entrants_digest(packed_tickets(named)).hex(),
            "luck": "a secret" if secret else "a public key (what if, not for real prizes)",
        }
        return ranked
