"""Referral, tiers and draws by the command line: what it says of them, and of those who try to cheat."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rewardsim.experiments.run import Run

from .conftest import GENERIC, PHASES, REWARD_MI, Call

Said = Callable[..., dict[str, Any]]
DRAW = "rewardmi-launch"
HEAD = PHASES.read_text(encoding="utf-8").splitlines()[0].split(",")
SPRING = """
schema = 1
[programme]
id = "spring"
name = "Spring"
currency = "INR"
timezone = "Asia/Kolkata"
token = { name = "point", decimals = 0 }
starts = 2020-01-01
[redemption.checkout]
value_per_token = "1.00"
[referral]
referrer_tokens = 100
referee_tokens = 20
qualifies_on = "enrol"
limit_per_referrer = { count = 1 }
[tiers]
criterion = "orders"
window = { kind = "lifetime" }
downgrade = "never"
levels = [{ id = "guest", from = 0 }, { id = "friend", from = 1 }, { id = "host", from = 2 }]
[[draws]]
id = "spring"
opens = 2020-02-01
closes = 2020-02-10
draws_on = 2020-02-12
winners = 1
tokens = 500
entry = { kind = "social_post", hashtag = "#tea", tags_min = 2 }
"""
EVENTS = """
01 enrol      anna  2020-01-02T10:00:01 counterpart_id=bela
02 enrol      bela  2020-01-02T10:00:02 counterpart_id=cora
03 enrol      cora  2020-01-02T10:00:03 counterpart_id=anna
04 enrol      mila  2020-01-02T10:00:04
05 invite     anna  2020-01-03T10:00:00 counterpart_id=mila
06 invite     anna  2020-01-03T10:00:01 counterpart_id=anna
07 invite     anna  2020-01-03T10:00:02 counterpart_id=xaver
08 invite     bela  2020-01-03T10:00:03 counterpart_id=xaver
09 enrol      solo  2020-01-04T10:00:00 counterpart_id=solo
10 enrol      nora  2020-01-04T10:00:01 counterpart_id=nobody
11 enrol      otto  2020-01-05T10:00:00 counterpart_id=bela
12 draw_entry anna  2020-01-31T23:59:59 item=spring hashtag=#tea tags=2 public=true
13 draw_entry anna  2020-02-09T23:59:59 item=spring hashtag=#tea tags=2 public=true
14 draw_entry bela  2020-02-10T00:00:00 item=spring hashtag=#tea tags=2 public=true
15 draw_entry cora  2020-02-13T10:00:00 item=spring hashtag=#tea tags=2 public=true
16 draw_entry cora  2020-02-05T10:00:00 item=sprung hashtag=#tea tags=2 public=true
17 draw_entry cora  2020-02-05T10:00:01 item=spring hashtag=#tee tags=2 public=true
18 draw_entry cora  2020-02-05T10:00:02 item=spring hashtag=#tea tags=1 public=true
19 draw_entry cora  2020-02-05T10:00:03 item=spring hashtag=#tea tags=2 public=false
20 order      anna  2020-03-01T10:00:00 order_id=o1 amount=10.00
"""
OUTCOMES = {
    "06": "self_referral", "12": "draw_not_open", "14": "draw_closed", "15": "draw_closed", "16": "unknown_draw",
    "17": "wrong_hashtag", "18": "too_few_tags", "19": "post_not_public",
}  # fmt: skip


def told(text: str) -> list[str]:
    """Events in short as rows of a file."""
    rows = [",".join(HEAD)]
    for line in text.strip().splitlines():
        event, kind, member, time, *more = line.split()
        given = {"event_id": event, "type": kind, "member_id": member, "occurred_at": time.replace("T", " ")}
        given |= dict(word.split("=", 1) for word in more)
        rows.append(",".join(given.get(name, "") for name in HEAD))
    return rows


@pytest.fixture(scope="module")
def spring(tmp_path_factory: pytest.TempPathFactory, said: Said) -> Run:
    """A ring, a friend from before, posts too early and too late, under a small programme."""
    folder = tmp_path_factory.mktemp("spring")
    (folder / "events.csv").write_text("\n".join(told(EVENTS)) + "\n", encoding="utf-8")
    (folder / "spring.toml").write_text(SPRING, encoding="utf-8")
    said("import", folder / "events.csv", "--mapping", GENERIC, "--out", folder / "e.parquet")
    words = ["--out", folder / "runs", "--engine", "interpreted"]
    return Run(said("replay", folder / "spring.toml", folder / "e.parquet", *words)["run"])


def explained(call: Call, run: Run, member: str) -> str:
    """A member's history as a person reads it."""
    done = call("explain", run.path, "--member", member)
    assert done.exit_code == 0, done.output
    return str(done.stdout)


# ---------------------------------------------------------------- who tries to cheat


def test_each_event_has_the_outcome_that_says_why(spring: Run) -> None:
    found = dict(zip(spring.events["event_id"], spring.events["outcome"].astype(str), strict=True))
    wanted = {event: OUTCOMES.get(event, "applied") for event in found}
    wanted |= {"05": "proposed", "07": "proposed", "08": "proposed"}
    wanted["20"] = "rule_off"  # without a rate orders earn nothing; tiers count them all the same
    assert found == wanted


def test_a_ring_is_told(call: Call, spring: Run) -> None:
    """The one who closed it is refused, and hears why; the others stand."""
    text = explained(call, spring, "cora")
    assert "referral refused: cora by anna (cycle)" in text
    assert "referral accepted: bela by cora" in text
    assert "2020-01-02  enrol 03: applied" in text
    assert "referral accepted: anna by bela" in explained(call, spring, "anna")


def test_a_member_before_the_invitation_is_told(call: Call, spring: Run) -> None:
    """To both; and it was anna who invited."""
    for member in ("anna", "mila"):
        (line,) = (line for line in explained(call, spring, member).splitlines() if "existing member" in line)
        assert "anna by mila" not in line


def test_a_second_referrer_and_a_full_one_are_told(call: Call, spring: Run) -> None:
    (line,) = (line for line in explained(call, spring, "xaver").splitlines() if "second referrer" in line)
    assert "bela by xaver" not in line
    (line,) = (line for line in explained(call, spring, "bela").splitlines() if "referrer limit" in line)
    assert "bela by otto" not in line
    assert "otto" in line


@pytest.mark.parametrize(
    ("member", "words"),
    [
        ("solo", "referral refused: solo by solo (self)"),
        ("nora", "referral refused: nora by nobody (referrer unknown)"),
        ("nobody", "referral refused: nora by nobody (referrer unknown)"),
        ("xaver", "invited: anna invited xaver"),
        ("anna", "2020-01-03  invite 06: self referral"),
        ("anna", "2020-01-31  draw_entry 12: draw not open"),
        ("bela", "2020-02-10  draw_entry 14: draw closed"),
        ("cora", "2020-02-13  draw_entry 15: draw closed"),
        ("cora", "2020-02-05  draw_entry 16: unknown draw"),
        ("cora", "2020-02-05  draw_entry 17: wrong hashtag"),
        ("cora", "2020-02-05  draw_entry 18: too few tags"),
        ("cora", "2020-02-05  draw_entry 19: post not public"),
        ("anna", "draw entered spring, entry 1"),
        ("anna", "draw won spring, place 1, 500 tokens"),
        ("anna", "500 ISSUE -> AVAILABLE  draws.spring"),
        ("anna", "tier changed guest -> friend, 1 orders in the window (threshold reached)"),
        ("anna", "standing: friend since 2020-03-01, 1 orders missing to rise"),
        ("mila", "tier changed no tier -> guest, 0 orders in the window (begins)"),
    ],
)
def test_the_words_of_an_explanation(call: Call, spring: Run, member: str, words: str) -> None:
    assert words in explained(call, spring, member)


def test_a_prize_and_its_note_are_one_step(spring: Run) -> None:
    steps = [step for step in spring.explain("anna").steps if step.day == "2020-02-13"]
    assert len(steps) == 1
    assert len(steps[0].entries) == len(steps[0].notes) == 1


# ---------------------------------------------------------------- what a replay says


def test_the_object_of_a_replay(phases: dict[str, Any]) -> None:
    assert phases["journal"]["referral_refused"] == 12
    assert phases["journal"]["tier_in_grace"] == 5
    assert phases["referred"] == phases["journal"]["referral_accepted"] == 31
    assert phases["tiers"] == {"member": 42, "silver": 12, "gold": 3, "diamond": 1}
    draw = phases["draws"][DRAW]
    assert set(draw) == {"held", "entries", "entrants", "entrants_digest", "luck"}
    assert (draw["entries"], draw["entrants"]) == (10, 10)
    assert "public key" in draw["luck"]
    assert phases["outcomes"]["draw_closed"] == 2


def test_a_replay_for_a_person(call: Call, phase_events: Path, store: Path, phases: dict[str, Any]) -> None:
    text = call("replay", REWARD_MI, phase_events, "--out", store).stdout
    assert re.search(r"^journal  31 invited, 31 referral accepted, 12 referral refused, ", text, re.MULTILINE)
    assert "\ntiers    42 member, 12 silver, 3 gold, 1 diamond\n" in text
    assert f"\ndraw     {DRAW}: 10 entries of 10 members, luck by a public key (what if, not for real prizes)\n" in text
    assert "left out" not in text
    assert phases["digest"] in text


def test_the_first_phase_alone_says_nothing_of_the_others(replayed: dict[str, Any]) -> None:
    assert replayed["journal"] == {}
    assert {"tiers", "referred", "draws"} & set(replayed) == set()


def test_against_says_tiers_and_notes(
    call: Call, said: Said, phase_events: Path, store: Path, phases: dict[str, Any], tmp_path: Path
) -> None:
    text = REWARD_MI.read_text(encoding="utf-8")
    assert text.count('from = "15000.00"') == 1
    (tmp_path / "b.toml").write_text(text.replace('from = "15000.00"', 'from = "17000.00"'), encoding="utf-8")
    words = ["replay", REWARD_MI, phase_events, "--against", tmp_path / "b.toml", "--out", store]
    other = said(*words, "--engine", "interpreted")["against"]
    assert other["levels_differing"] == len(other["levels"]) == 6
    assert other["levels"][0] == {"member_id": "M-108", "tier_a": "silver", "tier_b": "member", "day": "2018-01-31"}
    assert {"kind": "express_delivery", "cause": "", "a": 27, "b": 21} in other["notes"]
    shown = call(*words, "--engine", "interpreted").stdout
    assert "6 members end in another tier" in shown
    assert re.search(r"silver +member +6", shown)
    assert re.search(r"express_delivery +27 +21", shown)


# ---------------------------------------------------------------- draws and their secrets


@pytest.fixture(scope="module")
def secret(tmp_path_factory: pytest.TempPathFactory, said: Said) -> Path:
    """A secret, committed to."""
    folder = tmp_path_factory.mktemp("draw")
    words = ["--draw", DRAW, "--programme", REWARD_MI, "--out", folder, "--new"]
    assert said("draw", "commit", *words, "--secret", folder / "secret")["draw"] == DRAW
    return folder / "secret"


@pytest.fixture(scope="module")
def drawn(said: Said, phase_events: Path, store: Path, secret: Path) -> dict[str, Any]:
    """The replay by that secret."""
    words = ["--out", store, "--engine", "interpreted", "--secret", f"{DRAW}={secret}"]
    return said("replay", REWARD_MI, phase_events, *words)


def test_a_secret_makes_another_run(drawn: dict[str, Any], phases: dict[str, Any]) -> None:
    assert drawn["draws"][DRAW]["luck"] == "a secret"
    assert drawn["run"] != phases["run"]
    assert drawn["digest"] != phases["digest"]
    assert drawn["tokens"] == phases["tokens"]


def test_the_draw_of_a_run_is_the_draw_itself(call: Call, said: Said, drawn: dict[str, Any], secret: Path) -> None:
    """Held by the command from the run's entrants: the winners the replay had; a second time is refused."""
    words = ["--draw", DRAW, "--secret", secret, "--entries", drawn["run"], "--programme", REWARD_MI]
    result = said("draw", "run", *words, "--out", secret.parent)
    assert result["entrants_digest"] == drawn["draws"][DRAW]["entrants_digest"]
    journal = Run(drawn["run"]).journal
    won = journal[journal["kind"] == "draw_won"].sort_values("number")
    assert [row["member_id"] for row in result["winners"]] == list(won["member_id"])
    assert {row["tokens"] for row in result["winners"]} == set(won["amount"]) == {500}
    checked = [secret.parent / f"{DRAW}.{what}" for what in ("result.json", "entrants.csv")]
    assert said("draw", "verify", *checked)["right"] is True
    before = {path.name: path.read_bytes() for path in secret.parent.iterdir()}
    again = call("draw", "run", *words, "--out", secret.parent)
    assert again.exit_code == 2
    assert "another draw takes another draw id" in again.stderr
    assert {path.name: path.read_bytes() for path in secret.parent.iterdir()} == before


def test_the_secret_of_an_unknown_draw_is_refused(call: Call, phase_events: Path, secret: Path, tmp_path: Path) -> None:
    """A name spelt wrongly must not leave the draw to a public key in silence."""
    words = ["replay", REWARD_MI, phase_events, "--out", tmp_path / "runs", "--engine", "interpreted"]
    done = call(*words, "--secret", f"rewardmi-lunch={secret}")
    assert done.exit_code == 2
    assert "rewardmi-lunch" in done.stderr
    assert DRAW in done.stderr
    assert list(tmp_path.rglob("*.parquet")) == []
    left = call(*words, "--without", "draws", "--secret", f"{DRAW}={secret}")
    assert left.exit_code == 2


def test_bad_secrets_are_all_told(call: Call, phase_events: Path, tmp_path: Path) -> None:
    (tmp_path / "short").write_text("too short")
    words = ["replay", REWARD_MI, phase_events, "--out", tmp_path / "runs", "--json"]
    done = call(*words, "--secret", "nonsense", "--secret", f"{DRAW}={tmp_path / 'short'}")
    assert done.exit_code == 2
    assert json.loads(done.stdout)["count"] == 2


def test_two_secrets_of_one_draw_are_refused(call: Call, phase_events: Path, secret: Path, tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(secret.read_bytes()[::-1])
    words = ["replay", REWARD_MI, phase_events, "--out", tmp_path / "runs", "--engine", "interpreted"]
    done = call(*words, "--secret", f"{DRAW}={secret}", "--secret", f"{DRAW}={tmp_path / 'other'}")
    assert done.exit_code == 2
    assert DRAW in done.stderr
