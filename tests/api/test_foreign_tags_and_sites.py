"""Ids of tags and sites that the clinic does not have: unknown, another clinic's, or deleted a moment ago
(decision 0005, "Tags and sites of a record").

Every operation that takes such an id stands in CALLS; which ones do is read from the served description.
"""

import re
from dataclasses import dataclass
from typing import Any

import orjson
import pytest
from bson import ObjectId
from django.http import HttpResponse

from clinic_records.services import access
from clinics.services import sites, tags
from kernel import db
from kernel.jobs import running
from patients.services import patient_tags
from patients.store import patients as patient_store
from redox.services import webhook
from tests import ehr
from tests.cast import Api, Person, described_operations, description
from tests.events import deliver_all
from tests.factories import stored_patient

BODY = {"fullName": "Iris Example", "birthDate": "1984-05-06"}
# `tags` of Redox orders: the codes of an order's parts, not ids of ours.
NO_IDS = {"UpdateEHRSettings"}
# They take a whole clinic, whose tags and sites are read-only there.
READ_ONLY = {"CreateClinic", "UpdateClinic"}


@dataclass
class World:
    ada: Person
    backend: Api
    eve: Person
    clinic: dict[str, Any]
    foreign: dict[str, Any]
    patient: str = ""

    @property
    def path(self):
        return f"/v1/clinics/{self.clinic['id']}"

    def own(self, kind):
        return str(access.access_clinic(self.clinic["id"])[kind][0]["_id" if kind == "patientTags" else "id"])  # fmt: skip


def body_with(**ids):
    return {
        **BODY,
        **{n: [i] if n == "tags" else [{"id": i, "name": "x"}] for n, i in ids.items()},
    }


def accept(world, body):
    db.collection("confirmations").delete_many({})
    db.collection("patients").delete_many({"userId": world.eve.user_id})
    offered = world.eve.api.post(
        f"/confirm/send/invite/{world.eve.user_id}/clinic",
        {"shareCode": world.clinic["shareCode"], "permissions": {"view": {}}},
    )
    key = offered.json()["key"]
    return world.ada.api.put(f"{world.path}/invites/patients/{key}", body)


def from_user(world, body):
    db.collection("patients").delete_many({"userId": world.eve.user_id})
    return world.backend.post(f"{world.path}/patients/{world.eve.user_id}", body)


def export(world, narrowed):
    """The clinic has a plan with exports; the whole file is read."""
    allow_exports(world)
    return without_time(world.ada.api.get(f"{world.path}/export/patients?period=14d&{narrowed}"))


def kept_export(world, narrowed):
    allow_exports(world)
    path = f"{world.path}/export/patients"
    begun = world.ada.api.post(f"{path}?period=14d&{narrowed}")
    if begun.status_code != 202:
        return begun
    running.carry_out(begun.json()["id"])
    return without_time(world.ada.api.get(f"{path}/{begun.json()['id']}/file"))


def allow_exports(world):
    db.collection("clinics").update_one(
        {"_id": ObjectId(world.clinic["id"])}, {"$set": {"tier": "tier0300"}}
    )


def without_time(answer):
    text = re.sub(rb"\n20\d\d-[^,]*,", b"\nTIME,", answer.getvalue())
    return HttpResponse(text, status=answer.status_code)


TIDE = "&period=14d&lastDataCutoff=2025-01-01T00:00:00Z"
# operation -> calls with (world, id of a tag, id of a site)
CALLS = {
    "CreatePatientAccount": [
        lambda w, t, s: w.ada.api.post(f"{w.path}/patients", body_with(tags=t)),
        lambda w, t, s: w.ada.api.post(f"{w.path}/patients", body_with(sites=s)),
        lambda w, t, s: w.ada.api.post(
            f"{w.path}/patients", {**body_with(tags=t), "tags": [t, w.own("patientTags")]}
        ),
    ],
    "UpdatePatient": [
        lambda w, t, s: w.ada.api.put(f"{w.path}/patients/{w.patient}", body_with(tags=t)),
        lambda w, t, s: w.ada.api.put(f"{w.path}/patients/{w.patient}", body_with(sites=s)),
        lambda w, t, s: w.ada.api.put(
            f"{w.path}/patients/{w.patient}", {**body_with(), "tags": [w.own("patientTags"), t]}
        ),
    ],
    "CreatePatientFromUser": [lambda w, t, s: from_user(w, body_with(tags=t, sites=s))],
    "AcceptPatientInvitation": [lambda w, t, s: accept(w, body_with(tags=t, sites=s))],
    "AssignPatientTagToClinicPatients": [
        lambda w, t, s: w.ada.api.post(f"{w.path}/patients/assign_tag/{t}", [w.patient]),
        lambda w, t, s: w.ada.api.post(f"{w.path}/patients/assign_tag/{t}"),
    ],
    "DeletePatientTagFromClinicPatients": [
        lambda w, t, s: w.ada.api.post(f"{w.path}/patients/delete_tag/{t}")
    ],
    "UpdatePatientTag": [
        lambda w, t, s: w.ada.api.put(f"{w.path}/patient_tags/{t}", {"name": "Renamed"})
    ],
    "DeletePatientTag": [lambda w, t, s: w.ada.api.delete(f"{w.path}/patient_tags/{t}")],
    "ConvertPatientTagToSite": [lambda w, t, s: w.backend.post(f"{w.path}/patient_tags/{t}/site")],
    "UpdateSite": [
        lambda w, t, s: w.ada.api.put(f"{w.path}/sites/{s}", {"id": s, "name": "Renamed"})
    ],
    "DeleteSite": [lambda w, t, s: w.ada.api.delete(f"{w.path}/sites/{s}")],
    "MergeSite": [
        lambda w, t, s: w.backend.post(f"{w.path}/sites/{s}/merge", {"id": w.own("sites")}),
        lambda w, t, s: w.backend.post(f"{w.path}/sites/{w.own('sites')}/merge", {"id": s}),
    ],
    "ListPatients": [
        lambda w, t, s: w.ada.api.get(f"{w.path}/patients?tags={t}"),
        lambda w, t, s: w.ada.api.get(f"{w.path}/patients?sites={s}"),
    ],
    "TideReport": [
        lambda w, t, s: w.ada.api.get(f"{w.path}/tide_report?tags={t}{TIDE}"),
        lambda w, t, s: w.ada.api.get(f"{w.path}/tide_report?sites={s}{TIDE}"),
    ],
    "ExportPatientList": [
        lambda w, t, s: export(w, f"tags={t}"),
        lambda w, t, s: export(w, f"sites={s}"),
    ],
    "StartPatientListExport": [
        lambda w, t, s: kept_export(w, f"tags={t}"),
        lambda w, t, s: kept_export(w, f"sites={s}"),
    ],
}


# --- the table is complete --------------------------------------------------------------------------
def takes_tags_or_sites(operation, path):
    names = {parameter["name"] for parameter in operation.get("parameters", [])}
    names |= set(re.findall(r"{(\w+)}", path))
    for content in operation.get("requestBody", {}).get("content", {}).values():
        names |= property_names(content["schema"])
    return bool(names & {"tags", "sites", "patientTagId", "siteId", "patientTags"})


def property_names(schema, depth=0):
    """The properties of the top two levels, through references."""
    if "$ref" in schema:
        schema = description()["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    names = set(schema.get("properties", {}))
    parts = [*schema.get("allOf", []), *schema.get("anyOf", []), *schema.get("oneOf", [])]
    for part in parts:
        names |= property_names(part, depth)
    return names


def test_every_operation_that_takes_a_tag_or_a_site_is_walked():
    operations = {
        name
        for name, (_, path, operation) in described_operations().items()
        if takes_tags_or_sites(operation, path)
    }
    assert operations - NO_IDS - READ_ONLY == set(CALLS)


# --- the walk ---------------------------------------------------------------------------------------
@pytest.fixture
def world(ada, eve, backend, clinic, other_clinic):
    for each_clinic in (clinic, other_clinic):
        tags.create_tag(clinic_id=each_clinic["id"], name="Pump")
        sites.create_site(clinic_id=each_clinic["id"], name="North")
    new_world = World(ada, backend, eve, clinic, other_clinic)
    body = body_with(tags=new_world.own("patientTags"), sites=new_world.own("sites"))
    new_world.patient = ada.api.post(f"{new_world.path}/patients", body).json()["id"]
    return new_world


def foreign_ids(world):
    other = access.access_clinic(world.foreign["id"])
    return str(other["patientTags"][0]["_id"]), str(other["sites"][0]["id"])


def said(response, *ids):
    """Status and body without what differs between two equal calls."""
    text = response.content.decode()
    for tag_or_site_id in ids:
        text = text.replace(tag_or_site_id, "ID")
    text = re.sub(r'"\d{4}-\d\d-\d\dT[^"]*"', '"TIME"', text)
    return response.status_code, re.sub(r'"id":"[^"]*"', '"id":""', text)


def assert_only_own_tags_and_sites(world):
    clinic = access.access_clinic(world.clinic["id"])
    own_tags = {tag["_id"] for tag in clinic.get("patientTags") or []}
    own_sites = {(site["id"], site["name"]) for site in clinic.get("sites") or []}
    for patient in db.collection("patients").find({"clinicId": clinic["_id"]}):
        assert set(patient.get("tags") or []) <= own_tags
        assert {(s["id"], s["name"]) for s in patient.get("sites") or []} <= own_sites


@pytest.mark.yardstick("Z3")
@pytest.mark.parametrize("name", CALLS)
def test_another_clinics_id_answers_like_one_that_does_not_exist_and_is_never_stored(world, name):
    neighbour = access.access_clinic(world.foreign["id"])
    unknown, foreign = (str(ObjectId()), str(ObjectId())), foreign_ids(world)
    for call in CALLS[name]:
        first, second = call(world, *unknown), call(world, *foreign)
        assert said(first, *unknown) == said(second, *foreign)
        assert first.status_code < 500
        assert_only_own_tags_and_sites(world)
    assert access.access_clinic(world.foreign["id"]) == neighbour


def test_an_unknown_site_of_a_patient_is_refused_and_an_unknown_tag_left_out(world):
    patients = f"{world.path}/patients"
    for method, path in (("post", patients), ("put", f"{patients}/{world.patient}")):
        refused = world.ada.api.request(method, path, body_with(sites=str(ObjectId())))
        assert refused.status_code == 422
        body = {**BODY, "tags": [str(ObjectId()), world.own("patientTags")]}
        assert world.ada.api.request(method, path, body).json()["tags"] == [world.own("patientTags")]  # fmt: skip


def test_unknown_tag_cannot_be_assigned(world):
    answer = world.ada.api.post(f"{world.path}/patients/assign_tag/{ObjectId()}")
    assert (answer.status_code, answer.json()) == (404, {"message": "patient tag not found"})


def test_old_records_with_wrong_ids_are_read_and_corrected_by_the_next_update(world):
    wrong = {"tags": [ObjectId(), ObjectId(foreign_ids(world)[0])], "sites": [{"id": ObjectId(), "name": "Gone"}]}  # fmt: skip
    db.collection("patients").update_one({"userId": world.patient}, {"$set": wrong})

    path = f"{world.path}/patients"
    answer = world.ada.api.get(f"{path}/{world.patient}")
    assert answer.status_code == 200
    assert world.ada.api.get(path).json()["data"][0]["id"] == world.patient
    assert world.ada.api.get(world.path).status_code == 200

    sent_back = {**BODY, "tags": answer.json()["tags"]}
    assert world.ada.api.put(f"{path}/{world.patient}", sent_back).json()["tags"] is None


# --- at the same moment -----------------------------------------------------------------------------
def before_the_write(monkeypatch, name, change):
    """`change` happens once, when everything has been checked and the record is about to be written."""
    original, done = getattr(patient_store, name), []

    def late(*args, **kwargs):
        if not done:
            done.append(True)
            run_elsewhere(change)
        return original(*args, **kwargs)

    monkeypatch.setattr(patient_store, name, late)
    return done


def run_elsewhere(change):
    """Outside of this thread's transaction."""
    from threading import Thread

    thread = Thread(target=change)
    thread.start()
    thread.join()


ENDS = {
    "tag deleted": lambda w, t, s: tags.delete_tag(clinic_id=w.clinic["id"], tag_id=t),
    "tag made a site": lambda w, t, s: sites.convert_tag(clinic_id=w.clinic["id"], tag_id=t),
    "site deleted": lambda w, t, s: sites.delete_site(clinic_id=w.clinic["id"], site_id=s),
    "site renamed": lambda w, t, s: sites.rename_site(
        clinic_id=w.clinic["id"], site_id=s, name="Renamed"
    ),
}


def ordered(world, body, **person):
    """By an order, which names the tags."""
    tag = ObjectId(body["tags"][0])
    known = access.access_clinic(world.clinic["id"])["patientTags"]
    name = next(tag_or_site["name"] for tag_or_site in known if tag_or_site["_id"] == tag)
    db.collection("clinics").update_one(
        {"_id": ObjectId(world.clinic["id"])}, {"$set": {"ehrSettings": ehr.SETTINGS}}
    )
    message = ehr.order(**person)
    message["Order"]["ClinicalInfo"] = [{"Code": "TP_TAGS", "Value": name}]
    webhook.receive(orjson.dumps(message))
    deliver_all()
    (record,) = ehr.records("message")
    assert record["state"] == "done", record


def order_for_present(world, body):
    known = {"fullName": "Mara Quill", "birthDate": "1991-04-17", "mrn": "QX-1"}
    db.collection("patients").update_one({"userId": world.patient}, {"$set": known})
    ordered(world, body)


def order_for_new(world, body):
    db.collection("patients").delete_many({"userId": world.patient})
    ordered(world, body, Order={**ehr.order()["Order"], "Procedure": {"Code": "CREATE"}})


# Every way by which a tag or a site gets to a patient: the last step of it, and who does it.
WRITES = {
    "created": ("insert_patient", lambda w, body: w.ada.api.post(f"{w.path}/patients", body)),
    "changed": (
        "set_fields",
        lambda w, body: w.ada.api.put(f"{w.path}/patients/{w.patient}", body),
    ),
    "made of a user": ("insert_patient", from_user),
    "accepted": ("insert_patient", accept),
    "changed by an order": ("set_fields", order_for_present),
    "created by an order": ("insert_patient", order_for_new),
}
REFUSING = ("created", "changed")  # a site that a member of the clinic names


@pytest.mark.parametrize(
    ("write", "end"),
    # Orders name no sites.
    [(w, e) for w in WRITES for e in ENDS if e.startswith("tag") or "order" not in w],
)
def test_tag_or_site_deleted_during_the_write_is_not_stored(world, monkeypatch, write, end):
    """No one had the tag or the site before, so that nothing else of the counts changes."""
    is_tag = end.startswith("tag")
    tag = tags.create_tag(clinic_id=world.clinic["id"], name="New")["_id"]
    site = sites.create_site(clinic_id=world.clinic["id"], name="New")["id"]
    step, perform = WRITES[write]
    ended = before_the_write(monkeypatch, step, lambda: ENDS[end](world, tag, site))

    response = perform(world, body_with(**({"tags": str(tag)} if is_tag else {"sites": str(site)})))
    deliver_all()

    assert ended == [True]
    if response is not None:
        is_refused = end == "site deleted" and write in REFUSING
        assert response.status_code == (422 if is_refused else 200)
    assert_only_own_tags_and_sites(world)


def test_a_tag_deleted_while_it_is_given_to_everyone_is_taken_back(world, monkeypatch):
    from patients.store import tags_and_sites as patient_tags_and_sites

    tag = tags.create_tag(clinic_id=world.clinic["id"], name="New")["_id"]
    original = patient_tags_and_sites.add_tag

    def late(*args):
        tags.delete_tag(clinic_id=world.clinic["id"], tag_id=tag)
        deliver_all()
        return original(*args)

    monkeypatch.setattr(patient_tags_and_sites, "add_tag", late)
    patient_tags.assign_tag(clinic_id=world.clinic["id"], tag_id=str(tag), user_ids=None)

    assert stored_patient(access.access_clinic(world.clinic["id"]), world.patient)["tags"] != []
    assert_only_own_tags_and_sites(world)
