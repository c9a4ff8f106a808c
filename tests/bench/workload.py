"""A made-up history of any size for benchmarks: a canonical event table, written by DuckDB.

Half of the events are orders; most are delivered three days later, some returned, some paid in
part with tokens; shares fill the rest. A third of the members are invited by another and enrol, a
seventh enter a draw. The same size gives the same table. PHASES is PROGRAMME with referral, tiers
and the draw, so that the three phases are timed over the very same events.
"""

from __future__ import annotations

from pathlib import Path

PROGRAMME = """
schema = 1
[programme]
id = "bench"
name = "Benchmark"
currency = "INR"
timezone = "Asia/Kolkata"
token = { name = "Token", decimals = 0 }
starts = 2017-01-01
late_events = "post"
[earning.purchase]
basis = "net_of_tokens"
rate = { tokens = 1, per = "10.00" }
proration = "step"
rounding = "floor"
round_at = "order"
released_on = "delivery"
channels = ["app"]
[earning.welcome]
tokens = 50
on = "enrol"
[earning.share]
tokens = 5
limit = { count = 1, period = "day" }
[[campaigns]]
id = "accessory-june"
starts = 2017-06-01
ends = 2017-07-01
categories = ["accessory"]
multiplier = "1.5"
stacking = "add"
priority = 10
limit_per_member = { tokens = 500, period = "campaign", when_exceeded = "reduce" }
[redemption.checkout]
enabled = true
value_per_token = "0.10"
tokens_min = 100
tokens_step = 1
share_of_order_max = "20%"
consumption = "earliest_expiry_first"
[expiry]
policy = "rolling"
months = 12
counted_from = "release"
[returns]
clawback = "value_share"
when_spent = "debt"
spent_tokens = "reverse"
window_days = 30
"""

PHASES = (
    PROGRAMME
    + """
[referral]
referrer_tokens = 500
referee_tokens = 100
qualifies_on = "first_delivered_order"
minimum_order = "500.00"
within_days = 60
post_after_days = 3
limit_per_referrer = { count = 10, period = "month" }
levels = 2
levels_share = ["100%", "20%"]
[tiers]
criterion = "spend"
window = { kind = "rolling_months", count = 12 }
rate_applies = "marginal"
review = { months = 6 }
downgrade = "one_step"
grace_days = 30
[[tiers.levels]]
id = "member"
from = "0.00"
[[tiers.levels]]
id = "silver"
from = "15000.00"
earn_multiplier = "1.1"
privileges = { express_delivery = { orders_per_month = 1, cost_per_order = "99.00" } }
[[tiers.levels]]
id = "gold"
from = "40000.00"
earn_multiplier = "1.25"
privileges = { express_delivery = { unlimited = true, cost_per_order = "99.00" }, birthday = { tokens = 500 } }
[[draws]]
id = "june"
opens = 2017-06-01
closes = 2017-06-20
draws_on = 2017-06-25
winners = 100
tokens = 500
entry = { kind = "social_post", hashtag = "#bench", tags_min = 5 }
"""
)

QUERY = """
WITH orders AS (
    SELECT i, 'M' || lpad((hash(i) % {members})::VARCHAR, 7, '0') AS member_id,
        DATE '2017-01-01' + (i * 700 // {orders})::INT AS placed,
        (hash(i, 1) % 80000)::INT AS second, 10000 + (hash(i, 2) % 500000)::BIGINT AS amount
    FROM range({orders}) t(i)),
events AS (
    SELECT 'o' || i AS event_id, 'order' AS type, member_id, placed AS day, second, amount, 0::BIGINT AS tokens, i
    FROM orders
    UNION ALL
    SELECT 'd' || i, 'deliver', member_id, placed + 3, second, 0, 0, i FROM orders WHERE i % 20 < 19
    UNION ALL
    SELECT 'r' || i, 'return', member_id, placed + 12, second, amount // 2, 0, i FROM orders WHERE i % 20 = 3
    UNION ALL
    SELECT 'p' || i, 'redeem', member_id, placed, second, amount, 300, i FROM orders WHERE i % 20 = 7
    UNION ALL
    SELECT 's' || i, 'share', member_id, placed + 1, second, 0, 0, NULL FROM orders WHERE i % 5 = 0
    UNION ALL
    SELECT 'i' || k, 'invite', 'M' || lpad((k + 1)::VARCHAR, 7, '0'), DATE '2017-01-01' + (k % 20)::INT, 100, 0, 0, NULL
    FROM range(0, {members} - 1, 3) t(k)
    UNION ALL
    SELECT 'e' || k, 'enrol', 'M' || lpad(k::VARCHAR, 7, '0'), DATE '2017-01-01' + (k % 20)::INT, 200, 0, 0, NULL
    FROM range(0, {members} - 1, 3) t(k)
    UNION ALL
    SELECT 'w' || k, 'draw_entry', 'M' || lpad(k::VARCHAR, 7, '0'), DATE '2017-06-01' + (k % 19)::INT, 300, 0, 0, NULL
    FROM range(0, {members}, 7) t(k))
SELECT event_id, type, member_id, day AS occurred_day, second::INT AS second, row_number() OVER () AS recorded,
    amount AS amount_minor, 0::BIGINT AS discount_minor, tokens, 'O' || i AS order_id, 'app' AS channel,
    CASE WHEN type = 'order' THEN CASE WHEN i % 3 = 0 THEN 'accessory' ELSE 'phone' END END AS category,
    CASE WHEN type = 'draw_entry' THEN 'june' END AS item,
    CASE WHEN type = 'invite' THEN 'M' || lpad((event_id[2:]::INT)::VARCHAR, 7, '0') END AS counterpart_id,
    NULL::DATE AS expiry_day,
    NULL::STRUCT(number INT, category VARCHAR, amount_minor BIGINT, discount_minor BIGINT)[] AS lines,
    NULL::VARCHAR AS source, NULL::BIGINT AS source_row,
    CASE WHEN type = 'enrol' THEN DATE '1980-01-01' + (hash(member_id) % 7000)::INT END AS birthday,
    CASE WHEN type = 'draw_entry' THEN {{'hashtag': '#bench', 'tags': 5::INT, 'public': true}} END AS post
FROM events ORDER BY occurred_day, second, array_position({types}, type), event_id
"""


def write_workload(path: Path, events: int, members: int) -> None:
    """Write about ``events`` events of ``members`` members in canonical order."""
    import duckdb

    from rewardsim.rules.codes import EVENT_TYPES

    with duckdb.connect() as con:
        con.execute("SET memory_limit='4GB'")
        con.execute("SET enable_progress_bar=false")
        query = QUERY.format(orders=events // 2, members=members, types=list(EVENT_TYPES))
        con.sql(query).write_parquet(str(path), compression="zstd", row_group_size=1 << 17)
