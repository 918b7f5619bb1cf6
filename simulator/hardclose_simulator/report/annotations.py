"""The report as annotations of a CI system: a line per broken promise, where reviewers look."""

from __future__ import annotations

from hardclose_simulator.report.judged_run import Report
from hardclose_simulator.report.plain_text import headed
from hardclose_simulator.report.wording import counted
from hardclose_simulator.verdict import Status


def github_annotations(model: Report) -> tuple[str, ...]:
    """Workflow commands of GitHub Actions: an error per FAIL, a warning per UNKNOWN, a notice with the verdict."""
    lines = []
    for line in model.obligations:
        title = f"{line.id} {line.title}"
        if line.status is Status.FAIL:
            found = model.findings_of(line.id)
            first = headed(found[0]) if found else line.note
            lines.append(_command("error", title, f"{counted(len(found), 'finding')}: {first}\n{model.run.reproduce}"))
        elif line.status is Status.UNKNOWN:
            lines.append(_command("warning", title, line.note or "could not be judged"))
    lines.append(_command("notice", f"hardclose {model.run.scenario}", model.verdict.sentence))
    return tuple(lines)


def _command(kind: str, title: str, message: str) -> str:
    """Source: GitHub's documentation of workflow commands; what would end a value early is percent-encoded."""
    return f"::{kind} title={_escaped(title).replace(':', '%3A').replace(',', '%2C')}::{_escaped(message)}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
