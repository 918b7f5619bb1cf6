"""What the reference relies on at the source systems: their cards, and the write-back of what became of a document."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pact import match

from hardclose_reference.behaviour import Behaviour
from hardclose_reference.job import PARKED, POSTED, Job
from hardclose_reference.store import Store
from hardclose_reference.telling import Teller

from .consumer_side import Conversation, instant, problem, report_job, requisition_job, run

PLACES = {
    "expense": ("an approved expense report R-1001 exists", "/v1/expense-reports/R-1001", "EP-DE01-000001"),
    "procurement": ("an approved requisition Q-1001 exists", "/v1/requisitions/Q-1001", "PO-DE01-000001"),
}
both = pytest.mark.parametrize("system", list(PLACES))


def job_of(system: str, **changes: Any) -> Job:
    return report_job(**changes) if system == "expense" else requisition_job(**changes)


def put(state: str, document: str | None = None, reason: str | None = None) -> dict[str, Any]:
    return {"state": state, "document": document, "reason": reason}


@both
def test_a_source_shows_its_card_to_anybody(tmp_path: Path, system: str) -> None:
    async def conversation() -> None:
        source = Conversation(system)
        says = {"service_levels": {"client_timeout_s": match.number(2.0)}}
        source.expect(
            "the contract card is read",
            ask=("GET", "/.well-known/contract-card"),
            answer=200,
            says=says,
            anonymous=True,
        )
        async with source.talking(tmp_path, profile=None) as client:
            await client.learn()
            assert client.card["service_levels"] == {"client_timeout_s": 2.0}

    run(conversation())


@both
def test_a_source_is_told_where_its_document_was_posted(tmp_path: Path, system: str) -> None:
    given, path, document = PLACES[system]

    async def conversation() -> None:
        source, store = Conversation(system), Store(tmp_path / "state")
        source.expect_token()
        source.expect(
            "it is told that a document was posted",
            given,
            ask=("PUT", f"{path}/posting"),
            body=put("posted", document),
            answer=200,
            says={"posting": {"state": "posted", "document": document}},
        )
        job = job_of(system, state=POSTED, document=document)
        async with source.talking(tmp_path) as client:
            await Teller({system: client}, store, Behaviour()).tell(job)
        assert job.told == ["posted", document, None]

    run(conversation())


@both
def test_a_source_is_told_why_its_document_waits_for_a_person(tmp_path: Path, system: str) -> None:
    given, path, _ = PLACES[system]

    async def conversation() -> None:
        source, store = Conversation(system), Store(tmp_path / "state")
        source.expect_token()
        source.expect(
            "it is told that a document was parked",
            given,
            ask=("PUT", f"{path}/posting"),
            body=put("parked", reason="blocked-master: cost center DE01-CC01 is blocked"),
            answer=200,
            says={"posting": {"state": "parked", "document": None}},
        )
        job = job_of(system, state=PARKED, reason="blocked-master: cost center DE01-CC01 is blocked")
        async with source.talking(tmp_path) as client:
            await Teller({system: client}, store, Behaviour()).tell(job)
        assert job.told is not None
        assert job.told[0] == "parked"

    run(conversation())


def test_a_report_is_told_as_posted_before_it_is_told_as_paid(tmp_path: Path) -> None:
    given, path, document = PLACES["expense"]

    async def conversation() -> None:
        source, store = Conversation("expense"), Store(tmp_path / "state")
        source.expect_token()
        source.expect(
            "it is told that a document was posted",
            given,
            ask=("PUT", f"{path}/posting"),
            body=put("posted", document),
            answer=200,
            says={"posting": {"state": "posted", "document": document}},
        )
        source.expect(
            "it is told that a report was paid",
            f"an expense report R-1001 is posted as {document}",
            ask=("PUT", f"{path}/posting"),
            body=put("paid", document),
            answer=200,
            says={"posting": {"state": "paid", "document": document}},
        )
        job = report_job(state=POSTED, document=document, paid=True)
        async with source.talking(tmp_path) as client:
            await Teller({"expense": client}, store, Behaviour()).tell(job)
        assert job.told == ["paid", document, None]

    run(conversation())


def test_a_report_that_is_further_than_we_knew_is_read_and_left_alone(tmp_path: Path) -> None:
    _, path, document = PLACES["expense"]
    given = ("an expense report is paid", {"number": "R-1001", "document": document})

    async def conversation() -> None:
        source, store = Conversation("expense"), Store(tmp_path / "state")
        source.expect_token()
        source.expect(
            "it is told once more that a document was posted, which is paid by now",
            given,
            ask=("PUT", f"{path}/posting"),
            body=put("posted", document),
            answer=409,
            says=problem("wrong-state"),
        )
        source.expect(
            "a report is read for what it knows of its posting",
            given,
            ask=("GET", path),
            answer=200,
            says={"posting": {"state": "paid", "document": document}, "updated_at": instant()},
        )
        job = report_job(state=POSTED, document=document)
        async with source.talking(tmp_path) as client:
            await Teller({"expense": client}, store, Behaviour()).tell(job)
        assert store.exceptions() == []

    run(conversation())


def test_a_document_the_source_does_not_know_is_a_matter_for_a_person(tmp_path: Path) -> None:
    _, path, document = PLACES["procurement"]

    async def conversation() -> None:
        source, store = Conversation("procurement"), Store(tmp_path / "state")
        source.expect_token()
        source.expect(
            "it is told of a requisition it does not have",
            "the books are empty",
            ask=("PUT", f"{path}/posting"),
            body=put("posted", document),
            answer=404,
            says=problem("unknown-document"),
        )
        source.expect(
            "a requisition is read that is not there",
            "the books are empty",
            ask=("GET", path),
            answer=404,
            says=problem("not-found"),
        )
        job = requisition_job(state=POSTED, document=document)
        async with source.talking(tmp_path) as client:
            await Teller({"procurement": client}, store, Behaviour()).tell(job)
        assert [one["source"] for one in store.exceptions()] == ["Q-1001"]

    run(conversation())
