"""Rows that several stretches share: sets of words, counters, pools, campaigns, items, draws.

Rows are ordered by what they say, never by id or place in the file, so that renaming or
reordering changes no integer. Only rows that say the very same thing are told apart by id, where
it makes no difference.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rewardsim.programme.check import Stretch
from rewardsim.programme.earning import Purchase
from rewardsim.programme.life import written
from rewardsim.programme.lower_draws import Draws
from rewardsim.programme.lower_referral import limit_keys as referral_limits
from rewardsim.programme.lower_tiers import any_express
from rewardsim.programme.model import ProgrammeFile
from rewardsim.programme.names import Names, base_rules
from rewardsim.programme.sections import Campaign as CampaignRow
from rewardsim.programme.sections import Exchange
from rewardsim.rules import codes
from rewardsim.rules.account import SHARE_SLOT
from rewardsim.rules.records import BP, NONE, Campaign, Item, PoolTerms

Mask = tuple[int, ...]


class Words:
    """Codes of the categories or channels a programme names, and sets of them."""

    def __init__(self, words: Iterable[str]) -> None:
        self.codes = {word: code for code, word in enumerate(sorted(set(words)), 1)}
        self.width = len(self.codes) + 1
        self.everything: Mask = (1,) * self.width
        self.masks: set[Mask] = {self.everything}

    def mask(self, allowed: list[str], excluded: list[str] | None = None) -> Mask:
        """1 for each code allowed; an empty list allows everything, unnamed words too."""
        row = [0 if allowed else 1] * self.width
        for word in allowed:
            row[self.codes[word]] = 1
        for word in excluded or []:
            row[self.codes[word]] = 0
        mask = tuple(row)
        self.masks.add(mask)
        return mask

    def row(self, mask: Mask) -> int:
        """Number of a set: 0 for everything, the others in order of what they contain."""
        return 0 if mask == self.everything else 1 + sorted(self.masks - {self.everything}).index(mask)

    def flat(self) -> list[int]:
        """All sets, one after the other."""
        return [bit for mask in (self.everything, *sorted(self.masks - {self.everything})) for bit in mask]


class Factors:
    """Rows of category factors; row 0 leaves everything as it is."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.plain: Mask = (BP,) * words.width
        self.rows: set[Mask] = {self.plain}

    def of(self, factors: dict[str, int]) -> Mask:
        """The factor of each code in basis points."""
        row = list(self.plain)
        for word, factor_bp in factors.items():
            row[self.words.codes[word]] = factor_bp
        self.rows.add(tuple(row))
        return tuple(row)

    def row(self, factors: Mask) -> int:
        """Number of a row."""
        return 0 if factors == self.plain else 1 + sorted(self.rows - {self.plain}).index(factors)

    def flat(self) -> list[int]:
        """All rows, one after the other."""
        return [factor for row in (self.plain, *sorted(self.rows - {self.plain})) for factor in row]


class Slots:
    """Numbers handed out once for each key, in order of first request."""

    def __init__(self, first: int = 0) -> None:
        self.first = first
        self.numbers: dict[Any, int] = {}

    def of(self, key: Any) -> int:
        """The number of a key."""
        return self.numbers.setdefault(key, self.first + len(self.numbers))

    @property
    def end(self) -> int:
        """First number not handed out."""
        return self.first + len(self.numbers)


@dataclass
class Ranked:
    """A row of the file with the integers it stands for."""

    name: str
    record: Any
    shared: tuple[int, int, int] | None
    """Size, period and excess of its pool."""
    lead: int = 0
    """What counts before the record's own fields."""
    worth: int = NONE
    """What it is worth in minor units."""
    rank: tuple[Any, ...] = ()

    @property
    def content(self) -> tuple[int, ...]:
        """All that it says, in integers."""
        return (self.lead, *integers(self.record), self.worth)

    def continues(self, other: Ranked) -> bool:
        """Whether it says the same as another row of its id, from the day on which that ends."""
        same = self.name == other.name and self.shared == other.shared and self.worth == other.worth
        fields, others = integers(self.record), integers(other.record)
        return same and fields[2:] == others[2:] and self.record.from_day == other.record.to_day


def joined(rows: list[Ranked]) -> list[Ranked]:
    """Without empty windows; rows that only continue another one lengthen it."""
    kept: list[Ranked] = []
    for row in sorted(rows, key=lambda row: (row.name, row.record.from_day)):
        if row.record.from_day >= row.record.to_day:
            continue
        if kept and row.continues(kept[-1]):
            kept[-1].record.to_day = row.record.to_day
        else:
            kept.append(row)
    return kept


def ranked(rows: list[Ranked]) -> list[Ranked]:
    """Rows by content; equal rows by all rows of their id; then, without effect, by id."""
    rows = joined(rows)
    families: dict[str, list[Any]] = {}
    for row in rows:
        families.setdefault(row.name, []).append((row.content, row.shared or ()))
    for row in rows:
        row.rank = (row.content, row.shared or (), sorted(families[row.name]), row.name)
    return sorted(rows, key=lambda row: row.rank)


class Tables:
    """Everything the stretches refer to by number."""

    def __init__(self, stretches: tuple[Stretch, ...]) -> None:
        self.file = stretches[0].file
        purchases = [s.file.earning.purchase for s in stretches if s.file.earning.purchase]
        self.categories = Words(category_words(self.file, purchases))
        self.channels = Words(channel_words(self.file, purchases))
        self.factors = Factors(self.categories)
        for purchase in purchases:
            self.channels.mask(purchase.channels)
            self.categories.mask(purchase.categories, purchase.exclude_categories)
            self.factors.of(purchase.category_multipliers)
        for row in [*self.file.campaigns, *self.file.exchange]:
            self.categories.mask(row.categories)
        for campaign in self.file.campaigns:
            self.channels.mask(campaign.channels)
        self.counters = Slots(first=SHARE_SLOT + 1)  # the law keeps the first for itself
        for period, ordinal in limit_keys(purchases):
            self.limit_slot(period, ordinal)
        self.pools = Slots()
        self.rules = base_rules()
        self.campaigns, self.campaign_ids = self.lower_campaigns()
        self.item_values: list[int] = []
        """Worth of each item row in minor units, NONE for a code."""
        self.items, self.item_ids = self.lower_items()
        for key in referral_limits(written(stretches, "referral")):
            self.counters.of(("referral", key))
        tiers = written(stretches, "tiers")
        self.express_counter = self.counters.of("express") if any_express(tiers) else NONE
        self.level_ids = [level.id for level in tiers[0].levels] if tiers else []
        self.draws = Draws(self.file)
        self.rules |= {codes.RULE_LEVEL_BASE + place: f"tiers.{name}" for place, name in enumerate(self.level_ids)}
        self.rules |= {codes.RULE_DRAW_BASE + row: f"draws.{name}" for row, name in enumerate(self.draws.ids)}

    def limit_slot(self, period: int, ordinal: int) -> int:
        """The counter of a cap on purchase tokens."""
        return self.counters.of(("limit", period, ordinal))

    def lower_campaigns(self) -> tuple[list[Campaign], list[str]]:
        """Campaign rows in canonical order; those whose window is empty are left out."""
        rows = ranked([self.campaign(row) for row in self.file.campaigns])
        for index, row in enumerate(rows):
            record = row.record
            record.rule = codes.RULE_CAMPAIGN_BASE + index
            self.rules[record.rule] = f"campaign:{row.name}"
            if record.limit_tokens != NONE:
                record.limit_counter = self.counters.of(("campaign", row.name, record.limit_period))
            if row.shared:
                record.pool = self.pools.of(("campaign", row.name, row.shared))
        return [row.record for row in rows], [row.name for row in rows]

    def campaign(self, row: CampaignRow) -> Ranked:
        """One campaign."""
        first, last = self.file.window(row.phase, row.starts, row.ends)
        limit = row.limit_per_member
        record = Campaign(
            from_day=first,
            to_day=last,
            weekdays=row.weekdays,
            category_set=self.categories.row(self.categories.mask(row.categories)),
            channel_set=self.channels.row(self.channels.mask(row.channels)),
            minimum_order=row.minimum_order,
            factor_bp=row.multiplier,
            bonus_tokens=row.tokens,
            stacking=codes.STACKINGS[row.stacking],
            priority=row.priority,
            limit_tokens=limit.tokens if limit else NONE,
            limit_period=codes.PERIODS[limit.period] if limit else 0,
            limit_excess=codes.EXCESSES[limit.when_exceeded] if limit else 0,
            limit_counter=NONE,
            pool=NONE,
        )
        budget = row.budget
        shared = (
            (budget.tokens, codes.PERIODS[budget.period], codes.EXCESSES[budget.when_exceeded])
            if budget
            else None
        )
        return Ranked(row.id, record, shared, lead=-row.priority)

    def lower_items(self) -> tuple[list[Item], list[str]]:
        """Exchange rows in canonical order."""
        kinds = Slots()
        rows = ranked([self.item(row) for row in self.file.exchange])
        for index, row in enumerate(rows):
            record = row.record
            record.kind = kinds.of(row.name)
            record.rule = codes.RULE_ITEM_BASE + index
            self.rules[record.rule] = f"exchange:{row.name}"
            if record.per_member_max != NONE:
                record.counter = self.counters.of(("item", row.name, record.per_member_period))
            if row.shared:
                record.pool = self.pools.of(("item", row.name, row.shared))
            self.item_values.append(row.worth)
        return [row.record for row in rows], [row.name for row in rows]

    def item(self, row: Exchange) -> Ranked:
        """One thing on offer."""
        first, last = self.file.window(row.phase, row.starts, row.ends)
        most = row.per_member_max
        record = Item(
            from_day=first,
            to_day=last,
            tokens=row.tokens,
            valid_days=row.valid_days if row.valid_days is not None else NONE,
            category_set=self.categories.row(self.categories.mask(row.categories)),
            transferable=int(row.transferable),
            per_member_max=most.count if most else NONE,
            per_member_period=codes.PERIODS[most.period] if most else 0,
            counter=NONE,
            pool=NONE,
        )
        stock = row.stock
        period = codes.PERIODS["programme" if stock.replenish == "never" else stock.replenish] if stock else 0
        shared = (stock.count, period, codes.REJECT) if stock else None
        return Ranked(row.id, record, shared, worth=row.value if row.value is not None else NONE)

    def pool_rows(self) -> list[PoolTerms]:
        """Budgets and stocks by number."""
        return [PoolTerms(size=key[2][0], period=key[2][1], excess=key[2][2]) for key in self.pools.numbers]

    def names(self) -> Names:
        """The dictionary of the law."""
        items: dict[str, list[tuple[int, int, int]]] = {}
        for row, (item, name) in enumerate(zip(self.items, self.item_ids, strict=True)):
            items.setdefault(name, []).append((item.from_day, item.to_day, row))
        return Names(
            rules=self.rules,
            categories=dict(self.categories.codes),
            channels=dict(self.channels.codes),
            items={name: tuple(sorted(rows)) for name, rows in sorted(items.items())},
            kinds={name: item.kind for item, name in zip(self.items, self.item_ids, strict=True)},
            levels=list(self.level_ids),
            draws={name: row for row, name in enumerate(self.draws.ids)},
            hashtags=dict(self.draws.hashtags),
        )


def integers(record: Any) -> tuple[int, ...]:
    """All fields of a record in order."""
    return tuple(getattr(record, name) for name in record.__slots__)


def category_words(file: ProgrammeFile, purchases: list[Purchase]) -> set[str]:
    """Every category the programme names."""
    words = {word for row in [*file.campaigns, *file.exchange] for word in row.categories}
    for purchase in purchases:
        words |= {*purchase.categories, *purchase.exclude_categories, *purchase.category_multipliers}
    return words


def channel_words(file: ProgrammeFile, purchases: list[Purchase]) -> set[str]:
    """Every channel the programme names."""
    return {word for row in [*file.campaigns, *purchases] for word in row.channels}


def limit_keys(purchases: list[Purchase]) -> list[tuple[int, int]]:
    """Period and ordinal of each limit that ever stands, so that a changed cap keeps its use."""
    return sorted({key for purchase in purchases for key in numbered_limits(purchase)})


def numbered_limits(purchase: Purchase) -> list[tuple[int, int]]:
    """For each limit its period and which one of that period it is."""
    periods = [codes.PERIODS[limit.period] for limit in purchase.limits]
    return [(period, periods[:index].count(period)) for index, period in enumerate(periods)]
