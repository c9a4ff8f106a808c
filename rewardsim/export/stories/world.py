"""A programme as a storyteller needs it: words for its numbers, and amounts that bring about what he wants."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rewardsim.rules.earning import in_categories, in_channels, set_bases, tokens_for, tokens_of_lines
from rewardsim.rules.records import BP, NEVER, NONE, Event, EventLine, Law, Terms
from rewardsim.scoring.names import Names

FAR = 40_000  # days: nothing a programme names lies beyond


class World:
    """A law and its names; ``brief`` while stories are kept by their chains."""

    def __init__(self, law: Law, names: Names) -> None:
        self.law, self.names, self.brief = law, names, False
        self.categories = [None, *_words(names.categories, law.terms[0].category_width)]
        self.channels = [None, *_words(names.channels, law.terms[0].channel_width)]
        self.items = {row: name for name, rows in names.items.items() for _, _, row in rows}
        self.draws = {row: name for name, row in names.draws.items()}
        self._best: dict[tuple[int, int | None], str | None] = {}
        self.hashtags = {code: word for word, code in names.hashtags.items()}

    def stretches(self) -> list[tuple[Terms, int]]:
        """Return each stretch of terms with the first of its days."""
        return [(terms, max(terms.from_day, terms.starts_day)) for terms in self.law.terms]

    def terms_at(self, day: int) -> Terms:
        """Return the terms of a day."""
        found = self.law.terms[0]
        for terms in self.law.terms:
            if terms.from_day <= day:
                found = terms
        return found

    def channel(self, terms: Terms, also: int | None = None) -> str | None:
        """Return a channel that earns, in a campaign's set too."""
        for code, word in enumerate(self.channels):
            if in_channels(self.law, terms, terms.channel_set, code):
                if also is None or in_channels(self.law, terms, also, code):
                    return word
        return None

    def category(self, terms: Terms, also: int | None = None) -> str | None:
        """Return a category that earns, at the largest factor, in a campaign's set too."""
        known = (terms.from_day, also)
        if known in self._best:
            return self._best[known]
        best, most = None, 0
        for code, word in enumerate(self.categories):
            factor = self.factor(terms, code)
            inside = also is None or in_categories(self.law, terms, also, code)
            if in_categories(self.law, terms, terms.category_set, code) and inside and factor > most:
                best, most = word, factor
        self._best[known] = best
        return best

    def factor(self, terms: Terms, code: int) -> int:
        """Return a category's factor in basis points."""
        return self.law.category_factors[terms.factor_row * terms.category_width + code]

    def earning(self, terms: Terms) -> list[str | None]:
        """Return the categories that earn."""
        codes = enumerate(self.categories)
        return [word for code, word in codes if in_categories(self.law, terms, terms.category_set, code)]

    def rate_of(self, terms: Terms, tier: int) -> int:
        """Return the largest factor that an order of a member of a tier may get, in basis points."""
        factors = [level.factor_bp for level in self.law.levels[terms.level_first :][: terms.level_count]]
        return BP if tier == NONE else max([BP, *factors])

    def earned(self, terms: Terms, lines: Sequence[Mapping[str, Any]]) -> int:
        """Return what an order of such lines earns before tiers, campaigns and caps."""
        code = self.names.category
        told = [EventLine(0, code(line["category"]), line["amount_minor"], line["discount_minor"]) for line in lines]
        event = Event(line_count=len(told))
        set_bases(self.law, terms, 0, event, told)
        return tokens_of_lines(self.law, terms, event, told, terms.category_set)

    def tokens(self, terms: Terms, amount: int) -> int:
        """Return what a purchase of an amount in the best category earns before caps."""
        word = self.category(terms)
        code = self.names.category(word)
        return tokens_for(self.law, terms, amount * self.factor(terms, code))

    def amount(self, terms: Terms, tokens: int) -> int:
        """Return the least amount that earns so many tokens, or all that an event may carry."""
        return least(lambda amount: self.tokens(terms, amount) >= tokens, terms.amount_max)

    def fair_amount(self, terms: Terms) -> int:
        """Return an amount that earns under the terms: a few hundred tokens where that is in bounds."""
        return max(self.amount(terms, 300), terms.minimum_order, 1)


def least(good: Callable[[int], bool], most: int) -> int:
    """Return the least number from 1 to ``most`` that is good, where larger ones are too."""
    low, high = 1, max(1, most)
    while low < high:
        middle = (low + high) // 2
        if good(middle):
            high = middle
        else:
            low = middle + 1
    return low


def near(terms: Terms, *days: int) -> bool:
    """Tell whether one of some days, or one beside it, lies in a stretch of terms."""
    return any(terms.from_day - 2 <= day <= terms.to_day + 2 for day in known_days(list(days)))


def known_days(days: list[int]) -> list[int]:
    """Return the days that are days, in order, each once."""
    return sorted({day for day in days if -FAR < day < FAR and day not in (NONE, NEVER)})


def scaled(amount: int, share_bp: int) -> int:
    """Return the least amount of which a share is at least so much."""
    return -(-amount * BP // share_bp) if share_bp else 0


def _words(known: dict[str, int], width: int) -> list[str | None]:
    by_code: dict[int, str] = {code: word for word, code in known.items()}
    return [by_code.get(code) for code in range(1, width)]
