"""Behaviour written in plain Python, one SimPy process a member, under the same law."""

from __future__ import annotations

import numpy as np
import pyarrow.parquet as pq

from rewardsim.rules import codes
from simulation.everything import FIRST, LAST, SEED, lived, programme, town
from simulation.living import day, live, total
from simulation.plain import club, crowd
from simulation.test_replay import replayed
from simulation.test_sameness import same

SHOP = """
[earning.purchase]
rate = { tokens = 1, per = "10.00" }
basis = "gross"
released_on = "delivery"
[earning.welcome]
tokens = 50
[earning.share]
tokens = 5
[redemption.checkout]
value_per_token = "0.10"
[[exchange]]
id = "cup"
kind = "coupon"
tokens = 100
value = "5.00"
valid_days = 30
"""


def wait(someone, until: str):
    """Return what to yield to sleep until noon of a date."""
    return someone.sleep(day(until) + 0.5 - someone.environment.now)


def regular(said: list):
    """A member who does one thing after the other and writes down what the law says."""

    def life(someone):
        yield wait(someone, "2020-01-03")
        said.append(("enrol", someone.enrol(), someone.available))
        said.append(("again", someone.enrol()))
        yield someone.sleep(1)
        order = someone.buy(1_000_00, category="thing", channel="web")
        said.append(("bought", someone.available))
        yield someone.sleep(2)
        said.append(("delivered", order.deliver(), someone.available))
        said.append(("shared", someone.share(), someone.available))
        said.append(("exchanged", someone.exchange("cup"), someone.available))
        yield someone.sleep(1)
        second = someone.buy(50_00, category="thing", tokens=someone.available, coupon="cup", discount=5_00)
        said.append(("spent", someone.available, someone.tier))
        yield someone.sleep(0.25)
        said.append(("second", second.deliver(), someone.available))
        said.append(("back", order.give_back(500_00), order.give_back(600_00), someone.available))
        said.append(("luck", someone.luck(0) == someone.luck(0), someone.luck(0) != someone.luck(1)))

    return lambda someone: life(someone) if someone.number == 0 else None


def test_a_life_written_by_hand(tmp_path):
    said: list = []
    shop = club(SHOP)
    days = {"members": 3, "last_day": day("2020-02-28"), "folder": tmp_path}
    done = live(shop, crowd(), engine="simpy", behaviour=regular(said), **days)
    assert said == [
        ("enrol", "applied", 50),
        ("again", "already_enrolled"),
        ("bought", 50),
        ("delivered", "applied", 150),
        ("shared", "applied", 155),
        ("exchanged", "applied", 55),
        ("spent", 0, ""),
        ("second", "applied", 5),
        ("back", "applied", "return_exceeds_order", 0),
        ("luck", True, True),
    ]
    member = done.tables["members"][0]
    assert (member["available"], member["debt"], member["pending"]) == (0, 45, 0)
    assert done.persons["orders"][0] == 2
    assert done.persons["revenue"][0] == 1_050_00
    events = pq.read_table(tmp_path / "events.parquet")
    assert replayed(events, shop, last=day("2020-02-28")).digest == done.digest


def test_others_live_as_they_would() -> None:
    """Nobody has behaviour of his own: the function may as well not be there."""
    same(lived(members=60), lived(members=60, engine="simpy", behaviour=lambda someone: None))


def test_everybody_by_hand(tmp_path):
    """A hundred who buy every week on one weekday, in the law's own time."""

    def weekly(someone):
        def life():
            yield someone.sleep(someone.number % 7 + 0.5)
            someone.enrol()
            while True:
                yield someone.sleep(7)
                someone.buy(20_00, category="thing", channel="web").deliver()

        return life()

    shop = club(SHOP)
    days = {"members": 100, "last_day": day("2020-12-31")}
    done = live(shop, crowd(), engine="simpy", behaviour=weekly, folder=tmp_path, **days)
    wanted = [(366 - m % 7 - 1) // 7 for m in range(100)]
    assert done.persons["orders"].tolist() == wanted
    assert total(done, "purchases") == sum(wanted)
    assert total(done, "enrolled") == total(done, "members") == 100
    assert -done.auditor.balances[:, codes.ISSUE].sum() == 50 * 100 + 2 * sum(wanted)
    assert replayed(pq.read_table(tmp_path / "events.parquet"), shop, last=days["last_day"]).digest == done.digest


def test_one_stubborn_member_among_the_others() -> None:
    """Whoever shares nothing with a member written by hand lives as before."""
    alone = (
        programme()
        .without("draws", "referral")
        .vary({"campaigns.spring.budget": None, "campaigns.big-basket.budget": None, "exchange.mug.stock": None})
    )

    def asleep(someone):
        yield someone.sleep(1_000)

    def hermit(someone):
        return asleep(someone) if someone.number == 7 else None

    days = {"members": 40, "first_day": FIRST, "last_day": LAST, "seed": SEED, "engine": "simpy"}
    done, usual = (live(alone, town(), behaviour=behaviour, **days) for behaviour in (hermit, None))
    others = np.arange(40) != 7
    assert np.array_equal(done.auditor.chains[:40][others], usual.auditor.chains[:40][others])
    assert np.array_equal(done.persons["orders"][:40][others], usual.persons["orders"][:40][others])
    assert done.persons["orders"][7] == 0
