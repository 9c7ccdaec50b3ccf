"""Calls a service with clients/python, and says `call NAME` after each typed answer, `error STATUS` after each typed
error. `make clients` counts them."""

from __future__ import annotations

import datetime as dt
import os
import uuid

from clinics_client import ClinicsClient, ClinicsError, done, log_in
from clinics_client.generated.api.clinics import (
    create_patient_account,
    create_patient_tag,
    delete_patient_tag,
    get_clinic,
    get_clinic_by_share_code,
    get_patient,
    get_patient_count,
    list_clinicians,
    list_clinics_for_clinician,
    list_patients,
    tide_report,
    update_patient,
)
from clinics_client.generated.api.confirmations import get_clinician_invite, invite_clinician
from clinics_client.generated.models import (
    Clinic,
    Clinician,
    ClinicianClinicRelationship,
    InviteClinician,
    InvitedClinician,
    Patient,
    PatientCount,
    PatientCreate,
    PatientsResponse,
    PatientTag,
    PatientTagWrite,
    PatientUpdate,
    SiteOfPatient,
    TideResponse,
)


def main() -> None:
    with log_in(
        os.environ["CLINICS_ADDRESS"], os.environ["CLINICS_EMAIL"], os.environ["CLINICS_PASSWORD"]
    ) as clinics:
        clinic, full = find_clinics(clinics)
        read(clinics, clinic)
        patient = change(clinics, clinic)
        fail(clinics, clinic, full, patient)


def called(name: str, answer: object, kind: type) -> None:
    assert isinstance(answer, kind), answer
    print(f"call {name}")


def find_clinics(clinics: ClinicsClient) -> tuple[Clinic, Clinic]:
    memberships = done(list_clinics_for_clinician.sync(clinics.user_id, client=clinics))
    called("ListClinicsForClinician", memberships[0], ClinicianClinicRelationship)
    by_id = {one.clinic.id: one.clinic for one in memberships}
    clinic = by_id.pop(os.environ["CLINICS_CLINIC"])
    return clinic, next(iter(by_id.values()))


def read(clinics: ClinicsClient, clinic: Clinic) -> None:
    called("GetClinic", done(get_clinic.sync(clinic.id, client=clinics)), Clinic)
    by_code = get_clinic_by_share_code.sync(share_code=clinic.share_code, client=clinics)
    called("GetClinicByShareCode", done(by_code), Clinic)
    called("ListClinicians", done(list_clinicians.sync(clinic.id, client=clinics))[0], Clinician)
    called("GetPatientCount", done(get_patient_count.sync(clinic.id, client=clinics)), PatientCount)
    page = list_patients.sync(clinic.id, client=clinics, limit=5, sort="-lastData", sort_type="cgm")
    called("ListPatients", done(page), PatientsResponse)
    report = tide_report.sync(
        clinic.id,
        client=clinics,
        tags=[one.id for one in (clinic.patient_tags or [])[:2]],
        categories=["timeInVeryLowPercent", "timeInAnyLowPercent"],
        period="14d",
        last_data_cutoff=dt.datetime.now(dt.UTC) - dt.timedelta(days=30),
    )
    called("TideReport", done(report), TideResponse)


def change(clinics: ClinicsClient, clinic: Clinic) -> Patient:
    tag = create_patient_tag.sync(clinic.id, client=clinics, body=PatientTagWrite(name="Checked"))
    called("CreatePatientTag", tag, PatientTag)
    of_clinic = (clinic.sites or [])[0]
    site = SiteOfPatient(id=of_clinic.id, name=of_clinic.name)
    new = new_patient(sites=[site])
    made = done(create_patient_account.sync(clinic.id, client=clinics, body=new))
    called("CreatePatientAccount", made, Patient)
    body = PatientUpdate.from_dict({**made.to_dict(), "mrn": "M-1", "tags": [done(tag).id]})
    called(
        "UpdatePatient", update_patient.sync(clinic.id, made.id, client=clinics, body=body), Patient
    )
    found = done(get_patient.sync(clinic.id, made.id, client=clinics))
    called("GetPatient", found, Patient)
    assert (found.mrn, found.tags) == ("M-1", [done(tag).id])
    assert [one.id for one in found.sites or []] == [site.id]
    delete_patient_tag.sync_detailed(clinic.id, done(tag).id, client=clinics)
    invite = InviteClinician(email=f"{uuid.uuid4().hex[:8]}@example.org", roles=["CLINIC_MEMBER"])
    sent = done(invite_clinician.sync(clinic.id, client=clinics, body=invite))
    called("InviteClinician", sent, InvitedClinician)
    return found


def new_patient(email: str = "", sites: list[SiteOfPatient] | None = None) -> PatientCreate:
    return PatientCreate(
        sites=sites or [],
        full_name="Maria Olsen",
        birth_date=dt.date(1988, 4, 17),
        email=email or f"{uuid.uuid4().hex[:8]}@example.org",
    )


def fail(clinics: ClinicsClient, clinic: Clinic, full: Clinic, patient: Patient) -> None:
    again = new_patient(str(patient.email))
    expect(409, lambda: create_patient_account.sync(clinic.id, client=clinics, body=again))
    expect(402, lambda: create_patient_account.sync(full.id, client=clinics, body=new_patient()))
    expect(404, lambda: get_patient.sync(clinic.id, "0123456789", client=clinics))
    expect(404, lambda: get_clinician_invite.sync(clinic.id, "unknown", client=clinics))
    expect(400, lambda: list_patients.sync(clinic.id, client=clinics, limit=0))


def expect(status: int, call: object) -> None:
    assert callable(call)
    try:
        call()
    except ClinicsError as error:
        assert error.status == status, error
        assert error.message and error.request_id, error
        print(f"error {status}")
    else:
        raise AssertionError(status)


if __name__ == "__main__":
    main()
