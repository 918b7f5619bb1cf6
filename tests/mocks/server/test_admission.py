"""Credentials that change while somebody works with them (F48): secrets, refresh tokens, scopes."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from hardclose_mocks.access import AccessTerms
from hardclose_mocks.faults.plan import Rule
from hardclose_mocks.history.records import Cred, Exchange
from hardclose_mocks.server.vault import CLIENT

from ..kernel.small_world import instant
from ..sandboxes import Office, Receiver, in_process, virtually
from ..webhooks.test_delivery import present, subscribed

LATER = instant("2027-01-01 00:00")


def event(system: str = "erp", **parameters: float | str) -> Rule:
    return Rule("event", "F48", system, starts=LATER, parameters=parameters)


async def login(office: Office, system: str = "erp", **form: str) -> tuple[int, dict[str, Any]]:
    """The token endpoint's answer to the integration, by the secret it was given at its start unless told otherwise."""
    credentials = office.sandbox.setup.credentials
    asked = {
        "grant_type": "client_credentials",
        "client_id": credentials.client_id(system),
        "client_secret": credentials.client_secret(system),
        **form,
    }
    answer = await office.client.post(office.urls[system] + "/oauth/token", data=asked)
    return answer.status_code, answer.json()


async def rotated(office: Office, secret: str, system: str = "erp") -> tuple[int, dict[str, Any]]:
    client = office.sandbox.setup.credentials.client_id(system)
    form = {"client_id": client, "client_secret": secret}
    answer = await office.client.post(office.urls[system] + "/oauth/rotate", data=form)
    return answer.status_code, answer.json()


async def works(office: Office, token: str, system: str = "erp") -> bool:
    bearer = {"authorization": f"Bearer {token}"}
    return (await office.client.get(office.urls[system] + "/v1/companies", headers=bearer)).status_code == 200


def creds(office: Office) -> list[tuple[str, str]]:
    return [(one.body.what, one.body.state) for one in office.records(Cred) if isinstance(one.body, Cred)]


# --- client secret --------------------------------------------------------------------------------------------------


@virtually
async def test_a_replaced_secret_opens_until_its_overlap_is_over_and_says_when_that_is() -> None:
    async with in_process(event(overlap_s=20.0)) as office:
        assert (await login(office))[1]["client_secret_expires_at"] == 0
        office.sandbox.operate("event")
        await asyncio.sleep(5)
        status, granted = await login(office)
        left_s = granted["client_secret_expires_at"] - office.sandbox.wire.utc().timestamp()
        assert (status, round(left_s)) == (200, 15)
        await asyncio.sleep(20)
        assert await login(office) == (401, {"error": "invalid_client"})
        assert creds(office) == [(CLIENT, "rotated"), (CLIENT, "used_former"), (CLIENT, "used_retired")]


@virtually
async def test_whoever_still_has_the_old_secret_is_handed_the_new_one() -> None:
    async with in_process(event()) as office:
        old = office.sandbox.setup.credentials.client_secret("erp")
        office.sandbox.operate("event")
        assert (await login(office))[0] == 401, "no overlap"
        status, handed = await rotated(office, old)
        assert (status, handed["client_secret_expires_at"]) == (200, 0)
        assert handed["client_secret"] != old
        assert (await login(office, client_secret=handed["client_secret"]))[0] == 200
        assert await rotated(office, handed["client_secret"]) == (200, handed), "it is the present one"
        assert (await rotated(office, "guessed"))[0] == 401
        assert creds(office) == [(CLIENT, "rotated"), (CLIENT, "used_retired"), (CLIENT, "collected")]


@virtually
async def test_tokens_of_before_stay_good_and_no_secret_is_in_the_history() -> None:
    async with in_process(event()) as office:
        token = (await login(office))[1]["access_token"]
        office.sandbox.operate("event")
        _, handed = await rotated(office, office.sandbox.setup.credentials.client_secret("erp"))
        assert await works(office, token)
        told = str([record.body for record in office.sandbox.history.records])
        assert handed["client_secret"] not in told
        (asked,) = office.exchanges("client.rotate")
        assert (asked.body, asked.answer, asked.credential) == (None, None, "integration-erp")


# --- refresh tokens -------------------------------------------------------------------------------------------------


def refreshing() -> Any:
    return in_process(access={"erp": AccessTerms(refresh_tokens=True)})


@virtually
async def test_a_refresh_token_is_good_once_and_its_reuse_ends_the_whole_family() -> None:
    async with refreshing() as office:
        _, first = await login(office)
        status, second = await login(office, grant_type="refresh_token", refresh_token=first["refresh_token"])
        assert (status, second["refresh_token"] != first["refresh_token"]) == (200, True)
        assert await works(office, second["access_token"])
        assert await login(office, grant_type="refresh_token", refresh_token=first["refresh_token"]) == (
            400,
            {"error": "invalid_grant"},
        )
        assert not await works(office, second["access_token"])
        assert (await login(office, grant_type="refresh_token", refresh_token=second["refresh_token"]))[0] == 400
        states = [state for what, state in creds(office) if what == "refresh_token"]
        assert states == ["issued", "issued", "reused", "revoked", "reused"]


@virtually
async def test_client_credentials_begin_a_new_family_and_end_the_one_before() -> None:
    async with refreshing() as office:
        _, first = await login(office)
        _, second = await login(office)
        assert not await works(office, first["access_token"])
        assert await works(office, second["access_token"])
        assert creds(office)[1] == ("refresh_token", "revoked")


@virtually
async def test_where_the_card_offers_no_refresh_tokens_there_are_none() -> None:
    async with in_process() as office:
        _, granted = await login(office)
        assert "refresh_token" not in granted
        assert (await login(office, grant_type="refresh_token", refresh_token="x"))[0] == 400
        card = (await office.call("GET", "/.well-known/contract-card")).json()
        assert card["access"]["refresh_tokens"] is None


# --- scope ----------------------------------------------------------------------------------------------------------


@virtually
async def test_a_client_without_the_scope_may_read_and_not_write_until_it_is_given_back() -> None:
    async with in_process(event(what="scope")) as office:
        office.sandbox.operate("event")
        refused = await office.post("R-1")
        assert refused.status_code == 403
        assert refused.json()["type"].endswith("/insufficient-scope")
        assert (await office.call("GET", "/v1/expense-postings")).status_code == 200
        assert office.sandbox.systems["erp"].books.count() == 0
        office.sandbox.operate("event", undo=True)
        assert (await office.post("R-1")).status_code == 201
        (exchange,) = [one for one in office.exchanges() if one.refusal == "insufficient_scope"]
        assert isinstance(exchange, Exchange)
        assert creds(office) == [("scope", "revoked"), ("scope", "restored")]


@virtually
async def test_healing_gives_a_scope_back() -> None:
    async with in_process(event(what="scope")) as office:
        office.sandbox.operate("event")
        office.sandbox.enter("heal")
        assert (await office.post("R-1")).status_code == 201


# --- webhook secret -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("overlap_s", "believed"), [(20.0, [True, False]), (0.0, [False, False])])
def test_deliveries_bear_both_signatures_while_the_old_secret_is_good(overlap_s: float, believed: list[bool]) -> None:
    @virtually
    async def story() -> None:
        receiver = Receiver()
        rule = event("expense", what="webhook_secret", overlap_s=overlap_s)
        async with in_process(rule, receivers={"sut.test": receiver}, wire=present()) as office:
            old = await subscribed(office)
            office.sandbox.operate("event")
            await office.approve("R-1")
            await asyncio.sleep(21)
            await office.approve("R-2")
            await asyncio.sleep(1)
            path = f"/v1/webhook-subscriptions/{old['id']}/secret"
            new = (await office.call("GET", path, "expense")).json()["secret"]
            assert [_good(old["secret"], one) for one in receiver.got] == believed
            assert all(_good(new, one) for one in receiver.got)

    story()


@virtually
async def test_a_forger_uses_a_retired_secret_once_the_integration_has_had_the_new_one_for_a_while() -> None:
    receiver = Receiver()
    forger = Rule("w", "F36", "expense", parameters={"how": "retired"})
    rule = event("expense", what="webhook_secret")
    async with in_process(rule, forger, receivers={"sut.test": receiver}, wire=present()) as office:
        old = (await subscribed(office))["secret"]
        await office.approve("R-1")
        office.sandbox.operate("event")
        await office.approve("R-2")
        (mine,) = (await office.call("GET", "/v1/webhook-subscriptions", "expense")).json()["items"]
        await office.call("GET", f"/v1/webhook-subscriptions/{mine['id']}/secret", "expense")
        await office.approve("R-3")
        await asyncio.sleep(5)
        await office.approve("R-4")
        await asyncio.sleep(1)
        assert [(one.subject, one.forgery) for one in office.tried() if one.label == "forged"] == [("R-4", "retired")]
        assert [_good(old, one) for one in receiver.got] == [True, False, False, True, False]


def _good(secret: str, arrival: Any) -> bool:
    try:
        Webhook(secret).verify(arrival.body, arrival.headers)
    except WebhookVerificationError:
        return False
    return True
