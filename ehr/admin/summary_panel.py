"""On the page of a patient: the summary with the words and numbers that clinicians read in the report."""

from typing import Any

from django.http import HttpRequest

from clinic_records.services import access
from ehr import units
from ehr.report import content
from ehr.summaries import PERIODS
from kernel import safe_reading
from kernel.db import Document
from kernel.staff import pages, roles

_TITLES = ["1 day" if name == "1d" else f"{name.removesuffix('d')} days" for name in PERIODS]


def _summary(_: HttpRequest, patient: Document) -> dict[str, Any]:
    clinic = access.access_clinic(patient["clinicId"])
    preferred = safe_reading.text(clinic.get("PreferredBgUnits")) or units.MG_DL
    return {
        "sections": content.sections(patient.get("summary"), units.of_preference(preferred)),
        "periods": _TITLES,
    }


pages.PATIENT_PANELS.add(
    pages.Panel("ehr/staff/_summary_panel.html", _summary, needs=roles.PATIENTS)
)
