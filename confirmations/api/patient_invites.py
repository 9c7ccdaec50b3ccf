"""Operations on people's offers to share their data with a clinic."""

from typing import Any, NoReturn

from rest_framework.request import Request
from rest_framework.response import Response

from confirmations.api.reading import reads, reads_for_clinic
from confirmations.api.schemas import confirmations as schemas
from confirmations.api.viewsets import ConfirmationViewSet
from confirmations.representation.confirmations import (
    confirmation,
    confirmation_with_profile,
    confirmations_with_profiles,
)
from confirmations.services import clinic_shares, texts
from kernel.api import bodies
from kernel.api import schema as s
from kernel.api.operations import Call, operation
from kernel.api.viewsets import empty
from kernel.errors import Forbidden
from patients.representation.patient_bodies import shared_patient_of
from patients.representation.patients import patient

TAGS = ("Clinics", "Confirmations")
INVITE = {"inviteId": schemas.INVITE_ID}
# The clinic may send its own data about the patient, but what it may do is decided by the offer.
_GRANTS = ("permissions", "isMigrated", "legacyClinicianId")


class PatientInvitesViewSet(ConfirmationViewSet):
    @operation(
        "GetPatientInvites",
        tags=TAGS,
        summary="List the people who offer to share their data",
        description="Pending offers, newest first, without expired ones; an empty array when there are none.",
        responses={200: schemas.CONFIRMATIONS},
    )
    def page(self, call: Call) -> Response:
        return Response(
            confirmations_with_profiles(
                clinic_shares.list_offers(call.path["clinicId"]), call.principal
            )
        )


class PatientInviteViewSet(ConfirmationViewSet):
    def permission_denied(self, request: Request, *args: Any, **kwargs: Any) -> NoReturn:
        """A 401 logs people out, and the person who made the offer calls DeletePatientInvite too (rule CONFIRM-145)."""
        if self.action == "destroy":
            raise Forbidden(message=texts.FORBIDDEN)
        super().permission_denied(request, *args, **kwargs)

    @operation(
        "AcceptPatientInvitation",
        tags=TAGS,
        summary="Accept an offer: the person becomes a patient",
        description="The permissions are those of the offer; what the body says about the patient counts before the "
        "account's profile. 400 when the clinic demands an MRN and there is none.",
        path=INVITE,
        body=schemas.ACCEPT_PATIENT,
        described_body=schemas.ACCEPT_PATIENT_WRITE,
        body_limit=bodies.LARGE,
        body_required=False,
        lenient=reads_for_clinic(schemas.ACCEPT_PATIENT, is_optional=True),
        responses={200: s.ref("patient.v1")},
    )
    def accept(self, call: Call) -> Response:
        entered = {name: value for name, value in call.body.items() if name not in _GRANTS}
        document = clinic_shares.accept_offer(
            clinic_id=call.path["clinicId"],
            invite_id=call.path["inviteId"],
            shared=shared_patient_of(entered),
        )
        return Response(patient(document))

    @operation(
        "DeletePatientInvite",
        tags=TAGS,
        summary="Cancel an offer, or decline it for the clinic",
        description="The offer becomes `canceled` when its sender calls, `declined` when the clinic or a service "
        "does.",
        path=INVITE,
        responses={200: schemas.UNNAMED_CONFIRMATION},
    )
    def destroy(self, call: Call) -> Response:
        document = clinic_shares.withdraw_or_decline(
            clinic_id=call.path["clinicId"],
            invite_id=call.path["inviteId"],
            caller=call.principal,
        )
        return Response(confirmation(document, call.principal))


class ClinicShareViewSet(ConfirmationViewSet):
    @operation(
        "SendClinicShareInvite",
        tags=["Confirmations"],
        summary="Offer data to a clinic by its share code",
        description="The clinic can accept the offer for seven days, and its admins are told by mail unless the "
        "clinic does not want it. 409 when the person is a patient there already, or has an offer that waits.",
        path={"userId": schemas.USER_ID},
        body=schemas.SHARE,
        lenient=reads({"shareCode": s.share_code(), "permissions": schemas.ANY_GRANTS}),
        responses={200: schemas.CONFIRMATION},
    )
    def send(self, call: Call) -> Response:
        share_code, permissions = call.body.get("shareCode"), call.body.get("permissions")
        if not share_code or permissions is None:
            return empty(400)
        document = clinic_shares.offer_data(
            sender_id=call.path["userId"],
            share_code=share_code,
            permissions=permissions,
            caller=call.principal,
        )
        return Response(confirmation_with_profile(document, call.principal))
