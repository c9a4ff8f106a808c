"""States in PostgreSQL brought to another version: all of them or none, with writers at work."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import psycopg
import pytest
from export.conftest import MI
from export.test_bad_input import resealed
from export.test_migrations import lines, second
from typer.testing import CliRunner

import rewardsim as rs
from rewardsim.cli import app
from rewardsim.export.exporting import make_files
from rewardsim.export.origin import read_origin
from rewardsim.export.writing import write_bundle
from rewardsim.scoring.boot import Files, open_bundle
from rewardsim.service.code import Code
from rewardsim.service.serving import Place
from service.shop import event, order, service

BREAKS = b'''"""A migration that was not tried on everything."""


def migrate(kind, state):
    if kind == "order":
        return {**state, "colour": state["order"]["nothing of that name"]}
    return {**state, "colour": 1}
'''
COLOURLESS = "SELECT count(*) FROM members WHERE NOT state::jsonb ? 'colour'"
STATES = "SELECT member_id, state FROM members UNION ALL SELECT order_id, state FROM orders ORDER BY 1"


@pytest.fixture(scope="module")
def files() -> Files:
    """The files of a bundle of Reward Mi."""
    return make_files(read_origin(MI))[0]


@pytest.fixture
def place(database: str) -> Iterator[Place]:
    made = Place(database, 6, 10.0)
    yield made
    made.close()


def opened(files: Files, folder: Path) -> Any:
    """A bundle of these files."""
    write_bundle(files, folder)
    return open_bundle(folder, vectors=False)


def at_work(bundle: Any, place: Place) -> tuple[Any, Any]:
    """A bundle's scorer on a place, and its migration."""
    code = Code(bundle.package)
    return bundle.scorer(place.store(code)), code("scoring.migrate")


def filled(scorer: Any) -> None:
    """Members with tokens, orders, a reward to come and a request of the day."""
    scorer.apply(event("enrol", "welcome-a", member="A"))
    scorer.apply(event("invite", "invited", member="A", counterpart_id="B"))
    scorer.apply(event("enrol", "welcome-b", member="B", counterpart_id="A"))
    for number in range(20):
        scorer.apply(order(f"order-{number}", member=f"M{number % 7}"))


def test_every_state_moves_in_one_transaction(files: Files, place: Place, database: str, tmp_path: Path) -> None:
    bundle = opened(second(files), tmp_path / "x")
    scorer, migrate = at_work(bundle, place)
    filled(scorer)
    digest = scorer.digest()
    said = migrate.migrate_store(bundle, scorer.store, 2)
    with psycopg.connect(database) as beside:
        assert beside.execute(COLOURLESS).fetchone() == (0,)
        ((counted,),) = beside.execute(
            "SELECT (SELECT count(*) FROM members) + (SELECT count(*) FROM orders) + (SELECT count(*) FROM requests)"
            " + (SELECT count(*) FROM rewards)"
        ).fetchall()
        assert beside.execute("SELECT state FROM book").fetchone() == (2,)
    assert said == {"from": 1, "state_version": 2, "states": counted}
    assert migrate.migrate_store(bundle, scorer.store, 2) == {"from": 2, "state_version": 2, "states": 0}
    assert scorer.digest() == digest
    with pytest.raises(ValueError, match="state 2: it was migrated"):
        scorer.apply(order("late"))  # the old bundle, still running
    with pytest.raises(ValueError, match="store_version"):
        at_work(bundle, place)
    with pytest.raises(ValueError, match=r"state_version.*version 2"):
        migrate.migrate_store(bundle, scorer.store, 1)


def test_a_migration_that_breaks_leaves_everything(files: Files, place: Place, database: str, tmp_path: Path) -> None:
    broken = {"migrate/v1.py": BREAKS, "migrate/v1.jsonl": lines([{"kind": "member", "before": {}, "after": {}}])}
    bundle = opened(resealed(files | broken), tmp_path / "x")
    scorer, migrate = at_work(bundle, place)
    filled(scorer)
    with psycopg.connect(database, autocommit=True) as beside:
        before = beside.execute(STATES).fetchall()
        with pytest.raises(ValueError, match=r"migration.*order 1.*KeyError"):
            migrate.migrate_store(bundle, scorer.store, 2)
        assert beside.execute(STATES).fetchall() == before
    with pytest.raises(ValueError, match="state_version"):
        migrate.migrate_store(bundle, scorer.store, 3)
    assert scorer.apply(order("after")).status == "applied"


def test_writers_come_before_or_after(files: Files, place: Place, database: str, tmp_path: Path) -> None:
    bundle = opened(second(files), tmp_path / "x")
    scorer, migrate = at_work(bundle, place)
    filled(scorer)
    outcomes: list[str] = []

    def send(who: int) -> None:
        for number in range(60):
            try:
                outcomes.append(scorer.apply(order(f"{who}.{number}", member=f"W{who}.{number % 5}")).status)
            except ValueError as error:
                outcomes.append(next(iter(error.faults)).code)  # type: ignore[attr-defined]

    writers = [Thread(target=send, args=(who,)) for who in range(3)]
    for writer in writers:
        writer.start()
    while "applied" not in outcomes:
        pass
    migrate.migrate_store(bundle, scorer.store, 2)
    for writer in writers:
        writer.join()
    assert set(outcomes) == {"applied", "store_version"}
    with psycopg.connect(database) as beside:
        assert beside.execute(COLOURLESS).fetchone() == (0,)
        assert beside.execute("SELECT count(*) FROM events").fetchone() == (23 + outcomes.count("applied"),)


def test_the_command(place: Place, database: str, tmp_path: Path) -> None:
    def call(*words: object) -> Any:
        return CliRunner().invoke(app, ["store", "migrate", *map(str, words), "--json"])

    mine = rs.export(MI, tmp_path / "mi").path
    tea = rs.export(MI.with_name("tea-club.toml"), tmp_path / "tea").path
    done = call(database, mine)
    assert done.exit_code == 2
    assert json.loads(done.stdout)["faults"][0]["code"] == "no_store"
    bundle = open_bundle(mine, vectors=False)
    filled(at_work(bundle, place)[0])
    done = call(database, mine)
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout) == {"bundle": bundle.hash, "from": 1, "state_version": 1, "states": 0}
    done = call(database, tea)
    assert done.exit_code == 2
    codes = [fault["code"] for fault in json.loads(done.stdout)["faults"]]
    assert codes == ["other_programme", "other_currency", "other_timezone"]


def test_a_service_on_a_migrated_store_says_so(database: str) -> None:
    with service(database) as client:
        assert client.events(order("a")).status_code == 200
        with psycopg.connect(database, autocommit=True) as beside:
            beside.execute("UPDATE book SET state = 2")
        answer = client.events(order("b"))
        assert answer.status_code == 409
        assert answer.json()["errors"][0]["code"] == "store_version"
