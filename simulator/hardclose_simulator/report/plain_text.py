"""Findings as plain lines, for reports that carry text: JUnit and Markdown. Escapes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hardclose_simulator.report.judged_run import OpenedFinding


def headed(finding: OpenedFinding) -> str:
    """`expense/17, 120.00 EUR: it has 2 live expense postings`."""
    about = ", ".join(str(part) for part in (finding.fact, finding.money) if part is not None)
    return f"{about}: {finding.says}" if about else finding.says


def spread(findings: Sequence[OpenedFinding]) -> list[OpenedFinding]:
    """One of each obligation before a second of any, so that a cut list still shows every kind."""
    met: dict[str, int] = {}
    ranks = []
    for place, finding in enumerate(findings):
        met[finding.obligation] = met.get(finding.obligation, 0) + 1
        ranks.append((met[finding.obligation], place, finding))
    return [finding for _, _, finding in sorted(ranks, key=lambda rank: rank[:2])]


def timeline_lines(finding: OpenedFinding) -> Iterator[str]:
    """One line per entry; `>` marks the evidence."""
    for entry in finding.timeline:
        mark = ">" if entry.evidence else " "
        yield f"{mark} {entry.wire_s:9.2f} s  {entry.business:%d %b %H:%M}  {entry.who}: {entry.what}"


def finding_lines(findings: Sequence[OpenedFinding], *, shown: int, opened: int) -> Iterator[str]:
    """`shown` findings, the first `opened` of them with their timelines; then how many were left out."""
    for place, finding in enumerate(findings[:shown]):
        yield headed(finding)
        if finding.card_line:
            yield f"  card: {finding.card_line}"
        if place < opened:
            yield from (f"  {line}" for line in timeline_lines(finding))
    if len(findings) > shown:
        yield f"and {len(findings) - shown:,} more: report.json has them all"
