"""O15: one bad document blocks nobody else."""

from __future__ import annotations

from hardclose_simulator.checkers.o15 import check
from hardclose_simulator.verdict import Status

from .script import script


def queue(good: str, *, poison: str = "00:00+2s post E-90", count: int = 6, end: str = "400:00 audit") -> str:
    """E-90 is on a blocked cost centre; `count` others become due after its first refusal, and go as `good` says."""
    lines = ["00:00 block BAD-DE01", "00:00+1s fact E-90 900.00 center BAD", poison]
    lines += [f"00:00+3s fact E-{n} {n}.00" for n in range(1, count + 1)]
    lines += [good.format(n=n) for n in range(1, count + 1) if good]
    return "\n".join([*lines, end])


def test_others_that_go_on_pass() -> None:
    case = script(queue("00:00+4s post E-{n}", end='00:00+5s write E-90 parked "blocked"\n400:00 audit'))
    verdict = check(case)
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 6)


def test_others_posted_beside_a_poison_that_nobody_lays_down_pass() -> None:
    verdict = check(script(queue("00:00+4s post E-{n}")))
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 6)


def test_others_that_wait_for_ever_behind_it_fail() -> None:
    (finding,) = check(script(queue(""))).findings
    assert "while T7-E-90 was refused again and again, 95% of 6 independent facts took up to" in finding.says


def test_others_that_wait_long_behind_it_fail() -> None:
    assert check(script(queue("00:00+60s post E-{n}"))).status is Status.FAIL


def test_no_poison_proves_nothing() -> None:
    case = script("09:00 fact E-1\n09:01 post E-1\n33:00 audit")
    assert check(case).status is Status.VACUOUS


# --- innocent look-alikes --------------------------------------------------------------------------------------


def test_documents_of_the_same_supplier_may_wait() -> None:
    lines = ["00:00 block SUP-DE01", "00:00+1s fact R-90 900.00", "00:00+2s post R-90"]
    lines += [f"00:00+3s fact R-{n} {n}.00" for n in range(1, 7)]
    assert check(script("\n".join([*lines, "400:00 audit"]))).status is Status.VACUOUS


def test_a_kind_of_document_that_it_never_posts_is_not_held_up_by_a_poison() -> None:
    """It integrates expenses only: every requisition is lost, which is O09's, and none of them stands in a queue."""
    lines = ["00:00 block BAD-DE01", "00:00+1s fact E-90 900.00 center BAD", "00:00+2s post E-90"]
    lines += [f"00:00+3s fact R-{n} {n}.00" for n in range(1, 7)]
    assert check(script("\n".join([*lines, "400:00 audit"]))).status is Status.VACUOUS


def test_a_poisoned_batch_delays_its_own_batch_once() -> None:
    """All were due before the first refusal: what went with it is not what came behind it."""
    lines = ["00:00 block BAD-DE01", "00:00 fact E-90 900.00 center BAD"]
    lines += [f"00:00 fact E-{n} {n}.00" for n in range(1, 7)]
    lines += ["00:00+2s post E-90", *(f"00:00+60s post E-{n}" for n in range(1, 7)), "400:00 audit"]
    assert check(script("\n".join(lines))).status is Status.VACUOUS


def test_an_outage_while_they_waited_excuses_them() -> None:
    case = script(queue("00:00+60s post E-{n}", poison="00:00+2s post E-90\n00:00+2.5s read erp told nothing"))
    assert check(case).status is Status.VACUOUS
