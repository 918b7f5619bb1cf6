"""Whether an order is within its budgets, asked of the ERP; one order after the other where it would take them all."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager, nullcontext
from decimal import Decimal
from typing import Any

from hardclose_reference.answers import InDoubt, Refused
from hardclose_reference.behaviour import Behaviour
from hardclose_reference.client import SystemClient
from hardclose_reference.job import DUE, Job
from hardclose_reference.mapping import budget_needs
from hardclose_reference.store import Store


class Budgets:
    """Of orders only."""

    def __init__(self, erp: SystemClient, store: Store, behaviour: Behaviour) -> None:
        self._erp, self._store, self._behaviour = erp, store, behaviour
        self._turn = asyncio.Lock()
        self._remembered: dict[str, Any] = {}

    def turn(self, job: Job) -> AbstractAsyncContextManager[object]:
        """From the question to the order's outcome. A question reserves nothing: two orders that fit alone may not fit
        together, and an ERP that only warns takes both."""
        alone = job.kind == "requisition" and self._soft() and self._behaviour.budget == "asked"
        return self._turn if alone else nullcontext()

    async def lacks(self, job: Job) -> str:
        """Why the order cannot be paid for; empty if it can. Raises InDoubt while another order's outcome is unknown
        that may have taken the money."""
        for cost_center, amount in budget_needs(job).items():
            if self._soft():
                self._nobody_in_doubt(job, cost_center)
            question = {
                "company": job.source["company"],
                "cost_center": cost_center,
                "amount": amount,
                "currency": job.source["currency"],
                "on": job.posting_date or job.accounting_date,
            }
            try:
                answer = await self._answer(question)
            except Refused:
                # The order itself will be refused for it, in better words.
                return ""
            if not answer["sufficient"]:
                return f"budget-exceeded: {amount} asked of {cost_center}, {answer['available']} left"
        return ""

    def _soft(self) -> bool:
        return bool((self._erp.card.get("budgets") or {}).get("control") == "soft")

    def _nobody_in_doubt(self, job: Job, cost_center: str) -> None:
        for other in self._store.jobs():
            unknown = other.kind == "requisition" and other.state == DUE and other.in_doubt_since is not None
            if unknown and other.key != job.key and cost_center in budget_needs(other):
                raise InDoubt(f"{other.number} may have taken what {cost_center} has left")

    async def _answer(self, question: dict[str, Any]) -> dict[str, Any]:
        center = question["cost_center"]
        if self._behaviour.budget == "remembered" and center in self._remembered:
            left = self._remembered[center]
            return {"sufficient": Decimal(question["amount"]) <= Decimal(left), "available": left}
        answer: dict[str, Any] = await self._erp.call("POST", "/v1/budget-checks", body=question, says=("sufficient",))
        self._remembered[center] = answer["available"]
        return answer
