"""A member's journal in words: what became of invitations, why a tier was kept, what a privilege cost."""

from __future__ import annotations

from typing import Any

from rewardsim.programme import Programme

QUERY = """
    SELECT event, day - DATE '1970-01-01' AS day, kind, cause, tier_before, tier, draw, number, counterpart_id,
        amount, member_id FROM journal WHERE member_id = $1 OR counterpart_id = $1 ORDER BY seq
"""


def read_notes(con: Any, member_id: str, programme: Programme) -> list[dict[str, Any]]:
    """Return the notes on a member, and those of others that concern him, each with its words."""
    rows = con.execute(QUERY, [member_id]).fetchall()
    keys = (
        "event", "day", "kind", "cause", "tier_before", "tier", "draw", "number", "counterpart", "amount", "member",
    )  # fmt: skip
    notes = [dict(zip(keys, row, strict=True)) for row in rows]
    for note in notes:
        note["own"] = note["member"] == member_id
        note["words"] = words_of(note, programme)
    return notes


def words_of(note: dict[str, Any], programme: Programme) -> str:
    """Return a note as a person reads it."""
    kind = str(note["kind"])
    said = kind.replace("_", " ")
    if kind in ("tier_changed", "tier_kept", "tier_in_grace"):
        said += _tier_words(note, programme)
    elif kind == "express_delivery":
        said += f" {note['number']} this month as {note['tier']}, cost {programme.amount_text(note['amount'])}"
    elif note["draw"] is not None:
        said += _draw_words(note, programme)
    else:
        said += _referral_words(note)
    return said + (f" ({str(note['cause']).replace('_', ' ')})" if note["cause"] else "")


def _referral_words(note: dict[str, Any]) -> str:
    """Who invited whom; a refusal may be noted on either side of the bond."""
    one, other, cause = note["member"], note["counterpart"], note["cause"]
    if note["kind"] == "invited" or cause in ("existing_member", "second_referrer", "invited_already"):
        return f": {one} invited {other}"
    if cause == "referrer_limit":
        return f": {one} is not paid for {other}"
    return f": {one} with {other}" if cause == "referrer_closed" else f": {one} by {other}"


def _tier_words(note: dict[str, Any], programme: Programme) -> str:
    before, after = note["tier_before"] or "no tier", note["tier"] or "no tier"
    moved = f" {after}" if before == after else f" {before} -> {after}"
    return f"{moved}, {counted(note['amount'], programme)} in the window"


def counted(amount: int, programme: Programme) -> str:
    """Return what qualifies for a tier in the unit of the programme's criterion."""
    tiers = programme.stretches[-1].file.tiers
    if tiers and tiers.criterion == "spend":
        return f"{programme.amount_text(amount)} {programme.currency}"
    if tiers and tiers.criterion == "tokens_earned":
        return f"{programme.tokens_text(amount)} tokens"
    return f"{amount} orders"


def _draw_words(note: dict[str, Any], programme: Programme) -> str:
    if note["kind"] == "draw_won":
        return f" {note['draw']}, place {note['number'] + 1}, {programme.tokens_text(note['amount'])} tokens"
    if note["kind"] == "prize_lapsed":
        return f" {note['draw']}, place {note['number'] + 1}"
    return f" {note['draw']}, entry {note['number']}"


def standing_words(con: Any, member_id: str, programme: Programme) -> str:
    """Return where a member stands at the end of a run and what is missing, "" without tiers."""
    if not programme.names.levels:
        return ""
    columns = "status, tier, tier_since, review_day, projected_tier, to_keep, to_rise"
    rows = con.execute(f"SELECT {columns} FROM members WHERE member_id = ?", [member_id]).fetchall()
    if not rows or rows[0][0] != "enrolled":
        return ""
    _, tier, since, review, projected, to_keep, to_rise = rows[0]
    if since is None:
        return "standing: tiers have not begun"
    said = f"standing: {tier or 'no tier'} since {since}"
    if review is not None:
        said += f", review on {review}: {projected or 'no tier'} if nothing changes"
        said += f", {counted(to_keep, programme)} missing to stay" if to_keep else ""
    return said + (f", {counted(to_rise, programme)} missing to rise" if to_rise is not None else "")
