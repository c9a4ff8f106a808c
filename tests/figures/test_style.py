"""Colours: readable on white, and apart for every eye."""

from __future__ import annotations

import itertools
import math

import pytest

from rewardsim.figures.style import COLOURS, DASHES, INK, PAPER, PATTERNS

CONTRAST_MIN = 4.5  # WCAG 2.1, text
APART_MIN = 15  # CIE76; about 2 can just be told apart side by side
# Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB
SIGHT = {
    "full": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


def linear(colour: str) -> list[float]:
    """Linear RGB of a colour such as #1769d1."""
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def luminance(colour: str) -> float:
    """Relative luminance."""
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear(colour), strict=True))


def seen(colour: str, sight: str) -> tuple[float, float, float]:
    """CIE L*a*b* of a colour as somebody with that sight sees it."""
    full = linear(colour)
    r, g, b = (min(1, max(0, sum(m * part for m, part in zip(row, full, strict=True)))) for row in SIGHT[sight])
    xyz = (
        (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505,
        0.2126 * r + 0.7152 * g + 0.0722 * b,
        (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089,
    )
    x, y, z = (part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize("colour", [*COLOURS, INK])
def test_colours_can_be_read_on_the_paper(colour: str) -> None:
    assert (luminance(PAPER) + 0.05) / (luminance(colour) + 0.05) >= CONTRAST_MIN


@pytest.mark.parametrize("sight", SIGHT)
def test_colours_stay_apart(sight: str) -> None:
    for one, other in itertools.combinations(COLOURS, 2):
        assert math.dist(seen(one, sight), seen(other, sight)) >= APART_MIN, (one, other)


def test_each_colour_has_a_second_mark() -> None:
    assert len(set(DASHES)) == len(set(PATTERNS)) == len(COLOURS)
