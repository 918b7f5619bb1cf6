"""What the service is told from outside: addresses, dummy credentials, its port, its folder, its style."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from hardclose_reference.behaviour import Behaviour, behaviour_of
from hardclose_reference.manifest import POLL_INTERVAL_S

SOURCES = ("expense", "procurement")
SYSTEMS = ("erp", *SOURCES)


class SettingsError(ValueError):
    """A variable that is missing or makes no sense; the message says which and what to do."""


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach one system."""

    url: str
    token_url: str
    client_id: str
    client_secret: str
    webhook_secret: str


@dataclass(frozen=True, slots=True)
class Settings:
    """`style`: webhooks (with polling backfill) or polling. `poll_interval_s` is wire seconds between two looks."""

    systems: Mapping[str, Access]
    port: int
    folder: Path
    style: str
    behaviour: Behaviour
    poll_interval_s: float = POLL_INTERVAL_S

    @classmethod
    def from_environment(cls, environment: Mapping[str, str], *, style: str, variant: str | None = None) -> Settings:
        """Reads the variables that `hardclose env` prints; raises SettingsError."""

        def read(name: str) -> str:
            value = environment.get(name, "")
            if not value:
                raise SettingsError(f'{name} is not set; for a sandbox run: eval "$(hardclose env --format shell)"')
            return value

        systems = {}
        for system in SYSTEMS:
            prefix = f"HARDCLOSE_{system.upper()}_"
            systems[system] = Access(
                url=_address(prefix + "URL", read(prefix + "URL")),
                token_url=_address(prefix + "TOKEN_URL", read(prefix + "TOKEN_URL")),
                client_id=read(prefix + "CLIENT_ID"),
                client_secret=read(prefix + "CLIENT_SECRET"),
                webhook_secret=_secret(prefix + "WEBHOOK_SECRET", read(prefix + "WEBHOOK_SECRET")),
            )
        port = environment.get("PORT", "9000")
        if not (port.isdecimal() and len(port) <= 5 and 1 <= int(port) <= 65_535):
            raise SettingsError(f"PORT is {port[:20]!r}; it must be a number from 1 to 65535")
        try:
            behaviour = behaviour_of(variant)
        except KeyError as no:
            raise SettingsError(str(no.args[0])) from no
        folder = Path(environment.get("HARDCLOSE_STATE_DIR", "reference-state"))
        return cls(systems, int(port), folder, style, behaviour)


def _address(name: str, url: str) -> str:
    try:
        parts = urlsplit(url)
        fine = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        fine = False
    if not fine:
        raise SettingsError(f"{name} is {url!r}; it must be an address like http://127.0.0.1:18501")
    return url


def _secret(name: str, secret: str) -> str:
    """Standard Webhooks: `whsec_` and base64. The message does not show it."""
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        key = b""
    if not key:
        raise SettingsError(f"{name} makes no sense; it must be whsec_ and the secret in base64")
    return secret
