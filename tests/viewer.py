"""What the tests of the report viewer have in common: a subscribed patient, a token, addresses."""

from datetime import UTC, datetime
from urllib.parse import urlencode

from tests import ehr, reached
from tests.cast import QuickClient, operation_of
from tests.xealth import xealth_patient
from xealth.services import report_tokens
from xealth.services.report_tokens import ReportPlace

PAGE = "/v1/xealth/report/web/viewer.html"
READING = datetime(2024, 5, 20, 13, 45, 10, 123000, tzinfo=UTC)


def subscribed_patient(clinic, **fields):
    subscription = {"active": True, "provider": "xealth", "matchedMessages": []}
    values = {
        "summary": ehr.summary(uploaded=READING),
        "ehrSubscriptions": {"xealthReports": subscription},
    }
    return xealth_patient(clinic, **{**values, **fields})


def new_token(patient):
    return report_tokens.create(ReportPlace(patient["clinicId"], patient["userId"]))


def query_of(patient, **changes):
    query = {"clinicId": patient["clinicId"], "patientId": patient["userId"], **changes}
    return {"restricted_token": new_token(patient), **query}


def ask(path, **headers):
    """As a browser does. Pages and PDFs are not described in detail, so nothing is compared with the description."""
    answer = QuickClient().get(path, headers=headers)
    operation = operation_of(answer.wsgi_request)
    if operation is not None:
        reached.note(operation, answer.status_code)
    return answer


def page_address(patient, **changes):
    return f"{PAGE}?{urlencode(query_of(patient, **changes))}"


def pdf_address(patient, token_id=None):
    place = ReportPlace(patient["clinicId"], patient["userId"])
    return f"{place.path}?{urlencode({'restricted_token': token_id or new_token(patient)})}"
