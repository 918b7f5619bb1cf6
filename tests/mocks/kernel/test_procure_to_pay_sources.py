"""What procurement and the expense system hold for the rest of procure-to-pay, and what is written back about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from hardclose_mocks.kernel.attachments import SIZE_MAX
from hardclose_mocks.kernel.commands import (
    ApproveAccrual,
    ApproveInvoice,
    ApproveReport,
    ApproveRequisition,
    ApproveSupplierRequest,
    AttachReceipt,
    BlockRequestedSupplier,
    CancelInvoice,
    CaptureInvoice,
    ChangeBankAccount,
    InvoiceLine,
    MergeSupplierRequests,
    ProposeAccrual,
    PutCostCenter,
    ReceiptLine,
    RecordPosting,
    RecordReceipt,
    RegisterSupplier,
    RejectInvoice,
    ReverseReceipt,
    ReviseInvoice,
    ReviseSupplierRequest,
    SendBackReport,
    SubmitReport,
    SubmitRequisition,
    SubmitSupplierRequest,
    VerifyBankAccount,
)
from hardclose_mocks.kernel.documents import (
    Accrual,
    CostCenterMaster,
    ExpenseReport,
    Invoice,
    Receipt,
    Requisition,
    SupplierRequest,
)
from hardclose_mocks.kernel.procurement import ProcurementBooks
from hardclose_mocks.kernel.refusals import (
    BlockedMaster,
    DuplicateReference,
    Invalid,
    MergedMaster,
    NotAllowed,
    OlderRevision,
    UnknownDocument,
    UnknownMaster,
    VersionMismatch,
    WrongState,
)

from .small_world import MONDAY, expense, order_line, play, procurement, refusal_of, report, requisition

DAY = date(2026, 11, 30)
CENTER = PutCostCenter("CC5", "DE01", "New", "lead", date(2026, 1, 1), date(2027, 12, 31), False, 3)


def asked(number: str = "L-1") -> RegisterSupplier:
    return RegisterSupplier(number, "DE01", "buyer", "Stahl AG", "EUR", "DE3", bank_account="DE-3")


def approved(books: ProcurementBooks, number: str = "L-1") -> ProcurementBooks:
    play(books, asked(number), SubmitSupplierRequest(number), ApproveSupplierRequest(number, "lead"))
    return books


def ready() -> ProcurementBooks:
    """An approved requisition of ten pieces at 10.00."""
    books = procurement()
    line = order_line(10_00, 10)
    play(books, requisition(line), SubmitRequisition("Q-1"), ApproveRequisition("Q-1", "lead"))
    return books


def came(number: str = "W-1", quantity: int = 10) -> RecordReceipt:
    return RecordReceipt(number, "Q-1", "receiver", DAY, (ReceiptLine(1, quantity),))


def bill(number: str = "V-1", **other: object) -> CaptureInvoice:
    line = InvoiceLine("6310", "CC1", "Licence", 10, 10_00, "V19", 19_00, order_line=1)
    made = CaptureInvoice(
        number, "DE01", "invoice", "payables", "S1", "A-1", DAY, DAY, "EUR", (line,), requisition="Q-1"
    )
    return replace(made, **other)  # type: ignore[arg-type]  # fields by name


def events_of(books: ProcurementBooks, command: object) -> list[tuple[str, int]]:
    done = books.do(command, at=MONDAY, actor="t")  # type: ignore[arg-type]  # any command of procurement
    return [(event.type, event.revision) for event in done.events]


def test_an_approved_supplier_may_be_ordered_from_and_each_change_of_it_is_news_with_a_higher_revision() -> None:
    books = procurement()
    assert refusal_of(books, requisition(supplier="L-1")) == UnknownMaster("supplier", "L-1")
    approved(books)
    play(books, requisition(supplier="L-1"))
    revised = ReviseSupplierRequest("L-1", "Stahl SE", "DE3", 14)
    assert events_of(books, revised) == [("supplier_request.changed", 2)]
    assert events_of(books, BlockRequestedSupplier("L-1", True)) == [("supplier_request.blocked", 3)]
    assert events_of(books, BlockRequestedSupplier("L-1", True)) == []
    assert refusal_of(books, requisition(number="Q-2", supplier="L-1")) == BlockedMaster("supplier", "L-1")
    assert events_of(books, BlockRequestedSupplier("L-1", False)) == [("supplier_request.released", 4)]
    assert events_of(books, ChangeBankAccount("L-1", "DE-4")) == [("supplier_request.changed", 5)]
    found = books.find("L-1")
    assert isinstance(found, SupplierRequest)
    assert (found.bank_account, found.pending_bank_account, found.status) == ("DE-3", "DE-4", "approved")
    assert isinstance(refusal_of(books, VerifyBankAccount("L-1", "buyer")), NotAllowed)
    assert events_of(books, VerifyBankAccount("L-1", "lead")) == [("supplier_request.bank_verified", 6)]
    assert isinstance(refusal_of(books, VerifyBankAccount("L-1", "lead")), Invalid)


def test_a_merged_supplier_is_used_no_more_and_its_survivor_stays() -> None:
    books = approved(approved(procurement()), "L-2")
    assert isinstance(refusal_of(books, MergeSupplierRequests("L-1", "L-1")), Invalid)
    assert events_of(books, MergeSupplierRequests("L-1", "L-2")) == [("supplier_request.merged", 2)]
    assert refusal_of(books, requisition(supplier="L-1")) == MergedMaster("supplier", "L-1", "L-2")
    assert refusal_of(books, MergeSupplierRequests("L-2", "L-1")) == MergedMaster("supplier", "L-1", "L-2")
    assert isinstance(refusal_of(books, ChangeBankAccount("L-1", "X")), WrongState)


def test_a_supplier_that_nobody_approved_is_a_draft_that_can_be_filed_again() -> None:
    books = procurement()
    play(books, asked())
    assert isinstance(refusal_of(books, BlockRequestedSupplier("L-1", True)), WrongState)
    assert isinstance(refusal_of(books, RecordPosting("L-1", "posted", "SU-1")), WrongState)
    found = play(books, ReviseSupplierRequest("L-1", "Stahl", "DE3"))
    assert isinstance(found, SupplierRequest)
    assert (found.status, found.revision) == ("draft", 2)
    assert refusal_of(books, asked()) == DuplicateReference("L-1", "L-1")
    assert refusal_of(books, requisition(number="L-1")) == DuplicateReference("L-1", "L-1")


def test_a_supplier_stays_approved_whatever_is_written_back() -> None:
    books = approved(procurement())
    assert events_of(books, RecordPosting("L-1", "posted", "SU-DE01-000001")) == [("supplier_request.posted", 1)]
    found = books.find("L-1")
    assert isinstance(found, SupplierRequest)
    assert (found.status, found.posting.document) == ("approved", "SU-DE01-000001")


def test_goods_are_recorded_as_they_come_and_reversed_once() -> None:
    books = ready()
    assert events_of(books, came(quantity=50)) == [("receipt.recorded", 1)]
    assert isinstance(refusal_of(books, RecordReceipt("W-2", "Q-1", "receiver", DAY, (ReceiptLine(2, 1),))), Invalid)
    assert events_of(books, RecordPosting("W-1", "posted", "GR-1")) == [("receipt.posted", 1)]
    assert events_of(books, ReverseReceipt("W-1", "receiver", "broken")) == [("receipt.reversed", 2)]
    assert isinstance(refusal_of(books, ReverseReceipt("W-1", "receiver", "broken")), WrongState)
    found = play(books, RecordPosting("W-1", "rejected", "GR-1", "reversed as GR-2"))
    assert isinstance(found, Receipt)
    assert found.status == "reversed"


def test_an_invoice_is_approved_by_another_whose_limit_covers_it_then_posted_paid_and_paid_no_more() -> None:
    books = ready()
    play(books, bill())
    assert isinstance(refusal_of(books, ApproveInvoice("V-1", "payables")), NotAllowed)
    assert isinstance(refusal_of(books, ApproveInvoice("V-1", "employee")), NotAllowed)
    assert isinstance(refusal_of(books, ApproveInvoice("V-1", "boss")), NotAllowed)
    assert events_of(books, ApproveInvoice("V-1", "lead")) == [("invoice.approved", 1)]
    assert isinstance(refusal_of(books, CancelInvoice("V-1")), WrongState)
    play(books, RecordPosting("V-1", "posted", "SI-1"), RecordPosting("V-1", "paid", "SI-1"))
    assert isinstance(refusal_of(books, RecordPosting("V-1", "posted", "SI-1")), WrongState)
    found = play(books, RecordPosting("V-1", "posted", "SI-1", "the payment came back"))
    assert isinstance(found, Invoice)
    assert found.status == "posted"
    assert isinstance(refusal_of(books, RecordPosting("V-1", "paid", "SI-1", expected_version=1)), VersionMismatch)


def test_a_rejected_invoice_is_corrected_and_captured_again() -> None:
    books = ready()
    play(books, bill(), RejectInvoice("V-1", "lead", "wrong number"))
    found = play(books, ReviseInvoice("V-1", "S1", "A-2", DAY, DAY, bill().lines), ApproveInvoice("V-1", "lead"))
    assert isinstance(found, Invoice)
    assert (found.supplier_reference, found.revision, found.status) == ("A-2", 2, "approved")


def test_a_credit_note_names_an_approved_invoice_and_counts_below_zero() -> None:
    books = ready()
    play(books, bill())
    note = bill("V-2", kind="credit_note", credits="V-1")
    assert isinstance(refusal_of(books, note), WrongState)
    assert isinstance(refusal_of(books, replace(note, credits=None)), Invalid)
    found = play(books, ApproveInvoice("V-1", "lead"), note)
    assert isinstance(found, Invoice)
    assert found.total == -119_00


def test_an_accrual_is_borne_by_the_line_and_approved_by_another() -> None:
    books = ready()
    accrual = ProposeAccrual("J-1", "DE01", "Q-1", 1, 50_00, DAY, date(2026, 12, 1), "payables")
    assert isinstance(refusal_of(books, replace(accrual, reverse_on=DAY)), Invalid)
    assert isinstance(refusal_of(books, replace(accrual, order_line=2)), Invalid)
    found = play(books, accrual)
    assert isinstance(found, Accrual)
    assert (found.account, found.cost_center, found.currency) == ("6310", "CC1", "EUR")
    assert isinstance(refusal_of(books, ApproveAccrual("J-1", "payables")), NotAllowed)
    assert events_of(books, ApproveAccrual("J-1", "lead")) == [("accrual.approved", 1)]
    assert events_of(books, RecordPosting("J-1", "posted", "JE-1")) == [("accrual.posted", 1)]


@pytest.mark.parametrize("make", [expense, procurement])
def test_a_cost_centre_put_here_is_used_here_and_an_older_one_is_refused_where_the_card_says_so(make: object) -> None:
    books = make()  # type: ignore[operator]  # one of the two
    found = play(books, CENTER)
    assert isinstance(found, CostCenterMaster)
    assert books.do(CENTER, at=MONDAY, actor="t").version == found.version == 1
    older = replace(CENTER, name="Old", revision=2)
    assert refusal_of(books, replace(older, refuse_older=True)) == OlderRevision("cost_center", "CC5", 2, 3)
    again = play(books, older)
    assert isinstance(again, CostCenterMaster)
    assert (again.name, again.revision, again.version) == ("Old", 2, 2)


@pytest.mark.parametrize(("make", "form"), [(expense, report), (procurement, requisition)])
def test_a_number_names_one_cost_centre_or_one_document(make: object, form: object) -> None:
    books = make()  # type: ignore[operator]  # one of the two
    play(books, CENTER, form(number="X-1"))  # type: ignore[operator]  # its own form
    assert refusal_of(books, replace(CENTER, number="X-1")) == DuplicateReference("X-1", "X-1")
    for taken in ("CC5", "CC1"):
        assert refusal_of(books, form(number=taken)) == DuplicateReference(taken, taken)  # type: ignore[operator]  # idem


def test_a_copied_cost_centre_may_be_used_and_a_block_that_is_copied_later_refuses_no_form() -> None:
    """Else what people get done would depend on how fast an integration is."""
    books = procurement()
    line = replace(order_line(), cost_center="CC5")
    assert refusal_of(books, requisition(line)) == UnknownMaster("cost_center", "CC5")
    blocked = play(books, CENTER, requisition(line), replace(CENTER, blocked=True, revision=4))
    assert isinstance(blocked, CostCenterMaster)
    assert blocked.blocked
    assert isinstance(play(books, requisition(line, number="Q-2")), Requisition)


def test_receipts_are_attached_before_a_report_is_submitted_and_change_what_was_sent_back() -> None:
    books = expense()
    file = AttachReceipt("R-1", "F-1", "hotel.pdf", "application/pdf", SIZE_MAX, required=True)
    assert refusal_of(books, file) == UnknownDocument("expense_report", "R-1")
    found = play(books, report(), file)
    assert isinstance(found, ExpenseReport)
    assert (found.revision, found.attachments[0].id) == (1, "F-1")
    assert refusal_of(books, file) == DuplicateReference("F-1", "R-1")
    assert isinstance(refusal_of(books, replace(file, id="F-2", size=SIZE_MAX + 1)), Invalid)
    play(books, SubmitReport("R-1"))
    assert isinstance(refusal_of(books, replace(file, id="F-2")), WrongState)
    again = play(books, SendBackReport("R-1", "lead", "a receipt is missing"), replace(file, id="F-2"))
    assert isinstance(again, ExpenseReport)
    assert (again.revision, again.status, len(again.attachments)) == (2, "draft", 2)
    play(books, SubmitReport("R-1"), ApproveReport("R-1", "lead"))
