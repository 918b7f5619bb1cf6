"""Dummy credentials of a sandbox, derived from one key: printable before the first run, stable after it."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

DEFAULT_KEY = "hardclose-dummy-sandbox"
INTEGRATION = "integration"
PERSON = "person:"


@dataclass(frozen=True, slots=True)
class Credentials:
    """`key` names the sandbox. Nothing here guards anything real."""

    key: str = DEFAULT_KEY

    def client_id(self, system: str) -> str:
        return f"{INTEGRATION}-{system}"

    def client_secret(self, system: str, generation: int = 0) -> str:
        """`generation` counts the rotations of F48; 0 is what the integration is given at its start."""
        return self._derive(f"client/{system}" + (f"/{generation}" if generation else "")).hex()

    def person_secret(self) -> str:
        """One secret for all people: log in as `person:<id>` with it."""
        return self._derive("people").hex()

    def webhook_secret(self, system: str, generation: int = 0) -> str:
        name = f"webhook/{system}" + (f"/{generation}" if generation else "")
        return "whsec_" + base64.b64encode(self._derive(name, 24)).decode()

    def wrong_webhook_secret(self, system: str) -> str:
        """What a forger would sign with."""
        return "whsec_" + base64.b64encode(self._derive(f"forger/{system}", 24)).decode()

    def control_token(self) -> str:
        return self._derive("control").hex()

    def token(self, client: str, count: int) -> str:
        return self._derive(f"token/{client}/{count}").hex()

    def refresh_token(self, client: str, family: int, count: int) -> str:
        return self._derive(f"refresh/{client}/{family}/{count}").hex()

    def accepts(self, system: str, client: str, secret: str) -> bool:
        if client.startswith(PERSON):
            return secret == self.person_secret()
        return client == self.client_id(system) and secret == self.client_secret(system)

    def _derive(self, name: str, size: int = 16) -> bytes:
        return hashlib.blake2b(f"{self.key}/{name}".encode(), digest_size=size).digest()


def token_hash(token: str) -> str:
    return hashlib.blake2b(token.encode(), digest_size=16).hexdigest()


def actor_of(client: str) -> str:
    """`integration`, `person:<id>`; the history never holds more of a credential than this and the client id."""
    return INTEGRATION if client.startswith(INTEGRATION) else client


def environment(credentials: Credentials, urls: dict[str, str]) -> dict[str, str]:
    """The variables an integration under test is given; `urls` by system name."""
    variables: dict[str, str] = {}
    for system in ("erp", "procurement", "expense"):
        prefix = f"HARDCLOSE_{system.upper()}"
        variables |= {
            f"{prefix}_URL": urls[system],
            f"{prefix}_TOKEN_URL": urls[system] + "/oauth/token",
            f"{prefix}_CLIENT_ID": credentials.client_id(system),
            f"{prefix}_CLIENT_SECRET": credentials.client_secret(system),
            f"{prefix}_WEBHOOK_SECRET": credentials.webhook_secret(system),
        }
    return variables
