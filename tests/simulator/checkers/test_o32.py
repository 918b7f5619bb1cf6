"""O32: bounded, spread retries."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

from hardclose_simulator.checkers.o32 import check
from hardclose_simulator.manifest import Manifest
from hardclose_simulator.verdict import Status, Verdict

from .script import script


def judged(lines: Iterable[str], **options: Any) -> Verdict:
    """Facts first; then lines of `SECONDS words`, wire seconds after nine, in order of time."""
    calls = sorted((float(line.split()[0]), line.split(maxsplit=1)[1]) for line in lines)
    names = sorted({words.split()[1] for _, words in calls if words.startswith("post")})
    text = [f"09:00 fact {name}" for name in names]
    text += [f"09:00+{second:.3f}s {words}" for second, words in calls]
    return check(script("\n".join(text), **options))


def tries(name: str, pauses: Iterable[float], *, how: str = "down 0", since: float = 0.5) -> list[str]:
    """One post after another, each failing at once, with those pauses between them."""
    lines, second = [f"{since} post {name} {how} took 0.01"], since
    for pause in pauses:
        second += 0.01 + pause
        lines.append(f"{second} post {name} {how} took 0.01")
    return lines


# --- pass, vacuous ---------------------------------------------------------------------------------------------


def test_growing_pauses_pass() -> None:
    verdict = judged(tries("E-1", [0.1, 0.2, 0.4, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8]))
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 1)


def test_three_tries_show_no_policy() -> None:
    assert judged(tries("E-1", [0.0, 0.0])).status is Status.VACUOUS


def test_thirty_seconds_of_a_real_vendor_are_a_pause_however_steady() -> None:
    """At pace ci, where callers wait 2 s for an answer instead of a minute, that is one second."""
    assert judged(tries("E-1", [1.0] * 30)).status is Status.PASS


# --- guilty ----------------------------------------------------------------------------------------------------


def test_retrying_at_once_for_ever_fails() -> None:
    (finding,) = judged(tries("E-1", [0.0] * 8)).findings
    assert finding.fact == "E-1"
    assert "was sent again 8 times within" in finding.says
    assert finding.card_line == "service_levels.client_timeout_s: 2"


def test_a_steady_short_pause_fails_whatever_its_length() -> None:
    verdict = judged([*tries("E-1", [0.25] * 8), *tries("R-1", [0.3] * 9)])
    assert [finding.fact for finding in verdict.findings] == ["R-1"]
    assert "so were 1 other requests" in verdict.findings[0].says


def test_a_steady_pause_that_is_shorter_than_the_announced_wait_is_the_callers_choice() -> None:
    assert judged(tries("E-1", [0.25] * 8, how="limited 2")).status is Status.FAIL


def test_growing_without_ever_standing_back_is_capped() -> None:
    """The system is not down: it takes another document every second."""
    pauses = [0.01, 0.05, *([0.2] * 170)]
    alive = [f"{n + 0.55} post R-1 key k{' as A' if n == 0 else ' replay A'} took 0.001" for n in range(36)]
    assert judged([*tries("E-1", pauses[:140]), *alive]).status is Status.PASS
    assert judged([*tries("E-1", pauses), *alive]).status is Status.FAIL


def test_hammering_a_system_that_is_seen_to_be_down_multiplies_its_load() -> None:
    """Twelve documents, each after a growing pause that starts anew every time: no one of them looks steady."""
    pauses = [0.06, 0.12, 0.2] * 18
    verdict = judged([line for n in range(1, 13) for line in tries(f"E-{n}", pauses, since=0.5 + n / 100)])
    (finding,) = verdict.findings
    assert finding.fact is None
    assert "the erp system was down, and 12 requests were sent to it" in finding.says


def test_more_starts_in_a_second_than_the_declared_callers_can_start_fails() -> None:
    calls = [f"{1 + n * 0.001:.3f} post E-{n} took 0.1" for n in range(1, 31)]
    assert judged(["0.9 phase heal", *calls], manifest=Manifest(max_concurrency=2)).status is Status.FAIL
    assert judged(["0.9 phase heal", *calls], manifest=Manifest(max_concurrency=3)).status is Status.VACUOUS
    assert judged([*calls, "9 phase heal"], manifest=Manifest(max_concurrency=2)).status is Status.VACUOUS


def test_a_herd_that_comes_back_as_one_fails() -> None:
    lines = [line for n in range(1, 26) for line in tries(f"E-{n}", [0.8], since=0.5)]
    (finding,) = judged(lines).findings
    assert "25 requests to the erp system failed within a second and came back together after 0.80 s" in finding.says


# --- innocent look-alikes --------------------------------------------------------------------------------------


def test_a_herd_spread_by_jitter_passes() -> None:
    rng = random.Random(7)
    lines = [line for n in range(1, 26) for line in tries(f"E-{n}", [rng.uniform(0.6, 0.9)], since=0.5)]
    verdict = judged(lines)
    assert verdict.status is Status.PASS
    assert verdict.evaluated > 0


def test_a_herd_that_one_retry_after_called_back_passes() -> None:
    lines = [line for n in range(1, 26) for line in tries(f"E-{n}", [1.0], how="down 1", since=0.5)]
    assert judged(lines).status is Status.VACUOUS


def test_a_herd_that_tries_once_more_at_once_is_good_practice() -> None:
    lines = [line for n in range(1, 26) for line in tries(f"E-{n}", [0.0], since=0.5)]
    assert judged(lines).status is Status.VACUOUS


def test_a_batch_comes_back_as_a_batch() -> None:
    lines = [line for n in range(1, 26) for line in tries(f"E-{n}", [0.8], since=0.5)]
    assert judged(lines, manifest=Manifest(batch_interval_s=0.8)).status is Status.VACUOUS


def test_a_pause_that_a_retry_after_dictates_is_nobodys_choice() -> None:
    assert judged(tries("E-1", [0.5] * 12, how="down 0.5")).status is Status.VACUOUS


def test_pauses_drawn_at_random_below_a_growing_ceiling_pass() -> None:
    """Full jitter: any one pause may be short. Sixty documents, and not one is taken for a loop."""
    rng = random.Random(11)
    for document in range(60):
        pauses = [rng.uniform(0.0, min(2.0, 0.1 * 2**n)) for n in range(12)]
        assert judged(tries(f"E-{document}", pauses)).status is Status.PASS, pauses


def test_polling_is_not_retrying() -> None:
    assert judged([f"{n / 10} read erp down 0" for n in range(1, 200)]).status is Status.VACUOUS


def test_whoever_is_killed_or_told_again_starts_anew() -> None:
    crash_loop = tries("E-1", [0.3] * 12)
    deaths = [f"{0.5 + n * 0.31 - 0.1:.2f} sut killed" for n in range(1, 12)]
    assert judged([*crash_loop, *deaths]).status is Status.VACUOUS
    told = [f"{0.5 + n * 0.31 - 0.1:.2f} announce E-1 again" for n in range(1, 12)]
    assert judged([*crash_loop, *told]).status is Status.VACUOUS


def test_what_went_through_was_no_failure() -> None:
    lines = [f"{n / 2} post E-1 key k replay A took 0.01" for n in range(2, 30)]
    assert judged(["0.1 post E-1 key k as A", *lines]).status is Status.VACUOUS
