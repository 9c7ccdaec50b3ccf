"""Operations on clinics."""

from collections.abc import Sequence
from typing import Any

from rest_framework.response import Response

from clinic_records.services import access
from clinics.api.schemas import clinics as schemas
from clinics.representation.clinics import clinic as shown_clinic
from clinics.services import clinics
from clinics.services.clinics import ClinicProfile, ClinicQuery
from kernel.api import bodies
from kernel.api import schema as s
from kernel.api.operations import Call, operation
from kernel.api.parameters import PAGING, Parameter
from kernel.api.viewsets import ApiViewSet, empty
from kernel.db import Document
from kernel.errors import NotFound
from patients.services import patient_counts, tags_and_sites

INTERNAL = ("Clinics", "Internal")
CREATED_BETWEEN = (
    Parameter(
        "createdTimeStart", s.date_time(), description="Only what was made at this time or later."
    ),
    Parameter("createdTimeEnd", s.date_time(), description="Only what was made before this time."),
)


class ClinicsViewSet(ApiViewSet):
    @operation(
        "ListClinics",
        summary="List clinics",
        description="All filters have to hold. The order is that of the ids, and there is no total count; for "
        "services.",
        query=(
            *PAGING,
            Parameter(
                "shareCode",
                s.share_code(),
                description="Only the clinic to which this share code leads.",
            ),
            *CREATED_BETWEEN,
            Parameter(
                "ehrEnabled",
                s.boolean(),
                description="True or false: only clinics whose EHR connection is on, or off. Those without one "
                "match neither.",
            ),
        ),
        responses={200: schemas.CLINICS},
    )
    def page(self, call: Call) -> Response:
        query = ClinicQuery(
            share_code=call.query.get("shareCode"),
            created_from=call.query.get("createdTimeStart"),
            created_before=call.query.get("createdTimeEnd"),
            ehr_enabled=call.query.get("ehrEnabled"),
        )
        documents = clinics.list_clinics(
            query, skip=call.query["offset"], limit=call.query["limit"]
        )
        return Response(show_clinics(documents))

    @operation(
        "CreateClinic",
        summary="Create a clinic",
        description="The caller becomes its first admin.",
        body=schemas.CLINIC,
        described_body=schemas.CLINIC_CREATE,
        body_limit=bodies.LARGE,
        raises=(NotFound,),
        responses={200: schemas.CLINIC},
    )
    def create(self, call: Call) -> Response:
        created = clinics.create_clinic(
            creator_id=call.principal.user_id, profile=_profile(call.body)
        )
        return Response(show_clinic(created))


class ClinicViewSet(ApiViewSet):
    @operation(
        "GetClinic",
        summary="Get a clinic",
        description="Any signed-in person may look a clinic up: patients do before they share data with it.",
        responses={200: schemas.CLINIC},
    )
    def retrieve(self, call: Call) -> Response:
        clinic = patient_counts.access_counted_clinic(call.path["clinicId"])
        return Response(show_clinic(clinic))

    @operation(
        "UpdateClinic",
        summary="Change a clinic's profile",
        description="Fields that are left out keep their values.",
        body=schemas.CLINIC,
        described_body=schemas.CLINIC_UPDATE,
        body_limit=bodies.LARGE,
        responses={200: schemas.CLINIC},
    )
    def update(self, call: Call) -> Response:
        updated = clinics.update_clinic(call.path["clinicId"], _profile(call.body))
        return Response(show_clinic(updated))

    @operation(
        "DeleteClinic",
        summary="Delete a clinic that has no patients",
        description="Members, invites and the demo patient go with it. 400 while it has another patient.",
        responses={204: None},
    )
    def destroy(self, call: Call) -> Response:
        clinics.delete_clinic(call.path["clinicId"], deleted_by=call.principal.acting_user_id)
        return empty(204)


class ShareCodeViewSet(ApiViewSet):
    @operation(
        "GetClinicByShareCode",
        summary="Find a clinic by one of its share codes",
        description="Former codes lead to the clinic, too; the answer shows the present one.",
        path={
            "shareCode": s.share_code(
                min_length=1, description="A share code, however it is typed."
            )
        },
        responses={200: schemas.CLINIC},
    )
    def retrieve(self, call: Call) -> Response:
        return Response(show_clinic(clinics.access_by_share_code(call.path["shareCode"])))


class TierViewSet(ApiViewSet):
    @operation(
        "UpdateTier",
        tags=INTERNAL,
        summary="Set a clinic's tier",
        description="Two things depend on the tier. The limits of UpdatePatientCountSettings hold for `tier0100` "
        "alone, and for clinics without a country or in the US. Admins may export the list of patients "
        "(ExportPatientList, StartPatientListExport) from `tier0200` on. What is stored for another tier is kept.",
        body=schemas.TIER,
        responses={200: None},
    )
    def update(self, call: Call) -> Response:
        clinics.update_tier(call.path["clinicId"], call.body["tier"])
        return empty()


class SuppressedNotificationsViewSet(ApiViewSet):
    @operation(
        "UpdateSuppressedNotifications",
        summary="Choose which mails a clinic does not get",
        description="Replaces what was chosen before.",
        body=schemas.UPDATE_SUPPRESSED,
        responses={200: None},
    )
    def update(self, call: Call) -> Response:
        clinics.update_suppressed_notifications(
            call.path["clinicId"], call.body["suppressedNotifications"]
        )
        return empty()


class MembershipRestrictionsViewSet(ApiViewSet):
    @operation(
        "ListMembershipRestrictions",
        summary="List who may join a clinic",
        description="An empty object when everyone may join.",
        join=access.join_clinic,
        responses={200: schemas.RESTRICTIONS},
    )
    def retrieve(self, call: Call) -> Response:
        clinic = access.access_clinic(call.path["clinicId"], call.joined)
        return Response(_restrictions(clinic))

    @operation(
        "UpdateMembershipRestrictions",
        tags=INTERNAL,
        summary="Set who may join a clinic",
        description="Replaces the whole list; without `restrictions`, or with an empty list, everyone may join.",
        body=schemas.RESTRICTIONS,
        responses={200: schemas.RESTRICTIONS},
    )
    def update(self, call: Call) -> Response:
        updated = clinics.update_membership_restrictions(
            call.path["clinicId"],
            _declared(call.body.get("restrictions"), ("emailDomain", "requiredIdp")) or [],
        )
        return Response(_restrictions(updated))


def show_clinic(document: Document) -> dict[str, Any]:
    return show_clinics([document])[0]


def show_clinics(documents: Sequence[Document]) -> list[dict[str, Any]]:
    """With the counts of all their tags and sites, read in one query."""
    tag_counts, site_counts = tags_and_sites.count_by_tag_and_site(documents)
    return [shown_clinic(document, tag_counts, site_counts) for document in documents]


def _profile(body: dict[str, Any]) -> ClinicProfile:
    return ClinicProfile(
        name=body.get("name"),
        preferred_bg_units=body.get("preferredBgUnits"),
        address=body.get("address"),
        city=body.get("city"),
        postal_code=body.get("postalCode"),
        state=body.get("state"),
        country=body.get("country"),
        website=body.get("website"),
        timezone=body.get("timezone"),
        clinic_type=body.get("clinicType"),
        clinic_size=body.get("clinicSize"),
        phone_numbers=_declared(body.get("phoneNumbers"), ("type", "number")),
    )


def _declared(
    items: Sequence[Document] | None, names: Sequence[str]
) -> list[dict[str, Any]] | None:
    """Each item, without any other properties that the client may have sent."""
    if items is None:
        return None
    return [{name: item[name] for name in names if name in item} for item in items]


def _restrictions(clinic: Document) -> dict[str, Any]:
    stored = clinic.get("membershipRestrictions")
    return {"restrictions": stored} if stored else {}
