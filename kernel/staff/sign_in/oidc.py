"""Login through an identity provider: OpenID Connect, authorization code flow with state, nonce and PKCE.

mozilla-django-oidc implements the flow and checks the signature and the nonce of the ID token. The other
checks of OpenID Connect Core (3.1.3.7: issuer, audience, required claims; 5.3.2: subject of the user
information) are made here.
"""

import hmac
from typing import Any

import jwt
import structlog
from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponseBase
from mozilla_django_oidc.auth import OIDCAuthenticationBackend
from mozilla_django_oidc.views import OIDCAuthenticationCallbackView, OIDCAuthenticationRequestView

from kernel.choices import AuditOutcome
from kernel.errors import RateLimited, Unavailable
from kernel.staff import logins
from kernel.staff.sign_in import attempts, identities, steps

log = structlog.get_logger(__name__)
BACKEND = "kernel.staff.sign_in.oidc.Backend"
_REQUIRED = ("exp", "iat", "iss", "aud", "sub", "nonce")
_LEEWAY = 30  # seconds that the provider's clock may be off
# Exceptions that an answer of the provider, or of an impostor, can raise. All errors of requests are
# OSErrors.
_UNUSABLE = (OSError, jwt.PyJWTError, SuspiciousOperation, KeyError, TypeError, ValueError)


class Backend(OIDCAuthenticationBackend):
    def authenticate(self, request: HttpRequest, *, nonce: str, code_verifier: str) -> User | None:
        """With these parameters Django does not call this backend for password logins."""
        reason = "answer not usable"
        try:
            user: User | None = super().authenticate(
                request, nonce=nonce, code_verifier=code_verifier
            )
        except identities.Refused as refusal:
            reason = refusal.reason.value
        except _UNUSABLE as error:
            log.warning("provider.not_usable", error=type(error).__name__)
        else:
            return user
        request.provider_refusal = reason  # type: ignore[attr-defined]
        return None

    def get_user(self, user_id: Any) -> User | None:
        """Django's rule, which the library leaves out: an inactive user has no session."""
        return ModelBackend.get_user(self, user_id)  # type: ignore[return-value]

    def verify_token(self, token: str, **expected: Any) -> dict[str, Any]:
        """The settings choose the algorithm, never the token."""
        claims: dict[str, Any] = jwt.decode(
            token,
            self.retrieve_matching_jwk(token),
            algorithms=[settings.OIDC_RP_SIGN_ALGO],
            audience=settings.OIDC_RP_CLIENT_ID,
            issuer=settings.OIDC_ISSUER,
            leeway=_LEEWAY,
            options={"require": list(_REQUIRED)},
        )
        _check_authorized_party(claims)
        if not hmac.compare_digest(claims["nonce"], expected["nonce"]):
            raise SuspiciousOperation
        return claims

    def get_or_create_user(self, access_token: str, id_token: str, payload: dict[str, Any]) -> User:
        user_info = {}
        if settings.OIDC_OP_USER_ENDPOINT:
            user_info = self.get_userinfo(access_token, id_token, payload)
            if user_info["sub"] != payload["sub"]:
                raise SuspiciousOperation
        return identities.account_of(user_info | payload)


def _check_authorized_party(claims: dict[str, Any]) -> None:
    """A token for several audiences must say which of them requested it."""
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if (several or "azp" in claims) and claims.get("azp") != settings.OIDC_RP_CLIENT_ID:
        raise SuspiciousOperation


class _Callback(OIDCAuthenticationCallbackView):
    def login_success(self) -> HttpResponseBase:
        return steps.begin(
            self.request,
            self.user,
            backend=BACKEND,
            by=steps.PROVIDER,
            next_url=self.success_url,
        )

    def login_failure(self) -> HttpResponseBase:
        if "error" in self.request.GET:
            scope = {"by": steps.PROVIDER, "why": "refused there"}
            logins.record("staff.login", None, outcome=AuditOutcome.DENIED, scope=scope)
        return _refuse(self.request)


def start(request: HttpRequest) -> HttpResponseBase:
    """Redirect to the provider. Each start keeps a session, so the number of starts from one address is
    limited."""
    request.operation_id = "admin.login_provider"  # type: ignore[attr-defined]
    _require_provider()
    try:
        attempts.take_for_provider(request, "start")
    except (RateLimited, Unavailable) as error:
        return logins.refuse(request, error)
    try:
        response: HttpResponseBase = OIDCAuthenticationRequestView.as_view()(request)
    except ValueError as error:  # OIDC_AUTHORIZATION_ENDPOINT is no address
        log.warning("provider.not_usable", error=type(error).__name__)
        return _refuse(request)
    return response


def callback(request: HttpRequest) -> HttpResponseBase:
    """Return from the provider. Only an answer to a request of this session is processed."""
    request.operation_id = "admin.login_provider_callback"  # type: ignore[attr-defined]
    _require_provider()
    if request.GET.get("state") not in request.session.get("oidc_states", {}):
        return _refuse(request)
    try:
        attempts_taken = attempts.take_for_provider(request, "callback")
    except (RateLimited, Unavailable) as error:
        return logins.refuse(request, error)
    response: HttpResponseBase = _Callback.as_view()(request)
    if response.status_code < 400:
        attempts_taken.give_back()
    return response


def _require_provider() -> None:
    if not settings.OIDC_RP_CLIENT_ID:
        raise Http404


def _refuse(request: HttpRequest) -> HttpResponseBase:
    text = "The login did not work. Try again, or ask an administrator whether you have an account."
    return logins.closed(request, text, status=403)
