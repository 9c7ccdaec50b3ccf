"""A plan is read from the database: what is stored there, also by others, as of one moment (rules MERGE-1 to
MERGE-4 and MERGE-29)."""

from datetime import UTC, datetime

import pytest
from bson import ObjectId
from pymongo.errors import DuplicateKeyError

from kernel import db
from kernel.errors import BadRequest, NotFound
from merges.choices import RecordAction
from merges.plan.model import Restriction
from merges.services.planning import read_plan
from patients.services import merging
from tests.cast import make_person
from tests.factories import make_clinic, make_clinician, make_patient, make_patients

EARLY, LATE = datetime(2025, 1, 1, tzinfo=UTC), datetime(2025, 2, 1, tzinfo=UTC)
UNIQUE = {"mrnSettings": {"required": False, "unique": True}}
IN_TARGET, IN_SOURCE = ["mrn_in_target"], ["mrn_in_source"]


def read(source, target):
    return read_plan(source_id=str(source["_id"]), target_id=str(target["_id"]))


def codes(plan):
    return [problem.code for problem in plan.problems]


@pytest.fixture
def source():
    return make_clinic(name="Lakeside")


@pytest.fixture
def target():
    return make_clinic(name="Hillside")


def test_everything_of_both_clinics_is_read():
    tag, site = ObjectId(), ObjectId()
    source = make_clinic(
        name="Lakeside",
        timezone="US/Pacific",
        PreferredBgUnits="mmol/L",
        mrnSettings={"required": True, "unique": False},
        membershipRestrictions=[{"emailDomain": "one.example", "requiredIdp": "idp"}],
        patientTags=[{"_id": tag, "name": "T"}],
        sites=[{"id": site, "name": "S"}],
    )
    target = make_clinic(name="Hillside")
    ann = make_person("ann")
    make_clinician(source, ann, "CLINIC_ADMIN")
    dates = {
        kind: {"dates": {"lastUploadDate": when}}
        for kind, when in (("cgmStats", EARLY), ("bgmStats", LATE))
    }
    stored = make_patient(
        source,
        fullName="Ada",
        mrn="1",
        tags=[tag],
        sites=[{"id": site, "name": "S"}],
        permissions={"view": {}},
        summary=dates,
    )
    read_source = read(source, target).source

    assert (read_source.id, read_source.name) == (source["_id"], "Lakeside")
    assert (read_source.timezone, read_source.glucose_units) == ("US/Pacific", "mmol/L")
    assert (read_source.requires_mrn, read_source.requires_unique_mrn) == (True, False)
    assert read_source.restrictions == (Restriction("one.example", "idp"),)
    assert [(entry.id, entry.name) for entry in read_source.tags] == [(tag, "T")]
    assert [(entry.id, entry.name) for entry in read_source.sites] == [(site, "S")]
    [member] = read_source.clinicians
    assert (member.user_id, member.email, member.roles) == (
        ann.user_id,
        ann.email,
        ("CLINIC_ADMIN",),
    )
    [patient] = read_source.patients
    assert (patient.id, patient.user_id) == (stored["_id"], stored["userId"])
    assert (patient.full_name, patient.birth_date, patient.mrn) == ("Ada", "1984-05-06", "1")
    assert (patient.tags, patient.sites) == ((tag,), read_source.sites)
    assert patient.last_upload == LATE
    assert not patient.is_custodial


def test_the_demo_patient_is_left_out(source, target, settings):
    settings.DEMO_PATIENT_USER_ID = "0123456789"
    for clinic in (source, target):
        make_patient(clinic, userId="0123456789")
    make_patient(source, fullName="Ada")

    plan = read(source, target)

    assert [entry.source.full_name for entry in plan.patients] == ["Ada"]
    assert plan.numbers.duplicate_accounts == 0


def test_what_cannot_be_merged_is_refused(source, target):
    with pytest.raises(BadRequest, match="itself"):
        read(source, {"_id": str(source["_id"]).upper()})
    for strange in ("", "x", "a" * 24):
        with pytest.raises((BadRequest, NotFound)):
            read_plan(source_id=strange, target_id=str(target["_id"]))
        with pytest.raises(NotFound):
            read_plan(source_id=str(source["_id"]), target_id=strange)


@pytest.mark.foreign_writes
def test_both_clinics_are_read_as_they_are_at_one_moment(source, target, monkeypatch):
    """While a plan is read, a patient moves: it is in one of the clinics, not in both and not in none."""
    patient = make_patient(source)
    iterate = merging.iterate_identities

    def with_move(clinic_id):
        rows = list(iterate(clinic_id))
        if clinic_id == source["_id"]:
            moved = {"$set": {"clinicId": target["_id"]}}
            db.database()["patients"].update_one({"_id": patient["_id"]}, moved)
        return rows

    monkeypatch.setattr(merging, "iterate_identities", with_move)

    plan = read(source, target)

    assert [entry.action for entry in plan.patients] == [RecordAction.MOVE]


BROKEN = [7, None, True, "", "x", [], {}, [None], [7], ["x"], [{}], {"a": 1}, EARLY, ObjectId()]
PATIENT_FIELDS = ["fullName", "birthDate", "mrn", "tags", "sites", "permissions", "summary"]
CLINIC_FIELDS = [
    *("name", "timezone", "PreferredBgUnits", "mrnSettings"),
    *("membershipRestrictions", "patientTags", "sites"),
]
MEMBER_FIELDS = ["name", "email", "roles"]


@pytest.mark.foreign_documents
@pytest.mark.parametrize("field", PATIENT_FIELDS)
def test_no_broken_patient_prevents_a_plan(source, target, field):
    make_patients(source, [{field: value} for value in BROKEN])
    target_rows = [{field: {"cgmStats": value}} for value in BROKEN]
    target_rows += [{field: {"cgmStats": {"dates": value}}} for value in BROKEN]
    make_patients(target, target_rows)
    assert read(source, target).numbers.resulting_patients == 3 * len(BROKEN)


@pytest.mark.foreign_documents
@pytest.mark.parametrize("field", CLINIC_FIELDS)
def test_no_broken_clinic_prevents_a_plan(target, field):
    for value in BROKEN:
        read(make_clinic(**{field: value}), target)


@pytest.mark.foreign_documents
@pytest.mark.parametrize("field", MEMBER_FIELDS)
def test_no_broken_member_prevents_a_plan(target, field):
    ann = make_person("ann")
    for value in BROKEN:
        source = make_clinic(name="Lakeside")
        make_clinician(source, ann, **{field: value})
        assert len(read(source, target).clinicians) == 1


# --- MRNs -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("other", ["a1", "A1", " a1", "á1", "ａ１", "a١"])
def test_mrns_are_compared_as_the_unique_index_does(other):
    source, target = make_clinic(name="Lakeside", **UNIQUE), make_clinic(name="Hillside", **UNIQUE)
    make_patient(source, mrn="a1", fullName="Ada")
    make_patient(target, mrn=other, fullName="Ben")
    assert codes(read(source, target)) == IN_TARGET

    make_patient(source, mrn=other, fullName="Cid")
    assert codes(read(source, target)) == IN_SOURCE


@pytest.mark.parametrize("other", ["a2", "þ1", "", " ", None, "a 1"])
def test_mrns_that_the_index_tells_apart_are_different(other):
    source, target = make_clinic(name="Lakeside", **UNIQUE), make_clinic(name="Hillside", **UNIQUE)
    make_patient(source, mrn="th1" if other == "þ1" else "a1")
    make_patient(source, mrn=other, fullName="Cid")
    make_patient(target, mrn=other, fullName="Ben")
    plan = read(source, target)
    moved = next(entry for entry in plan.patients if entry.source.mrn in ("a1", "th1"))
    assert moved.error == ""


def test_the_index_agrees_with_the_plan():
    """What the plan takes for different can be stored, and what it takes for the same cannot."""
    clinic = make_clinic(**UNIQUE)
    make_patient(clinic, mrn="a1", requireUniqueMrn=True)
    for same in ("A1", "á1", "a١"):
        with pytest.raises(DuplicateKeyError):
            make_patient(clinic, mrn=same, requireUniqueMrn=True)
    for different in ("a2", "a 1"):
        make_patient(clinic, mrn=different, requireUniqueMrn=True)
