"""What tests of referral, tiers and draws share: Reward Mi with other words, a programme of late events, histories."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa
import pytest
from engine.made import DATA, canonical

from rewardsim.experiments.run import Run
from rewardsim.programme import parse_programme

TEXT = (DATA / "programmes" / "reward-mi.toml").read_text(encoding="utf-8")
both = pytest.mark.parametrize("name", ["phases", "club"])
LATE = """
schema = 1
[programme]
id = "late"
name = "Late"
currency = "EUR"
timezone = "UTC"
token = { name = "point" }
starts = 2020-01-01
[earning.purchase]
rate = { tokens = 1, per = "1.00" }
[referral]
referrer_tokens = 5
"""


def replaced(*changes: tuple[str, str]) -> Any:
    """Reward Mi with pieces of its text replaced."""
    text = TEXT
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return parse_programme(text)


def notes_of(run: Run, *kinds: str) -> Any:
    """The journal's notes of some kinds."""
    return run.journal[run.journal["kind"].isin(kinds)]


def told_of(*events: tuple[str, str, date, dict[str, Any]]) -> pa.Table:
    return canonical(
        [
            {"event_id": f"{n}", "type": kind, "member_id": member, "occurred_day": day, **more}
            for n, (kind, member, day, more) in enumerate(events)
        ]
    )
