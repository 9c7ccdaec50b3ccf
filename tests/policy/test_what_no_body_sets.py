"""Mass assignment: every operation with a body gets, in every object of a valid one, names that it does not declare and
names of fields that only the service sets. They are ignored or refused, and nothing of them is stored."""

import orjson
import pytest

from kernel import db
from kernel.accesses import rows
from kernel.api.operations import REGISTRY
from tests import bodies
from tests.bodies import sample, value_at, values_of

pytestmark = pytest.mark.yardstick("Z4")
MARKER = "zqassigned"
# What requests are held to: more than what is described to be written (`schema.written`).
SCHEMAS = {name: spec.body for name, spec in REGISTRY.items() if spec.body is not None}
# Fields of stored documents that no body sets; those that a body declares are left as they are.
INTERNAL = (
    *(
        "_id",
        "id",
        "userId",
        "clinicId",
        "createdTime",
        "updatedTime",
        "createdBy",
        "invitedBy",
        "isMigrated",
    ),
    *(
        "admins",
        "roles",
        "rolesUpdates",
        "tier",
        "canonicalShareCode",
        "shareCodes",
        "permissions",
        "reviews",
    ),
    *(
        "isAdmin",
        "isserver",
        "key",
        "status",
        "creatorId",
        "expiresAt",
        "deletedTime",
        "summary",
        "searchKey",
    ),
)
# A message of Redox is kept as it came.
AS_IT_CAME = {"ProcessEHRMessage"}
# The world has nothing that these could change, so they are refused with and without the extras.
REFUSED = {
    *(
        "AcceptCareTeamInvite",
        "AcceptPasswordChange",
        "AcceptPatientInvitation",
        "AddServiceAccount",
    ),
    *("AssociateClinicianToUser", "CancelAccountSignupConfirmation", "ConfirmAccountSignup"),
    *("CreatePatientAccount", "DismissAccountSignup", "DismissInvite", "GenerateMergeReport"),
    *("MatchClinicAndPatient", "MergeClinic", "MergeSite", "MigrateLegacyClinicianPatients"),
    *("SendCareTeamInvite", "SendClinicShareInvite", "TriggerInitialMigration", "UpdateMigration"),
    *("UpdateSite",),
}


def with_extras(schema, body):
    """The body with a text for each of these names in every object whose properties are declared."""
    for path, kind, inner in list(values_of(schema)):
        if kind == "object" and not inner.get("additionalProperties"):
            declared = inner.get("properties", {})
            extras = {name: MARKER for name in (MARKER, *INTERNAL) if name not in declared}
            body = bodies.changed(body, path, {**value_at(body, path), **extras})
    return body


def stored_with_marker(collections):
    return {
        name
        for name in collections - {rows.RECORDS}
        for document in db.collection(name).find({})
        if MARKER in str(document)
    }


@pytest.mark.parametrize("name", sorted(SCHEMAS.keys() - AS_IT_CAME))
def test_extra_properties_change_nothing(world, written, name):
    body = sample(SCHEMAS[name])
    more = with_extras(SCHEMAS[name], body)
    assert MARKER in str(more) or not isinstance(body, dict)
    written.clear()

    response = world.send(name, orjson.dumps(more))

    is_refused_for_it = b"is unsupported" in response.content
    assert response.status_code < 500
    assert (response.status_code < 300 or is_refused_for_it) == (name not in REFUSED)
    assert stored_with_marker(written) == set()
