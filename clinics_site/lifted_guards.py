"""Values that are valid, and take from an installation what protects it; `manage.py check --deploy` warns of them.

The table in docs/operations.md lists the findings by id.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import limits

from clinics_site.outside_addresses import Finding

Network = IPv4Network | IPv6Network

# This machine, and where a cloud answers its machines alone: in several, with their passwords.
_NEVER: tuple[Network, ...] = tuple(
    map(
        ip_network,
        (
            *("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "168.63.129.16/32"),
            *("::/127", "fe80::/10", "fd00:ec2::254/128"),
            *("::ffff:0:0/96", "64:ff9b::/96"),  # IPv4 in the form of IPv6
        ),
    )
)
_LONGEST_TOKEN_CACHE = timedelta(hours=1)
_LONGEST_REPORT_LINK = timedelta(days=1)
# By setting: calls in an hour, a hundred times what is usual.
_MOST_PER_HOUR = {
    "CONFIRMATIONS_PER_ADDRESS": 500,
    "CONFIRMATIONS_PER_CLIENT": 12_000,
    "CONFIRMATIONS_PER_KEY": 2_000,
    "MAILS_PER_ADDRESS": 2_000,
    "MAILS_PER_CALLER": 500_000,
    "TAKEN_ADDRESSES_PER_CALLER": 2_000,
}
_HOUR = 3600
_WITHOUT_CHECK = {
    "tlsinsecure": "true",
    "tlsallowinvalidcertificates": "true",
    "tlsallowinvalidhostnames": "true",
    "ssl_cert_reqs": "none",
    "ssl_check_hostname": "false",
}


def findings(settings: Any) -> Iterator[Finding]:
    for rule in _RULES:
        yield from rule(settings)


def _networks(settings: Any) -> Iterator[Finding]:
    for network in settings.WEBHOOK_ALLOWED_NETWORKS:
        if any(network.version == one.version and network.overlaps(one) for one in _NEVER):
            yield Finding(
                "W081",
                f"WEBHOOK_ALLOWED_NETWORKS has {network}, with addresses of this machine, or of the cloud that it runs "
                "in: who may add a webhook could have this service call them",
            )
        elif network.network_address.is_global or network.broadcast_address.is_global:
            yield Finding(
                "W081",
                f"WEBHOOK_ALLOWED_NETWORKS has {network}, with addresses of the internet: webhooks may lead there "
                "without it, and with it by http",
            )


def _host_patterns(settings: Any) -> Iterator[Finding]:
    """`.org` is every host of .org; `.example.org` is what the setting is meant for."""
    if any(one.startswith(".") and "." not in one[1:] for one in settings.ALLOWED_HOSTS):
        yield Finding("W082", "ALLOWED_HOSTS allows all hosts below a name without a dot")
    hosts = [urlsplit(one).netloc for one in settings.CSRF_TRUSTED_ORIGINS]
    if any(host.startswith("*") and "." not in host[2:] for host in hosts):
        yield Finding("W082", "CSRF_TRUSTED_ORIGINS trusts all hosts below a name without a dot")


def _rates(settings: Any) -> Iterator[Finding]:
    for name, most in _MOST_PER_HOUR.items():
        rate = limits.parse(getattr(settings, name))
        if rate.amount * _HOUR > most * rate.get_expiry():
            yield Finding("W083", f"{name} allows more than {most} in an hour, which is no limit")


def _lifetimes(settings: Any) -> Iterator[Finding]:
    if settings.BACKEND_TOKEN_CACHE > _LONGEST_TOKEN_CACHE:
        text = "BACKEND_TOKEN_CACHE is above an hour: a token that was withdrawn would be trusted until then"
        yield Finding("W084", text)
    xealth = settings.XEALTH
    if xealth["enabled"] and xealth["report_link_lifetime"] > _LONGEST_REPORT_LINK:
        text = "XEALTH_REPORT_LINK_LIFETIME is above a day: who finds the address of a report could read it until then"
        yield Finding("W084", text)


def _certificates(settings: Any) -> Iterator[Finding]:
    for name in ("MONGODB_URI", "REDIS_URL"):
        options = parse_qsl(getattr(settings, name).partition("?")[2])
        if any(_WITHOUT_CHECK.get(key.lower()) == value.lower() for key, value in options):
            text = f"{name} accepts every certificate: anyone on the way could be the server"
            yield Finding("W085", text)


_RULES: tuple[Callable[[Any], Iterator[Finding]], ...] = (
    _networks,
    _host_patterns,
    _rates,
    _lifetimes,
    _certificates,
)
