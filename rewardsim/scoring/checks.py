"""What an event must be, field by field: the canonical event, checked strictly and with every fault at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import lru_cache
from operator import itemgetter
from re import compile as pattern
from types import NoneType
from typing import Any, NamedTuple
from unicodedata import is_normalized

from ..rules.codes import EVENT_TYPES
from .faults import Fault, did_you_mean, pointer, shown

EPOCH = date(1970, 1, 1).toordinal()
FIRST_DAY, LAST_DAY = date(1900, 1, 1).toordinal() - EPOCH, date(2199, 12, 31).toordinal() - EPOCH
INT32, INT64 = 2**31, 2**63
DAY_SECONDS = 86_400
DAY_LENGTH = len("2017-06-15")
ID_MAX, WORD_MAX, HASHTAG_MAX, TAGS_MAX, LINES_MAX = 128, 1000, 100, 1000, 1000
CONTROL = pattern("[\x00-\x1f\x7f]")


class Field(NamedTuple):
    """One field: whether it must be there, what it may be, and that in words."""

    required: bool
    good: Callable[[Any], bool]
    allowed: str


def day_of(text: str) -> int | None:
    """Return the number of a day written 2017-06-15, None for any other text."""
    return remembered_day(text) if len(text) == DAY_LENGTH else None


@lru_cache(1 << 14)
def remembered_day(text: str) -> int | None:
    """Return what ``day_of`` does, of a text as long as a day: so what is kept is short, whatever is sent."""
    if text[4] != "-" or text[7] != "-" or not text.isascii():
        return None
    try:
        return date.fromisoformat(text).toordinal() - EPOCH
    except ValueError:
        return None


def is_text(value: Any, longest: int) -> bool:
    """Tell whether a value is text of 1 to so many characters, composed (NFC), that all can be stored and shown."""
    if type(value) is not str or not 0 < len(value) <= longest:
        return False
    if value.isascii():
        return value.isprintable() or CONTROL.search(value) is None
    return CONTROL.search(value) is None and _stands_alone(value) and is_normalized("NFC", value)


def _stands_alone(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def is_id(value: Any) -> bool:
    """Tell whether a value can be an id."""
    return is_text(value, ID_MAX)


def is_word(value: Any) -> bool:
    """Tell whether a value can be a word of the programme, or null."""
    return value is None or is_text(value, WORD_MAX)


def is_int64(value: Any) -> bool:
    """Tell whether a value is a whole number of 64 bits; true and false are none."""
    return type(value) is int and -INT64 <= value < INT64


def is_amount(value: Any) -> bool:
    """Tell whether a value is an amount."""
    return type(value) is int and 0 <= value < INT64


def is_day(value: Any) -> bool:
    """Tell whether a value is a day in range."""
    day = day_of(value) if type(value) is str else None
    return day is not None and FIRST_DAY <= day <= LAST_DAY


ID, WORD = f"text of 1 to {ID_MAX} characters, composed (NFC), without control characters", "text or null"
AMOUNT, COUNT = "a whole number, 0 to 2**63 - 1", "a whole number of 64 bits"
HASHTAG, TAGS = f"text of 1 to {HASHTAG_MAX} characters, or null", f"a whole number, 0 to {TAGS_MAX}"
DAY = "a day such as 2017-06-15, 1900-01-01 to 2199-12-31"
FIELDS: dict[str, Field] = {
    "event_id": Field(True, is_id, ID),
    "type": Field(True, lambda value: type(value) is str and value in EVENT_TYPES, ", ".join(EVENT_TYPES)),
    "member_id": Field(True, is_id, ID),
    "occurred_day": Field(True, is_day, DAY),
    "second": Field(True, lambda value: type(value) is int and 0 <= value < DAY_SECONDS, "a whole number, 0 to 86399"),
    "amount_minor": Field(True, is_amount, AMOUNT),
    "discount_minor": Field(True, is_amount, AMOUNT),
    "tokens": Field(True, is_int64, COUNT),
    "order_id": Field(False, lambda value: value is None or is_id(value), ID + ", or null"),
    "channel": Field(False, is_word, WORD),
    "category": Field(False, is_word, WORD),
    "item": Field(False, is_word, WORD),
    "counterpart_id": Field(False, lambda value: value is None or is_id(value), ID + ", or null"),
    "expiry_day": Field(False, lambda value: value is None or is_day(value), DAY + ", or null"),
    "birthday": Field(False, lambda value: value is None or is_day(value), DAY + ", or null"),
    "lines": Field(
        False, lambda value: value is None or (type(value) is list and 0 < len(value) <= LINES_MAX),
        f"a list of 1 to {LINES_MAX} lines, or null",
    ),
    "post": Field(False, lambda value: value is None or type(value) is dict, "an object, or null"),
    "recorded": Field(False, lambda value: value is None or is_int64(value), COUNT + ", or null"),
    "source": Field(False, is_word, WORD),
    "source_row": Field(False, lambda value: value is None or is_int64(value), COUNT + ", or null"),
}  # fmt: skip
LINE: dict[str, Field] = {
    "number": Field(True, lambda value: type(value) is int and -INT32 <= value < INT32, "a whole number of 32 bits"),
    "category": Field(False, is_word, WORD),
    "amount_minor": Field(True, is_amount, AMOUNT),
    "discount_minor": Field(True, is_amount, AMOUNT),
}
POST: dict[str, Field] = {
    "hashtag": Field(False, lambda value: value is None or is_text(value, HASHTAG_MAX), HASHTAG),
    "tags": Field(True, lambda value: type(value) is int and 0 <= value <= TAGS_MAX, TAGS),
    "public": Field(True, lambda value: type(value) is bool, "true or false"),
}  # fmt: skip

Values = tuple[Any, ...]
NOTHING: dict[str, Any] = dict.fromkeys(FIELDS)
NO_LINE: dict[str, Any] = dict.fromkeys(LINE)
_every, _every_of_line = itemgetter(*FIELDS), itemgetter(*LINE)
_TYPES: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(FIELDS, (str, NoneType)),
    **dict.fromkeys(("event_id", "type", "member_id", "occurred_day"), (str,)),
    **dict.fromkeys(("second", "amount_minor", "discount_minor", "tokens"), (int,)),
    **dict.fromkeys(("recorded", "source_row"), (int, NoneType)),
    **dict.fromkeys(("expiry_day", "birthday", "post"), (NoneType,)),
    "lines": (list, NoneType),
}


def values_of(event: dict[str, Any]) -> Values:
    """Return what an event says in every field, in the order of FIELDS; None where it says nothing."""
    return _every({**NOTHING, **event})


def plain_values(event: Any) -> Values | None:
    """Return the values of a plain event without any fault, None of all others: of these ``faults_of`` finds out.

    Most events are plain, and this is how little it takes to see it. Nothing passes here that has a fault.
    """
    if type(event) is not dict:
        return None
    try:
        values = _every(event)
    except KeyError:
        event = {**NOTHING, **event}
        values = _every(event)
    if len(event) != len(NOTHING):  # a key that no event has
        return None
    return values if _plain_types(tuple(map(type, values))) and _surely_good(values) else None


@lru_cache(1 << 10)
def _plain_types(types: tuple[type, ...]) -> bool:
    """Tell whether the types of an event's values are those of a plain one; of few combinations, so they are kept."""
    return all(found in plain for found, plain in zip(types, _TYPES.values(), strict=True))


def _surely_good(values: Values) -> bool:
    """Tell whether values, each of a type that it can have, are surely without a fault."""
    (
        event_id, kind, member_id, occurred_day, second, amount, discount, tokens, order_id, channel, category, item,
        counterpart_id, _, _, lines, _, recorded, source, source_row,
    ) = values  # fmt: skip
    day = day_of(occurred_day)
    if day is None or not FIRST_DAY <= day <= LAST_DAY or kind not in EVENT_TYPES:
        return False
    if not (0 <= second < DAY_SECONDS and 0 <= discount <= amount < INT64 and 0 <= tokens < INT64):
        return False
    if kind == "invite" and counterpart_id is None:
        return False
    # Both say only where an event comes from.
    if not -INT64 <= (recorded or 0) < INT64 or not -INT64 <= (source_row or 0) < INT64:
        return False
    # All texts in one look. One that is not there reads "None", which does no harm; an empty one makes two bars.
    together = f"|{event_id}|{member_id}|{order_id}|{channel}|{category}|{item}|{counterpart_id}|{source}|"
    if "||" in together or not (together.isascii() and together.isprintable()):
        return False
    if len(together) > ID_MAX:
        texts = (event_id, member_id, order_id, channel, category, item, counterpart_id, source)
        if any(text is not None and len(text) > ID_MAX for text in texts):
            return False
    return lines is None or _surely_good_lines(lines, amount, discount)


def _surely_good_lines(lines: list[Any], amount: int, discount: int) -> bool:
    if not 0 < len(lines) <= LINES_MAX:
        return False
    for line in lines:
        if type(line) is not dict:
            return False
        whole = {**NO_LINE, **line}
        if len(whole) != len(NO_LINE):
            return False
        values = _every_of_line(whole)
        if not all(field.good(value) for field, value in zip(LINE.values(), values, strict=True)):
            return False
        amount -= values[2]
        discount -= values[3]
    return amount == 0 and discount == 0


def faults_of(event: Any) -> list[Fault]:
    """Return everything that keeps a value from being an event; none where it is one."""
    if type(event) is not dict:
        return [Fault("type", "", shown(event), "an object", "send one event")]
    faults = list(_of_fields(event, FIELDS, ()))
    if type(event.get("lines")) is list:
        for place, line in enumerate(event["lines"][:LINES_MAX]):
            faults += _of_part(line, LINE, ("lines", place))
    if event.get("post") is not None:
        faults += _of_part(event["post"], POST, ("post",)) if type(event["post"]) is dict else []
    return faults or list(_of_whole(event))


def _of_part(part: Any, fields: dict[str, Field], path: tuple[str | int, ...]) -> Iterator[Fault]:
    if type(part) is dict:
        yield from _of_fields(part, fields, path)
    else:
        yield Fault("type", pointer(*path), shown(part), "an object", "send the fields " + ", ".join(fields))


def _of_fields(part: dict[Any, Any], fields: dict[str, Field], path: tuple[str | int, ...]) -> Iterator[Fault]:
    for name, value in part.items():
        field = fields.get(name)
        if field is None:
            todo = did_you_mean(str(name), list(fields), "take it out")
            yield Fault("unknown_key", pointer(*path, name), shown(name), ", ".join(fields), todo)
        elif not field.good(value):
            yield Fault("value", pointer(*path, name), shown(value), field.allowed, "correct the value")
    for name, field in fields.items():
        if field.required and name not in part:
            yield Fault("missing", pointer(*path, name), "nothing", field.allowed, "add it")


def _of_whole(event: dict[str, Any]) -> Iterator[Fault]:
    """Say what contradicts itself in an event whose fields are good each by itself."""
    amount, discount, lines = event["amount_minor"], event["discount_minor"], event.get("lines")
    if discount > amount:
        allowed = f"at most the amount, {amount}"
        yield Fault("discount", "/discount_minor", shown(discount), allowed, "correct one of them")
    for name in ("amount_minor", "discount_minor") if lines is not None else ():
        total = sum(line[name] for line in lines)
        if total != event[name]:
            found, allowed = f"lines that add up to {total}", f"the event's {event[name]}"
            yield Fault("lines_sum", pointer(name), found, allowed, "correct the lines or the event")
    if event["type"] == "invite" and event.get("counterpart_id") is None:
        yield Fault("missing", "/counterpart_id", "nothing", "the friend who is invited", "add it")
    if event.get("birthday") is not None:
        if event["type"] != "enrol":
            yield Fault("misplaced", "/birthday", shown(event["birthday"]), "on enrol events only", "take it out")
        elif (day_of(event["birthday"]) or 0) > (day_of(event["occurred_day"]) or 0):
            yield Fault("birthday", "/birthday", shown(event["birthday"]), "at most the day of the event", "correct it")
    if event.get("post") is not None and event["type"] != "draw_entry":
        yield Fault("misplaced", "/post", "a post", "on draw_entry events only", "take it out")
