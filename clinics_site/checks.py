"""System checks: an operation without a policy row cannot start; stand-ins cannot go to production.

The problems that stop the start are in safeguards.py; the checks list all of them.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.urls import get_resolver

from clinics_site import contradictions, lifted_guards, outside_addresses, safeguards
from kernel import policy
from kernel.accesses import declarations
from kernel.api.operations import REGISTRY
from kernel.outbox import events, wiring

_SHORTEST_TOKEN = 16
_KEPT_MAILS = {
    f"django.core.mail.backends.{name}.EmailBackend" for name in ("dummy", "filebased", "locmem")
}
_SMTP = "django.core.mail.backends.smtp.EmailBackend"
_PROVIDER = {
    "OIDC_RP_CLIENT_SECRET": "OIDC_CLIENT_SECRET",
    "OIDC_ISSUER": "OIDC_ISSUER",
    "OIDC_OP_AUTHORIZATION_ENDPOINT": "OIDC_AUTHORIZATION_ENDPOINT",
    "OIDC_OP_TOKEN_ENDPOINT": "OIDC_TOKEN_ENDPOINT",
    "OIDC_OP_JWKS_ENDPOINT": "OIDC_JWKS_ENDPOINT",
}
_REDOX_REQUIRED = ("verification_token", "client_id", "key_id", "private_key", "source_id")


@register()
def every_operation_has_a_rule(**_: Any) -> list[CheckMessage]:
    assert get_resolver().url_patterns  # noqa: S101 (importing the routes registers the operations)
    return [
        Error(f"operation {name} has no policy row", id="clinics.E001")
        for name in sorted(REGISTRY.keys() - policy.table().keys())
    ]


@register()
def every_rule_declares_what_it_reads(**_: Any) -> list[CheckMessage]:
    hint = "build it from the rules of kernel.policy, or decorate it with `by_records`"
    return [
        Error(f"the rule of operation {name} is of an unknown kind", hint=hint, id="clinics.E006")
        for name in policy.unknown_rules()
    ]


@register()
def every_operation_says_what_it_touches(**_: Any) -> list[CheckMessage]:
    hint = "add it to ACCESS in the policy.py of its app (kernel.accesses)"
    return [
        Error(
            f"operation {name} does not say what it touches of patients",
            hint=hint,
            id="clinics.E043",
        )
        for name in declarations.undeclared(REGISTRY)
    ]


@register()
def every_event_says_what_it_touches(**_: Any) -> list[CheckMessage]:
    hint = "give it an `access` (kernel.accesses)"
    return [
        Error(
            f"event {name} does not say what it touches of patients", hint=hint, id="clinics.E044"
        )
        for name, event in sorted(events.DECLARED.items())
        if event.declared.access is None
        and event.__module__.partition(".")[0] in apps_of_the_project()
    ]


@register()
def every_event_is_emitted_and_heard(**_: Any) -> list[CheckMessage]:
    return [Error(problem, id="clinics.E040") for problem in wiring.problems(apps_of_the_project())]


def apps_of_the_project() -> dict[str, Path]:
    folders = {config.name: Path(config.path) for config in apps.get_app_configs()}
    return {name: path for name, path in folders.items() if path.parent == settings.BASE_DIR}


@register(Tags.security, deploy=True)
def no_stand_ins(**_: Any) -> list[CheckMessage]:
    return [
        Error(f"{variable} is not set: an embedded stand-in would be used", id="clinics.E002")
        for variable in _embedded()
    ]


def _embedded() -> Iterator[str]:
    """The variables without which something is embedded."""
    yield from (
        variable
        for setting, variable in contradictions.STAND_INS.items()
        if not getattr(settings, setting)
    )
    if not settings.WEBAPP_URL_IS_SET:
        yield "TIDEPOOL_WEBAPP_URL"
    if settings.XEALTH["enabled"] and not settings.XEALTH["client_id"]:
        yield "TIDEPOOL_XEALTH_CLIENT_ID"


@register()
def settings_are_safe(**_: Any) -> list[CheckMessage]:
    """`manage.py check` itself starts with any settings."""
    return [] if settings.ENVIRONMENT in safeguards.UNGUARDED else _problems()


@register(Tags.security, deploy=True)
def settings_would_be_safe_in_production(**_: Any) -> list[CheckMessage]:
    if settings.ENVIRONMENT not in safeguards.UNGUARDED:
        return []
    message = f"ENVIRONMENT is {settings.ENVIRONMENT}: unsafe values would not stop the start"
    return [*_problems(), Error(message, id="clinics.E007")]


def _problems() -> list[CheckMessage]:
    return [Error(problem, id="clinics.E003") for problem in safeguards.problems(settings)]


@register(Tags.security, deploy=True)
def tokens_are_strong(**_: Any) -> list[CheckMessage]:
    """Reported, but they do not stop the start: the other side has to change its token too, which may take
    time."""
    messages: list[CheckMessage] = []
    if settings.SHORELINE_ADDRESS and not settings.SERVER_TOKEN_SECRET:
        messages.append(Error("TIDEPOOL_SERVER_TOKEN is not set", id="clinics.E004"))
    return messages + [
        Error(f"{name} is shorter than {_SHORTEST_TOKEN} characters", id="clinics.E006")
        for name, value in safeguards.tokens(settings).items()
        if value and len(value) < _SHORTEST_TOKEN
    ]


@register(Tags.security, deploy=True)
def clients_are_distinguishable(**_: Any) -> list[CheckMessage]:
    if settings.CLIENT_ADDRESS_HEADER.lower() == "forwarded":
        message = "CLIENT_ADDRESS_HEADER is Forwarded, a form that is not read here: use X-Real-IP or X-Forwarded-For"
        return [Error(message, id="clinics.E008")]
    if settings.CLIENT_ADDRESS_HEADER:
        return []
    message = (
        "CLIENT_ADDRESS_HEADER is not set: behind a proxy all callers would share one limit. "
        "Name the header in which it puts the client's address, or say `none` where there is no proxy"
    )
    return [Error(message, id="clinics.E008")]


@register(Tags.security, deploy=True)
def hosts_are_named(**_: Any) -> list[CheckMessage]:
    """With the default no one but this machine is answered."""
    if any(not outside_addresses.is_loopback(h.strip("[]")) for h in settings.ALLOWED_HOSTS):
        return []
    message = "ALLOWED_HOSTS names this machine alone: requests of anyone else are refused"
    return [Error(message, id="clinics.E012")]


@register(Tags.security, deploy=True)
def mails_are_sent(**_: Any) -> list[CheckMessage]:
    if settings.EMAIL_BACKEND not in _KEPT_MAILS:
        return []
    return [Error("EMAIL_BACKEND sends nothing: mails would stay here", id="clinics.E009")]


@register(Tags.security, deploy=True)
def connections_are_encrypted(**_: Any) -> list[CheckMessage]:
    messages: list[CheckMessage] = []
    if not settings.HTTPS:
        messages.append(Error("HTTPS is not true: cookies would go over http", id="clinics.E010"))
    return messages + [_message(finding) for finding in outside_addresses.findings(settings)]


def _message(finding: outside_addresses.Finding) -> CheckMessage:
    kind = checks.Warning if finding.id.startswith("W") else Error
    return kind(finding.text, id=f"clinics.{finding.id}")


@register(Tags.security, deploy=True)
def settings_do_not_contradict_one_another(**_: Any) -> list[CheckMessage]:
    return [_message(finding) for finding in contradictions.findings(settings)]


@register(Tags.security, deploy=True)
def settings_lift_no_guard(**_: Any) -> list[CheckMessage]:
    return [_message(finding) for finding in lifted_guards.findings(settings)]


@register(Tags.security, deploy=True)
def mails_leave_encrypted(**_: Any) -> list[CheckMessage]:
    """The address of the mail server is a host alone."""
    if settings.EMAIL_BACKEND != _SMTP:
        return []
    if not outside_addresses.is_host(settings.EMAIL_HOST):
        return [Error("EMAIL_HOST is not the name of a host", id="clinics.E036")]
    if settings.EMAIL_USE_TLS or outside_addresses.is_private(settings.EMAIL_HOST):
        return []
    text = "EMAIL_HOST may be outside of the private network, and EMAIL_USE_TLS is not true"
    return [checks.Warning(text, id="clinics.W037")]


@register(Tags.security, deploy=True)
def databases_require_credentials(**_: Any) -> list[CheckMessage]:
    """Warnings only: a private network may be enough."""
    messages: list[CheckMessage] = []
    if not urlsplit(settings.REDIS_URL).password:
        messages.append(checks.Warning("REDIS_URL has no password", id="clinics.W001"))
    if "@" not in settings.MONGODB_URI:
        messages.append(checks.Warning("MONGODB_URI names no user", id="clinics.W002"))
    return messages


@register(Tags.security, deploy=True)
def audit_anchors_are_logged(**_: Any) -> list[CheckMessage]:
    if settings.LOG_LEVEL in ("DEBUG", "INFO"):
        return []
    message = "LOG_LEVEL hides the anchors of the audit trail, which are INFO lines"
    return [checks.Warning(message, id="clinics.W003")]


@register()
def redox_is_complete(**_: Any) -> list[CheckMessage]:
    if not settings.REDOX["enabled"]:
        return []
    return [
        Error(f"TIDEPOOL_REDOX_{name.upper()} is required when Redox is enabled", id="clinics.E005")
        for name in _REDOX_REQUIRED
        if not settings.REDOX[name]
    ]


@register()
def staff_can_sign_in(**_: Any) -> list[CheckMessage]:
    messages: list[CheckMessage] = []
    if not settings.AUTHENTICATION_BACKENDS:
        text = "STAFF_PASSWORD_LOGIN is off and no identity provider is set: no one can log in"
        messages.append(Error(text, id="clinics.E030"))
    if settings.OIDC_RP_CLIENT_ID:
        messages += [
            Error(f"{variable} is required with OIDC_CLIENT_ID", id="clinics.E031")
            for setting, variable in _PROVIDER.items()
            if not getattr(settings, setting)
        ]
    from kernel.staff import roles
    from kernel.staff.sign_in import identities

    named_roles = {role for _, role in identities.group_roles()} | set(
        settings.STAFF_SECOND_FACTOR_ROLES
    )
    return messages + [
        Error(f"there is no staff role {role!r}", id="clinics.E032")
        for role in sorted(named_roles - roles.ROLES.keys())
    ]


@register()
def reasons_name_settings(**_: Any) -> list[CheckMessage]:
    from clinics.admin.settings import SETTINGS

    known = ", ".join(SETTINGS)
    return [
        Error(f"STAFF_REASONS: there is no setting {kind!r}; there are {known}", id="clinics.E035")
        for kind in sorted(set(settings.STAFF_REASONS) - SETTINGS.keys())
    ]


@register(Tags.security, deploy=True)
def password_login_needs_second_factor(**_: Any) -> list[CheckMessage]:
    messages: list[CheckMessage] = []
    is_by_password = settings.STAFF_PASSWORD_LOGIN and settings.STAFF_SECOND_FACTOR != "required"
    if is_by_password:
        text = "staff may log in with a password alone: require STAFF_SECOND_FACTOR, or switch STAFF_PASSWORD_LOGIN off"
        messages.append(Error(text, id="clinics.E033"))
    if settings.OIDC_NEW_ACCOUNTS == "create" and not settings.OIDC_ALLOWED_DOMAINS:
        text = "OIDC_NEW_ACCOUNTS makes accounts for everyone at the provider: set OIDC_ALLOWED_DOMAINS"
        messages.append(checks.Warning(text, id="clinics.W034"))
    return messages
