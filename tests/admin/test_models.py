"""The models read what is stored, dates and ids in free-form parts included, and write nothing (F7, F8, F21, F22)."""

import pytest
from bson import ObjectId
from redis.exceptions import ConnectionError as RedisDown

from clinics.models import Clinic, Clinician
from kernel import clock
from kernel.staff import roles
from patients.models import Patient
from tests.admin.conftest import patient_ids
from tests.factories import make_clinic, make_patient


def test_documents_are_read_with_their_free_form_parts(clinic):
    instance = Clinic.objects.get(pk=clinic["_id"])
    assert instance.name == "Harbor Diabetes Center"
    assert instance.patient_tags == clinic["patientTags"]
    assert instance.patient_count_settings == {"hardLimit": {"plan": 250}}
    assert Clinician.objects.filter(clinic_id=clinic["_id"]).count() == 3
    moment = clock.now()
    summary = {"cgmStats": {"dates": {"lastData": moment}}}
    document = make_patient(clinic, summary=summary, tags=[ObjectId()])
    patient = Patient.objects.get(clinic_id=clinic["_id"], user_id=document["userId"])
    assert patient.summary["cgmStats"]["dates"]["lastData"].replace(tzinfo=None) == moment.replace(
        tzinfo=None
    )
    assert patient.tags == document["tags"]


def test_documents_with_absent_parts_are_read():
    clinic = make_clinic()
    instance = Clinic.objects.get(pk=clinic["_id"])
    assert instance.ehr_settings is None
    assert instance.timezone is None


def test_models_cannot_be_written(clinic):
    instance = Clinic.objects.get(pk=clinic["_id"])
    with pytest.raises(TypeError, match="services"):
        instance.save()
    with pytest.raises(TypeError, match="services"):
        instance.delete()
    with pytest.raises(TypeError, match="services"):
        Patient.objects.create(clinic_id=clinic["_id"], user_id="x")


def test_creating_the_roles_is_repeatable():
    assert roles.ensure() == []
    from django.contrib.auth.models import Group

    group = Group.objects.get(name="viewer")
    group.permissions.clear()
    roles.ensure()
    assert [p.codename for p in group.permissions.all()] == ["find_clinics"]
    group.delete()
    assert roles.ensure() == ["viewer"]


def test_without_redis_the_pages_say_that_they_are_unavailable(root, monkeypatch):
    from django.contrib.sessions.backends.cache import SessionStore

    def down(*_):
        raise RedisDown

    monkeypatch.setattr(SessionStore, "load", down)
    root.client.raise_request_exception = False
    response = root.get("clinics/")
    assert response.status_code == 503
    assert b"Not available at the moment" in response.content


def test_a_failure_is_reported_without_its_details(clinic, root, monkeypatch):
    from clinics.services import staff_reads

    def fail(*_, **__):
        message = f"secret {patient_ids(clinic)[0]}"
        raise ValueError(message)

    monkeypatch.setattr(staff_reads, "list_clinics", fail)
    root.client.raise_request_exception = False
    response = root.get("clinics/")
    assert response.status_code == 500
    assert b"Something went wrong" in response.content
    assert b"secret" not in response.content
