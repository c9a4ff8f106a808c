"""A mapping: what a person says about a source, so that its rows can become events.

A TOML file, validated strictly: an unknown key is a fault with the nearest known one, and all
faults of a file are reported together with their lines.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from rewardsim.rules.codes import EVENT_TYPES

Policy = Literal["keep", "drop", "reject"]
NoKeep = Literal["drop", "reject"]
Rounding = Literal["floor", "half_up", "half_even", "ceil", "reject"]
Text = Annotated[str, Field(min_length=1, max_length=256)]
EventType = Literal[*EVENT_TYPES]
AMOUNTED = ("order", "return", "redeem")
# Columns that only events of one type have.
OWN_COLUMNS = {"enrol": ("birthday",), "draw_entry": ("hashtag", "tags", "public")}
TIME_DIRECTIVES = {
    "Y": r"[0-9]{4}", "m": r"[0-9]{2}", "d": r"[0-9]{2}", "H": r"[0-9]{2}", "M": r"[0-9]{2}", "S": r"[0-9]{2}",
    "f": r"[0-9]{1,6}", "y": r"[0-9]{2}", "b": r"[A-Za-z]{3}", "p": r"[AaPp][Mm]", "I": r"[0-9]{2}",
    "-m": r"[0-9]{1,2}", "-d": r"[0-9]{1,2}", "-H": r"[0-9]{1,2}", "-I": r"[0-9]{1,2}",
}  # fmt: skip


class Strict(BaseModel):
    """A table of the mapping: no unknown keys, no conversions."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Source(Strict):
    """Where the rows are and how they are written."""

    format: Literal["auto", "csv", "parquet"] = "auto"
    encoding: Literal["utf-8", "utf-16", "latin-1", "cp1252"] = "utf-8"
    delimiter: Literal[",", ";", "\t", "|", "whitespace"] = ","
    quote: Literal['"', "'", ""] = '"'
    header: bool = True
    names: list[Text] = []
    package: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] | None = None
    file: Text | None = None

    @model_validator(mode="after")
    def _whole(self) -> Source:
        if not self.header and not self.names:
            raise ValueError("without a header, names must list the columns in order")
        if len(set(self.names)) != len(self.names):
            raise ValueError("names must differ from one another")
        if (self.package is None) != (self.file is None):
            raise ValueError("package and file go together")
        return self

    @field_validator("file")
    @classmethod
    def _inside(cls, value: str | None) -> str | None:
        # A mapping may come from elsewhere: it must not reach beyond the package it names.
        if value is not None and (
            PurePosixPath(value).is_absolute() or ".." in value.split("/") or "\\" in value or ":" in value
        ):
            raise ValueError("a path relative to the package, without '..'")
        return value


class Columns(Strict):
    """Names of the source's columns."""

    member: Text
    time: Text
    order: Text | None = None
    amount: Text | None = None
    price: Text | None = None
    quantity: Text | None = None
    discount: Text | None = None
    line: Text | None = None
    category: Text | None = None
    channel: Text | None = None
    type: Text | None = None
    event: Text | None = None
    tokens: Text | None = None
    item: Text | None = None
    counterpart: Text | None = None
    expiry: Text | None = None
    birthday: Text | None = None
    hashtag: Text | None = None
    tags: Text | None = None
    public: Text | None = None

    @model_validator(mode="after")
    def _whole(self) -> Columns:
        if (self.price is None) != (self.quantity is None):
            raise ValueError("price and quantity go together")
        if self.amount is not None and self.price is not None:
            raise ValueError("either amount, or price and quantity")
        if self.type is not None and self.event is None:
            raise ValueError("type and event go together")
        return self


class Ids(Strict):
    """How ids are written. ``float_integer``: 17850.0 means 17850."""

    member: Literal["text", "float_integer"] = "text"
    order: Literal["text", "float_integer"] = "text"


class Time(Strict):
    """How times are written, where they were taken, and where the programme counts its days."""

    formats: list[Text] = ["iso"]
    birthday_formats: list[Text] = ["iso"]
    source_zone: Text
    zone: Text
    ambiguous: Literal["first", "second", "reject"] = "first"
    nonexistent: Literal["forward", "reject"] = "forward"
    earliest: datetime.date = datetime.date(1990, 1, 1)
    latest: datetime.date = datetime.date(2100, 1, 1)

    @field_validator("source_zone", "zone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (OSError, ValueError, KeyError) as error:
            raise ValueError("a time zone such as Europe/London or UTC") from error
        return value

    @field_validator("formats")
    @classmethod
    def _formats(cls, value: list[str]) -> list[str]:
        if not value:
            raise ValueError("at least one format")
        for item in value:
            if item not in ("iso", "yyyymmdd", "epoch_s", "epoch_ms"):
                time_pattern(item)
        return value

    @field_validator("birthday_formats")
    @classmethod
    def _days(cls, value: list[str]) -> list[str]:
        # Not %y: two digits do not say in which century somebody was born.
        if not value or not all(item in ("iso", "yyyymmdd") or _is_day(item) for item in value):
            raise ValueError("'iso', 'yyyymmdd', or formats made of %Y, %m or %-m or %b, %d or %-d, each once")
        return value


class Money(Strict):
    """How amounts are written and what becomes of parts of the smallest unit."""

    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    decimals: Annotated[int, Field(ge=0, le=4)] = 2
    thousands: Literal["", ",", ".", " ", "'"] = ""
    decimal_point: Literal[".", ","] = "."
    sub_minor: Rounding = "reject"
    float_noise: Literal["reject", "round"] = "reject"
    exchange_rate: Annotated[str, Field(pattern=r"^[0-9]{1,6}(\.[0-9]{1,6})?$")] | None = None
    source_currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    amount_max: Annotated[str, Field(pattern=r"^[0-9]{1,11}(\.[0-9]{1,4})?$")] = "1000000000"

    @model_validator(mode="after")
    def _whole(self) -> Money:
        if (self.exchange_rate is None) != (self.source_currency is None):
            raise ValueError("exchange_rate and source_currency go together")
        if self.exchange_rate is not None and not Decimal(self.exchange_rate):
            raise ValueError("exchange_rate must be above 0")
        if self.thousands == self.decimal_point:
            raise ValueError("thousands and decimal_point must differ")
        return self


class Events(Strict):
    """What one event is; with ``type``, every row is an event of that type."""

    type: EventType | None = None
    grain: Literal["line", "order"] = "line"
    order_from: Literal["column", "member_day", "row"] = "column"
    tie: Literal["id", "file"] = "id"
    lines: bool = True


class Rows(Strict):
    """What becomes of rows that are not plain sales."""

    null_member: NoKeep = "reject"
    null_order: NoKeep = "reject"
    zero_quantity: Policy = "keep"
    zero_price: Policy = "keep"
    negative_price: NoKeep = "reject"
    duplicates: Literal["keep", "drop_exact"] = "keep"


class Products(Strict):
    """Which lines are products: those whose ``column`` matches ``pattern``."""

    column: Text
    pattern: Text
    others: Policy = "keep"

    @field_validator("pattern")
    @classmethod
    def _pattern(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"a regular expression ({error})") from error
        return value


class Cancellation(Strict):
    """How the source says that goods came back."""

    prefix: Annotated[str, Field(min_length=1, max_length=16)] | None = None
    negative: Literal["return", "drop", "reject"] = "reject"
    link: Literal["none", "same", "without_prefix"] = "none"


class Constants(Strict):
    """Values that the source does not hold."""

    channel: Text | None = None
    category: Text | None = None


class Delivery(Strict):
    """Deliveries that the source does not hold: each order is taken as delivered."""

    after_days: Annotated[int, Field(ge=0, le=3650)]


class Lookup(Strict):
    """A second table of the same package that gives a line its category."""

    file: Text
    column: Text
    key: Text
    value: Text

    _inside = field_validator("file")(Source._inside.__func__)  # type: ignore[attr-defined]


class Mapping(Strict):
    """A whole mapping file."""

    schema_: Literal[1] = Field(alias="schema")
    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
    source: Source = Source()
    columns: Columns
    ids: Ids = Ids()
    time: Time
    money: Money
    events: Events = Events()
    rows: Rows = Rows()
    products: Products | None = None
    cancellation: Cancellation = Cancellation()
    constants: Constants = Constants()
    delivery: Delivery | None = None
    category_lookup: Lookup | None = None

    @model_validator(mode="after")
    def _whole(self) -> Mapping:
        if not self.typed and self.events.order_from == "column" and self.columns.order is None:
            raise ValueError("name columns.order, or say events.order_from = 'member_day' or 'row'")
        if self.cancellation.link == "without_prefix" and self.cancellation.prefix is None:
            raise ValueError("cancellation.link = 'without_prefix' needs cancellation.prefix")
        if self.category_lookup is not None and self.source.package is None:
            raise ValueError("category_lookup reads from source.package, which is not named")
        if self.typed and (self.cancellation.prefix or self.delivery or self.events.grain == "order"):
            raise ValueError(
                "with columns.type or events.type it is said what each event is: no cancellation, delivery or grain"
            )
        return self

    @model_validator(mode="after")
    def _of_its_types(self) -> Mapping:
        if faults := list(self._type_faults()):
            raise ValueError("; ".join(faults))
        return self

    def _type_faults(self) -> Iterator[str]:
        """What the columns and the type of events do not say together."""
        columns, fixed = self.columns, self.events.type
        if columns.type is not None and fixed is not None:
            yield "either columns.type, or events.type for all rows"
        if columns.event is not None and not self.typed:
            yield "type and event go together: name columns.type, or say events.type"
        if columns.amount is None and columns.price is None and (fixed is None or fixed in AMOUNTED):
            yield "either amount, or price and quantity (columns.amount)"
        if fixed == "invite" and columns.counterpart is None:
            yield "name columns.counterpart, the friend who is invited"
        for kind, names in OWN_COLUMNS.items():
            for name in names:
                if getattr(columns, name) is not None and columns.type is None and fixed != kind:
                    yield f"columns.{name} is of {kind} events: name columns.type, or say events.type = '{kind}'"

    @property
    def typed(self) -> bool:
        """Whether source or mapping names the type of each event; else rows are sales."""
        return self.columns.type is not None or self.events.type is not None

    def digest(self) -> str:
        """SHA-256 of what the mapping says: comments, key order and its name do not matter."""
        said = self.model_dump(mode="json", by_alias=True, exclude={"name"})
        return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _is_day(form: str) -> bool:
    """Whether a format holds year, month and day, each once, and nothing else."""
    time_pattern(form)
    return sorted(key.lstrip("-") for key in re.findall(r"%(-?.)", form)) in (["Y", "d", "m"], ["Y", "b", "d"])


def time_pattern(form: str) -> str:
    """The regular expression that a time of this format must match in full."""
    out, at = [], 0
    while at < len(form):
        if form[at] != "%":
            out.append(re.escape(form[at]).replace("\\ ", " "))
            at += 1
            continue
        key = form[at + 1 : at + 3] if form[at + 1 : at + 2] == "-" else form[at + 1 : at + 2]
        if key not in TIME_DIRECTIVES:
            known = " ".join("%" + name for name in TIME_DIRECTIVES)
            raise ValueError(f"'iso', 'yyyymmdd', 'epoch_s', 'epoch_ms', or a format made of {known}")
        out.append(TIME_DIRECTIVES[key])
        at += 1 + len(key)
    return "".join(out)
