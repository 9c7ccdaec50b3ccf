"""Settings that contradict one another are named by `manage.py check --deploy`."""

import re

import pytest

from clinics_site import contradictions, server
from scripts import local
from tests.kernel.conftest import SAFE
from tests.kernel.test_checks import finding_ids

REDOX = {"client_id": "c", "key_id": "k", "private_key": "p"}
XEALTH = {"client_id": "client-1", "client_secret": "a secret of Xealth's"}
ANYMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
OTHER = "https://other.example.org"


def found(settings):
    return list(contradictions.findings(settings))


def test_settings_that_agree_have_no_findings(safe):
    assert found(safe) == []


CASES = [
    ("E060", {"SIDE_EFFECTS": "external", "DATA_ADDRESS": ""}),
    ("E060", {"SIDE_EFFECTS": "external", "GATEKEEPER_ADDRESS": ""}),
    ("W060", {"SIDE_EFFECTS": "external", "REDOX": {"keep_messages_days": 30}}),
    ("W061", {"REDOX": {**REDOX, "enabled": False}}),
    ("W061", {"XEALTH": {**XEALTH, "enabled": False}}),
    ("W062", {"REDOX": {**REDOX, "enabled": True, "test_mode": True}}),
    ("W063", {"MONGODB_URI": "mongodb://clinics:secret@db.example.org/staging"}),
    ("E064", {"CELERY_BROKER_TRANSPORT_OPTIONS": {"visibility_timeout": 200}}),
    ("W065", {"SERVICE_SECRET": SAFE["SERVER_TOKEN_SECRET"]}),
    ("W065", {"STAFF_SECOND_FACTOR_KEY": SAFE["SECRET_KEY"]}),
    ("E066", {"AUTH_EXTERNAL_ADDRESS": OTHER, "AUTH_EXTERNAL_SECRET": ""}),
    ("W066", {"AUTH_EXTERNAL_ADDRESS": "", "AUTH_EXTERNAL_SECRET": "a secret of the gateway"}),
    ("W067", {"OLD_GATEKEEPER_ADDRESS": OTHER}),
    ("W068", {"ALLOWED_HOSTS": ["other.example.org"]}),
    ("E069", {"HTTPS": False, "SECURE_SSL_REDIRECT": True}),
    ("W069", {"CSRF_TRUSTED_ORIGINS": ["http://clinics.example.org"]}),
    ("E070", {"EMAIL_BACKEND": ANYMAIL_BACKEND}),
    ("W070", {"ANYMAIL": {"POSTMARK_SERVER_TOKEN": "token"}}),
    ("E071", {"EMAIL_BACKEND": "anymail.backends.postmark.EmailBackends", "ANYMAIL": {"X": "x"}}),
    ("E072", {"EMAIL_HOST_USER": "clinics"}),
    ("E072", {"EMAIL_HOST_PASSWORD": "secret"}),
    ("E073", {"EMAIL_PORT": 465}),
    ("E074", {"STAFF_SECOND_FACTOR": "off", "STAFF_SECOND_FACTOR_ROLES": ["support"]}),
    (
        "E074",
        {"STAFF_SECOND_FACTOR": "off", "OIDC_RP_CLIENT_ID": "c", "OIDC_SECOND_FACTOR": "here"},
    ),
    ("E075", {"OIDC_GROUPS_CLAIM": "groups"}),
    ("E075", {"OIDC_GROUP_ROLES": ["desk=support"]}),
    ("W076", {"OIDC_ISSUER": OTHER}),
    ("W078", {"SIDE_EFFECTS_IS_SET": False}),
    ("W079", {"ASSET_URL": "http://127.0.0.1:8080/static"}),
    ("W080", {"METRICS_TOKEN": ""}),
]


def name_of(case):
    return case if isinstance(case, str) else "-".join(case)


@pytest.mark.parametrize(("finding", "changes"), CASES, ids=name_of)
def test_settings_that_contradict_one_another_are_named(safe, finding, changes):
    for name, value in changes.items():
        parts = getattr(safe, name)
        merged = {**parts, **value} if name in ("REDOX", "XEALTH") else value
        setattr(safe, name, merged)
    (problem,) = found(safe)
    assert problem.id == finding


@pytest.mark.parametrize(
    "changes",
    [
        {"SIDE_EFFECTS": "external"},
        {"MONGODB_URI": "mongodb://clinics:secret@db.example.org/admin"},
        {"MONGODB_URI": "mongodb+srv://clinics:secret@db.example.org/staging"},
        {"MONGODB_URI": "not an address"},
        {"APPLICATION_URL": "https://[::1", "ASSET_URL": "https://a b:99999"},
        {"ALLOWED_HOSTS": [".example.org"]},
        {"EMAIL_BACKEND": ANYMAIL_BACKEND, "ANYMAIL": {"POSTMARK_SERVER_TOKEN": "token"}},
        {"EMAIL_HOST_USER": "clinics", "EMAIL_HOST_PASSWORD": "secret"},
        {"OLD_GATEKEEPER_ADDRESS": SAFE["GATEKEEPER_ADDRESS"]},
        {"OIDC_GROUPS_CLAIM": "groups", "OIDC_GROUP_ROLES": ["desk=support"]},
    ],
    ids=name_of,
)
def test_settings_that_look_alike_are_accepted(safe, changes):
    for name, value in changes.items():
        setattr(safe, name, value)
    assert found(safe) == []


def test_the_database_is_not_one_of_mongodbs_own(safe, monkeypatch):
    monkeypatch.setitem(safe.DATABASES["default"], "NAME", "admin")
    assert [problem.id for problem in found(safe)] == ["E063"]


def test_monitoring_has_a_port_of_its_own(safe, monkeypatch):
    monkeypatch.setattr(server, "HEALTH_PORT", server.PORT)
    assert [problem.id for problem in found(safe)] == ["E077"]


def test_no_text_holds_a_value(safe):
    safe.SERVICE_SECRET = safe.SERVER_TOKEN_SECRET
    safe.AUTH_EXTERNAL_SECRET = "a secret of the gateway"
    safe.MONGODB_URI = "mongodb://clinics:secret@db.example.org/staging"
    said = " ".join(problem.text for problem in found(safe))
    assert not re.search("of our own|gateway|example|staging", said)


def test_check_deploy_reports_them(safe):
    safe.EMAIL_PORT, safe.ASSET_URL = 465, "http://localhost/static"
    assert finding_ids() == ["clinics.E073", "clinics.W079"]


def test_the_table_lists_each(safe):
    table = (local.BASE / "docs" / "operations.md").read_text()
    rows = re.findall(r"^\| ([EW]0(?:[67]\d|80)(?:, [EW]0[67]\d)*) \|", table, re.MULTILINE)
    listed = {finding for row in rows for finding in row.split(", ")}
    assert listed == {finding for finding, _ in CASES} | {"E063", "E077"}
