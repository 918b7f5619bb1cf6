"""Provider states of the expense system: reports in every state a person or an integration can bring them to."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from hardclose_mocks.kernel.commands import ApproveReport, CreateReport, RecallReport, RecordPosting, SubmitReport
from hardclose_mocks.kernel.commands import SendBackReport as SendBack
from hardclose_mocks.kernel.documents import ExpenseReport
from hardclose_mocks.kernel.master import Company
from hardclose_simulator.contracts.sentences import StateError
from hardclose_simulator.contracts.stage import AMOUNT, Stage, Values

NUMBER, POSTING = "R-1001", "EP-DE01-000001"


async def draft_report(
    stage: Stage,
    *,
    number: str = NUMBER,
    amount: Decimal = AMOUNT,
    currency: str = "",
    company: str = "",
    employee: str = "",
) -> Values:
    """An employee has filed a report and not submitted it; `amount` is gross."""
    owner = stage.company(company, currency)
    await _file(stage, owner, number, amount, employee)
    return _of(number)


async def submitted_report(
    stage: Stage,
    *,
    number: str = NUMBER,
    amount: Decimal = AMOUNT,
    currency: str = "",
    company: str = "",
    employee: str = "",
) -> Values:
    """Submitted; everybody in its chain of approvers but the last has signed."""
    owner = stage.company(company, currency)
    report = await _submit(stage, owner, number, amount, employee)
    await _sign(stage, number, report.chain[:-1])
    return {**_of(number), "approver": report.chain[-1]}


async def approved_report(
    stage: Stage,
    *,
    number: str = NUMBER,
    amount: Decimal = AMOUNT,
    currency: str = "",
    company: str = "",
    employee: str = "",
) -> Values:
    """Submitted and approved by everybody in its chain; `amount` is gross."""
    owner = stage.company(company, currency)
    await _approve(stage, owner, number, amount, employee)
    return _of(number)


async def approved_reports(stage: Stage, *, count: int = 3, company: str = "") -> Values:
    """So many approved reports, numbered R-1001, R-1002, ..."""
    owner = stage.company(company, "")
    for place in range(count):
        await _approve(stage, owner, f"R-{1001 + place}", AMOUNT, "")
    return {"count": count}


async def more_reports_than_a_page(stage: Stage, *, company: str = "") -> Values:
    """Pages hold `count` documents and one approved report more exists; `cursor` is where the second page begins."""
    await approved_reports(stage, count=stage.sandbox.setup.page_max + 1, company=company)
    page = await stage.ask("expense", "/v1/expense-reports?status=approved")
    return {"cursor": page["next_cursor"]}


async def returned_report(
    stage: Stage, *, number: str = NUMBER, reason: str = "Receipt-is-missing", company: str = "", employee: str = ""
) -> Values:
    """Submitted, and sent back by the first approver."""
    report = await _submit(stage, stage.company(company, ""), number, AMOUNT, employee)
    await stage.act("expense", SendBack(number, report.chain[0], reason), report.chain[0])
    return _of(number)


async def recalled_report(stage: Stage, *, number: str = NUMBER, company: str = "", employee: str = "") -> Values:
    """Submitted, and recalled by the employee."""
    report = await _submit(stage, stage.company(company, ""), number, AMOUNT, employee)
    await stage.act("expense", RecallReport(number), report.employee)
    return _of(number)


async def posted_report(
    stage: Stage, *, number: str = NUMBER, document: str = POSTING, company: str = "", employee: str = ""
) -> Values:
    """Approved, and an integration has written back that the ERP posted it as `document`."""
    await _approve(stage, stage.company(company, ""), number, AMOUNT, employee)
    await _write_back(stage, RecordPosting(number, "posted", document))
    return {**_of(number), "document": document}


async def paid_report(
    stage: Stage, *, number: str = NUMBER, document: str = POSTING, company: str = "", employee: str = ""
) -> Values:
    """Approved, and written back as posted and then paid."""
    await posted_report(stage, number=number, document=document, company=company, employee=employee)
    await _write_back(stage, RecordPosting(number, "paid", document))
    return {**_of(number), "document": document}


async def parked_report(
    stage: Stage, *, number: str = NUMBER, reason: str = "period-closed", company: str = "", employee: str = ""
) -> Values:
    """Approved, and written back as parked, for a person to look at."""
    await _approve(stage, stage.company(company, ""), number, AMOUNT, employee)
    await _write_back(stage, RecordPosting(number, "parked", reason=reason))
    return _of(number)


# --- steps -----------------------------------------------------------------------------------------------------


async def _file(stage: Stage, company: Company, number: str, amount: Decimal, employee: str) -> str:
    gross = stage.minor(amount, company)
    person = stage.known(employee, company.code, "employee")
    line = stage.expense_line(company, gross, number)
    create = CreateReport(number, company.code, person, company.currency, (line,), "Business trip")
    await stage.act("expense", create, person)
    return person


async def _submit(stage: Stage, company: Company, number: str, amount: Decimal, employee: str) -> ExpenseReport:
    person = await _file(stage, company, number, amount, employee)
    await stage.act("expense", SubmitReport(number), person)
    return _report(stage, number)


async def _approve(stage: Stage, company: Company, number: str, amount: Decimal, employee: str) -> None:
    report = await _submit(stage, company, number, amount, employee)
    await _sign(stage, number, report.chain)


async def _sign(stage: Stage, number: str, approvers: Sequence[str]) -> None:
    for approver in approvers:
        await stage.act("expense", ApproveReport(number, approver), approver)


async def _write_back(stage: Stage, command: RecordPosting) -> None:
    """By the controller, by hand: another integration than the one under test must have done it."""
    await stage.act("expense", command, stage.somebody(_report(stage, command.number).company, "controller"))


def _report(stage: Stage, number: str) -> ExpenseReport:
    found = stage.sandbox.systems["expense"].books.find(number)
    if not isinstance(found, ExpenseReport):
        raise StateError(f"there is no expense report {number}")
    return found


def _of(number: str) -> Values:
    return {"number": number}
