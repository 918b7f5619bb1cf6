"""O03 AMOUNT: value survives the journey."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from hardclose_mocks.history.codec import plain
from hardclose_mocks.history.records import Fact
from hardclose_mocks.kernel.money import Money
from hardclose_simulator.case import MASTERS, Case
from hardclose_simulator.coding import of_another_revision
from hardclose_simulator.lives import ErpDocument
from hardclose_simulator.verdict import Finding, Verdict

ID = "O03"


def check(case: Case) -> Verdict:
    """O03: amount, currency, quantity and tax arrive as approved, line by line, to the minor unit.

    Judged on documents that stand at audit. Lines may come in any order, lines worth nothing may be left out."""
    posted = [(fact, document) for fact in case.facts if fact.flow not in MASTERS for document in case.live(fact)]
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
        if document.by_integration and (says := _difference(fact, document)) and not _explained(case, fact, document)
    ]
    return Verdict.of(ID, findings, evaluated=len(posted))


def _explained(case: Case, fact: Fact, document: ErpDocument) -> bool:
    """Whether a document that only a matching gave to its fact carries exactly what another like it ordered; or any
    exactly what was approved as an earlier revision: then nothing was lost on the way, and what stands is O08's."""
    return of_another_revision(case, fact, document) or (
        case.attribution.links[document.number].how == "matching"
        and any(case.may_be(document, other) and not _difference(other, document) for other in case.facts)
    )


def _difference(fact: Fact, document: ErpDocument) -> str:
    """What is wrong, in words; empty when nothing is."""
    if document.currency != fact.currency and document.currency:
        return f"{document.currency} instead of {fact.currency}"
    if document.total != fact.total:
        return f"{Money(document.total, fact.currency)} in all instead of {Money(fact.total, fact.currency)}"
    wanted, there = Counter(map(_value, _worthy(fact.lines))), Counter(map(_value, _worthy(map(plain, document.lines))))
    if wanted == there:
        return ""
    missing, surplus = sorted((wanted - there).elements(), key=repr), sorted((there - wanted).elements(), key=repr)
    return f"lines {_words(fact, surplus)} instead of {_words(fact, missing)}"


def _worthy(lines: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Lines worth nothing may be left out; of an entry made by hand, its debits tell what is worth what."""
    return (
        line
        for line in lines
        if any(line.get(name) for name in ("net", "unit_price", "tax", "debit", "amount"))
        or ("unit_price" not in line and line.get("quantity"))
    )


def _value(line: Mapping[str, Any]) -> tuple[Any, ...]:
    """Quantity, price, amount, tax: what a line of any kind of document is worth, and of which line of its order."""
    return (
        line.get("order_line"),
        line.get("quantity"),
        line.get("unit_price"),
        line.get("net", line.get("debit", line.get("amount"))),
        line.get("tax"),
        line.get("tax_code") if "tax" in line else None,
    )


def _words(fact: Fact, lines: list[tuple[Any, ...]]) -> str:
    if not lines:
        return "none"
    shown = [_word(fact.currency, *line) for line in lines]
    return "(" + ", ".join(shown[:4]) + (", ..." if len(shown) > 4 else "") + ")"


def _word(
    currency: str,
    order_line: int | None,
    quantity: int | None,
    price: int | None,
    net: int | None,
    tax: int | None,
    code: str | None,
) -> str:
    says = []
    if quantity is not None:
        says.append(f"{quantity}" + (f" of line {order_line}" if order_line is not None else ""))
    if price is not None:
        says.append(f"at {Money(price, currency).decimal}")
    if net is not None:
        says.append(Money(net, currency).decimal)
    if tax is not None:
        says.append(f"+ {Money(tax, currency).decimal} {code}")
    return " ".join(says)


def _at_stake(fact: Fact, document: ErpDocument) -> Money:
    if document.currency != fact.currency or document.total == fact.total:
        return Money(fact.total, fact.currency)
    return Money(abs(document.total - fact.total), fact.currency)
