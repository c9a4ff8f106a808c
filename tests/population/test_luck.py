"""Whose luck it is: his own, whoever else is there, in whatever order and block."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rewardsim.behaviour import philox
from rewardsim.population import Population
from rewardsim.population.parts import parts
from rewardsim.population.streams import Ids, encoded, in_order, streams_of
from rewardsim.population.traits import uniforms
from rewardsim.programme.units import day_number

from .conftest import FIRST, LAST, tiny


def same(one: Any, other: Any) -> bool:
    return bool(one.tobytes() == other.tobytes())


def test_names() -> None:
    assert list(Ids(3)) == ["M-0000001", "M-0000002", "M-0000003"]
    assert Ids(10_000_000)[-2:] == ["M-9999999", "M-10000000"]
    _, ids = tiny().people(None, 5, 1, 0, FIRST, LAST)
    assert list(ids) == list(Ids(5))


NUMBERS = [[0, 1, 41], [9_999_998, 9_999_999, 10_000_001], [10_000_000, 10_000_002], [2, 10_000_003, 10_000_004], []]


@pytest.mark.parametrize("rows", NUMBERS)
def test_names_as_bytes(rows: list[int]) -> None:
    """Longer from ten million on, friends' among them, and in plain lists: always the bytes of the name."""
    ids = Ids(10_000_003)
    ids += ["M-0000001.1", "会员"]
    of_a_part = parts(10_000_003, 3)[1].ids()
    for names, some in ((ids, rows), (ids[:50] + ids[-9:], [row % 59 for row in rows]), (of_a_part, [0, 7, 10**6])):
        texts, lengths = encoded(names, np.array(some, dtype=np.int64))
        found = [bytes(text)[:length] for text, length in zip(texts, lengths.tolist(), strict=True)]
        assert found == [names[m].encode() for m in some]
        assert not any(bytes(text)[length:].strip(b"\0") for text, length in zip(texts, lengths.tolist(), strict=True))


def test_the_order_of_names() -> None:
    ids = Ids(10_000_001)
    ids += ["M-0000001.1"]
    rows = np.array([1, 10_000_001, 10_000_000, 0, 9_999_999])
    assert in_order(ids, rows).tolist() == sorted(rows.tolist(), key=lambda m: ids[m])


@pytest.mark.parametrize("name", ["M-0000001", "0", "M-0000001.17", "Zoë", "Zoe\u0308", "会员", ""])
def test_streams_are_those_of_the_specification(name: str) -> None:
    low, high = streams_of(["M-0000009", name])
    assert (low[1], high[1]) == philox.stream_of(name)


def test_stream_vectors() -> None:
    low, high = streams_of(["M-000001", "0"])
    assert [f"{h:08x}{w:08x}" for w, h in zip(low.tolist(), high.tolist(), strict=True)] == [
        "400decf2b74604e1",
        "a293004a49d1eecc",
    ]
    assert [f"{word:08x}" for word in philox.words(*philox.key_of(0), int(low[0]), int(high[0]), 0, 1, 0)] == [
        "82650e98",
        "c4266622",
        "284c1cd4",
        "dc2f9389",
    ]


def test_arrays_have_the_luck_of_scalars() -> None:
    key = philox.key_of(7, 3)
    low, high = streams_of(Ids(50)[:])
    found = uniforms(key, low, high, 1, 2)
    for place in range(50):
        words = philox.words(*key, int(low[place]), int(high[place]), 0, 1, 2)
        assert [part[place] for part in found] == [philox.uniform(word) for word in words]


def test_the_first_of_many_are_the_few(india: Population) -> None:
    few, few_ids = india.people(None, 137, 5, 2, FIRST, LAST)
    many, many_ids = india.people(None, 20_011, 5, 2, FIRST, LAST)
    assert few_ids[:] == many_ids[:137]
    assert same(few, many[:137])


@pytest.mark.parametrize("block", [1, 7, 100, 1000, 65_536])
def test_blocks_cannot_be_seen(india: Population, block: int) -> None:
    one, _ = india.people(None, 1501, 5, 2, FIRST, LAST)
    other, _ = india.people(None, 1501, 5, 2, FIRST, LAST, block=block)
    assert same(one, other)


def test_order_cannot_be_seen(india: Population) -> None:
    one, ids = india.people(None, 2000, 5, 2, FIRST, LAST)
    order = np.random.default_rng(1).permutation(2000)
    other, names = india.people(None, 2000, 5, 2, FIRST, LAST, ids=[ids[place] for place in order])
    assert names == [ids[place] for place in order]
    assert same(other, one[order])


def test_a_later_end_changes_nobody(india: Population) -> None:
    one, _ = india.people(None, 2000, 5, 2, FIRST, LAST)
    other, _ = india.people(None, 2000, 5, 2, FIRST, LAST + 5000)
    assert [name for name in one.dtype.names if not np.array_equal(one[name], other[name])] == ["cohort"]
    there = one["arrival"] < LAST + 1
    assert np.array_equal(one["cohort"][there], other["cohort"][there])


def test_seeds_and_replicates_are_different_worlds(india: Population) -> None:
    worlds = [india.people(None, 500, seed, replicate, FIRST, LAST)[0] for seed, replicate in ((1, 0), (1, 1), (2, 0))]
    worlds += [india.people(None, 500, 1, None, FIRST, LAST)[0]]
    for place, one in enumerate(worlds):
        for other in worlds[place + 1 :]:
            assert not np.any(one["rate"] == other["rate"])
            assert abs(np.corrcoef(one["lifetime"], other["lifetime"])[0, 1]) < 4 / np.sqrt(500)
        assert np.array_equal(one["low"], worlds[0]["low"]), "the stream is the member's, not the world's"
    again, _ = india.people(None, 500, 1, 0, FIRST, LAST)
    assert same(again, worlds[0])


def test_one_changed_section_leaves_other_traits_alone(india: Population) -> None:
    first, last = day_number(india.starts), day_number(india.until)
    one, _ = india.people(None, 3000, 1, 0, first, last)
    changes = {"purchases.alpha_weeks": 30, "returns.share": "10%", "arrival.pattern": "even"}
    changes |= dict.fromkeys(("arrival.innovation", "arrival.imitation", "arrival.reached"))
    other, _ = india.vary(changes).people(None, 3000, 1, 0, first, last)
    moved = {name for name in one.dtype.names if not np.array_equal(one[name], other[name])}
    assert moved == {"rate", "returns", "arrival", "enrol_day", "enrol_second", "wearing", "cohort"}
    assert np.allclose(other["rate"], one["rate"] * 17 / 30, rtol=2e-7)
    assert np.array_equal(one["kind"], other["kind"])


def test_given_names_must_differ() -> None:
    people, ids = tiny().people(None, 2, 1, 0, FIRST, LAST, ids=["anna", "bob"])
    assert ids == ["anna", "bob"]
    assert (people["low"][0], people["high"][0]) == philox.stream_of("anna")
    for wrong in (["anna", "anna"], ["anna"], ["anna", "bob", "cem"]):
        with pytest.raises(ValueError, match="2 members need as many different ids"):
            tiny().people(None, 2, 1, 0, FIRST, LAST, ids=wrong)


# Vectors: who these members are must never change by accident.

SAID = """
[arrival]
existing = "50%"
tenure_weeks = 30
pattern = "bass"
innovation = 0.03
imitation = 0.38
[enrolment]
existing = { share = "60%", days = 45 }
[correlation]
rate_spend = 0.11
rate_enrolment = 0.3
[response]
goal_share = "40%"
invites = { mean = 0.1, shape = 0.5 }
shares = { share = "10%", concentration = 2 }
[returns]
share = "3%"
concentration = 10
[birthdays]
known = "50%"
"""
TRAITS = ("rate", "hazard", "lifetime", "spend", "reluctance", "patience", "invites", "returns", "shares")
WHOLE = ("kind", "goal", "arrival", "enrol_day", "enrol_second", "birthday", "cohort")
VECTORS = """
0.00489794184 0.00708416058 0.622940063 3743.34497 -2.03720474 203.665497 0.00806229562 0.0107287122 0.0139329964
1 0 18408.9553819 18408 82545 -1 5
9.24422711e-05 0.00121389655 0.782486439 4836.39404 -4.58868313 55.5103302 0.496111602 0.0487325564 0.00442583347
0 1 18262 18330 50740 813 0
0.0124848634 4.47848251e-05 3.28543305 2164.81787 -1.49089992 91.588501 0.0966566205 0.188317209 0.595235705
1 1 18518.3870023 18518 33437 -1 9
"""


def test_vectors() -> None:
    people, _ = tiny(SAID).people(None, 3, 2024, 1, FIRST, LAST)
    lines = [""]
    for one in people:
        lines += [" ".join(f"{one[name]:.9g}" for name in TRAITS), " ".join(f"{one[name]:.12g}" for name in WHOLE)]
    assert "\n".join([*lines, ""]) == VECTORS
