"""The tables of an SQL store, in words that SQLite and PostgreSQL share.

``{key}`` is a number given by the database, ``{int}`` an integer of 64 bits.
"""

from __future__ import annotations

FORMAT = 2
TABLES = (
    """CREATE TABLE book (
    one {int} PRIMARY KEY CHECK (one = 1), format {int} NOT NULL, state {int} NOT NULL,
    programme TEXT NOT NULL, currency TEXT NOT NULL, timezone TEXT NOT NULL, shape TEXT NOT NULL,
    day {int} NOT NULL, draws_done {int} NOT NULL)""",
    """CREATE TABLE bundles (
    bundle {key}, hash TEXT NOT NULL, version TEXT NOT NULL, since TEXT NOT NULL)""",
    """CREATE TABLE pools (pool {int} PRIMARY KEY, period {int} NOT NULL, used {int} NOT NULL)""",
    """CREATE TABLE members (
    member {key}, member_id TEXT NOT NULL UNIQUE, version {int} NOT NULL DEFAULT 0,
    events {int} NOT NULL DEFAULT 0,
    pending {int} NOT NULL DEFAULT 0 CHECK (pending >= 0),
    available {int} NOT NULL DEFAULT 0 CHECK (available >= 0),
    held {int} NOT NULL DEFAULT 0 CHECK (held >= 0),
    debt {int} NOT NULL DEFAULT 0 CHECK (debt >= 0),
    entries {int} NOT NULL DEFAULT 0, notes {int} NOT NULL DEFAULT 0,
    chain_a {int} NOT NULL DEFAULT 0, chain_b {int} NOT NULL DEFAULT 0,
    chain_c {int} NOT NULL DEFAULT 0, chain_d {int} NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT '{{}}')""",
    """CREATE TABLE orders (
    number {key}, order_id TEXT NOT NULL UNIQUE, member {int}, waiting {int} NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT '{{}}')""",
    """CREATE INDEX orders_waiting ON orders (member) WHERE waiting = 1""",
    """CREATE TABLE rewards (reward {int} PRIMARY KEY, member {int} NOT NULL, state TEXT NOT NULL)""",
    """CREATE TABLE entrants (draw {int} NOT NULL, member {int} NOT NULL, PRIMARY KEY (draw, member))""",
    """CREATE TABLE requests (
    request {key}, second {int} NOT NULL, type {int} NOT NULL, number {int} NOT NULL, state TEXT NOT NULL)""",
    """CREATE TABLE events (
    number {key}, event_id TEXT NOT NULL UNIQUE, fingerprint TEXT NOT NULL, member {int}, day {int} NOT NULL,
    event TEXT NOT NULL, outcome TEXT, reply TEXT, bundle {int} NOT NULL)""",
    """CREATE TABLE entries (
    member {int} NOT NULL, line {int} NOT NULL, event {int}, ordinal {int}, day TEXT NOT NULL,
    source TEXT NOT NULL, target TEXT NOT NULL, tokens {int} NOT NULL CHECK (tokens > 0), lot {int},
    expiry_day TEXT, rule TEXT NOT NULL, reason TEXT NOT NULL, order_number {int}, bundle {int} NOT NULL,
    PRIMARY KEY (member, line))""",
    """CREATE TABLE notes (
    member {int} NOT NULL, line {int} NOT NULL, event {int}, ordinal {int}, day TEXT NOT NULL,
    kind TEXT NOT NULL, cause TEXT NOT NULL, tier_before TEXT, tier TEXT, draw TEXT, number {int},
    counterpart {int}, amount {int} NOT NULL, order_number {int}, bundle {int} NOT NULL,
    PRIMARY KEY (member, line))""",
    """CREATE TABLE outbox (
    seq {key}, kind TEXT NOT NULL, event {int}, member {int} NOT NULL, first_line {int} NOT NULL,
    lines {int} NOT NULL)""",
)

BOOK = "SELECT day, draws_done, state FROM book WHERE one = 1"
KEEP_BOOK = "UPDATE book SET day = ?, draws_done = ? WHERE one = 1"
HEADING = "SELECT format, state, programme, currency, timezone, shape FROM book WHERE one = 1"
NEW_BOOK = """INSERT INTO book (one, format, state, programme, currency, timezone, shape, day, draws_done)
    VALUES (1, ?, ?, ?, ?, ?, ?, ?, 0)"""
KEEP_VERSION = "UPDATE book SET state = ? WHERE one = 1"
STATES = "SELECT {key}, state FROM {kind}s WHERE {key} > ? ORDER BY {key} LIMIT ?"
KEEP_STATE = "UPDATE {kind}s SET state = ? WHERE {key} = ?"
KEEP_SHAPE = "UPDATE book SET shape = ? WHERE one = 1"
LATEST_BUNDLE = "SELECT bundle, hash FROM bundles ORDER BY bundle DESC LIMIT 1"
NEW_BUNDLE = "INSERT INTO bundles (hash, version, since) VALUES (?, ?, ?) RETURNING bundle"

CLAIM = """INSERT INTO events (event_id, fingerprint, day, event, bundle) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (event_id) DO NOTHING RETURNING number"""
SEEN = "SELECT fingerprint, reply FROM events WHERE event_id = ?"
ANSWER = "UPDATE events SET member = ?, outcome = ?, reply = ? WHERE number = ?"

MEMBER = """SELECT member, member_id, version, entries, notes, chain_a, chain_b, chain_c, chain_d, state
    FROM members WHERE """
NEW_MEMBER = "INSERT INTO members (member_id) VALUES (?) ON CONFLICT (member_id) DO NOTHING"
NUMBER = "SELECT member FROM members WHERE member_id = ?"
NAME = "SELECT member_id FROM members WHERE member = ?"
KEEP_MEMBER = """UPDATE members SET version = version + 1, events = ?, pending = ?, available = ?, held = ?, debt = ?,
    entries = ?, notes = ?, chain_a = ?, chain_b = ?, chain_c = ?, chain_d = ?, state = ?
    WHERE member = ? AND version = ? RETURNING version"""

ORDER = "SELECT number, state FROM orders WHERE "
NEW_ORDER = "INSERT INTO orders (order_id) VALUES (?) ON CONFLICT (order_id) DO NOTHING"
KEEP_ORDER = "UPDATE orders SET member = ?, waiting = ?, state = ? WHERE number = ?"

POOL = "SELECT period, used FROM pools WHERE pool = ?"
KEEP_POOL = """INSERT INTO pools (pool, period, used) VALUES (?, ?, ?)
    ON CONFLICT (pool) DO UPDATE SET period = excluded.period, used = excluded.used"""
REWARD = "SELECT state FROM rewards WHERE reward = ?"
FREE_REWARD = "SELECT coalesce(max(reward), -1) + 1 FROM rewards"
KEEP_REWARD = """INSERT INTO rewards (reward, member, state) VALUES (?, ?, ?)
    ON CONFLICT (reward) DO UPDATE SET member = excluded.member, state = excluded.state"""
DROP_REWARD = "DELETE FROM rewards WHERE reward = ?"
REQUESTS = "SELECT state FROM requests ORDER BY second, type, number, request"
DROP_REQUESTS = "DELETE FROM requests"
NEW_REQUEST = "INSERT INTO requests (second, type, number, state) VALUES (?, ?, ?, ?)"
ENTRANTS = "SELECT member FROM entrants WHERE draw = ?"
ENTER = "INSERT INTO entrants (draw, member) VALUES (?, ?)"
WITHDRAW = "DELETE FROM entrants WHERE draw = ? AND member = ?"

NEW_ENTRY = "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
NEW_NOTE = "INSERT INTO notes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
OUT = "INSERT INTO outbox (kind, event, member, first_line, lines) VALUES (?, ?, ?, ?, ?)"

ACTIVE = "SELECT member FROM members WHERE member >= ? AND events > 0 ORDER BY member LIMIT ?"
CHAINS = "SELECT member_id, chain_a, chain_b, chain_c, chain_d FROM members ORDER BY member_id"
EVENTS = "SELECT number, event, outcome FROM events WHERE number > ? ORDER BY number LIMIT ?"
LEDGER = """SELECT m.member_id, e.line, e.event, v.event_id, e.ordinal, e.day, e.source, e.target, e.tokens, e.lot,
    e.expiry_day, e.rule, e.reason, o.order_id, b.hash
    FROM entries e JOIN members m ON m.member = e.member JOIN bundles b ON b.bundle = e.bundle
    LEFT JOIN events v ON v.number = e.event LEFT JOIN orders o ON o.number = e.order_number
    WHERE e.member = ? AND e.line >= ? ORDER BY e.line"""
JOURNAL = """SELECT m.member_id, n.line, n.event, v.event_id, n.ordinal, n.day, n.kind, n.cause, n.tier_before, n.tier,
    n.draw, n.number, c.member_id, n.amount, o.order_id, b.hash
    FROM notes n JOIN members m ON m.member = n.member JOIN bundles b ON b.bundle = n.bundle
    LEFT JOIN events v ON v.number = n.event LEFT JOIN orders o ON o.number = n.order_number
    LEFT JOIN members c ON c.member = n.counterpart
    WHERE n.member = ? AND n.line >= ? ORDER BY n.line"""
EVERYBODY = "SELECT member FROM members WHERE member > ? ORDER BY member LIMIT ?"
