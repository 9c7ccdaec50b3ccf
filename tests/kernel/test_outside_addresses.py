"""`check --deploy` judges every address that the settings name: nonsense, and http where secrets would be read."""

import re

import pytest

from clinics_site import checks, outside_addresses
from clinics_site.env import VARIABLES

# variable -> the setting, or the entry of a setting; and what http to a public and to a private host is
NEIGHBOUR, HEALTH_RECORD = ("W037", None), ("E037", None)
MAILED, PROVIDER, PICTURE = ("E011", "E011"), ("E035", "E035"), (None, None)
TABLE = {
    "TIDEPOOL_SHORELINE_CLIENT_ADDRESS": ("SHORELINE_ADDRESS", NEIGHBOUR),
    "TIDEPOOL_SEAGULL_CLIENT_ADDRESS": ("SEAGULL_ADDRESS", NEIGHBOUR),
    "TIDEPOOL_PERMISSION_CLIENT_ADDRESS": ("GATEKEEPER_ADDRESS", NEIGHBOUR),
    "TIDEPOOL_AUTH_CLIENT_ADDRESS": ("AUTH_ADDRESS", NEIGHBOUR),
    "TIDEPOOL_AUTH_CLIENT_EXTERNAL_ADDRESS": ("AUTH_EXTERNAL_ADDRESS", NEIGHBOUR),
    "TIDEPOOL_AUTH_SERVICE_TOKEN_ENDPOINT": ("AUTH_TOKEN_ENDPOINT", NEIGHBOUR),
    "TIDEPOOL_DATA_CLIENT_ADDRESS": ("DATA_ADDRESS", NEIGHBOUR),
    "TIDEPOOL_EXPORT_CLIENT_ADDRESS": ("EXPORT_ADDRESS", NEIGHBOUR),
    "TIDEPOOL_MARKETO_SERVICE_HOST": ("MARKETO_HOST", NEIGHBOUR),
    "OTEL_EXPORTER_OTLP_ENDPOINT": ("TRACES_TO", NEIGHBOUR),
    "SENTRY_DSN": ("CRASH_REPORTS_TO", NEIGHBOUR),
    "TIDEPOOL_REDOX_TOKEN_URL": ("REDOX.token_url", HEALTH_RECORD),
    "TIDEPOOL_REDOX_ENDPOINT_URL": ("REDOX.endpoint_url", HEALTH_RECORD),
    "TIDEPOOL_REDOX_UPLOAD_URL": ("REDOX.upload_url", HEALTH_RECORD),
    "TIDEPOOL_XEALTH_TOKEN_URL": ("XEALTH.token_url", HEALTH_RECORD),
    "TIDEPOOL_XEALTH_SERVER_BASE_URL": ("XEALTH.base_url", HEALTH_RECORD),
    "TIDEPOOL_APPLICATION_URL": ("APPLICATION_URL", MAILED),
    "TIDEPOOL_WEBAPP_URL": ("WEBAPP_URL", MAILED),
    "TIDEPOOL_ASSET_URL": ("ASSET_URL", PICTURE),
    "OIDC_AUTHORIZATION_ENDPOINT": ("OIDC_OP_AUTHORIZATION_ENDPOINT", PROVIDER),
    "OIDC_TOKEN_ENDPOINT": ("OIDC_OP_TOKEN_ENDPOINT", PROVIDER),
    "OIDC_JWKS_ENDPOINT": ("OIDC_OP_JWKS_ENDPOINT", PROVIDER),
    "OIDC_USER_ENDPOINT": ("OIDC_OP_USER_ENDPOINT", PROVIDER),
    "OIDC_LOGOUT_ENDPOINT": ("OIDC_LOGOUT_ENDPOINT", PROVIDER),
    "ANYMAIL_POSTMARK_API_URL": ("ANYMAIL.POSTMARK_API_URL", HEALTH_RECORD),
}
# The older name of the permission service's address; what is not called over http; addresses to listen on.
NOT_IN_TABLE = {
    "TIDEPOOL_GATEKEEPER_CLIENT_ADDRESS",
    "REDIS_URL",
    "MONGODB_URI",
    "EMAIL_HOST",
    "OIDC_ISSUER",
    "HOST",
    "METRICS_HOST",
}
LOOKS_LIKE_ONE = re.compile(r"(^|_)(URL|URI|(?<!PER_)ADDRESS|ENDPOINT|HOST|ISSUER)$")
MALFORMED = (
    "http://[::1",
    "nonsense",
    "user-service:9107",
    "ftp://files.example.org",
    "https://",
    "https:///path",
    "https://https://service.example.org",
    "https://a b",
    " https://service.example.org",
    "https://service.example.org\n",
    "https://service..example.org",
    f"https://{'a' * 64}",
    "https://service.example.org:0",
    "https://service.example.org:99999",
    "https://service.example.org:port",
    "https://service.example.org/../other",
    "https://service.example.org/#part",
)
PUBLIC_HOSTS = ("service.example.org", "8.8.8.8", "[2001:4860::1]:8080")
PRIVATE_HOSTS = (
    "127.0.0.1:1",
    "[::1]:9107",
    "10.1.2.3",
    "service:9107",
    "users.clinics.svc",
    "users.clinics.svc.cluster.local",
)


@pytest.fixture
def deployment(safe):
    safe.REDOX = {**safe.REDOX, **dict.fromkeys(checks._REDOX_REQUIRED, "a value of our own")}
    safe.REDOX["enabled"] = True
    safe.OIDC_RP_CLIENT_ID = safe.OIDC_RP_CLIENT_SECRET = "clinics"
    safe.OIDC_ISSUER = "id.example.org"
    for setting, _ in TABLE.values():
        put(safe, setting, "https://service.example.org/v1")
    assert findings() == []
    return safe


def findings():
    """Not by all checks, which take a tenth of a second."""
    return [*checks.connections_are_encrypted(), *checks.mails_leave_encrypted()]


def put(settings, setting, value):
    name, _, entry = setting.partition(".")
    setattr(settings, name, {**getattr(settings, name), entry: value} if entry else value)


def found(settings, setting, value):
    """(id, text) of what is wrong with one address."""
    put(settings, setting, value)
    messages = [(m.id.removeprefix("clinics."), m.msg) for m in findings()]
    put(settings, setting, "https://service.example.org/v1")
    return messages


def test_the_table_names_every_setting_that_is_an_address():
    addresses = {name for name, variable in VARIABLES.items() if variable.kind == "address"}
    named_like_one = {name for name in VARIABLES if LOOKS_LIKE_ONE.search(name)}
    tabled = TABLE.keys() - {"ANYMAIL_POSTMARK_API_URL"}
    assert (addresses | named_like_one) - NOT_IN_TABLE == tabled


@pytest.mark.parametrize("variable", TABLE)
def test_every_address_is_judged(deployment, variable):
    setting, (over_internet, in_private_network) = TABLE[variable]
    for value in MALFORMED:
        ((finding, text),) = found(deployment, setting, value)
        assert (finding, text.split()[0]) == ("E036", variable), value
        assert value not in text
    for hosts, expected in ((PUBLIC_HOSTS, over_internet), (PRIVATE_HOSTS, in_private_network)):
        for host in hosts:
            assert found(deployment, setting, f"https://{host}/v1") == []
            reported = [finding for finding, _ in found(deployment, setting, f"http://{host}/v1")]
            assert reported == [expected] * (expected is not None), host


def test_an_address_that_paths_are_appended_to_has_no_query():
    address = "https://id.example.org/token?p=policy"
    assert outside_addresses.is_web_address(address, is_base=False)
    assert not outside_addresses.is_web_address(address, is_base=True)


def test_addresses_of_what_is_switched_off_do_not_matter(deployment):
    deployment.OIDC_RP_CLIENT_ID = ""
    deployment.MARKETO_ENABLED = False
    for name in ("REDOX", "XEALTH"):
        put(deployment, f"{name}.enabled", False)
    for variable, (setting, _) in TABLE.items():
        if variable.startswith(("OIDC", "TIDEPOOL_REDOX", "TIDEPOOL_XEALTH", "TIDEPOOL_MARKETO")):
            put(deployment, setting, "nonsense")
    assert findings() == []


@pytest.mark.parametrize(
    ("host", "is_encrypted", "finding"),
    [
        ("localhost", False, None),
        ("mail", False, None),
        ("smtp.example.org", True, None),
        ("smtp.example.org", False, "W037"),
        ("https://smtp.example.org", True, "E036"),
        ("smtp.example.org:587", True, "E036"),
    ],
)
def test_the_mail_server_is_judged_by_its_host(deployment, host, is_encrypted, finding):
    deployment.EMAIL_HOST, deployment.EMAIL_USE_TLS = host, is_encrypted
    reported = [message.id for message in findings()]
    assert reported == ([f"clinics.{finding}"] if finding else [])
