"""What cannot be simulated is refused before it starts, with everything that is wrong."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from rewardsim.experiments.simulations import memory as simulate_memory
from rewardsim.experiments.simulations.memory import available, bytes_per_member
from rewardsim.experiments.simulations.plan import SimulationError, plan
from rewardsim.programme import Programme, load_programme, parse_programme

from .simulated import TOWN, town

DATA = Path(__file__).resolve().parents[2] / "data"
EURO = 'schema = 1\n[programme]\nid = "e"\nname = "E"\ncurrency = "EUR"\ntimezone = "Europe/Berlin"\n'
EURO += 'token = { name = "point" }\nstarts = 2017-01-01\n'


@pytest.fixture(scope="module")
def programme() -> Programme:
    return load_programme(DATA / "programmes" / "reward-mi.toml")


def refused(programme: Any, population: Any = None, **more: Any) -> SimulationError:
    with pytest.raises(SimulationError) as error:
        plan(programme, population or town(), **more)
    return error.value


def test_the_plan_takes_the_populations_own(programme: Programme) -> None:
    found = plan(programme, town())
    assert (found.members, found.first, found.last) == (60, date(2017, 6, 15), date(2017, 10, 31))
    assert (found.days, found.replicates) == (139, 8)
    assert [arm.name for arm in found.arms] == ["programme", "without"]
    assert found.arms[1].programme is None


def test_the_order_of_variants_does_not_matter(programme: Programme) -> None:
    one, other = programme.vary({"earning.welcome.tokens": 1}), programme.vary({"earning.welcome.tokens": 2})
    keys = [plan(programme, town(), variants=v).inputs() for v in ({"a": one, "b": other}, {"b": other, "a": one})]
    assert keys[0] == keys[1]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"until": date(2017, 6, 1)}, "until: found 2017-06-01, before the start on 2017-06-15, allowed 2017-06-15 or"),
        ({"start": date(2018, 6, 1)}, "until: found 2017-10-31, before the start on 2018-06-01"),
        ({"start": "1969-12-31"}, "start: found 1969-12-31, allowed 1970-01-01 to 9000-12-31, do: correct the year"),
        ({"until": "9001-01-01"}, "until: found 9001-01-01, allowed 1970-01-01 to 9000-12-31"),
        ({"until": "2117-06-16"}, "until: found 2117-06-16, 36,526 days from the start, allowed at most 36,525 days"),
        ({"replicates": 0}, "replicates: found 0, allowed a whole number from 1 to 10,000"),
        ({"replicates": 2.5}, "replicates: found 2.5, allowed a whole number"),
        ({"members": 0}, "members: found 0, allowed a whole number from 1 to 100,000,000"),
        ({"members": -5}, "members: found -5"),
        ({"members": True}, "members: found true"),
        ({"threads": 0}, "threads: found 0"),
        ({"seed": "1"}, 'seed: found "1", allowed a whole number'),
        ({"engine": "gpu"}, 'engine: found "gpu", allowed compiled, simpy or dask, do: choose one of them'),
        ({"until": "2017-06-31"}, 'until: found "2017-06-31", allowed a date such as 2018-12-31, do: correct the date'),
        ({"start": 20170615}, "start: found 20170615, allowed a date"),
        ({"variants": {"without": None}}, "found NoneType, allowed a programme, a population"),
    ],
)
def test_bad_requests(programme: Programme, more: dict[str, Any], said: str) -> None:
    assert said in str(refused(programme, **more))


def test_bad_names_of_variants(programme: Programme) -> None:
    names = ["programme", "without", "", "a/b", "x" * 65, "good name"]
    error = refused(programme, variants=dict.fromkeys(names, programme))
    assert [fault.code for fault in error.faults] == ["bad_name"] * 5


def test_everything_wrong_is_said_at_once(programme: Programme) -> None:
    more = {"replicates": 0, "members": 0, "engine": "gpu", "until": "never", "threads": -1, "variants": {"": 5}}
    error = refused(DATA / "none.toml", DATA / "programmes" / "reward-mi.toml", **more)
    codes = [fault.code for fault in error.faults]
    wanted = [*["out_of_range"] * 3, "bad_choice", "bad_name", "bad_date", "unreadable"]
    assert codes[: len(wanted)] == wanted
    assert codes[-1] == "wrong_type"
    error = refused(programme, until=date(2016, 1, 1), population=town(population__currency="USD"))
    assert [fault.code for fault in error.faults] == ["early_end", "other_currency"]


def test_faults_of_all_files_come_together(tmp_path: Path) -> None:
    bad_programme, bad_population = tmp_path / "p.toml", tmp_path / "t.toml"
    bad_programme.write_text("schema = 1\n")
    bad_population.write_text(TOWN.replace('share = "5 %"', 'share = "500 %"'))
    error = refused(bad_programme, bad_population, variants={"other": tmp_path / "none.toml"})
    files = {fault.place.file for fault in error.faults}
    assert files == {str(bad_programme), str(bad_population), str(tmp_path / "none.toml")}


def test_another_currency_is_refused() -> None:
    error = refused(parse_programme(EURO))
    assert [fault.code for fault in error.faults] == ["other_currency"]
    assert "town.toml: population.currency: found INR, allowed the programme's EUR" in str(error)


# ---------------------------------------------------------------- memory


def test_more_members_than_memory_are_refused_with_the_number_that_fits(
    programme: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulate_memory, "available", lambda: 2 << 30)
    error = refused(programme, members=5_000_000)
    (fault,) = error.faults
    assert fault.code == "too_many_members"
    assert "where 2.0 GiB are free" in fault.found
    fit = int(fault.allowed.split()[0].replace(",", ""))
    assert 100_000 < fit < 2_000_000
    assert f"do: simulate {fit:,} members or fewer" in str(error)
    assert plan(programme, town(), members=fit).members == fit
    refused(programme, members=fit + fit // 100)


def test_no_room_at_all(programme: Programme, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulate_memory, "available", lambda: 1 << 20)
    assert "do: free memory" in str(refused(programme, members=1))


def test_where_the_system_does_not_say_nothing_is_refused(
    programme: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulate_memory, "available", lambda: None)
    assert plan(programme, town(), members=100_000_000).members == 100_000_000


def test_objects_take_more_than_arrays(programme: Programme) -> None:
    assert 400 < bytes_per_member(None, "compiled") < bytes_per_member(programme, "compiled") < 6_000
    assert bytes_per_member(programme, "simpy") > 5 * bytes_per_member(programme, "compiled")
    plain = programme.without("referral", "tiers")
    assert bytes_per_member(plain, "compiled") < bytes_per_member(programme, "compiled")


def test_free_memory_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = tmp_path / "meminfo"
    told.write_text("MemTotal:       4000 kB\nMemAvailable:   3000 kB\n")
    monkeypatch.setattr(simulate_memory, "MEMINFO", told)
    assert available() == 3000 << 10
    monkeypatch.setattr(simulate_memory, "MEMINFO", tmp_path / "none")
    assert (available() or 1) > 0
    told.write_text("nothing known")
    monkeypatch.setattr(simulate_memory, "MEMINFO", told)
    monkeypatch.setattr(simulate_memory.os, "sysconf", lambda _: (_ for _ in ()).throw(ValueError))
    assert available() is None
