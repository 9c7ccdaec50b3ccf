"""Text as people type it, at every operation (decision 0013)."""

from urllib.parse import quote

import pytest

from kernel import db, texts
from kernel.api import schema as s
from kernel.api import text_forms, validation
from patients.services import text_backfills
from tests.cast import CLINIC, described_operations, make_clinic
from users.services.neighbours import profile_service

KINDS = {*text_forms.FORMS, text_forms.LITERAL}
# Keywords that define the form of a text by themselves.
TELLING = {"enum", "x-enum", "const", "pattern"}
FORMATS = {"email", "hostname", "date", "date-time", "password", "^[a-f0-9]{24}$"}


def texts_of(schema, title="", seen=frozenset()):
    """(name, schema) of each text that a request may carry."""
    if not isinstance(schema, dict) or schema.get("readOnly"):
        return
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    if name:
        if name not in seen:
            yield from texts_of(s.COMPONENTS[name], title, seen | {name})
        return
    if "string" in (kinds := schema.get("type") or []) or kinds == "string":
        yield title, schema
    for word in ("allOf", "anyOf", "oneOf"):
        for part in schema.get(word, []):
            yield from texts_of(part, title, seen)
    yield from texts_of(schema.get("items"), title, seen)
    yield from texts_of(schema.get("additionalProperties"), f"{title}.*", seen)
    for inner, part in schema.get("properties", {}).items():
        yield from texts_of(part, f"{title}.{inner}", seen)


def texts_of_operations():
    """(operation, name, schema) of every text in every operation."""
    for name, (_, _, operation) in described_operations().items():
        for parameter in operation.get("parameters", []):
            for title, schema in texts_of(parameter["schema"], parameter["name"]):
                yield name, title, schema, parameter["in"]
        body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        for title, schema in texts_of(body.get("schema")):
            yield name, title, schema, "body"


def is_told(schema):
    return (
        schema.get(text_forms.KEYWORD) in KINDS
        or TELLING & schema.keys()
        or schema.get("format", schema.get("x-format")) in FORMATS
    )


def test_every_text_of_every_operation_declares_its_kind():
    all_texts = list(texts_of_operations())
    assert len(all_texts) > 60
    untold = {
        (name, title)
        for name, title, schema, place in all_texts
        if place != "path" and not is_told(schema)
    }
    assert untold == set()


def test_required_texts_refuse_blanks_and_all_texts_have_a_longest_length():
    required = [
        row for row in texts_of_operations() if row[2].get(text_forms.KEYWORD) in text_forms.FORMS
    ]
    assert len(required) > 40
    for name, title, schema, _ in required:
        endless = "n" * 1001
        assert validation.first_failure(schema, text_forms.with_normal_texts(schema, endless)), (
            name,
            title,
        )
        if schema.get("minLength"):
            blanks = text_forms.with_normal_texts(schema, " \u00a0\t\u200b")
            assert validation.first_failure(schema, blanks), (name, title)


# --- patients -------------------------------------------------------------------------------------
BODY = {"fullName": "Iris Example", "birthDate": "1984-05-06"}
# Spellings without a visible difference.
TWINS = [" QQ1 ", "QQ1\t", "\u00a0QQ1", "QQ1\u200b", "\ufeffQQ1\r\n", "qq1 "]
BLANK = [" ", "   ", "\t\n", "\u00a0\u2003", "\u200b", "\ufeff \u2060"]


def patients_of(clinic, *rest):
    return "/".join([f"/v1/clinics/{clinic['id']}/patients", *rest])


def set_mrn_rules(backend, clinic, **rules):
    path = f"/v1/clinics/{clinic['id']}/settings/mrn"
    body = {"required": False, "unique": False, **rules}
    assert backend.put(path, body).status_code == 200


def stored_texts(user_id):
    patient = db.collection("patients").find_one({"userId": user_id})
    return patient["fullName"], patient["mrn"]


def test_a_patients_name_and_mrn_are_stored_without_invisible_characters(clinic, ben):
    typed_in = {**BODY, "fullName": " Be\u0301la\u00a0 \tMeyer\r\n", "mrn": "\tQQ\u00a0\u200b 1 "}
    created = ben.api.post(patients_of(clinic), typed_in).json()
    assert (created["fullName"], created["mrn"]) == ("B\u00e9la Meyer", "QQ 1")
    changes = {**BODY, "fullName": "Ada  Meyer", "mrn": " X1"}
    changed = ben.api.put(patients_of(clinic, created["id"]), changes).json()
    assert (changed["fullName"], changed["mrn"]) == ("Ada Meyer", "X1")
    assert stored_texts(created["id"]) == ("Ada Meyer", "X1")


def test_an_mrn_that_differs_only_in_blanks_is_not_unique(clinic, ben, backend):
    set_mrn_rules(backend, clinic, unique=True)
    ben.api.post(patients_of(clinic), {**BODY, "mrn": "QQ1"})
    second = ben.api.post(patients_of(clinic), {**BODY, "mrn": "QQ2"}).json()
    for twin in TWINS:
        response = ben.api.post(patients_of(clinic), {**BODY, "mrn": twin})
        changed = ben.api.put(patients_of(clinic, second["id"]), {**BODY, "mrn": twin})
        refused = (400, {"message": "bad request: mrn must be unique"})
        assert (response.status_code, response.json()) == refused, ascii(twin)
        assert (changed.status_code, changed.json()) == refused, ascii(twin)


@pytest.mark.parametrize("name", ["fullName", "mrn"])
def test_a_name_or_mrn_of_blanks_is_refused(clinic, ben, name):
    created = ben.api.post(patients_of(clinic), BODY).json()
    for blank in BLANK:
        body = {**BODY, name: blank}
        for answer in (
            ben.api.post(patients_of(clinic), body),
            ben.api.put(patients_of(clinic, created["id"]), body),
        ):
            assert answer.status_code == 400, ascii(blank)
            assert answer.json()["message"].endswith(f'"/{name}": minimum string length is 1')


def test_a_name_beyond_its_longest_length_is_refused(clinic, ben):
    longest = "n" * texts.LONGEST
    response = ben.api.post(patients_of(clinic), {**BODY, "fullName": f"  {longest} "})
    assert response.json()["fullName"] == longest
    for name in ("n" * (texts.LONGEST + 1), "n" * 40_000, "n\u0301\u0323" * 20_000):
        for field in ("fullName", "mrn"):
            body = {**BODY, field: name}
            answer = ben.api.post(patients_of(clinic), body)
            assert answer.status_code in (400, 413)
            assert answer.json().keys() == {"message"}


def test_an_mrn_changed_only_in_blanks_keeps_the_subscription(clinic, ben):
    """Reports are sent by MRN and end when it changes."""
    created = ben.api.post(patients_of(clinic), {**BODY, "mrn": "QQ1"}).json()
    reports = {"summaryAndReports": {"active": True, "provider": "redox", "matchedMessages": []}}
    stored_before = {"mrn": " QQ1 ", "ehrSubscriptions": reports}
    db.collection("patients").update_one({"userId": created["id"]}, {"$set": stored_before})
    returned_patient = ben.api.get(patients_of(clinic, created["id"])).json()
    ben.api.put(patients_of(clinic, created["id"]), returned_patient)
    patient = db.collection("patients").find_one({"userId": created["id"]})
    assert patient["mrn"] == "QQ1"
    assert patient["ehrSubscriptions"]["summaryAndReports"]["active"] is True


def test_the_name_of_a_person_who_joins_is_normalised(clinic, backend, dot):
    profile = {"fullName": " Dot  \u00a0Patient", "patient": {"mrn": " P1 ", "fullName": "  "}}
    profile_service().update_profile(dot.user_id, profile)
    backend.post(patients_of(clinic, dot.user_id), {"permissions": {"view": {}}})
    assert stored_texts(dot.user_id) == ("Dot Patient", "P1")


def test_patients_stored_before_are_normalised_unless_mrns_would_collide(clinic, ada, ben):
    """An MRN that would become equal to another unique one stays as it is."""
    users = [ben.api.post(patients_of(clinic), {**BODY, "mrn": mrn}).json()["id"] for mrn in "ABC"]
    as_stored = [(" Be\u0301la ", " QQ1 "), ("Iris  Example", "QQ1"), ("\u00a0", "C")]
    for user, (name, mrn) in zip(users, as_stored, strict=True):
        fields = {"fullName": name, "mrn": mrn, "requireUniqueMrn": mrn != "C"}
        db.collection("patients").update_one({"userId": user}, {"$set": fields})
    for _ in range(2):
        text_backfills.make_patients_normal()
        rows = [stored_texts(user) for user in users]
        assert rows == [("B\u00e9la", " QQ1 "), ("Iris Example", "QQ1"), ("\u00a0", "C")]
    db.collection("patients").delete_one({"userId": users[1]})
    assert text_backfills.make_patients_normal() == {"mrn": 1}
    rows = ben.api.get(
        f"/v1/patients?mrn={quote(' qq1')}&workspaceId={clinic['id']}&workspaceIdType=clinicId"
    )
    assert [row["patient"]["id"] for row in rows.json()] == [users[0]]


# --- clinics, tags, sites, members ----------------------------------------------------------------
PROFILE_TEXTS = ["name", "address", "city", "state", "postalCode", "country"]


@pytest.mark.parametrize("field", PROFILE_TEXTS)
def test_texts_of_a_clinic_are_normalised_and_blank_ones_refused(ada, field):
    created = make_clinic(ada, **{field: " Lake\u00a0 side\t"})
    assert created[field] == "Lake side"
    path = f"/v1/clinics/{created['id']}"
    assert ada.api.put(path, {**created, field: "Lake\nside 2 "}).status_code == 200
    assert ada.api.get(path).json()[field] == "Lake side 2"
    for blank in BLANK:
        body = {**CLINIC, field: blank}
        assert ada.api.post("/v1/clinics", body).status_code == 400, ascii(blank)
        assert ada.api.put(path, {**created, field: blank}).status_code == 400, ascii(blank)
    assert ada.api.post("/v1/clinics", {**CLINIC, field: "n" * 40_000}).status_code == 400


@pytest.mark.parametrize("kind", ["patient_tags", "sites"])
def test_equal_and_blank_names_of_tags_and_sites_are_refused(clinic, ada, kind):
    path = f"/v1/clinics/{clinic['id']}/{kind}"
    created = ada.api.post(path, {"name": " No\u0308rd\u00a0 Ost "}).json()
    assert created["name"] == "N\u00f6rd Ost"
    second = ada.api.post(path, {"name": "West"}).json()
    for twin in ["N\u00f6rd Ost ", "n\u00f6rd  ost", "No\u0308rd\tOst", "\ufeffN\u00f6rd\u00a0Ost"]:
        assert ada.api.post(path, {"name": twin}).status_code == 409, ascii(twin)
        renamed = ada.api.put(f"{path}/{second['id']}", {**second, "name": twin})
        assert renamed.status_code == 409, ascii(twin)
    for blank in BLANK:
        assert ada.api.post(path, {"name": blank}).status_code == 400, ascii(blank)
        renamed = ada.api.put(f"{path}/{second['id']}", {**second, "name": blank})
        assert renamed.status_code == 400, ascii(blank)


def test_names_of_members_data_sources_and_devices_are_normalised(clinic, ada, ben, backend):
    member = f"/v1/clinics/{clinic['id']}/clinicians/{ada.user_id}"
    ada.api.put(member, {"email": ada.email, "roles": ["CLINIC_ADMIN"], "name": " Ada  A. "})
    assert ada.api.get(member).json()["name"] == "Ada A."
    body = {
        **BODY,
        "dataSources": [{"providerName": " dexcom ", "state": "connected"}],
        "targetDevices": [" meter  2 "],
    }
    created = ben.api.post(patients_of(clinic), body).json()
    assert created["dataSources"][0]["providerName"] == "dexcom"
    assert created["targetDevices"] == ["meter 2"]
    sources = [{"providerName": "  ", "state": "connected"}]
    assert backend.put(f"/v1/patients/{created['id']}/data_sources", sources).status_code == 400


# --- share codes ----------------------------------------------------------------------------------
def spellings(code):
    plain = code.replace("-", "")
    return [
        code.lower(),
        plain,
        plain.lower(),
        f" {code} ",
        code.replace("-", " "),
        code.replace("-", "\u2013"),
        f"{code}\n",
    ]


def test_a_clinic_is_found_by_its_share_code_however_it_is_typed(clinic, ada, backend, dot):
    for typed_in in spellings(clinic["shareCode"]):
        by_path = ada.api.get(f"/v1/clinics/share_code/{quote(typed_in)}")
        assert by_path.json()["id"] == clinic["id"], ascii(typed_in)
        by_query = backend.get(f"/v1/clinics?shareCode={quote(typed_in)}")
        assert [row["id"] for row in by_query.json()] == [clinic["id"]], ascii(typed_in)
        body = {"shareCode": typed_in, "permissions": {"view": {}}}
        offered = dot.api.post(f"/confirm/send/invite/{dot.user_id}/clinic", body)
        assert offered.status_code in (200, 409), ascii(typed_in)
    assert db.collection("confirmations").count_documents({"clinicId": clinic["id"]}) == 1


def test_every_operation_with_a_share_code_is_covered():
    kinds = {
        name
        for name, _, schema, _ in texts_of_operations()
        if schema.get(text_forms.KEYWORD) == "shareCode"
    }
    assert kinds == {"GetClinicByShareCode", "ListClinics", "SendClinicShareInvite"}


def test_similar_letters_of_a_share_code_are_not_exchanged(clinic, ada):
    db.collection("clinics").update_one(
        {"canonicalShareCode": clinic["shareCode"]}, {"$set": {"shareCodes": ["ABCD-ABCD-ABCO"]}}
    )
    assert ada.api.get("/v1/clinics/share_code/ABCD-ABCD-ABCO").status_code == 200
    assert ada.api.get("/v1/clinics/share_code/ABCD-ABCD-ABC0").status_code == 404


@pytest.mark.parametrize("query", ["mrn", "shareCode"])
def test_a_parameter_of_blanks_is_refused(ada, backend, query):
    caller, path = {"mrn": (ada.api, "/v1/patients"), "shareCode": (backend, "/v1/clinics")}[query]
    answer = caller.get(f"{path}?{query}=%20%C2%A0")
    assert answer.status_code == 400
    assert "empty value is not allowed" in answer.json()["message"]
