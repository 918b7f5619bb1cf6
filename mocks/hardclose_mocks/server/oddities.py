"""What a vendor makes of requests and answers behind the edge: jobs, doubles, cut texts, defaults, other words."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import msgspec

from hardclose_mocks.clock import NS
from hardclose_mocks.desk import Answer, Desk, Upload
from hardclose_mocks.faults.plan import draw
from hardclose_mocks.history.codec import from_plain
from hardclose_mocks.history.records import Exchange, Hit, JobEnded, Record
from hardclose_mocks.kernel.books import COMMANDS
from hardclose_mocks.kernel.documents import Document
from hardclose_mocks.kernel.refusals import Refused
from hardclose_mocks.server.calls import Call, Scope, kept_answer
from hardclose_mocks.server.jobs import Job

if TYPE_CHECKING:
    from hardclose_mocks.server.edge import Edge
    from hardclose_mocks.server.sandbox import Sandbox, System

FAULT = "fault"
"""Who commits what nobody asked for."""
TAKEN_BACK = frozenset({"recalled", "cancelled", "rejected"})


def _scope(body: Exchange, headers: Mapping[str, str], content: bytes) -> Scope:
    """A request of the history, as an application would be given it."""
    told = {**headers, "content-length": str(len(content))}
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": body.method,
        "scheme": "http",
        "path": body.path,
        "raw_path": quote(body.path).encode(),
        "query_string": urlencode(body.query).encode(),
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in told.items()],
        "server": ("localhost", 80),
        "client": ("127.0.0.1", 1),
        "root_path": "",
        "state": {},
        "extensions": {},
    }


class Oddities:
    """One system's. Everything here stands on its contract card, but for what it does twice."""

    def __init__(self, sandbox: Sandbox, system: System, edge: Edge) -> None:
        self._sandbox, self._system, self._edge = sandbox, system, edge

    # --- jobs (F15) ---------------------------------------------------------------------------------------------

    def can_be_a_job(self, call: Call) -> bool:
        return self._system.card.terms_of(call.operation.name).asynchrony is not None

    def accepted(self, call: Call) -> tuple[str, Answer]:
        """The job and the 202 that tells of it; a key stands for that answer."""
        jobs, system = self._sandbox.jobs, self._system.name
        job = jobs.open(system, Job(jobs.next_id(system), call.operation.name))
        answer = self._system.dialect.accepted(job)
        if call.entry is not None:
            call.entry.answer = answer
        return job.id, answer

    def start(self, call: Call, job: str, seq: int, after_s: float | None) -> None:
        """`after_s` wire seconds from now; None leaves it pending for ever."""
        if after_s is not None:
            self._sandbox.open_calls += 1
            self._sandbox.jobs.run(self._work(call, job, seq, after_s))

    def resume(self, record: Record, body: Exchange, after_s: float) -> None:
        """A job that was open when the process before this one ended goes on: `after_s` wire seconds after its record,
        or at once where that has passed."""
        assert body.job is not None, f"record {record.seq} left no job"
        operation, number = self._system.dialect.operation(self._system.name, body.method, body.path)
        content = b"" if body.body is None or operation.upload else msgspec.json.encode(body.body)
        headers = {"content-type": "application/json", **body.headers}
        call = Call(_scope(body, headers, content), operation, number, content, headers, body.started_ns)
        call.credential, call.parsed, call.subject, call.nth = body.credential, body.body, body.subject, body.nth
        if operation.upload:
            told: Any = body.body
            call.upload = Upload(str(told["content_type"]), int(told["size"]), str(told["sha256"]))
        left_s = (record.wire_ns - self._sandbox.wire.ns()) / NS + after_s
        self.start(call, body.job, record.seq, max(0.0, left_s))

    async def _work(self, call: Call, job_id: str, seq: int, after_s: float) -> None:
        try:
            await asyncio.sleep(after_s)
            desk = self._edge.desk(call)
            answer = await self._edge.handled(call, desk)
            told = kept_answer(answer)
            ended = JobEnded(
                job_id,
                seq,
                call.operation.name,
                call.started_ns,
                answer.status,
                tuple(desk.carried),
                desk.refusal,
                told,
            )
            self._edge.enter(call, desk, ended)
            job = self._sandbox.jobs.find(self._system.name, job_id)
            assert job is not None, f"{job_id} ends and was never opened"
            job.end(answer.status, told)
            await self._sandbox.history.committed()
            self._sandbox.last_write_ns = self._sandbox.wire.ns()
        finally:
            self._sandbox.open_calls -= 1

    # --- doubles (F18) ------------------------------------------------------------------------------------------

    async def do_again(self, desk: Desk) -> None:
        """Every command once more, by nobody. A reference need not be unique: this is the system's own doing."""
        for carried in [one for one in desk.carried if one.refusal is None]:
            command: Any = from_plain(carried.arguments, COMMANDS[self._system.name][carried.command])
            if hasattr(command, "unique_reference"):
                command = replace(command, unique_reference=False)
            try:
                await self._sandbox.act(self._system.name, command, FAULT)
            except Refused:
                continue  # it stands in the history as refused

    # --- what is understood (F21, F22) --------------------------------------------------------------------------

    def as_understood(self, call: Call, desk: Desk) -> bytes:
        """The body as this system takes it: cut, trimmed, with defaults for what it does not know."""
        habits = self._system.card.habits
        cuts = habits.reference_max or habits.text_max
        creates = call.operation.writes and call.operation.subject == "reference"
        if not creates or not isinstance(call.parsed, dict) or not (cuts or habits.substitutes):
            return call.body
        changes: list[str] = []
        body = call.parsed
        if cuts:
            body = self._cut(body, changes)
        if habits.substitutes:
            body = self._substituted(body, changes)
        if not changes:
            return call.body
        fault = "F21" if cuts and not changes[-1].startswith("default") else "F22"
        desk.struck = Hit(fault, "before_commit", f"{self._rule(fault)}: {'; '.join(changes)[:200]}")
        return msgspec.json.encode(body)

    def _cut(self, value: Any, changes: list[str], name: str = "") -> Any:
        habits = self._system.card.habits
        if isinstance(value, dict):
            return {key: self._cut(inner, changes, key) for key, inner in value.items()}
        if isinstance(value, list):
            return [self._cut(inner, changes, name) for inner in value]
        most = {"reference": habits.reference_max, "text": habits.text_max}.get(name, 0)
        if not isinstance(value, str) or not most:
            return value
        kept = value.strip()[:most].strip()
        if kept != value:
            changes.append(f"{name} of {len(value)} characters to {len(kept)}")
        return kept

    def _substituted(self, body: dict[str, Any], changes: list[str]) -> dict[str, Any]:
        lines = body.get("lines")
        if not isinstance(lines, list):
            return body
        company = body.get("company")
        return {**body, "lines": [self._known(line, company, changes) for line in lines]}

    def _known(self, line: Any, company: Any, changes: list[str]) -> Any:
        if not isinstance(line, dict):
            return line
        line = dict(line)
        for kind in ("account", "cost_center"):
            rows: list[Any] = list(self._system.books.masters(kind))
            mine = [one for one in rows if getattr(one, "company", company) in (company, None)]
            if kind == "account":
                mine = [one for one in mine if getattr(one, "kind", "") == "expense"] or mine
            if mine and line.get(kind) not in {one.number for one in rows}:
                changes.append(f"default {kind} {mine[0].number} for {str(line.get(kind))[:30]}")
                line[kind] = mine[0].number
        return line

    # --- what is told (F16, F23) and what is gone (F29) ---------------------------------------------------------

    def as_worded(self, call: Call, desk: Desk, answer: Answer) -> Answer:
        if desk.refusal == "DuplicateReference":
            return self._exists(call, desk, answer)
        if answer.status == 200 and call.operation.name.endswith(".batch"):
            return self._rows(call, desk, answer)
        return answer

    def _exists(self, call: Call, desk: Desk, answer: Answer) -> Answer:
        how = self._system.card.terms_of(call.operation.name).exists
        if how == "names_document" or not call.judged:
            return answer
        desk.struck = Hit("F23", "on_response", self._rule("F23"))
        problem = msgspec.json.decode(answer.body)
        problem.pop("existing", None)
        problem["detail"] = f"reference {problem.get('reference')} has already been processed"
        status = 500 if how == "status_500" else answer.status
        return Answer(status, answer.headers, msgspec.json.encode({**problem, "status": status}))

    def _rows(self, call: Call, desk: Desk, answer: Answer) -> Answer:
        """Other orders and missing rows, where a rule strikes the batch."""
        met = self._edge.met(call)
        if met.rows is None:
            return answer
        told = msgspec.json.decode(answer.body)
        rows = told["results"]
        if met.omits:
            rows = [row for row in rows if row["status"] < 400]
        else:
            random.Random(f"{self._sandbox.plan.seed}/rows/{call.subject}/{call.nth}").shuffle(rows)
        desk.struck = met.rows
        return Answer(answer.status, answer.headers, msgspec.json.encode({**told, "results": rows}))

    def hides(self, document: Document) -> bool:
        """Whether what people took back has vanished: from then on, for good."""
        if getattr(document, "status", "") not in TAKEN_BACK:
            return False
        number = self._sandbox.plain_subject(document.number)
        return draw(self._sandbox.plan.seed, self._rule("F29"), number) < self._system.card.habits.vanishing

    def _rule(self, fault: str) -> str:
        rules = (
            rule.id for rule in self._sandbox.plan.rules if (rule.fault, rule.system) == (fault, self._system.name)
        )
        return next(rules, fault)
