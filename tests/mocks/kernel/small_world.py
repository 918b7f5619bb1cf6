"""A small world for kernel tests: three companies in three zones, their people, masters and budgets."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hardclose_mocks.kernel.books import Books
from hardclose_mocks.kernel.commands import (
    Allocation,
    Command,
    CreatePurchaseOrder,
    CreateReport,
    CreateRequisition,
    ExpenseLine,
    OrderLine,
    PostExpense,
    PostingLine,
)
from hardclose_mocks.kernel.documents import Document
from hardclose_mocks.kernel.erp import ErpBooks
from hardclose_mocks.kernel.expense import ExpenseBooks
from hardclose_mocks.kernel.master import (
    Account,
    BudgetLine,
    Company,
    CostCenter,
    Master,
    Person,
    Project,
    Supplier,
    TaxCode,
)
from hardclose_mocks.kernel.procurement import ProcurementBooks
from hardclose_mocks.kernel.refusals import Refusal, Refused

DE01 = Company("DE01", "Muster GmbH", "EUR", "Europe/Berlin")
US01 = Company("US01", "Sample Inc", "USD", "America/Los_Angeles")
JP01 = Company("JP01", "Mihon KK", "JPY", "Asia/Tokyo", fiscal_year_starts=4)

MASTER = Master(
    companies=(DE01, US01, JP01),
    suppliers=(
        Supplier("S1", "Papier AG", "DE01", "EUR", "DE1", bank_account="DE-1"),
        Supplier("S2", "Barred AG", "DE01", "EUR", "DE2", blocked=True),
        Supplier("S9", "Paper Inc", "US01", "USD", "1"),
    ),
    cost_centers=(
        CostCenter("CC1", "Sales", "DE01", "lead"),
        CostCenter("CC2", "Logistics", "DE01", "lead"),
        CostCenter("CC7", "Closed in October", "DE01", "lead", valid_to=date(2026, 10, 31)),
        CostCenter("CC8", "Barred", "DE01", "lead", blocked=True),
        CostCenter("CC9", "Abroad", "US01", "boss"),
        CostCenter("CCJ", "Tokyo", "JP01", "shacho"),
    ),
    accounts=(
        Account("6200", "Travel", "expense"),
        Account("6310", "Software", "expense"),
        Account("1400", "Input tax", "input_tax"),
        Account("2000", "Trade payables", "payable"),
        Account("2100", "Payables to employees", "employee_payable"),
        Account("2200", "Accrued liabilities", "accrued"),
    ),
    projects=(Project("P1", "Fair", "DE01"),),
    tax_codes=(
        TaxCode("V19", "DE01", 1900),
        TaxCode("V0", "DE01", 0),
        TaxCode("V0", "US01", 0),
        TaxCode("J10", "JP01", 1000),
    ),
    people=(
        Person("head", "Head", "DE01", "approver", None, 100_000_00),
        Person("director", "Director", "DE01", "approver", "head", 20_000_00),
        Person("lead", "Lead", "DE01", "approver", "director", 2_000_00),
        Person("peer", "Peer", "DE01", "approver", "director", 2_000_00),
        Person("employee", "Employee", "DE01", "employee", "lead"),
        Person("trainee", "Trainee", "DE01", "employee", "employee"),
        Person("buyer", "Buyer", "DE01", "buyer", "lead"),
        Person("payables", "Payables", "DE01", "ap_clerk", "lead"),
        Person("receiver", "Receiver", "DE01", "receiver", "lead"),
        Person("boss", "Boss", "US01", "approver", None, 1_000_000_00),
        Person("clerk", "Clerk", "US01", "employee", "boss"),
        Person("shacho", "Shacho", "JP01", "approver", None, 10_000_000),
        Person("shain", "Shain", "JP01", "employee", "shacho"),
    ),
    budgets=(
        BudgetLine("DE01", "CC1", 2026, 1_000_00),
        BudgetLine("DE01", "CC2", 2026, 50_000_00),
        BudgetLine("JP01", "CCJ", 2026, 900_000),
    ),
    first_period=date(2026, 1, 1),
)


def instant(text: str) -> datetime:
    """`2026-11-30 08:00` in UTC, unless it has an offset."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


MONDAY = instant("2026-11-30 08:00")


def erp(master: Master = MASTER) -> ErpBooks:
    return ErpBooks(master, opened_at=instant("2026-11-23 06:00"))


def expense(master: Master = MASTER) -> ExpenseBooks:
    return ExpenseBooks(master, opened_at=instant("2026-11-23 06:00"))


def procurement(master: Master = MASTER) -> ProcurementBooks:
    return ProcurementBooks(master, opened_at=instant("2026-11-23 06:00"))


def posting_line(net: int = 100_00, tax: int = 19_00, cost_center: str = "CC1", account: str = "6200") -> PostingLine:
    return PostingLine(account, cost_center, net, "V19", tax, "Train [R-1.1]")


def posting(
    *lines: PostingLine,
    reference: str = "R-1",
    day: date = date(2026, 11, 30),
    company: str = "DE01",
    currency: str = "EUR",
    employee: str = "employee",
    unique_reference: bool = False,
) -> PostExpense:
    return PostExpense(
        company, reference, day, currency, employee, lines or (posting_line(),), unique_reference=unique_reference
    )


def order_line(price: int = 100_00, quantity: int = 1, cost_center: str = "CC1", account: str = "6310") -> OrderLine:
    return OrderLine("Licence [Q-1.1]", quantity, price, account, cost_center, "V19")


def order(
    *lines: OrderLine,
    reference: str = "Q-1",
    day: date = date(2026, 11, 30),
    company: str = "DE01",
    currency: str = "EUR",
    supplier: str = "S1",
    unique_reference: bool = False,
) -> CreatePurchaseOrder:
    return CreatePurchaseOrder(
        company, reference, supplier, day, currency, lines or (order_line(),), unique_reference=unique_reference
    )


def receipt(
    *allocations: Allocation,
    paid: int = 119_00,
    paid_currency: str = "EUR",
    rate: str = "1",
    account: str = "6200",
    tax_code: str = "V19",
) -> ExpenseLine:
    return ExpenseLine(
        account=account,
        text="Train [R-1.1]",
        spent_on=date(2026, 11, 20),
        tax_code=tax_code,
        paid_minor=paid,
        paid_currency=paid_currency,
        allocations=allocations or (Allocation("CC1", paid - 19_00, 19_00),),
        rate=rate,
    )


def report(
    *lines: ExpenseLine, number: str = "R-1", company: str = "DE01", currency: str = "EUR", employee: str = "employee"
) -> CreateReport:
    return CreateReport(number, company, employee, currency, lines or (receipt(),))


def requisition(
    *lines: OrderLine,
    number: str = "Q-1",
    company: str = "DE01",
    currency: str = "EUR",
    supplier: str = "S1",
    requester: str = "buyer",
) -> CreateRequisition:
    return CreateRequisition(number, company, requester, supplier, currency, lines or (order_line(),))


def play(books: Books, *commands: Command, at: datetime = MONDAY, actor: str = "test") -> Document:
    """Do them all; the document the last one made or changed."""
    number = None
    for command in commands:
        number = books.do(command, at=at, actor=actor).document
    assert number is not None
    document = books.find(number)
    assert document is not None
    return document


def refusal_of(books: Books, command: Command, *, at: datetime = MONDAY, actor: str = "test") -> Refusal | None:
    """What the books refuse it with, having changed nothing; None if they do it."""
    before = books.digest()
    refusal = None
    try:
        books.do(command, at=at, actor=actor)
    except Refused as no:
        refusal = no.refusal
    assert refusal is None or books.digest() == before, f"{refusal} changed the books"
    return refusal
