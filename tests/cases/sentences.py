"""Entries and notes as case files write them."""

from __future__ import annotations

from oracle.dates import to_date
from oracle.world import Entry, Note

from rewardsim.rules import codes
from rewardsim.rules.records import NONE

RULES = {rule: name for name, rule in codes.RULES.items()}
ACCOUNTS = {account: name for name, account in codes.ACCOUNTS.items()}
KINDS = {kind: name for name, kind in codes.NOTES.items()}
CAUSES = {cause: name for name, cause in codes.CAUSES.items()}
FAMILIES = {
    codes.RULE_DRAW_BASE: "draw",
    codes.RULE_LEVEL_BASE: "level",
    codes.RULE_ITEM_BASE: "item",
    codes.RULE_CAMPAIGN_BASE: "campaign",
}


def rule_name(rule: int) -> str:
    """A rule's name; campaigns, items, tiers and draws go by their places."""
    if rule in RULES:
        return RULES[rule]
    base = max(base for base in FAMILIES if base <= rule)
    return f"{FAMILIES[base]}{rule - base}"


def of_entry(entry: Entry) -> str:
    """Day, member, way, tokens, rule."""
    move = f"{ACCOUNTS[entry['source']]} -> {ACCOUNTS[entry['target']]}"
    return f"{to_date(entry['day'])} m{entry['member']} {move} {entry['tokens']} {rule_name(entry['rule'])}"


def of_note(note: Note) -> str:
    """Day, member, kind, cause, before > after, other member, amount, order; what does not apply is left out."""
    words = [str(to_date(note["day"])), f"m{note['member']}", KINDS[note["kind"]], CAUSES[note["cause"]]]
    if (note["before"], note["after"]) != (NONE, NONE):
        words.append(" > ".join("none" if place == NONE else str(place) for place in (note["before"], note["after"])))
    words += [f"m{note['counterpart']}"] if note["counterpart"] != NONE else []
    words += [str(note["amount"])] if note["amount"] else []
    words += [note["order"]] if note["order"] is not None else []
    return " ".join(word for word in words if word)
