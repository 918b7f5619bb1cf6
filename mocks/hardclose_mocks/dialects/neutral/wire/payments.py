"""Payments of the ERP on the neutral wire."""

from __future__ import annotations

from hardclose_mocks.dialects.neutral.wire import purchasing_answers as answers
from hardclose_mocks.dialects.neutral.wire.progress import changes
from hardclose_mocks.dialects.neutral.wire.values import amount
from hardclose_mocks.kernel.documents import Payment
from hardclose_mocks.kernel.master import Company


def payment(document: Payment, company: Company) -> answers.Payment:
    return {
        "number": document.number,
        "company": document.company,
        "run": document.run,
        "reference": document.reference,
        "document": document.document,
        "payee": document.payee,
        "bank_account": document.bank_account,
        "amount": amount(document.amount, document.currency),
        "currency": document.currency,
        "paid_on": document.paid_on.isoformat(),
        "status": document.status,
        "reason": document.reason,
        **changes(document, company),
        "created_by": document.created_by,
    }
