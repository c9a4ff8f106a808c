"""Pieces: what a redemption or a hold took from which lot, so that it can be undone exactly."""

from __future__ import annotations

from .codes import AVAILABLE
from .ledger import post_lot
from .lots import next_lot, put_back, take
from .records import NONE, Book


def take_tokens(
    book: Book, m: int, day: int, tokens: int, consumption: int, target: int, rule: int, order: int, pieces: int
) -> int:
    """Move available tokens to ``target``, an entry and a piece a lot; return the new head of ``pieces``.

    The caller has made sure that so many are available. The last taken piece comes first.
    """
    left = tokens
    while left > 0:
        row = next_lot(book, book.members[m], consumption)
        lot = book.lots[row]
        serial, expiry_day, slide = lot.serial, lot.expiry_day, lot.slide
        taken = take(book, m, row, left)
        post_lot(book, m, day, AVAILABLE, target, taken, rule, 0, order, serial, expiry_day)
        pieces = _new_piece(book, taken, serial, expiry_day, slide, pieces)
        left -= taken
    return pieces


def return_pieces(
    book: Book, m: int, day: int, tokens: int, source: int, rule: int, reason: int, order: int, pieces: int
) -> int:
    """Put tokens back where they came from, last taken first; return the new head of ``pieces``."""
    left = tokens
    while left > 0 and pieces != NONE:
        piece = book.pieces[pieces]
        back = min(left, piece.tokens)
        lot = book.lots[put_back(book, m, piece.serial, piece.expiry_day, piece.slide, back)]
        post_lot(book, m, day, source, AVAILABLE, back, rule, reason, order, lot.serial, lot.expiry_day)
        piece.tokens -= back
        left -= back
        if piece.tokens == 0:
            pieces = _drop_first(book, pieces)
    return pieces


def drop_pieces(book: Book, pieces: int, tokens: int) -> int:
    """Forget the last taken ``tokens``; return the new head of ``pieces``."""
    left = tokens
    while left > 0 and pieces != NONE:
        gone = min(left, book.pieces[pieces].tokens)
        book.pieces[pieces].tokens -= gone
        left -= gone
        if book.pieces[pieces].tokens == 0:
            pieces = _drop_first(book, pieces)
    return pieces


def post_pieces(
    book: Book, m: int, day: int, source: int, target: int, rule: int, reason: int, pieces: int
) -> None:
    """Move everything in a list of pieces from one account to another and forget the list."""
    while pieces != NONE:
        piece = book.pieces[pieces]
        post_lot(
            book, m, day, source, target, piece.tokens, rule, reason, NONE, piece.serial, piece.expiry_day
        )
        pieces = _drop_first(book, pieces)


def _new_piece(book: Book, tokens: int, serial: int, expiry_day: int, slide: int, following: int) -> int:
    head = book.head[0]
    row = head.piece_free
    piece = book.pieces[row]
    head.piece_free = piece.next
    head.piece_spare -= 1
    piece.tokens = tokens
    piece.serial = serial
    piece.expiry_day = expiry_day
    piece.slide = slide
    piece.next = following
    return row


def _drop_first(book: Book, row: int) -> int:
    """Free one piece and return the one after it."""
    head = book.head[0]
    following = book.pieces[row].next
    book.pieces[row].next = head.piece_free
    head.piece_free = row
    head.piece_spare += 1
    return following
