"""What holds for all books, whatever people and integrations ask of them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardclose_mocks.history.codec import from_plain, plain, to_json
from hardclose_mocks.kernel.books import COMMANDS, KINDS_OF, Books, open_books
from hardclose_mocks.kernel.calendars import fiscal_period
from hardclose_mocks.kernel.commands import Command, ReviseBudget
from hardclose_mocks.kernel.documents import (
    CostCenterMaster,
    Document,
    Event,
    ExpensePosting,
    ExpenseReport,
    PurchaseOrder,
    Requisition,
    SupplierMaster,
    SupplierRequest,
)
from hardclose_mocks.kernel.erp import ErpBooks
from hardclose_mocks.kernel.journal import check_balanced
from hardclose_mocks.kernel.refusals import Refused
from hardclose_mocks.kernel.workflow import submitter_of

from .drawn_commands import erp_commands, expense_commands, opening, procurement_commands
from .small_world import DE01, JP01, MASTER, MONDAY, US01

Asked = tuple[Command, datetime]
COMPANIES = {"DE01": DE01, "US01": US01, "JP01": JP01}
DRAWN: dict[str, Callable[[], st.SearchStrategy[Command]]] = {
    "erp": lambda: erp_commands(unique=True),
    "procurement": procurement_commands,
    "expense": expense_commands,
}
fast = settings(max_examples=60, deadline=None)


@st.composite
def days(draw: st.DrawFn, commands: st.SearchStrategy[Command], beginning: Sequence[Command] = ()) -> list[Asked]:
    """Commands with their instants, which now and then run back by a second. Most days have the whole beginning."""
    begun = beginning[: draw(st.sampled_from([len(beginning)] * 3 + [0, 2, 4, 5]))]
    at, asked = MONDAY, []
    for command in (*begun, *draw(st.lists(commands, min_size=15, max_size=40))):
        at += timedelta(seconds=draw(st.sampled_from([0, 0, 0, 1, -1, 7_200])))
        asked.append((command, at))
    return asked


def play(books: Books, asked: Sequence[Asked]) -> list[tuple[Asked, str | None, int, tuple[Event, ...]]]:
    """Do what can be done: what it was, the document, its version and the events."""
    accepted = []
    for command, at in asked:
        before = books.digest()
        try:
            done = books.do(command, at=at, actor="test")
        except Refused as no:
            changed = books.digest() != before
            assert not changed, f"{no.refusal} changed the books"  # noqa: PT017  # the property is about refusals
            continue
        accepted.append(((command, at), done.document, done.version, done.events))
    return accepted


def everything(books: Books, system: str) -> list[Document]:
    return [document for kind in KINDS_OF[system] for document in books.documents(kind)]


@pytest.mark.parametrize("system", DRAWN)
def test_the_same_commands_make_the_same_books_and_refusals_leave_no_trace(system: str) -> None:
    @fast
    @given(days(DRAWN[system](), opening(system)))
    def holds(asked: list[Asked]) -> None:
        one, other, folded = (open_books(system, MASTER, MONDAY) for _ in range(3))
        accepted = play(one, asked)
        assert play(other, asked) == accepted
        assert one.digest() == other.digest()
        for (command, at), document, version, _ in accepted:
            stored = json.loads(to_json(plain(command)))
            done = folded.do(from_plain(stored, COMMANDS[system][type(command).__name__]), at=at, actor="test")
            assert (done.document, done.version) == (document, version)
        assert folded.digest() == one.digest()

    holds()


@pytest.mark.parametrize("system", DRAWN)
def test_lists_are_complete_ordered_and_never_look_back(system: str) -> None:
    @fast
    @given(days(DRAWN[system](), opening(system)), st.integers(-1, 20_000))
    def holds(asked: list[Asked], seconds: int) -> None:
        books, since = open_books(system, MASTER, MONDAY), MONDAY + timedelta(seconds=seconds)
        versions: dict[str, tuple[int, datetime]] = {
            document.number: (document.version, document.updated_at) for document in everything(books, system)
        }
        for command_at in asked:
            for _, number, version, events in play(books, [command_at]):
                touched = {event.subject for event in events} | ({number} if number else set())
                for document in (books.find(name) for name in sorted(touched)):
                    if document is None:
                        continue
                    before = versions.get(document.number, (0, MONDAY))
                    assert document.version - before[0] in (0, 1)
                    assert document.updated_at >= before[1]
                    versions[document.number] = (document.version, document.updated_at)
                assert number is None or versions[number][0] == version
        listed = everything(books, system)
        masters = [one for one in listed if isinstance(one, SupplierMaster | CostCenterMaster)]
        assert len(listed) - len(masters) == books.count()
        assert set(versions) <= {document.number for document in listed}
        for kind in KINDS_OF[system]:
            keys = [(document.updated_at, document.number) for document in books.changed(kind)]
            assert keys == sorted(keys)
            later = [(document.updated_at, document.number) for document in books.changed(kind, since)]
            assert later == [key for key in keys if key[0] >= since]

    holds()


@fast
@given(days(erp_commands(unique=True)))
def test_journals_balance_and_unique_references_have_one_live_document(asked: list[Asked]) -> None:
    books = ErpBooks(MASTER, opened_at=MONDAY)
    play(books, asked)
    live: dict[tuple[type, str], str] = {}
    for document in everything(books, "erp"):
        if not isinstance(document, ExpensePosting | PurchaseOrder):
            continue
        if isinstance(document, ExpensePosting):
            check_balanced(document.journal, document.currency, document.number)
            assert document.payment == "open" or document.live
        if document.live:
            assert live.setdefault((type(document), document.reference), document.number) == document.number
        assert document in books.by_reference(document.reference)


@fast
@given(days(erp_commands(unique=False)))
def test_what_is_left_is_original_and_revisions_less_commitments_and_actuals(asked: list[Asked]) -> None:
    books = ErpBooks(MASTER, opened_at=MONDAY)
    accepted = play(books, asked)
    expected: dict[tuple[str, str, int], int] = defaultdict(int)
    for budget in MASTER.budgets:
        expected[budget.company, budget.cost_center, budget.fiscal_year] += budget.amount
    for (command, _), _, _, _ in accepted:
        if isinstance(command, ReviseBudget):
            expected[command.company, command.cost_center, command.fiscal_year] += command.amount
    for document in everything(books, "erp"):
        company = COMPANIES[document.company]
        if isinstance(document, ExpensePosting):
            sign = -1 if document.reverses is None else 1
            year = fiscal_period(company, document.posting_date)[0]
            for line in document.lines:
                expected[document.company, line.cost_center, year] += sign * line.net
        elif isinstance(document, PurchaseOrder) and document.live:
            year = fiscal_period(company, document.order_date)[0]
            for ordered in document.lines:
                expected[document.company, ordered.cost_center, year] -= ordered.quantity * ordered.unit_price
    for (code, cost_center, fiscal_year), amount in expected.items():
        if code in COMPANIES:
            day = MONDAY.date().replace(year=fiscal_year)
            left = books.available(code, cost_center, day)
            assert left is not None
            assert left.minor == amount


@pytest.mark.parametrize("system", ["procurement", "expense"])
def test_duties_are_segregated_and_states_agree(system: str) -> None:
    @settings(max_examples=150, deadline=None)
    @given(days(DRAWN[system](), opening(system)))
    def holds(asked: list[Asked]) -> None:
        books = open_books(system, MASTER, MONDAY)
        events = [event for *_, told in play(books, asked) for event in told]
        for document in everything(books, system):
            if not isinstance(document, ExpenseReport | Requisition | SupplierRequest):
                continue
            submitter = submitter_of(document)
            signed = [approval.approver for approval in document.approvals]
            assert len(set(signed)) == len(signed)
            assert submitter not in signed
            assert submitter not in document.chain
            in_turn = [approval.on_behalf_of or approval.approver for approval in document.approvals]
            assert tuple(in_turn) == document.chain[: len(in_turn)]
            final = document.status in ("approved", "posted", "paid", "ordered", "merged")
            assert final == (document.approved_at is not None)
            assert not final or len(in_turn) == len(document.chain) > 0
            carried = document.posting.state in ("posted", "paid")
            assert isinstance(document, SupplierRequest) or carried == (
                document.status in ("posted", "paid", "ordered")
            )
            assert final or document.posting.state == "none"
            approved = [e for e in events if e.subject == document.number and e.type.endswith(".approved")]
            assert len(approved) == (1 if final else 0)

    holds()
