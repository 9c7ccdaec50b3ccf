"""The story of Xealth, played against the running service with an invented person and the embedded Xealth (rule
EHR-177)."""

import secrets
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bson import ObjectId
from django.conf import settings

from clinic_records.choices import EhrProvider
from clinic_records.services import access
from clinics.choices import Procedure, ReportCadence
from clinics.services import clinics, ehr_settings, tags
from clinics.services.clinics import ClinicProfile
from ehr.services import records
from kernel import clock, http
from kernel.db import Document
from kernel.errors import BadRequest
from patients.services import seeding
from users.clients.protocol import EmailTaken
from users.services import accounts
from users.services.neighbours import user_service
from xealth import configuration
from xealth.clients.xealth import Json
from xealth.kinds import ORDER
from xealth.services import neighbours
from xealth.store import orders as store

DEPLOYMENT, PROGRAM = "demo-health-system", "demo-program"
ADMIN = ("rita.admin@example.org", "Rita Admin")
TAGS = ("Remote monitoring", "Needs call")
PROFILE = ClinicProfile(name="Riverside Family Clinic", country="US", timezone="US/Pacific")
EHR: dict[str, Any] = {
    "enabled": True,
    "provider": EhrProvider.XEALTH,
    "sourceId": DEPLOYMENT,
    "mrnIdType": "MRN",
    "procedureCodes": {Procedure.CREATE_AND_ENABLE.value: PROGRAM},
    "scheduledReports": {"cadence": ReportCadence.NEVER.value, "onUploadEnabled": False},
    "tags": {},
    "flowsheets": {"icode": False},
}
WAIT_SECONDS, PAUSE = 60.0, 0.2
NOT_HERE = (
    "the story is played with the embedded Xealth: TIDEPOOL_XEALTH_ENABLED has to be true, "
    "TIDEPOOL_XEALTH_CLIENT_ID unset and ENVIRONMENT local"
)
NO_WORKER = f"no worker has carried out the order within {WAIT_SECONDS:.0f} seconds"


@dataclass(frozen=True, slots=True)
class Exchange:
    """One call and its answer; without a status it happened inside the stand-in or a worker."""

    title: str
    call: str
    sent: Json | None = None
    status: int | None = None
    answer: Any = None


class Story:
    """One invented person, from the clinician's form to the report. Raises BadRequest where it cannot be played."""

    def __init__(self) -> None:
        if not (configuration.is_enabled() and configuration.is_embedded()):
            raise BadRequest(message=NOT_HERE)
        accounts.refuse_if_not_embedded(BadRequest)
        self._clinic = _ensure_clinic()
        number = secrets.token_hex(3)
        self._mrn, self._email = f"DEMO-{number}", f"tomas.{number}@example.org"

    def play(self) -> Iterator[Exchange]:
        """Each exchange as soon as it has happened. Raises ServiceUnavailable where the service does not run."""
        yield from self._ask_for_the_form()
        yield from self._order()
        yield from self._view()

    def _ask_for_the_form(self) -> Iterator[Exchange]:
        asked = self._webhook(
            "1. A clinician orders: Xealth asks for the form",
            "preorder",
            {**self._request("preorder"), "eventContext": "initial"},
        )
        yield asked
        self._tracking_id = (asked.answer or {}).get("dataTrackingId")
        entered = {"patient": {"email": self._email, "connectDexcom": True}, "tags": self._tags()}
        form = {"dataTrackingId": self._tracking_id, "userInput": entered}
        yield self._webhook(
            "2. The clinician has filled it in",
            "preorder",
            {**self._request("preorder"), "eventContext": "subsequent", "formData": form},
        )

    def _order(self) -> Iterator[Exchange]:
        order = {
            "orderInfo": {"deployment": DEPLOYMENT, "partnerId": "tidepool", "programId": PROGRAM},
            "preorder": {"dataTrackingId": self._tracking_id},
            **self._person(),
        }
        order_id = neighbours.place_order(DEPLOYMENT, order)
        notification = {
            **self._request("order"),
            "eventId": str(uuid.uuid4()),
            "eventTimeStamp": clock.format_time(clock.now()),
            "eventContext": "new",
            "orderId": order_id,
            "partnerId": "tidepool",
        }
        del notification["datasets"]
        yield self._webhook(
            "3. The order is placed: Xealth notifies of it", "notification", notification
        )
        yield self._wait_for(notification["eventId"])

    def _wait_for(self, event_id: str) -> Exchange:
        """The outcome of the worker."""
        document_id = store.find_delivered(event_id)
        record = _ended_record(document_id) if document_id is not None else {}
        self._user_id = record.get("userId") or ""
        shown = {name: record.get(name) for name in ("state", "outcome", "lastError", "userId")}
        return Exchange(
            "4. A worker reads the order back, makes the account, subscribes, and writes the mails",
            f"ehrProcessing {document_id}",
            answer={name: value for name, value in shown.items() if value},
        )

    def _view(self) -> Iterator[Exchange]:
        programs = {**self._request("getPrograms"), "eventContext": "initial"}
        yield self._webhook("5. The clinician sees the program", "programs", programs, method="PUT")
        yield self._upload()
        yield self._webhook("7. There is news", "programs", programs, method="PUT")
        yield self._webhook(
            "8. The clinician opens the report: paste the address into a browser",
            "program",
            self._request("getProgramUrl"),
            method="PUT",
        )
        yield self._webhook("9. The news was seen", "programs", programs, method="PUT")

    def _upload(self) -> Exchange:
        summary = seeding.invent_summary(self._clinic["_id"], seed=int(time.time()))
        path = f"/v1/patients/{self._user_id}/summary"
        headers = {"x-tidepool-session-token": accounts.issue_server_token()}
        status, _ = _call("POST", path, summary, headers)
        return Exchange(
            "6. The patient has uploaded: a summary arrives", f"POST {path}", status=status
        )

    def _webhook(self, title: str, name: str, body: Json, *, method: str = "POST") -> Exchange:
        path = f"/v1/xealth/{name}"
        headers = {"Authorization": f"Bearer {configuration.text('bearer_token')}"}
        status, answer = _call(method, path, body, headers)
        return Exchange(title, f"{method} {path}", body, status, answer)

    def _request(self, event_type: str) -> Json:
        return {
            "eventType": event_type,
            "deployment": DEPLOYMENT,
            "programId": PROGRAM,
            **self._person(),
        }

    def _person(self) -> Json:
        """As the health record sends it."""
        return {
            "patientIdentity": {"ids": [{"id": self._mrn, "type": "MRN", "origin": "epic"}]},
            "datasets": {
                "demographicsV1": {
                    "name": {"given": ["Tomas"], "family": ["Weir"]},
                    "birthDate": "1979-09-30",
                    "telecom": [{"system": "email", "value": self._email}],
                },
                "ehrUserV1": {"userId": "EHR-USER-12", "systemLogin": "lmoss"},
            },
        }

    def _tags(self) -> Json:
        return {"ids": [str(tag["_id"]) for tag in access.tags_of(self._clinic)[:1]]}


def _ensure_clinic() -> Document:
    """The clinic of the invented health system, made at the first time."""
    existing = ehr_settings.find_ehr_clinics(provider=EhrProvider.XEALTH, source_id=DEPLOYMENT)
    if existing:
        return existing[0]
    clinic_id = clinics.create_clinic(creator_id=_admin_id(), profile=PROFILE)["_id"]
    for name in TAGS:
        tags.create_tag(clinic_id=clinic_id, name=name)
    ehr_settings.update_ehr_settings(clinic_id, EHR)
    return access.access_clinic(clinic_id)


def _admin_id() -> str:
    email, name = ADMIN
    try:
        return accounts.create_user(email=email, full_name=name, roles=("clinician",)).user_id
    except EmailTaken:
        user = user_service().get_user(email)
        assert user is not None  # noqa: S101 (the address is taken)
        return user.user_id


def _ended_record(document_id: ObjectId) -> Document:
    """Raises BadRequest where no worker comes."""
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        item = records.find_item(ORDER, document_id)
        record = (item.record if item is not None else None) or {}
        if record.get("state") not in ("pending", "running"):
            return record
        time.sleep(PAUSE)
    raise BadRequest(message=NO_WORKER)


def _call(method: str, path: str, body: Json, headers: dict[str, str]) -> tuple[int, Any]:
    address = settings.APPLICATION_URL.rstrip("/") + path
    response = http.request("clinics", method, address, json=body, headers=headers)
    return response.status_code, http.json_object(response)
