"""The smallest world a script can play in: a company per zone, an employee, an approver, a supplier, their papers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from hardclose_mocks.history.records import Fact
from hardclose_mocks.kernel.commands import (
    Allocation,
    ApproveReport,
    ApproveRequisition,
    AttachReceipt,
    CreatePurchaseOrder,
    CreateReport,
    CreateRequisition,
    ExpenseLine,
    OrderLine,
    PostExpense,
    PostingLine,
    SubmitReport,
    SubmitRequisition,
)
from hardclose_mocks.kernel.master import (
    Account,
    BudgetLine,
    Company,
    CostCenter,
    Master,
    Person,
    Supplier,
    TaxCode,
)

COMPANIES = (
    Company("DE01", "Berlin", "EUR", "Europe/Berlin"),
    Company("US01", "Los Angeles", "USD", "America/Los_Angeles"),
    Company("JP01", "Tokyo", "JPY", "Asia/Tokyo", 4),
)


def small_master() -> Master:
    """Per company: cost centres CC and BAD, supplier SUP, tax code T19, and EMP under BOSS; names end with its code."""
    codes = [company.code for company in COMPANIES]
    people = [Person(f"BOSS-{code}", "Boss", code, "approver", None, 10**12) for code in codes]
    people += [Person(f"EMP-{code}", "Employee", code, "employee", f"BOSS-{code}") for code in codes]
    people += [Person(f"EMP2-{code}", "Colleague", code, "employee", f"BOSS-{code}") for code in codes]
    people += [Person(f"CLERK-{code}", "Clerk", code, "ap_clerk", f"BOSS-{code}") for code in codes]
    people += [Person(f"GATE-{code}", "Gate", code, "receiver", f"BOSS-{code}") for code in codes]
    centers = [CostCenter(f"{name}-{code}", name, code, f"BOSS-{code}") for code in codes for name in ("CC", "BAD")]
    return Master(
        companies=COMPANIES,
        suppliers=tuple(
            Supplier(f"SUP-{one.code}", "Supplier", one.code, one.currency, "T", bank_account=f"{one.code}1")
            for one in COMPANIES
        ),
        cost_centers=tuple(centers),
        accounts=(
            Account("6200", "Travel", "expense"),
            Account("6300", "Paper", "expense"),
            Account("1600", "Payables", "payable"),
            Account("1740", "Employees", "employee_payable"),
            Account("1570", "Input tax", "input_tax"),
            Account("1900", "Accruals", "accrued"),
        ),
        tax_codes=tuple(TaxCode(f"{name}-{code}", code, 1900) for code in codes for name in ("T19", "T19B")),
        people=tuple(people),
        budgets=tuple(BudgetLine(one.company, one.number, 2026, 10**12) for one in centers),
    )


def company_of(code: str) -> Company:
    return next(one for one in COMPANIES if one.code == code)


def papers(fact: Fact) -> list[tuple[Any, str]]:
    """The commands that make an empty fact due, and who asks for them."""
    code, source = fact.company, fact.source
    boss, employee = f"person:BOSS-{code}", f"person:EMP-{code}"
    if fact.flow == "EXP":
        report = tuple(
            ExpenseLine(
                line["account"],
                line["text"],
                date(2026, 11, 20),
                line["tax_code"],
                line["net"] + line["tax"],
                fact.currency,
                (Allocation(line["cost_center"], line["net"], line["tax"]),),
            )
            for line in fact.lines
        )
        attached: Any = fact.truth.get("attachments", ())
        return [
            (CreateReport(source, code, fact.partner, fact.currency, report), employee),
            *((AttachReceipt(source, **one), employee) for one in attached),
            (SubmitReport(source), employee),
            (ApproveReport(source, f"BOSS-{code}"), boss),
        ]
    order = _order_lines(fact)
    return [
        (CreateRequisition(source, code, f"EMP-{code}", fact.partner, fact.currency, order), employee),
        (SubmitRequisition(source), employee),
        (ApproveRequisition(source, f"BOSS-{code}"), boss),
    ]


def receipt_of(fact: Fact, place: int) -> dict[str, Any]:
    """The third one is optional."""
    return {
        "id": f"{fact.id}-{place}",
        "name": f"receipt {place}.pdf",
        "content_type": "application/pdf",
        "size": 1000 + place,
        "required": place != 3,
    }


def new_fact(name: str, code: str, total: int, count: int, center: str, due_at: datetime, twin_of: str | None) -> Fact:
    """An expense report (`E-1`) or a requisition (`R-1`) over `count` lines; its source number is `T7-<name>`."""
    company, source, expense = company_of(code), f"T7-{name}", name[0] == "E"
    parts = [total // count] * (count - 1) + [total - total // count * (count - 1)]
    lines: list[Mapping[str, Any]] = []
    for place, part in enumerate(parts, 1):
        text = f"Taxi [{source}.{place}]"
        line = {"account": "6200", "cost_center": f"{center}-{code}", "project": None, "text": text}
        tax = part * 19 // 119
        worth = {"net": part - tax, "tax_code": f"T19-{code}", "tax": tax}
        lines.append(line | (worth if expense else {"quantity": 1, "unit_price": part, "tax_code": f"T19-{code}"}))
    return Fact(
        id=name,
        flow="EXP" if expense else "RBP",
        system="expense" if expense else "procurement",
        source=source,
        revision=1,
        company=code,
        currency=company.currency,
        total=total,
        partner=f"EMP-{code}" if expense else f"SUP-{code}",
        lines=tuple(lines),
        due_at=due_at,
        accounting_date=company.business_date(due_at).isoformat(),
        twin_of=twin_of,
    )


def creation(
    fact: Fact, *, day: date, original: date | None, reference: str, more: int, marked: bool, text: str, unique: bool
) -> PostExpense | CreatePurchaseOrder:
    """What an integration asks of the ERP for the fact; `more` minor units on the first line."""
    if fact.flow == "RBP":
        order = _order_lines(fact, more, marked)
        return CreatePurchaseOrder(
            fact.company, reference, fact.partner, day, fact.currency, order, text, unique_reference=unique
        )
    lines = [
        PostingLine(
            line["account"],
            line["cost_center"],
            line["net"],
            line["tax_code"],
            line["tax"],
            line["text"] if marked else "",
        )
        for line in fact.lines
    ]
    lines[0] = replace(lines[0], net=lines[0].net + more)
    return PostExpense(
        fact.company, reference, day, fact.currency, fact.partner, tuple(lines), text, original, unique_reference=unique
    )


def _order_lines(fact: Fact, more: int = 0, marked: bool = True) -> tuple[OrderLine, ...]:
    return tuple(
        OrderLine(
            line["text"] if marked else "Desk",
            line["quantity"],
            line["unit_price"] + (0 if place else more),
            line["account"],
            line["cost_center"],
            f"T19-{fact.company}",
        )
        for place, line in enumerate(fact.lines)
    )


def recoded(
    command: PostExpense | CreatePurchaseOrder,
    payee: str | None,
    books: str | None,
    center: str | None,
    account: str | None,
    tax: str | None,
) -> PostExpense | CreatePurchaseOrder:
    """The same with what is not None in place of what the fact says, on its last line where lines are meant."""
    code = books or command.company
    last: Any = command.lines[-1]
    last = replace(
        last, cost_center=center or last.cost_center, account=account or last.account, tax_code=tax or last.tax_code
    )
    lines: Any = (*command.lines[:-1], last)
    if books:
        lines = tuple(replace(one, cost_center=f"CC-{code}", tax_code=f"T19-{code}") for one in lines)
    if isinstance(command, PostExpense):
        return replace(command, company=code, lines=lines, employee=payee or command.employee)
    return replace(command, company=code, lines=lines, supplier=payee or command.supplier)
