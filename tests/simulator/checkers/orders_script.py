"""More verbs for the small language: suppliers, goods, invoices, accruals, and what becomes of them.

09:00 fact S-1                        a supplier is registered and approved
09:10 fact R-1 100.00 from S-1        an order, from him
10:00 fact G-1 of R-1 pieces 1        goods for line 1 of it
11:00 fact I-1 of R-1                 his invoice (`for 90.00`, `pieces 2`, `printed RE-7`, `credits I-0`,
                                      `unordered`: names no order, `freight`: no line of it)
12:00 fact A-1 of R-1 50.00           an accrual, to be reversed on 1 December
12:10 change S-1 contact Bob          terms: `days 60`; also `block S-1`, `merge S-1 into S-2`, `bank S-1 DE2`,
                                      `verify S-1`, `takeback G-1`
12:20 post G-1 on P                   P names the order's document; `post I-1 on P`, `post S-1`, `post A-1`
12:30 set S contact Bob rev 2         the integration changes the supplier S names; `by person` somebody else
12:40 clip S blocked                  somebody in the ERP blocks him (`released` again), or `hold S` his payments
12:50 center CC-1 name Lab            the controller makes or renames a cost centre; `copy CC-1 name Lab rev 2` carries
                                      it over to procurement
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from hardclose_mocks.history.records import Fact, Served
from hardclose_mocks.kernel.commands import (
    ApproveAccrual,
    ApproveInvoice,
    ApproveRequisition,
    ApproveSupplierRequest,
    BlockPayments,
    BlockRequestedSupplier,
    BlockSupplier,
    CaptureInvoice,
    ChangeBankAccount,
    ChangeCostCenter,
    ChangeSupplier,
    CreateCostCenter,
    CreateRequisition,
    CreateSupplier,
    EntryLine,
    InvoiceLine,
    MergeSupplierRequests,
    OrderLine,
    PostGoodsReceipt,
    PostJournalEntry,
    PostSupplierInvoice,
    ProposeAccrual,
    PutCostCenter,
    ReceiptLine,
    RecordReceipt,
    RegisterSupplier,
    ReleaseInvoice,
    ReverseGoodsReceipt,
    ReverseJournalEntry,
    ReverseReceipt,
    ReverseSupplierInvoice,
    ReviseSupplierRequest,
    SubmitRequisition,
    SubmitSupplierRequest,
    VerifyBankAccount,
)
from hardclose_mocks.kernel.money import Money
from hardclose_simulator.case import CREATES, Case
from hardclose_simulator.case_building import build

from .script import Script, _value, history
from .small_world import company_of

FLOWS = {"S": "SUP", "R": "RBP", "G": "REC", "I": "INV", "A": "JNL"}
TAX_PERCENT = 19
REVERSALS: dict[str, tuple[str, Any]] = {
    "GR": ("goods_receipt.reverse", ReverseGoodsReceipt),
    "SI": ("supplier_invoice.reverse", ReverseSupplierInvoice),
    "JE": ("journal_entry.reverse", ReverseJournalEntry),
}


def orders(text: str, **options: Any) -> Case:
    """The case of a script in the larger language, from a sound history."""
    case = build(history(text, language=OrderScript, **options))
    assert not case.problems, case.problems
    return case


def _minor(text: str) -> int:
    return Money.parse(text, "EUR").minor


@dataclass(slots=True)
class OrderScript(Script):
    """All in company DE01. `edits` counts the changes of each supplier."""

    edits: dict[str, int] = field(default_factory=dict)

    # --- people -------------------------------------------------------------------------------------------------

    def fact(self, name: str, words: list[str]) -> None:
        if name[0] == "E":
            return super(OrderScript, self).fact(name, words)
        filed = {"S": self._supplier, "R": self._order, "G": self._goods, "I": self._invoice, "A": self._accrual}
        commands, values = filed[name[0]](name, words)
        event, version = "", 0
        for command, person in commands:
            event, version = self.to.act("procurement", command, f"person:{person}")
        at = self.to.at
        fact = Fact(
            **{
                "id": name,
                "flow": FLOWS[name[0]],
                "system": "procurement",
                "source": f"T7-{name}",
                "revision": 1,
                "company": "DE01",
                "currency": "EUR",
                "total": 0,
                "partner": "",
                "lines": (),
                "due_at": at,
                "accounting_date": company_of("DE01").business_date(at).isoformat(),
            }
            | values
        )
        self.planned[name] = (fact, version, event)
        if "hidden" not in words:
            self.to.note("procurement", fact)
        return None

    def change(self, name: str, words: list[str]) -> None:
        fact = self.planned[name][0]
        days, contact = int(_value(words, "days") or 30), _value(words, "contact") or "Ann"
        command = ReviseSupplierRequest(fact.source, fact.truth["name"], fact.truth["tax_id"], days, contact)
        self._edit(name, "changed", command, {"payment_terms_days": days, "contact": contact})

    def block(self, name: str, words: list[str]) -> None:
        if name not in self.planned:
            return super(OrderScript, self).block(name, words)
        released = "released" in words
        what = "released" if released else "blocked"
        return self._edit(name, what, BlockRequestedSupplier(f"T7-{name}", not released), {})

    def merge(self, name: str, words: list[str]) -> None:
        into = f"T7-{_value(words, 'into')}"
        self._edit(name, "merged", MergeSupplierRequests(f"T7-{name}", into), {"into": into})

    def bank(self, name: str, words: list[str]) -> None:
        self._edit(name, "bank_changed", ChangeBankAccount(f"T7-{name}", words[0]), {"bank_account": words[0]})

    def verify(self, name: str, words: list[str]) -> None:
        command = VerifyBankAccount(f"T7-{name}", "BOSS-DE01")
        self._edit(name, "bank_verified", command, {"bank_account": words[0]}, person="BOSS-DE01")

    def takeback(self, name: str, words: list[str]) -> None:
        fact = self.planned[name][0]
        command = ReverseReceipt(fact.source, "GATE-DE01", "never came")
        self._edit(name, "reversed", command, {"requisition": fact.truth["requisition"]}, person="GATE-DE01")

    def release(self, name: str, words: list[str]) -> None:
        """Somebody lifts the payment block of the invoice that `name` names."""
        self.to.act("erp", ReleaseInvoice(self.to.names[name], words[0], "checked"), f"person:{words[0]}")

    def hold(self, name: str, words: list[str]) -> None:
        """Somebody in the ERP stops payments to the supplier that `name` names."""
        self.to.act("erp", BlockPayments(self.to.names[name], True), "person:CONTROLLER")

    def clip(self, name: str, words: list[str]) -> None:
        """Somebody in the ERP blocks the supplier that `name` names, or `released` him."""
        self.to.act("erp", BlockSupplier(self.to.names[name], "released" not in words), "person:CONTROLLER")

    def center(self, number: str, words: list[str]) -> None:
        """`name X`: the controller makes a cost centre in the ERP, or renames it."""
        title = _value(words, "name") or number
        known = self.to.books["erp"].find(number) is not None
        command = ChangeCostCenter(number, title) if known else CreateCostCenter(number, "DE01", title, "BOSS-DE01")
        self.to.act("erp", command, "person:CONTROLLER")

    def copy(self, number: str, words: list[str]) -> None:
        """`name X rev N` and an ending: the integration carries a cost centre over to procurement."""
        first, last = date(2020, 1, 1), date(2099, 12, 31)
        title, revision = _value(words, "name") or number, int(_value(words, "rev") or 1)
        command = PutCostCenter(number, "DE01", title, "BOSS-DE01", first, last, False, revision)
        self._call("procurement", "cost_center.put", number, command, words)

    def echo(self, name: str, words: list[str]) -> None:
        """`contact X`: the integration changes the request of `name` at its source."""
        fact = self.planned[name][0]
        contact = _value(words, "contact") or "Ann"
        command = ReviseSupplierRequest(fact.source, fact.truth["name"], fact.truth["tax_id"], 30, contact)
        self._call("procurement", "supplier_request.revise", fact.source, command, words)

    def _edit(self, name: str, what: str, command: Any, truth: dict[str, Any], person: str = "EMP-DE01") -> None:
        first = self.planned[name][0]
        self.edits[name] = revision = self.edits.get(name, 1) + 1
        self.to.act("procurement", command, f"person:{person}")
        again = f".{revision}" if revision > 2 else ""
        change = replace(
            first,
            id=f"{name}.{what}{again}",
            what=what,
            revision=revision,
            truth=truth,
            needs=(name,),
            due_at=self.to.at,
        )
        self.to.note("procurement", change)

    def _supplier(self, name: str, words: list[str]) -> tuple[list[tuple[Any, str]], dict[str, Any]]:
        source = f"T7-{name}"
        fields = {
            "name": f"Supplier {name}",
            "tax_id": _value(words, "tax") or f"DE-{name}",
            "payment_terms_days": 30,
            "contact": "Ann",
            "bank_account": f"DE-{name}",
        }
        register = RegisterSupplier(source, "DE01", "EMP-DE01", currency="EUR", **fields)  # type: ignore[arg-type]  # plain values of mixed kinds
        commands = [
            (register, "EMP-DE01"),
            (SubmitSupplierRequest(source), "EMP-DE01"),
            (ApproveSupplierRequest(source, "BOSS-DE01"), "BOSS-DE01"),
        ]
        return commands, {"partner": source, "truth": fields}

    def _order(self, name: str, words: list[str]) -> tuple[list[tuple[Any, str]], dict[str, Any]]:
        """`[amount] [pieces 1] [from S-1] [lines 1]`: the amount for each piece."""
        source, supplier = f"T7-{name}", _value(words, "from")
        price = _minor(words[0]) if words and re.fullmatch(r"[\d.]+", words[0]) else 10_000 + len(self.planned)
        pieces, count = int(_value(words, "pieces") or 1), int(_value(words, "lines") or 1)
        texts = [f"Desk [{source}.{place}]" for place in range(1, count + 1)]
        lines = tuple(OrderLine(text, pieces, price, "6200", "CC-DE01", "T19-DE01") for text in texts)
        partner = f"T7-{supplier}" if supplier else "SUP-DE01"
        create = CreateRequisition(source, "DE01", "EMP-DE01", partner, "EUR", lines)
        commands = [
            (create, "EMP-DE01"),
            (SubmitRequisition(source), "EMP-DE01"),
            (ApproveRequisition(source, "BOSS-DE01"), "BOSS-DE01"),
        ]
        coded = {"account": "6200", "cost_center": "CC-DE01", "project": None, "tax_code": "T19-DE01"}
        return commands, {
            "partner": partner,
            "total": count * pieces * price,
            "lines": tuple(coded | {"text": text, "quantity": pieces, "unit_price": price} for text in texts),
            "needs": (supplier,) if supplier else (),
        }

    def _goods(self, name: str, words: list[str]) -> tuple[list[tuple[Any, str]], dict[str, Any]]:
        order = self._ordered(words)
        pieces = int(_value(words, "pieces") or order.lines[0]["quantity"])
        day = company_of("DE01").business_date(self.to.at)
        record = RecordReceipt(f"T7-{name}", order.source, "GATE-DE01", day, (ReceiptLine(1, pieces),))
        return [(record, "GATE-DE01")], {
            "partner": order.partner,
            "total": pieces * order.lines[0]["unit_price"],
            "lines": ({"order_line": 1, "quantity": pieces},),
            "needs": (order.id,),
            "truth": {"requisition": order.source, "received_on": day.isoformat()},
        }

    def _invoice(self, name: str, words: list[str]) -> tuple[list[tuple[Any, str]], dict[str, Any]]:
        order = self._ordered(words)
        pieces = int(_value(words, "pieces") or order.lines[0]["quantity"])
        price = _minor(_value(words, "for") or "0") or order.lines[0]["unit_price"]
        credits, day = _value(words, "credits"), company_of("DE01").business_date(self.to.at)
        tax, text = (2 * pieces * price * TAX_PERCENT + 100) // 200, f"Desk [T7-{name}.1]"
        free = "unordered" in words
        at = None if "freight" in words or free else 1
        line = InvoiceLine("6200", "CC-DE01", text, pieces, price, "T19-DE01", tax, order_line=at)
        kind = "credit_note" if credits else "invoice"
        capture = CaptureInvoice(
            f"T7-{name}", "DE01", kind, "CLERK-DE01", order.partner, _value(words, "printed") or f"RE-{name}", day, day,
            "EUR", (line,), requisition=None if free else order.source, credits=f"T7-{credits}" if credits else None,
        )  # fmt: skip
        commands = [(capture, "CLERK-DE01"), (ApproveInvoice(f"T7-{name}", "BOSS-DE01"), "BOSS-DE01")]
        return commands, {
            "partner": order.partner,
            "total": pieces * price + tax,
            "lines": (
                {
                    "order_line": at, "account": "6200", "cost_center": "CC-DE01", "project": None, "text": text,
                    "quantity": pieces, "unit_price": price, "tax_code": "T19-DE01", "tax": tax,
                },
            ),
            "needs": tuple(one for one in (None if free else order.id, credits) if one),
            "truth": {
                "kind": kind,
                "supplier_reference": capture.supplier_reference,
                "invoice_date": day.isoformat(),
                "due_on": day.isoformat(),
                "requisition": capture.requisition,
                "credits": capture.credits,
            },
        }  # fmt: skip

    def _accrual(self, name: str, words: list[str]) -> tuple[list[tuple[Any, str]], dict[str, Any]]:
        order = self._ordered(words)
        amounts = [word for word in words if re.fullmatch(r"[\d.]+", word)]
        amount = _minor(amounts[0]) if amounts else order.total
        on, back = date(2026, 11, 30), date(2026, 12, 1)
        propose = ProposeAccrual(f"T7-{name}", "DE01", order.source, 1, amount, on, back, "EMP-DE01")
        return [(propose, "EMP-DE01"), (ApproveAccrual(f"T7-{name}", "BOSS-DE01"), "BOSS-DE01")], {
            "total": amount,
            "lines": ({"account": "6200", "cost_center": "CC-DE01", "amount": amount},),
            "accounting_date": on.isoformat(),
            "truth": {
                "requisition": order.source, "order_line": 1, "accrued_on": on.isoformat(),
                "reverse_on": back.isoformat(),
            },
        }  # fmt: skip

    def _ordered(self, words: list[str]) -> Fact:
        name = _value(words, "of")
        assert name is not None, "say which order it follows: `of R-1`"
        return self.planned[name][0]

    # --- the integration ----------------------------------------------------------------------------------------

    def post(self, name: str, words: list[str]) -> None:
        """`[on P] [date D] [ref X] [pieces N] [for 1.00] [line 1] [payee P] [crediting I] [printed X]`, an ending;
        `unordered` names no order, `lineless` no line of it, `billed` makes an invoice of a
        credit note, `back` makes an entry the other way round."""
        if name[0] in "ER" and not (name[0] == "R" and self.planned[name][0].needs):
            return super(OrderScript, self).post(name, words)
        fact = self.planned[name][0]
        command = {
            "R": self._new_order,
            "S": self._new_supplier,
            "G": self._receive,
            "I": self._book,
            "A": self._enter,
        }[name[0]](fact, words)
        command = replace(command, reference=_value(words, "ref") or fact.source, unique_reference=self.profile == "C3")
        return self._call("erp", CREATES[fact.flow], command.reference, command, words)

    def _call(
        self, system: str, op: str, subject: str, command: Any, words: list[str], served: Served | None = None
    ) -> None:
        """And what the books announced of it: matched, blocked, posted."""
        super(OrderScript, self)._call(system, op, subject, command, words, served)
        self.to.tell()

    def set(self, name: str, words: list[str]) -> None:
        """`[contact X] [days N] [tax T] [ref R] [rev N] [bank X] [verified] [blocked|unblocked] [payable|unpayable]
        [into S2]`, an ending; `[version N]` is the precondition."""
        days, into, revision = _value(words, "days"), _value(words, "into"), _value(words, "rev")
        command = ChangeSupplier(
            self.to.names[name],
            contact=_value(words, "contact"),
            payment_terms_days=int(days) if days else None,
            bank_account=_value(words, "bank"),
            bank_verified=True if "verified" in words else None,
            blocked="blocked" in words if {"blocked", "unblocked"} & {*words} else None,
            payment_blocked="unpayable" in words if {"payable", "unpayable"} & {*words} else None,
            expected_version=int(version) if (version := _value(words, "version")) else None,
            reference=_value(words, "ref"),
            tax_id=_value(words, "tax"),
            merged_into=self.to.names[into] if into else None,
            revision=int(revision) if revision else None,
        )
        self._call("erp", "supplier.change", self.to.names[name], command, words)

    def reverse(self, name: str, words: list[str]) -> None:
        number = self.to.names[name]
        kind = REVERSALS.get(number[:2])
        if kind is None:
            return super(OrderScript, self).reverse(name, words)
        op, command = kind
        day = date.fromisoformat(_value(words, "date") or "2026-11-30")
        return self._call("erp", op, number, command(number, day, "wrong"), words)

    def _new_order(self, fact: Fact, words: list[str]) -> Any:
        from .small_world import creation

        day = date.fromisoformat(_value(words, "date") or fact.accounting_date)
        order = creation(
            fact, day=day, original=None, reference=fact.source, more=0, marked=True, text="", unique=False
        )
        return replace(order, supplier=self._payee(fact, words))  # type: ignore[call-arg]  # an order has one

    def _new_supplier(self, fact: Fact, words: list[str]) -> CreateSupplier:
        fields = {**fact.truth, "bank_account": _value(words, "bank") or fact.truth["bank_account"]}
        return CreateSupplier("DE01", fact.source, currency="EUR", bank_verified=True, **fields)

    def _receive(self, fact: Fact, words: list[str]) -> PostGoodsReceipt:
        pieces = int(_value(words, "pieces") or fact.lines[0]["quantity"])
        day = date.fromisoformat(_value(words, "date") or fact.accounting_date)
        own = date.fromisoformat(fact.accounting_date)
        return PostGoodsReceipt(
            "DE01", "", self._on(words), day, (self._goods_line(words, pieces),), accounting_date=own
        )

    def _goods_line(self, words: list[str], pieces: int) -> ReceiptLine:
        return ReceiptLine(int(_value(words, "line") or 1), pieces)

    def _book(self, fact: Fact, words: list[str]) -> PostSupplierInvoice:
        line = fact.lines[0]
        price = _minor(_value(words, "for") or "0") or line["unit_price"]
        pieces = int(_value(words, "pieces") or line["quantity"])
        tax = (2 * pieces * price * TAX_PERCENT + 100) // 200
        day = date.fromisoformat(_value(words, "date") or fact.accounting_date)
        crediting, ordered = _value(words, "crediting"), "unordered" not in words
        at = int(_value(words, "line") or 1) if ordered and "lineless" not in words else None
        printed = _value(words, "printed") or fact.truth["supplier_reference"]
        return PostSupplierInvoice(
            "DE01", "invoice" if "billed" in words else fact.truth["kind"], "", self._payee(fact, words), printed,
            date.fromisoformat(fact.truth["invoice_date"]), day, date.fromisoformat(fact.truth["due_on"]), "EUR",
            (InvoiceLine("6200", "CC-DE01", line["text"], pieces, price, "T19-DE01", tax, order_line=at),),
            order=self._on(words) if ordered else None, credits=self.to.names[crediting] if crediting else None,
            accounting_date=date.fromisoformat(fact.accounting_date),
        )  # fmt: skip

    def _enter(self, fact: Fact, words: list[str]) -> PostJournalEntry:
        own = date.fromisoformat(fact.accounting_date)
        day = date.fromisoformat(_value(words, "date") or fact.accounting_date)
        amount = _minor(_value(words, "for") or "0") or fact.total
        lines = (EntryLine("6200", amount, 0, "CC-DE01"), EntryLine("1900", 0, amount))
        if "back" in words:
            swapped = tuple(replace(one, debit=one.credit, credit=one.debit) for one in lines)
            return PostJournalEntry("DE01", "", day, "EUR", swapped, accounting_date=own)
        back = date.fromisoformat(fact.truth["reverse_on"])
        return PostJournalEntry("DE01", "", day, "EUR", lines, reverse_on=back, accounting_date=own)

    def _on(self, words: list[str]) -> str:
        name = _value(words, "on")
        assert name is not None, "say which order's document it is posted on: `on P`"
        return self.to.names[name]

    def _payee(self, fact: Fact, words: list[str]) -> str:
        name = _value(words, "payee")
        return self.to.names.get(name, name) if name else fact.partner
