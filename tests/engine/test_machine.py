"""Room and batches cannot be seen: tiny tables and any split give the same ledger; both engines are one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from engine.made import Done, busy_table, canonical, run
from rewardsim.engine import machine as machine_module
from rewardsim.engine.machine import Machine
from rewardsim.engine.prepare import PreparedEvents
from rewardsim.programme import Programme
from rewardsim.rules.codes import OUTCOMES

Busy = tuple[Programme, pa.Table]
ENGINES = ("interpreted", "compiled")


@pytest.fixture(scope="module", params=ENGINES)
def large(request: pytest.FixtureRequest, busy: Busy) -> tuple[str, Done]:
    """A run with so much room that nothing ever grows."""
    return request.param, run(*busy, request.param)


def equal(one: Done, other: Done) -> None:
    assert one.outcomes == other.outcomes
    assert one.entries == other.entries
    assert one.members == other.members
    assert one.digest == other.digest


def test_the_busy_events_reach_most_of_the_law(large: tuple[str, Done]) -> None:
    _, done = large
    reached = {code for code, _, _ in done.outcomes}
    words = {name for name, code in OUTCOMES.items() if code in reached}
    assert {
        "applied",
        "applied_in_part",
        "proposed",
        "duplicate",
        "conflict",
        "in_debt",
        "insufficient_tokens",
    } <= words
    assert {"unknown_line", "order_delivered", "member_closed", "nothing_to_take", "no_valid_coupon"} <= words
    assert len(words) >= 22
    assert {(e[4], e[5]) for e in done.entries} >= {
        (0, 1),
        (1, 2),
        (2, 3),
        (3, 4),
        (3, 2),
        (2, 5),
        (2, 6),
        (7, 6),
        (4, 2),
    }
    assert done.flushes == 1


@pytest.mark.parametrize("room", [1, 2, 3, 17])
def test_growth_and_sweeps_cannot_be_seen(busy: Busy, large: tuple[str, Done], room: int) -> None:
    engine, whole = large
    small = run(*busy, engine, rows=room, entries=room)
    assert small.flushes > 1
    equal(small, whole)


@pytest.mark.parametrize("batch", [1, 7, 1_000])
def test_any_split_into_batches_gives_the_same(busy: Busy, large: tuple[str, Done], batch: int) -> None:
    engine, whole = large
    equal(run(*busy, engine, batch=batch), whole)


def test_tiny_room_and_tiny_batches_together(busy: Busy, large: tuple[str, Done]) -> None:
    engine, whole = large
    equal(run(*busy, engine, rows=1, entries=1, batch=7), whole)


def test_compiled_is_interpreted(busy: Busy) -> None:
    equal(run(*busy, "interpreted"), run(*busy, "compiled"))


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("order", ["occurred", "recorded"])
def test_compiled_is_interpreted_on_other_histories(busy: Busy, seed: int, order: str) -> None:
    """With little room on one side, so that its reuse of rows is seen where it errs."""
    table = busy_table(600, 5, seed=100 + seed)
    shifted = [(n * 7919) % 600 for n in range(table.num_rows)]
    table = table.set_column(5, "recorded", pa.array(shifted, pa.int64())) if order == "recorded" else table
    last = max(table["occurred_day"].to_pylist())
    until = (last - last.replace(year=1970, month=1, day=1)).days + 400
    one = run(busy[0], table, "interpreted", order=order, until=until)
    equal(one, run(busy[0], table, "compiled", order=order, until=until, rows=2, entries=3, batch=50))


def test_accounts_are_carried_on_to_the_end(busy: Busy) -> None:
    programme, table = busy
    done = run(programme, table, until=18_262 + 2_000)
    assert all(member[5] == 0 for member in done.members), "everything expired"
    assert all(member[6] == 0 for member in done.members), "nothing is held"
    assert run(programme, table, "compiled", until=18_262 + 2_000).digest == done.digest


def test_finished_orders_are_swept_so_that_memory_stays_flat() -> None:
    """Rows in use follow what is open, not how many orders there were."""
    programme, sizes = _small(), []
    for count in (2_000, 20_000):
        rows = [
            {"event_id": f"{n:06d}", "type": "order", "member_id": f"m{n % 5}", "order_id": f"o{n}",
             "occurred_day": _day(n // 40), "second": n % 40, "amount_minor": 500}
            for n in range(count)
        ]  # fmt: skip
        sizes.append(_rows_of_orders(programme, canonical(rows)))
    assert max(sizes) <= 512


def _rows_of_orders(programme: Programme, table: pa.Table) -> int:
    from rewardsim.engine.batches import event_records

    source = PreparedEvents(table)
    found = Machine(programme.law(), source.members, source.orders, "compiled", lambda *_: None, entries=64, rows=16)
    for batch in source.batches(1_000):
        found.run(*event_records(batch, programme.names))
    found.finish(source.last_day)
    source.close()
    return len(found.book.orders)


def _small() -> Programme:
    from engine.made import BUSY
    from rewardsim.programme import parse_programme

    head, _, _ = BUSY.partition("[earning.purchase]")
    return parse_programme(head + '[earning.purchase]\nrate = { tokens = 1, per = "1.00" }\n')


def _day(n: int) -> Any:
    from datetime import timedelta

    from engine.made import START

    return START + timedelta(days=n)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_machine_without_events(busy: Busy, engine: str) -> None:
    seen: list[int] = []
    found = Machine(busy[0].law(), 3, 0, engine, lambda _, count: seen.append(count), entries=1, rows=1)
    found.finish(20_000)
    assert seen == []
    assert [int(row["events"]) for row in found.table("members")] == [0, 0, 0]
    none = Machine(busy[0].law(), 0, 0, engine, lambda _, count: seen.append(count))
    none.finish(20_000)
    assert len(none.table("members")) == 0


def test_an_unknown_engine_is_refused(busy: Busy) -> None:
    with pytest.raises(ValueError, match="allowed are compiled, interpreted"):
        Machine(busy[0].law(), 1, 0, "jit", lambda *_: None)


def test_the_machine_itself_knows_no_rule() -> None:
    """It imports the records and the loop, and of the rules nothing that decides."""
    text = Path(machine_module.__file__ or "").read_text()
    assert "rules.apply" not in text
    assert "rules.records" in text
