"""What the pages claim of the code is so: links, keys and defaults, lists, import directions, the mended lines."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections import Counter
from dataclasses import fields
from pathlib import Path

import pytest

from hardclose_mocks.faults.catalogue import FAULTS
from hardclose_simulator.checkers.catalogue import OBLIGATIONS
from hardclose_simulator.manifest import Manifest
from hardclose_simulator.scenario_yaml import plain_yaml

from .pages import PAGES, ROOT, blocks_of, rows_of

JUDGE = ROOT / "docs" / "judge-your-integration.md"
LIMITS = ROOT / "docs" / "what-it-does-not-do.md"
VERDICT = ROOT / "docs" / "reading-the-verdict.md"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_inside_the_project_leads_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith(("http://", "https://")):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path) if path else page
        assert file.exists(), f"{page.name} links to {target}"
        if anchor:
            assert anchor in _anchors(file), f"{page.name} links to {target}; there are {sorted(_anchors(file))}"


def test_the_manifest_table_has_every_key_with_its_default() -> None:
    table = {key.strip("`"): plain_yaml(default.strip("`")) for key, default, _ in rows_of(JUDGE, "key")}
    assert table == {field.name: field.default for field in fields(Manifest)}


def test_the_example_manifest_is_a_manifest() -> None:
    shown = next(block for block in blocks_of(JUDGE) if block.text.startswith("# hardclose.yaml"))
    assert set(plain_yaml(shown.text)) <= {field.name for field in fields(Manifest)}


def test_the_pages_list_exactly_the_obligations_that_are_judged() -> None:
    assert [re.findall(r"O\d\d", row[0])[0] for row in rows_of(VERDICT, "promise")] == list(OBLIGATIONS)
    told = re.search(r"\*\*These promises\*\*([^.]*)\.", LIMITS.read_text(encoding="utf-8"))
    assert told is not None
    assert re.findall(r"O\d\d", told[1]) == list(OBLIGATIONS)


def test_the_pages_list_exactly_the_faults_there_are() -> None:
    told = re.search(r"\*\*These faults\*\*([^.]*)\.", LIMITS.read_text(encoding="utf-8"))
    assert told is not None
    assert re.findall(r"F\d\d", told[1]) == list(FAULTS)


def test_the_architecture_page_shows_the_layers_that_the_import_linter_holds() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    held = {
        one["layers"][0].partition(".")[0]: [re.sub(r"hardclose_\w+\.", "", layer) for layer in one["layers"]]
        for one in contracts
        if one["type"] == "layers"
    }
    shown: dict[str, list[str]] = {}
    package = ""
    drawn = next(block for block in blocks_of(ROOT / "ARCHITECTURE.md") if block.text.startswith("hardclose_mocks  "))
    for line in filter(None, drawn.text.splitlines()):
        name, layer = line[:21].strip(), line[21:].strip()
        package = name or package
        shown.setdefault(package, []).append(layer)
    assert shown == held


def test_the_mended_lines_of_the_page_are_all_the_lines_that_differ() -> None:
    naive, mended = (_code(ROOT / "docs" / "examples" / name) for name in ("integration.py", "integration_mended.py"))
    differ = [line for line in difflib.ndiff(naive, mended) if line[0] in "+-"]
    shown = [line for block in blocks_of(JUDGE) if block.words == ("diff",) for line in block.text.splitlines()]
    assert _changes(shown) == _changes([line[0] + line[2:] for line in differ])


def _changes(lines: list[str]) -> Counter[str]:
    return Counter(line.rstrip() for line in lines if len(line.rstrip()) > 1)


def _code(file: Path) -> list[str]:
    """The lines after the docstring."""
    return file.read_text(encoding="utf-8").partition('."""\n')[2].splitlines()


def _anchors(page: Path) -> set[str]:
    """As GitHub makes them of headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
