"""Operations on the patients of a clinic."""

from rest_framework.response import Response

from kernel.api import bodies, validation
from kernel.api.operations import Call, operation
from kernel.api.viewsets import ApiViewSet, empty
from kernel.db import Document
from kernel.errors import ConstraintViolation, PaymentRequired
from patients import field_values
from patients.api.schemas import patients as schemas
from patients.api.schemas.patient_parameters import LIST_PARAMETERS
from patients.representation.patient_bodies import details_of, shared_patient_of
from patients.representation.patients import patient
from patients.services import (
    connection_issues,
    connection_sweeps,
    data_sources,
    patient_lists,
    patient_permissions,
    patient_tags,
    patients,
    reminders,
    reviews,
)

INTERNAL = ("Clinics", "Internal")


class ClinicPatientsViewSet(ApiViewSet):
    @operation(
        "ListPatients",
        summary="List the patients of a clinic",
        description="A page of the patients who fit all filters, by name unless `sort` says otherwise. Filters and "
        "sorts of statistics refer to `period`. `meta.count` says how many fit in all.",
        query=LIST_PARAMETERS,
        always_found=True,
        responses={200: schemas.PATIENTS_RESPONSE},
    )
    def page(self, call: Call) -> Response:
        page = patient_lists.list_patients(
            clinic_id=call.path["clinicId"],
            patient_filter=patient_lists.read_filter(call.query),
            ordering=patient_lists.read_ordering(call.query),
            skip=call.query["offset"],
            limit=call.query["limit"],
        )
        meta = {"count": page.count, "totalCount": page.total}
        return Response({"data": [patient(document) for document in page.documents], "meta": meta})

    @operation(
        "CreatePatientAccount",
        summary="Create an account that the clinic manages, and its patient",
        description="The account has no password until its owner claims it by the link that is mailed to `email`. "
        "402 when the plan allows no more patients, 409 when another account has the address, 400 when "
        "the MRN breaks the clinic's rules.",
        body=schemas.PATIENT,
        described_body=schemas.PATIENT_CREATE,
        body_limit=bodies.LARGE,
        raises=(
            PaymentRequired,
            ConstraintViolation,
        ),
        responses={200: schemas.PATIENT},
    )
    def create(self, call: Call) -> Response:
        created = patients.create_custodial_patient(
            clinic_id=call.path["clinicId"],
            details=details_of(call.body),
            invited_by=call.principal.acting_user_id,
            integration=_integration_of(call.body) if call.principal.is_server else None,
        )
        return Response(patient(created))


def _integration_of(body: Document) -> str | None:
    """Which integration makes the record, as a service says; what others say is ignored whatever it is. Raises
    BadRequest."""
    creation = body.get("creationMetadata")
    if creation is None:
        return None
    failure = validation.first_failure(schemas.STATED_CREATION, {"creationMetadata": creation})
    if failure is not None:
        raise bodies.refusal(schemas.PATIENT, failure)
    integration: str | None = creation.get("integration")
    return integration


class PatientViewSet(ApiViewSet):
    @operation(
        "GetPatient",
        summary="Get a patient",
        description="The record of this clinic, with statistics, reviews and data sources.",
        join=patients.join_patient,
        responses={200: schemas.PATIENT},
    )
    def retrieve(self, call: Call) -> Response:
        document = patients.read_patient(call.path["clinicId"], call.path["patientId"], call.joined)
        return Response(patient(document))

    @operation(
        "CreatePatientFromUser",
        summary="Make an existing account a patient",
        description="What the body leaves out comes from the account's profile. 409 when the account is a patient "
        "of the clinic already, 402 when `custodian` is among the permissions and the plan allows no "
        "more patients.",
        body=schemas.CREATE_PATIENT,
        described_body=schemas.PATIENT_FROM_USER,
        body_limit=bodies.LARGE,
        raises=(
            PaymentRequired,
            ConstraintViolation,
        ),
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
        described_body=schemas.PATIENT_UPDATE,
        body_limit=bodies.LARGE,
        raises=(ConstraintViolation,),
        responses={200: schemas.PATIENT},
    )
    def update(self, call: Call) -> Response:
        updated = patients.update_patient(
            clinic_id=call.path["clinicId"],
            user_id=call.path["patientId"],
            details=details_of(call.body),
            changed_by=call.principal.acting_user_id,
        )
        return Response(patient(updated))

    @operation(
        "DeletePatient",
        summary="Remove a patient from a clinic",
        description="The record goes; the account stays, and so do records in other clinics.",
        responses={204: None},
    )
    def destroy(self, call: Call) -> Response:
        patients.remove_patient(
            clinic_id=call.path["clinicId"],
            user_id=call.path["patientId"],
            deleted_by=call.principal.acting_user_id,
        )
        return empty(204)


class PatientPermissionsViewSet(ApiViewSet):
    @operation(
        "UpdatePatientPermissions",
        summary="Replace what a clinic may do with the patient's account",
        description="If nothing is left, the patient leaves the clinic and the answer is 204.",
        body=schemas.PERMISSIONS,
        body_required=False,
        responses={200: schemas.PERMISSIONS, 204: None},
    )
    def update(self, call: Call) -> Response:
        remaining = patient_permissions.replace_permissions(
            clinic_id=call.path["clinicId"],
            user_id=call.path["patientId"],
            granted=call.body or (),
        )
        return empty(204) if remaining is None else Response(remaining)

    @operation(
        "DeletePatientPermission",
        summary="Take one permission from a clinic",
        description="If it was the last one, the patient leaves the clinic. 404 when the clinic does not have it.",
        path={"permission": schemas.PERMISSION_NAME},
        responses={204: None},
    )
    def destroy(self, call: Call) -> Response:
        patient_permissions.remove_permission(
            clinic_id=call.path["clinicId"],
            user_id=call.path["patientId"],
            permission=call.path["permission"],
        )
        return empty(204)


class PatientReviewsViewSet(ApiViewSet):
    @operation(
        "UpdatePatientReviews",
        summary="Mark a patient as reviewed by the caller",
        description="The review is put in front of the list, of which the newest two are kept.",
        responses={200: schemas.REVIEWS},
    )
    def update(self, call: Call) -> Response:
        newest = reviews.add_review(
            clinic_id=call.path["clinicId"],
            user_id=call.path["patientId"],
            clinician_id=call.principal.user_id,
        )
        return Response(field_values.reviews(newest))

    @operation(
        "DeletePatientReviews",
        summary="Revert the caller's newest review",
        description="Takes back the newest review if it is the caller's: 409 when it is another clinician's, 404 "
        "when there is none.",
        responses={200: schemas.REVIEWS},
    )
    def destroy(self, call: Call) -> Response:
        newest = reviews.remove_review(
            clinic_id=call.path["clinicId"],
            user_id=call.path["patientId"],
            clinician_id=call.principal.user_id,
        )
        return Response(field_values.reviews(newest))


class UploadReminderViewSet(ApiViewSet):
    @operation(
        "SendUploadReminder",
        summary="Remind a patient to upload data",
        description="The mail is sent by a worker; `lastUploadReminderTime` is now.",
        responses={200: schemas.PATIENT},
    )
    def send(self, call: Call) -> Response:
        reminded = reminders.remind_to_upload(
            clinic_id=call.path["clinicId"],
            user_id=call.path["patientId"],
            requested_by=call.principal.acting_user_id,
        )
        return Response(patient(reminded))


class ConnectProviderViewSet(ApiViewSet):
    @operation(
        "ConnectProvider",
        tags=INTERNAL,
        summary="Ask a patient to connect a device account",
        description="Mails the patient a request, which can be accepted for 30 days. Connection issues are about this "
        "provider from then on. A source that is connected stays as it is; another one becomes `pending` or "
        "`pendingReconnect`, and one is added where the record names none.",
        path={"providerId": schemas.PROVIDER_ID},
        raises=(ConstraintViolation,),
        responses={204: None},
    )
    def send(self, call: Call) -> Response:
        data_sources.request_connection(
            clinic_id=call.path["clinicId"],
            user_id=call.path["patientId"],
            provider=call.path["providerId"],
            requested_by=call.principal.acting_user_id,
        )
        return empty(204)


class ConnectionIssueHiddenViewSet(ApiViewSet):
    @operation(
        "SetConnectionIssueHidden",
        summary="Hide a patient's connection issue, or show it again",
        description="For all clinicians of the clinic, until the issue has another cause or is gone. 404 when there "
        "is no issue.",
        body=schemas.ISSUE_HIDDEN,
        responses={200: schemas.PATIENT},
    )
    def update(self, call: Call) -> Response:
        updated = connection_issues.set_hidden(
            clinic_id=call.path["clinicId"],
            user_id=call.path["patientId"],
            hidden=call.body["hidden"],
        )
        return Response(patient(updated))


class ConnectionIssuesViewSet(ApiViewSet):
    @operation(
        "UpdateConnectionIssues",
        tags=INTERNAL,
        summary="Bring the connection issues of all clinics up to date",
        description="Some appear or change with time alone: data become stale, invitations expire. The service does "
        "this by itself every five minutes. A second call changes nothing.",
        is_heavy=True,
        always_found=True,
        responses={204: None},
    )
    def update(self, _call: Call) -> Response:
        connection_sweeps.sweep_all()
        return empty(204)


class InvitationResentViewSet(ApiViewSet):
    @operation(
        "RecordInvitationResent",
        tags=INTERNAL,
        summary="Note that a patient was invited again",
        description="The general invitation was mailed once more: it counts as unanswered from now on.",
        responses={204: None},
    )
    def record(self, call: Call) -> Response:
        connection_issues.record_invitation(
            clinic_id=call.path["clinicId"], user_id=call.path["patientId"]
        )
        return empty(204)


class PatientTagAssignmentViewSet(ApiViewSet):
    @operation(
        "AssignPatientTagToClinicPatients",
        tags=INTERNAL,
        summary="Give a tag to patients",
        description="Without a body, or with null, to all patients of the clinic.",
        body=schemas.USER_IDS,
        body_required=False,
        responses={200: None},
    )
    def assign(self, call: Call) -> Response:
        patient_tags.assign_tag(
            clinic_id=call.path["clinicId"],
            tag_id=call.path["patientTagId"],
            user_ids=call.body,
        )
        return empty(200)

    @operation(
        "DeletePatientTagFromClinicPatients",
        tags=INTERNAL,
        summary="Take a tag from patients",
        description="Without a body, or with null, from all patients of the clinic.",
        body=schemas.USER_IDS,
        body_required=False,
        always_found=True,
        responses={200: None},
    )
    def remove(self, call: Call) -> Response:
        patient_tags.remove_tag(
            clinic_id=call.path["clinicId"],
            tag_id=call.path["patientTagId"],
            user_ids=call.body,
        )
        return empty(200)
