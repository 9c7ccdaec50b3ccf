"""Counts of patients and the limits on them."""

from typing import Any

from rest_framework.response import Response

from clinic_records.services import access
from kernel import clock
from kernel.api.operations import Call, operation
from kernel.api.viewsets import ApiViewSet, empty
from patients.api.schemas import patient_counts as schemas
from patients.services import patient_counts, plan_limits, preparing

INTERNAL = ("Clinics", "Internal")


class PatientCountSettingsViewSet(ApiViewSet):
    @operation(
        "GetPatientCountSettings",
        summary="The limits in force",
        description="The stored limits, also those that begin later or have ended. An empty object when there are "
        "none, and for clinics that have no limit: those of another country than `US` (none counts as the US), or of "
        "another tier than `tier0100`.",
        join=access.join_clinic,
        responses={200: schemas.SETTINGS},
    )
    def retrieve(self, call: Call) -> Response:
        clinic = access.access_clinic(call.path["clinicId"], call.joined)
        return Response(plan_limits.effective_limits(clinic))

    @operation(
        "UpdatePatientCountSettings",
        tags=INTERNAL,
        summary="Replace the limits",
        description="Replaces both limits; one that is left out is removed. 400 when a limit begins after its end. "
        "They hold for a clinic whose country is `US` or not set and whose tier is `tier0100` or not set; for any "
        "other they are stored without effect, and GetPatientCountSettings shows none, until its country or tier "
        "changes.",
        body=schemas.SETTINGS,
        responses={200: schemas.SETTINGS},
    )
    def update(self, call: Call) -> Response:
        limits = {
            name: _limit(call.body[name])
            for name in ("hardLimit", "softLimit")
            if name in call.body
        }
        return Response(plan_limits.set_limits(call.path["clinicId"], limits))


def _limit(body: dict[str, Any]) -> dict[str, Any]:
    limit: dict[str, Any] = {"plan": body["plan"]}
    for name in ("startDate", "endDate"):
        if name in body:
            limit[name] = clock.parse_time(body[name])
    return limit


class PatientCountViewSet(ApiViewSet):
    @operation(
        "GetPatientCount",
        summary="How many patients a clinic has",
        description="The numbers are exact after every change that goes through this service.",
        join=patient_counts.join_counted_clinic,
        responses={200: schemas.COUNT},
    )
    def retrieve(self, call: Call) -> Response:
        clinic = patient_counts.access_counted_clinic(call.path["clinicId"], call.joined)
        return Response(preparing.patient_count_of(clinic))


class PatientCountRefreshViewSet(ApiViewSet):
    @operation(
        "RefreshPatientCount",
        tags=INTERNAL,
        summary="Count the patients again",
        description="Answers when everything is counted again: for records that other systems have written.",
        responses={200: None},
    )
    def refresh(self, call: Call) -> Response:
        patient_counts.refresh_patient_count(call.path["clinicId"])
        return empty(200)
