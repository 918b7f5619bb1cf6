"""The receipts of a report reach its posting byte for byte, each once, whatever happens on the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from hardclose_mocks.kernel.commands import ApproveReport, AttachReceipt, SubmitReport
from hardclose_reference.behaviour import Behaviour

from ..mocks.kernel.small_world import report
from ..mocks.sandboxes import virtually
from .integrations import Integration, aimed, integrated

UPLOAD = "attachment.create"
POSTING = "EP-DE01-000001"
PATH = f"/v1/expense-postings/{POSTING}/attachments"
REFUSAL = b'{"type": "x/too-large", "detail": "at most 25 MB"}'


async def file_with_receipts(there: Integration, *receipts: tuple[str, int]) -> None:
    await there.act(
        "expense",
        report(number="R-1"),
        *(AttachReceipt("R-1", id, f"{id}.pdf", "application/pdf", size, True) for id, size in receipts),
        SubmitReport("R-1"),
        ApproveReport("R-1", "lead"),
    )


def uploaded(there: Integration) -> list[tuple[str, int, str]]:
    found = there.office.sandbox.systems["erp"].books.documents("attachment")
    return sorted((one.name, one.size, one.sha256) for one in found)  # type: ignore[union-attr]


@pytest.mark.parametrize("style", ["webhooks", "polling"])
@virtually
async def test_every_receipt_is_uploaded_as_it_is(tmp_path: Path, style: str) -> None:
    async with integrated(tmp_path, style=style) as there:
        await file_with_receipts(there, ("A1", 1_000), ("A2", 300_000))
        await there.until(lambda: len(uploaded(there)) == 2)
        told = {one["name"]: (one["size"], one["sha256"]) for one in there.job().source["attachments"]}
        assert {name: (size, digest) for name, size, digest in uploaded(there)} == told
        await there.rest()
        assert len(uploaded(there)) == 2
        assert await there.exceptions() == {}


@pytest.mark.parametrize("profile", ["C1", "C2", "C3", "C4", "C5"])
@pytest.mark.parametrize("fault", ["F01", "F02", "F05"])
@virtually
async def test_an_upload_in_doubt_is_there_once(tmp_path: Path, profile: str, fault: str) -> None:
    async with integrated(tmp_path, aimed(fault, POSTING, operation=UPLOAD), profile=profile) as there:
        await file_with_receipts(there, ("A1", 1_000))
        await there.until(lambda: len(uploaded(there)) == 1)
        await there.rest()
        assert len(uploaded(there)) == 1
        assert len(there.office.exchanges(UPLOAD)) > 1 or profile in ("C4", "C5")


@virtually
async def test_what_the_erp_does_not_take_is_shown_to_a_person(tmp_path: Path) -> None:
    async with integrated(tmp_path) as there:
        there.doors["erp"].instead[PATH] = [(413, {}, REFUSAL)]
        await file_with_receipts(there, ("A1", 1_000))
        await there.until_told("posted")
        await there.rest()
        assert await there.exceptions() == {"R-1": "attachment A1.pdf: at most 25 MB"}
        assert (await there.ask("POST", "/exceptions/expense/R-1/retry")).status_code == 202
        await there.until(lambda: len(uploaded(there)) == 1)
        assert await there.exceptions() == {}


@virtually
async def test_a_long_outage_is_shown_while_it_is_tried_on(tmp_path: Path) -> None:
    async with integrated(tmp_path) as there:
        there.doors["erp"].instead[PATH] = [(503, {}, b"{}")] * 6
        await file_with_receipts(there, ("A1", 1_000))
        await there.until(lambda: there.doors["erp"].instead[PATH] == [])
        assert list(await there.exceptions()) == ["R-1"]
        await there.until(lambda: len(uploaded(there)) == 1)
        await there.rest(1)
        assert await there.exceptions() == {}


@virtually
async def test_who_tries_once_says_nothing_and_has_no_receipt(tmp_path: Path) -> None:
    async with integrated(tmp_path, behaviour=Behaviour(attachments="try_once")) as there:
        there.doors["erp"].instead[PATH] = [(413, {}, REFUSAL)]
        await file_with_receipts(there, ("A1", 1_000))
        await there.until_told("posted")
        await there.rest()
        assert (uploaded(there), await there.exceptions()) == ([], {})
