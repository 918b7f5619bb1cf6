"""Paces keep the proportions on which verdicts rest."""

from __future__ import annotations

import pytest

from hardclose_mocks.pace import CI, PACES, REAL, Pace


def test_a_business_day_takes_twenty_seconds_at_pace_ci_and_a_day_at_pace_real() -> None:
    assert 86_400 / CI.business_rate == 20
    assert REAL.business_rate == 1
    assert PACES == {"ci": CI, "real": REAL}


@pytest.mark.parametrize("pace", PACES.values(), ids=lambda pace: pace.name)
def test_waits_fit_into_each_other(pace: Pace) -> None:
    assert 0 < pace.retry_after_s[0] <= pace.retry_after_s[1] < pace.token_life_s
    assert pace.client_timeout_s <= pace.late_commit_s, "a caller may give up before a late commit: that is the point"
    assert pace.key_life_s >= 86_400, "C1 promises keys that outlive any retry"
    assert list(pace.webhook_schedule_s) == sorted(pace.webhook_schedule_s)
    assert pace.read_lag_s < pace.exception_s
