"""Patients together with their clinics."""

from collections.abc import Sequence
from typing import Any

from rest_framework.response import Response

from clinics.api.schemas.clinics import WORKSPACE_ID_TYPE
from clinics.representation.clinics import clinic
from kernel.api import schema as s
from kernel.api.operations import Call, operation
from kernel.api.parameters import PAGING, Parameter
from kernel.api.viewsets import ApiViewSet
from patients.api.schemas.patients import RELATIONSHIPS
from patients.representation.patients import patient
from patients.services import patient_clinics
from patients.services.patient_clinics import Relationship, Workspace
from patients.services.tags_and_sites import count_by_tag_and_site

_FIND_PARAMETERS = (
    Parameter(
        "mrn",
        s.mrn(),
        description="Only patients with this MRN; letter case and accents do not count.",
    ),
    Parameter("birthDate", s.name(), description="Only patients born on this day, `YYYY-MM-DD`."),
    Parameter(
        "workspaceId",
        s.name(),
        description="Only patients of this clinic of the caller; all of the caller's clinics when absent.",
    ),
    Parameter(
        "workspaceIdType",
        WORKSPACE_ID_TYPE,
        description="What `workspaceId` is: the clinic's id, or `sourceId` of its EHR settings. Needed with it.",
    ),
    *PAGING,
)


class PatientClinicsViewSet(ApiViewSet):
    @operation(
        "ListClinicsForPatient",
        summary="The clinics of a patient, with the record in each",
        description="By the name in each record, a page at a time; an empty array when there are none.",
        query=PAGING,
        always_found=True,
        responses={200: RELATIONSHIPS},
    )
    def clinics(self, call: Call) -> Response:
        relationships = patient_clinics.list_clinics_of_patient(
            user_id=call.path["userId"], skip=call.query["offset"], limit=call.query["limit"]
        )
        return Response(_shown(relationships))


class FindPatientsViewSet(ApiViewSet):
    @operation(
        "FindPatients",
        summary="Find patients in the caller's clinics",
        description="In all clinics in which the caller is member or admin, or in one of them (`workspaceId`), by "
        "name, a page at a time. An empty array when no one fits.",
        query=_FIND_PARAMETERS,
        responses={200: RELATIONSHIPS},
    )
    def find(self, call: Call) -> Response:
        query = call.query
        workspace = None
        if "workspaceId" in query:
            workspace = Workspace(query["workspaceId"], query.get("workspaceIdType"))
        relationships = patient_clinics.find_patients(
            clinician_id=call.principal.user_id,
            mrn=query.get("mrn"),
            birth_date=query.get("birthDate"),
            workspace=workspace,
            skip=query["offset"],
            limit=query["limit"],
        )
        return Response(_shown(relationships))


def _shown(relationships: Sequence[Relationship]) -> list[dict[str, Any]]:
    clinics = {r.clinic["_id"]: r.clinic for r in relationships}
    tags, sites = count_by_tag_and_site(list(clinics.values()))
    shown = {clinic_id: clinic(document, tags, sites) for clinic_id, document in clinics.items()}
    return [
        {"patient": patient(r.patient), "clinic": shown[r.clinic["_id"]]} for r in relationships
    ]
