"""The patient and the clinic of a report."""

from dataclasses import dataclass

from ehr.report.goals import STANDARD, Goals


@dataclass(frozen=True, slots=True)
class Subject:
    """`units`: mg/dL or mmol/L; `timezone`: an IANA name; `country`: a code of two letters."""

    full_name: str
    birth_date: str
    mrn: str
    clinic_name: str
    units: str
    timezone: str
    country: str = "US"
    goals: Goals = STANDARD
