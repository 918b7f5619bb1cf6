"""O27 BANKHOLD: changed bank details wait for verification."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hardclose_mocks.kernel.money import Money
from hardclose_simulator.case import Case
from hardclose_simulator.followed import fact_of, plainly, sources_of
from hardclose_simulator.lives import ErpDocument
from hardclose_simulator.master_writes import MasterWrite
from hardclose_simulator.verdict import Finding, Verdict

ID = "O27"
CARD = "a changed bank account is `pending_bank_account` until `supplier_request.bank_verified`"


def check(case: Case) -> Verdict:
    """O27: the account that payments go to is one that the source has verified by then.

    The first one is verified with the approval of the supplier. A changed one may wait in the pending field. The
    finding is the copy that was made payable too early; what was paid to it is its money. Tempted by every supplier
    whose account changed at the source, and that the integration keeps up."""
    findings, tempted = [], 0
    for name, writes in case.master_writes.items():
        sources = sources_of(case, name) if name[1] == "supplier" else ()
        if not sources:
            continue
        tempted += any(_changed(case, source) for source in sources)
        for place, write in enumerate(writes):
            account = write.after.bank_account
            if not write.by_integration or not account or not write.changed("bank_account"):
                continue
            if plainly(account) not in _verified(case, sources, write.when.seq):
                findings.append(_finding(case, sources[0], write, list(_paid(case, writes, place))))
    return Verdict.of(ID, findings, evaluated=tempted)


def _changed(case: Case, source: str) -> bool:
    return any(
        one.document.pending_bank_account is not None for one in case.source_lines["procurement", source].versions
    )


def _verified(case: Case, sources: Sequence[str], before_seq: int) -> set[str]:
    """Accounts that the source held as verified at some time before."""
    return {
        plainly(one.document.bank_account)
        for source in sources
        for one in case.source_lines["procurement", source].versions
        if one.approved and one.seq < before_seq
    }


def _paid(case: Case, writes: Sequence[MasterWrite], place: int) -> Iterator[ErpDocument]:
    """Invoices that were paid while the account stood."""
    write = writes[place]
    until = next((one.when.seq for one in writes[place + 1 :] if one.changed("bank_account")), len(case.records))
    for document in case.documents.values():
        his = document.flow == "INV" and document.partner == write.number
        if his and document.paid is not None and write.when.seq < document.paid.seq < until:
            yield document


def _finding(case: Case, source: str, write: MasterWrite, paid: Sequence[ErpDocument]) -> Finding:
    went = f"; {', '.join(one.number for one in paid)} paid to it" if paid else ""
    says = (
        f"{write.number} was given the bank account {write.after.bank_account} of {source} to be paid to, and nobody "
        f"had verified it{went}"
    )
    asked = [
        one.seq
        for one in case.source_lines["procurement", source].versions
        if one.document.pending_bank_account == write.after.bank_account and one.seq < write.when.seq
    ]
    seqs = {write.when.seq, *asked[:1], *(one.paid.seq for one in paid if one.paid is not None)}
    money = Money(sum(one.total for one in paid), paid[0].currency) if paid else None
    return Finding(ID, fact_of(case, write.name, source), says, tuple(sorted(seqs)), money, CARD)
