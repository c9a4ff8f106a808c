"""The three steps of a draw: publish a commitment, hold the draw once, check a result."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from rewardsim.draws import keys
from rewardsim.draws.entrants import read_entrants
from rewardsim.draws.faults import DrawError, Together, refuse
from rewardsim.draws.files import (
    COMMITMENT,
    ENTRANTS,
    RESULT,
    VERIFY,
    check_free,
    draw_name,
    file_of,
    folder,
    json_bytes,
    keep,
    new_secret,
    put,
    read_secret,
)
from rewardsim.draws.odds import TOLERANCE, odds
from rewardsim.draws.terms import agreed, check_limit, so_many, terms_of


def commit(draw_id: str, secret: Path, out: Path, programme: Path | None = None, new: bool = False) -> dict[str, Any]:
    """Write ``ID.commitment.json``; with ``new`` make the secret first. Return what it says.

    The same commitment again changes nothing; another one for the same draw is refused.
    """
    faults = Together()
    faults.attempt(lambda: draw_name(draw_id))
    faults.refuse()
    path = file_of(out, draw_id, COMMITMENT)
    terms = faults.attempt(lambda: terms_of(programme, draw_id)) if programme else None
    if new:
        faults.attempt(lambda: check_free(secret))
        faults.attempt(lambda: check_free(path))
    kept = None if new else faults.attempt(lambda: read_secret(secret))
    if kept:
        faults.attempt(lambda: check_free(path, _published(draw_id, kept, terms)))
    faults.refuse()
    folder(out)
    content = _published(draw_id, kept or new_secret(secret), terms)
    try:
        keep(path, content)
    except DrawError:
        if new:
            secret.unlink()  # nobody has committed to it
        raise
    return {**keys.read_commitment(str(path)), "file": str(path)}


def _published(draw_id: str, secret: bytes, terms: dict[str, Any] | None) -> bytes:
    said = {"format": keys.COMMITMENT_FORMAT, "draw": draw_id, "commitment": keys.commitment(draw_id, secret)}
    return json_bytes({**said, "terms": terms} if terms else said)


def hold(
    draw_id: str, secret: Path, entries: Path, out: Path, winners: int | None = None, programme: Path | None = None
) -> dict[str, Any]:
    """Hold a draw: freeze its entrants, reveal the secret, name the winners. Return the result.

    ``out`` must hold the commitment. Either the number of ``winners`` is given, or the programme
    that says what they win. A draw is held once; a second time changes nothing and is refused.
    """
    faults = Together()
    faults.attempt(lambda: draw_name(draw_id))
    faults.refuse()
    faults.attempt(lambda: check_free(file_of(out, draw_id, RESULT)))
    kept, terms = _promised(faults, draw_id, secret, out, lambda: _terms(draw_id, winners, programme))
    tickets = faults.attempt(lambda: read_entrants(entries, draw_id)) or []
    if terms:
        faults.attempt(lambda: check_limit(tickets, terms, entries))
    files = {file_of(out, draw_id, ENTRANTS): keys.csv_text(tickets).encode()} if tickets else {}
    files[out / VERIFY] = Path(keys.__file__).read_bytes()
    for path, content in files.items():
        faults.attempt(partial(check_free, path, content))
    faults.refuse()
    result = {**keys.draw_result(draw_id, kept, tickets, terms["prizes"]), **_odds(tickets, terms)}
    for path, content in files.items():
        keep(path, content)
    put(file_of(out, draw_id, RESULT), json_bytes(result))
    return result


def _promised(
    faults: Together, draw_id: str, secret: Path, out: Path, given: Callable[[], dict[str, Any]]
) -> tuple[bytes, dict[str, Any]]:
    """The secret and the terms of a draw, both as published; empty where there is a fault."""
    path = file_of(out, draw_id, COMMITMENT)
    published = faults.attempt(lambda: _read_commitment(path))
    kept, terms = faults.attempt(lambda: read_secret(secret)), faults.attempt(given)
    if published and kept:
        faults.attempt(lambda: _check_promise(path, published, draw_id, kept))
    if published and terms:
        terms = faults.attempt(lambda: agreed(published.get("terms"), terms, path))
    return kept or b"", terms or {}


def _read_commitment(path: Path) -> dict[str, Any]:
    if not path.exists():
        todo = "publish one before entries close: rewardsim draw commit"
        raise refuse("no_commitment", path, "no file", "the commitment to the secret", todo)
    return keys.read_commitment(str(path))


def _check_promise(path: Path, published: dict[str, Any], draw_id: str, secret: bytes) -> None:
    if published["draw"] != draw_id:
        raise refuse("other_draw", path, repr(published["draw"]), f"the draw {draw_id!r}", "take its own commitment")
    if published["commitment"] != keys.commitment(draw_id, secret):
        found = f"the commitment {published['commitment'][:16]}..., which is to another secret"
        raise refuse("other_secret", path, found, "the secret that was committed to", "name its file")


def _terms(draw_id: str, winners: int | None, programme: Path | None) -> dict[str, Any]:
    if (winners is None) == (programme is None):
        found = "neither" if winners is None else "both"
        raise refuse("either_or", "--winners, --programme", found, "one of them", "say how many win, or where it says")
    return so_many(winners) if winners is not None else terms_of(Path(str(programme)), draw_id)


def _odds(tickets: list[tuple[str, int]], terms: dict[str, Any]) -> dict[str, Any]:
    rows = [row.to_dict() for row in odds(tickets, terms["prizes"][-1]["upto"])]
    return {"odds": rows, "odds_tolerance": f"{TOLERANCE:.6f}"}


def verify(result: Path, entrants: Path, commitment: Path | None = None) -> tuple[dict[str, Any], list[str]]:
    """Return a result, and where it is not what its secret and the entrants lead to."""
    faults = Together()
    said = faults.attempt(lambda: keys.read_result(str(result))) or {}
    tickets = faults.attempt(lambda: keys.read_tickets(str(entrants))) or []
    published = faults.attempt(lambda: keys.read_commitment(str(commitment))) if commitment else None
    faults.refuse()
    return said, keys.differences(said, tickets, published) + _other_odds(said, tickets)


def _other_odds(said: dict[str, Any], tickets: list[tuple[str, int]]) -> list[str]:
    """Where the odds that were told are others; one that was integrated may differ in its last digit."""
    right, told = _odds(tickets, said)["odds"], said.get("odds")
    if isinstance(told, list) and len(told) == len(right) and all(map(_same_odds, told, right)):
        return []
    return [f"odds: the result says {told!r:.200}, right is {right!r:.200}"]


def _same_odds(one: Any, other: dict[str, Any]) -> bool:
    if not isinstance(one, dict) or {**other, "odds": one.get("odds")} != one:
        return False
    digits = re.fullmatch(r"[01]\.[0-9]{6}", str(one["odds"]))
    return digits is not None and abs(float(digits[0]) - float(other["odds"])) < 2 * TOLERANCE
