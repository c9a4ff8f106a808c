"""Why a member has what he has: each event, its entries, and the rules that did not fire.

The member's events are applied again, interpreted, by the programme stored in the run. What
depended on others (budgets, stock, referrals, draws) is granted as the run's ledger says; entries
and notes found must be the run's own, or the explanation is refused.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Any

from rewardsim.experiments.run import Run, connection
from rewardsim.experiments.store import run_error
from rewardsim.programme.names import Names
from rewardsim.rules import Book, Law, apply, campaign_verdict, settle_next
from rewardsim.rules import records as r
from rewardsim.rules.calendar import period_of
from rewardsim.rules.clock import advance
from rewardsim.rules.codes import (
    ACCOUNTS,
    ASK_BUDGET,
    ASK_STOCK,
    CLOSED,
    FIRES,
    NOTE_ENTERED,
    NOTE_EXPRESS,
    NOTE_GRACE,
    NOTE_KEPT,
    NOTE_TIER,
    NOTE_WITHDRAWN,
    NOTES,
    ORDER,
    OUTCOMES,
    REASONS,
    VERDICTS,
)

from .foreign import Foreign, skip_request
from .notes import read_notes, standing_words

EPOCH = date(1970, 1, 1)
ROOM = 1 << 8  # rows at first in each table of the teller's book
ACCOUNT_WORDS = {code: name for name, code in ACCOUNTS.items()}
OUTCOME_WORDS = {code: name for name, code in OUTCOMES.items()}
REASON_WORDS = {code: name for name, code in REASONS.items()}
VERDICT_WORDS = {code: name for name, code in VERDICTS.items()}


# How far the run's days had come tells when a request was settled, whoever's event brought the day.
_EVENTS = """
    SELECT * FROM (SELECT *, max(occurred_day) OVER (ORDER BY number) - DATE '1970-01-01' AS reached FROM events)
    WHERE member_id = ? ORDER BY number
"""
_LEDGER = """
    SELECT event, day - DATE '1970-01-01' AS day, source, target, tokens, rule, reason, lot, ordinal, reached
    FROM ledger LEFT JOIN (
        SELECT number, max(occurred_day) OVER (ORDER BY number) - DATE '1970-01-01' AS reached FROM events)
        ON number = event
    WHERE member_id = ? ORDER BY seq
"""
_COMPARED = ("day", "source", "target", "tokens", "rule", "reason")
# Notes a member's own events make; all others come from the journal.
_OWN_NOTES = {NOTE_TIER, NOTE_KEPT, NOTE_GRACE, NOTE_EXPRESS, NOTE_ENTERED, NOTE_WITHDRAWN}


@dataclass
class Step:
    """One event, or what time did between two, with the entries it made."""

    day: str
    what: str
    event_id: str = ""
    order_id: str = ""
    outcome: str = ""
    desired: int = 0
    applied: int = 0
    entries: list[dict[str, Any]] = field(default_factory=list)
    silent: list[dict[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass
class Explanation:
    """A member's history, told by the rules themselves."""

    member_id: str
    balances: dict[str, int]
    steps: list[Step]
    standing: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return asdict(self)

    def __str__(self) -> str:
        lines = [f"member {self.member_id}: " + ", ".join(f"{v} {k}" for k, v in self.balances.items())]
        lines += [self.standing] if self.standing else []
        for step in self.steps:
            lines.append(_headline(step))
            lines += [
                f"    {e['tokens']:>10,} {e['source']} -> {e['target']}  {e['rule']}"
                + (f" ({e['reason'].replace('_', ' ')})" if e["reason"] != "as_computed" else "")
                + (f", expires {e['expiry_day']}" if e["expiry_day"] else "")
                for e in step.entries
            ]
            lines += [f"    {'*':>10} {words}" for words in step.notes]
            lines += [f"    {'-':>10} {s['rule']} did not fire: {s['why'].replace('_', ' ')}" for s in step.silent]
        return "\n".join(lines)


def with_notes(steps: list[Step], notes: list[dict[str, Any]], own: dict[int, str]) -> list[Step]:
    """Return the steps with the journal's notes at their events, or as steps of their days."""
    for note in notes:
        day = _date(note["day"])
        what = "time" if note["event"] is None else "day-end settlement"
        today = [step for step in steps if step.day == day]
        at = [step for step in today if step.event_id and step.event_id == own.get(note["event"], "")]
        at = at or [step for step in today if not step.event_id and step.what == what]
        if not at:
            before = sum(step.day <= day for step in steps)
            steps.insert(before, Step(day, what))
            at = [steps[before]]
        at[0].notes.append(note["words"])
    return steps


def _headline(step: Step) -> str:
    if not step.event_id:
        return f"{step.day}  {step.what}"
    cut = f", {step.applied} of {step.desired} tokens" if step.desired != step.applied else ""
    named = f" of order {step.order_id}" if step.order_id else ""
    return f"{step.day}  {step.what} {step.event_id}{named}: {step.outcome.replace('_', ' ')}{cut}"


def explain(run: Run, member_id: str) -> Explanation:
    """Explain a member of a run; raise RunError for an unknown one."""
    with connection(run.path) as con:
        chosen = con.sql(_EVENTS, params=[member_id]).to_arrow_table()
        ledger = con.sql(_LEDGER, params=[member_id]).to_arrow_table().to_pylist()
        notes = read_notes(con, member_id, run.programme)
        known = con.execute("SELECT count(*) FROM members WHERE member_id = ?", [member_id]).fetchone()[0]
        standing = standing_words(con, member_id, run.programme)
    if chosen.num_rows == 0 and known:
        # Named, but never came: only others' events speak of him.
        return Explanation(member_id, {}, with_notes([], notes, {}))
    if chosen.num_rows == 0:
        allowed = f"a member of {run.path}"
        raise run_error(run.path, "unknown_member", f"no event of member {member_id!r}", allowed, "check the id")
    teller = _Teller(run, chosen, ledger, notes)
    told = teller.tell(member_id)
    teller.same_notes(notes)
    told.steps = with_notes(told.steps, notes, {row["number"]: row["event_id"] for row in teller.rows})
    told.standing = standing
    return told


class _Teller:
    """Applies one member's events again and writes down what happens."""

    def __init__(self, run: Run, chosen: Any, ledger: list[dict[str, Any]], notes: list[dict[str, Any]]) -> None:
        from rewardsim.engine.batches import as_objects, event_records
        from rewardsim.engine.tables import law_tables, open_book

        programme = run.programme
        self.names: Names = programme.names
        self.law: Law = law_tables(programme.law(), False)
        self.path = run.path
        self.ledger = ledger
        self.until = (date.fromisoformat(run.manifest["summary"]["until"]) - EPOCH).days
        self.rows = chosen.to_pylist()
        events, lines, _ = event_records(_prepared(chosen), self.names)
        self.events: list[r.Event] = as_objects(events, r.Event)
        self.lines: list[r.EventLine] = as_objects(lines, r.EventLine)
        self.foreign = Foreign(self.names, ledger, notes)
        # Member 0 is the one told of; 1 stands for whoever else an event names.
        self.book: Book = open_book(self.law, 2, False, ROOM, ROOM)
        self.steps: list[Step] = []
        self.told = 0

    def tell(self, member_id: str) -> Explanation:
        rows_of_orders: dict[int, int] = {}
        head = self.book.head[0]  # stays the same record when other tables grow
        for event, row in zip(self.events, self.rows, strict=True):
            self._make_room(event.line_count)
            if row["reached"] > head.day:
                self._settle()
                head.day = row["reached"]
            number = event.order
            if number != r.NONE:
                event.order = rows_of_orders.setdefault(number, len(rows_of_orders))
                self._owner(self.book.orders[event.order], number, row)
            self._time(max(event.day, self.book.members[0].clock_day))
            code = apply(self.law, self.book, event, self.lines)
            self._step(event, row, code)
        self._make_room(0)
        if head.day < self.until:
            self._settle()
            head.day = self.until
        self._time(self.until)
        self._same_entries()
        member = self.book.members[0]
        balances = {name: getattr(member, name) for name in ("pending", "available", "held", "debt", "shortfall")}
        return Explanation(member_id, balances, self.steps)

    def _make_room(self, line_count: int) -> None:
        """Double the tables until the next event, and all before it, find room many times over."""
        from rewardsim.engine.room import has_room
        from rewardsim.engine.tables import FREE_LISTS, grown

        names = [*FREE_LISTS, "entries", "requests", "notes"]
        spare = {name: len(getattr(self.book, name)) // 2 for name in names}
        head = self.book.head[0]
        used = {name: spare[name] * 2 - getattr(head, free) for name, (_, free) in FREE_LISTS.items()}
        used |= {"entries": head.entry_count, "requests": head.request_count, "notes": head.note_count}
        while not has_room(self.law, self.book, 0, self.until, line_count, r.NONE) or any(
            used[name] > spare[name] for name in names
        ):
            self.book = grown(self.book, False, {name: len(getattr(self.book, name)) for name in names})
            spare = {name: len(getattr(self.book, name)) // 2 for name in names}

    def _owner(self, order: r.Order, number: int, row: dict[str, Any]) -> None:
        """Name an order, and make it somebody else's where the run found that it was."""
        order.number = number
        if row["outcome"] == "other_members_order" and order.member == r.NONE:
            order.member = 1

    def _time(self, day: int) -> None:
        """Post what falls due, as a step of its own."""
        self.foreign.post_until(self.law, self.book, self.book.head[0].day, day)
        self._loose("day-end settlement")
        if self.book.members[0].status != CLOSED:
            advance(self.law, self.book, 0, day)
        self._loose("time")

    def _settle(self) -> None:
        """Grant the day's requests as the ledger says they were granted."""
        head = self.book.head[0]
        while head.settled_count < head.request_count:
            request = self.book.requests[head.settled_count]
            if request.kind not in (ASK_BUDGET, ASK_STOCK):
                skip_request(self.law, self.book)
                self._loose("time")
                continue
            pool = self.law.pools[request.pool]
            state = self.book.pools[request.pool]
            state.period = period_of(pool.period, request.day)
            state.used = pool.size - self._granted(request, head.day + 1)
            settle_next(self.law, self.book)
            self._loose("day-end settlement")

    def _granted(self, request: r.Request, day: int) -> int:
        found = [e for e in self.ledger if e["event"] == request.number and e["day"] == day]
        if request.campaign != r.NONE:
            rule = self.names.rule(self.law.campaigns[request.campaign].rule)
            return sum(e["tokens"] for e in found if e["rule"] == rule and e["source"] == "ISSUE")
        return 1 if any(e["source"] == "HELD" and e["target"] == "REDEEMED" for e in found) else 0

    def _loose(self, what: str) -> None:
        for entry in self._new_entries():
            last = self.steps[-1] if self.steps else None
            if last is None or last.event_id or (last.day, last.what) != (entry["day"], what):
                self.steps.append(Step(entry["day"], what))
            self.steps[-1].entries.append(entry)

    def _step(self, event: r.Event, row: dict[str, Any], code: int) -> None:
        head = self.book.head[0]
        entries = self._new_entries()
        step = Step(_date(event.day), row["type"], row["event_id"], row["order_id"] or "", OUTCOME_WORDS[code])
        if code < 50:
            step.desired, step.applied = head.desired, head.applied
        step.entries = entries
        if event.type == ORDER and code < 50:
            step.silent = self._silent(event)
        self.steps.append(step)

    def _silent(self, event: r.Event) -> list[dict[str, str]]:
        found = []
        for c, campaign in enumerate(self.law.campaigns):
            said = campaign_verdict(self.law, c, event, self.lines)
            if said != FIRES:
                found.append({"rule": self.names.rule(campaign.rule), "why": VERDICT_WORDS[said]})
        return found

    def _new_entries(self) -> list[dict[str, Any]]:
        head = self.book.head[0]
        fresh = self.book.entries[self.told : head.entry_count]
        self.told = head.entry_count
        return [self._words(entry) for entry in fresh]

    def _words(self, entry: r.Entry) -> dict[str, Any]:
        return {
            "day": _date(entry.day),
            "source": ACCOUNT_WORDS[entry.source],
            "target": ACCOUNT_WORDS[entry.target],
            "tokens": entry.tokens,
            "rule": self.names.rule(entry.rule),
            "reason": REASON_WORDS[entry.reason],
            "lot": entry.lot,
            "expiry_day": _date(entry.expiry_day) if entry.expiry_day not in (r.NONE, r.NEVER) else "",
        }

    def _same_entries(self) -> None:
        """Refuse to explain what is not what the ledger says."""
        told = [
            (_day(e["day"]), e["source"], e["target"], e["tokens"], e["rule"], e["reason"])
            for step in self.steps
            for e in step.entries
        ]
        # On one day, what others brought may stand before or after what time did.
        if sorted(told) != sorted(tuple(e[name] for name in _COMPARED) for e in self.ledger):
            found, allowed = "entries that differ from the run's ledger", "the same entries"
            raise run_error(self.path, "other_entries", found, allowed, "replay again with this version")

    def same_notes(self, notes: list[dict[str, Any]]) -> None:
        """Refuse to explain where tiers, privileges or draw entries come out otherwise."""
        told = [(n.day, n.kind, n.amount) for n in self.book.notes[: self.book.head[0].note_count]]
        stored = [(n["day"], NOTES[n["kind"]], n["amount"]) for n in notes if n["own"]]
        if sorted(n for n in told if n[1] in _OWN_NOTES) != sorted(n for n in stored if n[1] in _OWN_NOTES):
            found, allowed = "notes that differ from the run's journal", "the same notes"
            raise run_error(self.path, "other_notes", found, allowed, "replay again with this version")


def _prepared(chosen: Any) -> Any:
    """Return stored events of one member with the columns the preparation had given them."""
    from rewardsim.engine.duck import quiet_connection
    from rewardsim.rules.codes import EVENT_TYPES

    types = " ".join(f"WHEN '{name}' THEN {number}" for name, number in EVENT_TYPES.items())
    with quiet_connection() as con:
        con.register("chosen", chosen)
        table = con.sql(
            f"""
            SELECT * REPLACE (0::BIGINT AS member), CASE type {types} END AS type_number,
                occurred_day - DATE '1970-01-01' AS day, coalesce(expiry_day - DATE '1970-01-01', -1) AS expiry,
                CASE outcome WHEN 'duplicate' THEN 1 WHEN 'conflict' THEN 2 ELSE 0 END AS prior,
                CASE WHEN order_id IS NULL THEN -1 ELSE dense_rank() OVER (ORDER BY order_id) END AS order_number,
                CASE WHEN counterpart_id IS NULL THEN -1 WHEN counterpart_id = member_id THEN 0 ELSE 1 END
                    AS counterpart,
                0::BIGINT AS last_mention
            FROM chosen ORDER BY number
            """
        ).to_arrow_table()
    return table.combine_chunks().to_batches()[0]


def _date(day: int) -> str:
    return (EPOCH + timedelta(days=day)).isoformat()


def _day(text: str) -> int:
    return (date.fromisoformat(text) - EPOCH).days
