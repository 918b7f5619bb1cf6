"""The report as JSON, and its published schema."""

from __future__ import annotations

from typing import Any

import msgspec

from hardclose_simulator.report.judged_run import Report


def to_json(model: Report) -> dict[str, Any]:
    """Plain JSON types. Money is decimal strings, instants are RFC 3339, `_s` are seconds on the wire clock."""
    written: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(model))
    return written


def report_schema() -> dict[str, Any]:
    """JSON Schema, draft 2020-12. What has this schema's name keeps its fields; new ones may be added beside them."""
    written = msgspec.json.schema(Report)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "hardclose.report/1", **written}
