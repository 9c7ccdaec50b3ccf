"""XealthGetPrograms and XealthGetProgramUrl (rules EHR-154 to EHR-159)."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from bson import ObjectId
from pymongo.errors import AutoReconnect
from structlog.testing import capture_logs

from kernel import clock, db
from kernel.http import ServiceError, ServiceUnavailable
from tests import xealth
from tests.cast import Api
from tests.factories import make_clinic
from tests.xealth import ABSENT, CLINICIAN, Xealth, changed, request, xealth_clinic, xealth_patient
from users.services import neighbours
from xealth.services import report_views
from xealth.store import programs as programs_store

EXPLAINED = ("xealth_order",)
ENROLLED = datetime(2024, 6, 11, 23, 59, tzinfo=UTC)
UPDATED = datetime(2024, 6, 20, 8, tzinfo=UTC)
NOT_PRESENT = {"present": False}
DESCRIPTION = (
    "Last Upload: {} | Last Viewed by You: {} | Claimed Account?: {} | Cloud Connections: {}"
)


def dates(updated=UPDATED, uploaded=UPDATED):
    return {"lastUpdatedDate": updated, "lastUploadDate": uploaded}


def summary(cgm=None, bgm=None):
    blocks = {"cgmStats": cgm, "bgmStats": bgm}
    return {
        name: {"id": str(ObjectId()), "dates": block} for name, block in blocks.items() if block
    }


def subscribe(patient, *, context="new", active=True, provider="xealth", **notification):
    order = {
        "_id": ObjectId(),
        "eventNotification": {
            "eventType": "order",
            "eventContext": context,
            "eventTimeStamp": ENROLLED,
            "programId": xealth.PROGRAM,
            **notification,
        },
        "orderData": {},
    }
    db.collection("xealth_order").insert_one(order)
    matched = {"id": order["_id"], "dataModel": "order", "eventType": context}
    set_fields(
        patient,
        ehrSubscriptions={
            "xealthReports": {"active": active, "provider": provider, "matchedMessages": [matched]}
        },
    )
    return order


def set_fields(patient, **fields):
    db.collection("patients").update_one({"_id": patient["_id"]}, {"$set": fields})


def programs(body=None, status=200):
    response = Xealth().put(xealth.PROGRAMS, body or request())
    assert response.status_code == status, response.content
    return response.json()


def shown(body=None):
    answer = programs(body)
    assert answer["present"] is True
    (program,) = answer["programs"]
    return program


def url_of(body=None, status=200):
    response = Xealth().put(xealth.PROGRAM_URL, body or request())
    assert response.status_code == status, response.content
    return response.json()["url" if status == 200 else "message"]


def described(uploaded="2024-06-20", viewed="N/A", claimed="No", connections="None"):
    return DESCRIPTION.format(uploaded, viewed, claimed, connections)


def views():
    return list(db.collection("xealth_report_view").find({}, sort=[("_id", 1)]))


@pytest.fixture
def clinic():
    return xealth_clinic()


@pytest.fixture
def patient(clinic):
    """Subscribed, with a custodial account and statistics."""
    tomas = xealth_patient(
        clinic, permissions={"custodian": {}, "view": {}}, summary=summary(dates())
    )
    subscribe(tomas)
    return tomas


# --- who is present -----------------------------------------------------------------------------------
class TestPresence:
    def test_no_clinic_and_no_patient_are_no_failure(self, clinic):
        assert programs() == NOT_PRESENT
        assert programs(request(deployment="elsewhere")) == NOT_PRESENT

    def test_the_birth_date_counts(self, patient):
        assert programs(xealth.with_birth_date(request(), "1979-09-29")) == NOT_PRESENT

    def test_a_patient_of_another_clinic_is_not_present(self, clinic):
        subscribe(xealth_patient(make_clinic()))

        assert programs() == NOT_PRESENT

    @pytest.mark.parametrize("change", [{"active": False}, {"provider": "redox"}])
    def test_an_inactive_subscription_and_one_of_redox_do_not_count(self, patient, change):
        subscribe(patient, **change)

        assert programs() == NOT_PRESENT

    @pytest.mark.parametrize(
        "subscriptions",
        [
            None,
            {},
            {"summaryAndReports": {"active": True, "provider": "xealth"}},
            {"xealthReports": None},
            {"xealthReports": {"active": True, "provider": "xealth"}},
            {"xealthReports": {"active": True, "provider": "xealth", "matchedMessages": []}},
        ],
    )
    def test_without_a_subscription_that_names_an_order_no_one_is_present(
        self, patient, subscriptions
    ):
        set_fields(patient, ehrSubscriptions=subscriptions)

        assert programs() == NOT_PRESENT

    @pytest.mark.foreign_documents
    @pytest.mark.parametrize(
        "value", ["text", 7, [1], {"xealthReports": "x"}, {"xealthReports": {"active": "yes"}}]
    )
    def test_a_subscription_that_cannot_be_read_counts_as_missing(self, patient, value):
        set_fields(patient, ehrSubscriptions=value)

        assert programs() == NOT_PRESENT

    def test_an_order_that_is_gone_is_404(self, patient):
        db.collection("xealth_order").delete_many({})

        assert programs(status=404) == {"message": "not found"}

    def test_the_last_order_counts(self, patient):
        first = db.collection("xealth_order").find_one({})
        second = subscribe(patient, programId="another-program")
        matched = [
            {"id": o["_id"], "dataModel": "order", "eventType": "new"} for o in (first, second)
        ]
        set_fields(patient, **{"ehrSubscriptions.xealthReports.matchedMessages": matched})

        assert shown()["programId"] == "another-program"

    def test_refusals_of_matching_keep_their_words(self, clinic, patient):
        prefix = "matching get programs request: "
        without_datasets = changed(request(), "datasets", ABSENT)
        without_mrn = changed(request(), "patientIdentity.ids", [])

        assert (
            programs(without_datasets, 400)["message"]
            == f"{prefix}bad request: datasets is required"
        )
        assert programs(without_mrn, 400)["message"] == f"{prefix}bad request: mrn is missing"
        xealth_patient(clinic)
        words = "constraint violation: multiple matching patients found"
        assert programs(status=422)["message"] == prefix + words
        xealth_clinic()
        words = "duplicate: found multiple matching clinics"
        assert programs(status=409)["message"] == prefix + words


# --- what is shown ------------------------------------------------------------------------------------
class TestProgram:
    def test_a_patient_with_statistics(self, patient):
        assert programs() == {
            "present": True,
            "programs": [
                {
                    "title": "Tidepool",
                    "programId": xealth.PROGRAM,
                    "enrolledDate": "2024-06-11",
                    "hasStatusView": True,
                    "has_alert": True,
                    "description": described(),
                }
            ],
        }

    def test_before_the_first_upload(self, patient):
        set_fields(patient, summary=None)

        program = shown()

        assert (program["hasStatusView"], program["has_alert"]) == (False, False)
        assert program["description"] == described(uploaded="N/A")

    def test_the_later_of_both_kinds_counts(self, patient):
        later = datetime(2024, 7, 1, 23, 30, tzinfo=UTC)
        bgm = {"lastUpdatedDate": later, "lastUploadDate": None}
        set_fields(patient, summary=summary(dates(uploaded=None), bgm))

        program = shown()

        assert program["hasStatusView"] is False
        assert program["description"] == described(uploaded="2024-07-01")

    def test_the_zero_time_is_no_time(self, patient):
        set_fields(patient, summary=summary(dates(updated=clock.ZERO, uploaded=clock.ZERO)))

        program = shown()

        assert (program["hasStatusView"], program["has_alert"]) == (False, False)
        assert program["description"] == described(uploaded="N/A")

    @pytest.mark.parametrize(
        ("permissions", "claimed"),
        [
            ({"custodian": {}, "view": {}}, "No"),
            ({"view": {}}, "Yes"),
            ({}, "Yes"),
            (None, "No"),
        ],
    )
    def test_a_claimed_account_has_no_custodian(self, patient, permissions, claimed):
        set_fields(patient, permissions=permissions)

        assert shown()["description"] == described(claimed=claimed)

    def test_of_each_provider_the_source_that_changed_last_is_shown(self, patient):
        def source(name, state, day=None):
            changed_at = {} if day is None else {"modifiedTime": datetime(2024, 1, day, tzinfo=UTC)}
            return {"providerName": name, "state": state, **changed_at}

        sources = [
            source("twiist", "connected", 1),
            source("dexcom", "pendingReconnect", 3),
            source("dexcom", "connected", 2),
            source("abbott", "error", 9),
            source("abbott", "Disconnected"),
            source("abbott", "connected", 4),
        ]
        set_fields(patient, dataSources=sources)

        connections = "Abbott (connected), Dexcom (pending reconnect), twiist (connected)"
        assert shown()["description"] == described(connections=connections)

    @pytest.mark.foreign_documents
    def test_what_cannot_be_read_counts_as_missing(self, patient):
        order = subscribe(patient, eventTimeStamp="yesterday", programId=7)
        set_fields(
            patient,
            summary={"cgmStats": {"dates": "none"}, "bgmStats": [1]},
            permissions="all",
            dataSources=[
                None,
                {"providerName": 7},
                {"state": "x"},
                {"providerName": "dexcom", "state": 1},
            ],
        )

        program = shown()

        assert program["enrolledDate"] == order["_id"].generation_time.date().isoformat()
        assert (program["programId"], program["hasStatusView"]) == ("", False)
        assert program["description"] == described(uploaded="N/A", connections="Dexcom ()")

    def test_an_empty_body_is_the_same_as_an_unknown_clinic(self, patient):
        for body, kind in (
            (b"", "application/json"),
            (b"a=1", "application/x-www-form-urlencoded"),
            (b"<a/>", "text/xml"),
        ):
            response = Xealth().put(xealth.PROGRAMS, body, content_type=kind)
            assert (response.status_code, response.json()) == (200, NOT_PRESENT)

    @pytest.mark.parametrize("path", [xealth.PROGRAMS, xealth.PROGRAM_URL])
    @pytest.mark.parametrize("kind", ["text/plain", "application/octet-stream", ""])
    def test_another_content_type_is_415(self, patient, path, kind):
        response = Xealth().put(path, b"{}", content_type=kind)

        assert (response.status_code, response.json()) == (
            415,
            {"message": "Unsupported Media Type"},
        )


# --- views --------------------------------------------------------------------------------------------
class TestViews:
    def test_a_view_ends_the_alert_of_this_clinician_alone(self, patient):
        other = changed(request(), "datasets.ehrUserV1.userId", "EHR-USER-13")
        unnamed = changed(request(), "datasets.ehrUserV1", ABSENT)
        assert shown()["has_alert"] is True

        url_of()

        program = shown()
        today = clock.now().date().isoformat()
        assert program["has_alert"] is False
        assert program["description"] == described(viewed=today)
        for body in (other, unnamed):
            program = shown(body)
            assert program["has_alert"] is True
            assert program["description"] == described()

    def test_new_statistics_bring_the_alert_back(self, patient):
        url_of()
        set_fields(patient, summary=summary(dates(updated=clock.now() + timedelta(seconds=1))))

        assert shown()["has_alert"] is True

    def test_statistics_of_the_moment_of_the_view_are_no_news(self, patient):
        url_of()
        (view,) = views()
        set_fields(patient, summary=summary(dates(updated=view["createdTime"])))

        assert shown()["has_alert"] is False

    def test_the_newest_view_counts(self, patient):
        url_of()
        url_of()
        first, second = views()
        for view, day in ((first, 25), (second, 2)):
            moment = datetime(2024, 6, day, tzinfo=UTC)
            db.collection("xealth_report_view").update_one(
                {"_id": view["_id"]}, {"$set": {"createdTime": moment}}
            )

        program = shown()

        assert program["has_alert"] is False
        assert program["description"] == described(viewed="2024-06-25")

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("userId", "EHR-USER-13"),
            ("deployment", "elsewhere"),
            ("programId", "another-program"),
            ("clinicId", ObjectId()),
            ("patientUserId", "0123456789"),
        ],
    )
    def test_a_view_of_something_else_does_not_count(self, patient, field, value):
        url_of()
        db.collection("xealth_report_view").update_one({}, {"$set": {field: value}})

        assert shown()["has_alert"] is True

    def test_what_is_stored_of_a_view(self, clinic, patient):
        url_of(request(programId="tp-program-7", deployment=" RiverTown "))

        (view,) = views()
        assert abs(view.pop("createdTime") - clock.now()) < timedelta(minutes=1)
        assert view.pop("_id")
        assert view == {
            "userId": "EHR-USER-12",
            "deployment": xealth.DEPLOYMENT,
            "systemLogin": "lmoss",
            "patientUserId": patient["userId"],
            "programId": "tp-program-7",
            "clinicId": clinic["_id"],
        }

    def test_a_login_that_is_not_sent_is_not_stored(self, patient):
        url_of(changed(request(), "datasets.ehrUserV1", {"userId": "EHR-USER-12"}))

        assert "systemLogin" not in views()[0]

    @pytest.mark.parametrize("user", [ABSENT, None, {}, {**CLINICIAN, "userId": ""}])
    def test_a_clinician_without_id_leaves_no_view(self, patient, user):
        url_of(changed(request(), "datasets.ehrUserV1", user))

        assert views() == []

    def test_the_last_view_is_read_from_one_key_of_the_index(self, clinic, patient):
        for number in range(30):
            url_of(changed(request(), "datasets.ehrUserV1.userId", f"EHR-USER-{number % 3 + 11}"))
        clinician = report_views.Clinician("EHR-USER-12", "")
        key = report_views.key(clinician, clinic, patient)
        order = db.collection("xealth_order").find_one({})
        pipeline = [
            {"$match": {"_id": order["_id"]}},
            {"$project": {"programId": "$eventNotification.programId"}},
            {"$lookup": programs_store._last_view(key)},
        ]

        explained = db.database().command(
            "explain",
            {"aggregate": "xealth_order", "pipeline": pipeline, "cursor": {}},
            verbosity="executionStats",
        )

        (lookup,) = (stage for stage in explained["stages"] if "$lookup" in stage)
        assert lookup["indexesUsed"] == ["LastReportViewV2"]
        assert (lookup["totalKeysExamined"], lookup["totalDocsExamined"]) == (1, 0)
        assert lookup["collectionScans"] == 0


# --- address ------------------------------------------------------------------------------------------
class TestUrl:
    def test_the_address_holds_a_token_for_this_report(self, clinic, patient, settings):
        settings.APPLICATION_URL = "https://app.example.org/"

        address = urlsplit(url_of())

        assert (address.scheme, address.netloc) == ("https", "app.example.org")
        assert address.path == "/v1/xealth/report/web/viewer.html"
        names = [pair.partition("=")[0] for pair in address.query.split("&")]
        assert names == ["clinicId", "patientId", "restricted_token"]
        query = parse_qs(address.query)
        assert query["clinicId"] == [str(clinic["_id"])]
        assert query["patientId"] == [patient["userId"]]
        token = neighbours.restricted_tokens().get_token(query["restricted_token"][0])
        assert token.user_id == patient["userId"]
        assert token.paths

    def test_subscription_and_program_are_not_asked_for(self, clinic):
        xealth_patient(clinic)

        assert url_of(request(programId="no-such-program"))
        assert url_of(changed(request(), "programId", ABSENT))

    def test_refusals_of_matching_keep_their_words(self, clinic):
        prefix = "matching get program url request: "

        assert url_of(status=404) == f"{prefix}not found: couldn't find matching patient"
        words = "not found: couldn't find matching clinic"
        assert url_of(request(deployment="x"), 404) == prefix + words
        without_datasets = changed(request(), "datasets", ABSENT)
        assert url_of(without_datasets, 400) == f"{prefix}bad request: datasets is required"
        xealth_patient(clinic)
        xealth_patient(clinic)
        words = "constraint violation: multiple matching patients found"
        assert url_of(status=422) == prefix + words
        xealth_clinic()
        words = "duplicate: found multiple matching clinics"
        assert url_of(status=409) == prefix + words
        assert views() == []

    @pytest.mark.parametrize("error", [ServiceError("auth", 500), ServiceUnavailable("auth")])
    def test_without_a_token_it_is_503_and_counts_as_no_view(self, patient, monkeypatch, error):
        class Failing:
            def create_token(self, *_):
                raise error

        monkeypatch.setattr(neighbours, "restricted_tokens", Failing)

        assert url_of(status=503) == "service unavailable"
        assert views() == []

    def test_a_view_that_cannot_be_stored_is_logged_without_the_patient(self, patient, monkeypatch):
        def fail(document):
            raise AutoReconnect(str(document))

        monkeypatch.setattr("xealth.store.report_views.insert_view", fail)

        with capture_logs() as lines:
            assert url_of()

        (line,) = (line for line in lines if line["event"] == "xealth.view_not_recorded")
        assert line == {"event": line["event"], "log_level": "warning", "error": "AutoReconnect"}


# --- broken values ------------------------------------------------------------------------------------
KINDS = {
    "a text": "text", "a number": 7, "a fraction": 1.5, "true": True, "a list": [1], "an object": {"a": 1},
    "a control character": "a\x01b", "a zero character": "a\0b", "a long text": "x" * 5000,
}  # fmt: skip
READ = [
    "deployment", "patientIdentity", "patientIdentity.ids", "patientIdentity.ids.1", "patientIdentity.ids.1.id",
    "patientIdentity.ids.1.type", "datasets", "datasets.demographicsV1", "datasets.demographicsV1.name",
    "datasets.demographicsV1.name.given", "datasets.demographicsV1.birthDate", "datasets.demographicsV1.telecom",
    "datasets.ehrUserV1", "datasets.ehrUserV1.userId", "datasets.ehrUserV1.systemLogin",
]  # fmt: skip


@pytest.mark.parametrize("path", READ)
def test_a_value_of_any_kind_in_any_place_is_answered(patient, path):
    statuses = set()
    for kind, value in KINDS.items():
        body = changed(request(), path, value)
        for operation in (xealth.PROGRAMS, xealth.PROGRAM_URL):
            response = Xealth().put(operation, body)
            assert response.status_code in (200, 400, 404), (operation, kind, response.content)
            statuses.add(response.status_code)
            if response.status_code >= 400:
                assert response.json().keys() == {"message"}
    assert 400 in statuses


def test_a_program_id_that_is_no_text_is_refused_before_a_token_is_made(patient):
    words = "bad request: request_unreadable: programId must be a text"

    assert url_of(request(programId={"a": 1}), 400) == words
    assert db.collection("restrictedTokens").count_documents({}) == 0


def test_how_many_commands_a_request_takes(patient, mongo_commands):
    api = Api()
    for path, most in ((xealth.PROGRAMS, 3), (xealth.PROGRAM_URL, 4), (xealth.PREORDER, 2)):
        body = request(eventType="preorder", eventContext="initial")
        method = api.post if path == xealth.PREORDER else api.put
        with mongo_commands() as commands:
            assert method(path, body, headers=xealth.TOKEN).status_code == 200
        assert len(commands) <= most, (path, commands)


@pytest.mark.foreign_documents
@pytest.mark.parametrize(
    "path",
    ["ehrSettings.mrnIdType", "ehrSettings.procedureCodes", "timezone", "patientTags", "name"],
)
def test_a_broken_record_of_the_clinic_is_no_failure(clinic, patient, path):
    for value in (None, 7, "text", ["a"], {"a": 1}, ObjectId()):
        db.collection("clinics").update_one({"_id": clinic["_id"]}, {"$set": {path: value}})
        preorder = request(eventType="preorder", eventContext="initial")
        new_person = changed(preorder, "patientIdentity.ids.1.id", "RT-1")
        for body in (preorder, new_person):
            response = Xealth().post(xealth.PREORDER, body)
            assert response.status_code in (200, 400), (path, value)
        assert Xealth().put(xealth.PROGRAMS, request()).status_code in (200, 400), (path, value)
        assert Xealth().put(xealth.PROGRAM_URL, request()).status_code in (200, 400), (path, value)
