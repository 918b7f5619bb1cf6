"""Payment runs of the ERP: each debt paid once, to the account verified as of then; payments that came back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from hardclose_mocks.kernel.commands import ReturnPayment, RunPayments
from hardclose_mocks.kernel.documents import Done, Event, ExpensePosting, Payment, SupplierInvoice
from hardclose_mocks.kernel.ledger import Ledger, check_filled
from hardclose_mocks.kernel.postings import Postings
from hardclose_mocks.kernel.refusals import Refused, WrongState
from hardclose_mocks.kernel.register import Register
from hardclose_mocks.kernel.supplier_invoices import SupplierInvoices
from hardclose_mocks.kernel.suppliers import Suppliers

KIND = "payment"


class Payments:
    """One document per debt. Suppliers who are blocked, blocked for payments or without a verified account wait."""

    def __init__(self, ledger: Ledger, postings: Postings, invoices: SupplierInvoices, suppliers: Suppliers) -> None:
        self._ledger, self._postings, self._invoices, self._suppliers = ledger, postings, invoices, suppliers
        self.register: Register[Payment] = Register(KIND)

    def run(self, command: RunPayments, at: datetime, actor: str) -> Done:
        """Expense postings, then supplier invoices, each in the order of posting; nothing to pay is no refusal."""
        check_filled(run=command.run)
        self._ledger.directory.company(command.company)
        events = []
        for posting in self._postings.payable(command.company, command.cut_off):
            payment = self._payment(posting, posting.employee, "", posting.total, command.run, at, actor)
            self._postings.pay(posting, command.run, at)
            events.append(_event("completed", payment, at, run=command.run))
        for invoice in self._invoices.payable(command.company, command.cut_off):
            supplier = self._suppliers.survivor_of(invoice.supplier)
            if supplier.blocked or supplier.payment_blocked or not supplier.bank_account:
                continue
            payee, account = supplier.number, supplier.bank_account
            payment = self._payment(invoice, payee, account, invoice.owed, command.run, at, actor)
            paid = self._invoices.pay(invoice, command.run, payment.number, at)
            events.extend((_event("completed", payment, at, run=command.run), paid))
        return Done(None, 0, tuple(events))

    def give_back(self, command: ReturnPayment, at: datetime) -> Done:
        """What it paid is owed again, and the next run pays it."""
        payment = self.register.named(command.number)
        check_filled(reason=command.reason)
        if not payment.live:
            raise Refused(WrongState(KIND, payment.number, payment.status, "returned"))
        version = payment.version + 1
        returned = replace(payment, status="returned", reason=command.reason, version=version, updated_at=at)
        self.register.shelf.put(returned)
        if payment.document in self._postings.register.shelf:
            self._postings.owe_again(payment.document, at)
        else:
            self._invoices.owe_again(payment.document, at)
        event = _event("returned", returned, at, run=payment.run, reason=command.reason)
        return Done(returned.number, returned.version, (event,))

    def _payment(
        self,
        debt: ExpensePosting | SupplierInvoice,
        payee: str,
        account: str,
        amount: int,
        run: str,
        at: datetime,
        actor: str,
    ) -> Payment:
        payment = Payment(
            number=self._ledger.draw("PY", debt.company),
            company=debt.company,
            run=run,
            reference=debt.reference,
            document=debt.number,
            payee=payee,
            bank_account=account,
            amount=amount,
            currency=debt.currency,
            paid_on=self._ledger.directory.company(debt.company).business_date(at),
            status="completed",
            reason=None,
            version=1,
            created_at=at,
            updated_at=at,
            created_by=actor,
        )
        self.register.enter(payment)
        return payment


def _event(what: str, payment: Payment, at: datetime, **data: Any) -> Event:
    """About the debt: its subject is what was paid."""
    told = {**data, "reference": payment.reference, "payment_document": payment.number}
    return Event(f"{KIND}.{what}", payment.document, 1, payment.company, at, told)
