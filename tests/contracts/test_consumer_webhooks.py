"""The webhooks the reference takes: what it relies on in each, told by its own intake."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pact import match
from standardwebhooks import Webhook

from hardclose_reference.intake import Intake
from hardclose_reference.job import DUE, POSTED, Job
from hardclose_reference.store import Store

from .consumer_side import (
    NOW,
    REPORT,
    REQUISITION,
    SECRET,
    as_told,
    instant,
    news,
    pact_with,
    report_job,
    settings,
)

CONTENT_TYPE = "application/cloudevents+json; charset=UTF-8"


def event(kind: str, system: str, subject: str, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": match.string(f"evt_T0_{system}_1"),
        "source": match.string(f"/hardclose/{system}"),
        "type": kind,
        "subject": match.string(subject),
        "time": instant(),
        "data": data,
    }


def take(folder: Path, system: str, kind: str, given: str, subject: str, data: dict[str, Any], store: Store) -> None:
    """The intake is handed what the pact says, signed as the sender signs, and the pact is written down."""
    pact = pact_with(system)
    headers = {
        "webhook-id": match.regex(f"evt_T0_{system}_1", regex=r"^\S+$"),
        "webhook-timestamp": match.regex("1796025600", regex=r"^\d+$"),
        "webhook-signature": match.regex("v1,dummy", regex=r"^v1,\S+"),
    }
    interaction = pact.upon_receiving(f"the webhook {kind}", "Async").given(given)
    interaction.with_body(event(kind, system, subject, data), content_type=CONTENT_TYPE)
    interaction.with_metadata(headers)
    # Where the provider describes it: the offline check against its AsyncAPI description asks for this.
    interaction.add_external_reference("AsyncAPI", "operationId", f"send.{kind}")
    intake = Intake(settings(folder), store, news(store), lambda: NOW)

    def deliver(body: str | bytes | None, metadata: dict[str, object]) -> None:
        assert body is not None
        content = body.encode() if isinstance(body, str) else body
        name = str(metadata["webhook-id"])
        signed = {
            "webhook-id": name,
            "webhook-timestamp": str(int(NOW.timestamp())),
            "webhook-signature": Webhook(SECRET).sign(name, NOW, content.decode()),
        }
        intake.take_event(system, signed, content)

    pact.verify(deliver, kind="Async")
    pact.write_file(folder)


@pytest.mark.parametrize(
    ("system", "kind", "given", "source"),
    [
        ("expense", "expense_report.approved", "an approved expense report R-1001 exists", REPORT),
        ("procurement", "requisition.approved", "an approved requisition Q-1001 exists", REQUISITION),
    ],
)
def test_an_approval_makes_a_job(tmp_path: Path, system: str, kind: str, given: str, source: dict[str, Any]) -> None:
    store = Store(tmp_path / "state")
    take(tmp_path, system, kind, given, source["number"], as_told(source), store)
    (job,) = store.jobs()
    assert (job.system, job.number, job.state) == (system, source["number"], DUE)
    assert job.source["lines"] == source["lines"]


def test_a_payment_is_noted_at_the_job_it_pays(tmp_path: Path) -> None:
    store = Store(tmp_path / "state")
    store.save(report_job(state=POSTED, document="EP-DE01-000001"))
    data = {
        "number": match.string("EP-DE01-000001"),
        "reference": match.string("R-1001"),
        "status": "posted",
        "payment": "paid",
    }
    take(tmp_path, "erp", "payment.completed", "payment of R-1001 is completed", "EP-DE01-000001", data, store)
    job = store.job("expense_report", "R-1001")
    assert isinstance(job, Job)
    assert job.paid
