"""Expense reports as rows of batches: gathered for a moment, sent together, taken apart by their results."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hardclose_reference.answers import Accepted, InDoubt, Refused, refusal
from hardclose_reference.behaviour import Behaviour
from hardclose_reference.client import SystemClient
from hardclose_reference.job import DUE, Job
from hardclose_reference.manifest import GATHER_S
from hardclose_reference.store import Store

OPERATION, PATH = "expense_posting.batch", "/v1/expense-postings/batch"
LEFT_OUT = "left-out"
"""The slug of a row of which the results say nothing: where the card announces that, it was refused."""
Row = Mapping[str, Any]


@dataclass(slots=True)
class _Gathering:
    """Jobs and their rows that leave together; `named` once they know as which batch."""

    jobs: list[tuple[Job, Mapping[str, Any]]] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    named: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, job: Job, body: Row) -> None:
        self.jobs.append((job, job.source))
        self.rows.append(body)

    def keep_those_that_stand(self) -> None:
        """What its source took back meanwhile, or corrected, is not sent."""
        standing = [
            (pair, row)
            for pair, row in zip(self.jobs, self.rows, strict=True)
            if _stands(pair[0]) and pair[0].source is pair[1]
        ]
        self.jobs, self.rows = [pair for pair, _ in standing], [row for _, row in standing]


class Batcher:
    """A batch has one key, and is sent again as it was: its rows and what was told of them are kept in the store."""

    def __init__(self, erp: SystemClient, store: Store, behaviour: Behaviour) -> None:
        self._erp, self._store, self._behaviour = erp, store, behaviour
        self._gathering: _Gathering | None = None
        self._under_way: dict[str, asyncio.Future[list[Row]]] = {}
        self._pauses: dict[str, tuple[int, float]] = {}
        """How often a batch was in doubt, and until when, by the loop, none of its rows sends it again."""

    async def post(self, job: Job, body: Row, *, keyed: bool, leaves: Callable[[Job], None]) -> dict[str, Any]:
        """The document that its row made. Raises Refused for the row, or for all of them; Accepted and InDoubt as the
        call of the whole batch. `leaves` is called for each job the moment before its row leaves."""
        if not (job.batch and keyed and job.in_doubt_since is not None):
            job.batch = ""
            await self._gathered(job, body)
            if not job.batch:
                raise InDoubt("its source took it back while it waited for others")
        return self.row_of(job, await self._results(job, keyed, leaves))

    def row_of(self, job: Job, results: Sequence[Row]) -> dict[str, Any]:
        """The document of the job's row. Raises Refused where the row was refused or left out."""
        references = [row["reference"] for row in self._store.batch(job.batch)]
        posted = sum(told["status"] == 201 for told in results)
        if self._behaviour.rows == "as_a_whole" and posted < len(references):
            job.gives_up_its_key()
            raise InDoubt("not all rows of its batch were posted; all of them once more")
        told = next((one for one in results if one["row"] == references.index(job.number)), None)
        if told is not None and told["status"] == 201:
            return dict(told["document"])
        if told is not None:
            raise refusal(int(told["status"]), told["problem"] or {})
        if self._terms["may_omit_rows"]:
            raise Refused(422, LEFT_OUT, {"detail": "the results of its batch say nothing of it"})
        raise InDoubt("the results of its batch say nothing of it")

    @property
    def _terms(self) -> Mapping[str, Any]:
        terms: Mapping[str, Any] = self._erp.card["batches"][OPERATION]
        return terms

    async def _gathered(self, job: Job, body: Row) -> None:
        """Makes it a row of the batch that leaves next. The first one waits a moment for others."""
        together = self._gathering
        if together is not None and len(together.rows) < self._terms["rows_max"]:
            together.add(job, body)
            await together.named.wait()
            return
        together = self._gathering = _Gathering()
        together.add(job, body)
        try:
            await asyncio.sleep(GATHER_S)
        finally:
            if self._gathering is together:
                self._gathering = None
        together.keep_those_that_stand()
        content = f"{job.number}-{job.revision}-{job.refusals}-{json.dumps(together.rows)}"
        name = f"batch-{job.number}-{hashlib.sha256(content.encode()).hexdigest()[:16]}"
        self._store.keep_batch(name, together.rows)
        for one, _ in together.jobs:
            one.batch = name
        together.named.set()

    async def _results(self, job: Job, keyed: bool, leaves: Callable[[Job], None]) -> list[Row]:
        """What was told of its batch. Whoever comes first asks, for all of them."""
        name = job.batch
        if (kept := self._store.batch_results(name)) is not None:
            return kept
        if (asked := self._under_way.get(name)) is not None:
            return await asyncio.shield(asked)
        doubts, until = self._pauses.get(name, (0, 0.0))
        if asyncio.get_running_loop().time() < until:
            raise InDoubt("its batch was in doubt a moment ago")
        told: asyncio.Future[list[Row]] = asyncio.get_running_loop().create_future()
        self._under_way[name] = told
        try:
            results = await self._sent(job.kind, name, keyed, leaves)
            told.set_result(results)
        except (Refused, Accepted, InDoubt) as end:
            pause_s = min(self._erp.timeout_s, self._erp.timeout_s / 10 * 2 ** (doubts + 1))
            self._pauses[name] = doubts + 1, asyncio.get_running_loop().time() + pause_s
            told.set_exception(end)
            told.exception()  # nobody else may be waiting for it
            raise
        finally:
            del self._under_way[name]
            told.cancel()
        return results

    async def _sent(self, kind: str, name: str, keyed: bool, leaves: Callable[[Job], None]) -> list[Row]:
        rows = self._store.batch(name)

        def leaving() -> None:
            found = [self._store.job(kind, str(row["reference"])) for row in rows]
            jobs = [job for job in found if job is not None and job.batch == name]
            never_left = all(job.in_doubt_since is None for job in jobs)
            if never_left and not (len(jobs) == len(rows) and all(map(_stands, jobs))):
                for job in jobs:
                    job.batch = ""
                raise InDoubt("a row was taken back before its batch left; the others go with another one")
            for job in jobs:
                if job.state == DUE:
                    leaves(job)

        key = name if keyed else None
        answer = await self._erp.call("POST", PATH, body={"rows": rows}, key=key, says=("results",), leaving=leaving)
        results: list[Row] = answer["results"]
        self._store.keep_batch_results(name, results)
        return results


def _stands(job: Job) -> bool:
    return job.state == DUE and not job.withdrawn
