"""Give a tag to every patient who spends more than 4 % of the time below range; make the tag if there is none.

CLINICS_ADDRESS=http://127.0.0.1:8080 CLINICS_TOKEN=… CLINICS_CLINIC=… python examples/tag_patients.py
"""

from __future__ import annotations

from clinics_client import ClinicsClient, Conflict, connect, done, pages
from clinics_client.generated.api.clinics import (
    create_patient_tag,
    get_clinic,
    list_patients,
    update_patient,
)
from clinics_client.generated.models import Patient, PatientTagWrite, PatientUpdate
from clinics_client.scripts import run, variables

TAG = "Often low"


def main() -> None:
    address, token, clinic_id = variables("CLINICS_ADDRESS", "CLINICS_TOKEN", "CLINICS_CLINIC")
    with connect(address, token) as clinics:
        tag_id = tag(clinics, clinic_id)
        # All are read before the first is changed: a change could move someone to another page.
        low = list(
            pages(
                list_patients.sync,
                clinic_id,
                client=clinics,
                period="14d",
                cgm_time_in_any_low_percent=">0.04",
            )
        )
        for patient in low:
            add(clinics, clinic_id, patient, tag_id)
        print(f"{len(low)} patients have the tag {TAG}")


def tag(clinics: ClinicsClient, clinic_id: str) -> str:
    """The id of the tag."""
    try:
        made = create_patient_tag.sync(clinic_id, client=clinics, body=PatientTagWrite(name=TAG))
        return done(made).id
    except Conflict:  # it is there
        clinic = done(get_clinic.sync(clinic_id, client=clinics))
        return next(one.id for one in clinic.patient_tags or [] if one.name == TAG)


def add(clinics: ClinicsClient, clinic_id: str, patient: Patient, tag_id: str) -> None:
    """A change replaces what is known of a patient, so what is there is sent back with the new tag."""
    if tag_id in (patient.tags or []):
        return
    known = PatientUpdate.from_dict(patient.to_dict())
    known.tags = [*(patient.tags or []), tag_id]
    done(update_patient.sync(clinic_id, patient.id, client=clinics, body=known))


if __name__ == "__main__":
    run(main)
