"""The page of a simulation: it needs nothing else, obeys nobody's text, and says what the tables say."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import pytest

FOLDER = str(Path(__file__).resolve().parent.parent)
if FOLDER not in sys.path:
    sys.path.insert(0, FOLDER)

from experiments.simulated import TOWN, Stub, town  # noqa: E402
from plotly.offline import get_plotlyjs  # noqa: E402

from rewardsim import figures  # noqa: E402
from rewardsim.experiments.simulations.plots import PICTURES  # noqa: E402
from rewardsim.experiments.simulations.run import SimulationRun  # noqa: E402
from rewardsim.experiments.simulations.simulate import simulate  # noqa: E402
from rewardsim.experiments.simulations.text import effect_rows  # noqa: E402
from rewardsim.figures.page import page, paragraph, picture, table  # noqa: E402
from rewardsim.figures.style import headed  # noqa: E402
from rewardsim.population import parse_population  # noqa: E402
from rewardsim.programme import load_programme, parse_programme  # noqa: E402

REWARD_MI = Path(FOLDER).parent / "data" / "programmes" / "reward-mi.toml"
HOSTILE = "<script>alert(1)</script><img src='http://evil.example/x'>\u0026\u201d"
Simulate = Callable[..., SimulationRun]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Simulate:
    monkeypatch.setattr("rewardsim.engine.simulation.simulate_population", Stub())

    def of(programme: Any = REWARD_MI, population: Any = None, **more: Any) -> SimulationRun:
        return simulate(programme, population or town(), **{"out": tmp_path / "runs", "replicates": 3, **more})

    return of


class Tags(HTMLParser):
    """Collects start tags with their attributes, and the text outside scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.said = ""
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag if tag in ("script", "style") else ""
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            self.scripts[-1] += data
        elif not self._inside:
            self.said += data


def written(run: SimulationRun, tmp_path: Path) -> str:
    path = figures.report(run, tmp_path / "new" / "report.html")
    assert path == tmp_path / "new" / "report.html"
    return path.read_text(encoding="utf-8")


def test_one_file_without_a_single_address(run: Simulate, tmp_path: Path) -> None:
    text = written(run(), tmp_path)
    assert text.count(get_plotlyjs()) == 1
    rest = text.replace(get_plotlyjs(), "")
    assert "http" not in rest.replace('http-equiv="', "")
    assert "url(" not in rest
    assert "@import" not in rest
    found = Tags(rest)
    assert {name for name, _ in found.tags} & {"link", "img", "iframe", "base", "object", "embed", "form", "a"} == set()
    assert not [attrs for _, attrs in found.tags if {"src", "href", "srcset", "data", "action"} & set(attrs)]


def test_the_browser_is_told_to_refuse_any_request(run: Simulate, tmp_path: Path) -> None:
    (policy,) = [
        attrs["content"] or ""
        for _, attrs in Tags(written(run(), tmp_path)).tags
        if attrs.get("http-equiv") == "Content-Security-Policy"
    ]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert "connect-src" not in rules
    assert not re.search(r"https?:|\*", policy)


def test_nothing_can_be_sent_away_from_a_figure(run: Simulate, tmp_path: Path) -> None:
    charts = [text for text in Tags(written(run(), tmp_path)).scripts if "Plotly.newPlot" in text]
    assert len(charts) == 8
    for text in charts:
        assert '"remove":["sendChartToCloud","sendDataToCloud","editInChartStudio"]' in text.replace(" ", "")
        assert '"showSendToCloud":false' in text.replace(" ", "")


def test_the_same_run_gives_the_same_bytes(run: Simulate, tmp_path: Path) -> None:
    assert written(run(), tmp_path) == written(run(), tmp_path)


def test_the_page_says_what_the_run_says(run: Simulate, tmp_path: Path) -> None:
    found = run()
    said = Tags(written(found, tmp_path)).said
    for row in effect_rows(found.contrasts["programme", "without"], found.programme):
        assert row.label.strip() in said
        assert row.estimate in said
        assert row.between in said
    for words in (
        "Reward Mi (India) on A small town", "60 members, 2017-06-15 to 2017-10-31, 3 replicate(s), seed 0",
        found.digest, "made up for tests", "phi = 0.6", "selection, not effect", "of it frequency",
        "--population town.toml", "--members 60 --from 2017-06-15 --until 2017-10-31", "--seed 0 --replicates 3",
        "pandas",
    ):  # fmt: skip
        assert words in said, words
    assert found.manifest["programme"]["text"] in said
    assert found.manifest["population"]["text"] in said


def test_figures_of_the_page_hold_the_tables_numbers(run: Simulate, tmp_path: Path) -> None:
    found = run()
    text = next(one for one in Tags(written(found, tmp_path)).scripts if '"figure-effects"' in one)
    drawn = json.JSONDecoder().raw_decode(text[text.index("[{") :])[0]
    shares = {row: x for one in drawn for row, x in zip(one["y"], one["x"], strict=True)}
    table = found.effects.query("arm == 'programme' and against == 'without' and by == 'all'").set_index("quantity")
    assert shares["purchases"] == pytest.approx(table.loc["purchases", "relative"])
    assert shares["margin less the cost"] == pytest.approx(table.loc["net", "relative"])


def test_what_people_wrote_is_shown_and_never_obeyed(run: Simulate, tmp_path: Path) -> None:
    written_name = json.dumps(HOSTILE)
    programme = REWARD_MI.read_text(encoding="utf-8").replace('"Reward Mi (India)"', written_name)
    programme = programme.replace('name = "Mi Token"', f"name = {written_name}")
    population = TOWN.replace('"A small town"', written_name).replace('"made up for tests"', written_name)
    names = {"a variant": load_programme(REWARD_MI)}
    found = run(parse_programme(programme, "x.toml"), parse_population(population, "y.toml"), variants=names)
    text = written(found, tmp_path)
    rest = text.replace(get_plotlyjs(), "")
    assert HOSTILE not in rest
    assert "<img" not in rest
    assert "alert(1)</script>" not in rest
    assert escape(HOSTILE) in rest
    parsed = Tags(rest)
    assert {name for name, _ in parsed.tags} & {"img"} == set()
    assert len(parsed.scripts) == 1 + rest.count('class="plotly-graph-div"')


def test_variants_are_told_and_drawn(run: Simulate, tmp_path: Path) -> None:
    other = load_programme(REWARD_MI).vary({"earning.purchase.rate": "8%"})
    found = Tags(written(run(variants={"other": other}), tmp_path))
    assert 'What variant "other" changes against Reward Mi (India)' in found.said
    assert "Revenue: each arm against no programme" in found.said
    assert "--against reward-mi.toml" in found.said
    two = Tags(written(run(variants={"a": other, "b": other}), tmp_path)).said
    assert "# the digest is that with the variants, from Python: a, b" in two
    assert "the programme of variant \u201ca\u201d" in two


def test_without_a_counterfactual_only_the_programme_is_shown(run: Simulate, tmp_path: Path) -> None:
    found = run(counterfactual=False, ledger=False)
    said = Tags(written(found, tmp_path)).said
    assert "Nothing to compare with" in said
    assert "selection, not effect" not in said
    assert "--no-counterfactual" in said
    assert "by purpose" in said
    assert "nothing to compare with" in found.plot.effects().layout.annotations[0].text


@pytest.mark.parametrize("lift", [(1, "and the interval leaves out zero"), (0, "nothing changes, in any replicate")])
def test_the_verdict_is_as_sure_as_the_replicates(
    run: Simulate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lift: tuple[int, str]
) -> None:
    monkeypatch.setattr("rewardsim.engine.simulation.simulate_population", Stub(lift=lift[0], friends=0))
    assert f"margin less cost: {'gained, ' * lift[0]}{lift[1]}" in Tags(written(run(), tmp_path)).said


def test_one_replicate_has_no_interval_and_the_page_says_so(run: Simulate, tmp_path: Path) -> None:
    said = Tags(written(run(replicates=1), tmp_path)).said
    assert "one replicate: nothing is known of how sure these figures are" in said


@pytest.mark.parametrize("name", PICTURES)
def test_every_picture_of_a_run_can_be_drawn(run: Simulate, name: str) -> None:
    found = run()
    figure = getattr(found.plot, name)()
    assert isinstance(figure, go.Figure)
    assert figure.data
    assert figure.layout.template == figures.TEMPLATE
    assert name in dir(found.plot)
    assert name in repr(found.plot)


def test_titles_become_headings_that_wrap() -> None:
    figure = go.Figure(go.Scatter(x=[1], y=[1]))
    headed(figure, "A &amp; B", ["said &lt;b&gt;", "assumed: x"], 400)
    text = picture(figure, "one")
    assert "<h3>A &amp; B</h3>" in text
    assert "<figcaption>said &lt;b&gt;<br>assumed: x</figcaption>" in text
    assert '"title":{"text":"A' not in text.replace(" ", "")
    assert figure.layout.title.text == "A &amp; B"  # the figure itself is left as it was


def test_tables_and_paragraphs_are_escaped() -> None:
    said = page("<t>", [paragraph("<p>", "warn"), table(["<h>"], [["  <a>", "<b>"]])])
    assert "<title>&lt;t&gt;</title>" in said
    assert '<p class="warn">&lt;p&gt;</p>' in said
    assert '<td class="below">&lt;a&gt;</td><td>&lt;b&gt;</td>' in said
