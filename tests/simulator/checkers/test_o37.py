"""O37: subscriptions and cursors have no holes."""

from __future__ import annotations

from typing import Any

import pytest

from hardclose_simulator.checkers.o37 import check
from hardclose_simulator.manifest import Manifest
from hardclose_simulator.verdict import Status, Verdict

from .script import script

LISTENS = Manifest(mode="webhook", poll_interval_s=0.0)
"""Granted one business hour: 0.83 s at pace ci."""
RULES = {"life_s": 5.0, "disabled_after": 3}


def judged(text: str, manifest: Manifest = LISTENS, **options: Any) -> Verdict:
    return check(script("09:00 fact E-1\n" + text, manifest=manifest, **({"subscriptions": RULES} | options)))


@pytest.mark.parametrize("how", ["expired", "disabled"])
def test_nobody_minds_that_the_subscription_ended(how: str) -> None:
    (finding,) = judged(f"10:00 subscription expense {how}\n33:00 audit").findings
    assert f"the subscription to the expense system was {how}, and for " in finding.says
    assert finding.says.endswith("0.8 s are granted")


def test_renewed_within_the_hour_passes() -> None:
    verdict = judged("10:00 subscription expense expired\n10:50 subscription expense created\n33:00 audit")
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 1)


def test_renewed_before_its_end_passes() -> None:
    assert judged("10:00 subscription expense renewed\n33:00 audit").status is Status.PASS


def test_renewed_after_three_hours_fails() -> None:
    text = "10:00 subscription expense expired\n13:00 subscription expense renewed\n33:00 audit"
    assert judged(text).status is Status.FAIL


def test_a_subscription_that_lives_on_proves_nothing() -> None:
    assert judged("33:00 audit").status is Status.VACUOUS


# --- innocent look-alikes --------------------------------------------------------------------------------------


def test_who_only_polls_needs_no_subscription() -> None:
    text = "10:00 subscription expense expired\n33:00 audit"
    assert judged(text, Manifest(mode="poll")).status is Status.VACUOUS


def test_a_hybrid_that_reads_the_lists_meanwhile_is_covered() -> None:
    looks = "\n".join(f"{hour}:30 read expense" for hour in range(10, 33))
    text = f"10:00 subscription expense disabled\n{looks}\n33:00 audit"
    assert judged(text, Manifest(poll_interval_s=1.0)).status is Status.PASS
    assert judged(text.replace("read expense", "read erp"), Manifest(poll_interval_s=1.0)).status is Status.FAIL


def test_a_look_that_a_broken_system_refused_is_a_look() -> None:
    looks = "\n".join(f"{hour}:30 read expense down 0" for hour in range(10, 33))
    assert judged(f"10:00 subscription expense disabled\n{looks}\n33:00 audit").status is Status.PASS


def test_a_wait_that_it_was_told_keeps_it_from_looking() -> None:
    text = "09:50 read expense limited 2\n10:00 subscription expense expired\n12:20 subscription expense renewed"
    assert judged(text + "\n33:00 audit").status is Status.PASS


def test_whoever_was_killed_could_not_look() -> None:
    text = (
        "10:00 subscription expense expired\n10:10 sut killed\n20:00 sut restarted\n20:30 subscription expense renewed"
    )
    assert judged(text + "\n33:00 audit").status is Status.PASS


def test_reading_more_than_needed_is_fine() -> None:
    looks = "\n".join(f"10:00+{n / 10}s read expense" for n in range(1, 10))
    text = f"10:00 subscription expense expired\n{looks}\n10:00+1s subscription expense renewed\n33:00 audit"
    assert judged(text).status is Status.PASS


def test_what_no_card_foretold_nobody_could_know() -> None:
    text = "10:00 subscription expense disabled\n33:00 audit"
    assert judged(text, subscriptions={}).status is Status.VACUOUS


def test_who_unsubscribes_himself_was_not_cut_off() -> None:
    assert judged("10:00 subscription expense deleted\n33:00 audit").status is Status.VACUOUS
