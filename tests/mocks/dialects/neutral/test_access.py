"""Who gets in, and what is said to whoever does not: tokens, methods, bodies."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any

from hardclose_mocks.server.sandbox import SYSTEMS

from ...sandboxes import Office, in_process, virtually


def kind(answer: Any) -> str:
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code
    return str(answer.json()["type"]).rsplit("/", 1)[-1]


async def ask_for_token(office: Office, system: str = "erp", **form: str) -> Any:
    credentials = office.sandbox.setup.credentials
    client = {"client_id": credentials.client_id(system), "client_secret": credentials.client_secret(system)}
    fields = {"grant_type": "client_credentials", **client, **form}
    return await office.call("POST", "/oauth/token", system, who=None, data=fields)


# --- tokens ---------------------------------------------------------------------------------------------------------


@virtually
async def test_client_credentials_give_a_token_that_lives_as_long_as_the_card_says() -> None:
    async with in_process() as office:
        answer = await ask_for_token(office)
        token = answer.json()
        card = (await office.call("GET", "/.well-known/contract-card", who=None)).json()
        assert (answer.status_code, token["token_type"], answer.headers["cache-control"]) == (200, "Bearer", "no-store")
        assert token["expires_in"] == card["token_life_s"] == 15
        assert isinstance(token["expires_in"], int), "clients in strictly typed languages read an integer"
        bearer = {"authorization": f"Bearer {token['access_token']}"}
        for after_s, status in ((0, 200), (14.9, 200), (0.2, 401)):
            await asyncio.sleep(after_s)
            got = await office.call("GET", "/v1/companies", who=None, headers=bearer)
            assert got.status_code == status


@virtually
async def test_the_client_may_identify_itself_by_http_basic() -> None:
    async with in_process() as office:
        credentials = office.sandbox.setup.credentials
        pair = f"{credentials.client_id('erp')}:{credentials.client_secret('erp')}"
        basic = {"authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
        answer = await office.call(
            "POST", "/oauth/token", who=None, headers=basic, data={"grant_type": "client_credentials"}
        )
        assert answer.status_code == 200
        exchange = office.exchanges("token")[-1]
        assert (exchange.credential, office.sandbox.history.records[-2].actor) == ("integration-erp", "integration")


@virtually
async def test_wrong_credentials_are_told_as_oauth_says() -> None:
    async with in_process() as office:
        for form in ({"client_secret": "wrong"}, {"client_id": "somebody"}, {"client_id": "integration-expense"}):
            answer = await ask_for_token(office, **form)
            assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
            assert answer.headers["www-authenticate"].startswith("Basic")
        answer = await ask_for_token(office, grant_type="password")
        assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")
        for header in ("Basic !!!", "Basic " + base64.b64encode(b"\xff\xfe:x").decode()):
            answer = await office.call(
                "POST",
                "/oauth/token",
                who=None,
                headers={"authorization": header},
                data={"grant_type": "client_credentials"},
            )
            assert answer.status_code == 400, header


@virtually
async def test_a_token_is_good_in_its_own_system_only() -> None:
    async with in_process() as office:
        for home in SYSTEMS:
            bearer = {"authorization": f"Bearer {office.token(home, 'integration')}"}
            for system in SYSTEMS:
                answer = await office.call("GET", "/v1/companies", system, who=None, headers=bearer)
                assert answer.status_code == (200 if system == home else 401)


@virtually
async def test_whoever_has_no_valid_token_is_told_how_to_get_one() -> None:
    async with in_process() as office:
        good = office.token("erp", "integration")
        for header in (None, "Bearer", "Bearer ", "Bearer nonsense", f"Basic {good}", good, f"Bearer {good}x"):
            headers = {"authorization": header} if header is not None else {}
            answer = await office.call("GET", "/v1/expense-postings", who=None, headers=headers)
            assert (answer.status_code, kind(answer)) == (401, "unauthorized"), header
            assert answer.headers["www-authenticate"].startswith("Bearer")
            exchange = office.exchanges()[-1]
            assert (exchange.credential, exchange.refusal) == ("anonymous", "unauthorized")
        assert (
            await office.call("GET", "/v1/companies", who=None, headers={"authorization": f"bEaReR {good}"})
        ).is_success


@virtually
async def test_people_log_in_with_the_secret_all_of_them_share() -> None:
    async with in_process() as office:
        secret = office.sandbox.setup.credentials.person_secret()
        answer = await ask_for_token(office, client_id="person:lead", client_secret=secret)
        bearer = {"authorization": f"Bearer {answer.json()['access_token']}"}
        assert (await office.call("GET", "/v1/companies", who=None, headers=bearer)).status_code == 200
        assert office.exchanges()[-1].credential == "person:lead"


@virtually
async def test_tokens_are_never_given_twice() -> None:
    async with in_process() as office:
        tokens = [(await ask_for_token(office)).json()["access_token"] for _ in range(20)]
        assert len(set(tokens)) == 20


# --- what is open to everybody --------------------------------------------------------------------------------------


@virtually
async def test_the_contract_card_and_the_documentation_need_no_login() -> None:
    async with in_process() as office:
        for system in SYSTEMS:
            for path in ("/.well-known/contract-card", "/openapi.json", "/docs", "/redoc"):
                assert (await office.call("GET", path, system, who=None)).status_code == 200, path
            card = (await office.call("GET", "/.well-known/contract-card", system, who=None)).json()
            assert card == json.loads(json.dumps(office.sandbox.systems[system].card.document()))


@virtually
async def test_openapi_describes_every_operation_that_the_history_names() -> None:
    async with in_process() as office:
        for system in SYSTEMS:
            document = (await office.call("GET", "/openapi.json", system, who=None)).json()
            assert document["openapi"].startswith("3.1")
            operations = {
                one["operationId"]: method.upper()
                for item in document["paths"].values()
                for method, one in item.items()
            }
            assert len(operations) == sum(len(item) for item in document["paths"].values()), "no name is used twice"
            assert {"token", "card", "company.list", "subscription.create"} <= set(operations)
            for path, item in document["paths"].items():
                for method, one in item.items():
                    found, _ = office.sandbox.systems[system].dialect.operation(
                        system, method.upper(), path.replace("{", "").replace("}", "")
                    )
                    assert found.name == one["operationId"]
                    assert found.writes == (
                        method != "get" and found.name not in ("token", "client.rotate", "budget.check")
                    )


@virtually
async def test_the_browser_pages_load_nothing_from_elsewhere() -> None:
    async with in_process() as office:
        page = (await office.call("GET", "/docs", who=None)).text
        assert "https://" not in page.replace("https://json-schema.org", "")
