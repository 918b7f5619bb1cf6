"""Master data that changes: suppliers from procurement into the ERP, cost centres from the ERP into the sources.

Newer truth is never overwritten by older, and nobody's fields but the owner's are touched."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from hardclose_reference.answers import InDoubt, Refused
from hardclose_reference.behaviour import Behaviour
from hardclose_reference.client import SystemClient
from hardclose_reference.errands import errand
from hardclose_reference.job import POSTED, Job
from hardclose_reference.mapping import SUPPLIER_FIELDS
from hardclose_reference.settings import SOURCES
from hardclose_reference.store import Store

CHANGE, PUT_COST_CENTER = "supplier_request.change", "cost_center.put"
ROUNDS_MAX = 5
"""So often is a supplier read again at once, because somebody changed it between our reading and our writing."""
COST_CENTER_FIELDS = ("company", "name", "owner", "valid_from", "valid_to", "blocked", "revision")


class Masters:
    """What news of a master ask for, and the carriers of these errands."""

    def __init__(
        self,
        clients: Mapping[str, SystemClient],
        store: Store,
        behaviour: Behaviour,
        now: Callable[[], datetime],
    ) -> None:
        self._clients, self._store, self._now = clients, store, now
        self._whole = behaviour.master_changes == "whole"
        self._behaviour = behaviour

    # --- suppliers ----------------------------------------------------------------------------------------------

    def take_supplier(self, of: Job, request: dict[str, Any], revision: int) -> bool:
        """Whether the ERP's record, which `of` has made or is about to, has to follow. Older news ask for nothing."""
        job = errand("change", of, request, str(revision) if self._whole else "")
        job.revision = revision
        known = self._store.job(*job.key)
        latest = max(of.revision, known.revision if known else 0)
        if (known is not None and known.revision >= revision) or (not self._whole and latest >= revision):
            return False
        self._store.save(job)
        return True

    async def change_supplier(self, job: Job) -> None:
        """Reads, and writes what is different, on the condition that it is still what was read. Raises InDoubt."""
        of, erp = self._store.job(*job.needs[0]), self._clients["erp"]
        assert of is not None, f"{job.number} was never posted"
        path = f"/v1/suppliers/{of.document}"
        survivor = self._survivor(job)
        if survivor is None:
            return
        for _ in range(ROUNDS_MAX):
            there = {} if self._whole else await self._standing(path)
            changes = self._changes(job, there, survivor)
            if not changes:
                break
            condition = {} if self._whole else {"If-Match": f'"{there["version"]}"'}
            try:
                await erp.call("PATCH", path, body=changes, headers=condition, says=("number",))
                break
            except Refused as no:
                if no.slug == "version-mismatch":
                    continue
                self._store.park(job, f"{no.slug}: {no}", self._now().isoformat())
                return
        else:
            raise InDoubt(f"{of.document} is changed by somebody else all the time")
        if of.revision < job.revision:
            of.source, of.revision = job.source, job.revision
            self._store.save(of)
        self._store.done(job, str(of.document))

    async def _standing(self, path: str) -> Mapping[str, Any]:
        """What we made is there, whatever a copy says that lags behind (C5). Raises InDoubt, or Refused."""
        try:
            return await self._clients["erp"].call("GET", path, says=("number", "version"))
        except Refused as no:
            if no.slug != "not-found":
                raise
            raise InDoubt(f"{path} was made, and cannot be read yet") from no

    def _survivor(self, job: Job) -> str | None:
        """The ERP's number of the supplier it was merged into, empty if it was not; None if that has to come first."""
        into = job.source.get("merged_into")
        if not into:
            return ""
        other = self._store.job("supplier_request", str(into))
        if other is not None and other.state == POSTED:
            return str(other.document)
        job.needs.append(["supplier_request", str(into)])
        return None

    def _changes(self, job: Job, there: Mapping[str, Any], survivor: str) -> dict[str, Any]:
        """What procurement owns and the ERP has otherwise. A block that people of the ERP have set is theirs to lift.
        Nothing, where the ERP is further."""
        request = job.source
        if self._behaviour.bank_accounts == "pending" and request["pending_bank_account"]:
            request = {**request, "bank_account": request["pending_bank_account"]}
        if self._whole:
            mine = {name: request[name] for name in (*SUPPLIER_FIELDS, "blocked")}
            # What the event does not say is sent as its default.
            mine |= {"bank_verified": True, "payment_blocked": False}
            return {**mine, **({"merged_into": survivor} if survivor else {})}
        if int(there.get("revision") or 0) > job.revision or there.get("merged_into"):
            return {}
        if survivor:
            return {"merged_into": survivor, "revision": job.revision}
        changes = {name: request[name] for name in SUPPLIER_FIELDS if request[name] != there.get(name)}
        if not changes.get("bank_account", True):
            del changes["bank_account"]
        if "bank_account" in changes:
            changes["bank_verified"] = True
        if request["blocked"] != there.get("blocked") and (request["blocked"] or there.get("blocked_by") == "source"):
            changes["blocked"] = request["blocked"]
        if self._behaviour.payment_blocks == "carried" and request["blocked"] != there.get("payment_blocked"):
            changes["payment_blocked"] = request["blocked"]
        if there.get("reference") in (None, ""):
            changes["reference"] = job.number
        return {**changes, "revision": job.revision} if changes else {}

    # --- cost centres -------------------------------------------------------------------------------------------

    def take_cost_center(self, record: dict[str, Any]) -> bool:
        """Whether a source system has to follow: those do whose card says that they keep copies."""
        revision, news = int(record["revision"]), False
        for system in (one for one in SOURCES if self._clients[one].offers(PUT_COST_CENTER)):
            job = Job(PUT_COST_CENTER, str(record["number"]), revision, record, system, home=[system, record["number"]])
            known = self._store.job(*job.key)
            if known is not None and self._whole and known.revision != revision:
                known.revision = 0
            if known is None or known.revision < revision:
                self._store.save(job)
                news = True
        return news

    async def put_cost_center(self, job: Job) -> None:
        """The whole of it, as of a revision: repeating it is harmless. Raises InDoubt."""
        body = {name: job.source[name] for name in COST_CENTER_FIELDS}
        try:
            await self._clients[job.system].call("PUT", f"/v1/cost-centers/{job.number}", body=body, says=("number",))
        except Refused as no:
            if no.slug in ("not-found", "method-not-allowed"):
                # It keeps no copies.
                self._store.drop(job)
                return
            if no.slug != "older-revision":
                self._store.park(job, f"{no.slug}: {no}", self._now().isoformat())
                return
        self._store.done(job, job.number)
