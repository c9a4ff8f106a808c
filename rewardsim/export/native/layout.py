"""What memory looks like on both sides of the interface: the records, in order, each field 64 bits.

The dataclasses of ``rules`` are the only source. Their layout has a hash, which a caller hands in
with every file he opens: a caller, a library or a file of another layout is refused, not misread.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import inspect
import re
from typing import Any, NamedTuple

from rewardsim.engine.cache import sources_digest
from rewardsim.engine.loop import Outcome
from rewardsim.engine.tables import LAW_RECORDS, TABLES
from rewardsim.rules import codes
from rewardsim.rules.records import Event, EventLine, Law, Terms

FORMAT = 2  # of terms, vectors and books on disk
COMMENT = re.compile(r"^    (\w+): int = [^#]*# (.*)$", re.MULTILINE)
# Words a C++ compiler would not take as the name of a field.
RESERVED = {"public", "class", "new", "delete", "private", "default", "operator", "this"}
PASSED: dict[str, type] = {"event": Event, "event_line": EventLine, "outcome": Outcome}
CODES: dict[str, dict[str, int]] = {
    "event": codes.EVENT_TYPES,
    "outcome": codes.OUTCOMES,
    "account": codes.ACCOUNTS,
    "reason": codes.REASONS,
    "rule": codes.RULES,
    "note": codes.NOTES,
    "cause": codes.CAUSES,
}


class Field(NamedTuple):
    """A field of a record: its name here and in C, the value of a fresh one, and what it means."""

    name: str
    c_name: str
    fresh: int
    meaning: str


@functools.cache
def fields_of(record: type) -> list[Field]:
    """Return a record's fields in order, with the comments its source has on them."""
    meanings = dict(COMMENT.findall(inspect.getsource(record)))
    fresh: Any = record()
    return [
        Field(
            field.name,
            field.name + "_" * (field.name in RESERVED),
            int(getattr(fresh, field.name)),
            meanings.get(field.name, ""),
        )
        for field in dataclasses.fields(record)
    ]


def c_name(record: type) -> str:
    """Return a record's name in C: ``OrderLine`` is ``rs_order_line``. ``rs_terms`` is all of a programme's tables."""
    if record is Terms:
        return "rs_terms_row"
    return "rs_" + re.sub(r"(?<!^)(?=[A-Z])", "_", record.__name__).lower()


def records() -> list[type]:
    """Return every record that crosses the interface, each once: events first, then the book, then the law."""
    return list(dict.fromkeys([*PASSED.values(), *TABLES.values(), *LAW_RECORDS.values()]))


def law_tables() -> dict[str, type | None]:
    """Return the law's tables in order; those of plain integers have no record."""
    return {name: LAW_RECORDS.get(name) for name in Law._fields}


def layout_text() -> str:
    """Return all that caller, library and files must agree on, as text."""
    lines = [f"format {FORMAT}"]
    lines += [f"{c_name(record)}: " + " ".join(field.name for field in fields_of(record)) for record in records()]
    lines += ["book: " + " ".join(TABLES), "law: " + " ".join(Law._fields)]
    lines += [f"{kind}: " + " ".join(f"{word}={code}" for word, code in words.items()) for kind, words in CODES.items()]
    return "\n".join(lines) + "\n"


@functools.cache
def layout_hash() -> int:
    """Return the layout's hash: the first eight bytes of the SHA-256 of its text."""
    return int.from_bytes(hashlib.sha256(layout_text().encode()).digest()[:8], "little")


@functools.cache
def rules_hash() -> str:
    """Return the SHA-256 of the rules' sources: which law the library obeys."""
    return sources_digest("rules")
