"""Faults by hand: added, listed, struck, removed, and gone when their time to live is over."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from hardclose_mocks.faults.plan import Rule
from hardclose_mocks.history.records import FaultRule

from .sandboxes import Office, Receiver, in_process, virtually
from .test_control import words

BURST = {"fault": "F07", "system": "erp", "operations": ["expense_posting.create"]}


async def added(office: Office, **changes: Any) -> dict[str, Any]:
    answer = await office.control("POST", "/faults", json={**BURST, **changes})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def listed(office: Office) -> list[str]:
    return [one["id"] for one in (await office.control("GET", "/faults")).json()["items"]]


async def strikes(office: Office, reference: str = "R-1") -> bool:
    return (await office.post(reference)).status_code >= 500


@virtually
async def test_a_fault_is_added_strikes_is_listed_and_removed() -> None:
    async with in_process(Rule("planned", "F02", "expense", share=0.0)) as office:
        rule = await added(office)
        assert await listed(office) == ["planned", rule["id"]]
        assert await strikes(office)
        assert (await office.control("DELETE", f"/faults/{rule['id']}")).status_code == 204
        assert await listed(office) == ["planned"]
        assert not await strikes(office)
        states = [(one.body.id, one.body.state) for one in office.records(FaultRule) if isinstance(one.body, FaultRule)]
        assert states == [("planned", "planned"), (rule["id"], "on"), (rule["id"], "removed")]
        assert "GET /_hardclose/v1/faults lists them" in words(await office.control("DELETE", "/faults/nothing"), 404)


@virtually
async def test_rules_by_hand_have_names_of_their_own() -> None:
    async with in_process() as office:
        ids = [(await added(office, share=0.0))["id"] for _ in range(5)]
        assert len(set(ids)) == 5
        await office.control("DELETE", f"/faults/{ids[0]}")
        assert (await added(office, share=0.0))["id"] not in ids


@pytest.mark.parametrize("rate", [0.0, 1.0, 4320.0])
@virtually
async def test_a_time_to_live_is_wire_time_whatever_business_time_does(rate: float) -> None:
    async with in_process(rate=rate) as office:
        rule = await added(office, ttl_s=10.0)
        assert await strikes(office)
        await office.control("PUT", "/clock", json={"business": "2027-01-31T08:00:00Z", "rate": 2.0})
        await asyncio.sleep(9)
        assert await strikes(office)
        assert rule["id"] in await listed(office)
        await asyncio.sleep(2)
        assert (await office.post("R-1")).status_code < 500
        assert await listed(office) == []


@virtually
async def test_a_fault_by_hand_can_be_aimed_at_a_reference_with_or_without_its_run_tag() -> None:
    async with in_process() as office:
        for aimed in ("R-1", "T0-R-2"):
            await added(office, aimed=aimed, nth=2)
        hits = [(reference, await strikes(office, reference)) for reference in ("T0-R-1", "T0-R-2", "T0-R-3") * 3]
        assert [reference for reference, hit in hits if hit] == ["T0-R-1", "T0-R-2"]
        assert [hit for _, hit in hits].index(True) == 3


@virtually
async def test_deliveries_can_be_broken_by_hand() -> None:
    receiver = Receiver()
    async with in_process(receivers={"sut.test": receiver}) as office:
        hook = {"url": "http://sut.test/", "types": ["expense_report.approved"]}
        await office.call("POST", "/v1/webhook-subscriptions", "expense", json=hook)
        body = {"fault": "F30", "system": "expense", "parameters": {"new_id": 1, "after_s": 0.5}}
        await office.control("POST", "/faults", json=body)
        await office.approve("R-1")
        await asyncio.sleep(2)
        assert len({arrival.id for arrival in receiver.got}) == 2


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"fault": "F08"}, "no fault 'F08'; try 'F"),
        ({"fault": "lost response"}, "no fault 'lost response'; known: F01"),
        ({"fault": "F10"}, "carried by limit; only a scenario can plan it"),
        ({"fault": "F46"}, "carried by actor"),
        ({"system": "expnse"}, "try 'expense'"),
        ({"operations": ["expense_posting.creat"]}, "'expense_posting.creat'; try 'expense_posting.create'"),
        ({"parameters": {"retry_after": 1}}, "F07 has no parameter 'retry_after'; try 'retry_after_s'"),
        ({"parameters": {"retry_after_s": -1}}, "retry_after_s is -1.0, not a number from 0 to 3600"),
        ({"parameters": {"retry_after_s": "soon"}}, "retry_after_s is 'soon', not a number from 0 to 3600"),
        ({"fault": "F03", "parameters": {"highest_s": 60}}, "highest_s is 60.0, not a number from 0 to 3"),
        ({"fault": "F06", "parameters": {"commits": 1.5}}, "commits is 1.5, not a number from 0 to 1"),
        ({"share": 1.5}, "share"),
        ({"share": "half"}, "share"),
        ({"nth": 0}, "nth"),
        ({"ttl_s": 0}, "ttl_s"),
        ({"ttl_s": 1e9}, "ttl_s"),
        ({"shre": 0.5}, "shre"),
    ],
)  # fmt: skip
@virtually
async def test_a_rule_that_is_none_is_told_in_words(changes: dict[str, Any], says: str) -> None:
    async with in_process() as office:
        answer = await office.control("POST", "/faults", json={**BURST, **changes})
        assert says in words(answer, 404 if "system" in changes else 422)
        assert await listed(office) == []
