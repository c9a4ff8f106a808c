"""The outbox hands on everything that happened, at least once, and nothing twice after it was acknowledged."""

from __future__ import annotations

from typing import Any

import pytest
from typer.testing import CliRunner

from rewardsim.cli import app
from rewardsim.service.outbox import relay
from rewardsim.service.serving import Place, open_bundle
from service.shop import REWARD_MI, event, order


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Any) -> str:
    if request.param == "sqlite":
        return f"sqlite:{tmp_path}/store.db"
    found: str = request.getfixturevalue("database")
    return found


def test_what_is_not_acknowledged_is_sent_again(url: str) -> None:
    place = Place(url, 2)
    store = place.store()
    scorer = open_bundle(REWARD_MI).bind(store)
    replies = [scorer.apply(order(f"o{k}", member=f"M{k % 2}")).to_dict() for k in range(4)]
    scorer.apply(event("invite", "i", "M0", "2017-08-05", counterpart_id="M9"))
    scorer.settle(scorer.store.day() + 1)
    got: list[dict[str, Any]] = []

    def stumbling(row: dict[str, Any]) -> None:
        got.append(row)
        if len(got) == 3:
            raise ConnectionError

    with pytest.raises(ConnectionError):
        relay(store, stumbling)
    assert [row["reply"] for row in got] == replies[:3]
    taken: list[dict[str, Any]] = []
    assert relay(store, taken.append) == len(taken)
    assert [row["reply"] for row in taken if row["kind"] == "reply"][:4] == replies
    assert [row["event"]["event_id"] for row in taken if row["kind"] == "reply"] == ["o0", "o1", "o2", "o3", "i"]
    assert [row["day"] for row in taken if row["kind"] == "settled"] == ["2017-08-05"]
    assert relay(store, taken.append) == 0
    place.close()


def test_two_relays_share_the_work(database: str) -> None:
    place = Place(database, 4)
    store, other = place.store(), place.store()
    scorer = open_bundle(REWARD_MI).bind(store)
    for k in range(3):
        scorer.apply(order(f"o{k}"))
    mine: list[dict[str, Any]] = []

    def meanwhile(row: dict[str, Any]) -> None:
        mine.append(row)
        assert relay(other, mine.append) == 0, "the rows are being sent"

    assert relay(store, meanwhile) == 3
    assert [row["seq"] for row in mine] == sorted({row["seq"] for row in mine})
    place.close()


def test_the_commands(url: str) -> None:
    run = CliRunner().invoke
    assert run(app, ["store", "check", url]).exit_code == 2
    place = Place(url, 1)
    scorer = open_bundle(REWARD_MI).bind(place.store())
    scorer.apply(order("a"))
    right = run(app, ["store", "check", url])
    assert (right.exit_code, right.output) == (0, "right: 1 members, 1 events, 2 entries, 0 notes, 1 outbox\n")
    lines = run(app, ["outbox", url]).output.splitlines()
    assert len(lines) == 1
    scorer.store.run("UPDATE members SET pending = 1")
    wrong = run(app, ["store", "check", url, "--json"])
    assert wrong.exit_code == 1
    assert '"balance_is_sum_of_ledger"' in wrong.output
    place.close()
