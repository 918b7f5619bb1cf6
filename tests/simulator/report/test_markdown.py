"""The Markdown report, as the summary page of a CI job shows it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt

from hardclose_simulator.checkers.catalogue import OBLIGATIONS
from hardclose_simulator.report.markdown import FINDINGS_SHOWN, to_markdown

from .runs import KINDS, everything, report

EVIL = """
    09:00  fact E-1
    09:02  post E-1 as A
    10:00  write E-1 parked "| a | <script>alert(1)</script> `x` **y** [z](http://evil.example) ``` </pre></details>"
    33:00  audit
"""


def shown(text: str) -> str:
    return MarkdownIt("commonmark", {"html": True}).enable("table").render(text)


@pytest.mark.parametrize("kind", KINDS)
def test_every_row_of_a_table_has_as_many_cells_as_its_head(kind: str) -> None:
    widths: list[int] = []
    for line in to_markdown(everything()[kind]).splitlines():
        if line.startswith("|"):
            widths.append(line.count("|"))
        elif widths:
            assert len(set(widths)) == 1
            widths = []


def test_it_says_the_verdict_first() -> None:
    lines = to_markdown(everything()["fail"]).splitlines()
    assert lines[0] == "## ❌ script: FAIL"
    assert lines[2].startswith(f"**The integration broke 1 of {len(OBLIGATIONS)} promises")
    assert "Exit code 1" in lines[3]


def test_each_finding_opens_into_its_timeline() -> None:
    text = to_markdown(everything()["busy and guilty"])
    findings = re.findall(r"<summary><b>(O\d\d)</b> .*?</summary>\n\n.*?<pre>\n(.*?)</pre>\n\n(.*?)\n", text, re.S)
    assert [obligation for obligation, _, _ in findings].count("O01") == 5
    assert all("\n&gt; " in f"\n{timeline}" for _, timeline, _ in findings)
    assert all(reproduce.startswith("`Reproduce with: hardclose run") for *_, reproduce in findings)


def test_a_cut_list_still_shows_every_kind_of_finding() -> None:
    """More facts are posted twice than are shown; the lost one, last in the list, still is."""
    many = "\n".join(f"09:{place:02} fact E-{place}" for place in range(50))
    once = "\n".join(f"10:{place:02} post E-{place} as A{place}" for place in range(49))
    again = "\n".join(f"11:{place:02} post E-{place} as B{place}" for place in range(49))
    text = to_markdown(report(f"{many}\n{once}\n{again}\n33:00 audit"))
    assert text.count("<b>O01</b>") < 49
    assert "<b>O09</b> E-49" in text
    assert re.search(r"And \d+ more: `report.json`", text)
    assert text.count("<summary><b>O") == FINDINGS_SHOWN


def test_what_the_integration_said_is_text() -> None:
    text = shown(to_markdown(report(EVIL)))
    assert "<script>" not in text
    assert "evil.example)" in text
    assert 'href="http://evil.example"' not in text
    assert text.count("<details>") == text.count("</details>")


def test_a_note_cannot_leave_its_cell() -> None:
    """A checker's note that quotes what an integration sent."""
    model = everything()["fail"]
    lines = tuple(replace(one, note="| `a` *b* _c_ <b>\nnext expense_report.posting") for one in model.obligations)
    row = next(line for line in to_markdown(replace(model, obligations=lines)).splitlines() if line.startswith("| O03"))
    assert row.count("|") == 6
    assert "&lt;b&gt; next expense_report.posting |" in row
    assert "<em>" not in shown(row)
    assert "<code>" not in shown(row)
