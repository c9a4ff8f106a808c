"""A second bundle beside the one that answers: it scores the same events on a store of its own, and is compared.

It never holds a request up: events wait in a bounded queue, and what does not fit is counted as missed.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from queue import Full, Queue
from threading import Lock, Thread
from time import monotonic
from typing import Any

from rewardsim.scoring import Scorer, ScoringError

WAITING_MAX, SHOWN_MAX = 10_000, 200
KINDS: dict[str, tuple[str, ...]] = {
    "outcome": ("status",),
    "tokens": ("desired", "applied", "proposed"),
    "entries": ("entries",),
    "notes": ("notes",),
    "balances": ("balances",),
    "tier": ("tier", "projected_tier", "to_keep", "to_rise"),
}
OWN = ("event", "order", "counterpart")  # numbers that every store gives for itself


class Shadow:
    """Scores in the background what was scored, and counts the differences by kind."""

    def __init__(self, scorer: Scorer, metrics: Any = None) -> None:
        self.scorer, self._metrics = scorer, metrics
        self._queue: Queue[tuple[dict[str, Any], dict[str, Any]] | int | None] = Queue(WAITING_MAX)
        self._lock = Lock()
        self._counts: Counter[str] = Counter()
        self._kinds: Counter[str] = Counter()
        self._shown: deque[dict[str, Any]] = deque(maxlen=SHOWN_MAX)
        self._thread = Thread(target=self._work, name="shadow", daemon=True)
        self._thread.start()

    def offer(self, event: dict[str, Any], said: dict[str, Any]) -> None:
        """Take an event with the answer it got, if there is room."""
        self._put((event, said))

    def settle(self, day: int) -> None:
        """Settle as the store beside did."""
        self._put(day)

    def _put(self, work: Any) -> None:
        try:
            self._queue.put_nowait(work)
        except Full:
            self._count("missed")

    def stop(self, seconds: float = 5.0) -> None:
        """Finish what waits, within the time."""
        deadline = monotonic() + seconds
        try:
            self._queue.put(None, timeout=seconds)
        except Full:
            return
        self._thread.join(max(0.0, deadline - monotonic()))

    def idle(self) -> bool:
        """Tell whether nothing waits."""
        return self._queue.unfinished_tasks == 0

    def report(self, kind: str | None = None, limit: int = SHOWN_MAX) -> dict[str, Any]:
        """Return the counts, and the latest differences of a kind, the newest first."""
        with self._lock:
            shown = [one for one in reversed(self._shown) if kind is None or one["kind"] == kind][:limit]
            counts = {name: self._counts[name] for name in ("scored", "same", "different", "failed", "missed")}
            kinds = {name: self._kinds[name] for name in (*KINDS, "failed")}
        waiting = self._queue.qsize()
        return {"bundle": self.scorer.bundle_hash, **counts, "waiting": waiting, "kinds": kinds, "latest": shown}

    def _work(self) -> None:
        while (work := self._queue.get()) is not None:
            try:
                if isinstance(work, int):
                    self.scorer.settle(work)
                else:
                    self._compare(*work)
            except Exception as error:  # whatever the second bundle does, the first goes on
                self._failed(work, error)
            finally:
                self._queue.task_done()
        self._queue.task_done()

    def _compare(self, event: dict[str, Any], said: dict[str, Any]) -> None:
        found = list(differences(said, self.scorer.apply(event).to_dict()))
        with self._lock:
            for one in found:
                self._kinds[one["kind"]] += 1
                self._shown.append({"event_id": event["event_id"], **one})
        for one in found:
            if self._metrics is not None:
                self._metrics.differences.labels(one["kind"]).inc()
        self._count("scored")
        self._count("different" if found else "same")

    def _failed(self, work: Any, error: Exception) -> None:
        codes = [fault.code for fault in error.faults] if isinstance(error, ScoringError) else [type(error).__name__]
        event_id = None if isinstance(work, int) else work[0]["event_id"]
        with self._lock:
            self._kinds["failed"] += 1
            self._shown.append({"event_id": event_id, "kind": "failed", "answered": None, "shadow": codes[:5]})
        self._count("failed")

    def _count(self, result: str) -> None:
        with self._lock:
            self._counts[result] += 1
        if self._metrics is not None:
            self._metrics.shadowed.labels(result).inc()


def differences(said: dict[str, Any], other: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield where two answers to one event differ, by kind; numbers that are a store's own do not count."""
    for kind, names in KINDS.items():
        one, two = ({name: _bare(answer.get(name)) for name in names} for answer in (said, other))
        if one != two:
            yield {"kind": kind, "answered": one, "shadow": two}


def _bare(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    return [{name: word for name, word in row.items() if name not in OWN} for row in value]
