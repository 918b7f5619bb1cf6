"""Masters on the neutral wire: single fields of a supplier changed under a version, and copies of cost centers."""

from __future__ import annotations

from typing import Any

import httpx2

from ...sandboxes import Office, in_process, virtually

SUPPLIER = {"company": "DE01", "reference": "S-1", "name": "Kontor Nord", "currency": "EUR", "tax_id": "DE9"}
CENTER = {
    "company": "DE01",
    "name": "New",
    "owner": "lead",
    "valid_from": "2026-01-01",
    "valid_to": "2027-12-31",
    "blocked": False,
    "revision": 3,
}


async def change(office: Office, number: str, if_match: str | None = None, **fields: Any) -> httpx2.Response:
    headers = {} if if_match is None else {"if-match": if_match}
    return await office.call("PATCH", f"/v1/suppliers/{number}", headers=headers, json=fields)


async def put(office: Office, system: str = "expense", **changed: Any) -> httpx2.Response:
    return await office.call("PUT", "/v1/cost-centers/CC5", system, json={**CENTER, **changed})


@virtually
async def test_fields_left_out_stay_and_a_version_that_was_overtaken_is_refused() -> None:
    async with in_process() as office:
        made = await office.call("POST", "/v1/suppliers", json={**SUPPLIER, "contact": "a@b.example"})
        assert (made.status_code, made.headers["etag"]) == (201, '"1"')
        number = made.json()["number"]
        renamed = await change(office, number, '"1"', name="Kontor Nord SE")
        assert (renamed.status_code, renamed.headers["etag"]) == (200, '"2"')
        assert (renamed.json()["name"], renamed.json()["contact"]) == ("Kontor Nord SE", "a@b.example")
        late = await change(office, number, '"1"', name="Kontor Nord GmbH")
        assert (late.status_code, late.json()["type"].rsplit("/", 1)[-1]) == (412, "version-mismatch")
        assert (await office.call("GET", f"/v1/suppliers/{number}")).json() == renamed.json()
        assert (await change(office, number, name="Kontor")).json()["version"] == 3, "If-Match may be left out"


@virtually
async def test_a_bank_account_that_nobody_verified_is_pending() -> None:
    async with in_process() as office:
        verified = {"bank_account": "DE1", "bank_verified": True}
        number = (await office.call("POST", "/v1/suppliers", json={**SUPPLIER, **verified})).json()["number"]
        changed = (await change(office, number, bank_account="DE2", bank_verified=False)).json()
        assert (changed["bank_account"], changed["pending_bank_account"]) == ("DE1", "DE2")


@virtually
async def test_an_older_copy_of_a_cost_center_is_taken_unless_the_card_says_that_it_is_refused() -> None:
    for refuses, status, revision in ((False, 200, 2), (True, 409, 3)):
        async with in_process(refuses_older=refuses) as office:
            for system in ("expense", "procurement"):
                card = (await office.call("GET", "/.well-known/contract-card", system, who=None)).json()
                assert card["older_revision"] == ("refused" if refuses else "taken")
                assert (await put(office, system)).status_code == 200
                older = await put(office, system, revision=2, name="Old")
                assert older.status_code == status
                if refuses:
                    assert older.json()["type"].endswith("/older-revision")
                held = (await office.call("GET", "/v1/cost-centers/CC5", system)).json()
                assert held["revision"] == revision
