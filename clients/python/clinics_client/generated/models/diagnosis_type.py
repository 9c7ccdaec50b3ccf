from typing import Literal

DiagnosisType = Literal[
    "", "gestational", "lada", "mody", "notApplicable", "other", "prediabetes", "type1", "type2", "type3c"
]

DIAGNOSIS_TYPE_VALUES: set[DiagnosisType] = {
    "",
    "gestational",
    "lada",
    "mody",
    "notApplicable",
    "other",
    "prediabetes",
    "type1",
    "type2",
    "type3c",
}


def check_diagnosis_type(value: str) -> DiagnosisType:
    if value in DIAGNOSIS_TYPE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {DIAGNOSIS_TYPE_VALUES!r}")
