"""What a scenario file may say about faults on the wire and on deliveries. Knows no plan: `intents.py` makes it."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar, Self

from pydantic import AfterValidator, AwareDatetime, Field, model_validator

from hardclose_mocks.cards import CREATING
from hardclose_mocks.faults.catalogue import FAULTS
from hardclose_simulator.scenario_keys import Keys, Positive, Share, System, unknown, wrong

OPERATIONS = {
    "erp": (
        *CREATING,
        *("expense_posting.get", "expense_posting.list", "expense_posting.reverse"),
        *("purchase_order.get", "purchase_order.list", "purchase_order.cancel", "budget.check"),
        *("supplier.get", "supplier.list", "supplier.change"),
        *("goods_receipt.get", "goods_receipt.list", "goods_receipt.reverse"),
        *("supplier_invoice.get", "supplier_invoice.list", "supplier_invoice.reverse"),
        *("journal_entry.get", "journal_entry.list", "journal_entry.reverse"),
        *("expense_posting.batch", "job.get"),
        *("attachment.create", "attachment.list", "attachment.get"),
        *("company.get", "company.list", "period.list"),
    ),
    "procurement": (
        *(
            f"{kind}.{what}"
            for kind in ("requisition", "supplier_request", "receipt", "invoice", "accrual")
            for what in ("posting", "get", "list")
        ),
        "cost_center.put",
    ),
    "expense": ("expense_report.posting", "expense_report.get", "expense_report.list", "cost_center.put"),
}
"""What a wire fault may strike, by system."""
EVENTS = {
    "erp": (
        *("expense_posting.posted", "expense_posting.reversed", "purchase_order.issued", "payment.completed"),
        *("payment.returned", "supplier.created", "supplier.changed", "goods_receipt.posted", "goods_receipt.reversed"),
        *(f"supplier_invoice.{what}" for what in ("posted", "matched", "blocked", "released", "paid", "reversed")),
        *("journal_entry.posted", "journal_entry.reversed"),
        *(f"cost_center.{what}" for what in ("created", "changed", "blocked", "released")),
    ),
    "procurement": (
        *(f"requisition.{what}" for what in ("submitted", "approved", "rejected", "cancelled", "ordered")),
        *(
            f"supplier_request.{what}"
            for what in ("approved", "changed", "blocked", "released", "merged", "bank_verified")
        ),
        *("receipt.recorded", "receipt.reversed", "invoice.approved", "invoice.cancelled", "accrual.approved"),
    ),
    "expense": tuple(
        f"expense_report.{what}"
        for what in ("submitted", "approved", "sent_back", "recalled", "posted", "paid", "parked", "rejected")
    ),
}
"""What a delivery fault may strike, by sending system."""
FLOW_OF = {
    "expense": "expense", "payment": "expense", "attachment": "expense", "requisition": "requisition",
    "purchase_order": "requisition", "budget": "requisition", "supplier": "supplier", "supplier_request": "supplier",
    "goods_receipt": "receipt", "receipt": "receipt", "supplier_invoice": "invoice", "invoice": "invoice",
    "journal_entry": "accrual", "accrual": "accrual", "cost_center": "cost_center",
}  # fmt: skip
"""The flow that a kind of document is part of; budgets are asked about for requisitions only."""
_FLOWS = "expense|requisition|supplier|receipt|invoice|accrual|cost_center"
AIM = rf"^(({_FLOWS})/[1-9]\d*|first [1-9]\d* ({_FLOWS}))$"


def _aim(text: str) -> str:
    if not re.match(AIM, text):
        raise wrong("", f"'{text}' chooses no facts; write 'expense/3', or 'first 5 requisition'")
    return text


Aim = Annotated[str, AfterValidator(_aim), Field(json_schema_extra={"pattern": AIM})]


class _FaultKeys(Keys):
    """What weather and aimed faults share. `name` tells two rules of one fault and system apart."""

    carriers: ClassVar[tuple[str, ...]] = ("wire", "delivery", "process")
    fault: str
    system: System
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]+$")] | None = None
    parameters: dict[str, float | str] = Field(default_factory=dict)

    @property
    def id(self) -> str:
        return self.name or f"{self.fault}.{self.system}"

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.fault not in FAULTS:
            padded = self.fault[:1].upper() + self.fault[1:].zfill(2)
            if padded in FAULTS:
                raise wrong("fault", f"no such fault '{self.fault}'; try '{padded}'")
            raise unknown("fault", "fault", self.fault, FAULTS)
        kind = FAULTS[self.fault]
        if kind.carrier not in self.carriers:
            homes = {
                "F10": "limits",
                "F11": "limits",
                "F12": "limits",
                "F19": "bad_facts",
                "F44": "companies",
                "F46": "periods",
                "F50": "second_thoughts",
            }
            home = homes.get(self.fault, "faults.timed" if kind.carrier == "vendor" else "weather' or 'aimed")
            raise wrong("fault", f"{self.fault} ({kind.name}) is set under '{home}'")
        for key, value in self.parameters.items():
            if key not in kind.parameters:
                raise unknown(f"parameters.{key}", f"parameter of {self.fault}", key, kind.parameters)
            known = kind.parameters[key]
            if isinstance(value, str) != isinstance(known.default, str):
                raise wrong(f"parameters.{key}", f"{value!r} cannot be: {known.means}")
            if isinstance(value, str) and value not in known.choices:
                raise unknown(f"parameters.{key}", f"choice of {key}", value, known.choices)
            if not isinstance(value, str) and not known.lowest <= value <= known.highest:
                raise wrong(f"parameters.{key}", f"{value:g} is outside {known.lowest:g} to {known.highest:g}")
        return self

    def _strikes(self, key: str, operation: str) -> None:
        match FAULTS[self.fault].carrier:
            case "delivery":
                what, known = "event", EVENTS[self.system]
            case "process":
                what, known = "operation or event", (*OPERATIONS[self.system], *EVENTS[self.system])
            case _:
                what, known = "operation", OPERATIONS[self.system]
        if operation not in known:
            raise unknown(key, f"{what} of {self.system}", operation, known)


def _no_habit(fault: str) -> None:
    if FAULTS[fault].habit:
        raise wrong("fault", f"{fault} ({FAULTS[fault].name}) holds for the whole run; put it under 'habits'")


class Weather(_FaultKeys):
    """A share of the calls, while business time is within from <= t < to. No operations means all of the system's."""

    operations: tuple[str, ...] = ()
    share: Share
    starts: Annotated[AwareDatetime | None, Field(alias="from")] = None
    ends: Annotated[AwareDatetime | None, Field(alias="to")] = None

    @model_validator(mode="after")
    def _operations(self) -> Self:
        if FAULTS[self.fault].carrier == "process":
            says = f"{self.fault} ({FAULTS[self.fault].name}) is aimed, never weather; put it under 'aimed'"
            raise wrong("fault", says)
        for place, operation in enumerate(self.operations):
            self._strikes(f"operations[{place}]", operation)
        _no_habit(self.fault)
        if self.starts and self.ends and self.ends <= self.starts:
            raise wrong("to", "'to' must lie after 'from'")
        return self


class Aimed(_FaultKeys):
    """The `nth` call of one operation for each chosen fact: `[expense/3, first 5 requisition]`."""

    operation: str
    facts: tuple[Aim, ...]
    nth: Positive = 1

    @model_validator(mode="after")
    def _operation(self) -> Self:
        self._strikes("operation", self.operation)
        _no_habit(self.fault)
        if not self.facts:
            raise wrong("facts", "chooses no facts; write [expense/3], or [first 5 requisition]")
        for place, aim in enumerate(self.facts):
            if (flow := aim_of(aim)[0]) != flow_of(self.operation):
                says = f"{self.operation} belongs to the {flow_of(self.operation)} flow, '{aim}' to the {flow} flow"
                raise wrong(f"facts[{place}]", says)
        return self


class Timed(_FaultKeys):
    """What the vendor's own people do to a system at a moment: replay, disable, replace a secret, take a scope."""

    carriers: ClassVar[tuple[str, ...]] = ("vendor",)
    at: Annotated[AwareDatetime, Field(description="business instant")]

    def number(self, name: str) -> float:
        """The numeric parameter, or the catalogue's default."""
        return float(self.parameters.get(name, FAULTS[self.fault].parameters[name].default))

    @property
    def ends_by_itself(self) -> bool:
        return self.fault == "F48" and self.parameters.get("what") == "scope"


class Habit(_FaultKeys):
    """What a system does to every caller for the whole run, as its contract card says. No operations means all."""

    carriers: ClassVar[tuple[str, ...]] = ("wire",)
    operations: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _operations(self) -> Self:
        if not FAULTS[self.fault].habit:
            says = f"{self.fault} ({FAULTS[self.fault].name}) strikes single calls; put it under 'weather' or 'aimed'"
            raise wrong("fault", says)
        for place, operation in enumerate(self.operations):
            self._strikes(f"operations[{place}]", operation)
        return self


class Faults(Keys):
    weather: tuple[Weather, ...] = ()
    aimed: tuple[Aimed, ...] = ()
    timed: tuple[Timed, ...] = ()
    habits: tuple[Habit, ...] = ()


def aim_of(aim: str) -> tuple[str, range]:
    """`expense/3` is the flow and 3..3, `first 5 expense` the flow and 1..5."""
    if "/" in aim:
        flow, number = aim.split("/")
        return flow, range(int(number), int(number) + 1)
    _, count, flow = aim.split()
    return flow, range(1, int(count) + 1)


def flow_of(operation: str) -> str:
    """The flow an operation or event is part of."""
    kind = operation.partition(".")[0]
    return FLOW_OF.get(kind, "expense" if kind.startswith("expense") else "requisition")
