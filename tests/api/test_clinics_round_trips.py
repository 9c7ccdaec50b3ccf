"""How many commands each operation on clinics asks of MongoDB, by a backend token (issue: asserted per operation).

A number that grows is a look-up that someone repeats; one that shrinks is good news and changes this table.
"""

import pytest
from bson import ObjectId

from kernel import db

EHR = {
    "enabled": False, "provider": "redox", "sourceId": "s", "mrnIdType": "MRN", "procedureCodes": {},
    "scheduledReports": {"cadence": "14d", "onUploadEnabled": False}, "tags": {}, "flowsheets": {"icode": False},
}  # fmt: skip
MEMBER = {"email": "new@example.org", "roles": ["CLINIC_MEMBER"], "inviteId": "i" * 32}
PROFILE = {"name": "Other name", "preferredBgUnits": "mg/dL"}

# method, path ({c} clinic, {a} its admin, {b} its member), body, commands
TABLE = [
    ("get", "/v1/clinics", None, 1),
    ("get", "/v1/clinics/{c}", None, 1),
    ("get", "/v1/clinics/share_code/{s}", None, 1),
    ("put", "/v1/clinics/{c}", PROFILE, 1),
    (
        "delete",
        "/v1/clinics/{c}",
        None,
        13,
    ),  # with its views, exports and jobs, and the event that ends its invitations
    ("get", "/v1/clinics/{c}/clinicians", None, 1),
    ("post", "/v1/clinics/{c}/clinicians", MEMBER, 3),
    ("get", "/v1/clinics/{c}/clinicians/{b}", None, 1),
    (
        "put",
        "/v1/clinics/{c}/clinicians/{b}",
        {"email": "x@example.org", "roles": ["PRESCRIBER"]},
        7,
    ),
    ("delete", "/v1/clinics/{c}/clinicians/{b}", None, 7),  # with views and exports of the member
    ("get", "/v1/clinicians", None, 2),
    ("get", "/v1/clinicians/{a}/clinics", None, 2),
    ("post", "/v1/clinics/{c}/patient_tags", {"name": "New"}, 3),
    ("post", "/v1/clinics/{c}/sites", {"name": "New"}, 3),
    ("post", "/v1/clinics/{c}/tier", {"tier": "tier0200"}, 1),
    ("get", "/v1/clinics/{c}/membership_restrictions", None, 1),
    ("put", "/v1/clinics/{c}/membership_restrictions", {"restrictions": []}, 1),
    ("put", "/v1/clinics/{c}/settings/ehr", EHR, 1),
    ("put", "/v1/clinics/{c}/settings/mrn", {"required": False, "unique": False}, 3),
    ("put", "/v1/clinics/{c}/settings/patient_count", {}, 1),
    ("get", "/v1/clinics/{c}/settings/patient_count", None, 1),
    ("get", "/v1/clinics/{c}/patient_count", None, 1),
    ("post", "/v1/clinics/{c}/patient_count/refresh", None, 3),
    (
        "post",
        "/v1/clinics/{c}/patients/assign_tag/" + "a" * 24,
        None,
        10,
    ),  # three look for who has no row
    ("post", "/v1/clinics/{c}/patients/delete_tag/" + "a" * 24, None, 5),
    ("get", "/v1/clinics/{c}/migrations", None, 1),
    ("delete", "/v1/users/{b}/clinics", None, 9),
    ("post", "/v1/users/{b}/clinics", {"email": "moved@example.org"}, 3),
]


@pytest.mark.yardstick("W5")
@pytest.mark.parametrize(("method", "path", "body", "count"), TABLE)
def test_operation_costs_a_fixed_number_of_commands(
    mongo_commands, clinic, backend, ada, ben, method, path, body, count
):
    tag = {"_id": ObjectId("a" * 24), "name": "Known"}
    db.collection("clinics").update_one(
        {}, {"$set": {"patientTags": [tag] if "tag/" in path else []}}
    )
    backend.get("/v1/clinics")  # the backend's token is remembered from here on
    where = path.format(c=clinic["id"], s=clinic["shareCode"], a=ada.user_id, b=ben.user_id)

    with mongo_commands() as commands:
        response = backend.request(method, where, body)

    assert response.status_code in (200, 204), response.content
    assert len(commands) == count, commands
