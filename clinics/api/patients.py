"""Operations on the patients of a clinic."""

from rest_framework.response import Response

from clinics.api.schemas import patients as schemas
from clinics.api.schemas.patient_parameters import LIST_PARAMETERS
from clinics.representation.patient_bodies import details_of, shared_patient_of
from clinics.representation.patients import patient
from clinics.services import patient_lists, patients
from clinics_site.core.api.operations import Call, operation
from clinics_site.core.api.viewsets import ApiViewSet, empty


class ClinicPatientsViewSet(ApiViewSet):
    @operation(
        "ListPatients",
        summary="List the patients of a clinic",
        query=LIST_PARAMETERS,
        responses={200: schemas.PATIENTS_RESPONSE},
    )
    def page(self, call: Call) -> Response:
        page = patient_lists.list_patients(
            clinic_id=call.path["clinicId"],
            wanted=patient_lists.read_filter(call.query),
            ordering=patient_lists.read_ordering(call.query),
            skip=call.query["offset"],
            limit=call.query["limit"],
        )
        meta = {"count": page.count, "totalCount": page.total}
        return Response({"data": [patient(document) for document in page.documents], "meta": meta})

    @operation(
        "CreatePatientAccount",
        summary="Create an account that the clinic looks after, and its patient",
        body=schemas.PATIENT,
        responses={200: schemas.PATIENT},
    )
    def create(self, call: Call) -> Response:
        created = patients.create_custodial_patient(
            clinic_id=call.path["clinicId"],
            details=details_of(call.body),
            invited_by=call.principal.acting_user_id,
        )
        return Response(patient(created))


class PatientViewSet(ApiViewSet):
    @operation("GetPatient", summary="Get a patient", responses={200: schemas.PATIENT})
    def retrieve(self, call: Call) -> Response:
        found = patients.access_patient(call.path["clinicId"], call.path["patientId"])
        return Response(patient(found))

    @operation(
        "CreatePatientFromUser",
        summary="Make an existing account a patient",
        body=schemas.CREATE_PATIENT,
        responses={200: schemas.PATIENT},
    )
    def create(self, call: Call) -> Response:
        created = patients.create_patient_from_user(
            clinic_id=call.path["clinicId"],
            user_id=call.path["patientId"],
            shared=shared_patient_of(call.body),
        )
        return Response(patient(created))

    @operation(
        "UpdatePatient",
        summary="Replace the editable fields of a patient",
        description="Email, MRN and devices that are missing are removed; tags, sites, data sources, ranges and "
        "diagnosis that are missing stay.",
        body=schemas.PATIENT,
        responses={200: schemas.PATIENT},
    )
    def update(self, call: Call) -> Response:
        updated = patients.update_patient(
            clinic_id=call.path["clinicId"],
            user_id=call.path["patientId"],
            details=details_of(call.body),
        )
        return Response(patient(updated))

    @operation("DeletePatient", summary="Remove a patient from a clinic", responses={204: None})
    def destroy(self, call: Call) -> Response:
        patients.remove_patient(
            clinic_id=call.path["clinicId"],
            user_id=call.path["patientId"],
            deleted_by=call.principal.acting_user_id,
        )
        return empty(204)
