"""What the tests of Xealth have in common: a clinic, requests of invented people, and a caller with the secret."""

import copy
from datetime import UTC, datetime, timedelta

from kernel import db
from tests import ehr
from tests.cast import Api

TOKEN = {"Authorization": "Bearer Xealth-test-TOKEN"}
DEPLOYMENT, PROGRAM, MRN = "rivertown", "tp-program-7", "RT-5531"
BIRTH_DATE, NAME = "1979-09-30", "Tomas B. Weir"
PREORDER, PROGRAMS, PROGRAM_URL = "/v1/xealth/preorder", "/v1/xealth/programs", "/v1/xealth/program"
NOTIFICATION = "/v1/xealth/notification"
ABSENT = object()
CLINICIAN = {
    "userId": "EHR-USER-12",
    "firstName": "Lee",
    "lastName": "Moss",
    "systemLogin": "lmoss",
}


def xealth_clinic(**settings):
    defaults = {
        "provider": "xealth",
        "sourceId": DEPLOYMENT,
        "procedureCodes": {"createAccountAndEnableReports": PROGRAM},
    }
    return ehr.ehr_clinic(**{**defaults, **settings})


def xealth_patient(clinic, **fields):
    values = {"fullName": NAME, "birthDate": BIRTH_DATE, "mrn": MRN}
    return ehr.ehr_patient(clinic, **{**values, **fields})


def request(**changes):
    """About Tomas; `changes` replace top-level parts."""
    body = {
        "deployment": DEPLOYMENT,
        "programId": PROGRAM,
        "patientIdentity": {
            "ids": [
                {"id": "EU-90012", "type": "enterprise", "origin": "epic"},
                {"id": MRN, "type": "mrn", "origin": "epic"},
            ],
            "historicalIds": [{"id": "EU-10000", "type": "MRN", "origin": "epic"}],
        },
        "datasets": {
            "demographicsV1": {
                "name": {"use": "usual", "given": ["Tomas", "B."], "family": ["Weir"]},
                "birthDate": BIRTH_DATE,
                "telecom": [
                    {"system": "phone", "value": "555-0100", "use": "home"},
                    {"system": "email", "value": "tomas@example.org", "use": "home"},
                ],
            },
            "ehrUserV1": CLINICIAN,
        },
    }
    return {**body, **changes}


def changed(body, path, value):
    """A copy with another value at a dotted path; without it for ABSENT."""
    new = copy.deepcopy(body)
    *names, last = path.split(".")
    node = new
    for name in names:
        node = node[int(name) if isinstance(node, list) else name]
    if value is ABSENT:
        del node[last]
    else:
        node[int(last) if isinstance(node, list) else last] = value
    return new


def with_birth_date(body, text):
    return changed(body, "datasets.demographicsV1.birthDate", text)


class Xealth:
    """The partner: `post` and `put` with the shared secret."""

    def __init__(self):
        self._api = Api()

    def post(self, path, body=None, **extra):
        return self._api.post(path, body, headers=TOKEN, **extra)

    def put(self, path, body=None, **extra):
        return self._api.put(path, body, headers=TOKEN, **extra)


# --- pre-orders ---------------------------------------------------------------------------------------
TRACKING_ID = "7a1e2f5c-4b6d-4f0e-9c55-2f0a9b7d1e33"


def initial(**changes):
    return request(eventType="preorder", eventContext="initial", **changes)


def subsequent(user_input=ABSENT, tracking_id=TRACKING_ID, **changes):
    form = {"dataTrackingId": tracking_id, "formId": "patient_enrollment_form"}
    if user_input is not ABSENT:
        form["userInput"] = user_input
    return request(eventType="preorder", eventContext="subsequent", formData=form, **changes)


def child(body):
    birth_date = datetime.now(UTC).date() - timedelta(days=6 * 365)
    return with_birth_date(body, birth_date.isoformat())


def ask(body, status=200):
    response = Xealth().post(PREORDER, body)
    assert response.status_code == status, response.content
    return response.json()


def refused(body, status):
    return ask(body, status)["message"]


def stored_preorders():
    return list(db.collection("xealth_preorder").find({}))
