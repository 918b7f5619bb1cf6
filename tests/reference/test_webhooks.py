"""Events come in signed, in any order and any number of times, and make one job per document."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest

from hardclose_mocks.faults.plan import Rule
from hardclose_mocks.history.records import Emitted
from hardclose_mocks.webhooks.signing import forged, signed
from hardclose_reference.job import DUE

from ..mocks.sandboxes import virtually
from .integrations import LISTS, NEVER_S, Integration, integrated
from .jobs import report_sent


def announced(there: Integration, **changes: Any) -> Emitted:
    """An announcement of a report that nobody has filed in any system."""
    sent = report_sent("R-9", **changes)
    now = there.office.sandbox.business.now()
    return Emitted("evt-9", "expense_report.approved", "R-9", sent["revision"], "DE01", now, sent)


async def deliver(there: Integration, body: bytes, headers: Mapping[str, str]) -> httpx2.Response:
    return await there.ask("POST", "/webhooks/expense", content=body, headers=headers)


async def sign_and_deliver(there: Integration, event: str = "evt-9", **changes: Any) -> httpx2.Response:
    """As the expense system itself would."""
    body = msgspec.json.encode({"type": "expense_report.approved", "data": report_sent("R-9", **changes)})
    secret = there.office.sandbox.setup.credentials.webhook_secret("expense")
    return await deliver(there, body, signed(event, body, secret, there.office.sandbox.wire.utc()))


# --- signatures ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["invented", "altered", "stale"])
@virtually
async def test_a_forged_event_is_refused_and_causes_nothing(tmp_path: Path, how: str) -> None:
    async with integrated(tmp_path) as there:
        credentials, now = there.office.sandbox.setup.credentials, there.office.sandbox.wire.utc()
        secret, wrong = credentials.webhook_secret("expense"), credentials.wrong_webhook_secret("expense")
        _, body, headers = forged(how, announced(there), "expense", "evt-9", secret, wrong, now)
        answer = await deliver(there, body, headers)
        assert answer.status_code == 401
        await there.rest()
        assert there.service is not None
        assert (list(there.service.store.jobs()), there.posts()) == ([], [])


@virtually
async def test_the_genuine_event_is_taken_after_the_forged_one_of_the_same_id(tmp_path: Path) -> None:
    async with integrated(tmp_path) as there:
        assert (await deliver(there, b"{}", {"webhook-id": "evt-9"})).status_code == 401
        assert (await sign_and_deliver(there)).status_code == 204
        assert there.job("R-9").state == DUE


@pytest.mark.parametrize(
    "changes",
    [
        {"webhook-timestamp": ""},
        {"webhook-timestamp": "yesterday"},
        {"webhook-timestamp": "-1"},
        {"webhook-timestamp": "9" * 5000},
        {"webhook-signature": ""},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "v1a,AAAA v2,BBBB"},
        {"webhook-id": "evt-8"},
    ],
    ids=lambda change: "-".join(f"{name} {value[:12]!r}" for name, value in change.items()),
)
@virtually
async def test_headers_that_prove_nothing_are_refused(tmp_path: Path, changes: dict[str, str]) -> None:
    async with integrated(tmp_path) as there:
        body = b'{"type": "expense_report.approved", "data": {}}'
        secret = there.office.sandbox.setup.credentials.webhook_secret("expense")
        headers = {**signed("evt-9", body, secret, there.office.sandbox.wire.utc()), **changes}
        assert (await deliver(there, body, headers)).status_code == 401


@pytest.mark.parametrize(("age_s", "status"), [(299, 204), (301, 401), (-299, 204), (-302, 401)])
@virtually
async def test_an_event_is_of_now_within_five_minutes(tmp_path: Path, age_s: int, status: int) -> None:
    async with integrated(tmp_path) as there:
        body = b'{"type": "nothing.happened"}'
        secret = there.office.sandbox.setup.credentials.webhook_secret("expense")
        then = there.office.sandbox.wire.utc() - timedelta(seconds=age_s)
        assert (await deliver(there, body, signed("evt-9", body, secret, then))).status_code == status


@virtually
async def test_one_good_signature_among_several_is_enough(tmp_path: Path) -> None:
    """Standard Webhooks: while a secret is rotated, the sender signs with both."""
    async with integrated(tmp_path) as there:
        body = b'{"type": "nothing.happened"}'
        secret = there.office.sandbox.setup.credentials.webhook_secret("expense")
        headers = signed("evt-9", body, secret, there.office.sandbox.wire.utc())
        headers["webhook-signature"] = "v1,b2xkIHNlY3JldA== " + headers["webhook-signature"]
        assert (await deliver(there, body, headers)).status_code == 204


@virtually
async def test_another_systems_secret_proves_nothing(tmp_path: Path) -> None:
    async with integrated(tmp_path) as there:
        body = b'{"type": "nothing.happened"}'
        secret = there.office.sandbox.setup.credentials.webhook_secret("erp")
        assert (
            await deliver(there, body, signed("e", body, secret, there.office.sandbox.wire.utc()))
        ).status_code == 401


@virtually
async def test_forgeries_on_the_wire_change_no_outcome(tmp_path: Path) -> None:
    rule = Rule("F36.expense", "F36", "expense", ("expense_report.approved",))
    async with integrated(tmp_path, rule) as there:
        reports = [f"R-{number}" for number in range(1, 7)]
        await there.file_report(*reports)
        await there.until_told("posted", *reports)
        await there.rest()
        forgeries = [one for one in there.office.tried() if one.label == "forged"]
        assert {one.status for one in forgeries} == {401}
        assert {one.forgery for one in forgeries} == {"invented", "altered", "stale"}
        assert [one.reference for one in _postings(there)] == reports


def _postings(there: Integration) -> list[Any]:
    return sorted(there.office.sandbox.systems["erp"].books.documents("expense_posting"), key=lambda one: one.reference)


# --- one job per document --------------------------------------------------------------------------------------


@pytest.mark.parametrize("new_id", [0.0, 1.0], ids=["under the same event id", "under a new event id"])
@virtually
async def test_an_event_delivered_twice_makes_one_document(tmp_path: Path, new_id: float) -> None:
    again = Rule("F30", "F30", "expense", ("expense_report.approved",), parameters={"new_id": new_id, "after_s": 0.3})
    async with integrated(tmp_path, again, profile="C4") as there:
        await there.file_report()
        await there.rest()
        told = [one for one in there.office.tried() if one.subject == "R-1" and one.status == 204]
        assert len({one.message for one in told}) == len(told) >= 2
        assert len(there.posts()) == 1


@virtually
async def test_an_event_and_a_list_that_tell_of_the_same_document_make_one_job(tmp_path: Path) -> None:
    async with integrated(tmp_path, profile="C4") as there:
        await there.file_report()
        await there.rest()
        assert any(one.query for one in there.sent if one.path == LISTS["expense"]), "it read the list as well"
        assert len(there.posts()) == 1


@virtually
async def test_an_event_is_stored_before_it_is_acknowledged(tmp_path: Path) -> None:
    async with integrated(tmp_path, poll_interval_s=NEVER_S) as there:
        await there.rest(1)
        await there.crash()
        await there.start()
        there.transport.applications.clear()
        assert (await sign_and_deliver(there)).status_code == 204
        await there.come_back()
        assert there.job("R-9").state == DUE


@virtually
async def test_an_event_that_could_not_be_worked_on_is_not_remembered_as_done(tmp_path: Path) -> None:
    async with integrated(tmp_path, poll_interval_s=NEVER_S) as there:
        assert (await sign_and_deliver(there, revision="first")).status_code == 500
        assert (await sign_and_deliver(there, revision=1)).status_code == 204
        assert there.job("R-9").state == DUE


@virtually
async def test_an_event_that_found_nobody_at_home_is_taken_when_it_comes_again(tmp_path: Path) -> None:
    async with integrated(tmp_path, poll_interval_s=NEVER_S) as there:
        await there.rest(1)
        await there.crash()
        await there.file_report()
        await there.until(lambda: _deliveries(there)[-1:] == [(1, "retry")])
        await there.start()
        await there.rest()
        assert _deliveries(there)[-1] == (2, "delivered")
        assert len(there.posted()) == 1


def _deliveries(there: Integration) -> list[tuple[int, str]]:
    """Attempts to announce the approval of R-1."""
    approvals = {one.id for one in there.office.emitted() if one.type == "expense_report.approved"}
    return [(one.attempt, one.outcome) for one in there.office.tried() if one.event in approvals]
