"""Checking webhook receivers: one that is right keeps every rule, and each flaw breaks exactly the rules about it."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from hardclose_mocks.clock import LoopClock, VirtualLoop
from hardclose_mocks.server.credentials import Credentials, environment
from hardclose_mocks.server.inprocess import InProcessTransport
from hardclose_reference.service import build
from hardclose_reference.settings import SYSTEMS, Settings
from hardclose_simulator.contracts.webhook_check import Check, Receiver, Unreachable, kept
from hardclose_simulator.contracts.webhook_report import junit, sentence, text
from hardclose_simulator.contracts.webhook_sender import Sender
from hardclose_simulator.contracts.webhook_vocabulary import ACCEPT, BAD, GOOD, MUST, REFUSE, SHOULD, vocabulary

from .receivers import Endpoint

Now = Callable[[], datetime]
TIMEOUT_S = 3.0
SECRET = Credentials().webhook_secret("expense")
NAMES = [case.name for case in vocabulary()]
FORGERIES = {case.name for case in BAD} - {"not-json", "batch", "oversized"}

FLAWS: dict[str, tuple[set[str], set[str]]] = {
    # what it gets wrong: the rules it breaks, and those it was advised otherwise on
    "checks nothing": ({*FORGERIES, "not-json"}, {"batch"}),
    "polite": ({*FORGERIES}, set()),
    "no clock": ({"old-timestamp", "future-timestamp"}, set()),
    "looks back only": ({"future-timestamp"}, set()),
    "first signature only": ({"rotated-old-first", "other-scheme"}, set()),
    "last signature only": ({"rotated-new-first"}, set()),
    "writes anew": ({"other-spelling"}, set()),
    "conflicts": ({"same-id-again"}, set()),
    "one fact, one event": ({"same-id-again", "new-id-again"}, set()),
    "knows its types": (set(), {"unknown-type"}),
    "takes what it needs": (set(), {"every-type", "unknown-type"}),
    "knows its fields": ({"extra-field"}, {"common-size"}),
    "knows its attributes": ({"extra-attribute"}, set()),
    "reads later": ({"not-json"}, {"batch"}),
    "one at a time": ({"burst"}, set()),
    "no bound": (set(), {"oversized"}),
    "crashes": (set(), {"not-json", "batch"}),
    "gives up": ({"still-there", "burst"}, {case.name for case in BAD} - {"wrong-secret"}),
}


def checked(flaw: str = "", *, system: str = "expense", batches: bool = False, known: str = "") -> Check:
    """Our own receiver, with that flaw. `known` is the secret that it knows, the system's own unless given."""
    secret = known or Credentials().webhook_secret(system)
    return played(lambda now: Endpoint(secret, now, flaw), system=system, batches=batches)


def played(receiver_of: Callable[[Now], Any], *, system: str = "expense", batches: bool = False) -> Check:
    """In virtual time."""
    loop = VirtualLoop()
    clock = LoopClock(loop)
    sender = Sender.of(system, Credentials().webhook_secret(system), clock.utc, "V1")

    async def play() -> Check:
        transport = InProcessTransport({"receiver.test": receiver_of(clock.utc)})
        receiver = Receiver(f"http://receiver.test/webhooks/{system}", TIMEOUT_S, transport, loop.time)
        return await receiver.check(sender, vocabulary(batches=batches))

    try:
        return loop.run_until_complete(play())
    finally:
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


def reference(folder: Path, variant: str | None = None) -> Callable[[Now], Any]:
    """The bundled reference's webhook face, with no systems to talk to."""
    variables = {**environment(Credentials(), {name: f"http://{name}.test" for name in SYSTEMS}), "PORT": "80"}
    told = {**variables, "HARDCLOSE_STATE_DIR": str(folder)}
    settings = Settings.from_environment(told, style="webhooks", variant=variant)
    return lambda now: build(settings, now=now, rng=random.Random(1), transport=InProcessTransport({})).app


def broken(check: Check, level: str) -> set[str]:
    return {line.case.name for line in check.broken(level)}


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_receiver_that_gets_it_right_keeps_every_rule(system: str) -> None:
    check = checked(system=system)
    assert (broken(check, MUST), broken(check, SHOULD)) == (set(), set())
    assert [line.case.name for line in check.lines] == NAMES
    assert all(line.judged and line.outcomes for line in check.lines)
    assert kept([check], strict=True)


@pytest.mark.parametrize("flaw", FLAWS)
def test_each_flaw_breaks_exactly_the_rules_about_it(flaw: str) -> None:
    check = checked(flaw)
    assert (broken(check, MUST), broken(check, SHOULD)) == FLAWS[flaw]


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_bundled_reference_keeps_every_rule(system: str, tmp_path: Path) -> None:
    check = played(reference(tmp_path), system=system)
    assert [line.says for line in check.lines if line.broken] == []
    assert all(line.judged for line in check.lines)


def test_the_mutant_that_verifies_no_signatures_is_caught_forgery_by_forgery(tmp_path: Path) -> None:
    check = played(reference(tmp_path, "P27"))
    assert broken(check, MUST) == FORGERIES


def test_each_rule_is_broken_by_some_flaw() -> None:
    """A rule that nothing breaks would be no rule."""
    shown = {name for flaw in FLAWS.values() for names in flaw for name in names}
    assert set(NAMES) - shown == {"genuine", "header-case"}, "both are shown below, or over a real socket"


def test_who_refuses_what_is_genuine_is_asked_nothing_more() -> None:
    check = checked(known=Credentials("another").webhook_secret("expense"))
    assert broken(check, MUST) == {"genuine"}
    assert [line.judged for line in check.lines] == [True, *[False] * (len(NAMES) - 1)]
    assert "the secret" in sentence(check)
    assert not kept([check], strict=False)


def test_a_redirect_is_a_failure() -> None:
    check = checked("redirects")
    assert "307" in check.lines[0].says
    assert "redirect" in check.lines[0].says


def test_an_answer_after_the_senders_patience_is_none() -> None:
    check = checked("slow")
    assert check.lines[0].says.endswith("no answer within 3 s")
    assert check.lines[0].outcomes[0].answer_ms == pytest.approx(3000)


def test_a_burst_is_sent_at_once() -> None:
    check = checked("one at a time")
    burst = next(line for line in check.lines if line.case.name == "burst")
    served = [one for one in burst.outcomes if one.accepted]
    # Half a second each, one after the other: the sixth is answered as the sender gives up.
    assert 4 <= len(served) <= 6
    assert len(burst.outcomes) == 20


def test_a_receiver_that_takes_batches_is_held_to_it() -> None:
    assert broken(checked(batches=True), MUST) == {"batch"}
    assert broken(checked("reads later", batches=True), MUST) == {"not-json"}


def test_nobody_there_is_no_finding_but_an_error() -> None:
    loop = VirtualLoop()
    sender = Sender.of("expense", SECRET, lambda: datetime.now(UTC), "V1")
    receiver = Receiver("http://receiver.test/hook", TIMEOUT_S, InProcessTransport({}), loop.time)
    with pytest.raises(Unreachable, match=r"nobody listens at receiver\.test"):
        loop.run_until_complete(receiver.check(sender, vocabulary()))
    loop.close()


def test_what_only_should_be_counts_when_it_is_asked_for() -> None:
    check = checked("no bound")
    assert kept([check], strict=False)
    assert not kept([check], strict=True)


# --- the vocabulary --------------------------------------------------------------------------------------------


def test_every_rule_says_what_it_asks_whose_rule_it_is_and_has_a_name_of_its_own() -> None:
    assert len(set(NAMES)) == len(NAMES)
    for case in vocabulary():
        assert case.expect in (ACCEPT, REFUSE)
        assert case.level in (MUST, SHOULD)
        assert case.says.endswith(".")
        assert len(case.says.split()) > 7
        assert case.source


def test_good_is_to_be_accepted_and_bad_refused() -> None:
    assert {case.expect for case in GOOD} == {ACCEPT}
    assert {case.expect for case in BAD} == {REFUSE}


def test_two_checks_share_no_id_and_no_document() -> None:
    def told(tag: str) -> tuple[set[str], set[str]]:
        sender = Sender.of("expense", SECRET, lambda: datetime.now(UTC), tag)
        contents = [sender.content() for _ in range(5)]
        return {one["id"] for one in contents}, {one["subject"] for one in contents}

    (ids, subjects), (other_ids, other_subjects) = told("V1"), told("V2")
    assert len(ids) == len(subjects) == 5
    assert not ids & other_ids
    assert not subjects & other_subjects


# --- what people read ------------------------------------------------------------------------------------------


def test_text_has_a_line_per_rule_and_explains_what_was_broken() -> None:
    lines = list(text(checked("no clock")))
    rows = [line for line in lines if " to be " in line]
    assert len(rows) == len(NAMES)
    assert sum(row.startswith("MUST") for row in rows) == 2
    explained = "\n".join(lines)
    assert "accepted and should have been refused: 204" in explained
    assert "Source: Standard Webhooks 1.0, Verifying signatures; contract card, webhooks.tolerance_s: 300" in explained
    assert lines[-1].startswith("2 broken (MUST), 0 advised otherwise (SHOULD) of ")


def test_junit_fails_for_what_must_be_and_skips_what_should_be_unless_strict() -> None:
    check = checked("reads later")
    for strict, failures in ((False, ["not-json"]), (True, ["not-json", "batch"])):
        suite = ElementTree.fromstring(junit([check], strict=strict).encode())[0]
        found = [
            case.get("name", "").split(":")[0] for case in suite.iter("testcase") if case.find("failure") is not None
        ]
        assert found == failures
        assert suite.get("failures") == str(len(failures))
        assert suite.get("tests") == str(len(NAMES))


def test_json_has_every_answer_and_its_rule() -> None:
    document = json.loads(json.dumps(checked("conflicts").document()))
    line = next(one for one in document["deliveries"] if one["name"] == "same-id-again")
    assert [one["status"] for one in line["answers"]] == [204, 409]
    assert (line["expected"], line["level"], line["broken"]) == ("accepted", "MUST", "MUST")
    assert document["broken"] == {"MUST": 1, "SHOULD": 0}
