"""The programme as an object: read, varied, lowered, shown."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

from rewardsim.programme.bounds import fit_amount, overflows
from rewardsim.programme.check import Stretch, source_scale, stretches
from rewardsim.programme.cross import exclusive_conflicts
from rewardsim.programme.extra import law_extra
from rewardsim.programme.faults import Fault, Hint, Place, ProgrammeError, closest, listing, show
from rewardsim.programme.lint import hints
from rewardsim.programme.lower import Lowering
from rewardsim.programme.model import OPTIONAL
from rewardsim.programme.names import Names
from rewardsim.programme.reach import out_of_reach
from rewardsim.programme.source import Source, line_map, parse, read_text
from rewardsim.programme.steady import changed
from rewardsim.programme.tables import integers
from rewardsim.programme.toml_out import write_toml
from rewardsim.programme.units import Scale, day_date, in_major
from rewardsim.programme.vary import vary_document
from rewardsim.rules.records import NEVER, NONE, Law


@dataclass(frozen=True, eq=False, repr=False)
class Programme:
    """A checked loyalty programme. Two programmes are equal when their ``key`` is."""

    source: Source
    """The document as it was written."""
    stretches: tuple[Stretch, ...]
    """The validated programme for each run of days on which nothing changes."""

    @property
    def id(self) -> str:
        """Short name for machines."""
        return self.stretches[0].file.programme.id

    @property
    def name(self) -> str:
        """Name for people."""
        return self.stretches[0].file.programme.name

    @property
    def currency(self) -> str:
        """ISO 4217 code of every amount."""
        return self.stretches[0].file.programme.currency

    @property
    def minor_digits(self) -> int:
        """Digits of the currency's minor unit."""
        return self.scale.digits

    @property
    def timezone(self) -> str:
        """Zone in which days begin and end."""
        return self.stretches[0].file.programme.timezone

    @property
    def token(self) -> str:
        """Name of the unit members collect."""
        return self.stretches[0].file.programme.token.name

    @property
    def token_decimals(self) -> int:
        """Digits after the point of a token's smallest unit."""
        return self.scale.decimals

    @property
    def starts(self) -> date:
        """First day."""
        return day_date(self.stretches[0].file.programme.starts)

    @property
    def ends(self) -> date | None:
        """First day after, None if open."""
        ends = self.stretches[0].file.programme.ends
        return None if ends is None else day_date(ends)

    def amount_text(self, minor: int) -> str:
        """An amount in minor units as a decimal string."""
        return in_major(minor, self.minor_digits)

    def tokens_text(self, tokens: int) -> str:
        """A number of tokens in smallest units as people write it."""
        return in_major(tokens, self.token_decimals)

    @cached_property
    def scale(self) -> Scale:
        """Digits that turn written quantities into integers."""
        return source_scale(self.source)

    @cached_property
    def lowering(self) -> Lowering:
        """The integers and their dictionary."""
        lowering = Lowering(self.stretches, self.scale)
        if self.stretches[0].file.bounds.amount_max is None:
            fit_amount(lowering.law(), self.scale.digits)
        return lowering

    @cached_property
    def names(self) -> Names:
        """Words for the law's numbers, and numbers for the data's words."""
        return self.lowering.tables.names()

    @cached_property
    def law_extra(self) -> dict[str, Any]:
        """Integers the law does not hold: accounting, worth of items."""
        return law_extra(self.stretches) | {"item_values": list(self.lowering.tables.item_values)}

    def law(self) -> Law:
        """The programme as the rules read it."""
        return self.lowering.law()

    @cached_property
    def shared(self) -> tuple[str, ...]:
        """What members share, by rule; it is settled at the day's end, in the order of requests."""
        law, name = self.law(), self.names.rule
        limited = [name(row.rule) for row in (*law.campaigns, *law.items) if row.pool != NONE]
        referral = ["referral"] if law.terms[0].referral_from != NEVER else []
        return tuple(dict.fromkeys([*limited, *referral, *(name(row.rule) for row in law.draws)]))

    def without(self, *areas: str) -> Programme:
        """The same programme without some of its optional sections: referral, tiers, draws."""
        unknown = [area for area in areas if area not in OPTIONAL]
        if unknown:
            place = Place(self.source.name)
            raise ProgrammeError([unknown_area(place, area) for area in unknown])
        document = {key: part for key, part in self.source.document.items() if key not in areas}
        return build(Source(self.source.name, document, self.source.lines))

    def vary(
        self, changes: Mapping[str, Any], start: str | date | None = None, end: str | date | None = None
    ) -> Programme:
        """The same programme, but with some values changed, from ``start`` to the day before ``end``.

        Keys are dotted paths ("earning.purchase.rate"), rows of arrays go by their id
        ("campaigns.accessory-week.multiplier", "tiers.levels.gold.from"). Values are written as in the
        file; None takes a key or row away. Without ``start`` the change holds from the beginning.
        """
        document = vary_document(self.source, self.starts, changes, start, end)
        return build(Source(f"{self.source.name.removesuffix(' (varied)')} (varied)", document, {}))

    def to_toml(self) -> str:
        """The programme as a file that loads again; comments are not kept."""
        return write_toml(self.source.document)

    def canonical(self) -> dict[str, Any]:
        """Everything the programme says, in integers; neither names nor order of the file matter."""
        law = self.law()
        tables = {
            name: [list(integers(row)) if hasattr(row, "__slots__") else row for row in table]
            for name, table in law._asdict().items()
        }
        return {
            "currency": self.currency,
            "digits": self.minor_digits,
            "decimals": self.token_decimals,
            "timezone": self.timezone,
            "law": tables,
            "extra": self.law_extra,
        }

    @cached_property
    def hash(self) -> str:
        """SHA-256 of what the programme says; names, ids, comments and order do not count."""
        return digest(self.canonical())

    @cached_property
    def key(self) -> str:
        """SHA-256 of what the programme says *to given data*: also the words that data must use.

        A renamed category, channel, item, draw or hashtag leaves ``hash`` as it is, but matches other events.
        """
        names = self.names
        words = {"categories": names.categories, "channels": names.channels, "items": names.items}
        words |= {"draws": names.draws, "hashtags": names.hashtags}
        return digest({"hash": self.hash, "words": words})

    def lint(self) -> tuple[Hint, ...]:
        """Things that are legal and probably not meant."""
        return hints(self.source, self.stretches, self.law())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Programme) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __repr__(self) -> str:
        count = len(self.lowering.terms)
        stretches = f"{count} stretch{'es' * (count > 1)}"
        return f"<Programme {self.id} {self.currency} from {self.starts}, {stretches}, {self.hash[:12]}>"

    def _repr_html_(self) -> str:
        rows = {
            "programme": f"{self.name} ({self.id})",
            "token": self.token,
            "currency": self.currency,
            "time zone": self.timezone,
            "days": f"{self.starts} to {self.ends - date.resolution if self.ends else 'open end'}",
            "changes on": listing([str(day_date(t.from_day)) for t in self.lowering.terms[1:]]),
            "campaigns": listing([row.id for row in self.stretches[0].file.campaigns]),
            "exchange": listing([row.id for row in self.stretches[0].file.exchange]),
            "tiers": listing(self.names.levels),
            "draws": listing([row.id for row in self.stretches[0].file.draws]),
            "shared": listing(self.shared),
            "hash": self.hash[:12],
        }
        body = "".join(
            f"<tr><th>{escape(key)}</th><td>{escape(str(text))}</td></tr>" for key, text in rows.items()
        )
        return f"<table>{body}</table>"


def digest(value: Any) -> str:
    """SHA-256 of canonical JSON."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def unknown_area(place: Place, area: str) -> Fault:
    """A section that cannot be left out."""
    near = closest(area, OPTIONAL)
    todo = f'did you mean "{near}"?' if near else "choose one of them"
    return Fault(place, "unknown-area", show(area), listing(OPTIONAL), todo)


def build(source: Source) -> Programme:
    """A programme from a raw document, or all of its faults."""
    programme = Programme(source, stretches(source))
    scale = programme.scale
    faults = [*exclusive_conflicts(source, programme.stretches[0].file), *changed(source, programme.stretches)]
    faults += out_of_reach(source, programme.stretches, programme.law(), scale)
    faults += overflows(source, programme.law(), scale.digits, scale.decimals)
    if faults:
        raise ProgrammeError(faults)
    return programme


def parse_programme(text: str, name: str = "programme.toml") -> Programme:
    """A programme from TOML text. Raises ProgrammeError with every fault found."""
    return build(Source(name, parse(text, name), line_map(text)))


def load_programme(path: str | Path) -> Programme:
    """A programme from a TOML file. Raises ProgrammeError with every fault found."""
    return parse_programme(read_text(Path(path)), str(path))
