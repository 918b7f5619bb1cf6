"""O14: the backlog drains."""

from __future__ import annotations

from hardclose_simulator.checkers.o14 import check, probe_s
from hardclose_simulator.verdict import Status

from .script import script


def outage(*lines: str, left_over: int = 4, arriving: int = 4) -> str:
    """`left_over` facts are open at the heal, ten wire seconds in; `arriving` more come in the forty that follow."""
    story = [f"00:00+1s fact E-{n} {n}.00" for n in range(1, left_over + 1)]
    story += ["00:00+10s phase heal", "00:00+10s phase recover"]
    story += [f"00:00+{10 + 10 * n}s fact R-{n} {100 + n}.00" for n in range(1, arriving + 1)]
    story += ["00:00+51s phase drain", *lines]
    return "\n".join(sorted(story, key=lambda line: float(line.split("+")[1].split("s")[0])))


def posts(first_s: float, *, left_over: int = 4, arriving: int = 4, late_from: int = 99) -> list[str]:
    """The left over from `first_s` on, each of the new ones a second after it came, or never from `late_from` on."""
    lines = [f"00:00+{first_s + n / 10}s post E-{n}" for n in range(1, left_over + 1)]
    return lines + [f"00:00+{11 + 10 * n}s post R-{n}" for n in range(1, arriving + 1) if n < late_from]


def test_a_backlog_that_clears_soon_after_the_heal_passes() -> None:
    verdict = check(script(outage(*posts(12.0), "00:00+200s audit")))
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 4)


def test_a_backlog_that_capacity_does_not_explain_fails() -> None:
    case = script(outage(*posts(160.0), "00:00+200s audit"))
    (finding,) = check(case).findings
    assert "4 of 4 left over at the heal took up to" in finding.says


def test_who_is_still_sick_at_the_end_of_the_recovery_fails() -> None:
    case = script(outage(*posts(12.0, late_from=4), "00:00+200s audit"))
    assert any("at the end of the recovery" in one.says for one in check(case).findings)


def test_without_a_recover_phase_nothing_is_proven() -> None:
    verdict = check(script("00:00 fact E-1\n00:01 post E-1\n00:02 phase heal\n00:02 phase drain"))
    assert verdict.status is Status.VACUOUS
    assert "no phase 'recover'" in verdict.note


def test_without_a_backlog_nothing_is_proven() -> None:
    assert check(script(outage(left_over=0))).status is Status.VACUOUS


# --- innocent look-alikes --------------------------------------------------------------------------------------


def test_one_probe_interval_of_a_circuit_breaker_is_allowed() -> None:
    case = script(outage(*posts(19.0), "00:00+200s audit"))
    assert probe_s(case) >= 9.0
    assert check(case).status is Status.PASS


def test_more_than_the_limits_let_through_is_nobodys_fault() -> None:
    """The card allows two calls a second and a document takes up to twelve: more than that cannot be done."""
    many = outage(*posts(160.0), "00:00+200s audit")
    crowded = "\n".join(
        sorted(
            [*many.splitlines(), *(f"00:00+{20 + n / 100}s fact E-{n} {n}.50" for n in range(100, 120))],
            key=lambda line: float(line.split("+")[1].split("s")[0]),
        )
    )
    verdict = check(script(crowded))
    assert verdict.status is Status.VACUOUS
    assert "more arrives" in verdict.note
