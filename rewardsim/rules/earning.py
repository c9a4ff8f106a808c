"""Purchase earning: what an order is worth, and how many tokens that makes."""

from __future__ import annotations

from .arithmetic import apportion, divide
from .codes import AT_LINE, GROSS, NET_OF_TOKENS, STEP
from .records import BP, NONE, Band, Event, EventLine, Law, Terms

# A weighted value is minor units times basis points: amount * category factor.


def set_bases(law: Law, terms: Terms, spent_value: int, event: Event, lines: list[EventLine]) -> int:
    """Write each line's earning basis and return their sum.

    The value paid with tokens is apportioned over the lines by what was left to pay on each.
    """
    first = event.line_first
    shared = terms.basis == NET_OF_TOKENS and spent_value > 0
    if shared:
        for k in range(first, first + event.line_count):
            lines[k].weight = lines[k].amount - lines[k].discount
        apportion(lines, first, event.line_count, spent_value)
    total = 0
    for k in range(first, first + event.line_count):
        line = lines[k]
        basis = line.amount
        if terms.basis != GROSS:
            basis -= line.discount
        if shared:
            basis -= line.share
        if not in_categories(law, terms, terms.category_set, line.category):
            basis = 0
        if basis < 0:
            basis = 0
        line.basis = basis
        total += basis
    return total


def in_categories(law: Law, terms: Terms, row: int, category: int) -> bool:
    """Tell whether a category belongs to a category set."""
    return law.category_sets[row * terms.category_width + category] != 0


def in_channels(law: Law, terms: Terms, row: int, channel: int) -> bool:
    """Tell whether a channel belongs to a channel set."""
    return law.channel_sets[row * terms.channel_width + channel] != 0


def weighted(law: Law, terms: Terms, line: EventLine) -> int:
    """Return a line's basis times its category's factor."""
    return line.basis * law.category_factors[terms.factor_row * terms.category_width + line.category]


def tokens_of_lines(
    law: Law, terms: Terms, event: Event, lines: list[EventLine], category_set: int
) -> int:
    """Return the tokens the lines of a category set earn at the terms' rate, before any cap.

    Rounded once on the order, or on each line and summed, as ``round_at`` says. Each line's
    part is left in its ``weight`` for apportionment.
    """
    total = 0
    sum_weighted = 0
    weights = 0
    for k in range(event.line_first, event.line_first + event.line_count):
        line = lines[k]
        line.weight = 0
        if not in_categories(law, terms, category_set, line.category):
            continue
        value = weighted(law, terms, line)
        sum_weighted += value
        line.weight = value // BP
        if terms.round_at == AT_LINE:
            line.weight = tokens_for(law, terms, value)
            total += line.weight
        weights += line.weight
    if weights == 0:
        _weigh_by_amount(law, terms, event, lines, category_set)
    if terms.round_at == AT_LINE:
        return total
    return tokens_for(law, terms, sum_weighted)


def _weigh_by_amount(
    law: Law, terms: Terms, event: Event, lines: list[EventLine], category_set: int
) -> None:
    """Weigh lines that earn nothing by their amount, for what a fixed bonus gives them."""
    for k in range(event.line_first, event.line_first + event.line_count):
        if in_categories(law, terms, category_set, lines[k].category):
            lines[k].weight = lines[k].amount


def tokens_for(law: Law, terms: Terms, value: int) -> int:
    """Return the tokens for a weighted value: marginal over bands, by whole steps or pro rata."""
    total = 0
    numerator = 0
    lower = 0
    denominator = 1
    for b in range(terms.band_first, terms.band_first + terms.band_count):
        band = law.bands[b]
        part = _part(band, value, lower)
        denominator = band.denominator
        if terms.proration == STEP:
            total += part // (band.per * BP) * band.tokens
        else:
            numerator += part * band.common
        if band.upper != NONE:
            lower = band.upper * BP
    if terms.proration == STEP:
        return total
    return divide(numerator, denominator * BP, terms.rounding)


def _part(band: Band, value: int, lower: int) -> int:
    """Return the part of a weighted value that lies within a band."""
    upper = value
    if band.upper != NONE and band.upper * BP < value:
        upper = band.upper * BP
    if upper <= lower:
        return 0
    return upper - lower
