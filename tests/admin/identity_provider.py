"""An identity provider on loopback: real HTTP, its own key, and any tokens that a test wants it to issue."""

import base64
import hashlib
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives import serialization
from jwt.algorithms import RSAAlgorithm

from tests.redox_peer import key_called

CLIENT_ID, CLIENT_SECRET, KEY_ID = "clinics-staff", "provider-secret-of-the-tests", "key-1"


class IdentityProvider:
    """`claims` go into the ID token, `userinfo` into the user information; `encode` makes the token of claims.
    `broken` names an endpoint that answers nonsense."""

    def __init__(self):
        self.key = key_called("provider")
        self.claims = {"sub": "person-1", "email": "sam@example.org", "email_verified": True}
        self.userinfo, self.encode, self.broken = {}, self.signed, ""
        self.codes, self.requests = {}, []
        provider = self

        class Handler(BaseHTTPRequestHandler):
            wbufsize, disable_nagle_algorithm = -1, True

            def do_GET(self):
                self.answer({"/keys": provider.keys, "/user": provider.user}, {})

            def do_POST(self):
                length = int(self.headers.get("Content-Length", 0))
                form = parse_qs(self.rfile.read(length).decode())
                self.answer({"/token": provider.token}, {n: v[0] for n, v in form.items()})

            def answer(self, routes, form):
                name = self.path.strip("/")
                provider.requests.append((name, form, self.headers.get("Authorization", "")))
                status, body = routes[self.path](form, self.headers.get("Authorization", ""))
                content = b"<html>" if provider.broken == name else json.dumps(body).encode()
                self.send_response(500 if provider.broken == f"{name} down" else status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def configure(self, settings):
        settings.OIDC_RP_CLIENT_ID, settings.OIDC_RP_CLIENT_SECRET = CLIENT_ID, CLIENT_SECRET
        settings.OIDC_ISSUER = self.url
        settings.OIDC_OP_AUTHORIZATION_ENDPOINT = f"{self.url}/authorize"
        settings.OIDC_OP_TOKEN_ENDPOINT = f"{self.url}/token"
        settings.OIDC_OP_JWKS_ENDPOINT = f"{self.url}/keys"
        settings.AUTHENTICATION_BACKENDS = [
            "django.contrib.auth.backends.ModelBackend",
            "kernel.staff.sign_in.oidc.Backend",
        ]

    # --- what a person's browser does
    def authorize(self, location):
        """The query with which the browser returns after the person has logged in."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
        assert location.startswith(f"{self.url}/authorize?")
        code = secrets.token_urlsafe(8)
        self.codes[code] = query
        return {"code": code, "state": query["state"]}

    # --- endpoints
    def token(self, form, _):
        request = self.codes.pop(form.get("code"), None)
        verifier = form.get("code_verifier", "").encode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier).digest()).rstrip(b"=")
        is_right = (
            request is not None
            and request["code_challenge_method"] == "S256"
            and request["code_challenge"] == challenge.decode()
            and request["redirect_uri"] == form["redirect_uri"]
            and (form["client_id"], form["client_secret"]) == (CLIENT_ID, CLIENT_SECRET)
        )
        if not is_right:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": request["nonce"],
        }
        claims = {
            name: value for name, value in (claims | self.claims).items() if value is not None
        }
        return 200, {
            "access_token": "access-1",
            "token_type": "Bearer",
            "id_token": self.encode(claims),
        }

    def keys(self, *_):
        public = json.loads(RSAAlgorithm.to_jwk(self.key.public_key()))
        return 200, {"keys": [{**public, "kid": KEY_ID, "use": "sig", "alg": "RS256"}]}

    def user(self, _, authorization):
        return (200, self.userinfo) if authorization == "Bearer access-1" else (401, {})

    # --- valid and invalid tokens
    def signed(self, claims, key=None, **header):
        return jwt.encode(
            claims, key or self.key, algorithm="RS256", headers={"kid": KEY_ID, **header}
        )

    def unsigned(self, claims):
        return jwt.encode(claims, None, algorithm="none", headers={"kid": KEY_ID})

    def signed_with_the_public_key(self, claims):
        """A known attack: the public key used as the HMAC secret. Built by hand, because the library refuses to do
        it."""
        import hmac

        pem = self.key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        parts = [_packed({"alg": "HS256", "typ": "JWT", "kid": KEY_ID}), _packed(claims)]
        digest = hmac.new(pem, b".".join(parts), hashlib.sha256).digest()
        return b".".join([*parts, base64.urlsafe_b64encode(digest).rstrip(b"=")]).decode()

    def signed_by_another_key(self, claims):
        return self.signed(claims, key_called("another"))


def _packed(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")
