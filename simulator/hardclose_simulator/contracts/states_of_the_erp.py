"""Provider states of the ERP: postings, orders, payments, periods, blocks and budgets."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hardclose_mocks.kernel.calendars import fiscal_period
from hardclose_mocks.kernel.commands import (
    BlockCostCenter,
    BlockSupplier,
    CancelPurchaseOrder,
    CreatePurchaseOrder,
    PostExpense,
    ReverseExpensePosting,
    ReviseBudget,
    RunPayments,
    SetPeriod,
)
from hardclose_mocks.kernel.erp import ErpBooks
from hardclose_mocks.kernel.master import Company
from hardclose_mocks.kernel.periods import MODULES
from hardclose_simulator.contracts.ground import HOME
from hardclose_simulator.contracts.sentences import Period, StateError
from hardclose_simulator.contracts.stage import AMOUNT, Stage, Values

REFERENCE, ORDER_REFERENCE = "R-1001", "Q-1001"
EVERY_MODULE = ("ap", "payables", "posting", "accounting", "all")
"""Words for all modules at once."""


async def posting(
    stage: Stage,
    *,
    reference: str = REFERENCE,
    amount: Decimal = AMOUNT,
    currency: str = "",
    company: str = "",
    employee: str = "",
) -> Values:
    """A live, unpaid expense posting with that reference, dated on the business date; `amount` is gross."""
    owner = stage.company(company, currency)
    return {"number": await _post(stage, owner, reference, amount, employee), "reference": reference}


async def paid_posting(
    stage: Stage, *, reference: str = REFERENCE, amount: Decimal = AMOUNT, currency: str = "", company: str = ""
) -> Values:
    """An expense posting with that reference, paid by treasury's payment run PAY-1."""
    owner = stage.company(company, currency)
    number = await _post(stage, owner, reference, amount)
    run = RunPayments(owner.code, "PAY-1", _today(stage, owner))
    await stage.act("erp", run, stage.somebody(owner.code, "treasury"))
    return {"number": number, "reference": reference}


async def reversed_posting(
    stage: Stage, *, reference: str = REFERENCE, reason: str = "wrong-cost-center", company: str = ""
) -> Values:
    """An expense posting with that reference, reversed by the controller."""
    owner = stage.company(company, "")
    number = await _post(stage, owner, reference, AMOUNT)
    reverse = ReverseExpensePosting(number, _today(stage, owner), reason)
    await stage.act("erp", reverse, stage.somebody(owner.code, "controller"))
    return {"number": number, "reference": reference}


async def postings(stage: Stage, *, count: int = 3, company: str = "") -> Values:
    """So many live expense postings, with the references R-1001, R-1002, ..."""
    for place in range(count):
        await _post(stage, stage.company(company, ""), f"R-{1001 + place}", AMOUNT)
    return {"count": count}


async def more_postings_than_a_page(stage: Stage, *, company: str = "") -> Values:
    """Pages hold `count` documents and one expense posting more exists; `cursor` is where the second page begins."""
    await postings(stage, count=stage.sandbox.setup.page_max + 1, company=company)
    return {"cursor": (await stage.ask("erp", "/v1/expense-postings"))["next_cursor"]}


async def order(
    stage: Stage,
    *,
    reference: str = ORDER_REFERENCE,
    amount: Decimal = AMOUNT,
    currency: str = "",
    company: str = "",
    supplier: str = "",
) -> Values:
    """An issued purchase order with that reference, dated on the business date; `amount` is net."""
    owner = stage.company(company, currency)
    return {"number": await _order(stage, owner, reference, amount, supplier), "reference": reference}


async def cancelled_order(
    stage: Stage, *, reference: str = ORDER_REFERENCE, reason: str = "not-needed", company: str = ""
) -> Values:
    """A purchase order with that reference, cancelled by a buyer."""
    owner = stage.company(company, "")
    number = await _order(stage, owner, reference, AMOUNT)
    await stage.act("erp", CancelPurchaseOrder(number, reason), stage.somebody(owner.code, "buyer"))
    return {"number": number, "reference": reference}


async def orders(stage: Stage, *, count: int = 3, company: str = "") -> Values:
    """So many issued purchase orders, with the references Q-1001, Q-1002, ..."""
    for place in range(count):
        await _order(stage, stage.company(company, ""), f"Q-{1001 + place}", AMOUNT)
    return {"count": count}


async def more_orders_than_a_page(stage: Stage, *, company: str = "") -> Values:
    """Pages hold `count` documents and one purchase order more exists; `cursor` is where the second page begins."""
    await orders(stage, count=stage.sandbox.setup.page_max + 1, company=company)
    return {"cursor": (await stage.ask("erp", "/v1/purchase-orders"))["next_cursor"]}


# --- periods ---------------------------------------------------------------------------------------------------


async def closed_period(stage: Stage, *, period: Period, module: str = "all", company: str = HOME) -> Values:
    """The controller has hard-closed the period that holds that month. `module` is expense or purchasing; AP,
    payables, posting or nothing mean every module."""
    return await _set_period(stage, period, module, company, "hard_closed")


async def soft_closed_period(stage: Stage, *, period: Period, module: str = "all", company: str = HOME) -> Values:
    """The controller has soft-closed the period: it takes no postings and may be opened again."""
    return await _set_period(stage, period, module, company, "soft_closed")


async def open_period(stage: Stage, *, period: Period, module: str = "all", company: str = HOME) -> Values:
    """The period takes postings, also one that lies in the future."""
    return await _set_period(stage, period, module, company, "open")


async def _set_period(stage: Stage, period: Period, module: str, company: str, state: str) -> Values:
    owner = stage.company(company, "")
    if module.lower() not in (*MODULES, *EVERY_MODULE):
        raise StateError(f"no module '{module}'; there are {', '.join(MODULES)}, and AP for all of them")
    year, number = fiscal_period(owner, period.first_day)
    for name in MODULES if module.lower() in EVERY_MODULE else (module.lower(),):
        await stage.act(
            "erp", SetPeriod(owner.code, name, year, number, state), stage.somebody(owner.code, "controller")
        )
    return {"year": year, "period": number}


# --- blocks and budgets ----------------------------------------------------------------------------------------


async def blocked_supplier(stage: Stage, *, supplier: str, company: str = "") -> Values:
    """The controller has blocked that supplier; it is made if it does not exist."""
    await stage.act("erp", BlockSupplier(supplier, True), stage.somebody(company or HOME, "controller"))
    return {"supplier": supplier}


async def blocked_cost_center(stage: Stage, *, cost_center: str, company: str = "") -> Values:
    """The controller has blocked that cost center; it is made if it does not exist."""
    await stage.act("erp", BlockCostCenter(cost_center, True), stage.somebody(company or HOME, "controller"))
    return {"cost_center": cost_center}


async def exhausted_budget(stage: Stage, *, cost_center: str, company: str = "") -> Values:
    """Nothing is left of this fiscal year's budget of that cost center."""
    return await left_budget(stage, cost_center=cost_center, amount=Decimal(0), company=company)


async def left_budget(
    stage: Stage, *, cost_center: str, amount: Decimal, currency: str = "", company: str = ""
) -> Values:
    """So much is left of this fiscal year's budget of that cost center, in the company's currency."""
    owner = stage.company(company or _owner_of(stage, cost_center), currency)
    today, wanted = _today(stage, owner), stage.minor(amount, owner)
    books = stage.sandbox.systems["erp"].books
    assert isinstance(books, ErpBooks), "the ERP keeps the ERP's books"
    left = books.available(owner.code, cost_center, today)
    if left is None:
        raise StateError(f"company {owner.code} has no cost center {cost_center}")
    if left.minor != wanted:
        year, _ = fiscal_period(owner, today)
        revision = ReviseBudget(owner.code, cost_center, year, wanted - left.minor)
        await stage.act("erp", revision, stage.somebody(owner.code, "controller"))
    return {"cost_center": cost_center}


def _owner_of(stage: Stage, cost_center: str) -> str:
    return next((one.company for one in stage.master.cost_centers if one.number == cost_center), HOME)


# --- steps -----------------------------------------------------------------------------------------------------


async def _post(stage: Stage, company: Company, reference: str, amount: Decimal, employee: str = "") -> str:
    """By the controller, by hand."""
    command = PostExpense(
        company=company.code,
        reference=reference,
        posting_date=_today(stage, company),
        currency=company.currency,
        employee=stage.known(employee, company.code, "employee"),
        lines=(stage.posting_line(company, stage.minor(amount, company), reference),),
        text="Business trip",
    )
    done = await stage.act("erp", command, stage.somebody(company.code, "controller"))
    return str(done.document)


async def _order(stage: Stage, company: Company, reference: str, amount: Decimal, supplier: str = "") -> str:
    command = CreatePurchaseOrder(
        company=company.code,
        reference=reference,
        supplier=supplier or stage.supplier(company.code),
        order_date=_today(stage, company),
        currency=company.currency,
        lines=(stage.order_line(company, stage.minor(amount, company), reference),),
        text="Licences",
    )
    done = await stage.act("erp", command, stage.somebody(company.code, "buyer"))
    return str(done.document)


def _today(stage: Stage, company: Company) -> date:
    return company.business_date(stage.sandbox.business.now())
