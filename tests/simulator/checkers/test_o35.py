"""O35: only genuine, timely events; answered in time."""

from __future__ import annotations

from hardclose_simulator.checkers.o35 import check
from hardclose_simulator.manifest import Manifest
from hardclose_simulator.verdict import Status

from .script import script


def test_forgeries_that_cause_nothing_pass() -> None:
    case = script("""
        09:00       fact E-1
        09:00+0.1s  announce E-1 forged invented answered 401
        09:00+0.2s  announce E-1 forged altered answered 401
        09:00+0.3s  announce E-1 forged stale
        09:01+0.4s  announce E-1
        09:01+0.5s  post E-1
        33:00       audit
    """)
    verdict = check(case)
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 3)


def test_a_document_under_an_invented_number_fails() -> None:
    case = script("""
        09:00       fact E-1
        09:00+0.1s  announce E-1 forged invented
        09:00+0.2s  post E-1 ref T7-E-1X
        09:00+0.3s  announce E-1
        09:00+0.4s  post E-1
        33:00       audit
    """)
    (finding,) = check(case).findings
    assert "which only a forged event ever named (invented)" in finding.says


def test_a_document_with_forged_amounts_fails() -> None:
    case = script("""
        09:00       fact E-1 50.00
        09:00+0.1s  announce E-1
        09:00+0.1s  announce E-1 forged altered
        09:00+0.2s  post E-1 amount 500.00
        33:00       audit
    """)
    (finding,) = check(case).findings
    assert "carries 500.00 EUR" in finding.says
    assert finding.money is not None


def test_acting_on_a_stale_message_before_anything_genuine_came_fails() -> None:
    case = script("""
        09:00       fact E-1
        09:00+0.1s  announce E-1 forged stale
        09:00+0.2s  post E-1
        09:00+2s    announce E-1
        33:00       audit
    """)
    assert "only a forged event had told of it" in check(case).findings[0].says


def test_without_forgeries_or_enough_deliveries_nothing_is_proven() -> None:
    case = script("""
        09:00  fact E-1
        09:01  announce E-1
        09:02  post E-1
        33:00  audit
    """)
    verdict = check(case)
    assert verdict.status is Status.VACUOUS
    assert "200 are needed" in verdict.note


def test_a_polling_integration_takes_no_webhooks() -> None:
    assert check(script("09:00 fact E-1", manifest=Manifest(mode="poll"))).status is Status.VACUOUS


def slow(count: int, slow_ones: int, words: str = "took 3.1 answered nothing") -> str:
    lines = ["09:00 fact E-1"]
    lines += [
        f"10:00+{number * 0.01:.2f}s announce E-1 {words if number < slow_ones else ''}" for number in range(count)
    ]
    return "\n".join([*lines, "33:00 audit"])


def test_acknowledgements_after_the_senders_timeout_fail_from_the_hundredth_on() -> None:
    assert check(script(slow(300, 10))).status is Status.FAIL
    assert check(script(slow(300, 3))).status is Status.PASS
    assert check(script(slow(150, 100))).status is Status.VACUOUS


# --- innocent look-alikes --------------------------------------------------------------------------------------


def test_whoever_reads_the_source_itself_may_act_at_any_time() -> None:
    case = script("""
        09:00       fact E-1
        09:00+0.1s  announce E-1 forged stale
        09:00+0.2s  read expense shows E-1
        09:00+0.3s  post E-1
        09:00+2s    announce E-1
        33:00       audit
    """)
    assert check(case).status is Status.PASS


def test_a_genuine_message_counts_from_when_it_is_sent_answered_or_not() -> None:
    case = script("""
        09:00       fact E-1
        09:00+0.1s  announce E-1 forged stale
        09:00+0.1s  announce E-1 answered nothing took 3
        09:00+0.2s  post E-1
        33:00       audit
    """)
    assert check(case).status is Status.PASS


def test_an_altered_copy_of_a_document_that_was_posted_rightly_is_nothing() -> None:
    case = script("""
        09:00       fact E-1 50.00
        09:00+0.1s  announce E-1
        09:00+0.1s  announce E-1 forged altered
        09:00+0.2s  post E-1
        33:00       audit
    """)
    assert check(case).status is Status.PASS


def test_a_lost_integration_is_not_slow() -> None:
    text = slow(300, 0).replace("33:00 audit", "")
    dead = "\n".join(f"20:00+{number * 0.01:.2f}s announce E-1 took 3.1 answered nothing" for number in range(50))
    assert check(script(f"{text}\n19:50 sut exited\n{dead}\n33:00 audit")).status is Status.PASS


def test_an_integration_that_we_froze_is_not_slow() -> None:
    frozen = slow(300, 10).splitlines()
    text = "\n".join([frozen[0], "09:59 sut paused", *frozen[1:11], "10:00+3.2s sut resumed"])
    later = "\n".join(f"20:00+{number * 0.01:.2f}s announce E-1" for number in range(290))
    assert check(script(f"{text}\n{later}\n33:00 audit")).status is Status.PASS
    awake = f"{text}\n{later}\n33:00 audit".replace("paused", "started").replace("resumed", "started")
    assert check(script(awake)).status is Status.FAIL
