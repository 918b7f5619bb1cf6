"""The source is told what became of its document, until it has confirmed it, and never anything that is not so."""

from __future__ import annotations

from pathlib import Path

import pytest

from hardclose_mocks.faults.plan import Rule
from hardclose_mocks.kernel.commands import CancelPurchaseOrder, RecordPosting, ReverseExpensePosting

from ..mocks.sandboxes import virtually
from .integrations import NEVER_S, Integration, aimed, integrated

TELL, TELL_ORDER = "expense_report.posting", "requisition.posting"


def refused_write_backs(*numbers: int) -> list[Rule]:
    return [aimed("F07", "R-1", nth, system="expense", operation=TELL) for nth in numbers]


@pytest.mark.parametrize("fault", ["F01", "F02", "F07"])
@virtually
async def test_a_write_back_is_repeated_until_the_source_has_confirmed_it(tmp_path: Path, fault: str) -> None:
    rules = [aimed(fault, "R-1", nth, system="expense", operation=TELL) for nth in (1, 2, 3)]
    async with integrated(tmp_path, *rules) as there:
        await there.file_report()
        await there.until(lambda: len(there.told()) == 4)
        await there.rest()
        assert there.told() == ["posted"] * 4
        assert there.source().state == "posted"
        assert len(there.posts()) == 1


@virtually
async def test_a_write_back_that_was_cut_short_by_a_crash_is_repeated(tmp_path: Path) -> None:
    async with integrated(tmp_path, *refused_write_backs(1)) as there:
        await there.file_report()
        await there.until(lambda: there.told() == ["posted"])
        await there.come_back()
        await there.until_told("posted")
        assert there.told() == ["posted", "posted"]
        assert len(there.posts()) == 1


@virtually
async def test_a_requisition_is_told_its_order(tmp_path: Path) -> None:
    async with integrated(tmp_path, aimed("F02", "Q-1", system="procurement", operation=TELL_ORDER)) as there:
        await there.request_order()
        await there.until_told("posted", "Q-1")
        assert there.source("Q-1").document == there.posted("Q-1")[0].number


# --- payment ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("style", ["webhooks", "polling"])
@virtually
async def test_the_source_hears_of_the_payment(tmp_path: Path, style: str) -> None:
    async with integrated(tmp_path, style=style) as there:
        await there.file_report()
        await there.until_told("posted")
        await there.pay()
        await there.until_told("paid")
        assert there.source().document == there.posted()[0].number
        assert there.told() == ["posted", "paid"]


@virtually
async def test_nothing_is_paid_that_was_not_posted_first(tmp_path: Path) -> None:
    """The payment run comes while the source has not confirmed the posting yet."""
    async with integrated(tmp_path, *refused_write_backs(1, 2)) as there:
        await there.file_report()
        await there.until(lambda: there.told() == ["posted"])
        await there.pay()
        await there.until_told("paid")
        assert there.told() == ["posted", "posted", "posted", "paid"]


@virtually
async def test_a_payment_told_while_the_posting_is_in_doubt_is_not_forgotten(tmp_path: Path) -> None:
    """The answer to the post was lost; the payment run is over before the next try, and nobody tells of it again."""
    async with integrated(tmp_path, aimed("F01", "R-1"), profile="C4", poll_interval_s=NEVER_S) as there:
        await there.rest(1)
        await there.file_report()
        await there.until(lambda: len(there.tries()) == 1)
        await there.pay()
        await there.until_told("paid")
        assert there.told() == ["posted", "paid"]
        assert len(there.posts()) == 1


# --- further than we knew --------------------------------------------------------------------------------------


async def book_and_pay_by_hand(there: Integration, document: str) -> None:
    """Somebody else writes back, while ours does not get through."""
    await there.act("expense", RecordPosting("R-1", "posted", document), RecordPosting("R-1", "paid", document))


@virtually
async def test_a_source_that_is_further_than_we_knew_is_no_exception(tmp_path: Path) -> None:
    async with integrated(tmp_path, *refused_write_backs(1, 2)) as there:
        await there.file_report()
        await there.until(lambda: there.told() == ["posted"])
        await book_and_pay_by_hand(there, there.posted()[0].number)
        await there.rest()
        assert there.office.exchanges(TELL)[-1].refusal == "WrongState"
        assert await there.exceptions() == {}


@virtually
async def test_a_source_that_says_something_else_is_shown_to_a_person(tmp_path: Path) -> None:
    async with integrated(tmp_path, *refused_write_backs(1, 2)) as there:
        await there.file_report()
        await there.until(lambda: there.told() == ["posted"])
        await book_and_pay_by_hand(there, "EP-BY-HAND")
        await there.rest()
        reason = (await there.exceptions())["R-1"]
        assert "write-back posted refused" in reason
        assert "the source says paid" in reason
        assert len(there.told()) == 3, "a refusal is not repeated"


# --- reversal --------------------------------------------------------------------------------------------------


@virtually
async def test_a_reversal_in_the_erp_takes_the_posting_back_at_the_source(tmp_path: Path) -> None:
    async with integrated(tmp_path) as there:
        await there.file_report()
        await there.until_told("posted")
        (posting,) = there.posted()
        today = there.office.sandbox.business.now().date()
        await there.act("erp", ReverseExpensePosting(posting.number, today, "entered twice"))
        await there.until_told("parked")
        assert there.source().reason == f"{posting.number} was reversed in the ERP"
        await there.rest()
        assert len(there.posts()) == 1, "it was somebody's decision: it is not posted again"


@pytest.mark.parametrize("profile", ["C1", "C3", "C4"])
@virtually
async def test_a_posting_reversed_while_we_were_in_doubt_is_not_made_again(tmp_path: Path, profile: str) -> None:
    """Our answer was lost, and before we looked a person had reversed the posting and polling had told of it."""
    unknown = [aimed("F01", "R-1"), *(aimed("F02", "R-1", nth) for nth in range(2, 9))]
    async with integrated(tmp_path, *unknown, profile=profile) as there:
        await there.file_report()
        await there.until(lambda: len(there.posted()) == 1)
        (posting,) = there.posted()
        today = there.office.sandbox.business.now().date()
        await there.act("erp", ReverseExpensePosting(posting.number, today, "entered by hand"))
        await there.rest(2.5)
        await there.file_report("R-2")
        await there.until_told("parked")
        assert there.source().reason == f"{posting.number} was reversed in the ERP"
        await there.rest()
        assert there.posted() == []


@virtually
async def test_a_cancelled_order_takes_the_requisition_back(tmp_path: Path) -> None:
    async with integrated(tmp_path) as there:
        await there.request_order()
        await there.until_told("posted", "Q-1")
        (order,) = there.posted("Q-1")
        await there.act("erp", CancelPurchaseOrder(order.number, "no longer needed"))
        await there.until_told("parked", "Q-1")
        await there.rest()
        assert len(there.posts()) == 1
