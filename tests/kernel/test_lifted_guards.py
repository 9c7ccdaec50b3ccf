"""`manage.py check --deploy` warns of values that take from an installation what protects it."""

from datetime import timedelta
from ipaddress import ip_network

import pytest

from clinics_site import env, lifted_guards
from scripts import local
from tests.kernel.test_checks import finding_ids

ADDRESS = "rediss://:secret@redis.example.org/0"


def networks(*names):
    return {"WEBHOOK_ALLOWED_NETWORKS": tuple(map(ip_network, names))}


def found(safe, changes):
    for name, value in changes.items():
        setattr(safe, name, {**safe.XEALTH, **value} if name == "XEALTH" else value)
    return [finding.id for finding in lifted_guards.findings(safe)]


@pytest.mark.parametrize(
    "name",
    [
        *(
            "0.0.0.0/0",
            "::/0",
            "127.0.0.0/8",
            "127.0.0.1/32",
            "169.254.0.0/16",
            "169.254.169.254/32",
        ),
        *("::1/128", "fe80::/10", "fc00::/7", "::ffff:127.0.0.1/128", "168.63.129.16/32"),
        *("8.8.8.0/24", "172.0.0.0/8", "10.0.0.0/7", "2a00::/16"),
    ],
)
def test_a_network_that_no_webhook_should_lead_into_is_named(safe, name):
    assert found(safe, networks("10.1.0.0/16", name)) == ["W081"]


@pytest.mark.parametrize(
    "name", ["10.0.0.0/8", "172.16.0.0/12", "192.168.7.0/24", "100.64.0.0/10", "fd12:3456::/32"]
)
def test_a_private_network_is_accepted(safe, name):
    assert found(safe, networks(name)) == []


@pytest.mark.parametrize(
    ("finding", "changes"),
    [
        ("W082", {"ALLOWED_HOSTS": ["clinics.example.org", ".org"]}),
        ("W082", {"CSRF_TRUSTED_ORIGINS": ["https://*.org"]}),
        ("W082", {"CSRF_TRUSTED_ORIGINS": ["https://*"]}),
        ("W083", {"CONFIRMATIONS_PER_KEY": "100/second"}),
        ("W083", {"MAILS_PER_CALLER": "1000000/hour"}),
        ("W084", {"BACKEND_TOKEN_CACHE": timedelta(days=30)}),
        ("W084", {"XEALTH": {"report_link_lifetime": timedelta(days=365)}}),
        ("W085", {"REDIS_URL": f"{ADDRESS}?ssl_cert_reqs=none"}),
        ("W085", {"MONGODB_URI": "mongodb://c:s@db.example.org/?tls=true&tlsInsecure=true"}),
    ],
)
def test_what_lifts_a_guard_is_named(safe, finding, changes):
    assert f"| {finding} |" in (local.BASE / "docs" / "operations.md").read_text()
    assert found(safe, changes) == [finding]
    assert finding_ids() == [f"clinics.{finding}"]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"ALLOWED_HOSTS": [".example.org"], "CSRF_TRUSTED_ORIGINS": ["https://*.example.org"]},
        {"CONFIRMATIONS_PER_KEY": "100/hour", "MAILS_PER_ADDRESS": "1/2seconds"},
        {"MONGODB_URI": "mongodb://c:s@db.example.org/?tls=true&tlsInsecure=false"},
    ],
)
def test_what_is_usual_is_accepted(safe, changes):
    assert found(safe, changes) == []


def test_every_rate_has_a_highest_value():
    rates = {name for name, variable in env.VARIABLES.items() if variable.kind == "rate"}
    assert rates == set(lifted_guards._MOST_PER_HOUR)
