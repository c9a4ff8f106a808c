"""Who brought whom, read from a journal: one row a pair of members, with what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

STATES = ("invited", "accepted", "qualified", "revoked", "refused")
"""What becomes of a pair, in the order in which it may happen."""
NOTED = {
    "invited": "invited",
    "referral_accepted": "accepted",
    "referral_qualified": "qualified",
    "referral_revoked": "revoked",
    "referral_refused": "refused",
}
"""The journal's words for them."""
OF_AN_INVITATION = ("existing_member", "invited_already", "second_referrer")
"""Causes noted on the one who invites; other refusals are noted on the friend."""
STAGES = ("invitation", "enrolment", "first order", "reward")


def referral_notes(journal: pd.DataFrame) -> pd.DataFrame:
    """Return a journal's notes on referrals in the order of time: referrer, friend, state, cause, stage, day.

    ``journal`` is a run's journal. Stage says where a refusal happened, "" for other notes. A refusal
    of a reward names the one who did not get it as the referrer: he need not be the friend's own.
    """
    notes = journal[journal["kind"].isin(list(NOTED))].sort_values(["day", "seq"])
    reward = _of_a_reward(notes)
    by_referrer = reward | (notes["kind"] == "invited") | notes["cause"].isin(OF_AN_INVITATION)
    table = notes[["day", "cause"]].astype({"cause": object}).assign(
        referrer=notes["member_id"].where(by_referrer, notes["counterpart_id"]).astype(object),
        friend=notes["counterpart_id"].where(by_referrer, notes["member_id"]).astype(object),
        state=notes["kind"].map(NOTED).astype(object),
        stage="",
    )  # fmt: skip
    refused, accepted = table["state"] == "refused", _accepted_before(notes)
    table.loc[refused, "stage"] = "enrolment"
    table.loc[refused & accepted, "stage"] = "first order"
    table.loc[refused & table["cause"].isin(OF_AN_INVITATION), "stage"] = "invitation"
    table.loc[reward, "stage"] = "reward"
    return table.reset_index(drop=True)


def _of_a_reward(notes: pd.DataFrame) -> pd.Series:
    """Return which refusals are of a reward: the friend qualified by the same event."""
    import pandas as pd

    qualified = notes[notes["kind"] == "referral_qualified"]
    pairs = set(zip(qualified["member_id"], qualified["event"], strict=True))
    asked = zip(notes["kind"], notes["counterpart_id"], notes["event"], strict=True)
    found = [kind == "referral_refused" and (friend, event) in pairs for kind, friend, event in asked]
    return pd.Series(found, index=notes.index, dtype=bool)


def _accepted_before(notes: pd.DataFrame) -> pd.Series:
    """Return for each note whether its member had accepted a referrer by then."""
    linked = (notes["kind"] == "referral_accepted").astype("int64")
    return linked.groupby(notes["member_id"]).cumsum() > 0


def referral_pairs(journal: pd.DataFrame) -> pd.DataFrame:
    """Return one row a pair: referrer, friend, state, cause and day of the latest note on it, accepted or not.

    Refused rewards are not part of it, and a refused invitation says what a pair is only where
    nothing else does: neither changes what there is between two members.
    """
    import pandas as pd

    notes = referral_notes(journal)
    notes = notes[notes["stage"] != "reward"]
    notes = pd.concat([notes[notes["stage"] == "invitation"], notes[notes["stage"] != "invitation"]])
    linked = notes["state"].isin(("accepted", "qualified", "revoked"))
    table = notes.assign(linked=linked).groupby(["referrer", "friend"], sort=False)
    latest = table[["state", "cause", "day"]].last()
    return latest.assign(linked=table["linked"].any()).reset_index()


def chains(pairs: pd.DataFrame) -> list[list[tuple[int, str, dict[str, Any] | None]]]:
    """Return who stands at the top and all he brought, each chain as (depth, member, pair), the largest first.

    A member stands below the one whose invitation he accepted, and below anybody else only as a pair
    without branches of its own.
    """
    below: dict[str, list[dict[str, Any]]] = {}
    for pair in pairs.sort_values(["day", "friend"]).to_dict("records"):
        below.setdefault(pair["referrer"], []).append(pair)
    brought = set(pairs.loc[pairs["linked"], "friend"])
    tops = [member for member in below if member not in brought]
    return sorted((_chain(top, below) for top in tops), key=lambda chain: (-len(chain), chain[0][1]))


def _chain(top: str, below: dict[str, list[dict[str, Any]]]) -> list[tuple[int, str, dict[str, Any] | None]]:
    """Return a member and those below, depth first; a list instead of recursion, for chains of any length."""
    found, open_rows = [], [(0, top, None)]
    while open_rows:
        depth, member, pair = open_rows.pop()
        found.append((depth, member, pair))
        if pair is None or pair["linked"]:
            open_rows += [(depth + 1, one["friend"], one) for one in reversed(below.get(member, []))]
    return found
