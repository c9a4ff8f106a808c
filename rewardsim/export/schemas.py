"""JSON Schema (draft 2020-12) of what goes into a bundle's scorer, comes out, and is kept."""

from __future__ import annotations

from typing import Any

from rewardsim.rules import codes
from rewardsim.scoring import checks, state
from rewardsim.scoring.names import Names
from rewardsim.transactions import schema_json

DRAFT = "https://json-schema.org/draft/2020-12/schema"
INTEGER: dict[str, Any] = {"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1}
COUNT: dict[str, Any] = {"type": "integer", "minimum": 0, "maximum": 2**63 - 1}
DAY: dict[str, Any] = {"type": "string", "format": "date"}
TEXT: dict[str, Any] = {"type": "string"}
HEX: dict[str, Any] = {"type": "string", "pattern": "^[0-9a-f]*$"}


def schemas(names: Names) -> dict[str, Any]:
    """Return the schemas by name: event, entry, reply, state."""
    made = {"entry": entry_schema(names), "reply": reply_schema(names)}
    return {"event": event_schema(), **made, "state": state_schema()}


def event_schema() -> dict[str, Any]:
    """Return the schema of an event as a scorer takes it: how it arrived need not be said."""
    schema = schema_json()
    schema["required"] = [name for name, field in checks.FIELDS.items() if field.required]
    said = schema["properties"]
    for name, longest in (("event_id", 128), ("member_id", 128), ("order_id", 128), ("counterpart_id", 128)):
        said[name] |= {"minLength": 1, "maxLength": longest}
    for name in ("channel", "category", "item", "source"):
        said[name] |= {"minLength": 1, "maxLength": checks.WORD_MAX}
    for name in ("amount_minor", "discount_minor"):
        said[name]["minimum"] = 0
        said["lines"]["items"]["properties"][name]["minimum"] = 0
    said["lines"] |= {"type": ["array", "null"], "minItems": 1, "maxItems": checks.LINES_MAX}
    said["lines"]["items"]["required"] = [name for name, field in checks.LINE.items() if field.required]
    said["post"] |= {"type": ["object", "null"], "required": [n for n, field in checks.POST.items() if field.required]}
    for name in ("recorded", "source_row"):
        said[name]["type"] = ["integer", "null"]
    return schema


def entry_schema(names: Names) -> dict[str, Any]:
    """Return the schema of one line of the ledger."""
    accounts = {"enum": list(codes.ACCOUNTS)}
    said = {
        "line": COUNT,
        "event": maybe(COUNT),
        "ordinal": maybe(COUNT),
        "day": DAY,
        "source": accounts,
        "target": accounts,
        "tokens": {**COUNT, "minimum": 1},
        "lot": maybe(COUNT),
        "expiry_day": maybe(DAY),
        "rule": {"enum": sorted(set(names.rules.values()))},
        "reason": {"enum": list(codes.REASONS)},
        "order": maybe(COUNT),
    }
    return {"$schema": DRAFT, "title": "rewardsim entry", **closed(said)}


def note_schema(names: Names) -> dict[str, Any]:
    """Return the schema of one line of the journal."""
    tier = {"enum": [None, *names.levels]}
    said = {
        "line": COUNT,
        "event": maybe(COUNT),
        "ordinal": maybe(COUNT),
        "day": DAY,
        "kind": {"enum": list(codes.NOTES)},
        "cause": {"enum": list(codes.CAUSES)},
        "tier_before": tier,
        "tier": tier,
        "draw": {"enum": [None, *names.draws]},
        "number": maybe(COUNT),
        "counterpart": maybe(COUNT),
        "amount": INTEGER,
        "order": maybe(COUNT),
    }
    return closed(said)


def reply_schema(names: Names) -> dict[str, Any]:
    """Return the schema of a reply; a conflict has the first four keys alone."""
    tier = {"enum": [None, *names.levels]}
    entry = {key: part for key, part in entry_schema(names).items() if key not in ("$schema", "title")}
    head = {"event_id": TEXT, "status": {"enum": list(codes.OUTCOMES)}, "first": {"enum": [None, *codes.OUTCOMES]}}
    balances = closed(dict.fromkeys(("pending", "available", "held", "debt"), COUNT))
    rest = {
        "number": COUNT,
        "member_id": TEXT,
        "desired": INTEGER,
        "applied": INTEGER,
        "proposed": INTEGER,
        "entries": {"type": "array", "items": entry},
        "notes": {"type": "array", "items": note_schema(names)},
        "balances": balances,
        "tier": tier,
        "projected_tier": tier,
        "to_keep": maybe(INTEGER),
        "to_rise": maybe(INTEGER),
        "chain": HEX,
    }
    said = head | {"bundle": TEXT} | rest
    needed = [*head, "bundle"]
    return {"$schema": DRAFT, "title": "rewardsim reply", **closed(said), "required": needed}


def state_schema() -> dict[str, Any]:
    """Return the schema of what a store keeps of a member, an order, a request and a reward."""
    parts = {
        "member": {
            "member": by_name(state.MEMBER), "standing": by_name(state.STANDING), "tie": by_name(state.TIE),
            "counters": rows(3), "lots": listed(state.LOT), "holdings": listed(state.HOLDING),
            "tickets": listed(state.TICKET), "deeds": listed(state.DEED),
        },
        "order": {"order": by_name(state.ORDER), "lines": listed(state.LINE), "pieces": listed(state.PIECE)},
        "request": {"request": by_name(state.REQUEST), "pieces": listed(state.PIECE)},
    }  # fmt: skip
    made = {name: {"type": "object", "properties": said, "additionalProperties": False} for name, said in parts.items()}
    made["reward"] = by_name(state.REWARD)
    return {"$schema": DRAFT, "title": "rewardsim state", "version": state.VERSION, "$defs": made}


def by_name(form: state.Form) -> dict[str, Any]:
    """Return the schema of a record whose fields at their default are left out."""
    return {"type": "object", "properties": dict.fromkeys(form.names, INTEGER), "additionalProperties": False}


def listed(form: state.Listed) -> dict[str, Any]:
    """Return the schema of a list of records, each a list of its values."""
    return rows(len(form.names)) | {"description": "columns: " + ", ".join(form.names)}


def rows(width: int) -> dict[str, Any]:
    """Return the schema of rows of numbers."""
    return {"type": "array", "items": {"type": "array", "items": INTEGER, "minItems": width, "maxItems": width}}


def maybe(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema that null fits too."""
    return {"anyOf": [schema, {"type": "null"}]}


def closed(properties: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of an object with exactly these keys."""
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
