"""O20 BUDGET: commitments respect funds at commit time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hardclose_mocks.history.records import Exchange, Fact
from hardclose_mocks.kernel.commands import InvoiceLine, OrderLine, PostingLine
from hardclose_mocks.kernel.money import Money
from hardclose_simulator.case import Case
from hardclose_simulator.lives import ErpDocument, accepted
from hardclose_simulator.verdict import Finding, Verdict

ID = "O20"
CARD = "budgets.control: soft: the ERP takes an order beyond the budget; who sends it has to ask first, and parks it"


def check(case: Case) -> Verdict:
    """O20: where the ERP only warns, no order of the integration goes beyond the budget, its own other orders counted.

    Where the control is hard the ERP refuses what goes beyond: nothing is left to judge. What others spent or cut
    between the last look that the card's freshness allows and the order could not be known. An order that people were
    told of, or that was cancelled again, is no breach; nor is a budget that was cut afterwards."""
    control: Any = case.cards.get("erp", {}).get("budgets") or {}
    if control.get("control") != "soft":
        return Verdict.of(ID, [], evaluated=0, note="the ERP itself refuses what goes beyond a budget")
    findings, tempted = [], _held_back(case)
    for fact in case.facts:
        for document in case.documents_of(fact) if fact.flow == "RBP" else ():
            if not document.by_integration:
                continue
            for mark in document.marked("exceeded"):
                tempted += 1
                over = _beyond(case, fact, document, mark.data)
                if over > 0 and document.live and not case.excepted(fact, document):
                    findings.append(_finding(case, fact, document, mark.data, over))
    return Verdict.of(ID, findings, evaluated=tempted)


def _held_back(case: Case) -> int:
    """Orders that lie with a person after their budgets were asked about. What was answered is not on record."""
    asked = {
        str(told["cost_center"])
        for one in case.attempts
        if one.op == "budget.check" and (told := _question(case, one.seq)).get("cost_center")
    }
    return sum(
        fact.flow == "RBP"
        and not case.documents_of(fact)
        and bool(case.visible(fact))
        and any(line.get("cost_center") in asked for line in fact.lines)
        for fact in case.facts
    )


def _beyond(case: Case, fact: Fact, document: ErpDocument, data: Mapping[str, Any]) -> int:
    """By how much the order went beyond what could have been thought to be there, minor units."""
    requested, left = (Money.parse(str(data[name]), document.currency).minor for name in ("requested", "available"))
    return requested - left - sum(_unknown(case, fact, document, str(data["cost_center"])))


def _unknown(case: Case, fact: Fact, document: ErpDocument, center: str) -> Iterator[int]:
    """What was taken from the budget since the last look that had to be taken, but for the integration's own orders."""
    since = case.looked_since(fact, document)
    for one in case.documents.values():
        own = one.flow == "RBP" and one.by_integration
        if not own and since <= one.made.at <= document.made.at and one.number != document.number:
            yield sum(_net(line) for line in one.lines if getattr(line, "cost_center", None) == center)
    for record, carried in accepted(case.records):
        meant = carried.command == "ReviseBudget" and carried.arguments["cost_center"] == center
        if meant and since <= carried.at <= document.made.at and record.seq < document.made.seq:
            yield max(0, -int(carried.arguments["amount"]))


def _net(line: object) -> int:
    match line:
        case PostingLine(net=net):
            return max(0, net)
        case OrderLine() | InvoiceLine():
            return line.quantity * line.unit_price
        case _:
            return max(0, int(getattr(line, "debit", 0)))


def _finding(case: Case, fact: Fact, document: ErpDocument, data: Mapping[str, Any], over: int) -> Finding:
    says = f"{document.number} for {fact.source} asks {data['requested']} of {data['cost_center']}, which had "
    says += f"{data['available']} {document.currency} left, and it had to know"
    asked = [
        one.seq
        for one in case.attempts
        if one.op == "budget.check"
        and one.seq < document.made.seq
        and _question(case, one.seq).get("cost_center") == data["cost_center"]
    ]
    seqs = {case.fact_seqs[fact.id], document.made.seq, *asked[-2:]}
    return Finding(ID, fact.id, says, tuple(sorted(seqs)), Money(over, document.currency), CARD)


def _question(case: Case, seq: int) -> Mapping[str, Any]:
    body = case.records[seq].body
    told = body.body if isinstance(body, Exchange) else None
    return told if isinstance(told, dict) else {}
