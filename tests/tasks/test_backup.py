"""`manage.py backup` and `restore`: the whole database at one moment, and back."""

import gzip
import stat
from io import StringIO

import pytest
from bson import ObjectId
from django.conf import settings
from django.core.management import CommandError, call_command

from kernel import audit, db, indexes
from kernel.backups import copying, restoring
from patients import kept
from tests.factories import make_clinic, make_patients

pytestmark = pytest.mark.foreign_documents
COPY = f"{settings.DATABASES['default']['NAME']}_copy"


@pytest.fixture
def content():
    clinic = make_clinic(name="Lakeside")
    make_patients(clinic, [{"mrn": str(number)} for number in range(25)])
    audit.record(
        action="clinic.viewed",
        actor_id="a",
        actor_kind="staff",
        object_type="clinic",
        object_id=str(clinic["_id"]),
    )
    db.collection("followers").insert_one({"_id": kept.FOLLOWER, "token": "of these servers"})
    return clinic


@pytest.fixture
def copy(monkeypatch):
    """What is called in this block works on another database."""

    class Copy:
        database = db.client().get_database(COPY, codec_options=db.database().codec_options)

        def __enter__(self):
            monkeypatch.setitem(db._opened().settings_dict, "NAME", COPY)

        def __exit__(self, *_):
            monkeypatch.setitem(db._opened().settings_dict, "NAME", own)

    own = db.database_name()
    db.client().drop_database(COPY)
    yield Copy()
    db.client().drop_database(COPY)


def back_up(folder, **options):
    output = StringIO()
    call_command("backup", folder, stdout=output, stderr=output, **options)
    return output.getvalue()


def restore(folder, **options):
    output = StringIO()
    call_command("restore", folder, stdout=output, stderr=output, **options)
    return output.getvalue()


def content_of(database):
    names = [n for n in database.list_collection_names() if not n.startswith("system.")]
    found = {name: {d["_id"]: d for d in database[name].find()} for name in names}
    return {name: documents for name, documents in found.items() if documents}


def shape_of(database):
    return {
        found["name"]: (found["options"], database[found["name"]].index_information())
        for found in database.list_collections()
        if not found["name"].startswith("system.")
    }


@pytest.mark.yardstick("V5")
def test_a_backup_becomes_the_same_database(content, copy, tmp_path):
    back_up(tmp_path / "b")
    with copy:
        assert "all is as it was" in restore(tmp_path / "b")
        assert indexes.missing() == []
    expected = content_of(db.database())
    expected.pop("followers")
    assert content_of(copy.database) == expected
    shapes = shape_of(db.database())
    shapes.pop("followers")
    assert shape_of(copy.database) == shapes


def test_what_is_written_during_a_backup_is_not_in_it(content, copy, tmp_path, monkeypatch):
    batches = copying._batches

    def with_writes(name, time):
        db.collection("clinics").update_one({"_id": content["_id"]}, {"$set": {"name": "Hillside"}})
        db.collection("accounts").insert_one({"_id": f"after {name}"})
        return batches(name, time)

    monkeypatch.setattr(copying, "_batches", with_writes)
    back_up(tmp_path / "b")
    with copy:
        restore(tmp_path / "b")
    assert copy.database["clinics"].find_one()["name"] == "Lakeside"
    assert copy.database["accounts"].find_one() is None


def test_the_files_are_for_their_owner_alone(content, tmp_path):
    back_up(tmp_path / "new" / "b")
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new" / "b").iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE((tmp_path / "new" / "b").stat().st_mode) == 0o700


class Interrupted(Exception):
    pass


def interrupt(monkeypatch, module, name, *, after):
    """The function fails when it is called for the last time but `after`; afterwards it works."""
    real, calls = getattr(module, name), []

    def call(*arguments, **options):
        calls.append(1)
        if len(calls) == after:
            raise Interrupted
        return real(*arguments, **options)

    monkeypatch.setattr(module, name, call)


@pytest.mark.parametrize("after", [1, 2, 7])
def test_an_interrupted_backup_is_of_one_moment_too(content, copy, tmp_path, monkeypatch, after):
    interrupt(monkeypatch, copying, "_batches", after=after)
    with pytest.raises(Interrupted):
        back_up(tmp_path / "b")
    with copy, pytest.raises(CommandError, match="was interrupted"):
        restore(tmp_path / "b")
    assert content_of(copy.database) == {}
    db.collection("clinics").update_one({"_id": content["_id"]}, {"$set": {"name": "Hillside"}})
    with pytest.raises(CommandError, match="not empty"):
        back_up(tmp_path / "b")
    back_up(tmp_path / "b", **{"continue": True})
    with copy:
        restore(tmp_path / "b")
    assert copy.database["clinics"].find_one()["name"] == "Lakeside"
    with pytest.raises(CommandError, match="holds a whole backup"):
        back_up(tmp_path / "b", **{"continue": True})


@pytest.mark.parametrize("after", [1, 2, 5])
def test_an_interrupted_restore_goes_on(content, copy, tmp_path, monkeypatch, after):
    monkeypatch.setattr(restoring, "_BATCH", 10)
    back_up(tmp_path / "b")
    expected = content_of(db.database())
    expected.pop("followers")
    interrupt(monkeypatch, restoring, "_insert", after=after)
    with copy:
        with pytest.raises(Interrupted):
            restore(tmp_path / "b")
        if after > 1:
            with pytest.raises(CommandError, match="is not empty"):
                restore(tmp_path / "b")
        restore(tmp_path / "b", **{"continue": True})
    assert content_of(copy.database) == expected


def test_nothing_is_restored_over_documents(content, tmp_path):
    back_up(tmp_path / "b")
    before = content_of(db.database())
    with pytest.raises(CommandError, match="is not empty"):
        restore(tmp_path / "b")
    assert content_of(db.database()) == before


@pytest.mark.parametrize("harm", ["other bytes", "missing", "no list", "another format"])
def test_a_damaged_backup_is_refused_before_anything_is_written(content, copy, tmp_path, harm):
    back_up(tmp_path / "b")
    file, contents = tmp_path / "b" / "clinics.bson.gz", tmp_path / "b" / "backup.json"
    if harm == "other bytes":
        file.write_bytes(gzip.compress(gzip.decompress(file.read_bytes())[:-1]))
    elif harm == "missing":
        file.unlink()
    elif harm == "no list":
        contents.unlink()
    else:
        contents.write_text(contents.read_text().replace('"format": 1', '"format": 2'))
    with copy, pytest.raises(CommandError):
        restore(tmp_path / "b")
    assert content_of(copy.database) == {}


@pytest.mark.yardstick("V5")
def test_a_copy_with_a_changed_audit_trail_is_named(content, copy, tmp_path):
    db.collection(audit.COLLECTION).update_one({}, {"$set": {"actor.id": "another"}})
    back_up(tmp_path / "b")
    with copy, pytest.raises(CommandError, match="not what was backed up"):
        restore(tmp_path / "b")


def test_a_moment_that_mongodb_has_forgotten_is_explained(content, tmp_path, monkeypatch):
    interrupt(monkeypatch, copying, "_batches", after=2)
    with pytest.raises(Interrupted):
        back_up(tmp_path / "b")
    contents = tmp_path / "b" / "backup.json"
    seconds = copying.Folder(tmp_path / "b").read()["time"][0]
    contents.write_text(contents.read_text().replace(str(seconds), str(seconds - 100_000)))
    with pytest.raises(CommandError, match="minSnapshotHistoryWindowInSeconds"):
        back_up(tmp_path / "b", **{"continue": True})


@pytest.mark.yardstick("V5")
def test_a_missing_document_is_named(content, copy, tmp_path, monkeypatch):
    back_up(tmp_path / "b")
    insert = restoring._insert

    def insert_but_one(name, batch):
        insert(name, batch[1:] if name == "patients" else batch)

    monkeypatch.setattr(restoring, "_insert", insert_but_one)
    with copy, pytest.raises(CommandError, match="1 findings"):
        restore(tmp_path / "b")


def test_ids_of_every_type_come_back(copy, tmp_path):
    ids = [1, "a", ObjectId(), {"a": 1}, b"bytes", None]
    db.collection("xealth_order").insert_many([{"_id": i} for i in ids if i is not None])
    back_up(tmp_path / "b")
    with copy:
        restore(tmp_path / "b")
    assert copy.database["xealth_order"].count_documents({}) == len(ids) - 1
