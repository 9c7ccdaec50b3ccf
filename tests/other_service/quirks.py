"""What documents of the other service hold that no one expects, by name: each is a difference to an ordinary one."""

from datetime import UTC, datetime, timedelta

from bson import ObjectId

from tests.other_service.summaries import CONFIG, NULL_DATE, period, stats

MISSING = object()
YEAR_1 = datetime(1, 1, 1, tzinfo=UTC)


def applied(document, changes):
    document = {**document, **changes}
    return {name: value for name, value in document.items() if value is not MISSING}


# --- patients -------------------------------------------------------------------------------------
def of_patients(inventor, clinic):
    """Name -> fields of a record; MISSING for a field that it lacks."""
    return {
        **_of_identity(),
        **_of_tags_and_sites(inventor, clinic),
        **_of_connections(inventor),
        **_of_care(inventor),
        **_of_summaries(inventor),
        **_of_newer_versions(inventor),
    }


def _of_identity():
    return {
        "no name": {"fullName": None},
        "an empty body": {"fullName": "", "birthDate": "0001-01-01", "email": None, "mrn": None},
        "a profile without birthday": {"birthDate": ""},
        "no birthday": {"birthDate": None},
        "blanks in the name": {"fullName": "  Iris   Example "},
        "a name with loose accents": {"fullName": "Zoe\u0308 Garci\u0301a"},
        "an address that was removed": {"email": MISSING},
        "an empty address": {"email": ""},
        "an address in capitals": {"email": "Kim.DOE@Example.ORG"},
        "no address at all": {"email": "ask her mother"},
        "an empty MRN": {"mrn": ""},
        "blanks around the MRN": {"mrn": " 0815 "},
        "a small MRN": {"mrn": "same-mrn"},
        "the same MRN in capitals": {"mrn": "SAME-MRN"},
        "the same MRN once more": {"mrn": "same-mrn"},
        "no copy of the MRN setting": {"requireUniqueMrn": MISSING},
        "no devices": {"targetDevices": []},
        "devices": {"targetDevices": ["retired-device", "omnipod"]},
        "no permissions": {"permissions": {}},
        "permissions that are missing": {"permissions": MISSING},
    }


def _of_tags_and_sites(inventor, clinic):
    tags = [tag["_id"] for tag in clinic["patientTags"]]
    site = clinic["sites"][0]
    return {
        "tags that are null": {"tags": None},
        "an empty list of tags": {"tags": []},
        "tags that are missing": {"tags": MISSING},
        "a tag that the clinic has deleted": {"tags": [inventor.object_id(), tags[0]]},
        "all tags": {"tags": tags},
        "sites that are null": {"sites": None},
        "an empty list of sites": {"sites": []},
        "sites that are missing": {"sites": MISSING},
        "a counted site": {"sites": [{**site, "patients": 77}]},
        "a site twice": {"sites": [site, {**site, "patients": 3}]},
        "a site that the clinic has deleted": {"sites": [inventor.site("Gone")]},
    }


def _of_connections(inventor):
    now, copied = inventor.now, inventor.object_id()
    connected = {"state": "connected", "dataSourceId": copied, "modifiedTime": now}
    request = {"providerName": "dexcom", "createdTime": now - timedelta(days=3)}
    return {
        "data sources that are null": {"dataSources": None},
        "an empty list of data sources": {"dataSources": []},
        "data sources with one id": {
            "dataSources": [{"providerName": p, **connected} for p in ("dexcom", "twiist")]
        },
        "two sources of one provider": {
            "dataSources": [{"providerName": "dexcom", "state": s} for s in ("error", "pending")]
        },
        "an unknown provider": {"dataSources": [{"providerName": "a.new$provider", **connected}]},
        "a request of long ago": {"lastRequestedDexcomConnectTime": now - timedelta(days=700)},
        "requests": {"providerConnectionRequests": {"dexcom": [request], "twiist": []}},
        "a reminder": {"lastUploadReminderTime": now - timedelta(days=2)},
    }


def _of_care(inventor):
    review = {"clinicianId": inventor.user_id(), "time": inventor.moment()}
    orders = [
        {"id": inventor.object_id(), "dataModel": "Order", "eventType": "New"} for _ in range(3)
    ]
    subscription = {
        "active": True,
        "provider": "redox",
        "matchedMessages": orders,
        "createdAt": inventor.moment(),
        "updatedAt": inventor.now,
    }
    return {
        "reviews that are gone": {"reviews": []},
        "a review of year 1": {"reviews": [{**review, "time": YEAR_1}]},
        "three reviews, as a client sent them": {"reviews": [review] * 3},
        "a cleared diagnosis": {"diagnosisType": ""},
        "an unknown diagnosis": {"diagnosisType": "type4"},
        "no ranges": {"glycemicRanges": MISSING},
        "ranges of a person's own": {"glycemicRanges": {"type": "custom", "custom": {"name": "x", "thresholds": []}}},
        "an unknown preset": {"glycemicRanges": {"type": "preset", "preset": "adaUnknown"}},
        "a subscription": {"ehrSubscriptions": {"summaryAndReports": subscription}},
        "a subscription that ended": {
            "ehrSubscriptions": {"xealthReports": {**subscription, "active": False, "provider": "xealth"}}
        },
        "an empty list of subscriptions": {"ehrSubscriptions": {}},
        "a migrated patient": {
            "isMigrated": True,
            "legacyClinicianIds": [inventor.user_id(), inventor.user_id()],
        },
        "someone who was invited": {"invitedBy": inventor.user_id()},
    }  # fmt: skip


def _of_summaries(inventor):
    dice = inventor.dice
    cgm, bgm = (stats(dice, kind, inventor.now) for kind in ("cgm", "bgm"))
    zeros = {**period(dice, "cgm"), "hasTimeInTargetPercent": False, "timeInTargetPercent": 0.0}
    flags = [name for name in cgm["dates"] if name.startswith("has")]
    quirks = {
        "no summary": MISSING,
        "an empty summary": {},
        "both kinds": {"cgmStats": cgm, "bgmStats": bgm},
        "a kind that is null": {"cgmStats": cgm, "bgmStats": None},
        "no periods": {"cgmStats": applied(cgm, {"periods": MISSING})},
        "periods that are null": {"cgmStats": {**cgm, "periods": None}},
        "an empty set of periods": {"bgmStats": {**bgm, "periods": {}}},
        "a period that is null": {"cgmStats": _with_periods(cgm, {"14d": None})},
        "an unknown period": {"cgmStats": _with_periods(cgm, {"90d": period(dice, "cgm")})},
        "offset periods of an older version": {
            "cgmStats": {**cgm, "offsetPeriods": cgm["periods"], "totalHours": 700}
        },
        "a zero without its flag": {"cgmStats": _with_periods(cgm, {"14d": zeros})},
        "a meter's period that is null": {"bgmStats": _with_periods(bgm, {"14d": None})},
        "flags without dates": {
            "cgmStats": {**cgm, "dates": dict.fromkeys(flags, True), "config": dict(CONFIG)}
        },
        "data of 1970": {"cgmStats": {**cgm, "dates": {**cgm["dates"], "lastData": NULL_DATE}}},
        "a summary without id": {"bgmStats": {**bgm, "id": ""}},
    }
    return {name: {"summary": value} for name, value in quirks.items()}


def _with_periods(part, periods):
    return {**part, "periods": {**part["periods"], **periods}}


def _of_newer_versions(inventor):
    """Fields that we do not know have to survive whatever we do, and an issue that is right."""
    source = {"providerName": "dexcom", "state": "error", "modifiedTime": inventor.moment()}
    issue = {"cause": "error", "hidden": False}
    tracked = {"connectionIssueSource": "dexcom", "dataSources": [source]}
    return {
        "a connection issue": {**tracked, "connectionIssue": issue},
        "how it was created": {"creationMetadata": {"integration": "redox"}},
        "when it was invited": {"lastInvitationSent": inventor.moment()},
        "an issue of a test system": {"primaryIssue": {"source": "dexcom", "kind": "stale"}},
    }


# --- clinics --------------------------------------------------------------------------------------
def of_clinics(inventor):
    """Name -> fields of a clinic."""
    counted = {"patients": 12}
    return {
        "opened for a legacy account": {
            "name": MISSING,
            "country": MISSING,
            "tier": MISSING,
            "isMigrated": MISSING,
            "patientCountSettings": MISSING,
        },
        "count of the old shape": {"patientCount": {"patientCount": 17}},
        "count with providers": {
            "patientCount": {
                "total": 2,
                "demo": 0,
                "plan": 2,
                "providers": {"dexcom": {"states": {"connected": 2}, "total": 2}},
            }
        },
        "limit of the old shape": {
            "patientCountSettings": {"hardLimit": {"plan": 0, "patientCount": 9}}
        },
        "limit with dates": {
            "patientCountSettings": {
                "hardLimit": {"plan": 3, "startDate": inventor.now + timedelta(days=30)},
                "softLimit": {"plan": 2},
            }
        },
        "counts left over in tags and sites": {
            "patientTags": [{**inventor.tag("Pump"), **counted}],
            "sites": [{**inventor.site("North"), **counted}],
        },
        "empty lists": {"patientTags": [], "sites": [], "phoneNumbers": [], "website": ""},
        "a tier of front ends": {"tier": "tier0301"},
        "another country": {"country": "USA"},
        "codes of merged clinics": {
            "shareCodes": ["AAAA-BBBB-CCCC", "DDDD-EEEE-FFFF"],
            "canonicalShareCode": "AAAA-BBBB-CCCC",
        },
        "no restrictions": {"membershipRestrictions": None, "suppressedNotifications": {}},
        "connected to Redox": {"ehrSettings": _ehr_settings()},
        "a tag that was deleted": {"lastDeletedPatientTag": ObjectId(inventor.dice.randbytes(12))},
    }


def _ehr_settings():
    return {
        "enabled": True,
        "provider": "redox",
        "sourceId": "lakeside",
        "mrnIdType": "",
        "destinationIds": None,
        "procedureCodes": {"enableSummaryReports": "ENABLE"},
        "scheduledReports": {
            "onUploadEnabled": False,
            "cadence": "",
            "onUploadNoteEventType": None,
        },
        "tags": {"codes": None},
        "flowsheets": {},
    }


# --- members --------------------------------------------------------------------------------------
def of_clinicians(inventor):
    """Name -> fields of a member or of a pending invite."""
    updates = [{"roles": ["CLINIC_MEMBER"], "updatedBy": inventor.user_id()}]
    return {
        "a pending invite": {
            "userId": MISSING,
            "inviteId": inventor.dice.randbytes(16).hex(),
            "email": "new.member@example.org",
        },
        "a service account": {"email": MISSING, "isServiceAccount": True, "name": "A machine"},
        "a prescriber": {"roles": ["PRESCRIBER"]},
        "roles that were changed": {"rolesUpdates": updates},
        "an address in capitals": {"email": "Lin.SAMPLE@Example.ORG"},
    }
