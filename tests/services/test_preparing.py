"""What lists read is derived for a database that others have written (rules PATIENT-147 and PATIENT-148), compared with
the records, and repaired."""

import io
import time

import pytest
from bson import ObjectId
from django.core.management import CommandError, call_command

from kernel import clock, collections, db, following, indexes
from kernel.errors import RetryLater
from patients import kept
from patients.list_rows import row_id
from patients.services import daily_checks, derived, patient_counts, prepared, preparing
from patients.store import derivations
from tests.admin.conftest import Staff
from tests.cast import QuickClient
from tests.events import deliver_all, emitted
from tests.factories import make_clinic, make_clinician, patient_document
from tests.followers import following as following_process
from tests.following import differences

pytestmark = [pytest.mark.foreign_writes, pytest.mark.foreign_documents]


@pytest.fixture
def lakeside(ben):
    clinic = make_clinic(patientTags=[{"_id": ObjectId(), "name": "Pump"}])
    make_clinician(clinic, ben)
    return clinic


@pytest.fixture
def unprepared(monkeypatch):
    """The process does not know that the database is prepared, because it is not."""
    prepared._mark.forget()
    yield
    prepared._mark.remember()


NAN = float("nan")
TIDE = "period=7d&lastDataCutoff=2020-01-01T00:00:00Z"


def write_elsewhere(clinic, count=1, **fields):
    """As another service: nothing is derived."""
    documents = [patient_document(clinic, **fields) for _ in range(count)]
    db.database()["patients"].insert_many(documents)
    return documents


def rows():
    return list(db.database()[kept.ROWS].find({}))


def counts(clinic):
    return db.database()[kept.COUNTS].find_one({"_id": clinic["_id"]})


def run(command, *arguments):
    out = io.StringIO()
    call_command(command, *arguments, stdout=out, stderr=out)
    return out.getvalue()


def check(*arguments):
    """What it prints, and its exit code."""
    out = io.StringIO()
    try:
        call_command("check_derived", *arguments, stdout=out)
    except CommandError as error:
        return out.getvalue(), error.returncode
    return out.getvalue(), 0


def listed(api, clinic, query=""):
    return api.get(f"/v1/clinics/{clinic['_id']}/patients{query}")


# --- the follower ---------------------------------------------------------------------------------
def follower():
    return following.BY_NAME[kept.FOLLOWER]


def test_the_follower_corrects_rows_and_counts_of_changed_and_removed_records(lakeside):
    patient_counts.kept_counts(lakeside["_id"])
    kept, gone = write_elsewhere(lakeside, 2)
    follower().handle({"patients": {kept["_id"], gone["_id"]}})
    db.database()["patients"].delete_one({"_id": gone["_id"]})
    db.database()["patients"].update_one({"_id": kept["_id"]}, {"$set": {"fullName": "Zoe"}})

    follower().handle({"patients": {kept["_id"], gone["_id"], "no ObjectId"}})

    assert [row["fullName"] for row in rows()] == ["Zoe"]
    assert counts(lakeside)["total"] == 1


def test_a_stale_row_is_looked_at_again(lakeside):
    (patient,) = write_elsewhere(lakeside)
    derived.follow([patient["_id"]])
    key = row_id(lakeside["_id"], patient["_id"])
    db.database()[kept.ROWS].update_one({"_id": key}, {"$set": {"fullName": "Stale"}})

    follower().handle({kept.ROWS: {key, b"short", 5}})

    assert differences() == []


def rescan(position=None):
    while (position := follower().rescan(position)) is not None:
        yield position


def test_a_rescan_derives_everything_and_removes_what_has_no_record(lakeside):
    write_elsewhere(lakeside, 230)
    (gone,) = write_elsewhere(lakeside)
    derived.follow([gone["_id"]])
    db.database()["patients"].delete_one({"_id": gone["_id"]})
    db.database()[kept.TEXTS].insert_one({"_id": ObjectId(), "cgmStats": {}})

    positions = list(rescan())

    assert differences() == []
    assert len(positions) > 4
    assert derivations.find(derivations.PREPARED)


def test_a_rescan_corrects_counts_that_were_wrong_before(lakeside):
    write_elsewhere(lakeside, 3)
    list(rescan())
    right = patient_counts.kept_counts(lakeside["_id"])["total"]
    db.database()[kept.COUNTS].update_one({"_id": lakeside["_id"]}, {"$set": {"total": 9}})

    list(rescan())

    assert (right, counts(lakeside)["total"]) == (3, 3)


def test_rows_that_were_dropped_are_counted_once(lakeside):
    write_elsewhere(lakeside, 3)
    list(rescan())
    db.database()[kept.ROWS].delete_many({})
    list(rescan())
    assert counts(lakeside)["total"] == 3


# --- manage.py prepare ----------------------------------------------------------------------------
def shared_documents():
    names = ("patients", "clinics", "patient_deletions", "clinicians")
    return {name: list(db.database()[name].find({})) for name in names}


def test_prepare_derives_all_clinics_and_changes_no_shared_document(lakeside, unprepared):
    write_elsewhere(lakeside, 120)
    write_elsewhere(make_clinic(patientCount={"patientCount": 7}), 2)
    write_elsewhere(make_clinic(patientCount={"total": 7, "demo": 0, "plan": 7}), 2)
    before = shared_documents()

    printed = run("prepare")

    assert "Prepared" in printed
    assert differences() == []
    assert counts(lakeside)["total"] == 120
    assert shared_documents() == before
    assert prepared.is_prepared()


def test_prepare_does_not_add_to_counts_of_an_earlier_version(lakeside, unprepared):
    patient_counts.kept_counts(lakeside["_id"])
    write_elsewhere(lakeside, 3)
    db.database()[kept.COUNTS].update_one(
        {"_id": lakeside["_id"]}, {"$set": {"total": 3, "plan": 3}}
    )
    next(preparing.prepare())
    assert patient_counts.kept_counts(lakeside["_id"])["total"] == 3
    assert counts(lakeside)["total"] == 3


def test_prepare_continues_where_it_was_ended(lakeside, unprepared):
    write_elsewhere(lakeside, 250)
    call = preparing.prepare()
    assert next(call).n == 100
    call.close()
    derived_first = {row["_id"] for row in rows()}
    assert len(derived_first) == 100
    assert not prepared.is_prepared()

    assert [step.n for step in preparing.prepare() if step.phase == "records"] == [200, 250, 250]
    assert differences() == []
    assert derivations.find(derivations.PREPARE) is None


def test_prepare_that_is_interrupted_says_that_it_continues(lakeside, unprepared, monkeypatch):
    write_elsewhere(lakeside, 120)

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(derivations, "note_position", interrupted)
    with pytest.raises(CommandError, match="Call it again, and it continues") as told:
        run("prepare")
    assert told.value.returncode == 130


def test_prepare_prints_each_phase_with_its_own_total(lakeside, unprepared):
    summary = {"cgmStats": {"id": "5b1d3f0e7a514a629f4c0d3c"}}
    write_elsewhere(lakeside)
    write_elsewhere(lakeside, summary=summary)
    lines = run("prepare").splitlines()
    for line in (
        *("records: 2 of about 2", "rows: 2 of about 2", "answers: 1 of about 1"),
        "clinics: 1 of about 1",
    ):
        assert line in lines


def test_prepare_may_be_repeated(lakeside, unprepared):
    write_elsewhere(lakeside, 3)
    run("prepare")
    assert "0 differences" in run("prepare")


# --- a list of a clinic that is not prepared ------------------------------------------------------
def test_a_small_clinic_is_derived_when_its_list_is_asked_for(lakeside, ben, unprepared):
    write_elsewhere(lakeside, 3)
    assert listed(ben.api, lakeside, "?search=e").json()["meta"]["totalCount"] == 3
    assert differences() == []


def test_a_large_clinic_is_derived_by_a_worker(lakeside, ben, unprepared, monkeypatch):
    monkeypatch.setattr(preparing, "MOST_IN_REQUEST", 2)
    write_elsewhere(lakeside, 5)

    answers = [listed(ben.api, lakeside) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [503, 503]
    assert answers[0]["Retry-After"]
    assert len(emitted("clinic.count_doubted")) == 1

    deliver_all()
    answer = listed(ben.api, lakeside)
    assert answer.json()["meta"]["totalCount"] == 5
    assert counts(lakeside)["total"] == 5


def test_a_large_clinic_that_lacks_few_rows_gets_them(lakeside, ben, unprepared, monkeypatch):
    write_elsewhere(lakeside, 5)
    list(rescan())
    db.database()["derivations"].delete_many({})
    prepared._mark.forget()
    monkeypatch.setattr(preparing, "MOST_IN_REQUEST", 2)
    write_elsewhere(lakeside)
    assert listed(ben.api, lakeside).json()["meta"]["totalCount"] == 6
    assert differences() == []
    assert emitted("clinic.count_doubted") == []


@pytest.fixture
def late_follower(lakeside, unprepared):
    """Everything was derived once, and nothing is followed."""
    write_elsewhere(lakeside, 3)
    list(rescan())
    prepared._mark.forget()
    preparing._derived.clear()
    yield
    preparing._derived.clear()


def ids_listed(api, clinic, query=""):
    answer = listed(api, clinic, query)
    assert answer.status_code == 200, answer.content
    return {patient["id"] for patient in answer.json()["data"]}


def test_as_many_removals_as_creations_hide_no_one_while_the_follower_is_late(
    lakeside, ben, late_follower
):
    patients = db.database()["patients"]
    patients.delete_one({"clinicId": lakeside["_id"]})
    write_elsewhere(lakeside)
    assert ids_listed(ben.api, lakeside) == set(patients.distinct("userId"))
    assert differences() == []


def test_a_record_that_was_removed_and_made_again_is_not_hidden_while_the_follower_is_late(
    lakeside, ben, late_follower
):
    patients = db.database()["patients"]
    record = patients.find_one({"clinicId": lakeside["_id"]})
    patients.delete_one({"_id": record["_id"]})
    patients.insert_one({**record, "_id": ObjectId(), "fullName": "Made Again"})
    assert ids_listed(ben.api, lakeside) == set(patients.distinct("userId"))
    assert ids_listed(ben.api, lakeside, "?search=again") == {record["userId"]}
    assert differences() == []


@pytest.mark.parametrize("query", ["", "?search=moved", "?sort=%2BlastData&sortType=cgm", TIDE])
def test_a_patient_whose_clinic_another_system_has_changed_is_not_shown_by_the_former_one(
    lakeside, ben, late_follower, query
):
    patients, tag = db.database()["patients"], lakeside["patientTags"][0]["_id"]
    patients.update_many({}, {"$set": {"fullName": "Moved Away", "tags": [tag]}})
    list(rescan())
    listed(ben.api, lakeside)  # what is derived is trusted for some seconds
    patients.update_one({}, {"$set": {"clinicId": ObjectId()}})
    if query is TIDE:
        report = ben.api.get(f"/v1/clinics/{lakeside['_id']}/tide_report?{TIDE}&tags={tag}").json()
        assert len(report["results"]["noData"]) == 2
    else:
        assert len(ids_listed(ben.api, lakeside, query)) == 2


@pytest.mark.parametrize("user_id", [78, None, {"a": 1}, ["a", "b"]], ids=repr)
def test_a_patient_without_a_user_id_hides_no_one_while_the_follower_is_late(
    lakeside, late_follower, user_id
):
    write_elsewhere(lakeside, userId=user_id)
    write_elsewhere(lakeside)
    preparing.require_rows(lakeside["_id"])
    assert (len(rows()), differences()) == (5, [])
    db.database()["patients"].delete_one({"userId": user_id})
    preparing._derived.clear()
    preparing.require_rows(lakeside["_id"])
    assert (len(rows()), differences()) == (4, [])


@pytest.mark.parametrize("name", [None, 5, ["a"], {"a": 1}], ids=repr)
def test_a_search_with_a_filter_finds_patients_whose_name_is_no_text(lakeside, ben, name):
    tag = lakeside["patientTags"][0]["_id"]
    write_elsewhere(lakeside, fullName=name, mrn="W-2", tags=[tag])
    write_elsewhere(lakeside, fullName="Ann W-2", tags=[tag])
    list(rescan())
    for query in ("", f"&tags={tag}", "&omitNonStandardRanges=true"):
        assert len(ids_listed(ben.api, lakeside, f"?search=w-2{query}")) == 2, query


def test_tide_waits_for_rows_too(lakeside, ben, unprepared, monkeypatch):
    monkeypatch.setattr(preparing, "MOST_IN_REQUEST", 0)
    write_elsewhere(lakeside)
    tag = lakeside["patientTags"][0]["_id"]
    query = f"tags={tag}&period=7d&lastDataCutoff=2020-01-01T00:00:00Z"
    answer = ben.api.get(f"/v1/clinics/{lakeside['_id']}/tide_report?{query}")
    assert answer.status_code == 503


def shown_total(clinic):
    found = db.database()["clinics"].find_one({"_id": clinic["_id"]})
    return found["patientCount"]["total"]


@pytest.fixture
def counted_elsewhere(lakeside, unprepared, monkeypatch):
    """Five patients, who are too many to be derived in a request."""
    monkeypatch.setattr(preparing, "MOST_IN_REQUEST", 2)
    write_elsewhere(lakeside, 5)
    shown = {"total": 5, "demo": 0, "plan": 5}
    db.database()["clinics"].update_one({"_id": lakeside["_id"]}, {"$set": {"patientCount": shown}})
    return lakeside


def test_the_count_of_a_small_clinic_is_derived_when_it_is_asked_for(lakeside, ben, unprepared):
    write_elsewhere(lakeside, 3)
    answer = ben.api.get(f"/v1/clinics/{lakeside['_id']}/patient_count")
    assert answer.json()["total"] == 3


def test_counts_of_an_earlier_version_are_counted_again(lakeside, ben, unprepared):
    patient_counts.kept_counts(lakeside["_id"])
    write_elsewhere(lakeside, 3)
    db.database()[kept.COUNTS].update_one(
        {"_id": lakeside["_id"]}, {"$set": {"total": 3, "plan": 3}}
    )
    answer = ben.api.get(f"/v1/clinics/{lakeside['_id']}/patient_count")
    assert answer.json()["total"] == 3


def test_the_count_of_a_large_clinic_waits_for_a_worker(counted_elsewhere, ben):
    path = f"/v1/clinics/{counted_elsewhere['_id']}/patient_count"
    assert ben.api.get(path).status_code == 503
    deliver_all()
    assert ben.api.get(path).json()["total"] == 5


def test_a_change_of_an_unprepared_clinic_publishes_no_count(counted_elsewhere, ben):
    body = {"fullName": "Ann Other", "birthDate": "1990-01-01"}
    answer = ben.api.post(f"/v1/clinics/{counted_elsewhere['_id']}/patients", body)
    assert answer.status_code == 200
    assert shown_total(counted_elsewhere) == 5


def test_a_refresh_publishes_only_when_all_have_been_derived(counted_elsewhere, backend):
    write_elsewhere(counted_elsewhere)
    path = f"/v1/clinics/{counted_elsewhere['_id']}/patient_count/refresh"
    assert backend.post(path).status_code == 200
    assert shown_total(counted_elsewhere) == 5
    deliver_all()
    assert shown_total(counted_elsewhere) == 6


def test_prepare_publishes_nothing_and_the_next_change_does(counted_elsewhere, ben):
    write_elsewhere(counted_elsewhere)
    run("prepare")
    assert shown_total(counted_elsewhere) == 5
    body = {"fullName": "Ann Other", "birthDate": "1990-01-01"}
    ben.api.post(f"/v1/clinics/{counted_elsewhere['_id']}/patients", body)
    assert shown_total(counted_elsewhere) == 7


def test_once_prepared_lists_ask_no_more(lakeside, ben, mongo_commands):
    patient_counts.kept_counts(lakeside["_id"])
    listed(ben.api, lakeside)
    with mongo_commands() as commands:
        listed(ben.api, lakeside)
    before = list(commands)
    prepared._mark.forget()
    derivations.note_prepared()
    with following_process(kept.FOLLOWER) as process:
        process.catch_up()
    listed(ben.api, lakeside)
    with mongo_commands() as commands:
        listed(ben.api, lakeside)
    assert list(commands) == before


def test_a_process_learns_soon_that_everything_is_derived_again(lakeside, ben, monkeypatch):
    write_elsewhere(lakeside, 5)
    monkeypatch.setattr(preparing, "MOST_IN_REQUEST", 2)
    monkeypatch.setattr(prepared, "REMEMBERED_SECONDS", 0.1)
    derivations.note_prepared()
    prepared._mark.remember()
    assert listed(ben.api, lakeside).status_code == 200
    derivations.forget_preparation()  # by the follower's process
    time.sleep(0.15)
    assert listed(ben.api, lakeside).status_code == 503


def test_a_creation_in_a_large_clinic_does_not_derive_all_others(
    lakeside, ben, unprepared, monkeypatch
):
    write_elsewhere(lakeside, 5)
    limits = {"patientCountSettings": {"hardLimit": {"plan": 10}}}
    db.collection("clinics").update_one({"_id": lakeside["_id"]}, {"$set": limits})
    monkeypatch.setattr(preparing, "MOST_IN_REQUEST", 2)
    body = {"fullName": "Ann Other", "birthDate": "1990-01-01"}
    path = f"/v1/clinics/{lakeside['_id']}/patients"
    assert ben.api.post(path, body).status_code == 503
    assert db.collection(kept.ROWS).count_documents({}) == 0
    deliver_all()
    assert ben.api.post(path, body).status_code == 200
    assert counts(lakeside)["total"] == 6


# --- counting again -------------------------------------------------------------------------------
def test_a_doubted_count_derives_missing_rows_first(lakeside):
    patient_counts.kept_counts(lakeside["_id"])
    write_elsewhere(lakeside, 4)
    patient_counts.doubt(lakeside["_id"])
    deliver_all()
    assert counts(lakeside)["total"] == 4
    assert differences() == []


def test_a_large_clinic_is_derived_in_several_turns(lakeside, monkeypatch):
    patient_counts.kept_counts(lakeside["_id"])
    write_elsewhere(lakeside, 150)
    monkeypatch.setattr(preparing, "WORK_SECONDS", 0.0)
    with pytest.raises(RetryLater):
        preparing.count_again(lakeside["_id"])
    monkeypatch.undo()
    preparing.count_again(lakeside["_id"])
    assert counts(lakeside)["total"] == 150


def test_a_record_with_another_id_fails_nothing(lakeside, ben, backend):
    write_elsewhere(lakeside)
    list(rescan())
    odd = {**patient_document(lakeside), "_id": "not an ObjectId"}
    db.database()["patients"].insert_one(odd)
    limits = {"hardLimit": {"plan": 5}}
    path = f"/v1/clinics/{lakeside['_id']}"
    assert backend.put(f"{path}/settings/patient_count", limits).status_code == 200

    body = {"fullName": "Ann Other", "birthDate": "1990-01-01"}
    assert ben.api.post(f"{path}/patients", body).status_code == 200
    preparing.count_again(lakeside["_id"])
    derived.follow(["not an ObjectId"])

    assert counts(lakeside)["total"] == 2
    db.database()["patients"].delete_one({"_id": odd["_id"]})


# --- manage.py check_derived ----------------------------------------------------------------------
def break_things(clinic):
    """One of each kind."""
    missing, different, left_over, text = write_elsewhere(clinic, 4)
    list(rescan())
    database = db.database()
    database[kept.ROWS].delete_one({"_id": row_id(clinic["_id"], missing["_id"])})
    database["patients"].update_one({"_id": different["_id"]}, {"$set": {"fullName": "Zoe"}})
    database["patients"].delete_one({"_id": left_over["_id"]})
    summary = {"cgmStats": {"id": "5b1d3f0e7a514a629f4c0d3c"}}
    database["patients"].update_one({"_id": text["_id"]}, {"$set": {"summary": summary}})
    database[kept.COUNTS].update_one({"_id": clinic["_id"]}, {"$inc": {"demo": 1}})


def test_check_says_what_is_wrong_in_which_clinic_and_changes_nothing(lakeside):
    break_things(lakeside)
    before = rows()

    printed, code = check()

    assert code == 1
    assert f"{lakeside['_id']}: counts 3, different 1, left over 1, missing 1, texts 1" in printed
    assert "Zoe" not in printed
    assert rows() == before


@pytest.mark.parametrize("of_clinic", [False, True])
def test_check_repairs(lakeside, of_clinic):
    break_things(lakeside)
    arguments = ["--clinic", str(lakeside["_id"])] if of_clinic else []

    printed, code = check("--repair", *arguments)

    assert code == 0
    assert str(lakeside["_id"]) in printed
    assert differences() == []
    assert counts(lakeside)["total"] == 3
    assert check(*arguments) == ("3 patients checked, 0 differences\n", 0)


def test_check_of_one_clinic_leaves_others(lakeside):
    break_things(lakeside)
    assert check("--clinic", str(make_clinic()["_id"]))[1] == 0


@pytest.mark.parametrize("clinic", ["nonsense", "5b1d3f0e7a514a629f4c0d3c"])
def test_check_refuses_an_id_of_no_clinic(clinic):
    assert check("--clinic", clinic) == ("", 2)


@pytest.mark.parametrize("command", ["check_derived", "prepare_return"])
@pytest.mark.parametrize("pause", ["-1", "nan", "inf", "soon"])
def test_a_pause_that_is_none_is_refused(command, pause):
    with pytest.raises(CommandError, match="pause"):
        call_command(command, f"--pause={pause}")


@pytest.mark.parametrize(
    "fields", [{"userId": NAN}, {"summary": {"cgmStats": {"id": NAN}}}], ids=["user", "summary"]
)
def test_what_is_not_a_number_is_no_difference(lakeside, fields):
    write_elsewhere(lakeside, **fields)
    list(rescan())
    assert check()[1] == 0


def test_check_compares_the_published_count(lakeside):
    write_elsewhere(lakeside)
    list(rescan())
    stale = {"total": 5, "demo": 0, "plan": 5}
    db.database()["clinics"].update_one({"_id": lakeside["_id"]}, {"$set": {"patientCount": stale}})
    printed, code = check()
    assert f"{lakeside['_id']}: published counts 1" in printed
    assert code == 0  # the other service may have left it so
    assert shown_total(lakeside) == 5
    assert check("--repair")[1] == 0
    clinic = db.database()["clinics"].find_one({"_id": lakeside["_id"]})
    assert clinic["patientCount"]["total"] == 1


def test_one_record_that_cannot_be_read_hides_no_other(lakeside, monkeypatch):
    (broken,) = write_elsewhere(lakeside)
    write_elsewhere(lakeside, 2)
    row_of = derived.row_of

    def fail_for_one(record):
        if record["_id"] == broken["_id"]:
            raise KeyError
        return row_of(record)

    monkeypatch.setattr(derived, "row_of", fail_for_one)
    printed, code = check("--repair")
    assert "clinic unknown: failed 1" in printed
    assert code == 1
    assert len(rows()) == 2


# --- the daily check ------------------------------------------------------------------------------
def test_the_daily_check_repairs_and_keeps_its_result(lakeside):
    break_things(lakeside)
    daily_checks.check()
    assert differences() == []
    result = daily_checks.last_result()
    assert result.checked == 3
    assert result.wrong["missing"] == 1
    assert not result.is_late


def test_the_daily_check_runs_once_a_day_and_continues_after_a_break(lakeside, monkeypatch):
    write_elsewhere(lakeside, 250)
    monkeypatch.setattr(daily_checks, "WORK_SECONDS", 0.0)
    calls = 0
    while daily_checks.last_result() is None:
        daily_checks.check()
        calls += 1
        assert calls < 100
    assert calls > 5
    assert daily_checks.last_result().checked == 250
    write_elsewhere(lakeside)
    daily_checks.check()
    assert daily_checks.last_result().checked == 250
    yesterday = {"$set": {"notBefore": clock.now()}}
    db.database()["derivations"].update_one({"_id": derivations.CHECK}, yesterday)
    monkeypatch.undo()
    daily_checks.check()
    assert daily_checks.last_result().checked == 251


def metrics():
    lines = QuickClient().get("/metrics").content.decode().splitlines()
    return dict(line.rsplit(" ", 1) for line in lines if line.startswith("clinics_check_"))


def test_metrics_and_staff_see_the_result(lakeside):
    assert metrics() == {"clinics_check_age_seconds": "+Inf"}
    break_things(lakeside)
    daily_checks.check()

    seen = metrics()
    assert 0 <= float(seen.pop("clinics_check_age_seconds")) < 30
    assert 0 <= float(seen.pop("clinics_check_seconds")) < 30
    assert seen == {"clinics_check_patients": "3.0", "clinics_check_differences": "7.0"}
    page = Staff(superuser=True).get("").content.decode()
    assert "3 patients, 7 differences, corrected" in page
    assert "every day" not in page


def test_a_published_count_that_another_service_left_old_alarms_no_one(lakeside):
    write_elsewhere(lakeside)
    list(rescan())
    stale = {"total": 5, "demo": 0, "plan": 5}
    db.database()["clinics"].update_one({"_id": lakeside["_id"]}, {"$set": {"patientCount": stale}})
    daily_checks.check()
    assert daily_checks.last_result().wrong == {patient_counts.PUBLISHED: 1}
    assert metrics()["clinics_check_differences"] == "0.0"
    assert ", no difference." in Staff(superuser=True).get("").content.decode()


def test_staff_are_told_when_no_check_has_ended_for_days(lakeside):
    daily_checks.check()
    long_ago = clock.now() - daily_checks.LATE
    db.database()["derivations"].update_one(
        {"_id": derivations.CHECK}, {"$set": {"last.time": long_ago}}
    )
    assert "It should happen every day" in Staff(superuser=True).get("").content.decode()


def test_a_database_that_is_not_prepared_is_not_checked(lakeside, unprepared):
    daily_checks.check()
    assert derivations.find(derivations.CHECK) is None


# --- collections that were dropped ----------------------------------------------------------------
def drop_rows(*, then_written):
    """Someone drops rows; what is written next makes a plain collection, without indexes."""
    db.database().drop_collection(kept.ROWS)
    if then_written:
        db.database()[kept.ROWS].insert_one({"_id": b"\0" * 24, "patientId": ObjectId(b"\0" * 12)})


@pytest.fixture
def collections_made_again():
    yield
    collections.remake()
    indexes.ensure()


def is_as_declared():
    return not collections.misshapen() and indexes.missing() == []


@pytest.mark.parametrize("then_written", [False, True])
def test_rows_that_were_dropped_are_derived_again(
    lakeside, unprepared, collections_made_again, then_written
):
    write_elsewhere(lakeside, 3)
    with following_process(kept.FOLLOWER) as process:
        process.catch_up()
        drop_rows(then_written=then_written)
        process.catch_up()

    assert is_as_declared()
    assert differences() == []
    assert counts(lakeside)["total"] == 3
    assert process.row.get("rescanTime") is None


def test_changes_after_a_drop_are_written_into_a_collection_as_declared(
    lakeside, unprepared, collections_made_again
):
    write_elsewhere(lakeside, 2)
    with following_process(kept.FOLLOWER) as process:
        process.catch_up()
        drop_rows(then_written=False)
        write_elsewhere(lakeside, 2)
        process.catch_up()

    assert is_as_declared()
    assert differences() == []
    assert counts(lakeside)["total"] == 4
    assert db.database()["followerFailures"].count_documents({}) == 0


def test_a_follower_that_starts_before_migrate_makes_its_collection(
    lakeside, unprepared, collections_made_again
):
    db.database().drop_collection(kept.ROWS)
    write_elsewhere(lakeside, 2)
    with following_process(kept.FOLLOWER) as process:
        write_elsewhere(lakeside)
        process.catch_up()
    assert is_as_declared()
    assert differences() == []


@pytest.mark.parametrize("then_written", [False, True])
def test_prepare_makes_a_dropped_collection_and_begins_again(
    lakeside, unprepared, collections_made_again, then_written
):
    write_elsewhere(lakeside, 120)
    next(preparing.prepare())
    drop_rows(then_written=then_written)

    run("prepare")

    assert is_as_declared()
    assert differences() == []
    assert counts(lakeside)["total"] == 120


def test_a_collection_of_another_shape_is_named(collections_made_again):
    drop_rows(then_written=True)
    assert kept.ROWS in [problem.title for problem in indexes.ensure().problems]
    with pytest.raises(CommandError):
        run("ensure_indexes")
    assert rows()
