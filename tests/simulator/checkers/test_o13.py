"""O13: on time when healthy."""

from __future__ import annotations

from hardclose_simulator.checkers.o13 import check
from hardclose_simulator.latency import objective_s, percentile
from hardclose_simulator.manifest import Manifest
from hardclose_simulator.verdict import Status

from .script import script


def day(count: int, took_s: float, *, late: int = 0, extra: str = "") -> str:
    """`count` facts, each posted after `took_s` wire seconds, the first `late` of them after a minute."""
    lines = [f"{0:02}:00  fact E-{n} {n}.00" for n in range(1, count + 1)]
    posts = [(60.0 if n <= late else took_s, f"post E-{n}") for n in range(1, count + 1)]
    lines += [f"00:00+{took}s  {post}" for took, post in sorted(posts, key=lambda one: one[0])]
    return "\n".join([*lines, extra])


def test_two_hundred_facts_on_time_pass() -> None:
    verdict = check(script(day(200, 1.0)))
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 200)


def test_a_tenth_that_takes_a_minute_fails() -> None:
    (finding,) = check(script(day(200, 1.0, late=20))).findings
    assert "95% of 200 undisturbed facts took up to 60.0 s, 10 s are promised" in finding.says


def test_the_ninety_ninth_may_take_three_times_as_long_and_no_longer() -> None:
    assert "99% of 200" in check(script(day(200, 1.0, late=4))).findings[0].says


def test_few_facts_prove_nothing_and_say_so() -> None:
    verdict = check(script(day(3, 60.0)))
    assert verdict.status is Status.VACUOUS
    assert "3 facts lived clear of faults, 200 are needed" in verdict.note


# --- innocent look-alikes --------------------------------------------------------------------------------------


def test_a_nightly_batch_has_its_own_time() -> None:
    batch = Manifest(batch_interval_s=55.0)
    assert check(script(day(200, 1.0, late=200), manifest=batch)).status is Status.PASS


def test_a_stray_document_is_no_percentile() -> None:
    assert check(script(day(200, 1.0, late=1))).status is Status.PASS


def test_who_was_held_up_by_a_lost_answer_is_not_measured() -> None:
    extra = "00:00+61s fact R-1\n00:00+61s post R-1 told nothing"
    verdict = check(script(day(200, 55.0, extra=extra)))
    assert verdict.status is Status.VACUOUS


def test_the_objective_follows_the_declared_style() -> None:
    case = script("09:00 fact E-1", manifest=Manifest(mode="poll", poll_interval_s=30.0))
    assert objective_s(case) == 60.0
    assert percentile([3.0, 1.0, 2.0], 0.95) == 3.0
