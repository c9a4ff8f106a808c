"""A bundle's golden stories as vectors of the native library: the same events, in the same order.

What is no event at all is left out, since a wrong text has no numbers. What pools gave before a story
begins, and secrets of draws, are not told: the expectation is the interpreted rules' own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import astuple
from typing import Any

import numpy as np

from rewardsim.engine.luck import Lottery
from rewardsim.engine.tables import dtype_of
from rewardsim.rules.codes import NEW, OTHER_PAYLOAD, SAME_PAYLOAD
from rewardsim.rules.records import Event, EventLine, Law
from rewardsim.scoring.checks import day_of
from rewardsim.scoring.names import Names
from rewardsim.scoring.told import lines_of, record_of
from rewardsim.scoring.vectors import Step, steps_of, vector_files

from .vectors import Story, tell, vector_bytes

ARRIVAL = ("recorded", "source", "source_row")  # how an event came; no part of what it says


def golden_bytes(law: Law, names: Names, files: Mapping[str, bytes]) -> bytes:
    """Return a bundle's vectors as one file for the conformance runner, story by story."""
    return b"".join(vector_bytes(story, tell(story)) for _, story in golden_stories(law, names, files))


def golden_stories(law: Law, names: Names, files: Mapping[str, bytes]) -> Iterator[tuple[list[Step], Story]]:
    """Yield each story's steps, and the story in numbers."""
    for text in vector_files(dict(files)).values():
        steps: list[Step] = []
        for step in [*steps_of(text), {"story": ""}]:
            if "story" in step and steps:
                yield steps, _story(law, names, steps)
                steps = []
            steps.append(step)


def _story(law: Law, names: Names, steps: list[Step]) -> Story:
    members: dict[str, int] = {}
    orders: dict[str, int] = {}
    seen: dict[str, str] = {}
    events: list[Event] = []
    lines: list[EventLine] = []
    for step in steps:
        if "event" not in step or step.get("reply", step).get("status") == "invalid":
            continue
        said = step["event"]
        event, own = record_of(said, names), lines_of(said, names)
        event.number, event.prior = len(events), _prior(seen, said)
        event.member = members.setdefault(said["member_id"], len(members))
        if said.get("counterpart_id") is not None:
            event.counterpart = members.setdefault(said["counterpart_id"], len(members))
        if said.get("order_id") is not None:
            event.order = orders.setdefault(said["order_id"], len(orders))
        event.line_first, event.line_count = len(lines), len(own)
        events.append(event)
        lines += own
    ids = list(members)
    until = max((day_of(step["end"]) or 0 for step in steps if "end" in step), default=0)
    lottery = Lottery(names, lambda: ids, {})
    rows, line_rows = _rows(events, Event), _rows(lines, EventLine)
    return Story(law, ids, len(orders), rows, line_rows, np.zeros(len(events), np.int64), until, lottery)


def _prior(seen: dict[str, str], event: dict[str, Any]) -> int:
    """Tell whether an event's id has been seen, with this payload or another."""
    payload = {name: value for name, value in event.items() if name not in ARRIVAL and value is not None}
    text = json.dumps(payload, sort_keys=True)
    first = seen.setdefault(event["event_id"], text)
    if first is text:
        return NEW
    return SAME_PAYLOAD if first == text else OTHER_PAYLOAD


def _rows(records: list[Any], kind: type) -> Any:
    return np.array([astuple(record) for record in records], dtype=dtype_of(kind))
