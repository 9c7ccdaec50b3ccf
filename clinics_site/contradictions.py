"""Settings that are valid alone and contradict one another: one of them has no effect, or not the intended one.

The table in docs/operations.md lists the findings by id; `manage.py check --deploy` reports them. No text holds the
value of a secret or of an address, which may hold a password.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from django.http.request import validate_host
from django.utils.module_loading import import_string
from pymongo.errors import PyMongoError
from pymongo.uri_parser import parse_uri

from clinics_site import safeguards
from clinics_site.outside_addresses import Finding, host_of, is_loopback

_OWN_DATABASES = ("admin", "config", "local")
_ANYMAIL = "anymail."
_TLS_FROM_THE_START = 465
_REDOX_ACCESS = ("client_id", "key_id", "private_key")
_XEALTH_ACCESS = ("client_id", "client_secret")


def findings(settings: Any) -> Iterator[Finding]:
    for rule in _RULES:
        yield from rule(settings)


# --- side effects, health records -----------------------------------------------------------------
def _unset_effects(settings: Any) -> Iterator[Finding]:
    """Beside another worker the default would send every mail twice, so it is to be chosen."""
    if not settings.SIDE_EFFECTS_IS_SET:
        yield Finding(
            "W078",
            "SIDE_EFFECTS is not set, which means internal: beside another worker that watches the collections every "
            "mail would be sent twice",
        )


def _external_effects(settings: Any) -> Iterator[Finding]:
    """The worker outside asks the services of the installation, and knows nothing of our stand-ins."""
    if settings.SIDE_EFFECTS != "external":
        return
    for setting, variable in STAND_INS.items():
        if not getattr(settings, setting):
            yield Finding(
                "E060",
                f"SIDE_EFFECTS is external, and {variable} is not set: the worker outside would ask a service that "
                "does not know what the stand-in here has stored",
            )
    if settings.REDOX["keep_messages_days"]:
        yield Finding(
            "W060",
            "REDOX_KEEP_MESSAGES_DAYS has no effect with SIDE_EFFECTS=external: what is done is not known here",
        )


STAND_INS = {
    "SHORELINE_ADDRESS": "TIDEPOOL_SHORELINE_CLIENT_ADDRESS",
    "SEAGULL_ADDRESS": "TIDEPOOL_SEAGULL_CLIENT_ADDRESS",
    "GATEKEEPER_ADDRESS": "TIDEPOOL_PERMISSION_CLIENT_ADDRESS",
    "AUTH_ADDRESS": "TIDEPOOL_AUTH_CLIENT_ADDRESS",
    "DATA_ADDRESS": "TIDEPOOL_DATA_CLIENT_ADDRESS",
}


def _health_records(settings: Any) -> Iterator[Finding]:
    sides = (
        ("REDOX", settings.REDOX, _REDOX_ACCESS, "messages would be kept here and not sent"),
        ("XEALTH", settings.XEALTH, _XEALTH_ACCESS, "every request of Xealth would be 404"),
    )
    for name, side, access, consequence in sides:
        if not side["enabled"] and all(side[part] for part in access):
            text = (
                f"TIDEPOOL_{name}_ENABLED is false, although its credentials are set: {consequence}"
            )
            yield Finding("W061", text)
    if settings.REDOX["enabled"] and settings.REDOX["test_mode"]:
        yield Finding("W062", "TIDEPOOL_REDOX_TEST_MODE marks every message as a test")


# --- data, broker ---------------------------------------------------------------------------------
def _database(settings: Any) -> Iterator[Finding]:
    name = settings.DATABASES["default"]["NAME"]
    if name in _OWN_DATABASES:
        yield Finding(
            "E063", f"TIDEPOOL_CLINIC_DATABASE_NAME is {name}, a database of MongoDB itself"
        )
    in_uri = _database_in_uri(settings.MONGODB_URI)
    if in_uri not in (None, name, "admin"):
        yield Finding(
            "W063",
            "MONGODB_URI names another database than TIDEPOOL_CLINIC_DATABASE_NAME, which is the one that is used",
        )


def _database_in_uri(uri: str) -> str | None:
    try:
        found = parse_uri(uri, validate=False, connect_timeout=1) if "+srv" not in uri else {}
    except (PyMongoError, ValueError):
        return None
    return found.get("database")


def _broker(settings: Any) -> Iterator[Finding]:
    timeout = settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]
    limit = settings.CELERY_TASK_TIME_LIMIT
    if timeout <= limit:
        yield Finding(
            "E064",
            f"BROKER_VISIBILITY_TIMEOUT is not above {limit}, the seconds of a task: long ones would run twice",
        )


# --- secrets, addresses ---------------------------------------------------------------------------
def _equal_secrets(settings: Any) -> Iterator[Finding]:
    secrets = {
        **safeguards.tokens(settings),
        "SECRET_KEY": settings.SECRET_KEY,
        "STAFF_SECOND_FACTOR_KEY": settings.STAFF_SECOND_FACTOR_KEY,
        "OIDC_CLIENT_SECRET": settings.OIDC_RP_CLIENT_SECRET,
        "TIDEPOOL_XEALTH_CLIENT_SECRET": settings.XEALTH["client_secret"],
    }
    for value, count in Counter(filter(None, secrets.values())).items():
        if count > 1:
            names = " and ".join(name for name, secret in secrets.items() if secret == value)
            text = f"{names} are the same secret: who knows one of them knows the others"
            yield Finding("W065", text)


def _second_login(settings: Any) -> Iterator[Finding]:
    address = "TIDEPOOL_AUTH_CLIENT_EXTERNAL_ADDRESS"
    secret = "TIDEPOOL_AUTH_CLIENT_EXTERNAL_SERVER_SESSION_TOKEN_SECRET"  # noqa: S105
    if settings.AUTH_EXTERNAL_ADDRESS and not settings.AUTH_EXTERNAL_SECRET:
        yield Finding("E066", f"{address} is set without {secret}: the login would fail")
    if settings.AUTH_EXTERNAL_SECRET and not settings.AUTH_EXTERNAL_ADDRESS:
        yield Finding("W066", f"{secret} has no effect without {address}")


def _permission_service(settings: Any) -> Iterator[Finding]:
    if settings.OLD_GATEKEEPER_ADDRESS not in ("", settings.GATEKEEPER_ADDRESS):
        yield Finding(
            "W067",
            "TIDEPOOL_GATEKEEPER_CLIENT_ADDRESS has no effect: TIDEPOOL_PERMISSION_CLIENT_ADDRESS is set and differs",
        )


def _public_addresses(settings: Any) -> Iterator[Finding]:
    host = host_of(settings.APPLICATION_URL)
    if host and not validate_host(host, settings.ALLOWED_HOSTS):
        yield Finding(
            "W068",
            "ALLOWED_HOSTS does not have the host of TIDEPOOL_APPLICATION_URL: unless a proxy changes the header "
            "Host, links that lead there are refused",
        )
    if is_loopback(host_of(settings.ASSET_URL)):
        text = "TIDEPOOL_ASSET_URL leads to the machine of the reader: mails would have no images"
        yield Finding("W079", text)


def _https(settings: Any) -> Iterator[Finding]:
    if settings.SECURE_SSL_REDIRECT and not settings.HTTPS:
        yield Finding(
            "E069",
            "SSL_REDIRECT without HTTPS: behind a proxy that ends TLS every request would be redirected without end",
        )
    if settings.HTTPS and any(
        origin.startswith("http:") for origin in settings.CSRF_TRUSTED_ORIGINS
    ):
        text = (
            "CSRF_TRUSTED_ORIGINS has an http origin, and HTTPS is true: its forms would be refused"
        )
        yield Finding("W069", text)


# --- mail -----------------------------------------------------------------------------------------
def _mail(settings: Any) -> Iterator[Finding]:
    is_anymail = settings.EMAIL_BACKEND.startswith(_ANYMAIL)
    given = [name for name in settings.ANYMAIL if name != "REQUESTS_TIMEOUT"]
    if is_anymail and not given:
        text = "EMAIL_BACKEND belongs to anymail, and no ANYMAIL_ variable is set: no mail could be sent"
        yield Finding("E070", text)
    if given and not is_anymail:
        yield Finding(
            "W070", "ANYMAIL_ variables have no effect: EMAIL_BACKEND does not belong to anymail"
        )
    if not _exists(settings.EMAIL_BACKEND):
        yield Finding("E071", "EMAIL_BACKEND is not the name of a mail backend")


def _exists(backend: str) -> bool:
    try:
        import_string(backend)
    except ImportError:
        return False
    return True


def _mail_server(settings: Any) -> Iterator[Finding]:
    if not settings.EMAIL_BACKEND.endswith(".smtp.EmailBackend"):
        return
    if bool(settings.EMAIL_HOST_USER) != bool(settings.EMAIL_HOST_PASSWORD):
        text = "only one of EMAIL_HOST_USER and EMAIL_HOST_PASSWORD is set: there would be no login"
        yield Finding("E072", text)
    if settings.EMAIL_PORT == _TLS_FROM_THE_START:
        text = "EMAIL_PORT is 465, where TLS begins at once; this service begins it with STARTTLS, usually on 587"
        yield Finding("E073", text)


# --- staff ----------------------------------------------------------------------------------------
def _second_factor(settings: Any) -> Iterator[Finding]:
    if settings.STAFF_SECOND_FACTOR != "off":
        return
    if settings.STAFF_SECOND_FACTOR_ROLES:
        text = "STAFF_SECOND_FACTOR_ROLES has no effect: STAFF_SECOND_FACTOR is off"
        yield Finding("E074", text)
    if settings.OIDC_RP_CLIENT_ID and settings.OIDC_SECOND_FACTOR == "here":
        text = "OIDC_SECOND_FACTOR is here, and STAFF_SECOND_FACTOR is off: neither side would ask for one"
        yield Finding("E074", text)


def _identity_provider(settings: Any) -> Iterator[Finding]:
    if bool(settings.OIDC_GROUPS_CLAIM) != bool(settings.OIDC_GROUP_ROLES):
        yield Finding(
            "E075",
            "only one of OIDC_GROUPS_CLAIM and OIDC_GROUP_ROLES is set: without the claim groups give no roles, "
            "without the list a login takes all roles",
        )
    named = {
        "OIDC_ISSUER": settings.OIDC_ISSUER,
        "OIDC_CLIENT_SECRET": settings.OIDC_RP_CLIENT_SECRET,
        "OIDC_TOKEN_ENDPOINT": settings.OIDC_OP_TOKEN_ENDPOINT,
    }
    given = [name for name, value in named.items() if value]
    if given and not settings.OIDC_RP_CLIENT_ID:
        text = f"{given[0]} has no effect: without OIDC_CLIENT_ID no identity provider is used"
        yield Finding("W076", text)


def _metrics(settings: Any) -> Iterator[Finding]:
    if not settings.METRICS_TOKEN:
        yield Finding(
            "W080",
            "METRICS_TOKEN is not set: /metrics, of web and on METRICS_PORT, answers 401 to everyone, and no alarm of "
            "deploy/prometheus could be raised",
        )


def _ports(_: Any) -> Iterator[Finding]:
    from clinics_site import server

    if server.HEALTH_PORT == server.PORT:
        yield Finding("E077", "HEALTH_PORT is PORT: monitoring would get no answer of its own")


_RULES: tuple[Callable[[Any], Iterator[Finding]], ...] = (
    _unset_effects,
    _external_effects,
    _health_records,
    _database,
    _broker,
    _equal_secrets,
    _second_login,
    _permission_service,
    _public_addresses,
    _https,
    _mail,
    _mail_server,
    _second_factor,
    _identity_provider,
    _metrics,
    _ports,
)
