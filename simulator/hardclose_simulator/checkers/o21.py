"""O21 MATCH: payment readiness only after a true three-way match."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from hardclose_mocks.history.codec import plain
from hardclose_mocks.history.records import Fact
from hardclose_mocks.kernel.money import Money
from hardclose_simulator.case import Case
from hardclose_simulator.lives import ErpDocument
from hardclose_simulator.verdict import Finding, Verdict

ID = "O21"
RELEASE = "supplier_invoice.release"
CARD = "ordered, received and invoiced are matched line by line; what does not match waits for a person's release"


def check(case: Case) -> Verdict:
    """O21: nothing gets past the match: what the ERP compares is what the sources say was ordered, came and was billed.

    The ERP's own books match and block. An integration can only feed them wrongly: an invoice without the order its
    source names, on another order or another line of it, with other pieces or prices; goods that nobody took in. Or it
    lifts the block itself. Invoices of no order, lines that name no line of one, orders that are matched two ways,
    partial goods, goods that go back after the payment, and a person's release are nobody's breach."""
    findings, tempted = [], 0
    for fact in case.facts:
        follows = fact.flow == "REC" or (fact.flow == "INV" and fact.truth.get("requisition"))
        for document in case.documents_of(fact) if follows else ():
            if not document.by_integration:
                continue
            tempted += 1
            says = next(_wrong(case, fact, document), "")
            if says:
                findings.append(_finding(case, fact, document, says))
    findings += _unknown_goods(case)
    released = [one for one in case.attempts if one.op == RELEASE and one.writes]
    for attempt in released:
        says = f"the integration asked to lift the payment block of {attempt.subject}"
        findings.append(Finding(ID, None, says, attempt.evidence, None, CARD))
    return Verdict.of(ID, findings, evaluated=tempted + len(released))


def _wrong(case: Case, fact: Fact, document: ErpDocument) -> Iterator[str]:
    """What is wrong with the document, the worst first."""
    order = case.documents.get(document.order or "")
    if order is None:
        # Told in time, people can still stop it; once it is paid nobody can.
        if document.paid is not None or not case.excepted(fact, document):
            yield f"was posted without an order, so that nothing is matched; {fact.source} names {_order(fact)}"
        return
    ordered = next((one for one in case.facts if one.flow == "RBP" and one.source == _order(fact)), None)
    about = case.fact_of(order)
    if ordered is not None and about is not None and not case.may_be(order, ordered):
        yield f"is on {order.number}, the order of {about.source}; {fact.source} names {_order(fact)}"
    if case.attribution.links[document.number].how == "matching" or document.voided is not None:
        return
    wanted, there = _per_line(fact, fact.lines), _per_line(fact, [plain(line) for line in document.lines])
    if fact.flow == "REC":
        for (line, _), pieces in there.items():
            came = wanted[line, None]
            if pieces > came:
                yield f"takes in {pieces} of line {line}, of which {came} came by {fact.source}"
    elif wanted != there:
        yield f"has {_words(fact, there)} matched with the order, and {fact.source} bills {_words(fact, wanted)}"


def _order(fact: Fact) -> str:
    return str(fact.truth["requisition"])


def _per_line(fact: Fact, lines: object) -> Counter[tuple[int, int | None]]:
    """Pieces by line of the order, and by price where there is one."""
    found: Counter[tuple[int, int | None]] = Counter()
    assert isinstance(lines, (list, tuple))
    for line in lines:
        if line.get("order_line") is not None:
            price = None if fact.flow == "REC" else line["unit_price"]
            found[line["order_line"], price] += line["quantity"]
    return found


def _words(fact: Fact, pieces: Counter[tuple[int, int | None]]) -> str:
    told = [
        f"{count} of line {line} at {Money(price or 0, fact.currency).decimal}"
        for (line, price), count in sorted(pieces.items())
    ]
    return ", ".join(told[:4]) or "nothing"


def _unknown_goods(case: Case) -> Iterator[Finding]:
    """Goods that no receipt of the source speaks of, and that still count."""
    for number in case.attribution.unexplained:
        document = case.documents[number]
        if document.flow == "REC" and document.by_integration and document.live:
            says = f"{number} ({document.reference}) takes in goods for {document.order} that nobody received"
            money = Money(document.total, document.currency)
            yield Finding(ID, None, says, (document.made.seq,), money, CARD)


def _finding(case: Case, fact: Fact, document: ErpDocument, says: str) -> Finding:
    seqs = {case.fact_seqs[fact.id], document.made.seq}
    seqs |= {moment.seq for moment in (document.paid,) if moment is not None}
    return Finding(ID, fact.id, f"{document.number} {says}", tuple(sorted(seqs)), case.money(fact), CARD)
