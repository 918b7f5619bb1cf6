"""What the service is told from outside; whatever is missing or makes no sense is named, with what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from hardclose_mocks.server.credentials import Credentials, environment
from hardclose_reference.behaviour import Behaviour
from hardclose_reference.settings import Settings, SettingsError

URLS = {name: f"http://127.0.0.1:1850{port}" for port, name in enumerate(("erp", "procurement", "expense"), 1)}
VARIABLES = environment(Credentials(), URLS)


def read(variant: str | None = None, **changes: str) -> Settings:
    return Settings.from_environment({**VARIABLES, **changes}, style="webhooks", variant=variant)


def test_the_variables_of_a_sandbox_are_all_it_needs() -> None:
    settings = read(PORT="9100", HARDCLOSE_STATE_DIR="/tmp/state")
    assert settings.systems["erp"].url == "http://127.0.0.1:18501"
    assert settings.systems["expense"].token_url == "http://127.0.0.1:18503/oauth/token"
    assert settings.systems["procurement"].client_id == "integration-procurement"
    assert (settings.port, settings.folder, settings.style) == (9100, Path("/tmp/state"), "webhooks")
    assert settings.behaviour == Behaviour()


def test_port_and_folder_have_defaults() -> None:
    assert (read().port, read().folder) == (9000, Path("reference-state"))


@pytest.mark.parametrize("name", sorted(VARIABLES))
def test_a_variable_that_is_missing_or_empty_is_named(name: str) -> None:
    without = {other: value for other, value in VARIABLES.items() if other != name}
    for variables in (without, {**VARIABLES, name: ""}):
        with pytest.raises(SettingsError, match=f"^{name} is not set; .*hardclose env"):
            Settings.from_environment(variables, style="webhooks")


@pytest.mark.parametrize("port", ["http", "-1", "0", "65536", "9000.5", "9" * 5000])
def test_a_port_that_is_none_is_named(port: str) -> None:
    with pytest.raises(SettingsError, match=r"^PORT is '.*'; it must be a number from 1 to 65535$"):
        read(PORT=port)


@pytest.mark.parametrize("url", ["localhost:18501", "ftp://erp", "http://", "http://[::1", "erp"])
def test_an_address_that_is_none_is_named(url: str) -> None:
    with pytest.raises(SettingsError, match=r"^HARDCLOSE_ERP_URL is '.*'; it must be an address like http"):
        read(HARDCLOSE_ERP_URL=url)


@pytest.mark.parametrize("secret", ["whsec_not base64!", "whsec_", "secret"])
def test_a_webhook_secret_that_is_none_is_named(secret: str) -> None:
    with pytest.raises(SettingsError, match=r"^HARDCLOSE_EXPENSE_WEBHOOK_SECRET .*whsec_"):
        read(HARDCLOSE_EXPENSE_WEBHOOK_SECRET=secret)


def test_no_message_shows_a_secret() -> None:
    with pytest.raises(SettingsError) as wrong:
        read(HARDCLOSE_EXPENSE_WEBHOOK_SECRET="whsec_my own secret")
    assert "my own secret" not in str(wrong.value)


def test_an_unknown_variant_is_told_which_there_are() -> None:
    with pytest.raises(SettingsError, match="no variant 'P99'; there are P01, P02,"):
        read(variant="P99")
    assert read(variant="P09").behaviour.all_pages is False
