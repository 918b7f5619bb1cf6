"""The vocabulary of provider states: what a pact may say is given before its interaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from inspect import Parameter as Signature
from typing import Any

from hardclose_simulator.contracts import ground
from hardclose_simulator.contracts import states_of_reports as reports
from hardclose_simulator.contracts import states_of_requisitions as requisitions
from hardclose_simulator.contracts import states_of_the_erp as erp
from hardclose_simulator.contracts import states_of_the_wire as wire
from hardclose_simulator.contracts.sentences import Said, State, understand

_REPORT = "expense report[ {number}][ over {amount} {currency}]"
_REQUISITION = "requisition[ {number}][ over {amount} {currency}]"
_POSTING = "posting[ with reference {reference}][ over {amount} {currency}]"
_ORDER = "purchase order[ with reference {reference}][ over {amount} {currency}]"

GROUPS: Mapping[str, tuple[State, ...]] = {
    "Expense reports": (
        State((f"a draft {_REPORT}[ exists]", f"an {_REPORT} is a draft"), reports.draft_report),
        State((f"an {_REPORT} is pending approval", f"a submitted {_REPORT}[ exists]"), reports.submitted_report),
        State((f"an approved {_REPORT}[ exists]", f"an {_REPORT} is approved"), reports.approved_report),
        State(("{count} approved expense reports exist",), reports.approved_reports),
        State(
            ("more approved expense reports exist than fit on a page",),
            reports.more_reports_than_a_page,
            ground.with_small_pages,
        ),
        State(("an expense report[ {number}] is sent back",), reports.returned_report),
        State(("an expense report[ {number}] is recalled",), reports.recalled_report),
        State(("an expense report[ {number}] is posted[ as {document}]",), reports.posted_report),
        State(("an expense report[ {number}] is paid",), reports.paid_report),
        State(("an expense report[ {number}] is parked",), reports.parked_report),
    ),
    "Requisitions": (
        State((f"a draft {_REQUISITION}[ exists]", f"a {_REQUISITION} is a draft"), requisitions.draft_requisition),
        State(
            (f"a {_REQUISITION} is pending approval", f"a submitted {_REQUISITION}[ exists]"),
            requisitions.pending_requisition,
        ),
        State(
            (f"an approved {_REQUISITION}[ exists]", f"a {_REQUISITION} is approved"),
            requisitions.approved_requisition,
        ),
        State(("{count} approved requisitions exist",), requisitions.approved_requisitions),
        State(
            ("more approved requisitions exist than fit on a page",),
            requisitions.more_requisitions_than_a_page,
            ground.with_small_pages,
        ),
        State(("a requisition[ {number}] is rejected",), requisitions.rejected_requisition),
        State(("a requisition[ {number}] is cancelled",), requisitions.cancelled_requisition),
        State(("a requisition[ {number}] is ordered[ as {document}]",), requisitions.ordered_requisition),
        State(("a requisition[ {number}] is parked",), requisitions.parked_requisition),
    ),
    "Postings and orders in the ERP": (
        State((f"a {_POSTING} exists", f"an expense {_POSTING} exists"), erp.posting),
        State(
            (f"a {_POSTING} is paid", f"an expense {_POSTING} is paid", "payment[ of {reference}] is completed"),
            erp.paid_posting,
        ),
        State(
            (
                "a posting[ with reference {reference}] is reversed",
                "an expense posting[ with reference {reference}] is reversed",
            ),
            erp.reversed_posting,
        ),
        State(("{count} expense postings exist", "{count} postings exist"), erp.postings),
        State(
            ("more expense postings exist than fit on a page",),
            erp.more_postings_than_a_page,
            ground.with_small_pages,
        ),
        State((f"a {_ORDER} exists",), erp.order),
        State(("a purchase order[ with reference {reference}] is cancelled",), erp.cancelled_order),
        State(("{count} purchase orders exist",), erp.orders),
        State(("more purchase orders exist than fit on a page",), erp.more_orders_than_a_page, ground.with_small_pages),
    ),
    "Periods, blocks and budgets": (
        State(
            (
                "the [{module} ]period {period}[ of {company}] is closed",
                "the [{module} ]period {period}[ of {company}] is hard-closed",
            ),
            erp.closed_period,
        ),
        State(("the [{module} ]period {period}[ of {company}] is soft-closed",), erp.soft_closed_period),
        State(("the [{module} ]period {period}[ of {company}] is open",), erp.open_period),
        State(("the supplier {supplier} is blocked",), erp.blocked_supplier, ground.with_supplier),
        State(("the cost center {cost_center} is blocked",), erp.blocked_cost_center, ground.with_cost_center),
        State(("the budget of cost center {cost_center} is exhausted",), erp.exhausted_budget),
        State(("the budget of cost center {cost_center} has {amount}[ {currency}] left",), erp.left_budget),
        State(("budgets only warn",), opens=ground.with_soft_budgets),
    ),
    "Masters and the calendar": (
        State(("a company {company} exists",), opens=ground.with_company),
        State(("a supplier {supplier} exists",), opens=ground.with_supplier),
        State(("a cost center {cost_center} exists",), opens=ground.with_cost_center),
        State(("an account {account} exists",), opens=ground.with_account),
        State(("a project {project} exists",), opens=ground.with_project),
        State(("a tax code {tax_code} exists",), opens=ground.with_tax_code),
        State(("an employee {employee} exists",), opens=ground.with_employee),
        State(("the business date is {day}",), opens=ground.on_day),
        State(("the books are empty", "no documents exist", "a fresh sandbox"), wire.nothing),
    ),
    "The wire": (
        State(("the ERP honours Idempotency-Keys",), opens=ground.with_keys),
        State(("the ERP refuses duplicate references",), opens=ground.with_unique_references),
        State(("the ERP can be searched by reference",), opens=ground.with_reference_search),
        State(("pages hold at most {count} documents",), opens=ground.with_small_pages),
        State(("the rate limit is exhausted",), wire.exhausted_limit, wire.with_limit),
        State(("the system is unavailable[ for {seconds} seconds]",), opens=wire.with_outage),
        State(("the access token has expired", "the access token is not valid"), wire.expired_token),
        State(("the client credentials are wrong",), wire.wrong_client),
        State(("the first answer to this request was lost",), wire.lost_answer),
        State(("the caller is {person}",), wire.caller),
        State(("a webhook subscription to {url} exists",), wire.subscription),
    ),
}
VOCABULARY: tuple[State, ...] = tuple(state for states in GROUPS.values() for state in states)


def state_of(sentence: str, beside: Mapping[str, Any]) -> Said:
    """The state a pact means by this sentence and these parameters. Raises StateError with the nearest ones."""
    return understand(sentence, beside, VOCABULARY)


@dataclass(frozen=True, slots=True)
class Row:
    """One state as the documentation shows it; `parameters` like `number=R-1001`, `period` where it must be given."""

    group: str
    sentences: tuple[str, ...]
    parameters: tuple[str, ...]
    says: str


def rows() -> list[Row]:
    """The whole vocabulary, in its order."""
    return [
        Row(group, state.sentences, tuple(_shown(state)), state.says)
        for group, states in GROUPS.items()
        for state in states
    ]


def as_markdown() -> str:
    """The vocabulary as tables, as docs/pact.md has it."""
    lines: list[str] = []
    for group in GROUPS:
        lines += [f"### {group}", "", "| given | parameters | makes true |", "| --- | --- | --- |"]
        for row in rows():
            if row.group == group:
                told = "<br>".join(f"`{one}`" for one in row.sentences)
                lines.append(f"| {told} | {', '.join(f'`{one}`' for one in row.parameters)} | {row.says} |")
        lines.append("")
    return "\n".join(lines)


def _shown(state: State) -> list[str]:
    return [
        name if parameter.default is Signature.empty or parameter.default == "" else f"{name}={parameter.default}"
        for name, parameter in state.parameters.items()
    ]
