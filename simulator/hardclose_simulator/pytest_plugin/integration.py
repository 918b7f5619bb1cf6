"""Which integration is under test: named by the command line, the ini file, or a fixture of the team's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from hardclose_simulator.manifest import Manifest
    from hardclose_simulator.run.sut import Sut

OPTIONS = {
    "hardclose_sut": "URL of a running integration, which was given the variables of `hardclose env`",
    "hardclose_command": "command that starts the integration, once per test",
    "hardclose_manifest": "file that says which legal style the integration is",
    "hardclose_results": "folder for the reports and histories of judged tests",
    "hardclose_port_base": "first of the sandbox's four ports; free ones unless hardclose_sut is given, then 18500",
}


@dataclass(frozen=True, slots=True)
class Integration:
    """`url` is running already, `command` is started for each test; with neither it is the bundled reference, in
    `style` and `variant`. `manifest`: a file, or its keys."""

    url: str | None = None
    command: str | None = None
    manifest: Path | str | Mapping[str, Any] | None = None
    style: str = "webhooks"
    variant: str | None = None

    @property
    def bundled(self) -> bool:
        return self.url is None and self.command is None


def option(config: pytest.Config, name: str) -> str:
    """The command line's word, else the ini file's; empty if neither says anything."""
    return str(config.getoption(name) or config.getini(name) or "")


def folder_option(config: pytest.Config, name: str) -> Path | None:
    """A path of the command line counts from where pytest was called, one of the ini file from the root folder."""
    if given := config.getoption(name):
        return config.invocation_params.dir / str(given)
    written = config.getini(name)
    return config.rootpath / str(written) if written else None


def check_options(config: pytest.Config) -> None:
    """Raises pytest.UsageError."""
    if option(config, "hardclose_sut") and option(config, "hardclose_command"):
        raise pytest.UsageError(
            "hardclose_sut names a running integration, hardclose_command starts one; give one of them"
        )
    manifest = folder_option(config, "hardclose_manifest")
    if manifest is not None and not manifest.is_file():
        raise pytest.UsageError(f"hardclose_manifest: {manifest} is not there")
    base = option(config, "hardclose_port_base")
    if base and not (base.isdecimal() and int(base) <= 65_000):
        raise pytest.UsageError(f"hardclose_port_base: {base!r} is no port up to 65000")


def configured(config: pytest.Config) -> Integration:
    return Integration(
        url=option(config, "hardclose_sut") or None,
        command=option(config, "hardclose_command") or None,
        manifest=folder_option(config, "hardclose_manifest"),
    )


def named(value: object) -> Integration:
    """What the fixture `hardclose_integration` gave: an Integration, or a URL. Raises UsageError."""
    from hardclose_simulator.pytest_plugin.usage import UsageError

    if isinstance(value, Integration):
        return value
    if isinstance(value, str) and value.startswith(("http://", "https://")):
        return Integration(url=value)
    raise UsageError(f"hardclose_integration gives a URL or an Integration, not {value!r}")


def manifest_of(integration: Integration) -> Manifest:
    """Raises ManifestError."""
    from hardclose_simulator import manifest
    from hardclose_simulator.run.virtual import reference_manifest_of

    given = integration.manifest
    if given is None and integration.bundled:
        return reference_manifest_of(integration.style, integration.variant)
    if isinstance(given, Mapping):
        return manifest.manifest_of(given, "hardclose_integration")
    return manifest.load_manifest(Path(given) if given is not None else None)


def sut_of(integration: Integration, folder: Path) -> Sut:
    """How it is started and watched; its log and state go to `folder`."""
    from hardclose_mocks.server.listen import free_port
    from hardclose_simulator.run.sut import CommandSut, RunningSut, reference_command

    if integration.url is not None:
        return RunningSut(integration.url)
    if integration.command is not None:
        return CommandSut.of(integration.command, free_port(), folder)
    described = f"reference, {integration.style}" + (f", variant {integration.variant}" if integration.variant else "")
    return CommandSut(reference_command(integration.style, integration.variant), free_port(), folder, described)
