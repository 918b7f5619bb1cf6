"""From a source document to what the ERP is sent, to the cent."""

from __future__ import annotations

from hardclose_reference.mapping import budget_needs, erp_document
from hardclose_reference.targets import TARGETS

from .jobs import job, order_line, requisition_sent


def test_each_share_of_a_line_becomes_a_posting_line() -> None:
    sent = erp_document(job())
    assert [(line["cost_center"], line["project"], line["net"], line["tax"]) for line in sent["lines"]] == [
        ("CC1", "P1", "60.00", "11.40"),
        ("CC2", None, "40.00", "7.60"),
    ]
    assert {line["account"] for line in sent["lines"]} == {"6200"}


def test_a_posting_bears_the_number_of_the_report_and_the_date_of_its_approval() -> None:
    sent = erp_document(job())
    assert (sent["reference"], sent["posting_date"], sent["accounting_date"]) == ("R-1", "2026-11-30", None)


def test_a_posting_moved_to_another_day_says_when_it_belonged() -> None:
    sent = erp_document(job(posting_date="2026-12-01"))
    assert (sent["posting_date"], sent["accounting_date"]) == ("2026-12-01", "2026-11-30")


def test_an_order_says_what_the_requisition_said() -> None:
    sent = erp_document(job("Q-1", "requisition"))
    assert (sent["reference"], sent["supplier"], sent["order_date"]) == ("Q-1", "S1", "2026-11-30")
    assert sent["lines"] == [order_line()]


def test_the_budget_is_asked_once_per_cost_centre_for_the_exact_amount() -> None:
    asked = job("Q-1", "requisition")
    lines = (order_line("0.10", 3), order_line("0.20", 1), order_line("7", 2, "CC2"))
    asked.source = requisition_sent("Q-1", *lines)
    assert budget_needs(asked) == {"CC1": "0.50", "CC2": "14"}


def test_there_is_a_target_for_each_kind_of_document() -> None:
    assert {name: (target.system, target.operation) for name, target in TARGETS.items()} == {
        "expense_report": ("expense", "expense_posting.create"),
        "requisition": ("procurement", "purchase_order.create"),
        "supplier_request": ("procurement", "supplier.create"),
        "receipt": ("procurement", "goods_receipt.create"),
        "invoice": ("procurement", "supplier_invoice.create"),
        "accrual": ("procurement", "journal_entry.create"),
    }
