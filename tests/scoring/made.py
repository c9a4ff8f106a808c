"""Random programmes and histories as production gets them: canonical events in JSON, ids instead of numbers."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from oracle.generate import scenario
from oracle.ledger import Result
from oracle.stepper import flat, replayed
from oracle.world import Event

from rewardsim.draws.keys import rank_tickets
from rewardsim.engine.audit import Auditor
from rewardsim.engine.journal import Chains
from rewardsim.engine.tables import dtype_of
from rewardsim.rules import codes
from rewardsim.rules.records import NEVER, NONE, Entry, Law, Note
from rewardsim.scoring import Names, Scorer
from rewardsim.scoring.reply import day_text
from rewardsim.scoring.store import Store

LINED = ("order", "return", "use")
WHO = {"programme": "made", "currency": "INR", "timezone": "Asia/Kolkata"}


@dataclass
class Made:
    """A programme, a history as replay reads it and as production gets it, and the day it ends."""

    law: Law
    names: Names
    history: list[Event]
    events: list[dict[str, Any]]
    until: int

    @property
    def flat(self) -> Law:
        """The law as the rules read it."""
        return flat(self.law)

    def scorer(self, store: Store, **options: Any) -> Scorer:
        """A scorer of the programme on a store."""
        return Scorer(self.flat, self.names, store, bundle_hash="made", **WHO, **options)

    def replay(self) -> Result:
        """What a replay makes of the history."""
        return replayed(self.law, self.history, self.until, "interpreted", rank=ranked)


def make(seed: int, count: int = 150, members: int = 6, late: float = 0.05, social: bool = False) -> Made:
    """A random programme with a random history, without what no canonical event can say."""
    law, told, until = scenario(seed, count, members, late, social)
    history: list[Event] = []
    for event in told:
        if 0 <= event["discount"] <= event["amount"] and (event["type"] != "invite" or event["counterpart"] != NONE):
            history.append(_canonical(event))
    firsts: dict[str, dict[str, Any]] = {}
    events = []
    for number, event in enumerate(history):
        event["number"] = number
        plain = in_json(event)
        plain["event_id"] = _id_of(event, number, plain, firsts)
        first = firsts.setdefault(plain["event_id"], plain)
        event["prior"] = codes.NEW if first is plain else codes.SAME_PAYLOAD if first == plain else codes.OTHER_PAYLOAD
        events.append(plain)
    return Made(law, names_of(law), history, events, until)


def stripped(made: Made) -> Made:
    """The same without anything members share, and without orders that two of them name."""
    law = made.law._replace(campaigns=[], items=[], draws=[], prizes=[], pools=[])
    for terms in law.terms:
        terms.referral_from = NEVER
    owners: dict[str, str] = {}
    kept = []
    for event, plain in zip(made.history, made.events, strict=True):
        order, member = plain["order_id"], plain["member_id"]
        mine = order is None or owners.setdefault(order, member) == member
        if event["prior"] == codes.NEW and mine:
            kept.append((event, plain))
    for number, (event, _) in enumerate(kept):
        event["number"] = number
    return Made(law, names_of(law), [event for event, _ in kept], [plain for _, plain in kept], made.until)


def _canonical(event: Event) -> Event:
    """The event with lines that add up to it."""
    event = {**event, "lines": [dict(line) for line in event["lines"]]}
    amounts = sum(line["amount"] for line in event["lines"])
    if event["type"] not in LINED or amounts != event["amount"] or not event["lines"]:
        category = event["lines"][0]["category"] if event["lines"] else 0
        line = {"number": 1, "category": category, "amount": event["amount"], "discount": event["discount"]}
        event["lines"] = [line]
    event["discount"] = sum(line["discount"] for line in event["lines"])
    return event


def _id_of(event: Event, number: int, plain: dict[str, Any], firsts: dict[str, dict[str, Any]]) -> str:
    """A new id, or that of the event it repeats or contradicts."""
    if event["prior"] != codes.NEW:
        same = ("type", "member_id", "occurred_day", "second", "order_id", "tokens", "item")
        said = {key: plain[key] for key in same}
        for name, first in firsts.items():
            if all(first[key] == value for key, value in said.items()):
                return name
    return f"e{number}"


def in_json(event: Event) -> dict[str, Any]:
    """An event of the generator as a canonical one, without its id."""
    items = "d" if event["type"] == "draw_entry" else "i"
    lines = [
        {
            "number": line["number"],
            "category": word("c", line["category"]),
            "amount_minor": line["amount"],
            "discount_minor": line["discount"],
        }
        for line in event["lines"]
    ]
    posted = {"hashtag": word("#h", event["hashtag"]), "tags": event["tags"], "public": event["public"] == 1}
    return {
        "type": event["type"],
        "member_id": f"m{event['member']}",
        "occurred_day": day_text(event["day"]),
        "second": event["second"],
        "amount_minor": event["amount"],
        "discount_minor": event["discount"],
        "tokens": event["tokens"],
        "order_id": event["order"],
        "channel": word("s", event["channel"]),
        "category": None,
        "item": f"{items}{event['item']}" if event["item"] != NONE else None,
        "counterpart_id": f"m{event['counterpart']}" if event["counterpart"] != NONE else None,
        "expiry_day": day_text(event["expiry_day"]) if event["expiry_day"] != NONE else None,
        "birthday": day_text(event["birthday"]) if event["birthday"] != NONE else None,
        "lines": lines if event["type"] in LINED else None,
        "post": posted if event["type"] == "draw_entry" else None,
    }


def word(letter: str, code: int) -> str | None:
    """A word for a code; none for 0."""
    return f"{letter}{code}" if code else None


def names_of(law: Law) -> Names:
    """Words for a random programme."""
    rows = (law.campaigns, law.items, law.levels, law.draws)
    rules = [*codes.RULES.values(), *(row.rule for table in rows for row in table)]
    return Names(
        rules={rule: f"rule {rule}" for rule in rules},
        categories={f"c{code}": code for code in range(1, 10)},
        channels={f"s{code}": code for code in range(1, 10)},
        items={f"i{row}": ((item.from_day, item.to_day, row),) for row, item in enumerate(law.items)},
        levels=[f"t{place}" for place in range(len(law.levels))],
        draws={f"d{row}": row for row in range(len(law.draws))},
        hashtags={f"#h{code}": code for code in range(1, 10)},
    )


def ranked(draw: int, tickets: list[tuple[int, int]]) -> list[int]:
    """The ranking by the public key of a draw."""
    return rank_tickets(f"d{draw}", None, [(f"m{member}", entry) for member, entry in tickets])


def digest_of(result: Result) -> str:
    """The digest of a replay, by the engine's own auditor."""
    members = 1 + max([0, *(row["member"] for row in [*result.entries, *result.notes])], key=int)
    members = 1 + max([members, *(note["counterpart"] for note in result.notes)], key=int)
    ids = [f"m{number}" for number in range(members)]
    days = [entry["day"] for entry in result.entries] or [0]
    auditor = Auditor(members, min(days), max(days))
    auditor.read(rows_of(result.entries, Entry))
    chains = Chains(lambda: ids, members)
    chains.read(rows_of(result.notes, Note))
    order = np.array(sorted(range(members), key=ids.__getitem__))
    return auditor.digest(ids, chains.chains, rows=order)


def rows_of(told: list[dict[str, Any]], record: type) -> Any:
    """Entries or notes as the engine keeps them, without the orders' names."""
    names = [field.name for field in fields(record)]
    rows = [tuple(0 if name == "order" else row[name] for name in names) for row in told]
    return np.array(rows or [], dtype=dtype_of(record))


