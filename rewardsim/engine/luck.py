"""The luck of draws in a run: tickets ranked by keyed hashes, and a record of what was drawn."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from rewardsim.draws.keys import ENTRANTS, entrants_digest, packed, packed_tickets, rank_tickets, ranking
from rewardsim.programme.names import Names

SIZE = 4  # bytes of the length that each packed name stands behind
Ticket = tuple[str, int]  # name of the member, number of his entry


class Lottery:
    """Ranks the tickets of a programme's draws.

    A draw without a secret is ranked by a key that everybody can know: good for asking what would
    have been, never for giving prizes away. ``held`` says of each draw which it was.
    """

    def __init__(self, names: Names, member_ids: Callable[[], Sequence[str]], secrets: Mapping[str, bytes]) -> None:
        self.held: dict[str, dict[str, Any]] = {}
        self.draws = {row: name for name, row in names.draws.items()}
        self._member_ids = member_ids
        self._secrets = secrets

    def named(self, tickets: list[tuple[int, int]]) -> list[Ticket]:
        """Return tickets (member, entry) under the members' names."""
        ids = self._member_ids()
        return [(ids[member], entry) for member, entry in tickets]

    def __call__(self, draw: int, tickets: list[tuple[int, int]]) -> list[int]:
        """Return places in ``tickets`` (member, entry), best first, one a member."""
        named, name = self.named(tickets), self.draws[draw]
        secret = self._secrets.get(name)
        ranked = rank_tickets(name, secret, named)
        self.held[name] = held(len(tickets), len(ranked), entrants_digest(packed_tickets(named)).hex(), bool(secret))
        return ranked


def held(entries: int, entrants: int, digest: str, secret: bool) -> dict[str, Any]:
    """Return what is on record of a draw that was held."""
    luck = "a secret" if secret else "a public key (what if, not for real prizes)"
    return {"held": True, "entries": entries, "entrants": entrants, "entrants_digest": digest, "luck": luck}


def part_of_draw(name: str, tickets: list[Ticket], winners: int) -> tuple[list[int], dict[str, Any]]:
    """Return which of a part's tickets may win, best first, and what a draw without a secret must know of them.

    Without a secret a ticket's luck does not depend on the others, so each part ranks its own. Of
    the rest only what the entrants' digest is made of is told: names by their length.
    """
    ranked = list(ranking(name, None, tickets))
    best = [key + tickets[place][0].encode() for place, key in ranked[:winners]]
    lengths = groupby(sorted(packed_tickets(tickets)), key=lambda one: one[:SIZE])
    entrants = {int.from_bytes(size, "big"): b"".join(some) for size, some in lengths}
    said = {"best": best, "entries": len(tickets), "entrants": len(ranked), "packed": entrants}
    return [place for place, _ in ranked[:winners]], said


def joined_draw(parts: Sequence[dict[str, Any]], winners: int) -> tuple[list[list[int]], dict[str, Any]]:
    """Return the ranks of each part's best tickets, as far as they win, and the record of the draw.

    The parts come in the order of their members' names.
    """
    best = sorted((key, place) for place, part in enumerate(parts) for key in part["best"])
    ranks: list[list[int]] = [[] for _ in parts]
    for rank, (_, place) in enumerate(best[:winners]):
        ranks[place].append(rank)
    entries, entrants = (sum(part[name] for part in parts) for name in ("entries", "entrants"))
    return ranks, held(entries, entrants, _digest(part["packed"] for part in parts), False)


def _digest(parts: Iterable[dict[int, bytes]]) -> str:
    """Return the digest of all entrants: shorter names come first, then the parts in their order."""
    said = list(parts)
    whole = hashlib.sha256(packed(ENTRANTS))
    for size in sorted({size for part in said for size in part}):
        for part in said:
            whole.update(part.get(size, b""))
    return whole.hexdigest()
