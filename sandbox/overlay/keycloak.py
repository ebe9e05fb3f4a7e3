"""Keycloak as far as a gateway talks to it: signing in to the realm master, realms, and clients. What is in it is kept
in its database."""

import json
import secrets
import time
import uuid
from ipaddress import ip_address, ip_network
from urllib.parse import parse_qs, urlsplit

from .traffic_messages import Answer, document

TOKEN_SECONDS = 60
_PRIVATE = tuple(map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16")))

_REALM = {
    "enabled": False,
    "sslRequired": "external",
    "registrationAllowed": False,
    "loginWithEmailAllowed": True,
    "duplicateEmailsAllowed": False,
    "resetPasswordAllowed": False,
    "editUsernameAllowed": False,
}
_CLIENT = {
    "enabled": True,
    "clientAuthenticatorType": "client-secret",
    "redirectUris": [],
    "webOrigins": [],
    "publicClient": False,
    "standardFlowEnabled": True,
    "implicitFlowEnabled": False,
    "directAccessGrantsEnabled": False,
    "serviceAccountsEnabled": False,
    "protocol": "openid-connect",
    "attributes": {},
    "protocolMappers": [],
}


class Refused(Exception):
    def __init__(self, status, **said):
        super().__init__(said)
        self.answer = document(status, said)


class Keycloak:
    """One database, with an administrator of the realm master from the start."""

    def __init__(self, username, password):
        self.realms, self.tokens = {}, {}
        self._add("master", {"enabled": True})
        self.realms["master"]["users"][str(uuid.uuid4())] = {"username": username.lower(), "password": password}

    def answer(self, request, address):
        """`address` is the public one that Keycloak was started with."""
        try:
            return self._routed(request, urlsplit(address).scheme == "https")
        except Refused as refusal:
            return refusal.answer

    def _routed(self, request, secure):
        match request.method, *request.path.strip("/").split("/"):
            case "GET", "realms", name:
                return document(200, {"realm": self._public(name)["realm"]})
            case "POST", "realms", name, "protocol", "openid-connect", "token":
                return self._token(name, request, secure)
            case "GET", "realms", name, "protocol", "openid-connect", "auth":
                return self._sign_in(name, request, secure)
            case method, "admin", "realms", *rest:
                sent = request.headers.get("authorization", "").removeprefix("Bearer ")
                if self.tokens.get(sent, 0) < time.time():
                    raise Refused(401, error="HTTP 401 Unauthorized")
                body = json.loads(request.body) if request.body else None
                return self._administered(method, rest, parse_qs(request.query), body)
        raise Refused(404, error="HTTP 404 Not Found")

    def _public(self, name):
        if name not in self.realms:
            raise Refused(404, error="Realm does not exist")
        return self.realms[name]["form"]

    def _takes(self, name, request, secure):
        required, said = self._public(name)["sslRequired"], request.headers.get("x-forwarded-for")
        # Whom it believes: the first that anybody named.
        client = ip_address(said.split(",")[0].strip() if said else request.client.addresses[0])
        near = any(client in one for one in _PRIVATE)
        return secure or required == "none" or (required == "external" and near)

    def _token(self, name, request, secure):
        if not self._takes(name, request, secure):
            raise Refused(403, error="invalid_request", error_description="HTTPS required")
        form = {key: values[0] for key, values in parse_qs(request.body.decode()).items()}
        user = next((one for one in self.realms[name]["users"].values() if one["username"] == form.get("username", "").lower()), None)
        if form.get("grant_type") != "password" or user is None or user["password"] != form.get("password"):
            raise Refused(401, error="invalid_grant", error_description="Invalid user credentials")
        token = secrets.token_urlsafe(48)
        self.tokens[token] = time.time() + TOKEN_SECONDS
        return document(200, {"access_token": token, "expires_in": TOKEN_SECONDS, "token_type": "Bearer"})

    def _sign_in(self, name, request, secure):
        asked = {key: values[0] for key, values in parse_qs(request.query).items()}
        client = next((one for one in self.realms.get(name, {"clients": {}})["clients"].values() if one["clientId"] == asked.get("client_id")), None)
        if not self._takes(name, request, secure):
            return _page(400, "HTTPS required")
        if client is None:
            return _page(400, "Client not found.")
        if not any(_leads(one, asked.get("redirect_uri", "")) for one in client["redirectUris"]):
            return _page(400, "Invalid parameter: redirect_uri")
        return _page(200, "Sign in to your account")

    def _add(self, name, wish):
        form = {"id": str(uuid.uuid4()), "realm": name} | _REALM | wish
        self.realms[name] = {"form": form | {"sslRequired": form["sslRequired"].lower()}, "users": {}, "clients": {}}

    def _administered(self, method, path, query, body):
        match method, *path:
            case ("POST",):
                if body["realm"] in self.realms:
                    raise Refused(409, errorMessage=f"Realm {body['realm']} already exists")
                self._add(body["realm"], body)
                return Answer(201)
            case method, name, *rest if name in self.realms:
                return self._inside(self.realms[name], method, rest, query, body)
        raise Refused(404, error="Realm not found.")

    def _inside(self, realm, method, path, query, body):
        match method, *path:
            case ("GET",):
                return document(200, realm["form"])
            case ("PUT",):
                form = realm["form"] | body
                realm["form"] = form | {"sslRequired": form["sslRequired"].lower()}
                return Answer(204)
            case "GET", "users":
                wanted = query["username"][0]
                return document(200, [{"id": key, "username": one["username"]} for key, one in realm["users"].items() if one["username"] == wanted])
            case "PUT", "users", key, "reset-password" if key in realm["users"]:
                realm["users"][key]["password"] = body["value"]
                return Answer(204)
            case "GET", "clients":
                wanted, within = query.get("clientId", [""])[0], query.get("search", [""])[0] == "true"
                return document(200, [one for one in realm["clients"].values() if _asked_for(one["clientId"], wanted, within)])
            case "POST", "clients":
                return _add_client(realm["clients"], body)
            case method, "clients", key, *rest if key in realm["clients"]:
                return _inside_client(realm["clients"], key, method, rest, body)
        raise Refused(404, error="HTTP 404 Not Found")


def _asked_for(client_id, wanted, within):
    return not wanted or client_id == wanted or (within and wanted.lower() in client_id.lower())


def _add_client(clients, wish):
    if any(one["clientId"] == wish["clientId"] for one in clients.values()):
        raise Refused(409, errorMessage=f"Client {wish['clientId']} already exists")
    key = str(uuid.uuid4())
    clients[key] = _completed({"id": key, "secret": secrets.token_urlsafe(24)} | _CLIENT | wish)
    return Answer(201, {"Location": f"/{key}"})


def _inside_client(clients, key, method, path, body):
    client = clients[key]
    match method, *path:
        case ("GET",):
            return document(200, client)
        case ("PUT",):
            attributes = {name: value for name, value in (client["attributes"] | body.get("attributes", {})).items() if value}
            clients[key] = _completed(client | body | {"attributes": attributes})
            return Answer(204)
        case "POST", "client-secret":
            made = {"client.secret.creation.time": str(int(time.time()))}
            clients[key] = client | {"secret": secrets.token_urlsafe(48), "attributes": client["attributes"] | made}
            return document(200, {"type": "secret", "value": clients[key]["secret"]})
    raise Refused(404, error="HTTP 404 Not Found")


def _completed(client):
    mappers = [{"id": str(uuid.uuid4()), "consentRequired": False} | one for one in client["protocolMappers"]]
    return client | {
        "redirectUris": sorted(set(client["redirectUris"]), reverse=True),
        "webOrigins": sorted(set(client["webOrigins"]), reverse=True),
        "protocolMappers": mappers,
    }


def _leads(pattern, address):
    return address.startswith(pattern[:-1]) if pattern.endswith("*") else address == pattern


def _page(status, words):
    return Answer(status, {"Content-Type": "text/html"}, f"<html><body>{words}</body></html>".encode())
