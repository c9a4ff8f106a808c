"""A programme in which nothing is switched off, and a town that makes use of all of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rewardsim.population import Population, parse_population
from rewardsim.programme import Programme, parse_programme
from simulation.living import Kept, day, live

FIRST, LAST = day("2020-01-01"), day("2021-02-03")  # 400 days
MEMBERS = 300
SEED = 11
FORK_DAYS = (day("2020-05-17"), day("2020-11-30"))  # ends of days at which the state is kept

PROGRAMME = """
schema = 1
[programme]
id = "everything"
name = "Everything"
currency = "EUR"
timezone = "Europe/Berlin"
token = { name = "point" }
starts = 2020-01-08
ends = 2021-01-25
[bounds]
amount_max = "100000.00"
tokens_max = 10_000_000

[[phases]]
id = "earn"
starts = 2020-01-08
[[phases]]
id = "referral"
starts = 2020-02-15
[[phases]]
id = "tiers"
starts = 2020-04-01

[earning.purchase]
phase = "earn"
basis = "net_of_tokens"
bands = [{ up_to = "40.00", tokens = 1, per = "1.00" }, { tokens = 3, per = "2.00" }]
proration = "pro_rata"
rounding = "half_even"
round_at = "line"
released_on = { days = 3, after = "delivery" }
orders_max = { count = 3, period = "month", counted_on = "delivery" }
limits = [{ tokens = 120, period = "week", when_exceeded = "reduce" }]
channels = ["web", "shop"]
exclude_categories = ["gift-card"]
category_multipliers = { tea = "1.25" }
counts_from = 2020-01-03
minimum_order = [{ from = 2020-01-08, value = "3.00" }, { from = 2020-09-01, value = "6.00" }]
[earning.welcome]
tokens = 20
[earning.share]
tokens = 2
limit = { count = 2, period = "year" }

[[campaigns]]
id = "spring"
starts = 2020-03-01
ends = 2020-06-01
categories = ["tea"]
tokens = 40
budget = { tokens = 300, period = "week", when_exceeded = "reduce" }
[[campaigns]]
id = "sundays"
weekdays = ["sun"]
multiplier = "1.5"
stacking = "multiply"
limit_per_member = { tokens = 60, period = "month", when_exceeded = "reduce" }
[[campaigns]]
id = "big-basket"
channels = ["web"]
minimum_order = "50.00"
multiplier = "2"
stacking = "exclusive"
priority = 7
budget = { tokens = 500, period = "month", when_exceeded = "reject" }

[redemption.checkout]
value_per_token = "0.02"
tokens_min = 20
tokens_step = 5
share_of_order_max = "50%"
consumption = "earliest_expiry_first"

[[exchange]]
id = "mug"
kind = "code"
tokens = 90
stock = { count = 2, replenish = "week" }
per_member_max = { count = 2, period = "year" }
transferable = true
[[exchange]]
id = "coupon"
kind = "coupon"
tokens = 60
value = "2.00"
categories = ["tea"]
valid_days = 25
[[exchange]]
id = "big-coupon"
phase = "referral"
kind = "coupon"
tokens = 240
value = "12.00"
valid_days = 60
per_member_max = 3

[expiry]
policy = "rolling"
days = 120
counted_from = "release"

[returns]
clawback = "line"
when_spent = "debt"
debt_limit = 200
spent_tokens = "reverse"
window_days = 20
unlinked = "reject"
requalify_tier = true

[referral]
phase = "referral"
invitation = "required"
referrer_tokens = 60
referee_tokens = 30
qualifies_on = "first_delivered_order"
minimum_order = "5.00"
within_days = 40
post_after_days = 2
limit_per_referrer = { count = 1, period = "month", when_exceeded = "reject" }
levels = 2
levels_share = ["100%", "25%"]
revoke_if_returned = true

[tiers]
phase = "tiers"
criterion = "spend"
window = { kind = "rolling_months", count = 3 }
upgrade = "immediate"
rate_applies = "marginal"
review = { months = 3 }
downgrade = "one_step"
grace_days = 10
[[tiers.levels]]
id = "bronze"
from = "0.00"
[[tiers.levels]]
id = "silver"
from = "60.00"
earn_multiplier = "1.1"
privileges = { express_delivery = { orders_per_month = 1, cost_per_order = "2.90" }, birthday = { tokens = 15 } }
[[tiers.levels]]
id = "gold"
from = "200.00"
earn_multiplier = "1.25"
privileges = { express_delivery = { unlimited = true, cost_per_order = "2.90" }, early_access = { minutes = 60 } }

[[draws]]
id = "posts"
opens = 2020-01-08
closes = 2020-05-01
draws_on = 2020-05-03
prizes = [{ count = 1, tokens = 300 }, { count = 5, tokens = 50 }]
entry = { kind = "social_post", hashtag = "#tea", tags_min = 2, public = true }
entries_per_member_max = 2
[[draws]]
id = "orders"
opens = 2020-03-01
closes = 2020-07-01
draws_on = 2020-07-02
winners = 10
tokens = 40
entry = { kind = "purchase" }
entries_per_member_max = 3
[[draws]]
id = "joiners"
phase = "referral"
opens = 2020-02-15
closes = 2020-12-01
draws_on = 2020-12-01
winners = 500
tokens = 5
entry = { kind = "enrol" }
"""

POPULATION = """
schema = 1
[population]
id = "tea-town"
name = "Tea town"
currency = "EUR"
members = 300
starts = 2020-01-01
until = 2021-02-03
[arrival]
existing = "40%"
tenure_weeks = 30
pattern = "bass"
innovation = 0.05
imitation = 0.4
period_days = 30
[enrolment]
existing = { share = "85%", days = 20 }
arriving = { share = "90%", days = 4 }
[purchases]
r = 0.8
alpha_weeks = 2.4
[lifetime]
s = 0.8
beta_weeks = 40
[basket]
p = 3
q = 4
v = "20.00"
[[categories]]
id = "tea"
weight = 5
factor = 0.6
[[categories]]
id = "cups"
weight = 3
factor = 1.5
[[categories]]
id = "gift-card"
weight = 1
[[channels]]
id = "web"
weight = 5
[[channels]]
id = "shop"
weight = 3
[[channels]]
id = "kiosk"
weight = 1
[delivery]
days = [0, 1, 2, 2, 5]
[returns]
share = "12%"
concentration = 4
after_days = [1, 6, 15, 30]
[season.weekdays]
sat = 1.5
[season.months]
nov = 1.4
dec = 1.8
[[season.windows]]
id = "sale"
starts = 2020-05-10
ends = 2020-05-17
factor = 2
[response]
goal_share = "60%"
reluctance = { mean = -1.0, sd = 1.2 }
patience = { median_days = 60, spread = 0.8 }
invites = { mean = 0.5, shape = 0.5 }
shares = { share = "30%", concentration = 2 }
posts = { share = "30%", concentration = 2 }
[correlation]
rate_spend = 0.1
rate_enrolment = 0.3
spend_enrolment = 0.1
[referral]
pool = 0.3
days = 4
[birthdays]
known = "60%"
[worths]
mug = "3.00"
[behaviour]
preset = "reference"
top_up = 0.4
top_up_within = 0.3
basket = 0.02
accept = 0.5
invite_shape = 0.6
"""


def programme(**changes: Any) -> Programme:
    """The full programme, with values changed by dotted path (dots as double underscores)."""
    found = parse_programme(PROGRAMME, "everything.toml")
    return found.vary(paths(changes)) if changes else found


def town(**changes: Any) -> Population:
    """The town, with values changed likewise."""
    found = parse_population(POPULATION, "tea-town.toml")
    return found.vary(paths(changes)) if changes else found


def paths(changes: dict[str, Any]) -> dict[str, Any]:
    """Changes by dotted path."""
    return {name.replace("__", "."): value for name, value in changes.items()}


def lived(**more: Any) -> Any:
    """The full programme lived by the town."""
    wanted = {"first_day": FIRST, "last_day": LAST, "members": MEMBERS, "seed": SEED, **more}
    return live(wanted.pop("programme", None) or programme(), wanted.pop("population", None) or town(), **wanted)


def lived_fully(folder: Path, engine: str = "compiled") -> Kept:
    """The same with its tables and checkpoints kept in a folder; a late checkpoint by the compiled engine alone."""
    (folder / "tables").mkdir()
    done = lived(folder=folder / "tables", checkpoint=(FORK_DAYS[0], folder / "early"), engine=engine)
    if engine == "compiled":
        lived(checkpoint=(FORK_DAYS[1], folder / "late"), threads=3, chunk=7)
    return Kept(done, folder)
