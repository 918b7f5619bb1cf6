"""Provider states of procurement: requisitions in every state a person or an integration can bring them to."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from hardclose_mocks.kernel.commands import (
    ApproveRequisition,
    CancelRequisition,
    CreateRequisition,
    RecordPosting,
    RejectRequisition,
    SubmitRequisition,
)
from hardclose_mocks.kernel.documents import Requisition
from hardclose_mocks.kernel.master import Company
from hardclose_simulator.contracts.sentences import StateError
from hardclose_simulator.contracts.stage import AMOUNT, Stage, Values

NUMBER, ORDER = "Q-1001", "PO-DE01-000001"


async def draft_requisition(
    stage: Stage,
    *,
    number: str = NUMBER,
    amount: Decimal = AMOUNT,
    currency: str = "",
    company: str = "",
    requester: str = "",
    supplier: str = "",
) -> Values:
    """A buyer has filed a requisition and not submitted it; `amount` is net."""
    await _file(stage, stage.company(company, currency), number, amount, requester, supplier)
    return _of(number)


async def pending_requisition(
    stage: Stage,
    *,
    number: str = NUMBER,
    amount: Decimal = AMOUNT,
    currency: str = "",
    company: str = "",
    requester: str = "",
    supplier: str = "",
) -> Values:
    """Submitted; everybody in its chain of approvers but the last has signed. Over 2000 EUR the chain has two."""
    found = await _submit(stage, stage.company(company, currency), number, amount, requester, supplier)
    await _sign(stage, number, found.chain[:-1])
    return {**_of(number), "approver": found.chain[-1]}


async def approved_requisition(
    stage: Stage,
    *,
    number: str = NUMBER,
    amount: Decimal = AMOUNT,
    currency: str = "",
    company: str = "",
    requester: str = "",
    supplier: str = "",
) -> Values:
    """Submitted and approved by everybody in its chain; `amount` is net."""
    await _approve(stage, stage.company(company, currency), number, amount, requester, supplier)
    return _of(number)


async def approved_requisitions(stage: Stage, *, count: int = 3, company: str = "") -> Values:
    """So many approved requisitions, numbered Q-1001, Q-1002, ..."""
    for place in range(count):
        await _approve(stage, stage.company(company, ""), f"Q-{1001 + place}", AMOUNT)
    return {"count": count}


async def more_requisitions_than_a_page(stage: Stage, *, company: str = "") -> Values:
    """Pages hold `count` documents and one approved requisition more exists; `cursor` is where the second page
    begins."""
    await approved_requisitions(stage, count=stage.sandbox.setup.page_max + 1, company=company)
    page = await stage.ask("procurement", "/v1/requisitions?status=approved")
    return {"cursor": page["next_cursor"]}


async def rejected_requisition(
    stage: Stage, *, number: str = NUMBER, reason: str = "Too-expensive", company: str = ""
) -> Values:
    """Submitted, and rejected by the first approver."""
    found = await _submit(stage, stage.company(company, ""), number, AMOUNT)
    await stage.act("procurement", RejectRequisition(number, found.chain[0], reason), found.chain[0])
    return _of(number)


async def cancelled_requisition(stage: Stage, *, number: str = NUMBER, company: str = "") -> Values:
    """Submitted, and cancelled by the buyer."""
    found = await _submit(stage, stage.company(company, ""), number, AMOUNT)
    await stage.act("procurement", CancelRequisition(number), found.requester)
    return _of(number)


async def ordered_requisition(
    stage: Stage, *, number: str = NUMBER, document: str = ORDER, company: str = ""
) -> Values:
    """Approved, and an integration has written back that the ERP issued the order `document`."""
    await _approve(stage, stage.company(company, ""), number, AMOUNT)
    await _write_back(stage, RecordPosting(number, "posted", document))
    return {**_of(number), "document": document}


async def parked_requisition(
    stage: Stage, *, number: str = NUMBER, reason: str = "budget-exceeded", company: str = ""
) -> Values:
    """Approved, and written back as parked, for a person to look at."""
    await _approve(stage, stage.company(company, ""), number, AMOUNT)
    await _write_back(stage, RecordPosting(number, "parked", reason=reason))
    return _of(number)


# --- steps -----------------------------------------------------------------------------------------------------


async def _file(
    stage: Stage, company: Company, number: str, amount: Decimal, requester: str = "", supplier: str = ""
) -> str:
    line = stage.order_line(company, stage.minor(amount, company), number)
    person = stage.known(requester, company.code, "buyer")
    partner = supplier or stage.supplier(company.code)
    create = CreateRequisition(number, company.code, person, partner, company.currency, (line,), "Licences")
    await stage.act("procurement", create, person)
    return person


async def _submit(
    stage: Stage, company: Company, number: str, amount: Decimal, requester: str = "", supplier: str = ""
) -> Requisition:
    person = await _file(stage, company, number, amount, requester, supplier)
    await stage.act("procurement", SubmitRequisition(number), person)
    return _requisition(stage, number)


async def _approve(
    stage: Stage, company: Company, number: str, amount: Decimal, requester: str = "", supplier: str = ""
) -> None:
    found = await _submit(stage, company, number, amount, requester, supplier)
    await _sign(stage, number, found.chain)


async def _sign(stage: Stage, number: str, approvers: Sequence[str]) -> None:
    for approver in approvers:
        await stage.act("procurement", ApproveRequisition(number, approver), approver)


async def _write_back(stage: Stage, command: RecordPosting) -> None:
    """By the controller, by hand: another integration than the one under test must have done it."""
    await stage.act("procurement", command, stage.somebody(_requisition(stage, command.number).company, "controller"))


def _requisition(stage: Stage, number: str) -> Requisition:
    found = stage.sandbox.systems["procurement"].books.find(number)
    if not isinstance(found, Requisition):
        raise StateError(f"there is no requisition {number}")
    return found


def _of(number: str) -> Values:
    return {"number": number}
