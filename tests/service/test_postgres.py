"""PostgreSQL keeps what a replay finds, and says precisely what it could not keep."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread
from typing import Any

import psycopg
import pytest
from scoring.made import make
from scoring.test_parity import check

from rewardsim.scoring import StoreRefused, StoreUnavailable
from rewardsim.scoring.told import read_event
from rewardsim.service.audit import contradictions
from rewardsim.service.serving import Place, open_bundle
from service.database import Server, until
from service.shop import REWARD_MI, event, order, service


@pytest.fixture
def place(database: str) -> Iterator[Place]:
    made = Place(database, 4, 2.0)
    yield made
    made.close()


@pytest.mark.parametrize(("seed", "social"), [(3, True), (4, False), (6, True)])
def test_a_replay_finds_the_same(seed: int, social: bool, place: Place) -> None:
    made = make(seed, 300, 10, 0.1 * (seed % 3 == 0), social)
    store = place.store()
    check(made, made.scorer(store))
    assert contradictions(store) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10, 20))
def test_a_replay_finds_the_same_of_thousands(seed: int, place: Place) -> None:
    made = make(seed, 3000, 60, 0.1 * (seed % 3 == 0), seed % 2 == 1)
    check(made, made.scorer(place.store()))


def scorer(place: Place) -> Any:
    """The shop's scorer on a place."""
    return open_bundle(REWARD_MI).bind(place.store())


def broken(place: Place) -> list[str]:
    """What the checker finds."""
    return [found.law for found in contradictions(place.store())]


@pytest.mark.parametrize("other", [{"member": "M1"}, {"member": "M2", "order_id": "order of a"}])
def test_who_is_numbered_first_happens_first(other: dict[str, str], place: Place, database: str) -> None:
    made = scorer(place)
    made.apply(order("before", member="M3"))
    late = Thread(target=made.apply, args=(order("b", **other),))
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    with made.store.transaction() as work, psycopg.connect(database, autocommit=True) as beside:
        kind, number = work.claim(read_event(order("a"), made.names))
        late.start()
        until(lambda: beside.execute(waiting).fetchone() == (1,))
        last = beside.execute("SELECT last_value FROM events_number_seq").fetchone()
    late.join()
    assert (kind, last) == ("unseen", (number,))
    assert made.store.run("SELECT event_id FROM events ORDER BY number") == [("before",), ("a",), ("b",)]


def test_the_checker_sees_what_was_changed_by_hand(place: Place, database: str) -> None:
    made = scorer(place)
    made.apply(order("a"))
    made.apply(order("b", member="M2"))
    changes = {
        "UPDATE members SET available = available + 1 WHERE member_id = 'M1'": "balance_is_sum_of_ledger",
        "UPDATE entries SET line = 7 WHERE line = 1 AND member = 2": "ledger_has_no_gap",
        "UPDATE members SET notes = 1 WHERE member_id = 'M2'": "journal_has_no_gap",
        "UPDATE events SET reply = NULL": "event_has_its_answer",
        "UPDATE entries SET event = 99": "entry_has_its_event",
    }
    expected: set[str] = set()
    with psycopg.connect(database, autocommit=True) as connection:
        for change, law in changes.items():
            connection.execute(change)  # type: ignore[arg-type]
            expected.add(law)
            assert set(broken(place)) == expected


def test_the_tables_refuse_what_no_rule_does(place: Place, database: str) -> None:
    scorer(place).apply(order("a"))
    with psycopg.connect(database, autocommit=True) as connection:
        for change in ("UPDATE members SET available = -1", "UPDATE entries SET tokens = 0"):
            with pytest.raises(psycopg.errors.CheckViolation):
                connection.execute(change)  # type: ignore[arg-type]


def test_an_answer_of_the_guard_leaves_nothing(place: Place, database: str) -> None:
    made = scorer(place)
    made.apply(order("a"))
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("ALTER TABLE members ADD CHECK (available < 60)")
    with pytest.raises(StoreUnavailable, match="guard"):
        made.apply(event("adjust", "b", tokens=100))
    assert broken(place) == []
    assert made.apply(event("adjust", "b", tokens=1)).status == "applied"


def test_other_databases_are_left_alone(place: Place, database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE TABLE customers (name TEXT)")
    with pytest.raises(StoreRefused, match="not_a_store"):
        scorer(place)
    with psycopg.connect(database) as connection:
        found = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
        assert found == (1,)


def test_who_opens_first_makes_the_tables(place: Place) -> None:
    done: list[Any] = []
    threads = [Thread(target=lambda: done.append(scorer(place))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 4
    assert place.store().run("SELECT count(*) FROM bundles") == [(1,)]


def test_a_restarted_server_is_found_again(server: Server, place: Place) -> None:
    made = scorer(place)
    made.apply(order("a"))
    server.stop("immediate")
    with pytest.raises(StoreUnavailable, match="unavailable"):
        made.apply(order("b"))
    server.start()
    assert made.apply(order("b")).status == "applied"
    assert made.apply(order("a")).status == "duplicate"
    assert broken(place) == []


def test_a_connection_cut_in_the_midst_leaves_nothing(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    made = scorer(place)
    made.apply(order("a"))
    store = made.store
    send = store._send

    def cutting(cursor: Any, text: str, values: Any) -> Any:
        if text.startswith("UPDATE members"):
            cursor.connection.pgconn.finish()
        return send(cursor, text, values)

    monkeypatch.setattr(store, "_send", cutting)
    with pytest.raises(StoreUnavailable, match="nothing was applied"):
        made.apply(order("b"))
    monkeypatch.undo()
    assert made.apply(order("b")).status == "applied"
    assert broken(place) == []


def test_an_unknown_end_is_said_to_be_one(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    made = scorer(place)
    made.apply(order("a"))
    taken = place._pool._free[0]  # type: ignore[union-attr]
    execute = psycopg.Connection.execute

    def cutting(self: Any, query: Any, *rest: Any, **options: Any) -> Any:
        found = execute(self, query, *rest, **options)
        if query == "COMMIT":
            raise psycopg.OperationalError("the connection is lost")
        return found

    assert taken is not None
    monkeypatch.setattr(psycopg.Connection, "execute", cutting)
    with pytest.raises(StoreUnavailable, match=r"uncertain.*kept whole or not at all"):
        made.apply(order("b"))
    monkeypatch.undo()
    assert made.apply(order("b")).status == "duplicate"


def test_a_service_without_its_database_answers_503(server: Server, database: str) -> None:
    with service(database) as client:
        assert client.events(order("a")).status_code == 200
        server.stop("immediate")
        batch, one, ready = client.events([order("b"), order("c")]), client.events(order("b")), client.get("/health")
        assert [answer.status_code for answer in (batch, one, ready)] == [503, 503, 503]
        assert one.json()["errors"][0]["code"] == "unavailable"
        assert one.headers["retry-after"] == "1"
        assert client.get("/health/live").status_code == 200
        server.start()
        assert client.events(order("b")).json()["status"] == "applied"
        assert client.get("/health").json()["ready"] is True
        assert client.get("/members/M1").json()["events"] == 2
        text = client.get("/metrics").text
        assert 'rewardsim_store_errors_total{code="unavailable"} 3.0' in text


def test_a_password_is_never_shown() -> None:
    with pytest.raises(ValueError, match="bad_store") as caught:
        Place("mysql://me:secret@host/db")
    assert "secret" not in str(caught.value)
    lost = Place("postgresql://me:secret@127.0.0.1:1/db", 1)
    with pytest.raises(StoreUnavailable) as caught:
        lost.store().run("SELECT 1")
    assert "secret" not in str(caught.value)
