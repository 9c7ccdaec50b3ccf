"""Operations on a clinic's EHR and MRN settings. An update answers with the settings in force."""

from typing import Any

from rest_framework.response import Response

from clinic_records.services import access
from clinics.api.clinics import INTERNAL
from clinics.api.schemas import settings as schemas
from clinics.representation.ehr_settings import ehr_settings as shown_settings
from clinics.services import ehr_settings, mrn_settings
from kernel.api.operations import Call, operation
from kernel.api.viewsets import ApiViewSet
from kernel.db import Document


class EHRSettingsViewSet(ApiViewSet):
    @operation(
        "GetEHRSettings",
        tags=INTERNAL,
        summary="Get a clinic's EHR settings",
        description="404 when the clinic has none.",
        join=access.join_clinic,
        responses={200: schemas.EHR_SETTINGS},
    )
    def retrieve(self, call: Call) -> Response:
        clinic = access.access_clinic(call.path["clinicId"], call.joined)
        return Response(shown_settings(ehr_settings.ehr_settings_of(clinic)))

    @operation(
        "UpdateEHRSettings",
        tags=INTERNAL,
        summary="Replace a clinic's EHR settings",
        description="An enabled Redox integration needs destination ids.",
        body=schemas.EHR_SETTINGS,
        responses={200: schemas.EHR_SETTINGS},
    )
    def update(self, call: Call) -> Response:
        stored = ehr_settings.update_ehr_settings(call.path["clinicId"], call.body)
        return Response(shown_settings(stored))


class MRNSettingsViewSet(ApiViewSet):
    @operation(
        "GetMRNSettings",
        tags=INTERNAL,
        summary="Get a clinic's MRN settings",
        description="404 when the clinic has none: then nothing is demanded.",
        join=access.join_clinic,
        responses={200: schemas.MRN_SETTINGS},
    )
    def retrieve(self, call: Call) -> Response:
        clinic = access.access_clinic(call.path["clinicId"], call.joined)
        return Response(_shown(mrn_settings.mrn_settings_of(clinic)))

    @operation(
        "UpdateMRNSettings",
        tags=INTERNAL,
        summary="Replace a clinic's MRN settings",
        description="Refused if MRNs have to be unique and two patients share one.",
        body=schemas.MRN_SETTINGS,
        responses={200: schemas.MRN_SETTINGS},
    )
    def update(self, call: Call) -> Response:
        stored = mrn_settings.update_mrn_settings(
            call.path["clinicId"], required=call.body["required"], unique=call.body["unique"]
        )
        return Response(_shown(stored))


def _shown(stored: Document) -> dict[str, Any]:
    return {name: bool(stored.get(name)) for name in ("required", "unique")}
