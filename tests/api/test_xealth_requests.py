"""What holds for every request of Xealth: switch, secret, body, and whom it is about (rules EHR-132 to EHR-145)."""

import orjson
import pytest

from ehr.reading import Part
from kernel import db
from tests import xealth
from tests.cast import Api
from tests.xealth import (
    ABSENT,
    Xealth,
    ask,
    changed,
    child,
    initial,
    refused,
    stored_preorders,
    subsequent,
    xealth_clinic,
    xealth_patient,
)
from xealth.services.subjects import read_subject


@pytest.fixture
def clinic():
    return xealth_clinic()


OPERATIONS = [
    ("post", xealth.PREORDER),
    ("put", xealth.PROGRAMS),
    ("put", xealth.PROGRAM_URL),
    ("post", xealth.NOTIFICATION),
]


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
class TestEveryOperation:
    @pytest.mark.parametrize(
        "authorization", [None, "", "Basic eDp5", "bearer Xealth-test-TOKEN", "Bearer"]
    )
    def test_a_missing_token_or_another_scheme_is_refused(self, method, path, authorization):
        headers = {} if authorization is None else {"Authorization": authorization}

        response = Api().request(method, path, b"{", headers=headers)

        assert response.status_code == 401
        assert response.json() == {"message": "unauthorized: bearer token is required"}

    @pytest.mark.parametrize(
        "token", ["", "wrong", "xealth-test-token", "Xealth-test-TOKEN2", " Xealth-test-TOKEN", "é"]
    )
    def test_a_wrong_or_empty_token_is_refused(self, method, path, token):
        response = Api().request(method, path, b"{", headers={"Authorization": f"Bearer {token}"})

        assert response.status_code == 401
        assert response.json() == {"message": "unauthorized: bearer token is invalid"}

    def test_a_token_that_is_not_configured_lets_no_one_in(self, method, path, settings):
        settings.XEALTH = {**settings.XEALTH, "bearer_token": ""}

        response = Api().request(method, path, {}, headers={"Authorization": "Bearer "})

        assert response.json() == {"message": "unauthorized: bearer token is invalid"}

    def test_a_session_token_is_no_credential(self, method, path, backend):
        assert backend.request(method, path, {}).status_code == 401

    @pytest.mark.parametrize("headers", [{}, xealth.TOKEN])
    def test_switched_off_it_answers_404_before_any_other_check(
        self, method, path, headers, settings
    ):
        settings.XEALTH = {**settings.XEALTH, "enabled": False}

        response = Api().request(method, path, b"{", content_type="text/plain", headers=headers)

        assert response.status_code == 404
        assert response.json() == {"message": "not found: Xealth is not enabled"}

    def test_json_that_cannot_be_read_is_refused(self, method, path):
        for raw in (b"{", b'{"a": NaN}', b"\xff", b'{"a":' * 2000 + b"1" + b"}" * 2000):
            response = getattr(Xealth(), method)(path, raw)
            assert response.json() == {"message": "bad request: not valid JSON"}
            assert response.status_code == 400
        for raw in (b"[]", b"null", b'"text"'):
            assert getattr(Xealth(), method)(path, raw).status_code == 400

    def test_another_method_is_405(self, method, path):
        assert Api().request("delete", path, headers=xealth.TOKEN).status_code == 405


class TestWhoIsMeant:
    def test_no_clinic_has_the_deployment(self, clinic):
        words = "matching initial preorder request: not found: couldn't find matching clinic"

        assert refused(initial(deployment="elsewhere"), 404) == words
        assert refused(initial(deployment=None), 404) == words

    @pytest.mark.parametrize("setting", [{"enabled": False}, {"provider": "redox"}])
    def test_a_disabled_clinic_and_one_of_redox_are_not_found(self, setting):
        xealth_clinic(**setting)

        assert refused(initial(), 404).endswith("couldn't find matching clinic")

    @pytest.mark.parametrize(
        "source", ["RIVERTOWN", "\u200b rivertown\xa0", "ｒｉｖｅｒｔｏｗｎ", "Rivertown"]
    )
    def test_a_deployment_is_found_however_it_is_spelt(self, source):
        xealth_patient(xealth_clinic(sourceId=source))
        xealth_clinic(sourceId="rivertown 2")

        assert ask(initial()) == {}

    @pytest.mark.parametrize("source", [".*", "river.own", "^rivertown$", "river(", "rivertow"])
    def test_a_deployment_is_no_pattern(self, clinic, source):
        assert refused(initial(deployment=source), 404)

    def test_two_clinics_of_one_deployment_are_refused(self, clinic):
        xealth_clinic()

        assert refused(subsequent(), 409) == (
            "matching subsequent preorder request: duplicate: found multiple matching clinics"
        )

    @pytest.mark.parametrize(
        ("path", "words"),
        [
            ("datasets", "datasets is required"),
            ("datasets.demographicsV1", "demographics is required"),
            ("patientIdentity", "mrn is missing"),
            ("patientIdentity.ids", "mrn is missing"),
            ("patientIdentity.ids.1.id", "mrn is missing"),
            ("datasets.demographicsV1.birthDate", "date of birth is missing"),
            ("datasets.demographicsV1.name", "full name is missing"),
        ],
    )
    @pytest.mark.parametrize("value", [ABSENT, None])
    def test_a_part_that_is_missing_is_named(self, clinic, path, words, value):
        message = f"bad request: {words}"

        for body, purpose in ((initial(), "initial"), (subsequent(), "subsequent")):
            text = refused(changed(body, path, value), 400)
            assert text == f"matching {purpose} preorder request: {message}"

    def test_the_number_is_the_first_of_the_clinics_type(self):
        clinic = xealth_clinic(mrnIdType="RIVER")
        xealth_patient(clinic, mrn="R-2")
        numbers = [("R-9", "MRN"), ("", "river"), ("R-2", "river "), ("R-3", "River")]
        ids = [{"id": number, "type": kind, "origin": "new-system"} for number, kind in numbers]

        assert ask(initial(patientIdentity={"ids": ids})) == {}

    def test_historical_numbers_are_not_used(self, clinic):
        xealth_patient(clinic, mrn="EU-10000")

        assert ask(initial())["notOrderable"] is False

    @pytest.mark.parametrize("mrn", ["rt-5531", "Rt-5531"])
    def test_numbers_are_compared_without_case(self, clinic, mrn):
        xealth_patient(clinic, mrn=mrn)

        assert ask(initial()) == {}

    def test_several_patients_are_refused(self, clinic):
        xealth_patient(clinic)
        xealth_patient(clinic, birthDate="2001-01-01")
        words = "constraint violation: multiple matching patients found"

        assert refused(initial(), 422) == f"matching initial preorder request: {words}"

    def test_the_name_is_all_given_and_family_names(self, clinic):
        name = {"text": "Else", "prefix": ["Dr."], "given": [" Ana ", ""], "family": ["Sol", "Mar"]}
        body = changed(initial(), "datasets.demographicsV1.name", name)

        shown = ask(body)["preorderFormInfo"]["formSchema"]["title"]

        assert shown == "Add Ana Sol Mar to Tidepool"

    def test_unknown_values_and_further_fields_are_accepted(self, clinic):
        body = initial(**{"ehrView": "moon", "$extra": {"a\0": [None]}})

        assert ask(body)["dataTrackingId"]


# --- broken values ------------------------------------------------------------------------------------
KINDS = {
    "a text": "text", "a number": 7, "a fraction": 1.5, "true": True, "a list": [1], "an object": {"a": 1},
    "a control character": "a\x01b", "a zero character": "a\0b", "a long text": "x" * 5000,
}  # fmt: skip
ENTERED = {
    "guardian": {
        "firstName": "Ida",
        "lastName": "Weir",
        "email": "ida@example.org",
        "connectAbbott": True,
    },
    "patient": {"email": "ida@example.org", "connectDexcom": True},
    "tags": {"ids": ["1"]},
}
READ = [
    "eventType", "eventContext", "deployment", "patientIdentity", "patientIdentity.ids", "patientIdentity.ids.1",
    "patientIdentity.ids.1.id", "patientIdentity.ids.1.type", "datasets", "datasets.demographicsV1",
    "datasets.demographicsV1.name", "datasets.demographicsV1.name.given", "datasets.demographicsV1.name.given.0",
    "datasets.demographicsV1.name.family", "datasets.demographicsV1.birthDate", "datasets.demographicsV1.telecom",
    "datasets.demographicsV1.telecom.1", "datasets.demographicsV1.telecom.1.system",
    "datasets.demographicsV1.telecom.1.value",
]  # fmt: skip
READ_OF_FORMS = [
    "formData", "formData.dataTrackingId", "formData.userInput", "formData.userInput.guardian",
    "formData.userInput.guardian.firstName", "formData.userInput.guardian.email",
    "formData.userInput.guardian.connectAbbott", "formData.userInput.patient",
    "formData.userInput.patient.email", "formData.userInput.patient.connectDexcom", "formData.userInput.tags",
    "formData.userInput.tags.ids", "formData.userInput.tags.ids.0",
]  # fmt: skip


@pytest.mark.walk
@pytest.mark.parametrize("path", READ + READ_OF_FORMS)
def test_a_value_of_any_kind_in_any_place_is_answered_and_changes_nothing_it_should_not(
    clinic, path
):
    statuses = set()
    for kind, value in KINDS.items():
        for body in (subsequent(ENTERED), child(subsequent(ENTERED))):
            response = Xealth().post(xealth.PREORDER, changed(body, path, value))
            assert response.status_code in (200, 400, 404), (path, kind, response.content)
            if response.status_code >= 400:
                assert response.json().keys() == {"message"}
                assert stored_preorders() == [], (path, kind)
            statuses.add(response.status_code)
            db.collection("xealth_preorder").delete_many({})
    assert 400 in statuses


def test_words_about_a_broken_value_name_its_place_and_never_the_value(clinic):
    body = changed(initial(), "datasets.demographicsV1.birthDate", "30.09.1979")

    place = "datasets.demographicsV1.birthDate must be a date, YYYY-MM-DD"
    assert refused(body, 400) == f"bad request: request_unreadable: {place}"


def test_names_beyond_256_characters_and_too_many_tags_are_refused(clinic):
    long_name = changed(initial(), "datasets.demographicsV1.name.given", ["x" * 200, "y" * 200])
    many = subsequent({"tags": {"ids": [str(number) for number in range(101)]}})

    assert "must not be longer than 256 characters" in refused(long_name, 400)
    assert "must be a list of up to 100 ids" in refused(many, 400)


def test_a_body_beyond_its_limit_is_refused(clinic):
    body = orjson.dumps(initial(padding="x" * 1024 * 1024))

    assert Xealth().post(xealth.PREORDER, body).status_code == 413


def test_the_content_type_of_a_pre_order_does_not_matter(clinic):
    response = Xealth().post(xealth.PREORDER, orjson.dumps(initial()), content_type="text/plain")

    assert response.status_code == 200


def test_a_subject_without_anything_can_be_read():
    subject = read_subject(Part("request", {}), deployment="")

    assert (subject.mrn("MRN"), subject.has_datasets, subject.demographics) == ("", False, None)
