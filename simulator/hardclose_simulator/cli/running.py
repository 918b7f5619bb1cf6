"""`hardclose run`: play a scenario or an event log against an integration, judge it, report."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from hardclose_mocks.cards import PROFILES
from hardclose_mocks.history.codec import HistoryError
from hardclose_mocks.history.records import Record
from hardclose_mocks.history.store import save_records
from hardclose_mocks.server.listen import PORTS, PortTaken, free_port
from hardclose_reference.behaviour import behaviour_of
from hardclose_simulator.cli.console import Format, err, progress, stop
from hardclose_simulator.cli.reporting import Annotations, report
from hardclose_simulator.cli.results import history_url, point_latest, results_folder
from hardclose_simulator.cli.systems import ports_from
from hardclose_simulator.expected_failures import ExpectedFailuresError, load_expected_failures
from hardclose_simulator.logs.errors import LogError
from hardclose_simulator.manifest import Manifest, ManifestError, load_manifest
from hardclose_simulator.run.container import ContainerSut
from hardclose_simulator.run.recipe import from_log, from_scenario
from hardclose_simulator.run.sut import CommandSut, RunningSut, Sut, SutError, reference_command
from hardclose_simulator.run.virtual import play_virtually, reference_manifest_of
from hardclose_simulator.run.wall import FREE, Terminated, WallRun, play
from hardclose_simulator.scenario import ScenarioError, load

TERMINATED = 128 + signal.SIGTERM
"""As a shell says it."""


class Style(StrEnum):
    webhooks = "webhooks"
    polling = "polling"
    webhooks_only = "webhooks-only"


def run(
    scenario: Annotated[str, typer.Argument(help="A scenario's name or file, or `replay` for an event log.")],
    seed: Annotated[int, typer.Option(min=0, help="Repeats our side of a run: facts, faults, amounts.")] = 1,
    style: Annotated[Style | None, typer.Option(help="Style of the bundled reference; webhooks by default.")] = None,
    variant: Annotated[
        str | None, typer.Option(help="A mutant or legal variant, P01 or L01, or switches: callers=8+...")
    ] = None,
    virtual: Annotated[
        bool, typer.Option("--virtual", help="In virtual time, repeatable to the bit (reference only).")
    ] = False,
    sut: Annotated[str | None, typer.Option("--sut", metavar="URL", help="A running integration.")] = None,
    container: Annotated[
        str | None, typer.Option(metavar="NAME", help="The container of --sut: killed and paused where the story says.")
    ] = None,
    command: Annotated[str | None, typer.Option("--command", metavar="CMD", help="Start this integration.")] = None,
    manifest: Annotated[Path | None, typer.Option(help="Which legal style the integration is; YAML or JSON.")] = None,
    webhook_path: Annotated[str | None, typer.Option(help="Where it takes webhooks; {system} is replaced.")] = None,
    profile: Annotated[
        str | None, typer.Option(help="Every ERP operation under this capability profile: C1, C3, C4.")
    ] = None,
    run_tag: Annotated[str | None, typer.Option(help="Borne by all source ids; fresh for --sut unless given.")] = None,
    port_base: Annotated[int, typer.Option(min=0, max=65_000, help="First of four ports, for --sut.")] = PORTS[
        "control"
    ],
    host: Annotated[str, typer.Option(help="Where the systems listen, for --sut in another container.")] = "127.0.0.1",
    results: Annotated[Path, typer.Option(help="Folder that reports and histories go to.")] = Path("results"),
    log: Annotated[Path | None, typer.Option(help="replay: XES or CSV, .gz or not.")] = None,
    cases: Annotated[int, typer.Option(min=1, max=100_000, help="replay: how many cases, from the first.")] = 500,
    activities: Annotated[Path | None, typer.Option(help="replay: YAML file that maps activities to steps.")] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option("--column", metavar="ROLE=NAME", help="replay: a CSV column, such as case=CaseID."),
    ] = None,
    expected_failures: Annotated[
        Path | None, typer.Option(help="YAML list of promises known to be broken; stale entries fail.")
    ] = None,
    annotations: Annotated[
        Annotations | None, typer.Option(help="Also print findings as this CI system's annotations, on stderr.")
    ] = None,
    format: Annotated[Format, typer.Option("--format", help="What stdout carries.")] = Format.text,
) -> None:
    """Play a story between the mock systems and an integration, then judge what it did to the books."""
    bundled = sut is None and command is None
    if sut is not None and command is not None:
        stop("--sut tests a running integration, --command starts one; give one of them")
    if container is not None and sut is None:
        stop("--container names the container of a running integration; say with --sut where it answers")
    if virtual and not bundled:
        stop(
            "--virtual plays the bundled reference only: another process cannot live on our clock; leave --virtual out"
        )
    for option, value in (("--variant", variant), ("--style", style)):
        if value is not None and not bundled:
            stop(f"{option} chooses among the bundled reference's; another integration is under test, leave it out")
    try:
        behaviour_of(variant)
    except KeyError as no:
        stop(f"--variant: {no.args[0]}")
    if profile is not None and profile not in PROFILES:
        stop(f"there is no profile {profile!r}; there are {', '.join(PROFILES)}")
    if run_tag is not None and not re.fullmatch(r"[A-Za-z0-9]{1,32}", run_tag):
        stop(f"--run-tag {run_tag!r} would not do in a document number; give up to 32 letters and digits")
    if scenario == "replay" and log is None:
        stop("replay needs a log: hardclose run replay --log FILE.xes[.gz]|FILE.csv")
    style = style or Style.webhooks
    began = time.monotonic()
    tag = run_tag or (f"T{seed}" if sut is None else f"T{seed}x{int(time.time()) % 1_000_000:06d}")
    asked = {
        "scenario": scenario,
        **({"container": container} if container else {}),
        **({"manifest": str(manifest)} if manifest else {}),
        **({"webhook_path": webhook_path} if webhook_path else {}),
        **({"port_base": port_base} if sut and port_base != PORTS["control"] else {}),
    }
    try:
        expected = load_expected_failures(expected_failures) if expected_failures else ()
        if scenario == "replay":
            assert log is not None
            recipe = from_log(
                log, cases, seed, tag, activities=activities, columns=columns or [], profile=profile, asked=asked
            )
            for note in recipe.story.config["notes"] if format is Format.text else ():
                err.print(f"hardclose: {log.name}: {note}", markup=False, soft_wrap=True)
        else:
            story = load(scenario)
            recipe = from_scenario(story.with_profile(profile) if profile else story, seed, tag, asked=asked)
        chosen = _manifest(manifest, webhook_path, style, variant, bundled=bundled)
        integration = _integration(sut, container, command, style, variant)
        home = results / re.sub(r"[^A-Za-z0-9._-]+", "-", recipe.story.name)
        folder = results_folder(home, seed)
        with progress(recipe.story.name) as watch:
            if virtual:
                records: Sequence[Record] = play_virtually(recipe, style, variant, watch, chosen)
                save_records(folder / "history.sqlite", records)
            else:
                records = play(
                    WallRun(
                        recipe,
                        folder,
                        ports_from(port_base) if sut else FREE,
                        chosen,
                        lambda: integration(folder),
                        watch,
                        history_url(),
                        host,
                    )
                )
    except Terminated:
        raise typer.Exit(TERMINATED) from None
    except PortTaken as wrong:
        stop(f"{wrong} with --port-base")
    except (ScenarioError, ManifestError, LogError, SutError, HistoryError, ExpectedFailuresError) as wrong:
        stop(str(wrong))
    point_latest(home, folder)
    duration_s = time.monotonic() - began
    raise typer.Exit(report(records, folder, format, duration_s, expected=expected, annotations=annotations))


def _manifest(
    path: Path | None, webhook_path: str | None, style: str, variant: str | None, *, bundled: bool
) -> Manifest:
    if bundled and path is None:
        return reference_manifest_of(style, variant)
    return load_manifest(path, webhook_path=webhook_path)


def _integration(
    url: str | None, container: str | None, command: str | None, style: str, variant: str | None
) -> Callable[[Path], Sut]:
    """What makes it, once its folder is there. Raises SutError for what could never be one."""
    if url is not None:
        running: Sut = ContainerSut(url, container) if container else RunningSut(url)
        return lambda _: running
    if command is not None:
        CommandSut.of(command, 0, Path())
        return lambda folder: CommandSut.of(command, free_port(), folder)
    words = reference_command(style, variant)
    described = f"reference, {style}" + (f", variant {variant}" if variant else "")
    return lambda folder: CommandSut(words, free_port(), folder, described)
