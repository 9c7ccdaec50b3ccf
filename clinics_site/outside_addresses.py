"""The addresses of other services that the settings name, and what is wrong with each.

Services of the same installation commonly speak http inside a private network, so http to a host that is recognisably
there is accepted of every address but those of the identity provider and those in mails, which browsers open.
"""

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

import httpx2

_LABEL = re.compile(r"[\w-]{1,63}")
_LONGEST_HOST = 253
_MOST_PORTS = 65535
_PRIVATE_ENDINGS = (".localhost", ".local", ".internal", ".svc", ".lan", ".home.arpa")
_REDOX = ("token_url", "endpoint_url", "upload_url")
_XEALTH = {"token_url": "TOKEN_URL", "base_url": "SERVER_BASE_URL"}


class Over(Enum):
    """What http means for an address: the id of the finding, and why."""

    BROWSER = "E035", "has to begin with https://: staff log in there"
    MAIL = "E011", "is not an https address: links in mails lead there"
    INTERNET = (
        "E037",
        "is an http address outside of the private network: secrets and patients' data go there",
    )
    NETWORK = "W037", "is an http address whose host may be outside of the private network"
    PICTURE = "", ""


_ALSO_IN_PRIVATE = (Over.BROWSER, Over.MAIL)


@dataclass(frozen=True, slots=True)
class Address:
    variable: str
    value: str
    over: Over
    is_base: bool = True  # paths are appended to it, so that it cannot have a query


@dataclass(frozen=True, slots=True)
class Finding:
    id: str
    text: str


def findings(settings: Any) -> Iterator[Finding]:
    """At most one for each address. The text never holds the value, which may hold a password."""
    for address in in_use(settings):
        if not is_web_address(address.value, is_base=address.is_base):
            text = "is not an http or https address that can be called"
            yield Finding("E036", f"{address.variable} {text}")
        elif _is_exposed(address):
            identifier, text = address.over.value
            yield Finding(identifier, f"{address.variable} {text}")


def in_use(settings: Any) -> Iterator[Address]:
    """Those that are set, of what is switched on."""
    yield from (address for address in _all(settings) if address.value)


def _all(settings: Any) -> Iterator[Address]:
    yield from _of_this_service(settings)
    yield from _of_neighbours(settings)
    yield from _of_health_records(settings)
    yield from _of_mail_providers(settings)
    if settings.OIDC_RP_CLIENT_ID:
        yield from _of_identity_provider(settings)


def _of_this_service(settings: Any) -> Iterator[Address]:
    yield Address("TIDEPOOL_APPLICATION_URL", settings.APPLICATION_URL, Over.MAIL)
    yield Address("TIDEPOOL_WEBAPP_URL", settings.WEBAPP_URL, Over.MAIL)
    yield Address("TIDEPOOL_ASSET_URL", settings.ASSET_URL, Over.PICTURE)


def _of_neighbours(settings: Any) -> Iterator[Address]:
    bases = {
        "TIDEPOOL_SHORELINE_CLIENT_ADDRESS": settings.SHORELINE_ADDRESS,
        "TIDEPOOL_SEAGULL_CLIENT_ADDRESS": settings.SEAGULL_ADDRESS,
        "TIDEPOOL_PERMISSION_CLIENT_ADDRESS": settings.GATEKEEPER_ADDRESS,
        "TIDEPOOL_AUTH_CLIENT_ADDRESS": settings.AUTH_ADDRESS,
        "TIDEPOOL_AUTH_CLIENT_EXTERNAL_ADDRESS": settings.AUTH_EXTERNAL_ADDRESS,
        "TIDEPOOL_DATA_CLIENT_ADDRESS": settings.DATA_ADDRESS,
        "TIDEPOOL_EXPORT_CLIENT_ADDRESS": settings.EXPORT_ADDRESS,
        "TIDEPOOL_MARKETO_SERVICE_HOST": settings.MARKETO_ENABLED and settings.MARKETO_HOST,
    }
    for variable, value in bases.items():
        yield Address(variable, value or "", Over.NETWORK)
    endpoint = settings.AUTH_TOKEN_ENDPOINT
    yield Address("TIDEPOOL_AUTH_SERVICE_TOKEN_ENDPOINT", endpoint, Over.NETWORK, is_base=False)
    yield Address("OTEL_EXPORTER_OTLP_ENDPOINT", settings.TRACES_TO, Over.NETWORK)
    yield Address("SENTRY_DSN", settings.CRASH_REPORTS_TO, Over.NETWORK)


def _of_health_records(settings: Any) -> Iterator[Address]:
    if settings.REDOX["enabled"]:
        for name in _REDOX:
            variable = f"TIDEPOOL_REDOX_{name.upper()}"
            yield Address(variable, settings.REDOX[name], Over.INTERNET, is_base=False)
    if settings.XEALTH["enabled"]:
        for name, suffix in _XEALTH.items():
            variable = f"TIDEPOOL_XEALTH_{suffix}"
            yield Address(
                variable, settings.XEALTH[name], Over.INTERNET, is_base=name == "base_url"
            )


def _of_mail_providers(settings: Any) -> Iterator[Address]:
    for name, value in settings.ANYMAIL.items():
        if name.endswith("_URL"):
            yield Address(f"ANYMAIL_{name}", str(value), Over.INTERNET)


def _of_identity_provider(settings: Any) -> Iterator[Address]:
    """Without the issuer: it is compared, never called, and need not be an address."""
    endpoints = {
        "OIDC_AUTHORIZATION_ENDPOINT": settings.OIDC_OP_AUTHORIZATION_ENDPOINT,
        "OIDC_TOKEN_ENDPOINT": settings.OIDC_OP_TOKEN_ENDPOINT,
        "OIDC_JWKS_ENDPOINT": settings.OIDC_OP_JWKS_ENDPOINT,
        "OIDC_USER_ENDPOINT": settings.OIDC_OP_USER_ENDPOINT,
        "OIDC_LOGOUT_ENDPOINT": settings.OIDC_LOGOUT_ENDPOINT,
    }
    for variable, value in endpoints.items():
        yield Address(variable, value, Over.BROWSER, is_base=False)


def is_web_address(text: str, *, is_base: bool) -> bool:
    """Stricter than the HTTP client, which encodes a blank in a host or resolves dots in a path."""
    try:
        url = httpx2.URL(text)
    except httpx2.InvalidURL:
        return False
    return (
        url.scheme in ("http", "https")
        and not re.search(r"\s", text)
        and is_host(url.host)
        and (url.port is None or 0 < url.port <= _MOST_PORTS)
        and _is_plain_path(text)
        and not url.fragment
        and not (is_base and url.query)
    )


def _is_plain_path(text: str) -> bool:
    path = text.partition("://")[2].partition("?")[0]
    return "//" not in path and not {".", ".."} & {*path.split("/")[1:]}


def host_of(text: str) -> str:
    """Empty where the text is not an address."""
    try:
        return httpx2.URL(text).host
    except httpx2.InvalidURL:
        return ""


def is_host(host: str) -> bool:
    labels = host.removesuffix(".").split(".")
    is_name = len(host) <= _LONGEST_HOST and all(map(_LABEL.fullmatch, labels))
    return is_name or _ip_address(host) is not None


def is_private(host: str) -> bool:
    """Loopback, a private network, a name without a domain, or a domain that is none of the internet's."""
    address = _ip_address(host)
    if address is not None:
        return address.is_private
    name = host.lower().removesuffix(".")
    return "." not in name or name.endswith(_PRIVATE_ENDINGS)


def is_loopback(host: str) -> bool:
    address = _ip_address(host)
    return address.is_loopback if address else host.lower().removesuffix(".") == "localhost"


def _ip_address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _is_exposed(address: Address) -> bool:
    url = httpx2.URL(address.value)
    if url.scheme == "https" or address.over is Over.PICTURE:
        return False
    return address.over in _ALSO_IN_PRIVATE or not is_private(url.host)
