"""Request bodies about suppliers, goods, invoices and accruals that work in a sandbox as `hardclose up` opens one."""

from __future__ import annotations

from hardclose_mocks.dialects.neutral.description.examples import Body, Examples

_SUPPLIER: Body = {
    "name": "Kontor Nord GmbH",
    "currency": "EUR",
    "tax_id": "DE811907980",
    "payment_terms_days": 30,
    "contact": "rechnung@kontor-nord.example",
    "bank_account": "DE02120300000000202051",
}
SUPPLIER_REQUESTS: Examples = {
    "office": {"number": "S-2026-1101", "company": "DE01", "requester": "DE01-buyer1", **_SUPPLIER}
}
REVISED_SUPPLIER_REQUESTS: Examples = {
    "renamed": {"name": "Kontor Nord SE", "tax_id": "DE811907980", "payment_terms_days": 14, "contact": ""}
}
BANK_ACCOUNTS: Examples = {"new-bank": {"bank_account": "DE02500105170137075030"}}
BLOCKS: Examples = {"stop": {"blocked": True}}
MERGES: Examples = {"duplicate": {"into": "S-2026-1102"}}
SUPPLIERS: Examples = {
    "office": {"company": "DE01", "reference": "S-2026-1101", **_SUPPLIER, "bank_verified": True, "revision": 1}
}
SUPPLIER_CHANGES: Examples = {
    "new-bank": {"bank_account": "DE02500105170137075030", "bank_verified": False, "revision": 2},
    "renamed": {"name": "Kontor Nord SE", "payment_terms_days": 14, "revision": 3},
}
RECEIPTS: Examples = {
    "both": {
        "number": "W-2026-1101",
        "requisition": "Q-2026-1103",
        "receiver": "DE01-buyer1",
        "received_on": "2026-11-30",
        "lines": [{"order_line": 1, "quantity": 2}],
    }
}
GOODS_RECEIPTS: Examples = {
    "both": {
        "company": "DE01",
        "reference": "W-2026-1101",
        "order": "PO-DE01-000001",
        "posting_date": "2026-11-30",
        "text": "Two licences",
        "lines": [{"order_line": 1, "quantity": 2}],
    }
}


def _invoice_line(price: str, quantity: int, tax: str) -> Body:
    return {
        "order_line": 1,
        "account": "6310",
        "cost_center": "DE01-CC02",
        "project": None,
        "text": "Licence",
        "quantity": quantity,
        "unit_price": price,
        "tax_code": "V19",
        "tax": tax,
    }


_INVOICE: Body = {
    "supplier": "DE01-S01",
    "supplier_reference": "2026/4711",
    "invoice_date": "2026-11-28",
    "due_on": "2026-12-28",
    "total": "1071.00",
    "text": "Two licences",
    "lines": [_invoice_line("450.00", 2, "171.00")],
}
_CREDIT: Body = {
    **_INVOICE,
    "supplier_reference": "2026/4712",
    "total": "535.50",
    "text": "One licence returned",
    "lines": [_invoice_line("450.00", 1, "85.50")],
}
INVOICES: Examples = {
    "licences": {
        "number": "I-2026-1101",
        "company": "DE01",
        "kind": "invoice",
        "clerk": "DE01-buyer1",
        "currency": "EUR",
        "requisition": "Q-2026-1103",
        **_INVOICE,
    }
}
REVISED_INVOICES: Examples = {"as-printed": _INVOICE}
SUPPLIER_INVOICES: Examples = {
    "licences": {
        "company": "DE01",
        "kind": "invoice",
        "reference": "I-2026-1101",
        "posting_date": "2026-11-30",
        "currency": "EUR",
        "order": "PO-DE01-000001",
        **_INVOICE,
    },
    "credit": {
        "company": "DE01",
        "kind": "credit_note",
        "reference": "I-2026-1102",
        "posting_date": "2026-11-30",
        "currency": "EUR",
        "order": "PO-DE01-000001",
        "credits": "SI-DE01-000001",
        **_CREDIT,
    },
}
ACCRUALS: Examples = {
    "licences": {
        "number": "A-2026-1101",
        "company": "DE01",
        "requisition": "Q-2026-1103",
        "order_line": 1,
        "amount": "900.00",
        "currency": "EUR",
        "accrued_on": "2026-11-30",
        "reverse_on": "2026-12-01",
        "person": "DE01-buyer1",
    }
}
JOURNAL_ENTRIES: Examples = {
    "licences": {
        "company": "DE01",
        "reference": "A-2026-1101",
        "posting_date": "2026-11-30",
        "currency": "EUR",
        "reverse_on": "2026-12-01",
        "text": "Licences received, not invoiced",
        "lines": [
            {"account": "6310", "debit": "900.00", "credit": "0.00", "cost_center": "DE01-CC02", "text": "Licence"},
            {"account": "2200", "debit": "0.00", "credit": "900.00", "cost_center": None, "text": "Licence"},
        ],
    }
}
COST_CENTERS: Examples = {
    "renamed": {
        "company": "DE01",
        "name": "Research and development",
        "owner": "DE01-lead1",
        "valid_from": "2020-01-01",
        "valid_to": "2099-12-31",
        "blocked": False,
        "revision": 2,
    }
}
REPORT_ATTACHMENTS: Examples = {
    "ticket": {
        "id": "F-2026-1101",
        "name": "ticket.pdf",
        "content_type": "application/pdf",
        "size": 48213,
        "required": True,
    }
}
