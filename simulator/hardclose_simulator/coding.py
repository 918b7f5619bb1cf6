"""What each line is charged to: account, cost object, tax code, and the value. Equal for equal coding, in any order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from hardclose_mocks.history.records import Fact
from hardclose_mocks.kernel.commands import InvoiceLine, OrderLine, PostingLine
from hardclose_mocks.kernel.documents import ExpenseReport, Invoice, Requisition
from hardclose_simulator.case import Case
from hardclose_simulator.lives import ErpDocument

CODED = ("EXP", "RBP", "INV")
"""Flows whose lines are known here."""
Charge = tuple[str, str, str | None, str | None]
"""Account, cost centre, project, tax code (None where the fact does not say)."""
Coding = Counter[tuple[Charge, tuple[int, ...]]]
"""A charge and its value: net and tax, or quantity and unit price."""


def of_fact(fact: Fact) -> Coding:
    return Counter(
        (
            (line["account"], line["cost_center"], line.get("project"), line.get("tax_code")),
            (line["net"], line["tax"]) if "net" in line else (line["quantity"], line["unit_price"]),
        )
        for line in (fact.lines if fact.flow in CODED else ())
        if _worth(line)
    )


def of_document(document: ErpDocument, *, taxed: bool = True) -> Coding:
    """Without `taxed` the tax codes are left out, as in facts that do not tell them."""
    return _of_lines(document.lines, taxed=taxed)


def of_source(document: object) -> Coding | None:
    """None for a kind of document whose lines are not known here."""
    if isinstance(document, ExpenseReport):
        return Counter(
            ((line.account, share.cost_center, share.project, line.tax_code), (share.net, share.tax))
            for line in document.lines
            for share in line.allocations
            if share.net or share.tax
        )
    return _of_lines(document.lines, taxed=True) if isinstance(document, (Requisition, Invoice)) else None


def of_another_revision(case: Case, fact: Fact, document: ErpDocument) -> bool:
    """Whether it carries, line by line, what was approved as another revision than the one that stands: whether it may
    still stand is O08's and O19's to say."""
    line, there = case.line_of(fact), of_document(document)
    return any(
        one.revision != fact.revision
        and line.first_approval(one.revision) is not None
        and of_source(one.document) == there
        for one in line.revisions()
    )


def tells_tax(fact: Fact) -> bool:
    return all(line.get("tax_code") is not None for line in fact.lines)


def values_of(coding: Coding) -> Counter[tuple[int, ...]]:
    values: Counter[tuple[int, ...]] = Counter()
    for (_, value), count in coding.items():
        values[value] += count
    return values


def charges_of(coding: Coding) -> set[Charge]:
    return {charge for charge, _ in coding}


def miscoded(case: Case, fact: Fact, document: ErpDocument) -> str:
    """What is wrong with the coding, in words; empty when nothing is."""
    if fact.flow not in CODED:
        return ""
    if document.partner not in partners(case, fact):
        return f"is for {document.partner} instead of {fact.partner}"
    wanted, there = of_fact(fact), of_document(document, taxed=tells_tax(fact))
    if wanted == there:
        return ""
    if values_of(wanted) == values_of(there):
        missing, surplus = charges_of(wanted - there), charges_of(there - wanted)
    else:
        # Amounts are O03's business; here only what nobody ever charged it to.
        missing, surplus = charges_of(wanted), charges_of(there) - charges_of(wanted)
    return f"is charged to {in_words(surplus)} instead of {in_words(missing)}" if surplus else ""


def partners(case: Case, fact: Fact) -> frozenset[str]:
    """Everybody who may be meant: the partner of the fact, whom he was merged into, and their numbers in the ERP."""
    registered = case.attribution.parties.registered
    meant = [fact.partner]
    if fact.partner in registered:
        into = {change.source: str(change.truth["into"]) for change in case.changes if change.what == "merged"}
        while meant[-1] in into and into[meant[-1]] not in meant:
            meant.append(into[meant[-1]])
    numbers = {claim.document for one in meant for claim in case.claims.get((fact.system, one), ()) if claim.document}
    made = {number for one in meant if one in registered for number in case.attribution.documents_of(registered[one])}
    return frozenset({*meant, *numbers, *made})


def in_words(charges: Iterable[Charge]) -> str:
    return ", ".join(" ".join(part for part in charge if part) for charge in sorted(charges, key=repr)[:4]) or "nothing"


def _worth(line: Any) -> bool:
    return bool(line["net"] or line["tax"]) if "net" in line else bool(line["unit_price"])


def _of_lines(lines: Iterable[object], *, taxed: bool) -> Coding:
    coding: Coding = Counter()
    for line in lines:
        if not isinstance(line, (PostingLine, OrderLine, InvoiceLine)):
            continue
        value = (line.net, line.tax) if isinstance(line, PostingLine) else (line.quantity, line.unit_price)
        if any(value) and (isinstance(line, PostingLine) or line.unit_price):
            coding[(line.account, line.cost_center, line.project, line.tax_code if taxed else None), value] += 1
    return coding
