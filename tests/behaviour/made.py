"""Made scenes: a law, a book and a world small enough to know what a member ought to do."""

from __future__ import annotations

import random
from dataclasses import dataclass

from rewardsim.behaviour.parameters import PARAMETERS, PRESETS
from rewardsim.behaviour.records import EXISTING, KINDS, Habits, Person, World
from rewardsim.rules import codes
from rewardsim.rules.calendar import day_of
from rewardsim.rules.records import (
    BP,
    NEVER,
    NONE,
    Band,
    Book,
    Counter,
    Deed,
    Event,
    EventLine,
    Head,
    Holding,
    Item,
    Law,
    Level,
    Lot,
    Member,
    Standing,
    Terms,
)

DAY = day_of(2018, 3, 1)
AT = DAY + 0.5
NEVER_WORD, ALWAYS_WORD = 0xFFFFFFFF, 0
CATEGORIES = 3
NO_EFFECT = PRESETS["no_response"]


@dataclass
class Scene:
    """One law, and members under it; most tests have one member, number 0."""

    law: Law
    book: Book
    world: World

    @property
    def terms(self) -> Terms:
        """The only terms."""
        return self.law.terms[0]

    @property
    def habits(self) -> Habits:
        """The habits all share."""
        return self.world.habits[0]

    @property
    def person(self) -> Person:
        """The first person."""
        return self.world.persons[0]

    @property
    def member(self) -> Member:
        """His account."""
        return self.book.members[0]

    def set(self, **habits: float) -> Scene:
        """Change some habits."""
        for name, value in habits.items():
            assert name in PARAMETERS or name in ("pool", "joined")
            setattr(self.habits, name, value)
        return self

    def give(self, tokens: int, expiry_day: int = NEVER, m: int = 0) -> Scene:
        """Let a member have tokens, in a lot behind his others."""
        member = self.book.members[m]
        self.book.lots.append(Lot(serial=member.lots_made, tokens=tokens, expiry_day=expiry_day))
        row = len(self.book.lots) - 1
        if member.lot_first == NONE:
            member.lot_first = row
        else:
            self.book.lots[member.lot_last].next = row
        member.lot_last = row
        member.lot_count += 1
        member.lots_made += 1
        member.available += tokens
        return self

    def hold(self, item: int, expiry_day: int, m: int = 0) -> Scene:
        """Let a member hold what an item gives."""
        member = self.book.members[m]
        kind = self.law.items[item].kind
        self.book.holdings.append(Holding(kind=kind, item=item, expiry_day=expiry_day, next=member.holding_first))
        member.holding_first = len(self.book.holdings) - 1
        return self

    def spend(self, day: int, value: int, m: int = 0) -> Scene:
        """Let a deed count for a member's standing."""
        standing = self.book.standings[m]
        self.book.deeds.append(Deed(day=day, value=value))
        row = len(self.book.deeds) - 1
        if standing.deed_first == NONE:
            standing.deed_first = row
        else:
            self.book.deeds[standing.deed_last].next = row
        standing.deed_last = row
        standing.qualifying += value
        return self


def scene(
    prices: tuple[int, ...] = (),
    worths: tuple[int, ...] = (),
    levels: tuple[int, ...] = (),
    members: int = 1,
    **terms: int,
) -> Scene:
    """Members without a past, under a law that gives one token for ten of the currency; habits have no effect."""
    law = _law(prices, levels, terms)
    book = Book(**{name: [] for name in Book._fields})
    book.head.append(Head(day=DAY))
    world = World(**{name: [] for name in World._fields})
    world.habits.append(Habits(programme=1, first_day=DAY - 400, last_day=DAY + 400, **NO_EFFECT))
    world.events.append(Event())
    world.lines.append(EventLine())
    world.baskets.extend([0.5, 1.0, 1.5])
    world.category_factors.extend([1.0] * CATEGORIES)
    world.worths.extend(worths or [0] * len(prices))
    world.cuts.extend(worths or [0] * len(prices))
    for m in range(members):
        _join(book, world, m, bool(levels), law.terms[0].counter_width)
    return Scene(law, book, world)


def _law(prices: tuple[int, ...], levels: tuple[int, ...], terms: dict[str, int]) -> Law:
    law = Law(**{name: [] for name in Law._fields})
    for kind, price in enumerate(prices):
        law.items.append(Item(tokens=price, kind=kind, valid_days=90, per_member_max=NONE, counter=kind, pool=NONE))
    for start in levels:
        law.levels.append(Level(start=start))
    law.bands.append(Band(upper=NONE, tokens=1, per=1000, common=1, denominator=1000))
    law.category_sets.extend([1] * CATEGORIES + [0, 1, 0] + [0] * CATEGORIES)
    usual = {
        "amount_max": 10**12, "tokens_max": 10**9, "counter_width": len(prices), "category_width": CATEGORIES,
        "earn_on": 1, "band_count": 1, "redeem_value_num": 10, "redeem_value_den": 1, "redeem_step": 1,
        "redeem_share_bp": BP, "release_kind": codes.ON_DELIVERY, "tier_window": codes.ROLLING_MONTHS,
        "tier_months": 12, "level_count": len(levels), "tiers_from": DAY - 300 if levels else NEVER,
        "tiers_to": NEVER if levels else NEVER + 1, "review_months": 12,
    }  # fmt: skip
    law.terms.append(Terms(**(usual | terms)))
    return law


def _join(book: Book, world: World, m: int, tiers: bool, counters: int) -> None:
    book.members.append(Member(status=codes.ENROLLED, enrolled_day=DAY - 200, clock_day=DAY))
    if tiers:
        book.standings.append(Standing(tier=NONE, since_day=DAY - 200, review_day=DAY + 165))
    book.counters.extend(Counter() for _ in range(counters))
    world.persons.append(Person(low=m, high=17, kind=EXISTING, rate=0.1, spend=100_000.0, goal=1.0, patience=60.0))


def random_scene(seed: int, members: int) -> Scene:
    """Members with any past a simulation could give them, under a law with something of everything."""
    rng = random.Random(seed)
    prices = tuple(sorted(rng.sample(range(10, 12_000), rng.choice((0, 1, 3, 5)))))
    worths = tuple(rng.choice((0, rng.randrange(1, 200_000))) for _ in prices)
    levels = tuple(sorted(rng.sample(range(10**7), 3))) if rng.random() < 0.7 else ()
    worth = rng.choice(((10, 1), (1, 3), (250, 7)))
    made = scene(
        prices, worths, levels, members,
        earn_on=rng.choice((0, 1, 1, 1)), criterion=rng.choice(list(codes.CRITERIA.values())),
        tier_window=rng.choice(list(codes.TIER_WINDOWS.values())), upgrade=rng.choice(list(codes.UPGRADES.values())),
        tiers_to=rng.choice((NEVER, DAY + 20)), redeem_on=rng.choice((0, 1, 1)), redeem_min=rng.choice((0, 7, 100)),
        redeem_step=rng.choice((1, 5)), redeem_share_bp=rng.choice((500, 2_000, BP)), redeem_value_num=worth[0],
        redeem_value_den=worth[1], redeem_excess=rng.choice((codes.REDUCE, codes.REJECT)),
        minimum_order=rng.choice((0, 60_000)), referee_tokens=rng.choice((0, 100)),
    )  # fmt: skip
    law, world = made.law, made.world
    for item in law.items:
        item.from_day = rng.choice((0, DAY - 3, DAY + 3))
        item.to_day = rng.choice((NEVER, DAY + 40, DAY + 5))
        item.category_set = rng.randrange(3)
        item.per_member_max = rng.choice((NONE, NONE, 1))
        item.per_member_period = rng.choice((codes.PER_MONTH, codes.PER_PROGRAMME))
        item.kind = rng.randrange(len(prices))
    if rng.random() < 0.5:
        law.bands[0].upper = rng.randrange(1000, 300_000)
        law.bands.append(Band(upper=NONE, tokens=2, per=1000, common=2, denominator=1000))
        law.terms[0].band_count = 2
    world.cuts[:] = [rng.choice((0, 500, 500, 10_000)) for _ in prices]
    world.baskets[:] = sorted(rng.expovariate(1.0) for _ in range(rng.choice((1, 2, 65))))
    world.category_factors[:] = [rng.uniform(0.3, 2.0) for _ in range(CATEGORIES)]
    for parameter in PARAMETERS.values():
        value = rng.choice((parameter.default, rng.uniform(parameter.low, parameter.high)))
        setattr(made.habits, parameter.name, value)
    made.habits.pool, made.habits.joined = rng.choice(((0, 0), (1000, 250), (10, 12)))
    made.habits.invite_once = rng.choice((0.0, 0.0, made.habits.invite_once))
    made.habits.key_0, made.habits.key_1 = rng.getrandbits(32), rng.getrandbits(32)
    for m in range(members):
        _live(rng, made, m)
    return made


def _live(rng: random.Random, made: Scene, m: int) -> None:
    """Give one member a past."""
    book, person = made.book, made.world.persons[m]
    never = -1.0e7
    person.low, person.high = rng.getrandbits(32), rng.getrandbits(32)
    person.kind = rng.choice(list(KINDS.values()))
    person.arrival = DAY - rng.uniform(0.0, 400.0)
    person.rate = rng.choice((0.0, rng.expovariate(20.0)))
    person.spend = rng.uniform(500.0, 500_000.0)
    person.goal = rng.choice((0.0, 1.0))
    person.reluctance = rng.gauss(-1.0, 1.5)
    person.patience = rng.choice((0.0, rng.uniform(1.0, 400.0)))
    person.invites = rng.choice((0.0, rng.expovariate(1.0), 40.0))
    person.inviter = rng.choice((NONE, rng.randrange(len(made.world.persons))))
    person.left_day = rng.choice((NEVER, DAY - rng.randrange(100)))
    person.visit_at = AT
    for name in ("redeemed_at", "demoted_at", "missed_at"):
        setattr(person, name, rng.choice((never, AT - rng.uniform(0.0, 120.0))))
    member = book.members[m]
    member.pending = rng.choice((0, rng.randrange(5_000)))
    member.debt = rng.choice((0, 0, 0, 50))
    expiry_day = DAY + 1
    for _ in range(rng.randrange(3)):
        expiry_day += rng.randrange(200)
        made.give(rng.randrange(1, 6_000), rng.choice((expiry_day, NEVER)), m)
        if book.lots[-1].expiry_day == NEVER:
            break
    for _ in range(rng.randrange(4) if made.law.items else 0):
        made.hold(rng.randrange(len(made.law.items)), DAY + rng.randrange(-10, 90), m)
    for k in range(len(made.law.items)):
        counter = book.counters[m * len(made.law.items) + k]
        counter.period, counter.used = rng.choice(((-NEVER, 0), (0, 1), (2018 * 12 + 2, 1)))
    if book.standings:
        book.standings[m].tier = rng.randrange(-1, 3)
        book.standings[m].review_day = rng.choice((NEVER, DAY + rng.randrange(1, 300)))
        for back in sorted((rng.randrange(500) for _ in range(rng.randrange(4))), reverse=True):
            made.spend(DAY - back, rng.randrange(5 * 10**6), m)
