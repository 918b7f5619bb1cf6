"""The chart of a report as geometry: lanes of phases, faults and periods above one plot per flow, on one time axis.

Places things only; `templates/chart.svg` draws them. Lengths are units of the drawing, x counts from the left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from hardclose_simulator.case import plural
from hardclose_simulator.report.fault_lines import FaultLine
from hardclose_simulator.report.judged_run import Report
from hardclose_simulator.report.pipeline import CLOSED, Flow, PeriodStep, reached

WIDTH, LEFT, RIGHT = 1080.0, 156.0, 126.0
LANE, LANE_GAP, PLOT, PLOT_GAP, TOP, AXIS = 18.0, 5.0, 170.0, 44.0, 6.0, 44.0
LABEL_GAP = 14.0
LETTER = 6.2
"""About the width of a letter of the lanes' labels."""
TICKS_MAX = 8
WINDOWS_MAX, PERIODS_MAX = 6, 9
SERIES = {"due": "due", "posted": "posted", "written_back": "written back", "paid": "paid"}


@dataclass(frozen=True, slots=True)
class Bar:
    """`kind` chooses the colour, `title` is what a pointer is told. `label_x` is where the label begins: in the bar, or
    right of it where it does not fit; None where it is not drawn."""

    x: float
    width: float
    kind: str
    label: str
    label_x: float | None
    title: str


@dataclass(frozen=True, slots=True)
class Lane:
    label: str
    y: float
    bars: tuple[Bar, ...] = ()
    ticks: tuple[tuple[float, str], ...] = ()
    """x and carrier."""


@dataclass(frozen=True, slots=True)
class Line:
    """One cumulative series. `label_y` is where its label stands at the right edge, apart from the others."""

    key: str
    name: str
    path: str
    count: int
    label_y: float


@dataclass(frozen=True, slots=True)
class Plot:
    title: str
    top: float
    bottom: float
    lines: tuple[Line, ...]
    backlog: str
    """Between what is due and what is posted."""
    levels: tuple[tuple[float, int], ...]
    """y and number of the horizontal grid."""


@dataclass(frozen=True, slots=True)
class Tick:
    x: float
    wire: str
    business: str


@dataclass(frozen=True, slots=True)
class Row:
    """The chart's figures at one moment, for those who read tables."""

    at_s: float
    business: str
    counts: tuple[tuple[int, ...], ...]
    """Per flow, per series."""


@dataclass(frozen=True, slots=True)
class Chart:
    height: float
    lanes: tuple[Lane, ...]
    plots: tuple[Plot, ...]
    ticks: tuple[Tick, ...]
    windows: tuple[Bar, ...]
    """Fault windows, drawn through all plots."""
    closes: tuple[float, ...]
    """x of every moment at which somebody closed a period."""
    says: str
    rows: tuple[Row, ...]
    plots_top: float
    plots_bottom: float


def chart_of(model: Report) -> Chart | None:
    """None for a history without facts: there is nothing to draw."""
    if not model.flows or model.durations.wire_s <= 0:
        return None
    return _Draughtsman(model).chart()


class _Draughtsman:
    def __init__(self, model: Report) -> None:
        self.model, self.ends_s = model, model.durations.wire_s
        self.y = TOP

    def x(self, at_s: float) -> float:
        inside = min(max(at_s, 0.0), self.ends_s)
        return round(LEFT + inside / self.ends_s * (WIDTH - LEFT - RIGHT), 1)

    def chart(self) -> Chart:
        lanes = tuple(self._lanes())
        plots_top = self.y + PLOT_GAP
        plots = tuple(self._plot(flow) for flow in self.model.flows)
        step_s = tick_step(self.ends_s)
        moments = [step * step_s for step in range(int(self.ends_s / step_s) + 1)]
        return Chart(
            height=self.y + AXIS,
            lanes=lanes,
            plots=plots,
            ticks=tuple(Tick(self.x(at_s), f"{at_s:g} s", self._business(at_s)) for at_s in moments),
            windows=tuple(bar for bar in self._windows() if bar.width > 0),
            closes=tuple(sorted({self.x(step.at_s) for step in self.model.periods if step.state in CLOSED})),
            says=self._says(),
            rows=tuple(
                Row(at_s, self._business(at_s), tuple(_counts(flow, at_s) for flow in self.model.flows))
                for at_s in [*moments, self.ends_s]
            ),
            plots_top=plots_top,
            plots_bottom=self.y,
        )

    # --- lanes --------------------------------------------------------------------------------------------------

    def _lanes(self) -> Iterator[Lane]:
        yield self._lane(
            "phases",
            [
                self._bar(span.from_s, span.to_s, f"phase {span.name}", span.name, f"phase {span.name}")
                for span in self.model.phases
                if span.to_s > span.from_s
            ],
        )
        for line, bar in list(zip(self._windowed(), self._windows(), strict=True))[:WINDOWS_MAX]:
            yield self._lane(f"{line.fault} {line.system}", [bar])
        if self.model.strikes:
            ticks = sorted({(self.x(one.at_s), one.carrier) for one in self.model.strikes})
            yield self._lane("faults struck", [], tuple(ticks))
        for label, steps in list(self._periods().items())[:PERIODS_MAX]:
            yield self._lane(label, list(self._states(label, steps)))

    def _lane(self, label: str, bars: Sequence[Bar], ticks: tuple[tuple[float, str], ...] = ()) -> Lane:
        lane = Lane(label, self.y, tuple(bars), ticks)
        self.y += LANE + LANE_GAP
        return lane

    def _bar(self, from_s: float, to_s: float, kind: str, label: str, title: str) -> Bar:
        x, until = self.x(from_s), self.x(to_s)
        fits = until - x > len(label) * LETTER + 6
        label_x = x + 5 if fits else until + 5 if kind == "window" else None
        return Bar(x, round(until - x, 1), kind, label, label_x, f"{title}: {from_s:.1f} s to {to_s:.1f} s")

    def _windowed(self) -> list[FaultLine]:
        """Faults with a window that the business clock came into."""
        return [
            line
            for line in self.model.faults
            if (line.starts or line.ends) and (line.starts is None or line.from_s is not None)
        ]

    def _windows(self) -> list[Bar]:
        return [
            self._bar(
                line.from_s if line.from_s is not None else 0.0,
                line.to_s if line.to_s is not None else self.ends_s,
                "window",
                f"{line.name}, {line.planned}",
                f"{line.fault} {line.name}, {line.system}, {line.planned}",
            )
            for line in self._windowed()
        ]

    def _periods(self) -> dict[str, list[PeriodStep]]:
        """Steps of every period that was closed, by label; modules that were closed alike share one."""
        by_module: dict[tuple[str, str, str], list[PeriodStep]] = {}
        for step in self.model.periods:
            by_module.setdefault((step.company, step.month, step.module), []).append(step)
        alike: dict[tuple[str, str, tuple[tuple[float, str], ...]], list[str]] = {}
        for (company, month, module), steps in by_module.items():
            if any(step.state in CLOSED for step in steps):
                shape = tuple((self.x(step.at_s), step.state) for step in steps)
                alike.setdefault((company, month, shape), []).append(module)
        labels: dict[str, list[PeriodStep]] = {}
        for (company, month, _), modules in sorted(alike.items()):
            module = "" if len(modules) > 1 else f" {modules[0]}"
            labels[f"{company} {month}{module}"] = by_module[company, month, modules[0]]
        return labels

    def _states(self, label: str, steps: Sequence[PeriodStep]) -> Iterator[Bar]:
        edges = [(0.0, steps[0].before), *((step.at_s, step.state) for step in steps)]
        for (from_s, state), until in zip(edges, [*(at_s for at_s, _ in edges[1:]), self.ends_s], strict=True):
            words = state.replace("_", "-")
            yield self._bar(from_s, until, f"period {state}", words, f"{label} {words}")

    # --- plots --------------------------------------------------------------------------------------------------

    def _plot(self, flow: Flow) -> Plot:
        top = self.y + PLOT_GAP
        bottom = top + PLOT
        self.y = bottom
        times = {key: getattr(flow, f"{key}_s") for key in SERIES}
        most = max(len(listed) for listed in times.values())
        scale = (PLOT - 8) / most
        shown = {key: listed for key, listed in times.items() if listed}
        ends = apart([bottom - len(listed) * scale for listed in shown.values()], LABEL_GAP, bottom)
        lines = tuple(
            Line(key, SERIES[key], self._path(listed, bottom, scale), len(listed), label_y)
            for (key, listed), label_y in zip(shown.items(), ends, strict=True)
        )
        level = max(1, round(tick_step(most, 4)))
        return Plot(
            title=plural(flow.document).capitalize(),
            top=top,
            bottom=bottom,
            lines=lines,
            backlog=self._backlog(flow, bottom, scale),
            levels=tuple((round(bottom - number * scale, 1), number) for number in range(0, most + 1, level)),
        )

    def _path(self, times_s: Sequence[float], bottom: float, scale: float) -> str:
        stairs = "".join(f"H{x:g}V{y:g}" for x, y in self._stairs(times_s, bottom, scale))
        return f"M{LEFT:g} {bottom:g}{stairs}H{WIDTH - RIGHT:g}"

    def _backlog(self, flow: Flow, bottom: float, scale: float) -> str:
        """Up the stairs of what is due, and back down those of what is posted."""
        down = self._stairs(flow.posted_s, bottom, scale)
        lower = [bottom, *(y for _, y in down)]
        back = "".join(f"H{x:g}V{y:g}" for (x, _), y in zip(reversed(down), reversed(lower[:-1]), strict=True))
        return f"{self._path(flow.due_s, bottom, scale)}V{lower[-1]:g}{back}Z"

    def _stairs(self, times_s: Sequence[float], bottom: float, scale: float) -> list[tuple[float, float]]:
        """x and the y reached there; what falls on one point of the drawing is one step."""
        steps = {self.x(at_s): round(bottom - place * scale, 1) for place, at_s in enumerate(times_s, 1)}
        return list(steps.items())

    # --- words --------------------------------------------------------------------------------------------------

    def _business(self, at_s: float) -> str:
        at = business_at(self.model.clock, at_s)
        return f"{at:%a %d %b %H:%M}" if at is not None else ""

    def _says(self) -> str:
        parts = []
        for flow in self.model.flows:
            rest = [f"{len(getattr(flow, f'{key}_s'))} {name}" for key, name in SERIES.items() if key != "due"]
            parts.append(f"{plural(flow.document)}: {len(flow.due_s)} due, {', '.join(rest)}")
        return f"Cumulative documents over {self.ends_s:g} wire seconds. {'. '.join(parts)}."


def business_at(clock: Sequence[tuple[float, datetime]], at_s: float) -> datetime | None:
    """Straight between the points of the report's clock; None without a clock."""
    if not clock:
        return None
    for (from_s, first), (to_s, last) in pairwise(clock):
        if from_s <= at_s <= to_s and to_s > from_s:
            return first + timedelta(seconds=(last - first).total_seconds() * (at_s - from_s) / (to_s - from_s))
    return clock[0][1] if at_s < clock[0][0] else clock[-1][1]


def tick_step(length: float, most: int = TICKS_MAX) -> float:
    """The smallest of 1, 2, 5, 10, 20, ... (and their tenths) that cuts `length` into at most `most` pieces."""
    step = 0.001
    while True:
        for factor in (1, 2, 5):
            if length / (step * factor) <= most:
                return round(step * factor, 6)
        step *= 10


def apart(wanted: Sequence[float], gap: float, lowest: float) -> list[float]:
    """Positions near the wanted ones, in their order: each at least `gap` from the next, none below `lowest`."""
    order = sorted(range(len(wanted)), key=lambda place: wanted[place])
    placed = [wanted[place] for place in order]
    for place in range(1, len(placed)):
        placed[place] = max(placed[place], placed[place - 1] + gap)
    below = lowest
    for place in range(len(placed) - 1, -1, -1):
        placed[place] = min(placed[place], below)
        below = placed[place] - gap
    found = dict(zip(order, placed, strict=True))
    return [round(found[place], 1) for place in range(len(wanted))]


def _counts(flow: Flow, at_s: float) -> tuple[int, ...]:
    return tuple(reached(getattr(flow, f"{key}_s"), at_s) for key in SERIES)
