"""Examples of clinics, their members and settings. Everyone in them is invented."""

from kernel.api import examples
from kernel.api.examples import (
    CHANGED,
    CLINIC,
    CLINIC_NAME,
    CLINICIAN,
    INVITE,
    MADE,
    SITE,
    SITE_NAME,
    TAG,
    TAG_NAME,
)

_PROFILE = {
    "name": CLINIC_NAME,
    "address": "1 Shore Road",
    "city": "Lakeside",
    "postalCode": "92040",
    "state": "CA",
    "country": "US",
    "phoneNumbers": [{"type": "Office", "number": "(555) 555-0100"}],
    "clinicType": "provider_practice",
    "clinicSize": "0-249",
    "website": "https://clinic.example.org",
    "preferredBgUnits": "mg/dL",
    "timezone": "US/Pacific",
}
_TAG = {"id": TAG, "name": TAG_NAME}
_SITE = {"id": SITE, "name": SITE_NAME}
_MEMBER = {"email": "ben.member@example.org", "name": "Ben Member", "roles": ["CLINIC_MEMBER"]}
_TIMES = {"createdTime": MADE, "updatedTime": CHANGED}
_INVITED = {"email": "mia.member@example.org", "roles": ["CLINIC_MEMBER"], **_TIMES}
_JOINED = {"id": CLINICIAN, **_MEMBER, **_TIMES}
_MIGRATION = {"userId": "00dd11ee22", "status": "PENDING", **_TIMES}
_EHR = {
    "enabled": True,
    "provider": "redox",
    "sourceId": "lakeside-source",
    "destinationIds": {
        "flowsheet": "lakeside-flowsheets",
        "notes": "lakeside-notes",
        "results": "lakeside-results",
    },
    "procedureCodes": {
        "enableSummaryReports": "ENABLE",
        "disableSummaryReports": "DISABLE",
        "createAccount": "CREATE",
        "createAccountAndEnableReports": "CREATE_AND_ENABLE",
    },
    "mrnIdType": "MRN",
    "scheduledReports": {
        "cadence": "14d",
        "onUploadEnabled": True,
        "onUploadNoteEventType": "Replace",
    },
    "tags": {"codes": ["TAGS"], "separator": ","},
    "flowsheets": {"icode": True},
}

_CLINIC = {
    **_PROFILE,
    "id": CLINIC,
    "shareCode": "ABCD-EFGH-2345",
    "tier": "tier0100",
    "tierDescription": "Free",
    "canMigrate": False,
    **_TIMES,
}
examples.answers(
    {
        "clinic.v1": {
            **_CLINIC,
            "patientTags": [{**_TAG, "numPatients": 7}],
            "sites": [{**_SITE, "numPatients": 12}],
        },
        "patientTag.v1": _TAG,
        "site.v1": {**_SITE, "numPatients": 12},
        "clinician.v1": _JOINED,
        "invitedClinician.v1": {"inviteId": INVITE, **_INVITED},
        "membershipRestrictions.v1": {
            "restrictions": [{"emailDomain": "example.org", "requiredIdp": "example-idp"}]
        },
        "migration.v1": _MIGRATION,
        "ehrSettings.v1": _EHR,
        "mrnSettings.v1": {"required": True, "unique": True},
    }
)
_UNNAMED = ("id", "shareCode", "tier", "tierDescription", "canMigrate", "preferredBgUnits")
examples.answers_of(
    {
        "CreateClinic": _CLINIC,
        "EnableNewClinicExperience": {
            "name": "",
            **{key: _CLINIC[key] for key in _UNNAMED},
            **_TIMES,
        },
        "CreateSite": _SITE,
        "GetInvitedClinician": {"inviteId": INVITE, **_INVITED, "name": "Mia Member"},
        "AcceptClinicianInvite": _JOINED,
    }
)
examples.requests(
    {
        "ClinicCreate": _PROFILE,
        "ClinicUpdate": _PROFILE,
        "PatientTagWrite": {"name": TAG_NAME},
        "SiteUpdate": {"name": SITE_NAME},
        "siteCreation.v1": {"name": SITE_NAME},
        "SiteMerge": {"id": "6b09f5d3c72cce972de3a81f"},
        "ClinicianCreate": {"id": CLINICIAN, **_MEMBER},
        "ClinicianUpdate": _MEMBER,
        "associateClinicianToUser.v1": {"userId": CLINICIAN},
        "addServiceAccount.v1": {
            "name": "Reporting",
            "client_id": "reporting-client",
            "client_secret": "an-invented-secret",
        },
        "securityProfile.v1": {"mfaEnabled": False, "lastLoginTime": CHANGED},
        "updateUserDetails.v1": {"email": "maria.new@example.org"},
        "UpdateTier": {"tier": "tier0300"},
        "UpdateSuppressedNotifications": {
            "suppressedNotifications": {"patientClinicInvitation": True}
        },
        "MigrationCreate": {"userId": "00dd11ee22"},
        "migrationUpdate.v1": {"status": "RUNNING"},
        "triggerMigration.v1": {"attestationSubmitted": True},
    }
)
