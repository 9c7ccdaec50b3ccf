"""BulkCreatePatients (rules PATIENT-177 to PATIENT-184)."""

import csv
import io
from contextlib import suppress
from datetime import timedelta
from functools import partial
from itertools import product
from unittest.mock import Mock

import pytest
import time_machine
from bson import ObjectId

from clinic_records.services import closures
from clinics.services import clinics
from kernel import audit, clock, db, jobs, mail_limits, outbox, waiting
from kernel.choices import Failure
from kernel.errors import Conflict, RetryLater
from kernel.events import MailRequested
from kernel.http import ServiceUnavailable
from kernel.jobs import running
from merges.services import merging
from patients import bulk_files, bulk_rows
from patients.api import bulk_creations as bulk_api
from patients.services import bulk_creations, kept_files
from patients.services import patients as patient_service
from patients.services.taken_addresses import AddressTaken
from patients.store import account_requests as store
from tests import deliveries, merges
from tests.accesses import recorded
from tests.cast import add_member, make_person
from tests.events import deliver_all, everything_due
from tests.factories import make_patient
from users.clients import embedded

HEADER = [
    "Name",
    "Birthdate",
    "MRN",
    "Email",
    "Diabetes Type",
    "Glycemic Target",
    "Reason",
    "Emailed?",
]
LINE_ENDS = ("\n", "\r\n", "\r")
COUNTS = (
    *("Patients Processed", "Patients Created", "Patients Skipped", "Patients Emailed"),
    *("Duplicate MRNs count", "Duplicate emails count"),
)


@pytest.fixture(autouse=True)
def _served(settings):
    settings.BULK_CREATION = True
    settings.TAKEN_ADDRESSES_PER_CALLER = "100000/hour"


def upload(caller, clinic, rows, query="", content_type="text/csv"):
    text = rows if isinstance(rows, (str, bytes)) else "".join(",".join(row) + "\n" for row in rows)
    raw = text if isinstance(text, bytes) else text.encode()
    path = f"/v1/clinics/{clinic['id']}/bulk/patients{query}"
    return caller.post(path, raw, content_type=content_type)


def read(answer):
    assert answer.status_code == 200, answer.content
    name = answer.headers["Content-Disposition"]
    assert name.startswith("attachment; filename=bulk-creation-result-")
    header, *rows = csv.reader(io.StringIO(b"".join(answer.streaming_content).decode()))
    assert header == HEADER
    return rows


def counts(rows):
    found = dict(row for row in rows if len(row) == 2)
    assert tuple(found) == COUNTS
    return [int(found[title]) for title in COUNTS]


def stored(clinic):
    found = db.collection("patients").find({"clinicId": ObjectId(clinic["id"])}, sort=[("mrn", 1)])
    return list(found)


def row(name, mrn, *more):
    return [name, "1990-01-02", mrn, *more]


@pytest.fixture
def file(clinic):
    """Ten rows: two share an MRN, two an address, two both, one has the address of a patient, without an account, that
    another service has stored as it was typed."""
    make_patient({"_id": ObjectId(clinic["id"])}, mrn="old", email="KNOWN@Example.org")
    return [
        row("A", "1"),
        row("B", "2", "b@example.org", "type1", "adaHighRisk"),
        row("C", "3", "", "", "unheard"),
        row("D", "same"),
        row("E", "same"),
        row("F", "6", "same@example.org"),
        row("G", "7", "SAME@example.org"),
        row("H", "both", "both@example.org"),
        row("I", "both", "both@example.org"),
        row("J", "10", "Known@example.org"),
    ]


REASONS = [
    *("", "", "", "duplicate MRN", "duplicate MRN", "duplicate email", "duplicate email"),
    *("duplicate MRN, duplicate email", "duplicate MRN, duplicate email", "duplicate email"),
]


def test_without_being_asked_to_nothing_is_created(ada, clinic, file, written):
    written.clear()
    for query in ("", "?dryRun=true"):
        rows = read(upload(ada.api, clinic, file, query))
        assert [cells[6] for cells in rows] == REASONS
        assert {cells[7] for cells in rows} == {""}
    assert [cells[4:6] for cells in rows[:3]] == [
        *(["", "adaStandard"], ["type1", "adaHighRisk"], ["", "adaStandard"]),
    ]
    assert len(stored(clinic)) == 1
    assert not written & {"patients", "accounts", "jobs", "accountRequests"}
    shown = [record["list"]["shown"] for record in recorded(operation="BulkCreatePatients")]
    assert shown == [10, 10], "duplicates tell who is a patient"


def test_rows_without_a_mark_are_created_and_counted(ada, clinic, file):
    rows = read(upload(ada.api, clinic, file, "?dryRun=false"))
    assert [cells[6] for cells in rows[:10]] == REASONS
    assert [cells[7] for cells in rows[:10]] == ["N", "Y", *["N"] * 8]
    assert counts(rows) == [10, 3, 7, 1, 4, 5]

    first, second, third, _ = stored(clinic)
    assert (first["fullName"], first["email"], first["invitedBy"]) == ("A", None, ada.user_id)
    assert (second["email"], second["diagnosisType"]) == ("b@example.org", "type1")
    assert second["glycemicRanges"] == {"type": "preset", "preset": "adaHighRisk"}
    assert third["glycemicRanges"]["preset"] == "adaStandard"
    assert set(first["permissions"]) == {"custodian", "view", "upload", "note"}

    events = list(
        db.collection(audit.COLLECTION).find(
            {"action": "patients.created_from_file"}, sort=[("number", 1)]
        )
    )
    assert [event["outcome"] for event in events] == ["begun", "done"]
    assert events[0]["scope"] == {"rows": 10, "duplicates": 7}
    assert "example.org" not in str(events)
    assert "example.org" not in str(list(db.collection("jobs").find({})))
    (kept,) = db.collection("jobParts").find({})
    assert kept["expiresTime"] <= clock.now() + timedelta(days=1)
    assert recorded(operation="BulkCreatePatients")[-1]["list"]["shown"] == 10


def test_the_same_file_creates_no_one_twice(ada, clinic, file):
    upload(ada.api, clinic, file, "?dryRun=false")
    again = read(upload(ada.api, clinic, file, "?dryRun=false"))
    assert counts(again)[:3] == [10, 0, 10]
    assert len(stored(clinic)) == 4


def test_all_faults_of_a_file_are_answered_together_and_nothing_is_created(ada, clinic):
    rows = [
        row("A", "1"),
        ["", "", "", ""],
        row("C", "3", "Cy <cy@example.org>", "type9"),
        ["D", "2020-02-30", "4"],
        ["E", "1990-01-02"],
        row("F" * 300, "6"),
        row("G", "7", "", "notApplicable"),
    ]
    answer = upload(ada.api, clinic, rows, "?dryRun=false")
    assert answer.status_code == 400
    assert answer.json()["message"].split("\n") == [
        "invalid CSV: missing name: row 2, column 1",
        "invalid CSV: missing birthdate: row 2, column 2",
        "invalid CSV: missing MRN: row 2, column 3",
        "invalid CSV: invalid email: row 3, column 4",
        "invalid CSV: invalid diabetes type: row 3, column 5",
        "invalid CSV: invalid birthdate: row 4, column 2",
        "invalid CSV: row is missing columns: row 5",
        "invalid CSV: invalid name: row 6, column 1",
        "invalid CSV: invalid diabetes type: row 7, column 5",
    ]
    assert stored(clinic) == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "invalid CSV: the file is empty"),
        (b"\n\n", "invalid CSV: the file is empty"),
        (b'"A,1990-01-02,1', bulk_rows.NO_CSV),
        (b'"A;1990-01-02;1', bulk_rows.NO_CSV),
        (b'Q, 1;1984-05-06;1\nQ, 2;1984-05-06;2;"q\n', bulk_rows.NO_CSV),
        (b'A, B, Q;1984-05-06;1\nA, B, R;1984-05-06;2;"q\n', bulk_rows.NO_CSV),
        (b'Q,1984-05-06,1\nR,1984-05-06,2,"q\nS,1984-05-06,3,,,,a;b;c\n', bulk_rows.NO_CSV),
        (b'Q,1984-05-06,1,,,,a;b;c\nR,1984-05-06,2,"q,,,a;b;c\n', bulk_rows.NO_CSV),
        (b"A, B;2/1/1990;1", "invalid CSV: invalid birthdate: row 1, column 2"),
        ("Zoë,1990-01-02,1".encode("latin-1"), bulk_rows.NO_UTF8),
        ("A,1990-01-02,1".encode("utf-16"), bulk_rows.NO_UTF8),
        (b"A;Berg", "invalid CSV: row is missing columns: row 1"),
        (b"A,1990-01-02,1\nB;1990-01-02;2\n", f"invalid CSV: {bulk_rows.MIXED}: row 2"),
        (
            b"A;1990-01-02;1\nB;1990-01-02;2\nC, D,1990-01-02,3\n",
            f"invalid CSV: {bulk_rows.MIXED}: row 3",
        ),
        (b"  \n\t\n", "invalid CSV: the file is empty"),
        (b"sep=;\n", "invalid CSV: the file is empty"),
        (b"Name,Birthdate,MRN\n", "invalid CSV: invalid birthdate: row 1, column 2"),
        (b"A,1990-01-02,1\n" * (bulk_rows.MOST + 1), "invalid CSV: more than 5,000 rows"),
    ],
)
def test_a_file_that_is_none_is_refused(ada, clinic, body, words):
    answer = upload(ada.api, clinic, body)
    assert (answer.status_code, answer.json()["message"]) == (400, words)


@pytest.mark.parametrize("separator", [";", "\t"])
def test_semicolons_or_tabs_are_known_by_the_columns_that_they_make(ada, clinic, separator):
    cells = row("Doe; Jane", "1", "", "type1")
    text = separator.join(f'"{cell}"' for cell in cells)
    ((name, _, mrn, _, kind, *_),) = read(upload(ada.api, clinic, text))
    assert (name, mrn, kind) == ("Doe; Jane", "1", "type1")
    # With columns between commas it is a file with commas, whatever is in its cells.
    ((name, *_),) = read(upload(ada.api, clinic, f'"Doe{separator} Jane",1990-01-02,1'))
    assert name.split() == [f"Doe{separator}".strip(), "Jane"]


@pytest.mark.parametrize(
    "lines",
    [
        ['"Doe, John";1984-05-06;S1'],
        ['"Doe, John";"1984-05-06";"S1"'],
        ["Doe, John;1984-05-06;S1", "Cy;1984-05-06;S2"],
        ["Doe, John;1984-05-06;S1;;;;Pump, old;North, West", "A,B;1984-05-06;S2"],
    ],
)
def test_commas_in_the_cells_of_a_file_with_semicolons_are_text(ada, clinic, lines):
    found = read(upload(ada.api, clinic, "\n".join(lines) + "\n"))
    assert [cells[2] for cells in found] == ["S1", "S2"][: len(lines)]
    assert found[0][:2] == ["Doe, John", "1984-05-06"]
    three = upload(ada.api, clinic, "Doe, John, Jr.;1984-05-06;S1")
    assert read(three)[0][:3] == ["Doe, John, Jr.", "1984-05-06", "S1"]


def test_a_file_of_another_type_or_size_is_refused(ada, clinic):
    assert upload(ada.api, clinic, "{}", content_type="application/json").status_code == 400
    assert upload(ada.api, clinic, b"x" * (2 * 1024 * 1024 + 1)).status_code == 413


def test_the_mark_of_the_encoding_is_no_part_of_a_name(ada, clinic):
    ((name, *_),) = read(upload(ada.api, clinic, "\ufeffAnn,1990-01-02,1\r\n"))
    assert name == "Ann"


def test_who_may(ada, ben, dot, eve, backend, clinic):
    callers = [ada.api, backend, ben.api, dot.api, eve.api]
    answers = [upload(caller, clinic, [row("A", "1")]).status_code for caller in callers]
    assert answers == [200, 200, 403, 403, 403]
    read(upload(backend, clinic, [row("A", "1")], "?dryRun=false"))
    assert "invitedBy" not in stored(clinic)[0]


@pytest.mark.parametrize(
    ("body", "content_type", "query"),
    [
        (b"A,1990-01-02,1\n", "text/csv", ""),
        (b"", "text/csv", ""),
        (b"{}", "application/json", ""),
        (b"x" * (bulk_rows.MOST_BYTES + 1), "text/csv", ""),
        (b"A,1990-01-02,1\n", "text/csv", "?dryRun=perhaps"),
    ],
)
def test_it_can_be_switched_off(ada, ben, clinic, settings, body, content_type, query):
    settings.BULK_CREATION = False
    answer = upload(ada.api, clinic, body, query, content_type)
    assert (answer.status_code, answer.json()["message"]) == (404, bulk_api.NOT_SERVED)
    assert upload(ben.api, clinic, body, query, content_type).status_code == 403


def test_an_address_of_any_account_is_a_duplicate(ada, ben, dot, clinic, settings):
    ((*_, reason, _),) = read(upload(ada.api, clinic, [row("A", "1", dot.email.upper())]))
    assert reason == "duplicate email"

    settings.TAKEN_ADDRESSES_PER_CALLER = "1/hour"
    rows = [row("A", "1", ben.email), row("B", "2", "new@example.org"), row("C", "3")]
    for query in ("", "?dryRun=false"):  # who was told of an address is told again, and of no other
        created = read(upload(ada.api, clinic, rows, query))
        reasons = ["duplicate email", bulk_creations.UNCHECKED_EMAIL, ""]
        assert [cells[6] for cells in created[:3]] == reasons
    assert counts(created) == [3, 1, 2, 0, 0, 1]


def reasons_of(rows):
    return [cells[6] for cells in rows if len(cells) > 2]


def test_a_creation_says_of_addresses_what_its_check_has_said(ada, clinic, settings):
    """Also of those that were found free before the limit was reached."""
    settings.TAKEN_ADDRESSES_PER_CALLER = "3/hour"
    taken = [make_person(f"Person {number}").email for number in range(5)]
    free = [f"free{number}@example.org" for number in range(6)]
    rows = [row("P", str(n), one) for n, one in enumerate([*free[:4], *taken, *free[4:]])]
    checked = reasons_of(read(upload(ada.api, clinic, rows)))
    unchecked = bulk_creations.UNCHECKED_EMAIL
    assert checked == [*[""] * 4, *["duplicate email"] * 3, *[unchecked] * 4]
    assert reasons_of(read(upload(ada.api, clinic, rows))) == checked
    assert reasons_of(read(upload(ada.api, clinic, rows, "?dryRun=false"))) == checked
    assert [record["email"] for record in stored(clinic)] == free[:4]


def test_a_file_with_many_accounts_gets_on_hour_by_hour(ada, clinic, settings):
    """And never more accounts are told of in an hour than the limit allows."""
    settings.TAKEN_ADDRESSES_PER_CALLER = "2/hour"
    taken = [make_person(f"Person {number}").email for number in range(5)]
    rows = [row("P", str(n), one) for n, one in enumerate([*taken, "free@example.org"])]
    moment = clock.now()
    for hour, told in enumerate((2, 4, 5)):
        with time_machine.travel(moment + hour * timedelta(minutes=61), tick=True):
            found = reasons_of(read(upload(ada.api, clinic, rows, "?dryRun=false")))
        assert found.count("duplicate email") == told
    assert found[-1] == ""
    assert [record["email"] for record in stored(clinic)] == ["free@example.org"]


def test_addresses_that_were_free_and_have_accounts_by_now_are_not_told_beyond_the_limit(
    ada, backend, clinic, other_clinic, settings
):
    """A check goes on to say what it has said, for an hour, whatever another clinic does meanwhile; only a creation
    finds out, and says so of no address."""
    settings.TAKEN_ADDRESSES_PER_CALLER = "2/hour"
    taken = [make_person(f"Person {number}").email for number in range(4)]
    free = [f"free{number}@example.org" for number in range(3)]
    rows = [row("P", str(n), one) for n, one in enumerate([*free, *taken])]
    unchecked = bulk_creations.UNCHECKED_EMAIL
    checked = [*[""] * 3, *["duplicate email"] * 2, *[unchecked] * 2]
    assert reasons_of(read(upload(ada.api, clinic, rows))) == checked

    read(upload(backend, other_clinic, rows[:2], "?dryRun=false"))
    deliver_all()
    moment = clock.now()
    for minutes in (0, 40, 50):
        with time_machine.travel(moment + timedelta(minutes=minutes), tick=True):
            assert reasons_of(read(upload(ada.api, clinic, rows))) == checked
            body = {"fullName": "P", "birthDate": "1990-01-02", "email": free[0]}
            answer = ada.api.post(f"/v1/clinics/{clinic['id']}/patients", body)
            assert answer.status_code == 429
    created = reasons_of(read(upload(ada.api, clinic, rows, "?dryRun=false")))
    assert created == [unchecked, unchecked, "", *checked[3:]]
    with time_machine.travel(moment + timedelta(minutes=61), tick=True):
        again = reasons_of(read(upload(ada.api, clinic, rows)))
    told, own = "duplicate email", "duplicate MRN, duplicate email"
    assert again == [told, told, own, *checked[3:]]


def test_a_creation_asks_again_about_addresses_that_its_check_has_not_told_of(
    ada, clinic, settings
):
    settings.TAKEN_ADDRESSES_PER_CALLER = "1/hour"
    addresses = [*(make_person(f"Person {n}").email for n in range(2)), "free@example.org"]
    rows = [row("P", str(n), one) for n, one in enumerate(addresses)]
    moment = clock.now()
    with time_machine.travel(moment, tick=True):
        read(upload(ada.api, clinic, [rows[0]]))
    with time_machine.travel(moment + timedelta(minutes=50), tick=True):
        unchecked = [bulk_creations.UNCHECKED_EMAIL] * 2
        assert reasons_of(read(upload(ada.api, clinic, rows))) == ["duplicate email", *unchecked]
    with time_machine.travel(moment + timedelta(minutes=61), tick=True):
        created = reasons_of(read(upload(ada.api, clinic, rows, "?dryRun=false")))
    assert created == ["duplicate email", "duplicate email", bulk_creations.UNCHECKED_EMAIL]


def test_nothing_is_created_while_the_user_service_cannot_say_which_addresses_are_free(
    ada, clinic, monkeypatch, written
):
    outage = Mock(side_effect=ServiceUnavailable("users"))
    monkeypatch.setattr(embedded.EmbeddedUserService, "get_user", outage)
    rows = [row("A", "1"), row("B", "2", "b@example.org")]
    written.clear()
    for query in ("", "?dryRun=false"):
        assert upload(ada.api, clinic, rows, query).status_code == 503
    assert not written & {"patients", "accounts", "jobs", "accountRequests"}
    assert len(read(upload(ada.api, clinic, rows[:1]))) == 1, "no address, no question"


def test_addresses_that_are_taken_since_the_check_count_and_keep_no_one_else_from_being_created(
    ada, ben, dot, clinic, settings, monkeypatch
):
    settings.TAKEN_ADDRESSES_PER_CALLER = "1/hour"
    monkeypatch.setattr(bulk_creations.custodial_accounts, "require_free", lambda _: None)
    addresses = [dot.email, ben.email, "new@example.org"]
    rows = [row(f"P{number}", f"{number}", one) for number, one in enumerate(addresses)]
    created = read(upload(ada.api, clinic, rows, "?dryRun=false"))
    reasons = [bulk_creations.DUPLICATE_EMAIL, bulk_creations.UNCHECKED_EMAIL]
    assert [cells[6:] for cells in created[:3]] == [*([one, "N"] for one in reasons), ["", "Y"]]
    assert counts(created) == [3, 1, 2, 1, 0, 1]


def test_tags_and_sites_are_read_where_they_are_asked_for(ada, clinic):
    tag, site = {"_id": ObjectId(), "name": "Pump"}, {"id": ObjectId(), "name": "North"}
    other = {"_id": ObjectId(), "name": "Type 1"}
    changes = {"patientTags": [tag, other], "sites": [site]}
    db.collection("clinics").update_one({"_id": ObjectId(clinic["id"])}, {"$set": changes})
    rows = [
        row("A", "1", "", "", "", " Pump; Type 1;", "North"),
        row("B", "2", "", "", "", "", "West"),
    ]
    assert len(read(upload(ada.api, clinic, rows))) == 2

    refused = upload(ada.api, clinic, rows, "?tagsAndSites=true&dryRun=false")
    assert refused.json()["message"] == "invalid CSV: unknown site: row 2, column 8"

    read(upload(ada.api, clinic, rows[:1], "?tagsAndSites=true&dryRun=false"))
    (created,) = stored(clinic)
    assert (created["tags"], created["sites"]) == ([tag["_id"], other["_id"]], [site])


def test_a_name_of_a_tag_counts_once_and_a_cell_has_one_fault(ada, clinic):
    known = {"_id": ObjectId(), "name": "Zür"}
    db.collection("clinics").update_one(
        {"_id": ObjectId(clinic["id"])}, {"$set": {"patientTags": [known]}}
    )

    def refused(tags):
        rows = [row("A", "1", "", "", "", tags)]
        return upload(ada.api, clinic, rows, "?tagsAndSites=true").json()["message"]

    assert refused("x;" * 65_000 + "y") == "invalid CSV: unknown tag: row 1, column 7"
    many = ";".join(map(str, range(bulk_rows.MOST_NAMES + 1)))
    assert refused(many) == "invalid CSV: more than 1,000 tags: row 1, column 7"

    same = [row("A", "1", "", "", "", "Zür;Zu\u0308r;" * 10_000)]
    for dry in ("true", "false"):
        assert read(upload(ada.api, clinic, same, f"?tagsAndSites=true&dryRun={dry}"))
    assert [patient["tags"] for patient in stored(clinic)] == [[known["_id"]]]


def test_of_very_many_faults_the_first_thousand_are_named_and_the_others_counted(ada, clinic):
    lines = upload(ada.api, clinic, ",,,,,,x\n" * 1_002).json()["message"].split("\n")
    assert len(lines) == bulk_rows.MOST_SAID + 1
    assert lines[-2:] == [
        "invalid CSV: missing name: row 334, column 1",
        "invalid CSV: faults that are not named here: 2,006",
    ]


LONG = "\U0001d160"  # three characters in its normal form
VALUES = {
    "fullName": [
        *("A" * 256, "A" * 257, " Ann \t Lee ", "A\u030angela", "A" + " " * 1200),
        *("A\x1c", "\x1cA", "A\0", "A\x85", "\u202eAnn", "\ufb01ona", LONG * 85, LONG * 86),
    ],
    "birthDate": [
        *("1990-01-02", "0001-01-01", "0000-01-01", "9999-12-31", "1990-02-30", "1990-1-2"),
        *("\uff11\uff19\uff19\uff10-01-02", "19900102", "1990-01-02T00:00:00Z", "1990-01-02\0"),
    ],
    "mrn": [*("b" * 256, "b" * 257, " 7  8 ", "7\x1c", "\x1c7", "\u200e9", LONG * 85, LONG * 86)],
    "email": [
        *(
            "q@bu\u0308cher.example",
            "\uff41nn@example.org",
            "Q2@Example.ORG",
            "a@xn--bcher-kva.example",
        ),
        *(
            "a@b",
            "a",
            "a b@example.org",
            "\xf6@example.org",
            "Cy <cy@example.org>",
            "b/c@example.org",
        ),
        *(
            "x@example.org\u200b",
            "x@example.org\0",
            "y" * 64 + "@example.org",
            "y" * 65 + "@example.org",
        ),
    ],
    "diagnosisType": [*bulk_rows.TYPES, "Type1", "type9", "type1\0"],
}


@pytest.mark.parametrize("field", VALUES)
def test_a_file_takes_what_the_creation_of_one_patient_takes(ada, clinic, field):
    """And makes the same of it."""
    bodies = {
        number: {"fullName": "A", "birthDate": "1990-01-02", "mrn": f"M{number}", field: value}
        for number, value in enumerate(VALUES[field])
    }
    path = f"/v1/clinics/{clinic['id']}/patients"
    answers = {number: ada.api.post(path, body) for number, body in bodies.items()}
    assert {answer.status_code for answer in answers.values()} == {200, 400}
    taken = {number for number, answer in answers.items() if answer.status_code == 200}

    columns = ("fullName", "birthDate", "mrn", "email", "diagnosisType")
    cells = {n: [body.get(name, "") for name in columns] for n, body in bodies.items()}
    document = db.collection("clinics").find_one({"_id": ObjectId(clinic["id"])})
    with pytest.raises(bulk_rows.Faulty) as faulty:
        bulk_files.check(document, cells, names_groups=False)
    assert {fault.row for fault in faulty.value.faults} == bodies.keys() - taken
    good = {number: cells[number] for number in taken}
    made = bulk_files.check(document, good, names_groups=False).bodies
    assert {number: body[field] for number, body in made.items()} == {
        number: answers[number].json()[field] for number in taken
    }


def test_a_row_that_the_rules_refuse_does_not_stop_the_others(ada, backend, clinic):
    limit = {"hardLimit": {"plan": 2}}
    assert (
        backend.put(f"/v1/clinics/{clinic['id']}/settings/patient_count", limit).status_code == 200
    )
    rows = read(
        upload(ada.api, clinic, [row(n, n, f"{n}@example.org") for n in "abc"], "?dryRun=false")
    )
    assert [cells[6].partition(":")[0] for cells in rows[:3]] == ["", "", "payment required"]
    assert counts(rows) == [3, 2, 0, 2, 0, 0]


def test_rows_for_which_the_plan_has_no_room_are_named_before_anyone_is_created(
    ada, backend, clinic
):
    make_patient({"_id": ObjectId(clinic["id"])}, mrn="b")
    limit = {"hardLimit": {"plan": 2}}
    backend.put(f"/v1/clinics/{clinic['id']}/settings/patient_count", limit)
    file = [row(name, name) for name in "abcd"]
    checked = read(upload(ada.api, clinic, file))
    created = read(upload(ada.api, clinic, file, "?dryRun=false"))
    assert [cells[6] for cells in checked] == [cells[6] for cells in created[:4]]
    assert [cells[6][:13] for cells in checked] == [
        "",
        "duplicate MRN",
        "payment requi",
        "payment requi",
    ]


def test_rows_whose_mrn_must_be_unique_are_named_before_anyone_is_created(ada, backend, clinic):
    """Equal apart from case and accents: the first of them can be created, unless a patient has one."""
    make_patient({"_id": ObjectId(clinic["id"])}, mrn="H-1")
    mrns = ("h-1", "T4-X", "t4-x", "Ä1", "ä1", "same", "same", "SAME", "$x", "last")
    file = [row(f"P{number}", mrn) for number, mrn in enumerate(mrns)]
    assert [cells[6] for cells in read(upload(ada.api, clinic, file))][:3] == ["", "", ""]

    rules = {"required": True, "unique": True}
    assert backend.put(f"/v1/clinics/{clinic['id']}/settings/mrn", rules).status_code == 200
    limit = {"hardLimit": {"plan": 5}}
    backend.put(f"/v1/clinics/{clinic['id']}/settings/patient_count", limit)
    checked = read(upload(ada.api, clinic, file))
    created = read(upload(ada.api, clinic, file, "?dryRun=false"))
    assert [cells[6] for cells in checked] == [cells[6] for cells in created[:10]]
    taken, marked = "bad request: mrn must be unique", "duplicate MRN"
    assert [cells[6] for cells in checked][:9] == [
        *(taken, "", taken, "", taken, marked, marked, "", ""),
    ]
    assert checked[9][6].startswith("payment required")


def test_rows_that_are_refused_take_no_room_of_the_plan(ada, backend, clinic):
    backend.put(f"/v1/clinics/{clinic['id']}/settings/mrn", {"required": False, "unique": True})
    limit = {"hardLimit": {"plan": 2}}
    backend.put(f"/v1/clinics/{clinic['id']}/settings/patient_count", limit)
    rows = [row("A", "x"), row("B", "X"), row("C", "y"), row("D", "z")]
    checked = reasons_of(read(upload(ada.api, clinic, rows)))
    created = reasons_of(read(upload(ada.api, clinic, rows, "?dryRun=false")))
    assert checked == created == ["", "bad request: mrn must be unique", "", checked[3]]
    assert checked[3].startswith("payment required")


@pytest.mark.parametrize("of_caller", [True, False])
def test_rows_whose_mails_are_used_up_are_named_before_anyone_is_created(
    ada, backend, clinic, settings, of_caller
):
    """A row that is refused takes no mail, and a check none at all. Services are not counted."""
    backend.put(f"/v1/clinics/{clinic['id']}/settings/mrn", {"required": False, "unique": True})
    rows = [
        *(row("A", "1", "a@example.org"), row("B", "2"), row("C", "3", "c@example.org")),
        *(row("D", "x"), row("E", "X", "e@example.org"), row("F", "6", "f@example.org")),
    ]
    if of_caller:
        settings.MAILS_PER_CALLER = "2/hour"
        expected = ["", "", "", "", "bad request: mrn must be unique", bulk_creations.MAILS_USED_UP]
    else:
        settings.MAILS_PER_ADDRESS = "1/hour"
        with mail_limits.counted("C@Example.org", "someone else"):
            pass
        expected = ["", "", bulk_creations.MAILS_USED_UP, "", "bad request: mrn must be unique", ""]
    for _ in range(2):
        assert reasons_of(read(upload(ada.api, clinic, rows))) == expected
    assert bulk_creations.MAILS_USED_UP not in reasons_of(read(upload(backend, clinic, rows)))
    created = read(upload(ada.api, clinic, rows, "?dryRun=false"))
    assert reasons_of(created) == expected
    assert counts(created) == [6, 4, 0, 2, 0, 0]


def test_no_cell_of_the_answer_is_a_formula(ada, clinic):
    ((name, _, mrn, *_),) = read(upload(ada.api, clinic, [row("=1+1", "@2")]))
    assert (name, mrn) == ("'=1+1", "'@2")


def test_a_process_that_dies_in_the_middle_creates_no_one_twice(ada, clinic, monkeypatch):
    """The second row is noted in the transaction that stores it, so that both are there, or neither."""
    real, calls = running._note, []

    def die(*arguments):
        calls.append(1)
        real(*arguments)
        if len(calls) == 2:
            raise SystemExit

    monkeypatch.setattr(running, "_note", die)
    with pytest.raises(SystemExit):
        upload(ada.api, clinic, [row("A", "1"), row("B", "2")], "?dryRun=false")
    job = db.collection("jobs").find_one({})
    assert (len(stored(clinic)), job["done"], job["succeeded"]) == (1, 1, 1)
    deliver_all()
    job = db.collection("jobs").find_one({})
    assert (job["state"], job["succeeded"]) == ("done", 2)
    assert "Patients Created,2\n" in b"".join(jobs.read(job)).decode()
    assert len(stored(clinic)) == 2


@pytest.mark.parametrize("dies_in", ["make_account", "set_user"])
def test_a_process_that_dies_between_account_and_record_loses_no_row(
    ada, clinic, monkeypatch, dies_in
):
    """The next worker finds the address taken, by an account without a record. Which account it is is known after
    `make_account`, so it is ended at once; otherwise when the call that made it must be over."""
    accounts = patient_service.custodial_accounts
    owner, name = (accounts, "make_account") if dies_in == "make_account" else (store, "set_user")
    real = getattr(owner, name)

    def die(*arguments):
        if dies_in == "make_account":
            real(*arguments)
        monkeypatch.setattr(owner, name, real)
        raise SystemExit

    monkeypatch.setattr(owner, name, die)
    rows = [row("A", "1", "a@example.org"), row("B", "2", "b@example.org")]
    with pytest.raises(SystemExit):
        upload(ada.api, clinic, rows, "?dryRun=false")
    assert stored(clinic) == []
    deliver_all()
    assert db.collection("jobs").find_one({})["state"] == "running"

    later = clock.now() + timedelta(seconds=0 if dies_in == "make_account" else 61)
    with time_machine.travel(later, tick=True):
        for _ in range(3):
            everything_due()
            deliver_all()
    assert [record["mrn"] for record in stored(clinic)] == ["1", "2"]
    job = db.collection("jobs").find_one({})
    assert (job["state"], job["succeeded"]) == ("done", 2)


def test_a_worker_that_is_only_slow_stores_no_record_for_an_account_that_another_has_ended(
    ada, clinic, impatient, monkeypatch
):
    """The second worker comes between the account and the record of the first, takes the row over, and ends it."""
    begun(ada.api, clinic, [row("A", "1", "a@example.org")])
    job_id = str(db.collection("jobs").find_one({})["_id"])
    accounts = patient_service.custodial_accounts
    real = accounts.make_account

    def while_another_takes_over(*arguments):
        monkeypatch.setattr(accounts, "make_account", real)
        account = real(*arguments)
        with pytest.raises(RetryLater):
            running.carry_out(job_id)
        monkeypatch.setattr(accounts, "make_account", Mock(side_effect=SystemExit))
        return account

    monkeypatch.setattr(accounts, "make_account", while_another_takes_over)
    with suppress(SystemExit):  # when it tries the row again, unless its turn is over
        running.carry_out(job_id)
    assert stored(clinic) == []
    monkeypatch.setattr(accounts, "make_account", real)
    everything_due()
    deliver_all()
    assert [record["mrn"] for record in stored(clinic)] == ["1"]


def test_a_row_that_has_to_wait_is_no_failure_of_the_request(ada, clinic, monkeypatch):
    """Its account was begun by a process that has died meanwhile."""
    accounts = patient_service.custodial_accounts
    real = accounts.make_account

    def after_another_has_died(*arguments):
        monkeypatch.setattr(accounts, "make_account", real)
        real(*arguments)
        return real(*arguments)

    monkeypatch.setattr(accounts, "make_account", after_another_has_died)
    answer = upload(ada.api, clinic, [row("A", "1", "a@example.org")], "?dryRun=false")
    assert (answer.status_code, answer.json()["state"]) == (202, "running")


def test_a_cell_that_is_too_long_is_a_fault_of_its_row(ada, clinic):
    refused = upload(ada.api, clinic, [row("A", "1"), row("x" * 200_000, "2")])
    assert refused.status_code == 400
    assert "row 2, column 1" in refused.json()["message"]


def test_a_second_file_at_the_same_time_finds_duplicates(ada, clinic, monkeypatch):
    """Both are checked before either creates anyone."""
    real = patient_service.custodial_accounts.make_account
    clinic_id = ObjectId(clinic["id"])

    def another_is_faster(*arguments):
        monkeypatch.setattr(patient_service.custodial_accounts, "make_account", real)
        make_patient({"_id": clinic_id}, mrn="1")
        return real(*arguments)

    monkeypatch.setattr(patient_service.custodial_accounts, "make_account", another_is_faster)
    rows = read(upload(ada.api, clinic, [row("A", "1"), row("B", "2")], "?dryRun=false"))
    assert [cells[6] for cells in rows[:2]] == ["duplicate MRN", ""]
    assert counts(rows) == [2, 1, 1, 0, 1, 0]


def test_a_row_has_the_number_of_its_line(ada, clinic):
    """As spreadsheets show it: empty lines count, lines within a cell do not. A row of separators alone lacks all that
    is needed."""
    answer = upload(ada.api, clinic, 'A,1990-01-02,1\n\r\n,,,\n"B\nC",1990-01-02,2\nD,x,3\n')
    assert answer.json()["message"].split("\n") == [
        "invalid CSV: missing name: row 3, column 1",
        "invalid CSV: missing birthdate: row 3, column 2",
        "invalid CSV: missing MRN: row 3, column 3",
        f"invalid CSV: {bulk_rows.LINE_BREAK}: row 4, column 1",
        "invalid CSV: invalid birthdate: row 5, column 2",
    ]


def test_no_cell_has_a_line_break_because_a_quotation_mark_too_many_makes_one_row_of_several(
    ada, clinic
):
    """Also in columns that are not read."""
    for column, end in product(range(10), LINE_ENDS):
        cells = [*row("Al", "7", "", "", "", "", ""), "x", "x"]
        cells[column] = f'"{cells[column]}{end}Bo,1981-01-01,8{end}Cy,1982-01-01,9"'
        answer = upload(ada.api, clinic, [cells], "?dryRun=false")
        fault = f"invalid CSV: {bulk_rows.LINE_BREAK}: row 1, column {column + 1}"
        assert fault in answer.json()["message"].split("\n"), (column, end)
    assert stored(clinic) == []


@pytest.mark.parametrize(
    "hint",
    [
        *("sep=;", '"sep=;"', "SEP=; ", "sep=;;;;", "sep=,;;", "\ufeffsep=;", 'sep=";"'),
        *('"sep=;";"";""', '"sep=";"";""', '"sep=";;;', '"sep=,";"";""'),
    ],
)
def test_a_first_line_may_name_the_separator_and_blank_lines_are_no_rows(ada, clinic, hint):
    rows = [f"{name}, A, B;1990-01-02;{name}" for name in ("Doe", "Roe")]
    lines = [hint, "", rows[0], "  ", "\t", rows[1], ""]
    for end in LINE_ENDS:
        found = read(upload(ada.api, clinic, end.join(lines)))
        assert [";".join(cells[:3]) for cells in found] == rows
        refused = upload(ada.api, clinic, end.join([hint, "", "A, B, C;x;1"]))
        assert refused.json()["message"] == "invalid CSV: invalid birthdate: row 2, column 2"


# --- longer than a request waits --------------------------------------------------------------------
@pytest.fixture
def impatient(monkeypatch):
    """The request does not wait for the end."""
    monkeypatch.setattr(bulk_api, "PATIENCE", 0)


def begun(caller, clinic, rows):
    answer = upload(caller, clinic, rows, "?dryRun=false")
    assert answer.status_code == 202, answer.content
    return answer.json()


def path_of(clinic, creation):
    return f"/v1/clinics/{clinic['id']}/bulk/patients/{creation['id']}"


def test_what_takes_longer_than_a_request_is_fetched_later(ada, clinic, file, impatient):
    creation = begun(ada.api, clinic, file)
    path = path_of(clinic, creation)
    assert creation["state"] == "pending"
    early = ada.api.get(f"{path}/file")
    assert (early.status_code, early.json()["message"]) == (409, kept_files.CREATION.not_ready)
    assert ada.api.get(path.rpartition("/")[0]).json() == [creation]
    deliver_all()
    done = ada.api.get(path).json()
    numbers = [done[name] for name in ("state", "total", "done", "patientsCreated", "link")]
    assert numbers == ["ready", 10, 10, 3, f"{path}/file"]
    assert ada.api.get(path.rpartition("/")[0]).json() == [done]
    for _ in range(2):
        rows = read(ada.api.get(f"{path}/file"))
        assert [cells[6] for cells in rows[:10]] == REASONS
        assert counts(rows) == [10, 3, 7, 1, 4, 5]
    assert recorded(operation="FetchBulkCreation")[-1]["list"]["shown"] == 10
    fetched = db.collection(audit.COLLECTION).count_documents({"action": "job.file_fetched"})
    assert fetched == 2
    with time_machine.travel(clock.now() + timedelta(days=1)):
        assert ada.api.get(path).json()["state"] == "expired"
        gone = ada.api.get(f"{path}/file")
        assert (gone.status_code, gone.json()["message"]) == (404, kept_files.CREATION.expired)
        assert ada.api.get(path.rpartition("/")[0]).json() == []


def test_what_was_answered_is_kept_too_because_the_connection_may_break(ada, clinic, file):
    rows = read(upload(ada.api, clinic, file, "?dryRun=false"))
    (creation,) = ada.api.get(f"/v1/clinics/{clinic['id']}/bulk/patients").json()
    assert (creation["state"], creation["patientsCreated"]) == ("ready", 3)
    assert read(ada.api.get(creation["link"])) == rows


def test_a_result_is_for_the_caller_who_has_sent_the_file(
    ada, ben, dot, eve, backend, clinic, other_clinic, impatient, settings
):
    path = path_of(clinic, begun(ada.api, clinic, [row("A", "1")]))
    deliver_all()
    add_member(clinic, dot, roles=("CLINIC_ADMIN",))
    add_member(other_clinic, ada, roles=("CLINIC_ADMIN",))
    elsewhere = path.replace(clinic["id"], other_clinic["id"])
    asked = [
        (ben.api, path),
        (eve.api, path),
        (dot.api, path),
        (backend, path),
        (ada.api, elsewhere),
    ]
    for one in ("", "/file"):
        answers = [caller.get(address + one).status_code for caller, address in asked]
        assert answers == [403, 403, 404, 404, 404]
    assert dot.api.get(path.rpartition("/")[0]).json() == []
    settings.BULK_CREATION = False
    hidden = (path, f"{path}/file", f"{path.rpartition('/')[0]}?unknown=1", f"{path[:-1]}x")
    assert {ada.api.get(one).status_code for one in hidden} == {404}
    settings.BULK_CREATION = True
    own = path_of(clinic, begun(backend, clinic, [row("B", "2")]))
    deliver_all()
    assert read(backend.get(f"{own}/file"))[0][0] == "B"


def test_a_result_goes_with_its_member_and_what_is_being_created_goes_on(
    ada, dot, clinic, impatient
):
    add_member(clinic, dot, roles=("CLINIC_ADMIN",))
    paths = [path_of(clinic, begun(dot.api, clinic, [row("A", "1")]))]
    deliver_all()
    paths.append(path_of(clinic, begun(dot.api, clinic, [row("B", "2")])))
    removed = ada.api.delete(f"/v1/clinics/{clinic['id']}/clinicians/{dot.user_id}")
    assert removed.status_code == 200
    deliver_all()
    assert [patient["fullName"] for patient in stored(clinic)] == ["A", "B"]
    add_member(clinic, dot, roles=("CLINIC_ADMIN",))
    states = [dot.api.get(path).json()["state"] for path in paths]
    assert states == ["expired", "ready"]


def test_a_creation_ends_with_a_clinic_that_is_deleted(ada, clinic, impatient, monkeypatch):
    """Also where that happens while a row is at work: it is not left behind in a clinic that is gone."""
    real = patient_service.custodial_accounts.make_account

    def delete_first(*arguments, **options):
        monkeypatch.setattr(patient_service.custodial_accounts, "make_account", real)
        assert ada.api.delete(f"/v1/clinics/{clinic['id']}").status_code == 204
        return real(*arguments, **options)

    begun(ada.api, clinic, [row("A", "1", "a@example.org"), row("B", "2")])
    monkeypatch.setattr(patient_service.custodial_accounts, "make_account", delete_first)
    deliver_all()
    assert db.collection("jobs").find_one({})["state"] == "canceled"
    assert (stored(clinic), list(db.collection("jobParts").find({}))) == ([], [])


def test_a_clinic_is_not_merged_away_while_patients_are_created_and_then_takes_them_along(
    ada, clinic, other_clinic, impatient, monkeypatch
):
    """Nor does a creation that begins at the same moment fail: it goes on where the merge is taken back, and ends with
    the clinic."""
    add_member(other_clinic, ada, roles=("CLINIC_ADMIN",))
    merges.without_waiting(monkeypatch)
    begun(ada.api, clinic, [row(f"Row {number}", str(number)) for number in range(3)])
    job_id = str(db.collection("jobs").find_one({})["_id"])
    for _ in range(2):  # its plan, and the first row
        running._take_step(jobs.access(job_id))
    source, target = ObjectId(clinic["id"]), ObjectId(other_clinic["id"])
    request = partial(merging.request_merge, source_id=source, target_id=target, requested_by="me")
    with pytest.raises(Conflict, match="created from a file"):
        request()

    monkeypatch.setattr(kept_files, "is_creating", lambda _: False)
    closures.close(ObjectId(), source_id=source, target_id=target)
    closures.forget()
    with pytest.raises(RetryLater, match=Failure.CLINIC_HELD):
        running.carry_out(job_id)
    db.collection(closures.store.COLLECTION).delete_many({})
    closures.forget()
    request()
    deliveries.drain("merges")
    deliver_all()
    assert db.collection("jobs").find_one({})["state"] == "canceled"
    assert len(stored(other_clinic)) == db.collection("patients").count_documents({}) == 1


def waiting_for(caller, clinic, rows):
    """The request that has sent the file, as the web server runs it again and again: a function that runs it once."""
    wait = {waiting.ENVIRON_KEY: waiting.Wait()}
    raw = "".join(",".join(row) + "\n" for row in rows).encode()
    path = f"/v1/clinics/{clinic['id']}/bulk/patients?dryRun=false"

    def run():
        return caller.post(path, raw, content_type="text/csv", **wait)

    with pytest.raises(waiting.AnswerLater):
        run()
    return run


def begin_one(clinic):
    """The job has created the first of its rows."""
    job_id = str(db.collection("jobs").find_one({})["_id"])
    for _ in range(2):  # its plan, and the row
        running._take_step(jobs.access(job_id))


def end_membership(clinic, other_clinic, dot, monkeypatch):
    of_dot = {"clinicId": ObjectId(clinic["id"]), "userId": dot.user_id}
    assert db.collection("clinicians").delete_one(of_dot).deleted_count == 1


def end_clinic(clinic, other_clinic, dot, monkeypatch):
    db.collection("patients").delete_many({"clinicId": ObjectId(clinic["id"])})
    clinics.delete_clinic(clinic["id"])


def end_by_staff(clinic, other_clinic, dot, monkeypatch):
    db.run_in_transaction(lambda: jobs.cancel(db.collection("jobs").find_one({})))


def end_by_merge(clinic, other_clinic, dot, monkeypatch):
    """As a merge that began with an earlier version."""
    monkeypatch.setattr(kept_files, "is_creating", lambda _: False)
    merges.without_waiting(monkeypatch)
    pair = {"source_id": clinic["id"], "target_id": other_clinic["id"]}
    merge = merging.request_merge(**pair, requested_by="me")
    deliveries.drain("merges")
    assert merging.access_merge(merge["_id"])["state"] == "completed"


NOT_TOLD = f"{bulk_api.NOT_TOLD}; patients created: 1"
ENDS = [
    (end_membership, f"{NOT_TOLD}; the creation goes on"),
    (end_clinic, NOT_TOLD),
    (end_by_merge, NOT_TOLD),
    (
        end_by_staff,
        "the creation has ended: it was canceled; patients created before: 1; "
        "send the file again for the others",
    ),
]


@pytest.mark.parametrize(("end", "words"), ENDS)
def test_who_waits_is_told_how_many_were_created_however_it_ends(
    ada, dot, clinic, other_clinic, monkeypatch, end, words
):
    add_member(clinic, dot, roles=("CLINIC_ADMIN",))
    add_member(other_clinic, ada, roles=("CLINIC_ADMIN",))
    run = waiting_for(dot.api, clinic, [row("A", "1"), row("B", "2")])
    begin_one(clinic)
    end(clinic, other_clinic, dot, monkeypatch)
    answer = run()
    assert (answer.status_code, answer.json()["message"]) == (409, words)


def test_who_waits_goes_on_waiting_while_a_merge_holds_the_clinic(ada, clinic, other_clinic):
    run = waiting_for(ada.api, clinic, [row("A", "1")])
    source, target = ObjectId(clinic["id"]), ObjectId(other_clinic["id"])
    closures.close(ObjectId(), source_id=source, target_id=target)
    closures.forget()
    with pytest.raises(waiting.AnswerLater):
        run()
    db.collection(closures.store.COLLECTION).delete_many({})
    closures.forget()
    deliver_all()
    assert read(run())[0][0] == "A"


def test_a_file_that_is_sent_after_a_merge_was_asked_for_creates_no_one(
    ada, clinic, other_clinic, monkeypatch
):
    merges.without_waiting(monkeypatch)
    source, target = ObjectId(clinic["id"]), ObjectId(other_clinic["id"])
    merge = merging.request_merge(source_id=source, target_id=target, requested_by="me")
    answer = upload(ada.api, clinic, [row("A", "1")], "?dryRun=false")
    assert (answer.status_code, answer.json()["message"]) == (409, closures.REQUESTED)
    assert db.collection("jobs").find_one({}) is None
    assert upload(ada.api, clinic, [row("A", "1")]).status_code == 200, "checked it can be"
    add_member(other_clinic, ada, roles=("CLINIC_ADMIN",))
    assert upload(ada.api, other_clinic, [row("A", "1")], "?dryRun=false").status_code == 200

    merging.stop_merge(merge["_id"])
    deliveries.drain("merges")
    assert upload(ada.api, clinic, [row("A", "1")], "?dryRun=false").status_code == 200
    assert [record["mrn"] for record in stored(clinic)] == ["1"]


def test_a_creation_that_is_started_again_waits_for_a_merge_that_was_asked_for(
    ada, clinic, other_clinic, impatient
):
    begun(ada.api, clinic, [row("A", "1")])
    db.collection("jobs").update_one({}, {"$set": {"state": "failed"}})
    source, target = ObjectId(clinic["id"]), ObjectId(other_clinic["id"])
    merging.request_merge(source_id=source, target_id=target, requested_by="me")
    db.collection("jobs").update_one({}, {"$set": {"state": "planning"}})
    with pytest.raises(RetryLater):
        running.carry_out(str(db.collection("jobs").find_one({})["_id"]))
    assert stored(clinic) == []


def test_a_creation_that_staff_have_canceled_says_so(ada, clinic, impatient):
    path = path_of(clinic, begun(ada.api, clinic, [row("A", "1")]))
    db.run_in_transaction(lambda: jobs.cancel(db.collection("jobs").find_one({})))
    told = ada.api.get(path).json()
    assert (told["state"], told["problem"]) == ("canceled", "it was canceled")
    assert "total" not in told
    assert ada.api.get(path.rpartition("/")[0]).json() == [told]
    refused = ada.api.get(f"{path}/file")
    assert (refused.status_code, refused.json()["message"]) == (
        409,
        "the creation has ended: it was canceled; patients created before: 0; "
        "send the file again for the others",
    )


def test_a_creation_that_is_canceled_at_a_row_has_counted_those_before_and_stores_it_not(
    ada, clinic, impatient, monkeypatch
):
    """The account that was made for the row is ended at once: the same file may be sent again."""
    begun(ada.api, clinic, [row(name, name, f"{name}@example.org") for name in "abc"])
    accounts = patient_service.custodial_accounts
    real, calls = accounts.make_account, []

    def cancel_at_second(*arguments):
        calls.append(1)
        if len(calls) == 2:
            db.run_in_transaction(lambda: jobs.cancel(db.collection("jobs").find_one({})))
        return real(*arguments)

    monkeypatch.setattr(accounts, "make_account", cancel_at_second)
    running.carry_out(str(db.collection("jobs").find_one({})["_id"]))
    job = db.collection("jobs").find_one({})
    assert (job["state"], job["done"], job["succeeded"]) == ("canceled", 1, 1)
    assert [record["mrn"] for record in stored(clinic)] == ["a"]
    accounts.require_free("b@example.org")


@pytest.mark.parametrize("end", [end_by_staff, end_clinic])
def test_the_account_of_a_row_at_work_is_ended_with_its_creation(
    ada, clinic, other_clinic, dot, impatient, monkeypatch, settings, end
):
    """Its worker was killed after the account was made. The same file may be sent again at once, and says nothing of
    a patient that does not exist."""
    settings.TAKEN_ADDRESSES_PER_CALLER = "1/hour"
    accounts = patient_service.custodial_accounts
    real = accounts.make_account

    def die(*arguments):
        real(*arguments)
        monkeypatch.setattr(accounts, "make_account", real)
        raise SystemExit

    monkeypatch.setattr(accounts, "make_account", die)
    begun(ada.api, clinic, [row("A", "1", "a@example.org"), row("B", "2")])
    with pytest.raises(SystemExit):
        running.carry_out(str(db.collection("jobs").find_one({})["_id"]))
    with pytest.raises(AddressTaken):
        accounts.require_free("a@example.org")

    end(clinic, other_clinic, dot, monkeypatch)
    if end is end_by_staff:  # being made, until a worker has ended it
        assert reasons_of(read(upload(ada.api, clinic, [row("A", "1", "a@example.org")]))) == [""]
    deliver_all()
    accounts.require_free("a@example.org")
    assert store.find_last_request("a@example.org") is None


def test_a_row_whose_tag_or_site_is_removed_meanwhile_says_so(ada, clinic, impatient):
    tag, site = {"_id": ObjectId(), "name": "Pump"}, {"id": ObjectId(), "name": "North"}
    own = {"_id": ObjectId(clinic["id"])}
    change = {"patientTags": [tag], "sites": [site]}
    db.collection("clinics").update_one(own, {"$set": change})
    rows = [
        row("A", "1", "", "", "", "Pump"),
        row("B", "2", "", "", "", "", "North"),
        row("C", "3"),
    ]
    answer = upload(ada.api, clinic, rows, "?tagsAndSites=true&dryRun=false")
    db.collection("clinics").update_one(own, {"$set": {"patientTags": [], "sites": []}})
    deliver_all()
    result = read(ada.api.get(f"{path_of(clinic, answer.json())}/file"))
    assert reasons_of(result) == [bulk_creations.TAG_GONE, bulk_creations.SITE_GONE, ""]
    assert bulk_creations.TAG_GONE.replace("tag", "site") == bulk_creations.SITE_GONE
    assert [record["mrn"] for record in stored(clinic)] == ["3"]


def test_a_name_with_a_semicolon_is_found_as_it_is(ada, clinic):
    names = ("North; Main", "North", "West", "a;b;c")
    sites = [{"id": ObjectId(), "name": name} for name in names]
    own = {"_id": ObjectId(clinic["id"])}
    db.collection("clinics").update_one(own, {"$set": {"sites": sites}})
    cells = ["West;North; Main", "North;West", "a;b;c;North; Main;North"]
    rows = [row(f"P{n}", str(n), "", "", "", "", cell) for n, cell in enumerate(cells)]
    read(upload(ada.api, clinic, rows, "?tagsAndSites=true&dryRun=false"))
    found = [{site["name"] for site in record["sites"]} for record in stored(clinic)]
    assert found == [
        {"West", "North; Main"},
        {"North", "West"},
        {"a;b;c", "North; Main", "North"},
    ]
    refused = upload(
        ada.api, clinic, [row("A", "1", "", "", "", "", "North;Main")], "?tagsAndSites=true"
    )
    assert refused.json()["message"] == "invalid CSV: unknown site: row 1, column 8"


@pytest.mark.parametrize("unique", [True, False])
def test_a_row_that_another_file_has_created_since_the_check_has_both_reasons(
    ada, backend, clinic, impatient, unique
):
    rules = {"required": False, "unique": unique}
    backend.put(f"/v1/clinics/{clinic['id']}/settings/mrn", rules)
    rows = [row("A", "1", "a@example.org"), row("B", "2")]
    creations = [begun(ada.api, clinic, rows) for _ in range(2)]
    deliver_all()
    results = [read(ada.api.get(f"{path_of(clinic, one)}/file")) for one in creations]
    first, second = sorted(results, key=lambda result: reasons_of(result)[0])
    assert reasons_of(first) == ["", ""]
    assert reasons_of(second) == ["duplicate MRN, duplicate email", "duplicate MRN"]
    assert counts(second) == [2, 0, 2, 0, 2, 1]


LATE = timedelta(seconds=3)


def test_a_creation_waits_while_mails_are_late(ada, clinic, impatient, monkeypatch):
    """Its own are among them, an invitation for each patient. A mail that was tried says nothing about workers."""
    monkeypatch.setattr(running, "LATE", LATE)
    begun(ada.api, clinic, [row("A", "1")])
    outbox_rows, seen = db.collection("outbox"), []
    for _ in range(2):
        outbox.emit(MailRequested(), not_before=clock.now() - timedelta(seconds=4))
    outbox_rows.update_one({"event": "mail.requested"}, {"$set": {"attempts": 1}})

    def pause():
        seen.append(len(stored(clinic)))
        outbox_rows.delete_many({"event": {"$ne": "job.due"}, "attempts": 0})

    monkeypatch.setattr(running, "_pause", pause)
    deliveries.drain(jobs.QUEUE)
    assert (seen, len(stored(clinic))) == ([0], 1)


def test_a_creation_goes_on_although_no_one_sends_mails(ada, clinic, impatient, monkeypatch):
    monkeypatch.setattr(running, "LATE", LATE)
    monkeypatch.setattr(running, "SLICE", timedelta(seconds=0.2))
    begun(ada.api, clinic, [row("A", "1")])
    outbox.emit(MailRequested(), not_before=clock.now() - timedelta(hours=1))
    deliveries.drain(jobs.QUEUE)
    assert len(stored(clinic)) == 1


def test_so_many_files_of_a_clinic_are_at_work_and_no_more(ada, clinic, impatient, monkeypatch):
    assert running.MOST_AT_WORK == 10
    monkeypatch.setattr(running, "MOST_AT_WORK", 1)
    begun(ada.api, clinic, [row("A", "1")])
    answer = upload(ada.api, clinic, [row("B", "2")], "?dryRun=false")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "10")
    assert upload(ada.api, clinic, [row("B", "2")]).status_code == 200
    deliver_all()
    begun(ada.api, clinic, [row("B", "2")])


# --- of the file --------------------------------------------------------------------------------------
def test_a_line_separator_in_a_cell_does_not_end_the_row():
    rows = bulk_rows.read("Ann\u2028Bee,1990-01-02,1\r\nCy,1990-01-02,2\r".encode())
    assert [len(cells) for cells in rows.values()] == [3, 3]


def test_a_row_that_creates_no_one_tells_of_no_address_beyond_the_limit(
    ada, backend, clinic, other_clinic, settings, impatient, monkeypatch
):
    """Its tag goes, or its MRN is used, while the file waits: whether the address has an account by now makes no
    difference to what is said."""
    settings.TAKEN_ADDRESSES_PER_CALLER = "1/hour"
    addresses = ["free0@example.org", "free1@example.org"]
    tagged = [row("P", str(n), one, "", "", "Pump") for n, one in enumerate(addresses)]
    taken = [make_person(f"Person {n}").email for n in range(2)]
    own = {"_id": ObjectId(clinic["id"])}
    has_tag = {"$set": {"patientTags": [{"_id": ObjectId(), "name": "Pump"}]}}
    db.collection("clinics").update_one(own, has_tag)
    checked = [*tagged, *(row("Q", f"q{n}", one) for n, one in enumerate(taken))]
    found = reasons_of(read(upload(ada.api, clinic, checked, "?tagsAndSites=true")))
    assert found == ["", "", "duplicate email", bulk_creations.UNCHECKED_EMAIL]
    elsewhere = {"fullName": "P", "birthDate": "1990-01-02", "email": addresses[0]}
    assert backend.post(f"/v1/clinics/{other_clinic['id']}/patients", elsewhere).status_code == 200

    def created_after(change):
        answer = upload(ada.api, clinic, tagged, "?tagsAndSites=true&dryRun=false")
        change()
        deliver_all()
        return reasons_of(read(ada.api.get(f"{path_of(clinic, answer.json())}/file")))

    def remove_tag():
        db.collection("clinics").update_one(own, {"$set": {"patientTags": []}})

    def use_mrns():
        for mrn in ("0", "1"):
            make_patient(own, mrn=mrn)

    assert created_after(remove_tag) == [bulk_creations.TAG_GONE] * 2
    db.collection("clinics").update_one(own, has_tag)
    assert created_after(use_mrns) == [bulk_creations.DUPLICATE_MRN] * 2
