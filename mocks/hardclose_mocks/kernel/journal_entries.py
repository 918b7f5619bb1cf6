"""Journal entries made by hand or for accruals: balanced, and reversed at most once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from hardclose_mocks.kernel.calendars import fiscal_period
from hardclose_mocks.kernel.commands import EntryLine, PostJournalEntry, ReverseJournalEntry
from hardclose_mocks.kernel.directory import Use
from hardclose_mocks.kernel.documents import Done, Event, JournalEntry, JournalLine
from hardclose_mocks.kernel.journal import check_balanced, reversal_journal
from hardclose_mocks.kernel.ledger import Ledger, check_currency, check_filled
from hardclose_mocks.kernel.master import Company
from hardclose_mocks.kernel.refusals import Invalid, Refused
from hardclose_mocks.kernel.register import Register, check_reversible

KIND = "journal_entry"
MODULE = "journals"
BY_HAND = ("expense", "accrued")
"""Kinds of account; the others are kept by their own documents."""


class JournalEntries:
    """Each method checks everything before it changes anything."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.register: Register[JournalEntry] = Register(KIND)

    def post(self, command: PostJournalEntry, at: datetime, actor: str) -> Done:
        ledger, day = self._ledger, command.posting_date
        check_filled(reference=command.reference)
        _check_lines(command.lines)
        if command.reverse_on is not None and command.reverse_on < day:
            raise Refused(Invalid("reverse_on", f"{command.reverse_on} is before the posting of {day}"))
        company = ledger.directory.company(command.company)
        ledger.directory.check(company.code, _uses(command.lines), day)
        self._check_accounts(command.lines)
        check_currency(company, command.currency)
        if command.unique_reference:
            self.register.check_unique(command.reference)
        ledger.periods.check(company, MODULE, day, at=at)
        journal = tuple(
            JournalLine(line.account, line.debit, line.credit, line.cost_center, line.text) for line in command.lines
        )
        check_balanced(journal, command.currency, "journal")
        year, period = fiscal_period(company, day)
        entry = JournalEntry(
            number=ledger.draw("JE", company.code),
            company=company.code,
            reference=command.reference,
            posting_date=day,
            accounting_date=command.accounting_date,
            fiscal_year=year,
            period=period,
            currency=command.currency,
            lines=command.lines,
            journal=journal,
            total=sum(line.debit for line in command.lines),
            reverse_on=command.reverse_on,
            text=command.text,
            status="posted",
            reversal=None,
            reverses=None,
            version=1,
            created_at=at,
            updated_at=at,
            created_by=actor,
        )
        self.register.enter(entry)
        self._spend(company, entry.lines, day, 1)
        return Done(entry.number, 1, (_event("posted", entry, at),))

    def reverse(self, command: ReverseJournalEntry, at: datetime, actor: str) -> Done:
        ledger = self._ledger
        entry = self.register.named(command.number, command.expected_version)
        check_filled(reason=command.reason)
        check_reversible(KIND, entry)
        company = ledger.directory.company(entry.company)
        year, period = ledger.reversal_period(company, MODULE, entry.posting_date, command.posting_date, at)
        reversal = replace(
            entry,
            number=ledger.draw("JE", company.code),
            posting_date=command.posting_date,
            accounting_date=None,
            fiscal_year=year,
            period=period,
            journal=reversal_journal(entry.journal),
            reverse_on=None,
            text=command.reason,
            reverses=entry.number,
            version=1,
            created_at=at,
            updated_at=at,
            created_by=actor,
        )
        undone = replace(entry, status="reversed", reversal=reversal.number, version=entry.version + 1, updated_at=at)
        self.register.enter(reversal)
        self.register.shelf.put(undone)
        self._spend(company, entry.lines, command.posting_date, -1)
        return Done(undone.number, undone.version, (_event("reversed", undone, at),))

    def _check_accounts(self, lines: Sequence[EntryLine]) -> None:
        for at, line in enumerate(lines):
            kind = self._ledger.directory.accounts[line.account].kind
            if kind not in BY_HAND:
                says = f"account {line.account} is of kind {kind}, not {' or '.join(BY_HAND)}"
                raise Refused(Invalid(f"lines.{at}.account", says))
            if kind == "expense" and line.cost_center is None:
                raise Refused(Invalid(f"lines.{at}.cost_center", "somebody has to bear the expense"))

    def _spend(self, company: Company, lines: Sequence[EntryLine], on: date, sign: int) -> None:
        for line in lines:
            if line.cost_center is not None and self._ledger.directory.accounts[line.account].kind == "expense":
                budget = self._ledger.budget(company, line.cost_center, on)
                budget.actuals += sign * (line.debit - line.credit)


def _check_lines(lines: Sequence[EntryLine]) -> None:
    if len(lines) < 2:
        raise Refused(Invalid("lines", "an entry has two sides at least"))
    for at, line in enumerate(lines):
        if min(line.debit, line.credit) != 0 or max(line.debit, line.credit) <= 0:
            raise Refused(Invalid(f"lines.{at}", "exactly one of debit and credit is above zero"))


def _uses(lines: Sequence[EntryLine]) -> list[Use]:
    uses = []
    for line in lines:
        uses.append(("account", line.account))
        if line.cost_center is not None:
            uses.append(("cost_center", line.cost_center))
    return uses


def _event(what: str, entry: JournalEntry, at: datetime) -> Event:
    return Event(f"{KIND}.{what}", entry.number, 1, entry.company, at)
