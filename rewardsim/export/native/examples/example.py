"""One member, one order, delivered, from Python without anything but the library: ctypes.

python example.py librewardsim.so terms.bin
"""

import ctypes
import sys

# Places of the fields used here, in words, as the header has them.
TYPE, DAY, NUMBER, AMOUNT, ORDER, CHANNEL = 0, 2, 5, 6, 9, 10
FRESH = (0, 0, 0, 0, 0, 0, 0, 0, 0, -1, 0, -1, -1, -1, 0, 0, -1, 0, 0, 0)
ENTRY = 12
Word, Address = ctypes.c_int64, ctypes.c_void_p


class Reply(ctypes.Structure):
    """``rs_reply``."""

    _fields_ = [
        ("outcome", Word * 3),
        ("entries", ctypes.POINTER(Word)),
        ("entry_count", Word),
        ("notes", Address),
        ("note_count", Word),
        ("applied", Word),
    ]


def main(library: str, terms_path: str) -> None:
    """Open the terms, tell the story, print what comes of it."""
    rs = ctypes.CDLL(library)
    rs.rs_layout.restype = ctypes.c_uint64
    rs.rs_status_text.restype = rs.rs_outcome_text.restype = ctypes.c_char_p

    def check(status: int) -> None:
        if status:
            raise SystemExit(rs.rs_status_text(status).decode())

    def apply(event: ctypes.Array, what: str) -> None:
        reply = Reply()
        check(rs.rs_apply(book, event, None, Word(0), ctypes.byref(reply)))
        print(what, rs.rs_outcome_text(Word(reply.outcome[0])).decode())
        for i in range(reply.entry_count):
            print("entry", *reply.entries[i * ENTRY + 3 : i * ENTRY + 7])

    terms, book, options = Address(), Address(), (Word * 5)(0, 0, 0, 0, 1)
    check(rs.rs_terms_open(ctypes.c_uint64(rs.rs_layout()), terms_path.encode(), ctypes.byref(terms)))
    check(rs.rs_book_new(terms, options, ctypes.byref(book)))
    check(rs.rs_add_member(book, b"M1", ctypes.c_size_t(2), None))
    check(rs.rs_add_orders(book, Word(1), None))
    event = (Word * len(FRESH))(*FRESH)
    event[TYPE], event[ORDER], event[DAY], event[AMOUNT], event[CHANNEL] = 6, 0, 17348, 99900, 1
    apply(event, "order")
    event[TYPE], event[NUMBER], event[DAY], event[AMOUNT] = 7, 1, 17351, 0
    apply(event, "deliver")
    account, digest = (Word * 11)(), ctypes.create_string_buffer(65)
    check(rs.rs_account_of(book, Word(0), account))
    print("available", account[3])
    check(rs.rs_digest(book, digest))
    print("digest", digest.value.decode())
    rs.rs_book_free(book)
    rs.rs_terms_free(terms)


if __name__ == "__main__":
    main(*sys.argv[1:])
