"""Anyone's pacts against the mock systems, or against a vendor's own sandbox, over real HTTP."""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hardclose_mocks.server.listen import Listener
from hardclose_mocks.server.sandbox import SYSTEMS
from hardclose_simulator.contracts.pact_fetch import fetch
from hardclose_simulator.contracts.pact_files import (
    HTTP,
    MESSAGE,
    Interaction,
    PactError,
    PactFile,
    read_pacts,
    system_of,
)
from hardclose_simulator.contracts.pact_report import Checked, Outcome, Report, joined
from hardclose_simulator.contracts.pact_room import Play, Room, Wrap
from hardclose_simulator.contracts.pact_verifier import Provider, Source, run_verifier

RELEASES = ("v1",)
"""Of the neutral systems, as the folders of their descriptions are called."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be verified. `providers` are (name in the pacts, system); where empty, a name must say its system.

    `provider_url` is a sandbox of somebody else's, called with `headers`; what needs a state is skipped there unless
    `states_are_set`. `only` is a part of a description."""

    source: Source
    systems: tuple[str, ...] = SYSTEMS
    providers: tuple[tuple[str, str], ...] = ()
    release: str = RELEASES[-1]
    provider_url: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    states_are_set: bool = False
    only: str | None = None


async def verify(asked: Asked, wrap: Wrap = lambda _, application: application) -> Report:
    """Every interaction of the chosen systems. Raises PactError for pacts nobody could play.

    `wrap` lets a test put something between the verifier and the system."""
    if asked.release not in RELEASES:
        raise PactError(f"no release {asked.release!r}; there are {', '.join(RELEASES)}")
    checked: list[Checked] = []
    with tempfile.TemporaryDirectory() as folder:
        asked = _within_reach(asked, Path(folder) / "fetched")
        files = read_pacts(asked.source.folder) if asked.source.folder else []
        for name, system in _providers(asked, files):
            mine = [one for one in files if one.provider == name]
            if asked.source.folder:
                mine, skipped = _playable(asked, mine, system, Path(folder))
                checked += skipped
                if not mine:
                    continue
            source = replace(asked.source, files=tuple(one.path for one in mine), only=asked.only)
            checked += await _against(asked, Provider(name, system), source, wrap)
    if not checked:
        raise PactError(_nothing(asked, files))
    return Report(tuple(checked), asked.source.says, _target(asked, checked))


# --- which ---------------------------------------------------------------------------------------------------


def _within_reach(asked: Asked, folder: Path) -> Asked:
    """With the broker's pacts as files where each has to be looked at before it is played."""
    if asked.source.broker is None or asked.provider_url is None:
        return asked
    folder.mkdir()
    for name in dict(asked.providers or _usual(asked)):
        fetch(asked.source, name, folder)
    if not any(folder.iterdir()):
        raise PactError(_nothing(asked, []))
    return replace(asked, source=replace(asked.source, folder=folder))


def _usual(asked: Asked) -> list[tuple[str, str]]:
    """What the mock systems are called where nobody says otherwise."""
    return [(f"hardclose-{system}", system) for system in asked.systems]


def _providers(asked: Asked, files: Sequence[PactFile]) -> Iterator[tuple[str, str]]:
    """Names of providers in the pacts and the systems that play them, systems in their order."""
    named = dict(asked.providers)
    if asked.source.folder:
        there = dict.fromkeys(one.provider for one in files)
        for name in named:
            if name not in there:
                raise PactError(f"no pact is with a provider {name!r}; there are {', '.join(there)}")
        if not named:
            for name in there:
                system = system_of(name) or (asked.systems[0] if len(asked.systems) == len(there) == 1 else None)
                if system is None:
                    raise PactError(
                        f"which system plays {name!r}? Say so: --provider '{name}=erp' (or {', '.join(SYSTEMS[1:])}); "
                        "or name those that are ours, and the rest is left alone: --provider NAME"
                    )
                named[name] = system
    elif not named:
        named = dict(_usual(asked))
    for system in SYSTEMS:
        for name, plays in named.items():
            if plays == system and system in asked.systems:
                yield name, system


def _playable(
    asked: Asked, files: Sequence[PactFile], system: str, folder: Path
) -> tuple[list[PactFile], list[Checked]]:
    """The files with what can be played here, and the rest with the reason."""
    kept: list[PactFile] = []
    skipped: list[Checked] = []
    for file in files:
        wanted: list[Interaction] = []
        for one in file.interactions:
            if asked.only and asked.only.lower() not in one.description.lower():
                continue
            if reason := _cannot(asked, one):
                line = Checked(file.consumer, file.provider, system, one.description, one.states, Outcome.skipped)
                skipped.append(replace(line, says=(reason,)))
            else:
                wanted.append(one)
        if wanted:
            kept.append(file.only(tuple(wanted), folder))
    return kept, skipped


def _cannot(asked: Asked, one: Interaction) -> str | None:
    if one.kind not in (HTTP, MESSAGE):
        return "neither an HTTP exchange nor an asynchronous message: no system here speaks it"
    if asked.provider_url is None:
        return None
    if one.kind == MESSAGE:
        return "a webhook: somebody else's sandbox sends it when it likes, not to us"
    if one.states and not asked.states_are_set:
        return "it needs a provider state that nobody can set up there; --states-are-set plays it anyway"
    return None


def _nothing(asked: Asked, files: Sequence[PactFile]) -> str:
    if asked.only and files:
        return f"no interaction is described with {asked.only!r}"
    there = ", ".join(dict.fromkeys(one.provider for one in files))
    return f"no pact for {', '.join(asked.systems)} in {asked.source.says}" + (f"; it has {there}" if there else "")


def _target(asked: Asked, checked: Sequence[Checked]) -> str:
    names = joined(one.provider for one in checked)
    return f"{names} at {asked.provider_url}" if asked.provider_url else f"{names} as mocked (release {asked.release})"


# --- playing ---------------------------------------------------------------------------------------------------


async def _against(asked: Asked, provider: Provider, source: Source, wrap: Wrap) -> list[Checked]:
    """The FFI's verifier works in a thread; systems and states answer on this loop."""
    if asked.provider_url is not None:
        provider = replace(provider, url=asked.provider_url, headers=asked.headers)
        with _aside():
            found = await asyncio.to_thread(run_verifier, provider, source)
        return [_checked(provider, one, None) for one in found]
    room = Room(provider.system, wrap)
    listener = Listener({"door": room, "office": room.office}, {})
    await listener.start()
    room.inbox_url = f"{listener.urls['office']}/inbox"
    room.open()
    try:
        provider = replace(provider, url=listener.urls["door"], office_url=listener.urls["office"])
        with _aside():
            found = await asyncio.to_thread(run_verifier, provider, source)
    finally:
        await listener.stop()
        await room.close()
    assert len(found) == len(room.plays), f"{len(found)} results of {len(room.plays)} interactions"
    return [_checked(provider, one, play) for one, play in zip(found, room.plays, strict=True)]


def _checked(provider: Provider, found: Mapping[str, Any], play: Play | None) -> Checked:
    line = Checked(
        consumer=str(found["consumer"]),
        provider=provider.name,
        system=provider.system,
        description=str(found["description"]),
        states=tuple(play.given if play is not None else found["providerStates"]),
        outcome=Outcome.kept if found["result"] == "OK" else Outcome.pending if found["pending"] else Outcome.broken,
        says=tuple(_mismatches(found.get("mismatch") or {})),
        seen=tuple(play.seen[-1:]) if play is not None else (),
        seconds=_seconds(str(found["duration"])),
    )
    if play is not None and play.wrong is not None:
        return replace(line, outcome=Outcome.ours if play.ours else Outcome.unset, says=(play.wrong,), seen=())
    return line if line.outcome is not Outcome.kept else replace(line, says=(), seen=())


def _mismatches(told: Mapping[str, Any]) -> Iterator[str]:
    """The verifier's words, each behind the place it speaks of; the status first."""
    lines = [(_place(one), str(one.get("mismatch", one))) for one in told.get("mismatches", ())]
    for place, says in sorted(lines, key=lambda line: (line[0] != "status", line)):
        yield f"{place}: {says}"
    if "message" in told:
        yield str(told["message"])


def _place(mismatch: Mapping[str, Any]) -> str:
    kind = str(mismatch.get("type", "")).removesuffix("Mismatch").lower()
    where = mismatch.get("path") or mismatch.get("key") or mismatch.get("parameter")
    return f"{kind} {where}" if where else kind


def _seconds(duration: str) -> float:
    """`1s 178ms` and the like."""
    units = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
    return sum(float(number) * units[unit] for number, unit in re.findall(r"([\d.]+)\s*(ms|us|µs|ns|h|m|s)", duration))


@contextmanager
def _aside() -> Iterator[None]:
    """The FFI prints its own report and its own troubles, where only ours belong."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    kept = {descriptor: os.dup(descriptor) for descriptor in (1, 2)}
    for descriptor in kept:
        os.dup2(nowhere, descriptor)
    try:
        yield
    finally:
        for descriptor, before in kept.items():
            os.dup2(before, descriptor)
            os.close(before)
        os.close(nowhere)
