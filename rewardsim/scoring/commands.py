"""The commands, over streams: JSON lines in, JSON lines out. No line ends them."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from .account import account_of
from .checks import FIELDS, day_of
from .faults import Fault, InvalidEvent, ScoringError
from .reading import lines_in, parse
from .reply import day_text
from .scorer import Scorer
from .wording import reply_text

line_of = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
LOOK = 1 << 14  # lines
FILES = ("events.jsonl", "ledger.jsonl", "journal.jsonl")


def score(scorer: Scorer, source: BinaryIO, sink: TextIO) -> dict[str, int]:
    """Answer every line with one line; return how many had which status.

    What is no event is answered with "invalid", its line number and all of its faults; what the
    store could not take now with "unavailable". Neither leaves a trace, and the next line is read.
    """
    counts: dict[str, int] = {}
    with few_collections() as look:
        for number, line in lines_in(source):
            status, text = answer(scorer, number, line)
            sink.write(text + "\n")
            sink.flush()
            counts[status] = counts.get(status, 0) + 1
            look(number)
    return counts


@contextmanager
def few_collections() -> Iterator[Callable[[int], None]]:
    """Spare a stream the search for cycles, of which records have none: half of its time where a book is in memory.

    What is yielded is called with the number of each line, and looks at what is new now and then.
    """

    def look(number: int) -> None:
        if number % LOOK == 0:
            gc.collect(0)

    was = gc.isenabled()
    gc.disable()
    try:
        yield look
    finally:
        if was:
            gc.enable()


def answer(scorer: Scorer, number: int, line: bytes) -> tuple[str, str]:
    """Return the status and the answer, a line of JSON, to one line."""
    event: Any = None
    try:
        event = parse(line)
        reply = scorer.apply(event)
        return reply.status, reply_text(reply)
    except ScoringError as error:
        status = "invalid" if isinstance(error, InvalidEvent) else "unavailable"
        event_id = event.get("event_id") if isinstance(event, dict) else None
        known = event_id if type(event_id) is str and FIELDS["event_id"].good(event_id) else None
        return status, line_of({"event_id": known, "status": status, "line": number, "faults": faults_in(error)})


def settle(scorer: Scorer, day: str, everybody: bool = False) -> dict[str, Any]:
    """Settle what the days before ``day`` left open; with ``everybody``, post what fell due up to it. Twice is once."""
    number = day_of(day)
    if number is None:
        raise ScoringError([Fault("bad_date", "--day", repr(day)[:60], "a day such as 2018-12-31", "correct it")])
    done = scorer.advance_to(number) if everybody else scorer.settle(number)
    return {"day": day, "requests": done.requests, "draws": done.draws, "bundle": scorer.bundle_hash}


def state(scorer: Scorer, member_id: str | None = None) -> dict[str, Any]:
    """Return what a member has, or what the store holds as a whole."""
    if member_id is not None:
        return account_of(scorer, member_id)
    day, members = scorer.store.day(), sum(1 for _ in scorer.store.chains())
    said = {"day": day_text(day) if abs(day) < 1_000_000 else None, "members": members}
    return {**said, "digest": scorer.digest(), "bundle": scorer.bundle_hash}


def records(scorer: Scorer, folder: Path) -> dict[str, int]:
    """Write events, ledger and journal as JSON lines into a folder; the events as a replay reads them."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = ((event for event, _ in scorer.store.events()), scorer.store.ledger(), scorer.store.journals())
    return {name: _written(folder / name, rows) for name, rows in zip(FILES, tables, strict=True)}


def _written(path: Path, rows: Iterable[dict[str, Any]]) -> int:
    count = 0
    with path.open("w", encoding="utf-8") as sink:
        for row in rows:
            sink.write(line_of(row) + "\n")
            count += 1
    return count


def faults_in(error: ScoringError) -> list[dict[str, str]]:
    """Return what is wrong as plain values."""
    return [fault.to_dict() for fault in error.faults]
