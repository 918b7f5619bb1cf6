"""`hardclose up` and `hardclose env`, as people use them: in a shell, again and again, and the wrong way."""

from __future__ import annotations

import json
import os
import shlex
import signal
import socket
import sqlite3
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from hardclose_mocks.server.credentials import Credentials

from .commands import HARDCLOSE, HTTPError, Up, answered, hardclose, refused, spawned, up

SYSTEMS = ("erp", "procurement", "expense")


def books(running: Up) -> dict[str, Any]:
    return {system: running.control(f"/books/{system}") for system in SYSTEMS}


def block_a_supplier(running: Up, blocked: bool = True) -> dict[str, Any]:
    """Something that people do and that the books must remember."""
    arguments = {"number": "US01-S01", "blocked": blocked}
    asked = {"system": "erp", "command": "BlockSupplier", "arguments": arguments, "person": "US01-controller"}
    done: dict[str, Any] = running.control("/commands", asked)
    return done


def business(running: Up) -> datetime:
    return datetime.fromisoformat(running.control("/clock")["business"])


# --- env -------------------------------------------------------------------------------------------------------


def test_a_shell_takes_the_variables(tmp_path: Path) -> None:
    script = f'eval "$({shlex.join(HARDCLOSE)} env --format shell)" && printf %s "$HARDCLOSE_ERP_URL"'
    done = subprocess.run(["sh", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "http://127.0.0.1:18501"


def test_all_formats_say_the_same(tmp_path: Path) -> None:
    told = json.loads(hardclose("env", "--format", "json", cwd=tmp_path).out)
    variables = told["environment"]
    assert len(variables) == 15
    dotenv = hardclose("env", "--format", "dotenv", cwd=tmp_path).out
    assert dict(line.split("=", 1) for line in dotenv.splitlines()) == variables
    shell = hardclose("env", cwd=tmp_path).out
    assert [shlex.split(line)[1] for line in shell.splitlines()] == dotenv.splitlines()


def test_the_ports_are_those_of_up_and_run_with_the_same_port_base(tmp_path: Path) -> None:
    variables = hardclose("env", "--port-base", "19000", "--format", "dotenv", cwd=tmp_path).out
    assert "HARDCLOSE_ERP_URL=http://127.0.0.1:19001\n" in variables
    assert "HARDCLOSE_EXPENSE_TOKEN_URL=http://127.0.0.1:19003/oauth/token\n" in variables


def test_json_carries_the_contract_cards_of_a_scenario(tmp_path: Path) -> None:
    told = json.loads(hardclose("env", "--format", "json", "--scenario", "throttled", cwd=tmp_path).out)
    assert set(told["contract_cards"]) == set(SYSTEMS)
    assert any(card["limits"] for card in told["contract_cards"].values())


def test_an_unknown_scenario_is_refused_by_env_too(tmp_path: Path) -> None:
    says = refused(hardclose("env", "--format", "json", "--scenario", "smok", cwd=tmp_path))
    assert "try 'smoke'" in says


# --- up, used well ---------------------------------------------------------------------------------------------


@pytest.mark.wall
def test_env_knows_where_a_running_up_listens_and_forgets_it_afterwards(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with up(state) as running:
        told = json.loads(hardclose("env", "--format", "json", "--state", str(state)).out)
        assert told == running.control("/env")
        assert told["environment"]["HARDCLOSE_ERP_URL"] == running.url("erp")
        assert running.end() == 0
    assert "http://127.0.0.1:18501" in hardclose("env", "--state", str(state)).out


@pytest.mark.wall
def test_env_does_not_believe_a_killed_up(tmp_path: Path) -> None:
    with up(tmp_path) as running:
        running.end(signal.SIGKILL)
    assert (tmp_path / "addresses.json").exists()
    assert "http://127.0.0.1:18501" in hardclose("env", "--state", str(tmp_path)).out


@pytest.mark.wall
def test_the_variables_open_the_systems(tmp_path: Path) -> None:
    with up(tmp_path) as running:
        variables = running.control("/env")["environment"]
        client, secret = variables["HARDCLOSE_ERP_CLIENT_ID"], variables["HARDCLOSE_ERP_CLIENT_SECRET"]
        form = f"grant_type=client_credentials&client_id={client}&client_secret={secret}".encode()
        token = answered(variables["HARDCLOSE_ERP_TOKEN_URL"], form)["access_token"]
        companies = answered(running.url("erp") + "/v1/companies", token=token)
        assert {company["code"] for company in companies["items"]} == {"DE01", "US01", "JP01"}


@pytest.mark.wall
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_it_well_and_keeps_the_state(sign: int, tmp_path: Path) -> None:
    with up(tmp_path) as running:
        block_a_supplier(running)
        assert running.end(sign) == 0
        assert not any("Traceback" in line for line in running.said)
    assert (tmp_path / "history.sqlite").stat().st_size > 0


@pytest.mark.wall
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGKILL])
def test_a_second_up_continues_with_equal_books_and_business_time(sign: int, tmp_path: Path) -> None:
    with up(tmp_path) as first:
        opened = business(first)
        assert block_a_supplier(first)["events"] == ["supplier.blocked"]
        before, at = books(first), business(first)
        first.end(sign)
    with up(tmp_path, "--rate", "0") as second:
        assert books(second) == before
        assert block_a_supplier(second)["events"] == [], "it is blocked already"
        assert opened < business(second) <= at, "business time stood still while nobody was there"


@pytest.mark.wall
def test_business_time_runs_at_the_rate_that_was_asked_for_also_after_a_reset(tmp_path: Path) -> None:
    with up(tmp_path, "--rate", "0") as running:
        opened = business(running)
        assert running.control("/clock")["rate"] == 0
        running.control("/reset", {})
        assert (business(running), running.control("/clock")["rate"]) == (opened, 0)
        running.end()
    with up(tmp_path, "--rate", "60") as running:
        assert running.control("/clock")["rate"] == 60


@pytest.mark.wall
def test_no_reset_loses_an_earlier_history(tmp_path: Path) -> None:
    for blocked in (True, False):
        with up(tmp_path) as running:
            block_a_supplier(running, blocked)
            running.control("/reset", {})
            assert running.end() == 0
    kept = sorted(path.name for path in tmp_path.glob("history*.sqlite"))
    assert kept == ["history-1.sqlite", "history-2.sqlite", "history.sqlite"]


@pytest.mark.wall
def test_beyond_loopback_the_control_plane_wants_its_token(tmp_path: Path) -> None:
    with up(tmp_path, "--host", "0.0.0.0") as running:
        with pytest.raises(HTTPError, match="401"):
            running.control("/health")
        token = next(line for line in running.said if line.startswith("control token")).split()[-1]
        assert token == Credentials().control_token()
        assert running.control("/health", token=token)["status"] == "up"
        told = running.control("/env", token=token)["environment"]
        assert told["HARDCLOSE_ERP_URL"].startswith("http://127.0.0.1:"), "nobody can call 0.0.0.0"
        assert running.end() == 0


@pytest.mark.wall
def test_what_is_printed_can_be_opened_in_a_browser(tmp_path: Path) -> None:
    with up(tmp_path) as running:
        assert answered(running.url("control") + "/_hardclose/v1/health")["phase"] == "play"
        for system in SYSTEMS:
            assert answered(running.url(system) + "/openapi.json")["openapi"].startswith("3.1")


# --- up, used badly --------------------------------------------------------------------------------------------


def test_a_port_that_is_taken_is_one_paragraph_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        # The first of the four: whether the one before a free port is free is anybody's guess.
        port = taken.getsockname()[1]
        says = refused(spawned("up", "--scenario", "smoke", "--port-base", str(port), "--state", str(tmp_path)))
    assert f"127.0.0.1:{port}" in says
    assert not list(tmp_path.glob("history*"))


@pytest.mark.wall
def test_two_cannot_be_up_on_one_state(tmp_path: Path) -> None:
    with up(tmp_path):
        says = refused(spawned("up", "--scenario", "smoke", "--port-base", "0", "--state", str(tmp_path)))
    assert "another `hardclose up`" in says


@pytest.mark.wall
@pytest.mark.parametrize("other", [("--scenario", "closing"), ("--scenario", "smoke", "--seed", "2")])
def test_a_state_is_not_continued_with_other_masters(other: tuple[str, ...], tmp_path: Path) -> None:
    with up(tmp_path) as running:
        running.end()
    says = refused(spawned("up", "--port-base", "0", "--state", str(tmp_path), *other))
    assert "was opened with smoke, seed 1" in says
    assert "--state" in says


def test_the_folder_of_a_run_is_not_continued(tmp_path: Path) -> None:
    (tmp_path / "history.sqlite").write_bytes(b"of a run")
    says = refused(spawned("up", "--scenario", "smoke", "--port-base", "0", "--state", str(tmp_path)))
    assert f"hardclose judge {tmp_path}" in says
    assert (tmp_path / "history.sqlite").read_bytes() == b"of a run"


@pytest.mark.wall
def test_a_history_that_was_changed_is_refused(tmp_path: Path) -> None:
    with up(tmp_path) as running:
        block_a_supplier(running)
        running.end()
    with sqlite3.connect(tmp_path / "history.sqlite") as connection:
        connection.execute("update record set body = '{' where kind = 'Acted'")
    connection.close()
    says = refused(spawned("up", "--scenario", "smoke", "--port-base", "0", "--state", str(tmp_path)))
    assert "cannot be read" in says


def test_a_state_that_is_no_folder_is_one_paragraph(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    says = refused(spawned("up", "--scenario", "smoke", "--port-base", "0", "--state", str(tmp_path / "file")))
    assert "cannot hold a sandbox's state" in says


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_state_that_cannot_be_written_is_one_paragraph(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    says = refused(spawned("up", "--scenario", "smoke", "--port-base", "0", "--state", str(tmp_path / "in")))
    assert "cannot hold a sandbox's state" in says


def test_an_unknown_scenario_is_refused_with_the_nearest(tmp_path: Path) -> None:
    says = refused(spawned("up", "--scenario", "mont-end", "--port-base", "0", "--state", str(tmp_path / "state")))
    assert "try 'month-end'" in says
    assert not (tmp_path / "state").exists()


def test_an_address_that_is_not_ours_is_one_paragraph(tmp_path: Path) -> None:
    words = ("--scenario", "smoke", "--host", "203.0.113.7", "--port-base", "0", "--state", str(tmp_path))
    assert "203.0.113.7" in refused(spawned("up", *words))
