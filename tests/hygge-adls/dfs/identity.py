"""Where tokens come from: a managed identity's endpoints, and an authority for service principals.

Plain HTTP serves the two managed identities (a virtual machine's and App Service's), TLS the
authority, because azure-identity accepts no other. Tokens go to the storage server's own shelf.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping
from urllib.parse import parse_qsl

from aiohttp import web
from attrs import define, field

from .door import Role, Tokens
from .listening import Listening

_VERSION_1 = "/metadata/identity/oauth2/token"
_APP_SERVICE = "/msi/token"


@define(kw_only=True)
class People:
    """Who may have a token, and what is wrong today.

    ``clients`` maps a service principal's id to its secret; ``managed`` are the client ids of
    user-assigned identities ("" is the system's own). ``fails`` is a status that every request
    gets instead. ``role`` and ``seconds`` go into each token.
    """

    tenant: str
    clients: dict[str, str] = field(factory=dict)
    managed: set[str] = field(factory=lambda: {""})
    header: str = "the secret of the identity endpoint"
    fails: int | None = None
    role: Role = "contributor"
    seconds: int = 3600


class IdentityServer(Listening):
    """``people`` may be changed while it runs; ``asked`` lists (path, parameters) of requests."""

    def __init__(
        self, tokens: Tokens, people: People, *, port: int = 0, tls: ssl.SSLContext | None = None
    ) -> None:
        super().__init__(self._serve, port=port, tls=tls)
        self.people = people
        self.asked: list[tuple[str, dict[str, str]]] = []
        self._tokens = tokens

    def machine(self) -> dict[str, str]:
        """The environment of a virtual machine with a managed identity."""
        return {"AZURE_POD_IDENTITY_AUTHORITY_HOST": self.url}

    def app_service(self) -> dict[str, str]:
        """The environment of an App Service or a container app."""
        return {"IDENTITY_ENDPOINT": self.url + _APP_SERVICE, "IDENTITY_HEADER": self.people.header}

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        given = dict(request.query) | dict(parse_qsl((await request.read()).decode()))
        self.asked.append((request.path, given))
        if self.people.fails is not None:
            return _json({"error": "unavailable"}, self.people.fails)
        if request.path in (_VERSION_1, _APP_SERVICE):
            return self._managed(request, given)
        if request.path.endswith("/.well-known/openid-configuration"):
            return _json(self._discovery(request.path.strip("/").split("/")[0]))
        if request.path.endswith("/oauth2/v2.0/token"):
            return self._principal(request.path.strip("/").split("/")[0], given)
        return _json({"error": "not_found"}, 404)

    def _managed(self, request: web.BaseRequest, given: Mapping[str, str]) -> web.Response:
        proven = (
            request.headers.get("Metadata") == "true"
            if request.path == _VERSION_1
            else request.headers.get("X-IDENTITY-HEADER") == self.people.header
        )
        if not proven or given.get("client_id", "") not in self.people.managed:
            return _json(
                {"error": "invalid_request", "error_description": "Identity not found"}, 400
            )
        resource = given.get("resource", "").rstrip("/")
        return _json({**self._token(resource), "resource": resource})

    def _principal(self, tenant: str, given: Mapping[str, str]) -> web.Response:
        client = given.get("client_id", "")
        if tenant != self.people.tenant:
            return _denied("AADSTS90002", f"Tenant '{tenant}' not found.")
        if client not in self.people.clients:
            return _denied("AADSTS700016", f"Application with identifier '{client}' was not found.")
        if given.get("client_secret") != self.people.clients[client]:
            return _denied("AADSTS7000215", "Invalid client secret provided.")
        return _json(self._token(given.get("scope", "").removesuffix("/.default")))

    def _token(self, audience: str) -> dict[str, object]:
        value = self._tokens.issue(
            self.people.role, audience=audience, seconds=float(self.people.seconds)
        )
        expires = str(int(self._tokens.clock.now()) + self.people.seconds)
        told = {"access_token": value, "token_type": "Bearer", "expires_on": expires}
        return {**told, "expires_in": self.people.seconds}

    def _discovery(self, tenant: str) -> dict[str, str]:
        at = f"{self.secure_url}/{tenant}"
        return {
            "issuer": f"{at}/v2.0",
            "authorization_endpoint": f"{at}/oauth2/v2.0/authorize",
            "token_endpoint": f"{at}/oauth2/v2.0/token",
        }


def _denied(code: str, text: str) -> web.Response:
    return _json({"error": "invalid_client", "error_description": f"{code}: {text}"}, 401)


def _json(content: Mapping[str, object], status: int = 200) -> web.Response:
    return web.Response(status=status, text=json.dumps(content), content_type="application/json")
