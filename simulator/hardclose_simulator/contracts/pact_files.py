"""Pact files as we need them: who, with whom, what is said and what is given. Reads specifications 2, 3 and 4."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hardclose_mocks.server.sandbox import SYSTEMS

HTTP, MESSAGE, OTHER = "http", "message", "other"
_KINDS = {"Synchronous/HTTP": HTTP, "Asynchronous/Messages": MESSAGE}


class PactError(ValueError):
    """Pacts that cannot be read or matched to a system; the message says which, and what to do."""


@dataclass(frozen=True, slots=True)
class Interaction:
    """`kind` is http, message, or other (which nobody here can play); `content` is the interaction as it stands."""

    description: str
    kind: str
    states: tuple[str, ...]
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PactFile:
    path: Path
    consumer: str
    provider: str
    interactions: tuple[Interaction, ...]
    content: Mapping[str, Any]

    def only(self, wanted: tuple[Interaction, ...], folder: Path) -> PactFile:
        """The same pact with some of its interactions, written into a folder under the same name."""
        keep = [id(one.content) for one in wanted]
        content = dict(self.content)
        for key in ("interactions", "messages"):
            if key in content:
                content[key] = [one for one in content[key] if id(one) in keep]
        path = folder / self.path.name
        path.write_text(json.dumps(content), encoding="utf-8")
        return PactFile(path, self.consumer, self.provider, wanted, content)


def read_pacts(place: Path) -> list[PactFile]:
    """The pacts of a folder (or one file), by name. Raises PactError where there is none, or one is no pact."""
    if place.is_file():
        paths = [place]
    elif place.is_dir():
        paths = sorted(place.glob("*.json"))
    else:
        raise PactError(f"there is no folder {place}; --pact-dir names the one with the pacts")
    if not paths:
        raise PactError(f"{place} holds no pact (*.json); run the consumer's tests first, they write it")
    return [_read(path) for path in paths]


def system_of(provider: str) -> str | None:
    """`erp` for `hardclose-erp`, `Acme ERP (sandbox)` and the like; None where the name says nothing."""
    words = re.split(r"[^a-z0-9]+", provider.lower())
    found = [system for system in SYSTEMS if system in words or f"{system}s" in words]
    return found[0] if len(found) == 1 else None


def _read(path: Path) -> PactFile:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        consumer, provider = content["consumer"]["name"], content["provider"]["name"]
        interactions = tuple(_interactions(content))
    except (OSError, ValueError) as wrong:
        raise PactError(f"{path} cannot be read: {wrong}") from wrong
    except (KeyError, TypeError, AttributeError) as wrong:
        raise PactError(
            f"{path} is no pact: it lacks {wrong} where one has consumer, provider and interactions"
        ) from None
    return PactFile(path, str(consumer), str(provider), interactions, content)


def _interactions(content: Mapping[str, Any]) -> Iterator[Interaction]:
    for one in content.get("interactions", ()):
        yield Interaction(str(one["description"]), _kind(one), tuple(_states(one)), one)
    for one in content.get("messages", ()):
        yield Interaction(str(one["description"]), MESSAGE, tuple(_states(one)), one)


def _kind(interaction: Mapping[str, Any]) -> str:
    return _KINDS.get(interaction.get("type", "Synchronous/HTTP"), OTHER)


def _states(interaction: Mapping[str, Any]) -> Iterator[str]:
    for state in interaction.get("providerStates") or ():
        yield str(state["name"])
    single = interaction.get("providerState") or interaction.get("provider_state")
    if isinstance(single, str):
        yield single
