"""Creating patients (rules PATIENT-12 to PATIENT-43)."""

import pytest
from bson import ObjectId

from kernel import db
from kernel.http import ServiceError, ServiceUnavailable
from tests.events import deliver_all, emitted
from tests.factories import make_clinic, make_clinician, make_patient, stored_patient
from users.services import neighbours

BODY = {"fullName": "Iris Example", "birthDate": "1984-05-06"}
SERVICE = "user service"
NORTH, SOUTH, PUMP = ObjectId(), ObjectId(), ObjectId()


@pytest.fixture
def lakeside(ben):
    clinic = make_clinic(
        sites=[{"id": NORTH, "name": "North"}, {"id": SOUTH, "name": "South"}],
        patientTags=[{"_id": PUMP, "name": "Pump"}],
    )
    make_clinician(clinic, ben)
    return clinic


@pytest.fixture
def made_accounts(monkeypatch):
    """Ids of the custodial accounts that were made."""
    patients = []
    service = neighbours.user_service()
    original = type(service).create_custodial_user

    def create(self, clinic_id, email):
        user = original(self, clinic_id, email)
        patients.append(user.user_id)
        return user

    monkeypatch.setattr(type(service), "create_custodial_user", create)
    return patients


def url(clinic, user_id=None):
    base = f"/v1/clinics/{clinic['_id']}/patients"
    return f"{base}/{user_id}" if user_id else base


def set_clinic(clinic, **fields):
    db.collection("clinics").update_one({"_id": clinic["_id"]}, {"$set": fields})


def patients_of(clinic):
    return db.collection("patients").count_documents({"clinicId": clinic["_id"]})


# --- which integration made it (rules PATIENT-187 and PATIENT-188) --------------------------------
MADE_BY = {"creationMetadata": {"integration": "redox"}}


def test_a_service_says_which_integration_makes_a_patient(lakeside, ben, backend):
    created = backend.post(url(lakeside), {**BODY, **MADE_BY}).json()
    assert created["creationMetadata"] == MADE_BY["creationMetadata"]
    other = {"creationMetadata": {"integration": "xealth"}}
    for api, sent in ((ben.api, {}), (backend, other)):
        assert api.put(url(lakeside, created["id"]), {**BODY, **sent}).status_code == 200
        shown = ben.api.get(url(lakeside, created["id"])).json()
        assert shown["creationMetadata"] == MADE_BY["creationMetadata"]


def test_members_cannot_claim_an_integration_and_unknown_ones_are_shown(lakeside, ben, backend):
    created = ben.api.post(url(lakeside), {**BODY, **MADE_BY}).json()
    assert "creationMetadata" not in created
    unknown = {"creationMetadata": {"integration": "epic"}}
    assert backend.post(url(lakeside), {**BODY, **unknown}).status_code == 400
    make_patient(lakeside, userId="0123456789", **unknown)
    shown = ben.api.get(url(lakeside, "0123456789")).json()
    assert shown["creationMetadata"] == unknown["creationMetadata"]


@pytest.mark.parametrize(
    "said",
    [
        *({"connectionIssue": value} for value in (None, {}, {"cause": "error"}, [1])),
        *({"connectionIssueSource": value} for value in (None, "bogus", {"a": 1})),
        *({"creationMetadata": value} for value in (None, {}, {"integration": "epic"}, "redox")),
        {"lastInvitationSent": "yesterday"},
    ],
)
def test_what_the_service_alone_decides_is_ignored_whatever_it_is(lakeside, ben, backend, said):
    """Rules PATIENT-164 and PATIENT-187."""
    created = ben.api.post(url(lakeside), {**BODY, **said})
    assert created.status_code == 200
    assert not created.json().keys() & said.keys()
    for api in (ben.api, backend):
        answer = api.put(url(lakeside, created.json()["id"]), {**BODY, **said})
        assert answer.status_code == 200
        assert not answer.json().keys() & said.keys()


def test_a_service_is_told_of_creation_metadata_that_it_states_wrongly(lakeside, backend):
    for said in ("redox", {"integration": 1}, {"integration": "epic"}):
        answer = backend.post(url(lakeside), {**BODY, "creationMetadata": said})
        assert answer.status_code == 400
        assert 'patient.v1: Error at "/creationMetadata' in answer.json()["message"]


# --- custodial accounts ---------------------------------------------------------------------------
def test_an_account_is_made_and_its_record_stored(lakeside, ben):
    body = {**BODY, "email": "Iris@Example.org", "mrn": "A1", "targetDevices": ["meter"]}
    answer = ben.api.post(url(lakeside), body)
    assert answer.status_code == 200
    patient = answer.json()
    stored = stored_patient(lakeside, patient["id"])
    assert stored["email"] == "iris@example.org"
    assert stored["mrn"] == "A1"
    assert stored["invitedBy"] == ben.user_id
    assert stored["requireUniqueMrn"] is False
    assert stored["permissions"] == {"custodian": {}, "view": {}, "upload": {}, "note": {}}
    assert stored["createdTime"] == stored["updatedTime"]
    assert neighbours.user_service().get_user(patient["id"]).username == "iris@example.org"
    expected = {"clinicId": str(lakeside["_id"]), "userId": patient["id"]}
    events = emitted("patient.created")
    assert events
    assert all(event == expected for event in events)


def test_a_new_patient_is_shown_with_its_nulls_and_empty_lists(lakeside, ben):
    patient = ben.api.post(url(lakeside), BODY).json()
    assert patient["tags"] is None
    assert patient["dataSources"] is None
    assert patient["reviews"] == []
    assert patient["sites"] == []
    assert patient["connectionRequests"] == {"abbott": [], "dexcom": [], "twiist": []}
    assert not {"summary", "email", "mrn", "targetDevices", "diagnosisType"} & patient.keys()


def test_a_backend_leaves_no_inviter(lakeside, backend):
    stored = stored_patient(lakeside, backend.post(url(lakeside), BODY).json()["id"])
    assert "invitedBy" not in stored
    assert stored["email"] is None


@pytest.mark.yardstick("Z4")
def test_permissions_of_the_body_are_ignored(lakeside, ben):
    patient = ben.api.post(url(lakeside), {**BODY, "permissions": {"view": {}}}).json()
    assert set(patient["permissions"]) == {"custodian", "view", "upload", "note"}


@pytest.mark.parametrize(
    "body",
    [
        None,
        {},
        {"fullName": "Iris"},
        {"birthDate": "1984-05-06"},
        {**BODY, "fullName": ""},
        {**BODY, "birthDate": "2012-02-31"},
        {**BODY, "birthDate": None},
        {**BODY, "mrn": ""},
        {**BODY, "mrn": None},
        {**BODY, "email": None},
        {**BODY, "tags": ["x"]},
        {**BODY, "tags": ["a" * 24, "a" * 24]},
        {**BODY, "sites": [{"id": "a" * 24, "name": ""}]},
        {**BODY, "diagnosisType": "type9"},
        {**BODY, "dataSources": [{"providerName": "dexcom"}]},
        {**BODY, "dataSources": [{"providerName": "", "state": "pending"}]},
        {**BODY, "glycemicRanges": {"preset": "mine"}},
    ],
)
def test_a_body_that_is_not_right_makes_no_account(lakeside, ben, made_accounts, body):
    answer = ben.api.post(url(lakeside), body)
    assert answer.status_code == 400
    assert answer.json()["message"].startswith("request body has an error")
    assert made_accounts == []


@pytest.mark.yardstick("Z4")
def test_unknown_and_read_only_properties_are_ignored(lakeside, ben):
    body = {**BODY, "sortIndex": 3, "id": "0123456789", "createdTime": "2001-01-01T00:00:00Z"}
    patient = ben.api.post(url(lakeside), body).json()
    assert patient["id"] != "0123456789"
    assert not patient["createdTime"].startswith("2001")


def test_invalid_address_is_400(lakeside, ben):
    answer = ben.api.post(url(lakeside), {**BODY, "email": "nowhere"})
    assert answer.status_code == 400
    assert 'Error at "/email"' in answer.json()["message"]


def test_an_unknown_clinic_is_404_for_a_backend(backend):
    answer = backend.post("/v1/clinics/" + "a" * 24 + "/patients", BODY)
    assert answer.status_code == 404
    assert answer.json() == {"message": "clinic not found"}


def test_a_taken_address_is_409(lakeside, ben, dot):
    answer = ben.api.post(url(lakeside), {**BODY, "email": dot.email.upper()})
    assert answer.status_code == 409
    assert answer.json() == {"message": "duplicate: email address is already taken"}


def test_get_shows_what_was_created(lakeside, ben):
    created = ben.api.post(url(lakeside), BODY).json()
    assert ben.api.get(url(lakeside, created["id"])).json() == created


def test_get_of_a_stranger_is_404(lakeside, ben, eve):
    answer = ben.api.get(url(lakeside, eve.user_id))
    assert answer.status_code == 404
    assert answer.json() == {"message": "patient not found"}


def test_the_list_shows_and_counts_a_new_patient_at_once(lakeside, ben):
    created = ben.api.post(url(lakeside), BODY).json()
    meta = {"count": 1, "totalCount": 1}
    assert ben.api.get(url(lakeside)).json() == {"data": [created], "meta": meta}


# --- MRN rules ------------------------------------------------------------------------------------
def test_a_required_mrn_must_be_there(lakeside, ben, made_accounts):
    set_clinic(lakeside, mrnSettings={"required": True, "unique": False})
    answer = ben.api.post(url(lakeside), BODY)
    assert answer.status_code == 400
    assert answer.json() == {"message": "bad request: mrn is required"}
    assert made_accounts == []


@pytest.mark.parametrize("mrn", ["a1", "A1", "á1"])
def test_a_unique_mrn_ignores_case_and_accents(lakeside, ben, made_accounts, mrn):
    make_patient(lakeside, mrn="A1")
    set_clinic(lakeside, mrnSettings={"required": False, "unique": True})
    answer = ben.api.post(url(lakeside), {**BODY, "mrn": mrn})
    assert answer.status_code == 400
    assert answer.json() == {"message": "bad request: mrn must be unique"}
    assert made_accounts == []


def test_a_unique_mrn_may_be_in_another_clinic_or_missing(lakeside, ben):
    make_patient(make_clinic(), mrn="A1")
    set_clinic(lakeside, mrnSettings={"required": False, "unique": True})
    patient = ben.api.post(url(lakeside), {**BODY, "mrn": "A1"}).json()
    assert stored_patient(lakeside, patient["id"])["requireUniqueMrn"] is True
    assert ben.api.post(url(lakeside), BODY).status_code == 200
    assert ben.api.post(url(lakeside), BODY).status_code == 200


# --- tags, sites, sources, ranges -----------------------------------------------------------------
def test_sites_take_the_clinics_names_and_each_counts_once(lakeside, ben):
    sites = [{"id": str(SOUTH), "name": "Mine"}, {"id": str(SOUTH)}]
    patient = ben.api.post(url(lakeside), {**BODY, "sites": sites}).json()
    assert patient["sites"] == [{"id": str(SOUTH), "name": "South"}]


def test_an_unknown_site_is_refused_before_an_account_is_made(lakeside, ben, made_accounts):
    answer = ben.api.post(url(lakeside), {**BODY, "sites": [{"id": "a" * 24, "name": "Nowhere"}]})
    assert answer.status_code == 422
    message = "constraint violation: the clinic has no site with that name"
    assert answer.json() == {"message": message}
    assert made_accounts == []


def test_tags_are_kept_as_given(lakeside, ben):
    tag = str(PUMP)
    patient = ben.api.post(url(lakeside), {**BODY, "tags": [tag]}).json()
    assert patient["tags"] == [tag]
    assert stored_patient(lakeside, patient["id"])["tags"] == [ObjectId(tag)]


def test_empty_lists_of_tags_show_as_null_and_of_sources_too(lakeside, ben):
    patient = ben.api.post(url(lakeside), {**BODY, "tags": [], "dataSources": []}).json()
    assert patient["tags"] is None
    assert patient["dataSources"] is None


def test_data_sources_keep_their_times(lakeside, ben):
    source = {
        "providerName": "dexcom",
        "state": "connected",
        "dataSourceId": "b" * 24,
        "modifiedTime": "2025-07-01T10:00:00.120Z",
    }
    patient = ben.api.post(url(lakeside), {**BODY, "dataSources": [source]}).json()
    assert patient["dataSources"] == [{**source, "modifiedTime": "2025-07-01T10:00:00.12Z"}]


def threshold(value, units="mmol/L", **fields):
    return {"name": "limit", "upperBound": {"value": value, "units": units}, **fields}


@pytest.mark.parametrize(
    ("given", "stored", "shown"),
    [
        ({}, {"type": "preset", "preset": "adaStandard"}, None),
        ({"preset": "adaHighRisk"}, {"type": "preset", "preset": "adaHighRisk"}, None),
        (
            {"type": "preset", "custom": {"name": "x", "thresholds": []}},
            {"type": "preset", "preset": "adaStandard"},
            None,
        ),
        (
            {"type": "custom", "custom": {"name": "mine", "thresholds": [threshold(3.9)]}},
            {
                "type": "custom",
                "custom": {
                    "name": "mine",
                    "thresholds": [threshold(3.9000000953674316, inclusive=False)],
                },
            },
            {"type": "custom", "custom": {"name": "mine", "thresholds": [threshold(3.9)]}},
        ),
        (
            {
                "type": "custom",
                "preset": "adaStandard",
                "custom": {"name": "m", "thresholds": [threshold(70, "mg/dL", inclusive=True)]},
            },
            {
                "type": "custom",
                "custom": {"name": "m", "thresholds": [threshold(70, "mg/dL", inclusive=True)]},
            },
            None,
        ),
    ],
)
def test_glycemic_ranges(lakeside, ben, given, stored, shown):
    answer = ben.api.post(url(lakeside), {**BODY, "glycemicRanges": given}).json()
    assert stored_patient(lakeside, answer["id"])["glycemicRanges"] == stored
    assert answer["glycemicRanges"] == (shown or stored)


def test_an_empty_diagnosis_is_stored_and_not_shown(lakeside, ben):
    patient = ben.api.post(url(lakeside), {**BODY, "diagnosisType": ""}).json()
    assert "diagnosisType" not in patient
    assert stored_patient(lakeside, patient["id"])["diagnosisType"] == ""


# --- what goes wrong leaves nothing behind ---------------------------------------------------------
def test_a_user_service_that_is_down_is_503_and_leaves_nothing(lakeside, ben, monkeypatch):
    def down(self, clinic_id, email):
        raise ServiceUnavailable(SERVICE)

    monkeypatch.setattr(type(neighbours.user_service()), "create_custodial_user", down)
    assert ben.api.post(url(lakeside), BODY).status_code == 503
    assert patients_of(lakeside) == 0
    # It may have made the account all the same: that is looked for later.
    assert [*map(len, emitted())] == [1] == [*map(len, emitted("patient.account_requested"))]


def test_a_user_service_that_fails_is_500_without_detail(lakeside, ben, monkeypatch):
    def fail(self, clinic_id, email):
        raise ServiceError(SERVICE, 418)

    monkeypatch.setattr(type(neighbours.user_service()), "create_custodial_user", fail)
    answer = ben.api.post(url(lakeside), BODY)
    assert answer.status_code == 500
    assert answer.json() == {"message": "Internal Server Error"}


def test_an_account_whose_record_fails_is_removed_again(lakeside, ben, made_accounts, monkeypatch):
    from patients.store import patients

    def fail(document):
        message = "no disk"
        raise RuntimeError(message)

    monkeypatch.setattr(patients, "insert_patient", fail)
    assert ben.api.post(url(lakeside), {**BODY, "email": "iris@example.org"}).status_code == 500
    monkeypatch.undo()
    assert patients_of(lakeside) == 0
    assert neighbours.user_service().get_user(made_accounts[0]) is not None
    deliver_all()
    assert neighbours.user_service().get_user(made_accounts[0]) is None


# --- from an existing user ------------------------------------------------------------------------
def test_an_existing_user_becomes_a_patient(lakeside, backend, dot):
    answer = backend.post(
        url(lakeside, dot.user_id), {"permissions": {"view": {}, "note": {"x": 1}}}
    )
    assert answer.status_code == 200
    patient = answer.json()
    assert patient["permissions"] == {"view": {}, "note": {}}
    assert patient["fullName"] == "Dot Patient"
    assert patient["email"] == dot.email
    assert patient["birthDate"] == "0001-01-01"
    stored = stored_patient(lakeside, dot.user_id)
    assert stored["birthDate"] == ""
    assert stored["mrn"] is None
    assert "isMigrated" not in stored
    assert emitted("patient.created")


def test_the_profile_fills_what_was_not_given(lakeside, backend, dot):
    about = {
        "fullName": "Dot's Child",
        "birthday": "2015-03-04",
        "mrn": "P7",
        "targetDevices": ["pump"],
    }
    neighbours.profile_service().update_profile(dot.user_id, {"patient": about})
    patient = backend.post(url(lakeside, dot.user_id), {"mrn": "X9", "permissions": {}}).json()
    assert patient["fullName"] == "Dot's Child"
    assert patient["birthDate"] == "2015-03-04"
    assert patient["mrn"] == "X9"
    assert patient["targetDevices"] == ["pump"]
    assert patient["permissions"] == {}


def test_what_a_profile_holds_can_be_sent_back_as_it_was_read(lakeside, backend, ben, dot):
    """A profile service may hold anything: texts get their normal form, without control characters, and a device is
    a text."""
    about = {
        "fullName": "Bell\x07Name\0",
        "birthday": "2015-03-04",
        "mrn": " M\x1b3",
        "targetDevices": ["x" * 300, "  pump\n one ", "a\x07b", " ", "", 1, None, {"a": 1}],
    }
    db.collection("accountProfiles").update_one(
        {"_id": dot.user_id}, {"$set": {"profile.patient": about}}
    )
    patient = backend.post(url(lakeside, dot.user_id), {"permissions": {}}).json()
    assert (patient["fullName"], patient["mrn"]) == ("BellName", "M3")
    assert patient["targetDevices"] == ["x" * 256, "pump one", "ab"]
    assert ben.api.put(url(lakeside, dot.user_id), patient).status_code == 200


def test_without_permissions_there_are_none(lakeside, backend, dot):
    assert "permissions" not in backend.post(url(lakeside, dot.user_id), {}).json()


def test_an_empty_mrn_of_the_profile_is_none(lakeside, backend, dot):
    set_clinic(lakeside, mrnSettings={"required": False, "unique": True})
    neighbours.profile_service().update_profile(dot.user_id, {"patient": {"mrn": ""}})
    assert backend.post(url(lakeside, dot.user_id), {}).status_code == 200
    assert stored_patient(lakeside, dot.user_id)["mrn"] is None


def test_an_unknown_user_is_404(lakeside, backend):
    answer = backend.post(url(lakeside, "0123456789"), {})
    assert answer.status_code == 404
    assert answer.json() == {"message": "not found"}


def test_foreign_sites_are_dropped_silently(lakeside, backend, dot):
    sites = [{"id": "a" * 24, "name": "Nowhere"}, {"id": str(NORTH), "name": "x"}]
    patient = backend.post(url(lakeside, dot.user_id), {"sites": sites}).json()
    assert patient["sites"] == [{"id": str(NORTH), "name": "North"}]


def test_adding_a_patient_twice_is_409(lakeside, backend, dot):
    backend.post(url(lakeside, dot.user_id), {})
    answer = backend.post(url(lakeside, dot.user_id), {})
    assert answer.status_code == 409
    assert answer.json() == {"message": "duplicate: patient is already a member of the clinic"}


def test_a_second_legacy_account_is_added_to_the_record_as_it_is(lakeside, backend, dot):
    body = {"isMigrated": True, "legacyClinicianId": "1111111111", "permissions": {"view": {}}}
    first = backend.post(url(lakeside, dot.user_id), body).json()
    body = {"legacyClinicianId": "2222222222", "fullName": "Another"}
    second = backend.post(url(lakeside, dot.user_id), body)
    assert second.status_code == 200
    assert second.json()["fullName"] == first["fullName"]
    stored = stored_patient(lakeside, dot.user_id)
    assert stored["legacyClinicianIds"] == ["1111111111", "2222222222"]
    assert stored["isMigrated"] is True


def test_the_own_record_is_no_mrn_conflict(lakeside, backend, dot):
    set_clinic(lakeside, mrnSettings={"required": False, "unique": True})
    backend.post(url(lakeside, dot.user_id), {"mrn": "A1"})
    again = backend.post(url(lakeside, dot.user_id), {"mrn": "a1"})
    assert again.status_code == 409


def test_a_member_may_not_add_existing_users(lakeside, ben, dot):
    assert ben.api.post(url(lakeside, dot.user_id), {}).status_code == 403
