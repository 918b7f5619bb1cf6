"""O04 BALANCE: every journal balances."""

from __future__ import annotations

from hardclose_mocks.kernel.commands import EntryLine
from hardclose_mocks.kernel.money import Money
from hardclose_simulator.case import Case
from hardclose_simulator.verdict import Finding, Verdict

ID = "O04"
CARD = "an entry is in one company and one currency, and its debits equal its credits"


def check(case: Case) -> Verdict:
    """O04: debits equal credits in every entry that the integration words itself.

    Postings and invoices are one-sided: the books complete their journals, and prove nothing about anybody. An entry
    that the books refused for its sum has changed nothing: whether people hear of it is O12's."""
    entries = [one for one in case.documents.values() if one.flow == "JNL" and one.by_integration]
    findings = []
    for entry in entries:
        lines = [one for one in entry.lines if isinstance(one, EntryLine)]
        debit, credit = sum(one.debit for one in lines), sum(one.credit for one in lines)
        if debit != credit:
            fact, off = case.fact_of(entry), Money(abs(debit - credit), entry.currency)
            says = f"{entry.number} ({entry.reference}) debits {Money(debit, entry.currency)} and credits "
            says += f"{Money(credit, entry.currency)}"
            findings.append(Finding(ID, fact.id if fact is not None else None, says, (entry.made.seq,), off, CARD))
    return Verdict.of(ID, findings, evaluated=len(entries))
