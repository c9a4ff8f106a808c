"""What a draw promises: prizes by rank, and when it is held."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rewardsim.draws.faults import refuse
from rewardsim.programme import Programme, load_programme
from rewardsim.programme.faults import closest, listing
from rewardsim.programme.units import day_date
from rewardsim.rules.records import DrawTerms

WINNERS_MAX = 10_000_000


def terms_of(path: Path, draw_id: str) -> dict[str, Any]:
    """The terms of a draw in a programme file. Tokens are in the token's smallest unit."""
    programme = load_programme(path)
    row = row_of(programme, draw_id, path)
    prizes = programme.law().prizes[row.prize_first : row.prize_first + row.prize_count]
    return {
        "programme": programme.id,
        "opens": day_date(row.opens_day).isoformat(),
        "closes": day_date(row.closes_day).isoformat(),
        "draws_on": day_date(row.draws_day).isoformat(),
        "entries_per_member_max": row.entries_max,
        "prizes": [{"upto": prize.upto, "tokens": prize.tokens} for prize in prizes],
    }


def row_of(programme: Programme, draw_id: str, place: object) -> DrawTerms:
    """The row of a draw in a programme's law."""
    draws = programme.names.draws
    if draw_id not in draws:
        near = closest(draw_id, list(draws))
        todo = f"did you mean {near!r}?" if near else "correct the id or the file"
        allowed = f"a draw of the programme: {listing(list(draws))}"
        raise refuse("unknown_draw", place, repr(draw_id), allowed, todo)
    return programme.law().draws[draws[draw_id]]


def so_many(winners: int) -> dict[str, Any]:
    """Terms of a draw about which nothing but the number of winners was said."""
    if not 0 < winners <= WINNERS_MAX:
        raise refuse("bad_winners", "--winners", str(winners), f"1 to {WINNERS_MAX}", "say how many win")
    return {"prizes": [{"upto": winners, "tokens": None}]}


def agreed(published: dict[str, Any] | None, given: dict[str, Any], place: object) -> dict[str, Any]:
    """The terms a draw is held on: those given, which must be those published with the commitment."""
    if published is None:
        return given
    same = (
        published == given if "programme" in given else published["prizes"][-1]["upto"] == given["prizes"][-1]["upto"]
    )
    if not same:
        found = f"terms other than given now ({published['prizes'][-1]['upto']} winners)"
        raise refuse("other_terms", place, found, "the terms published", "hold the draw on the terms published")
    return published


def check_limit(tickets: list[tuple[str, int]], terms: dict[str, Any], place: object) -> None:
    """Refuse entrants of whom one has more tickets than count."""
    limit = terms.get("entries_per_member_max")
    held: dict[str, int] = {}
    for member, _ in tickets:
        held[member] = held.get(member, 0) + 1
    over = [member for member, count in held.items() if limit is not None and count > limit]
    if over:
        found = f"{len(over)} members with more entries, such as {over[0]!r} with {held[over[0]]}"
        raise refuse("too_many_entries", place, found, f"at most {limit} a member", "take out those that do not count")
