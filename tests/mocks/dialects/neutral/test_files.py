"""Files on the neutral wire: receipts of reports, whose bytes are made, and uploads whose digest the ERP keeps."""

from __future__ import annotations

import hashlib
from typing import Any

import httpx2
import pytest

from hardclose_mocks.kernel.attachments import SIZE_MAX, content, sha256_of
from hardclose_mocks.kernel.commands import SubmitReport

from ...kernel.small_world import report
from ...sandboxes import Office, in_process, virtually

FILES = "/v1/expense-postings/EP-DE01-000001/attachments"
PDF = {"content-type": "application/pdf"}
TICKET = {"id": "F-1", "name": "ticket.pdf", "content_type": "application/pdf", "size": 48_213, "required": True}
RECEIPTS = "/v1/expense-reports/R-1/attachments"


async def upload(office: Office, file: bytes, *, query: str = "", **headers: str) -> httpx2.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    path = f"{FILES}?name=ticket.pdf{query}"
    return await office.call("POST", path, headers={**PDF, **named}, content=file)


def slug(answer: httpx2.Response) -> str:
    return str(answer.json()["type"]).rsplit("/", 1)[-1]


def held(office: Office) -> list[Any]:
    return office.sandbox.systems["erp"].books.documents("attachment")


@virtually
async def test_of_an_upload_the_books_keep_size_and_digest_under_a_number_of_their_own() -> None:
    async with in_process() as office:
        await office.post("R-1")
        file, digest = b"%PDF", hashlib.sha256(b"%PDF").hexdigest()
        made = await upload(office, file, query=f"&sha256={digest}")
        assert (made.status_code, made.headers["location"]) == (201, "/v1/attachments/AT-DE01-000001")
        told = made.json()
        assert (told["size"], told["sha256"], told["content_type"]) == (4, digest, "application/pdf")
        assert (told["posting"], told["reference"]) == ("EP-DE01-000001", "R-1")
        assert (await office.call("GET", made.headers["location"])).json() == told
        assert (await office.call("GET", FILES)).json()["items"] == [told]


@virtually
async def test_a_file_that_was_cut_off_on_its_way_is_refused_where_its_digest_was_told() -> None:
    async with in_process() as office:
        await office.post("R-1")
        whole = hashlib.sha256(b"%PDF-1.7").hexdigest()
        cut = await upload(office, b"%PDF", query=f"&sha256={whole}")
        assert (cut.status_code, slug(cut), cut.json()["errors"][0]["pointer"]) == (422, "invalid", "/sha256")
        assert held(office) == []
        assert (await upload(office, b"%PDF")).status_code == 201, "whoever tells none is not protected"


@virtually
async def test_a_file_may_have_25_mb_and_not_a_byte_more() -> None:
    async with in_process() as office:
        await office.post("R-1")
        large = bytes(SIZE_MAX)
        assert (await upload(office, large)).json()["size"] == SIZE_MAX
        beyond = await upload(office, large + b"x")
        assert (beyond.status_code, slug(beyond)) == (413, "too-large")
        assert [one.size for one in held(office)] == [SIZE_MAX]


@virtually
async def test_an_empty_file_and_one_without_a_type_are_refused() -> None:
    async with in_process() as office:
        await office.post("R-1")
        for file, content_type in ((b"", "application/pdf"), (b"%PDF", "")):
            answer = await upload(office, file, content_type=content_type)
            assert (answer.status_code, slug(answer)) == (422, "invalid")
        assert held(office) == []


@virtually
async def test_the_same_key_and_bytes_are_one_file_and_other_bytes_under_it_are_refused() -> None:
    async with in_process() as office:
        await office.post("R-1")
        first, again = [await upload(office, b"%PDF", idempotency_key="k") for _ in range(2)]
        assert (first.status_code, first.content) == (again.status_code, again.content)
        other = await upload(office, b"%PNG", idempotency_key="k")
        assert (other.status_code, slug(other)) == (422, "key-reused")
        assert len(held(office)) == 1
        assert [one.replayed for one in office.exchanges("attachment.create")] == [False, True, False]


@virtually
async def test_a_receipt_is_read_under_its_own_type_and_its_digest_is_the_etag() -> None:
    async with in_process() as office:
        await office.sandbox.act("expense", report(number="R-1"), "person:employee")
        made = await office.call("POST", RECEIPTS, "expense", who="person:employee", json=TICKET)
        assert (made.status_code, made.json()["sha256"]) == (201, sha256_of("F-1", 48_213))
        assert (await office.call("GET", RECEIPTS, "expense")).json()["items"] == [made.json()]
        read = await office.call("GET", f"{RECEIPTS}/F-1/content", "expense")
        assert (read.status_code, read.headers["content-type"]) == (200, "application/pdf")
        assert read.content == content("F-1", 48_213)
        assert hashlib.sha256(read.content).hexdigest() == made.json()["sha256"]
        assert read.headers["etag"] == f'"{made.json()["sha256"]}"'
        assert (await office.call("GET", f"{RECEIPTS}/F-2/content", "expense")).status_code == 404


@pytest.mark.parametrize("changed", [{"size": SIZE_MAX + 1}, {"size": 0}, {"content_type": "text/html"}])
@virtually
async def test_receipts_are_files_of_five_types_and_25_mb_at_most(changed: dict[str, Any]) -> None:
    async with in_process() as office:
        await office.sandbox.act("expense", report(number="R-1"), "person:employee")
        answer = await office.call("POST", RECEIPTS, "expense", json={**TICKET, **changed})
        assert (answer.status_code, slug(answer)) == (422, "invalid")


@virtually
async def test_nothing_is_attached_to_a_report_that_was_submitted() -> None:
    async with in_process() as office:
        await office.sandbox.act("expense", report(number="R-1"), "person:employee")
        assert (await office.call("POST", RECEIPTS, "expense", json=TICKET)).status_code == 201
        twice = await office.call("POST", RECEIPTS, "expense", json=TICKET)
        assert (twice.status_code, slug(twice)) == (409, "duplicate-reference")
        await office.sandbox.act("expense", SubmitReport("R-1"), "person:employee")
        late = await office.call("POST", RECEIPTS, "expense", json={**TICKET, "id": "F-2"})
        assert (late.status_code, slug(late)) == (409, "wrong-state")
