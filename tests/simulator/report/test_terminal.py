"""The report on a terminal."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from hardclose_simulator.checkers.catalogue import OBLIGATIONS
from hardclose_simulator.report.amounts import Amount, Count
from hardclose_simulator.report.judged_run import Report
from hardclose_simulator.report.terminal import FINDINGS_SHOWN, render

from .runs import KINDS, TWICE, everything, report


def printed(model: Report, width: int = 80, *, colours: bool = False) -> str:
    out = io.StringIO()
    console = Console(file=out, width=width, highlight=False, force_terminal=colours, legacy_windows=False)
    console.print(render(model), crop=False)
    return out.getvalue()


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("kind", KINDS)
def test_no_line_is_wider_than_the_screen_but_those_to_be_copied(kind: str, width: int) -> None:
    for line in printed(everything()[kind], width).splitlines():
        assert len(line) <= width or line.startswith("Reproduce with: "), line


def test_it_reads_from_the_verdict_down() -> None:
    model = everything()["busy and guilty"]
    text, findings = printed(model), sum(one.findings for one in model.obligations)
    order = [" FAIL  The integration broke ", "exit code 1", "expense posting", "purchase order", "Obligations"]
    order += [f"{findings} findings", "▶ is the evidence", "Reproduce with: hardclose run", "Faults"]
    places = [text.index(words) for words in order]
    assert places == sorted(places)


def test_document_types_stand_beside_each_other_where_there_is_room() -> None:
    def together(width: int) -> bool:
        lines = printed(everything()["busy and innocent"], width).splitlines()
        return any(line.count("posted once") == 2 for line in lines)

    assert (together(80), together(120)) == (False, True)


def test_a_pass_fits_on_one_screen() -> None:
    assert len(printed(everything()["busy and innocent"], 120).splitlines()) <= 36 + len(OBLIGATIONS)


def test_piped_it_carries_no_colours() -> None:
    assert "\x1b" not in printed(everything()["fail"])
    assert "\x1b[" in printed(everything()["fail"], colours=True)


def test_money_stands_in_a_column_per_currency() -> None:
    lines = printed(everything()["busy and guilty"]).splitlines()
    head = next(line for line in lines if line.startswith("expense posting"))
    lost = next(line for line in lines if line.startswith("lost"))
    assert head.split()[2:] == ["count", "EUR", "JPY", "USD"]
    assert head.index("EUR") + 3 == lost.index("2,378.28") + 8


def test_many_currencies_share_a_column() -> None:
    model = report("09:00 fact E-1\n33:00 audit")
    (line,) = model.reconciliation
    many = Count(4, tuple(Amount("1.00", currency) for currency in ("CHF", "EUR", "GBP", "USD")))
    text = printed(replace(model, reconciliation=(replace(line, intended=many),)))
    assert "1.00 CHF" in text
    assert "1.00 USD" in text


def test_only_the_first_finding_is_opened_and_the_rest_are_counted() -> None:
    facts = "\n".join(f"09:{place:02} fact E-{place}" for place in range(FINDINGS_SHOWN + 3))
    text = printed(report(f"{facts}\n33:00 audit"))
    assert text.count("▶ is the evidence") == 1
    assert "and 3 more: the HTML and JSON reports have them all" in text


def test_a_finding_shows_its_card_line_and_evidence() -> None:
    text = " ".join(printed(report(TWICE), 120).split())
    assert "O01 E-1, 120.00 EUR: T7-E-1 has 2 live expense postings at once" in text
    assert "card: profile C1: an Idempotency-Key is honoured" in text
    assert "told nothing (F01)" in text


def test_very_long_evidence_shows_how_it_began_and_how_it_ended() -> None:
    """Thirty callers that did not wait."""
    model = everything()["fail"]
    (finding,) = model.findings
    entry = finding.timeline[0]
    many = tuple(replace(entry, seq=seq, what=f"request {seq}", evidence=True) for seq in range(30))
    text = printed(replace(model, findings=(replace(finding, timeline=many),)))
    assert "request 0 " in text
    assert "request 29" in text
    assert "request 20" not in text
    assert "and 14 more in the HTML report" in text


def test_what_was_not_put_to_the_test_is_said() -> None:
    text = printed(everything()["missed"])
    assert "promised 4 late approvals, saw 0" in text
    assert "never struck: F02.x" in text


def test_markup_in_the_integrations_words_is_no_markup() -> None:
    text = printed(report(TWICE, sut="[red]http://x[/red] [/nothing]"))
    assert "[red]http://x[/red] [/nothing]" in text
