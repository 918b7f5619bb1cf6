"""A sweep on one page: the grids side by side, every bad cell opens into its timeline. HTML and Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from hardclose_simulator.prove.sites import PHASES
from hardclose_simulator.prove.sweep import OUTCOMES, Grid
from hardclose_simulator.report.html import asset, source_hash
from hardclose_simulator.report.markdown import escaped
from hardclose_simulator.report.plain_text import headed

MEANS = {
    "ok": "the blow fell and nobody noticed",
    "recovered": "the outcome was unknown for a while, and the books came out right",
    "parked": "not posted; a person can see why",
    "lost": "neither posted nor visible to anybody",
    "duplicated": "in the books more than once",
    "stuck": "still at work when the longest drain was over",
    "wrong": "another promise was broken",
    "unmet": "the blow never fell, so nothing was shown",
}
assert tuple(MEANS) == OUTCOMES


def to_html(title: str, grids: Sequence[Grid]) -> str:
    """One self-contained file without scripts; every value is escaped by the template engine."""
    style = asset("page.css") + _ENVIRONMENT.get_template("sweep.css").render()
    return _ENVIRONMENT.get_template("sweep.html").render(
        title=title,
        grids=grids,
        phases=PHASES,
        means=MEANS,
        style=Markup(style),  # noqa: S704  # our own file
        style_hash=source_hash(style),
    )


def to_markdown(title: str, grids: Sequence[Grid]) -> str:
    """The grids as tables, and a line per bad cell."""
    lines = [f"# Sweep of {title}", ""]
    for grid in grids:
        head, *rows = grid.rows()
        lines += [f"## {escaped(grid.sweep.integration)}", "", f"{escaped(grid.sentence())}.", ""]
        lines += [_row(head), _row(["---"] * len(head)), *(_row(row) for row in rows), ""]
        lines += [
            f"- **{escaped(cell.name)}**: {cell.outcome} ({' '.join(cell.failed)}): {escaped(cell.says)}"
            for cell in grid.bad
        ]
        lines += [""] if grid.bad else []
    return "\n".join(lines)


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(escaped(cell) for cell in cells) + " |"


_ENVIRONMENT = Environment(
    loader=PackageLoader("hardclose_simulator.prove", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.filters.update(headed=headed)
