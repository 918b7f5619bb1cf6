"""The report as annotations of a CI system: a line per broken promise, where reviewers look."""

from __future__ import annotations

from hardclose_simulator.expected_failures import Excused
from hardclose_simulator.report.judged_run import Report
from hardclose_simulator.report.plain_text import headed
from hardclose_simulator.report.wording import counted
from hardclose_simulator.verdict import NOT_ENOUGH, OURS, Status

LAST_WORD = {NOT_ENOUGH: "warning", OURS: "error"}


def github_annotations(model: Report, excused: Excused) -> tuple[str, ...]:
    """Workflow commands of GitHub Actions: an error per broken promise and per stale expectation, a warning per
    promise that was broken as expected or could not be judged, and the run's sentence at the end."""
    lines = []
    for line in model.obligations:
        title = f"{line.id} {line.title}"
        if line.status is Status.FAIL:
            found = model.findings_of(line.id)
            first = headed(found[0]) if found else line.note
            says = f"{counted(len(found), 'finding')}: {first}\n{model.run.reproduce}"
            expected = line.id in excused.reasons
            kind, note = ("warning", f"{excused.notes[line.id]}; ") if expected else ("error", "")
            lines.append(_command(kind, title, note + says))
        elif line.status is Status.UNKNOWN:
            lines.append(_command("warning", title, line.note or "could not be judged"))
        elif line.id in excused.stale:
            lines.append(_command("error", title, excused.notes[line.id]))
    kind = LAST_WORD.get(model.verdict.exit_code, "notice")
    lines.append(_command(kind, f"hardclose {model.run.scenario}", model.verdict.sentence))
    return tuple(lines)


def _command(kind: str, title: str, message: str) -> str:
    """Source: GitHub's documentation of workflow commands; what would end a value early is percent-encoded."""
    return f"::{kind} title={_escaped(title).replace(':', '%3A').replace(',', '%2C')}::{_escaped(message)}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
