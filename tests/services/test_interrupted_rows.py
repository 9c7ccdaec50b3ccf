"""Reviews and summaries write the record first, then what lists read (decision 0019): what an interruption leaves
behind is never shown as newer than it is, and the follower corrects it."""

import pytest

from kernel import db
from patients import compressed_texts, kept
from patients.store import list_rows, patient_answers, patients
from tests.api.test_summaries import stats
from tests.factories import make_clinic, make_clinician, make_patient
from tests.following import differences, follow_all

pytestmark = pytest.mark.foreign_writes
MOMENTS = [(list_rows, "write"), (patient_answers, "update")]


@pytest.fixture
def lakeside(ben):
    clinic = make_clinic()
    make_clinician(clinic, ben)
    return clinic


@pytest.fixture
def iris(lakeside, backend):
    patient = make_patient(lakeside)
    backend.post(summary_url(patient), {"cgmStats": stats("cgm")})
    return patient


def summary_url(patient):
    return f"/v1/patients/{patient['userId']}/summary"


def newer(**dates):
    part = stats("cgm")
    return {"cgmStats": {**part, "dates": {**part["dates"], **dates}}}


def shown(clinic, reader):
    (patient,) = reader.api.get(f"/v1/clinics/{clinic['_id']}/patients").json()["data"]
    return patient


class Died(BaseException):
    """Nothing of the service catches it, like a killed process."""


def dying(*arguments, **options):
    raise Died


@pytest.mark.parametrize("moment", MOMENTS, ids=["before the row", "before the text"])
def test_a_summary_that_was_interrupted_is_shown_and_followed(
    moment, lakeside, iris, ben, backend, monkeypatch
):
    with monkeypatch.context() as patched:
        patched.setattr(*moment, dying)
        with pytest.raises(Died):
            backend.post(summary_url(iris), newer(lastData="2026-05-03T04:05:06Z"))

    dates = shown(lakeside, ben)["summary"]["cgmStats"]["dates"]
    assert dates["lastData"].startswith("2026-05-03")
    assert differences()
    follow_all()
    assert differences() == []


def test_a_review_that_was_interrupted_is_shown_and_followed(lakeside, iris, ben, monkeypatch):
    url = f"/v1/clinics/{lakeside['_id']}/patients/{iris['userId']}/reviews"
    with monkeypatch.context() as patched:
        patched.setattr(list_rows, "update", dying)
        with pytest.raises(Died):
            ben.api.put(url)

    assert len(shown(lakeside, ben)["reviews"]) == 1
    follow_all()
    assert differences() == []


def test_a_summary_that_meets_a_removal_leaves_nothing_behind(lakeside, iris, backend, monkeypatch):
    written = list_rows.write

    def removing(changes):
        written(changes)
        db.run_in_transaction(lambda: patients.remove_patient({**iris, "_id": iris["_id"]}))

    monkeypatch.setattr(list_rows, "write", removing)
    backend.post(summary_url(iris), newer(lastData="2026-05-03T04:05:06Z"))

    for name in ("patients", kept.ROWS, kept.TEXTS):
        assert db.database()[name].count_documents({}) == 0


def test_records_of_one_user_have_the_summary_all_or_none(lakeside, iris, backend, monkeypatch):
    elsewhere = make_patient(make_clinic(), userId=iris["userId"])
    monkeypatch.setattr(patient_answers, "update", dying)
    with pytest.raises(Died):
        backend.post(summary_url(iris), newer(lastData="2026-05-03T04:05:06Z"))

    found = db.database()["patients"].find({"userId": iris["userId"]})
    dates = {r["_id"]: r.get("summary", {}).get("cgmStats", {}).get("dates") for r in found}
    assert dates[elsewhere["_id"]] is None
    assert str(dates[iris["_id"]]["lastData"]).startswith("2026-02-03")


def test_a_text_compressed_with_another_dictionary_is_not_used(lakeside, iris, ben):
    before = shown(lakeside, ben)
    magic, flags, rest = b"\x28\xb5\x2f\xfd", 0x23, b"\x01\x02\x03\x04"  # a frame that names one
    text = magic + bytes([flags]) + rest + b"\0" * 20
    assert compressed_texts.decompress(text) is None
    db.database()[kept.TEXTS].update_one({}, {"$set": {"cgmStats.text": text}})
    assert shown(lakeside, ben) == before
