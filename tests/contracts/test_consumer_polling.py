"""What the reference relies on when it reads lists: pages to the end, and only what changed since the last look."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from pact import generate, match

from hardclose_reference.behaviour import Behaviour
from hardclose_reference.job import DUE
from hardclose_reference.polling import Poller
from hardclose_reference.store import Store

from .consumer_side import REPORT, REQUISITION, Conversation, amount, as_told, instant, news, run

CURSOR = "MjAyNi0xMS0zMHxSLTEwMDI="


def page(entry: Any, cursor: str | None = None) -> dict[str, Any]:
    return {"items": match.each_like(entry), "next_cursor": match.string(cursor) if cursor else None}


def after(cursor: str) -> Any:
    """The provider's own cursor, as its state hands it back; ours is opaque to us."""
    return match.like(cursor, generator=generate.provider_state("${cursor}"))


def expect_list(source: Conversation, name: str, path: str, entry: Any, query: dict[str, Any], *given: str) -> None:
    """Two pages at the first look, and one since then at the second."""
    more = f"more {name} exist than fit on a page"
    source.expect_token()
    source.expect(
        f"the first page of {name}", more, ask=("GET", path), query=query, answer=200, says=page(entry, CURSOR)
    )
    following = {**query, "cursor": after(CURSOR)}
    source.expect(f"the next page of {name}", more, ask=("GET", path), query=following, answer=200, says=page(entry))
    since = {**query, "updated_since": instant()}
    source.expect(f"{name} changed since", *given, ask=("GET", path), query=since, answer=200, says=page(entry))


def posting() -> dict[str, Any]:
    return {
        "number": match.string("EP-DE01-000001"),
        "reference": match.string("R-9001"),
        "status": "posted",
        "payment": "open",
        "total": amount("119.00"),
        "updated_at": instant(),
    }


def order() -> dict[str, Any]:
    return {
        "number": match.string("PO-DE01-000001"),
        "reference": match.string("Q-9001"),
        "status": "issued",
        "total": amount("119.00"),
        "updated_at": instant(),
    }


def test_every_list_is_read_to_its_end_and_then_from_where_it_ended(tmp_path: Path) -> None:
    async def conversation() -> None:
        erp, expense, procurement = Conversation("erp"), Conversation("expense"), Conversation("procurement")
        approved = {"status": "approved"}
        expect_list(
            expense,
            "approved expense reports",
            "/v1/expense-reports",
            as_told(REPORT),
            approved,
            "an approved expense report R-1001 exists",
        )
        expect_list(
            procurement,
            "approved requisitions",
            "/v1/requisitions",
            as_told(REQUISITION),
            approved,
            "an approved requisition Q-1001 exists",
        )
        expect_list(
            erp, "expense postings", "/v1/expense-postings", posting(), {}, "a posting with reference R-9001 exists"
        )
        expect_list(
            erp, "purchase orders", "/v1/purchase-orders", order(), {}, "a purchase order with reference Q-9001 exists"
        )
        store = Store(tmp_path / "state")
        async with AsyncExitStack() as stack:
            clients = {
                one.system: await stack.enter_async_context(one.talking(tmp_path))
                for one in (erp, expense, procurement)
            }
            poller = Poller(news(store), store, clients, Behaviour())
            await poller.look()
            await poller.look()
        assert [(job.number, job.state) for job in store.jobs()] == [("R-1001", DUE), ("Q-1001", DUE)]
        assert store.cursor("/v1/expense-reports") == "2026-11-30T08:00:00.000Z"

    run(conversation())
