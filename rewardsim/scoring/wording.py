"""A reply as JSON, written field by field: what a general writer would make of its ``to_dict``, but sooner."""

from __future__ import annotations

from functools import lru_cache
from json.encoder import encode_basestring_ascii as quoted

from ..rules.records import NEVER, NONE
from .names import Names
from .reply import ACCOUNTS, REASONS, Done, Reply, Row, day_text, note_words
from .told import encode

NULL = "null"
CHAIN = "%016x%016x%016x%016x"
BALANCES = '"balances":{"pending":%d,"available":%d,"held":%d,"debt":%d}'


def reply_text(reply: Reply) -> str:
    """Return a reply as one line of JSON."""
    if reply.done is None:
        return encode(reply.to_dict())
    done, names = reply.done, reply.names
    return (
        f'{{"event_id":{quoted(reply.event_id)},"status":"{reply.status}","first":null,"bundle":{quoted(reply.bundle)},'
        f'"number":{done.number},"member_id":{quoted(done.member_id)},"desired":{done.desired},'
        f'"applied":{done.applied},"proposed":{done.proposed},"entries":[{_entries(done, names)}],'
        f'"notes":[{_notes(done, names)}],{BALANCES % done.balances},{_standing(done, names)},'
        f'"chain":"{CHAIN % done.chain}"}}'
    )


def _entries(done: Done, names: Names) -> str:
    return ",".join([_entry(row, line, names) for line, row in enumerate(done.entries, done.first_line)])


def _entry(row: Row, line: int, names: Names) -> str:
    event, ordinal, day, source, target, tokens, lot, expiry_day, rule, reason, order = row
    expiry = NULL if expiry_day == NONE or expiry_day == NEVER else f'"{day_text(expiry_day)}"'
    return (
        f'{{"line":{line},"event":{NULL if event == NONE else event},"ordinal":{NULL if ordinal == NONE else ordinal},'
        f'"day":"{day_text(day)}","source":"{ACCOUNTS[source]}","target":"{ACCOUNTS[target]}","tokens":{tokens},'
        f'"lot":{NULL if lot == NONE else lot},"expiry_day":{expiry},"rule":{_word(names.rule(rule))},'
        f'"reason":"{REASONS[reason]}","order":{NULL if order == NONE else order}}}'
    )


def _notes(done: Done, names: Names) -> str:
    return ",".join([encode(note_words(row, line, names)) for line, row in enumerate(done.notes, done.first_note)])


def _standing(done: Done, names: Names) -> str:
    if done.standing is None:
        return '"tier":null,"projected_tier":null,"to_keep":null,"to_rise":null'
    tier, projected, to_keep, to_rise = done.standing
    return (
        f'"tier":{_tier(names.level(tier))},"projected_tier":{_tier(names.level(projected))},'
        f'"to_keep":{_number(to_keep)},"to_rise":{_number(to_rise)}'
    )


def _tier(name: str) -> str:
    return _word(name) if name else "null"


def _number(number: int) -> str:
    return "null" if number == NONE else str(number)


@lru_cache(1 << 12)
def _word(word: str) -> str:
    return quoted(word)
