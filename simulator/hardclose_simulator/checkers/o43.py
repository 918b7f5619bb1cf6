"""O43 CUTOFF: the close certificate is true."""

from __future__ import annotations

from datetime import date

from hardclose_mocks.clock import NS
from hardclose_mocks.history.records import Fact
from hardclose_simulator.attempts import Know
from hardclose_simulator.case import Case
from hardclose_simulator.latency import clear_of, due_ns, objective_s, troubled
from hardclose_simulator.lives import NEGATIVE
from hardclose_simulator.period_line import MODULE_OF, PeriodChange
from hardclose_simulator.verdict import Finding, Verdict

ID = "O43"


def check(case: Case) -> Verdict:
    """O43: when a period locks, everything dated in it is posted, or on the list of known exceptions.

    Held to it are facts approved a service level before the lock, and clear of faults from then until it. An entry of
    the exception list counts though it is seen at audit only. A later redated document does not mend it."""
    windows, margin_ns = troubled(case), round(objective_s(case) * NS)
    findings, evaluated = [], 0
    for fact in case.facts:
        if fact.flow not in ("EXP", "RBP") or fact.company not in case.periods.companies:
            continue
        due = due_ns(case, fact)
        lock = _lock(case, fact)
        if lock is None or due + margin_ns > case.records[lock.seq].wire_ns:
            continue
        if not clear_of(windows, due, case.records[lock.seq].wire_ns):
            continue
        evaluated += 1
        if not _accounted(case, fact, lock):
            month = f"{lock.period[0]}/{lock.period[1]:02}"
            says = (
                f"{fact.source} was approved in good time, and when {lock.module} of {fact.company} closed {month} it "
                "was neither posted nor among the exceptions"
            )
            seqs = (case.fact_seqs[fact.id], lock.seq)
            card = f"service_levels: {objective_s(case):g} s"
            findings.append(Finding(ID, fact.id, says, tuple(sorted(seqs)), case.money(fact), card))
    return Verdict.of(ID, findings, evaluated=evaluated)


def _lock(case: Case, fact: Fact) -> PeriodChange | None:
    """The first close of the fact's own period after its approval."""
    home = case.periods.period_of(fact.company, date.fromisoformat(fact.accounting_date))
    return next(
        (
            one
            for one in case.periods.changes_of(fact.company, MODULE_OF[fact.flow])
            if one.period == home and one.state != "open" and one.at >= fact.due_at
        ),
        None,
    )


def _accounted(case: Case, fact: Fact, lock: PeriodChange) -> bool:
    if any(one.made.seq < lock.seq for one in case.documents_of(fact)):
        return True
    if any(one.know is Know.FAIL and one.seq < lock.seq and case.visible(fact) for one in case.creations(fact)):
        return True
    told = any(one.state in NEGATIVE and one.when.seq < lock.seq for one in case.claims_of(fact))
    gone = any(one.seq < lock.seq and not one.approved for one in case.line_of(fact).versions[-1:])
    return told or gone or any(fact.id in entry.mentions for entry in case.entries)
