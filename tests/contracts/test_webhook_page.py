"""The pages about webhooks and contracts say what the code says: every event, every rule, every kind of change."""

from __future__ import annotations

from hardclose_simulator.contracts.changes import RULES
from hardclose_simulator.contracts.event_types import EVENT_TYPES
from hardclose_simulator.contracts.webhook_vocabulary import vocabulary

from ..docs.pages import ROOT, rows_of

WEBHOOKS = ROOT / "docs" / "webhooks.md"
SOURCES = ROOT / "contracts" / "neutral" / "SOURCES.md"


def test_the_page_lists_every_event_with_what_happened() -> None:
    told = [(system, name.strip("`"), says) for system, name, says in rows_of(WEBHOOKS, "system")]
    assert told == [(kind.system, kind.name, kind.says) for kind in EVENT_TYPES.values()]


def test_the_page_lists_every_rule_with_its_level() -> None:
    told = [(name.strip("`"), title, expect, level) for name, title, expect, level in rows_of(WEBHOOKS, "rule")]
    assert told == [(case.name, case.title, case.expect, case.level) for case in vocabulary()]


def test_what_rules_and_pages_refer_to_in_the_sources_is_there() -> None:
    headings = [line.lstrip("# ") for line in SOURCES.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    for case in vocabulary():
        if "SOURCES.md" in case.source:
            assert case.source.partition("SOURCES.md, ")[2] in headings, case.name


def test_the_table_of_breaking_changes_agrees_with_the_rules() -> None:
    page = ROOT / "docs" / "contracts.md"
    told = {row[0]: row[1:] for row in rows_of(page, "change")}
    for words, code in (
        ("a field is gone", "property-removed"),
        ("a field is required now, or always there", "property-required"),
        ("a field may be left out now, or may be missing", "property-optional"),
        ("a value is gone from a list of values", "enum-value-removed"),
        ("a value is new in a list of values", "enum-value-added"),
        ("fewer types, a tighter limit, a pattern set", "bound-tightened"),
        ("more types, a wider limit, a pattern gone", "bound-loosened"),
        ("another type, another pattern", "type-changed"),
        ("an event is sent no more", "event-removed"),
        ("words: titles, descriptions, examples", "words-changed"),
        ("a rule that this comparison cannot weigh", "keyword-changed"),
    ):
        sides = [side for side, cell in zip(("request", "response"), told[words], strict=True) if cell == "breaks"]
        assert sides == [side for side in ("request", "response") if side in RULES[code].breaks], words
