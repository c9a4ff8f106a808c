"""A mapping: what a person says about a source, so that its rows can become events.

A TOML file, validated strictly: an unknown key is a fault with the nearest known one, and all
faults of a file are reported together with their lines.
"""

from __future__ import annotations

import datetime
import difflib
import hashlib
import json
import os
import re
import tomllib
from decimal import Decimal
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from rewardsim.programme.faults import Fault, Place
from rewardsim.transactions.faults import TransactionError, clip, refuse

Policy = Literal["keep", "drop", "reject"]
NoKeep = Literal["drop", "reject"]
Rounding = Literal["floor", "half_up", "half_even", "ceil", "reject"]
Text = Annotated[str, Field(min_length=1, max_length=256)]
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

    @model_validator(mode="after")
    def _whole(self) -> Columns:
        if (self.price is None) != (self.quantity is None):
            raise ValueError("price and quantity go together")
        if (self.amount is None) == (self.price is None):
            raise ValueError("either amount, or price and quantity")
        if (self.type is None) != (self.event is None):
            raise ValueError("type and event go together")
        return self


class Ids(Strict):
    """How ids are written. ``float_integer``: 17850.0 means 17850."""

    member: Literal["text", "float_integer"] = "text"
    order: Literal["text", "float_integer"] = "text"


class Time(Strict):
    """How times are written, where they were taken, and where the programme counts its days."""

    formats: list[Text] = ["iso"]
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
    """What one event is."""

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
        if self.columns.type is None and self.events.order_from == "column" and self.columns.order is None:
            raise ValueError("name columns.order, or say events.order_from = 'member_day' or 'row'")
        if self.cancellation.link == "without_prefix" and self.cancellation.prefix is None:
            raise ValueError("cancellation.link = 'without_prefix' needs cancellation.prefix")
        if self.category_lookup is not None and self.source.package is None:
            raise ValueError("category_lookup reads from source.package, which is not named")
        if self.columns.type is not None and (
            self.cancellation.prefix or self.delivery or self.events.grain == "order"
        ):
            raise ValueError("with columns.type the source says what each event is: no cancellation, delivery or grain")
        return self

    def digest(self) -> str:
        """SHA-256 of what the mapping says: comments, key order and its name do not matter."""
        said = self.model_dump(mode="json", by_alias=True, exclude={"name"})
        return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


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


# What a field of a certain form may hold, in words.
PATTERNS = {
    "currency": "a currency code of three capital letters, such as \"INR\"",
    "source_currency": "a currency code of three capital letters, such as \"USD\"",
    "exchange_rate": "a decimal text with at most 6 digits after the point, such as \"65.00\"",
    "amount_max": "a decimal text such as \"1000000000\"",
    "package": "the import name of a Python package",
    "name": "small letters, digits and hyphens",
}


def mapping_schema_json() -> dict[str, Any]:
    """JSON Schema of a mapping file."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Mapping.model_json_schema(by_alias=True)}


def load_mapping(path: str | os.PathLike[str]) -> Mapping:
    """Read a mapping file. Raises TransactionError with every fault, its line and what is allowed."""
    name = Path(path).name
    try:
        text = Path(path).read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except FileNotFoundError as error:
        raise refuse("no_file", name, str(path), "an existing mapping file") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, OSError, RecursionError) as error:
        raise refuse("not_toml", name, error, "a TOML file in UTF-8") from error
    try:
        return Mapping.model_validate(data)
    except ValidationError as error:
        raise TransactionError([_fault(item, name, text) for item in error.errors()]) from None


def _fault(item: Any, file: str, text: str) -> Fault:
    path = [str(part) for part in item["loc"]]
    place = Place(file, _line(text, path), ".".join(path))
    allowed = item["msg"].removeprefix("Value error, ")
    if item["type"] == "extra_forbidden":
        known = _keys(path[:-1])
        near = difflib.get_close_matches(path[-1], known, 1)
        allowed, todo = ", ".join(known), f"did you mean {near[0]!r}?" if near else "remove it"
        return Fault(place, "unknown_key", path[-1], allowed, todo)
    if item["type"] == "string_pattern_mismatch":
        allowed = PATTERNS.get(path[-1], allowed)
        return Fault(place, "wrong_form", clip(item["input"]), allowed, "correct the mapping")
    found = "nothing" if item["type"] == "missing" else clip(item["input"])
    return Fault(place, item["type"], found, allowed, "correct the mapping")


def _keys(path: list[str]) -> list[str]:
    model: Any = Mapping
    for part in path:
        hint = model.model_fields[part].annotation
        model = next((arg for arg in get_args(hint) if isinstance(arg, type) and issubclass(arg, BaseModel)), hint)
    return [field.alias or name for name, field in model.model_fields.items()]


def _line(text: str, path: list[str]) -> int:
    """The line of a key, or of the nearest table above it that is written out."""
    table: list[str] = []
    best: tuple[int, int] | None = None
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if header := re.match(r"\[+\s*([^\]]+?)\s*\]+", line):
            table = [part.strip(" \"'") for part in header[1].split(".")]
            here = table
        elif key := re.match(r"([A-Za-z0-9_.\-\"']+)\s*=", line):
            here = table + [part.strip("\"'") for part in key[1].split(".")]
        else:
            continue
        if here == path[: len(here)] and (best is None or len(here) > best[0]):
            best = (len(here), number)
    return best[1] if best else 0
