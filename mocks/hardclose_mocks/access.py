"""What a system promises about getting in and being told: tokens, secrets, webhook subscriptions. Part of its card."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class SubscriptionTerms:
    """`life_s`: a subscription ends so many wire seconds after it was made or renewed (None: never). `disabled_after`:
    so many failed attempts in a row disable it (None: never). `batch_max` events may come in one POST, and `pointer`
    says that the data of an event may name the document only."""

    life_s: float | None = None
    disabled_after: int | None = None
    batch_max: int = 1
    pointer: bool = False

    def document(self) -> dict[str, Any]:
        """Their part of the card's `webhooks`."""
        return {
            "subscription": {
                "life_s": self.life_s,
                "disabled_after": self.disabled_after,
                "renew": "POST /v1/webhook-subscriptions/{id}/renewal",
                "missed": "what happens while it is not active is never delivered: read the lists",
            },
            "batch_max": self.batch_max,
            "payload": "pointer" if self.pointer else "snapshot",
            "secret": "GET /v1/webhook-subscriptions/{id}/secret",
        }


@dataclass(frozen=True, slots=True)
class AccessTerms:
    """`refresh_tokens`: tokens come with a refresh token that may be used once."""

    refresh_tokens: bool = False

    def document(self) -> dict[str, Any]:
        """The card's `access`."""
        return {
            "refresh_tokens": {
                "single_use": True,
                "reuse": "revokes its whole family",
                "new_grant": "client credentials begin a new family and revoke the one before",
            }
            if self.refresh_tokens
            else None,
            "client_secret": {
                "rotate": "POST /oauth/rotate",
                "notice": "client_secret_expires_at of the token endpoint's answers: seconds since 1970, 0 is never",
                "former": "opens POST /oauth/rotate for good, and the token endpoint until it expires",
            },
        }
