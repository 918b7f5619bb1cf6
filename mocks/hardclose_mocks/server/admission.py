"""The token endpoint behind the wire: grants, refreshes, and the hand-over of a secret that was replaced."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hardclose_mocks.clock import NS
from hardclose_mocks.history.records import Cred, TokenIssued
from hardclose_mocks.server.credentials import PERSON, actor_of, token_hash
from hardclose_mocks.server.vault import CLIENT, WEBHOOK, Vault

if TYPE_CHECKING:
    from hardclose_mocks.server.sandbox import Sandbox


TAKEN_UP_S = 5.0
"""An answer may be lost, and what it said be asked for again: so long nobody is held to a secret he was handed."""


@dataclass(slots=True)
class Admission:
    """Who gets in. Answers are members of the token endpoint's JSON; None and a name where it says no."""

    sandbox: Sandbox
    vault: Vault
    _tokens: dict[str, tuple[str, TokenIssued]] = field(default_factory=dict)

    def credential_of(self, system: str, token: str) -> str:
        """The client behind a live token of this system, else `anonymous`."""
        home, issued = self._tokens.get(token_hash(token), ("", None))
        if issued is None or home != system or self.sandbox.wire.ns() >= issued.expires_ns:
            return "anonymous"
        return issued.credential if self.vault.family_lives(system, issued.family) else "anonymous"

    def keep(self, system: str, issued: TokenIssued) -> None:
        self._tokens[issued.token_hash] = (system, issued)

    def grant(self, system: str, client: str, secret: str) -> dict[str, Any] | None:
        """Client credentials. None for a wrong client or secret, and for a secret that was replaced and has expired."""
        until = self._let_in(system, client, secret)
        if until is None:
            return None
        family = 0
        if self._refreshes(system, client):
            family = self.vault.families[system].number if system in self.vault.families else 0
            if family and self.vault.family_lives(system, family):
                self.note(system, Cred(client, "refresh_token", "revoked", family, note="new_grant"))
            family += 1
        return self._issued(system, client, family, until)

    def token(self, system: str, client: str, secret: str) -> str | None:
        """The access token of a grant, for those who need no more of it."""
        granted = self.grant(system, client, secret)
        return None if granted is None else str(granted["access_token"])

    def refresh(self, system: str, client: str, secret: str, token: str) -> dict[str, Any] | str:
        """By a refresh token, once. `invalid_client`, or `invalid_grant` for a token that is not the present one; one
        that was used before revokes its family, access tokens included."""
        until = self._let_in(system, client, secret)
        if until is None:
            return "invalid_client"
        standing = self.vault.refresh_standing(system, token)
        if not self._refreshes(system, client) or standing == "wrong":
            return "invalid_grant"
        family = self.vault.families[system].number
        if standing == "used":
            self.note(system, Cred(client, "refresh_token", "reused", family))
            if self.vault.family_lives(system, family):
                self.note(system, Cred(client, "refresh_token", "revoked", family, note="reuse"))
            return "invalid_grant"
        return self._issued(system, client, family, until)

    def collect(self, system: str, client: str, secret: str) -> dict[str, Any] | None:
        """The client's present secret for any that was ever its own. None for a stranger."""
        standing = self.vault.standing(system, client, secret, self.sandbox.wire.ns())
        if client.startswith(PERSON) or standing == "wrong":
            return None
        self._handed_over(system, CLIENT, client)
        present = self.vault.client_secret(system)
        return {"client_id": client, "client_secret": present, "client_secret_expires_at": 0}

    def signing_secret(self, system: str) -> dict[str, Any]:
        """The secret that deliveries are signed with now, and until when the one before is used as well."""
        self._handed_over(system, WEBHOOK, self.sandbox.setup.credentials.client_id(system))
        here = self.vault.secret(system, WEBHOOK)
        until = here.former_until_ns if here.former_good(self.sandbox.wire.ns()) else None
        present = self.sandbox.setup.credentials.webhook_secret(system, here.generation)
        return {"secret": present, "former_expires_at": 0 if until is None else self._epoch_s(until)}

    def note(self, system: str, cred: Cred) -> None:
        """Fold and record."""
        self.vault.fold(system, cred)
        self.sandbox.note(system, cred)

    # ------------------------------------------------------------------------------------------------------------

    def _let_in(self, system: str, client: str, secret: str) -> int | None:
        """When the secret expires, seconds since 1970, 0 for never; None where it opens nothing."""
        standing = self.vault.standing(system, client, secret, self.sandbox.wire.ns())
        here = self.vault.secret(system, CLIENT)
        match standing:
            case "present":
                return 0
            case "former":
                self.note(system, Cred(client, CLIENT, "used_former", here.generation))
                return self._epoch_s(here.former_until_ns)
            case "retired":
                self.note(system, Cred(client, CLIENT, "used_retired", here.generation))
                return None
            case _:
                return None

    def _issued(self, system: str, client: str, family: int, until: int) -> dict[str, Any]:
        credentials, life_s = self.sandbox.setup.credentials, self.sandbox.pace.token_life_s
        token = credentials.token(f"{system}/{client}", len(self._tokens))
        expires_ns = self.sandbox.wire.ns() + round(life_s * NS)
        issued = TokenIssued(client, token_hash(token), expires_ns, family)
        self.sandbox.note(system, issued, actor_of(client))
        self.keep(system, issued)
        refresh: dict[str, Any] = {}
        if family:
            fresh = credentials.refresh_token(f"{system}/{client}", family, len(self._tokens))
            self.note(system, Cred(client, "refresh_token", "issued", family, note=token_hash(fresh)))
            refresh = {"refresh_token": fresh}
        # An integer: clients in strictly typed languages read nothing else.
        return {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": int(life_s),
            "client_secret_expires_at": until,
            **refresh,
        }

    def _refreshes(self, system: str, client: str) -> bool:
        return self.sandbox.systems[system].card.access.refresh_tokens and not client.startswith(PERSON)

    def _handed_over(self, system: str, what: str, client: str) -> None:
        if not self.vault.collected(system, what):
            until = self.sandbox.wire.ns() + round(TAKEN_UP_S * NS)
            generation = self.vault.secret(system, what).generation
            self.note(system, Cred(client, what, "collected", generation, until))

    def _epoch_s(self, wire_ns: int) -> int:
        left_s = (wire_ns - self.sandbox.wire.ns()) / NS
        return int(self.sandbox.wire.utc().timestamp() + left_s)
