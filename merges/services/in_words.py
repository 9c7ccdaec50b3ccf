"""What documents of merges have as codes, in words for staff and for operators."""

from merges.services import stages

STAGES = {
    stages.CHECKING: "The plan is checked",
    stages.CLOSING: "Both clinics are held, so that nothing changes under the merge",
    stages.PLANNING: "The plan is made",
    stages.TAGS_AND_SITES: "Tags and sites are moved",
    stages.PATIENTS: "Patients are moved",
    stages.CLINICIANS: "Members are moved",
    stages.FINISHING: "The source is archived and deleted",
    stages.PUBLISHING: "Other services are shown what was done",
    stages.ANNOUNCING: "Mails are asked for",
    stages.CLEARING: "Notes of the merge are removed",
}
# In the order in which pages show them; True: part of the one before.
NUMBERS = (
    ("resultingPatients", "Patients afterwards", False),
    ("movedPatients", "move from the source", True),
    ("mergedPatients", "are in both clinics and become one record", True),
    ("likelyDuplicates", "Pairs that are likely the same person (kept apart)", False),
    ("mrnOnlyMatches", "Pairs with the same MRN only", False),
    ("nameOnlyMatches", "Pairs with the same name only", False),
    ("resultingMembersAndAdmins", "Members, admins and invites afterwards", False),
    ("downgraded", "were admins of the source, and are not of the target", True),
    ("pendingInvites", "are pending invites", True),
    ("resultingTags", "Tags afterwards", False),
    ("mergedTags", "Tags of the source that become one with a tag of the target", False),
    ("resultingSites", "Sites afterwards", False),
    ("renamedSites", "Sites of the source that are renamed", False),
)
