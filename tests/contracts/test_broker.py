"""Publishing and fetching pacts, and sending results back: the official command line and verifier against a stand-in
for a broker."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .broker import Broker, standing_in
from .consumer_side import COMMITTED
from .foreign import contracts, http, write

PACT = Path(sys.executable).parent / "pact"
TOKEN = "dummy-broker-token"


def publish(folder: Path, broker: Broker, version: str = "1.0.0") -> subprocess.CompletedProcess[str]:
    """As a consumer's pipeline does it."""
    environment = {**os.environ, "PACT_DO_NOT_TRACK": "true", "PACT_BROKER_TOKEN": TOKEN}
    asked = ["broker", "publish", str(folder), "-b", broker.url, "--consumer-app-version", version, "--branch", "main"]
    return subprocess.run([PACT, *asked], capture_output=True, text=True, env=environment, check=False)


def test_published_pacts_are_fetched_verified_and_their_results_sent_back(tmp_path: Path) -> None:
    with standing_in(TOKEN) as broker:
        published = publish(COMMITTED, broker)
        assert published.returncode == 0, published.stderr
        assert "published" in published.stdout
        assert sorted(provider for _, provider in broker.pacts) == [
            "hardclose-erp",
            "hardclose-expense",
            "hardclose-procurement",
        ]
        words = ("verify", "--broker", broker.url, "--system", "expense", "--publish", "1+abc", "--branch", "main")
        said = contracts(*words, PACT_BROKER_TOKEN=TOKEN)
        assert said.exit_code == 0, said.output
        assert "Can be deployed: hardclose-reference with hardclose-expense as mocked (release v1)." in said.stdout
        (result,) = broker.results
        assert (result["success"], result["providerApplicationVersion"]) == (True, "1+abc")
        assert any("/branches/main/versions/" in one for one in broker.asked)


def test_a_broken_pact_is_told_to_the_broker_as_broken(tmp_path: Path) -> None:
    broken = http("companies are read", ask=("GET", "/v1/companies"), answer=204)
    write(tmp_path, broken, http("they are read again", ask=("GET", "/v1/companies"), answer=200), provider="Acme ERP")
    with standing_in(TOKEN) as broker:
        publish(tmp_path, broker)
        words = ("verify", "--broker", broker.url, "--provider", "Acme ERP", "--publish", "2", "--format", "json")
        said = contracts(*words, PACT_BROKER_TOKEN=TOKEN)
        assert said.exit_code == 1
        report = json.loads(said.stdout)
        assert report["source"] == f"the broker at {broker.url}"
        assert [one["outcome"] for one in report["interactions"]] == ["broken", "kept"]
        assert [result["success"] for result in broker.results] == [False]
        only = contracts(
            "verify", "--broker", broker.url, "--provider", "Acme ERP", "--only", "READ AGAIN", PACT_BROKER_TOKEN=TOKEN
        )
        assert only.exit_code == 0, only.output
        assert "1 interaction kept" in only.stdout


def test_for_somebody_elses_sandbox_the_pacts_are_fetched_first(tmp_path: Path) -> None:
    states = http("a posting is read", "a posting exists", ask=("GET", "/v1/expense-postings"), answer=200)
    write(tmp_path, states, provider="Acme ERP")
    with standing_in(TOKEN) as broker:
        publish(tmp_path, broker)
        words = ("verify", "--broker", broker.url, "--provider", "Acme ERP", "--provider-url", "http://127.0.0.1:9")
        said = contracts(*words, PACT_BROKER_TOKEN=TOKEN)
        assert said.exit_code == 3
        assert "skipped 1: it needs a provider state" in said.stdout
        none = contracts(
            "verify", "--broker", broker.url, "--provider-url", "http://127.0.0.1:9", PACT_BROKER_TOKEN=TOKEN
        )
        assert none.exit_code == 2
        assert f"no pact for erp, procurement, expense in the broker at {broker.url}" in none.stderr
        refused = contracts(*words, PACT_BROKER_TOKEN="wrong")
        assert refused.exit_code == 2
        assert "401" in refused.stderr


@pytest.mark.parametrize(("token", "says"), [("wrong", "401 Unauthorized"), (TOKEN, "no pact for erp")])
def test_a_broker_that_gives_nothing_says_why(token: str, says: str) -> None:
    with standing_in(TOKEN) as broker:
        said = contracts("verify", "--broker", broker.url, PACT_BROKER_TOKEN=token)
    assert said.exit_code == 2
    assert says in said.stderr
    assert f"the broker at {broker.url}" in said.stderr


def test_a_broker_that_is_not_there_is_told_at_once() -> None:
    began = time.monotonic()
    said = contracts("verify", "--broker", "http://127.0.0.1:9")
    assert said.exit_code == 2
    assert "the broker at http://127.0.0.1:9" in said.stderr
    assert time.monotonic() - began < 10, "the verifier's own retries would go on for minutes"
