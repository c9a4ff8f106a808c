"""Things a programme may say of referral, tiers and draws, and probably does not mean."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rewardsim.programme.life import within
from rewardsim.programme.model import ProgrammeFile
from rewardsim.programme.source import Key
from rewardsim.programme.units import day_date, in_major
from rewardsim.rules.records import BP, Law

Finding = tuple[Key, str]


def paid_without_order(file: ProgrammeFile, law: Law) -> Iterator[Finding]:
    """Rewards for a friend who need not buy anything."""
    rule = file.referral
    if rule is None or rule.qualifies_on != "enrol":
        return
    yield ("referral", "qualifies_on"), "friends need not buy anything: fake accounts are paid"
    for key in ("minimum_order", "within_days", "revoke_if_returned"):
        if key in rule.model_fields_set:
            yield ("referral", key), 'no effect: with qualifies_on = "enrol" no order is asked for'


def generous_chain(file: ProgrammeFile, law: Law) -> Iterator[Finding]:
    """Levels that together cost more than the reward, or a reward of nothing."""
    rule = file.referral
    if rule is None:
        return
    total = sum(rule.levels_share)
    if total > BP:
        text = "a friend costs more than `referrer_tokens`"
        yield ("referral", "levels_share"), f"together {in_major(total, 2)} %: {text}"
    if not rule.referrer_tokens and not rule.referee_tokens:
        yield ("referral", "referrer_tokens"), "nobody is rewarded"


def whole_friends(file: ProgrammeFile, law: Law) -> Iterator[Finding]:
    """A limit of friends that asks to be given in part."""
    limit = file.referral.limit_per_referrer if file.referral else None
    if limit is not None and limit.tokens is None and limit.when_exceeded == "reduce":
        path = ("referral", "limit_per_referrer", "when_exceeded")
        yield path, "no effect: friends are counted whole, only `tokens` can be reduced"


def idle_choices(file: ProgrammeFile, law: Law) -> Iterator[Finding]:
    """Choices about rising and falling that never come into play."""
    rule = file.tiers
    if rule is None:
        return
    if rule.upgrade == "at_review" and rule.rate_applies != "before":
        yield ("tiers", "rate_applies"), 'no effect: with upgrade = "at_review" the rate changes at a review only'
    if rule.downgrade == "never" and rule.grace_days:
        yield ("tiers", "grace_days"), 'no effect: with downgrade = "never" nobody is downgraded'


def tiers_of_nothing(file: ProgrammeFile, law: Law) -> Iterator[Finding]:
    """Tiers that rest on, or multiply, tokens that orders do not earn."""
    rule = file.tiers
    if rule is None or any(terms.earn_on for terms in law.terms):
        return
    if rule.criterion == "tokens_earned":
        yield ("tiers", "criterion"), "orders earn no tokens: nobody rises"
    for index, level in enumerate(rule.levels):
        if level.earn_multiplier > BP:
            yield ("tiers", "levels", index, "earn_multiplier"), "no effect: orders earn no tokens"


def late_draws(file: ProgrammeFile, law: Law) -> Iterator[Finding]:
    """Draws held, or open for entry, when the programme or the phase is not running."""
    ends = file.programme.ends
    for index, draw in enumerate(file.draws):
        if ends is not None and draw.draws_on >= ends:
            yield ("draws", index, "draws_on"), f"held after the programme's last day; it ends on {day_date(ends)}"
        first, last = within(file, draw.phase, draw.opens, draw.closes)
        if (first, last) != (draw.opens, draw.closes):
            text = f"entry is possible from {day_date(first)} to the day before {day_date(last)} only"
            yield ("draws", index), f"{text}: programme or phase cut it"


def idle_entry(file: ProgrammeFile, law: Law) -> Iterator[Finding]:
    """Conditions that the kind of entry does not have."""
    for index, draw in enumerate(file.draws):
        entry = draw.entry
        given = [key for key in ("hashtag", "tags_min", "public") if key in entry.model_fields_set]
        for key in given if entry.kind != "social_post" else []:
            yield ("draws", index, "entry", key), f"no effect: entry is by {entry.kind}, not by post"
        if entry.kind == "enrol" and draw.entries_per_member_max > 1:
            yield ("draws", index, "entries_per_member_max"), "a member enrols once: one entry at most"


MEMBER_CHECKS: tuple[Callable[[ProgrammeFile, Law], Iterator[Finding]], ...] = (
    paid_without_order,
    generous_chain,
    whole_friends,
    idle_choices,
    tiers_of_nothing,
    late_draws,
    idle_entry,
)
