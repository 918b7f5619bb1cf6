"""What the service is told from outside: addresses, dummy credentials, its port, its folder, its style."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

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
            names = ("URL", "TOKEN_URL", "CLIENT_ID", "CLIENT_SECRET", "WEBHOOK_SECRET")
            systems[system] = Access(*(read(prefix + name) for name in names))
        port = environment.get("PORT", "9000")
        if not port.isdecimal():
            raise SettingsError(f"PORT is {port!r}; it must be a number")
        try:
            behaviour = behaviour_of(variant)
        except KeyError as no:
            raise SettingsError(str(no.args[0])) from no
        folder = Path(environment.get("HARDCLOSE_STATE_DIR", "reference-state"))
        return cls(systems, int(port), folder, style, behaviour)
