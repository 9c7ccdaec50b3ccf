"""System checks: what may not start, and what may not go to production."""

import pytest
from django.core.checks import run_checks

from clinics_site import checks
from clinics_site.core.api.operations import REGISTRY

ADDRESSES = [
    "SHORELINE_ADDRESS",
    "SEAGULL_ADDRESS",
    "GATEKEEPER_ADDRESS",
    "AUTH_ADDRESS",
    "DATA_ADDRESS",
]


def ids(messages):
    return sorted(message.id for message in messages)


def test_the_service_as_it_is_may_start():
    assert [m for m in run_checks() if m.id and m.id.startswith("clinics.")] == []


def test_an_operation_without_policy_row_may_not_start(monkeypatch):
    monkeypatch.setitem(REGISTRY, "ForgottenOperation", object())

    (message,) = checks.every_operation_has_a_rule()
    assert message.id == "clinics.E001"
    assert "ForgottenOperation" in message.msg


def test_a_rule_that_does_not_say_what_it_looks_at_may_not_start(monkeypatch):
    from clinics_site.core import policy

    monkeypatch.setitem(policy.table(), "FindPatients", lambda caller: True)

    (message,) = checks.every_rule_says_what_it_looks_at()
    assert message.id == "clinics.E006"
    assert "FindPatients" in message.msg


@pytest.mark.parametrize("name", ADDRESSES)
def test_no_stand_in_may_go_to_production(settings, name):
    for address in ADDRESSES:
        setattr(settings, address, "http://service")
    assert checks.no_stand_ins() == []
    setattr(settings, name, "")
    assert ids(checks.no_stand_ins()) == ["clinics.E002"]


def test_production_needs_secrets_of_its_own(settings):
    settings.SECRET_KEY = "insecure-development-key-only"
    settings.SHORELINE_ADDRESS = "http://service"
    settings.SERVER_TOKEN_SECRET = ""
    assert {"clinics.E003", "clinics.E004"} <= set(ids(checks.secrets_are_own()))

    settings.SECRET_KEY = "long and random and our own"
    settings.SERVER_TOKEN_SECRET = "secret"
    assert {"clinics.E003", "clinics.E004"}.isdisjoint(ids(checks.secrets_are_own()))


def test_an_enabled_redox_needs_all_its_settings(settings):
    settings.REDOX = {**settings.REDOX, "enabled": True, "client_id": ""}
    assert "clinics.E005" in ids(checks.redox_is_complete())
    settings.REDOX = {**settings.REDOX, **dict.fromkeys(checks._REDOX_REQUIRED, "x")}
    assert checks.redox_is_complete() == []
    settings.REDOX = {**settings.REDOX, "enabled": False, "client_id": ""}
    assert checks.redox_is_complete() == []
