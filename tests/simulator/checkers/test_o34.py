"""O34: a 2xx on a webhook is a promise."""

from __future__ import annotations

from typing import Any

import pytest

from hardclose_simulator.checkers.o34 import check
from hardclose_simulator.manifest import Manifest
from hardclose_simulator.verdict import Status, Verdict

from .script import script

DEAF = Manifest(mode="webhook")


def judged(text: str, **options: Any) -> Verdict:
    return check(script(text, **options))


ACKNOWLEDGED = """
    09:00       fact E-1 120.00
    09:01       announce E-1
    09:01+0.1s  sut killed
"""


@pytest.mark.parametrize("manifest", [DEAF, Manifest()])
def test_what_was_acknowledged_and_lost_with_the_process_fails(manifest: Manifest) -> None:
    verdict = judged(ACKNOWLEDGED + "99:00 audit", manifest=manifest)
    (finding,) = verdict.findings
    assert finding.fact == "E-1"
    assert "acknowledged with 200, the process was lost 0.08 s later" in finding.says


def test_what_was_acknowledged_and_posted_after_the_restart_passes() -> None:
    verdict = judged(ACKNOWLEDGED + "09:01+1s sut restarted\n12:00 post E-1 as A\n99:00 audit")
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 1)


def test_without_a_loss_nothing_is_tempted() -> None:
    assert judged("09:00 fact E-1\n09:01 announce E-1\n99:00 audit").status is Status.VACUOUS


# --- innocent look-alikes --------------------------------------------------------------------------------------


def test_a_hybrid_that_finds_it_again_by_polling_has_kept_the_promise() -> None:
    text = ACKNOWLEDGED + "09:01+2s read expense shows E-1\n12:00 post E-1 as A\n99:00 audit"
    assert judged(text).status is Status.PASS


def test_parked_visibly_is_kept_too() -> None:
    assert judged(ACKNOWLEDGED + '10:00 write E-1 parked "no such cost centre"\n99:00 audit').status is Status.PASS


def test_what_was_never_acknowledged_is_no_promise() -> None:
    for answered in ("500", "nothing"):
        text = f"09:00 fact E-1\n09:01 announce E-1 answered {answered}\n09:01+0.1s sut killed\n99:00 audit"
        assert judged(text, manifest=DEAF).status is Status.VACUOUS


def test_a_loss_before_the_acknowledgement_took_nothing_with_it() -> None:
    text = "09:00 fact E-1\n09:01 sut killed\n09:02 announce E-1\n99:00 audit"
    assert judged(text, manifest=DEAF).status is Status.VACUOUS


def test_a_202_is_a_2xx() -> None:
    text = "09:00 fact E-1\n09:01 announce E-1 answered 202\n09:01+0.1s sut killed\n99:00 audit"
    assert judged(text, manifest=DEAF).status is Status.FAIL


def test_an_event_that_is_no_announcement_may_be_acknowledged_and_forgotten() -> None:
    """The document is done with: what is told of it again needs no memory."""
    text = """
        09:00       fact E-1
        09:01       announce E-1
        09:02       post E-1 as A
        09:03       announce E-1 again
        09:03+0.1s  sut killed
        99:00       audit
    """
    assert judged(text).status is Status.VACUOUS


def test_a_process_that_was_only_frozen_lost_nothing() -> None:
    text = "09:00 fact E-1\n09:01 announce E-1\n09:01+0.1s sut paused\n10:00 sut resumed\n99:00 audit"
    assert judged(text, manifest=DEAF).status is Status.VACUOUS


def test_a_drain_that_was_cut_off_while_the_backlog_melted_settles_nothing() -> None:
    text = "09:00 fact E-2\n" + ACKNOWLEDGED + "98:00 post E-2 as B\n99:00 audit drain_max"
    assert judged(text).status is Status.UNKNOWN


def test_a_run_without_an_audit_settles_nothing() -> None:
    assert judged(ACKNOWLEDGED).status is Status.UNKNOWN
