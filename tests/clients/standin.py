"""The account services over the wire: a threaded HTTP server in front of the embedded ones.

It follows rules ACCOUNT-153 to ACCOUNT-165 in paths, statuses and header names. Tests put the HTTP clients in
front of it, so both implementations pass the same tests.
"""

import base64
import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

import jwt

from kernel import clock, db
from kernel.http import ServiceError
from users.clients import embedded
from users.clients.protocol import AccountGone, EmailTaken, UserUpdate
from users.representation import users as representation

SECRET = "shared-secret"
ROUTES = []


def route(method, pattern):
    """`{}` is one path segment."""
    regex = re.compile("^" + pattern.replace("{}", "([^/]+)") + "$")

    def add(handle):
        ROUTES.append((method, regex, handle))
        return handle

    return add


class StandIn:
    """The state of the server besides MongoDB, and the settings that a test may change."""

    def __init__(self):
        self.users = embedded.EmbeddedUserService()
        self.profiles = embedded.EmbeddedProfileService()
        self.permissions = embedded.EmbeddedPermissionService()
        self.restricted = embedded.EmbeddedRestrictedTokens()
        self.data = embedded.EmbeddedDataService()
        self.endpoint = embedded.EmbeddedTokenEndpoint()
        self.calls = []
        self.lines = []  # of requests: method, address, version
        self.headers = []
        self.override = {}  # "METHOD path" -> (status, body): what to answer instead
        self.basic_allowed = True
        self.delay = 0.0  # seconds before every answer but logins

    def start(self):
        standin = self

        class Handler(BaseHTTPRequestHandler):
            def handle_any(self):
                status, body, headers = standin.answer(self)
                raw = b"" if body is None else json.dumps(body).encode()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            do_GET = do_POST = do_PUT = do_DELETE = handle_any  # noqa: N815

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        return self

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def answer(self, request):
        raw = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        path = urlsplit(request.path).path
        self.calls.append(f"{request.command} {path}")
        self.headers.append(dict(request.headers))
        self.lines.append(request.requestline)
        if "serverlogin" not in path:
            time.sleep(self.delay)
        if f"{request.command} {path}" in self.override:
            return (*self.override[f"{request.command} {path}"], {})
        for method, regex, handle in ROUTES:
            match = regex.match(path)
            if method == request.command and match:
                return self._handled(handle, request, raw, [unquote(g) for g in match.groups()])
        return 404, {"code": 404, "reason": "no such route"}, {}

    def _handled(self, handle, request, raw, segments):
        is_json = "json" in request.headers.get("Content-Type", "")
        request.body = json.loads(raw) if is_json and raw else raw.decode()
        try:
            answered = handle(self, request, *segments)
        except EmailTaken:
            answered = (409, {"code": 409, "reason": "taken"})
        except AccountGone:
            answered = (401, {"code": 401, "reason": "not permitted"})
        except ServiceError as error:
            answered = (error.status, {"code": error.status, "reason": "refused"})
        return answered if len(answered) == 3 else (*answered, {})

    def is_server(self, request):
        token = request.headers.get("x-tidepool-session-token", "")
        principal = self.users.check_token(token)
        return principal is not None and principal.is_server


def for_servers(handle):
    def guarded(standin, request, *segments):
        if not standin.is_server(request):
            return 401, {"code": 401, "reason": "no server token"}
        return handle(standin, request, *segments)

    return guarded


# --- user service ---------------------------------------------------------------------------------------------
@route("POST", "/serverlogin")
@route("POST", "/auth/serverlogin")
def server_login(standin, request):
    if "x-tidepool-server-name" not in request.headers:
        return 400, {"code": 400, "reason": "name missing"}
    if request.headers.get("x-tidepool-server-secret") != SECRET:
        return 401, {"code": 401, "reason": "wrong secret"}
    standin.users = embedded.EmbeddedUserService()
    return 200, None, {"x-tidepool-session-token": standin.users.server_token()}


@route("GET", "/token/{}")
@for_servers
def check_token(standin, request, token):
    principal = standin.users.check_token(token)
    if principal is None:
        return 401, {"code": 401, "reason": "invalid"}
    answer = {"IsServer": principal.is_server, "UserID": principal.user_id, "expires_at": 1}
    if principal.identity_provider:
        answer["identityProvider"] = principal.identity_provider
    return 200, answer


@route("GET", "/user/{}")
@for_servers
def get_user(standin, request, id_or_email):
    user = standin.users.get_user(id_or_email)
    if user is None:
        return 404, {"code": 404, "reason": "User not found"}
    return 200, representation.user(user, for_service=True)


@route("POST", "/v1/clinics/{}/users")
@for_servers
def create_custodial(standin, request, clinic_id):
    user = standin.users.create_custodial_user(clinic_id, request.body.get("username"))
    return 201, representation.user(user, for_service=True)


@route("PUT", "/user/{}")
@for_servers
def update_user(standin, request, user_id):
    updates = request.body["updates"]
    update = UserUpdate(
        username=updates.get("username"),
        emails=tuple(updates["emails"]) if "emails" in updates else None,
        password=updates.get("password"),
        roles=tuple(updates["roles"]) if "roles" in updates else None,
        email_verified=updates.get("emailVerified"),
        terms_accepted=updates.get("termsAccepted"),
    )
    return 200, representation.user(standin.users.update_user(user_id, update), for_service=True)


@route("DELETE", "/user/{}")
@for_servers
def delete_user(standin, request, user_id):
    standin.users.delete_user(user_id)
    return 204, None


@route("DELETE", "/user/{}/sessions")
@for_servers
def delete_sessions(standin, request, user_id):
    standin.users.delete_sessions(user_id)
    return 204, None


# --- profile and permission service ------------------------------------------------------------------------------
@route("GET", "/{}/profile")
@for_servers
def get_profile(standin, request, user_id):
    profile = standin.profiles.get_profile(user_id)
    return (404, {"code": 404}) if profile is None else (200, profile)


@route("POST", "/{}/profile")
@for_servers
def update_profile(standin, request, user_id):
    return 200, standin.profiles.update_profile(user_id, request.body)


@route("GET", "/access/groups/{}")
@for_servers
def list_owners(standin, request, grantee_id):
    return 200, standin.permissions.list_owners(grantee_id)


@route("GET", "/access/{}")
@for_servers
def list_trusted(standin, request, owner_id):
    grants = db.collection("accountGrants").find({"ownerId": owner_id})
    trusted = {row["granteeId"]: row["permissions"] for row in grants}
    return 200, {**trusted, owner_id: {"root": {}}}


@route("GET", "/access/{}/{}")
@for_servers
def get_permissions(standin, request, owner_id, grantee_id):
    """Adds what clinics permit, to clinicians of every role."""
    granted = standin.permissions.get_permissions(owner_id, grantee_id)
    for patient in db.collection("patients").find({"userId": owner_id}):
        employed = {"clinicId": patient["clinicId"], "userId": grantee_id}
        if db.collection("clinicians").find_one(employed):
            granted = {**patient["permissions"], **granted}
    return (200, granted) if granted else (404, {"code": 404})


@route("POST", "/access/{}/{}")
@for_servers
def set_permissions(standin, request, owner_id, grantee_id):
    standin.permissions.set_permissions(owner_id, grantee_id, request.body or {})
    return 200, standin.permissions.get_permissions(owner_id, grantee_id) or None


# --- auth service ---------------------------------------------------------------------------------------------------
def restricted_json(token):
    body = {
        "id": token.id,
        "userId": token.user_id,
        "expirationTime": clock.format_time(token.expiration_time),
        "createdTime": clock.format_time(token.created_time),
    }
    return body if token.paths is None else {**body, "paths": list(token.paths)}


def restricted_input(body):
    paths = tuple(body["paths"]) if "paths" in body else None
    expires = clock.parse_time(body["expirationTime"]) if "expirationTime" in body else None
    return paths, expires


@route("GET", "/v1/users/{}/restricted_tokens")
def list_restricted(standin, request, user_id):
    tokens = standin.restricted.list_tokens(user_id)
    return (200, [restricted_json(token) for token in tokens]) if tokens else (404, {"code": "x"})


@route("POST", "/v1/users/{}/restricted_tokens")
def create_restricted(standin, request, user_id):
    return 201, restricted_json(
        standin.restricted.create_token(user_id, *restricted_input(request.body))
    )


@route("GET", "/v1/restricted_tokens/{}")
def get_restricted(standin, request, token_id):
    token = standin.restricted.get_token(token_id)
    return (404, {"code": "resource-not-found"}) if token is None else (200, restricted_json(token))


@route("PUT", "/v1/restricted_tokens/{}")
def extend_restricted(standin, request, token_id):
    standin.restricted.extend_token(token_id, *restricted_input(request.body))
    return 200, restricted_json(standin.restricted.get_token(token_id))


@route("DELETE", "/v1/restricted_tokens/{}")
def delete_restricted(standin, request, token_id):
    standin.restricted.delete_token(token_id)
    return 200, None


# --- data service -----------------------------------------------------------------------------------------------------
@route("GET", "/v1/users/{}/data_sources")
@for_servers
def list_sources(standin, request, user_id):
    sources = standin.data.list_data_sources(user_id)
    return (200, sources) if sources else (404, {"code": "x"})


@route("GET", "/v1/users/{}/data_sets")
@for_servers
def list_data_sets(standin, request, user_id):
    assert parse_qs(urlsplit(request.path).query) == {"size": ["1"]}
    return 200, [{"id": "1"}] if standin.data.has_data(user_id) else []


@route("GET", "/v1/summaries/{}/{}")
@for_servers
def get_summary(standin, request, kind, user_id):
    summary = standin.data.get_summary(kind, user_id)
    return (404, {"code": "x"}) if summary is None else (200, summary)


@route("POST", "/v1/users/{}/followers/{}/alerts")
@for_servers
def set_alerts(standin, request, owner_id, follower_id):
    standin.data.set_alerts(owner_id, follower_id, request.body)
    return 200, None


# --- token endpoint ----------------------------------------------------------------------------------------------------
@route("POST", "/oidc/token")
def oidc_token(standin, request):
    form = {name: values[0] for name, values in parse_qs(request.body).items()}
    assert form["grant_type"] == "client_credentials"
    assert form["scope"] == "openid"
    client_id, secret = credentials_of(request, form, standin.basic_allowed)
    subject = standin.endpoint.subject_of_client(client_id, secret)
    if subject is None:
        return 401, {"error": "invalid_client"}
    id_token = jwt.encode({"sub": subject}, "k" * 32, algorithm="HS256")
    return 200, {"access_token": "opaque", "id_token": id_token, "expires_in": 60}


def credentials_of(request, form, basic_allowed):
    header = request.headers.get("Authorization", "")
    if header.startswith("Basic ") and basic_allowed:
        client_id, _, secret = base64.b64decode(header[6:]).decode().partition(":")
        return client_id, secret
    return form.get("client_id", ""), form.get("client_secret", "")


# --- marketing service ----------------------------------------------------------------------------------------
@route("POST", "/v1/users/{}/marketo")
@for_servers
def refresh_marketing(standin, request, user_id):
    return 200, None
