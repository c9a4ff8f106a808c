"""The accounts at the end of a replay: balances, standing, and who brought whom."""

from __future__ import annotations

from typing import Any

from rewardsim.programme import Programme
from rewardsim.rules.codes import NOTES


def members_table(done: Any, programme: Programme) -> Any:
    """Return the accounts at the end of a replay as an Arrow table."""
    import numpy as np
    import pyarrow as pa

    from rewardsim.rules.codes import ADJUSTED, CLAWED, EXPIRED, ISSUE, REDEEMED
    from rewardsim.rules.records import NEVER

    members, balances = done.members, done.auditor.balances
    exchanged, voided, given_back = (done.auditor.kinds[:, kind].copy() for kind in range(3))
    enrolled = members["enrolled_day"].astype(np.int32)
    columns = {
        "member": pa.array(np.arange(len(members), dtype=np.int32)),
        "member_id": done.member_ids,
        "status": pa.array(np.array(["not enrolled", "enrolled", "closed"], dtype=object)[members["status"]]),
        "enrolled_day": pa.array(enrolled, mask=enrolled == NEVER).cast(pa.date32()),
        "events": pa.array(members["events"].copy()),
        "issued": pa.array(-balances[:, ISSUE]),
        "adjusted": pa.array(-balances[:, ADJUSTED]),
        "voided": pa.array(voided),
        "redeemed": pa.array(balances[:, REDEEMED] - exchanged + given_back),
        "exchanged": pa.array(exchanged),
        "given_back": pa.array(given_back),
        "expired": pa.array(balances[:, EXPIRED].copy()),
        "clawed_back": pa.array(balances[:, CLAWED] - voided),
    }
    for name in ("pending", "available", "held", "debt", "shortfall"):
        columns[name] = pa.array(members[name].copy())
    return pa.table(columns | _standing_columns(done, programme) | _referral_columns(done))


def _standing_columns(done: Any, programme: Programme) -> dict[str, Any]:
    """Return tier, its dates and the projection; nothing where the programme has no tiers."""
    import numpy as np
    import pyarrow as pa

    from rewardsim.rules.records import NEVER, NONE

    if not len(done.tables["standings"]):
        return {}
    standings, levels = done.tables["standings"], pa.array(programme.names.levels, pa.string())
    columns = {}
    for name, field in (("tier", "tier"), ("projected_tier", "projected")):
        places = standings[field].astype(np.int8)
        column = pa.DictionaryArray.from_arrays(pa.array(places, mask=places == NONE), levels)
        columns[name] = column.dictionary_decode()
    for name, field in (("tier_since", "since_day"), ("review_day", "review_day"), ("grace_day", "grace_day")):
        days = standings[field].astype(np.int32)
        columns[name] = pa.array(days, mask=days == NEVER).cast(pa.date32())
    for name in ("qualifying", "to_keep", "to_rise"):
        values = standings[name].copy()
        columns[name] = pa.array(values, mask=values == NONE)
    return columns


def _referral_columns(done: Any) -> dict[str, Any]:
    """Return each member's referrer and number of friends; nothing where the programme has no referral."""
    import pyarrow as pa

    from rewardsim.rules.records import NONE

    if not len(done.tables["ties"]):
        return {}
    referrer = pa.array(done.tables["ties"]["referrer"].copy(), mask=done.tables["ties"]["referrer"] == NONE)
    return {"referrer_id": done.member_ids.take(referrer), "friends": pa.array(done.tables["ties"]["friends"].copy())}


def phases_summary(done: Any, programme: Programme) -> dict[str, Any]:
    """Return what the journal counts: referrals, members by tier, privileges, draws."""
    said: dict[str, Any] = {"journal": {name: int(done.chains.counts[code]) for name, code in NOTES.items()}}
    said["journal"] = {name: count for name, count in said["journal"].items() if count}
    if len(done.tables["ties"]):
        said["referred"] = said["journal"].get("referral_accepted", 0)
    if len(done.tables["standings"]):
        begun = done.tables["standings"]["tier"][done.members["status"] == 1]
        said["tiers"] = {name: int((begun == place).sum()) for place, name in enumerate(programme.names.levels)}
    if done.draws:
        said["draws"] = done.draws
    return said
