"""The service's credentials through what a vendor does to them: replaced, good once, signed anew."""

from __future__ import annotations

import pytest

from hardclose_mocks.history.records import Cred, Record, TokenIssued
from hardclose_simulator.run.recipe import from_scenario
from hardclose_simulator.run.virtual import play_virtually
from hardclose_simulator.scenario import load


def changes(records: list[Record], system: str) -> list[tuple[str, str]]:
    return [(one.body.what, one.body.state) for one in records if one.system == system and isinstance(one.body, Cred)]


@pytest.fixture(scope="module")
def lived() -> list[Record]:
    return play_virtually(from_scenario(load("credentials"), 1, "T1"), "webhooks")


def test_one_caller_refreshes_for_all(lived: list[Record]) -> None:
    refreshed = [state for what, state in changes(lived, "erp") if what == "refresh_token"]
    assert len(refreshed) > 2
    assert set(refreshed) == {"issued"}


def test_a_secret_that_was_replaced_is_fetched_once_and_used_no_more(lived: list[Record]) -> None:
    assert [state for what, state in changes(lived, "expense") if what == "client_secret"] == [
        "rotated",
        "used_former",
        "collected",
    ]
    assert [state for what, state in changes(lived, "procurement") if what == "client_secret"] == [
        "rotated",
        "used_retired",
        "collected",
    ]


def test_a_new_signing_secret_is_fetched_when_deliveries_bear_it(lived: list[Record]) -> None:
    for system in ("expense", "procurement"):
        assert ("webhook_secret", "collected") in changes(lived, system)


def test_a_token_each_uses_refresh_tokens_twice_and_loses_the_family() -> None:
    records = play_virtually(from_scenario(load("credentials"), 1, "T1"), "webhooks", "tokens=each")
    assert ("refresh_token", "reused") in changes(records, "erp")
    assert ("refresh_token", "revoked") in changes(records, "erp")
    assert sum(isinstance(one.body, TokenIssued) for one in records) > 12
