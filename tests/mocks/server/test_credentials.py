"""Dummy credentials: derived from the sandbox's key alone, and good for nobody else."""

from __future__ import annotations

import pytest
from standardwebhooks import Webhook

from hardclose_mocks.server.credentials import Credentials, actor_of, environment, token_hash
from hardclose_mocks.server.sandbox import SYSTEMS


def test_the_same_key_gives_the_same_credentials_and_another_key_others() -> None:
    one, same, other = Credentials(), Credentials(), Credentials("another")
    for system in SYSTEMS:
        assert one.client_secret(system) == same.client_secret(system) != other.client_secret(system)
        assert one.webhook_secret(system) == same.webhook_secret(system) != other.webhook_secret(system)
    assert one.control_token() == same.control_token() != other.control_token()
    assert one.token("erp/x", 0) != one.token("erp/x", 1)


def test_no_two_secrets_of_a_sandbox_are_alike() -> None:
    own = Credentials()
    secrets = [
        make(system) for system in SYSTEMS for make in (own.client_secret, own.webhook_secret, own.wrong_webhook_secret)
    ]
    secrets += [own.person_secret(), own.control_token()]
    assert len(set(secrets)) == len(secrets)
    for system in SYSTEMS:
        Webhook(own.webhook_secret(system))
        assert own.webhook_secret(system).startswith("whsec_")


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_client_is_accepted_in_its_own_system_with_its_own_secret(system: str) -> None:
    own = Credentials()
    client, secret = own.client_id(system), own.client_secret(system)
    assert own.accepts(system, client, secret)
    assert not own.accepts(system, client, own.person_secret())
    assert not own.accepts(system, "integration", secret)
    assert not any(own.accepts(other, client, secret) for other in SYSTEMS if other != system)
    assert own.accepts(system, "person:lead", own.person_secret())
    assert not own.accepts(system, "person:lead", secret)
    assert not own.accepts(system, "", "")


def test_the_history_names_callers_without_their_secrets() -> None:
    assert actor_of("integration-erp") == "integration"
    assert actor_of("person:lead") == "person:lead"
    assert actor_of("anonymous") == "anonymous"
    assert token_hash("secret") == token_hash("secret") != token_hash("other")
    assert "secret" not in token_hash("secret")


def test_an_integration_is_told_everything_by_its_environment() -> None:
    urls = {system: f"http://127.0.0.1/{system}" for system in SYSTEMS}
    variables = environment(Credentials(), urls)
    assert set(variables) == {
        f"HARDCLOSE_{system}_{what}"
        for system in ("ERP", "PROCUREMENT", "EXPENSE")
        for what in ("URL", "TOKEN_URL", "CLIENT_ID", "CLIENT_SECRET", "WEBHOOK_SECRET")
    }
    assert variables["HARDCLOSE_ERP_TOKEN_URL"] == "http://127.0.0.1/erp/oauth/token"
