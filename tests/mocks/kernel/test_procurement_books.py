"""Requisitions from draft to ordered."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from hardclose_mocks.kernel.commands import (
    ApproveRequisition,
    CancelRequisition,
    Command,
    CreateRequisition,
    Delegate,
    RecordPosting,
    RejectRequisition,
    ReviseRequisition,
    SubmitRequisition,
)
from hardclose_mocks.kernel.documents import Requisition
from hardclose_mocks.kernel.procurement import ProcurementBooks
from hardclose_mocks.kernel.refusals import (
    BlockedMaster,
    DuplicateReference,
    Invalid,
    NotAllowed,
    Refusal,
    UnknownDocument,
    UnknownMaster,
    WrongState,
)

from .small_world import MONDAY, order_line, play, procurement, refusal_of, requisition

SUBMIT, CANCEL = SubmitRequisition("Q-1"), CancelRequisition("Q-1")
APPROVE, REJECT = ApproveRequisition("Q-1", "lead"), RejectRequisition("Q-1", "lead", "too dear")


def current(books: ProcurementBooks) -> Requisition:
    document = books.find("Q-1")
    assert isinstance(document, Requisition)
    return document


def test_a_requisition_runs_from_draft_to_ordered() -> None:
    books = procurement()
    story: list[tuple[Command, str, list[str]]] = [
        (requisition(order_line(50_00, 3)), "draft", []),
        (SUBMIT, "submitted", ["requisition.submitted"]),
        (APPROVE, "approved", ["requisition.approved"]),
        (RecordPosting("Q-1", "submitted"), "approved", []),
        (RecordPosting("Q-1", "rejected", None, "over budget"), "approved", []),
        (RecordPosting("Q-1", "posted", "PO-1"), "ordered", ["requisition.ordered"]),
    ]
    for version, (command, status, events) in enumerate(story, 1):
        done = books.do(command, at=MONDAY + timedelta(minutes=version), actor="test")
        assert (current(books).status, [event.type for event in done.events]) == (status, events)
        assert done.version == current(books).version == version
    assert (current(books).total, current(books).approved_at) == (150_00, MONDAY + timedelta(minutes=3))
    assert current(books).posting.document == "PO-1"


def test_a_rejected_requisition_may_come_again_with_other_content() -> None:
    books = procurement()
    play(books, requisition(), SUBMIT, REJECT)
    assert (current(books).status, current(books).reason) == ("rejected", "too dear")
    play(books, ReviseRequisition("Q-1", (order_line(10_00),), "cheaper"), SUBMIT, APPROVE)
    assert (current(books).revision, current(books).total, current(books).status) == (2, 10_00, "approved")


def test_a_stand_in_may_reject_for_the_absent_approver() -> None:
    books = procurement()
    play(books, requisition(), SUBMIT)
    by_peer = RejectRequisition("Q-1", "peer", "too dear")
    assert isinstance(refusal_of(books, by_peer), NotAllowed)
    books.do(Delegate("lead", "peer", date(2026, 11, 1), date(2026, 12, 1)), at=MONDAY, actor="person:lead")
    assert refusal_of(books, by_peer) is None


def test_nobody_judges_his_own_requisition_even_as_a_stand_in() -> None:
    books = procurement()
    play(books, requisition(requester="peer"), SUBMIT)
    assert current(books).chain == ("director",)
    books.do(Delegate("director", "peer", date(2026, 11, 1), date(2026, 12, 1)), at=MONDAY, actor="person:director")
    assert isinstance(refusal_of(books, ApproveRequisition("Q-1", "peer", "director")), NotAllowed)
    assert isinstance(refusal_of(books, RejectRequisition("Q-1", "peer", "x")), NotAllowed)


def test_a_requisition_is_cancelled_at_any_time_before_it_is_approved() -> None:
    for before in ([], [SUBMIT], [SUBMIT, REJECT]):
        books = procurement()
        play(books, requisition(), *before)
        done = books.do(CANCEL, at=MONDAY, actor="person:buyer")
        assert [event.type for event in done.events] == ["requisition.cancelled"]
        assert refusal_of(books, SUBMIT) == WrongState("requisition", "Q-1", "cancelled", "submitted")
    books = procurement()
    play(books, requisition(), SUBMIT, APPROVE)
    assert refusal_of(books, CANCEL) == WrongState("requisition", "Q-1", "approved", "cancelled")


@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        (requisition(number=" "), Invalid("number", "number must not be blank")),
        (requisition(order_line(1, -2)), Invalid("lines.0.quantity", "quantity must be above zero, not -2")),
        (requisition(supplier="S0"), UnknownMaster("supplier", "S0")),
        (requisition(supplier="S2"), BlockedMaster("supplier", "S2")),
        (requisition(requester="ghost"), UnknownMaster("person", "ghost")),
        (requisition(currency="USD"), Invalid("currency", "DE01 keeps its books in EUR, not 'USD'")),
        (
            requisition(replace(order_line(), account="2000")),
            Invalid("lines.0.account", "account 2000 is of kind payable, not expense"),
        ),
    ],
)
def test_a_requisition_has_to_make_sense_before_it_is_kept(command: CreateRequisition, refusal: Refusal) -> None:
    assert refusal_of(procurement(), command) == refusal


def test_the_form_s_number_is_taken_once() -> None:
    books = procurement()
    play(books, requisition())
    assert refusal_of(books, requisition()) == DuplicateReference("Q-1", "Q-1")
    assert refusal_of(books, SubmitRequisition("Q-0")) == UnknownDocument("requisition", "Q-0")


def test_a_requisition_is_never_paid() -> None:
    books = procurement()
    play(books, requisition(), SUBMIT, APPROVE, RecordPosting("Q-1", "posted", "PO-1"))
    refusal = refusal_of(books, RecordPosting("Q-1", "paid", "PO-1"))
    assert refusal == Invalid("state", "no state 'paid'; there are submitted, posted, parked, rejected")


def test_a_cancelled_order_may_be_written_back_and_ordered_anew() -> None:
    books = procurement()
    play(books, requisition(), SUBMIT, APPROVE, RecordPosting("Q-1", "posted", "PO-1"))
    play(books, RecordPosting("Q-1", "parked", None, "PO-1 was cancelled"))
    assert current(books).status == "approved"
    play(books, RecordPosting("Q-1", "posted", "PO-2"))
    assert (current(books).status, current(books).posting.document) == ("ordered", "PO-2")
