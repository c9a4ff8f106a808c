"""Stores that are another's, newer, broken, locked or gone are refused precisely, and nothing is applied."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rewardsim.rules.records import Law
from rewardsim.scoring import InvalidEvent, MemoryStore, Scorer, SqliteStore, StoreRefused, StoreUnavailable
from rewardsim.scoring import desk as desk_module
from scoring.made import WHO, Made, make


@pytest.fixture(scope="module")
def made() -> Made:
    return make(9_100, 60, 6, social=True)


@pytest.fixture
def path(made: Made, tmp_path: Path) -> Path:
    """A store with some events."""
    store = SqliteStore(tmp_path / "store.db")
    scorer = made.scorer(store)
    for event in made.events[:40]:
        scorer.apply(event)
    store.close()
    return tmp_path / "store.db"


def opened(made: Made, path: Path, **other: Any) -> Scorer:
    """A scorer on the store, said to be of another programme or law."""
    law: Law = other.pop("law", made.flat)
    return Scorer(law, made.names, SqliteStore(path), bundle_hash="made", **(WHO | other))


def refused(made: Made, path: Path, **other: Any) -> list[tuple[str, str]]:
    with pytest.raises(StoreRefused) as told:
        opened(made, path, **other)
    assert all((fault.found, fault.allowed, fault.todo) for fault in told.value.faults)
    return [(fault.code, fault.found) for fault in told.value.faults]


def test_a_store_of_another_programme_is_refused_with_every_difference(made: Made, path: Path) -> None:
    found = refused(made, path, programme="other", currency="CHF", timezone="Europe/Zurich")
    assert found == [
        ("other_programme", "'made'"), ("other_currency", "'INR'"), ("other_timezone", "'Asia/Kolkata'"),
    ]  # fmt: skip
    opened(made, path)


@pytest.mark.parametrize("column", ["format", "state"])
def test_a_store_of_a_newer_version_is_refused(made: Made, path: Path, column: str) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(f"UPDATE book SET {column} = 3")
    connection.close()
    ((code, found),) = refused(made, path)
    assert code == "store_version"
    assert f"{column} 3" in found


def test_a_law_in_which_the_states_numbers_mean_something_else_is_refused(made: Made, path: Path) -> None:
    law = made.flat
    wider = replace(law.terms[0], counter_width=law.terms[0].counter_width + 1)
    turned = law._replace(terms=[wider, *law.terms[1:]])
    assert {code for code, _ in refused(made, path, law=turned)} == {"other_shape"}
    opened(made, path)


def test_a_law_that_only_adds_is_taken(made: Made, path: Path) -> None:
    law = made.flat
    later = replace(law.terms[-1], from_day=law.terms[-1].from_day + 9_000)
    opened(made, path, law=law._replace(terms=[*law.terms, later]))
    opened(made, path)  # and back: nobody has seen that day


def test_a_law_older_than_the_state_is_refused(made: Made, tmp_path: Path) -> None:
    old = made.flat._replace(terms=made.flat.terms[:1])
    grown = old._replace(terms=[*old.terms, replace(old.terms[0], from_day=max(e["day"] for e in made.history))])
    scorer = opened(made, tmp_path / "store.db", law=grown)
    scorer.apply(made.events[0])
    opened(made, tmp_path / "store.db", law=old)
    scorer = opened(made, tmp_path / "store.db", law=grown)
    for event in made.events[1:]:
        scorer.apply(event)
    assert [code for code, _ in refused(made, tmp_path / "store.db", law=old)] == ["older_bundle"]


def test_a_state_that_names_unknown_terms_is_refused_event_by_event(made: Made, path: Path) -> None:
    """As it happens to a process that goes on under an old bundle while a new one has taken over."""
    scorer = opened(made, path)
    store = scorer.store
    assert isinstance(store, SqliteStore)
    store.run("UPDATE orders SET state = replace(state, '\"terms\":', '\"terms\":9')")
    named = [event for event in made.events if event["order_id"] and event["type"] in ("deliver", "return", "cancel")]
    before, refusals = scorer.digest(), 0
    for event in named:
        try:
            scorer.apply({**event, "event_id": f"again {event['event_id']}", "occurred_day": "2150-01-01"})
        except StoreRefused as error:
            refusals += 1
            assert [fault.code for fault in error.faults] == ["older_bundle"]
    assert refusals > 0
    assert before != ""


def test_a_file_that_is_no_store_is_refused(made: Made, tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("x" * 5000)
    assert refused(made, tmp_path / "text.db")[0][0] == "not_a_store"
    with sqlite3.connect(tmp_path / "other.db") as connection:
        connection.execute("CREATE TABLE cats (name TEXT)")
    connection.close()
    assert refused(made, tmp_path / "other.db") == [("not_a_store", "a database with the tables cats")]


def test_a_folder_that_is_not_there(made: Made, tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        SqliteStore(tmp_path / "nowhere" / "store.db")


def test_a_locked_store_is_busy_and_later_takes_the_event(made: Made, path: Path) -> None:
    scorer = Scorer(made.flat, made.names, SqliteStore(path, wait_s=0.05), bundle_hash="made", **WHO)
    before = scorer.digest()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable) as told:
        scorer.apply(made.events[40])
    assert [fault.code for fault in told.value.faults] == ["busy"]
    assert scorer.digest() == before
    other.execute("ROLLBACK")
    other.close()
    assert scorer.apply(made.events[40]).status != "duplicate"


@pytest.mark.parametrize("table", ["entries", "members", "outbox", "requests", "events"])
def test_a_store_that_fails_in_the_midst_of_an_event_keeps_nothing_of_it(made: Made, path: Path, table: str) -> None:
    """Whatever is written last is refused by a trigger, as a full disk would; then the same events succeed."""
    scorer = opened(made, path)
    store = scorer.store
    assert isinstance(store, SqliteStore)
    before, count = scorer.digest(), len(list(store.events()))
    store.run(f"CREATE TRIGGER broken BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'gone'); END")
    failed = 0
    for event in made.events[40:]:
        try:
            scorer.apply(event)
        except StoreUnavailable:
            failed += 1
            break
    if table == "members":
        store.run("DROP TRIGGER broken")
        return
    assert failed == 1
    assert len(list(store.events())) >= count
    store.run("DROP TRIGGER broken")
    for event in made.events[40:]:
        scorer.apply(event)
    scorer.advance_to(made.until)
    clean = made.scorer(MemoryStore())
    for event in made.events:
        clean.apply(event)
    clean.advance_to(made.until)
    assert scorer.digest() == clean.digest() != before


def test_an_interruption_leaves_a_file_whole_and_memory_closed(
    made: Made, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What breaks in the midst of the law is rolled back in a file; memory says that it is torn."""

    def broken(*_: Any) -> int:
        raise KeyboardInterrupt

    file, memory = opened(made, path), made.scorer(MemoryStore())
    before = file.digest()
    with monkeypatch.context() as patch:
        patch.setattr(desk_module, "apply", broken)
        for scorer in (file, memory):
            with pytest.raises(KeyboardInterrupt):
                scorer.apply(made.events[40])
    assert file.digest() == before
    assert file.apply(made.events[40]).status not in ("duplicate", "conflict")
    with pytest.raises(StoreUnavailable) as told:
        memory.apply(made.events[41])
    assert [fault.code for fault in told.value.faults] == ["torn"]


@pytest.mark.parametrize("what", ["removed", "replaced", "its folder moved"])
def test_a_file_that_is_gone_is_noticed(made: Made, path: Path, what: str) -> None:
    """SQLite itself would go on writing into nothing."""
    scorer = opened(made, path)
    if what == "its folder moved":
        path.parent.rename(path.parent.with_name(path.parent.name + " moved"))
    else:
        path.unlink()
        path.write_bytes(b"") if what == "replaced" else None
    with pytest.raises(StoreUnavailable) as told:
        scorer.apply(made.events[40])
    assert [fault.code for fault in told.value.faults] == ["gone"]


def test_a_file_that_may_not_be_written_is_named(made: Made, path: Path) -> None:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)
    scorer = opened(made, path)
    store = scorer.store
    assert isinstance(store, SqliteStore)
    store.close()
    store._connection = connection
    with pytest.raises(StoreUnavailable, match="readonly"):
        scorer.apply(made.events[40])


def test_the_second_guard_is_in_the_tables(made: Made, path: Path) -> None:
    store = opened(made, path).store
    assert isinstance(store, SqliteStore)
    for text in ("UPDATE members SET available = -1", "UPDATE entries SET tokens = 0", "UPDATE members SET debt = -1"):
        with pytest.raises(StoreUnavailable, match="CHECK constraint"):
            store.run(text)


def test_an_event_of_the_future_is_refused_by_the_clock(made: Made) -> None:
    event = {**made.events[0], "birthday": None}
    scorer = made.scorer(MemoryStore(), clock=lambda: 17_000)
    with pytest.raises(InvalidEvent) as told:
        scorer.apply({**event, "occurred_day": "2016-07-20"})
    assert [fault.code for fault in told.value.faults] == ["future"]
    assert scorer.apply({**event, "occurred_day": "2016-07-19"}).status
    assert next(iter(scorer.store.events()))[0]["occurred_day"] == "2016-07-19"

