"""The names of a simulation's pictures, and the tables each is drawn from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rewardsim.experiments.pictures import Picture

if TYPE_CHECKING:
    from .run import SimulationRun


def _by_day(run: SimulationRun, *measures: str, by: str = "") -> Any:
    """Return measures by replicate, arm and day, all cohorts together; first and last day are always there."""
    sums = ", ".join(f"sum({name})::BIGINT AS {name}" for name in measures)
    keys = f"replicate, arm, day{', ' + by if by else ''}"
    ends = ", ".join(f"DATE '{run.manifest['inputs'][name]}'" for name in ("from", "until"))
    return run.sql(f"""
        SELECT {keys}, {sums} FROM (FROM daily UNION ALL BY NAME
            SELECT replicate, arm, unnest([{ends}]) AS day, {", ".join(f"0 AS {name}" for name in measures)}
            FROM replicates)
        GROUP BY {keys} ORDER BY {keys}
    """)


def _first(run: SimulationRun, table: str) -> Any:
    """Return a table's rows on the first replicate's programme arm."""
    first = "replicate = 0 AND arm = 'programme'"
    return run.sql(f"SELECT * EXCLUDE (replicate, arm) FROM {table} WHERE {first} ORDER BY day")


def _friends(run: SimulationRun) -> Any:
    """Return how many friends joined and bought, by generation."""
    return run.sql("""
        SELECT generation, count(*)::BIGINT AS joined, count(*) FILTER (purchases > 0)::BIGINT AS bought
        FROM members WHERE kind = 'referred' GROUP BY generation ORDER BY generation
    """)


def _friends_by_day(run: SimulationRun) -> Any:
    """Return by how many friends brought by invitation are more, or fewer, after each day."""
    return run.sql("""
        WITH friends AS (SELECT arrival, left_day FROM members WHERE kind = 'referred'),
            moves AS (SELECT arrival AS day, 1 AS moved FROM friends
                UNION ALL SELECT left_day, -1 FROM friends WHERE left_day IS NOT NULL)
        SELECT day, sum(moved)::BIGINT AS present FROM moves GROUP BY day ORDER BY day
    """)


def _phases(run: SimulationRun) -> dict[str, Any]:
    """Return the first days of the programme's phases."""
    return {"phases": {row["id"]: row["starts"] for row in run.programme.source.document.get("phases", [])}}


def _assumed(run: SimulationRun) -> dict[str, str]:
    """Return what every figure of effects rests on; arms may differ in it."""
    arms = [arm for arm in run.manifest["arms"] if arm["programme"]]
    preset = " or ".join(sorted({arm["preset"] for arm in arms}))
    phi = " or ".join(f"{value:g}" for value in sorted({arm["phi"] for arm in arms}))
    return {"assumed": f'behaviour "{preset}", phi = {phi}; population {run.manifest["population"]["id"]}'}


def _money(run: SimulationRun) -> dict[str, Any]:
    return {"currency": run.programme.currency, "digits": run.programme.minor_digits}


def _token(run: SimulationRun) -> dict[str, Any]:
    return {"token": run.programme.token, "decimals": run.programme.token_decimals}


def _levels(run: SimulationRun) -> dict[str, Any]:
    return {"levels": run.programme.names.levels}


PICTURES = {
    "effects": Picture(
        "effects",
        "what the programme changes, with intervals",
        lambda run: {"effects": run.effects, **_levels(run), **_money(run), **_assumed(run)},
    ),
    "parts": Picture(
        "revenue_parts",
        "what the change of revenue is made of",
        lambda run: {"effects": run.effects, **_money(run), **_assumed(run)},
    ),
    "cohorts": Picture(
        "effect_by_cohort",
        "the change of revenue by month of arrival",
        lambda run: {"effects": run.effects, **_money(run), **_assumed(run)},
    ),
    "variants": Picture(
        "effect_by_arm",
        'one quantity in every arm; quantity="roi" for another than revenue',
        lambda run: {"effects": run.effects, **_money(run), **_token(run), **_assumed(run)},
    ),
    "purchases": Picture(
        "purchases_over_time",
        "purchases a week with the programme and without",
        lambda run: {"daily": _by_day(run, "purchases"), **_phases(run), **_assumed(run)},
    ),
    "people": Picture(
        "people_over_time",
        "people who stay with the programme and without",
        lambda run: {
            "daily": _by_day(run, "present"),
            "friends": _friends_by_day(run),
            **_phases(run),
            **_assumed(run),
        },
    ),
    "tiers": Picture(
        "members_by_tier",
        "members by tier and day",
        lambda run: {"daily": _by_day(run, "members", by="tier"), **_levels(run), **_phases(run), **_assumed(run)},
    ),
    "purposes": Picture(
        "tokens_by_purpose",
        "what tokens were issued for, and how many are outstanding",
        lambda run: {"issued": run.issued, "tokens": run.tokens, **_token(run), **_phases(run), **_assumed(run)},
    ),
    "tokens": Picture(
        "tokens_over_time",
        "tokens moved and standing by day, first replicate",
        lambda run: {"daily": _first(run, "tokens"), **_token(run), **_phases(run)},
    ),
    "referral": Picture(
        "referral_funnel",
        "from invitations to friends who buy, first replicate",
        lambda run: {"counts": _first(run, "daily"), "friends": _friends(run), **_assumed(run)},
    ),
}
"""Name of a picture -> how it comes about."""
