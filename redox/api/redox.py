"""The Redox operations (rules EHR-1 to EHR-27 and EHR-56 to EHR-65)."""

from typing import Any

from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from clinics.representation.clinics import clinic as show_clinic
from clinics.representation.ehr_settings import ehr_settings as show_settings
from kernel.api import bodies, webhook_bodies
from kernel.api.operations import Call, Lenient, operation
from kernel.api.viewsets import ApiViewSet, empty
from kernel.errors import BadRequest, NotFound, Unauthorized, UnsupportedMediaType
from patients.representation.patients import patient as show_patient
from patients.services.tags_and_sites import count_by_tag_and_site
from redox.api.schemas import redox as schemas
from redox.messages.bodies import UnreadableBody, parse
from redox.services import matching, scheduling, webhook
from redox.services.matching import Match

TAGS = ("Internal", "Redox", "Clinics")


def read_verification(request: HttpRequest, raw: bytes) -> dict[str, Any]:
    """JSON, or nothing. Redox's own route is not bound to the API description."""
    if not webhook_bodies.holds_json(request, raw):
        return {}
    try:
        body = parse(raw)
    except UnreadableBody:
        msg = "not valid JSON"
        raise BadRequest(msg) from None
    return body if isinstance(body, dict) else {}


class RedoxWebhookViewSet(ApiViewSet):
    """Redox authenticates with a shared secret of its own."""

    authentication_classes = ()
    http_method_not_allowed = ViewSet.http_method_not_allowed

    def check_permissions(self, request: Request) -> None:
        super().check_permissions(request)
        if self.action == "receive":
            _check_sender(request)

    @operation(
        "VerifyEndpoint",
        tags=TAGS,
        summary="Verify the endpoint",
        description="Echoes the challenge to callers that know the verification token.",
        body_limit=webhook.VERIFICATION_BYTES,
        lenient=Lenient(read_body=read_verification),
        raises=(
            Unauthorized,
            UnsupportedMediaType,
        ),
        responses={200: schemas.VERIFICATION},
    )
    def verify(self, call: Call) -> Response:
        token, challenge = call.body.get("verification-token"), call.body.get("challenge")
        return Response({"challenge": webhook.verify(token, challenge)})

    @operation(
        "ProcessEHRMessage",
        tags=TAGS,
        summary="Receive a message",
        description="Stores a message of the EHR, which workers process later, and answers with nothing. "
        "A verification that comes here is answered with its challenge.",
        body=schemas.MESSAGE,
        body_limit=bodies.MESSAGE,
        lenient=Lenient(read_body=lambda _, raw: raw),
        raises=(Unauthorized,),
        responses={200: schemas.VERIFICATION},
    )
    def receive(self, call: Call) -> Response:
        token = call.request.headers.get("verification-token")
        charset = (call.request._request.content_params or {}).get("charset", "")
        verification = webhook.find_verification(call.body, charset)
        if verification is not None:
            body_token = verification["verification-token"]
            return Response({"challenge": webhook.verify(body_token, verification["challenge"])})
        webhook.check_header(token)
        webhook.receive(call.body, charset)
        return empty(200)


def _check_sender(request: Request) -> None:
    """Before the body is read. Without the header it can only be a verification, which is small."""
    token = request.headers.get("verification-token")
    if token or bodies.announced_length(request._request) > webhook.VERIFICATION_BYTES:
        webhook.check_header(token)
    else:
        request.META[bodies.LIMIT_KEY] = webhook.VERIFICATION_BYTES


class EhrViewSet(ApiViewSet):
    @operation(
        "MatchClinicAndPatient",
        tags=("Clinics", "Internal"),
        summary="Match a stored order",
        description="Says for which clinic an order is, and which patients it may mean by the criteria. Changes "
        "nothing, unless `onUniqueMatch` asks for it.",
        body=schemas.MATCH_REQUEST,
        body_required=False,
        raises=(NotFound,),
        responses={200: schemas.MATCH_RESPONSE},
    )
    def match(self, call: Call) -> Response:
        body = call.body or {}
        if "messageRef" not in body:
            msg = "messageRef is required"
            raise BadRequest(msg)
        patients = body.get("patients") or {}
        match = matching.match_document(
            document_id=body["messageRef"]["documentId"],
            criteria=patients.get("criteria", ()),
            action=patients.get("onUniqueMatch"),
        )
        return Response(_shown(match))

    @operation(
        "SyncEHRData",
        tags=("Clinics", "Internal"),
        summary="Send reports of all subscribed patients of a clinic",
        description="Answers when a send is stored for each patient whose reports an order has asked for. 404 for a "
        "clinic without an enabled connection to Redox.",
        responses={202: None},
    )
    def sync_clinic(self, call: Call) -> Response:
        scheduling.sync_clinic(call.path["clinicId"])
        return empty(202)

    @operation(
        "SyncEHRDataForPatient",
        tags=("Clinics", "Internal"),
        summary="Send the reports of a patient to the clinics that want them after an upload",
        description="For clinics with an enabled connection to Redox whose settings ask for reports after an upload "
        "(`onUploadEnabled`). 202 also when there is none.",
        always_found=True,
        responses={202: None},
    )
    def sync_patient(self, call: Call) -> Response:
        scheduling.sync_patient(call.path["patientId"])
        return empty(202)


def _shown(match: Match) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "clinic": show_clinic(match.clinic, *count_by_tag_and_site([match.clinic])),
        "settings": show_settings(match.clinic["ehrSettings"]),
    }
    if match.patients:
        shown["patients"] = [show_patient(patient) for patient in match.patients]
    return shown
