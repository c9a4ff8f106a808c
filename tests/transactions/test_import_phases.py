"""Invitations, acceptances, birthdays and draw entries: what rows may say, and what the sample says."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from jsonschema import Draft202012Validator

from rewardsim.transactions import (
    ImportResult,
    TransactionError,
    import_transactions,
    load_mapping,
    schema_json,
    validate_events,
)

from .helpers import MAPPINGS, ROOT, Importer, plan

SAMPLES = ROOT / "data" / "samples"
INVITATIONS = MAPPINGS / "invitations.toml"
HEAD = "id,type,member,time,amount,other,item,birthday,hashtag,tags,public\n"
COLUMNS = {
    "type": "type", "event": "id", "order": None, "counterpart": "other", "item": "item",
    "birthday": "birthday", "hashtag": "hashtag", "tags": "tags", "public": "public",
}  # fmt: skip


def rows_of(take: Importer, *rows: str, **tables: Any) -> list[dict[str, Any]]:
    """Typed rows, imported and checked, in canonical order."""
    events = take(HEAD + "\n".join(rows) + "\n", columns=COLUMNS, **tables).events
    assert validate_events(events) == []
    return events.to_pylist()


def faults(take: Importer, *rows: str, **tables: Any) -> list[tuple[str, int, str, str]]:
    with pytest.raises(TransactionError) as error:
        rows_of(take, *rows, **tables)
    assert all(fault.allowed for fault in error.value.faults)
    return [(fault.code, fault.place.line, fault.place.path, fault.found) for fault in error.value.faults]


def enrolled(birthday: str, time: str = "2017-06-15 12:00:00") -> str:
    return f"e,enrol,m,{time},,,,{birthday},,,"


def posted(hashtag: str = "", tags: str = "", public: str = "") -> str:
    return f"d,draw_entry,m,2017-06-15,,,lot,,{hashtag},{tags},{public}"


# ---------------------------------------------------------------- rows


def test_invitation_acceptance_birthday_and_post_are_events(take: Importer) -> None:
    invite, enrol, entry, bare = rows_of(
        take,
        "a,invite,m,2017-06-15,,n,,,,,",
        "b,enrol,n,2017-06-16,,m,,1990-05-17,,,",
        "c,draw_entry,n,2017-06-17,,,lot,,#RewardMi,5,yes",
        "d,draw_entry,n,2017-06-18,,,lot,,,,",
    )
    assert (invite["type"], invite["member_id"], invite["counterpart_id"]) == ("invite", "m", "n")
    assert (enrol["counterpart_id"], enrol["birthday"], enrol["post"]) == ("m", date(1990, 5, 17), None)
    assert (entry["item"], entry["birthday"]) == ("lot", None)
    assert entry["post"] == {"hashtag": "#RewardMi", "tags": 5, "public": True}
    assert bare["post"] is None


def test_an_invitation_of_oneself_is_for_the_law_to_refuse(take: Importer) -> None:
    own, named = rows_of(take, "a,invite,m,2017-06-15,,m,,,,,", "b,enrol,n,2017-06-16,,n,,,,,")
    assert (own["counterpart_id"], named["counterpart_id"]) == ("m", "n")


def test_an_invitation_without_a_friend_is_a_fault(take: Importer) -> None:
    assert faults(take, "a,invite,m,2017-06-15,,,,,,,", "b,invite,m,2017-06-15,,  ,,,,,") == [
        ("null_counterpart", 1, "other", "no counterpart"),
        ("null_counterpart", 2, "other", "no counterpart"),
    ]


@pytest.mark.parametrize("day", ["1900-01-01", "1969-12-31", "1970-01-01", "1992-02-29", "2017-06-15"])
def test_a_birthday_is_a_day_from_1900_to_the_enrolment(take: Importer, day: str) -> None:
    assert rows_of(take, enrolled(day))[0]["birthday"] == date.fromisoformat(day)


@pytest.mark.parametrize(
    "day",
    ["1899-12-31", "0001-01-01", "1990-02-30", "1900-02-29", "17/05/1990", "1990-5-17", "19900517", "90-05-17",
     "1990-05-17 00:00:00", "1990-05-17T00:00:00Z", "05-17", "unknown", "0", "-1", "1990-05-17x", "99999-01-01",
     "'; DROP TABLE good; --", "１９９０-05-17"],
)  # fmt: skip
def test_what_is_no_birthday(take: Importer, day: str) -> None:
    assert faults(take, enrolled(day)) == [("bad_birthday", 1, "birthday", day)]


@pytest.mark.parametrize("day", ["2017-06-16", "9999-12-31"])
def test_nobody_is_born_after_the_enrolment(take: Importer, day: str) -> None:
    assert faults(take, enrolled(day)) == [("birthday_after_event", 1, "birthday", day)]


def test_an_evening_elsewhere_is_the_programmes_next_day(take: Importer) -> None:
    zones = {"source_zone": "UTC", "zone": "Asia/Kolkata"}
    (row,) = rows_of(take, enrolled("2017-06-16", "2017-06-15 20:00:00"), time=zones)
    assert row["birthday"] == row["occurred_day"] == date(2017, 6, 16)


def test_birthdays_in_another_form(take: Importer) -> None:
    forms = {"birthday_formats": ["%d/%m/%Y", "yyyymmdd"]}
    for text in ("17/05/1990", "19900517"):
        assert rows_of(take, enrolled(text), time=forms)[0]["birthday"] == date(1990, 5, 17)
    assert faults(take, enrolled("1990-05-17"), time=forms)[0][0] == "bad_birthday"


@pytest.mark.parametrize("form", ["%d/%m/%y", "%d/%m", "%Y-%m-%d %H", "epoch_s", "%Y%Y%m%d", "%Y-%m-%d%%", "", "%Q"])
def test_a_birthdays_form_names_year_month_and_day(form: str) -> None:
    with pytest.raises(ValueError, match=r"birthday_formats"):
        plan(time={"birthday_formats": [form]})


def test_a_frames_days_are_birthdays_and_its_times_are_not() -> None:
    base = {"id": ["a", "b"], "member": ["m", "n"], "time": ["2017-06-15"] * 2}
    mapping = plan(
        columns={"order": None, "amount": None, "event": "id", "birthday": "birthday"}, events={"type": "enrol"}
    )
    days = pa.array([date(1990, 5, 17), None])
    for kind in (pa.date32(), pa.timestamp("ns"), pa.string()):
        events = import_transactions(pa.table({**base, "birthday": days.cast(kind)}), mapping).events
        assert events.column("birthday").to_pylist() == [date(1990, 5, 17), None]
    noon = pa.array([12 * 3600, 0], pa.timestamp("s"))
    aware = pa.array([0, 0], pa.timestamp("s", "UTC"))
    number = pa.array([19900517, 1])
    for column, bad in ((noon, [1]), (aware, [1, 2]), (number, [1, 2])):
        with pytest.raises(TransactionError, match="bad_birthday") as error:
            import_transactions(pa.table({**base, "birthday": column}), mapping)
        assert [fault.place.line for fault in error.value.faults] == bad
    with pytest.raises(TransactionError, match="column_type"):
        import_transactions(pa.table({**base, "birthday": pa.array([True, False])}), mapping)


@pytest.mark.parametrize(
    ("word", "value"),
    [("true", True), ("1", True), ("yes", True), ("TRUE", True), (" Yes ", True), ("false", False), ("0", False),
     ("no", False), ("", False)],
)  # fmt: skip
def test_words_of_yes_and_no(take: Importer, word: str, value: bool) -> None:
    assert rows_of(take, posted("#a", "1", word))[0]["post"]["public"] is value


@pytest.mark.parametrize("word", ["y", "t", "on", "2", "-1", "1.0", "truе", "nan", "null", "yes!"])
def test_any_other_word_is_a_fault(take: Importer, word: str) -> None:
    assert faults(take, posted("#a", "1", word)) == [("bad_flag", 1, "public", word)]


def test_a_frames_flags() -> None:
    base = {"member": ["m", "n"], "time": ["2017-06-15", "2017-06-16"], "draw": ["lot", "lot"]}
    named = {"order": None, "amount": None, "item": "draw", "public": "public"}
    mapping = plan(columns=named, events={"type": "draw_entry"})
    for column in (pa.array([True, False]), pa.array([1, 0], pa.int8()), pa.array(["yes", "no"]).dictionary_encode()):
        posts = import_transactions(pa.table({**base, "public": column}), mapping).events.column("post").to_pylist()
        assert [post["public"] for post in posts] == [True, False]
    with pytest.raises(TransactionError, match="bad_flag"):
        import_transactions(pa.table({**base, "public": pa.array([1.0, 0.0])}), mapping)


@pytest.mark.parametrize("tags", ["-1", "1001", "4.5", "five", "1e3", "999999999999", "٥"])
def test_what_is_no_number_of_tags(take: Importer, tags: str) -> None:
    assert faults(take, posted("#a", tags)) == [("bad_number", 1, "tags", tags)]


def test_tags_at_their_bounds(take: Importer) -> None:
    assert [rows_of(take, posted("#a", tags))[0]["post"]["tags"] for tags in ("0", "1000", "")] == [0, 1000, 0]


def test_a_hashtag_is_kept_as_given_in_composed_form(take: Importer) -> None:
    for given, kept in (
        ("#RewardMi", "#RewardMi"),
        ("rewardmi", "rewardmi"),
        ("#re\u0301compense", "#r\u00e9compense"),
        ("#\U0001f381" * 50, "#\U0001f381" * 50),
        ("e\u0301" * 100, "\u00e9" * 100),
        ("=1+1", "=1+1"),
    ):
        assert rows_of(take, posted(given, "1"))[0]["post"]["hashtag"] == kept


@pytest.mark.parametrize("given", ["x" * 101, "\u0958" * 51, "#a\tb", "#a\x7f"])
def test_what_is_no_hashtag(take: Importer, given: str) -> None:
    # U+0958 becomes two characters in composed form: what counts is what would be stored.
    assert [fault[:3] for fault in faults(take, posted(given, "1"))] == [("bad_hashtag", 1, "hashtag")]


def test_columns_of_one_type_stay_with_it(take: Importer) -> None:
    found = faults(
        take,
        "a,share,m,2017-06-15,,,,1990-05-17,,,",
        "b,invite,m,2017-06-15,,n,,,#a,,",
        "c,share,m,2017-06-15,,,,,,0,",
        "d,enrol,m,2017-06-15,,,,,,,no",
    )
    assert found == [
        ("misplaced_birthday", 1, "birthday", "1990-05-17"),
        ("misplaced_post", 2, "hashtag", "a post on invite"),
        ("misplaced_post", 3, "hashtag", "a post on share"),
        ("misplaced_post", 4, "hashtag", "a post on enrol"),
    ]


def test_all_faults_of_a_row_at_once_and_the_others_kept(take: Importer, tmp_path: Path) -> None:
    bad = "d,draw_entry,m,2017-06-15,,,lot,1890-01-01," + "x" * 101 + ",-1,maybe"
    assert {fault[:3] for fault in faults(take, bad, enrolled("1990-05-17"))} == {
        ("bad_birthday", 1, "birthday"),
        ("bad_hashtag", 1, "hashtag"),
        ("bad_number", 1, "tags"),
        ("bad_flag", 1, "public"),
    }
    kept = rows_of(take, bad, enrolled("1990-05-17"), rejects=tmp_path / "rejects.csv")
    assert [row["event_id"] for row in kept] == ["e"]
    assert (tmp_path / "rejects.csv").read_text().count("\n") == 5


# ---------------------------------------------------------------- files of one type


def test_a_file_of_invitations(tmp_path: Path) -> None:
    path = tmp_path / "invitations.csv"
    path.write_text("referrer,friend,time\nr/1,f,2017-08-03 10:15:00\nr,f~1,2017-08-03\nr/1,f,2017-08-03 10:15:00\n")
    result = import_transactions(path, INVITATIONS)
    assert result.summary["rows"] == {"read": 3, "kept": 3, "dropped": {}, "rejected": 0}
    assert [
        tuple(row[key] for key in ("event_id", "member_id", "counterpart_id")) for row in result.events.to_pylist()
    ] == [
        ("invite/2017-08-03T00:00:00/r/f~01", "r", "f~1"),
        ("invite/2017-08-03T10:15:00/r~11/f", "r/1", "f"),
        ("invite/2017-08-03T10:15:00/r~11/f", "r/1", "f"),
    ]
    assert set(result.events.column("amount_minor").to_pylist()) == {0}
    assert validate_events(result.events) == []
    path.write_text("referrer,friend,time\nr,,2017-08-03\n,f,2017-08-03\nr,f,soon\n")
    with pytest.raises(TransactionError) as error:
        import_transactions(path, INVITATIONS)
    assert [(fault.code, fault.place.line, fault.place.path) for fault in error.value.faults] == [
        ("null_counterpart", 1, "friend"),
        ("null_member", 2, "referrer"),
        ("bad_time", 3, "time"),
    ]


def test_made_ids_tell_apart_whatever_the_ids_hold(take: Importer) -> None:
    pairs = [("a", "b/c"), ("a/b", "c"), ("a~1b", "c"), ("a~", "1b"), ("a", "~1b")]
    body = "member,friend,time\n" + "".join(f"{one},{other},2017-08-03\n" for one, other in pairs)
    named = {"order": None, "amount": None, "counterpart": "friend"}
    events = take(body, columns=named, events={"type": "invite"}).events
    assert len(set(events.column("event_id").to_pylist())) == len(pairs)


def test_a_file_of_one_type_may_have_ids_of_its_own(take: Importer) -> None:
    named = {"order": "order", "amount": None, "event": "id"}
    events = take("id,member,order,time\nx,m,o1,2017-08-03\n", columns=named, events={"type": "deliver"}).events
    assert events.select(["event_id", "type", "order_id"]).to_pylist() == [
        {"event_id": "x", "type": "deliver", "order_id": "o1"}
    ]
    with pytest.raises(TransactionError, match="null_order"):
        take("id,member,order,time\nx,m,,2017-08-03\n", columns=named, events={"type": "deliver"})


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ({"events": {"type": "invites"}}, "events.type"),
        ({"columns": {"amount": None}, "events": {"type": "order"}}, "either amount"),
        ({"events": {"type": "invite"}}, "columns.counterpart"),
        ({"columns": {"type": "t", "event": "e"}, "events": {"type": "enrol"}}, "either columns.type"),
        ({"columns": {"event": "e"}}, "type and event go together"),
        ({"columns": {"birthday": "b"}}, "columns.birthday is of enrol events"),
        ({"columns": {"public": "p"}, "events": {"type": "enrol"}}, "columns.public is of draw_entry events"),
        ({"delivery": {"after_days": 1}, "events": {"type": "share"}}, "no cancellation, delivery or grain"),
    ],
)  # fmt: skip
def test_what_a_mapping_must_say_of_types(tables: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words.replace(".", r"\.")):
        plan(**tables)


def test_a_fault_between_tables_has_a_line(tmp_path: Path) -> None:
    path = tmp_path / "m.toml"
    path.write_text(INVITATIONS.read_text().replace('counterpart = "friend"', 'birthday = "born"\nhashtag = "word"', 1))
    with pytest.raises(TransactionError) as error:
        load_mapping(path)
    (fault,) = error.value.faults
    line = path.read_text().splitlines().index("[columns]") + 1
    assert (fault.place.path, fault.place.line) == ("columns.counterpart", line)
    assert all(name in str(fault) for name in ("columns.counterpart", "columns.birthday", "columns.hashtag"))


# ---------------------------------------------------------------- canonical rows


def changed(table: pa.Table, row: int, **values: Any) -> set[tuple[str, str]]:
    """Faults of a table in which one row says something else."""
    rows = table.to_pylist()
    rows[row].update(values)
    return {(fault.code, fault.place.path) for fault in validate_events(pa.Table.from_pylist(rows, table.schema))}


def test_canonical_rows_are_held_to_the_same(take: Importer) -> None:
    table = take(
        HEAD
        + "a,invite,m,2017-06-15,,n,,,,,\n"
        + "b,enrol,n,2017-06-16,,m,,1990-05-17,,,\n"
        + "c,draw_entry,n,2017-06-17,,,lot,,#a,5,1\n",
        columns=COLUMNS,
    ).events
    post = {"hashtag": "#a", "tags": 5, "public": True}
    assert changed(table, 0, counterpart_id="m") == set()
    assert changed(table, 1, counterpart_id=None, birthday=date(2017, 6, 16)) == set()
    assert changed(table, 2, post=None) == set()
    assert changed(table, 2, post={**post, "hashtag": None, "tags": 1000}) == set()
    assert changed(table, 0, counterpart_id=None) == {("null_counterpart", "counterpart_id")}
    assert changed(table, 1, counterpart_id="") == {("empty_id", "counterpart_id")}
    assert changed(table, 1, birthday=date(2017, 6, 17)) == {("birthday", "birthday")}
    assert changed(table, 1, birthday=date(1899, 12, 31)) == {("birthday", "birthday")}
    assert changed(table, 2, birthday=date(1990, 1, 1)) == {("misplaced", "birthday")}
    assert changed(table, 1, post=post) == {("misplaced", "post")}
    assert changed(table, 2, post={**post, "public": None}) == {("public", "post")}
    for tags in (-1, 1001, None):
        assert changed(table, 2, post={**post, "tags": tags}) == {("tags", "post")}
    for hashtag in ("", "x" * 101, "e\u0301"):
        assert changed(table, 2, post={**post, "hashtag": hashtag}) == {("hashtag", "post")}


# ---------------------------------------------------------------- the sample


@pytest.fixture(scope="module")
def sample() -> ImportResult:
    return import_transactions(SAMPLES / "three-phases.csv", MAPPINGS / "generic.toml")


def plain(value: Any) -> Any:
    """A row of a table as JSON has it."""
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [plain(part) for part in value]
    return value.isoformat() if isinstance(value, date) else value


def test_every_row_of_the_sample_is_accounted_for(sample: ImportResult) -> None:
    lines = (SAMPLES / "three-phases.csv").read_text().splitlines()
    assert sample.summary["rows"] == {"read": len(lines) - 1, "kept": len(lines) - 1, "dropped": {}, "rejected": 0}
    assert validate_events(sample.events) == []
    assert sample.summary["members"] == 60
    assert {"enrol", "invite", "order", "deliver", "return", "cancel", "draw_entry"} <= set(sample.summary["events"])
    assert (sample.summary["first"][:7], sample.summary["last"][:7]) == ("2017-06", "2018-12")


def test_the_sample_follows_the_published_schema(sample: ImportResult) -> None:
    validator = Draft202012Validator(schema_json())
    rows = [plain(row) for row in sample.events.to_pylist()]
    assert [row["event_id"] for row in rows if not validator.is_valid(row)] == []
    entry = next(row for row in rows if row["post"])
    for wrong in (
        {"tags": 1001},
        {"tags": -1},
        {"public": "yes"},
        {"hashtag": ""},
        {"hashtag": "x" * 101},
        {"more": 1},
    ):
        assert not validator.is_valid({**entry, "post": {**entry["post"], **wrong}})


def test_the_sample_tells_the_three_phases(sample: ImportResult) -> None:
    rows = sample.events.to_pylist()
    invites = [(row["member_id"], row["counterpart_id"]) for row in rows if row["type"] == "invite"]
    named = {
        row["member_id"]: row["counterpart_id"] for row in rows if row["type"] == "enrol" and row["counterpart_id"]
    }
    assert {("M-102", "M-126"), ("M-126", "M-127"), ("M-127", "M-128"), ("M-105", "M-105")} <= set(invites)
    assert len(invites) - len(set(invites)) == 3
    ring = ["M-129", "M-131", "M-130", "M-129"]
    assert all(named[one] == other for one, other in pairwise(ring))
    assert max(sum(one == member for one, _ in invites) for member, _ in invites) > 10
    enrolled_on = {row["member_id"]: row["occurred_day"] for row in rows if row["type"] == "enrol"}
    late = [
        row
        for row in rows
        if row["type"] == "invite" and enrolled_on.get(row["counterpart_id"], date.max) <= row["occurred_day"]
    ]
    assert {row["counterpart_id"] for row in late} >= {"M-104", "M-133"}
    births = {row["birthday"] for row in rows if row["birthday"]}
    assert {date(1992, 2, 29), date(1969, 12, 31)} <= births
    spent: dict[str, int] = {}
    for row in rows:
        if row["type"] == "order":
            spent[row["member_id"]] = spent.get(row["member_id"], 0) + row["amount_minor"] - row["discount_minor"]
    assert (spent["M-119"], spent["M-112"]) == (15_000_00, 40_000_00)
    assert spent["M-111"] > 100_000_00


def test_the_sample_enters_the_draw_in_every_way(sample: ImportResult) -> None:
    entries = [row for row in sample.events.to_pylist() if row["type"] == "draw_entry"]
    posts = [row["post"] for row in entries if row["post"]]
    assert len(posts) == len(entries) - 1
    assert {row["item"] for row in entries} == {"rewardmi-launch", "rewardmi-lunch"}
    assert {post["public"] for post in posts} == {True, False}
    assert min(post["tags"] for post in posts) < 5 <= max(post["tags"] for post in posts)
    assert {post["hashtag"].casefold() for post in posts} == {"#rewardmi", "#rewardme"}
    assert {row["occurred_day"] >= date(2017, 6, 22) for row in entries} == {True, False}


def test_posts_and_birthdays_survive_the_file(sample: ImportResult, tmp_path: Path) -> None:
    out = tmp_path / "events.parquet"
    import_transactions(SAMPLES / "three-phases.csv", MAPPINGS / "generic.toml", out=out)
    for name in ("birthday", "post"):
        assert pq.read_table(out).column(name).to_pylist() == sample.events.column(name).to_pylist()
