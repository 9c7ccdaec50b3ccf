"""Operations of the systems that calculate: summaries and data sources of a user, in all clinics."""

from rest_framework.response import Response

from kernel.api import bodies
from kernel.api.operations import Call, operation
from kernel.api.viewsets import ApiViewSet, empty
from kernel.errors import ConstraintViolation
from patients.api.schemas.patients import DATA_SOURCES, DATA_SOURCES_WRITE
from patients.api.schemas.summaries import SUMMARY, SUMMARY_ID
from patients.field_values import data_sources_of
from patients.services import data_sources, summaries

INTERNAL = ("Clinics", "Internal")


class PatientSummaryViewSet(ApiViewSet):
    @operation(
        "UpdatePatientSummary",
        tags=INTERNAL,
        summary="Replace the summary of a user in all clinics",
        description="Without a body the summary is removed. 204: the user is not a patient of any clinic.",
        body=SUMMARY,
        body_limit=bodies.LARGE,
        body_required=False,
        always_found=True,
        responses={200: None, 204: None},
    )
    def update(self, call: Call) -> Response:
        summaries.update_summary(user_id=call.path["patientId"], body=call.body)
        return empty(200)


class SummaryClinicsViewSet(ApiViewSet):
    @operation(
        "DeletePatientSummary",
        tags=INTERNAL,
        summary="Remove a summary from all records that have it",
        description="Whichever kind of statistics it is. 204 when no record has it.",
        path={"summaryId": SUMMARY_ID},
        always_found=True,
        responses={200: None, 204: None},
    )
    def destroy(self, call: Call) -> Response:
        summaries.remove_summary(call.path["summaryId"])
        return empty(200)


class UserDataSourcesViewSet(ApiViewSet):
    @operation(
        "UpdatePatientDataSources",
        tags=INTERNAL,
        summary="Replace the data sources of a user in all clinics",
        description="Without a body they are removed. Clinics that have no record of the user are not touched; 404 "
        "when no clinic has one.",
        body=DATA_SOURCES,
        described_body=DATA_SOURCES_WRITE,
        body_required=False,
        raises=(ConstraintViolation,),
        responses={200: None},
    )
    def update(self, call: Call) -> Response:
        data_sources.update_data_sources(
            user_id=call.path["userId"], data_sources=data_sources_of(call.body or [])
        )
        return empty(200)
