"""The report on a terminal: read from the top, one screen where all is well. Good at 80 and at 120 columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from hardclose_simulator.report.amounts import Count
from hardclose_simulator.report.fault_lines import FaultLine
from hardclose_simulator.report.judged_run import OpenedFinding, Reconciliation, Report
from hardclose_simulator.report.plain_text import spread
from hardclose_simulator.report.wording import BUCKETS, counted, lasting
from hardclose_simulator.verdict import Status, TimelineEntry

FINDINGS_SHOWN = 8
TIMELINE_SHOWN = 16
CURRENCIES_IN_COLUMNS = 3
GAP = 4
STYLES = {Status.PASS: "green", Status.FAIL: "bold red", Status.UNKNOWN: "yellow", Status.VACUOUS: "dim"}
WORD_STYLES = {0: "bold white on green", 1: "bold white on red"}
ALARMS = ("duplicated", "lost", "unexpected")


def render(model: Report) -> RenderableType:
    """What happened, what it means, and how to see it again. Lines to be copied are never broken."""
    return Group(*_parts(model))


def _parts(model: Report) -> Iterator[RenderableType]:
    yield from _header(model)
    yield Text()
    yield _SideBySide([_reconciliation(one) for one in model.reconciliation])
    yield _obligations(model)
    if model.findings:
        yield from _findings(model)
    yield from _faults(model)
    yield from _promises(model)


def _heading(says: str, beside: str = "") -> Text:
    return Text.assemble("\n", (says, "bold"), (f"  {beside}" if beside else "", "dim"))


def _copied(says: str, style: str = "") -> Text:
    """A line that terminals may break on the screen, but that copies as one."""
    return Text(says, style=style, no_wrap=True, overflow="ignore")


class _SideBySide:
    """Tables beside each other where the terminal is wide enough, else below each other."""

    def __init__(self, tables: Sequence[Table]) -> None:
        self.tables = tables

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        widths = [Measurement.get(console, options, table).maximum for table in self.tables]
        if sum(widths) + GAP * (len(widths) - 1) <= options.max_width:
            grid = Table.grid(padding=(0, GAP))
            grid.add_row(*self.tables)
            yield grid
            return
        for place, table in enumerate(self.tables):
            if place:
                yield Text()
            yield table


# --- what was run, and the verdict -----------------------------------------------------------------------------


def _header(model: Report) -> Iterator[RenderableType]:
    run, took = model.run, model.durations
    named = f"{run.scenario}, seed {run.seed}, {run.mode or 'unknown'} time, pace {run.pace}"
    yield Text.assemble((run.title, "bold"), (f"  {named}", ""))
    style = f", manifest says {run.style}" if run.style else ""
    yield Text.assemble(("integration  ", "dim"), run.integration or "unknown", (style, "dim"))
    real = f", {lasting(took.real_s)} here" if took.real_s is not None else ""
    settled = f", drain ended {model.verdict.settled}" if model.verdict.settled else ", no audit"
    played = f"{lasting(took.business_s)} of business in {lasting(took.wire_s)} on the wire{real}"
    yield Text.assemble(("played       ", "dim"), f"{played}; {counted(model.volumes.exchanges, 'exchange')}{settled}")
    for note in run.notes:
        yield Text.assemble(("note         ", "dim"), note)
    verdict = model.verdict
    yield Text()
    word = (f" {verdict.word} ", WORD_STYLES.get(verdict.exit_code, "bold black on yellow"))
    yield Text.assemble(word, " ", (verdict.sentence, "bold"))
    stake = f"; at stake {', '.join(map(str, verdict.at_stake))}" if verdict.at_stake else ""
    yield Text(f"exit code {verdict.exit_code}: {verdict.meaning}{stake}")
    if verdict.exit_code in (0, 1):
        for trouble in verdict.troubles:
            yield Text.assemble(("besides: ", "yellow"), trouble)


# --- reconciliation --------------------------------------------------------------------------------------------


def _reconciliation(one: Reconciliation) -> Table:
    currencies = [amount.currency for amount in one.intended.money]
    currencies += [
        amount.currency for name in BUCKETS for amount in _count(one, name).money if amount.currency not in currencies
    ]
    currencies = list(dict.fromkeys(currencies))
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 1))
    table.add_column(Text(one.document, style="bold"), no_wrap=True)
    table.add_column("count", justify="right")
    in_columns = len(currencies) <= CURRENCIES_IN_COLUMNS
    for currency in currencies if in_columns else ["money"]:
        table.add_column(currency, justify="right", no_wrap=True)
    for name, words in BUCKETS.items():
        count = _count(one, name)
        style = "dim" if not count.count else "bold red" if name in ALARMS else ""
        if in_columns:
            found = [count.in_currency(currency) for currency in currencies]
            money = [amount.grouped if amount is not None else "" for amount in found]
        else:
            money = ["\n".join(map(str, count.money))]
        table.add_row(*[Text(cell, style=style) for cell in (words, f"{count.count:,}", *money)])
    return table


def _count(one: Reconciliation, name: str) -> Count:
    found: Count = getattr(one, name)
    return found


# --- obligations and findings ----------------------------------------------------------------------------------


def _obligations(model: Report) -> RenderableType:
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 1))
    table.add_column("", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("promise")
    table.add_column("n", justify="right", no_wrap=True)
    table.add_column("note", overflow="fold")
    for line in model.obligations:
        found = counted(line.findings, "finding") if line.findings else ""
        note = "; ".join(part for part in (found, line.note) if part)
        style = "dim" if line.status is Status.VACUOUS else ""
        table.add_row(
            Text(line.id, style=style),
            Text(line.status.value, style=STYLES[line.status]),
            Text(line.title, style=style),
            Text(f"{line.evaluated:,}", style=style),
            Text(note, style=style),
        )
    return Group(_heading("Obligations", "n: occasions on which the promise could have been broken"), table)


def _findings(model: Report) -> Iterator[RenderableType]:
    listed = spread(model.findings)
    yield _heading(counted(len(listed), "finding").capitalize())
    quoted: set[str | None] = {None}
    for place, finding in enumerate(listed[:FINDINGS_SHOWN]):
        yield from _finding(finding, opened=place == 0, quoting=finding.card_line not in quoted)
        quoted.add(finding.card_line)
    if len(listed) > FINDINGS_SHOWN:
        yield Text(f"and {len(listed) - FINDINGS_SHOWN:,} more: the HTML and JSON reports have them all", style="dim")
    if model.run.reproduce:
        yield Text()
        yield _copied(model.run.reproduce, "bold")


def _finding(finding: OpenedFinding, *, opened: bool, quoting: bool) -> Iterator[RenderableType]:
    about = [str(part) for part in (finding.fact, finding.money) if part is not None]
    yield Text.assemble(
        (finding.obligation, "bold red"), "  ", (", ".join(about), "bold"), ": " if about else "", finding.says
    )
    if finding.card_line and quoting:
        yield Padding(Text.assemble(("card: ", "dim"), finding.card_line), (0, 0, 0, 5))
    if opened:
        yield Padding(_timeline(finding), (0, 0, 1, 2))


def _timeline(finding: OpenedFinding) -> RenderableType:
    entries = _nearest(finding.timeline)
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 1, 0, 0))
    table.add_column("", no_wrap=True)
    table.add_column("wire s", justify="right", no_wrap=True)
    table.add_column("business, UTC", no_wrap=True)
    table.add_column("▶ is the evidence", overflow="fold", ratio=1)
    for entry in entries:
        table.add_row(
            Text("▶" if entry.evidence else "", style="red"),
            f"{entry.wire_s:.2f}",
            f"{entry.business:%d %b %H:%M}",
            Text.assemble((f"{entry.who}: ", "" if entry.evidence else "dim"), entry.what),
        )
    left_out = len(finding.timeline) - len(entries)
    if not left_out:
        return table
    return Group(table, Text(f"and {left_out} more in the HTML report", style="dim"))


def _nearest(timeline: Sequence[TimelineEntry]) -> list[TimelineEntry]:
    """The evidence, or its first and last where it is very long; of the rest, what lies nearest to it."""
    evidence = [place for place, entry in enumerate(timeline) if entry.evidence]
    if len(evidence) > TIMELINE_SHOWN:
        evidence = [*evidence[: TIMELINE_SHOWN - 4], *evidence[-4:]]
    rest = [place for place, entry in enumerate(timeline) if not entry.evidence]
    rest.sort(key=lambda place: (min((abs(place - one) for one in evidence), default=0), place))
    kept = {*evidence, *rest[: max(0, TIMELINE_SHOWN - len(evidence))]}
    return [entry for place, entry in enumerate(timeline) if place in kept]


# --- faults, and what the scenario promised --------------------------------------------------------------------


def _faults(model: Report) -> Iterator[RenderableType]:
    if not model.faults:
        return
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 1))
    table.add_column("", no_wrap=True)
    table.add_column("fault", no_wrap=True)
    table.add_column("planned", overflow="fold")
    table.add_column("fired", justify="right", no_wrap=True)
    by_fault: dict[str, list[FaultLine]] = {}
    for line in model.faults:
        by_fault.setdefault(line.fault, []).append(line)
    for fault, lines in sorted(by_fault.items()):
        fired = sum(line.fired for line in lines)
        planned = "; ".join(_planned(line) for line in lines)
        table.add_row(fault, lines[0].name, planned, Text(f"{fired:,}", style="" if fired else "dim"))
    yield _heading("Faults")
    yield table


def _planned(line: FaultLine) -> str:
    where = f"{line.system} " if line.system and line.kind != "people" else ""
    window = " in a window" if line.starts or line.ends else ""
    missed = f", {len(line.unstruck)} never struck" if line.unstruck else ""
    return f"{where}{line.planned}{window}{missed}"


def _promises(model: Report) -> Iterator[RenderableType]:
    missed = [one for one in model.must_happen if not one.met]
    if missed or model.unfired:
        yield _heading("Not put to the test")
    for promise in missed:
        words = promise.name.replace("_", " ")
        yield Text(f"promised {promise.wanted} {words}, saw {promise.seen}", style="yellow")
    for says in model.unfired:
        yield Text(f"never struck: {says}", style="yellow")
    if model.struck:
        yield _heading("Struck from the promise", "cannot apply to this style of integration")
        for says in model.struck:
            yield Text(says, style="dim")
