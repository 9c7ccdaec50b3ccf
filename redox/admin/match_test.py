"""Test match of Redox: what the clinic's saved settings would make of an order."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponseBase

from clinics.choices import Procedure
from ehr.admin import match_tests
from ehr.admin.match_tests import Tester, UnusableMessage
from kernel.db import Document
from kernel.staff import pages, roles
from redox.messages import bodies
from redox.messages.bodies import UnreadableBody
from redox.messages.orders import LARGEST
from redox.services import match_trials, orders
from redox.services.match_trials import Trial

_NONE = "No patient matches: the health record is told “" + orders.NO_MATCH + "”."
_SEVERAL = "Several patients match: the health record is told “" + orders.SEVERAL + "”."
# What follows where no patient, one, or several match.
_OUTCOMES: dict[str, tuple[str, str, str]] = {
    Procedure.ENABLE_REPORTS: (_NONE, "Reports about this patient are switched on.", _SEVERAL),
    Procedure.DISABLE_REPORTS: (_NONE, "Reports about this patient are switched off.", _SEVERAL),
    Procedure.CREATE_ACCOUNT: (
        "No one is known by this MRN, or by this name and birth date: an account is made.",
        *(("Someone is known already: no account is made, and the health record is told.",) * 2),
    ),
    Procedure.CREATE_AND_ENABLE: (
        "No patient matches. Unless someone is known by this MRN, or by this name and birth date, an account is made "
        "and reports are switched on.",
        "Reports about this patient are switched on; no account is made.",
        _SEVERAL,
    ),
}
_PROCEDURES = dict(Procedure.choices)


def _read(raw: bytes) -> Document:
    try:
        return bodies.read(raw)
    except UnreadableBody as error:
        raise UnusableMessage(error.reason.partition(": ")[2]) from None


def _shown(trial: Trial) -> Mapping[str, Any]:
    return {
        "problem": pages.sentence(trial.problem) if trial.problem else "",
        "procedure": _PROCEDURES.get(trial.procedure, ""),
        "outcome": "" if trial.problem else _OUTCOMES[trial.procedure][min(len(trial.patients), 2)],
    }


_TESTER = Tester(
    template="redox/staff/match_test.html",
    label="Order as Redox sends it (JSON)",
    largest=LARGEST,
    read=_read,
    sample=match_trials.sample_of,
    try_message=match_trials.try_order,
    shown=_shown,
    scope=lambda trial: {"procedure": trial.procedure},
)


@pages.page("clinics/<str:clinic_id>/test-match", name="ehr_match_test", needs=roles.INTEGRATION)
def match_test(request: HttpRequest, clinic_id: str) -> HttpResponseBase:
    return match_tests.answer(request, clinic_id, _TESTER)
