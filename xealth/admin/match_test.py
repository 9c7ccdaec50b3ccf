"""Test match of Xealth: what the clinic's saved settings would make of an order or a pre-order."""

from collections.abc import Mapping
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponseBase

from ehr.admin import match_tests, reasons
from ehr.admin.match_tests import Tester, UnusableMessage
from ehr.storable import NotStorable, storable
from kernel.db import Document
from kernel.staff import pages, roles
from xealth.choices import Form
from xealth.clients.xealth import LARGEST_ORDER
from xealth.services import match_trials
from xealth.services.match_trials import Effect, Trial

_NO_JSON, _NO_OBJECT = "not JSON", "not a JSON object"
_EFFECTS = {
    Effect.SUBSCRIBED: "Reports about this patient are switched on.",
    Effect.CREATED: (
        "No patient matches: an account is made with what was entered before the order, and reports are switched on."
    ),
    Effect.KEPT: "What was entered is kept, and the order can be placed.",
    Effect.FINAL: "The patient is known: nothing is asked, and the order can be placed.",
}
_FORMS = {
    Form.PATIENT: "The form for a patient is shown: no patient matches.",
    Form.GUARDIAN: "The form for a guardian is shown: no patient matches, and the person is younger than 13.",
    Form.NOT_CREATED: "The order cannot be placed: with what was entered no account can be made.",
    Form.EMAIL_TAKEN: "The order cannot be placed: the address that was entered has an account already.",
    Form.BIRTH_DATE_DIFFERS: "The order cannot be placed: the patient with this MRN has another birth date.",
}


def _read(raw: bytes) -> Document:
    try:
        body = orjson.loads(raw)
        message: Document = storable(body) if isinstance(body, dict) else {}
    except orjson.JSONDecodeError:
        raise UnusableMessage(_NO_JSON) from None
    except NotStorable as error:
        raise UnusableMessage(error.words) from None
    if not message:
        raise UnusableMessage(_NO_OBJECT)
    return message


def _shown(trial: Trial) -> Mapping[str, Any]:
    return {
        "problem": _problem(trial),
        "outcome": _outcome(trial),
    }


def _outcome(trial: Trial) -> str:
    if trial.form:
        return _FORMS[trial.form]
    return _EFFECTS[trial.effect] if trial.effect else ""


def _problem(trial: Trial) -> str:
    """Orders are stored with a code; pre-orders are refused in words."""
    if not trial.problem:
        return ""
    return pages.sentence(trial.problem) if trial.is_refused else reasons.in_words(trial.problem)


def _scope(trial: Trial) -> Mapping[str, Any]:
    return {
        "preorder": trial.is_preorder,
        "effect": trial.effect.name.lower() if trial.effect else "",
    }


_TESTER = Tester(
    template="xealth/staff/match_test.html",
    label="Order as Xealth gives it, or request about a pre-order (JSON)",
    largest=LARGEST_ORDER,
    read=_read,
    sample=match_trials.sample_of,
    try_message=match_trials.try_message,
    shown=_shown,
    scope=_scope,
)


@pages.page(
    "clinics/<str:clinic_id>/test-xealth", name="ehr_xealth_match_test", needs=roles.INTEGRATION
)
def match_test(request: HttpRequest, clinic_id: str) -> HttpResponseBase:
    return match_tests.answer(request, clinic_id, _TESTER)
