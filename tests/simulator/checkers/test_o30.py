"""O30: Retry-After respected."""

from __future__ import annotations

from hardclose_simulator.checkers.o30 import check
from hardclose_simulator.manifest import Manifest
from hardclose_simulator.verdict import Status

from .script import script

ONE = Manifest(max_concurrency=1)


def facts(count: int) -> str:
    return "\n".join(f"09:00 fact E-{number}" for number in range(1, count + 1)) + "\n"


def test_a_caller_that_waits_passes() -> None:
    case = script(
        """
        09:00       fact E-1
        09:01       post E-1 limited 2
        09:01+2.1s  post E-1
        """,
        manifest=ONE,
    )
    verdict = check(case)
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 1)


def test_a_caller_that_goes_on_with_something_else_is_one_caller_too_many() -> None:
    case = script(
        facts(2)
        + """
        09:01       post E-1 limited 2
        09:01+0.5s  post E-2
        """,
        manifest=ONE,
    )
    verdict = check(case)
    assert verdict.status is Status.FAIL
    assert "takes 2 callers, and the manifest declares 1" in verdict.findings[0].says


def test_the_same_request_again_before_its_own_wait_fails_whatever_is_declared() -> None:
    case = script("""
        09:00       fact E-1
        09:01       post E-1 limited 2
        09:01+1s    post E-1 limited 2
        09:01+2s    post E-1
    """)
    (finding,) = check(case).findings
    assert finding.fact == "E-1"
    assert "told to wait 2 s and sent again after 0.98 s; so were 1 more" in finding.says


def test_a_503_with_a_wait_counts_like_a_429() -> None:
    case = script("""
        09:00       fact R-1
        09:01       post R-1 down 2
        09:01+1s    post R-1
    """)
    assert check(case).status is Status.FAIL


def test_a_fixed_pause_that_is_too_short_needs_a_growing_crowd() -> None:
    """Twenty documents, each tried every second though told to wait two: more and more waits overlap."""
    lines = [facts(20)]
    for beat in range(6):
        lines += [f"09:01+{beat + number * 0.01:.2f}s post E-{number} limited 2" for number in range(1, 21)]
    verdict = check(script("\n".join(lines)))
    assert any("manifest declares 16" in finding.says for finding in verdict.findings)


def test_nobody_told_to_wait_proves_nothing() -> None:
    assert check(script("09:00 fact E-1\n09:01 post E-1")).status is Status.VACUOUS


# --- innocent look-alikes --------------------------------------------------------------------------------------


def test_eight_workers_each_obeying_its_own_wait_are_eight_callers() -> None:
    lines = [facts(8)]
    for beat in range(4):
        lines += [
            f"09:01+{beat * 2.1 + number * 0.05:.2f}s post E-{number} {'limited 2' if beat < 3 else ''}"
            for number in range(1, 9)
        ]
    assert check(script("\n".join(lines), manifest=Manifest(max_concurrency=8))).status is Status.PASS
    assert check(script("\n".join(lines), manifest=Manifest(max_concurrency=7))).status is Status.FAIL


def test_a_wait_whose_answer_was_lost_binds_nobody() -> None:
    case = script(
        """
        09:00       fact E-1
        09:01       post E-1 limited 2 told nothing
        09:01+0.5s  post E-1
        """,
        manifest=ONE,
    )
    assert check(case).status is Status.VACUOUS


def test_a_caller_that_gave_up_is_not_in_flight() -> None:
    """One caller with a timeout of its own: the first request is still running here when it starts the next."""
    case = script(
        facts(2)
        + """
        09:00+0.5s  post E-1 limited 1
        09:00+2s    post E-1 told nothing took 3
        09:00+4s    post E-2
        """,
        manifest=ONE,
    )
    assert check(case).status is Status.PASS


def test_clocks_may_differ_by_a_tick() -> None:
    case = script(
        """
        09:00        fact E-1
        09:01        post E-1 limited 2 took 0
        09:01+1.96s  post E-1
        """,
        manifest=ONE,
    )
    assert check(case).status is Status.PASS


def test_systems_limit_each_for_itself() -> None:
    case = script(
        """
        09:00       fact E-1
        09:01       post E-1 limited 2
        09:01+0.5s  read expense shows E-1
        09:01+2.1s  post E-1
        """,
        manifest=ONE,
    )
    assert check(case).status is Status.PASS


def test_sending_everything_twice_side_by_side_is_two_callers_who_wait() -> None:
    case = script("""
        09:00        fact E-1
        09:01        post E-1 key k limited 2 took 0.1
        09:01+0.05s  post E-1 key k limited 2 took 0.1
        09:01+2.1s   post E-1 key k limited 2 took 0.02
        09:01+2.15s  post E-1 key k as A
        09:01+4.2s   post E-1 key k replay A
    """)
    assert check(case).status is Status.PASS


def test_a_second_announcement_may_bring_a_second_caller() -> None:
    """Keyed posts need no memory of who is at it already."""
    text = """
        09:00       fact E-1
        09:01       post E-1 key k limited 2
        {again}
        09:01+0.8s  post E-1 key k as A
    """
    assert check(script(text.format(again="09:01+0.7s announce E-1 again"))).status is Status.PASS
    assert check(script(text.format(again="09:01+0.7s read expense shows E-1"))).status is Status.PASS
    assert check(script(text.format(again="09:01+0.7s read expense"))).status is Status.FAIL


def test_whoever_was_killed_waits_for_nobody() -> None:
    """One caller, killed in the middle of its wait: the one that takes its place was never told."""
    text = """
        09:00       fact E-1
        09:00       fact E-2
        09:01       post E-1 limited 2
        {killed}
        09:01+0.8s  post E-2
    """
    assert check(script(text.format(killed="09:01+0.3s sut killed"), manifest=ONE)).status is Status.PASS
    assert check(script(text.format(killed=""), manifest=ONE)).status is Status.FAIL


def test_whoever_was_killed_is_at_no_request_any_more() -> None:
    case = script(
        """
        09:00       fact E-1
        09:00       fact E-2
        09:00+0.2s  post E-2 limited 1
        09:01+1.3s  post E-1 took 1.5
        09:01+1.8s  sut killed
        09:01+2.2s  post E-2
        """,
        manifest=ONE,
    )
    assert check(case).status is Status.PASS


def test_two_announcements_in_the_queue_are_two_callers_later() -> None:
    """Both came before anybody was told to wait; the second waited in a queue for a worker to be free."""
    text = """
        09:00       fact E-1
        09:01       announce E-1
        {second}
        09:03       post E-1 key k limited 2
        09:03+0.8s  post E-1 key k as A
    """
    assert check(script(text.format(second="09:02 announce E-1 again"))).status is Status.PASS
    assert check(script(text.format(second="09:02 read expense shows E-1"))).status is Status.PASS
    assert check(script(text.format(second=""))).status is Status.FAIL
