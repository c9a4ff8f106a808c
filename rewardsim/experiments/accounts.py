"""The accounts at the end of a replay: balances, standing, and who brought whom."""

from __future__ import annotations

from typing import Any

from rewardsim.programme import Programme
from rewardsim.programme.units import day_date
from rewardsim.rules.codes import CLOSED, NOTES
from rewardsim.transactions.columns import column_of, texts_of


def members_table(done: Any, programme: Programme) -> Any:
    """Return the accounts at the end of a replay as an Arrow table."""
    import numpy as np
    import pyarrow as pa

    from rewardsim.rules.codes import ADJUSTED, CLAWED, EXPIRED, ISSUE, REDEEMED
    from rewardsim.rules.records import NEVER

    members, balances = done.members, done.auditor.balances
    exchanged, voided, given_back = (done.auditor.kinds[:, kind] for kind in range(3))
    enrolled = members["enrolled_day"].astype(np.int32)
    columns = {
        "member": column_of(np.arange(len(members), dtype=np.int32), pa.int32()),
        "member_id": done.member_ids,
        "status": _words(members["status"], ["not enrolled", "enrolled", "closed"]),
        "enrolled_day": column_of(enrolled, pa.date32(), enrolled == NEVER),
    }
    figures = {
        "events": members["events"],
        "issued": -balances[:, ISSUE],
        "adjusted": -balances[:, ADJUSTED],
        "voided": voided,
        "redeemed": balances[:, REDEEMED] - exchanged + given_back,
        "exchanged": exchanged,
        "given_back": given_back,
        "expired": balances[:, EXPIRED],
        "clawed_back": balances[:, CLAWED] - voided,
        **{name: members[name] for name in ("pending", "available", "held", "debt", "shortfall")},
    }
    columns |= {name: column_of(values, pa.int64()) for name, values in figures.items()}
    return pa.table(columns | _standing_columns(done, programme) | _referral_columns(done))


def _standing_columns(done: Any, programme: Programme) -> dict[str, Any]:
    """Return tier, its dates and the projection, of open accounts; nothing where the programme has no tiers."""
    import numpy as np
    import pyarrow as pa

    from rewardsim.rules.records import NEVER, NONE

    if not len(done.tables["standings"]):
        return {}
    standings = done.tables["standings"].copy()
    closed = done.members["status"] == CLOSED
    for field in ("tier", "projected", "to_rise"):
        standings[field][closed] = NONE
    for field in ("since_day", "review_day", "grace_day"):
        standings[field][closed] = NEVER
    columns = {
        "tier": _words(standings["tier"], programme.names.levels),
        "projected_tier": _words(standings["projected"], programme.names.levels),
    }
    for name, field in (("tier_since", "since_day"), ("review_day", "review_day"), ("grace_day", "grace_day")):
        days = standings[field].astype(np.int32)
        columns[name] = column_of(days, pa.date32(), days == NEVER)
    for name in ("qualifying", "to_keep", "to_rise"):
        columns[name] = column_of(standings[name], pa.int64(), standings[name] == NONE)
    return columns


def _words(places: Any, words: list[str]) -> Any:
    """Return numbers as words, missing where they are NONE."""
    import numpy as np
    import pyarrow as pa

    numbers = column_of(places.astype(np.int8), pa.int8(), places < 0)
    return pa.DictionaryArray.from_arrays(numbers, texts_of(words)).dictionary_decode()


def _referral_columns(done: Any) -> dict[str, Any]:
    """Return each member's referrer and number of friends; nothing where the programme has no referral."""
    import pyarrow as pa

    from rewardsim.rules.records import NONE

    ties = done.tables["ties"]
    if not len(ties):
        return {}
    referrer = column_of(ties["referrer"], pa.int64(), ties["referrer"] == NONE)
    return {"referrer_id": done.member_ids.take(referrer), "friends": column_of(ties["friends"], pa.int64())}


def phases_summary(done: Any, programme: Programme) -> dict[str, Any]:
    """Return what the journal counts: referrals, members by tier, privileges, draws."""
    said: dict[str, Any] = {"journal": {name: int(done.chains.counts[code]) for name, code in NOTES.items()}}
    said["journal"] = {name: count for name, count in said["journal"].items() if count}
    if len(done.tables["ties"]):
        said["referred"] = said["journal"].get("referral_accepted", 0)
    if len(done.tables["standings"]):
        begun = done.tables["standings"]["tier"][done.members["status"] == 1]
        said["tiers"] = {name: int((begun == place).sum()) for place, name in enumerate(programme.names.levels)}
    draws = programme.law().draws
    if draws:
        said["draws"] = {
            name: done.draws.get(name) or {"held": False, "draws_on": str(day_date(draws[row].draws_day))}
            for name, row in programme.names.draws.items()
        }
    return said
