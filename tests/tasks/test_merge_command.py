"""`manage.py merge_clinics`: the plan, the question, the merge and how it ends (rules MERGE-120 to MERGE-124)."""

import os
from io import BytesIO, StringIO

import openpyxl
import pytest
from bson import ObjectId
from django.core.management import CommandError, call_command

from clinic_records.services import closures
from kernel import db
from merges.management.commands import merge_clinics
from merges.services import merging
from tests import factories
from tests.events import deliver_all
from tests.merges import Maker, patients_of, without_waiting


@pytest.fixture(autouse=True)
def _workers(monkeypatch):
    without_waiting(monkeypatch)
    monkeypatch.setattr(merge_clinics, "sleep", lambda _: deliver_all())


@pytest.fixture
def pair():
    return Maker(3).pair()


class Terminal(StringIO):
    def isatty(self):
        return True


def run(source, target, *words, out=None):
    out = out or StringIO()
    sides = [str(side["_id"]) if isinstance(side, dict) else side for side in (source, target)]
    call_command("merge_clinics", *sides, *words, stdout=out)
    return out.getvalue()


def fails(*words, code):
    out = StringIO()
    with pytest.raises(CommandError) as caught:
        run(*words, out=out)
    assert caught.value.returncode == code
    return out.getvalue() + str(caught.value)


def merges():
    return list(db.collection("clinicMerges").find({}))


def type_in(monkeypatch, text):
    monkeypatch.setattr("sys.stdin", Terminal(text))


def test_yes_merges_and_ends_when_the_merge_is_complete(pair):
    source, target = pair

    shown = run(source, target, "--yes")

    assert "Patients afterwards: " in shown
    assert "  of them: move from the source: " in shown
    assert "source, is deleted: Lakeside" in shown
    assert "target, stays: Hillside" in shown
    assert "completed: " in shown
    assert patients_of(source) == {}
    assert merges()[0]["requestedBy"] == f"uid:{os.getuid()}"


def test_the_same_call_after_the_end_says_how_it_ended(pair):
    run(*pair, "--yes")
    again = run(*pair)
    assert again.splitlines()[0].startswith("merge ")
    assert "completed: " in again
    assert len(merges()) == 1


def test_clinics_are_named_by_share_code_too(pair):
    codes = [side["canonicalShareCode"] for side in pair]
    assert "completed" in run(codes[0].lower(), codes[1], "--yes")


def test_by_share_codes_too_the_same_call_says_how_it_ended(pair):
    """The source's code leads to the target by then (rule MERGE-125)."""
    codes = [side["canonicalShareCode"] for side in pair]
    run(*codes, "--yes")
    (merge,) = merges()
    shown = run(codes[0].lower().replace("-", " "), codes[1])
    assert shown.splitlines()[0] == f"merge {merge['_id']} of Lakeside into Hillside"
    assert "completed: " in shown
    assert "completed: " in run(codes[0], pair[1])
    assert "into itself" in fails(codes[1], codes[1], code=2)

    # So it does in the seconds in which the documents of the merge are not shown yet.
    shown = list(db.collection("merge_plans").find({}))
    db.collection("merge_plans").delete_many({})
    db.collection("clinicMergeDocuments").insert_many(shown)
    assert "completed: " in run(*codes)


def test_of_several_merges_the_one_that_brought_the_code_counts(pair):
    source, target = pair
    third = Maker(4).pair()[0]
    run(source, target, "--yes")
    run(third, target, "--yes")
    first, second = merges()
    assert str(first["_id"]) in run(source["canonicalShareCode"], target)
    assert str(second["_id"]) in run(third["canonicalShareCode"], target)


def test_clinics_of_one_name_are_shown_with_their_share_codes(pair):
    names = {"$set": {"name": "Lakeside"}}
    db.collection("clinics").update_one({"_id": pair[1]["_id"]}, names)
    shown = run(*pair, "--yes")
    for what, side in zip(("is deleted", "stays"), pair, strict=True):
        assert f"{what}: Lakeside ({side['canonicalShareCode']})" in shown
    codes = [side["canonicalShareCode"] for side in pair]
    assert f"of Lakeside ({codes[0]}) into Lakeside ({codes[1]})" in shown


def test_an_invite_is_named_by_its_id(pair):
    invite = {"clinicId": pair[0]["_id"], "inviteId": "key7", "email": "i@example.org", "roles": []}
    db.collection("clinicians").insert_one(invite)
    assert "key7" in fails(*pair, "--yes", code=1)


def test_without_terminal_and_yes_only_the_plan_is_shown(pair, monkeypatch):
    monkeypatch.setattr("sys.stdin", StringIO("Lakeside\n"))
    assert "only the plan" in run(*pair)
    assert merges() == []


@pytest.mark.parametrize("typed", ["Hillside\n", "lakeside\n", "\n", ""])
def test_another_name_than_the_sources_changes_nothing(pair, monkeypatch, typed):
    type_in(monkeypatch, typed)
    fails(*pair, code=1)
    assert merges() == []


def test_the_sources_name_typed_begins_the_merge(pair, monkeypatch):
    type_in(monkeypatch, "Lakeside\n")
    assert "completed" in run(*pair)


def test_a_plan_that_blocks_is_explained_and_not_run(pair):
    source, target = pair
    db.collection("clinics").update_one(
        {"_id": target["_id"]}, {"$set": {"timezone": "Asia/Tokyo"}}
    )

    shown = fails(source, target, "--yes", code=1)

    assert "blocks: Settings mismatch" in shown
    assert "Timezone" in shown
    assert merges() == []


@pytest.mark.parametrize("unknown", ["6b0a09c764ec023bac7917d1", "ABCD-EFGH-2345", "\x1b[2J"])
def test_an_unknown_clinic_is_a_wrong_call(pair, unknown):
    shown = fails(unknown, pair[1], "--yes", code=2)
    assert "there is no clinic" in shown
    assert "\x1b" not in shown


def test_a_clinic_and_itself_are_a_wrong_call(pair):
    assert "into itself" in fails(pair[0], pair[0], code=2)


def test_the_report_is_for_its_owner_and_in_the_audit_trail(pair, tmp_path):
    file = tmp_path / "report.xlsx"

    run(*pair, "--report", str(file))

    assert file.stat().st_mode & 0o777 == 0o600
    sheets = openpyxl.load_workbook(BytesIO(file.read_bytes())).sheetnames
    assert sheets[0] == "Summary"
    entries = list(db.collection("auditEvents").find({"action": "merge.report_exported"}))
    rows = {e["clinicId"]: e["scope"]["rows"] for e in entries}
    assert rows == {pair[0]["_id"]: 12, pair[1]["_id"]: 10}


def test_a_file_that_exists_is_not_overwritten(pair, tmp_path):
    file = tmp_path / "report.xlsx"
    file.write_text("mine")

    fails(*pair, "--yes", "--report", str(file), code=2)

    assert file.read_text() == "mine"
    assert merges() == []


def test_ctrl_c_leaves_the_merge_running_and_the_next_call_follows_it(pair, monkeypatch):
    def interrupt(_):
        merging_document = merges()[0]
        closures.close(merging_document["_id"], source_id=pair[0]["_id"], target_id=pair[1]["_id"])
        raise KeyboardInterrupt

    with monkeypatch.context() as context:
        context.setattr(merge_clinics, "sleep", interrupt)
        assert "the merge goes on" in fails(*pair, "--yes", code=130)
    assert [merge["state"] for merge in merges()] == ["running"]

    fails(*pair, "--report", "any.xlsx", code=2)
    monkeypatch.setattr(merge_clinics, "sleep", _complete)
    assert "Patients afterwards" not in run(*pair)
    assert len(merges()) == 1


def _complete(_):
    db.collection("clinicMerges").update_many({}, {"$set": {"state": "completed"}})


def test_a_merge_that_was_taken_back_says_why(pair, monkeypatch):
    def stop(_):
        by = merging.Stopper("staff:" + "0" * 24, "\x1bwrong clinic")
        merging.stop_merge(merges()[0]["_id"], by=by)
        deliver_all()

    monkeypatch.setattr(merge_clinics, "sleep", stop)
    shown = fails(*pair, "--yes", code=1)
    assert f"taken back: it was stopped by {'0' * 24}: �wrong clinic" in shown


def test_a_merge_that_its_plan_refuses_meanwhile_says_why(pair, monkeypatch):
    def change(_):
        changed = {"$set": {"timezone": "Asia/Tokyo"}}
        db.collection("clinics").update_one({"_id": pair[1]["_id"]}, changed)
        deliver_all()

    monkeypatch.setattr(merge_clinics, "sleep", change)
    assert "blocks: Settings mismatch" in fails(*pair, "--yes", code=1)
    assert len(patients_of(pair[0])) == 12


def test_another_merge_of_the_clinic_refuses_it(pair):
    other = factories.make_clinic(name="Third")
    closures.close(ObjectId(), source_id=other["_id"], target_id=pair[1]["_id"])
    assert "being merged" in fails(*pair, "--yes", code=1)


def test_it_says_that_it_waits_for_a_worker(pair, monkeypatch):
    monkeypatch.setattr(merging, "QUIET", -merging.QUIET)
    assert "waits for a worker" in run(*pair, "--yes")


def test_names_of_clinics_do_not_steer_the_terminal(pair):
    db.collection("clinics").update_one(
        {"_id": pair[0]["_id"]}, {"$set": {"name": "A\x1b[2J\u202eB"}}
    )
    shown = run(*pair)
    assert "\x1b" not in shown
    assert "\u202e" not in shown
