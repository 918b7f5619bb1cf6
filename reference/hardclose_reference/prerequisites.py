"""What must be there before a document can be posted: the ERP's numbers of what it refers to, and no such party yet."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from typing import Any

from hardclose_reference.answers import InDoubt, Refused
from hardclose_reference.behaviour import Behaviour
from hardclose_reference.client import SystemClient
from hardclose_reference.errands import errand
from hardclose_reference.job import DUE, POSTED, SUPERSEDED, Job
from hardclose_reference.store import Store
from hardclose_reference.targets import TARGETS

log = logging.getLogger(__name__)
Take = Callable[[str, dict[str, Any]], None]


class Prerequisites:
    """`take` is told of documents that turn up while something of theirs is looked for."""

    def __init__(self, clients: Mapping[str, SystemClient], store: Store, behaviour: Behaviour, take: Take) -> None:
        self._clients, self._store, self._behaviour, self._take = clients, store, behaviour, take
        self._erp = clients["erp"]
        self._holders: dict[tuple[str, str], str] | None = None
        self._accrued = ""

    async def met(self, job: Job) -> bool:
        """Fills in the numbers. False where there is nothing to post now. Raises InDoubt and Refused."""
        match job.kind:
            case "requisition":
                return self._knows_supplier(job)
            case "receipt":
                job.numbers["order"] = self._document("requisition", job.source["requisition"])
            case "invoice":
                if job.source.get("requisition"):
                    job.numbers["order"] = self._document("requisition", job.source["requisition"])
                if job.source.get("credits"):
                    job.numbers["credits"] = self._document("invoice", job.source["credits"])
                return self._knows_supplier(job)
            case "accrual":
                await self._accounts(job)
            case "supplier_request":
                return await self._is_new_party(job)
        return True

    def _document(self, kind: str, number: str) -> str:
        other = self._store.job(kind, number)
        assert other is not None, f"it was not waited for {kind} {number}"
        return str(other.document)

    async def ask_for(self, kind: str, number: str) -> None:
        """Its source may know of a document that we never heard of, or have forgotten."""
        target = TARGETS[kind]
        try:
            there = await self._clients[target.system].call("GET", f"{target.list_path}/{number}", says=("posting",))
        except Refused:
            return
        posting = there["posting"]
        if posting["state"] in ("posted", "paid") and self._store.job(kind, number) is None:
            known = Job(kind, number, int(there["revision"]), there, told=[posting["state"], posting["document"], None])
            known.paid = posting["state"] == "paid"
            self._store.done(known, str(posting["document"]))
        else:
            self._take(kind, there)

    # --- suppliers of orders and invoices -----------------------------------------------------------------------

    def _knows_supplier(self, job: Job) -> bool:
        """A supplier may be named by its request; the ERP has it under a number of its own."""
        request = self._store.job("supplier_request", str(job.source["supplier"]))
        while request is not None and request.state == POSTED and request.source.get("merged_into"):
            request = self._store.job("supplier_request", str(request.source["merged_into"]))
        if request is not None and request.state != POSTED:
            self._wait_for_supplier(job, request.number)
            return False
        if request is not None:
            job.numbers["supplier"] = str(request.document)
        return True

    async def after_refusal(self, job: Job, no: Refused) -> bool:
        """Whether the refusal was for a supplier that will be there later, or goes by another number by now."""
        if no.problem.get("kind") != "supplier" or job.kind not in ("requisition", "invoice"):
            return False
        if no.slug == "merged-master" and no.problem["survivor"] != job.numbers.get("supplier"):
            job.numbers["supplier"] = str(no.problem["survivor"])
            return True
        number = str(no.problem.get("number"))
        if no.slug != "unknown-master" or ["supplier_request", number] in job.needs:
            return False
        await self.ask_for("supplier_request", number)
        if self._store.job("supplier_request", number) is None:
            return False
        self._wait_for_supplier(job, number)
        return True

    def _wait_for_supplier(self, job: Job, number: str) -> None:
        if self._behaviour.missing_supplier == "drop":
            log.warning("%s: there is no supplier %s", job.number, number)
            job.state = SUPERSEDED
        elif ["supplier_request", number] not in job.needs:
            job.needs.append(["supplier_request", number])

    # --- accruals -----------------------------------------------------------------------------------------------

    async def _accounts(self, job: Job) -> None:
        """The expense is the order line's; what it is owed to, the ERP's account of accrued liabilities."""
        order = self._store.job("requisition", job.source["requisition"])
        assert order is not None, f"it was not waited for requisition {job.source['requisition']}"
        line = order.source["lines"][int(job.source["order_line"]) - 1]
        for name, field in (("expense", "account"), ("cost_center", "cost_center")):
            job.numbers[name] = str(job.source.get(field) or line[field])
        if not self._accrued:
            async for account in self._erp.items("/v1/accounts", {}):
                if account["kind"] == "accrued":
                    self._accrued = str(account["number"])
                    break
        job.numbers["accrued"] = self._accrued

    # --- one party, one record ----------------------------------------------------------------------------------

    async def _is_new_party(self, job: Job) -> bool:
        """False once it was found and adopted. While one request for a party is under way, others wait for it: what it
        makes may not be found for a while."""
        party = _party(job)
        if not party[1]:
            return True
        if self._behaviour.one_party:
            holder = self._holder(party, job)
            if holder is not None and holder.state == DUE:
                raise InDoubt(f"{holder.number}, of the same party, is under way")
            if holder is not None:
                self._store.done(job, str(holder.document))
                return False
        for tax_id in dict.fromkeys((str(job.source["tax_id"]), party[1])):
            async for there in self._erp.items("/v1/suppliers", {"company": party[0], "tax_id": tax_id}):
                self._adopt(job, str(there.get("merged_into") or there["number"]))
                return False
        return True

    def _adopt(self, job: Job, number: str) -> None:
        """The record that was there already, with what procurement knows better."""
        with self._store.all_or_nothing():
            self._store.done(job, number)
            self._store.save(errand("change", job, job.source))

    def _holder(self, party: tuple[str, str], job: Job) -> Job | None:
        """Another request for that party that has been posted or may be any moment; None if it is for us to do."""
        if self._holders is None:
            sent = [one for one in self._store.jobs() if one.kind == "supplier_request"]
            self._holders = {_party(one): one.number for one in sent if one.document or one.in_doubt_since}
        holder = self._store.job("supplier_request", self._holders.setdefault(party, job.number))
        if holder is None or holder.number == job.number or holder.state not in (DUE, POSTED):
            self._holders[party] = job.number
            return None
        return holder


def _party(job: Job) -> tuple[str, str]:
    """Company and tax id, however it was typed."""
    return str(job.source["company"]), re.sub(r"[^0-9A-Z]", "", str(job.source.get("tax_id") or "").upper())
