"""Promises that nobody can ever be held to: windows that are empty, tiers and prizes out of reach."""

from __future__ import annotations

from collections.abc import Iterator

from rewardsim.programme.check import Stretch
from rewardsim.programme.dated import resolve, written_at
from rewardsim.programme.draws import Draw
from rewardsim.programme.faults import Fault, show
from rewardsim.programme.life import runs, written
from rewardsim.programme.lower_draws import window
from rewardsim.programme.source import Key, Source
from rewardsim.programme.units import Scale, in_major
from rewardsim.rules.records import Law, Terms

DEEDS_MAX = 10**6
"""Orders allowed for in one member's life."""

LASTING = ("referral", "tiers")


def out_of_reach(source: Source, stretches: tuple[Stretch, ...], law: Law, scale: Scale) -> Iterator[Fault]:
    """All of them, in no order."""
    yield from empty_sections(source, stretches)
    yield from empty_draws(source, stretches[0])
    for stretch in stretches:
        yield from Bounded(source, stretch, law.terms[0], scale).faults()


def empty_sections(source: Source, stretches: tuple[Stretch, ...]) -> Iterator[Fault]:
    """Referral or tiers that never stand, or stand twice."""
    for area in LASTING:
        found = runs(stretches, area)
        if not found and written(stretches, area):
            todo = "correct the phase or the dates"
            allowed = "days within the programme and its phase"
            yield source.fault((area,), "empty-window", "no day on which it stands", allowed, todo)
        if len(found) > 1:
            allowed, todo = "one run of days", "let it begin once and end once"
            yield source.fault((area,), "interrupted", f"{len(found)} runs of days", allowed, todo)


def empty_draws(source: Source, stretch: Stretch) -> Iterator[Fault]:
    """Draws that nobody can enter."""
    for index, draw in enumerate(stretch.file.draws):
        first, last = window(stretch.file, draw)
        if first >= last:
            allowed, todo = "days of entry within programme and phase", "correct the dates or the phase"
            yield source.fault(("draws", index), "empty-window", "no day of entry", allowed, todo)


class Bounded:
    """Numbers of one stretch against the programme's bounds."""

    def __init__(self, source: Source, stretch: Stretch, terms: Terms, scale: Scale) -> None:
        self.source = source
        self.file = stretch.file
        self.terms = terms
        self.scale = scale
        self.origin: dict[Key, Key] = {}
        resolve(source.document, stretch.from_day, self.origin)

    def faults(self) -> Iterator[Fault]:
        """One fault a number, at the line where it is written."""
        if self.file.referral:
            yield from self.amount(("referral", "minimum_order"), self.file.referral.minimum_order)
            yield from self.tokens(("referral", "referrer_tokens"), self.file.referral.referrer_tokens)
            yield from self.tokens(("referral", "referee_tokens"), self.file.referral.referee_tokens)
        yield from self.tiers()
        for index, draw in enumerate(self.file.draws):
            for path, tokens in prizes(draw):
                yield from self.tokens(("draws", index, *path), tokens)

    def amount(self, path: Key, amount: int) -> Iterator[Fault]:
        """An amount that no order reaches."""
        most = self.terms.amount_max
        if amount > most:
            yield self.above(path, amount, most, self.scale.digits, "bounds.amount_max")

    def tokens(self, path: Key, tokens: int) -> Iterator[Fault]:
        """Tokens that no member may hold."""
        most = self.terms.tokens_max
        if tokens > most:
            yield self.above(path, tokens, most, self.scale.decimals, "bounds.tokens_max")

    def above(self, path: Key, number: int, most: int, digits: int, bound: str) -> Fault:
        """A number beyond a bound."""
        found, allowed = in_major(number, digits), f"at most {in_major(most, digits)} ({bound})"
        todo = "lower it, or raise the bound"
        return self.source.fault(written_at(self.origin, path), "above-bound", found, allowed, todo)

    def tiers(self) -> Iterator[Fault]:
        """Tiers that a million orders of the largest size do not reach, and presents beyond the bounds."""
        rule = self.file.tiers
        if rule is None:
            return
        largest = {"spend": self.terms.amount_max, "tokens_earned": self.terms.tokens_max, "orders": 1}
        for index, (start, level) in enumerate(zip(rule.thresholds(self.scale), rule.levels, strict=True)):
            path = ("tiers", "levels", index)
            if start > largest[rule.criterion] * DEEDS_MAX:
                where = written_at(self.origin, (*path, "from"))
                allowed = f"what a member can reach with {DEEDS_MAX:,} orders within [bounds]"
                yield self.source.fault(where, "unreachable", show(level.from_), allowed, "lower the threshold")
            if level.privileges.birthday:
                yield from self.tokens((*path, "privileges", "birthday", "tokens"), level.privileges.birthday.tokens)


def prizes(draw: Draw) -> Iterator[tuple[Key, int]]:
    """Tokens of each prize with the place where they stand."""
    if draw.tokens is not None:
        yield ("tokens",), draw.tokens
    for index, prize in enumerate(draw.prizes or []):
        yield ("prizes", index, "tokens"), prize.tokens
