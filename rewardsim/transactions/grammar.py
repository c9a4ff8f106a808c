"""The grammars of a field, as SQL over whole columns: one for decimals, one for ids, one for times.

Each function takes the SQL of a source column and the kind of its type and gives the SQL of the
value, NULL where the field is empty or breaks the grammar. Nothing passes through binary floating
point except a column that is stored so; such a number counts only if a decimal of at most six
places reads back as exactly the same number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rewardsim.transactions.events import EARLIEST_BIRTHDAY, HASHTAG_MAX, TAGS_MAX
from rewardsim.transactions.mapping import time_pattern

if TYPE_CHECKING:
    import pyarrow as pa

    from rewardsim.transactions.mapping import Money

MICRO = 1_000_000
WHOLE_MAX = 10**12
NOISE = "0.000000001"
ID_MAX = 128
DAY_FORMATS = {"iso": "%Y-%m-%d", "yyyymmdd": "%Y%m%d"}
TRUE_WORDS, FALSE_WORDS = ("true", "1", "yes"), ("false", "0", "no")
ISO = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6})?)?"
    r"(Z|[+-]([01][0-9]|2[0-3]):?[0-5][0-9])?)?"
)
OFFSET = r"[0-9](Z|[+-][0-9]{2}:?[0-9]{2})$"


def kind_of(kind: pa.DataType) -> str:
    """``text``, ``int``, ``float``, ``decimal``, ``naive``, ``aware``, ``date``, ``bool`` or ``other``."""
    from pyarrow import types

    if types.is_dictionary(kind):
        kind = kind.value_type
    if types.is_timestamp(kind):
        return "aware" if kind.tz else "naive"
    tests = (
        ("text", (types.is_string, types.is_large_string, types.is_null, types.is_string_view)),
        ("int", (types.is_integer,)),
        ("float", (types.is_float32, types.is_float64)),
        ("decimal", (types.is_decimal,)),
        ("date", (types.is_date,)),
        ("bool", (types.is_boolean,)),
    )
    return next((name for name, fits in tests if any(fit(kind) for fit in fits)), "other")


def quoted(text: str) -> str:
    """A SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def filled(column: str, kind: str) -> str:
    """SQL that is true where the field holds something."""
    if kind == "text":
        return f"(trim({column}) <> '')"
    return f"({column} IS NOT NULL AND NOT isnan({column}))" if kind == "float" else f"({column} IS NOT NULL)"


def label(column: str, kind: str, grammar: str = "text") -> str:
    """A name or id: text without control characters, in Unicode's composed form, not too long.

    ``NA``, ``null`` and ``007`` are ids like any other. A number stored as a float is an id only
    where the mapping says so, and only below 2**53, where it is still the number that was meant.
    """
    if kind == "int" or (kind == "decimal" and grammar == "text"):
        return f"CAST({column} AS VARCHAR)"
    if kind == "float":
        if grammar != "float_integer":
            return "CAST(NULL AS VARCHAR)"
        fits = f"isfinite({column}) AND {column} = floor({column}) AND abs({column}) < 9007199254740992"
        return f"(CASE WHEN {fits} THEN CAST(CAST({column} AS BIGINT) AS VARCHAR) END)"
    if kind != "text":
        return "CAST(NULL AS VARCHAR)"
    value = f"trim({column})"
    if grammar == "float_integer":
        fits = f"regexp_full_match({value}, '[0-9]{{1,18}}([.]0+)?')"
        return f"(CASE WHEN {fits} THEN regexp_extract({value}, '^[0-9]+') END)"
    fits = f"length({value}) BETWEEN 1 AND {ID_MAX} AND NOT regexp_matches({value}, '[\\x00-\\x1f\\x7f]')"
    return f"(CASE WHEN {fits} THEN nfc_normalize({value}) END)"


def micro(column: str, kind: str, money: Money | None = None) -> str:
    """A decimal of at most 12 and 6 places, as a whole number of millionths."""
    if kind == "int":
        return f"(CASE WHEN {column} BETWEEN -{WHOLE_MAX} AND {WHOLE_MAX} THEN CAST({column} AS BIGINT) * {MICRO} END)"
    if kind == "float":
        wide = f"CAST({column} AS DOUBLE)"
        whole = f"CAST(round({wide} * {MICRO}) AS BIGINT)"
        exact = f"CAST({whole} AS DOUBLE) / {MICRO}"
        same = f"{exact} = {wide}"
        if money is not None and money.float_noise == "round":
            same += f" OR abs({exact} - {wide}) < {NOISE}"
        return f"(CASE WHEN abs({wide}) <= 8000000000 THEN CASE WHEN {same} THEN {whole} END END)"
    if kind == "decimal":
        cast = f"TRY_CAST({column} AS DECIMAL(18, 6))"
        return f"(CASE WHEN {cast} = {column} THEN CAST(CAST({cast} AS DECIMAL(38, 6)) * {MICRO} AS BIGINT) END)"
    if kind != "text":
        return "CAST(NULL AS BIGINT)"
    thousands, point = (money.thousands, money.decimal_point) if money else ("", ".")
    value, digits = f"trim({column})", "[0-9]{1,12}"
    if thousands:
        digits = f"([0-9]{{1,3}}([{thousands}][0-9]{{3}}){{0,3}}|[0-9]{{1,12}})"
    pattern = f"[+-]?{digits}([{point}][0-9]{{1,6}})?"
    plain = f"replace({value}, {quoted(thousands)}, '')" if thousands else value
    plain = f"replace({plain}, ',', '.')" if point == "," else plain
    cast = f"CAST(CAST(TRY_CAST({plain} AS DECIMAL(18, 6)) AS DECIMAL(38, 6)) * {MICRO} AS BIGINT)"
    return f"(CASE WHEN regexp_full_match({value}, {quoted(pattern)}) THEN {cast} END)"


def whole(column: str, kind: str) -> str:
    """A whole number of at most 12 places."""
    value = micro(column, kind)
    return f"(CASE WHEN {value} % {MICRO} = 0 THEN {value} // {MICRO} END)"


def hashtag(column: str, kind: str) -> str:
    """A hashtag as it was posted, in Unicode's composed form, not too long."""
    if kind != "text":
        return "CAST(NULL AS VARCHAR)"
    value = f"nfc_normalize(trim({column}))"
    fits = f"length({value}) BETWEEN 1 AND {HASHTAG_MAX} AND NOT regexp_matches({value}, '[\x00-\x1f\x7f]')"
    return f"(CASE WHEN {fits} THEN {value} END)"


def tags(column: str, kind: str) -> str:
    """How many friends a post names."""
    value = whole(column, kind)
    return f"(CASE WHEN {value} BETWEEN 0 AND {TAGS_MAX} THEN {value} END)"


def flag(column: str, kind: str) -> str:
    """Yes or no, in one of the words that mean it."""
    if kind == "bool":
        return column
    if kind not in ("text", "int"):
        return "CAST(NULL AS BOOLEAN)"
    word = f"lower(trim(CAST({column} AS VARCHAR)))"
    yes, no = (", ".join(map(quoted, words)) for words in (TRUE_WORDS, FALSE_WORDS))
    return f"(CASE WHEN {word} IN ({yes}) THEN true WHEN {word} IN ({no}) THEN false END)"


def birthday(column: str, kind: str, formats: list[str]) -> str:
    """A day without a time of day, as the second since 1970 with which it begins."""
    if kind == "aware":
        return "CAST(NULL AS BIGINT)"
    value = seconds(column, kind, [DAY_FORMATS.get(form, form) for form in formats])[0]
    earliest = _epoch(f"TIMESTAMP '{EARLIEST_BIRTHDAY}'")
    return f"(CASE WHEN {value} % 86400 = 0 AND {value} >= {earliest} THEN {value} END)"


def seconds(column: str, kind: str, formats: list[str]) -> tuple[str, str]:
    """A time as seconds since 1970, and SQL that is true where these are UTC and not local."""
    if kind in ("naive", "aware", "date"):
        stamp = column if kind == "aware" else f"CAST({column} AS TIMESTAMP)"
        return _epoch(stamp), "true" if kind == "aware" else "false"
    text = f"trim({column})" if kind == "text" else f"CAST({column} AS VARCHAR)"
    arms, utc = [], []
    for form in formats if kind in ("text", "int") else []:
        value, aware, pattern = _form(text, form)
        arms.append(f"WHEN regexp_full_match({text}, {quoted(pattern)}) THEN {value}")
        utc.append(f"WHEN regexp_full_match({text}, {quoted(pattern)}) THEN {aware}")
    if not arms:
        return "CAST(NULL AS BIGINT)", "false"
    constant = {aware.split(" WHEN")[0].rsplit("THEN ", 1)[1] for aware in utc}
    known = constant.pop() if len(constant) == 1 and constant <= {"true", "false"} else f"(CASE {' '.join(utc)} END)"
    return f"(CASE {' '.join(arms)} END)", known


def _form(text: str, form: str) -> tuple[str, str, str]:
    """Value, whether it is UTC, and pattern of one format."""
    if form == "iso":
        offset = f"regexp_extract({text}, {quoted(OFFSET)}, 1)"
        stamp = f"TRY_CAST(left({text}, CAST(length({text}) - length({offset}) AS INTEGER)) AS TIMESTAMP)"
        minutes = f"(CAST(left(right({offset}, -1), 2) AS BIGINT) * 60 + CAST(right({offset}, 2) AS BIGINT))"
        sign = f"(CASE WHEN left({offset}, 1) = '-' THEN -60 ELSE 60 END)"
        shift = f"(CASE WHEN {offset} IN ('', 'Z') THEN 0 ELSE {sign} * {minutes} END)"
        return f"({_epoch(stamp)} - {shift})", f"({offset} <> '')", ISO
    if form in ("epoch_s", "epoch_ms"):
        number = f"TRY_CAST({text} AS BIGINT)"
        return (number if form == "epoch_s" else f"({number} // 1000)"), "true", "[0-9]{1,15}"
    strptime = "%Y%m%d" if form == "yyyymmdd" else form
    return _epoch(f"try_strptime({text}, {quoted(strptime)})"), "false", time_pattern(strptime)


def _epoch(stamp: str) -> str:
    return f"(epoch_us(date_trunc('second', {stamp})) // 1000000)"
