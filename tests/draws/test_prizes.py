"""What a rank is worth stands twice, in the law and in the file that travels beside a result: never two answers."""

from __future__ import annotations

import pytest

from rewardsim.draws.keys import draw_result
from rewardsim.draws.terms import terms_of
from rewardsim.programme import load_programme
from rewardsim.rules.draws import prize_of

HEAD = """
schema = 1
[programme]
id = "prizes"
name = "Prizes"
currency = "EUR"
timezone = "UTC"
token = { name = "point" }
starts = 2017-01-01
[[draws]]
id = "d"
opens = 2017-01-01
closes = 2017-02-01
draws_on = 2017-02-01
entry = { kind = "enrol" }
"""
LISTS = {
    "one prize": ("winners = 1\ntokens = 7", [7]),
    "equal prizes": ("winners = 3\ntokens = 7", [7, 7, 7]),
    "a list": (
        "prizes = [{ count = 1, tokens = 500 }, { count = 2, tokens = 50 }, { count = 1, tokens = 5 }]",
        [500, 50, 50, 5],
    ),
    "more than entrants": ("prizes = [{ count = 2, tokens = 9 }, { count = 20, tokens = 1 }]", [9, 9, 1, 1, 1, 1]),
}


@pytest.mark.parametrize("name", LISTS)
def test_the_law_and_the_result_give_a_rank_the_same(name: str, tmp_path: object) -> None:
    text, wanted = LISTS[name]
    path = tmp_path / "p.toml"  # type: ignore[operator]
    path.write_text(HEAD + text, encoding="utf-8")
    law = load_programme(path).law()
    result = draw_result("d", b"s" * 32, [(f"m{n}", 1) for n in range(6)], terms_of(path, "d")["prizes"])
    assert [row["tokens"] for row in result["winners"]] == wanted
    assert [prize_of(law, law.draws[0], rank) for rank in range(len(wanted))] == wanted
    assert prize_of(law, law.draws[0], law.draws[0].winners) == 0
