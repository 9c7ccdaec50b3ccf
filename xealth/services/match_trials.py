"""What an order or a pre-order would do, for staff who set up a clinic's connection: it is read and matched as in
`orders` and `preorders`, and changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from clinics.choices import Procedure
from ehr.reading import Json, Part, Unreadable
from kernel import safe_reading
from kernel.db import Document
from kernel.errors import BadRequest, DomainError, PermanentFailure
from patients.services.patient_matching import Identity
from xealth.choices import Context, Failure, Form
from xealth.services import matching, new_patients, notifications, orders, preorders
from xealth.services.matching import Purpose
from xealth.services.orders import Order
from xealth.services.subjects import REQUEST, Subject


class Effect(Enum):
    """What would follow. `Trial.form` says which of the forms is shown."""

    SUBSCRIBED = auto()
    CREATED = auto()
    FORM = auto()
    KEPT = auto()  # what was entered
    FINAL = auto()  # nothing is asked


@dataclass(frozen=True, slots=True)
class Trial:
    """As far as it would get. `problem`: what would end it, as a code that orders store, or words if `is_refused`."""

    is_preorder: bool
    problem: str = ""
    is_refused: bool = False
    clinic: Document | None = None
    program: str = ""
    is_own_program: bool = False
    mrn_type: str = ""
    has_mrn: bool = False
    patients: Sequence[Document] = ()
    effect: Effect | None = None
    form: Form | None = None


def sample_of(clinic: Document) -> Document:
    """An order that the clinic's connection would carry out, about an invented person."""
    settings = safe_reading.mapping(clinic.get("ehrSettings"))
    codes = safe_reading.mapping(settings.get("procedureCodes"))
    return {
        "orderInfo": {
            "deployment": safe_reading.text(settings.get("sourceId")) or "",
            "orderId": "TEST-1",
            "programId": safe_reading.text(codes.get(Procedure.CREATE_AND_ENABLE)) or "",
        },
        "patientIdentity": {"ids": [{"id": "0000", "type": matching.mrn_type_of(clinic)}]},
        "datasets": {
            "demographicsV1": {
                "name": {"given": ["Sam"], "family": ["Sample"]},
                "birthDate": "1980-01-02",
            }
        },
    }


def try_message(body: Json) -> Trial:
    """A request of Xealth about a pre-order, or an order as Xealth gives it when it is read back."""
    is_preorder = body.get("eventType") == preorders.EVENT_TYPE
    try:
        return _try_preorder(body) if is_preorder else _try_order(orders.read_order(body))
    except Unreadable as error:
        return Trial(is_preorder, problem=error.reason)
    except PermanentFailure as error:
        return Trial(is_preorder, problem=error.reason)
    except DomainError as error:
        return Trial(is_preorder, problem=error.words, is_refused=True)


# --- orders ---------------------------------------------------------------------------------------
def _try_order(order: Order) -> Trial:
    """Raises Unreadable and PermanentFailure."""
    preorder = orders.find_preorder(order)
    clinic = orders.find_clinic(order.subject.deployment)
    if clinic is None:
        return Trial(is_preorder=False, problem=matching.NO_CLINIC, is_refused=True)
    trial = _begun(clinic, order.subject, is_preorder=False, program=order.program_id)
    try:
        identity = matching.identify(clinic, order.subject, Purpose.ORDER)
    except BadRequest as error:
        return replace(trial, problem=orders.incomplete(error).reason)
    trial = replace(trial, patients=matching.find_patients(clinic, identity, Purpose.ORDER))
    try:
        return replace(trial, effect=_effect(trial, clinic, identity, preorder))
    except PermanentFailure as error:
        return replace(trial, problem=error.reason)


def _effect(
    trial: Trial, clinic: Document, identity: Identity, preorder: Document | None
) -> Effect:
    """Raises PermanentFailure where an order fails, and Unreadable for what was entered before it."""
    if len(trial.patients) > 1:
        raise PermanentFailure(Failure.SEVERAL_PATIENTS)
    if not trial.is_own_program:
        raise PermanentFailure(Failure.OTHER_PROGRAM)
    if trial.patients:
        return Effect.SUBSCRIBED
    if preorder is None:
        raise PermanentFailure(Failure.PREORDER_REQUIRED)
    if not orders.is_of(preorder, clinic, identity):
        raise PermanentFailure(Failure.PREORDER_MISSING)
    new_patients.read_preorder(preorder)
    return Effect.CREATED


# --- pre-orders -----------------------------------------------------------------------------------
def _try_preorder(body: Json) -> Trial:
    """Raises Unreadable and what the operation is refused with."""
    request = preorders.read_request(Part(REQUEST, body))
    purpose = preorders.PURPOSES[request.context]
    clinic = matching.access_clinic(request.subject.deployment, purpose)
    trial = _begun(clinic, request.subject, is_preorder=True)
    try:
        identity = matching.identify(clinic, request.subject, purpose)
    except BadRequest as error:
        return replace(trial, problem=error.words, is_refused=True)
    found = matching.find_patients(clinic, identity, purpose)
    trial = replace(trial, patients=found)
    if len(found) > 1:
        return replace(trial, problem=purpose.prefix + matching.SEVERAL_PATIENTS, is_refused=True)
    if found:
        if found[0].get("birthDate") == identity.birth_date:
            return replace(trial, effect=Effect.FINAL)
        return replace(trial, effect=Effect.FORM, form=Form.BIRTH_DATE_DIFFERS)
    return _asked(trial, request, preorders.flow_of(clinic, identity))


def _asked(trial: Trial, request: preorders.Request, flow: preorders.Flow) -> Trial:
    """No patient matches: the form is shown, or what was entered is looked at."""
    if request.context is Context.INITIAL:
        return replace(trial, effect=Effect.FORM, form=preorders.FORMS[flow])
    try:
        problem = preorders.problem_of(preorders.read_entry(request, flow), flow)
    except (BadRequest, Unreadable) as error:
        words = error.reason if isinstance(error, Unreadable) else error.words
        return replace(trial, problem=words, is_refused=True)
    if problem is not None:
        return replace(trial, effect=Effect.FORM, form=problem)
    return replace(trial, effect=Effect.KEPT)


# --- of both --------------------------------------------------------------------------------------
def _begun(clinic: Document, subject: Subject, *, is_preorder: bool, program: str = "") -> Trial:
    mrn_type = matching.mrn_type_of(clinic)
    return Trial(
        is_preorder,
        clinic=clinic,
        program=program,
        is_own_program=notifications.is_for_program(clinic, program),
        mrn_type=mrn_type,
        has_mrn=bool(subject.mrn(mrn_type)),
    )
