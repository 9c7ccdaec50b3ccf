"""System checks: settings that stop the start, and settings that must not go to production."""

import pytest
from django.core.checks import run_checks

from clinics_site import checks, safeguards
from kernel.api.operations import REGISTRY
from tests.kernel.conftest import ADDRESSES, SAFE


def ids(messages):
    return sorted(message.id for message in messages)


def test_the_service_passes_its_checks():
    assert [m for m in run_checks() if m.id and m.id.startswith("clinics.")] == []


@pytest.mark.yardstick("Z1")
def test_an_operation_without_policy_row_is_an_error(monkeypatch):
    monkeypatch.setitem(REGISTRY, "ForgottenOperation", object())

    (message,) = checks.every_operation_has_a_rule()
    assert message.id == "clinics.E001"
    assert "ForgottenOperation" in message.msg


def test_a_rule_that_does_not_declare_what_it_reads_is_an_error(monkeypatch):
    from kernel import policy

    monkeypatch.setitem(policy.table(), "FindPatients", lambda caller: True)

    (message,) = checks.every_rule_declares_what_it_reads()
    assert message.id == "clinics.E006"
    assert "FindPatients" in message.msg


@pytest.mark.parametrize("name", [*ADDRESSES, "WEBAPP_URL_IS_SET"])
def test_an_embedded_stand_in_in_production_is_an_error(settings, name):
    settings.XEALTH = {**settings.XEALTH, "enabled": False}
    for address in (*ADDRESSES, "WEBAPP_URL_IS_SET"):
        setattr(settings, address, "http://service")
    assert checks.no_stand_ins() == []
    setattr(settings, name, "")
    assert ids(checks.no_stand_ins()) == ["clinics.E002"]


def test_a_xealth_that_is_enabled_without_a_client_id_is_a_stand_in(settings):
    for address in (*ADDRESSES, "WEBAPP_URL_IS_SET"):
        setattr(settings, address, "http://service")
    settings.XEALTH = {**settings.XEALTH, "enabled": True}
    assert ids(checks.no_stand_ins()) == ["clinics.E002"]
    settings.XEALTH = {**settings.XEALTH, "client_id": "client-1"}
    assert checks.no_stand_ins() == []


def test_missing_and_short_tokens_of_neighbours_are_errors(settings):
    settings.SHORELINE_ADDRESS = "http://service"
    settings.SERVER_TOKEN_SECRET = ""
    settings.REDOX = {**settings.REDOX, "verification_token": "short"}
    assert ids(checks.tokens_are_strong()) == ["clinics.E004", "clinics.E006"]

    settings.SERVER_TOKEN_SECRET = "a secret of our own"
    settings.REDOX = {**settings.REDOX, "verification_token": "another one of our own"}
    assert checks.tokens_are_strong() == []


PUBLIC = "only-for-trying-at-home"


def findings():
    messages = run_checks(include_deployment_checks=True)
    return [message for message in messages if message.id.startswith("clinics.")]


def finding_ids():
    return ids(findings())


@pytest.mark.yardstick("W1")
def test_a_safe_installation_has_no_findings(safe):
    assert finding_ids() == []


@pytest.mark.yardstick("W1")
@pytest.mark.parametrize(
    ("name", "value", "finding"),
    [
        ("DEBUG", True, "E003"),
        ("SECRET_KEY", "insecure-development-key-only-but-longer", "E003"),
        ("SECRET_KEY", "short", "E003"),
        ("SECRET_KEY", "x" * 99, "E003"),
        ("AUDIT_KEY", "", "E003"),
        ("AUDIT_KEY", SAFE["SECRET_KEY"], "E003"),
        ("ALLOWED_HOSTS", ["clinics.example.org", "*"], "E003"),
        ("SERVICE_SECRET", PUBLIC, "E003"),
        ("METRICS_TOKEN", PUBLIC, "E003"),
        ("METRICS_TOKEN", "short", "E006"),
        ("SERVER_TOKEN_SECRET", "", "E004"),
        ("SERVER_TOKEN_SECRET", "short", "E006"),
        ("ENVIRONMENT", "local", "E007"),
        ("ENVIRONMENT", "test", "E007"),
        ("CLIENT_ADDRESS_HEADER", "", "E008"),
        ("CLIENT_ADDRESS_HEADER", "Forwarded", "E008"),
        ("EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend", "E009"),
        ("HTTPS", False, "E010"),
        ("WEBAPP_URL", "http://app.example.org", "E011"),
        ("APPLICATION_URL", "http://clinics.example.org", "E011"),
        ("REDIS_URL", "redis://redis.example.org/0", "W001"),
        ("MONGODB_URI", "mongodb://mongodb.example.org/", "W002"),
        ("LOG_LEVEL", "WARNING", "W003"),
        ("STAFF_SECOND_FACTOR", "optional", "E033"),
    ],
)
def test_an_unsafe_setting_is_reported(safe, name, value, finding):
    setattr(safe, name, value)
    assert finding_ids() == [f"clinics.{finding}"]


@pytest.mark.parametrize(
    ("name", "value", "finding"),
    [
        ("bearer_token", "", "E051"),
        ("bearer_token", "short", "E006"),
        ("client_id", "", "E002"),
        ("client_secret", "", "E051"),
        ("token_url", "https://auth-sandbox.xealth.io/oauth2/token", "W051"),
        ("base_url", "https://api-sandbox.xealth.io/v2", "W051"),
    ],
)
def test_a_setting_that_xealth_lacks_is_named(safe, name, value, finding):
    safe.XEALTH = {**safe.XEALTH, name: value}
    (message,) = findings()
    assert message.id == f"clinics.{finding}"
    variable = {"base_url": "SERVER_BASE_URL"}.get(name, name.upper())
    assert f"TIDEPOOL_XEALTH_{variable}" in message.msg


@pytest.mark.parametrize(
    ("source", "is_reported"),
    [
        ("https://*.xealth.io", False),
        ("https://ehr.example.org:8443", False),
        ("'self'", False),
        ("http://ehr.example.org", True),
        ("https:", True),
        ("*", True),
        ("https://a.example.org https://b.example.org", True),
        ("https://a.example.org; script-src *", True),
    ],
)
def test_reports_are_framed_by_https_hosts_alone(safe, source, is_reported):
    safe.XEALTH = {**safe.XEALTH, "frame_ancestors": ["https://*.xealth.io", source]}
    assert finding_ids() == (["clinics.E052"] if is_reported else [])


def test_xealth_needs_an_address_of_the_service(safe):
    safe.APPLICATION_URL = ""
    assert "clinics.E051" in finding_ids()


def test_settings_of_xealth_do_not_matter_while_it_is_switched_off(safe):
    safe.XEALTH = {**dict.fromkeys(safe.XEALTH, ""), "enabled": False}
    assert finding_ids() == []


@pytest.mark.parametrize("side_effects", ["internal", "external"])
def test_a_console_mail_backend_is_not_safe(safe, side_effects):
    """With external effects this service sends the mails of confirmations too."""
    safe.SIDE_EFFECTS = side_effects
    assert finding_ids() == []
    safe.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    assert finding_ids() == ["clinics.E003"]


def test_an_enabled_redox_needs_all_its_settings(settings):
    settings.REDOX = {**settings.REDOX, "enabled": True, "client_id": ""}
    assert "clinics.E005" in ids(checks.redox_is_complete())
    settings.REDOX = {**settings.REDOX, **dict.fromkeys(checks._REDOX_REQUIRED, "x")}
    assert checks.redox_is_complete() == []
    settings.REDOX = {**settings.REDOX, "enabled": False, "client_id": ""}
    assert checks.redox_is_complete() == []


PROVIDER = {
    "OIDC_RP_CLIENT_ID": "clinics",
    "OIDC_RP_CLIENT_SECRET": "secret",
    "OIDC_ISSUER": "https://id.example.org",
    "OIDC_OP_AUTHORIZATION_ENDPOINT": "https://id.example.org/authorize",
    "OIDC_OP_TOKEN_ENDPOINT": "https://id.example.org/token",
    "OIDC_OP_JWKS_ENDPOINT": "https://id.example.org/keys",
}


@pytest.mark.yardstick("W2")
def test_staff_in_production_need_more_than_a_password(settings):
    assert ids(checks.password_login_needs_second_factor()) == ["clinics.E033"]
    settings.STAFF_SECOND_FACTOR = "required"
    assert checks.password_login_needs_second_factor() == []
    settings.STAFF_SECOND_FACTOR, settings.STAFF_PASSWORD_LOGIN = "optional", False
    assert checks.password_login_needs_second_factor() == []


def test_settings_with_which_no_one_can_log_in_are_an_error(settings):
    assert checks.staff_can_sign_in() == []
    settings.AUTHENTICATION_BACKENDS = []
    assert ids(checks.staff_can_sign_in()) == ["clinics.E030"]


@pytest.mark.parametrize("name", sorted(PROVIDER.keys() - {"OIDC_RP_CLIENT_ID"}))
def test_an_identity_provider_needs_all_its_settings(settings, name):
    for setting, value in PROVIDER.items():
        setattr(settings, setting, value)
    assert checks.staff_can_sign_in() == []
    setattr(settings, name, "")
    assert ids(checks.staff_can_sign_in()) == ["clinics.E031"]


def test_an_identity_provider_open_to_everyone_is_reported(settings):
    settings.STAFF_SECOND_FACTOR = "required"
    for setting, value in PROVIDER.items():
        setattr(settings, setting, value)
    settings.OIDC_NEW_ACCOUNTS = "create"
    assert ids(checks.password_login_needs_second_factor()) == ["clinics.W034"]


def test_an_unknown_role_in_settings_is_an_error(settings):
    settings.OIDC_GROUP_ROLES = ["desk=suport"]
    settings.STAFF_SECOND_FACTOR_ROLES = ["auditer", "viewer"]
    assert ids(checks.staff_can_sign_in()) == ["clinics.E032"] * 2


@pytest.mark.yardstick("W1")
@pytest.mark.parametrize("hosts", [["localhost", "127.0.0.1", "[::1]"], ["localhost"], []])
def test_hosts_as_they_are_by_default_are_refused(safe, hosts):
    safe.ALLOWED_HOSTS = hosts
    assert "clinics.E012" in finding_ids()
    safe.ALLOWED_HOSTS = [*hosts, "clinics.example.org"]
    assert finding_ids() == []


def test_a_key_that_is_long_enough_is_not_called_weak(safe):
    safe.SECRET_KEY = "a key of thirty-two letters 4711"
    assert len(safe.SECRET_KEY) == safeguards.SHORTEST
    assert [m.id for m in run_checks(include_deployment_checks=True) if about_keys(m)] == []


def about_keys(message):
    return "SECRET_KEY" in message.msg and not message.is_silenced()


@pytest.mark.yardstick("W1")
def test_djangos_security_warnings_are_silenced_only_where_they_are_wrong(settings):
    """Two look in MIDDLEWARE, where the API does not need it; one calls every key of less than 50 letters weak."""
    assert {name for name in settings.SILENCED_SYSTEM_CHECKS if name.startswith("security.")} == {
        "security.W002",
        "security.W003",
        "security.W009",
    }
    assert {
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
    } <= {*settings.ADMIN_MIDDLEWARE}
