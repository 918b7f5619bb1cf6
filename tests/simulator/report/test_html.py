"""The HTML report: one file, no network, everything escaped, readable by everybody."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from importlib.resources import files

import pytest

from hardclose_simulator.report.html import FINDINGS_SHOWN, to_html

from .runs import KINDS, everything, report

VOID = frozenset({"meta", "link", "br", "input", "img", "hr"})
EVIL = "<script>alert(1)</script>"
LEGIBLE = (
    "ink card", "ink ground", "muted card", "muted ground", "link card", "link ground", "pass card", "fail card",
    "unknown card", "ours card", "pass pass-soft", "fail fail-soft", "unknown unknown-soft", "vacuous vacuous-soft",
    "ink fail-soft", "ink soft", "due card", "posted card", "written card", "paid card", "window-ink window",
    "open-ink open", "soft-ink soft-closed", "hard-ink hard-closed", "phase-ink phase", "chaos-ink chaos",
)  # fmt: skip
"""Pairs of colours in which text stands on a ground."""


@dataclass
class Element:
    tag: str
    attributes: dict[str, str | None]
    inside: tuple[str, ...]
    text: str = ""
    below: list[str] = field(default_factory=list)


class Page(HTMLParser):
    """Elements in their order; asserts that every one that is opened is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self.feed(text)
        assert [one.tag for one in self._open] == []

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs), tuple(one.tag for one in self._open))
        for parent in self._open:
            parent.below.append(tag)
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def all(self, tag: str, name: str | None = None) -> list[Element]:
        """With that class, if one is given."""
        return [
            one
            for one in self.elements
            if one.tag == tag and (name is None or name in (one.attributes.get("class") or "").split())
        ]


def css() -> str:
    return files("hardclose_simulator.report").joinpath("templates", "page.css").read_text(encoding="utf-8")


def page(kind: str) -> Page:
    return Page(to_html(everything()[kind]))


# --- one file --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_run_is_one_well_formed_page(kind: str) -> None:
    shown = page(kind)
    verdict = everything()[kind].verdict
    assert [one.text for one in shown.all("p", "word")] == [verdict.word]
    assert verdict.sentence in shown.all("p", "sentence")[0].text
    assert f"Exit code {verdict.exit_code}" in shown.all("p", "meaning")[0].text


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_fetched_from_anywhere(kind: str) -> None:
    for element in page(kind).elements:
        for name in ("src", "href", "xlink:href", "data", "action", "poster", "srcset"):
            value = element.attributes.get(name)
            assert value is None or value.startswith(("#", "data:,")), f"<{element.tag} {name}={value!r}>"
    assert not re.search(r"@import|url\(|https?://", css())


def test_only_our_own_script_and_style_are_allowed() -> None:
    shown = page("fail")
    (policy,) = [
        str(one.attributes["content"])
        for one in shown.all("meta")
        if one.attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    assert "default-src 'none'" in policy
    (script,) = [one for one in shown.all("script") if "type" not in one.attributes]
    (style,) = shown.all("style")
    for directive, element in (("script-src", script), ("style-src", style)):
        digest = base64.b64encode(hashlib.sha256(element.text.encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in policy
    assert not [one for one in shown.elements if "style" in one.attributes], "the policy forbids style attributes"
    assert not [name for one in shown.elements for name in one.attributes if name.startswith("on")]


def test_links_inside_the_page_arrive() -> None:
    shown = page("busy and guilty")
    ids = {one.attributes["id"] for one in shown.elements if "id" in one.attributes}
    wanted = {str(one.attributes["href"])[1:] for one in shown.all("a")}
    assert "O01" in wanted
    assert wanted <= ids


# --- escaping --------------------------------------------------------------------------------------------------


def test_what_the_integration_said_is_shown_and_never_executed() -> None:
    text = to_html(
        report(
            f"""
            09:00  fact E-1
            09:02  post E-1 as A
            10:00  write E-1 parked "{EVIL}"
            20:00  exception E-1 "{EVIL}"
            33:00  audit
            """,
            sut=f"http://localhost/{EVIL}",
        )
    )
    assert EVIL not in text
    assert text.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 3
    assert len([one for one in Page(text).all("script") if "type" not in one.attributes]) == 1


def test_a_quote_cannot_leave_its_attribute() -> None:
    shown = Page(to_html(report(TWO_QUOTES)))
    assert not [one for one in shown.elements if "onload" in one.attributes]


TWO_QUOTES = """
    09:00  fact E-1
    09:02  post E-1 as A
    10:00  write E-1 parked 'x" onload="alert(1)'
    33:00  audit
"""


# --- what it shows ---------------------------------------------------------------------------------------------


def test_each_finding_opens_without_a_script_into_its_timeline() -> None:
    shown = page("busy and guilty")
    findings = shown.all("details", "finding")
    assert len(findings) == sum(one.findings for one in everything()["busy and guilty"].obligations) > 7
    for finding in findings:
        assert {"summary", "ol", "li", "time", "code"} <= set(finding.below)
        assert "hardclose run script --seed 7" in finding.text
    assert len([one for one in findings if "open" in one.attributes]) == 1


def test_evidence_is_marked_by_more_than_colour() -> None:
    shown = page("fail")
    rows = shown.all("li", "evidence")
    assert rows
    assert all("▶" in row.text for row in rows)
    assert [one for one in shown.all("span") if one.attributes.get("aria-label") == "evidence"]


def test_a_finding_names_its_money_and_its_card_line() -> None:
    (finding,) = page("fail").all("details", "finding")
    assert "120.00 EUR" in finding.text
    assert "The contract card says: profile C1" in finding.text


def test_the_rest_of_very_many_findings_is_counted() -> None:
    facts = [(f"{place // 50 + 1:02}:{place % 50:02}", f"E-{place}") for place in range(FINDINGS_SHOWN + 7)]
    text = "\n".join(f"{at} fact {name}" for at, name in facts)
    model = report(f"{text}\n33:00 audit")
    shown = Page(to_html(model))
    assert len(shown.all("details", "finding")) == FINDINGS_SHOWN
    assert "And 7 more: report.json has them all" in shown.all("section")[-3].text


def test_obligations_say_what_they_promise() -> None:
    (table,) = page("pass").all("table", "obligations")
    for line in everything()["pass"].obligations:
        assert line.says in " ".join(table.text.split())


def test_faults_are_shown_planned_and_fired() -> None:
    (table,) = page("busy and innocent").all("table", "faults")
    words = " ".join(table.text.split())
    assert "F07 error burst" in words
    assert "Mon 30 Nov 18:00 to Mon 30 Nov 21:0015.0 s to 17.5 s" in words
    assert "first call of 2 factsE-5, E-9" in words


def test_missed_and_struck_promises_are_shown() -> None:
    words = " ".join(page("missed").all("section")[-2].text.split())
    assert "late approvals40missed" in words.replace(" ", "").replace("lateapprovals", "late approvals")
    assert "Aimed faults that never struck:" in words
    assert "F02.x" in words


def test_a_crashed_checker_is_told_on_our_side() -> None:
    words = " ".join(page("crashed").all("section")[-1].text.split())
    assert "What is wrong on our side" in words
    assert "by zero" in words


# --- for everybody ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_every_table_says_what_its_columns_are(kind: str) -> None:
    for element in page(kind).all("th"):
        assert element.attributes.get("scope") in ("col", "row", "colgroup")
    for table in page(kind).all("table"):
        assert {"thead", "tbody", "th"} <= set(table.below)


def test_the_chart_is_told_in_words_and_in_figures() -> None:
    shown = page("busy and innocent")
    (chart,) = shown.all("svg")
    assert chart.attributes["role"] == "img"
    named = str(chart.attributes["aria-labelledby"]).split()
    texts = {
        str(one.attributes["id"]): one.text
        for one in [*shown.all("title"), *shown.all("desc")]
        if "id" in one.attributes
    }
    assert set(named) == set(texts)
    assert "expense postings: 70 due, 60 posted" in texts["chart-says"]
    assert any("written back" in table.text for table in shown.all("table"))


def test_the_language_the_size_and_both_schemes_are_declared() -> None:
    shown = page("pass")
    assert shown.all("html")[0].attributes["lang"] == "en"
    declared = {one.attributes.get("name"): one.attributes.get("content") for one in shown.all("meta")}
    assert declared["viewport"] == "width=device-width, initial-scale=1"
    assert declared["color-scheme"] == "light dark"


@pytest.mark.parametrize("place", [0, 1, 2], ids=["light", "dark", "print"])
@pytest.mark.parametrize("pair", LEGIBLE)
def test_every_text_has_enough_contrast(pair: str, place: int) -> None:
    """4.5 to 1, WCAG 2.2, success criterion 1.4.3."""
    colours = dict(re.findall(r"--([\w-]+): #([0-9a-f]+);", re.findall(r":root \{(.*?)\}", css(), re.S)[place]))
    text, ground = (luminance(colours[name]) for name in pair.split())
    assert (max(text, ground) + 0.05) / (min(text, ground) + 0.05) >= 4.5


def luminance(colour: str) -> float:
    digits = colour if len(colour) == 6 else "".join(digit * 2 for digit in colour)
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (int(digits[start : start + 2], 16) / 255 for start in (0, 2, 4))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
