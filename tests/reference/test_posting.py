"""Each approved document is brought into the ERP exactly once, whatever happens to the call that brings it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from hardclose_mocks.kernel.commands import BlockCostCenter, ReviseBudget
from hardclose_mocks.kernel.documents import ExpensePosting, PurchaseOrder
from hardclose_mocks.pace import CI

from ..mocks.kernel.small_world import order_line
from ..mocks.sandboxes import virtually
from .integrations import ORDER, aimed, integrated, slow


@virtually
async def test_an_approved_report_is_posted_once_and_the_source_is_told(tmp_path: Path) -> None:
    async with integrated(tmp_path) as there:
        await there.file_report("R-1")
        await there.until_told("posted", "R-1")
        (posting,) = there.posted("R-1")
        assert isinstance(posting, ExpensePosting)
        assert (posting.total, posting.posting_date, posting.accounting_date) == (119_00, date(2026, 11, 23), None)
        told = there.source("R-1")
        assert (told.state, told.document, told.reason) == ("posted", posting.number, None)
        await there.rest()
        assert len(there.tries("R-1")) == 1


@virtually
async def test_an_approved_requisition_is_ordered_within_its_budget(tmp_path: Path) -> None:
    async with integrated(tmp_path) as there:
        await there.request_order("Q-1")
        await there.until_told("posted", "Q-1")
        (order,) = there.posted("Q-1")
        assert isinstance(order, PurchaseOrder)
        assert (order.total, order.supplier, order.order_date) == (100_00, "S1", date(2026, 11, 23))
        assert [one.status for one in there.office.exchanges("budget.check")] == [200]


# --- the key ---------------------------------------------------------------------------------------------------


@virtually
async def test_every_try_of_one_attempt_bears_the_same_key(tmp_path: Path) -> None:
    rules = (aimed("F01", "R-1", 1), aimed("F02", "R-1", 2), aimed("F06", "R-1", 3))
    async with integrated(tmp_path, *rules) as there:
        await there.file_report()
        await there.until_told("posted")
        tries = there.tries()
        assert len(tries) == 4
        assert len({one.headers["idempotency-key"] for one in tries}) == 1
        assert tries[-1].replayed, "the ERP knows the key and answers what it answered"
        assert len(there.posted()) == 1


@virtually
async def test_a_refused_and_changed_document_is_a_new_attempt_with_a_new_key(tmp_path: Path) -> None:
    async with integrated(tmp_path) as there:
        await there.set_period(11, "soft_closed")
        await there.set_period(12, "open")
        await there.file_report()
        await there.until_told("posted")
        refused, done = there.tries()
        assert (refused.refusal, done.status) == ("PeriodClosed", 201)
        assert refused.key != done.key


@virtually
async def test_no_key_is_sent_where_the_card_offers_none(tmp_path: Path) -> None:
    async with integrated(tmp_path, profile="C4") as there:
        await there.file_report()
        await there.until_told("posted")
        assert "idempotency-key" not in there.tries()[0].headers


@virtually
async def test_a_document_whose_key_expired_in_doubt_is_left_to_a_person(tmp_path: Path) -> None:
    """The first request was booked and its answer lost, and the ERP was away for longer than it remembers keys."""
    outage = [aimed("F02", "R-1", nth) for nth in range(2, 12)]
    async with integrated(tmp_path, aimed("F01", "R-1"), *outage, pace=replace(CI, key_life_s=4.0)) as there:
        await there.file_report()
        await there.until_told("parked")
        assert "Idempotency-Key has expired" in (await there.exceptions())["R-1"]
        await there.rest(20)
        assert len(there.posted()) == 1


# --- doubt -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("profile", ["C1", "C3", "C4"])
@pytest.mark.parametrize("booked", ["first", "last"])
@virtually
async def test_who_crashes_while_the_request_is_under_way_finds_out_and_posts_once(
    tmp_path: Path, profile: str, booked: str
) -> None:
    async with integrated(tmp_path, slow("R-1", seconds=1.5, booked=booked), profile=profile) as there:
        await there.file_report()
        await there.until(lambda: len(there.posts()) == 1)
        await there.come_back()
        await there.until_told("posted")
        await there.rest()
        assert len(there.posted()) == 1


@virtually
async def test_the_look_up_waits_until_a_late_commit_must_have_happened(tmp_path: Path) -> None:
    """The caller gives up after 2 s, the ERP books after 2.9: who looked at once would find nothing and post again."""
    async with integrated(tmp_path, slow("R-1", seconds=2.9, booked="last"), profile="C4") as there:
        await there.file_report()
        await there.until_told("posted")
        assert there.look_ups()[0].at_s - there.posts()[0].at_s >= CI.late_commit_s
        await there.rest()
        assert (len(there.posts()), len(there.posted())) == (1, 1)


@virtually
async def test_what_never_arrived_is_sent_again_after_the_look_up_found_nothing(tmp_path: Path) -> None:
    async with integrated(tmp_path, aimed("F02", "R-1"), profile="C4") as there:
        await there.file_report()
        await there.until_told("posted")
        first, second = there.posts()
        assert first.at_s < there.look_ups()[0].at_s <= second.at_s
        assert len(there.posted()) == 1


@virtually
async def test_a_second_request_is_in_doubt_from_when_it_left_and_not_from_the_first(tmp_path: Path) -> None:
    """The first never arrived. The second is under way when the service dies, and is booked 1.5 s later."""
    rules = (aimed("F02", "R-1", 1), slow("R-1", 2, seconds=1.5, booked="last"))
    async with integrated(tmp_path, *rules, profile="C4") as there:
        await there.file_report()
        await there.until(lambda: len(there.posts()) == 2)
        await there.come_back()
        await there.until_told("posted")
        await there.rest()
        assert len(there.posted()) == 1


@virtually
async def test_a_request_that_had_to_wait_is_in_doubt_from_when_it_left(tmp_path: Path) -> None:
    """R-1 is taken up while all wait the two seconds told to R-2; the service dies right after it left at last."""
    rules = (aimed("F07", "R-2", retry_after_s=2), slow("R-1", seconds=1.5, booked="last"))
    async with integrated(tmp_path, *rules, profile="C4") as there:
        await there.file_report("R-2")
        await there.until(lambda: len(there.tries("R-2")) == 1)
        await there.file_report("R-1")
        await there.until(lambda: len(there.posts()) == 3)
        await there.come_back()
        await there.until_told("posted", "R-1", "R-2")
        await there.rest()
        assert (len(there.posted("R-1")), len(there.posted("R-2"))) == (1, 1)


@virtually
async def test_under_a_unique_reference_what_is_there_already_is_adopted(tmp_path: Path) -> None:
    """L08 does not look first: it takes the refusal of the duplicate for success."""
    async with integrated(tmp_path, aimed("F01", "R-1"), profile="C3", variant="L08") as there:
        await there.file_report()
        await there.until_told("posted")
        lost, refused = there.tries()
        assert (lost.fault.fault if lost.fault else "", refused.refusal) == ("F01", "DuplicateReference")
        assert there.source().document == there.posted()[0].number
        assert there.look_ups() == []


@virtually
async def test_a_unique_reference_needs_no_wait_before_the_look_up(tmp_path: Path) -> None:
    async with integrated(tmp_path, aimed("F01", "R-1"), profile="C3") as there:
        await there.file_report()
        await there.until_told("posted")
        assert there.look_ups()[0].at_s - there.posts()[0].at_s < CI.late_commit_s
        assert len(there.posts()) == 1


# --- closed periods --------------------------------------------------------------------------------------------


@virtually
async def test_what_a_closed_period_refuses_moves_to_the_next_open_one_and_keeps_its_date(tmp_path: Path) -> None:
    async with integrated(tmp_path) as there:
        await there.set_period(11, "hard_closed")
        await there.set_period(12, "open")
        await there.file_report()
        await there.until_told("posted")
        (posting,) = there.posted()
        assert isinstance(posting, ExpensePosting)
        assert (posting.posting_date, posting.accounting_date) == (date(2026, 12, 1), date(2026, 11, 23))
        assert await there.exceptions() == {}


@virtually
async def test_an_order_moves_to_the_next_open_purchasing_period(tmp_path: Path) -> None:
    async with integrated(tmp_path) as there:
        await there.set_period(11, "soft_closed", "purchasing")
        await there.set_period(12, "open", "purchasing")
        await there.request_order()
        await there.until_told("posted", "Q-1")
        (order,) = there.posted("Q-1")
        assert isinstance(order, PurchaseOrder)
        assert order.order_date == date(2026, 12, 1)


@virtually
async def test_with_no_period_open_it_is_parked_and_visible_here_and_at_the_source(tmp_path: Path) -> None:
    async with integrated(tmp_path) as there:
        await there.set_period(11, "soft_closed")
        await there.file_report()
        await there.until_told("parked")
        reason = (await there.exceptions())["R-1"]
        assert "period-closed" in reason
        assert "no later one is open" in reason
        assert there.source().reason == reason
        await there.rest()
        assert (len(there.tries()), there.posted()) == (1, [])


@virtually
async def test_a_period_that_closed_and_opened_again_takes_the_document_under_its_own_date(tmp_path: Path) -> None:
    async with integrated(tmp_path) as there:
        await there.set_period(11, "soft_closed")
        await there.file_report()
        await there.until_told("parked")
        await there.set_period(11, "open")
        assert (await there.ask("POST", "/exceptions/expense/R-1/retry")).status_code == 202
        await there.until_told("posted")
        (posting,) = there.posted()
        assert isinstance(posting, ExpensePosting)
        assert (posting.posting_date, posting.accounting_date) == (date(2026, 11, 23), None)
        assert await there.exceptions() == {}


@virtually
async def test_a_person_may_try_again_as_often_as_he_likes(tmp_path: Path) -> None:
    """Every one of his tries may be moved to another period, however many were refused before."""
    async with integrated(tmp_path) as there:
        await there.set_period(11, "soft_closed")
        await there.file_report()
        await there.until_told("parked")
        for _ in range(8):
            await there.ask("POST", "/exceptions/expense/R-1/retry")
            await there.rest(1)
        await there.set_period(12, "open")
        await there.ask("POST", "/exceptions/expense/R-1/retry")
        await there.until_told("posted")
        assert len(there.posted()) == 1


# --- other refusals --------------------------------------------------------------------------------------------


@virtually
async def test_a_business_refusal_is_parked_for_a_person_and_not_repeated(tmp_path: Path) -> None:
    async with integrated(tmp_path) as there:
        await there.act("erp", BlockCostCenter("CC1", blocked=True))
        await there.file_report()
        await there.until_told("parked")
        assert (await there.exceptions())["R-1"] == "blocked-master: cost center CC1 is blocked"
        await there.rest()
        assert len(there.tries()) == 1


@virtually
async def test_once_the_cause_is_mended_a_person_sends_it_on_its_way_again(tmp_path: Path) -> None:
    async with integrated(tmp_path) as there:
        await there.act("erp", BlockCostCenter("CC1", blocked=True))
        await there.file_report()
        await there.until_told("parked")
        await there.act("erp", BlockCostCenter("CC1", blocked=False))
        assert (await there.ask("POST", "/exceptions/expense/R-1/retry")).status_code == 202
        await there.until_told("posted")
        refused, done = there.tries()
        assert refused.key != done.key
        assert await there.exceptions() == {}


@virtually
async def test_nothing_is_tried_again_that_is_not_parked(tmp_path: Path) -> None:
    async with integrated(tmp_path) as there:
        await there.file_report()
        await there.until_told("posted")
        for number in ("R-1", "R-2"):
            assert (await there.ask("POST", f"/exceptions/expense/{number}/retry")).status_code == 404


@virtually
async def test_an_order_beyond_the_budget_is_parked_and_never_sent(tmp_path: Path) -> None:
    async with integrated(tmp_path) as there:
        await there.request_order("Q-1", order_line(price=1_000_01))
        await there.until_told("parked", "Q-1")
        assert (await there.exceptions())["Q-1"] == "budget-exceeded: 1000.01 asked of CC1, 1000.00 left"
        assert there.posts() == []
        await there.act("erp", ReviseBudget("DE01", "CC1", 2026, 500_00))
        await there.ask("POST", "/exceptions/procurement/Q-1/retry")
        await there.until_told("posted", "Q-1")
        assert len(there.posted("Q-1")) == 1


@virtually
async def test_two_lines_of_one_cost_centre_are_asked_for_together(tmp_path: Path) -> None:
    async with integrated(tmp_path) as there:
        await there.request_order("Q-1", order_line(price=600_00), order_line(price=500_00))
        await there.until_told("parked", "Q-1")
        assert "1100.00 asked of CC1" in (await there.exceptions())["Q-1"]


@virtually
async def test_one_that_is_refused_holds_nobody_up(tmp_path: Path) -> None:
    async with integrated(tmp_path, aimed("F07", "Q-1", operation=ORDER)) as there:
        await there.request_order("Q-9", order_line(price=1_500_00))
        await there.request_order("Q-1", order_line(price=1_00))
        await there.file_report("R-1", "R-2", "R-3")
        await there.until_told("parked", "Q-9")
        await there.until_told("posted", "Q-1", "R-1", "R-2", "R-3")
