"""System checks: an operation without a policy row can not start; stand-ins can not go to production."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.urls import get_resolver

from clinics_site.core import policy
from clinics_site.core.api.operations import REGISTRY

_EMBEDDED = {
    "SHORELINE_ADDRESS": "TIDEPOOL_SHORELINE_CLIENT_ADDRESS",
    "SEAGULL_ADDRESS": "TIDEPOOL_SEAGULL_CLIENT_ADDRESS",
    "GATEKEEPER_ADDRESS": "TIDEPOOL_PERMISSION_CLIENT_ADDRESS",
    "AUTH_ADDRESS": "TIDEPOOL_AUTH_CLIENT_ADDRESS",
    "DATA_ADDRESS": "TIDEPOOL_DATA_CLIENT_ADDRESS",
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
def every_rule_says_what_it_looks_at(**_: Any) -> list[CheckMessage]:
    hint = "build it from the rules of clinics_site.core.policy, or decorate it with `by_records`"
    return [
        Error(f"the rule of operation {name} is of an unknown make", hint=hint, id="clinics.E006")
        for name in policy.unknown_rules()
    ]


@register(Tags.security, deploy=True)
def no_stand_ins(**_: Any) -> list[CheckMessage]:
    return [
        Error(f"{variable} is not set: an embedded stand-in would be used", id="clinics.E002")
        for setting, variable in _EMBEDDED.items()
        if not getattr(settings, setting)
    ]


@register(Tags.security, deploy=True)
def secrets_are_own(**_: Any) -> list[CheckMessage]:
    messages: list[CheckMessage] = []
    if settings.SECRET_KEY.startswith("insecure-"):
        messages.append(Error("SECRET_KEY is the development key", id="clinics.E003"))
    if settings.SHORELINE_ADDRESS and not settings.SERVER_TOKEN_SECRET:
        messages.append(Error("TIDEPOOL_SERVER_TOKEN is not set", id="clinics.E004"))
    return messages


@register()
def redox_is_complete(**_: Any) -> list[CheckMessage]:
    if not settings.REDOX["enabled"]:
        return []
    return [
        Error(f"TIDEPOOL_REDOX_{name.upper()} is required when Redox is enabled", id="clinics.E005")
        for name in _REDOX_REQUIRED
        if not settings.REDOX[name]
    ]
