"""What the service believes next to what the ERP holds, and every difference in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hardclose_mocks.kernel.commands import (
    Allocation,
    ApproveReport,
    BlockCostCenter,
    ReverseExpensePosting,
    SubmitReport,
)

from ..mocks.kernel.small_world import posting, posting_line, receipt, report
from ..mocks.sandboxes import virtually
from .integrations import LISTS, Integration, aimed, integrated


async def reconciled(there: Integration, kind: str = "expense_report") -> dict[str, Any]:
    answer = await there.ask("GET", "/reconciliation")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()[kind]
    return found


async def differences(there: Integration) -> list[str]:
    found: list[str] = (await reconciled(there))["differences"]
    return found


@virtually
async def test_where_both_agree_there_is_no_difference(tmp_path: Path) -> None:
    async with integrated(tmp_path, page_max=2) as there:
        await there.file_report("R-1", "R-2", "R-3")
        await there.request_order("Q-1")
        await there.until_told("posted", "R-1", "R-2", "R-3", "Q-1")
        assert await reconciled(there) == {"jobs": {"posted": 3}, "posted": {"EUR": "357.00"}, "differences": []}
        assert await reconciled(there, "requisition") == {
            "jobs": {"posted": 1},
            "posted": {"EUR": "100.00"},
            "differences": [],
        }


@virtually
async def test_money_is_counted_per_currency(tmp_path: Path) -> None:
    yen = receipt(Allocation("CCJ", 3_000, 300), paid=3_300, paid_currency="JPY", tax_code="J10")
    tokyo = report(yen, number="J-1", company="JP01", currency="JPY", employee="shain")
    async with integrated(tmp_path) as there:
        await there.act("expense", tokyo, SubmitReport("J-1"), ApproveReport("J-1", "shacho"), person="shacho")
        await there.file_report("R-1")
        await there.until_told("posted", "R-1", "J-1")
        assert (await reconciled(there))["posted"] == {"EUR": "119.00", "JPY": "3300"}


@virtually
async def test_what_waits_for_a_person_is_counted_and_no_difference(tmp_path: Path) -> None:
    async with integrated(tmp_path) as there:
        await there.act("erp", BlockCostCenter("CC1", blocked=True))
        await there.file_report()
        await there.until_told("parked")
        assert await reconciled(there) == {"jobs": {"parked": 1}, "posted": {}, "differences": []}


@virtually
async def test_a_document_that_stands_twice_is_a_difference(tmp_path: Path) -> None:
    async with integrated(tmp_path) as there:
        await there.file_report()
        await there.until_told("posted")
        await there.act("erp", posting(reference="R-1"))
        first, second = (document.number for document in there.posted())
        assert await differences(there) == [f"R-1 stands 2 times in the ERP: {first}, {second}"]


@virtually
async def test_what_we_believe_posted_and_is_not_is_a_difference(tmp_path: Path) -> None:
    """P03 takes a lost request for done."""
    async with integrated(tmp_path, aimed("F02", "R-1"), variant="P03") as there:
        await there.file_report()
        await there.until_told("posted")
        assert await differences(there) == ["R-1 was posted as R-1, which is not in the ERP"]


@virtually
async def test_what_we_believe_parked_and_is_posted_is_a_difference(tmp_path: Path) -> None:
    """P04 takes a lost answer for a refusal."""
    async with integrated(tmp_path, aimed("F01", "R-1"), variant="P04") as there:
        await there.file_report()
        await there.until_told("parked")
        (there_is,) = there.posted()
        assert await differences(there) == [f"R-1 is parked here and stands in the ERP as {there_is.number}"]


@virtually
async def test_another_amount_is_a_difference(tmp_path: Path) -> None:
    """Somebody reversed the posting and entered it again by hand."""
    async with integrated(tmp_path) as there:
        await there.file_report()
        await there.until_told("posted")
        (ours,) = there.posted()
        today = there.office.sandbox.business.now().date()
        await there.act("erp", ReverseExpensePosting(ours.number, today, "wrong amount"))
        await there.until_told("parked")
        await there.act("erp", posting(posting_line(90_00, 0), reference="R-1"))
        (by_hand,) = there.posted()
        assert await differences(there) == [f"R-1 is over 119.00, {by_hand.number} over 90.00"]
        assert (await reconciled(there))["posted"] == {}


@virtually
async def test_what_is_in_doubt_is_no_difference_yet(tmp_path: Path) -> None:
    async with integrated(tmp_path, aimed("F01", "R-1"), profile="C4") as there:
        await there.file_report()
        await there.until(lambda: len(there.posted()) == 1)
        await there.rest(0.1)
        assert await reconciled(there) == {"jobs": {"due": 1}, "posted": {}, "differences": []}


@virtually
async def test_with_the_erp_away_there_is_nothing_to_compare_with(tmp_path: Path) -> None:
    async with integrated(tmp_path) as there:
        await there.rest(1)
        there.doors["erp"].instead[LISTS["erp"]] = [(503, {}, b"")] * 5
        answer = await there.ask("GET", "/reconciliation")
        assert answer.status_code == 503
        assert "the ERP cannot be read" in answer.json()["detail"]
