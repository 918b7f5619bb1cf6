"""The report as Markdown, for the summary page of a CI job: compact tables, findings to be opened."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence

from hardclose_simulator.report.judged_run import OpenedFinding, Report
from hardclose_simulator.report.plain_text import headed, spread, timeline_lines
from hardclose_simulator.report.wording import BUCKETS, counted, lasting
from hardclose_simulator.verdict import Status

FINDINGS_SHOWN = 40
"""Job summaries are cut at a mebibyte; a finding with its timeline is seldom longer than eight kilobytes."""
SIGNS = {Status.PASS: "✅", Status.FAIL: "❌", Status.UNKNOWN: "❔", Status.VACUOUS: "➖"}  # noqa: RUF001
RUN_SIGNS = {0: "✅", 1: "❌"}
_SPECIAL = re.compile(r"[\\`*\[\]|~#]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")


def to_markdown(model: Report) -> str:
    """Everything that came from outside is escaped, for Markdown and for the HTML inside it."""
    return "\n".join(_lines(model)) + "\n"


def _lines(model: Report) -> Iterator[str]:
    run, verdict = model.run, model.verdict
    yield f"## {RUN_SIGNS.get(verdict.exit_code, '❔')} {escaped(run.title)}: {verdict.word}"
    yield ""
    yield f"**{escaped(verdict.sentence)}**"
    stake = f" At stake: {', '.join(map(str, verdict.at_stake))}." if verdict.at_stake else ""
    yield f"Exit code {verdict.exit_code}: {verdict.meaning}.{stake}"
    yield ""
    yield (
        f"`{_code(run.integration)}` · scenario {escaped(run.scenario)} · seed {run.seed} · {run.mode} time · pace "
        f"{run.pace} · {lasting(model.durations.wire_s)} on the wire · {counted(model.volumes.exchanges, 'exchange')}"
    )
    yield from _bullets([] if verdict.exit_code in (3, 4) else verdict.troubles)
    yield from _reconciliation(model)
    yield from _obligations(model)
    yield from _findings(model)
    yield from _faults(model)
    yield from _promises(model)
    if run.reproduce:
        yield from ["", f"`{_code(run.reproduce)}`"]


def _reconciliation(model: Report) -> Iterator[str]:
    if not model.reconciliation:
        return
    yield from ["", "### Reconciliation", ""]
    yield "| | " + " | ".join(f"{one.document} | money" for one in model.reconciliation) + " |"
    yield "|---|" + "---:|---:|" * len(model.reconciliation)
    for name, words in BUCKETS.items():
        counts = [getattr(one, name) for one in model.reconciliation]
        cells = [f"{count.count:,} | {'<br>'.join(map(str, count.money))}" for count in counts]
        yield f"| {words.strip()} | " + " | ".join(cells) + " |"


def _obligations(model: Report) -> Iterator[str]:
    yield from ["", "### Obligations", "", "| | promise | verdict | n | note |", "|---|---|---|---:|---|"]
    for line in model.obligations:
        found = counted(line.findings, "finding") if line.findings else ""
        note = "; ".join(part for part in (found, escaped(line.note)) if part)
        yield f"| {line.id} | {line.title} | {SIGNS[line.status]} {line.status.value} | {line.evaluated:,} | {note} |"


def _findings(model: Report) -> Iterator[str]:
    if not model.findings:
        return
    yield from ["", f"### {counted(len(model.findings), 'finding')}"]
    for finding in spread(model.findings)[:FINDINGS_SHOWN]:
        yield from _finding(finding)
    if len(model.findings) > FINDINGS_SHOWN:
        yield from ["", f"And {len(model.findings) - FINDINGS_SHOWN:,} more: `report.json` has them all."]


def _finding(finding: OpenedFinding) -> Iterator[str]:
    yield ""
    summary = f"<b>{finding.obligation}</b> {html.escape(' '.join(headed(finding).split()))}"
    yield f"<details><summary>{summary}</summary>"
    yield ""
    if finding.card_line:
        yield from [f"{escaped(finding.title)}. Contract card: {escaped(finding.card_line)}", ""]
    yield "<pre>"
    yield from (html.escape(" ".join(line.splitlines())) for line in timeline_lines(finding))
    yield from ["</pre>", ""]
    if finding.reproduce:
        yield from [f"`{_code(finding.reproduce)}`", ""]
    yield "</details>"


def _faults(model: Report) -> Iterator[str]:
    if not model.faults:
        return
    yield from ["", "<details><summary>Faults: planned and fired</summary>", ""]
    yield from ["| fault | | system | planned | window | fired |", "|---|---|---|---|---|---:|"]
    for line in sorted(model.faults, key=lambda line: line.fault):
        window = f"{line.starts:%d %b %H:%M} to {line.ends:%d %b %H:%M}" if line.starts and line.ends else ""
        fired = f"{line.fired:,}" + (f" of {line.chances:,}" if line.chances else "")
        yield f"| {escaped(line.fault)} | {line.name} | {line.system} | {escaped(line.planned)} | {window} | {fired} |"
    yield from ["", "</details>"]


def _promises(model: Report) -> Iterator[str]:
    missed = [
        f"the scenario promised {one.wanted} {one.name.replace('_', ' ')}, and saw {one.seen}"
        for one in model.must_happen
        if not one.met
    ]
    yield from _bullets([*missed, *(f"never struck: {says}" for says in model.unfired)], "### Not put to the test")
    yield from _bullets(model.struck, "### Struck from the promise: cannot apply to this style")


def _bullets(listed: Sequence[str], heading: str = "") -> Iterator[str]:
    if listed:
        yield from ["", heading, ""] if heading else [""]
        yield from (f"- {escaped(one)}" for one in listed)


def escaped(text: str) -> str:
    """As the text of a line: no markup of either kind, no second line."""
    return _SPECIAL.sub(lambda found: f"&#{ord(found.group())};", html.escape(" ".join(text.split()), quote=False))


def _code(text: str) -> str:
    """Inside backticks, of which it may hold none; HTML is inert there."""
    return " ".join(text.split()).replace("`", "'")
