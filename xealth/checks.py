"""System checks: the forms are what their schema says, and a deployment with Xealth has all settings of it."""

import re
from typing import Any

import jsonschema_rs
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004

from xealth import configuration
from xealth.choices import Form
from xealth.representation import forms

REQUIRED = (
    "BEARER_TOKEN",
    "CLIENT_SECRET",
)  # a missing client id is a stand-in, and reported as one
_FRAME_ANCESTOR = re.compile(r"'self'|https://(\*\.)?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*(:[0-9]+)?")
_URLS = {"token_url": "TIDEPOOL_XEALTH_TOKEN_URL", "base_url": "TIDEPOOL_XEALTH_SERVER_BASE_URL"}


def problems_of_forms(documents: dict[str, Any]) -> list[str]:
    """`documents`: the forms and what depends on the clinic's tags, by name."""
    validator = jsonschema_rs.validator_for(forms.read(forms.SCHEMA))
    return [
        f"{'/'.join(map(str, error.instance_path))}: {error.message}"
        for error in validator.iter_errors(documents)
    ]


@register()
def forms_are_valid(**_: Any) -> list[CheckMessage]:
    documents = {name: forms.read(name) for name in (*Form, forms.TAGS)}
    return [
        Error(f"xealth/forms: {problem}", id="clinics.E050")
        for problem in problems_of_forms(documents)
    ]


@register(Tags.security, deploy=True)
def xealth_is_complete(**_: Any) -> list[CheckMessage]:
    """Reported, and does not stop the start: what is there works."""
    if not configuration.is_enabled():
        return []
    messages: list[CheckMessage] = [
        Error(f"TIDEPOOL_XEALTH_{name} is required when Xealth is enabled", id="clinics.E051")
        for name in REQUIRED
        if not configuration.text(name.lower())
    ]
    if not settings.APPLICATION_URL:
        text = (
            "TIDEPOOL_APPLICATION_URL is required when Xealth is enabled: reports are shown there"
        )
        messages.append(Error(text, id="clinics.E051"))
    return messages + [
        Warning(f"{variable} leads to Xealth's sandbox", id="clinics.W051")
        for name, variable in _URLS.items()
        if "sandbox" in configuration.text(name)
    ]


@register(Tags.security, deploy=True)
def frame_ancestors_are_https_hosts(**_: Any) -> list[CheckMessage]:
    """Anything else would weaken the policy of the report, or end it early."""
    if not configuration.is_enabled():
        return []
    hint = "separate hosts by commas, as in https://*.xealth.io,https://ehr.example.org"
    return [
        Error(
            f"XEALTH_FRAME_ANCESTORS: {source} is not an https host", hint=hint, id="clinics.E052"
        )
        for source in settings.XEALTH["frame_ancestors"]
        if not _FRAME_ANCESTOR.fullmatch(source)
    ]
