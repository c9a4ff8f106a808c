"""Stories of referral: invited, brought, qualified, paid, capped, taken back; and every reason why not."""

from __future__ import annotations

from collections.abc import Iterator

from rewardsim.export.stories.earning import CAP_MAX, next_periods
from rewardsim.export.stories.plot import Plot
from rewardsim.export.stories.world import World, known_days, near
from rewardsim.rules.arithmetic import share_of
from rewardsim.rules.codes import LIMIT_TOKENS
from rewardsim.rules.records import NEVER, NONE, Terms


def stories(world: World, terms: Terms, day: int) -> Iterator[Plot]:
    """Tell of friends from one day on."""
    if terms.referral_from == NEVER:
        yield off(world, day)
        return
    first = max(day, terms.referral_from)
    if first < min(terms.referral_to, terms.to_day):
        yield minimum(world, terms, first)
        yield deadline(world, terms, first)
        yield levels(world, terms, first)
        yield limit(world, terms, first)
        yield taken_back(world, terms, first)
        yield refused(world, terms, first)
    if near(terms, terms.referral_from, terms.referral_to):
        yield phase(world, terms)


def off(world: World, day: int) -> Plot:
    """An invitation under a programme without referral."""
    plot = Plot(world, "no-referral", day).enrol()
    plot.tell("invite", counterpart_id="b")
    return plot.enrol("b", counterpart_id="a").end(day + 2)


def bring(plot: Plot, referrer: str, friend: str) -> Plot:
    """Let a member invite a friend, who comes."""
    plot.tell("invite", referrer, counterpart_id=friend)
    plot.tell("enrol", friend, counterpart_id=referrer)
    return plot


def qualify_size(world: World, terms: Terms) -> int:
    """Return what a friend must order to qualify, and earns with."""
    return max(terms.referral_minimum, 1)


def minimum(world: World, terms: Terms, day: int) -> Plot:
    """Orders of a unit less than the minimum, the minimum, and more; rewards around their day."""
    plot = Plot(world, "referral-minimum", day).enrol("a", "x", "y", "z")
    size = qualify_size(world, terms)
    for referrer, friend, amount in (("a", "b", size - 1), ("x", "c", size), ("y", "d", size + 1), ("z", "e", 0)):
        bring(plot, referrer, friend)
        plot.buy(amount, friend)
    plot.at(day + 1)
    for friend in ("b", "c", "d"):
        plot.buy(size, friend)
    for edge in sorted({day + 1 + terms.referral_delay + side for side in (-2, -1, 0, 1)} | {day + 1}):
        plot.at(max(plot.day, edge)).look("a", "x", "y", "b", "c", "d")
    return plot.end(plot.day + 20)


def deadline(world: World, terms: Terms, day: int) -> Plot:
    """Deliveries on the last day to qualify and the day after."""
    plot = Plot(world, "referral-deadline", day).enrol("a")
    size = qualify_size(world, terms)
    days = terms.referral_days if terms.referral_days != NONE else 100
    for number in range(3):
        bring(plot, "a", f"f{number}")
    for number in range(3):
        plot.at(day + days - 1 + number).buy(size, f"f{number}")
    plot.buy(size, "f0")
    return plot.end(plot.day + terms.referral_delay + 20)


def levels(world: World, terms: Terms, day: int) -> Plot:
    """A chain of five members: who is paid how far up; one of them closed."""
    plot = Plot(world, "referral-levels", day).enrol("a", "z")
    size = qualify_size(world, terms)
    for number, (referrer, friend) in enumerate((("a", "b"), ("b", "c"), ("c", "d"), ("d", "e"))):
        bring(plot.at(day + number), referrer, friend)
        plot.buy(size, friend)
    bring(plot.at(day + 5), "z", "y")
    plot.tell("close", "z")
    plot.at(day + 6).buy(size, "y")
    bring(plot, "c", "g")
    plot.at(day + 7).tell("close", "c")
    plot.at(day + 8).buy(size, "g")
    bring(plot, "g", "a")
    plot.enrol("h").at(day + 9)
    return plot.end(plot.day + terms.referral_delay + 20)


def limit(world: World, terms: Terms, day: int) -> Plot:
    """As many friends as a referrer may be paid for, one more, and the next period."""
    plot = Plot(world, "referral-limit", day).enrol("a")
    size = qualify_size(world, terms)
    units = terms.referral_limit
    if terms.referral_limit_unit == LIMIT_TOKENS:
        units = -(-terms.referral_limit // max(1, share_of(terms.referrer_tokens, terms.level_share_1)))
    most = min(CAP_MAX, max(1, units))
    for number in range(most + 1):
        bring(plot, "a", f"f{number}")
    for number in range(most + 1):
        plot.buy(size, f"f{number}")
    for number, edge in enumerate(next_periods(terms.referral_period, day)):
        bring(plot.at(max(edge, plot.day)), "a", f"g{number}")
        plot.buy(size, f"g{number}")
    return plot.end(plot.day + terms.referral_delay + 20)


def taken_back(world: World, terms: Terms, day: int) -> Plot:
    """Returns that leave the minimum, a unit less, nothing; before and after the reward was paid."""
    plot = Plot(world, "referral-revoked", day)
    size = qualify_size(world, terms) + 10
    cases = (("b", 10), ("c", 11), ("d", size), ("e", size))
    for friend, _ in cases:
        plot.enrol(f"by-{friend}")
        bring(plot, f"by-{friend}", friend)
        plot.buy(size, friend)
    last = max(1, terms.referral_delay)
    for number, (friend, back) in enumerate(cases):
        plot.at(day + 1 if friend == "e" else max(plot.day, day + last + 1 + number))
        if friend == "d":
            have = plot.available("by-d")
            plot.tell("adjust", "by-d", tokens=-have)
        plot.tell("return", friend, order_id=f"o{number + 1}", amount_minor=back)
        plot.day = max(plot.day, day + 1)
    return plot.end(plot.day + 40)


def refused(world: World, terms: Terms, day: int) -> Plot:
    """Every reason why no bond comes to be."""
    plot = Plot(world, "referral-refused", day).enrol("a", "b", "c")
    for member, friend in (("a", "a"), ("a", "b"), ("a", "n"), ("a", "n"), ("b", "n")):
        plot.tell("invite", member, counterpart_id=friend)
    plot.tell("enrol", "p", counterpart_id="p")
    plot.tell("enrol", "q", counterpart_id="nobody")
    plot.tell("enrol", "r", counterpart_id="c")
    plot.tell("close", "c")
    plot.at(day + 1)
    plot.tell("invite", "b", counterpart_id="n")
    plot.tell("invite", "a", counterpart_id="s")
    plot.tell("enrol", "s", counterpart_id="b")
    plot.tell("enrol", "t", counterpart_id="c")
    plot.tell("enrol", "u", counterpart_id="v")
    plot.tell("enrol", "v", counterpart_id="u")
    for member, friend in (("a", "w"), ("b", "a"), ("a", "y")):
        plot.tell("invite", member, counterpart_id=friend)
    plot.tell("enrol", "w")
    plot.buy(qualify_size(world, terms), "w")
    plot.tell("invite", "a", counterpart_id="x")
    plot.tell("enrol", "y")
    plot.tell("close", "y")
    plot.tell("share", "n")
    plot.at(day + 2).look("a", "b", "n")
    plot.tell("invite", "b", counterpart_id="r")
    return plot.end(day + 9)


def phase(world: World, terms: Terms) -> Plot:
    """Invitations, enrolments and qualifying orders around the first and last day of referral."""
    edges = [terms.referral_from, terms.referral_to, terms.referral_from + 1]
    days = known_days([edge + side for edge in edges for side in (-2, -1, 0, 1)])
    plot = Plot(world, "referral-days", days[0])
    size = qualify_size(world, terms)
    for number, day in enumerate(days):
        plot.at(day).enrol(f"a{number}")
        bring(plot, f"a{number}", f"f{number}")
        if number:
            plot.buy(size, f"f{number - 1}")
        plot.buy(size, f"f{number}")
    return plot.end(plot.day + terms.referral_delay + 20)
