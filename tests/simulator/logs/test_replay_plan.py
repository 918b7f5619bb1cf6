"""From cases to a plan: what can be played, what is skipped and counted, when it happens."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardclose_simulator.logs.activities import built_in
from hardclose_simulator.logs.cases import LogCase, LogEvent
from hardclose_simulator.logs.compression import EVEN_SHARE, IDLE_MAX, wire_offsets
from hardclose_simulator.logs.errors import LogError
from hardclose_simulator.logs.replay_plan import ReplayPlan, cents_of, plan_replay

from .small_logs import MONDAY, case_of, kinds, walked

PATH = Path("log.xes")


def planned(*cases: LogCase, seed: int = 1) -> ReplayPlan:
    return plan_replay(PATH, cases, built_in(), seed)


# --- moves -----------------------------------------------------------------------------------------------------


def test_a_plain_case_is_played_as_it_stands() -> None:
    path = walked("Saved", "Submitted", "Approved by X", "Final approved by Y", "Request Payment", "Payment Handled")
    assert kinds(path) == ["save", "submit", "approve", "final_approve", "request_payment", "pay"]
    assert not path.skipped


def test_a_rejected_report_comes_back_and_the_employee_may_recall_it() -> None:
    path = walked(
        "Submitted", "Rejected by Y", "Rejected by employee", "Submitted", "Rejected by employee", "Submitted"
    )
    assert kinds(path) == ["submit", "send_back", "resubmit", "recall", "resubmit"]
    assert path.skipped == {"rejected again": 1}


def test_a_final_approval_that_the_log_takes_back_was_none() -> None:
    path = walked(
        "Submitted", "Final approved", "Rejected by missing", "Submitted", "Final approved", "Request Payment"
    )
    assert kinds(path) == ["submit", "send_back", "resubmit", "final_approve", "request_payment"]
    assert path.skipped == {"final approval taken back": 1}


def test_the_last_approval_before_posting_is_the_final_one() -> None:
    path = walked("Submitted", "Final approved by Y", "Approved by director", "Request Payment")
    assert kinds(path) == ["submit", "approve", "final_approve", "request_payment"]
    assert path.moves[2].role == "director"


def test_an_approval_the_log_pays_after_is_final_whatever_it_is_called() -> None:
    path = walked("Submitted", "Approved by X", "Approved by Y", "Payment Handled")
    assert kinds(path) == ["submit", "approve", "final_approve", "pay"]
    assert path.promoted == 1


def test_approvals_of_an_earlier_round_do_not_let_a_report_be_paid() -> None:
    path = walked("Submitted", "Approved by X", "Rejected by Y", "Submitted", "Request Payment")
    assert kinds(path) == ["submit", "approve", "send_back", "resubmit"]
    assert path.skipped == {"payment requested before approval": 1}


IMPOSSIBLE = {
    "approved before submission": ("Saved", "Approved by X"),
    "approved after rejection": ("Submitted", "Rejected by X", "Approved by X"),
    "approved after posting": ("Submitted", "Final approved", "Request Payment", "Approved by X"),
    "rejected before submission": ("Rejected by X", "Submitted"),
    "rejected after posting": ("Submitted", "Final approved", "Payment Handled", "Rejected by X"),
    "submitted twice": ("Submitted", "Submitted"),
    "submitted after final approval": ("Submitted", "Final approved", "Submitted"),
    "saved again": ("Saved", "Saved"),
    "saved after submission": ("Submitted", "Saved"),
    "payment requested before approval": ("Submitted", "Request Payment"),
    "payment requested twice": ("Submitted", "Final approved", "Request Payment", "Request Payment"),
    "payment requested after payment": ("Submitted", "Final approved", "Payment Handled", "Request Payment"),
    "paid before approval": ("Saved", "Payment Handled"),
    "paid twice": ("Submitted", "Final approved", "Payment Handled", "Payment Handled"),
}


@pytest.mark.parametrize("kind", IMPOSSIBLE)
def test_an_impossible_step_is_skipped_and_counted(kind: str) -> None:
    path = walked(*IMPOSSIBLE[kind])
    assert path.skipped == {kind: 1}
    assert len(path.moves) == len(IMPOSSIBLE[kind]) - 1


# --- the plan --------------------------------------------------------------------------------------------------


def test_every_event_is_accounted_for() -> None:
    plan = planned(
        case_of("Submitted", "Send reminder", "Final approved", "Paid", "Paid"),
        case_of("Coffee", name="c2"),
        case_of("Submitted", "Final approved", "Rejected by X", name="c3"),
    )
    counted = plan.statistics
    assert (counted.cases, counted.unplayable, counted.events, counted.played, counted.facts) == (3, 1, 9, 5, 1)
    assert counted.meaningless == {"Send reminder": 1, "Coffee": 1}
    assert counted.skipped == {"paid twice": 1, "final approval taken back": 1}
    assert counted.mapped == 7
    assert "Send reminder 1" in "\n".join(counted.lines())


def test_amounts_come_from_the_log_or_else_from_seed_and_case_alone() -> None:
    logged = case_of("Submitted", amount="26.85120450862128")
    drawn, worthless = case_of("Submitted", name="c2"), case_of("Submitted", name="c3", amount="0.0")
    plan = planned(logged, drawn, worthless)
    assert (plan.cases[0].cents, plan.cases[0].synthetic) == (2685, False)
    assert plan.cases[1].synthetic
    assert (plan.statistics.synthetic_amounts, plan.statistics.unusable_amounts) == (2, 1)
    assert planned(drawn).cases[0].cents == plan.cases[1].cents
    assert planned(drawn, seed=2).cases[0].cents != plan.cases[1].cents


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("12.345", 1235), ("1,234.50", 123450), ("1.234,50", 123450), ("12,5", 1250), ("1e2", 10000), ("0.004", None),
        ("-3", None), ("1,234", None), ("NaN", None), ("inf", None), ("1e999999", None), ("a lot", None), ("", None),
    ],
)  # fmt: skip
def test_amounts_are_rounded_to_cents_or_not_used(text: str, cents: int | None) -> None:
    assert cents_of(text) == cents


def test_the_same_log_and_seed_give_the_same_plan() -> None:
    cases = [case_of("Submitted", "Final approved", name=f"c{n}") for n in range(5)]
    assert planned(*cases).digest == planned(*cases).digest
    assert planned(*cases).digest != planned(*cases, seed=2).digest


def test_a_log_in_which_nothing_can_be_played_is_refused_with_what_was_found() -> None:
    with pytest.raises(LogError, match=r"none of the 1 cases.*Coffee 1.*--activities"):
        planned(case_of("Coffee"))


# --- compression -----------------------------------------------------------------------------------------------

instants = st.lists(st.integers(0, 10**8), max_size=60).map(
    lambda seconds: [MONDAY + timedelta(seconds=second) for second in sorted(seconds)]
)


@given(instants, st.floats(1.0, 600.0))
def test_compression_keeps_the_order_and_the_bound(logged: list, target_s: float) -> None:  # type: ignore[type-arg]
    offsets = wire_offsets(logged, target_s)
    assert len(offsets) == len(logged)
    assert all(earlier < later for earlier, later in pairwise(offsets))
    assert all(0 <= offset <= target_s for offset in offsets)


@given(instants)
def test_no_instant_holds_a_burst(logged: list) -> None:  # type: ignore[type-arg]
    offsets = wire_offsets(logged)
    if len(offsets) > 1:
        even_step = offsets[-1] / (len(offsets) - 1)
        assert min(later - earlier for earlier, later in pairwise(offsets)) >= even_step * EVEN_SHARE * 0.999


def test_idle_gaps_count_no_more_than_the_bound() -> None:
    day, year = timedelta(days=1), timedelta(days=365)
    assert wire_offsets([MONDAY, MONDAY + day]) == wire_offsets([MONDAY, MONDAY + year])
    near = wire_offsets([MONDAY, MONDAY + IDLE_MAX / 4, MONDAY + IDLE_MAX / 4 + year])
    assert near[1] < near[2] / 2


events_of_cases = st.lists(
    st.lists(st.tuples(st.sampled_from(["Submitted", "Approved by X", "Final approved", "Paid"]), st.integers(0, 50))),
    min_size=1,
    max_size=8,
)


@given(events_of_cases)
def test_order_across_cases_is_the_logs(drawn: list) -> None:  # type: ignore[type-arg]
    cases = [
        LogCase(
            f"c{n}",
            tuple(LogEvent(what, MONDAY + timedelta(days=day)) for what, day in sorted(events, key=lambda e: e[1])),
        )
        for n, events in enumerate(drawn)
    ]
    try:
        plan = planned(*cases)
    except LogError:
        return
    timeline = sorted(
        (offset, move.logged_at) for case in plan.cases for move, offset in zip(case.moves, case.offsets_s, strict=True)
    )
    assert all(earlier[1] <= later[1] for earlier, later in pairwise(timeline))
    assert plan.span_s <= 120
    counted = plan.statistics
    assert counted.events == counted.played + sum(counted.skipped.values()) + sum(counted.meaningless.values())
