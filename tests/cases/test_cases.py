"""Every worked case, on the oracle and on both engines."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from oracle import Result
from oracle.dates import to_day
from oracle.engines import ENGINES, replay
from oracle.histories import last_day

from cases.programme import Tables, events_of, ranking
from cases.sentences import of_entry, of_note
from rewardsim.rules import codes

FOLDER = Path(__file__).parent
ELSEWHERE = {31, 32, 47, 48}
KEYS = {
    "name",
    "choice",
    "terms",
    "bands",
    "limits",
    "campaigns",
    "items",
    "referral",
    "tiers",
    "levels",
    "draws",
    "changes",
    "events",
    "entries",
    "notes",
    "facts",
    "balances",
    "until",
}


def files() -> list[tuple[str, dict[str, Any]]]:
    """Every file of a case or of an invariant, read."""
    return [(path.stem, tomllib.loads(path.read_text("utf-8"))) for path in sorted(FOLDER.glob("*.toml"))]


EXAMPLES = [
    pytest.param(example, id=f"{stem}-{example['name'].replace(' ', '_')}")
    for stem, case in files()
    for example in case["example"]
]


def outcome_of(case: dict[str, Any], engine: str) -> Result:
    """What the engine makes of the case."""
    events = events_of(case)
    until = to_day(case["until"]) if "until" in case else last_day(events)
    return replay(Tables(case).law(), events, until, engine, ranking(case))


def check_members(result: Result, balances: dict[str, Any]) -> None:
    """Balances of member 0, or of each member named ``m0``, ``m1`` and so on."""
    by_member = balances if any(isinstance(v, dict) for v in balances.values()) else {"m0": balances}
    check_named(result.members, by_member)


def check_named(told: dict[int, dict[str, int]], wanted: dict[str, dict[str, int]]) -> None:
    """What is wanted of members named ``m0``, ``m1`` and so on."""
    for name, expected in wanted.items():
        found = told[int(name[1:])]
        assert {key: found.get(key) for key in expected} == expected, name


def check_sums(result: Result) -> None:
    """Balances are nothing but sums of entries."""
    accounts = {"pending": codes.PENDING, "available": codes.AVAILABLE, "held": codes.HELD}
    for number, found in result.members.items():
        mine = [entry for entry in result.entries if entry["member"] == number]
        for name, account in accounts.items():
            total = sum(e["tokens"] for e in mine if e["target"] == account)
            total -= sum(e["tokens"] for e in mine if e["source"] == account)
            assert found[name] == total, (number, name)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("case", EXAMPLES)
def test_case(case: dict[str, Any], engine: str) -> None:
    """Outcomes, entries, notes, facts and balances are those the case states."""
    result = outcome_of(case, engine)
    for given, found in zip(case["events"], result.outcomes, strict=True):
        assert found == given.get("expect", found), given
    if "entries" in case:
        assert [of_entry(entry) for entry in result.entries] == case["entries"]
    if "notes" in case:
        assert [of_note(note) for note in result.notes] == case["notes"]
    check_named(result.facts, case.get("facts", {}))
    check_members(result, case.get("balances", {}))
    check_sums(result)


def test_every_case_is_here_or_said_to_be_elsewhere() -> None:
    """Numbers 1 to 60 are all accounted for."""
    here = {case["number"] for _, case in files() if "number" in case}
    assert here | ELSEWHERE == set(range(1, 61))
    assert not here & ELSEWHERE
    text = (FOLDER / "NOT_HERE.md").read_text("utf-8")
    for number in ELSEWHERE:
        assert f"\n- {number} " in text, number


@pytest.mark.parametrize(("stem", "case"), [pytest.param(*row, id=row[0]) for row in files()])
def test_case_file_is_well_formed(stem: str, case: dict[str, Any]) -> None:
    """A case states its number, its origin and the choice it makes; no key is misspelt."""
    kind = "case" if "number" in case else "invariant"
    assert stem.startswith(f"{kind}_{case['number' if kind == 'case' else kind]:02d}_")
    assert case["title"]
    assert case["source"]
    for example in case["example"]:
        assert set(example) <= KEYS
        assert example["choice"]
        assert {"balances", "entries", "notes", "facts"} & set(example)
