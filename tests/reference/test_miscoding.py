"""What mutants make of a request body: each wrong is one wrong, and leaving it alone leaves it alone."""

from __future__ import annotations

from hardclose_reference.mapping import erp_document
from hardclose_reference.miscoding import as_sent

from .jobs import job


def test_what_is_sent_as_approved_is_not_touched() -> None:
    body = erp_document(job())
    assert as_sent(body, job(), [], "as_approved") == body


def test_tax_in_binary_floats_is_off_by_a_cent_where_rounding_meets_a_tie() -> None:
    body = {"employee": "E", "lines": [{"net": "0.13", "tax": "0.03"}, {"net": "0.50", "tax": "0.00"}]}
    sent = as_sent(body, job(), [], "floats")
    assert [line["tax"] for line in sent["lines"]] == ["0.03", "0.00"]
    body = {"employee": "E", "lines": [{"net": "19.97", "tax": "3.80"}]}
    assert as_sent(body, job(), [], "floats")["lines"][0]["tax"] == "3.79"


def test_the_document_found_by_its_amount_is_the_first_of_the_twins() -> None:
    first, second = job("R-1"), job("R-2")
    sent = as_sent(erp_document(second), second, [first, second], "reference_by_amount")
    assert sent["reference"] == "R-1"
