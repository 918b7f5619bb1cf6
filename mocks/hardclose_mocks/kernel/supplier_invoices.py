"""Supplier invoices and credit notes of the ERP: posted, matched, blocked for payment, released, reversed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime

from hardclose_mocks.kernel.calendars import fiscal_period
from hardclose_mocks.kernel.commands import PostSupplierInvoice, ReleaseInvoice, ReverseSupplierInvoice
from hardclose_mocks.kernel.documents import Done, Event, JournalLine, PurchaseOrder, SupplierInvoice
from hardclose_mocks.kernel.invoice_checks import check_invoice_values, check_sums, gross_of, pieces_of, signed
from hardclose_mocks.kernel.journal import check_balanced, expense_journal, reversal_journal
from hardclose_mocks.kernel.ledger import Ledger, check_currency, check_filled
from hardclose_mocks.kernel.lines import PostingLine
from hardclose_mocks.kernel.matching import GOOD, line_match, worst
from hardclose_mocks.kernel.orders import Orders
from hardclose_mocks.kernel.refusals import DuplicateReference, Invalid, NotAllowed, Refused, WrongState
from hardclose_mocks.kernel.register import Register, check_reversible
from hardclose_mocks.kernel.suppliers import Suppliers
from hardclose_mocks.kernel.workflow import check_own_hand

KIND = "supplier_invoice"
MODULE = "payables"
RELEASERS = ("ap_clerk", "controller")


class SupplierInvoices:
    """Each method checks everything before it changes anything."""

    def __init__(self, ledger: Ledger, orders: Orders, suppliers: Suppliers) -> None:
        self._ledger, self._orders, self._suppliers = ledger, orders, suppliers
        self.register: Register[SupplierInvoice] = Register(KIND)
        # All of these follow from the documents.
        self._printed: dict[tuple[str, str, str], str] = {}
        """The live document by supplier, the supplier's reference, and kind."""
        self._unpaid: dict[str, dict[str, None]] = {}
        """Live open invoices per company, in the order of posting."""
        self._of_order: dict[str, dict[str, None]] = {}
        """Live invoices per order, in the order of posting."""
        self._notes: dict[str, dict[str, None]] = {}
        """Live credit notes per invoice."""
        self._credited: Counter[tuple[str, int]] = Counter()
        """Pieces credited, by invoice and line of its order."""

    # --- posting ---

    def post(self, command: PostSupplierInvoice, at: datetime, actor: str) -> Done:
        ledger, day = self._ledger, command.posting_date
        check_filled(reference=command.reference, supplier_reference=command.supplier_reference)
        order_named, credits_named = command.order is not None, command.credits is not None
        check_invoice_values(command.kind, command.lines, has_order=order_named, has_credits=credits_named)
        company = ledger.directory.company(command.company)
        ledger.check_masters(company, ("supplier", command.supplier), command.lines, day)
        check_currency(company, command.currency)
        order = self._order_of(command)
        credited = self._credited_by(command)
        if command.unique_reference:
            self.register.check_unique(command.reference)
        printed = (command.supplier, command.supplier_reference, command.kind)
        if printed in self._printed:
            raise Refused(DuplicateReference(command.supplier_reference, self._printed[printed]))
        ledger.periods.check(company, MODULE, day, at=at)
        check_sums(ledger.directory, company.code, command.currency, command.lines, command.total)
        journal = self._journal(command)
        check_balanced(journal, command.currency, "journal")

        year, period = fiscal_period(company, day)
        used_up = credited is not None and credited.payment != "paid"
        invoice = SupplierInvoice(
            number=ledger.draw("SI", company.code),
            company=company.code,
            kind=command.kind,
            reference=command.reference,
            supplier=command.supplier,
            supplier_reference=command.supplier_reference,
            invoice_date=command.invoice_date,
            posting_date=day,
            accounting_date=command.accounting_date,
            due_on=command.due_on,
            fiscal_year=year,
            period=period,
            currency=command.currency,
            order=command.order,
            credits=command.credits,
            lines=command.lines,
            journal=journal,
            total=signed(command.kind, gross_of(command.lines)),
            text=command.text,
            match="not_required",
            payment_block=False,
            released_by=None,
            released_because=None,
            credited=0,
            status="posted",
            payment="cleared" if used_up else "open",
            payment_run=None,
            payment_document=None,
            reversal=None,
            reverses=None,
            version=1,
            created_at=at,
            updated_at=at,
            created_by=actor,
        )
        return self._take_in(invoice, order, credited, at)

    def _take_in(
        self, invoice: SupplierInvoice, order: PurchaseOrder | None, credited: SupplierInvoice | None, at: datetime
    ) -> Done:
        """Everything has been checked."""
        number = invoice.number
        self._printed[invoice.supplier, invoice.supplier_reference, invoice.kind] = number
        self._move(invoice, order, 1)
        self._spend(invoice, invoice.posting_date, 1)
        if credited is not None:
            self._notes.setdefault(credited.number, {})[number] = None
            self._credit(credited, gross_of(invoice.lines), at)
        else:
            self._unpaid.setdefault(invoice.company, {})[number] = None
            if order is not None:
                self._of_order.setdefault(order.number, {})[number] = None
                match = self._matches(order, invoice)[number]
                invoice = replace(invoice, match=match, payment_block=match not in GOOD)
        self.register.enter(invoice)
        events = [_event("posted", invoice, at)]
        if invoice.payment_block or invoice.match == "matched":
            events.append(_event("blocked" if invoice.payment_block else "matched", invoice, at))
        if order is not None and credited is not None:
            events.extend(self.match_again(order.number, at))
        return Done(number, invoice.version, tuple(events))

    # --- afterwards ---

    def reverse(self, command: ReverseSupplierInvoice, at: datetime, actor: str) -> Done:
        """Not once it is paid or credited; a credit note not once the rest of its invoice was paid without it."""
        ledger = self._ledger
        invoice = self.register.named(command.number, command.expected_version)
        check_filled(reason=command.reason)
        check_reversible(KIND, invoice)
        credited = self.register.there(invoice.credits) if invoice.credits is not None else None
        if invoice.payment == "paid" or invoice.credited:
            raise Refused(WrongState(KIND, invoice.number, "credited" if invoice.credited else "paid", "reversed"))
        if credited is not None and credited.payment == "paid" and invoice.payment == "cleared":
            raise Refused(WrongState(KIND, invoice.number, "cleared", "reversed"))
        company = ledger.directory.company(invoice.company)
        year, period = ledger.reversal_period(company, MODULE, invoice.posting_date, command.posting_date, at)
        reversal = replace(
            invoice,
            number=ledger.draw("SI", company.code),
            posting_date=command.posting_date,
            accounting_date=None,
            fiscal_year=year,
            period=period,
            journal=reversal_journal(invoice.journal),
            text=command.reason,
            payment_block=False,
            reverses=invoice.number,
            version=1,
            created_at=at,
            updated_at=at,
            created_by=actor,
        )
        undone = replace(
            invoice,
            status="reversed",
            payment_block=False,
            reversal=reversal.number,
            version=invoice.version + 1,
            updated_at=at,
        )
        self.register.enter(reversal)
        self.register.shelf.put(undone)
        del self._printed[invoice.supplier, invoice.supplier_reference, invoice.kind]
        self._unpaid.get(invoice.company, {}).pop(invoice.number, None)
        self._spend(invoice, command.posting_date, -1)
        order = self._orders.register.there(invoice.order) if invoice.order is not None else None
        self._move(invoice, order, -1)
        if credited is not None:
            del self._notes[credited.number][invoice.number]
            self._credit(credited, -gross_of(invoice.lines), at)
        rematched: list[Event] = []
        if order is not None:
            self._of_order.get(order.number, {}).pop(invoice.number, None)
            rematched = self.match_again(order.number, at)
        return Done(undone.number, undone.version, (_event("reversed", undone, at), *rematched))

    def release(self, command: ReleaseInvoice, at: datetime, actor: str) -> Done:
        """By a person, in his own name, who did not post it; whatever the match says later, it stays released."""
        invoice = self.register.named(command.number)
        check_filled(reason=command.reason)
        person = self._ledger.directory.person(command.person)
        action = "release"
        if not actor.startswith("person:"):
            raise Refused(NotAllowed(actor, action, "only people lift a payment block"))
        check_own_hand(person.id, actor, action)
        if invoice.created_by == actor:
            raise Refused(NotAllowed(person.id, action, "segregation of duties: nobody releases what he posted"))
        if person.role not in RELEASERS or person.company != invoice.company:
            says = f"a payment block is lifted by {' or '.join(RELEASERS)} of {invoice.company}"
            raise Refused(NotAllowed(person.id, action, says))
        if not invoice.live or not invoice.payment_block:
            raise Refused(WrongState(KIND, invoice.number, invoice.match if invoice.live else "reversed", "released"))
        released = replace(
            invoice,
            payment_block=False,
            released_by=person.id,
            released_because=command.reason,
            version=invoice.version + 1,
            updated_at=at,
        )
        self.register.shelf.put(released)
        return Done(released.number, released.version, (_event("released", released, at),))

    def match_again(self, order: str, at: datetime) -> list[Event]:
        """After goods or credit notes came or went: open invoices of the order, in the order of posting."""
        if not self._of_order.get(order):
            return []
        events = []
        for number, match in self._matches(self._orders.register.there(order)).items():
            invoice = self.register.there(number)
            block = match not in GOOD and invoice.released_by is None
            if invoice.payment != "open" or (match, block) == (invoice.match, invoice.payment_block):
                continue
            version = invoice.version + 1
            self.register.shelf.put(replace(invoice, match=match, payment_block=block, version=version, updated_at=at))
            if block != invoice.payment_block:
                events.append(_event("blocked" if block else "matched", invoice, at))
        return events

    # --- paying ---

    def payable(self, company: str, cut_off: date) -> list[SupplierInvoice]:
        """Live, open, not blocked, due on or before `cut_off`, in the order of posting."""
        unpaid = (self.register.there(number) for number in self._unpaid.get(company, ()))
        return [invoice for invoice in unpaid if invoice.due_on <= cut_off and not invoice.payment_block]

    def pay(self, invoice: SupplierInvoice, run: str, payment: str, at: datetime) -> Event:
        version = invoice.version + 1
        paid = replace(
            invoice, payment="paid", payment_run=run, payment_document=payment, version=version, updated_at=at
        )
        self.register.shelf.put(paid)
        del self._unpaid[invoice.company][invoice.number]
        return _event("paid", paid, at)

    def owe_again(self, number: str, at: datetime) -> None:
        """Its payment was returned. Credit notes that came after the payment are used up now."""
        invoice = self.register.there(number)
        for name in self._notes.get(number, ()):
            note = self.register.there(name)
            if note.payment == "open":
                used = replace(note, payment="cleared", version=note.version + 1, updated_at=at)
                self.register.shelf.put(used)
        self._settle(replace(invoice, payment="open", payment_run=None, payment_document=None), at)

    # --- parts ---

    def _settle(self, invoice: SupplierInvoice, at: datetime) -> None:
        """A new version of an unpaid invoice: cleared when nothing is owed, else on the list of the unpaid."""
        unpaid = self._unpaid.setdefault(invoice.company, {})
        if invoice.owed:
            unpaid[invoice.number] = None
        else:
            unpaid.pop(invoice.number, None)
        payment = "open" if invoice.owed else "cleared"
        self.register.shelf.put(replace(invoice, payment=payment, version=invoice.version + 1, updated_at=at))

    def _credit(self, invoice: SupplierInvoice, amount: int, at: datetime) -> None:
        changed = replace(invoice, credited=invoice.credited + amount)
        if invoice.payment == "paid":
            self.register.shelf.put(replace(changed, version=invoice.version + 1, updated_at=at))
        else:
            self._settle(changed, at)

    def _order_of(self, command: PostSupplierInvoice) -> PurchaseOrder | None:
        if command.order is None:
            return None
        if command.kind == "credit_note":
            order = self._orders.register.named(command.order)
        else:
            order = self._orders.live_order(command.order, command.company, "invoiced")
        for at, line in enumerate(command.lines):
            if line.order_line is not None and line.order_line > len(order.lines):
                says = f"{order.number} has no line {line.order_line}; it has {len(order.lines)}"
                raise Refused(Invalid(f"lines.{at}.order_line", says))
        ordered_from = self._suppliers.survivor_of(order.supplier).number
        if ordered_from != self._suppliers.survivor_of(command.supplier).number:
            raise Refused(Invalid("supplier", f"{order.number} was placed with {order.supplier}"))
        return order

    def _credited_by(self, command: PostSupplierInvoice) -> SupplierInvoice | None:
        if command.credits is None:
            return None
        invoice = self.register.named(command.credits)
        if not invoice.live or invoice.kind != "invoice":
            state = invoice.kind if invoice.live else "reversed"
            raise Refused(WrongState(KIND, invoice.number, state, "credited"))
        survivor = self._suppliers.survivor_of
        if survivor(invoice.supplier) != survivor(command.supplier) or invoice.company != command.company:
            raise Refused(Invalid("credits", f"{invoice.number} is an invoice of {invoice.supplier}"))
        if command.order is not None and command.order != invoice.order:
            raise Refused(Invalid("order", f"{invoice.number} is not an invoice for {command.order}"))
        if gross_of(command.lines) > invoice.owed:
            raise Refused(Invalid("lines", f"{invoice.number} has only {invoice.owed} minor units left to credit"))
        invoiced = pieces_of(invoice.lines)
        for line, pieces in pieces_of(command.lines).items():
            left = invoiced[line] - self._credited[invoice.number, line]
            if pieces > left:
                raise Refused(Invalid("lines", f"{invoice.number} has {left} pieces of line {line} left to credit"))
        return invoice

    def _journal(self, command: PostSupplierInvoice) -> tuple[JournalLine, ...]:
        directory = self._ledger.directory
        supplier = self._suppliers.survivor_of(command.supplier)
        journal = expense_journal(
            [
                PostingLine(one.account, one.cost_center, one.net, one.tax_code, one.tax, one.text, one.project)
                for one in command.lines
            ],
            input_tax=directory.account_of_kind("input_tax"),
            payable=supplier.reconciliation_account or directory.account_of_kind("payable"),
            text=command.reference,
        )
        return reversal_journal(journal) if command.kind == "credit_note" else journal

    def _move(self, invoice: SupplierInvoice, order: PurchaseOrder | None, sign: int) -> None:
        """Pieces of the order's lines that count as invoiced."""
        if order is None:
            return
        for line, pieces in pieces_of(invoice.lines).items():
            self._orders.invoice(order, line, sign * signed(invoice.kind, pieces))
            if invoice.credits is not None:
                self._credited[invoice.credits, line] += sign * pieces

    def _spend(self, invoice: SupplierInvoice, on: date, sign: int) -> None:
        company = self._ledger.directory.company(invoice.company)
        for line in invoice.lines:
            spent = sign * signed(invoice.kind, line.net)
            self._ledger.budget(company, line.cost_center, on).actuals += spent

    def _matches(self, order: PurchaseOrder, newest: SupplierInvoice | None = None) -> dict[str, str]:
        """Each live invoice of the order, against what was received and what earlier invoices took of it. The
        `newest` is on the order's list and not on the shelf."""
        taken: Counter[int] = Counter()
        found = {}
        for number in self._of_order[order.number]:
            invoice = newest if newest is not None and newest.number == number else self.register.there(number)
            lines = invoice.lines
            for line, pieces in pieces_of(lines).items():
                taken[line] += pieces - self._credited[number, line]
            found[number] = worst(
                line_match(
                    line,
                    order.lines[line.order_line - 1],
                    two_way=line.order_line in order.two_way,
                    received=self._orders.received(order.number, line.order_line),
                    invoiced=taken[line.order_line],
                    tolerances=self._ledger.tolerances,
                )
                for line in lines
                if line.order_line is not None
            )
        return found


def _event(what: str, invoice: SupplierInvoice, at: datetime) -> Event:
    return Event(f"{KIND}.{what}", invoice.number, 1, invoice.company, at)
