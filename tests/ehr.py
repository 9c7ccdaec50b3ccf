"""The EHR tests' clinic, patients and orders: invented people, codes and ids."""

import secrets
from datetime import timedelta

from bson import ObjectId

from kernel import clock, db
from tests.factories import make_clinic, make_patient

SOURCE = "5b0f2a7c-1111-4222-8333-9d2e4c6a8b10"
SETTINGS = {
    "enabled": True,
    "provider": "redox",
    "sourceId": SOURCE,
    "mrnIdType": "MRN",
    "destinationIds": {
        "flowsheet": "dest-flowsheet",
        "notes": "dest-notes",
        "results": "dest-results",
    },
    "procedureCodes": {
        "enableSummaryReports": "ENABLE",
        "disableSummaryReports": "DISABLE",
        "createAccount": "CREATE",
        "createAccountAndEnableReports": "CREATE-ENABLE",
    },
    "scheduledReports": {
        "cadence": "14d",
        "onUploadEnabled": True,
        "onUploadNoteEventType": "Replace",
    },
    "tags": {"codes": ["TP_TAGS"], "separator": ","},
    "flowsheets": {},
    "notes": {"includeGmi": True},
}


def ehr_clinic(**settings):
    fields = {**SETTINGS, **settings}
    return make_clinic(
        ehrSettings=fields, PreferredBgUnits="mg/dL", timezone="US/Central", isMigrated=True
    )


def order(code="ENABLE", **changes):
    """An Order/New as Redox sends it; `changes` replace top-level parts."""
    message = {
        "Meta": {
            "DataModel": "Order",
            "EventType": "New",
            "EventDateTime": "2024-05-01T15:04:05.000Z",
            "Test": False,
            "Source": {"ID": SOURCE, "Name": "Hillside Orders"},
            "Logs": [{"ID": secrets.token_hex(8), "AttemptID": secrets.token_hex(8)}],
            "FacilityCode": None,
        },
        "Patient": {
            "Identifiers": [{"ID": "E-1", "IDType": "EPI"}, {"ID": "QX-1", "IDType": "mrn"}],
            "Demographics": {
                "FirstName": "Mara",
                "LastName": "Quill",
                "DOB": "1991-04-17",
                "Sex": "Female",
                "EmailAddresses": ["mara.quill@example.org"],
            },
        },
        "Visit": {
            "VisitNumber": "V-1",
            "AccountNumber": "A-1",
            "Location": {"Type": "Outpatient", "Department": "Endocrinology"},
            "Guarantor": {"EmailAddresses": ["ida.quill@example.org"]},
        },
        "Order": {
            "ID": "ORD-1",
            "Status": "New",
            "Procedure": {"Code": code, "Codeset": "LOCAL", "Description": "Glucose reports"},
            "Provider": {
                "ID": "1999999984",
                "IDType": "NPI",
                "FirstName": "Noor",
                "LastName": "Falk",
            },
        },
    }
    return {**message, **changes}


def summary(*, uploaded=None, bgm=False):
    """Fourteen days of invented data, last uploaded at `uploaded`."""
    now = uploaded or clock.now()
    dates = {
        "hasFirstData": True, "hasLastData": True, "hasLastUploadDate": True, "hasOutdatedSince": False,
        "firstData": now - timedelta(days=100), "lastData": now, "lastUpdatedDate": now, "lastUploadDate": now,
    }  # fmt: skip
    period = {
        "timeInVeryHighPercent": 0.0538, "timeInHighPercent": 0.2011, "timeInTargetPercent": 0.7134,
        "timeInLowPercent": 0.0275, "timeInVeryLowPercent": 0.0042, "glucoseManagementIndicator": 6.94,
        "averageGlucoseMmol": 8.4321, "standardDeviation": 2.9876, "coefficientOfVariation": 0.354312,
        "timeCGMUsePercent": 0.8957, "daysWithData": 13, "hoursWithData": 301,
    }  # fmt: skip
    kind = "bgmStats" if bgm else "cgmStats"
    return {kind: {"id": str(ObjectId()), "config": {}, "dates": dates, "periods": {"14d": period}}}


def ehr_patient(clinic, **fields):
    values = {
        "fullName": "Mara Quill",
        "birthDate": "1991-04-17",
        "mrn": "QX-1",
        "permissions": {"view": {}, "upload": {}},
    }
    return make_patient(clinic, **{**values, **fields})


def subscribe(patient, message=None):
    """An active subscription by a stored order; returns the order's document."""
    body = message or order()
    document = {"_id": ObjectId(), "meta": body["Meta"], "message": body}
    db.collection("redox").insert_one(document)
    matched = {"id": document["_id"], "dataModel": "Order", "eventType": "New"}
    subscription = {"active": True, "provider": "redox", "matchedMessages": [matched]}
    db.collection("patients").update_one(
        {"_id": patient["_id"]}, {"$set": {"ehrSubscriptions": {"summaryAndReports": subscription}}}
    )
    return document


def deliveries(kind=None):
    query = {"kind": kind} if kind else {}
    return list(db.collection("redoxDeliveries").find(query, sort=[("_id", 1)]))


def records(kind=None):
    query = {"kind": kind} if kind else {}
    return list(db.collection("ehrProcessing").find(query, sort=[("_id", 1)]))
