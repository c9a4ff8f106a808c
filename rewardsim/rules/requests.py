"""Requests: wishes for what members share, noted during the day in the order of their settlement."""

from __future__ import annotations

from .codes import ASK_BUDGET
from .records import NONE, Book, Event, Request


def new_request(book: Book, day: int, event: Event) -> Request:
    """Make place for a request among the day's, by (second, type, number); say who asks and when.

    The event's own requests keep their order. Nearly always the place is the last one; only an
    event that arrives late is put before others.
    """
    head = book.head[0]
    at = head.request_count
    head.request_count += 1
    while at > 0 and _precedes(event, book.requests[at - 1]):
        _copy(book.requests[at - 1], book.requests[at])
        at -= 1
    request = book.requests[at]
    request.day = day
    request.second = event.second
    request.type = event.type
    request.number = event.number
    request.member = event.member
    request.ordinal = head.ordinal
    request.pool = NONE
    request.order = NONE
    request.campaign = NONE
    request.item = NONE
    request.wanted = 0
    request.piece_first = NONE
    request.kind = ASK_BUDGET
    request.counterpart = NONE
    request.rank = NONE
    return request


def _precedes(event: Event, request: Request) -> bool:
    if event.second != request.second:
        return event.second < request.second
    if event.type != request.type:
        return event.type < request.type
    return event.number < request.number


def _copy(source: Request, target: Request) -> None:
    target.day = source.day
    target.second = source.second
    target.type = source.type
    target.number = source.number
    target.member = source.member
    target.ordinal = source.ordinal
    target.pool = source.pool
    target.order = source.order
    target.campaign = source.campaign
    target.item = source.item
    target.wanted = source.wanted
    target.piece_first = source.piece_first
    target.kind = source.kind
    target.counterpart = source.counterpart
    target.rank = source.rank
