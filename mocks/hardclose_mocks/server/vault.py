"""Which secrets, refresh tokens and scopes are good at a wire time. State only: folded from the history's records."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from hardclose_mocks.history.records import Cred
from hardclose_mocks.server.credentials import INTEGRATION, PERSON, Credentials, token_hash

CLIENT, WEBHOOK = "client_secret", "webhook_secret"


@dataclass(frozen=True, slots=True)
class Secret:
    """The present `generation` of one secret, counted from 0, and until when the one before is good."""

    generation: int = 0
    former_until_ns: int = 0

    def former_good(self, now_ns: int) -> bool:
        return self.generation > 0 and now_ns < self.former_until_ns


@dataclass(frozen=True, slots=True)
class Family:
    """Refresh tokens that came from one another. `number` counts a client's families from 1; `present` is the hash of
    the one token that may be used now, empty once the family is revoked."""

    number: int = 0
    present: str = ""
    used: frozenset[str] = frozenset()


@dataclass(slots=True)
class Vault:
    """By system. Secrets themselves are derived, never stored."""

    credentials: Credentials
    secrets: dict[tuple[str, str], Secret] = field(default_factory=dict)
    """By (system, client_secret or webhook_secret)."""
    families: dict[str, Family] = field(default_factory=dict)
    scopes_gone: set[str] = field(default_factory=set)
    collected_until: dict[tuple[str, str, int], int] = field(default_factory=dict)
    """By (system, what, generation): since when whoever fetched it has no reason to believe in the one before."""

    def fold(self, system: str, cred: Cred) -> None:
        match cred.what, cred.state:
            case (("client_secret" | "webhook_secret"), "rotated"):
                self.secrets[system, cred.what] = Secret(cred.generation, cred.until_ns or 0)
            case (("client_secret" | "webhook_secret"), "collected"):
                self.collected_until[system, cred.what, cred.generation] = cred.until_ns or 0
            case "refresh_token", "issued":
                family = self.families.get(system, Family())
                used = family.used | {family.present} if family.number == cred.generation else frozenset[str]()
                self.families[system] = Family(cred.generation, cred.note, used)
            case "refresh_token", "revoked":
                family = self.families[system]
                self.families[system] = replace(family, present="", used=family.used | {family.present})
            case "scope", "revoked":
                self.scopes_gone.add(system)
            case "scope", "restored":
                self.scopes_gone.discard(system)
            case _:
                pass

    # --- secrets ------------------------------------------------------------------------------------------------

    def secret(self, system: str, what: str) -> Secret:
        return self.secrets.get((system, what), Secret())

    def collected(self, system: str, what: str) -> bool:
        """Whether the integration was handed the present one before; the first needs no handing over."""
        generation = self.secret(system, what).generation
        return generation == 0 or (system, what, generation) in self.collected_until

    def client_secret(self, system: str) -> str:
        return self.credentials.client_secret(system, self.secret(system, CLIENT).generation)

    def standing(self, system: str, client: str, secret: str, now_ns: int) -> str:
        """`present`, `former` (replaced and still good), `retired` (replaced), or `wrong`."""
        if client.startswith(PERSON):
            return "present" if self.credentials.accepts(system, client, secret) else "wrong"
        if client != self.credentials.client_id(system):
            return "wrong"
        here = self.secret(system, CLIENT)
        for generation in range(here.generation, -1, -1):
            if secret == self.credentials.client_secret(system, generation):
                if generation == here.generation:
                    return "present"
                good = generation == here.generation - 1 and here.former_good(now_ns)
                return "former" if good else "retired"
        return "wrong"

    # --- what senders sign with: see webhooks.delivery.SigningKeys --------------------------------------------------

    def signing(self, system: str, now_ns: int) -> list[str]:
        here = self.secret(system, WEBHOOK)
        generations = [here.generation, *([here.generation - 1] if here.former_good(now_ns) else [])]
        return [self.credentials.webhook_secret(system, one) for one in generations]

    def retired(self, system: str, now_ns: int) -> str | None:
        """Only once the integration has had the present one for a while: until then nothing told it better."""
        here = self.secret(system, WEBHOOK)
        known = self.collected_until.get((system, WEBHOOK, here.generation))
        if known is None or now_ns < known or here.former_good(now_ns):
            return None
        return self.credentials.webhook_secret(system, here.generation - 1)

    def wrong(self, system: str) -> str:
        return self.credentials.wrong_webhook_secret(system)

    # --- refresh tokens -----------------------------------------------------------------------------------------

    def family_lives(self, system: str, number: int) -> bool:
        """Whether access tokens of that family are good; 0 is of none, and those are."""
        family = self.families.get(system, Family())
        return number == 0 or (number == family.number and bool(family.present))

    def refresh_standing(self, system: str, token: str) -> str:
        """`present`, `used` (before, by somebody), or `wrong`: never issued, or of a family before the present one."""
        family, known = self.families.get(system, Family()), token_hash(token)
        if family.present and known == family.present:
            return "present"
        return "used" if known in family.used else "wrong"


def is_integration(client: str) -> bool:
    return client.startswith(INTEGRATION)
