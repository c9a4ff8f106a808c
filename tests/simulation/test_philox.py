"""Addressed luck against published vectors, in plain Python, over arrays, and compiled."""

from __future__ import annotations

import numpy as np
import pytest
from numba import njit
from numba.extending import register_jitable

from rewardsim.behaviour import philox

ONES = 0xFFFFFFFF
# Random123's known answers: key, counter (low, high, step, last word), output.
KNOWN = [
    ((0, 0), (0, 0, 0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((ONES, ONES), (ONES, ONES, ONES, ONES), (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0xA4093822, 0x299F31D0),
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
    # The default seed of C++26's std::philox4x32, whose first block this is.
    ((20111115, 0), (0, 0, 0, 0), (3587538684, 1324224816, 3068087177, 2030706281)),
]


@pytest.mark.parametrize(("key", "counter", "wanted"), KNOWN)
def test_known_answers(key, counter, wanted):
    low, high, step, last = counter
    address = (*key, low, high, step, last >> 16, last & 0xFFFF)
    assert philox.words(*address) == wanted
    assert compiled_words()(*address) == wanted
    columns = [np.full(3, value, dtype=np.int64) for value in address]
    assert [column.tolist() for column in philox.words(*columns)] == [[word] * 3 for word in wanted]


def test_addresses_of_the_project():
    key, stream = philox.key_of(0), philox.stream_of("M-000001")
    assert key == (0x82B8B198, 0xC4B118DC)
    assert stream == (0xB74604E1, 0x400DECF2)
    assert philox.words(*key, *stream, 0, 1, 0) == (0x82650E98, 0xC4266622, 0x284C1CD4, 0xDC2F9389)
    words = philox.words(*philox.key_of(20240229), *philox.stream_of("0"), 364, 4, 1)
    assert words == (0x4BAA4978, 0x9E93152B, 0x422D24F4, 0xD659FB83)
    assert words[0] * 1000 >> 32 == 295


def test_ten_thousandth_word_of_the_standards_generator():
    """The standard's engine counts blocks in the low counter word; its 10,000th word ends block 2,499."""
    assert philox.words(20111115, 0, 2499, 0, 0, 0, 0)[3] == 1955073260


def test_compiled_equals_interpreted():
    random = np.random.default_rng(1)
    for address in random.integers(0, 1 << 32, (2000, 5)).tolist():
        purpose, sub = address[0] & 0xFFFF, address[1] & 0xFFFF
        assert compiled_words()(*address, purpose, sub) == philox.words(*address, purpose, sub)


def test_uniforms_stay_inside():
    assert 0.0 < philox.uniform(0) < philox.uniform(ONES) < 1.0


def test_replicates_have_luck_of_their_own():
    assert len({philox.key_of(1), philox.key_of(1, 0), philox.key_of(1, 1), philox.key_of(11)}) == 4


def test_ids_are_read_in_one_form():
    assert philox.stream_of("Ame\u0301lie") == philox.stream_of("Am\u00e9lie")


def compiled_words():
    register_jitable(philox.words)
    return _CACHE.setdefault("words", njit(philox.words))


_CACHE: dict = {}
