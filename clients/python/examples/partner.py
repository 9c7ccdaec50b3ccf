"""What a partner does first: log in, list clinics, create a patient, page, filter, the TIDE report, and two refusals.

    CLINICS_ADDRESS=http://127.0.0.1:8080 CLINICS_EMAIL=… CLINICS_PASSWORD=… python examples/partner.py

Everything here follows from /docs: "Start here" at its top, and the operations by their names.
"""

from __future__ import annotations

import datetime as dt
import uuid

from clinics_client import ClinicsClient, Conflict, PaymentRequired, done, log_in, pages
from clinics_client.generated.api.clinics import (
    create_patient_account,
    list_clinics_for_clinician,
    list_patients,
    tide_report,
)
from clinics_client.generated.models import Clinic, Patient, PatientCreate
from clinics_client.scripts import run, variables

BIRTH_DATE = dt.date(1988, 4, 17)


def main() -> None:
    with log_in(*variables("CLINICS_ADDRESS", "CLINICS_EMAIL", "CLINICS_PASSWORD")) as clinics:
        memberships = pages(list_clinics_for_clinician.sync, clinics.user_id, client=clinics)
        for membership in memberships:
            visit(clinics, membership.clinic)


def visit(clinics: ClinicsClient, clinic: Clinic) -> None:
    print(f"{clinic.name}:")
    try:
        patient = create(clinics, clinic, email=f"maria.{uuid.uuid4().hex[:8]}@example.org")
    except PaymentRequired as refusal:  # 402
        print(
            f"  the plan allows no more patients ({refusal.message}; ask with {refusal.request_id})"
        )
        return
    print(f"  created {patient.full_name}, {patient.id}")
    create_again(clinics, clinic, patient)
    show_patients(clinics, clinic)
    show_tide_report(clinics, clinic)


def create(clinics: ClinicsClient, clinic: Clinic, *, email: str) -> Patient:
    body = PatientCreate(full_name="Maria Olsen", birth_date=BIRTH_DATE, email=email)
    return done(create_patient_account.sync(clinic.id, client=clinics, body=body))


def create_again(clinics: ClinicsClient, clinic: Clinic, patient: Patient) -> None:
    """An address belongs to one account."""
    try:
        create(clinics, clinic, email=str(patient.email))
    except Conflict as refusal:  # 409
        print(f"  cannot be created twice: {refusal.message}")


def show_patients(clinics: ClinicsClient, clinic: Clinic) -> None:
    page = done(
        list_patients.sync(clinic.id, client=clinics, limit=20, sort="+fullName", sort_type="cgm")
    )
    if page.meta:
        print(f"  {page.meta.total_count} patients, the first page has {len(page.data or [])}")
    everyone = list(pages(list_patients.sync, clinic.id, client=clinics, limit=20))
    print(f"  page by page: {len(everyone)}")
    low = pages(
        list_patients.sync,
        clinic.id,
        client=clinics,
        period="14d",
        cgm_time_in_target_percent="<0.7",
    )
    print(f"  less than 70 % of the time in target: {len(list(low))}")
    olsens = pages(list_patients.sync, clinic.id, client=clinics, search="olsen")
    print(f"  called Olsen: {', '.join(one.full_name for one in olsens)}")


def show_tide_report(clinics: ClinicsClient, clinic: Clinic) -> None:
    """Who needs attention among those with a tag, by category."""
    for tag in (clinic.patient_tags or [])[:1]:
        report = done(
            tide_report.sync(
                clinic.id,
                client=clinics,
                tags=[tag.id],
                period="14d",
                last_data_cutoff=dt.datetime.now(dt.UTC) - dt.timedelta(days=30),
            )
        )
        for category in report.results.additional_keys:
            print(f"  TIDE, {tag.name}: {category}: {len(report.results[category])}")


if __name__ == "__main__":
    run(main)
