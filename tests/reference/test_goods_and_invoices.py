"""From the goods to the payment: receipts, invoices and credit notes, what the match makes of them, and accruals."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from hardclose_mocks.kernel.commands import ReleaseInvoice, ReturnPayment, ReverseReceipt

from ..mocks.kernel.small_world import order_line
from ..mocks.sandboxes import virtually
from .integrations import aimed, integrated
from .purchasing import accrue, bill, held, in_erp, receive, until_state

both = pytest.mark.parametrize("style", ["webhooks", "polling"])


@both
@virtually
async def test_goods_are_taken_in_for_the_erps_order(tmp_path: Path, style: str) -> None:
    async with integrated(tmp_path, style=style) as there:
        await there.request_order("Q-1", order_line(quantity=4, price=10_00))
        await receive(there, quantity=3)
        await until_state(there, "posted", "W-1")
        taken_in = in_erp(there, "W-1")
        assert (taken_in.order, taken_in.lines[0].quantity) == (there.posted("Q-1")[0].number, 3)


@both
@virtually
async def test_a_receipt_taken_back_is_taken_back_in_the_erp_once(tmp_path: Path, style: str) -> None:
    lost = aimed("F01", "W-1", operation="goods_receipt.reverse")
    async with integrated(tmp_path, lost, style=style) as there:
        await there.request_order()
        await receive(there)
        await until_state(there, "posted", "W-1")
        taken_in = in_erp(there, "W-1").number
        await there.act("procurement", ReverseReceipt("W-1", "receiver", "counted wrong"), person="receiver")
        await there.until(lambda: held(there, "erp", taken_in).status == "reversed")
        await there.rest()
        assert await there.exceptions() == {}


@virtually
async def test_goods_that_are_too_many_are_parked(tmp_path: Path) -> None:
    async with integrated(tmp_path) as there:
        await there.request_order()
        await receive(there, quantity=5)
        await until_state(there, "parked", "W-1")
        assert (await there.exceptions())["W-1"].startswith("over-delivery")


@both
@virtually
async def test_an_invoice_that_matches_is_paid_and_the_source_hears_of_it(tmp_path: Path, style: str) -> None:
    async with integrated(tmp_path, style=style) as there:
        await there.request_order()
        await receive(there)
        await until_state(there, "posted", "W-1")
        await bill(there)
        await until_state(there, "posted", "I-1")
        assert in_erp(there, "I-1").match == "matched"
        await there.pay()
        await until_state(there, "paid", "I-1")


@both
@virtually
async def test_an_invoice_before_its_goods_is_blocked_until_they_come(tmp_path: Path, style: str) -> None:
    async with integrated(tmp_path, style=style) as there:
        await there.request_order()
        await bill(there)
        await until_state(there, "parked", "I-1")
        assert held(there, "procurement", "I-1").posting.reason == "payment blocked: missing_receipt"
        await receive(there)
        await until_state(there, "posted", "I-1")


@virtually
async def test_an_invoice_at_another_price_is_blocked_until_a_person_releases_it(tmp_path: Path) -> None:
    async with integrated(tmp_path) as there:
        await there.request_order()
        await receive(there)
        await bill(there, price=150_00)
        await until_state(there, "parked", "I-1")
        (invoice,) = there.office.sandbox.systems["erp"].books.documents("supplier_invoice")
        await there.act("erp", ReleaseInvoice(invoice.number, "payables", "agreed"), person="payables")
        await until_state(there, "posted", "I-1")


@virtually
async def test_a_vendors_number_that_comes_twice_is_parked_and_not_adopted(tmp_path: Path) -> None:
    async with integrated(tmp_path) as there:
        await bill(there, "I-1", requisition=None, printed="2026-17")
        await until_state(there, "posted", "I-1")
        await bill(there, "I-2", requisition=None, printed="2026-17")
        await until_state(there, "parked", "I-2")
        assert (await there.exceptions())["I-2"].startswith("duplicate-reference")


@pytest.mark.parametrize("profile", ["C1", "C3", "C4", "C5", "C6"])
@virtually
async def test_an_invoice_whose_answer_was_lost_stands_once(tmp_path: Path, profile: str) -> None:
    """Under any profile the vendor's number is unique: what is in the way is our own."""
    lost = aimed("F01", "I-1", operation="supplier_invoice.create")
    async with integrated(tmp_path, lost, profile=profile) as there:
        await bill(there, requisition=None)
        await until_state(there, "posted", "I-1")
        assert len(there.office.sandbox.systems["erp"].books.documents("supplier_invoice")) == 1


@virtually
async def test_a_credit_note_names_the_erps_invoice(tmp_path: Path) -> None:
    async with integrated(tmp_path) as there:
        await bill(there, "I-1", requisition=None)
        await bill(there, "I-2", requisition=None, kind="credit_note", credits="I-1")
        await until_state(there, "posted", "I-1", "I-2")
        note = in_erp(there, "I-2")
        assert (note.credits, note.total) == (in_erp(there, "I-1").number, -119_00)


@virtually
async def test_a_payment_that_comes_back_is_shown_until_it_is_made_again(tmp_path: Path) -> None:
    async with integrated(tmp_path) as there:
        await bill(there, requisition=None)
        await until_state(there, "posted", "I-1")
        await there.pay("run-1")
        await until_state(there, "paid", "I-1")
        await there.act("erp", ReturnPayment(in_erp(there, "I-1").payment_document, "account closed"))
        await until_state(there, "posted", "I-1")
        assert "was returned" in (await there.exceptions())["I-1"]
        await there.pay("run-2")
        await until_state(there, "paid", "I-1")
        assert await there.exceptions() == {}


@both
@virtually
async def test_an_accrual_is_reversed_once_when_its_period_has_begun(tmp_path: Path, style: str) -> None:
    lost = aimed("F01", "A-1", operation="journal_entry.reverse")
    async with integrated(tmp_path, lost, style=style) as there:
        await there.request_order()
        await there.until_told("posted", "Q-1")
        await accrue(there)
        await until_state(there, "posted", "A-1")
        entry = in_erp(there, "A-1")
        assert [(line.account, line.debit, line.credit) for line in entry.lines] == [
            ("6310", 100_00, 0),
            ("2200", 0, 100_00),
        ]
        await there.rest()
        assert in_erp(there, "A-1").status == "posted"
        await there.set_period(12, "open", "journals")
        await there.until(lambda: in_erp(there, "A-1").status == "reversed")
        await there.rest()
        reversal = held(there, "erp", in_erp(there, "A-1").reversal)
        assert reversal.posting_date == date(2026, 12, 1)
        assert held(there, "procurement", "A-1").posting.state == "posted"
        assert await there.exceptions() == {}
