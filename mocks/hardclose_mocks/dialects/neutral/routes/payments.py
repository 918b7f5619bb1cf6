"""What the ERP has paid."""

from __future__ import annotations

from hardclose_mocks.dialects.neutral.routes.paging import Filter
from hardclose_mocks.dialects.neutral.routes.resources import BY_REFERENCE, COMPANY, Resource, status_filter
from hardclose_mocks.dialects.neutral.wire import purchasing_answers as answers
from hardclose_mocks.dialects.neutral.wire.payments import payment
from hardclose_mocks.kernel.documents import Payment

PAYMENTS = Resource(
    kind="payment",
    path="/v1/payments",
    document=Payment,
    encode=payment,
    answer="Payment",
    example="PY-DE01-000001",
    filters={
        **COMPANY,
        **status_filter(*answers.PAYMENT_STATUSES),
        **BY_REFERENCE,
        "run": Filter(lambda document: document.run),
        "document": Filter(lambda document: document.document),
    },
)
