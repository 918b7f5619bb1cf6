"""O23 ACCRUAL: accruals reverse once, in the intended period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from hardclose_mocks.clock import NS
from hardclose_mocks.history.records import Fact
from hardclose_mocks.kernel.commands import EntryLine
from hardclose_mocks.kernel.money import Money
from hardclose_simulator.attempts import INTEGRATION
from hardclose_simulator.case import Case
from hardclose_simulator.lives import ErpDocument, Moment, accepted
from hardclose_simulator.period_line import MODULE_OF, Period
from hardclose_simulator.settling import liveness
from hardclose_simulator.verdict import Finding, Verdict

ID = "O23"
MODULE = MODULE_OF["JNL"]
CARD = "journal_entry.reverse: once, in the period of `reverse_on`"


@dataclass(frozen=True, slots=True)
class Reversal:
    """`amount` is what it takes off the expense, minor units; `started_ns` is when it was asked for; `entry` the one it
    reverses, or the one it is itself where it could be of several."""

    entry: str
    when: Moment
    day: date
    amount: int
    started_ns: int
    actor: str


def check(case: Case) -> Verdict:
    """O23: each accrual that stands is reversed once, in the period of its day of reversal, and not a second time.

    A reversal is the ERP's own of the entry, or an entry of the same reference the other way round; several may share
    the amount, as invoices come. Judged at audit is only what should have been reversed long before it: the period was
    open, and no person was told why not. An accrual taken back because it was wrong, a later open period where the
    intended one was closed, and what people reversed themselves are no breach."""
    undone = _reversals(case)
    findings, lasting, evaluated = [], [], 0
    for fact in case.facts:
        entries = [one for one in case.documents_of(fact) if one.by_integration] if fact.flow == "JNL" else []
        accruals = [one for one in entries if _expensed(fact, one) > 0]
        if not accruals:
            continue
        evaluated += 1
        back = [one for entry in accruals for one in undone.get(entry.number, ())]
        about = accruals[0].number if len(accruals) == 1 else ""
        back += [
            Reversal(about or one.number, one.made, one.day, -_expensed(fact, one), one.started_ns, one.actor)
            for one in entries
            if _expensed(fact, one) < 0 and one.live
        ]
        accrued, taken = sum(_expensed(fact, one) for one in accruals), sum(one.amount for one in back)
        says, at = _wrongly(case, fact, accruals, back)
        if taken > accrued:
            twice = f"{fact.source} accrued {_money(fact, accrued)} and {_money(fact, taken)} of it were reversed"
            findings.append(_finding(case, fact, accruals, twice, back[1:] or back))
        elif says:
            findings.append(_finding(case, fact, accruals, says, at))
        elif taken < accrued and _overdue(case, fact, accruals):
            left = (
                f"{_money(fact, accrued - taken)} accrued for {fact.source} were never reversed, though the period of "
            )
            lasting.append(_finding(case, fact, accruals, f"{left}{_intended(fact)} is open", back))
    closed = [one.when.wire_ns for listed in undone.values() for one in listed]
    judged = liveness(case, ID, lasting, evaluated=evaluated, closed_ns=closed)
    return Verdict.of(ID, [*findings, *judged.findings], evaluated=evaluated) if findings else judged


def _reversals(case: Case) -> dict[str, list[Reversal]]:
    """The ERP's own, by the entry they reverse."""
    found: dict[str, list[Reversal]] = {}
    for record, carried in accepted(case.records):
        number = str(carried.arguments.get("number"))
        if carried.command == "ReverseJournalEntry" and number in case.documents:
            entry = case.documents[number]
            day = date.fromisoformat(str(carried.arguments["posting_date"]))
            when = Moment(record.seq, record.wire_ns, carried.at)
            asked = getattr(record.body, "started_ns", record.wire_ns)
            found.setdefault(number, []).append(Reversal(number, when, day, entry.total, asked, record.actor))
    return found


def _expensed(fact: Fact, entry: ErpDocument) -> int:
    """What the entry adds to the accounts that the accrual charges; below zero where it goes the other way round."""
    charged = {line["account"] for line in fact.lines}
    lines = [one for one in entry.lines if isinstance(one, EntryLine) and one.account in charged]
    return sum(one.debit - one.credit for one in lines)


def _intended(fact: Fact) -> date:
    return date.fromisoformat(str(fact.truth["reverse_on"]))


def _wrongly(case: Case, fact: Fact, accruals: list[ErpDocument], back: list[Reversal]) -> tuple[str, list[Reversal]]:
    """Which of the integration's reversals came before its time or in another period than the intended one."""
    home = case.periods.period_of(fact.company, _intended(fact))
    for one in back:
        if one.actor != INTEGRATION or case.superseded(fact):
            continue
        if any(other.voided is None and other.number != one.entry for other in accruals):
            # It was wrong, or one too many: another stands in its place.
            continue
        period = case.periods.period_of(fact.company, one.day)
        if period < home:
            says = f"the accrual {fact.source} was reversed on {one.day}, before its day of reversal {_intended(fact)}"
            return says, [one]
        if period > home and _open_throughout(case, fact, home, one):
            says = f"the accrual {fact.source} was reversed on {one.day}, and the period of {_intended(fact)} was open"
            return says, [one]
    return "", []


def _open_throughout(case: Case, fact: Fact, period: Period, one: Reversal) -> bool:
    """From before the reversal was asked for, as old as what was read may be, until it was made."""
    since = case.clock.business_at(one.started_ns - round(case.freshness_s("erp") * NS)) or one.when.at
    return _open(case, fact, period, min(since, one.when.at), one.when.at)


def _open(case: Case, fact: Fact, period: Period, since: datetime, until: datetime) -> bool:
    moments = case.periods.moments(fact.company, MODULE, since, until)
    return all(case.periods.state(fact.company, MODULE, period, one) == "open" for one in moments)


def _overdue(case: Case, fact: Fact, accruals: list[ErpDocument]) -> bool:
    """Whether it had to be reversed by the audit: the period was open for the whole quiet time before it, nobody took
    the accrual back, and no person was told."""
    if case.audit is None:
        return True
    if (
        case.superseded(fact)
        or case.visible(fact)
        or not all(case.long_before_audit(one.made.wire_ns) for one in accruals)
    ):
        return False
    until = case.clock.business_at(case.audit.wire_ns)
    since = case.clock.business_at(case.audit.wire_ns - case.quiet_ns)
    if until is None or since is None:
        return False
    home = case.periods.period_of(fact.company, _intended(fact))
    owner = case.periods.companies[fact.company]
    return owner.business_date(since) >= _intended(fact) and _open(case, fact, home, since, until)


def _money(fact: Fact, minor: int) -> Money:
    return Money(minor, fact.currency)


def _finding(case: Case, fact: Fact, accruals: list[ErpDocument], says: str, at: list[Reversal]) -> Finding:
    seqs = {case.fact_seqs[fact.id], *(one.made.seq for one in accruals), *(one.when.seq for one in at)}
    return Finding(ID, fact.id, says, tuple(sorted(seqs)), case.money(fact), CARD)
