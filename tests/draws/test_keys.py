"""Keys and ranks: by the book, whatever the order, each member once; and the pinned format."""

from __future__ import annotations

import hashlib
import random
import struct
import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewardsim.draws import keys, rank_tickets

from .conftest import OTHER, SECRET

TICKETS = [("zoë", 1), ("zoë", 2), ("bob", 1), ("bob", 2), ("ann", 1), ('c, "d"', 1)]
LISTS = st.lists(
    st.tuples(st.sampled_from(["ann", "bob", "zoë", "a", "b", "c", "ab"]), st.integers(1, 30)), unique=True
)


def by_the_book(draw: str, secret: bytes, tickets: list[tuple[str, int]]) -> list[tuple[str, str, int]]:
    """Every ticket's key, member and entry, smallest first; written from the description alone."""

    def pack(*parts: str | bytes) -> bytes:
        raw = [unicodedata.normalize("NFC", part).encode() if isinstance(part, str) else part for part in parts]
        return b"".join(struct.pack(">I", len(part)) + part for part in raw)

    def mac(message: bytes) -> str:
        key = (secret if len(secret) <= 64 else hashlib.sha256(secret).digest()).ljust(64, b"\0")
        inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in key) + message).digest()
        return hashlib.sha256(bytes(byte ^ 0x5C for byte in key) + inner).hexdigest()

    lines = sorted(pack(member, str(entry)) for member, entry in tickets)
    digest = hashlib.sha256(pack("rewardsim draw entrants 1") + b"".join(lines)).digest()
    return sorted(
        (mac(pack("rewardsim draw ticket 1", draw, digest, member, str(entry))), member, entry)
        for member, entry in tickets
    )


@settings(max_examples=60, deadline=None, derandomize=True)
@given(LISTS, st.binary(min_size=32, max_size=100))
def test_ranks_are_by_the_book(tickets: list[tuple[str, int]], secret: bytes) -> None:
    best: dict[str, tuple[str, int]] = {}
    for _, member, entry in by_the_book("d1", secret, tickets):
        best.setdefault(member, (member, entry))
    assert [tickets[index] for index in rank_tickets("d1", secret, tickets)] == list(best.values())


def test_the_format_is_pinned() -> None:
    """A result must be checkable for ever: what is published today must not change."""
    result = keys.draw_result("d1", SECRET, TICKETS, [{"upto": 1, "tokens": 500}, {"upto": 3, "tokens": 100}])
    assert result["commitment"] == PINNED["commitment"]
    assert result["entrants_digest"] == PINNED["entrants"]
    assert [(row["rank"], row["member_id"], row["entry"], row["tokens"]) for row in result["winners"]] == PINNED[
        "winners"
    ]
    assert result["winners"][0]["key"] == PINNED["key"] == by_the_book("d1", SECRET, TICKETS)[0][0]
    assert [TICKETS[index] for index in rank_tickets("d1", None, TICKETS)] == PINNED["public"]


PINNED: dict[str, Any] = {
    "commitment": "609e75cf1c2ef0c09226506956a60812a4dfeaf6015755645fa866bcfcbb0b45",
    "entrants": "f6446efd26d747392481df9f068f9e45e8319761c66a26d72535eb850511a6cb",
    "key": "004e04ee9fe6acd3d3ed7127e689f4f7bc55ede2094b15e0096c05ad0bf92255",
    "public": [('c, "d"', 1), ("zoë", 1), ("ann", 1), ("bob", 2)],
    "winners": [(1, "bob", 1, 500), (2, "zoë", 1, 100), (3, "ann", 1, 100)],
}


@pytest.mark.parametrize("secret", [None, SECRET])
def test_order_of_entrants_is_irrelevant(secret: bytes | None) -> None:
    tickets = [(f"m{i % 40}", i) for i in range(1, 120)]
    right = [tickets[index] for index in rank_tickets("d1", secret, tickets)]
    for seed in range(5):
        mixed = random.Random(seed).sample(tickets, len(tickets))
        assert [mixed[index] for index in rank_tickets("d1", secret, mixed)] == right


def test_nobody_wins_twice() -> None:
    tickets = [(f"m{i % 7}", i) for i in range(1, 200)]
    ranked = [tickets[index][0] for index in rank_tickets("d1", SECRET, tickets)]
    assert sorted(ranked) == sorted(set(ranked)) == [f"m{i}" for i in range(7)]


def test_draw_secret_and_entrants_all_matter() -> None:
    tickets = [(f"m{i}", 1) for i in range(30)]
    more = [*tickets, ("m30", 1)]
    ranked = {
        tuple(rank_tickets(*how)) for how in (("d1", SECRET, tickets), ("d2", SECRET, tickets), ("d1", OTHER, tickets))
    }
    assert len(ranked) == 3
    assert [index for index in rank_tickets("d1", SECRET, more) if index < 30] not in [list(one) for one in ranked]


def test_without_a_secret_a_ticket_keeps_its_luck() -> None:
    """Common random numbers: one more entrant moves nobody past anybody."""
    tickets = [(f"m{i}", 1) for i in range(30)]
    more = [*tickets, ("newcomer", 1)]
    assert [index for index in rank_tickets("d1", None, more) if index < 30] == rank_tickets("d1", None, tickets)


def test_equal_keys_go_by_member_then_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    class Same:
        def copy(self) -> Same:
            return self

        def update(self, _: bytes) -> None:
            pass

        def digest(self) -> bytes:
            return b"k" * 32

    monkeypatch.setattr(keys.hmac, "new", lambda *_: Same())
    tickets = [("b", 2), ("ab", 1), ("a", 300), ("b", 1), ("a", 2), ("é", 1)]
    assert [tickets[index] for index in rank_tickets("d1", SECRET, tickets)] == [
        ("a", 2),
        ("ab", 1),
        ("b", 1),
        ("é", 1),
    ]


def test_lists_of_parts_never_look_alike() -> None:
    assert keys.packed(b"ab", b"c") != keys.packed(b"a", b"bc") != keys.packed(b"a", b"b", b"c")
    assert keys.commitment("d1", b"1" + SECRET) != keys.commitment("d11", SECRET)


def test_forms_of_a_name_are_one_member() -> None:
    composed, parted = "zo\u00eb", "zoe\u0308"
    assert keys.draw_result("d1", SECRET, [(parted, 1), ("b", 1)], [{"upto": 9, "tokens": None}]) == keys.draw_result(
        "d1", SECRET, [("b", 1), (composed, 1)], [{"upto": 9, "tokens": None}]
    )


def test_nobody_is_ranked_where_nobody_entered() -> None:
    assert rank_tickets("d1", None, []) == rank_tickets("d1", SECRET, []) == []


@pytest.mark.bench
def test_a_million_tickets() -> None:
    import time

    tickets = [(f"member-{i:07d}", 1) for i in range(1_000_000)]
    begun = time.process_time()
    assert len(rank_tickets("d1", SECRET, tickets)) == 1_000_000
    assert time.process_time() - begun < 30
