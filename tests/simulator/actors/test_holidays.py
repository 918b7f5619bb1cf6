"""Bank holidays: nobody pays on them, and the office is shut."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from hardclose_simulator.actors.treasury import bank_day
from hardclose_simulator.scenario_keys import CompanyKeys

EASTER = (date(2026, 4, 3), date(2026, 4, 4), date(2026, 4, 6))
BERLIN = CompanyKeys(code="DE01", country="DE", currency="EUR", zone="Europe/Berlin", holidays=EASTER)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """On the company's own wall clock, as scenarios write it."""
    return datetime.combine(day, time(hour, minute))


def test_a_run_on_a_holiday_waits_for_the_next_bank_day_at_the_same_local_time() -> None:
    assert bank_day(BERLIN, at(date(2026, 4, 3), 10)) == datetime(2026, 4, 5, 8, tzinfo=UTC)
    assert bank_day(BERLIN, at(date(2026, 4, 2), 10)) == datetime(2026, 4, 2, 8, tzinfo=UTC)


def test_an_hour_that_the_clock_skips_is_the_one_after_it() -> None:
    assert bank_day(BERLIN, at(date(2026, 3, 29), 2, 30)) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_an_hour_that_the_clock_lives_twice_is_its_first() -> None:
    assert bank_day(BERLIN, at(date(2026, 10, 25), 2, 30)) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
