"""An event as it was told: checked, in the law's records, with the fingerprint by which a repeat is known."""

from __future__ import annotations

import json
from hashlib import sha256
from json.encoder import encode_basestring_ascii as quoted
from typing import Any

from ..rules.codes import DRAW_ENTRY, EVENT_TYPES
from ..rules.records import NONE, Event, EventLine
from .checks import FIELDS, day_of, faults_of, surely_good
from .faults import InvalidEvent
from .names import Names

ARRIVAL = ("recorded", "source", "source_row")  # how an event came; not what it says
PAYLOAD = tuple(sorted(name for name in FIELDS if name not in ARRIVAL))
YEAR_BEFORE = 365
_SOMETIMES, _SELDOM = ("birthday", "category", "channel", "counterpart_id"), ("expiry_day", "item")
encode = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


class Told:
    """One event. ``record`` and ``lines`` are what the law reads; who and which order is filled in by the store."""

    __slots__ = ("counterpart_id", "day", "event_id", "lines", "member_id", "order_id", "payload", "record")

    def __init__(self, event: dict[str, Any], names: Names) -> None:
        self.event_id: str = event["event_id"]
        self.member_id: str = event["member_id"]
        self.order_id: str | None = event.get("order_id")
        self.counterpart_id: str | None = event.get("counterpart_id")
        self.payload = payload_of(event)
        self.record = record_of(event, names)
        self.lines = lines_of(event, names)
        self.record.line_count = len(self.lines)
        self.day = self.record.day

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the canonical payload."""
        return sha256(self.payload.encode()).hexdigest()


def read_event(event: Any, names: Names) -> Told:
    """Return an event as the law reads it; raise InvalidEvent with every fault of what is none."""
    if not surely_good(event):
        faults = faults_of(event)
        if faults:
            raise InvalidEvent(faults)
    return Told(event, names)


def payload_of(event: dict[str, Any]) -> str:
    """Return the canonical text of what an event says: sorted keys, nothing that is null, in ASCII.

    Put together by hand, field by field: a general writer of JSON takes most of an event's time.
    """
    get = event.get
    parts = [f'{{"amount_minor":{event["amount_minor"]}']
    for name in _SOMETIMES:
        value = get(name)
        if value is not None:
            parts.append(f',"{name}":{quoted(value)}')
    parts.append(f',"discount_minor":{event["discount_minor"]},"event_id":{quoted(event["event_id"])}')
    for name in _SELDOM:
        value = get(name)
        if value is not None:
            parts.append(f',"{name}":{quoted(value)}')
    if get("lines") is not None:
        parts.append(f',"lines":{encode([_present(line) for line in event["lines"]])}')
    parts.append(f',"member_id":{quoted(event["member_id"])},"occurred_day":"{event["occurred_day"]}"')
    if get("order_id") is not None:
        parts.append(f',"order_id":{quoted(event["order_id"])}')
    if get("post") is not None:
        parts.append(f',"post":{encode(_present(event["post"]))}')
    parts.append(f',"second":{event["second"]},"tokens":{event["tokens"]},"type":"{event["type"]}"}}')
    return "".join(parts)


def event_of(payload: str, recorded: int) -> dict[str, Any]:
    """Return the canonical event, every field, of a payload's text."""
    event = dict.fromkeys(FIELDS) | json.loads(payload) | {"recorded": recorded}
    for line in event["lines"] or ():
        line.setdefault("category", None)
    if event["post"] is not None:
        event["post"].setdefault("hashtag", None)
    return event


def _present(part: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in part.items() if value is not None}


def record_of(event: dict[str, Any], names: Names) -> Event:
    """Return the law's record of an event."""
    get = event.get
    kind, day = EVENT_TYPES[event["type"]], _day(event["occurred_day"])
    record = Event(
        kind, 0, day, event["second"], 0, 0, event["amount_minor"], event["discount_minor"], event["tokens"],
        NONE, names.channels.get(get("channel") or "", 0),
    )  # fmt: skip
    item = get("item")
    if item is not None:
        record.item = names.draw(item) if kind == DRAW_ENTRY else names.item(item, day)
    if get("expiry_day") is not None:
        record.expiry_day = _day(event["expiry_day"])
    if get("birthday") is not None:
        # The last day of 1969 would read as NONE and moves a year back: only month and day count.
        birthday = _day(event["birthday"])
        record.birthday = birthday - YEAR_BEFORE if birthday == NONE else birthday
    post = get("post")
    if post is not None:
        hashtag = post.get("hashtag")
        record.hashtag = 0 if hashtag is None else names.hashtag(hashtag)
        record.tags, record.public = post["tags"], int(post["public"])
    return record


def lines_of(event: dict[str, Any], names: Names) -> list[EventLine]:
    """Return an event's lines; one without lines is one line."""
    codes = names.categories
    lines = event.get("lines")
    if lines is None:
        code = codes.get(event.get("category") or "", 0)
        return [EventLine(1, code, event["amount_minor"], event["discount_minor"])]
    found = []
    for line in lines:
        code = codes.get(line.get("category") or "", 0)
        found.append(EventLine(line["number"], code, line["amount_minor"], line["discount_minor"]))
    return found


def _day(text: str) -> int:
    day = day_of(text)
    assert day is not None, "checked before"
    return day
