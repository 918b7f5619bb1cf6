"""How a fuzzer is let in: a login as people write it, and the header that it stands for."""

from __future__ import annotations

import base64

import httpx2

from hardclose_simulator.contracts.fuzz_brief import FuzzError, Login

TIMEOUT_S = 10.0
WRITTEN = "bearer:TOKEN, basic:USER:PASSWORD, header:NAME:VALUE or oauth2:TOKEN_URL,CLIENT_ID,CLIENT_SECRET"


def login_from(text: str) -> Login:
    """Raises FuzzError for what is not written as WRITTEN; the words hold no secret."""
    kind, _, rest = text.partition(":")
    first, colon, second = rest.partition(":")
    match kind, rest.split(","):
        case "bearer", _ if rest:
            return Login(value=f"Bearer {rest}")
        case "basic", _ if colon:
            return Login(value="Basic " + base64.b64encode(rest.encode()).decode())
        case "header", _ if first and colon:
            return Login(header=first, value=second.strip())
        case "oauth2", [token_url, client_id, client_secret] if "://" in token_url:
            return Login(token_url=token_url, client_id=client_id, client_secret=client_secret)
        case _:
            raise FuzzError(f"a login is {WRITTEN}")


def header_of(login: Login) -> str:
    """The header's value. Raises FuzzError where the token endpoint gives none; the words hold no secret."""
    if not login.token_url:
        return login.value
    form = {"grant_type": "client_credentials", "client_id": login.client_id, "client_secret": login.client_secret}
    try:
        answer = httpx2.post(login.token_url, data=form, timeout=TIMEOUT_S, trust_env=False)
    except (httpx2.HTTPError, httpx2.InvalidURL) as wrong:
        raise FuzzError(f"{login.token_url} gives no token: {wrong}") from wrong
    if answer.status_code != 200:
        raise FuzzError(f"{login.token_url} answered {answer.status_code} to {login.client_id}: {answer.text[:200]}")
    try:
        return f"Bearer {answer.json()['access_token']}"
    except (ValueError, KeyError, TypeError) as wrong:
        raise FuzzError(f"{login.token_url} answered without an access_token") from wrong
