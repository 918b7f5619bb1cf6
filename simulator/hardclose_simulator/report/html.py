"""The report as one HTML file: no network, no other file, nothing executed but our own script."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from hardclose_simulator.case import plural
from hardclose_simulator.report.chart import LEFT, RIGHT, SERIES, WIDTH, chart_of
from hardclose_simulator.report.judged_run import Report
from hardclose_simulator.report.plain_text import headed
from hardclose_simulator.report.wording import BUCKETS, counted, lasting

FINDINGS_SHOWN = 100
"""Of each obligation; the page stays quick to open, and report.json has the rest."""
REPRODUCE = "Reproduce with: "


def to_html(model: Report) -> str:
    """Every value is escaped by the template engine. The page's content security policy forbids all connections, and
    all scripts but the one whose hash it names."""
    style, script = asset("page.css"), asset("page.js")
    return _ENVIRONMENT.get_template("page.html").render(
        model=model,
        run=model.run,
        verdict=model.verdict,
        chart=chart_of(model),
        plot={"left": LEFT, "right": WIDTH - RIGHT, "width": WIDTH},
        buckets=BUCKETS,
        figures=_figures(model),
        command=model.run.reproduce.removeprefix(REPRODUCE),
        shown=FINDINGS_SHOWN,
        style=Markup(style),  # noqa: S704  # our own file
        script=Markup(script),  # noqa: S704  # our own file
        style_hash=source_hash(style),
        script_hash=source_hash(script),
    )


def _figures(model: Report) -> dict[str, Any]:
    """What the page's script reads the chart by: instants as milliseconds, as JavaScript counts them."""
    flows = [
        {"name": plural(flow.document), "series": [[name, getattr(flow, f"{key}_s")] for key, name in SERIES.items()]}
        for flow in model.flows
    ]
    return {"clock": [[at_s, round(at.timestamp() * 1000)] for at_s, at in model.clock], "flows": flows}


def asset(name: str) -> str:
    """A file of ours that goes into pages as it is."""
    return files("hardclose_simulator.report").joinpath("templates", name).read_text(encoding="utf-8")


def source_hash(text: str) -> str:
    """As a content security policy names a style or script."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _moment(at: datetime | None) -> str:
    return f"{at:%a %d %b %H:%M}" if at is not None else "open"


_ENVIRONMENT = Environment(
    loader=PackageLoader("hardclose_simulator.report", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.filters["plural"] = plural
_ENVIRONMENT.filters.update(counted=counted, lasting=lasting, moment=_moment, headed=headed)
