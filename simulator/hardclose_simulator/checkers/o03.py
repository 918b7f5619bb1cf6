"""O03 AMOUNT: value survives the journey."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hardclose_mocks.history.records import Fact
from hardclose_mocks.kernel.commands import PostingLine
from hardclose_mocks.kernel.money import Money
from hardclose_simulator.case import Case
from hardclose_simulator.lives import ErpDocument
from hardclose_simulator.verdict import Finding, Verdict

ID = "O03"
Values = Counter[tuple[Any, ...]]


def check(case: Case) -> Verdict:
    """O03: amount, currency, quantity and tax arrive as approved, line by line, to the minor unit.

    Judged on documents that stand at audit. Lines may come in any order, lines worth nothing may be left out."""
    posted = [(fact, document) for fact in case.facts for document in case.live(fact)]
    findings = [
        Finding(
            ID,
            fact.id,
            f"{document.number} does not carry what was approved as {fact.source}: {says}",
            (case.fact_seqs[fact.id], document.made.seq),
            money=_at_stake(fact, document),
            card_line="amounts are decimal text in the document's currency, line by line",
        )
        for fact, document in posted
        if document.by_integration and (says := _difference(fact, document)) and not _explained(case, document)
    ]
    return Verdict.of(ID, findings, evaluated=len(posted))


def _explained(case: Case, document: ErpDocument) -> bool:
    """Whether a document that only a matching gave to its fact carries exactly what another like it ordered."""
    return case.attribution.links[document.number].how == "matching" and any(
        case.may_be(document, other) and not _difference(other, document) for other in case.facts
    )


def _difference(fact: Fact, document: ErpDocument) -> str:
    """What is wrong, in words; empty when nothing is."""
    if document.currency != fact.currency:
        return f"{document.currency} instead of {fact.currency}"
    wanted, there = _wanted(fact), _there(document)
    if document.total != fact.total:
        return f"{Money(document.total, fact.currency)} in all instead of {Money(fact.total, fact.currency)}"
    if wanted == there:
        return ""
    missing, surplus = sorted((wanted - there).elements(), key=repr), sorted((there - wanted).elements(), key=repr)
    return f"lines {_words(fact, surplus)} instead of {_words(fact, missing)}"


def _wanted(fact: Fact) -> Values:
    if fact.flow == "EXP":
        return Counter(
            (line["net"], line["tax"], line["tax_code"]) for line in fact.lines if line["net"] or line["tax"]
        )
    return Counter((line["quantity"], line["unit_price"]) for line in fact.lines if line["unit_price"])


def _there(document: ErpDocument) -> Values:
    values: Values = Counter()
    for line in document.lines:
        if isinstance(line, PostingLine):
            if line.net or line.tax:
                values[line.net, line.tax, line.tax_code] += 1
        elif line.unit_price:
            values[line.quantity, line.unit_price] += 1
    return values


def _words(fact: Fact, lines: list[tuple[Any, ...]]) -> str:
    if not lines:
        return "none"
    if fact.flow == "EXP":
        shown = [
            f"{Money(net, fact.currency).decimal} + {Money(tax, fact.currency).decimal} {code}"
            for net, tax, code in lines
        ]
    else:
        shown = [f"{quantity} at {Money(price, fact.currency).decimal}" for quantity, price in lines]
    return "(" + ", ".join(shown[:4]) + (", ..." if len(shown) > 4 else "") + ")"


def _at_stake(fact: Fact, document: ErpDocument) -> Money:
    if document.currency != fact.currency or document.total == fact.total:
        return Money(fact.total, fact.currency)
    return Money(abs(document.total - fact.total), fact.currency)
