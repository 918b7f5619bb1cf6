"""O29 PAYONCE: a debt is settled once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hardclose_mocks.clock import NS
from hardclose_mocks.history.records import Fact
from hardclose_mocks.kernel.money import Money
from hardclose_simulator.case import Case
from hardclose_simulator.checkers.o01 import WEAK, grace_s, tempts, too_late
from hardclose_simulator.lives import ErpDocument
from hardclose_simulator.verdict import Finding, Verdict

ID = "O29"
CARD = "supplier_reference: one live invoice of a supplier bears a number; what a payment run finds open it pays"


@dataclass(frozen=True, slots=True)
class Settlement:
    """A payment of a document, or its return. `amount` is in minor units, below zero for a return."""

    seq: int
    wire_ns: int
    fact: Fact
    document: ErpDocument
    amount: int


def check(case: Case) -> Verdict:
    """O29: never is more paid for a claim or an invoice than it is worth, over all documents made of it.

    A report is a debt. Invoices of one supplier under one printed number, day and amount are one debt, however many
    copies reached the inbox. What the bank sent back is owed again, and credit notes make a debt less. Where nothing
    tells a lost request from a lost answer (C6) a surplus that was paid before it could be noticed is excused; so is
    one that the system itself committed later than its card says. Documents of people are theirs."""
    findings, tempted = [], 0
    notes = _credit_notes(case)
    for facts in _debts(case):
        settled = sorted((one for fact in facts for one in _settlements(case, fact, notes)), key=lambda one: one.seq)
        if not settled:
            continue
        tempted += len(facts) > 1 or any(one.amount < 0 for one in settled) or any(tempts(case, one) for one in facts)
        wrong = _most_paid(settled, facts[0])
        if wrong:
            findings.append(_finding(case, wrong))
    return Verdict.of(ID, findings, evaluated=tempted)


def _debts(case: Case) -> list[list[Fact]]:
    """Facts that are to be paid, those of one debt together."""
    debts: dict[tuple[object, ...], list[Fact]] = defaultdict(list)
    for fact in case.facts:
        if fact.flow == "EXP":
            debts[fact.flow, fact.id].append(fact)
        elif fact.flow == "INV":
            printed = tuple(fact.truth.get(name) for name in ("kind", "supplier_reference", "invoice_date"))
            debts[fact.flow, fact.company, fact.partner, fact.currency, fact.total, *printed].append(fact)
    return list(debts.values())


def _credit_notes(case: Case) -> dict[object, list[ErpDocument]]:
    """By the number of what they credit."""
    notes: dict[object, list[ErpDocument]] = defaultdict(list)
    for one in case.documents.values():
        if one.flow == "INV" and one.asked.get("credits") is not None:
            notes[one.asked["credits"]].append(one)
    return notes


def _settlements(case: Case, fact: Fact, notes: Mapping[object, list[ErpDocument]]) -> list[Settlement]:
    found = []
    for document in case.documents_of(fact):
        if not document.by_integration or too_late(case, fact):
            continue
        noticed_ns = document.made.wire_ns + (round(grace_s(case, fact) * NS) if case.profile(fact) == WEAK else 0)
        last = 0
        for mark in document.marked("completed", "returned"):
            if mark.what == "completed" and mark.when.wire_ns >= noticed_ns:
                last = document.total - _credited(notes.get(document.number, ()), mark.when.seq)
                found.append(Settlement(mark.when.seq, mark.when.wire_ns, fact, document, last))
            elif mark.what == "returned":
                found.append(Settlement(mark.when.seq, mark.when.wire_ns, fact, document, -last))
                last = 0
    return found


def _credited(notes: Iterable[ErpDocument], seq: int) -> int:
    """What credit notes had taken off it by then."""
    return sum(one.total for one in notes if one.live_at(seq))


def _most_paid(settled: list[Settlement], fact: Fact) -> list[Settlement]:
    """The payments that stood together when more was paid than is owed; a credit note is owed nothing."""
    worth = 0 if fact.truth.get("kind") == "credit_note" else fact.total
    paid: dict[str, Settlement] = {}
    for one in settled:
        if one.amount <= 0:
            paid.pop(one.document.number, None)
            continue
        paid[one.document.number] = one
        if sum(each.amount for each in paid.values()) > worth and (len(paid) > 1 or not worth):
            return list(paid.values())
    return []


def _finding(case: Case, wrong: list[Settlement]) -> Finding:
    fact = wrong[-1].fact
    numbers = " and ".join(one.document.number for one in wrong)
    total = sum(one.amount for one in wrong)
    worth = 0 if fact.truth.get("kind") == "credit_note" else fact.total
    about = f"{fact.truth['supplier_reference']} of {fact.partner}" if fact.flow == "INV" else fact.source
    over = Money(total - worth, fact.currency)
    says = (
        f"{about} is worth {Money(worth, fact.currency)}, and {Money(total, fact.currency)} were paid for it: {numbers}"
    )
    seqs = {case.fact_seqs[one.fact.id] for one in wrong} | {one.document.made.seq for one in wrong}
    return Finding(ID, fact.id, says, tuple(sorted(seqs | {one.seq for one in wrong})), over, CARD)
