"""An admin of one clinic who uses ids of another: each id is answered like one that does not exist.

Every operation of a clinic that takes a second id is called with the caller's clinic and an id of the other
clinic. Other ways to write the request do not help either.
"""

import re
from dataclasses import dataclass
from typing import Any

import pytest

from clinic_records.services import access
from clinics.services import sites, tags
from kernel import db
from tests.cast import Api, Person, described_operations, make_person
from tests.policy.callers import IDS, OWN_IDS, STRANGER, call, outcome
from tests.policy.test_matrix import ALLOWED, family_of

ROLES_BODY = {"email": "x@example.org", "roles": ["CLINIC_ADMIN"], "createdTime": "2025-01-01T00:00:00Z", "updatedTime": "2025-01-01T00:00:00Z"}  # fmt: skip
BODIES: dict[str, Any] = {
    "UpdatePatient": {"fullName": "Taken Over", "birthDate": "1990-01-01"},
    "UpdateClinician": ROLES_BODY,
    "UpdatePatientTag": {"name": "Taken Over"},
    "UpdateSite": {"id": "a" * 24, "name": "Taken Over"},
    "MergeSite": {"id": "a" * 24},
    "UpdateMigration": {"status": "COMPLETED"},
    "AssociateClinicianToUser": {"userId": STRANGER},
    "CreatePatientFromUser": {"permissions": {"view": {}}},
    "UpdatePatientPermissions": {"view": {}},
}
PARTS = ("patientId", "clinicianId", "patientTagId", "siteId", "inviteId")


@dataclass
class Neighbours:
    ada: Person
    clinic: dict[str, Any]
    ids: dict[str, str]


@pytest.fixture
def neighbours(ada, cy, dot, clinic, other_clinic):
    tag = tags.create_tag(clinic_id=other_clinic["id"], name="Pump")
    site = sites.create_site(clinic_id=other_clinic["id"], name="North")
    path = f"/v1/clinics/{other_clinic['id']}"
    body = {"fullName": "Polly", "birthDate": "1980-02-03", "email": "polly@example.org"}
    patient = cy.api.post(f"{path}/patients", body).json()["id"]
    invited = {"email": "invited@example.org", "roles": ["CLINIC_MEMBER"]}
    invite = cy.api.post(f"{path}/invites/clinicians", invited).json()["inviteId"]
    offered = dot.api.post(
        f"/confirm/send/invite/{dot.user_id}/clinic",
        {"shareCode": other_clinic["shareCode"], "permissions": {"view": {}}},
    )
    ids = {
        "patientId": patient,
        "clinicianId": cy.user_id,
        "userId": cy.user_id,
        "patientTagId": str(tag["_id"]),
        "siteId": str(site["id"]),
        "inviteId": invite,
        "offerId": offered.json()["key"],
    }
    return Neighbours(ada, clinic, ids)


def with_two_ids():
    for name, (_, path, _) in described_operations().items():
        if "{clinicId}" in path and any(f"{{{part}}}" in path for part in PARTS):
            yield name


def snapshot():
    collections = ("patients", "clinics", "clinicians", "confirmations")
    return {name: list(db.collection(name).find({}, sort=[("_id", 1)])) for name in collections}


def ask(api: Api, name: str, ids: dict[str, str]):
    method, path, _ = described_operations()[name]
    where = re.sub(r"{(\w+)}", lambda match: ids[match[1]], path)
    return api.request(method, where, BODIES.get(name))


@pytest.mark.yardstick("Z3")
@pytest.mark.parametrize("name", sorted(with_two_ids()))
def test_an_id_of_another_clinic_answers_like_one_that_does_not_exist(neighbours, name):
    mine = {**IDS, **dict.fromkeys(OWN_IDS, STRANGER), "clinicId": neighbours.clinic["id"]}
    foreign_ids = {**mine, **{n: i for n, i in neighbours.ids.items() if n in mine}}
    if name in ("AcceptPatientInvitation", "DeletePatientInvite"):
        foreign_ids["inviteId"] = neighbours.ids["offerId"]
    unknown = ask(neighbours.ada.api, name, mine)
    before = snapshot()

    response = ask(neighbours.ada.api, name, foreign_ids)

    text = response.content.decode()
    for part, foreign_id in foreign_ids.items():
        text = text.replace(foreign_id, mine.get(part, foreign_id))
    assert (response.status_code, text) == (unknown.status_code, unknown.content.decode())
    now = snapshot()
    other_clinic_id = access.access_clinic(neighbours.clinic["id"])["_id"]
    for kind, rows in before.items():
        foreign = [row for row in rows if other_clinic_id not in (row.get("clinicId"), row["_id"])]
        assert [
            row for row in now[kind] if other_clinic_id not in (row.get("clinicId"), row["_id"])
        ] == foreign


# --- other ways to write the request ----------------------------------------------------------------
HEADERS = {
    "X-HTTP-Method-Override": "GET",
    "X-Method-Override": "GET",
    "X-Original-URL": "/ready",
    "X-Rewrite-URL": "/ready",
    "X-Forwarded-User": "admin",
    "X-Tidepool-Server-Name": "clinics",
    "Authorization": "Bearer x",
    "Cookie": "x-tidepool-session-token=x",
}
OF_MEMBERS = sorted(
    name
    for name, callers in ALLOWED.items()
    if "user" not in callers and "none" not in callers and name in described_operations()
)


@pytest.mark.parametrize("name", OF_MEMBERS)
def test_headers_and_spellings_of_the_path_do_not_bypass_the_policy(name, eve):
    family = family_of(name)
    assert outcome(call(eve.api, name), family) == "denied"

    method, path, _ = described_operations()[name]
    values = {**IDS, **dict.fromkeys(OWN_IDS, STRANGER)}
    where = re.sub(r"{(\w+)}", lambda match: values[match[1]], path)
    refused = eve.api.request(method, where, headers=HEADERS)
    assert outcome(refused, family) == "denied"
    for spelled in (f"{where}/", f"/{where}", where.replace("/v1/", "/v1/./"), where.upper(), f"{where};x", f"{where}%2F"):  # fmt: skip
        assert eve.api.request(method, spelled).status_code in (400, 401, 403, 404), spelled
    hidden = f"?_method=GET&clinicId={IDS['clinicId']}&x-tidepool-session-token=x"
    assert outcome(eve.api.request(method, where + hidden), family) == "denied"


def test_a_token_in_the_query_or_a_cookie_is_ignored():
    person = make_person("Somebody")
    for headers in ({"Authorization": f"Bearer {person.token}"}, {"Cookie": f"x-tidepool-session-token={person.token}"}):  # fmt: skip
        assert Api().get("/v1/patients", headers=headers).status_code == 400
    assert Api().get(f"/v1/patients?x-tidepool-session-token={person.token}").status_code == 400
