"""Every patient of one clinic as CSV, in the order of their names, with the statistics of 14 days.

CLINICS_ADDRESS=http://127.0.0.1:8080 CLINICS_TOKEN=… CLINICS_CLINIC=… python examples/export_patients.py
"""

from __future__ import annotations

import csv
import sys

from clinics_client import connect, pages
from clinics_client.generated.api.clinics import list_patients
from clinics_client.generated.models import CgmPeriod, Patient
from clinics_client.scripts import run, variables


def main() -> None:
    address, token, clinic_id = variables("CLINICS_ADDRESS", "CLINICS_TOKEN", "CLINICS_CLINIC")
    rows = csv.writer(sys.stdout)
    rows.writerow(["id", "name", "born", "mean glucose (mmol/L)", "time in target (fraction)"])
    with connect(address, token) as clinics:
        for patient in pages(
            list_patients.sync, clinic_id, client=clinics, sort="+fullName", sort_type="cgm"
        ):
            rows.writerow([patient.id, patient.full_name, patient.birth_date, *statistics(patient)])


def statistics(patient: Patient) -> tuple[object, object]:
    """Empty where nothing is known: what is absent is UNSET, which is false."""
    period = fourteen_days(patient)
    if period is None:
        return "", ""
    return period.average_glucose_mmol or "", period.time_in_target_percent or ""


def fourteen_days(patient: Patient) -> CgmPeriod | None:
    cgm = patient.summary and patient.summary.cgm_stats
    periods = cgm and cgm.periods
    if not periods or "14d" not in periods:
        return None
    return periods["14d"]


if __name__ == "__main__":
    run(main)
