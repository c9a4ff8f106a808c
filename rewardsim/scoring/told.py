"""An event as it was told: checked, in the law's records, with the fingerprint by which a repeat is known."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

from ..rules.codes import DRAW_ENTRY, EVENT_TYPES
from ..rules.records import NONE, Event, EventLine
from .checks import FIELDS, Values, faults_of, plain_values, remembered_day, values_of
from .faults import InvalidEvent
from .names import Names

ARRIVAL = ("recorded", "source", "source_row")  # the last fields: how an event came, not what it says
SAID = len(FIELDS) - len(ARRIVAL)
YEAR_BEFORE = 365
encode = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


class Told:
    """One event. ``record`` and ``lines`` are what the law reads; who and which order is filled in by the store.

    ``said`` are the values of all fields but ARRIVAL: of two events with one id, equal values mean equal payloads.
    """

    __slots__ = ("counterpart_id", "day", "event_id", "lines", "member_id", "order_id", "record", "said")

    def __init__(self, event: dict[str, Any], names: Names, values: Values | None = None) -> None:
        if values is None:
            values = values_of(event)
        (
            event_id, kind, member_id, occurred_day, second, amount, discount, tokens, order_id, channel, category,
            item, counterpart_id, expiry_day, birthday, lines, post, _, _, _,
        ) = values  # fmt: skip
        self.event_id: str = event_id
        self.member_id: str = member_id
        self.order_id: str | None = order_id
        self.counterpart_id: str | None = counterpart_id
        self.day = day = _day(occurred_day)
        self.record = Event(
            EVENT_TYPES[kind], 0, day, second, 0, 0, amount, discount, tokens, NONE,
            names.channels.get(channel or "", 0), NONE, NONE, NONE, 0, 1,
        )  # fmt: skip
        if lines is None:
            self.lines = [EventLine(1, names.categories.get(category or "", 0), amount, discount)]
        else:
            self.lines = _lines(lines, names)
            self.record.line_count = len(lines)
        self.said = values[:SAID]
        if lines is not None or post is not None:
            self.said = _apart(self.said)
        if item is not None or birthday is not None or post is not None or expiry_day is not None:
            _tell_more(self.record, event, names)

    @property
    def payload(self) -> str:
        """The canonical text of what the event says."""
        return payload_of(self.said)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the canonical payload."""
        return sha256(self.payload.encode()).hexdigest()


def read_event(event: Any, names: Names) -> Told:
    """Return an event as the law reads it; raise InvalidEvent with every fault of what is none."""
    values = plain_values(event)
    if values is None:
        faults = faults_of(event)
        if faults:
            raise InvalidEvent(faults)
    return Told(event, names, values)


def payload_of(said: Values) -> str:
    """Return the canonical text of what an event says: sorted keys, nothing that is null, in ASCII."""
    return encode({name: value for name, value in zip(FIELDS, said, strict=False) if value is not None})


def event_of(payload: str, recorded: int) -> dict[str, Any]:
    """Return the canonical event, every field, of a payload's text."""
    event = dict.fromkeys(FIELDS) | json.loads(payload) | {"recorded": recorded}
    for line in event["lines"] or ():
        line.setdefault("category", None)
    if event["post"] is not None:
        event["post"].setdefault("hashtag", None)
    return event


def _apart(said: Values) -> Values:
    """Return the same values with lines and post of their own, whatever becomes of the event that was sent."""
    *others, lines, post = said
    own_lines = None if lines is None else [_present(line) for line in lines]
    return (*others, own_lines, None if post is None else _present(post))


def _present(part: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in part.items() if value is not None}


def record_of(event: dict[str, Any], names: Names) -> Event:
    """Return the law's record of an event."""
    return Told(event, names).record


def lines_of(event: dict[str, Any], names: Names) -> list[EventLine]:
    """Return an event's lines; one without lines is one line."""
    return Told(event, names).lines


def _tell_more(record: Event, event: dict[str, Any], names: Names) -> None:
    """Add to a record what few events say."""
    get = event.get
    item = get("item")
    if item is not None:
        record.item = names.draw(item) if record.type == DRAW_ENTRY else names.item(item, record.day)
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


def _lines(lines: list[dict[str, Any]], names: Names) -> list[EventLine]:
    found = []
    for line in lines:
        code = names.categories.get(line.get("category") or "", 0)
        found.append(EventLine(line["number"], code, line["amount_minor"], line["discount_minor"]))
    return found


def _day(text: str) -> int:
    day = remembered_day(text)
    assert day is not None, "checked before"
    return day
