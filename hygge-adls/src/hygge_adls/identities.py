"""What azure-identity says when nobody is signed in, in plain words, and what to run."""

from __future__ import annotations

import re

_ATTEMPT = re.compile(r"^\t(\w+): (.*)$", re.MULTILINE)
_CHAIN = "DefaultAzureCredential failed"

#: The ways to sign in that the chain tries, as people call them.
_WAYS = {
    "EnvironmentCredential": "environment variables",
    "WorkloadIdentityCredential": "workload identity",
    "ManagedIdentityCredential": "managed identity",
    "SharedTokenCacheCredential": "shared token cache",
    "VisualStudioCodeCredential": "Visual Studio Code",
    "AzureCliCredential": "az login",
    "AzurePowerShellCredential": "Connect-AzAccount",
    "AzureDeveloperCliCredential": "azd auth login",
    "BrokerCredential": "the system's broker",
}
_EXPIRED = "the sign-in has ended; run: az login"
_SAID = (
    ("AADSTS7000215", "the client secret is wrong: mind that it is the value, not its id"),
    ("AADSTS7000222", "the client secret has expired: make a new one"),
    ("AADSTS700016", "client_id is not known in this tenant: look at tenant_id"),
    ("AADSTS90002", "there is no such tenant: look at tenant_id"),
    ("AADSTS700082", _EXPIRED),
    ("AADSTS70043", _EXPIRED),
    ("AADSTS50173", _EXPIRED),
    ("AADSTS50076", "a second factor is asked for; run: az login"),
    (
        _CHAIN,
        "run: az login; or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET; or give "
        "this machine a managed identity; and choose it with `auth`, to be told more",
    ),
    ("CLI not found", "install the Azure CLI, then run: az login; or choose another `auth`"),
    ("az login", "run: az login"),
    ("ManagedIdentityCredential", "run where there is a managed identity, or set client_id"),
    ("managed identity", "run where there is a managed identity, or set client_id"),
)


def hint(text: str) -> str | None:
    """What to do about ``text``; ``None`` for one that nobody has met yet."""
    return next((told for said, told in _SAID if said in text), None)


def in_plain_words(text: str) -> str | None:
    """The attempts of the default chain on one line; ``None``: ``text`` does not tell of them."""
    if _CHAIN not in text:
        return None
    tried = [f"{_WAYS.get(name, name)}: {_short(said)}" for name, said in _ATTEMPT.findall(text)]
    return "nobody is signed in: " + "; ".join(tried) if tried else None


def _short(said: str) -> str:
    """The first sentence of what one of them says, without the name that stands before it."""
    _, unavailable, more = said.partition("authentication unavailable.")
    return (more if unavailable else said).strip().partition(". ")[0].rstrip(".") or "none here"
