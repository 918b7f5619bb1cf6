"""The one place that talks to pact's verifier (a Rust library behind `pact-python`). Blocking: run it in a thread."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from hardclose_simulator.contracts.pact_files import PactError

REQUEST_TIMEOUT_MS = 30_000
UNREAD = "Failed to load pact"


@dataclass(frozen=True, slots=True)
class Publish:
    """Verification results go back to the broker under this version and branch of the provider."""

    version: str
    branch: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Either a folder, of which `files` are verified, or a broker with its credentials.

    `consumer_branch` asks the broker for that branch's pacts; else it is the main branches' and whatever is deployed
    or released. `only` is a part of a description, for brokers: files are sorted before."""

    folder: Path | None = None
    files: tuple[Path, ...] = ()
    broker: str | None = None
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    consumer_branch: str | None = None
    publish: Publish | None = None
    only: str | None = None

    @property
    def says(self) -> str:
        return f"the broker at {self.broker}" if self.broker else str(self.folder)


@dataclass(frozen=True, slots=True)
class Provider:
    """`name` in the pacts; `url` of the system; `office_url` of what sets up states and hands over messages, if any."""

    name: str
    system: str
    url: str = ""
    office_url: str = ""
    headers: tuple[tuple[str, str], ...] = ()


def run_verifier(provider: Provider, source: Source) -> list[Mapping[str, Any]]:
    """One mapping per interaction, in the order they were played: consumer, description, providerStates, result (OK or
    Error), pending, duration, mismatch. Raises PactError where the pacts could not be had."""
    _settle_environment()
    from pact import Verifier

    at = urlsplit(provider.url)
    if at.scheme not in ("http", "https") or not at.hostname:
        raise PactError(f"{provider.url!r} is no address; write it like https://sandbox.example.com/api")
    verifier = Verifier(provider.name, host=at.hostname).add_transport(url=provider.url)
    verifier.set_coloured_output(enabled=False).set_request_timeout(REQUEST_TIMEOUT_MS)
    verifier.set_error_on_empty_pact(enabled=False)
    for name, value in provider.headers:
        verifier.add_custom_header(name, value)
    if provider.office_url:
        office = urlsplit(provider.office_url)
        verifier.add_transport(protocol="message", port=office.port, path="/messages", scheme="http")
        verifier.state_handler(f"{provider.office_url}/state", teardown=True, body=True)
    if source.folder is None:
        _ask_broker(verifier, source)
    for path in source.files:
        verifier.add_source(path)
    # It says no more than that something failed; the results say what.
    with contextlib.suppress(RuntimeError):
        verifier.verify()
    results = verifier.results
    for wrong in results["errors"]:
        if wrong["interaction"] == UNREAD and (trouble := _trouble(wrong["mismatch"]["message"], source)):
            raise PactError(trouble)
    return list(results["interactionResults"])


def _settle_environment() -> None:
    """Read by the library alone. It would tell its makers that somebody verifies pacts, and look for the mock systems
    behind a proxy where there is one."""
    os.environ["PACT_DO_NOT_TRACK"] = "true"
    here = "127.0.0.1"
    around = [name for name in os.environ.get("NO_PROXY", "").split(",") if name]
    os.environ["NO_PROXY"] = ",".join(dict.fromkeys([*around, here]))


def _ask_broker(verifier: Any, source: Source) -> None:
    login = {"username": source.username, "password": source.password, "token": source.token}
    if source.only:
        verifier.filter(f"(?i){re.escape(source.only)}")
    asking = verifier.broker_source(source.broker, selector=True, use_env=False, **login).include_pending()
    if source.consumer_branch:
        asking = asking.consumer_version(branch=source.consumer_branch)
    else:
        asking = asking.consumer_version(main_branch=True).consumer_version(deployed_or_released=True)
    if source.publish:
        asking = asking.provider_branch(source.publish.branch or "main")
    asking.build()
    if source.publish:
        verifier.set_publish_options(source.publish.version, branch=source.publish.branch)


def _trouble(message: str, source: Source) -> str | None:
    """Why the broker gave nothing; None where it has no pact with this provider, which is no trouble."""
    before, _, cause = message.partition(f"pact broker '{source.broker}': ")
    if source.broker and not cause and before.endswith(f"'{source.broker}'"):
        return None
    return f"{source.says}: {cause or message}"
