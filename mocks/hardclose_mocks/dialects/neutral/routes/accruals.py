"""Accruals at close: procurement's proposals, and the ERP's journal entries."""

from __future__ import annotations

from hardclose_mocks.dialects.neutral.description import purchasing_examples as purchasing
from hardclose_mocks.dialects.neutral.routes.resources import (
    COMPANY,
    Action,
    Creation,
    Resource,
    reversal,
    source_filters,
    status_filter,
)
from hardclose_mocks.dialects.neutral.routes.sources import write_back
from hardclose_mocks.dialects.neutral.wire import purchasing_answers as answers
from hardclose_mocks.dialects.neutral.wire.accruals import AccrualIn, JournalEntryIn, accrual, journal_entry
from hardclose_mocks.kernel.commands import ApproveAccrual, ReverseJournalEntry
from hardclose_mocks.kernel.documents import Accrual, JournalEntry

ACCRUALS = Resource(
    kind="accrual",
    path="/v1/accruals",
    document=Accrual,
    encode=accrual,
    answer="Accrual",
    example="A-2026-1101",
    filters=source_filters(answers.ACCRUAL_STATUSES),
    creation=Creation(
        AccrualIn,
        "Propose an accrual for what came and was not invoiced",
        purchasing.ACCRUALS,
        ("get", "approve"),
        names_documents=True,
    ),
    actions=(
        write_back("accrual"),
        Action(
            "approve",
            "/approval",
            "Approve a proposed accrual",
            lambda asked: ApproveAccrual(asked.number, asked.person("approve")),
            leads=("posting",),
            by_person=True,
        ),
    ),
    get_leads=("posting",),
)
JOURNAL_ENTRIES = Resource(
    kind="journal_entry",
    path="/v1/journal-entries",
    document=JournalEntry,
    encode=journal_entry,
    answer="JournalEntry",
    example="JE-DE01-000001",
    filters={**COMPANY, **status_filter(*answers.BOOKED_STATUSES)},
    creation=Creation(
        JournalEntryIn,
        "Post a journal entry, an accrual say",
        purchasing.JOURNAL_ENTRIES,
        ("get", "reverse"),
        by_reference=True,
    ),
    actions=(reversal("Take a journal entry back, once", ReverseJournalEntry),),
    get_leads=("reverse",),
)
