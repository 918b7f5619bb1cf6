"""The committed pacts are exactly what the reference's own conversations write.

After a change of the reference: HARDCLOSE_WRITE_PACTS=1 pytest tests/contracts/test_consumer_pacts.py, and read the
difference before it is committed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from . import test_consumer_erp, test_consumer_polling, test_consumer_sources, test_consumer_webhooks
from .consumer_side import COMMITTED, CONSUMER, normalised

MODULES = (test_consumer_erp, test_consumer_sources, test_consumer_polling, test_consumer_webhooks)
SYSTEMS = ("erp", "expense", "procurement")


def conversations(module: ModuleType) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Every test of the module with every set of its parameters: each of them is a conversation."""
    for name, test in vars(module).items():
        if not name.startswith("test_"):
            continue
        marks = [mark for mark in getattr(test, "pytestmark", ()) if mark.name == "parametrize"]
        for mark in marks:
            names = [mark.args[0]] if isinstance(mark.args[0], str) else list(mark.args[0])
            for values in mark.args[1]:
                yield test, dict(zip(names, values if len(names) > 1 else [values], strict=True))
        if not marks:
            yield test, {}


def test_the_committed_pacts_are_what_the_conversations_write(tmp_path: Path) -> None:
    pacts = tmp_path / "pacts"
    pacts.mkdir()
    for module in MODULES:
        for place, (test, parameters) in enumerate(conversations(module)):
            folder = tmp_path / f"{module.__name__.rsplit('.', 1)[-1]}-{place}"
            folder.mkdir()
            # The same pact files, one conversation after another; the rest of its folder is its own.
            for one in pacts.iterdir():
                one.rename(folder / one.name)
            test(folder, **parameters)
            for one in folder.glob("*.json"):
                one.rename(pacts / one.name)
    written = {path.name: normalised(path) for path in sorted(pacts.iterdir())}
    if os.environ.get("HARDCLOSE_WRITE_PACTS"):
        COMMITTED.mkdir(parents=True, exist_ok=True)
        for name, text in written.items():
            (COMMITTED / name).write_text(text, encoding="utf-8")
    committed = {path.name: path.read_text(encoding="utf-8") for path in sorted(COMMITTED.glob("*.json"))}
    assert list(written) == list(committed), f"{__doc__}"
    for name, text in written.items():
        assert text == committed[name], f"{name} is not what the conversations write. {__doc__}"


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_pact_holds_nothing_that_changes_by_itself(system: str) -> None:
    text = (COMMITTED / f"{CONSUMER}-hardclose-{system}.json").read_text(encoding="utf-8")
    pact = json.loads(text)
    assert pact["metadata"] == {"pactSpecification": {"version": "4.0"}}
    generators = [one for one in text.split('"type": "') if one.startswith(("Random", "Uuid", "Date", "Time"))]
    assert generators == []


def test_every_webhook_the_reference_takes_has_a_message() -> None:
    messages = []
    for system in SYSTEMS:
        pact = json.loads((COMMITTED / f"{CONSUMER}-hardclose-{system}.json").read_text(encoding="utf-8"))
        messages += [one["contents"]["content"]["type"] for one in pact["interactions"] if "contents" in one]
    assert sorted(messages) == ["expense_report.approved", "payment.completed", "requisition.approved"]
