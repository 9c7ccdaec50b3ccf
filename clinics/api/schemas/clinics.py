"""Schemas of clinics, their tags and their sites."""

from clinic_records.choices import Tier
from clinic_records.limits import LONGEST_SITE_NAME
from clinics.choices import ClinicSize, ClinicType
from clinics.timezones import TIMEZONES
from kernel.api import schema as s
from patients.glycemic_ranges import UNITS

_ID_LENGTH = {"min_length": 24, "max_length": 24}
_COUNT = s.integer(description="How many patients have it; absent when no one does.")
_READ_ONLY_TIME = s.date_time(read_only=True)

CLINIC_ID = s.component("clinicId.v1", s.object_id(read_only=True, **_ID_LENGTH))
RESOURCE_ID = s.component("objectid.v1", s.object_id(read_only=True, **_ID_LENGTH))
PATH_ID = s.component("objectId.v1", s.object_id(**_ID_LENGTH))

# Letters and digits of every script, blanks inside, and _ + > < -, as far as every dialect of expressions can say it.
_NOT_IN_TAGS = r"!-*,./:;=?@\[-\^`{-~"
_TAG_CHARACTERS = rf"^[^\s{_NOT_IN_TAGS}][^{_NOT_IN_TAGS}]*$"
TAG = s.component(
    "patientTag.v1",
    s.obj(
        {
            "id": RESOURCE_ID,
            "name": s.of_requests(
                s.name(min_length=1, max_length=20, pattern=_TAG_CHARACTERS),
                pattern=r"^[\p{L}\p{N}_+><-]{1}[\p{L}\p{N}\s_+><-]*$",
            ),
            "numPatients": _COUNT,
        },
        required=["id", "name"],
        description="A label of the clinic for its patients.",
    ),
)

SITE_ID = s.component("siteId.v1", s.object_id(read_only=True, **_ID_LENGTH))
SITE_NAME = s.component(
    "siteName.v1",
    s.of_requests(
        s.name(min_length=1, max_length=LONGEST_SITE_NAME, pattern=r"^\S[\S ]*$"),
        pattern=r"^[[:graph:]\p{L}\p{N}][[:graph:]\p{L}\p{N} ]*$",
    ),
)
SITE = s.component(
    "site.v1",
    s.obj(
        {"id": SITE_ID, "name": SITE_NAME, "numPatients": s.read_only(_COUNT)},
        required=["id", "name"],
        description="A site of the clinic, physical or logical.",
    ),
)
NEW_SITE = s.component("siteCreation.v1", s.obj({"name": SITE_NAME}, required=["name"]))
SITE_BY_ID = s.component("siteById.v1", s.obj({"id": RESOURCE_ID}, required=["id"]))

_TEXT = s.name(min_length=1)
SHARE_CODE_PATTERN = "^" + "-".join(["[ABCDEFGHJKLMNPQRSTUVWXYZ23456789]{4}"] * 3) + "$"
PHONE_NUMBERS = s.component(
    "phoneNumbers.v1",
    s.at_most(
        50,
        s.array(
            s.component(
                "phoneNumber.v1", s.obj({"type": _TEXT, "number": _TEXT}, required=["number"])
            ),
            min_items=1,
            unique_items=True,
        ),
    ),
)
SUPPRESSED_NOTIFICATIONS = s.component(
    "suppressedNotifications.v1",
    s.obj({"patientClinicInvitation": s.boolean()}, additional=False),
)

CLINIC = s.component(
    "clinic.v1",
    s.obj(
        {
            "id": CLINIC_ID,
            "address": s.component("streetAddress.v1", _TEXT),
            "city": s.component("city.v1", _TEXT),
            "postalCode": s.component("postalCode.v1", _TEXT),
            "state": s.component("state.v1", _TEXT),
            "country": s.component("country.v1", _TEXT),
            "patientTags": s.array(TAG),
            "sites": s.array(SITE),
            "lastDeletedPatientTag": TAG,
            "phoneNumbers": PHONE_NUMBERS,
            "clinicType": s.string(min_length=1, enum=ClinicType.values),
            "clinicSize": s.string(enum=ClinicSize.values),
            # The contract counts items of a text; the service itself refuses an empty name.
            "name": s.component("name.v1", s.name(min_items=1)),
            "shareCode": s.component(
                "shareCode.v1", s.string(pattern=SHARE_CODE_PATTERN, read_only=True)
            ),
            "canMigrate": s.boolean(read_only=True),
            "website": s.name(description="Usually a web address; any text, or an empty one."),
            "createdTime": _READ_ONLY_TIME,
            "updatedTime": _READ_ONLY_TIME,
            "tierDescription": s.string(min_length=1, read_only=True),
            "tier": s.string(min_length=1, read_only=True),
            "preferredBgUnits": s.string(enum=list(UNITS)),
            "suppressedNotifications": SUPPRESSED_NOTIFICATIONS,
            "timezone": s.component(
                "clinicTimezone.v1",
                s.of_requests(
                    s.string(
                        description="A name of the time zone database, one of those in `x-enum`.",
                        examples=["America/New_York"],
                    ),
                    enum=TIMEZONES,
                ),
            ),
        },
        required=[
            "id",
            "name",
            "shareCode",
            "canMigrate",
            "createdTime",
            "updatedTime",
            "tierDescription",
            "tier",
            "preferredBgUnits",
        ],
        description="A clinic's profile with its tags and sites.",
    ),
)
CLINICS = s.component("clinics.v1", s.array(CLINIC))

TIER = s.component(
    "UpdateTier",
    s.obj({"tier": s.component("tier.v1", s.string(enum=Tier.values))}, required=["tier"]),
)
UPDATE_SUPPRESSED = s.component(
    "UpdateSuppressedNotifications",
    s.obj(
        {"suppressedNotifications": SUPPRESSED_NOTIFICATIONS}, required=["suppressedNotifications"]
    ),
)
RESTRICTIONS = s.component(
    "membershipRestrictions.v1",
    s.obj(
        {
            "restrictions": s.at_most(
                100,
                s.array(
                    s.component(
                        "membershipRestriction.v1",
                        s.obj(
                            {
                                "emailDomain": s.of_requests(
                                    s.string(description="Applies to addresses of this domain."),
                                    of_format="hostname",
                                ),
                                "requiredIdp": s.name(
                                    description="Identity provider such a user must have signed in with."
                                ),
                            },
                            required=["emailDomain"],
                        ),
                    )
                ),
            )
        }
    ),
)
