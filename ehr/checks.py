"""System checks: a kind of work is declared, handled and shown, or the service does not start."""

from typing import Any

from django.core.checks import CheckMessage, Error, register

from ehr import kinds
from ehr.admin import records
from ehr.services import processing


@register()
def every_kind_is_handled_and_shown(**_: Any) -> list[CheckMessage]:
    return [
        Error(f"the kind {name} has no {what}", id="clinics.E041")
        for what, table in (("event", processing.EVENTS), ("pages for staff", records.PAGES))
        for name in kinds.names()
        if name not in table
    ]
