"""Signatures that the standardwebhooks library accepts, forgeries that it does not, and the CloudEvents envelope."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from hardclose_mocks.history.records import Emitted
from hardclose_mocks.server.credentials import Credentials
from hardclose_mocks.webhooks.planning import FORGERIES
from hardclose_mocks.webhooks.signing import CONTENT_TYPE, envelope, forged, signed

from ..history.drawn_records import bodies

SECRET = Credentials().webhook_secret("expense")
WRONG = Credentials().wrong_webhook_secret("expense")
NOON = datetime(2026, 11, 30, 12, 0, 0, 123_456, tzinfo=UTC)
AMOUNTS = st.decimals(-(10**9), 10**9, places=2).map(lambda value: f"{value:f}") | st.integers(-(10**9), 10**9).map(str)
LINES = st.fixed_dictionaries({"net": AMOUNTS, "tax": AMOUNTS, "text": st.text(max_size=5)})
PAYLOADS = st.fixed_dictionaries({"total": AMOUNTS, "lines": st.lists(LINES, max_size=3)}) | st.dictionaries(
    st.sampled_from(["total", "net", "tax"]), st.sampled_from(["0.00", "0"]), max_size=3
)


def event(data: dict[str, Any], subject: str = "T0-R-1") -> Emitted:
    return Emitted("evt_T0_expense_1", "expense_report.approved", subject, 2, "DE01", NOON, data)


def test_the_envelope_is_a_structured_cloud_event() -> None:
    content = envelope(event({"number": "T0-R-1", "total": "119.00"}), "expense", "evt_T0_expense_1")
    assert content == {
        "specversion": "1.0",
        "id": "evt_T0_expense_1",
        "source": "/hardclose/expense",
        "type": "expense_report.approved",
        "subject": "T0-R-1",
        "time": "2026-11-30T12:00:00.123+00:00",
        "datacontenttype": "application/json",
        "company": "DE01",
        "revision": 2,
        "data": {"number": "T0-R-1", "total": "119.00"},
    }
    extensions = set(content) - {"specversion", "id", "source", "type", "subject", "time", "datacontenttype", "data"}
    assert all(name.isalnum() and name == name.lower() and len(name) <= 20 for name in extensions), (
        "CloudEvents 1.0, 3.1"
    )


@settings(max_examples=60, deadline=None)
@given(bodies("Emitted"))
def test_any_event_is_signed_so_that_the_library_verifies_it(emitted: Emitted) -> None:
    body = msgspec.json.encode(envelope(emitted, "expense", "msg_1"))
    headers = signed("msg_1", body, SECRET, datetime.now(UTC))
    assert headers["content-type"] == CONTENT_TYPE
    assert Webhook(SECRET).verify(body, headers)["id"] == "msg_1"
    with pytest.raises(WebhookVerificationError):
        Webhook(WRONG).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body, {**headers, "webhook-id": "msg_2"})
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body[:-1] + b" }", headers)


def test_the_timestamp_is_in_whole_seconds_of_the_wire_clock() -> None:
    assert signed("m", b"{}", SECRET, NOON)["webhook-timestamp"] == str(int(NOON.timestamp()))


@pytest.mark.parametrize("how", FORGERIES)
def test_a_forgery_is_never_verified(how: str) -> None:
    @settings(max_examples=60, deadline=None)
    @given(PAYLOADS)
    def holds(data: dict[str, Any]) -> None:
        now = datetime.now(UTC)
        content, body, headers = forged(how, event(data), "expense", "evt_1-f", SECRET, WRONG, now)
        assert msgspec.json.decode(body) == content
        assert (headers["webhook-id"], content["id"]) == ("evt_1-f", "evt_1-f")
        with pytest.raises(WebhookVerificationError):
            Webhook(SECRET).verify(body, headers)

    holds()


def test_an_invented_document_is_signed_by_somebody_else() -> None:
    now = datetime.now(UTC)
    content, body, headers = forged("invented", event({"number": "T0-R-1"}), "expense", "m", SECRET, WRONG, now)
    assert Webhook(WRONG).verify(body, headers)
    assert content["subject"] == content["data"]["number"] == "T0-R-X1"


def test_an_altered_body_carries_the_genuine_signature_of_the_genuine_body() -> None:
    now = datetime.now(UTC)
    genuine = event(
        {"total": "119.00", "lines": [{"net": "100.00", "tax": "19.00", "text": "Train"}], "currency": "EUR"}
    )
    content, _, headers = forged("altered", genuine, "expense", "m", SECRET, WRONG, now)
    assert headers == signed("m", msgspec.json.encode(envelope(genuine, "expense", "m")), SECRET, now)
    assert content["data"] == {
        "total": "1190.00",
        "lines": [{"net": "1000.00", "tax": "190.00", "text": "Train"}],
        "currency": "EUR",
    }


@given(PAYLOADS)
def test_altered_amounts_are_ten_times_the_money_in_the_same_form(data: dict[str, Any]) -> None:
    content, _, _ = forged("altered", event(data), "expense", "m", SECRET, WRONG, NOON)
    for before, after in zip(
        [data, *data.get("lines", [])], [content["data"], *content["data"].get("lines", [])], strict=True
    ):
        for name in ("total", "net", "tax"):
            if name in before:
                assert Decimal(after[name]) == 10 * Decimal(before[name])
                assert Decimal(after[name]).as_tuple().exponent == Decimal(before[name]).as_tuple().exponent
                assert after[name].lstrip("-").split(".")[0] == "0" or not after[name].lstrip("-").startswith("0")


def test_a_stale_delivery_is_genuine_and_ten_minutes_old() -> None:
    now = datetime.now(UTC)
    genuine = event({"total": "119.00"})
    content, body, headers = forged("stale", genuine, "expense", "m", SECRET, WRONG, now)
    assert content == envelope(genuine, "expense", "m")
    assert headers == signed("m", body, SECRET, now - timedelta(minutes=10))
