"""Schemas of clinics, their tags and their sites."""

from clinic_records.choices import Tier
from clinic_records.limits import LONGEST_SITE_NAME
from clinics.choices import ClinicSize, ClinicType
from clinics.timezones import TIMEZONES
from kernel.api import schema as s
from patients import fields

_ID_LENGTH = {"min_length": 24, "max_length": 24}
_COUNT = s.integer(description="How many patients of the clinic have it; absent when no one does.")
_ID = "Id of a {}: 24 hexadecimal digits in lower case."

CLINIC_ID = s.component(
    "clinicId.v1", s.object_id(read_only=True, description=_ID.format("clinic"), **_ID_LENGTH)
)
RESOURCE_ID = s.component(
    "objectid.v1", s.object_id(read_only=True, description=_ID.format("tag or site"), **_ID_LENGTH)
)
PATH_ID = s.component(
    "objectId.v1", s.object_id(description=_ID.format("tag or site"), **_ID_LENGTH)
)

WORKSPACE_ID_TYPE = s.component(
    "WorkspaceIdType",
    s.string(enum=["clinicId", "ehrSourceId"], description="A kind of id of a clinic."),
)

# Letters and digits of every script, blanks inside, and _ + > < -, as far as every dialect of expressions can say it.
_NOT_IN_TAGS = r"!-*,./:;=?@\[-\^`{-~"
_TAG_CHARACTERS = rf"^[^\s{_NOT_IN_TAGS}][^{_NOT_IN_TAGS}]*$"
TAG = s.component(
    "patientTag.v1",
    s.obj(
        {
            "id": RESOURCE_ID,
            "name": s.of_requests(
                s.name(
                    min_length=1,
                    max_length=20,
                    pattern=_TAG_CHARACTERS,
                    description="1 to 20 characters: letters and digits of any script, `_ + > < -`, blanks inside.",
                ),
                pattern=r"^[\p{L}\p{N}_+><-]{1}[\p{L}\p{N}\s_+><-]*$",
            ),
            "numPatients": _COUNT,
        },
        required=["id", "name"],
        description="A label of the clinic for its patients.",
    ),
)

TAG_WRITE = s.written("PatientTagWrite", TAG, ignored=["numPatients"], description="A tag's name.")

SITE_ID = s.component(
    "siteId.v1", s.object_id(read_only=True, description=_ID.format("site"), **_ID_LENGTH)
)
SITE_NAME = s.component(
    "siteName.v1",
    s.of_requests(
        s.name(
            min_length=1,
            max_length=LONGEST_SITE_NAME,
            pattern=r"^\S[\S ]*$",
            description="1 to 200 characters: printable ASCII, letters and digits of any script, blanks inside.",
        ),
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
SITE_UPDATE = s.written("SiteUpdate", SITE, description="A site's new name.")
s.written(
    "SiteOfPatient",
    SITE,
    keeps=["id"],
    ignored=["numPatients"],
    optional=["name"],
    description="A site of the clinic that a patient has. Its id counts, its name does not.",
)
NEW_SITE = s.component(
    "siteCreation.v1",
    s.obj({"name": SITE_NAME}, required=["name"], description="A site to be made."),
)
SITE_BY_ID = s.component(
    "siteById.v1",
    s.obj({"id": RESOURCE_ID}, required=["id"], description="The site that goes."),
)
SITE_MERGE = s.written("SiteMerge", SITE_BY_ID, keeps=["id"], description="The site that goes.")


def _text(words: str) -> s.Schema:
    return s.name(min_length=1, description=words)


SHARE_CODE_PATTERN = "^" + "-".join(["[ABCDEFGHJKLMNPQRSTUVWXYZ23456789]{4}"] * 3) + "$"
PHONE_NUMBERS = s.component(
    "phoneNumbers.v1",
    s.at_most(
        50,
        s.array(
            s.component(
                "phoneNumber.v1",
                s.obj(
                    {
                        "type": _text("Kind of number, such as `Office`; absent when unknown."),
                        "number": _text("The number, as people write it."),
                    },
                    required=["number"],
                    description="A telephone number.",
                ),
            ),
            min_items=1,
            unique_items=True,
            description="1 to 50 different telephone numbers; absent when none are known.",
        ),
    ),
)
SUPPRESSED_NOTIFICATIONS = s.component(
    "suppressedNotifications.v1",
    s.obj(
        {
            "patientClinicInvitation": s.boolean(
                description="True: admins get no mail when a patient offers data. They get it when absent."
            )
        },
        additional=False,
        description="Mails that the clinic does not get; absent when none were chosen.",
    ),
)

CLINIC = s.component(
    "clinic.v1",
    s.obj(
        {
            "id": CLINIC_ID,
            "address": s.component("streetAddress.v1", _text("Street and number.")),
            "city": s.component("city.v1", _text("City.")),
            "postalCode": s.component("postalCode.v1", _text("Postal code.")),
            "state": s.component("state.v1", _text("State or province.")),
            "country": s.component(
                "country.v1",
                _text(
                    "Country, any text. The limit of patients is for `US`, and for clinics without a country."
                ),
            ),
            "patientTags": s.array(
                TAG,
                description="The clinic's tags; absent when it never had one. Ignored in requests.",
            ),
            "sites": s.array(
                SITE,
                description="The clinic's sites; absent when there are none. Ignored in requests.",
            ),
            "lastDeletedPatientTag": {**TAG, "description": fields.IGNORED},
            "phoneNumbers": PHONE_NUMBERS,
            "clinicType": s.component(
                "ClinicType",
                s.string(
                    min_length=1,
                    enum=ClinicType.values,
                    description="What kind of clinic it is; absent when unknown.",
                ),
            ),
            "clinicSize": s.component(
                "ClinicSize",
                s.string(
                    enum=ClinicSize.values,
                    description="Number of patients with diabetes, as the clinic states it; absent when unknown.",
                ),
            ),
            # The contract counts items of a text; the service itself refuses an empty name.
            "name": s.component(
                "name.v1",
                s.name(
                    min_items=1,
                    description="Name of the clinic; empty in an answer as long as it has none.",
                ),
            ),
            "shareCode": s.component(
                "shareCode.v1",
                s.string(
                    pattern=SHARE_CODE_PATTERN,
                    read_only=True,
                    description="Code by which patients find the clinic. The service chooses it.",
                ),
            ),
            "canMigrate": s.boolean(
                read_only=True,
                description="Whether TriggerInitialMigration is possible: the clinic is not migrated, and its "
                "profile is complete.",
            ),
            "website": s.name(
                description="Usually a web address; any text, or an empty one. Absent when none was set."
            ),
            "createdTime": s.date_time(read_only=True, description="When the clinic was made."),
            "updatedTime": s.date_time(
                read_only=True,
                description="When the clinic, its admins or its counts of patients last changed.",
            ),
            "tierDescription": s.string(
                min_length=1,
                read_only=True,
                description="Name of the tier: `Free`, `Standard`, `Premium` or `Enterprise`.",
            ),
            "tier": s.string(
                min_length=1,
                read_only=True,
                description="Code of the tier; `tier0100` when none was set.",
            ),
            "preferredBgUnits": s.ref(
                "GlucoseUnits",
                description="Unit in which the clinic reads glucose; `mg/dL` when none was set. Statistics are "
                "in mmol/L all the same.",
            ),
            "suppressedNotifications": s.ref(
                "suppressedNotifications.v1",
                description="Mails that the clinic does not get; absent when none were chosen. Ignored in requests.",
            ),
            "timezone": s.component(
                "clinicTimezone.v1",
                s.of_requests(
                    s.string(
                        description="A name of the time zone database, one of those in `x-enum`; absent when "
                        "none was set.",
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
        description="A clinic's profile with its tags and sites. A request that leaves an optional field out "
        "keeps it as it is.",
    ),
)
_IGNORED = ("patientTags", "sites", "lastDeletedPatientTag", "suppressedNotifications")
CLINIC_CREATE = s.written(
    "ClinicCreate", CLINIC, ignored=_IGNORED, description="The profile of a new clinic."
)
CLINIC_UPDATE = s.written(
    "ClinicUpdate",
    CLINIC,
    ignored=_IGNORED,
    description="A clinic's profile. An optional field that is left out stays as it is.",
)
CLINICS = s.component(
    "clinics.v1", s.array(CLINIC, description="Clinics, in the order of their ids.")
)

TIER = s.component(
    "UpdateTier",
    s.obj(
        {
            "tier": s.component(
                "tier.v1",
                s.string(
                    enum=Tier.values,
                    description="Free, Standard, Premium and Enterprise, in this order.",
                ),
            )
        },
        required=["tier"],
        description="The tier that the clinic gets.",
    ),
)
UPDATE_SUPPRESSED = s.component(
    "UpdateSuppressedNotifications",
    s.obj(
        {"suppressedNotifications": SUPPRESSED_NOTIFICATIONS},
        required=["suppressedNotifications"],
        description="Replaces what was chosen before.",
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
                                    description="Identity provider that such a user has to sign in with; absent: any."
                                ),
                            },
                            required=["emailDomain"],
                            description="Users with an address of this domain may join.",
                        ),
                    ),
                    description="At most 100; the first one of a user's domain counts. Absent: everyone may join.",
                ),
            )
        },
        description="Who may become a clinician of the clinic by an invitation.",
    ),
)
