"""ETag, If-None-Match and If-Match on the neutral wire."""

from __future__ import annotations

import asyncio

from ...sandboxes import Office, in_process, virtually

NUMBER = "EP-DE01-000001"
DAY = "2026-11-30"


async def reverse(office: Office, if_match: str | None) -> int:
    headers = {"if-match": if_match} if if_match is not None else {}
    body = {"posting_date": DAY, "reason": "wrong"}
    answer = await office.call("POST", f"/v1/expense-postings/{NUMBER}/reversal", headers=headers, json=body)
    return answer.status_code


@virtually
async def test_a_document_bears_its_version_as_etag_and_says_where_it_is() -> None:
    async with in_process() as office:
        created = await office.post("R-1")
        assert (created.status_code, created.headers["etag"]) == (201, '"1"')
        assert created.headers["location"] == f"/v1/expense-postings/{NUMBER}"
        read = await office.call("GET", created.headers["location"])
        assert (read.headers["etag"], read.json()) == ('"1"', created.json())
        assert await reverse(office, None) == 200
        assert (await office.call("GET", created.headers["location"])).headers["etag"] == '"2"'


@virtually
async def test_an_unchanged_document_is_not_sent_again() -> None:
    async with in_process() as office:
        await office.post("R-1")
        path = f"/v1/expense-postings/{NUMBER}"
        for header in ('"1"', 'W/"1"', '"7", "1"', '"7" , W/"1"', "*"):
            answer = await office.call("GET", path, headers={"if-none-match": header})
            assert (answer.status_code, answer.headers["etag"], answer.content) == (304, '"1"', b""), header
            served = office.exchanges("expense_posting.get")[-1].served
            assert served is not None, "a 304 tells the caller that he knows this version"
            assert served.documents == ((NUMBER, 1),)
        for header in ('"2"', "1", '"11"', ""):
            assert (await office.call("GET", path, headers={"if-none-match": header})).status_code == 200, header


@virtually
async def test_a_write_with_the_present_version_is_done_and_with_another_is_not() -> None:
    async with in_process() as office:
        await office.post("R-1")
        assert await reverse(office, '"2"') == 412
        assert office.exchanges()[-1].refusal == "VersionMismatch"
        assert await reverse(office, '"1"') == 200
        assert await reverse(office, '"1"') == 412, "the version is looked at before the state"


@virtually
async def test_if_match_may_be_anything_or_left_out() -> None:
    for header in (None, "*"):
        async with in_process() as office:
            await office.post("R-1")
            assert await reverse(office, header) == 200


@virtually
async def test_an_if_match_that_is_no_etag_of_ours_is_told_in_words() -> None:
    async with in_process() as office:
        await office.post("R-1")
        for header in ("", "abc", '"abc"', '"1", "2"', '"1' + "0" * 5000 + '"'):
            body = {"posting_date": DAY, "reason": "wrong"}
            answer = await office.call(
                "POST", f"/v1/expense-postings/{NUMBER}/reversal", headers={"if-match": header}, json=body
            )
            assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]) == (400, "malformed"), header[:20]
            assert "If-Match" in answer.json()["detail"]


@virtually
async def test_a_write_back_with_an_old_version_is_refused() -> None:
    async with in_process() as office:
        await office.approve("R-1")
        read = await office.call("GET", "/v1/expense-reports/R-1", "expense")
        path, etag = "/v1/expense-reports/R-1/posting", read.headers["etag"]
        first = {"state": "submitted"}
        assert (await office.call("PUT", path, "expense", headers={"if-match": etag}, json=first)).status_code == 200
        await asyncio.sleep(1)
        late = {"state": "posted", "document": NUMBER}
        refused = await office.call("PUT", path, "expense", headers={"if-match": etag}, json=late)
        assert (refused.status_code, refused.json()["type"].rsplit("/", 1)[-1]) == (412, "version-mismatch")
        current = (await office.call("GET", "/v1/expense-reports/R-1", "expense")).headers["etag"]
        assert (await office.call("PUT", path, "expense", headers={"if-match": current}, json=late)).status_code == 200
