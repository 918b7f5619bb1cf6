"""The one place that talks to pact's verifier (a Rust library behind `pact-python`). Blocking: run it in a thread."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from hardclose_simulator.contracts.pact_files import PactError

REQUEST_TIMEOUT_MS = 15_000


@dataclass(frozen=True, slots=True)
class Publish:
    """Verification results go back to the broker under this version and branch of the provider."""

    version: str
    branch: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Either a folder, of which `files` are verified, or a broker with its credentials.

    `consumer_branch` asks the broker for that branch's pacts; else it is the main branches' and whatever is deployed
    or released."""

    folder: Path | None = None
    files: tuple[Path, ...] = ()
    broker: str | None = None
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    consumer_branch: str | None = None
    publish: Publish | None = None

    @property
    def says(self) -> str:
        return str(self.folder) if self.folder else f"the broker at {self.broker}"


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
    # It would otherwise tell its makers that somebody verifies pacts.
    os.environ["PACT_DO_NOT_TRACK"] = "true"
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
    if source.broker:
        _ask_broker(verifier, source)
    for path in source.files:
        verifier.add_source(path)
    # It says no more than that something failed; the results say what.
    with contextlib.suppress(RuntimeError):
        verifier.verify()
    results = verifier.results
    if "interactionResults" not in results:
        raise PactError(_trouble(results, source))
    return list(results["interactionResults"])


def _ask_broker(verifier: Any, source: Source) -> None:
    login = {
        "username": source.username,
        "password": source.password,
        "token": source.token,
    }
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


def _trouble(results: Mapping[str, Any], source: Source) -> str:
    told = [str(one.get("mismatch", {}).get("message", one)) for one in results.get("errors", ())]
    return f"{source.says}: {'; '.join(told) or 'no pacts could be read'}"
