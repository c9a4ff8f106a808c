"""A sender in a process of its own: ``sender.py FOLDER START SEED`` sends a history's events to its store.

The order within each member is that of the history; with a SEED other than 0 members are shuffled.
What was answered is printed, a line an event, so that whoever kills this process knows where it was.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from rewardsim.scoring import Scorer, SqliteStore
from rewardsim.scoring.law import law_of, names_of


def in_turn(events: list[dict[str, Any]], seed: int) -> list[dict[str, Any]]:
    """The events, each member's in their order, members shuffled anyhow."""
    if not seed:
        return events
    rng = random.Random(seed)
    queues: dict[str, list[dict[str, Any]]] = {}
    for event in events:
        queues.setdefault(event["member_id"], []).append(event)
    names = [event["member_id"] for event in events]
    rng.shuffle(names)
    return [queues[name].pop(0) for name in names]


def main(folder: Path, start: int, seed: int) -> None:
    """Send everything from ``start`` on."""
    said = json.loads((folder / "made.json").read_text())
    store = SqliteStore(folder / "store.db")
    scorer = Scorer(law_of(said["law"]), names_of(said["names"]), store, bundle_hash="made", **said["who"])
    for place, event in enumerate(in_turn(said["events"], seed)[start:], start):
        reply = scorer.apply(event)
        print(place, reply.status, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
