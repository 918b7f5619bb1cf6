"""Expense reports from draft to paid."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from hardclose_mocks.kernel.commands import (
    Allocation,
    ApproveReport,
    Command,
    CreateReport,
    Delegate,
    RecallReport,
    RecordPosting,
    ReviseReport,
    SendBackReport,
    SubmitReport,
)
from hardclose_mocks.kernel.documents import Approval, ExpenseReport, Posting
from hardclose_mocks.kernel.expense import ExpenseBooks
from hardclose_mocks.kernel.refusals import (
    BlockedMaster,
    DuplicateReference,
    Invalid,
    NotAllowed,
    NotValidOn,
    Refusal,
    Unbalanced,
    UnknownDocument,
    UnknownMaster,
    VersionMismatch,
    WrongState,
)

from .small_world import MASTER, MONDAY, expense, play, receipt, refusal_of, report

LARGE = receipt(Allocation("CC1", 2_500_00, 0), paid=2_500_00)


def current(books: ExpenseBooks, number: str = "R-1") -> ExpenseReport:
    document = books.find(number)
    assert isinstance(document, ExpenseReport)
    return document


def approved() -> ExpenseBooks:
    books = expense()
    play(books, report(), SubmitReport("R-1"), ApproveReport("R-1", "lead"))
    return books


def write(
    state: str, document: str | None = None, reason: str | None = None, version: int | None = None
) -> RecordPosting:
    return RecordPosting("R-1", state, document, reason, version)


def test_a_report_runs_from_draft_to_paid() -> None:
    books = expense()
    story: list[tuple[Command, str, list[str]]] = [
        (report(), "draft", []),
        (SubmitReport("R-1"), "submitted", ["expense_report.submitted"]),
        (ApproveReport("R-1", "lead"), "approved", ["expense_report.approved"]),
        (write("submitted"), "approved", []),
        (write("posted", "EP-1"), "posted", ["expense_report.posted"]),
        (write("paid", "EP-1"), "paid", ["expense_report.paid"]),
    ]
    for version, (command, status, events) in enumerate(story, 1):
        done = books.do(command, at=MONDAY + timedelta(minutes=version), actor="test")
        assert (current(books).status, [event.type for event in done.events]) == (status, events)
        assert done.version == current(books).version == version
    document = current(books)
    assert document.approved_at == MONDAY + timedelta(minutes=3)
    assert document.approvals == (Approval("lead", None, MONDAY + timedelta(minutes=3)),)
    assert document.posting == Posting("paid", "EP-1", None, MONDAY + timedelta(minutes=6))
    assert document.total == 119_00


def test_a_large_report_is_pending_until_the_last_of_its_chain_has_signed() -> None:
    books = expense()
    play(books, report(LARGE), SubmitReport("R-1"))
    assert current(books).chain == ("lead", "director")
    assert not books.do(ApproveReport("R-1", "lead"), at=MONDAY, actor="person:lead").events
    assert (current(books).status, current(books).approved_at) == ("pending", None)
    assert refusal_of(books, ApproveReport("R-1", "lead")) == NotAllowed(
        "lead", "approve", "segregation of duties: nobody approves the same document twice"
    )
    play(books, ApproveReport("R-1", "director"))
    assert current(books).status == "approved"


def test_a_stand_in_may_sign_on_the_local_days_of_the_absent_approver() -> None:
    books = expense()
    play(books, report(), SubmitReport("R-1"))
    today = date(2026, 11, 30)
    books.do(Delegate("lead", "peer", today, today), at=MONDAY, actor="person:lead")
    by_peer = ApproveReport("R-1", "peer", "lead")
    # 22:59 UTC is still Monday in Berlin, 23:00 is Tuesday.
    assert isinstance(refusal_of(books, by_peer, at=MONDAY.replace(hour=23)), NotAllowed)
    play(books, by_peer, at=MONDAY.replace(hour=22, minute=59))
    assert current(books).approvals[0].on_behalf_of == "lead"


def test_nobody_signs_in_another_name() -> None:
    books = expense()
    play(books, report(), SubmitReport("R-1"))
    no = NotAllowed("employee", "approve", "nobody signs in the name of lead")
    assert refusal_of(books, ApproveReport("R-1", "lead"), actor="person:employee") == no
    assert refusal_of(books, ApproveReport("R-1", "lead"), actor="person:lead") is None


def test_what_is_sent_back_is_revised_and_starts_its_chain_anew() -> None:
    books = expense()
    play(books, report(LARGE), SubmitReport("R-1"), ApproveReport("R-1", "lead"))
    assert isinstance(refusal_of(books, SendBackReport("R-1", "lead", "too late")), NotAllowed)
    play(books, SendBackReport("R-1", "director", "receipt is missing"))
    assert (current(books).status, current(books).reason) == ("sent_back", "receipt is missing")
    play(books, ReviseReport("R-1", (receipt(), receipt()), "corrected"))
    document = current(books)
    assert (document.status, document.revision, document.total, document.reason) == ("draft", 2, 238_00, None)
    done = books.do(SubmitReport("R-1"), at=MONDAY, actor="test")
    assert done.events[0].revision == 2
    assert (current(books).chain, current(books).approvals) == (("lead",), ())


def test_a_report_is_recalled_only_while_it_is_under_way() -> None:
    books = expense()
    play(books, report())
    assert refusal_of(books, RecallReport("R-1")) == WrongState("expense_report", "R-1", "draft", "recalled")
    play(books, SubmitReport("R-1"), RecallReport("R-1"))
    assert current(books).status == "recalled"
    play(books, SubmitReport("R-1"), ApproveReport("R-1", "lead"))
    assert refusal_of(books, RecallReport("R-1")) == WrongState("expense_report", "R-1", "approved", "recalled")


def test_an_approved_report_is_recalled_where_the_house_allows_it_until_its_posting_is_told() -> None:
    books = expense(replace(MASTER, recall_approved=True))
    play(books, report(), SubmitReport("R-1"), ApproveReport("R-1", "lead"), write("parked", reason="waits"))
    play(books, RecallReport("R-1"))
    recalled = current(books)
    assert (recalled.status, recalled.approvals, recalled.approved_at) == ("recalled", (), None)
    assert recalled.posting == Posting()
    play(books, SubmitReport("R-1"), ApproveReport("R-1", "lead"), write("posted", "EP-1"))
    assert refusal_of(books, RecallReport("R-1")) == WrongState("expense_report", "R-1", "posted", "recalled")


def test_an_edit_after_the_approval_revokes_it_where_the_house_says_so() -> None:
    books = expense(replace(MASTER, edit_approved="revoked"))
    play(books, report(), SubmitReport("R-1"), ApproveReport("R-1", "lead"), write("posted", "EP-1"))
    play(books, ReviseReport("R-1", (LARGE,), "corrected"))
    edited = current(books)
    assert (edited.status, edited.revision, edited.approved_revision, edited.approved_at) == ("draft", 2, None, None)
    assert edited.posting == Posting()


def test_an_edit_may_leave_the_approval_with_the_revision_it_was_given_to() -> None:
    books = expense(replace(MASTER, edit_approved="kept"))
    play(books, report(), SubmitReport("R-1"), ApproveReport("R-1", "lead"))
    approved = current(books)
    play(books, ReviseReport("R-1", (LARGE,), "corrected"))
    edited = current(books)
    assert (edited.status, edited.revision, edited.approved_revision) == ("approved", 2, 1)
    assert (edited.approved_at, edited.approvals) == (approved.approved_at, ())
    play(books, ApproveReport("R-1", "lead"))
    assert (current(books).status, current(books).approved_revision) == ("approved", 1)
    play(books, ApproveReport("R-1", "director"))
    assert (current(books).status, current(books).approved_revision) == ("approved", 2)


def test_what_was_written_back_of_the_old_revision_says_nothing_of_the_new_one() -> None:
    books = expense(replace(MASTER, edit_approved="kept"))
    play(books, report(), SubmitReport("R-1"), ApproveReport("R-1", "lead"), write("posted", "EP-1"))
    play(books, ReviseReport("R-1", (LARGE,), "corrected"))
    assert (current(books).status, current(books).posting.document) == ("posted", "EP-1")
    play(books, ApproveReport("R-1", "lead"), ApproveReport("R-1", "director"))
    assert (current(books).status, current(books).posting) == ("approved", Posting())


def test_nobody_edits_an_approved_report_where_the_house_says_nothing_of_it() -> None:
    books = expense()
    play(books, report(), SubmitReport("R-1"), ApproveReport("R-1", "lead"))
    refusal = refusal_of(books, ReviseReport("R-1", (LARGE,), "corrected"))
    assert refusal == WrongState("expense_report", "R-1", "approved", "revised")


def test_what_is_submitted_again_needs_all_its_signatures_again() -> None:
    books = expense()
    play(books, report(LARGE), SubmitReport("R-1"), ApproveReport("R-1", "lead"), RecallReport("R-1"))
    play(books, SubmitReport("R-1"), ApproveReport("R-1", "lead"))
    assert (current(books).status, current(books).revision, len(current(books).approvals)) == ("pending", 1, 1)


@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        (SubmitReport("R-1"), WrongState("expense_report", "R-1", "approved", "submitted")),
        (ApproveReport("R-1", "director"), WrongState("expense_report", "R-1", "approved", "approved")),
        (SendBackReport("R-1", "lead", "x"), WrongState("expense_report", "R-1", "approved", "sent_back")),
        (SendBackReport("R-1", "lead", ""), Invalid("reason", "reason must not be blank")),
        (ReviseReport("R-1", (receipt(),)), WrongState("expense_report", "R-1", "approved", "revised")),
        (ApproveReport("R-1", "ghost"), UnknownMaster("person", "ghost")),
        (SubmitReport("R-0"), UnknownDocument("expense_report", "R-0")),
        (report(), DuplicateReference("R-1", "R-1")),
        (Delegate("lead", "ghost", date(2026, 11, 30), date(2026, 11, 30)), UnknownMaster("person", "ghost")),
    ],
)
def test_an_approved_report_is_final(command: Command, refusal: Refusal) -> None:
    assert refusal_of(approved(), command) == refusal


@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        (report(number=""), Invalid("number", "number must not be blank")),
        (replace(report(), lines=()), Invalid("lines", "at least one line is needed")),
        (
            report(replace(receipt(), allocations=())),
            Invalid("lines.0.allocations", "somebody has to carry the line"),
        ),
        (report(receipt(rate="1.1")), Invalid("lines.0.rate", "EUR is worth 1 EUR, not 1.1")),
        (report(receipt(rate="x")), Invalid("lines.0.rate", "'x' is not a rate; write it like '1.0825'")),
        (report(receipt(rate="-1")), Invalid("lines.0.rate", "a rate is above zero, not -1")),
        (report(receipt(rate="NaN")), Invalid("lines.0.rate", "a rate is above zero, not NaN")),
        (report(receipt(paid_currency="XXX")), Invalid("lines.0.paid_currency", "unknown currency 'XXX'")),
        (report(currency="XXX"), Invalid("currency", "unknown currency 'XXX'")),
        (
            report(receipt(Allocation("CC1", -5, 0), paid=-5)),
            Invalid("lines", "the gross total must be above zero, not -5 minor units"),
        ),
        (report(company="XX01"), UnknownMaster("company", "XX01")),
        (report(employee="ghost"), UnknownMaster("person", "ghost")),
        (report(employee="clerk"), NotValidOn("person", "clerk", date(2026, 11, 30))),
        (report(receipt(Allocation("CC8", 100_00, 19_00))), BlockedMaster("cost_center", "CC8")),
        (report(receipt(Allocation("CC1", 100_00, 19_00, "P0"))), UnknownMaster("project", "P0")),
        (
            report(receipt(account="1400")),
            Invalid("lines.0.account", "account 1400 is of kind input_tax, not expense"),
        ),
        (
            report(receipt(paid_currency="USD", rate="1"), currency="USD"),
            Invalid("currency", "DE01 keeps its books in EUR, not 'USD'"),
        ),
        (report(receipt(), receipt(Allocation("CC1", 100_00, 18_99))), Unbalanced("EUR", -1, "lines.1")),
        (report(employee="head"), None),
    ],
)
def test_a_report_has_to_make_sense_before_it_is_kept(command: CreateReport, refusal: Refusal | None) -> None:
    assert refusal_of(expense(), command) == refusal


def test_what_nobody_may_approve_is_not_submitted() -> None:
    books = expense()
    play(books, report(employee="head"))
    assert isinstance(refusal_of(books, SubmitReport("R-1")), NotAllowed)


@pytest.mark.parametrize(
    ("paid", "currency", "rate", "exact"),
    [(100_00, "USD", "0.9213", 92_13), (10_000, "JPY", "0.00615", 61_50), (12_345, "KWD", "3.01", 37_16)],
)
def test_abroad_allocations_may_miss_paid_times_rate_by_one_minor_unit(
    paid: int, currency: str, rate: str, exact: int
) -> None:
    for miss, fits in ((-2, False), (-1, True), (0, True), (1, currency != "KWD"), (2, False)):
        line = receipt(Allocation("CC1", exact + miss, 0), paid=paid, paid_currency=currency, rate=rate)
        refusal = refusal_of(expense(), report(line))
        assert refusal == (None if fits else Unbalanced("EUR", miss, "lines.0"))


@pytest.mark.parametrize(
    ("before", "command", "refusal"),
    [
        ([], write("paid", "EP-1"), WrongState("expense_report", "R-1", "approved", "paid")),
        ([], write("lost"), Invalid("state", "no state 'lost'; there are submitted, posted, paid, parked, rejected")),
        ([], write("none"), Invalid("state", "no state 'none'; there are submitted, posted, paid, parked, rejected")),
        ([], write("posted"), Invalid("document", "posted needs the number of the ERP document")),
        ([], write("parked"), Invalid("reason", "parked needs a reason")),
        ([], write("posted", "EP-1", version=2), VersionMismatch("R-1", 2, 3)),
        ([write("posted", "EP-1")], write("submitted"), WrongState("expense_report", "R-1", "posted", "submitted")),
        ([write("posted", "EP-1")], write("rejected"), Invalid("reason", "rejected needs a reason")),
        (
            [write("posted", "EP-1")],
            write("paid", "EP-2"),
            Invalid("document", "R-1 is posted as EP-1, not EP-2"),
        ),
        (
            [write("posted", "EP-1"), write("paid", "EP-1")],
            write("posted", "EP-1"),
            WrongState("expense_report", "R-1", "paid", "posted"),
        ),
    ],
)
def test_a_write_back_keeps_its_order(before: list[RecordPosting], command: RecordPosting, refusal: Refusal) -> None:
    books = approved()
    for step in before:
        play(books, step)
    assert refusal_of(books, command) == refusal


def test_what_is_not_approved_cannot_be_written_back() -> None:
    books = expense()
    play(books, report(), SubmitReport("R-1"))
    no = WrongState("expense_report", "R-1", "submitted", "posted")
    assert refusal_of(books, write("posted", "EP-1")) == no
    assert refusal_of(books, RecordPosting("R-0", "posted", "EP-1")) == UnknownDocument("expense_report", "R-0")


def test_the_same_write_back_again_is_accepted_and_changes_nothing() -> None:
    books = approved()
    first = books.do(write("posted", "EP-1"), at=MONDAY, actor="integration")
    before = books.digest()
    again = books.do(write("posted", "EP-1"), at=MONDAY + timedelta(hours=1), actor="integration")
    assert (again.version, again.events) == (first.version, ())
    assert books.digest() == before


def test_what_is_parked_or_rejected_may_be_posted_once_somebody_has_fixed_it() -> None:
    books = approved()
    play(books, write("parked", reason="period closed"))
    assert current(books).status == "approved"
    play(books, write("rejected", reason="blocked"), write("posted", "EP-1"))
    assert (current(books).status, current(books).posting.reason) == ("posted", None)


def test_a_reversal_takes_the_posting_back_with_a_reason_and_it_may_be_posted_anew() -> None:
    books = approved()
    play(books, write("posted", "EP-1"), write("parked", reason="EP-1 was reversed"))
    assert current(books).status == "approved"
    play(books, write("posted", "EP-3"))
    assert current(books).posting.document == "EP-3"
