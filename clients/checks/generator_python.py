"""Calls a service with what openapi-generator makes for Python, and says `call NAME` after each typed answer,
`error STATUS` after each typed error. `make clients` counts them."""

import datetime as dt
import os
import uuid
from collections.abc import Callable

import clinics_generated as generated

MARIA = {"full_name": "Maria Olsen", "birth_date": dt.date(1988, 4, 17)}
CLINIC = os.environ["CLINICS_CLINIC"]


def main() -> None:
    configuration = generated.Configuration(
        host=os.environ["CLINICS_ADDRESS"],
        api_key={"sessionToken": os.environ["CLINICS_TOKEN"]},
    )
    # Its own way of writing times has an offset without a colon, which is no date-time. All times here are in UTC.
    configuration.datetime_format = "%Y-%m-%dT%H:%M:%S.%fZ"
    with generated.ApiClient(configuration) as client:
        clinics = generated.ClinicsApi(client)
        clinic = read(clinics)
        patient = change(clinics, clinic)
        invite(generated.ConfirmationsApi(client))
        fail(clinics, patient, full_clinic(clinics, clinic))


def called(name: str, answer: object, kind: type) -> None:
    assert isinstance(answer, kind), answer
    print(f"call {name}")


def read(clinics: generated.ClinicsApi) -> generated.ClinicV1:
    clinic = clinics.get_clinic(CLINIC)
    called("GetClinic", clinic, generated.ClinicV1)
    by_code = clinics.get_clinic_by_share_code(clinic.share_code)
    called("GetClinicByShareCode", by_code, generated.ClinicV1)
    called("ListClinicians", clinics.list_clinicians(CLINIC)[0], generated.ClinicianV1)
    called("GetPatientCount", clinics.get_patient_count(CLINIC), generated.PatientCountV1)
    page = clinics.list_patients(CLINIC, limit=5, sort="-lastData", sort_type="cgm")
    called("ListPatients", page, generated.PatientsResponseV1)
    report = clinics.tide_report(
        CLINIC,
        last_data_cutoff=dt.datetime.now(dt.UTC) - dt.timedelta(days=30),
        period="14d",
        tags=[tag.id for tag in clinic.patient_tags[:2]],
        categories=["timeInVeryLowPercent", "timeInAnyLowPercent"],
    )
    called("TideReport", report, generated.TideResponseV1)
    return clinic


def full_clinic(clinics: generated.ClinicsApi, clinic: generated.ClinicV1) -> str:
    """The person's other clinic, whose plan allows no patients."""
    members = clinics.list_clinicians(clinic.id, search="Ada")
    memberships = clinics.list_clinics_for_clinician(members[0].id)
    called("ListClinicsForClinician", memberships[0], generated.ClinicianClinicRelationshipV1)
    return next(one.clinic.id for one in memberships if one.clinic.id != CLINIC)


def change(clinics: generated.ClinicsApi, clinic: generated.ClinicV1) -> generated.PatientV1:
    tag = clinics.create_patient_tag(CLINIC, generated.PatientTagWrite(name="Checked PY"))
    called("CreatePatientTag", tag, generated.PatientTagV1)
    made = clinics.create_patient_account(CLINIC, new_patient())
    called("CreatePatientAccount", made, generated.PatientV1)
    site = generated.SiteOfPatient(id=clinic.sites[0].id, name=clinic.sites[0].name)
    body = generated.PatientUpdate(
        **MARIA, email=made.email, mrn="M-3", tags=[tag.id], sites=[site]
    )
    called("UpdatePatient", clinics.update_patient(CLINIC, made.id, body), generated.PatientV1)
    found = clinics.get_patient(CLINIC, made.id)
    called("GetPatient", found, generated.PatientV1)
    assert (found.mrn, found.tags) == ("M-3", [tag.id])
    assert [one.id for one in found.sites] == [site.id]
    clinics.delete_patient_tag(CLINIC, tag.id)
    return made


def invite(confirmations: generated.ConfirmationsApi) -> None:
    body = generated.InviteClinicianV1(email=address(), roles=["CLINIC_MEMBER"])
    sent = confirmations.invite_clinician(CLINIC, body)
    called("InviteClinician", sent, generated.InvitedClinicianV1)


def new_patient(email: str = "") -> generated.PatientCreate:
    return generated.PatientCreate(**MARIA, email=email or address())


def address() -> str:
    return f"{uuid.uuid4().hex[:8]}@example.org"


def fail(clinics: generated.ClinicsApi, patient: generated.PatientV1, full: str) -> None:
    again = new_patient(patient.email)
    expect(409, lambda: clinics.create_patient_account(CLINIC, again))
    expect(402, lambda: clinics.create_patient_account(full, new_patient()))
    expect(404, lambda: clinics.get_patient(CLINIC, "0123456789"))


def expect(status: int, call: Callable[[], object]) -> None:
    try:
        call()
    except generated.ApiException as error:
        assert error.status == status, error
        assert isinstance(error.data, generated.ErrorV1), error.data
        assert error.data.message, error
        print(f"error {status}")
    else:
        raise AssertionError(status)


if __name__ == "__main__":
    main()
