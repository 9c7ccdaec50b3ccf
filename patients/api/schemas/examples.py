"""Examples of patients and what is counted and calculated of them. Everyone in them is invented."""

from typing import Any

from kernel.api import examples
from kernel.api.examples import (
    CHANGED,
    CLINIC,
    CLINIC_NAME,
    CLINICIAN,
    MADE,
    SITE,
    SITE_NAME,
    TAG,
    USER,
)
from patients import statistics
from patients.representation import tide

_REVIEW = {"clinicianId": CLINICIAN, "time": "2026-11-19T10:00:00Z"}
_SOURCE = {
    "providerName": "dexcom",
    "state": "connected",
    "modifiedTime": "2026-03-04T08:00:00Z",
    "latestDataTime": "2026-11-20T15:55:00Z",
    "createdTime": "2026-03-04T08:00:00Z",
    "connectedTime": "2026-03-04T08:00:00Z",
}
_SAID = {
    "fullName": "Maria Olsen",
    "birthDate": "1988-04-17",
    "mrn": "MRN-0042",
    "glycemicRanges": {"type": "preset", "preset": "adaStandard"},
    "diagnosisType": "type1",
}
_GRANTED: dict[str, Any] = {"view": {}, "note": {}, "upload": {}}
# Without tags and sites, whose ids each clinic has of its own: what is asked can be sent as it is.
_VIEW = {
    "name": "Low and silent",
    "shared": True,
    "conditions": {
        "cgm.timeInVeryLowPercent": ">0.01",
        "period": "14d",
        "sort": "-lastData",
        "sortType": "cgm",
    },
    "columns": ["fullName", "timeInTarget", "lastData"],
}
_NEW = {
    **_SAID,
    "email": "maria.olsen@example.org",
    "targetDevices": ["dexcom"],
    "dataSources": [_SOURCE],
}
_PATIENT = {
    **_NEW,
    "id": USER,
    "tags": [TAG],
    "sites": [{"id": SITE, "name": SITE_NAME}],
    "permissions": {"custodian": {}, **_GRANTED},
    "reviews": [_REVIEW],
    "connectionRequests": {
        "abbott": [],
        "dexcom": [
            {
                "createdTime": "2026-03-03T12:00:00Z",
                "expirationTime": "2026-04-02T12:00:00Z",
                "providerName": "dexcom",
            }
        ],
        "twiist": [],
    },
    "connectionIssueSource": "dexcom",
    "createdTime": MADE,
    "updatedTime": CHANGED,
}
_ISSUE = {"cause": "staleData", "hidden": True}
_NO_REQUESTS: dict[str, Any] = {"abbott": [], "dexcom": [], "twiist": []}
_MADE = {
    **_PATIENT,
    "tags": None,
    "sites": [],
    "reviews": [],
    "dataSources": [{"providerName": "dexcom", "state": "pending"}],
    "connectionRequests": _NO_REQUESTS,
    "connectionIssueSource": "deviceNonSpecificInvitation",
}
# The record of an account that someone owns, as its clinic gets it.
_SHARED = {
    **_SAID,
    "id": USER,
    "email": "maria.olsen@example.org",
    "permissions": _GRANTED,
    "tags": None,
    "sites": [],
    "dataSources": None,
    "reviews": [],
    "connectionRequests": _NO_REQUESTS,
    "createdTime": MADE,
    "updatedTime": CHANGED,
}
# Two weeks with 94 % of the readings of a sensor.
_VALUES = {
    "max": 18.4,
    "min": 3.1,
    "averageGlucoseMmol": 8.6,
    "glucoseManagementIndicator": 7.0,
    "timeCGMUsePercent": 0.94,
    "timeInTargetPercent": 0.72,
    "totalRecords": 3790,
    "hoursWithData": 317,
    "daysWithData": 14,
    "standardDeviation": 2.9,
    "coefficientOfVariation": 0.34,
}


def _period() -> dict[str, Any]:
    flags = {e.flag: e.name in _VALUES for e in statistics.CGM if e.flagged}
    deltas = {e.delta: 0 for e in statistics.CGM if e.always}
    return {**_VALUES, **deltas, "timeInTargetPercentDelta": 0.04, **flags}


_SUMMARY = {
    "cgmStats": {
        "id": "6b09f5d3c72cce972de3a8ff",
        "config": {
            "schemaVersion": 5,
            "highGlucoseThreshold": 10,
            "veryHighGlucoseThreshold": 13.9,
            "lowGlucoseThreshold": 3.9,
            "veryLowGlucoseThreshold": 3,
        },
        "dates": {
            "hasFirstData": True,
            "firstData": MADE,
            "hasLastData": True,
            "lastData": "2026-11-20T15:55:00Z",
            "hasLastUploadDate": True,
            "lastUploadDate": "2026-11-20T16:00:00Z",
            "hasOutdatedSince": False,
            "lastUpdatedDate": "2026-11-20T16:01:00Z",
        },
        "periods": {"14d": _period()},
    }
}
_ROW = {
    "patient": {
        "id": USER,
        "fullName": "Maria Olsen",
        "email": "maria.olsen@example.org",
        "tags": [TAG],
        "reviews": [_REVIEW],
        "dataSources": [_SOURCE],
    },
    "lastData": "2026-11-20T15:55:00Z",
    "averageGlucoseMmol": 10.9,
    "glucoseManagementIndicator": 8.0,
    "timeCGMUsePercent": 0.94,
    "timeCGMUseMinutes": 18950,
    "timeInVeryLowPercent": 0.02,
    "timeInTargetPercent": 0.48,
    "timeInTargetPercentDelta": -0.03,
}
_TIDE = {
    "config": {
        "schemaVersion": 2,
        "clinicId": CLINIC,
        "period": "14d",
        "lastDataCutoff": "2026-11-01T00:00:00Z",
        **tide.THRESHOLDS,
        "tags": [TAG],
        "filters": tide.FILTERS,
    },
    "results": {"timeInVeryLowPercent": [_ROW], "timeInAnyLowPercent": []},
}
_LIMITS = {
    "hardLimit": {"plan": 250, "startDate": "2026-01-01T00:00:00Z"},
    "softLimit": {"plan": 200},
}

# As in tests/api/test_list_exports.py and test_bulk_creations.py; the wide lines are cut.
_LIST = (
    "Report Date Time,Exported By,Exported By,Clinic Name,Workspace ID,Days of CGM Data Summarized,Total Patients\n"
    f"2026-11-20 04:40:12 PM,Ben Member,ben.member@example.org,{CLINIC_NAME},{CLINIC},14 days,1\n"
    "Patient Name,Patient User ID,MRN,Date of Birth,…\n"
    f"Maria Olsen,{USER},MRN-0042,1988-04-17,…\n"
)
_ROWS = "Maria Olsen,1988-04-17,MRN-0042,maria.olsen@example.org,type1,adaStandard\n"
_RESULT = (
    "Name,Birthdate,MRN,Email,Diabetes Type,Glycemic Target,Reason,Emailed?\n"
    + _ROWS.replace("\n", ",duplicate MRN,N\n")
)
examples.of_files(
    requests={"BulkCreatePatients": _ROWS},
    answers={
        "ExportPatientList": _LIST,
        "FetchPatientListExport": _LIST,
        "BulkCreatePatients": _RESULT,
        "FetchBulkCreation": _RESULT,
    },
)
examples.answers(
    {
        "patient.v1": _PATIENT,
        "patientView.v1": {
            "id": "6b09f5d3c72cce972de3a90e",
            "ownerId": CLINICIAN,
            **_VIEW,
            "createdTime": MADE,
            "updatedTime": CHANGED,
        },
        "patientListExport.v1": {
            "id": "6b09f5d3c72cce972de3a90f",
            "state": "ready",
            "format": "xlsx",
            "period": "14d",
            "createdTime": "2026-11-20T16:40:12.5Z",
            "total": 12480,
            "done": 12480,
            "rows": 12480,
            "size": 3145728,
            "expirationTime": "2026-11-21T16:41:30Z",
            "link": f"/v1/clinics/{CLINIC}/export/patients/6b09f5d3c72cce972de3a90f/file",
        },
        "bulkCreation.v1": {
            "id": "6b09f5d3c72cce972de3a910",
            "state": "ready",
            "createdTime": "2026-11-20T16:40:12.5Z",
            "total": 2000,
            "done": 2000,
            "patientsCreated": 1988,
            "size": 180224,
            "expirationTime": "2026-11-21T16:58:30Z",
            "link": f"/v1/clinics/{CLINIC}/bulk/patients/6b09f5d3c72cce972de3a910/file",
        },
        "meta.v1": {"count": 1, "totalCount": 24},
        "patientPermissions.v1": _GRANTED,
        "patientReviews.v1": [_REVIEW],
        "patientCount.v1": {
            "total": 24,
            "demo": 1,
            "plan": 20,
            "providers": {
                "dexcom": {"total": 12, "states": {"connected": 10, "pending": 2}},
                "twiist": {"total": 3, "states": {"connected": 3}},
            },
        },
        "patientCountSettings.v1": _LIMITS,
        "tideResponse.v1": _TIDE,
    }
)
examples.answers_of(
    {
        "CreatePatientAccount": _MADE,
        "CreatePatientFromUser": _SHARED,
        "BulkCreatePatients": {
            "id": "6b09f5d3c72cce972de3a910",
            "state": "pending",
            "createdTime": "2026-11-20T16:40:12.5Z",
        },
        "SetConnectionIssueHidden": {**_PATIENT, "connectionIssue": _ISSUE},
        "StartPatientListExport": {
            "id": "6b09f5d3c72cce972de3a90f",
            "state": "pending",
            "format": "xlsx",
            "period": "14d",
            "createdTime": "2026-11-20T16:40:12.5Z",
        },
    }
)
examples.requests(
    {
        "PatientViewWrite": _VIEW,
        "PatientCreate": _NEW,
        "PatientUpdate": _NEW,
        "PatientFromUser": {"permissions": _GRANTED, **_SAID},
        "patientSummary.v1": _SUMMARY,
        "DataSourcesWrite": [_SOURCE],
        "ConnectionIssueHidden": {"hidden": True},
        "tidepoolUserIds.v1": [USER],
    }
)
