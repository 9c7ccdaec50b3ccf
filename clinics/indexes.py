"""Indexes of the app's collections, and what existing documents need before them."""

from pymongo import IndexModel

from kernel.indexes import Description, declare, describe, obsolete

_COLLATION = {"locale": "en", "strength": 1}

# --- clinics, clinicians, migrations: the names of rule CLINIC-128 ---------------------------------
declare(
    "clinics",
    IndexModel([("shareCodes", 1)], name="UniqueShareCodes", unique=True),
    IndexModel([("canonicalShareCode", 1)], name="UniqueCanonicalShareCode", unique=True),
    IndexModel(
        [("ehrSettings.provider", 1), ("ehrSettings.sourceId", 1)],
        name="EHRSource",
        partialFilterExpression={"ehrSettings.enabled": True},
    ),
)
for name in ("UniqueShareCodes", "UniqueCanonicalShareCode"):
    describe(
        "clinics", name, Description(equal="a share code that another clinic has", clinic="_id")
    )
# Ours alone: staff read the list of clinics by name.
declare(
    "clinics",
    IndexModel([("name", 1), ("_id", 1)], name="ClinicsByName", collation=_COLLATION),
)
declare(
    "clinicians",
    IndexModel(
        [("clinicId", 1), ("userId", 1)],
        name="UniqueClinicianUserId",
        unique=True,
        partialFilterExpression={"userId": {"$exists": True}},
    ),
    IndexModel(
        [("clinicId", 1), ("inviteId", 1)],
        name="UniqueInviteId",
        unique=True,
        partialFilterExpression={"inviteId": {"$exists": True}},
    ),
    IndexModel(
        [("clinicId", 1), ("email", 1)],
        name="UniqueClinicMemberEmail",
        unique=True,
        partialFilterExpression={"email": {"$exists": True}},
    ),
    IndexModel([("createdTime", 1)], name="CliniciansByCreatedTime"),
    # Ours alone: staff search for an address in all clinics.
    IndexModel([("email", 1), ("createdTime", -1), ("_id", -1)], name="MembershipsOfEmail"),
    # Ours alone: the lists are sorted by time, newest first.
    IndexModel([("clinicId", 1), ("createdTime", -1), ("_id", -1)], name="CliniciansOfClinic"),
    IndexModel([("userId", 1), ("createdTime", -1), ("_id", -1)], name="MembershipsOfUser"),
    IndexModel([("createdTime", -1), ("_id", -1)], name="CliniciansNewestFirst"),
    # Ours alone: pages of members by name, for which searches read no more than keys.
    IndexModel(
        [("clinicId", 1), ("name", 1), ("_id", 1), ("email", 1), ("userId", 1)],
        name="MembersOfClinic",
    ),
    # Ours alone: staff search for the beginning of a name in all clinics.
    IndexModel([("name", 1), ("_id", 1)], name="CliniciansByName", collation=_COLLATION),
)
obsolete("clinicians", "CliniciansByEmail")  # "MembershipsOfEmail" has the order of the page, too
declare("migrations", IndexModel([("userId", 1)], name="UniqueClinicianMigration", unique=True))
declare("migrations", IndexModel([("clinicId", 1), ("_id", 1)], name="MigrationsOfClinic"))
declare(
    "clinic_deletions",
    IndexModel([("clinic._id", 1)], name="ClinicDeletion"),
    IndexModel([("deletedTime", 1), ("clinic._id", 1)], name="DeletedTime"),
)
# New names: an existing database has indexes with the old names, whose keys contain a typing mistake.
declare(
    "clinician_deletions",
    IndexModel([("clinician.clinicId", 1), ("clinician.userId", 1)], name="ClinicianDeletionV2"),
    IndexModel([("deletedTime", 1), ("clinician.clinicId", 1)], name="DeletedTimeV2"),
    # Ours alone: as for patients; invites are identified by the ids of their records.
    IndexModel([("clinician.userId", 1), ("deletedTime", -1)], name="DeletedMembershipsOfUser"),
    IndexModel([("clinician._id", 1), ("deletedTime", -1)], name="DeletedInvites"),
)
declare(
    "clinicCreations",
    IndexModel([("createdTime", 1)], name="ClinicCreationCleanup", expireAfterSeconds=3600),
)
