"""Operations on members of clinics, pending invites and service accounts."""

from collections.abc import Sequence
from typing import Any

from rest_framework.response import Response

from clinic_records.documents import ClinicianDocument
from clinics.api.clinics import CREATED_BETWEEN, INTERNAL, show_clinics
from clinics.api.schemas import clinicians as schemas
from clinics.representation.clinicians import clinician as shown_clinician
from clinics.services import clinicians, security_profiles, service_accounts
from clinics.services.clinicians import ClinicianDetails, Membership
from kernel.api import schema as s
from kernel.api.operations import Call, operation
from kernel.api.parameters import PAGING, Parameter
from kernel.api.viewsets import ApiViewSet, empty
from kernel.choices import ClinicianRole
from kernel.errors import ConstraintViolation
from kernel.policy import Caller

_INVITE = {"inviteId": s.literal(min_length=1, description="Id of the pending invite.")}


class ClinicCliniciansViewSet(ApiViewSet):
    @operation(
        "ListClinicians",
        summary="List the members and pending invites of a clinic",
        description="Members, pending invites and service accounts, newest first, a page at a time.",
        query=(
            Parameter(
                "search",
                s.search(),
                description="Words, in any order: each is a part of name or address.",
            ),
            *PAGING,
            Parameter(
                "email", s.email(), description="Only who has this address, in any spelling."
            ),
            Parameter(
                "role", s.name(), description="Only who has this role, such as `CLINIC_ADMIN`."
            ),
        ),
        always_found=True,
        responses={200: schemas.CLINICIANS},
    )
    def page(self, call: Call) -> Response:
        documents = clinicians.list_clinicians(
            call.path["clinicId"],
            search=call.query.get("search"),
            email=call.query.get("email"),
            role=call.query.get("role"),
            skip=call.query["offset"],
            limit=call.query["limit"],
        )
        return Response([_shown(document, self.caller) for document in documents])

    @operation(
        "CreateClinician",
        summary="Add a member, or a pending invite when there is no id",
        description="With `id` the user is a member at once, without a mail or a check of the account; with "
        "`inviteId` the record waits for that invite. 400 without either, 409 when the user, the invite "
        "or the address is there already.",
        body=schemas.CLINICIAN,
        described_body=schemas.CLINICIAN_CREATE,
        raises=(ConstraintViolation,),
        responses={200: schemas.CLINICIAN},
    )
    def create(self, call: Call) -> Response:
        details = ClinicianDetails(
            roles=call.body["roles"],
            email=call.body["email"],
            name=call.body.get("name"),
            user_id=call.body.get("id"),
            invite_id=call.body.get("inviteId"),
        )
        created = clinicians.create_clinician(clinic_id=call.path["clinicId"], details=details)
        return Response(_shown(created, self.caller))


class ClinicianViewSet(ApiViewSet):
    @operation(
        "GetClinician",
        summary="Get a member",
        description="Looks a member up by user id; a pending invite is not found here.",
        responses={200: schemas.CLINICIAN},
    )
    def retrieve(self, call: Call) -> Response:
        clinician = clinicians.access_clinician(call.path["clinicId"], call.path["clinicianId"])
        return Response(_shown(clinician, self.caller))

    @operation(
        "UpdateClinician",
        summary="Change a member's roles and name",
        description="The address cannot be changed here; a name that is left out is removed.",
        body=schemas.CLINICIAN,
        described_body=schemas.CLINICIAN_UPDATE,
        raises=(ConstraintViolation,),
        responses={200: schemas.CLINICIAN},
    )
    def update(self, call: Call) -> Response:
        updated = clinicians.update_clinician(
            clinic_id=call.path["clinicId"],
            user_id=call.path["clinicianId"],
            roles=call.body["roles"],
            name=call.body.get("name"),
            updated_by=call.principal.user_id,
        )
        return Response(_shown(updated, self.caller))

    @operation(
        "DeleteClinician",
        summary="Remove a member",
        description="Members may remove themselves, admins everyone. 422 when no admin would be left.",
        raises=(ConstraintViolation,),
        responses={200: None},
    )
    def destroy(self, call: Call) -> Response:
        clinicians.remove_clinician(
            clinic_id=call.path["clinicId"],
            user_id=call.path["clinicianId"],
            deleted_by=call.principal.acting_user_id,
        )
        return empty()


class InvitedClinicianViewSet(ApiViewSet):
    @operation(
        "GetInvitedClinician",
        summary="Get a pending invite",
        description="Looks an invite up by its id; a member is not found here.",
        path=_INVITE,
        responses={200: schemas.CLINICIAN},
    )
    def retrieve(self, call: Call) -> Response:
        clinician = clinicians.access_invite(call.path["clinicId"], call.path["inviteId"])
        return Response(_shown(clinician, self.caller))

    @operation(
        "AssociateClinicianToUser",
        summary="Make the invited user a member",
        description="The invite loses its `inviteId` and gets the user's id; its address stays, and is not compared "
        "with the account's. 409 when the user is a member already.",
        path=_INVITE,
        body=schemas.ASSOCIATE,
        raises=(ConstraintViolation,),
        responses={200: schemas.CLINICIAN},
    )
    def associate(self, call: Call) -> Response:
        member = clinicians.associate_clinician(
            clinic_id=call.path["clinicId"],
            invite_id=call.path["inviteId"],
            user_id=call.body["userId"],
        )
        return Response(_shown(member, self.caller))

    @operation(
        "DeleteInvitedClinician",
        summary="Cancel a pending invite",
        description="The invitation that was mailed ends with it.",
        path=_INVITE,
        raises=(ConstraintViolation,),
        responses={200: None},
    )
    def destroy(self, call: Call) -> Response:
        clinicians.remove_invite(clinic_id=call.path["clinicId"], invite_id=call.path["inviteId"])
        return empty()


class CliniciansViewSet(ApiViewSet):
    @operation(
        "ListAllClinicians",
        tags=INTERNAL,
        summary="List the clinicians of all clinics, newest first",
        description="Members and pending invites, each with its clinic; for services.",
        query=(*PAGING, *CREATED_BETWEEN),
        responses={200: s.array(schemas.MEMBERSHIP)},
    )
    def page(self, call: Call) -> Response:
        memberships = clinicians.list_all_memberships(
            created_from=call.query.get("createdTimeStart"),
            created_before=call.query.get("createdTimeEnd"),
            skip=call.query["offset"],
            limit=call.query["limit"],
        )
        return Response(_show_memberships(memberships, self.caller))


class ClinicianClinicsViewSet(ApiViewSet):
    @operation(
        "ListClinicsForClinician",
        summary="List the clinics a user is a member of, newest membership first",
        description="Each membership with its clinic, a page at a time. An array that is empty when there are none.",
        query=PAGING,
        always_found=True,
        responses={200: schemas.MEMBERSHIPS},
    )
    def page(self, call: Call) -> Response:
        memberships = clinicians.list_memberships(
            call.path["userId"], skip=call.query["offset"], limit=call.query["limit"]
        )
        return Response(_show_memberships(memberships, self.caller))


class ServiceAccountsViewSet(ApiViewSet):
    @operation(
        "AddServiceAccount",
        tags=INTERNAL,
        summary="Make an API client a member of a clinic",
        description="The secret proves that the caller controls the client, and is not stored.",
        body=schemas.SERVICE_ACCOUNT,
        raises=(ConstraintViolation,),
        responses={200: schemas.CLINICIAN},
    )
    def create(self, call: Call) -> Response:
        created = service_accounts.add_service_account(
            clinic_id=call.path["clinicId"],
            name=call.body["name"],
            client_id=call.body["client_id"],
            client_secret=call.body["client_secret"],
        )
        return Response(_shown(created, self.caller))


class SecurityProfileViewSet(ApiViewSet):
    @operation(
        "UpdateClinicianSecurityProfile",
        summary="Tell how a clinician logs in",
        description="For the account service: in all clinics of the user. Only what is sent changes; without a second "
        "factor its time goes, too, and an older log-in never replaces a later one. 404 for a user who is a clinician "
        "nowhere.",
        body=schemas.SECURITY_PROFILE,
        responses={204: None},
    )
    def update(self, call: Call) -> Response:
        security_profiles.update(call.path["userId"], call.body)
        return empty(204)


def _shown(document: ClinicianDocument, caller: Caller) -> dict[str, Any]:
    """How someone logs in is no business of the other members (rule CLINIC-132)."""
    sees_all = caller.principal.is_server or ClinicianRole.ADMIN in caller.roles
    is_own = document.get("userId") == caller.principal.user_id
    return shown_clinician(document, with_security=sees_all or is_own)


def _show_memberships(memberships: Sequence[Membership], caller: Caller) -> list[dict[str, Any]]:
    shown = show_clinics([membership.clinic for membership in memberships])
    return [
        {"clinic": clinic, "clinician": _shown(membership.clinician, caller)}
        for clinic, membership in zip(shown, memberships, strict=True)
    ]
