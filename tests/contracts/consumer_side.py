"""The reference integration's clients in conversation with pact's mock servers, and the pacts that come of it."""

from __future__ import annotations

import asyncio
import json
import os
import random
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hardclose_reference.behaviour import Behaviour
from hardclose_reference.client import SystemClient
from hardclose_reference.job import Job
from hardclose_reference.masters import Masters
from hardclose_reference.news import News
from hardclose_reference.periods import Periods
from hardclose_reference.posting import Poster
from hardclose_reference.prerequisites import Prerequisites
from hardclose_reference.settings import SYSTEMS, Access, Settings
from hardclose_reference.store import Store

os.environ["PACT_DO_NOT_TRACK"] = "true"
from pact import Pact, match
from pact.pact import PactServer

CONSUMER = "hardclose-reference"
COMMITTED = Path(__file__).parents[2] / "contracts" / "pacts"
NOW = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)
"""Of the integration's clock, which nobody moves."""
SECRET = "whsec_aGFyZGNsb3NlLWR1bW15LXNlY3JldA=="
POST, ORDER = "expense_posting.create", "purchase_order.create"
BEARER = match.regex("Bearer dummy", regex=r"^Bearer \S+$")
INSTANT = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$"
AMOUNT = r"^-?\d+(\.\d{1,3})?$"


def instant(example: str = "2026-11-30T08:00:00.000Z") -> Any:
    """RFC 3339, in whatever zone."""
    return match.regex(example, regex=INSTANT)


def amount(example: str) -> Any:
    return match.regex(example, regex=AMOUNT)


def pact_with(system: str) -> Pact:
    return Pact(CONSUMER, f"hardclose-{system}").with_specification("V4")


# --- what is said on both sides ------------------------------------------------------------------------------


def card(profile: str = "C1") -> dict[str, Any]:
    """What the reference reads on a contract card, and nothing else of it."""
    terms = {
        "idempotency_key": {"supported": profile == "C1", "life_s": 86400.0 if profile == "C1" else 0},
        "reference_unique": profile == "C3",
        "reference_search": profile in ("C3", "C4"),
        "late_commit_s": 3.0,
        "read_lag_s": 0.0,
    }
    return {"service_levels": {"client_timeout_s": 2.0}, "operations": {POST: terms, ORDER: terms}}


REPORT: dict[str, Any] = {
    "number": "R-1001",
    "company": "DE01",
    "employee": "DE01-employee1",
    "currency": "EUR",
    "text": "Business trip",
    "lines": [
        {
            "account": "6200",
            "text": "Travel [R-1001.1]",
            "tax_code": "V19",
            "allocations": [{"cost_center": "DE01-CC01", "project": None, "net": "100.00", "tax": "19.00"}],
        }
    ],
    "total": "119.00",
    "status": "approved",
    "revision": 1,
    "approved_at": "2026-11-30T09:00:00.000+01:00",
    "version": 3,
    "updated_at": "2026-11-30T08:00:00.000Z",
}
REQUISITION: dict[str, Any] = {
    "number": "Q-1001",
    "company": "DE01",
    "supplier": "DE01-S01",
    "currency": "EUR",
    "text": "Licences",
    "lines": [
        {
            "text": "Licences [Q-1001.1]",
            "quantity": 1,
            "unit_price": "119.00",
            "account": "6310",
            "cost_center": "DE01-CC01",
            "project": None,
            "tax_code": "V19",
        }
    ],
    "total": "119.00",
    "status": "approved",
    "revision": 1,
    "approved_at": "2026-11-30T09:00:00.000+01:00",
    "version": 3,
    "updated_at": "2026-11-30T08:00:00.000Z",
}


def as_told(source: Mapping[str, Any]) -> dict[str, Any]:
    """A source document in an answer or an event: what the reference takes from it, each value by its type, but what
    it decides by, exactly."""
    line = source["lines"][0]
    told = _typed(line)
    if "allocations" in line:
        share = line["allocations"][0]
        money = {name: amount(share[name]) for name in ("net", "tax")}
        told["allocations"] = match.each_like({**_typed(share), **money})
    else:
        told["unit_price"] = amount(line["unit_price"])
    return {
        **_typed(source),
        "lines": match.each_like(told),
        "total": amount(source["total"]),
        "status": source["status"],
        "approved_at": instant(source["approved_at"]),
        "updated_at": instant(source["updated_at"]),
    }


def _typed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Lists are told by whoever knows what is in them. Null stays null: no matcher says `null or a text`."""
    return {
        name: value if value is None else match.integer(value) if isinstance(value, int) else match.string(value)
        for name, value in values.items()
        if not isinstance(value, list)
    }


def problem(slug: str, **members: Any) -> dict[str, Any]:
    """RFC 9457: the reference switches on the type, and shows the detail to people."""
    return {"type": f"https://hardclose.dev/problems/{slug}", "detail": match.string(f"{slug} in words"), **members}


# --- conversations ---------------------------------------------------------------------------------------------


class Conversation:
    """One pact under construction. Interactions are told with `expect`; `talking` serves them to a real client."""

    def __init__(self, system: str) -> None:
        self.system, self.pact = system, pact_with(system)
        self.server: PactServer

    def expect(
        self,
        description: str,
        *given: str | tuple[str, Mapping[str, Any]],
        ask: tuple[str, str],
        answer: int,
        body: Any = None,
        says: Any = None,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, Any] | None = None,
        told: Mapping[str, Any] | None = None,
        anonymous: bool = False,
    ) -> None:
        """`ask` is method and path, `body` the request's, `says` the answer's, `told` headers of the answer."""
        interaction = self.pact.upon_receiving(description)
        for state in given:
            name, parameters = (state, {}) if isinstance(state, str) else state
            interaction.given(name, **parameters)
        interaction.with_request(*ask)
        for name, value in {**({} if anonymous else {"Authorization": BEARER}), **(headers or {})}.items():
            interaction.with_header(name, value)
        for name, value in (query or {}).items():
            interaction.with_query_parameter(name, value)
        if isinstance(body, str):
            interaction.with_body(body, content_type="application/x-www-form-urlencoded")
        elif body is not None:
            interaction.with_body(body, content_type="application/json")
        interaction.will_respond_with(answer)
        for name, value in (told or {}).items():
            interaction.with_header(name, value)
        if says is not None:
            kind = "application/problem+json" if isinstance(says, dict) and "type" in says else "application/json"
            interaction.with_body(says, content_type=kind)

    def expect_token(self, description: str = "a token is asked for", *given: str, answer: int = 200) -> None:
        """Dummies on our side; verification puts live ones in their place."""
        form = f"grant_type=client_credentials&client_id=integration-{self.system}&client_secret=dummy"
        granted = {"access_token": match.string("dummy"), "expires_in": match.number(15.0)}
        self.expect(
            description,
            *given,
            ask=("POST", "/oauth/token"),
            body=form,
            answer=answer,
            says=granted if answer == 200 else {"error": "invalid_client"},
            anonymous=True,
        )

    @asynccontextmanager
    async def talking(self, folder: Path, *, profile: str | None = "C1") -> AsyncIterator[SystemClient]:
        """A client of the reference at the mock server; afterwards the pact is in the folder. Its card is known unless
        `profile` is None. Raises where something was asked that nobody expected, or not asked."""
        with self.pact.serve(addr="127.0.0.1") as server:
            self.server = server
            client = SystemClient(access(self.system, str(server.url)), Behaviour(), lambda: NOW)
            client.card = card(profile) if profile is not None else {}
            try:
                yield client
            finally:
                await client.close()
        self.pact.write_file(folder)

    async def until_all_was_asked(self, asking: asyncio.Task[None]) -> None:
        """For callers that wait on after the last answer. Fails where they do not wait."""
        while not self.server.matched:
            assert not asking.done(), "it took the last answer for the end of the matter"
            await asyncio.sleep(0.01)


def access(system: str, url: str) -> Access:
    return Access(url, f"{url}/oauth/token", f"integration-{system}", "dummy", SECRET)


def settings(folder: Path) -> Settings:
    systems = {system: access(system, f"http://{system}.test") for system in SYSTEMS}
    return Settings(systems, 80, folder, "webhooks", Behaviour())


def poster(client: SystemClient, store: Store) -> Poster:
    prerequisites = Prerequisites({"erp": client}, store, Behaviour(), lambda kind, document: None)
    return Poster(
        client, Periods(client, lambda: NOW), prerequisites, store, Behaviour(), lambda: NOW, random.Random(1)
    )


def news(store: Store) -> News:
    """Nobody is woken by it."""
    return News(store, Masters({}, store, Behaviour(), lambda: NOW), lambda: None)


def report_job(**changes: Any) -> Job:
    return replace(Job("expense_report", "R-1001", 1, REPORT), **changes)


def requisition_job(**changes: Any) -> Job:
    return replace(Job("requisition", "Q-1001", 1, REQUISITION), **changes)


def run(conversation: Coroutine[Any, Any, None]) -> None:
    asyncio.run(conversation)


# --- the pacts -------------------------------------------------------------------------------------------------


def normalised(path: Path) -> str:
    """A pact as it is committed: in one order, and without the versions of the tools that wrote it."""
    pact = json.loads(path.read_text(encoding="utf-8"))
    pact["metadata"] = {"pactSpecification": pact["metadata"]["pactSpecification"]}
    pact["interactions"].sort(key=lambda one: (one["type"] != "Synchronous/HTTP", one["description"]))
    return json.dumps(pact, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
