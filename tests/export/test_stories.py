"""Golden vectors of random programmes: they can be told, tell the same again, and notice a changed rule."""

from __future__ import annotations

from random import Random

import pytest
from oracle.laws import random_law
from oracle.stepper import flat
from scoring.made import names_of

from rewardsim.export.stories.made import make_vectors
from rewardsim.scoring.vectors import differences


@pytest.mark.parametrize("seed", range(40))
def test_random_programmes_have_stories(seed: int) -> None:
    law = flat(random_law(Random(seed), seed % 2 == 1))
    names = names_of(law)
    files = make_vectors(law, names)
    assert list(differences(law, names, files)) == []
    assert files == make_vectors(law, names)
