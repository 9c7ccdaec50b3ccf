"""Pre-orders: the form that a clinician fills in before ordering, and what was entered (rules EHR-146 to EHR-153)."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from clinic_records.services import access
from ehr.reading import Json, Part, Unreadable
from kernel import addresses, texts
from kernel.addresses import InvalidAddress
from kernel.db import Document
from kernel.errors import BadRequest
from patients.services.patient_matching import Identity
from users.services import people
from xealth.choices import Context, Flow, Form
from xealth.services import matching
from xealth.services.matching import Match, Purpose
from xealth.services.subjects import LONGEST_ADDRESS, REQUEST, Subject, read_subject
from xealth.store import preorders as store

EVENT_TYPE = "preorder"
FIELDS = {"userId": 1, "birthDate": 1}  # what is read of a patient's record
MOST_TAGS = 100  # twice what a clinic can have
PURPOSES = {
    Context.INITIAL: Purpose.INITIAL_PREORDER,
    Context.SUBSEQUENT: Purpose.SUBSEQUENT_PREORDER,
}
_OF_BOTH = ("email", "connectAbbott", "connectDexcom")
_NAMES = {Flow.PATIENT: _OF_BOTH, Flow.GUARDIAN: ("firstName", "lastName", *_OF_BOTH)}
FORMS = {Flow.PATIENT: Form.PATIENT, Flow.GUARDIAN: Form.GUARDIAN}


@dataclass(frozen=True, slots=True)
class Answer:
    """`form` None: there is nothing to ask, and the order may be placed."""

    form: Form | None = None
    tracking_id: str = ""
    full_name: str = ""
    tags: Sequence[Document] = ()
    data: Mapping[str, Any] | None = None


FINAL = Answer()


@dataclass(frozen=True, slots=True)
class Request:
    context: Context
    subject: Subject
    tracking_id: str
    user_input: Part


@dataclass(frozen=True, slots=True)
class Entry:
    """What a clinician has entered, as it was typed. `tag_ids` None: the form sent no tags."""

    first_name: str
    last_name: str
    email: str
    connects_abbott: bool
    connects_dexcom: bool
    tag_ids: Sequence[str] | None
    submitted: Mapping[str, Any]  # by the names in the form, unchanged

    @property
    def named(self) -> dict[str, Any]:
        """By the names in the form, without what is empty."""
        values = {
            "firstName": self.first_name,
            "lastName": self.last_name,
            "email": self.email,
            "connectAbbott": self.connects_abbott,
            "connectDexcom": self.connects_dexcom,
        }
        return {name: value for name, value in values.items() if value}

    @property
    def tags(self) -> dict[str, Any]:
        return {} if self.tag_ids is None else {"tags": {"ids": list(self.tag_ids)}}


@dataclass(frozen=True, slots=True)
class Conversation:
    """One pre-order, once it is known whom it is about."""

    clinic: Document
    match: Match
    flow: Flow
    tracking_id: str

    def show(self, form: Form, data: Mapping[str, Any]) -> Answer:
        tags = sorted(access.tags_of(self.clinic), key=lambda tag: str(tag["name"]).encode())
        return Answer(form, self.tracking_id, self.match.identity.full_name, tags, data)

    def show_again(self, problem: Form, entry: Entry) -> Answer:
        """With what was submitted."""
        return self.show(problem, {self.flow: entry.submitted, **entry.tags})

    @property
    def first_data(self) -> dict[str, Any]:
        """What the form is filled with at first."""
        email = self.match.email if self.flow is Flow.PATIENT else ""
        return {self.flow: {"email": email} if email else {}}


def answer(body: Json) -> Answer:
    """Raises BadRequest, NotFound, Conflict and ConstraintViolation in the words of matching, and Unavailable."""
    try:
        return _answer(read_request(Part(REQUEST, body)))
    except Unreadable as error:
        raise BadRequest(error.reason) from None


def _answer(request: Request) -> Answer:
    purpose = PURPOSES[request.context]
    clinic = matching.access_clinic(request.subject.deployment, purpose)
    match = matching.match(clinic, request.subject, purpose, FIELDS)
    flow = flow_of(clinic, match.identity)
    conversation = Conversation(clinic, match, flow, request.tracking_id or str(uuid.uuid4()))
    if match.patient is not None:
        if match.patient.get("birthDate") == match.identity.birth_date:
            return FINAL
        return conversation.show(Form.BIRTH_DATE_DIFFERS, conversation.first_data)
    if request.context is Context.INITIAL:
        return conversation.show(FORMS[flow], conversation.first_data)
    return _take(conversation, read_entry(request, flow))


def flow_of(clinic: Document, identity: Identity) -> Flow:
    return Flow.GUARDIAN if matching.is_under_13(clinic, identity) else Flow.PATIENT


def _take(conversation: Conversation, entry: Entry) -> Answer:
    """Keeps what was entered, or shows why it cannot be used."""
    email = _address(entry)
    problem = problem_of(entry, conversation.flow)
    if problem is not None:
        return conversation.show_again(problem, entry)
    if not _save(conversation, entry, email or ""):
        return conversation.show_again(Form.NOT_CREATED, entry)
    return FINAL


def _address(entry: Entry) -> str | None:
    """In its canonical form, empty where none was entered; None for a text that is not an address."""
    if not entry.email:
        return ""
    try:
        return addresses.canonical(addresses.without_name(entry.email))
    except InvalidAddress:
        return None


def problem_of(entry: Entry, flow: Flow) -> Form | None:
    """The form that is shown because what was entered cannot be used. Asks the user service."""
    email = _address(entry)
    has_name = entry.first_name and entry.last_name
    if email is None or (flow is Flow.GUARDIAN and not has_name):
        return Form.NOT_CREATED
    return Form.EMAIL_TAKEN if email and people.has_account(email) else None


def _save(conversation: Conversation, entry: Entry, email: str) -> bool:
    """False where the tracking id belongs to the pre-order of another person or clinic."""
    person = {**entry.named, "email": email}
    if not email:  # without an address no one could be asked to connect
        for name in ("email", "connectAbbott", "connectDexcom"):
            person.pop(name, None)
    stored = {
        "clinicId": conversation.clinic["_id"],
        "personKey": matching.key_of(conversation.clinic, conversation.match.identity),
        "fullName": conversation.match.identity.full_name,
        conversation.flow: person,
        **entry.tags,
    }
    absent = {*Flow, "tags"} - stored.keys()
    return store.save_preorder(conversation.tracking_id, stored, absent=absent)


# --- reading ------------------------------------------------------------------------------------------
def read_request(body: Part) -> Request:
    """Raises BadRequest and Unreadable."""
    event_type, context = body.text("eventType"), body.text("eventContext")
    if event_type != EVENT_TYPE:
        msg = f"expected eventType='{EVENT_TYPE}' got {event_type}"
        raise BadRequest(msg)
    if context not in tuple(Context):
        msg = f"invalid event context {context}"
        raise BadRequest(msg)
    subject = read_subject(body, deployment=body.text("deployment"))
    if context == Context.INITIAL:
        return Request(Context.INITIAL, subject, "", Part(REQUEST, {}))
    form = body.part("formData")
    return Request(
        Context.SUBSEQUENT, subject, form.text("dataTrackingId"), _folded(form.part("userInput"))
    )


def read_entry(request: Request, flow: Flow) -> Entry:
    """The flow goes by the age alone, whatever form comes back. Raises BadRequest and Unreadable."""
    if not request.tracking_id:
        msg = "dataTrackingId is required"
        raise BadRequest(msg)
    user_input = request.user_input
    person, tags = _folded(user_input.part(flow)), _folded(user_input.part("tags"))
    is_guardian = flow is Flow.GUARDIAN
    return Entry(
        first_name=person.text("firstname") if is_guardian else "",
        last_name=person.text("lastname") if is_guardian else "",
        email=person.text("email", longest=LONGEST_ADDRESS),
        connects_abbott=person.flag("connectabbott"),
        connects_dexcom=person.flag("connectdexcom"),
        tag_ids=_tag_ids(tags) if user_input.values.get("tags") is not None else None,
        submitted=_submitted(person, _NAMES[flow]),
    )


def _submitted(person: Part, names: Sequence[str]) -> dict[str, Any]:
    values = {name: person.values.get(name.lower()) for name in names}
    return {name: value for name, value in values.items() if value}


def _tag_ids(tags: Part) -> list[str]:
    tag_ids = list(dict.fromkeys(tags.texts("ids")))
    if len(tag_ids) > MOST_TAGS or any(len(tag_id) > texts.LONGEST for tag_id in tag_ids):
        place = "ids"
        raise tags.unreadable(place, f"must be a list of up to {MOST_TAGS} ids")
    return tag_ids


def _folded(part: Part) -> Part:
    """With its names in small letters: how they are spelt does not matter in what comes back from a form."""
    return Part(part.what, {name.lower(): value for name, value in part.values.items()}, part.place)
